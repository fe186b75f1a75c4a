import ts from 'typescript';
import { createRule } from '../src/rule.js';
import { addAfter, isDecidedHere, optionAt } from '../src/tasks/edit.js';
import type { Dispatch, Handler, Queue } from '../src/tasks/model.js';
import { skipOuter } from '../src/typescript/syntax.js';
import { alternatives, type Value } from '../src/typescript/value.js';
import { isCertainlyWithin } from '../src/typescript/version.js';

export default createRule({
  name: 'require-retry-jitter',
  description: 'require a random part in the growing pause between the runs of a failing task',
  presets: { strict: {}, checklist: {} },
  checklist: [8],
  type: 'suggestion',
  hasSuggestions: true,
  defaults: {},
  options: {},
  messages: {
    missing:
      'This backoff has no random part: all tasks that failed together come back together, and meet the other side at the same moments. State `{{option}}`.',
    off: 'Without its random part, all tasks of {{library}} that failed together come back together, and meet the other side at the same moments. Leave `{{option}}` on.',
    add: 'Add `{{text}}`.',
  },
  check({ project, file, report, isHere }) {
    const seen = new Set<ts.Node>();
    const defined = project
      .handlersIn(file)
      .filter((handler) => handler.library.layers.includes('definition'));
    for (const subject of [
      ...project.dispatchesIn(file),
      ...defined,
      ...project.queuesIn(file),
      ...project.policiesMentionedIn(file),
    ])
      judge(subject);

    function judge(subject: Dispatch | Handler | Queue): void {
      const { library, policy } = subject;
      const spec = library.backoff;
      if (spec?.jitter === undefined || !isCertainlyWithin(policy.version, spec.jitterSince, undefined))
        return;
      const { attempts, backoff } = policy;
      // Between two runs there is one pause, but many tasks may wait for it.
      if (attempts.state !== 'stated' || !attempts.values.some((runs) => runs >= 2)) return;
      if (!isDecidedHere(subject, 'attempts', 'backoff')) return;
      const jitter = alternatives(policy.option(spec.jitter));
      const data = { library: library.base, option: spec.jitter.split('.').at(-1) ?? '' };
      const [off] = jitter;
      if (off && jitter.every(isOff)) {
        once(off.node, () => {
          report({ at: optionAt(off.node), messageId: 'off', data });
        });
        return;
      }
      if (spec.jittered || backoff.state !== 'stated' || !jitter.every(({ kind }) => kind === 'absent'))
        return;
      if (!backoff.values.every(({ kind, delay }) => kind === 'exponential' && delay !== 0)) return;
      const text = library.suggest?.jitter;
      const literal = skipOuter(backoff.at);
      const last = ts.isObjectLiteralExpression(literal) ? literal.properties.at(-1) : undefined;
      once(backoff.at, () => {
        report({
          at: optionAt(backoff.at),
          messageId: 'missing',
          data,
          suggest: [
            last && text !== undefined
              ? { messageId: 'add', data: { text }, ...addAfter(last, text) }
              : undefined,
          ],
        });
      });
    }

    function once(at: ts.Node, say: () => void): void {
      if (!isHere(at) || seen.has(at)) return;
      seen.add(at);
      say();
    }
  },
});

/** Is a random part switched off where it is written? */
function isOff(value: Value): boolean {
  return value.kind === 'constant' && (value.value === false || value.value === 0);
}
