import { type Case, testRule } from './support.js';

/** Project functions through which tasks are dispatched: who is to answer for what. */
const queue = `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\n`;
const limited = `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 3 } });\n`;

const forwarding: readonly Case[] = [
  {
    name: 'options that a function forwards whole: its callers decide',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
await «send»({});
await send({}, { attempts: 3 });
await send({}, «{ delay: 5 }»);`,
  },
  {
    name: 'a function that leaves no say: itself',
    code: `${queue}
const send = (data: object) => mail.«add»('a', data);
await send({});
await send({});`,
  },
  {
    name: 'a function that decides: nobody',
    code: `${queue}
const send = (data: object) => mail.add('a', data, { attempts: 3 });
await send({});`,
  },
  {
    name: 'a function that decides in other words than its queue: nobody',
    code: `${limited}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
await send({});`,
  },
  {
    name: 'a spread before what the function states',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, { ...options, attempts: 3 });
await send({});`,
  },
  {
    name: 'a spread behind what the function states',
    code: `${queue}
const send = (data: object, options: JobsOptions = {}) => mail.add('a', data, { attempts: 3, ...options });
await send({});
await send({}, { «attempts: undefined» });`,
    ids: 'erasedNothing',
  },
  {
    name: 'a default of the parameter',
    code: `${queue}
const send = (data: object, options: JobsOptions = { attempts: 3 }) => mail.add('a', data, options);
await send({});
await send({}, undefined);
await send({}, «{}»);`,
  },
  {
    name: 'destructured parameters',
    code: `${queue}
interface Mail { to: string; options?: JobsOptions }
const send = ({ to, options }: Mail) => mail.add('a', { to }, options);
await send({ to: 'x', options: { attempts: 2 } });
await send({ to: 'x', options: «{ delay: 1 }» });
await send(«{ to: 'x' }»);`,
  },
  {
    name: 'the rest of a destructured parameter',
    code: `${queue}
const send = ({ to, ...options }: { to: string } & JobsOptions) => mail.add('a', { to }, options);
await send({ to: 'x', attempts: 2 });
await send(«{ to: 'x' }»);`,
  },
  {
    name: 'a whole object of parameters',
    code: `${queue}
const send = (params: { data: object; options?: JobsOptions }) => mail.add('a', params.data, params.options);
await send({ data: {}, options: { attempts: 2 } });
await send(«{ data: {} }»);`,
  },
  {
    name: 'rest parameters',
    code: `${queue}
const send = (...args: Parameters<typeof mail.add>) => mail.add(...args);
await send('a', {}, { attempts: 2 });
await «send»('a', {});`,
  },
  {
    name: 'conditionally merged options',
    code: `${queue}
const send = (data: object, retry: boolean) => mail.add('a', data, { ...(retry ? { attempts: 3 } : {}) });
await send({}, true);
await «send»({}, false);
export const maybe = (retry: boolean) => send({}, retry);`,
  },
  {
    name: 'options that are filled in step by step',
    code: `${queue}
function send(data: object, attempts?: number) {
  const options: JobsOptions = { delay: 1 };
  if (attempts) options.attempts = attempts;
  return mail.add('a', data, options);
}
await send({}, 3);`,
  },
  {
    name: 'the queue itself',
    code: `${limited}
const other = new Queue('other');
const send = (to: Queue, data: object) => to.add('a', data);
await send(mail, {});
await «send»(other, {});`,
  },
  {
    name: 'a list for addBulk',
    code: `import { Queue, type BulkJobOptions } from 'bullmq';
const mail = new Queue('mail');
const sendAll = (jobs: { name: string; data: object; opts?: BulkJobOptions }[]) => mail.addBulk(jobs);
await sendAll([{ name: 'a', data: {}, opts: { attempts: 2 } }, «{ name: 'b', data: {} }»]);`,
  },
  {
    name: 'a wrapper of a wrapper',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
const welcome = (to: string, options?: JobsOptions) => send({ to }, options);
const remind = (to: string) => «send»({ to });
await «welcome»('x');
await welcome('x', { attempts: 3 });
await remind('x');`,
  },
  {
    name: 'a wrapper that calls itself',
    code: `${queue}
function send(data: object, options?: JobsOptions): Promise<unknown> {
  return Array.isArray(data) ? send(data[0], options) : mail.add('a', data, options);
}
await «send»({});
await send({}, { attempts: 2 });`,
  },
  {
    name: 'wrappers that call each other',
    code: `${queue}
function even(n: number, options?: JobsOptions): Promise<unknown> {
  return n === 0 ? mail.add('a', {}, options) : odd(n - 1, options);
}
function odd(n: number, options?: JobsOptions): Promise<unknown> {
  return n === 0 ? mail.add('b', {}, options) : even(n - 1, options);
}
declare const count: number;
await «even»(count);
await odd(count, { attempts: 3 });`,
  },
  {
    name: 'a closure that a factory returns',
    code: `${queue}
const makeSender = (defaults: JobsOptions) => (data: object) => mail.add('a', data, defaults);
const careful = makeSender({ attempts: 3 });
const careless = makeSender({});
await careful({});
await «careless»({});`,
  },
  {
    name: 'an object of functions that a factory returns',
    code: `${queue}
function createMailer(defaults: JobsOptions) {
  return { send: (data: object) => mail.add('a', data, defaults) };
}
const careful = createMailer({ attempts: 3 });
const careless = createMailer({});
await careful.send({});
await careless.«send»({});`,
  },
  {
    name: 'functions in an object',
    code: `${queue}
const mailer = {
  send: (data: object, options?: JobsOptions) => mail.add('a', data, options),
  later(data: object, options?: JobsOptions) { return this.send(data, options); },
};
await mailer.«send»({});
await mailer.«later»({});
await mailer.later({}, { attempts: 2 });`,
  },
  {
    name: 'a generic function',
    code: `${queue}
async function send<T extends object>(data: T, options?: JobsOptions) { return await mail.add('a', data, options); }
await «send»<{ id: number }>({ id: 1 });`,
  },
  {
    name: 'a function that is exported under another name, and imported under a third',
    code: {
      'mail.ts': `${queue}const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);\nexport { send as dispatchMail };\nexport default send;`,
      'index.ts': `export { dispatchMail as post, default } from './mail.js';`,
      'app.ts': `import { dispatchMail as go } from './mail.js';\nimport any, { post } from './index.js';\nawait «go»({});\nawait «post»({});\nawait «any»({});\nawait post({}, { attempts: 1 });`,
    },
  },
  {
    name: 'a look-alike of another module is none',
    code: {
      'mail.ts': `${queue}export const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);`,
      'sms.ts': `export const send = (data: object, options?: object) => [data, options];`,
      'app.ts': `import { send } from './sms.js';\nsend({});`,
    },
  },
  {
    name: 'a callback is no wrapper',
    code: `${queue}
declare function each<T>(list: T[], run: (one: T) => Promise<unknown>): Promise<void>;
declare const options: JobsOptions[];
await each(options, (one) => mail.add('a', {}, one));`,
  },
  {
    name: 'a function that is given away is judged by nobody',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
export const handlers = { send };`,
  },
  {
    name: 'unknown arguments stay unknown',
    code: `${queue}
const send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
declare const options: JobsOptions;
declare const list: [object, JobsOptions];
await send({}, options);
await send(...list);`,
  },
];

const classes: readonly Case[] = [
  {
    name: 'a method',
    code: `${queue}
class Mailer {
  send(data: object, options?: JobsOptions) { return mail.add('a', data, options); }
}
const mailer = new Mailer();
await mailer.«send»({});
await mailer.send({}, { attempts: 2 });
await new Mailer().«send»({});`,
  },
  {
    name: 'a static method, an arrow in a field, a private method',
    code: `${queue}
class Mailer {
  static post(data: object, options?: JobsOptions) { return mail.add('a', data, options); }
  send = (data: object, options?: JobsOptions) => mail.add('a', data, options);
  #hidden(options?: JobsOptions) { return mail.add('a', {}, options); }
  open() { return this.«#hidden»(); }
}
await Mailer.«post»({});
await new Mailer().«send»({});`,
  },
  {
    name: 'a queue that the object is made with',
    code: `${limited}
class Mailer {
  constructor(private readonly queue: Queue) {}
  send(data: object) { return this.queue.add('a', data); }
}
await new Mailer(mail).send({});
await new Mailer(new Queue('other')).«send»({});`,
  },
  {
    name: 'a queue that the object makes of its options',
    code: `import { Queue, type JobsOptions } from 'bullmq';
class Mailer {
  private readonly queue: Queue;
  constructor(name: string, options: JobsOptions) { this.queue = new Queue(name, { connection: {}, defaultJobOptions: options }); }
  send(data: object) { return this.queue.add('a', data); }
}
const careful = new Mailer('a', { attempts: 3 });
const careless = new Mailer('b', {});
await careful.send({});
await careless.«send»({});`,
  },
  {
    name: 'a base class that asks its subclasses',
    code: `import { Queue, type JobsOptions } from 'bullmq';
abstract class Task {
  readonly queue = new Queue('tasks');
  abstract readonly name: string;
  get options(): JobsOptions { return {}; }
  schedule(data: object) { return this.queue.add(this.name, data, this.options); }
}
class Careful extends Task { readonly name = 'careful'; override get options() { return { attempts: 3 }; } }
class Careless extends Task { readonly name = 'careless'; }
await new Careful().schedule({});
await new Careless().«schedule»({});
export const any = (task: Task) => task.schedule({});`,
  },
  {
    name: 'a base class that asks a method',
    code: `import { Queue, type JobsOptions } from 'bullmq';
abstract class Task {
  private queue?: Queue;
  protected abstract getOptions(): JobsOptions;
  protected getQueue() { return (this.queue ??= new Queue('tasks', { connection: {}, defaultJobOptions: this.getOptions() })); }
  schedule(data: object) { return this.getQueue().add('a', data); }
}
class Careful extends Task { protected getOptions() { return { attempts: 3 }; } }
class Careless extends Task { protected getOptions() { return {}; } }
await new Careful().schedule({});
await new Careless().«schedule»({});`,
  },
  {
    name: 'a base class whose constructor is given the queue',
    code: `import { Queue } from 'bullmq';
class Base {
  constructor(protected readonly queue: Queue) {}
  send(data: object) { return this.queue.add('a', data); }
}
class Careful extends Base { constructor() { super(new Queue('a', { connection: {}, defaultJobOptions: { attempts: 2 } })); } }
class Careless extends Base { constructor() { super(new Queue('b')); } }
class Service {
  constructor(private readonly careful: Careful, private readonly careless: Careless, private readonly base: Base) {}
  async run() {
    await this.careful.send({});
    await this.careless.«send»({});
    await this.base.send({});
  }
}
export { Service };`,
  },
  {
    name: 'an overridden method is its own',
    code: `${queue}
class Base { send(options?: JobsOptions) { return mail.add('a', {}, options); } }
class Other extends Base { override send() { return Promise.resolve(undefined as never); } }
await new Base().«send»();
await new Other().send();
export const maybe = (base: Base) => base.send();`,
  },
  {
    name: 'a singleton',
    code: `import { Queue, type JobsOptions } from 'bullmq';
class Mailer {
  private static instance: Mailer | undefined;
  private readonly queue = new Queue('mail');
  static getInstance() { Mailer.instance ??= new Mailer(); return Mailer.instance; }
  send(options?: JobsOptions) { return this.queue.add('a', {}, options); }
}
await Mailer.getInstance().«send»();
const mailer = Mailer.getInstance();
await mailer.send({ attempts: 2 });`,
  },
];

/** What a wrapper passes on that the library does not take. */
const rejected: readonly Case[] = [
  {
    name: 'options.attempts ?? 3',
    code: `${queue}
const send = (data: object, options?: { attempts?: number }) =>
  mail.add('a', data, { attempts: options?.attempts ?? 3 });
await send({});
await send({}, { attempts: 5 });
await send({}, { «attempts: Infinity» });`,
    ids: 'rejected',
  },
  {
    name: 'a number of its own',
    code: `${queue}
const send = (data: object, attempts?: number) => mail.add('a', data, { attempts: attempts || 3 });
await send({});
await send({}, 4);
await send({}, «Infinity»);`,
    ids: 'rejected',
  },
];

testRule('no-ineffective-option', 'rejected', { rejected });
testRule('require-retry-limit', 'undecided', { forwarding, classes }, { typedOutputs: true });
