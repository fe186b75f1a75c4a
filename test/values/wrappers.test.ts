import { describe } from 'vitest';
import { type Case, testRule } from '../rules/support.js';

/** Who is to answer for what a project function dispatches, beyond `test/rules/wrappers.test.ts`. */
const queue = `import { type BulkJobOptions, FlowProducer, Queue, type FlowJob, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\n`;
const retry = `{ attempts: 3, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 } }`;
const once = '{ attempts: 1 }';

const limits: readonly Case[] = [
  {
    name: 'overloads',
    code: `${queue}
function send(data: object): Promise<unknown>;
function send(data: object, options: JobsOptions): Promise<unknown>;
function send(data: object, options?: JobsOptions) { return mail.add('a', data, options); }
await «send»({});
await send({}, { attempts: 2 });
await send({}, «{ delay: 2 }»);`,
  },
  {
    name: 'overloads of a method, with other names for the parameters',
    code: `${queue}
class Mailer {
  send(data: object): Promise<unknown>;
  send(data: object, opts: JobsOptions): Promise<unknown>;
  async send(payload: object, options: JobsOptions = {}): Promise<unknown> { return mail.add('a', payload, { removeOnComplete: true, ...options }); }
}
await new Mailer().«send»({});
await new Mailer().send({}, { attempts: 2 });`,
  },
  {
    name: 'optional chaining',
    code: `${queue}
class Mailer { send(data: object, options?: JobsOptions) { return mail.add('a', data, options); } }
declare const mailer: Mailer | undefined;
await mailer?.«send»({});
await mailer?.send({}, { attempts: 2 });
await mailer?.send?.({}, «{}»);
const send = (data: object, options?: JobsOptions) => mail?.add('a', data, options);
await «send»({});
await send?.({}, «{}»);`,
  },
  {
    name: 'the options of a caller, out of a third file',
    code: {
      'options.ts': `export const patient = { attempts: 9 };\nexport const hasty = { delay: 1 };`,
      'mail.ts': `${queue}export const send = (data: object, options: JobsOptions) => mail.add('a', data, options);`,
      'index.ts': `export * from './mail.js';\nexport * from './options.js';`,
      'app.ts': `import * as lib from './index.js';\nimport { hasty, patient, send } from './index.js';\nawait send({}, patient);\nawait send({}, «hasty»);\nawait lib.send({}, «lib.hasty»);\nawait lib.send({}, { ...hasty, ...patient });`,
    },
  },
  {
    name: 'retries as a number, with a default',
    code: `${queue}
const send = (data: object, retries = 3) => mail.add('a', data, { attempts: retries + 1 });
await send({});
await send({}, 5);
await send({}, undefined);`,
  },
  {
    name: 'retries as a number that may be missing',
    bug: 'at the parameter `attempts?: number`, once for all callers',
    code: `${queue}
const send = (data: object, attempts?: number) => mail.add('a', data, { attempts });
await «send»({});
await send({}, 5);
await send({}, «undefined»);`,
  },
  {
    name: 'retries by name',
    code: `${queue}
const levels = { none: 1, some: 3, many: Infinity };
const send = (data: object, level: keyof typeof levels) => mail.add('a', data, { attempts: levels[level] });
await send({}, 'none');
await send({}, 'some');`,
  },
  {
    name: 'a flag that leaves the limit out',
    code: `${queue}
const send = (data: object, { retry }: { retry: boolean }) => mail.add('a', data, retry ? { attempts: 5 } : {});
await send({}, { retry: true });
await send({}, «{ retry: false }»);`,
    outputs: [[]],
  },
  {
    name: 'an async wrapper that waits and logs first',
    code: `${queue}
async function send(data: object, options?: JobsOptions): Promise<void> {
  console.log('sending');
  await mail.waitUntilReady();
  const merged = { removeOnComplete: true, ...options };
  try { await mail.add('a', data, merged); } catch (error) { console.error(error); throw error; }
}
await «send»({});
await send({}, { attempts: 2 });`,
  },
  {
    name: 'a wrapper that does nothing for some callers',
    code: `${queue}
async function send(data: { to?: string }, options?: JobsOptions) {
  if (!data.to) return;
  await mail.add('a', data, options);
}
await «send»({ to: 'x' });
await send({ to: 'x' }, { attempts: 2 });`,
  },
  {
    name: 'a wrapper with two dispatches: reported once at the caller',
    code: `${queue}
async function send(data: object, options?: JobsOptions) {
  await mail.add('a', data, options);
  await mail.add('b', data, options);
}
await «send»({});
await send({}, { attempts: 2 });`,
  },
  {
    name: 'a wrapper of which one dispatch is its own',
    code: `${queue}
async function send(data: object, options?: JobsOptions) {
  await mail.add('a', data, options);
  await mail.«add»('b', data);
}
await send({}, { attempts: 2 });`,
  },
  {
    name: 'an object of functions of another file, called through the barrel',
    code: {
      'mail.ts': `${queue}export const mailer = { send: (data: object, options?: JobsOptions) => mail.add('a', data, options), nested: { later(data: object, options?: JobsOptions) { return mail.add('b', data, options); } } };`,
      'index.ts': `export { mailer as default } from './mail.js';`,
      'app.ts': `import mailer from './index.js';\nawait mailer.«send»({});\nawait mailer.nested.«later»({});\nawait mailer.nested.later({}, { attempts: 2 });\nconst { send } = mailer;\nawait «send»({});`,
    },
  },
  {
    name: 'a class whose fields are arrows, with the defaults in a field',
    code: `${queue}
class Mailer {
  private defaults: JobsOptions = { removeOnComplete: true };
  private static readonly safe = { attempts: 3 };
  send = async (data: object, options?: JobsOptions) => mail.add('a', data, { ...this.defaults, ...options });
  safely = async (data: object, options?: JobsOptions) => mail.add('a', data, { ...Mailer.safe, ...options });
}
const mailer = new Mailer();
await mailer.«send»({});
await mailer.send({}, { attempts: 2 });
await mailer.safely({});`,
  },
  {
    name: 'static methods that call each other',
    code: `${queue}
class Mails {
  static send(data: object, options?: JobsOptions) { return mail.add('a', data, options); }
  static welcome(to: string, options?: JobsOptions) { return this.send({ to }, options); }
  static remind(to: string) { return Mails.«send»({ to }); }
}
await Mails.«welcome»('x');
await Mails.welcome('x', { attempts: 2 });
await Mails.remind('x');`,
  },
  {
    name: 'a generic class, typed by its payload',
    code: `${queue}
class Task<T extends object> {
  constructor(private readonly name: string, private readonly options: JobsOptions) {}
  send(data: T) { return mail.add(this.name, data, this.options); }
}
const careful = new Task<{ to: string }>('a', { attempts: 3 });
const careless = new Task<{ to: string }>('b', {});
await careful.send({ to: 'x' });
await careless.«send»({ to: 'x' });`,
  },
  {
    name: 'a factory of tasks: defineTask(name, options)',
    code: {
      'task.ts': `${queue}
export function defineTask<T extends object>(name: string, options: JobsOptions = {}) {
  return { name, dispatch: (data: T) => mail.add(name, data, options), later(data: T, delay: number) { return mail.add(name, data, { ...options, delay }); } };
}`,
      'tasks.ts': `import { defineTask } from './task.js';\nexport const welcome = defineTask<{ to: string }>('welcome', { attempts: 3 });\nexport const remind = defineTask<{ to: string }>('remind');`,
      'app.ts': `import { remind, welcome } from './tasks.js';\nawait welcome.dispatch({ to: 'x' });\nawait welcome.later({ to: 'x' }, 5);\nawait remind.«dispatch»({ to: 'x' });\nawait remind.«later»({ to: 'x' }, 5);`,
    },
  },
  {
    name: 'a curried function',
    bug: 'silent: a call of a call is not resolved',
    code: `${queue}
const send = (options: JobsOptions) => (data: object) => mail.add('a', data, options);
await send({ attempts: 2 })({});
await send(«{}»)({});`,
  },
  {
    name: 'a builder',
    code: `${queue}
class Builder {
  private options: JobsOptions = {};
  retry(attempts: number) { this.options.attempts = attempts; return this; }
  send(data: object) { return mail.add('a', data, this.options); }
}
await new Builder().retry(3).send({});
export const any = (b: Builder) => b.send({});`,
  },
  {
    name: 'addBulk of a mapped list, with the options of the caller',
    code: `${queue}
const sendAll = (users: string[], opts?: BulkJobOptions) => mail.addBulk(users.map((to) => ({ name: 'a', data: { to }, opts })));
await «sendAll»(['x']);
await sendAll(['x'], { attempts: 2 });`,
  },
  {
    name: 'addBulk that merges what each of a list says',
    code: `${queue}
interface Task { name: string; data: object; options?: BulkJobOptions }
const sendAll = (tasks: Task[]) => mail.addBulk(tasks.map(({ name, data, options }) => ({ name, data, opts: { removeOnComplete: true, ...options } })));
await sendAll([{ name: 'a', data: {}, options: { attempts: 2 } }, { name: 'b', data: {}, options: { attempts: 2 } }]);
declare const tasks: Task[];
await sendAll(tasks);`,
  },
  {
    name: 'addBulk in which the wrapper decides',
    code: `${queue}
const sendAll = (jobs: { name: string; data: object }[]) => mail.addBulk(jobs.map((job) => ({ ...job, opts: { attempts: 3 } })));
await sendAll([{ name: 'a', data: {} }]);`,
  },
  {
    name: 'addBulk in which nobody decides: the wrapper',
    code: `${queue}
const sendAll = (users: string[]) => mail.addBulk(users.map((to) => («{ name: 'a', data: { to } }»)));
await sendAll(['x']);`,
  },
  {
    name: 'a flow of the caller',
    code: `${queue}
const flows = new FlowProducer({ connection: {} });
const run = (flow: FlowJob) => flows.add(flow);
await run(«{ name: 'a', queueName: 'q' }»);
await run({ name: 'a', queueName: 'q', opts: { attempts: 2 }, children: [«{ name: 'b', queueName: 'q' }»] });`,
    ids: 'ignores',
  },
  {
    name: 'a flow whose options come from the caller',
    code: `${queue}
const flows = new FlowProducer({ connection: {} });
const run = (data: object, opts?: JobsOptions) => flows.add({ name: 'a', queueName: 'q', data, opts, children: [{ name: 'b', queueName: 'q', data, opts }] });
await «run»({});
await run({}, { attempts: 3 });`,
    ids: 'ignores',
  },
  {
    name: 'upsertJobScheduler',
    code: `${queue}
const every = (id: string, ms: number, opts?: JobsOptions) => mail.upsertJobScheduler(id, { every: ms }, { name: 'a', data: {}, opts });
await «every»('a', 1000);
await every('a', 1000, { attempts: 2 });`,
  },
  {
    name: 'the arguments object and a spread tuple',
    bug: 'silent: a destructured rest parameter',
    code: `${queue}
const send = (...[data, options]: [data: object, options?: JobsOptions]) => mail.add('a', data, options);
await «send»({});
await send(...([{}, { attempts: 2 }] as const));`,
  },
  {
    name: 'four hops',
    code: `${queue}
const a = (data: object, options?: JobsOptions) => mail.add('a', data, options);
const b = (data: object, options?: JobsOptions) => a(data, { delay: 1, ...options });
const c = (data: object, options: JobsOptions = {}) => b(data, options);
const d = ({ data, ...options }: { data: object } & JobsOptions) => c(data, options);
await d(«{ data: {} }»);
await d({ data: {}, attempts: 2 });
await «c»({});
await b({}, «{ delay: 4 }»);`,
  },
  {
    name: 'a hop that decides on the way: nobody',
    code: `${queue}
const a = (data: object, options?: JobsOptions) => mail.add('a', data, options);
const b = (data: object, options?: JobsOptions) => a(data, { attempts: 2, ...options });
await b({});
await b({}, { delay: 1 });`,
  },
  {
    name: 'a decorator-like wrapper: a function around a wrapper',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
const logged = <A extends unknown[], R>(run: (...args: A) => R) => (...args: A): R => { console.log(args); return run(...args); };
const loudly = logged(send);
await loudly({}, { attempts: 3 });`,
  },
  {
    name: 'an interface with one implementation, injected',
    code: {
      'mailer.ts': `${queue}
export interface Mailer { send(data: object, options?: JobsOptions): Promise<unknown> }
export class BullMailer implements Mailer { send(data: object, options?: JobsOptions) { return mail.add('a', data, options); } }`,
      'app.ts': `import { BullMailer } from './mailer.js';\nconst mailer = new BullMailer();\nawait mailer.«send»({});\nawait mailer.send({}, { attempts: 2 });`,
    },
  },
  {
    name: 'an event that dispatches',
    code: `${queue}
import { EventEmitter } from 'node:events';
const events = new EventEmitter();
events.on('signup', (data: object) => mail.«add»('a', data));
events.emit('signup', {});`,
  },
  {
    name: 'a method of an injected service in NestJS, with an options object of its own',
    code: {
      'mail.service.ts': `import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
export interface Send { to: string; attempts?: number; delay?: number }
@Injectable()
export class MailService {
  constructor(@InjectQueue('mail') private readonly queue: Queue) {}
  async send({ to, attempts, delay = 0 }: Send) { await this.queue.add('mail', { to }, { delay, ...(attempts !== undefined && { attempts }) }); }
}`,
      'module.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const imports = [BullModule.forRoot({ connection: {} }), BullModule.registerQueue({ name: 'mail' })];`,
      'app.ts': `import type { MailService } from './mail.service.js';
export class Users { constructor(private readonly mails: MailService) {} async run() { await this.mails.send(«{ to: 'x' }»); await this.mails.send({ to: 'x', attempts: 4 }); } }`,
    },
    // There is no `backoff` in what the wrapper asks for.
    outputs: [
      [
        "export class Users { constructor(private readonly mails: MailService) {} async run() { await this.mails.send({ to: 'x', attempts: 1 }); await this.mails.send({ to: 'x', attempts: 4 }); } }",
      ],
    ],
    bug: 'also suggests a backoff that the wrapper does not take',
  },
  {
    name: 'a suggestion at the caller: in the argument, or behind the arguments',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
await «send»({});
await send({}, «{ delay: 5 }»);
await send({}, «{}»);`,
    outputs: [
      [`await send({}, ${retry});`, `await send({}, ${once});`],
      [`await send({}, { delay: 5, ${retry.slice(2)});`, `await send({}, { delay: 5, attempts: 1 });`],
      [`await send({}, ${retry});`, `await send({}, ${once});`],
    ],
  },
  {
    name: 'no suggestion where the argument has another shape',
    code: `${queue}
const send = (data: object, retries?: { times: number }) => mail.add('a', data, retries ? { attempts: retries.times } : {});
await «send»({});
await send({}, { times: 3 });`,
    outputs: [[]],
  },
  {
    name: 'a suggestion in the one object of parameters',
    code: `${queue}
const send = (params: { to: string; options?: JobsOptions }) => mail.add('a', { to: params.to }, params.options);
await send(«{ to: 'x' }»);
await send({ to: 'x', options: «{ delay: 1 }» });`,
  },
];

const backoffs: readonly Case[] = [
  {
    name: 'attempts of the caller: at the caller',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
await send({}, { «attempts: 3» });
await send({}, { attempts: 3, backoff: { type: 'exponential', delay: 1000 } });
await send({}, { attempts: 1 });
await send({});`,
    outputs: [[`await send({}, ${retry});`]],
  },
  {
    name: 'attempts of the caller as a number',
    code: `${queue}
const send = (data: object, attempts: number) => mail.add('a', data, { attempts });
await send({}, «3»);
await send({}, 1);`,
  },
  {
    name: 'a number, with the backoff of the wrapper',
    code: `${queue}
const send = (data: object, attempts: number) => mail.add('a', data, { attempts, backoff: { type: 'exponential', delay: 1000 } });
await send({}, 3);`,
  },
  {
    name: 'attempts in the wrapper: there, once',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, { «attempts: 3», ...options });
await send({});
await send({}, { delay: 1 });
await send({}, { backoff: 1000 });`,
  },
  {
    name: 'attempts in the wrapper, and every caller brings a backoff',
    code: `${queue}
const send = (data: object, backoff: number) => mail.add('a', data, { attempts: 3, backoff });
await send({}, 1000);
await send({}, 2000);`,
  },
  {
    name: 'a caller that erases the backoff of the wrapper',
    bug: 'the message is that of a missing one, and names attempts: 3 that is elsewhere',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, { attempts: 3, backoff: 1000, ...options });
await send({});
await send({}, { «backoff: undefined» });`,
    ids: 'erased',
  },
  {
    name: 'a delay of zero from the caller',
    code: `${queue}
const send = (data: object, options: JobsOptions) => mail.add('a', data, { attempts: 3, ...options });
await send({}, { «backoff: { type: 'exponential', delay: 0 }» });`,
    ids: 'immediate',
  },
];

const plain: readonly Case[] = [
  {
    name: 'plain JavaScript: a function',
    code: {
      'app.js': `import { Queue } from 'bullmq';
const mail = new Queue('mail');
function send(data, options) { return mail.add('a', data, options); }
await «send»({});
await send({}, { attempts: 3 });
await send({}, «{ delay: 1 }»);`,
    },
    untyped: true,
  },
  {
    name: 'plain JavaScript: an object, a class, a factory, require',
    bug: 'silent for a class whose field is assigned in the constructor, without types',
    code: {
      'app.cjs': `const { Queue } = require('bullmq');
const mail = new Queue('mail');
const mailer = { send: (data, options) => mail.add('a', data, options) };
class Mailer { constructor(queue) { this.queue = queue; } send(data, options) { return this.queue.add('a', data, options); } }
function createQueue(name, defaultJobOptions) { return new Queue(name, { connection: {}, defaultJobOptions }); }
mailer.«send»({});
mailer.send({}, { attempts: 3 });
new Mailer(mail).«send»({});
createQueue('a', { attempts: 3 }).add('a', {});
createQueue('b', {}).«add»('a', {});`,
    },
    untyped: true,
  },
  {
    name: 'plain JavaScript: destructured parameters with defaults',
    code: {
      'app.js': `import { Queue } from 'bullmq';
const mail = new Queue('mail');
async function send({ to, attempts = 3, ...rest } = {}) { await mail.add('a', { to }, { attempts, ...rest }); }
await send({ to: 'x' });
await send({ to: 'x', attempts: 5 });
await send();`,
    },
    untyped: true,
  },
  {
    name: 'TypeScript without a program',
    code: `import { Queue, type JobsOptions } from 'bullmq';
const mail = new Queue('mail');
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
await «send»({});
await send({}, { attempts: 3 });`,
    untyped: true,
  },
  {
    name: 'a look-alike in plain JavaScript',
    code: {
      'app.js': `import { Queue } from './my-queue.js';
const mail = new Queue('mail');
const send = (data, options) => mail.add('a', data, options);
await send({});
new Set().add('a', {});`,
    },
    untyped: true,
  },
];

describe('require-retry-limit', () => {
  testRule('require-retry-limit', 'undecided', { limits, plain }, { typedOutputs: true });
});
describe('require-retry-backoff', () => {
  testRule('require-retry-backoff', 'missing', { backoffs }, { typedOutputs: true });
});
