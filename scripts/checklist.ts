/**
 * The page that says what becomes of each item of the community's checklist: which rules stand for it, and in
 * which configurations, or why no rule can. Which rule stands for what, the rules say themselves.
 */
import type { Preset, TaskRule } from '../src/rule.js';

export interface ChecklistItem {
  readonly number: number;
  /** What it asks for, in our words. */
  readonly asks: string;
  /** What it means where tasks are written in TypeScript. */
  readonly means: string;
  /** Why no rule stands for it, where none does. */
  readonly unseen?: string;
}

/** The items, as the rules count them. */
export const items: readonly ChecklistItem[] = [
  {
    number: 1,
    asks: 'A broker that is made for it: RabbitMQ or Redis, not a relational database.',
    means: 'the library, and the address that it is given',
  },
  {
    number: 2,
    asks: 'Small, plain payloads: the id of a user, and not the user.',
    means: 'rows and entities of an ORM, and values that the serializer loses',
  },
  {
    number: 3,
    asks: 'No task waits for another task.',
    means: '`waitUntilFinished`, `finished()`, `.get()`; waits that an engine puts aside are fine',
  },
  {
    number: 4,
    asks: 'A task that runs twice does no more than one that runs once.',
    means: 'the comment `@idempotent`, or a key that the library deduplicates by',
  },
  {
    number: 5,
    asks: 'A task does all of its work or nothing.',
    means: 'one transaction around its writes, and no dispatch before that has committed',
  },
  {
    number: 6,
    asks: 'A task that failed is tried again, where that can help.',
    means: 'somebody decided how often',
  },
  {
    number: 7,
    asks: 'A task that always fails is given up at last.',
    means: 'a bound on the runs, and no message that is put back without end',
  },
  {
    number: 8,
    asks: 'The pauses between the runs grow, and have a random part.',
    means: 'backoff and jitter, in the units of each library',
  },
  {
    number: 9,
    asks: 'Where no message may be lost: acknowledged after the work, and the work is idempotent.',
    means: 'late acknowledgement, and messages that are settled by hand',
  },
  {
    number: 10,
    asks: 'A task has a time limit, and ends in good order when it comes.',
    means: 'timeouts, an `AbortSignal`, the durations of engines',
  },
  {
    number: 11,
    asks: 'Several queues, so that slow tasks do not hold up quick ones.',
    means: 'queues that are named, and not one for everything',
  },
  {
    number: 12,
    asks: 'Defaults of your own in one place.',
    means: '`defaultJobOptions`, a factory or a base class for tasks',
  },
  {
    number: 13,
    asks: 'The library puts tasks together, and not the tasks themselves.',
    means: 'flows, chains, and dispatching many at once',
  },
  {
    number: 14,
    asks: 'Tasks log much, with the logger that knows which task it is.',
    means: '`job.log`, `helpers.logger`, the loggers of engines and of NestJS',
  },
  {
    number: 15,
    asks: 'Somebody is told of failures, with the stack.',
    means: 'listeners for `failed`, dead letters, an error reporter; no error that is swallowed',
  },
  {
    number: 16,
    asks: 'Somebody watches the queues.',
    means: 'bull-board, metrics, OpenTelemetry, the dashboards of engines',
    unseen:
      'Whether a dashboard runs, and whether anybody looks at it, is decided by how the project is deployed. No line of a file is wrong without it.',
  },
  {
    number: 17,
    asks: 'Tests run tasks at once, and only tests do.',
    means: 'handlers that are called directly, and test modes that are switched on',
  },
];

type Rules = Readonly<Record<string, Pick<TaskRule, 'meta'>>>;

/** The rules that stand for an item, in the order of their names. */
function rulesFor(item: ChecklistItem, rules: Rules): readonly string[] {
  return Object.entries(rules)
    .filter(([, { meta }]) => meta.docs.checklist.includes(item.number))
    .map(([name]) => name)
    .sort();
}

/** The items that neither a rule nor a reason stands for, and the numbers that a rule names and no item has. */
export function gapsIn(rules: Rules): readonly string[] {
  const numbers = new Set(items.map(({ number }) => number));
  return [
    ...items
      .filter((item) => rulesFor(item, rules).length === 0 && item.unseen === undefined)
      .map(({ number }) => `item ${String(number)} has neither a rule nor a reason why there is none`),
    ...items
      .filter((item) => rulesFor(item, rules).length > 0 && item.unseen !== undefined)
      .map(({ number }) => `item ${String(number)} has a rule, and a reason why there is none`),
    ...Object.entries(rules).flatMap(([name, { meta }]) =>
      meta.docs.checklist
        .filter((number) => !numbers.has(number))
        .map((number) => `${name} stands for item ${String(number)}, which there is not`),
    ),
  ];
}

/** The table of docs/checklist.md. */
export function checklistTable(rules: Rules): string {
  const rows = items.map((item) => [String(item.number), item.asks, item.means, answerTo(item, rules)]);
  const head = ['item', 'it asks for', 'what is looked at', 'rules'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function answerTo(item: ChecklistItem, rules: Rules): string {
  const names = rulesFor(item, rules);
  if (names.length > 0) return names.map((name) => linkTo(name, rules[name])).join('<br>');
  return item.unseen ?? 'no rule yet';
}

const presets: readonly Preset[] = ['recommended', 'strict', 'checklist'];

function linkTo(name: string, rule: Pick<TaskRule, 'meta'> | undefined): string {
  const within = presets.filter((preset) => rule?.meta.docs.presets[preset] !== undefined);
  return `[${name}](../rules/${name}.md) (${within.map((preset) => `\`${preset}\``).join(', ')})`;
}
