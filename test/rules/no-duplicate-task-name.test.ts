import { type Case, testRule } from './support.js';

/** Two handlers on one queue of Bull, the second one as given. */
const bull = (second: string, before = ''): string =>
  `import Bull from 'bull';\n${before}const mails = new Bull('mails');\nmails.process('send', async () => 1);\n${second}`;

const bullCases: readonly Case[] = [
  {
    name: 'a name again on one queue',
    code: bull(`mails.process(«'send'», async () => 2);`),
    messages: [
      "There is a handler for `send` already (line 3): Bull's `process` throws `Cannot define the same handler twice`, and the worker does not start. Give each task a name of its own.",
    ],
  },
  {
    name: 'with a concurrency',
    code: bull(`mails.process(«'send'», 5, async () => 2);`),
  },
  {
    name: 'each one after the first',
    code: bull(`mails.process(«'send'», async () => 2);\nmails.process(«'send'», async () => 3);`),
  },
  {
    name: 'the very same function, in one file',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nconst send = async () => 1;\nmails.process('send', send);\nmails.process(«'send'», send);`,
  },
  {
    name: 'a constant, an enum',
    code: bull(
      `mails.process(«SEND», async () => 2);\nmails.process(«Mail.Send», async () => 2);\nmails.process(«(SEND as string)!», async () => 2);`,
      `const SEND = 'send';\nenum Mail { Send = 'send' }\n`,
    ),
  },
  { name: 'another name', code: bull(`mails.process('remind', async () => 2);`) },
  {
    name: 'no name at all twice: at the method',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nmails.process(async () => 1);\nmails.«process»(5, async () => 2);`,
    ids: 'second',
  },
  {
    name: 'no name, and a name',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nmails.process(async () => 1);\nmails.process('send', async () => 2);`,
  },
  {
    name: 'a file, and a name: a lone text is no name',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nmails.process('send');\nmails.process('send', async () => 2);`,
  },
  {
    name: 'another queue',
    code: bull(
      `new Bull('others').process('send', async () => 2);\nconst others = new Bull('others');\nothers.process('send', async () => 2);`,
    ),
  },
  {
    name: 'another object for the same queue',
    code: bull(`const again = new Bull('mails');\nagain.process('send', async () => 2);`),
  },
  {
    name: 'a name that is not constant',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nexport function on(name: string) {\n  mails.process(name, async () => 1);\n  mails.process(name, async () => 2);\n}`,
  },
  {
    name: 'one that may be one or the other',
    code: bull(`declare const isNew: boolean;\nmails.process(isNew ? 'send' : 'resend', async () => 2);`),
  },
  {
    name: 'branches that exclude each other',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\ndeclare const isNew: boolean;\nif (isNew) mails.process('send', async () => 1);\nelse mails.process('send', async () => 2);\nswitch (Number(isNew)) {\n  case 0:\n    mails.process('other', async () => 1);\n    break;\n  default:\n    mails.process('other', async () => 2);\n}\nisNew ? mails.process('third', async () => 1) : mails.process('third', async () => 2);\nisNew && mails.process('fourth', async () => 1);\nisNew || mails.process('fourth', async () => 2);`,
  },
  {
    name: 'a branch that ends early',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nexport function start(isNew: boolean) {\n  if (isNew) {\n    mails.process('send', async () => 1);\n    return;\n  }\n  mails.process('send', async () => 2);\n}`,
  },
  {
    name: 'both in one branch',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\ndeclare const isWorker: boolean;\nif (isWorker) {\n  mails.process('send', async () => 1);\n  mails.process(«'send'», async () => 2);\n}`,
  },
  {
    name: 'queues that a function makes are several',
    code: `import Bull from 'bull';\nconst make = (name: string) => new Bull(name);\nmake('a').process('send', async () => 1);\nmake('b').process('send', async () => 2);\nconst c = make('c');\nc.process('send', async () => 1);\nc.process(«'send'», async () => 2);`,
  },
  {
    name: 'a parameter is one queue, in one function',
    code: `import type { Queue } from 'bull';\nexport function start(mails: Queue, others: Queue) {\n  mails.process('send', async () => 1);\n  others.process('send', async () => 2);\n  mails.process(«'send'», async () => 2);\n}\nexport function startToo(mails: Queue) {\n  mails.process('send', async () => 1);\n}`,
  },
  {
    name: 'a field of one class',
    code: `import type { Queue } from 'bull';\nexport class Mails {\n  constructor(private readonly queue: Queue, private readonly other: Queue) {}\n  one() {\n    this.queue.process('send', async () => 1);\n    this.other.process('send', async () => 1);\n  }\n  two() {\n    this.queue.process(«'send'», async () => 2);\n  }\n}`,
  },
  {
    name: 'what a project function adds: at its calls',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nfunction on(name: string, work: () => Promise<number>) {\n  mails.process(name, work);\n}\non('send', async () => 1);\non(«'send'», async () => 2);\non('remind', async () => 3);`,
  },
  {
    name: 'what a project function itself names, it names once',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nfunction onSend(work: () => Promise<number>) {\n  mails.process('send', work);\n}\nonSend(async () => 1);\nonSend(async () => 2);`,
  },
  {
    name: 'in two files that one imports',
    code: {
      'queues.ts': `import Bull from 'bull';\nexport const mails = new Bull('mails');`,
      'a.ts': `import { mails } from './queues.js';\nmails.process('send', async () => 1);`,
      'b.ts': `import { mails as queue } from './queues.js';\nqueue.process(«'send'», async () => 2);`,
      'worker.ts': `import './a.js';\nexport * from './b.js';`,
    },
    messages: ['a.ts:2'],
  },
  {
    name: 'in two files that one loads later',
    code: {
      'queues.ts': `import Bull from 'bull';\nexport const mails = new Bull('mails');`,
      'a.ts': `import { mails } from './queues.js';\nmails.process('send', async () => 1);`,
      'b.ts': `import { mails as queue } from './queues.js';\nqueue.process(«'send'», async () => 2);`,
      'worker.ts': `export async function start() {\n  await import('./a.js');\n  await import('./b.js');\n}`,
    },
  },
  {
    name: 'in two programs',
    code: {
      'queues.ts': `import Bull from 'bull';\nexport const mails = new Bull('mails');`,
      'a.ts': `import { mails } from './queues.js';\nmails.process('send', async () => 1);`,
      'b.ts': `import { mails as queue } from './queues.js';\nqueue.process('send', async () => 2);`,
    },
  },
  {
    name: 'the same function in two files',
    code: {
      'queues.ts': `import Bull from 'bull';\nexport const mails = new Bull('mails');\nexport const send = async () => 1;`,
      'a.ts': `import { mails, send } from './queues.js';\nmails.process('send', send);`,
      'b.ts': `import { mails, send } from './queues.js';\nmails.process('send', send);`,
      'worker.ts': `import './a.js';\nimport './b.js';`,
    },
  },
  {
    name: 'a test, an example',
    code: {
      'queues.ts': `import Bull from 'bull';\nexport const mails = new Bull('mails');\nmails.process('send', async () => 0);`,
      'a.test.ts': `import { mails } from './queues.js';\nmails.process('send', async () => 1);`,
      'examples/b.ts': `import { mails } from '../queues.js';\nmails.process('send', async () => 2);`,
    },
  },
  {
    name: 'a queue of somebody else',
    code: `class Queue { process(name: string, work: () => unknown) { return [name, work]; } }\nconst mails = new Queue();\nmails.process('send', () => 1);\nmails.process('send', () => 2);`,
  },
  {
    name: 'by require',
    code: {
      'app.js': `const Bull = require('bull');\nconst mails = new Bull('mails');\nmails.process('send', async () => 1);\nmails.process(«'send'», async () => 2);`,
    },
  },
  {
    name: 'untyped',
    code: bull(`mails.process(«'send'», async () => 2);\nothers.process('send', async () => 2);`),
    untyped: true,
    broken: true,
  },
  {
    name: 'any',
    code: `declare const mails: any;\nmails.process('send', async () => 1);\nmails.process('send', async () => 2);`,
  },
];

const nest = (pattern: string, second: string): string => `${pattern}\n${second}`;
const others: readonly Case[] = [
  {
    name: 'Bull with NestJS: by the name of the queue',
    code: {
      'a.ts': `import { Process, Processor } from '@nestjs/bull';\n@Processor('mails')\nexport class A {\n  @Process('send') send() {}\n  @Process('remind') remind() {}\n}`,
      'b.ts': `import { Process, Processor } from '@nestjs/bull';\n@Processor({ name: 'mails' })\nexport class B {\n  @Process({ name: «'send'» }) send() {}\n}\n@Processor('others')\nexport class C {\n  @Process('send') send() {}\n}`,
    },
  },
  {
    name: 'Bull with NestJS: without a name',
    code: nest(
      `import { Process, Processor } from '@nestjs/bull';`,
      `@Processor('mails')\nexport class A {\n  @Process() send() {}\n  «@Process()» remind() {}\n}`,
    ),
    ids: 'second',
  },
  {
    name: 'Bull with NestJS: in two applications',
    code: {
      'apps/a/mails.ts': `import { Process, Processor } from '@nestjs/bull';\n@Processor('mails')\nexport class A {\n  @Process('send') send() {}\n}`,
      'apps/b/mails.ts': `import { Process, Processor } from '@nestjs/bull';\n@Processor('mails')\nexport class B {\n  @Process('send') send() {}\n}`,
    },
  },
  {
    name: 'BullMQ: two workers of one queue share it',
    code: `import { Worker } from 'bullmq';\nnew Worker('mails', async () => 1);\nnew Worker('mails', async () => 2);`,
  },
  {
    name: 'Bee-Queue',
    code: `import Queue from 'bee-queue';\nconst mails = new Queue('mails');\nmails.process(async () => 1);\nmails.«process»(async () => 2);\nnew Queue('others').process(async () => 1);`,
    ids: 'second',
    messages: ['Bee-Queue throws'],
  },
  {
    name: 'Agenda',
    code: `import { Agenda } from 'agenda';\nconst agenda = new Agenda();\nagenda.define('send', async () => {});\nagenda.define(«'send'», { concurrency: 2 }, async () => {});\nagenda.define('remind', async () => {});`,
    messages: ['Agenda keeps the one that is defined last'],
  },
  {
    name: 'Agenda: in the functions of two files',
    code: {
      'agenda.ts': `import { Agenda } from 'agenda';\nexport const agenda = new Agenda();`,
      'a.ts': `import { agenda } from './agenda.js';\nexport function define() {\n  agenda.define('send', async () => {});\n}`,
      'b.ts': `import { agenda } from './agenda.js';\nexport const define = () => {\n  agenda.define(«'send'», async () => {});\n};`,
      'all.ts': `import { define } from './a.js';\nimport * as b from './b.js';\ndefine();\nb.define();`,
    },
  },
  {
    name: '@hokify/agenda',
    code: `import { Agenda } from '@hokify/agenda';\nconst agenda = new Agenda();\nagenda.define('send', async () => {});\nagenda.define(«'send'», async () => {});\nagenda.define('remind', async () => {});`,
  },
  {
    name: 'Kue: two workers of one type share it',
    code: `import { createQueue, type DoneCallback, type Job } from 'kue';\nconst queue = createQueue();\nqueue.process('send', (_job: Job, done: DoneCallback) => done());\nqueue.process('send', (_job: Job, done: DoneCallback) => done());`,
  },
  {
    name: 'pg-boss: two workers of one queue share it',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('');\nvoid boss.work('send', async () => {});\nvoid boss.work('send', async () => {});`,
  },
  {
    name: 'celery-node',
    code: `import { createWorker } from 'celery-node';\nconst worker = createWorker('redis://', 'redis://');\nworker.register('send', () => 1);\nworker.register(«'send'», () => 2);\nworker.register('remind', () => 2);\nconst other = createWorker('redis://', 'redis://', 'other');\nother.register('send', () => 3);`,
    messages: ['Handler is already set'],
  },
  {
    name: 'Faktory: one registry for all',
    code: {
      'a.ts': `import faktory from 'faktory-worker';\nfaktory.default.register('Send', async () => {});`,
      'b.cts': `import queue from 'faktory-worker';\nqueue.register(«'Send'», async () => {});\nqueue.register('Remind', async () => {});`,
      'worker.ts': `import './a.js';\nimport './b.cjs';`,
    },
  },
  {
    name: 'Trigger.dev: in the whole package',
    code: {
      'a.ts': `import { task } from '@trigger.dev/sdk/v3';\nexport const a = task({ id: 'send', run: async () => 1 });`,
      'b.ts': `import { task, schemaTask } from '@trigger.dev/sdk/v3';\nexport const b = task({ id: «'send'», run: async () => 2 });\nexport const c = task({ id: 'remind', run: async () => 2 });`,
    },
    messages: ['a.ts:2'],
  },
  {
    name: 'Inngest: of one client',
    code: {
      'client.ts': `import { Inngest } from 'inngest';\nexport const inngest = new Inngest({ id: 'a' });\nexport const other = new Inngest({ id: 'b' });`,
      'a.ts': `import { inngest, other } from './client.js';\nexport const a = inngest.createFunction({ id: 'send' }, { event: 'a' }, async () => 1);\nexport const b = other.createFunction({ id: 'send' }, { event: 'a' }, async () => 1);`,
      'b.ts': `import { inngest } from './client.js';\nexport const c = inngest.createFunction({ id: «'send'» }, { event: 'b' }, async () => 2);\nexport const d = inngest.createFunction({ id: 'remind' }, { event: 'a' }, async () => 2);`,
      'serve.ts': `export { a, b } from './a.js';\nexport * from './b.js';`,
    },
    messages: ['Duplicate function ID'],
  },
  {
    name: 'Hatchet',
    code: `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\nconst hatchet = HatchetClient.init();\nexport const a = hatchet.task({ name: 'send', fn: () => ({}) });\nexport const b = hatchet.task({ name: «'send'», fn: () => ({}) });\nexport const c = hatchet.task({ name: 'remind', fn: () => ({}) });`,
  },
  {
    name: 'DBOS: by the name that is given, or the function’s own',
    code: `import { DBOS } from '@dbos-inc/dbos-sdk';\nasync function send() {}\nasync function other() {}\nexport const a = DBOS.registerWorkflow(send);\nexport const b = DBOS.registerWorkflow(other, { name: «'send'» });\nexport const c = DBOS.registerWorkflow(async () => {}, { name: 'remind' });`,
    messages: ['DBOS throws that it is already registered'],
  },
  {
    name: 'NestJS microservices: messages, not events',
    code: `import { EventPattern, MessagePattern } from '@nestjs/microservices';\nexport class A {\n  @MessagePattern('send') send() {}\n  @EventPattern('sent') sent() {}\n}\nexport class B {\n  @MessagePattern(«'send'») send() {}\n  @EventPattern('sent') sent() {}\n  @MessagePattern('remind') remind() {}\n}`,
  },
  {
    name: '@boringnode/queue: by the name of the class, or the one in its options',
    code: {
      'a.ts': `import { Job } from '@boringnode/queue';\nexport class Send extends Job<object> {\n  async execute() {}\n}`,
      'b.ts': `import { Job } from '@boringnode/queue';\nexport class «Send» extends Job<object> {\n  async execute() {}\n}\nexport class Remind extends Job<object> {\n  static options = { name: 'Send2' };\n  async execute() {}\n}`,
    },
  },
];

testRule('no-duplicate-task-name', 'twice', { Bull: bullCases, others });
