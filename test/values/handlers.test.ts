import { describe } from 'vitest';
import { type Case, testRule } from '../rules/support.js';

/** Functions that a worker runs although no worker names them. */
const head = `import { type Job, Queue, QueueEvents, Worker, type Processor } from 'bullmq';
const connection = {};
export const pdf = new Queue('pdf', { connection });
export const events = new QueueEvents('pdf', { connection });
`;
const wait = `(await pdf.add('x', {})).waitUntilFinished(events)`;

const registering: readonly Case[] = [
  {
    name: 'register(name, handler)',
    code: `${head}
export const register = (name: string, handler: Processor) => new Worker(name, handler, { connection });
register('a', async (job) => { console.log(job.name); await «${wait}»; });
async function run(job: Job) { console.log(job.name); await «${wait}»; }
register('b', run);`,
  },
  {
    name: 'a handler of another type, wrapped by the function',
    bug: 'silent: a function that the handler calls through a parameter',
    code: `${head}
export const register = <T>(name: string, handler: (data: T) => Promise<void>) => new Worker(name, async (job: Job<T>) => handler(job.data), { connection });
register<object>('a', async () => { await «${wait}»; });
async function run() { await «${wait}»; }
register('b', run);`,
  },
  {
    name: 'a wrapper around the handler, in a third file',
    bug: 'silent: as above',
    code: {
      'worker.ts': `import { Worker, type Job } from 'bullmq';
export const logged = (run: (job: Job) => Promise<unknown>) => async (job: Job) => { console.log(job.name); return run(job); };
export function start(name: string, run: (job: Job) => Promise<unknown>) { return new Worker(name, logged(run), { connection: {} }); }`,
      'queue.ts': head,
      'render.ts': `import type { Job } from 'bullmq';\nimport { events, pdf } from './queue.js';\nexport async function render(job: Job) { console.log(job.name); await «${wait}»; }`,
      'app.ts': `import { render } from './render.js';\nimport { start } from './worker.js';\nstart('a', render);`,
    },
  },
  {
    name: 'a class of workers with a method to register',
    code: `${head}
export class Workers {
  private readonly workers: Worker[] = [];
  register(name: string, processor: (job: Job) => Promise<unknown>) { const worker = new Worker(name, processor, { connection }); this.workers.push(worker); return this; }
}
new Workers().register('a', async () => { await «${wait}»; }).register('b', async () => 1);`,
  },
  {
    name: 'one function for all, with a table of handlers by name',
    bug: 'silent: a call of a member of a table',
    code: `${head}
const handlers: Record<string, (job: Job) => Promise<unknown>> = {
  a: async () => 1,
  b: async () => { await «${wait}»; },
};
export const worker = new Worker('all', async (job) => handlers[job.name]?.(job), { connection });`,
  },
  {
    name: 'a Map of handlers',
    code: `${head}
const handlers = new Map<string, (job: Job) => Promise<unknown>>([['b', async () => { await «${wait}»; }]]);
export const worker = new Worker('all', async (job) => handlers.get(job.name)!(job), { connection });`,
  },
  {
    name: 'a switch',
    code: `${head}
async function render() { await ${wait}; }
export const worker = new Worker('all', async (job) => { switch (job.name) { case 'a': return «render()»; default: throw new Error(job.name); } }, { connection });`,
    ids: 'leads',
  },
];

const bases: readonly Case[] = [
  {
    name: 'a base class whose constructor makes the worker',
    code: `${head}
export abstract class BaseWorker<T> {
  protected readonly worker: Worker<T>;
  constructor(name: string) { this.worker = new Worker<T>(name, (job) => this.process(job), { connection }); }
  protected abstract process(job: Job<T>): Promise<unknown>;
}
export class Render extends BaseWorker<{ id: string }> {
  constructor() { super('render'); }
  protected async process(job: Job<{ id: string }>) { console.log(job.data.id); await «${wait}»; }
}
export class Fine extends BaseWorker<{ id: string }> { protected async process() { return 1; } }`,
  },
  {
    name: 'with bind, in another file, two bases up',
    bug: 'silent: two abstract methods in a row',
    code: {
      'base.ts': `import { Worker, type Job } from 'bullmq';
export abstract class Root { constructor(name: string) { new Worker(name, this.handle.bind(this), { connection: {} }); } abstract handle(job: Job): Promise<unknown>; }
export abstract class Base extends Root { async handle(job: Job) { console.log(job.id); return this.run(job.data); } abstract run(data: unknown): Promise<unknown>; }`,
      'queue.ts': head,
      'app.ts': `import { Base } from './base.js';\nimport { events, pdf } from './queue.js';\nexport class Render extends Base { constructor() { super('a'); } async run(data: unknown) { console.log(data); await «${wait}»; } }`,
    },
  },
  {
    name: 'started by a method',
    bug: 'silent: a worker that a method makes, not the constructor',
    code: `${head}
abstract class BaseWorker {
  abstract readonly queueName: string;
  abstract process(job: Job): Promise<unknown>;
  start() { return new Worker(this.queueName, async (job) => { try { await this.process(job); } catch (error) { console.error(error); throw error; } }, { connection }); }
}
export class Render extends BaseWorker { readonly queueName = 'render'; async process() { await «${wait}»; } }`,
  },
  {
    name: 'the chain is printed',
    code: `${head}
async function render() { await ${wait}; }
async function print() { await render(); }
abstract class BaseWorker { constructor(name: string) { new Worker(name, (job) => this.process(job), { connection }); } abstract process(job: Job): Promise<unknown>; }
export class Print extends BaseWorker { constructor() { super('p'); } async process() { await «print()»; } }`,
    ids: 'leads',
    messages: [['→ print → render', 'process', 'waitUntilFinished']],
  },
];

const lists: readonly Case[] = [
  {
    name: 'for … of',
    code: `${head}
const tasks = [{ name: 'a', run: async () => 1 }, { name: 'b', run: async (job: Job) => { console.log(job.id); await «${wait}»; } }];
for (const { name, run } of tasks) new Worker(name, run, { connection });`,
  },
  {
    name: 'forEach, with members',
    code: `${head}
async function render() { await «${wait}»; }
const tasks: { name: string; run: Processor }[] = [{ name: 'a', run: render }];
tasks.forEach((task) => { new Worker(task.name, task.run, { connection }); });`,
  },
  {
    name: 'Object.entries of handlers',
    bug: 'silent',
    code: `${head}
const handlers = { a: async () => {}, b: async () => { await «${wait}»; } };
for (const [name, handler] of Object.entries(handlers)) new Worker(name, handler, { connection });`,
  },
  {
    name: 'map over a list, into workers, in another file',
    bug: 'silent: a destructured tuple of a list',
    code: {
      'queue.ts': head,
      'tasks.ts': `import { events, pdf } from './queue.js';\nexport const b = async () => { await «${wait}»; };\nexport const tasks = [['a', async () => {}], ['b', b]] as const;`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { tasks } from './tasks.js';\nexport const workers = tasks.map(([name, run]) => new Worker(name, run, { connection: {} }));`,
    },
  },
  {
    name: 'defineTask({ name, handler }) and start(tasks)',
    bug: 'silent',
    code: {
      'define.ts': `import { Worker, type Job } from 'bullmq';
export interface Task<T> { name: string; handler(job: Job<T>): Promise<unknown> }
export const defineTask = <T>(task: Task<T>): Task<T> => task;
export function start(tasks: Task<any>[]) { for (const task of tasks) new Worker(task.name, (job) => task.handler(job), { connection: {} }); }`,
      'queue.ts': head,
      'render.ts': `import { defineTask } from './define.js';\nimport { events, pdf } from './queue.js';\nexport const render = defineTask<{ id: string }>({ name: 'render', async handler(job) { console.log(job.id); await «${wait}»; } });`,
      'app.ts': `import { start } from './define.js';\nimport { render } from './render.js';\nstart([render]);`,
    },
  },
];

const decorators: readonly Case[] = [
  {
    name: 'a decorator that forwards its argument',
    code: `import { Process, Processor } from '@nestjs/bull';
import type { Job } from 'bull';
const OnJob = (name: string) => Process({ name });
@Processor('mail')
export class Mails { @OnJob('a') async run(job: Job) { return «job.finished()»; } }`,
  },
  {
    name: 'applyDecorators',
    code: `import { Process, Processor } from '@nestjs/bull';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import type { Job } from 'bull';
const OnJob = (name: string) => applyDecorators(Process(name), SetMetadata('x', 1));
@Processor('mail')
export class Mails { @OnJob('a') async run(job: Job) { return «job.finished()»; } }`,
  },
  {
    name: 'a constant decorator',
    code: `import { Process, Processor } from '@nestjs/bull';
import type { Job } from 'bull';
const OnMail = Process('mail');
@Processor('mail')
export class Mails { @OnMail async run(job: Job) { return «job.finished()»; } }`,
  },
  {
    name: 'a class decorator of the team',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';
import { applyDecorators, Injectable } from '@nestjs/common';
import type { Job, QueueEvents } from 'bullmq';
const Consumer = (queue: string) => applyDecorators(Injectable(), Processor(queue));
declare const events: QueueEvents;
@Consumer('mail')
export class Mails extends WorkerHost { async process(job: Job) { return «job.waitUntilFinished(events)»; } }`,
  },
  {
    name: 'a look-alike decorator of the team',
    code: `import type { Job } from 'bull';
const Process = (name: string): MethodDecorator => () => { console.log(name); };
export class Mails { @Process('a') async run(job: Job) { return job.finished(); } }`,
  },
];

const payloadHead = `import { type Job, Worker, type Processor } from 'bullmq';\nconst connection = {};\n`;
const declared: readonly Case[] = [
  {
    name: 'register(name, handler): the payload of the real function',
    code: `${payloadHead}
export const register = <T>(name: string, handler: (job: Job<T>) => Promise<unknown>) => new Worker<T>(name, handler, { connection });
register('a', async (job: Job<«{ at: Date }»>) => job.data.at);
register('b', async (job: Job<{ at: string }>) => job.data.at);
const run = async (job: Job<«{ at: Date }»>) => job.data.at;
register('c', run);`,
  },
  {
    name: 'register(name, handler of the data)',
    bug: 'silent: a function that the handler calls through a parameter',
    code: `${payloadHead}
export const register = <T>(name: string, handler: (data: T) => Promise<unknown>) => new Worker<T>(name, async (job) => handler(job.data), { connection });
register('a', async (data: «{ at: Date }») => data.at);
register('b', async (data: { at: string }) => data.at);`,
  },
  {
    name: 'a base class',
    code: `${payloadHead}
abstract class Base<T> { constructor(name: string) { new Worker<T>(name, (job) => this.process(job), { connection }); } abstract process(job: Job<T>): Promise<unknown>; }
export class A extends Base<{ at: Date }> { constructor() { super('a'); } async process(job: Job<«{ at: Date }»>) { return job.data.at; } }
export class B extends Base<{ at: string }> { constructor() { super('a'); } async process(job: Job<{ at: string }>) { return job.data.at; } }`,
  },
  {
    name: 'a list',
    code: `${payloadHead}
const tasks = [{ name: 'a', run: async (job: Job<«{ at: Date }»>) => job.data.at }, { name: 'b', run: async (job: Job<{ at: string }>) => job.data.at }];
for (const task of tasks) new Worker(task.name, task.run as Processor, { connection });`,
  },
  {
    name: 'a function nobody registers',
    code: `${payloadHead}
export const run = async (job: { data: { at: Date } }) => job.data.at;
export const register = (name: string, other: Processor) => new Worker(name, other, { connection });`,
  },
];

describe('no-await-task-result', () => {
  testRule('no-await-task-result', 'waits', { registering, bases, lists, decorators });
});
describe('no-unserializable-payload', () => {
  testRule('no-unserializable-payload', 'declared', { declared });
});
