import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import { insertOption } from '../src/tasks/edit.js';
import type { Handler } from '../src/tasks/model.js';
import { type Requeue, requeuedByErrors, requeuesIn } from '../src/tasks/requeue.js';

export interface Options {
  outside: boolean;
}

export default createRule<Options>({
  name: 'no-unsafe-requeue',
  description: 'disallow putting a failing message straight back in its queue',
  presets: { recommended: {}, strict: {} },
  checklist: [7],
  hasSuggestions: true,
  defaults: { outside: false },
  options: {
    outside:
      'Also where a limit may be set outside of the text: the dead-letter policy of a Pub/Sub subscription, the redrive policy of an SQS queue.',
  },
  messages: {
    default:
      'Unless told otherwise, `{{call}}` puts the message straight back: one that always fails goes round without end or pause, and holds up all others. Dead-letter it, or count how often it came.',
    stated:
      'This puts the message straight back: one that always fails goes round without end or pause, and holds up all others. Dead-letter it, or count how often it came.',
    outside:
      'This puts the message straight back. Unless its queue has a limit elsewhere, one that always fails goes round without end. Give the queue one, or let time pass.',
    errors:
      'When this handler throws, {{library}} puts the message straight back: one that always fails goes round without end or pause. Set `{{option}}`, so that it is dead-lettered.',
    instead: 'Do not put it back: `{{text}}`.',
  },
  check({ project, file, options, report, isHere }) {
    for (const each of requeuesIn(project, file)) {
      if (each.limitedOutside && !options.outside) continue;
      const { stated } = each;
      const at = stated && isHere(stated) && isIn(stated, each.node) ? stated : nameOf(each.node);
      report({
        at,
        messageId: each.limitedOutside ? 'outside' : stated ? 'stated' : 'default',
        ...(each.limitedOutside || stated ? {} : { data: { call: `${nameOf(each.node).getText()}()` } }),
        suggest: [notBack(each)],
      });
    }
    for (const handler of project.handlersIn(file)) {
      if (project.isRegisteredAgain(handler)) continue;
      const found = requeuedByErrors(project, handler);
      const spec = handler.site.requeuesErrors;
      if (!found || !spec) continue;
      const { stated } = found;
      report({
        at: stated && isHere(stated) ? stated : handler.name,
        messageId: 'errors',
        data: { library: handler.library.base, option: spec.option },
        suggest: [otherBehaviour(handler, stated)],
      });
    }
  },
});

function isIn(inner: ts.Node, outer: ts.Node): boolean {
  return inner.pos >= outer.pos && inner.end <= outer.end;
}

function nameOf({ expression }: ts.CallExpression | ts.NewExpression): ts.Node {
  return ts.isPropertyAccessExpression(expression) ? expression.name : expression;
}

/** The same call with arguments that do not put the message back. */
function notBack({ node, instead }: Requeue): Suggestion | undefined {
  if (!instead) return undefined;
  const given = node.arguments ?? [];
  const words = instead.map((each) =>
    /^arg\d$/.test(each) ? given[Number(each.slice(3))]?.getText() : each,
  );
  if (words.includes(undefined) || given.some(ts.isSpreadElement)) return undefined;
  const text = `${ts.isNewExpression(node) ? 'new ' : ''}${node.expression.getText()}(${words.join(', ')})`;
  return { messageId: 'instead', replace: node, text, data: { text } };
}

function otherBehaviour(handler: Handler, stated: ts.Node | undefined): Suggestion | undefined {
  const { instead } = handler.site.requeuesErrors ?? {};
  if (!instead) return undefined;
  if (stated) {
    // The place of an enum's member is the enum's: only what stands in the options is changed there.
    if (!ts.isPropertyAccessExpression(stated) || !isIn(stated, handler.node)) return undefined;
    const text = `${stated.expression.getText()}.${instead.value}`;
    return { messageId: 'instead', replace: stated.name, text: instead.value, data: { text } };
  }
  // Only where the name that it needs is imported already.
  const needed = /: (\w+)\./.exec(instead.text)?.[1];
  if (
    needed !== undefined &&
    !new RegExp(`import[^;]*\\b${needed}\\b`).test(handler.node.getSourceFile().text)
  )
    return undefined;
  return insertOption(handler, instead.text, 'instead');
}
