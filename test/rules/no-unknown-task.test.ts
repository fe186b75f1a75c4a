import { type Case, testRule } from './support.js';

const bull = (
  line: string,
  handlers = `mails.process('welcome', async () => 1);\nmails.process('goodbye', async () => 2);`,
): string => `import Bull from 'bull';\nconst mails = new Bull('mails');\n${handlers}\n${line}`;

const bullCases: readonly Case[] = [
  {
    name: 'a name that is like another',
    code: bull(`void mails.add(«'welcom'», {});`),
    messages: [
      'Nothing handles `welcom`: each run of it fails with `Missing process handler`. There is `welcome` (line 3).',
    ],
    outputs: [[`void mails.add('welcome', {});`]],
  },
  {
    name: 'in the quotes that stand there',
    code: bull(`void mails.add(«"Wel-come"», {});`),
    outputs: [[`void mails.add("welcome", {});`]],
  },
  {
    name: 'a name that is like none',
    code: bull(`void mails.add(«'invoice'», {});`),
    ids: 'unknown',
    messages: ['There are handlers for `welcome`, `goodbye`.'],
    outputs: [[]],
  },
  {
    name: 'names that are known',
    code: bull(
      `enum Mail { Goodbye = 'goodbye' }\nvoid mails.add('welcome', {});\nvoid mails.add(Mail.Goodbye, {});`,
    ),
  },
  {
    name: 'one of two ways',
    code: bull(`declare const isNew: boolean;\nvoid mails.add(«isNew ? 'welcome' : 'welcom'», {});`),
    outputs: [[]],
  },
  {
    name: 'no name where all handlers have one',
    code: bull(`void mails.«add»({ id: 1 });`),
    ids: 'unnamed',
  },
  {
    name: 'a name where the handler has none',
    code: bull(`void mails.add(«'welcome'», {});\nvoid mails.add({});`, `mails.process(async () => 1);`),
    ids: 'unknown',
  },
  {
    name: 'elements of a bulk',
    code: bull(`void mails.addBulk([{ name: 'welcome', data: {} }, { name: «'goodby'», data: {} }]);`),
  },
  {
    name: 'a handler for all the rest',
    code: bull(
      `void mails.add('invoice', {});`,
      `mails.process('welcome', async () => 1);\nmails.process('*', async () => 2);`,
    ),
  },
  {
    name: 'a handler whose name is not known',
    code: bull(
      `void mails.add('invoice', {});`,
      `declare const name: string;\nmails.process('welcome', async () => 1);\nmails.process(name, async () => 2);`,
    ),
  },
  {
    name: 'a name that is not known',
    code: bull(`declare const name: string;\nvoid mails.add(name, {});`),
  },
  { name: 'a queue without handlers here', code: bull(`void new Bull('others').add('invoice', {});`) },
  {
    name: 'tasks taken by hand',
    code: bull(`void mails.add('invoice', {});\nvoid mails.getNextJob();`),
  },
  {
    name: 'what a project function passes on: at its caller',
    code: bull(
      `function send(name: string) {\n  return mails.add(name, {});\n}\nvoid send(«'welcom'»);\nvoid send('welcome');`,
    ),
  },
  {
    name: 'what a project function itself says: there, once',
    code: bull(
      `function send(id: number) {\n  return mails.add(«'welcom'», { id });\n}\nvoid send(1);\nvoid send(2);`,
    ),
  },
  {
    name: 'handlers that a project function registers',
    code: bull(
      `void mails.add('welcome', {});\nvoid mails.add(«'welcom'», {});`,
      `function on(name: string, work: () => Promise<number>) {\n  mails.process(name, work);\n}\non('welcome', async () => 1);`,
    ),
  },
  {
    name: 'handlers in a loop',
    code: bull(
      `void mails.add('welcome', {});\nvoid mails.add('goodbye', {});\nvoid mails.add(«'welcom'», {});`,
      `for (const name of ['welcome', 'goodbye']) mails.process(name, async () => 1);`,
    ),
  },
  {
    name: 'across files, another object for the queue',
    code: {
      'names.ts': `export const Mail = { welcome: 'welcome', reminder: 'reminder' } as const;`,
      'worker.ts': `import Bull from 'bull';\nimport { Mail } from './names.js';\nnew Bull('mails').process(Mail.welcome, async () => 1);`,
      'app.ts': `import Bull from 'bull';\nimport { Mail } from './names.js';\nvoid new Bull('mails').add(«Mail.reminder», {});`,
    },
    ids: 'unknown',
    outputs: [[]],
  },
  {
    name: 'from a test',
    code: {
      'worker.ts': `import Bull from 'bull';\nnew Bull('mails').process('welcome', async () => 1);`,
      'app.test.ts': `import Bull from 'bull';\nvoid new Bull('mails').add('reminder', {});`,
    },
  },
  {
    name: 'workers of another application',
    code: {
      'apps/worker/main.ts': `import Bull from 'bull';\nnew Bull('mails').process('welcome', async () => 1);`,
      'apps/api/main.ts': `import Bull from 'bull';\nvoid new Bull('mails').add('reminder', {});`,
    },
  },
  {
    name: 'NestJS: named processors of the queue',
    code: {
      'mails.ts': `import { Process, Processor } from '@nestjs/bull';\n@Processor('mails')\nexport class Mails {\n  @Process('welcome') welcome() {}\n  @Process({ name: 'goodbye', concurrency: 2 }) goodbye() {}\n}`,
      'module.ts': `import { BullModule } from '@nestjs/bull';\nBullModule.registerQueue({ name: 'mails' });`,
      'app.ts': `import { InjectQueue } from '@nestjs/bull';\nimport type { Queue } from 'bull';\nexport class App {\n  constructor(@InjectQueue('mails') private readonly mails: Queue) {}\n  async go() {\n    await this.mails.add('goodbye', {});\n    await this.mails.add(«'goodby'», {});\n  }\n}`,
    },
  },
  {
    name: 'somebody else’s queue',
    code: `class Queue { process(name: string, work: () => unknown) { return [name, work]; } add(name: string) { return name; } }\nconst mails = new Queue();\nmails.process('send', () => 1);\nmails.add('sent');`,
  },
  {
    name: 'any: the value is known all the same',
    code: bull(`void (mails as any).add(«'welcom'», {});`),
  },
  { name: 'untyped', code: bull(`void mails.add(«'welcom'», {});`), untyped: true },
];

const bullmq = (body: string, line = `void mails.add(«'invoice'», {});`): string =>
  `import { type Job, Queue, Worker } from 'bullmq';\ndeclare function work(...all: unknown[]): Promise<void>;\ndeclare const console: { log(...all: unknown[]): void };\nconst mails = new Queue('mails');\nnew Worker('mails', async (job: Job) => {\n${body}\n});\n${line}`;
const silent = `void mails.add('invoice', {});`;
const cases = `switch (job.name) {\n  case 'welcome': await work(job); break;\n  case 'goodbye': return work(job.data);\n`;

const bullmqCases: readonly Case[] = [
  {
    name: 'a switch without a default',
    code: bullmq(`${cases}}`),
    messages: ['its processor has no case for it'],
  },
  {
    name: 'with a default that refuses',
    code: bullmq(`${cases} default: throw new Error(\`\${job.name}?\`);\n}`),
  },
  {
    name: 'with a default that only logs',
    code: bullmq(`${cases} default: { console.log(job.name); break; }\n}`),
  },
  {
    name: 'in a try',
    code: bullmq(
      `console.log(job.name);\ntry {\n${cases}}\n} catch (error) {\n  console.log(job.name, error);\n  throw error;\n}`,
    ),
  },
  {
    name: 'what is before and after does not ask',
    code: bullmq(
      `const { name, data } = job;\nawait work(data);\nswitch (name) {\n  case 'welcome': await work(job); break;\n}\nreturn 1;`,
    ),
  },
  {
    name: 'one if after the other',
    code: bullmq(
      `if (job.name === 'welcome' || 'goodbye' === job.name) return work(job);\nif (job.name === 'reminder') {\n  await work(job);\n} else if (job.name === 'last') {\n  await work(job);\n}\nthrow new Error(job.name);`,
    ),
  },
  {
    name: 'names that it has',
    code: bullmq(
      `${cases}}`,
      `void mails.add('welcome', {});\nvoid mails.addBulk([{ name: 'goodbye', data: 1 }]);`,
    ),
  },
  { name: 'a default that works', code: bullmq(`${cases} default: await work(job);\n}`, silent) },
  {
    name: 'an else that works',
    code: bullmq(`if (job.name === 'welcome') await work(1);\nelse await work(2);`, silent),
  },
  { name: 'work after the switch', code: bullmq(`${cases}}\nawait work(job);`, silent) },
  {
    name: 'a table before the switch',
    code: bullmq(`const table: Record<string, () => void> = {};\ntable[job.name]?.();\n${cases}}`, silent),
  },
  {
    name: 'a condition that asks more',
    code: bullmq(`if (job.name.startsWith('in')) return;\n${cases}}`, silent),
  },
  {
    name: 'a case that is not constant',
    code: bullmq(
      `switch (job.name) {\n  case 'welcome': return;\n  case String(job.id): return work(job);\n}`,
      silent,
    ),
  },
  { name: 'no question at all', code: bullmq(`await work(job.data);`, silent) },
  {
    name: 'two workers: the cases of both',
    code: bullmq(
      `${cases}}`,
      `new Worker('mails', async (job) => { if (job.name === 'invoice') await work(job); });\nvoid mails.add('invoice', {});\nvoid mails.add(«'other'», {});`,
    ),
  },
  {
    name: 'a worker that takes all',
    code: bullmq(`${cases}}`, `new Worker('mails', async (job) => work(job));\n${silent}`),
  },
  {
    name: 'NestJS',
    code: {
      'mails.ts': `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job } from 'bullmq';\n@Processor('mails')\nexport class Mails extends WorkerHost {\n  async process(job: Job) {\n    switch (job.name) {\n      case 'welcome':\n        return 1;\n    }\n    return undefined;\n  }\n}`,
      'module.ts': `import { BullModule } from '@nestjs/bullmq';\nBullModule.registerQueue({ name: 'mails' });`,
      'app.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport type { Queue } from 'bullmq';\nexport class App {\n  constructor(@InjectQueue('mails') private readonly mails: Queue) {}\n  async go() {\n    await this.mails.add('welcome', {});\n    await this.mails.add(«'invoice'», {});\n  }\n}`,
    },
  },
];

const others: readonly Case[] = [
  {
    name: 'Agenda',
    code: `import { Agenda } from 'agenda';\nconst agenda = new Agenda();\nagenda.define('send', async () => {});\nvoid agenda.now('send', {});\nvoid agenda.every('1 hour', «'sends'»);\nvoid agenda.schedule('now', ['send', «'sned'»], {});`,
    messages: ['Agenda stores it'],
    ids: 'near',
  },
  {
    name: '@hokify/agenda',
    code: `import { Agenda } from '@hokify/agenda';\nconst agenda = new Agenda();\nagenda.define('send', async () => {});\nvoid agenda.now('send', {});\nvoid agenda.now(«'sned'», {});`,
    ids: 'near',
  },
  {
    name: 'Kue',
    code: `import { createQueue, type DoneCallback, type Job } from 'kue';\nconst queue = createQueue();\nqueue.process('send', (_job: Job, done: DoneCallback) => { done(); });\nqueue.create('send', {}).save();\nqueue.create(«'other'», {}).save();`,
  },
  {
    name: 'graphile-worker',
    code: `import { run, quickAddJob } from 'graphile-worker';\nvoid run({ taskList: { send: async () => {}, ...{ remind: async () => {} } } });\nvoid quickAddJob({}, 'send', {});\nvoid quickAddJob({}, 'remind', {});\nvoid quickAddJob({}, «'invoice'», {});`,
  },
  {
    name: 'graphile-worker: tasks of a folder, or of a list that is not known',
    code: {
      'a.ts': `import { run, quickAddJob } from 'graphile-worker';\nvoid run({ taskDirectory: 'tasks' });\nvoid run({ taskList: { send: async () => {} } });\nvoid quickAddJob({}, 'invoice', {});`,
    },
  },
  {
    name: 'graphile-worker: a list that is not known',
    code: `import { run, quickAddJob, type TaskList } from 'graphile-worker';\ndeclare const more: TaskList;\nvoid run({ taskList: { send: async () => {}, ...more } });\nvoid quickAddJob({}, 'invoice', {});`,
  },
  {
    name: 'Trigger.dev',
    code: `import { task, tasks, schedules } from '@trigger.dev/sdk/v3';\nexport const send = task({ id: 'send', run: async () => 1 });\nexport const nightly = schedules.task({ id: 'nightly', run: async () => 1 });\nvoid tasks.trigger('send', {});\nvoid tasks.trigger('nightly', {});\nvoid tasks.trigger(«'other'», {});\nvoid send.trigger();`,
  },
  {
    name: 'pg-boss: by the queue',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('');\nvoid boss.work('send', async () => {});\nvoid boss.fetch('pulled');\nvoid boss.send('send', {});\nvoid boss.send('pulled', {});\nvoid boss.send(«'other'», {});`,
    messages: ['nobody works on that queue'],
  },
  {
    name: 'celery-node',
    code: `import { createClient, createWorker } from 'celery-node';\nconst worker = createWorker('redis://', 'redis://', 'mails');\nworker.register('send', () => 1);\nconst client = createClient('redis://', 'redis://', 'mails');\nvoid client.sendTask('send', []);\nvoid client.sendTask(«'other'», []);\nvoid createClient('redis://', 'redis://', 'python').createTask('other').delay();`,
  },
  {
    name: 'Faktory',
    code: {
      'a.cts': `import faktory from 'faktory-worker';\nfaktory.register('Send', async () => {});\nexport async function go() {\n  const client = await faktory.connect();\n  await client.job('Send').push();\n  await client.job(«'Other'»).push();\n}`,
    },
  },
  {
    name: 'node-resque',
    code: `import { Queue, Worker } from 'node-resque';\nconst jobs = { send: { perform: async () => 1 } };\nnew Worker({ connection: {}, queues: ['mails'] }, jobs);\nconst queue = new Queue({ connection: {} }, jobs);\nvoid queue.enqueue('mails', 'send', []);\nvoid queue.enqueue('mails', «'other'», []);`,
  },
  {
    name: 'events: nobody need listen',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'a' });\nexport const a = inngest.createFunction({ id: 'send' }, { event: 'sent' }, async () => 1);\nvoid inngest.send({ name: 'other', data: {} });`,
  },
];

testRule('no-unknown-task', 'near', { Bull: bullCases }, { typedOutputs: true });
testRule('no-unknown-task', 'unknown', { BullMQ: bullmqCases, others });
