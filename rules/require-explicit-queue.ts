import { createRule } from '../src/rule.js';
import type { Dispatch, Handler } from '../src/tasks/model.js';

/** So many different tasks have different needs. */
const enough = 3;

export default createRule({
  name: 'require-explicit-queue',
  description: 'require tasks to be spread over several queues',
  presets: { checklist: {} },
  checklist: [11],
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    default:
      'All {{count}} tasks of this project are in the default queue of {{library}} (`{{queue}}`): a thousand slow ones hold up each quick one behind them, and none can be scaled alone. Name queues.',
    single:
      'All {{count}} tasks of this project are in one queue (`{{queue}}`): a thousand slow ones hold up each quick one behind them, and none can be scaled alone. Use several.',
  },
  check({ project, file, report }) {
    const own = [...project.handlersIn(file), ...project.dispatchesIn(file)];
    const libraries = new Set(
      own.flatMap(({ library }) => (library.defaultQueue === undefined ? [] : [library.base])),
    );
    for (const base of libraries) {
      const all: readonly (Dispatch | Handler)[] = [...project.handlers, ...project.dispatches].filter(
        ({ library }) => library.base === base,
      );
      const tasks = new Set<string>();
      const queues = new Set<string>();
      // A function that only has a handler's type says nothing of its queue; what dispatches it does.
      const naming = all.filter((each) => each.kind === 'dispatch' || each.queue.state === 'stated');
      for (const { queue, task } of naming) {
        if (queue.state !== 'stated') return;
        for (const each of queue.values) queues.add(each);
        if (task.state === 'stated') for (const each of task.values) tasks.add(each);
      }
      const [queue] = queues;
      const [first] = naming
        .map(({ name }) => name)
        .sort((a, b) => compare(a.getSourceFile().fileName, b.getSourceFile().fileName) || a.pos - b.pos);
      if (!first || queue === undefined || queues.size > 1 || tasks.size < enough) continue;
      if (first.getSourceFile() !== file) continue;
      const library = naming[0]?.library;
      report({
        at: first,
        messageId: queue === library?.defaultQueue ? 'default' : 'single',
        data: { library: base, queue, count: String(tasks.size) },
      });
    }
  },
});

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
