import { testRule } from './support.js';

const worker = `import { Worker, type Job } from 'bullmq';
export async function send(job: Pick<Job, 'data'>): Promise<void> { await job.data; }
export const it = new Worker('mails', send, { connection: {} });
`;

testRule('no-inline-execution', 'called', {
  'a function of a task is called': [
    {
      name: 'in the file of its registration',
      code: `${worker}export const now = () => «send»({ data: 1 });`,
      messages: ['`send`'],
    },
    {
      name: 'in another file, under another name',
      code: {
        'worker.ts': worker,
        'app.ts': `import { send as sendMail } from './worker.js';\nexport const now = () => «sendMail»({ data: 1 });`,
      },
    },
    {
      name: 'by the members of a namespace',
      code: {
        'worker.ts': worker,
        'app.ts': `import * as mails from './worker.js';\nexport const now = () => «mails.send»({ data: 1 });`,
      },
    },
    {
      name: 'a method with the decorator of a task',
      code: `import { Process, Processor } from '@nestjs/bull';
@Processor('mails')
export class Mails {
  @Process('welcome')
  async welcome(to: { data: string }): Promise<string> { return to.data; }
}
export const now = (mails: Mails) => «mails.welcome»({ data: 'a' });`,
    },
    {
      name: 'of graphile-worker, pg-boss and Bull',
      code: `import { run } from 'graphile-worker';
import PgBoss from 'pg-boss';
import Queue from 'bull';
const one = async (): Promise<void> => {};
const two = async (): Promise<void> => {};
const three = async (): Promise<void> => {};
await run({ taskList: { one } });
await new PgBoss('postgres://db').work('two', two);
void new Queue('three').process(three);
export const now = async () => { await «one»(); await «two»(); await «three»(); };`,
    },
  ],
  'what is no call of a task in its place': [
    { name: 'its registration', code: worker },
    {
      name: 'a registration that hands on',
      code: `import { Worker, type Job } from 'bullmq';
async function send(job: Job): Promise<void> { await job.data; }
export const it = new Worker('mails', async (job) => { await send(job); }, { connection: {} });`,
    },
    {
      name: 'another task',
      code: `${worker}export const other = new Worker('other', async (job) => { await send(job); return 1; }, { connection: {} });`,
    },
    {
      name: 'itself',
      code: `import { Worker } from 'bullmq';
async function send(job: { data: number }): Promise<void> { if (job.data > 0) await send({ data: job.data - 1 }); }
export const it = new Worker('mails', send, { connection: {} });`,
    },
    {
      name: 'the base class of a processor',
      code: `import { Process, Processor } from '@nestjs/bull';
export class Base { @Process('a') async run(): Promise<void> {} }
@Processor('mails')
export class Mails extends Base { async run(): Promise<void> { await super.run(); } }`,
    },
    {
      name: 'a function that dispatches where it can, and runs the work itself where it cannot',
      code: `import { Queue, Worker } from 'bullmq';
const mails = new Queue('mails', { connection: {} });
async function send(job: { data: number }): Promise<void> { await Promise.resolve(job.data); }
export const it = new Worker('mails', send, { connection: {} });
export async function now(): Promise<void> {
  if (process.env['REDIS_URL']) { await mails.add('a', 1); return; }
  setImmediate(() => void send({ data: 1 }));
}`,
    },
    {
      name: 'a loop that fetches its messages itself',
      code: `import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
const sqs = new SQSClient({});
async function poll(): Promise<void> { const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: 'a' })); void Messages; }
export async function loop(): Promise<void> { for (;;) await poll(); }`,
    },
    {
      name: 'a function that a task calls',
      code: `import { Worker } from 'bullmq';
const send = async (to: string): Promise<string> => to;
export const it = new Worker('mails', async (job) => { await send(job.data); }, { connection: {} });
export const now = () => send('a');`,
    },
    {
      name: 'an activity is a plain function',
      code: `import { Worker } from '@temporalio/worker';
export async function charge(): Promise<void> {}
export const open = () => Worker.create({ taskQueue: 'a', activities: { charge } });
export const now = () => charge();`,
    },
    {
      name: 'a workflow of DBOS is started by calling it',
      code: `import { DBOS } from '@dbos-inc/dbos-sdk';
export class Orders { @DBOS.workflow() static async pay(): Promise<void> {} }
export const now = () => Orders.pay();`,
    },
    {
      name: 'a workflow and its step by directives',
      code: `async function charge(): Promise<void> { 'use step'; }
export async function order(): Promise<void> { 'use workflow'; await charge(); }
export const now = () => order();`,
    },
    {
      name: 'a test',
      code: {
        'worker.ts': worker,
        'test/send.ts': `import { send } from '../worker.js';\nawait send({ data: 1 });`,
      },
    },
    {
      name: 'another function of that name',
      code: {
        'worker.ts': worker,
        'app.ts': `const send = (text: string) => text;\nexport const now = send('a');`,
      },
    },
    {
      name: 'any',
      code: { 'worker.ts': worker, 'app.ts': `declare const mails: any;\nmails.send({ data: 1 });` },
    },
    {
      name: 'names that lead nowhere',
      broken: true,
      code: `${worker}export const now = () => sendAll(missing);`,
    },
    { name: 'without types', untyped: true, code: `${worker}export const now = () => «send»({ data: 1 });` },
  ],
  'modes of tests': [
    {
      name: 'Inngest for development',
      ids: 'mode',
      code: `import { Inngest } from 'inngest';\nexport const inngest = new Inngest({ id: 'a', isDev: «true» });`,
      messages: [['Inngest', 'isDev: true']],
    },
    {
      name: 'from a constant of another file',
      ids: 'mode',
      code: {
        'options.ts': `export const options = { id: 'a', isDev: true };`,
        'app.ts': `import { Inngest } from 'inngest';\nimport { options } from './options.js';\nexport const inngest = new «Inngest»(options);`,
      },
    },
    {
      name: 'the sync adapter of AdonisJS',
      ids: 'mode',
      code: `import { sync } from '@boringnode/queue/drivers/sync_adapter';\nexport const adapter = «sync»();`,
    },
    {
      name: "Kue's test mode",
      ids: 'mode',
      code: `import kue from 'kue';\nconst queue = kue.createQueue();\nqueue.testMode.«enter»();`,
    },
    {
      name: "Sidequest's inline runner",
      ids: 'mode',
      code: `import { Sidequest } from 'sidequest';\nawait Sidequest.start({ backend: { driver: '@sidequest/mongo-backend', config: 'mongodb://db' }, runner: «'inline'» });`,
    },
    {
      name: 'switched off, or chosen by the environment',
      code: `import { Inngest } from 'inngest';
export const one = new Inngest({ id: 'a', isDev: false });
export const two = new Inngest({ id: 'a', isDev: process.env['NODE_ENV'] !== 'production' });
declare const isDev: boolean;
export const three = new Inngest({ id: 'a', isDev });
export const four = new Inngest({ id: 'a' });`,
    },
    {
      name: 'in a test',
      code: {
        '__tests__/app.ts': `import { Inngest } from 'inngest';\nexport const inngest = new Inngest({ id: 'a', isDev: true });`,
      },
    },
  ],
});
