import { describe } from 'vitest';
import { type Case, testRule } from '../rules/support.js';

/** Whose `add` is it? `require-retry-limit` speaks up at every dispatch that the plugin recognises. */

const imports: readonly Case[] = [
  {
    name: 'a named import',
    code: `import { Queue } from 'bullmq';\nawait new Queue('mail').«add»('send', {});`,
  },
  {
    name: 'a renamed import',
    code: `import { Queue as Line } from 'bullmq';\nawait new Line('mail').«add»('send', {});`,
  },
  {
    name: 'a namespace import',
    code: `import * as mq from 'bullmq';\nconst mail = new mq.Queue('mail');\nawait mail.«add»('send', {});`,
  },
  {
    name: 'a type-only import of what is injected',
    code: `import type { Queue } from 'bullmq';\nexport const send = (mail: Queue) => mail.add('send', {});`,
  },
  {
    name: 'an import that the namespace renames by destructuring',
    code: `import * as mq from 'bullmq';\nconst { Queue: Line } = mq;\nawait new Line('mail').«add»('send', {});`,
  },
  {
    name: 'import = require of a .cts file',
    code: {
      'app.cts': `import mq = require('bullmq');\nconst mail = new mq.Queue('mail');\nvoid mail.«add»('send', {});`,
    },
  },
  {
    name: 'destructured require in .cjs',
    code: {
      'app.cjs': `const { Queue } = require('bullmq');\nconst mail = new Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'destructured and renamed require in .cjs',
    code: {
      'app.cjs': `const { Queue: Line } = require('bullmq');\nconst mail = new Line('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'member of a required module in .cjs',
    code: {
      'app.cjs': `const mq = require('bullmq');\nconst mail = new mq.Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'member of require itself in .cjs',
    code: {
      'app.cjs': `const Queue = require('bullmq').Queue;\nconst mail = new Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'require in .js',
    code: {
      'app.js': `const { Queue } = require('bullmq');\nconst mail = new Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'import in .js',
    code: {
      'app.js': `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'the default import of bull',
    code: `import Bull from 'bull';\nconst mail = new Bull('mail');\nawait mail.«add»({ id: 1 });`,
  },
  {
    name: 'the default import of bull under another name',
    code: `import Line from 'bull';\nconst mail = new Line('mail');\nawait mail.«add»({ id: 1 });`,
  },
  {
    name: 'the namespace import of bull',
    code: {
      'app.cts': `import * as Bull from 'bull';\nconst mail = new Bull.default('mail');\nvoid mail.«add»({ id: 1 });`,
    },
    broken: true,
  },
  {
    name: 'import = require of bull',
    code: {
      'app.cts': `import Bull = require('bull');\nconst mail = new Bull('mail');\nvoid mail.«add»({ id: 1 });`,
    },
  },
  {
    name: 'require of bull in .cjs',
    code: {
      'app.cjs': `const Queue = require('bull');\nconst mail = new Queue('mail');\nmail.«add»({ id: 1 });`,
    },
  },
  {
    name: 'bull called without new',
    code: `import Bull from 'bull';\nconst mail = Bull('mail');\nawait mail.«add»({ id: 1 });`,
  },
  {
    name: 'a type of the namespace of bull',
    code: `import Bull from 'bull';\nlet mail: Bull.Queue;\nexport const start = () => {\n  mail = new Bull('mail');\n  return mail.«add»({ id: 1 });\n};`,
  },
  {
    name: 'an npm alias: the package.json name decides',
    code: `import { Queue } from 'bullmq5';\nconst mail = new Queue('mail');\nawait mail.«add»('send', {});`,
    messages: ['BullMQ runs it once'],
  },
  {
    name: 'a re-export through a project file',
    code: {
      'queues.ts': `export { Queue } from 'bullmq';`,
      'app.ts': `import { Queue } from './queues.js';\nawait new Queue('mail').«add»('send', {});`,
    },
  },
  {
    name: 'a re-export with a new name',
    code: {
      'queues.ts': `export { Queue as Line } from 'bullmq';`,
      'app.ts': `import { Line } from './queues.js';\nconst mail = new Line('mail');\nawait mail.«add»('send', {});`,
    },
  },
  {
    name: 'export * through two files',
    code: {
      'vendor.ts': `export * from 'bullmq';`,
      'queues.ts': `export * from './vendor.js';`,
      'app.ts': `import { Queue } from './queues.js';\nawait new Queue('mail').«add»('send', {});`,
    },
  },
  {
    name: 'export * as a namespace',
    code: {
      'queues.ts': `export * as mq from 'bullmq';`,
      'app.ts': `import { mq } from './queues.js';\nconst mail = new mq.Queue('mail');\nawait mail.«add»('send', {});`,
    },
  },
  {
    name: 'an imported and then exported name',
    code: {
      'queues.ts': `import { Queue as Line } from 'bullmq';\nexport { Line as MailLine };`,
      'app.ts': `import { MailLine } from './queues.js';\nconst mail = new MailLine('mail');\nawait mail.«add»('send', {});`,
    },
  },
  {
    name: 'a class kept in a constant of another file',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport const Line = Queue;`,
      'app.ts': `import { Line } from './queues.js';\nconst mail = new Line('mail');\nawait mail.«add»('send', {});`,
    },
  },
  {
    name: 'a queue that another file makes',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport const mail = new Queue('mail');`,
      'app.ts': `import { mail } from './queues.js';\nawait mail.«add»('send', {});`,
    },
  },
  {
    name: 'a queue that another file exports by default',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport default new Queue('mail');`,
      'app.ts': `import mail from './queues.js';\nawait mail.«add»('send', {});`,
    },
  },
  {
    name: 'a map of queues in another file',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport const queues = { mail: new Queue('mail') };`,
      'app.ts': `import { queues } from './queues.js';\nawait queues.mail.«add»('send', {});`,
    },
  },
  {
    name: 'a dynamic import',
    code: `const { Queue } = await import('bullmq');\nconst mail = new Queue('mail');\nawait mail.«add»('send', {});\nexport {};`,
  },
];

const receivers: readonly Case[] = [
  {
    name: 'a field with its initializer',
    code: `import { Queue } from 'bullmq';\nexport class Mails {\n  private readonly queue = new Queue('mail');\n  send() {\n    return this.queue.«add»('send', {});\n  }\n}`,
  },
  {
    name: 'a private # field',
    code: `import { Queue } from 'bullmq';\nexport class Mails {\n  readonly #queue = new Queue('mail');\n  send() {\n    return this.#queue.«add»('send', {});\n  }\n}`,
  },
  {
    name: 'a field that the constructor fills',
    code: `import { Queue } from 'bullmq';\nexport class Mails {\n  private readonly queue: Queue;\n  constructor() {\n    this.queue = new Queue('mail');\n  }\n  send() {\n    return this.queue.«add»('send', {});\n  }\n}`,
  },
  {
    name: 'a field that is assigned twice is unknown',
    code: `import { Queue } from 'bullmq';\nexport class Mails {\n  private queue: Queue;\n  constructor(name: string) {\n    this.queue = new Queue('mail');\n    this.queue = new Queue(name, { connection: {}, defaultJobOptions: { attempts: 2 } });\n  }\n  send() {\n    return this.queue.add('send', {});\n  }\n}`,
  },
  {
    name: 'a field that may be undefined, with optional chaining',
    code: `import { Queue } from 'bullmq';\nexport class Mails {\n  private readonly queue?: Queue = new Queue('mail');\n  send() {\n    return this.queue?.«add»('send', {});\n  }\n}`,
  },
  {
    name: 'a Queue | undefined that was checked',
    code: `import { Queue } from 'bullmq';\nconst mail: Queue | undefined = new Queue('mail');\nif (mail) await mail.«add»('send', {});`,
  },
  {
    name: 'a non-null assertion and parentheses',
    code: `import { Queue } from 'bullmq';\nconst mail: Queue | null = new Queue('mail');\nawait (mail!).«add»('send', {});`,
  },
  {
    name: 'as and satisfies around the construction',
    code: `import { Queue } from 'bullmq';\nconst mail = (new Queue('mail') satisfies Queue) as Queue<{ id: number }>;\nawait mail.«add»('send', { id: 1 });`,
  },
  {
    name: 'type arguments',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue<{ id: number }, void, 'send'>('mail');\nawait mail.«add»('send', { id: 1 });`,
  },
  {
    name: 'a factory function',
    code: `import { Queue } from 'bullmq';\nfunction make(name: string) {\n  return new Queue(name);\n}\nawait make('mail').«add»('send', {});`,
  },
  {
    name: 'an arrow factory with options from its caller',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst make = (name: string, defaultJobOptions: JobsOptions) => new Queue(name, { connection: {}, defaultJobOptions });\nconst mail = make('mail', { attempts: 3 });\nconst sms = make('sms', { priority: 1 });\nawait mail.add('send', {});\nawait sms.«add»('send', {});`,
  },
  {
    name: 'an async factory',
    code: `import { Queue } from 'bullmq';\nconst make = async () => new Queue('mail');\nconst mail = await make();\nawait mail.«add»('send', {});`,
  },
  {
    name: 'a static getInstance',
    code: `import { Queue } from 'bullmq';\nexport class Queues {\n  static readonly mail = new Queue('mail');\n  static get() {\n    return Queues.mail;\n  }\n}\nawait Queues.get().«add»('send', {});`,
  },
  {
    name: 'a singleton made lazily is unknown at worst, with its defaults silent',
    code: `import { Queue } from 'bullmq';\nlet instance: Queue | undefined;\nconst mails = () => (instance ??= new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 3 } }));\nawait mails().add('send', {});`,
  },
  {
    name: 'a destructured method is not followed',
    code: `import { Queue } from 'bullmq';\nconst { add } = new Queue('mail');\nawait add('send', {});`,
  },
  {
    name: 'a queue that is a plain parameter is unknown',
    code: `import { Queue } from 'bullmq';\nexport function send(mail: Queue) {\n  return mail.add('send', {});\n}`,
  },
  {
    name: 'a let is unknown',
    code: `import { Queue } from 'bullmq';\nlet mail = new Queue('mail');\nmail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 2 } });\nawait mail.add('send', {});`,
  },
  {
    name: 'a queue out of a Map is unknown',
    code: `import { Queue } from 'bullmq';\nconst queues = new Map<string, Queue>();\nexport const send = (name: string) => queues.get(name)?.add('send', {});`,
  },
  {
    name: 'an element of a literal list',
    code: `import { Queue } from 'bullmq';\nconst queues = [new Queue('mail')] as const;\nawait queues[0].«add»('send', {});`,
  },
  {
    name: 'a queue by a constant key',
    code: `import { Queue } from 'bullmq';\nconst queues = { mail: new Queue('mail') };\nawait queues['mail'].«add»('send', {});`,
  },
  {
    name: 'two queues of which one has defaults: unknown',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nconst sms = new Queue('sms', { connection: {}, defaultJobOptions: { attempts: 3 } });\nexport const send = (urgent: boolean) => (urgent ? sms : mail).add('send', {});`,
  },
  {
    name: 'two queues without defaults: undecided',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nconst sms = new Queue('sms');\nexport const send = (urgent: boolean) => (urgent ? sms : mail).«add»('send', {});`,
  },
  {
    name: 'the method by element access',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nawait mail«['add']»('send', {});`,
    bug: "`queue['add'](…)` is not recognised (PRACTICES: the same answer; nobody writes it, lowest priority)",
  },
];

const subclasses: readonly Case[] = [
  {
    name: 'without a constructor',
    code: `import { Queue } from 'bullmq';\nclass Mails extends Queue {}\nawait new Mails('mail').«add»('send', {});`,
  },
  {
    name: 'of a generic class',
    code: `import { Queue } from 'bullmq';\nclass Line<T> extends Queue<T, void, string> {}\nconst mail = new Line<{ id: number }>('mail');\nawait mail.«add»('send', { id: 1 } as never);`,
  },
  {
    name: 'without a constructor, with defaults as arguments',
    code: `import { Queue } from 'bullmq';\nclass Mails extends Queue {}\nawait new Mails('mail', { connection: {}, defaultJobOptions: { attempts: 3 } }).add('send', {});`,
  },
  {
    name: 'with a constructor that states the defaults',
    code: `import { Queue } from 'bullmq';\nclass Mails extends Queue {\n  constructor() {\n    super('mail', { connection: {}, defaultJobOptions: { attempts: 3 } });\n  }\n}\nawait new Mails().add('send', {});`,
  },
  {
    name: 'with a constructor that states none',
    code: `import { Queue } from 'bullmq';\nclass Mails extends Queue {\n  constructor() {\n    super('mail', { connection: {} });\n  }\n}\nawait new Mails().«add»('send', {});`,
  },
  {
    name: 'with forwarded parameters',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nclass Line extends Queue {\n  constructor(name: string, jobs: JobsOptions) {\n    super(name, { connection: {}, defaultJobOptions: jobs });\n  }\n}\nawait new Line('mail', { attempts: 2 }).add('send', {});\nawait new Line('sms', { priority: 2 }).«add»('send', {});`,
  },
  {
    name: 'with a default parameter',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nclass Line extends Queue {\n  constructor(name: string, jobs: JobsOptions = { attempts: 4 }) {\n    super(name, { connection: {}, defaultJobOptions: jobs });\n  }\n}\nawait new Line('mail').add('send', {});\nawait new Line('sms', {}).«add»('send', {});`,
  },
  {
    name: 'with a spread of the forwarded options',
    code: `import { Queue, type QueueOptions } from 'bullmq';\nclass Line extends Queue {\n  constructor(name: string, options: QueueOptions) {\n    super(name, { ...options, defaultJobOptions: { attempts: 3, ...options.defaultJobOptions } });\n  }\n}\nawait new Line('mail', { connection: {} }).add('send', {});`,
  },
  {
    name: 'of a subclass, in another file',
    code: {
      'line.ts': `import { Queue } from 'bullmq';\nexport class Line extends Queue {\n  constructor(name: string) {\n    super(name, { connection: {} });\n  }\n}`,
      'mails.ts': `import { Line } from './line.js';\nexport class Mails extends Line {\n  constructor() {\n    super('mail');\n  }\n}`,
      'app.ts': `import { Mails } from './mails.js';\nconst mail = new Mails();\nawait mail.«add»('send', {});`,
    },
  },
  {
    name: 'that dispatches by this.add',
    code: `import { Queue } from 'bullmq';\nexport class Mails extends Queue {\n  constructor() {\n    super('mail', { connection: {} });\n  }\n  send(id: number) {\n    return this.«add»('send', { id });\n  }\n}`,
  },
  {
    name: 'that dispatches by super.add with options of its own',
    code: `import { Queue } from 'bullmq';\nexport class Mails extends Queue {\n  constructor() {\n    super('mail', { connection: {} });\n  }\n  send(id: number) {\n    return super.add('send', { id }, { attempts: 2 });\n  }\n}`,
  },
  {
    name: 'that overrides add with defaults of its own: its callers are silent',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nclass Mails extends Queue {\n  override add(name: string, data: unknown, options: JobsOptions = {}) {\n    return super.add(name, data, { attempts: 5, ...options });\n  }\n}\nawait new Mails('mail').add('send', {});`,
  },
];

const lookalikes: readonly Case[] = [
  { name: 'Set.add', code: `const seen = new Set<string>();\nseen.add('send');\nexport {};` },
  {
    name: 'an own class named Queue',
    code: `class Queue {\n  add(name: string, data: object) {\n    return [name, data];\n  }\n}\nnew Queue().add('send', {});\nexport {};`,
  },
  {
    name: 'an own class named Queue of another file',
    code: {
      'queue.ts': `export class Queue {\n  add(name: string, data: object) {\n    return [name, data];\n  }\n}`,
      'app.ts': `import { Queue } from './queue.js';\nnew Queue().add('send', {});`,
    },
  },
  {
    name: 'an own class named Queue beside the real one',
    code: {
      'queue.ts': `export class Queue {\n  add(name: string, data: object) {\n    return [name, data];\n  }\n}`,
      'app.ts': `import { Queue as Line } from 'bullmq';\nimport { Queue } from './queue.js';\nnew Queue().add('send', {});\nawait new Line('mail').«add»('send', {});`,
    },
  },
  {
    name: 'an own wrapper that has a queue',
    code: `import { Queue } from 'bullmq';\nclass Wrapper {\n  private readonly queue = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 2 } });\n  add(id: number) {\n    return this.queue.add('send', { id });\n  }\n}\nawait new Wrapper().add(1);`,
  },
  {
    name: 'p-queue',
    code: {
      'p-queue.d.ts': `declare module 'p-queue' {\n  export default class PQueue {\n    add<T>(work: () => Promise<T>): Promise<T>;\n  }\n}`,
      'app.ts': `import PQueue from 'p-queue';\nconst queue = new PQueue();\nawait queue.add(async () => 1);`,
    },
  },
  {
    name: 'p-queue named Queue, whose types are not installed',
    code: `import Queue from 'p-queue';\nconst queue = new Queue();\nawait queue.add(async () => 1);`,
    broken: true,
  },
  {
    name: 'the class list of an element',
    code: `declare const button: { classList: { add(...names: string[]): void } };\nbutton.classList.add('send', 'now');\nexport {};`,
  },
  {
    name: 'a receiver of type any',
    code: `import { Queue } from 'bullmq';\nconst queue: any = JSON.parse('{}');\nawait queue.add('send', {});\nexport { Queue };`,
  },
  {
    name: 'an interface that only looks like it',
    code: `import type { JobsOptions } from 'bullmq';\ninterface Queue {\n  add(name: string, data: object, options?: JobsOptions): Promise<void>;\n}\nexport const send = (queue: Queue) => queue.add('send', {});`,
  },
  {
    name: 'a package whose name begins alike',
    code: {
      'other.d.ts': `declare module 'bullmq-mock' {\n  export class Queue {\n    constructor(name: string);\n    add(name: string, data: object): Promise<void>;\n  }\n}`,
      'app.ts': `import { Queue } from 'bullmq-mock';\nawait new Queue('mail').add('send', {});`,
    },
  },
  {
    name: 'a mock of the test framework',
    code: `const queue = { add: async (name: string, data: object) => [name, data] };\nawait queue.add('send', {});\nexport {};`,
  },
  { name: 'a file of nothing', code: `export {};` },
];

const alone: readonly Case[] = [
  {
    name: 'a .js file with an import',
    code: {
      'app.js': `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'a .cjs file with a require',
    code: {
      'app.cjs': `const { Queue } = require('bullmq');\nconst mail = new Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'a .cjs file with the module required whole',
    code: {
      'app.cjs': `const mq = require('bullmq');\nconst mail = new mq.Queue('mail');\nmail.«add»('send', {});`,
    },
  },
  {
    name: 'a .ts file with an import',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nawait mail.«add»('send', {});`,
  },
  {
    name: 'a renamed import',
    code: `import { Queue as Line } from 'bullmq';\nconst mail = new Line('mail');\nawait mail.«add»('send', {});`,
  },
  {
    name: 'a namespace import',
    code: `import * as mq from 'bullmq';\nconst mail = new mq.Queue('mail');\nawait mail.«add»('send', {});`,
  },
  {
    name: 'the default import of bull',
    code: { 'app.js': `import Line from 'bull';\nconst mail = new Line('mail');\nmail.«add»({ id: 1 });` },
  },
  {
    name: 'the required bull',
    code: {
      'app.cjs': `const Line = require('bull');\nconst mail = new Line('mail');\nmail.«add»({ id: 1 });`,
    },
  },
  {
    name: 'a queue with defaults in the same file',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 3 } });\nawait mail.add('send', {});`,
  },
  {
    name: 'a subclass in the same file',
    code: `import { Queue } from 'bullmq';\nclass Mails extends Queue {}\nconst mail = new Mails('mail');\nawait mail.«add»('send', {});`,
  },
  {
    name: 'an imported queue is silent',
    code: `import { mail } from './queues.js';\nimport { Worker } from 'bullmq';\nawait mail.add('send', {});\nexport { Worker };`,
    broken: true,
  },
  {
    name: 'a parameter is silent',
    code: `import { Queue } from 'bullmq';\nexport const send = (mail: Queue) => mail.add('send', {});`,
  },
  {
    name: 'options from another file are silent',
    code: `import { Queue } from 'bullmq';\nimport { options } from './options.js';\nconst mail = new Queue('mail', options);\nawait mail.add('send', {});`,
    broken: true,
  },
  {
    name: 'dispatch options from another file are silent',
    code: `import { Queue } from 'bullmq';\nimport { options } from './options.js';\nconst mail = new Queue('mail');\nawait mail.add('send', {}, options);`,
    broken: true,
  },
  { name: 'Set.add is silent', code: { 'app.js': `const seen = new Set();\nseen.add('send');` } },
  {
    name: 'a queue of another package is silent',
    code: { 'app.js': `import Queue from 'p-queue';\nconst queue = new Queue();\nqueue.add(() => 1);` },
  },
  {
    name: 'a class of the same name in the file is silent',
    code: {
      'app.js': `import { Worker } from 'bullmq';\nclass Queue { add() {} }\nnew Queue().add('send', {});\nexport { Worker };`,
    },
  },
  {
    name: 'a .jsx file is read',
    code: {
      'app.jsx': `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nexport const send = () => mail.«add»('send', {});`,
    },
  },
];
const untyped = alone.map((each): Case => ({ ...each, untyped: true }));

describe('identity', () => {
  testRule('require-retry-limit', 'undecided', { imports, receivers, subclasses, lookalikes, untyped });
});
