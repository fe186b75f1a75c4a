import { type Case, testRule } from '../rules/support.js';

/** A framework that does not exist. */
const clockwork = (more: object): object => ({
  libraries: [
    {
      name: 'Clockwork',
      files: ['clockwork.ts'],
      queues: [{ construct: 'Queue', name: 'arg0', options: 'arg1' }],
      dispatches: [{ method: 'Queue.push', task: 'arg0', options: 'arg1' }],
      attempts: { option: 'runs', counts: 'runs', default: 1 },
      ...more,
    },
  ],
});
const files = (text: string): Record<string, string> => ({
  'clockwork.ts':
    'export declare class Queue { constructor(name: string, options?: object); push(task: string, options?: object): void; plan(text: string, zone?: string): void; plans(list: object[]): void; }',
  'app.ts': `import { Queue } from './clockwork.js';\nconst queue = new Queue('a');\ndeclare const some: number;\n${text}`,
});
const because = 'it is so';

const relation: readonly Case[] = [
  {
    name: 'one must be less than the other, in their units',
    settings: clockwork({
      relations: [{ option: 'beat', unit: 's', than: 'end', thanUnit: 'ms', because }],
    }),
    code: files(
      `queue.push('t', { «beat: 2», end: 2000 });\nqueue.push('t', { beat: 1, end: 2000 });\nqueue.push('t', { beat: some, end: 2000 });\nqueue.push('t', { beat: 9 });`,
    ),
  },
  {
    name: 'they may be equal, a default holds, and another option ends it',
    settings: clockwork({
      relations: [{ option: 'beat', than: 'end', thanDefault: 500, orEqual: true, unless: 'free', because }],
    }),
    code: files(
      `queue.push('t', { «beat: 501» });\nqueue.push('t', { beat: 500 });\nqueue.push('t', { beat: 501, free: true });`,
    ),
  },
];

const amount: readonly Case[] = [
  {
    name: 'less than anybody means; never of 0',
    settings: clockwork({
      amounts: [{ option: 'pause', unit: 'ms', least: 100, because }],
    }),
    code: files(
      `queue.push('t', { «pause: 30» });\nqueue.push('t', { pause: 100 });\nqueue.push('t', { pause: 0 });\nqueue.push('t', { pause: some });`,
    ),
  },
];

const long: readonly Case[] = [
  {
    name: 'more than anybody means',
    settings: clockwork({ amounts: [{ option: 'limit', unit: 's', most: 100_000, because }] }),
    code: files(`queue.push('t', { «limit: 30_000» });\nqueue.push('t', { limit: 100 });`),
  },
];

testRule('no-conflicting-time-limits', 'short', { amount });
testRule('no-conflicting-time-limits', 'long', { long });

const cron = { fields: [5], lastWeekday: 6 };
const schedule: readonly Case[] = [
  {
    name: 'an expression, and each of a list',
    settings: clockwork({
      cron,
      schedules: [
        { method: 'Queue.plan', expression: 'arg0' },
        { method: 'Queue.plans', each: 'arg0', expression: 'item.at' },
      ],
    }),
    code: files(
      `queue.plan(«'0 25 * * *'»);\nqueue.plan('0 5 * * *');\nqueue.plan(String(some));\nqueue.plans([{ at: «'0 0 * * 7'» }, { at: '0 0 * * 6' }]);`,
    ),
  },
  {
    name: 'a site with a dialect of its own',
    settings: clockwork({
      cron,
      schedules: [{ method: 'Queue.plan', expression: 'arg0', dialect: { fields: [5], lastWeekday: 7 } }],
    }),
    code: files(`queue.plan('0 0 * * 7');\nqueue.plan(«'0 0 * * 8'»);`),
  },
];
testRule('no-conflicting-time-limits', 'conflict', { relation });
testRule('valid-schedule', 'invalid', { schedule });
