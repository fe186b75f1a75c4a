import { testRule, type Case } from './support.js';

/** Without an observer, and what makes it observed: text that is added, or put in place of a word. */
const samples: readonly (readonly [library: string, code: string, add: string, inPlaceOf?: string])[] = [
  [
    'BullMQ',
    `import { Worker } from 'bullmq';\nexport const it = new «Worker»('a', async () => 1, { connection: {} });`,
    `it.on('failed', () => {});`,
  ],
  [
    'Bull',
    `import Queue from 'bull';\nexport const it = new Queue('a');\nvoid it.«process»(async () => 1);`,
    `it.on('failed', () => {});`,
  ],
  [
    'Bee-Queue',
    `import Queue from 'bee-queue';\nexport const it = new Queue('a');\nit.«process»(async () => 1);`,
    `it.on('failed', () => {});`,
  ],
  [
    'Kue',
    `import kue from 'kue';\nexport const it = kue.createQueue();\nit.«process»('a', (job: kue.Job, done: () => void) => { done(); });`,
    `it.on('job failed', () => {});`,
  ],
  [
    'Agenda',
    `import { Agenda } from 'agenda';\nexport const it = new Agenda();\nit.«define»('a', async () => {});`,
    `it.on('fail:a', () => {});`,
  ],
  [
    'node-resque',
    `import { Worker } from 'node-resque';\nexport const it = new Worker({ queues: ['a'] }, { «a»: { perform: async () => 1 } });`,
    `it.on('failure', () => {});`,
  ],
  [
    'GroupMQ',
    `import { Worker, type Queue } from 'groupmq';\ndeclare const queue: Queue;\nexport const it = new «Worker»({ queue, handler: async () => 1 });`,
    `it.on('failed', () => {});`,
  ],
  [
    'sqs-consumer',
    `import { Consumer } from 'sqs-consumer';\nexport const it = Consumer.«create»({ queueUrl: 'q', handleMessage: async (message) => message });`,
    `it.on('processing_error', () => {});`,
  ],
  [
    'pg-boss',
    `import PgBoss from 'pg-boss';\nexport const it = new PgBoss('postgres://db');\nawait it.«work»('a', async () => {});`,
    `await it.createQueue('a', { name: 'a', deadLetter: 'dead' });`,
  ],
  [
    'graphile-worker',
    `import { run } from 'graphile-worker';\nexport const it = await run({ taskList: { «a»: async () => {} } });`,
    `it.events.on('job:failed', () => {});`,
  ],
  [
    'Trigger.dev',
    `import { task } from '@trigger.dev/sdk/v3';\nexport const it = «task»({ id: 'a', run: async () => 1 });`,
    `onFailure: async () => {}, run`,
    'run',
  ],
  [
    'Inngest',
    `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'app' });\nexport const it = inngest.«createFunction»({ id: 'a' }, { event: 'b' }, async () => 1);`,
    `id: 'a', onFailure: async () => {}`,
    `id: 'a'`,
  ],
  [
    'NestJS with BullMQ',
    `import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
«@Processor('a')»
export class It extends WorkerHost { async process(): Promise<void> {} /* more */ }
export { OnWorkerEvent };`,
    `@OnWorkerEvent('failed') failed(): void {}`,
    '/* more */',
  ],
  [
    'NestJS with Bull',
    `import { OnQueueFailed, Process, Processor } from '@nestjs/bull';
@Processor('a')
export class It {
  «@Process('one')» async one(): Promise<void> {}
  @Process('two') async two(): Promise<void> {}
  /* more */
}
export { OnQueueFailed };`,
    `@OnQueueFailed() failed(): void {}`,
    '/* more */',
  ],
];

const worker = (body: string, before = '', after = ''): string =>
  `import { Worker } from 'bullmq';\n${before}export const it = new «Worker»('a', async (job) => {\n${body}\n}, { connection: {} });\n${after}`;
const seen = (...given: Parameters<typeof worker>): string => worker(...given).replace(/[«»]/g, '');

testRule('require-failure-handler', 'unseen', {
  'every library, without an observer': samples.map(([name, code]): Case => ({
    name,
    code,
    messages: [['nobody learns of it']],
  })),
  'every library, with one': samples.map(([name, code, add, place]): Case => {
    const bare = code.replace(/[«»]/g, '');
    return { name, code: place === undefined ? `${bare}\n${add}` : bare.replace(place, add) };
  }),
  'another way to learn of it': [
    {
      name: 'QueueEvents',
      code: seen(
        'return 1;',
        '',
        `import { QueueEvents } from 'bullmq';\nnew QueueEvents('a').on('failed', () => {});`,
      ),
    },
    {
      name: 'a queue for what failed, made by the program (sqs-consumer)',
      code: `import { Consumer } from 'sqs-consumer';\nexport const queue = { QueueName: 'q', Attributes: { RedrivePolicy: '{ "deadLetterTargetArn": "arn" }' } };\nexport const it = Consumer.create({ queueUrl: 'q', handleMessage: async (message) => message });`,
    },
    {
      name: 'an error reporter in the file',
      code: seen('return 1;', `import * as Sentry from '@sentry/node';\nSentry.captureException(1);\n`),
      broken: true,
    },
    {
      name: 'a catch that calls somebody',
      code: seen(
        `try { await job.data(); } catch (error) { alarm(error); throw error; }`,
        `declare function alarm(error: unknown): void;\n`,
      ),
    },
    {
      name: 'a catch of a promise',
      code: seen(`await job.data().catch(alarm);`, `declare function alarm(error: unknown): void;\n`),
    },
    {
      name: 'a catch in a function that the task calls',
      code: seen(
        `await send();`,
        `declare function alarm(error: unknown): void;\nasync function send(): Promise<void> { try { await fetch('a'); } catch (error) { alarm(error); throw error; } }\n`,
      ),
    },
    {
      name: 'what wraps the function',
      code: `import { Worker, type Processor } from 'bullmq';\ndeclare function watched(run: Processor): Processor;\nexport const it = new Worker('a', watched(async () => 1), { connection: {} });`,
    },
    {
      name: 'a listener in another file',
      code: {
        'it.ts': seen('return 1;'),
        'main.ts': `import { it } from './it.js';\nit.on('failed', () => {});`,
      },
    },
    {
      name: 'a project function that registers for its caller, and listens',
      code: {
        'register.ts': `import { Worker, type Processor } from 'bullmq';
export function register(name: string, run: Processor): Worker {
  const worker = new Worker(name, run, { connection: {} });
  worker.on('failed', () => {});
  return worker;
}`,
        'a.ts': `import { register } from './register.js';\nexport const a = register('a', async () => 1);`,
      },
    },
  ],
  'no way to learn of it': [
    {
      name: 'a catch that only prints',
      code: worker(`try { await job.data(); } catch (error) { console.error(error); throw error; }`),
    },
    { name: 'a listener to another event', code: worker('return 1;', '', `it.on('completed', () => {});`) },
    {
      name: 'a listener of another worker',
      code: worker(
        'return 1;',
        '',
        `const other = new Worker('b', async () => 2, { connection: {} });\nother.on('failed', () => {});`,
      ),
    },
    {
      name: 'an option that is undefined',
      code: `import { task } from '@trigger.dev/sdk/v3';\nexport const it = «task»({ id: 'a', run: async () => 1, onFailure: undefined });`,
      broken: true,
    },
    {
      name: 'a project function that registers for its caller',
      code: {
        'register.ts': `import { Worker, type Processor } from 'bullmq';\nexport const register = (name: string, run: Processor) => new Worker(name, run, { connection: {} });`,
        'a.ts': `import { register } from './register.js';\nexport const a = «register»('a', async () => 1);`,
      },
    },
  ],
  'look-alikes and broken code': [
    {
      name: 'a worker without a function',
      code: `import { Worker } from 'bullmq';\nexport const it = new Worker('a', null, { connection: {} });`,
    },
    {
      name: 'a class of that name',
      code: `class Worker { constructor(readonly run: () => number) {} }\nexport const it = new Worker(() => 1);`,
    },
    {
      name: 'a queue of which nobody knows whose it is',
      code: `import type { Queue } from 'bull';\nexport const start = (queue: Queue) => queue.process(async () => 1);`,
    },
    { name: 'a test', code: { 'it.test.ts': seen('return 1;') } },
    {
      name: 'options of which nobody knows',
      code: `import { task } from '@trigger.dev/sdk/v3';\ndeclare const options: any;\nexport const it = task({ id: 'a', run: async () => 1, ...options });`,
    },
    { name: 'names that lead nowhere', broken: true, code: worker('return missing;') },
    { name: 'without types', untyped: true, code: worker('return 1;').replace('export ', '') },
  ],
});
