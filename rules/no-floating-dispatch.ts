import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import type { Sending } from '../src/tasks/model.js';
import { takesCallback } from '../src/tasks/sendings.js';
import { type Fate, fateOf, mayAwait } from '../src/typescript/promises.js';

export interface Options {
  ignoreVoid: boolean;
}

export default createRule<Options>({
  name: 'no-floating-dispatch',
  description: 'disallow dispatches whose promise is dropped',
  presets: { recommended: {}, strict: { ignoreVoid: false } },
  checklist: [],
  hasSuggestions: true,
  defaults: { ignoreVoid: true },
  options: { ignoreVoid: 'Accept a promise that `void` drops on purpose.' },
  messages: {
    floating:
      'Nobody waits for `{{call}}`: when {{library}} cannot take the task it is lost, and the rejection, which nobody catches, ends the Node.js process. Await it, or give it a `catch`.',
    through:
      'Nobody waits for `{{call}}`, which dispatches to {{library}} ({{where}}): when that fails the task is lost, and the rejection, which nobody catches, ends the Node.js process. Await it.',
    voided:
      '`void` only silences the linter: when {{library}} cannot take this task it is lost, and the rejection, which nobody catches, ends the Node.js process. Await it, or give it a `catch`.',
    callback:
      '`{{method}}` drops the promises of its callback: nobody waits for these dispatches, and when {{library}} cannot take one, its rejection ends the Node.js process. Await them all.',
    list: 'A list of promises is no promise: nobody waits for these dispatches, and when {{library}} cannot take one, its rejection ends the Node.js process. Await `Promise.all` of them.',
    unfinished:
      'Nothing ends this builder, so {{library}} is never given the task, and no error says so. End it with `.{{end}}()`.',
    lazy: '{{library}} enqueues this only once it is awaited, or `.{{end}}()` is called: nobody does, so the task never runs, and no error says so.',
    await: 'Await it.',
    all: 'Await all of them.',
    end: 'End it with `.{{end}}()`, and await that.',
  },
  check({ project, file, options, report, where }) {
    const { code } = project;
    for (const sending of project.sendingsIn(file)) {
      if (sending.unfinished) leave(sending, sending.unfinished);
      else if (sending.call) judge(sending, sending.call);
    }

    function judge(sending: Sending, call: ts.CallExpression): void {
      const fate = fateOf(code, call);
      const isVoided = fate.state === 'voided';
      if (!(fate.state === 'dropped' || (isVoided && !options.ignoreVoid))) return;
      if (takesCallback(code, sending) || !project.isAsynchronous(sending)) return;
      const { library, site, name, through } = sending;
      const inner = through.at(-1)?.through;
      const data = { library: library.base, call: textOf(call) };
      const suggest = [awaiting(fate)];
      if (sending.lazy && !fate.callback)
        report({ at: name, messageId: 'lazy', data: { ...data, end: site.chain?.lazy?.[0] ?? '' }, suggest });
      else if (fate.callback) {
        const at = nameOf(fate.callback);
        const method = at.getText();
        report({
          at,
          messageId: method === 'forEach' ? 'callback' : 'list',
          data: { ...data, method },
          suggest,
        });
      } else if (isVoided) report({ at: name, messageId: 'voided', data, suggest });
      else if (fate.list) report({ at: name, messageId: 'list', data, suggest });
      else if (inner)
        report({ at: name, messageId: 'through', data: { ...data, where: where(inner.node) }, suggest });
      else report({ at: name, messageId: 'floating', data, suggest });
    }

    /** A builder that is left as it is. */
    function leave({ library, name, site }: Sending, last: ts.Expression): void {
      const end = site.chain?.ends[0] ?? '';
      const isStatement = ts.isExpressionStatement(last.parent);
      report({
        at: name,
        messageId: 'unfinished',
        data: { library: library.base, end },
        suggest: [
          isStatement && mayAwait(code, last)
            ? {
                messageId: 'end',
                data: { end },
                replace: last,
                text: `await ${last.getText()}.${end}()`,
              }
            : undefined,
        ],
      });
    }

    function awaiting({ whole, list, callback, state }: Fate): Suggestion | undefined {
      if (!mayAwait(code, whole)) return undefined;
      const text = whole.getText();
      const voided = whole.parent;
      const replace = state === 'voided' && ts.isVoidExpression(voided) ? voided : whole;
      if (callback && nameOf(callback).getText() === 'forEach') return mapped(callback, whole);
      if (!list) {
        // `a ?? b` and the like are one operand more.
        const operand =
          ts.isBinaryExpression(whole) || ts.isConditionalExpression(whole) ? `(${text})` : text;
        return { messageId: 'await', replace, text: `await ${operand}` };
      }
      const awaited = ts.isAwaitExpression(whole.parent) ? '' : 'await ';
      return { messageId: 'all', replace, text: `${awaited}Promise.all(${text})` };
    }

    /** `map` in place of `forEach`, for a list; a set or a map has none. */
    function mapped(callback: ts.CallExpression, whole: ts.Expression): Suggestion | undefined {
      const name = nameOf(callback);
      const callee = ts.isPropertyAccessExpression(name.parent) ? name.parent : undefined;
      if (whole !== callback || !callee || !code.typed) return undefined;
      const { checker } = code;
      if (callback.questionDotToken || callee.questionDotToken) return undefined;
      if (!checker.isArrayLikeType(checker.getTypeAtLocation(callee.expression))) return undefined;
      const start = whole.getStart();
      const text = whole.getText();
      const [from, to] = [name.getStart() - start, name.getEnd() - start];
      return {
        messageId: 'all',
        replace: whole,
        text: `await Promise.all(${text.slice(0, from)}map${text.slice(to)})`,
      };
    }
  },
});

function nameOf({ expression }: ts.CallExpression): ts.Node {
  return ts.isPropertyAccessExpression(expression) ? expression.name : expression;
}

/** What is called, as it is written. */
function textOf({ expression }: ts.CallExpression): string {
  const text = expression.getText().replace(/\s+/g, ' ');
  return text.length > 40 ? `…${text.slice(-40)}` : text;
}
