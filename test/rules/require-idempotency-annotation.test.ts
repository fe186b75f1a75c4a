import { type Case, testRule } from './support.js';

/** A framework of the project whose tasks choose when they are acknowledged. */
const framework = `export interface Options { acksLate?: boolean; runs?: number; idempotent?: boolean; key?: string }
export function registerTask(name: string, options: Options, run: (data: unknown) => Promise<unknown>): void { void [name, options, run]; }
export function Task(options: Options) { return (target: object, key?: string) => { void [options, target, key]; }; }
`;
const libraries = [
  {
    name: 'Own',
    files: ['own.ts'],
    handlers: [
      { call: 'registerTask', task: 'arg0', options: 'arg1', handler: 'arg2', payload: 'param0' },
      { decorator: 'Task', options: 'arg0', handler: 'self', payload: 'param0' },
    ],
    acknowledgement: { option: 'acksLate', default: 'early' },
    idempotent: 'idempotent',
  },
];
const tag = '/** @idempotent TODO: say why running this twice is harmless. */';
const own = (text: string): Record<string, string> => ({
  'own.ts': framework,
  'app.ts': `import { registerTask, Task } from './own.js';\nexport { registerTask, Task };\n${text}`,
});
const late = (before = '', options = 'acksLate: true', callee = 'registerTask'): Record<string, string> =>
  own(`${before}${callee}('send', { ${options} }, async (data) => data);`);

const chosen: readonly Case[] = [
  {
    name: 'a task that does nothing',
    code: own(`registerTask('send', { acksLate: true }, async () => {});`),
  },
  {
    name: 'acksLate: true: at the callee, with the option and its line',
    code: late('', 'acksLate: true', '«registerTask»'),
    messages: [
      'Acknowledged late (`acksLate: true`, line 3), this task runs again when its worker dies on the way. Say why that is harmless: `/** @idempotent <why> */`.',
    ],
    outputs: [
      [`${tag}\nregisterTask('send', { acksLate: true }, async (data) => data);`.split('\n')[0] ?? ''],
    ],
  },
  {
    name: 'the message names the file of the option',
    code: {
      'own.ts': framework,
      'options.ts': `export const options = {\n  acksLate: true,\n};`,
      'app.ts': `import { registerTask } from './own.js';\nimport { options } from './options.js';\n«registerTask»('send', options, async (data) => data);`,
    },
    messages: ['(`acksLate: true`, options.ts:2)'],
  },
  { name: 'acksLate: false', code: late('', 'acksLate: false') },
  { name: 'nothing said: the default is early', code: late('', '') },
  { name: 'acksLate from the environment', code: late('', `acksLate: process.env['LATE'] === '1'`) },
  {
    name: 'acksLate of a parameter',
    code: own(
      `export const start = (acksLate: boolean) => registerTask('send', { acksLate }, async (data) => data);`,
    ),
  },
  {
    name: 'late on one way and early on the other',
    code: own(
      `export const start = (safe: boolean) => registerTask('send', { acksLate: safe ? true : false }, async (data) => data);`,
    ),
  },
  { name: 'idempotent: true', code: late('', 'acksLate: true, idempotent: true') },
  { name: 'idempotent: false', code: late('', 'acksLate: true, idempotent: false', '«registerTask»') },
  { name: 'idempotent that is not known', code: late('', `acksLate: true, idempotent: JSON.parse('true')`) },
  {
    name: 'a decorated method: at the decorator',
    code: own(
      `export class Mails {\n  «@Task({ acksLate: true })»\n  async send(data: unknown) {\n    return data;\n  }\n}`,
    ),
    outputs: [[tag]],
  },
];

const tags: readonly Case[] = [
  { name: 'a JSDoc tag before the registration', code: late('/** @idempotent the upsert decides */\n') },
  {
    name: 'a tag among other JSDoc',
    code: late('/**\n * Sends.\n * @idempotent the upsert decides\n * @see x\n */\n'),
  },
  { name: 'a line comment', code: late('// @idempotent the upsert decides\n') },
  {
    name: 'two comments',
    code: late('/** @idempotent the upsert decides */\n// eslint-disable-next-line no-console\n'),
  },
  {
    name: 'before the function argument',
    code: own(
      `registerTask('send', { acksLate: true }, /** @idempotent the upsert decides */ async (data) => data);`,
    ),
  },
  {
    name: 'before the constant that holds the function',
    code: own(
      `/** @idempotent the upsert decides */\nconst send = async (data: unknown) => data;\nregisterTask('send', { acksLate: true }, send);`,
    ),
  },
  {
    name: 'before an exported constant',
    code: own(
      `/** @idempotent the upsert decides */\nexport const send = async (data: unknown) => data;\nregisterTask('send', { acksLate: true }, send);`,
    ),
  },
  {
    name: 'before a function declaration',
    code: own(
      `/** @idempotent the upsert decides */\nasync function send(data: unknown) {\n  return data;\n}\nregisterTask('send', { acksLate: true }, send);`,
    ),
  },
  {
    name: 'before a function of another file',
    code: {
      'own.ts': framework,
      'send.ts': `/** @idempotent the upsert decides */\nexport async function send(data: unknown) {\n  return data;\n}`,
      'app.ts': `import { registerTask } from './own.js';\nimport { send } from './send.js';\nregisterTask('send', { acksLate: true }, send);`,
    },
  },
  {
    name: 'before a method',
    code: own(
      `export class Mails {\n  /** @idempotent the upsert decides */\n  @Task({ acksLate: true })\n  async send(data: unknown) {\n    return data;\n  }\n}`,
    ),
  },
  {
    name: 'between decorator and method',
    code: own(
      `export class Mails {\n  @Task({ acksLate: true })\n  /** @idempotent the upsert decides */\n  async send(data: unknown) {\n    return data;\n  }\n}`,
    ),
  },
  {
    name: 'a tag without a reason',
    code: late('/** @idempotent */\n', 'acksLate: true', '«registerTask»'),
    ids: 'reason',
    messages: ['`@idempotent` without a reason: say why running this task twice is harmless.'],
  },
  {
    name: 'a tag without a reason over several lines',
    code: late('/**\n * @idempotent\n * @see x\n */\n', 'acksLate: true', '«registerTask»'),
    ids: 'reason',
  },
  {
    name: 'a reason on the next line of the tag',
    code: late('/**\n * @idempotent\n *   the upsert decides\n */\n'),
  },
  {
    name: 'a line comment without a reason',
    code: late('// @idempotent\n', 'acksLate: true', '«registerTask»'),
    ids: 'reason',
  },
  {
    name: 'a tag that only begins alike',
    code: late('/** @idempotently done */\n', 'acksLate: true', '«registerTask»'),
  },
  {
    name: 'the word without the sign',
    code: late('/** idempotent, as it upserts */\n', 'acksLate: true', '«registerTask»'),
  },
  {
    name: 'a tag before another registration',
    code: own(
      `/** @idempotent the upsert decides */\nregisterTask('a', { acksLate: true }, async (data) => data);\n«registerTask»('b', { acksLate: true }, async (data) => data);`,
    ),
  },
  {
    name: 'a tag inside the function',
    code: own(
      `«registerTask»('send', { acksLate: true }, async (data) => {\n  // @idempotent the upsert decides\n  return data;\n});`,
    ),
  },
  {
    name: 'a bare tag at the registration and a reason at the function',
    code: own(
      `/** @idempotent the upsert decides */\nconst send = async (data: unknown) => data;\n/** @idempotent */\nregisterTask('send', { acksLate: true }, send);`,
    ),
  },
];

const bull = (text: string): string =>
  `import { Queue, Worker } from 'bullmq';\nconst options = { connection: {} };\n${text}\nexport { Queue, options };`;
const atLeastOnce: readonly Case[] = [
  {
    name: 'BullMQ: at the callee',
    code: bull(`export const work = new «Worker»('mail', async (job) => job.id, options);`),
    messages: [
      'BullMQ acknowledges after the run: a task whose worker dies on the way runs again. Say why that is harmless: `/** @idempotent <why> */`, or dispatch it with `jobId` or `deduplication.id`.',
    ],
    outputs: [[tag]],
  },
  {
    name: 'a tag',
    code: bull(
      `/** @idempotent the upsert decides */\nexport const work = new Worker('mail', async (job) => job.id, options);`,
    ),
  },
  {
    name: 'a tag before a class field',
    code: bull(
      `export class Mails {\n  /** @idempotent the upsert decides */\n  readonly work = new Worker('mail', async (job) => job.id, options);\n}`,
    ),
  },
  {
    name: 'an indented place: the suggestion keeps the indentation',
    code: bull(
      `export function start() {\n  return new «Worker»('mail', async (job) => job.id, options);\n}`,
    ),
    outputs: [[tag]],
  },
  {
    name: 'a tag before the class of a NestJS processor',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job } from 'bullmq';\n/** @idempotent the upsert decides */\n@Processor('mail')\nexport class Mails extends WorkerHost {\n  async process(job: Job) {\n    return job.id;\n  }\n}`,
  },
  {
    name: 'a tag before the method of a NestJS processor',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job } from 'bullmq';\n@Processor('mail')\nexport class Mails extends WorkerHost {\n  /** @idempotent the upsert decides */\n  async process(job: Job) {\n    return job.id;\n  }\n}`,
  },
  {
    name: 'an undeclared NestJS processor: at the decorator',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job } from 'bullmq';\n«@Processor('mail')»\nexport class Mails extends WorkerHost {\n  async process(job: Job) {\n    return job.id;\n  }\n}`,
    outputs: [[tag]],
  },
  {
    name: 'a tag of the class speaks for the methods of a bull consumer',
    code: `import { Process, Processor } from '@nestjs/bull';\nimport type { Job } from 'bull';\n/** @idempotent the upsert decides */\n@Processor('mail')\nexport class Mails {\n  @Process('a')\n  async a(job: Job) {\n    return job.id;\n  }\n}`,
  },
  {
    name: 'every dispatch has a jobId',
    code: bull(
      `const mail = new Queue('mail');\nawait mail.add('a', {}, { jobId: 'a-1' });\nexport const work = new Worker('mail', async (job) => job.id, options);`,
    ),
  },
  {
    name: 'every dispatch has a calculated jobId',
    code: bull(
      `const mail = new Queue('mail');\nexport const send = (id: number) => mail.add('a', {}, { jobId: \`a-\${id}\` });\nexport const work = new Worker('mail', async (job) => job.id, options);`,
    ),
  },
  {
    name: 'every dispatch has a deduplication id',
    code: bull(
      `const mail = new Queue('mail');\nawait mail.add('a', {}, { deduplication: { id: 'a' } });\nexport const work = new Worker('mail', async (job) => job.id, options);`,
    ),
  },
  {
    name: 'one dispatch has none',
    code: bull(
      `const mail = new Queue('mail');\nawait mail.add('a', {}, { jobId: 'a-1' });\nawait mail.add('a', {});\nexport const work = new «Worker»('mail', async (job) => job.id, options);`,
    ),
  },
  {
    name: 'the keys are those of another queue',
    code: bull(
      `const sms = new Queue('sms');\nawait sms.add('a', {}, { jobId: 'a-1' });\nexport const work = new «Worker»('mail', async (job) => job.id, options);`,
    ),
  },
  {
    name: 'the dispatches of another file have keys',
    code: {
      'send.ts': `import { Queue } from 'bullmq';\nawait new Queue('mail').add('a', {}, { jobId: 'a-1' });`,
      'app.ts': `import { Worker } from 'bullmq';\nexport const work = new Worker('mail', async (job) => job.id, { connection: {} });`,
    },
  },
  {
    name: 'a key that may not be there',
    code: bull(
      `const mail = new Queue('mail');\nawait mail.add('a', {}, JSON.parse('{}'));\nexport const work = new Worker('mail', async (job) => job.id, options);`,
    ),
  },
  {
    name: 'two workers of one handler are reported once',
    code: bull(
      `async function run() {\n  return 1;\n}\nexport const a = new «Worker»('mail', run, options);\nexport const b = new Worker('mail', run, options);`,
    ),
  },
  {
    name: 'a worker without a handler',
    code: bull(`export const work = new Worker('mail', null, options);`),
  },
  {
    name: 'bull',
    code: `import Bull from 'bull';\nnew Bull('mail').«process»(async (job) => job.id);`,
    messages: ['Bull acknowledges after the run'],
    outputs: [[tag]],
  },
  { name: 'a framework whose default is early', code: late('', ''), settings: { libraries } },
  {
    name: 'Temporal: a lost run is the only one that was asked for',
    code: `import { proxyActivities } from '@temporalio/workflow';\nexport const { charge } = proxyActivities<{ charge(id: string): Promise<void> }>({ startToCloseTimeout: '1m', retry: { maximumAttempts: 1 } });\nexport const { ship } = «proxyActivities»<{ ship(id: string): Promise<void> }>({ startToCloseTimeout: '1m', retry: { maximumAttempts: 2 } });`,
    // What is dispatched with a key is the workflow.
    messages: ['Say why that is harmless: `/** @idempotent <why> */`.'],
  },
  {
    name: 'Temporal: a function that makes proxies: once, there',
    code: `import { proxyActivities } from '@temporalio/workflow';
interface Mails { send(): Promise<void>; drop(): Promise<void> }
const of = (taskQueue: string) => «proxyActivities»<Mails>({ startToCloseTimeout: '1m', taskQueue, retry: { maximumAttempts: 3 } });
export async function flow(name: string) {
  const { send } = of(name);
  await send();
  await of('b').drop();
}`,
  },
  {
    name: 'Temporal: a function that makes proxies that are run as often as its callers say: at these',
    code: `import { proxyActivities } from '@temporalio/workflow';
interface Mails { send(): Promise<void>; drop(): Promise<void> }
const of = (runs: number) => proxyActivities<Mails>({ startToCloseTimeout: '1m', retry: { maximumAttempts: runs } });
export async function flow() {
  await of(1).send();
  await «of»(3).drop();
}`,
  },
  {
    name: 'Temporal: proxies that are run as often as what the workflow is given says',
    code: `import { proxyActivities } from '@temporalio/workflow';
interface Mails { send(): Promise<void> }
export async function flow(given: { runs?: number }) {
  const { send } = «proxyActivities»<Mails>({ startToCloseTimeout: '1m', retry: { maximumAttempts: given.runs ?? 3 } });
  await send();
}`,
  },
  {
    name: 'Restate: a step is not dispatched',
    code: `import { service, type Context } from '@restatedev/restate-sdk';\ndeclare function charge(): Promise<void>;\nexport const mails = service({ name: 'mails', handlers: { send: async (context: Context) => { await context.«run»('charge', () => charge()); } } });`,
    messages: [
      'Restate acknowledges after the run: a task whose worker dies on the way runs again. Say why that is harmless: `/** @idempotent <why> */`.',
    ],
  },
  {
    name: 'a library without keys',
    code: `import { Kafka } from 'kafkajs';\nconst consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'a' });\nawait consumer.«run»({ eachMessage: async ({ message }) => { console.log(message); } });`,
    messages: ['Say why that is harmless: `/** @idempotent <why> */`.'],
  },
  {
    name: 'graphile-worker: keys by the name of the task',
    code: `import { quickAddJob, run } from 'graphile-worker';
declare function send(): Promise<void>;
void run({ taskList: { «mail»: async () => { await send(); }, bill: async () => { await send(); } } });
export const add = async () => {
  await quickAddJob({}, 'bill', {}, { jobKey: 'bill' });
  await quickAddJob({}, 'mail', {});
};`,
    messages: ['or dispatch it with `jobKey`.'],
  },
  {
    name: 'graphile-worker: somebody dispatches tasks of any name',
    code: `import { quickAddJob, run } from 'graphile-worker';
declare function send(): Promise<void>;
void run({ taskList: { «mail»: async () => { await send(); } } });
export const keyed = () => quickAddJob({}, 'mail', {}, { jobKey: 'mail' });
export const add = (name: string) => quickAddJob({}, name, {});`,
  },
  {
    name: 'Trigger.dev: a lost run is the only one that was asked for',
    code: `import { task } from '@trigger.dev/sdk/v3';\ndeclare function brew(cup: string): Promise<void>;\nexport const once = task({ id: 'once', retry: { maxAttempts: 1 }, run: async (cup: string) => brew(cup) });\n${tag}\nexport const twice = task({ id: 'twice', retry: { maxAttempts: 2 }, run: async (cup: string) => brew(cup) });\nexport const both = «task»({ id: 'both', retry: { maxAttempts: 2 }, run: async (cup: string) => brew(cup) });`,
  },
  ...(
    [
      ['a lost run does not count', {}, '«registerTask»'],
      ['a lost run counts', { countsLost: true }, 'registerTask'],
    ] as const
  ).map(([name, words, callee]) => ({
    name,
    code: late('', 'runs: 1', callee),
    settings: {
      libraries: libraries.map((library) => ({
        ...library,
        acknowledgement: { default: 'late' },
        attempts: { option: 'runs', counts: 'runs', default: 3, ...words },
      })),
    },
  })),
].map((each) => ({ ids: 'automatic', options: { atLeastOnce: true }, ...each }));

const byDefault: readonly Case[] = [
  {
    name: 'BullMQ is silent',
    code: bull(`export const work = new Worker('mail', async (job) => job.id, options);`),
  },
  {
    name: 'Bull is silent',
    code: `import Bull from 'bull';\nnew Bull('mail').process(async (job) => job.id);`,
  },
];

const withLibrary = (cases: readonly Case[]): readonly Case[] =>
  cases.map((each) => ({ settings: { libraries }, ...each }));

testRule(
  'require-idempotency-annotation',
  'chosen',
  {
    chosen: withLibrary(chosen),
    tags: withLibrary(tags),
    'at least once': atLeastOnce,
    'by default': byDefault,
  },
  { typedOutputs: true },
);
