import { type Case, testRule } from '../rules/support.js';

/** A framework that does not exist. */
const acme = (more: object): object => ({
  libraries: [
    {
      name: 'Acme',
      files: ['acme.ts'],
      queues: [{ construct: 'Queue', name: 'arg0', options: 'arg1' }],
      queueDefaults: 'defaults',
      dispatches: [
        { method: 'Queue.push', task: 'arg0', options: 'arg1' },
        { method: 'Queue.pushAll', each: 'arg0', options: 'item' },
      ],
      attempts: { option: 'runs', counts: 'runs', default: 1 },
      ...more,
    },
  ],
});
const files = (text: string): Record<string, string> => ({
  'acme.ts':
    'export declare class Queue { constructor(name: string, options?: object); push(task: string, options?: object): void; pushAll(list: object[]): void; plan(text: string, zone?: string): void; }',
  'app.ts': `import { Queue } from './acme.js';\nconst queue = new Queue('a');\ndeclare const id: string;\n${text}`,
});
const because = { effect: 'ignored', because: 'it is so', instead: 'Do better' };

const traps: readonly Case[] = [
  {
    name: 'is, below, above, fraction, number',
    settings: acme({
      traps: [
        { option: 'a', is: ['x', true, Infinity], ...because },
        { option: 'b', below: 1, above: 5, ...because },
        { option: 'c', fraction: true, ...because },
        { option: 'd', number: true, ...because },
      ],
    }),
    code: files(
      `queue.push('t', { «a: 'x'», «b: 0», «c: 1.5», «d: 7» });\nqueue.push('t', { a: 'y', b: 1, c: 2, d: '7' });\nqueue.push('t', { «a: Infinity», b: 5 });\nqueue.push('t', { «a: true», «b: 6» });`,
    ),
  },
  {
    name: 'a value that one row names is not reported by another for its bounds, where the first one holds',
    settings: acme({
      traps: [
        { option: 'a', is: [Infinity], ...because, because: 'it has no end' },
        { option: 'a', above: 5, ...because, because: 'it is too much' },
        { option: 'b', is: [9], with: 'c', ...because, because: 'it meets c' },
        { option: 'b', above: 5, ...because, because: 'it is too much' },
      ],
    }),
    code: files(
      `queue.push('t', { «a: Infinity» });\nqueue.push('t', { «a: 6» });\nqueue.push('t', { «b: 9» });\nqueue.push('t', { «b: 9», c: 1 });`,
    ),
    messages: ['it has no end', 'it is too much', 'it is too much', 'it meets c'],
  },
  {
    name: 'matches: what is unknown in a template is an ellipsis',
    settings: acme({
      traps: [{ option: 'key', matches: '^[^:]*:…$', write: { character: ':', by: '/' }, ...because }],
    }),
    code: files("queue.push('t', { «key: `a:${id}`» });\nqueue.push('t', { key: `a:b${id}` });"),
    outputs: [["queue.push('t', { key: `a/${id}` });"]],
  },
  {
    name: 'without, with, overrides',
    settings: acme({
      traps: [
        { option: 'a', without: ['b'], write: { add: 'b: 1' }, ...because },
        { option: 'c', with: 'd', write: { remove: true }, ...because },
        { option: 'e', is: [0], overrides: true, write: { value: '1' }, ...because },
      ],
    }),
    code: files(
      `queue.push('t', { «a: 1» });\nqueue.push('t', { a: 1, b: 2 });\nqueue.push('t', { «c: 1», d: 2 });\nqueue.push('t', { c: 1 });\nqueue.push('t', { e: 0 });\nnew Queue('b', { defaults: { e: 3 } }).push('t', { «e: 0» });`,
    ),
    outputs: [
      [`queue.push('t', { a: 1, b: 1 });`],
      [`queue.push('t', { d: 2 });`],
      [`new Queue('b', { defaults: { e: 3 } }).push('t', { e: 1 });`],
    ],
  },
  {
    name: 'methods, and another name with a factor',
    settings: acme({
      traps: [
        { option: 'minutes', methods: ['Queue.push'], write: { rename: 'seconds', times: 60 }, ...because },
      ],
    }),
    code: files(`queue.push('t', { «minutes: 2» });\nqueue.pushAll([{ minutes: 2 }]);`),
    outputs: [[`queue.push('t', { seconds: 120 });`]],
  },
  {
    name: 'unlessQueue: nobody switches it on',
    settings: acme({ traps: [{ option: 'late', unlessQueue: 'arg1.promote', ...because }] }),
    code: files(`queue.push('t', { «late: true» });`),
  },
  {
    name: 'unlessQueue: somebody does',
    settings: acme({ traps: [{ option: 'late', unlessQueue: 'arg1.promote', ...because }] }),
    code: files(`new Queue('b', { promote: true });\nqueue.push('t', { late: true });`),
  },
  {
    name: 'settings: options of something else, and a call as a whole',
    settings: acme({
      settings: [
        { construct: 'Queue', options: 'arg1', traps: [{ option: 'speed', ...because }] },
        { method: 'Queue.plan', when: { arguments: 1 }, traps: [because] },
      ],
    }),
    code: files(`new Queue('b', { «speed: 1» });\nqueue.«plan»('x');\nqueue.plan('x', 'UTC');`),
  },
];

testRule('no-ineffective-option', 'ignored', { traps });
