import { type Case, testRule } from '../rules/support.js';

/** How the queue of a dispatch is found: one queue that nobody gave a limit, one that somebody did. */
const bullmq = `import { Queue, type QueueOptions } from 'bullmq';
const connection = {};
const careful = { connection, defaultJobOptions: { attempts: 3 } };
const careless = { connection };
`;
const nest = `import { Inject, Injectable, Module } from '@nestjs/common';\nimport { Queue } from 'bullmq';\n`;

const singletons: readonly Case[] = [
  {
    name: 'a static field with ??=, returned by the assignment',
    code: `${bullmq}
class Mails {
  static #instance?: Mails;
  readonly queue = new Queue('a', careless);
  static getInstance() { return (Mails.#instance ??= new Mails()); }
}
await Mails.getInstance().queue.«add»('a', {});`,
  },
  {
    name: 'a static field, if (!…)',
    code: `${bullmq}
class Mails {
  private static instance: Mails;
  private readonly queue: Queue;
  private constructor() { this.queue = new Queue('a', careless); }
  static getInstance(): Mails {
    if (!Mails.instance) {
      Mails.instance = new Mails();
    }
    return Mails.instance;
  }
  async send(options?: object) { await this.queue.add('a', {}, options); }
}
await Mails.getInstance().«send»();
await Mails.getInstance().send({ attempts: 2 });`,
  },
  {
    name: 'this in a static method',
    code: `${bullmq}
class Mails {
  private static queue: Queue | null = null;
  static get(): Queue {
    if (this.queue === null) this.queue = new Queue('a', careless);
    return this.queue;
  }
}
await Mails.get().«add»('a', {});`,
  },
  {
    name: 'a module-level let',
    code: `${bullmq}
let queue: Queue | undefined;
export function getQueue(): Queue {
  if (!queue) {
    queue = new Queue('a', careless);
  }
  return queue;
}
await getQueue().«add»('a', {});
export {};`,
  },
  {
    name: 'a module-level let, early return',
    code: `${bullmq}
let queue: Queue | null = null;
export function getQueue(): Queue {
  if (queue) return queue;
  queue = new Queue('a', careless);
  return queue;
}
await getQueue().«add»('a', {});`,
  },
  {
    name: 'a module-level let that is closed and set back to null',
    code: `${bullmq}
let queue: Queue | null = null;
export function getQueue(): Queue {
  return (queue ??= new Queue('a', careless));
}
export async function close() { await queue?.close(); queue = null; }
await getQueue().«add»('a', {});`,
  },
  {
    name: 'a let that is assigned in an init function, with an assertion',
    code: `${bullmq}
let queue!: Queue;
export function init() { queue = new Queue('a', careless); }
export async function send() { await queue.«add»('a', {}); }`,
  },
  {
    name: 'a let that two functions give two queues, one careful',
    code: `${bullmq}
let queue!: Queue;
export function init() { queue = new Queue('a', careless); }
export function initTest() { queue = new Queue('a', careful); }
export async function send() { await queue.add('a', {}); }`,
  },
  {
    name: 'a let that two functions give two careless queues',
    code: `${bullmq}
let queue!: Queue;
export function init() { queue = new Queue('a', careless); }
export function initTest() { queue = new Queue('b', careless); }
export async function send() { await queue.«add»('a', {}); }`,
  },
  {
    name: 'a let that a test may set to anything',
    code: `${bullmq}
let queue = new Queue('a', careless);
export function setQueue(other: Queue) { queue = other; }
export async function send() { await queue.add('a', {}); }`,
  },
  {
    name: 'an async getInstance',
    code: `${bullmq}
class Mails {
  private static instance?: Mails;
  readonly queue = new Queue('a', careless);
  static async getInstance(): Promise<Mails> {
    this.instance ??= new Mails();
    return this.instance;
  }
}
const mails = await Mails.getInstance();
await mails.queue.«add»('a', {});`,
  },
  {
    name: 'a promise that is kept',
    code: `${bullmq}
let pending: Promise<Queue> | undefined;
async function open(): Promise<Queue> { return new Queue('a', careless); }
const getQueue = () => (pending ??= open());
await (await getQueue()).«add»('a', {});`,
  },
  {
    name: 'a singleton of another file as its default export',
    code: {
      'mails.ts': `${bullmq}
class Mails { readonly queue = new Queue('a', careless); readonly other = new Queue('b', careful); }
export default new Mails();`,
      'app.ts': `import mails from './mails.js';\nawait mails.queue.«add»('a', {});\nawait mails.other.add('a', {});`,
    },
  },
  {
    name: 'a careful one stays silent in every spelling',
    code: `${bullmq}
class A { static #i?: A; readonly queue = new Queue('a', careful); static get() { return (A.#i ??= new A()); } }
let one: Queue | undefined;
const get = () => { if (!one) one = new Queue('b', careful); return one; };
await A.get().queue.add('a', {});
await get().add('a', {});
await A.get().queue.add('a', {}, { «attempts: undefined» });
await get().add('a', {}, { «attempts: undefined» });`,
    // Whatever the queue says, `undefined` ends in one run.
    ids: ['erased', 'erased'],
  },
];

const members: readonly Case[] = [
  {
    name: 'a getter',
    code: `${bullmq}
class Mails {
  get queue() { return new Queue('a', careless); }
  send() { return this.queue.«add»('a', {}); }
}
await new Mails().queue.«add»('a', {});`,
  },
  {
    name: 'a static getter',
    code: `${bullmq}
class Queues { static get mail() { return new Queue('a', careless); } static readonly sms = new Queue('b', careless); }
await Queues.mail.«add»('a', {});
await Queues.sms.«add»('a', {});`,
  },
  {
    name: 'a lazy field behind a getter',
    code: `${bullmq}
class Mails {
  private _queue?: Queue;
  get queue(): Queue { if (!this._queue) { this._queue = new Queue('a', careless); } return this._queue; }
  send() { return this.queue.«add»('a', {}); }
}
export { Mails };`,
  },
  {
    name: 'a private # field, assigned in the constructor',
    code: `${bullmq}
class Mails {
  #queue: Queue;
  constructor() { this.#queue = new Queue('a', careless); }
  send() { return this.#queue.«add»('a', {}); }
}
export { Mails };`,
  },
  {
    name: 'a field that a lifecycle method fills',
    code: `${bullmq}
class Mails {
  private queue!: Queue;
  async onModuleInit() { this.queue = new Queue('a', careless); }
  async send() { await this.queue.«add»('a', {}); }
}
export { Mails };`,
  },
  {
    name: 'a field that is undefined until connect',
    code: `${bullmq}
class Mails {
  private queue: Queue | null = null;
  connect() { this.queue = new Queue('a', careless); }
  async close() { await this.queue?.close(); this.queue = null; }
  async send() {
    if (!this.queue) throw new Error('not connected');
    await this.queue.«add»('a', {});
  }
  async maybe() { await this.queue?.«add»('a', {}); await this.queue!.«add»('b', {}); }
}
export { Mails };`,
  },
  {
    name: 'a constructor parameter with a default',
    code: `${bullmq}
class Mails {
  constructor(private readonly queue = new Queue('a', careless)) {}
  send() { return this.queue.add('a', {}); }
}
await new Mails().«send»();
await new Mails(new Queue('b', careful)).send();`,
  },
  {
    name: 'an object literal of queues, as const, with computed names',
    code: `${bullmq}
enum Name { Mail = 'mail', Sms = 'sms' }
const queues = { [Name.Mail]: new Queue('mail', careless), [Name.Sms]: new Queue('sms', careful) } as const;
await queues[Name.Mail].«add»('a', {});
await queues.mail.«add»('a', {});
await queues[Name.Sms].add('a', {});
const { mail, sms: texts } = queues;
await mail.«add»('a', {});
await texts.add('a', {});`,
  },
  {
    name: 'a record with an unknown key: all careless',
    code: `${bullmq}
const queues: Record<string, Queue> = { mail: new Queue('mail', careless), sms: new Queue('sms', careless) };
export const send = (name: 'mail' | 'sms') => queues[name]!.«add»('a', {});`,
  },
  {
    name: 'a record with an unknown key: one is careful',
    code: `${bullmq}
const queues = { mail: new Queue('mail', careless), sms: new Queue('sms', careful) };
export const send = (name: keyof typeof queues) => queues[name].add('a', {});`,
  },
  {
    name: 'a record whose key comes from the caller',
    code: `${bullmq}
const queues = { mail: new Queue('mail', careless), sms: new Queue('sms', careful) };
const send = (name: keyof typeof queues) => queues[name].add('a', {});
await «send»('mail');
await send('sms');`,
  },
  {
    name: 'a record that is filled later',
    code: `${bullmq}
const queues: Record<string, Queue> = {};
queues['mail'] = new Queue('mail', careless);
queues.sms = new Queue('sms', careful);
await queues['mail'].«add»('a', {});
await queues.sms.add('a', {});`,
  },
  {
    name: 'a record that is filled from outside is not known',
    code: `${bullmq}
const queues: Record<string, Queue> = { mail: new Queue('mail', careless) };
export const register = (name: string, queue: Queue) => { queues[name] = queue; };
export const send = (name: string) => queues[name]!.add('a', {});`,
  },
  {
    name: 'a Map with known keys',
    code: `${bullmq}
const queues = new Map<string, Queue>([['mail', new Queue('mail', careless)], ['sms', new Queue('sms', careful)]]);
await queues.get('mail')!.«add»('a', {});
await queues.get('mail')?.«add»('a', {});
await queues.get('sms')?.add('a', {});`,
  },
  {
    name: 'a Map that is filled with set',
    code: `${bullmq}
const queues = new Map<string, Queue>();
queues.set('mail', new Queue('mail', careless));
queues.set('sms', new Queue('sms', careful));
await queues.get('mail')!.«add»('a', {});
await queues.get('sms')!.add('a', {});`,
  },
  {
    name: 'a Map with an unknown key: all careless',
    code: `${bullmq}
const queues = new Map<string, Queue>();
queues.set('mail', new Queue('mail', careless)).set('sms', new Queue('sms', careless));
export const send = (name: string) => queues.get(name)!.«add»('a', {});`,
  },
  {
    name: 'a Map with an unknown key: one is careful',
    code: `${bullmq}
const queues = new Map<string, Queue>([['mail', new Queue('mail', careless)]]);
queues.set('sms', new Queue('sms', careful));
export const send = (name: string) => queues.get(name)!.add('a', {});`,
  },
  {
    name: 'a Map that anybody can set',
    code: `${bullmq}
const queues = new Map<string, Queue>([['mail', new Queue('mail', careless)]]);
export const register = (name: string, queue: Queue) => queues.set(name, queue);
export const send = (name: string) => queues.get(name)!.add('a', {});`,
  },
  {
    name: 'a manager that makes queues as they are asked for',
    code: `${bullmq}
class Manager {
  private readonly queues = new Map<string, Queue>();
  getQueue(name: string): Queue {
    let queue = this.queues.get(name);
    if (!queue) {
      queue = new Queue(name, careless);
      this.queues.set(name, queue);
    }
    return queue;
  }
  async send(name: string) { await this.getQueue(name).«add»('a', {}); }
}
await new Manager().getQueue('mail').«add»('a', {});`,
  },
  {
    name: 'a manager that looks before it makes one',
    bug: 'if (!queues[name]) queues[name] = … is silent, ??= is found',
    code: `${bullmq}
const queues: Record<string, Queue> = {};
export function getQueue(name: string): Queue {
  if (!queues[name]) queues[name] = new Queue(name, careless);
  return queues[name];
}
export function other(name: string): Queue { return (queues[name] ??= new Queue(name, careless)); }
await getQueue('mail').«add»('a', {});
await other('mail').«add»('a', {});`,
  },
  {
    name: 'a manager that throws for an unknown name',
    code: `${bullmq}
class Manager {
  private readonly queues = new Map<string, Queue>();
  constructor() {
    this.queues.set('mail', new Queue('mail', careless));
    this.queues.set('sms', new Queue('sms', careless));
  }
  get(name: string): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(name);
    return queue;
  }
}
await new Manager().get('mail').«add»('a', {});`,
  },
  {
    name: 'a list of names from which a Map is made',
    code: `${bullmq}
const names = ['mail', 'sms'] as const;
const queues = new Map(names.map((name) => [name, new Queue(name, careless)] as const));
await queues.get('mail')!.«add»('a', {});`,
  },
  {
    name: 'a list of names from which a record is made',
    bug: 'silent: Object.fromEntries is not followed',
    code: `${bullmq}
const names = ['mail', 'sms'];
const queues: Record<string, Queue> = Object.fromEntries(names.map((name) => [name, new Queue(name, careless)]));
await queues['mail']!.«add»('a', {});`,
  },
  {
    name: 'a list that is looped over',
    code: `${bullmq}
const queues = [new Queue('mail', careless), new Queue('sms', careless)];
for (const queue of queues) await queue.«add»('a', {});
queues.forEach((queue) => queue.«add»('a', {}));
await Promise.all(queues.map((queue) => queue.«add»('a', {})));
const mixed = [new Queue('mail', careless), new Queue('sms', careful)];
for (const queue of mixed) await queue.add('a', {});
await mixed[0]!.«add»('a', {});
await mixed[1]!.add('a', {});
const [first, second] = mixed;
await first!.«add»('a', {});
await second!.add('a', {});`,
  },
  {
    name: 'branches',
    code: `${bullmq}
declare const urgent: boolean;
const fast = new Queue('fast', careless);
const slow = new Queue('slow', careless);
const safe = new Queue('safe', careful);
await (urgent ? fast : slow).«add»('a', {});
await (urgent ? fast : safe).add('a', {});
let queue = fast;
if (urgent) queue = slow;
await queue.«add»('a', {});
let other;
if (urgent) other = safe; else other = slow;
await other.add('a', {});
switch (String(urgent)) { case 'true': queue = safe; break; default: queue = slow; }
await queue.add('a', {});`,
  },
  {
    name: 'picked by a switch',
    code: `${bullmq}
const fast = new Queue('fast', careless);
const slow = new Queue('slow', careful);
function pick(type: 'fast' | 'slow'): Queue {
  switch (type) {
    case 'fast': return fast;
    case 'slow': return slow;
    default: throw new Error(type);
  }
}
await pick('fast').«add»('a', {});
await pick('slow').add('a', {});
export const any = (type: 'fast' | 'slow') => pick(type).add('a', {});`,
  },
];

const factories: readonly Case[] = [
  {
    name: 'a function',
    code: `${bullmq}
function createQueue(name: string, options: Partial<QueueOptions> = {}) {
  return new Queue(name, { connection, ...options });
}
const mail = createQueue('mail');
const sms = createQueue('sms', { defaultJobOptions: { attempts: 3 } });
await mail.«add»('a', {});
await sms.add('a', {});
await createQueue('x', { defaultJobOptions: {} }).«add»('a', {});`,
  },
  {
    name: 'a function with defaults that the caller may override',
    code: `${bullmq}
function createQueue(name: string, defaultJobOptions: QueueOptions['defaultJobOptions'] = { attempts: 3 }) {
  return new Queue(name, { connection, defaultJobOptions });
}
await createQueue('mail').add('a', {});
await createQueue('sms', {}).«add»('a', {});
await createQueue('sms', { attempts: 3 }).add('a', {});`,
  },
  {
    name: 'defaults that are merged in the factory',
    code: `${bullmq}
const createQueue = (name: string, options?: QueueOptions) =>
  new Queue(name, { ...options, connection, defaultJobOptions: { attempts: 3, ...options?.defaultJobOptions } });
await createQueue('mail').add('a', {});
await createQueue('mail', { connection, defaultJobOptions: { removeOnComplete: true } }).add('a', {});
await createQueue('mail', { connection, defaultJobOptions: { «attempts: undefined» } }).add('a', {});`,
    ids: 'erasedNothing',
  },
  {
    name: 'a static method and an async one',
    code: `${bullmq}
class Factory {
  static create(name: string, options: QueueOptions) { return new Queue(name, options); }
  async open(name: string, attempts?: number) {
    const queue = new Queue(name, { connection, defaultJobOptions: { ...(attempts === undefined ? {} : { attempts }) } });
    await queue.waitUntilReady();
    return queue;
  }
}
await Factory.create('a', careless).«add»('a', {});
await Factory.create('a', careful).add('a', {});
const a = await new Factory().open('a');
await a.«add»('a', {});
const b = await new Factory().open('b', 4);
await b.add('a', {});`,
  },
  {
    name: 'a generic factory of the class that it is given',
    bug: 'silent: new of a parameter is not followed',
    code: `${bullmq}
function make<T>(Type: new (name: string, options: QueueOptions) => T, name: string): T { return new Type(name, careless); }
await make(Queue, 'a').«add»('a', {});`,
  },
  {
    name: 'a factory that returns several',
    code: `${bullmq}
const createQueues = (options: QueueOptions) => ({ mail: new Queue('mail', options), sms: new Queue('sms', careful) });
const { mail, sms } = createQueues(careless);
await mail.«add»('a', {});
await sms.add('a', {});`,
  },
  {
    name: 'a tuple of a hook',
    code: `${bullmq}
const use = () => [new Queue('mail', careless), new Queue('sms', careful)] as const;
const [mail, sms] = use();
await mail.«add»('a', {});
await sms.add('a', {});`,
  },
  {
    name: 'options of another file, behind a barrel',
    code: {
      'queues/create.ts': `import { Queue, type JobsOptions } from 'bullmq';\nexport const createQueue = (name: string, defaultJobOptions?: JobsOptions) => new Queue(name, { connection: {}, ...(defaultJobOptions && { defaultJobOptions }) });`,
      'queues/index.ts': `export * from './create.js';\nexport * as more from './create.js';`,
      'app.ts': `import { createQueue, more } from './queues/index.js';\nconst a = createQueue('a');\nconst b = more.createQueue('b', { attempts: 2 });\nconst c = more.createQueue('c');\nawait a.«add»('a', {});\nawait b.add('a', {});\nawait c.«add»('a', {});`,
    },
  },
];

const classes: readonly Case[] = [
  {
    name: 'a subclass of Queue',
    code: `${bullmq}
class MailQueue extends Queue { constructor() { super('mail', careless); } }
class SmsQueue extends Queue { constructor(attempts: number) { super('sms', { connection, defaultJobOptions: { attempts } }); } }
await new MailQueue().«add»('a', {});
await new SmsQueue(3).add('a', {});`,
  },
  {
    name: 'a base class that builds the queue of its constructor parameters',
    code: `${bullmq}
class BaseQueue {
  protected readonly queue: Queue;
  constructor(name: string, options: Partial<QueueOptions> = {}) { this.queue = new Queue(name, { connection, ...options }); }
  async enqueue(data: object) { return this.queue.add('job', data); }
}
class MailQueue extends BaseQueue { constructor() { super('mail'); } }
class SmsQueue extends BaseQueue { constructor() { super('sms', { defaultJobOptions: { attempts: 3 } }); } }
await new MailQueue().«enqueue»({});
await new SmsQueue().enqueue({});`,
  },
  {
    name: 'two bases up, with a method of the subclass',
    code: {
      'base.ts': `import { Queue, type JobsOptions } from 'bullmq';
export abstract class Root { protected queue: Queue; constructor(name: string, options: JobsOptions) { this.queue = new Queue(name, { connection: {}, defaultJobOptions: options }); } }
export abstract class Base extends Root { constructor(name: string) { super(name, { removeOnComplete: true }); } }`,
      'app.ts': `import { Base } from './base.js';
export class MailQueue extends Base { constructor() { super('mail'); } async send() { await this.queue.«add»('a', {}); } }`,
    },
  },
  {
    name: 'abstract members',
    code: `${bullmq}
abstract class Base {
  protected abstract readonly queueName: string;
  protected abstract readonly options: QueueOptions;
  private made?: Queue;
  protected get queue() { return (this.made ??= new Queue(this.queueName, this.options)); }
  send(data: object) { return this.queue.add('a', data); }
}
class Mail extends Base { protected readonly queueName = 'mail'; protected readonly options = careless; }
class Sms extends Base { protected readonly queueName = 'sms'; protected readonly options = careful; }
await new Mail().«send»({});
await new Sms().send({});`,
  },
  {
    name: 'an override of the defaults',
    code: `${bullmq}
class Base {
  protected defaults(): QueueOptions { return careless; }
  queue() { return new Queue('x', this.defaults()); }
  send() { return this.queue().add('a', {}); }
}
class Sms extends Base { protected override defaults() { return careful; } }
await new Base().«send»();
await new Sms().send();`,
  },
  {
    name: 'a base class that dispatches for subclasses of which one is careless: nobody in the base',
    code: `${bullmq}
export abstract class Base { constructor(protected readonly queue: Queue) {} protected run() { return this.queue.add('a', {}); } }
export class A extends Base { constructor() { super(new Queue('a', careful)); } go() { return this.run(); } }
export class B extends Base { constructor() { super(new Queue('b', careless)); } go() { return this.«run»(); } }`,
  },
  {
    name: 'super.method()',
    code: `${bullmq}
class Base { constructor(protected readonly queue: Queue) {} send(data: object, options?: object) { return this.queue.add('a', data, options); } }
class A extends Base { constructor() { super(new Queue('a', careless)); } override send(data: object) { return super.«send»(data); } }
await new A().send({});`,
  },
];

const injection: readonly Case[] = [
  {
    name: '@InjectQueue on a constructor parameter and on a property',
    code: {
      'app.ts': `import { InjectQueue } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
export class Mails {
  @InjectQueue('sms') private readonly sms!: Queue;
  constructor(@InjectQueue('mail') private readonly mail: Queue) {}
  async send() { await this.mail.«add»('a', {}); await this.sms.add('a', {}); }
}`,
      'module.ts': `import { BullModule } from '@nestjs/bullmq';
export const imports = [BullModule.forRoot({ connection: {} }), BullModule.registerQueue({ name: 'mail' }), BullModule.registerQueue({ name: 'sms', defaultJobOptions: { attempts: 3 } })];`,
    },
  },
  {
    name: '@Inject of a text with useFactory',
    code: {
      'app.ts': `${nest}
@Injectable()
export class Mails {
  constructor(@Inject('queue:mail') private readonly mail: Queue, @Inject('queue:sms') private readonly sms: Queue, @Inject('queue:none') private readonly none: Queue) {}
  async send() { await this.mail.«add»('a', {}); await this.sms.add('a', {}); await this.none.add('a', {}); }
}`,
      'module.ts': `${nest}
@Module({ providers: [
  { provide: 'queue:mail', useFactory: () => new Queue('mail') },
  { provide: 'queue:sms', useFactory: () => new Queue('sms', { connection: {}, defaultJobOptions: { attempts: 3 } }) },
] })
export class AppModule {}`,
    },
  },
  {
    name: '@Inject of a symbol with useValue, a constant token with an async factory',
    code: {
      'tokens.ts': `export const MAIL = Symbol('MAIL');\nexport const SMS = 'SMS_QUEUE';`,
      'app.ts': `${nest}import { MAIL, SMS } from './tokens.js';
@Injectable()
export class Mails {
  @Inject(SMS) private readonly sms!: Queue;
  constructor(@Inject(MAIL) private readonly mail: Queue) {}
  async send() { await this.mail.«add»('a', {}); await this.sms.«add»('a', {}); }
}`,
      'module.ts': `${nest}import { MAIL, SMS } from './tokens.js';
@Module({ providers: [{ provide: MAIL, useValue: new Queue('mail') }, { provide: SMS, inject: [], useFactory: async () => { const queue = new Queue('sms'); await queue.waitUntilReady(); return queue; } }] })
export class AppModule {}`,
    },
  },
  {
    name: 'a provider that a function makes',
    bug: 'silent: the token is a call',
    code: {
      'provide.ts': `import { Queue, type JobsOptions } from 'bullmq';
export const queueToken = (name: string) => \`queue:\${name}\`;
export const provideQueue = (name: string, defaultJobOptions: JobsOptions) => ({ provide: queueToken(name), useFactory: () => new Queue(name, { connection: {}, defaultJobOptions }) });`,
      'app.ts': `${nest}import { queueToken } from './provide.js';
@Injectable()
export class Mails {
  constructor(@Inject(queueToken('mail')) private readonly mail: Queue, @Inject(queueToken('sms')) private readonly sms: Queue) {}
  async send() { await this.mail.«add»('a', {}); await this.sms.add('a', {}); }
}`,
      'module.ts': `${nest}import { provideQueue } from './provide.js';
@Module({ providers: [provideQueue('mail', {}), provideQueue('sms', { attempts: 3 })] })
export class AppModule {}`,
    },
  },
  {
    name: 'useExisting, and useClass',
    code: {
      'app.ts': `${nest}
export class Mailer { readonly queue = new Queue('mail'); send() { return this.queue.add('a', {}, { delay: 1 }); } }
@Injectable()
export class Mails {
  constructor(@Inject('mailer') private readonly mailer: Mailer, @Inject('alias') private readonly alias: Queue) {}
  async send() { await this.mailer.queue.«add»('a', {}); await this.alias.«add»('a', {}); }
}
@Module({ providers: [{ provide: 'mailer', useClass: Mailer }, { provide: 'queue', useFactory: () => new Queue('x') }, { provide: 'alias', useExisting: 'queue' }] })
export class AppModule {}`.replace("'a', {}, { delay: 1 }", "'a', {}, «{ delay: 1 }»"),
    },
  },
  {
    name: 'the class itself as the token',
    code: {
      'queue.ts': `import { Queue } from 'bullmq';\nexport class MailQueue extends Queue { constructor() { super('mail', { connection: {} }); } }\nexport class SmsQueue extends Queue { constructor() { super('sms', { connection: {}, defaultJobOptions: { attempts: 3 } }); } }`,
      'app.ts': `import { Injectable, Module } from '@nestjs/common';\nimport { MailQueue, SmsQueue } from './queue.js';
@Injectable()
export class Mails { constructor(private readonly mail: MailQueue, private readonly sms: SmsQueue) {} async send() { await this.mail.«add»('a', {}); await this.sms.add('a', {}); } }
@Module({ providers: [Mails, MailQueue, SmsQueue] })
export class AppModule {}`,
    },
  },
  {
    name: 'an abstract class as the token, with one provider',
    code: `${nest}
abstract class Queues { abstract readonly mail: Queue; }
class RealQueues extends Queues { readonly mail = new Queue('mail'); }
@Injectable()
export class Mails { constructor(private readonly queues: Queues) {} async send() { await this.queues.mail.«add»('a', {}); } }
@Module({ providers: [Mails, { provide: Queues, useClass: RealQueues }] })
export class AppModule {}`,
  },
  {
    name: 'two providers of one token that do not agree',
    code: `${nest}
@Injectable()
export class Mails { constructor(@Inject('q') private readonly mail: Queue) {} async send() { await this.mail.add('a', {}); } }
@Module({ providers: [{ provide: 'q', useFactory: () => new Queue('mail') }] })
export class AModule {}
@Module({ providers: [{ provide: 'q', useValue: new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 2 } }) }] })
export class BModule {}`,
  },
  {
    name: 'a factory that is given the configuration',
    code: `${nest}
class Config { get(key: string): string { return key; } number(): number { return 3; } }
@Injectable()
export class Mails {
  constructor(@Inject('a') private readonly a: Queue, @Inject('b') private readonly b: Queue) {}
  async send() { await this.a.«add»('a', {}); await this.b.add('a', {}); }
}
declare const env: { attempts: number };
@Module({ providers: [Config,
  { provide: 'a', inject: [Config], useFactory: (config: Config) => new Queue('a', { connection: { host: config.get('HOST') } }) },
  { provide: 'b', inject: [Config], useFactory: (config: Config) => new Queue('b', { connection: { host: config.get('HOST') }, defaultJobOptions: { attempts: env.attempts } }) },
] })
export class AppModule {}`,
  },
  {
    name: 'a service behind an injected service',
    code: {
      'queues.service.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport { Injectable } from '@nestjs/common';\nimport type { JobsOptions, Queue } from 'bullmq';
@Injectable()
export class QueuesService {
  constructor(@InjectQueue('mail') readonly mail: Queue) {}
  async send(data: object, options?: JobsOptions) { return this.mail.add('a', data, options); }
}`,
      'app.ts': `import { Injectable } from '@nestjs/common';\nimport { QueuesService } from './queues.service.js';
@Injectable()
export class Users {
  constructor(private readonly queues: QueuesService) {}
  async run() { await this.queues.mail.«add»('a', {}); await this.queues.«send»({}); await this.queues.send({}, { attempts: 2 }); }
}`,
      'module.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const imports = [BullModule.forRoot({ connection: {} }), BullModule.registerQueue({ name: 'mail' })];`,
    },
  },
  {
    name: 'an injected queue that is handed to a base class',
    code: {
      'base.ts': `import type { Queue } from 'bullmq';
export abstract class Producer { constructor(protected readonly queue: Queue) {} protected enqueue(data: object) { return this.queue.add('a', data); } }`,
      'app.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport type { Queue } from 'bullmq';\nimport { Producer } from './base.js';
export class Mails extends Producer { constructor(@InjectQueue('mail') queue: Queue) { super(queue); } async send() { await this.«enqueue»({}); } }
export class Texts extends Producer { constructor(@InjectQueue('sms') queue: Queue) { super(queue); } async send() { await this.enqueue({}); } }`,
      'module.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const imports = [BullModule.forRoot({ connection: {} }), BullModule.registerQueue({ name: 'mail' }, { name: 'sms', defaultJobOptions: { attempts: 3 } })];`,
    },
  },
];

const modules: readonly Case[] = [
  {
    name: 're-exports, renamed, default and namespace imports',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport const mail = new Queue('mail');\nexport const sms = new Queue('sms', { connection: {}, defaultJobOptions: { attempts: 3 } });\nexport default mail;`,
      'index.ts': `export * from './queues.js';\nexport { mail as post, default } from './queues.js';\nexport * as queues from './queues.js';`,
      'app.ts': `import byDefault, { mail, post, queues, sms } from './index.js';
import * as all from './queues.js';
await mail.«add»('a', {});
await post.«add»('a', {});
await byDefault.«add»('a', {});
await queues.mail.«add»('a', {});
await all.mail.«add»('a', {});
await all.default.«add»('a', {});
await sms.add('a', {});
await all.sms.add('a', {});`,
    },
  },
  {
    name: 'await import()',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport const mail = new Queue('mail');\nexport const sms = new Queue('sms', { connection: {}, defaultJobOptions: { attempts: 3 } });\nexport default mail;`,
      'app.ts': `export async function run() {
  const { mail, sms } = await import('./queues.js');
  await mail.«add»('a', {});
  await sms.add('a', {});
  const queues = await import('./queues.js');
  await queues.mail.«add»('a', {});
  await queues.default.«add»('a', {});
  await (await import('./queues.js')).mail.«add»('a', {});
}`,
    },
  },
  {
    name: 'await import() of the library',
    code: `export async function run() {
  const { Queue } = await import('bullmq');
  const mail = new Queue('mail');
  await mail.«add»('a', {});
  const bullmq = await import('bullmq');
  await new bullmq.Queue('x').«add»('a', {});
}`,
  },
  {
    name: 'then() of an import',
    bug: 'silent',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport const mail = new Queue('mail');`,
      'app.ts': `export const run = () => import('./queues.js').then(({ mail }) => mail.«add»('a', {}));`,
    },
  },
  {
    name: 'require and module.exports',
    code: {
      'queues.cts': `import bullmq = require('bullmq');\nconst mail = new bullmq.Queue('mail');\nexport = { mail };`,
      'app.cts': `import queues = require('./queues.cjs');\nvoid queues.mail.«add»('a', {});\nconst { mail } = queues;\nvoid mail.«add»('a', {});`,
    },
  },
  {
    name: 'a namespace of TypeScript',
    code: `${bullmq}
namespace Queues { export const mail = new Queue('mail', careless); export const sms = new Queue('sms', careful); }
await Queues.mail.«add»('a', {});
await Queues.sms.add('a', {});`,
  },
  {
    name: 'a method that is taken out',
    bug: 'silent: bind is not followed',
    code: `${bullmq}
const mail = new Queue('mail', careless);
const add = mail.add.bind(mail);
await «add»('a', {});
await add('a', {}, { attempts: 3 });`,
  },
  {
    name: 'call and apply',
    bug: 'silent: a method by text is not a site',
    code: `${bullmq}
const mail = new Queue('mail', careless);
await mail.add.call(mail, 'a', {}, { attempts: 3 });
await mail['add']('a', {}, { attempts: 3 });
await mail[«'add'»]('a', {});`,
  },
];

testRule(
  'require-retry-limit',
  'undecided',
  { singletons, members, factories, classes, injection, modules },
  { typedOutputs: true },
);
