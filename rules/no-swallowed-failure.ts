import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import { escapesIn, type SwallowedFailure, swallowedFailures } from '../src/tasks/failures.js';
import { chainTo, displayName, namesLeadingTo } from '../src/typescript/calls.js';
import { isInside } from '../src/typescript/syntax.js';

export interface Options {
  eachItem: boolean;
}

export default createRule<Options>({
  name: 'no-swallowed-failure',
  description: 'disallow tasks that end normally after an error that only a log has seen',
  presets: { recommended: {}, strict: { eachItem: true }, checklist: {} },
  checklist: [15],
  hasSuggestions: true,
  defaults: { eachItem: false },
  options: {
    eachItem:
      'Also where one of several things that a task does fails, and neither the thing nor the error is recorded.',
  },
  messages: {
    logged:
      'Only a log sees this error: for {{library}} the task has succeeded, so nothing runs it again and nobody is told. Rethrow it, report it, or record what failed.',
    retries:
      'Only a log sees this error: for {{library}} the task has succeeded, so `{{retries}}` ({{where}}) never acts. Rethrow it, or record what failed.',
    returned:
      'For {{library}} any return is success, this one too: nothing runs the task again and nobody is told. Throw the error in place of returning it.',
    item: 'What fails here is only logged, and then forgotten: for {{library}} the task has succeeded, so nothing does this item again. Record which failed, or throw at the end.',
    unseen:
      'Nobody looks at what `Promise.allSettled` has to say: for {{library}} the task succeeds even when all of these failed. Look at the results, or use `Promise.all`.',
    leads:
      'This call ends normally after an error that only a log sees ({{chain}}, {{where}}): for {{library}} the task has succeeded, so nothing runs it again and nobody is told.',
    escapes:
      'This promise leaves the `try` before it fails: without `await` its error never reaches the `catch` around it, and what that does for a failing task is not done.',
    rethrow: 'Throw the error on.',
    await: 'Await it here.',
  },
  check({ project, file, options, report, where }) {
    const { code } = project;
    const all = swallowedFailures(project);
    for (const each of all.get(file) ?? []) {
      if (each.item && !options.eachItem) continue;
      const { handler } = each;
      const library = handler.library.base;
      const { attempts } = handler.policy;
      const again = attempts.state === 'stated' && attempts.values.every((value) => value > 1);
      const [returned] = each.returns;
      report({
        at: placeOf(each),
        messageId: messageOf(each, again),
        data: {
          library,
          ...(again && messageOf(each, again) === 'retries'
            ? { retries: textOf(attempts.at), where: where(attempts.at) }
            : {}),
        },
        suggest: [rethrown(each, returned)],
      });
    }
    // A function in a file that has nothing to do with tasks is spoken of where the handler calls it.
    for (const [other, found] of all) {
      if (other === file || project.concerns(other)) continue;
      for (const each of found) {
        const [first] = each.chain;
        if (first?.node.getSourceFile() !== file || (each.item && !options.eachItem)) continue;
        const names = each.chain.map(({ target }) => displayName(target));
        report({
          at: first.node,
          messageId: 'leads',
          data: { chain: names.join(' → '), where: where(each.at), library: each.handler.library.base },
        });
      }
    }
    for (const returned of escapesIn(code, file)) {
      const { expression } = returned;
      if (!expression || !isReached(returned)) continue;
      report({
        at: expression,
        messageId: 'escapes',
        suggest: [{ messageId: 'await', replace: expression, text: `await ${expression.getText()}` }],
      });
    }

    /** Does a handler, or a function that one calls, hold this text? */
    function isReached(node: ts.Node): boolean {
      const names = namesLeadingTo(code.ownFiles, [node]);
      const holds = (target: ts.Node): boolean => isInside(node, target);
      for (const { body } of project.bodies.values()) {
        if (body && (holds(body) || chainTo(code, body, holds, names))) return true;
      }
      return false;
    }
  },
});

function messageOf({ kind, item }: SwallowedFailure, again: boolean): string {
  if (kind === 'unseen') return 'unseen';
  if (item) return 'item';
  if (kind === 'returned') return 'returned';
  return again ? 'retries' : 'logged';
}

/** The head of the `catch`, or the callback. */
function placeOf({ at }: SwallowedFailure): ts.Node | { start: number; end: number } {
  if (!ts.isCatchClause(at)) return ts.isCallExpression(at) ? at.expression : at;
  const text = at.getSourceFile().text.slice(at.getStart(), at.block.getStart());
  return { start: at.getStart(), end: at.getStart() + text.trimEnd().length };
}

/** The same `catch`, but the error goes on. */
function rethrown(
  { at, item, kind, handler, chain }: SwallowedFailure,
  returned: ts.ReturnStatement | undefined,
): Suggestion | undefined {
  // Where a handler settles its message itself, an error is not how it says that it failed.
  const { acknowledgement } = handler.policy;
  const value = acknowledgement.state === 'defaulted' ? [acknowledgement.value] : [];
  if (!ts.isCatchClause(at) || item || kind === 'unseen' || value.includes('manual') || chain.length > 2)
    return undefined;
  const { block, variableDeclaration } = at;
  const error = variableDeclaration ? variableDeclaration.name : undefined;
  if (error && !ts.isIdentifier(error)) return undefined;
  const name = error?.text ?? 'error';
  const start = at.getStart();
  const text = at.getText();
  const last = block.statements.at(-1);
  const only = returned && last === returned ? returned : undefined;
  if (returned && !only) return undefined;
  const head = error ? text.slice(0, block.getStart() - start) : `catch (${name}) `;
  const inner = only
    ? text.slice(block.getStart() - start, only.getStart() - start)
    : text.slice(block.getStart() - start, text.lastIndexOf('}')).replace(/\s*$/, '');
  const gap = only ? '' : last ? `\n${indentOf(last)}` : ' ';
  const end = only ? text.slice(only.getEnd() - start) : last ? `\n${indentOf(at)}}` : ' }';
  return { messageId: 'rethrow', replace: at, text: `${head}${inner}${gap}throw ${name};${end}` };
}

function indentOf(node: ts.Node): string {
  const { text } = node.getSourceFile();
  const start = text.lastIndexOf('\n', node.getStart()) + 1;
  return /^\s*/.exec(text.slice(start))?.[0] ?? '';
}

function textOf(at: ts.Node): string {
  const text = (ts.isPropertyAssignment(at.parent) ? at.parent : at).getText().replace(/\s+/g, ' ');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
