import { type Case, testRule } from './support.js';

const head = `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
export declare const users: { id: string }[];
export declare const log: (...args: unknown[]) => void;
`;
/** The body of an async function of a module that has a queue. */
const app = (body: string, before = ''): string =>
  `${head}${before}export async function run(isNew: boolean) {\n${body}\n}\n`;
const plain = (body: string): string => `${head}export function run() {\n${body}\n}\n`;

const dropped: readonly Case[] = [
  {
    name: 'a statement of its own',
    code: app(`mails.«add»('welcome', {});`),
    messages: ['Nobody waits for `mails.add`: when BullMQ cannot take the task it is lost'],
    outputs: [[`await mails.add('welcome', {});`]],
  },
  {
    name: 'in a function that is not async: no suggestion',
    code: plain(`mails.«add»('welcome', {});`),
    outputs: [[]],
  },
  {
    name: 'at the top of a module',
    code: `${head}mails.«add»('welcome', {});`,
    outputs: [[`await mails.add('welcome', {});`]],
  },
  {
    name: 'at the top of a CommonJS file, where nothing can be awaited',
    code: {
      'app.cts': `import { Queue } from 'bullmq';\nconst mails = new Queue('mails', { connection: {} });\nmails.«add»('welcome', {});`,
    },
    outputs: [[]],
  },
  { name: 'optional chaining', code: app(`(isNew ? mails : undefined)?.«add»('welcome', {});`) },
  {
    name: 'through then',
    code: app(`mails.«add»('welcome', {}).then(log);`),
    outputs: [[`await mails.add('welcome', {}).then(log);`]],
  },
  { name: 'through finally', code: app(`mails.«add»('welcome', {}).finally(() => log('done'));`) },
  { name: 'a catch without a handler', code: app(`mails.«add»('welcome', {}).catch(undefined);`) },
  { name: 'dispatched by a then', code: app(`Promise.resolve().then(() => mails.«add»('welcome', {}));`) },
  {
    name: 'behind a condition',
    code: app(`isNew && mails.«add»('welcome', {});`),
    outputs: [[`await (isNew && mails.add('welcome', {}));`]],
  },
  {
    name: 'either of two',
    code: app(`isNew ? mails.«add»('welcome', {}) : mails.«add»('back', {});`),
    outputs: [
      [`await (isNew ? mails.add('welcome', {}) : mails.add('back', {}));`],
      [`await (isNew ? mails.add('welcome', {}) : mails.add('back', {}));`],
    ],
    staysAfterSuggestion: 'one await mends both',
  },
  { name: 'in parentheses, asserted', code: app(`(mails.«add»('welcome', {}) as Promise<unknown>);`) },
  { name: 'before a comma', code: app(`mails.«add»('a', {}), await mails.add('b', {});`) },
  {
    name: 'in a variable that nobody reads',
    code: app(`const job = mails.«add»('welcome', {});`),
    outputs: [[`const job = await mails.add('welcome', {});`]],
  },
  {
    name: 'assigned to a variable that nobody reads',
    code: app(`let last: unknown;\nlast = mails.«add»('welcome', {});`),
  },
  {
    name: 'collected in a list that nobody reads',
    code: app(
      `const all: Promise<unknown>[] = [];\nfor (const { id } of users) all.push(mails.«add»('welcome', { id }));`,
    ),
  },
  {
    name: 'Promise.all that nobody awaits',
    code: app(`Promise.all([mails.«add»('a', {}), log()]);`),
    outputs: [[`await Promise.all([mails.add('a', {}), log()]);`]],
  },
  { name: 'a list as it is', code: app(`[mails.«add»('a', {})];`), ids: 'list' },
  {
    name: 'try does not catch what is not awaited',
    code: app(`try {\n  mails.«add»('a', {});\n} catch (error) {\n  log(error);\n}`),
  },
  { name: 'in a listener', code: plain(`process.on('SIGHUP', () => {\n  mails.«add»('again', {});\n});`) },
  {
    name: 'a bulk is one report',
    code: app(`mails.«addBulk»(users.map(({ id }) => ({ name: 'welcome', data: { id } })));`),
  },
  {
    name: 'a bulk of two is one report',
    code: app(`mails.«addBulk»([{ name: 'a', data: {} }, { name: 'b', data: {} }]);`),
  },
  {
    name: 'injected by NestJS',
    code: `import { InjectQueue } from '@nestjs/bullmq';\nimport type { Queue } from 'bullmq';\nexport class Users {\n  constructor(@InjectQueue('mails') private readonly mails: Queue) {}\n  async create() {\n    this.mails.«add»('welcome', {});\n  }\n}`,
  },
  {
    name: 'of a subclass, required, taken out',
    code: `import bull = require('bullmq');\nclass Mails extends bull.Queue {}\nconst { add } = new Mails('mails', { connection: {} });\nexport async function run() {\n  «add»('welcome', {});\n}`,
    broken: true,
  },
  {
    name: 'a renamed import',
    code: `import { Queue as Q } from 'bullmq';\nconst q = new Q('a', { connection: {} }) satisfies Q;\nexport const run = async () => {\n  q.«add»('a', {});\n};`,
  },
];

const callbacks: readonly Case[] = [
  {
    name: 'an async callback of forEach: once, at forEach',
    code: app(
      `users.«forEach»(async ({ id }) => {\n  await mails.add('a', { id });\n  await mails.add('b', { id });\n});`,
    ),
    ids: 'callback',
    messages: ['`forEach` drops the promises of its callback'],
    outputs: [
      [
        `await Promise.all(users.map(async ({ id }) => {\n  await mails.add('a', { id });\n  await mails.add('b', { id });\n}));`,
      ],
    ],
  },
  {
    name: 'a callback of forEach that returns the promise',
    code: app(`users.«forEach»(({ id }) => mails.add('a', { id }));`),
    ids: 'callback',
    outputs: [[`await Promise.all(users.map(({ id }) => mails.add('a', { id })));`]],
  },
  {
    name: 'forEach of a set, which has no map',
    code: app(`new Set(['a']).«forEach»(async (id) => {\n  await mails.add('a', { id });\n});`),
    ids: 'callback',
    outputs: [[]],
  },
  {
    name: 'a list that nobody awaits',
    code: app(`users.«map»(async ({ id }) => {\n  await mails.add('a', { id });\n});`),
    ids: 'list',
    outputs: [[`await Promise.all(users.map(async ({ id }) => {\n  await mails.add('a', { id });\n}));`]],
  },
  {
    name: 'await of a list',
    code: app(`await users.«map»(({ id }) => mails.add('a', { id }));`),
    ids: 'list',
    outputs: [[`await Promise.all(users.map(({ id }) => mails.add('a', { id })));`]],
  },
  {
    name: 'a list that nobody reads',
    code: app(`const all = users.«map»(({ id }) => mails.add('a', { id }));`),
    ids: 'list',
  },
  {
    name: 'not awaited in an async callback',
    code: app(`users.forEach(async ({ id }) => {\n  mails.«add»('a', { id });\n});`),
  },
  {
    name: 'a list that is awaited',
    code: app(`await Promise.all(users.map(({ id }) => mails.add('a', { id })));`),
  },
  {
    name: 'a list that is settled',
    code: app(`await Promise.allSettled([...users.map(async ({ id }) => mails.add('a', { id }))]);`),
  },
  {
    name: 'a list that is returned',
    code: `${head}export const run = () => Promise.all(users.map(({ id }) => mails.add('a', { id })));`,
  },
  {
    name: 'a list that is kept',
    code: app(`const all = users.map(({ id }) => mails.add('a', { id }));\nawait Promise.all(all);`),
  },
  {
    name: 'a list that is added to',
    code: app(`const all: Promise<unknown>[] = [];\nall.push(mails.add('a', {}));\nawait Promise.all(all);`),
  },
  {
    name: 'caught in the callback',
    code: app(
      `users.forEach(async ({ id }) => {\n  try {\n    await mails.add('a', { id });\n  } catch (error) {\n    log(error);\n  }\n});`,
    ),
  },
  {
    name: 'caught and thrown again',
    code: app(
      `users.«forEach»(async ({ id }) => {\n  try {\n    await mails.add('a', { id });\n  } catch (error) {\n    throw new Error('no mail', { cause: error });\n  }\n});`,
    ),
    ids: 'callback',
  },
  {
    name: 'a forEach that waits',
    code: app(
      `const all = { forEach: async (f: (id: string) => Promise<unknown>) => { await f('a'); } };\nawait all.forEach(async (id) => {\n  await mails.add('a', { id });\n});`,
    ),
  },
  {
    name: 'a forEach that waits, its promise dropped: not known',
    code: app(
      `const all = { forEach: async (f: (id: string) => Promise<unknown>) => { await f('a'); } };\nall.forEach(async (id) => {\n  await mails.add('a', { id });\n});`,
    ),
  },
  {
    name: 'the third argument of a map of one’s own',
    code: app(
      `await ((list: unknown[], f: (each: unknown) => Promise<unknown>) => Promise.all(list.map(f)))(users, () => mails.add('a', {}));`,
    ),
  },
];

const kept: readonly Case[] = [
  { name: 'awaited', code: app(`await mails.add('a', {});`) },
  { name: 'returned', code: `${head}export function run() {\n  return mails.add('a', {});\n}` },
  { name: 'the body of an arrow', code: `${head}export const run = () => mails.add('a', {});` },
  { name: 'a catch', code: plain(`mails.add('a', {}).catch(log);`) },
  { name: 'a catch after then', code: plain(`mails.add('a', {}).then(log).catch(log);`) },
  { name: 'then with two handlers', code: plain(`mails.add('a', {}).then(log, log);`) },
  {
    name: 'a caught list',
    code: plain(`Promise.all(users.map(({ id }) => mails.add('a', { id }))).catch(log);`),
  },
  { name: 'void', code: plain(`void mails.add('a', {});`) },
  {
    name: 'void with a catch, where void is not enough',
    code: plain(`void mails.add('a', {}).catch(log);`),
    options: { ignoreVoid: false },
  },
  { name: 'handed to a function', code: plain(`log(mails.add('a', {}));`) },
  {
    name: 'handed to waitUntil',
    code: `${head}export function run(context: { waitUntil(promise: Promise<unknown>): void }) {\n  context.waitUntil(mails.add('a', {}));\n}`,
  },
  { name: 'kept in a variable', code: app(`const job = mails.add('a', {});\nlog('meanwhile');\nawait job;`) },
  {
    name: 'kept in a variable, exported later',
    code: `${head}const job = mails.add('a', {});\nexport { job };`,
  },
  { name: 'an exported variable', code: `${head}export const job = mails.add('a', {});` },
  {
    name: 'kept in a property',
    code: `${head}export class Run {\n  last: unknown;\n  run() {\n    this.last = mails.add('a', {});\n  }\n}`,
  },
  {
    name: 'returned by a callback of who knows what',
    code: plain(`process.on('SIGHUP', () => mails.add('again', {}));`),
  },
  {
    name: 'awaited in a callback of who knows what',
    code: plain(`process.on('SIGHUP', async () => {\n  await mails.add('again', {});\n});`),
  },
  {
    name: 'an async function that is called at once',
    code: plain(`(async () => {\n  await mails.add('again', {});\n})();`),
  },
  {
    name: 'a method of an object',
    code: `${head}export const routes = { post: async () => { await mails.add('a', {}); }, put: () => mails.add('b', {}) };`,
  },
  { name: 'in a generator', code: `${head}export function* run() {\n  yield mails.add('a', {});\n}` },
  { name: 'any', code: plain(`(mails as any).add('a', {});`) },
  {
    name: 'a project class of the same name',
    code: `class Queue {\n  async add(name: string) {\n    return name;\n  }\n}\nconst mails = new Queue();\nexport function run() {\n  mails.add('a');\n}`,
  },
  {
    name: 'names that nobody declared',
    code: `import { Nothing } from 'nowhere';\nconst mails = new Nothing('mails');\nexport function run() {\n  mails.add('a', {});\n  nothing.add();\n}`,
    broken: true,
  },
];

const voided: readonly Case[] = [
  {
    name: 'void',
    options: { ignoreVoid: false },
    code: app(`void mails.«add»('a', {});`),
    ids: 'voided',
    outputs: [[`await mails.add('a', {});`]],
  },
  {
    name: 'void, returned',
    options: { ignoreVoid: false },
    code: `${head}export const run = () => void mails.«add»('a', {});`,
    ids: 'voided',
    outputs: [[]],
  },
  {
    name: 'void of a list',
    options: { ignoreVoid: false },
    code: app(`void Promise.all(users.«map»(async ({ id }) => mails.add('a', { id })));`),
    ids: 'list',
    outputs: [[`await Promise.all(users.map(async ({ id }) => mails.add('a', { id })));`]],
  },
];

const wrapped = `import { Queue } from 'bullmq';
const mails = new Queue('mails', { connection: {} });
`;
const wrappers: readonly Case[] = [
  {
    name: 'a function that awaits, in another file',
    code: {
      'app.ts': `import { enqueue } from './queue.js';\nexport async function run() {\n  «enqueue»('welcome');\n}`,
      'queue.ts': `${wrapped}export async function enqueue(name: string) {\n  await mails.add(name, {});\n}`,
    },
    ids: 'through',
    messages: ['Nobody waits for `enqueue`, which dispatches to BullMQ (queue.ts:4)'],
    outputs: [[`await enqueue('welcome');`]],
  },
  {
    name: 'a function that returns',
    code: `${wrapped}const enqueue = (name: string) => mails.add(name, {});\nexport async function run() {\n  «enqueue»('welcome');\n  await enqueue('b');\n}`,
    ids: 'through',
  },
  {
    name: 'a method, of an object that is injected',
    code: `${wrapped}class Mails {\n  async send(name: string) {\n    const job = await mails.add(name, {});\n    return job.id;\n  }\n}\nexport class Users {\n  constructor(private readonly mails: Mails) {}\n  async create() {\n    this.mails.«send»('welcome');\n  }\n}`,
    ids: 'through',
  },
  {
    name: 'two functions',
    code: `${wrapped}async function enqueue(name: string) {\n  await mails.add(name, {});\n}\nfunction later(name: string) {\n  return enqueue(name);\n}\nexport async function run() {\n  «later»('welcome');\n}`,
    ids: 'through',
  },
  {
    name: 'in a callback of forEach',
    code: `${wrapped}async function enqueue(name: string) {\n  await mails.add(name, {});\n}\nexport async function run(names: string[]) {\n  names.«forEach»((name) => enqueue(name));\n}`,
    ids: 'callback',
  },
  {
    name: 'a function that catches its failure',
    code: `${wrapped}async function enqueue(name: string) {\n  try {\n    await mails.add(name, {});\n  } catch (error) {\n    console.error(error);\n  }\n}\nexport async function run() {\n  enqueue('welcome');\n}`,
  },
  {
    name: 'a function that returns nothing, and drops it itself',
    code: `${wrapped}function enqueue(name: string) {\n  mails.«add»(name, {});\n}\nexport async function run() {\n  enqueue('welcome');\n}`,
  },
  {
    name: 'an async function that drops it itself',
    code: `${wrapped}async function enqueue(name: string) {\n  mails.«add»(name, {});\n}\nexport async function run() {\n  enqueue('welcome');\n}`,
    outputs: [[`await mails.add(name, {});`]],
    staysAfterSuggestion: 'then its caller drops it',
  },
  {
    name: 'awaited',
    code: `${wrapped}async function enqueue(name: string) {\n  await mails.add(name, {});\n}\nexport async function run() {\n  await enqueue('welcome');\n}`,
  },
  {
    name: 'a dispatch in a callback that it hands on',
    code: `${wrapped}declare const limit: <T>(f: () => Promise<T>) => Promise<T>;\nasync function enqueue(name: string) {\n  await limit(() => mails.add(name, {}));\n}\nexport async function run() {\n  enqueue('welcome');\n}`,
  },
];

const builders: readonly Case[] = [
  {
    name: 'bee-queue: without save',
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\nexport async function run() {\n  mails.«createJob»({ id: 1 }).retries(3).delayUntil(5);\n}`,
    ids: 'unfinished',
    messages: [
      'Nothing ends this builder, so Bee-Queue is never given the task, and no error says so. End it with `.save()`.',
    ],
    outputs: [[`await mails.createJob({ id: 1 }).retries(3).delayUntil(5).save();`]],
  },
  {
    name: 'bee-queue: a variable of which only setters are called',
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\nexport function run() {\n  const job = mails.«createJob»({ id: 1 });\n  job.retries(3).timeout(5);\n  job.on('failed', console.error);\n}`,
    ids: 'unfinished',
    outputs: [[]],
  },
  {
    name: 'bee-queue: saved later',
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\nexport async function run() {\n  const job = mails.createJob({ id: 1 });\n  job.retries(3);\n  await job.save();\n}`,
  },
  {
    name: 'bee-queue: handed on',
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\ndeclare function save(job: unknown): void;\nexport const make = () => mails.createJob({ id: 1 });\nexport function run() {\n  const job = mails.createJob({ id: 1 });\n  job.retries(3);\n  save(job);\n}`,
  },
  {
    name: 'bee-queue: saved all',
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\nexport async function run() {\n  await mails.saveAll([mails.createJob({ id: 1 })]);\n  mails.«saveAll»([mails.createJob({ id: 1 })]);\n}`,
    outputs: [[`await mails.saveAll([mails.createJob({ id: 1 })]);`]],
  },
  {
    name: 'bee-queue: save with a callback',
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\nexport async function run(saved: () => void) {\n  mails.createJob({ id: 1 }).save(saved);\n  mails.createJob({ id: 1 }).save(() => saved());\n}`,
  },
  {
    name: 'kue: without save',
    code: `import kue from 'kue';\nconst queue = kue.createQueue();\nexport function run() {\n  queue.«create»('mail', {}).priority('high').attempts(5);\n}`,
    ids: 'unfinished',
    outputs: [[]],
  },
  {
    name: 'kue: save returns no promise',
    code: `import kue from 'kue';\nconst queue = kue.createQueue();\nexport function run() {\n  queue.create('mail', {}).save();\n  queue.create('mail', {}).save(console.error);\n}`,
  },
  {
    name: 'faktory: without push',
    code: `import { Client } from 'faktory-worker';\nconst client = new Client();\nexport async function run() {\n  client.«job»('mail', 1);\n}`,
    ids: 'unfinished',
    outputs: [[`await client.job('mail', 1).push();`]],
  },
  {
    name: 'faktory: fields of a builder',
    code: `import { Client } from 'faktory-worker';\nconst client = new Client();\nexport function run() {\n  const job = client.«job»('mail', 1);\n  job.queue = 'mails';\n}`,
    ids: 'unfinished',
  },
  {
    name: 'agenda: without save',
    code: `import { Agenda } from 'agenda';\nexport async function run(agenda: Agenda) {\n  agenda.«create»('mail', {}).unique({ id: 1 });\n}`,
    ids: 'unfinished',
    outputs: [[`await agenda.create('mail', {}).unique({ id: 1 }).save();`]],
  },
  {
    name: 'agenda: run by hand',
    code: `import { Agenda } from 'agenda';\nexport async function run(agenda: Agenda) {\n  const job = agenda.create('mail', {});\n  await job.run();\n}`,
  },
  {
    name: 'sidequest: without enqueue',
    code: `import { Job, Sidequest } from 'sidequest';\nclass Mail extends Job {\n  async run(): Promise<void> {}\n}\nexport async function run() {\n  Sidequest.«build»(Mail).queue('mails');\n}`,
    ids: 'unfinished',
    outputs: [[`await Sidequest.build(Mail).queue('mails').enqueue();`]],
  },
  {
    name: '@boringnode/queue: enqueues when awaited',
    code: `import { Job } from '@boringnode/queue';\nclass Mail extends Job<{ id: number }> {\n  async execute(): Promise<void> {}\n}\nexport async function run() {\n  Mail.«dispatch»({ id: 1 });\n  Mail.dispatch({ id: 1 }).«in»('1d');\n  Mail.dispatchMany([{ id: 1 }]).«run»();\n  await Mail.dispatch({ id: 1 });\n  await Mail.dispatch({ id: 1 }).in('1d').run();\n}`,
    ids: ['lazy', 'lazy', 'floating'],
    messages: ['@boringnode/queue enqueues this only once it is awaited, or `.run()` is called: nobody does'],
    outputs: [
      [`await Mail.dispatch({ id: 1 });`],
      [`await Mail.dispatch({ id: 1 }).in('1d');`],
      [`await Mail.dispatchMany([{ id: 1 }]).run();`],
    ],
  },
];

/** Of each library: what comes before, and dispatches that are dropped. */
const libraries: Readonly<Record<string, readonly [before: string, ...sends: string[]]>> = {
  bull: [
    `import Bull from 'bull';\nconst mails = new Bull('mails');`,
    `mails.«add»({ id: 1 });`,
    `mails.«addBulk»([{ data: {} }]);`,
  ],
  'BullMQ’s flows': [
    `import { FlowProducer } from 'bullmq';\nconst flows = new FlowProducer({ connection: {} });`,
    `flows.«add»({ name: 'a', queueName: 'b' });`,
  ],
  'pg-boss': [
    `import PgBoss from 'pg-boss';\ndeclare const boss: PgBoss;`,
    `boss.«send»('mails', { id: 1 });`,
    `boss.«insert»([{ name: 'mails' }]);`,
    `boss.«schedule»('mails', '* * * * *');`,
  ],
  'graphile-worker': [
    `import { type Task } from 'graphile-worker';\nexport type T = Task;\ndeclare const helpers: import('graphile-worker').JobHelpers;`,
    `helpers.«addJob»('mail', {});`,
  ],
  agenda: [
    `import { Agenda } from 'agenda';\ndeclare const agenda: Agenda;`,
    `agenda.«now»('mail', {});`,
    `agenda.«every»('1 day', 'mail');`,
    `agenda.create('mail', {}).«save»();`,
  ],
  '@hokify/agenda': [
    `import { Agenda } from '@hokify/agenda';\ndeclare const agenda: Agenda;`,
    `agenda.«now»('mail', {});`,
  ],
  faktory: [
    `import { Client } from 'faktory-worker';\nconst client = new Client();`,
    `client.job('mail', 1).«push»();`,
    `client.«pushBulk»([{ jobtype: 'a', args: [] }]);`,
  ],
  'bee-queue': [
    `import Queue from 'bee-queue';\nconst mails = new Queue('mails');`,
    `mails.createJob({}).«save»();`,
  ],
  sidequest: [
    `import { Job, Sidequest } from 'sidequest';\nclass Mail extends Job {\n  async run(): Promise<void> {}\n}`,
    `Sidequest.build(Mail).«enqueue»();`,
  ],
  groupmq: [
    `import type { Queue } from 'groupmq';\ndeclare const mails: Queue<{ id: number }>;`,
    `mails.«add»({ groupId: 'a', data: { id: 1 } });`,
  ],
  'node-resque': [
    `import { Queue } from 'node-resque';\ndeclare const queue: Queue;`,
    `queue.«enqueue»('mails', 'mail', []);`,
  ],
  'trigger.dev': [
    `import { task, tasks } from '@trigger.dev/sdk/v3';\nconst mail = task({ id: 'mail', run: async (payload: { id: number }) => payload });`,
    `mail.«trigger»({ id: 1 });`,
    `tasks.«trigger»('mail', { id: 1 });`,
    `mail.«batchTrigger»([{ payload: { id: 1 } }]);`,
  ],
  inngest: [
    `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'shop' });`,
    `inngest.«send»({ name: 'paid', data: {} });`,
  ],
  'the steps of inngest': [
    `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'shop' });\nexport const f = inngest.createFunction({ id: 'f' }, { event: 'paid' }, async ({ step }) => {\n  step.«sendEvent»('mail', { name: 'mail', data: {} });\n  await step.sendEvent('more', { name: 'mail', data: {} });\n});`,
  ],
  temporal: [
    `import type { Client } from '@temporalio/client';\ndeclare const client: Client;`,
    `client.workflow.«start»('mail', { taskQueue: 'a', workflowId: 'b' });`,
  ],
  'temporal’s children': [
    `import { executeChild, startChild } from '@temporalio/workflow';`,
    `«startChild»('mail', {});`,
    `«executeChild»('mail', {});`,
  ],
  hatchet: [
    `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\ndeclare const hatchet: HatchetClient;\nconst mail = hatchet.task({ name: 'mail', fn: (input: { id: number }) => input });`,
    `mail.«runNoWait»({ id: 1 });`,
    `hatchet.«run»('mail', {});`,
  ],
  dbos: [
    `import { DBOS } from '@dbos-inc/dbos-sdk';\nconst mail = DBOS.registerWorkflow(async (id: number) => id, { name: 'mail' });`,
    `«DBOS.startWorkflow(mail)»(1);`,
  ],
  'restate’s ingress': [
    `import * as clients from '@restatedev/restate-sdk-clients';\nimport { service } from '@restatedev/restate-sdk';\nconst ingress = clients.connect({ url: 'https://restate.example' });\nconst mail = service({ name: 'mail', handlers: { send: async (_: unknown, to: string) => to } });`,
    `ingress.serviceSendClient(mail).«send»('a');`,
  ],
  'vercel workflow': [
    `import { start } from 'workflow/api';\ndeclare const mail: (id: number) => Promise<void>;`,
    `«start»(mail, [1]);`,
  ],
  'vercel queue': [`import { send } from '@vercel/queue';`, `«send»('mails', { id: 1 });`],
  'cloudflare queues': [
    `import type { Queue } from '@cloudflare/workers-types';\ndeclare const mails: Queue;`,
    `mails.«send»({ id: 1 });`,
    `mails.«sendBatch»([{ body: 1 }]);`,
  ],
  'cloudflare workflows': [
    `import type { Workflow } from '@cloudflare/workers-types';\ndeclare const flow: Workflow;`,
    `flow.«create»({ params: {} });`,
  ],
  'amqp-connection-manager': [
    `import type { ChannelWrapper } from 'amqp-connection-manager';\ndeclare const channel: ChannelWrapper;`,
    `channel.«sendToQueue»('mails', Buffer.from(''));`,
  ],
  golevelup: [
    `import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';\ndeclare const amqp: AmqpConnection;`,
    `amqp.«publish»('shop', 'paid', {});`,
  ],
  rascal: [
    `import type { BrokerAsPromised } from 'rascal';\ndeclare const broker: BrokerAsPromised;`,
    `broker.«publish»('mails', {});`,
  ],
  sqs: [
    `import { SendMessageCommand, SQS, SQSClient } from '@aws-sdk/client-sqs';\nconst client = new SQSClient({});\nconst sqs = new SQS({});`,
    `client.«send»(new SendMessageCommand({ QueueUrl: 'a', MessageBody: 'b' }));`,
    `sqs.«sendMessage»({ QueueUrl: 'a', MessageBody: 'b' });`,
  ],
  kafka: [
    `import type { Producer } from 'kafkajs';\ndeclare const producer: Producer;`,
    `producer.«send»({ topic: 'a', messages: [{ value: 'b' }] });`,
  ],
  'pub/sub': [
    `import { PubSub } from '@google-cloud/pubsub';\nconst topic = new PubSub().topic('mails');`,
    `topic.«publishMessage»({ json: {} });`,
  ],
  'cloud tasks': [
    `import { CloudTasksClient } from '@google-cloud/tasks';\nconst tasks = new CloudTasksClient();`,
    `tasks.«createTask»({ parent: 'a', task: {} });`,
  ],
  firebase: [
    `import { getFunctions } from 'firebase-admin/functions';`,
    `getFunctions().taskQueue('mails').«enqueue»({});`,
  ],
};

const byLibrary: readonly Case[] = Object.entries(libraries).flatMap(([name, [before, ...sends]]): Case[] => {
  const floating = sends.map((send) => `  ${send}`).join('\n');
  const awaited = sends.map((send) => `  await ${send.replace(/[«»]/g, '')}`).join('\n');
  if (sends.length === 0) return [{ name: `${name}: dropped`, code: before }];
  const file = (body: string): string => `${before}\nexport async function run() {\n${body}\n}`;
  return [
    {
      name: `${name}: dropped`,
      code: file(floating),
      outputs: sends.map((send) => [`await ${send.replace(/[«»]/g, '')}`]),
    },
    { name: `${name}: awaited`, code: file(awaited) },
  ];
});

const synchronous: readonly Case[] = [
  {
    name: 'amqplib: returns whether the buffer is full',
    code: `import type { Channel, ConfirmChannel } from 'amqplib';\nexport function run(channel: Channel, confirm: ConfirmChannel) {\n  channel.sendToQueue('a', Buffer.from(''));\n  channel.publish('a', 'b', Buffer.from(''));\n  confirm.publish('a', 'b', Buffer.from(''), {}, () => undefined);\n}`,
  },
  {
    name: 'celery-node: returns the result to come',
    code: `import { createClient } from 'celery-node';\nconst client = createClient();\nexport function run() {\n  client.sendTask('a', []);\n  client.createTask('a').delay(1);\n}`,
  },
  {
    name: 'NestJS microservices: returns an observable',
    code: `import type { ClientProxy } from '@nestjs/microservices';\nexport function run(client: ClientProxy) {\n  client.emit('a', {});\n}`,
  },
  {
    name: 'restate: one-way calls of a handler are recorded',
    code: `import { service, type Context } from '@restatedev/restate-sdk';\nconst mail = service({ name: 'mail', handlers: { send: async (_: Context, to: string) => to } });\nexport const other = service({ name: 'other', handlers: { run: async (context: Context) => {\n  context.serviceSendClient(mail).send('a');\n  context.serviceClient(mail).«send»('b');\n} } });`,
  },
  {
    name: 'restate: a client that is kept',
    code: `import { service, type Context } from '@restatedev/restate-sdk';\nconst mail = service({ name: 'mail', handlers: { send: async (_: Context, to: string) => to } });\nexport const other = service({ name: 'other', handlers: { run: async (context: Context) => {\n  const client = context.serviceClient(mail);\n  await client.send('b');\n} } });`,
  },
  {
    name: 'SQS: with a callback',
    code: `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';\nexport function run(client: SQSClient) {\n  client.send(new SendMessageCommand({ QueueUrl: 'a', MessageBody: 'b' }), () => undefined);\n}`,
  },
  {
    name: 'SQS: a command in a variable',
    code: `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';\nexport async function run(client: SQSClient) {\n  const command = new SendMessageCommand({ QueueUrl: 'a', MessageBody: 'b' });\n  client.«send»(command);\n  const other = new SendMessageCommand({ QueueUrl: 'a', MessageBody: 'b' });\n  await client.send(other);\n}`,
  },
  {
    name: 'graphile-worker: cron items are no promise',
    code: `import { parseCronItems } from 'graphile-worker';\nexport const run = () => {\n  parseCronItems([{ task: 'a', match: '* * * * *' }]);\n};`,
  },
  {
    name: 'pub/sub: with a callback',
    code: `import { PubSub } from '@google-cloud/pubsub';\nexport const run = () => {\n  new PubSub().topic('mails').publishMessage({ json: {} }, () => undefined);\n};`,
  },
];

const untyped: readonly Case[] = [
  {
    name: 'without types',
    untyped: true,
    code: app(`mails.«add»('a', {});\nawait mails.add('b', {});`),
    outputs: [[`await mails.add('a', {});`]],
  },
  {
    name: 'without types, JavaScript',
    untyped: true,
    code: {
      'app.js': `const { Queue } = require('bullmq');\nconst mails = new Queue('mails', {});\nexports.run = async () => {\n  mails.«add»('a', {});\n};`,
    },
    outputs: [[`await mails.add('a', {});`]],
  },
  {
    name: 'without types, a list',
    untyped: true,
    code: `import { Queue } from 'bullmq';\nconst mails = new Queue('mails', {});\nexport const run = async () => {\n  ['a', 'b'].«forEach»(async (name) => {\n    await mails.add(name, {});\n  });\n};`,
    ids: 'callback',
    broken: true,
  },
  {
    name: 'without types, what may be no list',
    untyped: true,
    code: app(`users.forEach(async ({ id }) => {\n  await mails.add('a', { id });\n});`),
  },
  {
    name: 'without types, a send that returns no promise',
    untyped: true,
    code: `import { createClient } from 'celery-node';\nconst client = createClient('a', 'b');\nexport function run() {\n  client.sendTask('a', []);\n}`,
  },
  {
    name: 'without types, an unfinished builder',
    untyped: true,
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\nexport const run = () => {\n  mails.«createJob»({}).retries(3);\n  mails.createJob({}).delayUntil(3);\n};`,
    ids: 'unfinished',
  },
];

testRule(
  'no-floating-dispatch',
  'floating',
  { dropped, callbacks, kept, voided, wrappers, builders, byLibrary, synchronous, untyped },
  { typedOutputs: true },
);
