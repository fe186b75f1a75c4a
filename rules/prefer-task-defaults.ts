import ts from 'typescript';
import { createRule } from '../src/rule.js';
import type { Dispatch, Handler } from '../src/tasks/model.js';
import { policyWrittenAt, type Written } from '../src/tasks/written.js';

/** Twice may be chance; the third time it is a policy. */
const enough = 3;

export default createRule({
  name: 'prefer-task-defaults',
  description: 'require a policy that many dispatches share to be stated once',
  presets: { checklist: {} },
  checklist: [12],
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    dispatches:
      '`{{policy}}` is written out at {{count}} dispatches of this queue (also {{others}}): who changes it will miss one. State it once, in {{defaults}}.',
    definitions:
      '`{{policy}}` is written out at {{count}} definitions (also {{others}}): who changes it will miss one. State it once, in {{defaults}}.',
  },
  check({ project, file, report, where }) {
    const reported = new Set<string>();
    for (const dispatch of project.dispatchesIn(file)) judge(dispatch, () => project.dispatches);
    for (const handler of project.handlersIn(file)) {
      if (handler.library.layers.includes('definition')) judge(handler, () => project.handlers);
    }

    function judge<T extends Dispatch | Handler>(subject: T, all: () => readonly T[]): void {
      const { defaultsAt } = subject.library;
      const key = defaultsAt === undefined ? undefined : keyOf(subject);
      const own = key === undefined ? undefined : policyWrittenAt(subject);
      if (defaultsAt === undefined || !own || reported.has(`${key ?? ''} ${own.text}`)) return;
      reported.add(`${key ?? ''} ${own.text}`);
      const same = new Map<ts.Node, Written>();
      for (const each of all()) {
        const written = keyOf(each) === key ? policyWrittenAt(each) : undefined;
        if (written?.text === own.text) same.set(written.at, written);
      }
      const places = [...same.keys()].sort(inOrder);
      const [first, ...others] = places;
      if (!first || places.length < enough || first.getSourceFile() !== file) return;
      report({
        at: ts.isPropertyAssignment(first.parent) ? first.parent : first,
        messageId: subject.kind === 'dispatch' ? 'dispatches' : 'definitions',
        data: {
          policy: shorten(own.text),
          count: String(places.length),
          others: others.slice(0, 2).map(where).join(', ') + (others.length > 2 ? ', …' : ''),
          defaults: defaultsAt,
        },
      });
    }
  },
});

/** What shares defaults: the dispatches of one queue, or all definitions; undefined where that is not known. */
function keyOf(subject: Dispatch | Handler): string | undefined {
  const { library, through, queue } = subject;
  if (through) return undefined;
  if (subject.kind === 'handler')
    return library.layers.includes('definition') ? `${library.name} definitions` : undefined;
  if (library.layers.includes('definition') || subject.ignoresQueue) return undefined;
  const [name] = queue.state === 'stated' && queue.values.length === 1 ? queue.values : [];
  if (name !== undefined) return `${library.base} queue ${name}`;
  // Its defaults are the project's.
  return library.unregistered ? `${library.base} queues` : undefined;
}

function inOrder(one: ts.Node, other: ts.Node): number {
  const [first, second] = [one.getSourceFile(), other.getSourceFile()];
  if (first === second) return one.pos - other.pos;
  return first.fileName < second.fileName ? -1 : 1;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
