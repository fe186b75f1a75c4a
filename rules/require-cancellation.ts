import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import { addAfter } from '../src/tasks/edit.js';
import type { Handler } from '../src/tasks/model.js';
import { hasSignal, signalAt } from '../src/tasks/signal.js';
import { callsWithoutSignal, type SignalMissing } from '../src/typescript/cancellation.js';
import { isInside, skipOuter } from '../src/typescript/syntax.js';

export default createRule({
  name: 'require-cancellation',
  description: "require calls inside a task to be given the task's abort signal",
  presets: { strict: {} },
  checklist: [10],
  hasSuggestions: true,
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    ignores:
      '`{{call}}` runs on {{aborts}}, because it is not given the signal by which {{library}} says so: its work goes on for nobody. Pass it `{{signal}}`.',
    pass: 'Pass `{{signal}}`.',
  },
  check({ project, file, report }) {
    const { code, vocabulary } = project;
    const judged = project.bodiesIn(file).filter((handler) => hasSignal(code, handler));
    for (const handler of judged) {
      const { body, library } = handler;
      if (!body || judged.some((other) => other !== handler && isWithin(handler, other))) continue;
      for (const missing of callsWithoutSignal(code, body, vocabulary.packages)) {
        const text = signalAt(code, handler, missing.call);
        const signal = text ?? library.signal?.at.replace(/^param\d+(?:\[\])?\.?/, '…') ?? '';
        report({
          at: nameOf(missing.call),
          messageId: 'ignores',
          data: {
            call: shortText(missing.call.expression),
            aborts: library.signal?.aborts ?? '',
            library: library.name,
            signal: signal === '…' ? 'signal' : signal,
          },
          suggest: [text === undefined ? undefined : passing(missing, text)],
        });
      }
    }
  },
});

/** Is the function of one handler a part of another one's text? That one is given the signal. */
function isWithin({ body }: Handler, other: Handler): boolean {
  return body !== undefined && other.body !== undefined && isInside(body, other.body) && body !== other.body;
}

function nameOf({ expression }: ts.CallExpression): ts.Node {
  const callee = skipOuter(expression);
  return ts.isPropertyAccessExpression(callee) ? callee.name : callee;
}

function shortText(node: ts.Node): string {
  const text = node.getText().replace(/\s+/g, ' ');
  return text.length > 40 ? `…${text.slice(-40)}` : text;
}

/** Writes the signal into the call: as an argument, or into its options. */
function passing({ call, index, key }: SignalMissing, signal: string): Suggestion | undefined {
  const option = key === undefined || key === signal ? signal : `${key}: ${signal}`;
  const common = { messageId: 'pass', data: { signal } };
  const argument = call.arguments[index];
  if (argument) {
    const options = skipOuter(argument);
    if (!ts.isObjectLiteralExpression(options)) return undefined;
    const last = options.properties.at(-1);
    if (last) return { ...common, ...addAfter(last, option) };
    return { ...common, replace: options, text: `{ ${option} }` };
  }
  if (call.arguments.length !== index) return undefined;
  const text = key === undefined ? option : `{ ${option} }`;
  const last = call.arguments.at(-1);
  const at = last ? last.getEnd() : call.getEnd() - 1;
  return { ...common, replace: { start: at, end: at }, text: last ? `, ${text}` : text };
}
