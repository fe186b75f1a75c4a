import { testRule, type Case } from './support.js';

/** The same with a call of the library's logger in place of the console's. */
const samples: readonly (readonly [library: string, code: string, logged: string])[] = [
  [
    'BullMQ',
    `import { Worker } from 'bullmq';
export const it = new Worker('mails', async (job) => {
  «console.log»('sent');
}, { connection: {} });`,
    `await job.log('sent');`,
  ],
  [
    'Bull',
    `import Queue from 'bull';
new Queue('mails').process(async (job) => {
  «console.error»('failed');
});`,
    `await job.log('failed');`,
  ],
  [
    'Kue',
    `import kue from 'kue';
kue.createQueue().process('mails', (job: kue.Job, done: () => void) => {
  «console.warn»('late');
  done();
});`,
    `job.log('late');`,
  ],
  [
    'graphile-worker',
    `import type { Task } from 'graphile-worker';
export const mails: Task = async (payload, helpers) => {
  «console.log»('sent');
};`,
    `helpers.logger.info('sent');`,
  ],
  [
    'Trigger.dev',
    `import { logger, task } from '@trigger.dev/sdk/v3';
export const mails = task({ id: 'mails', run: async (payload: { to: string }) => {
  «console.log»(\`to \${payload.to}\`);
  return logger;
} });`,
    'logger.log(`to ${payload.to}`);',
  ],
  [
    'Inngest',
    `import { Inngest } from 'inngest';
const inngest = new Inngest({ id: 'app' });
export const mails = inngest.createFunction({ id: 'mails' }, { event: 'mail' }, async ({ event, logger }) => {
  «console.log»('sent', event.name);
  return logger;
});`,
    `logger.info('sent', event.name);`,
  ],
  [
    'Temporal',
    `import { log } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
async function send(): Promise<void> {
  «console.info»('sent');
  log.debug('done');
}
await Worker.create({ taskQueue: 'mails', activities: { send } });`,
    `log.info('sent');`,
  ],
  [
    'Hatchet',
    `import { HatchetClient } from '@hatchet-dev/typescript-sdk';
const hatchet = HatchetClient.init();
export const mails = hatchet.task({ name: 'mails', fn: async (input: { to: string }, ctx) => {
  «console.warn»('late');
  return { to: input.to };
} });`,
    `await ctx.logger.warn('late');`,
  ],
  [
    'DBOS',
    `import { DBOS } from '@dbos-inc/dbos-sdk';
export class Mails {
  @DBOS.workflow()
  static async send(to: string): Promise<void> {
    «console.log»(to);
  }
}`,
    `DBOS.logger.info(to);`,
  ],
  [
    'Restate',
    `import * as restate from '@restatedev/restate-sdk';
export const mails = restate.service({ name: 'mails', handlers: {
  send: async (ctx: restate.Context, to: string) => {
    «console.log»('to', to);
  },
} });`,
    `ctx.console.log('to', to);`,
  ],
  [
    'NestJS with BullMQ',
    `import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Logger } from '@nestjs/common';
@Processor('mails')
export class Mails extends WorkerHost {
  private readonly logger = new Logger(Mails.name);
  async process(): Promise<void> {
    «console.info»('sent');
  }
}`,
    `this.logger.log('sent');`,
  ],
  [
    'NestJS with RabbitMQ',
    `import { RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { Logger } from '@nestjs/common';
export class Mails {
  constructor(private readonly log: Logger) {}
  @RabbitSubscribe({ exchange: 'a', routingKey: 'b', queue: 'c' })
  async receive(): Promise<void> {
    «console.error»('failed', new Error('a'));
  }
}`,
    `this.log.error('failed', new Error('a'));`,
  ],
];

const worker = (body: string, before = ''): string =>
  `import { Worker } from 'bullmq';\n${before}export const it = new Worker('mails', async (job) => {\n${body}\n}, { connection: {} });`;

testRule(
  'prefer-task-logger',
  'prints',
  {
    'every library: the console': samples.map(([name, code, logged]): Case => ({
      name,
      code,
      outputs: [[logged]],
    })),
    'every library: its logger': samples.map(([name, code, logged]): Case => ({
      name,
      code: code.replace(/«.*$/m, logged),
    })),
    'where the logger is not in scope, or takes something else': [
      { name: 'an object is no row of a log', code: worker('«console.log»(job.data);'), outputs: [[]] },
      { name: 'several values are none', code: worker(`«console.log»('a', 1);`), outputs: [[]] },
      {
        name: 'the value of the call is used',
        code: worker(`const nothing = «console.log»('a');\nreturn nothing;`),
        outputs: [[]],
      },
      {
        name: 'a function in the task that is not asynchronous',
        code: worker(`[1].forEach(() => { «console.log»('a'); });`),
        outputs: [[]],
      },
      {
        name: 'no parameter',
        code: `import { Worker } from 'bullmq';
export const it = new Worker('mails', async () => { «console.log»('a'); }, { connection: {} });`,
        outputs: [[]],
      },
      {
        name: 'a parameter of which only parts are named',
        code: `import { Worker } from 'bullmq';
export const it = new Worker('mails', async ({ data }) => { «console.log»(String(data)); }, { connection: {} });`,
        outputs: [[]],
      },
      {
        name: 'no import of it',
        code: `import { task } from '@trigger.dev/sdk/v3';
export const mails = task({ id: 'mails', run: async () => { «console.log»('a'); } });`,
        outputs: [[]],
      },
      {
        name: 'an import under another name',
        code: `import { logger as out, task } from '@trigger.dev/sdk/v3';
export const mails = task({ id: 'mails', run: async () => { «console.log»('a'); out.info('b'); } });`,
        outputs: [
          [`export const mails = task({ id: 'mails', run: async () => { out.log('a'); out.info('b'); } });`],
        ],
      },
      {
        name: 'a class without one',
        code: `import { Processor, WorkerHost } from '@nestjs/bullmq';
@Processor('mails')
export class Mails extends WorkerHost {
  async process(): Promise<void> { «console.log»('a'); }
}`,
        outputs: [[]],
      },
    ],
    'what is the text of a task': [
      {
        name: 'a function in another file than its registration',
        code: {
          'send.ts': `import type { Job } from 'bullmq';\nexport async function send(job: Job): Promise<void> {\n  «console.log»('sent');\n}`,
          'worker.ts': `import { Worker } from 'bullmq';\nimport { send } from './send.js';\nexport const it = new Worker('mails', send, { connection: {} });`,
        },
        outputs: [[`await job.log('sent');`]],
      },
      {
        name: 'a project function that registers for its caller',
        code: {
          'register.ts': `import { Worker, type Job } from 'bullmq';\nexport const register = (name: string, run: (job: Job) => Promise<void>) => new Worker(name, run, { connection: {} });`,
          'mails.ts': `import { register } from './register.js';\nexport const it = register('mails', async (job) => {\n  «console.log»('sent');\n});`,
        },
        outputs: [[`await job.log('sent');`]],
      },
      {
        name: 'a step within a function is said once',
        code: `import * as restate from '@restatedev/restate-sdk';
export const mails = restate.service({ name: 'mails', handlers: {
  send: async (ctx: restate.Context) => {
    await ctx.run('one', () => { «console.log»('sent'); });
  },
} });`,
      },
      {
        name: 'a function that the task calls',
        code: worker('say();', `const say = () => { console.log('a'); };\n`),
      },
      { name: 'beside the task', code: `${worker('return job.id;')}\nconsole.log('started');` },
      { name: 'a table is no line', code: worker('console.table(job.data);') },
      {
        name: 'an own console',
        code: worker(`console.log('a');`, `const console = { log: (text: string) => text };\n`),
      },
      {
        name: 'a logger of the project',
        code: worker(`logger.info('a');`, `const logger = { info: (text: string) => text };\n`),
      },
      {
        name: 'a library without a logger that knows the run',
        code: `import PgBoss from 'pg-boss';
await new PgBoss('postgres://db').work('mails', async () => { console.log('a'); });`,
      },
      {
        name: 'a queue that is none of the library',
        code: `class Worker { constructor(readonly run: () => void) {} }\nexport const it = new Worker(() => { console.log('a'); });`,
      },
      {
        name: 'a test prints what it likes',
        code: { 'worker.test.ts': worker(`console.log('a');`) },
      },
      {
        name: 'without types',
        untyped: true,
        code: worker(`«console.log»('a');`),
        outputs: [[`await job.log('a');`]],
      },
      { name: 'any', code: worker(`(console as any).log('a');\n(job as any).nothing();`) },
      { name: 'names that lead nowhere', broken: true, code: worker(`«console.log»(missing);\nnobody();`) },
    ],
  },
  { typedOutputs: true },
);
