import ts from 'typescript';
import { createRule, type Place, type Suggestion } from '../src/rule.js';
import { type SettlementProblem, settlementProblems } from '../src/tasks/settlement.js';

export interface Options {
  uncaught: boolean;
}

export default createRule<Options>({
  name: 'require-settlement',
  description: 'require that a message is settled once on every way through its handler',
  presets: { recommended: {}, strict: { uncaught: true } },
  checklist: [9],
  hasSuggestions: true,
  defaults: { uncaught: false },
  options: {
    uncaught:
      'Also where what is awaited may fail, and nothing in the handler would then settle the message.',
  },
  messages: {
    never:
      'Nothing here acknowledges the message, and nothing refuses it: {{unsettled}}. Settle it when the work is done, and when it failed.',
    end: 'On some way through this handler its message is not settled: {{unsettled}}. Acknowledge or refuse it on each.',
    returns: 'This `return` leaves the message unsettled: {{unsettled}}. Acknowledge or refuse it before.',
    caught: 'Behind this `catch` the message is not settled: {{unsettled}}. Refuse it here.',
    throws:
      'This error leaves the handler with its message unsettled: it {{uncaught}}, and the message comes again to do the same. Refuse the message instead.',
    uncaught:
      'When this fails, the error leaves the handler with its message unsettled: it {{uncaught}}, and the message comes again to do the same. Catch it, and refuse the message.',
    twice: 'On some way here the message is settled already, and is so again: {{twice}}. Settle it once.',
    refuse: 'Refuse the message: `{{text}}`.',
  },
  check({ project, file, options, report, isHere }) {
    for (const handler of project.bodiesIn(file)) {
      const { unsettled = '', uncaught = '', twice = '' } = handler.library.acknowledgement ?? {};
      const problems = settlementProblems(project, handler).filter(
        ({ kind }) => kind !== 'uncaught' || options.uncaught,
      );
      const [firstUncaught] = problems.filter(({ kind }) => kind === 'uncaught');
      for (const each of problems) {
        // One `try` around all of them mends them all.
        if (each.kind === 'uncaught' && each !== firstUncaught) continue;
        report({
          at: placeOf(each, isHere),
          messageId: each.kind,
          data: {
            ...(/^(?:never|end|returns|caught)$/.test(each.kind) ? { unsettled } : {}),
            ...(/^(?:throws|uncaught)$/.test(each.kind) ? { uncaught } : {}),
            ...(each.kind === 'twice' ? { twice } : {}),
          },
          suggest: [refused(each)],
        });
      }
    }
  },
});

function placeOf({ kind, at, handler }: SettlementProblem, isHere: (node: ts.Node) => boolean): Place {
  if (kind === 'never' || kind === 'end') {
    const { name, body } = handler;
    return isHere(name) ? name : (body?.name ?? body?.parameters[0] ?? at);
  }
  if (!ts.isCatchClause(at)) return at;
  const head = at.getSourceFile().text.slice(at.getStart(), at.block.getStart()).trimEnd();
  return { start: at.getStart(), end: at.getStart() + head.length };
}

/** The library's own refusal at the end of a `catch`, for the channel and the message of this handler. */
function refused({ kind, at, handler, example }: SettlementProblem): Suggestion | undefined {
  const refuse = handler.library.acknowledgement?.refuse;
  if (kind !== 'caught' || !ts.isCatchClause(at) || refuse === undefined || !example) return undefined;
  const { expression, arguments: given = [] } = example.node;
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  const receiver = expression.expression.getText();
  const message = given[0]?.getText() ?? receiver;
  const text = refuse.replace('{receiver}', receiver).replace('{message}', message);
  const { block } = at;
  const last = block.statements.at(-1);
  if (last && (ts.isReturnStatement(last) || ts.isContinueStatement(last) || ts.isBreakStatement(last))) {
    return {
      messageId: 'refuse',
      replace: { start: last.getStart(), end: last.getStart() },
      text: `${text} `,
      data: { text },
    };
  }
  const inner = last ? block.getText().slice(1, -1).trimEnd() : '';
  return {
    messageId: 'refuse',
    replace: block,
    text: last ? `{${inner}\n${indentOf(last)}${text}\n${indentOf(at)}}` : `{ ${text} }`,
    data: { text },
  };
}

function indentOf(node: ts.Node): string {
  const { text } = node.getSourceFile();
  const start = text.lastIndexOf('\n', node.getStart()) + 1;
  return /^\s*/.exec(text.slice(start))?.[0] ?? '';
}
