import { describe } from 'vitest';
import { type Case, testRule } from '../rules/support.js';

/** A service that dispatches to the injected queue `mail`. */
const service = (add = `«add»('send', {})`, inject = `@InjectQueue('mail')`, imports = ''): string =>
  `import { InjectQueue } from '@nestjs/bullmq';\nimport { Queue } from 'bullmq';\n${imports}export class MailService {\n  constructor(${inject} private readonly mail: Queue) {}\n  send() {\n    return this.mail.${add};\n  }\n}`;
const silent = `add('send', {})`;
const module = (text: string, name = 'BullModule'): string =>
  `import { ${name} } from '@nestjs/bullmq';\nexport const imports = [\n${text}\n];`;
const root = `BullModule.forRoot({ connection: {} }),`;
const jobs = 'defaultJobOptions: { attempts: 2 }';
const app = (imports: string, rest: Record<string, string> = {}): Record<string, string> => ({
  'app.module.ts': module(imports),
  'mail.service.ts': service(),
  ...rest,
});
const quiet = (imports: string, rest: Record<string, string> = {}): Record<string, string> => ({
  'app.module.ts': module(imports),
  'mail.service.ts': service(silent),
  ...rest,
});

const injections: readonly Case[] = [
  {
    name: 'a constructor parameter property',
    code: app(`${root} BullModule.registerQueue({ name: 'mail' })`),
  },
  {
    name: 'a property',
    code: app(`${root} BullModule.registerQueue({ name: 'mail' })`, {
      'mail.service.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport { Queue } from 'bullmq';\nexport class MailService {\n  @InjectQueue('mail') private readonly mail!: Queue;\n  send() {\n    return this.mail.«add»('send', {});\n  }\n}`,
    }),
  },
  {
    name: 'a plain parameter that the constructor keeps',
    code: app(`${root} BullModule.registerQueue({ name: 'mail' })`, {
      'mail.service.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport { Queue } from 'bullmq';\nexport class MailService {\n  private readonly mail: Queue;\n  constructor(@InjectQueue('mail') mail: Queue) {\n    this.mail = mail;\n  }\n  send() {\n    return this.mail.«add»('send', {});\n  }\n}`,
    }),
  },
  {
    name: 'a name in a constant of another file',
    code: app(`${root} BullModule.registerQueue({ name: MAIL })`, {
      'names.ts': `export const MAIL = 'mail';`,
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { MAIL } from './names.js';\nexport const imports = [${root} BullModule.registerQueue({ name: MAIL })];`,
      'mail.service.ts': service(undefined, '@InjectQueue(MAIL)', `import { MAIL } from './names.js';\n`),
    }),
  },
  {
    name: 'a name of an enum',
    code: {
      'names.ts': `export enum Queues {\n  Mail = 'mail',\n}`,
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { Queues } from './names.js';\nexport const imports = [${root} BullModule.registerQueue({ name: Queues.Mail, ${jobs} })];`,
      'mail.service.ts': service(
        silent,
        '@InjectQueue(Queues.Mail)',
        `import { Queues } from './names.js';\n`,
      ),
    },
  },
  {
    name: 'a name of a const object',
    code: {
      'names.ts': `export const QUEUES = { mail: 'mail' } as const;`,
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { QUEUES } from './names.js';\nexport const imports = [${root} BullModule.registerQueue({ name: QUEUES.mail })];`,
      'mail.service.ts': service(
        undefined,
        '@InjectQueue(QUEUES.mail)',
        `import { QUEUES } from './names.js';\n`,
      ),
    },
  },
  {
    name: 'no name: the queue called default',
    code: {
      'app.module.ts': module(
        `${root} BullModule.registerQueue({}), BullModule.registerQueue({ name: 'other', ${jobs} })`,
      ),
      'mail.service.ts': service(undefined, '@InjectQueue()'),
    },
  },
  {
    name: 'the name of no registration: unknown',
    code: quiet(`${root} BullModule.registerQueue({ name: 'sms' })`),
  },
  { name: 'no module in the program: unknown', code: { 'mail.service.ts': service(silent) } },
  {
    name: 'a name that is not constant: unknown',
    code: quiet(`${root} BullModule.registerQueue({ name: process.env['QUEUE'] ?? '' })`, {}),
  },
  {
    name: 'a decorator of another package',
    code: quiet(`${root} BullModule.registerQueue({ name: 'mail' })`, {
      'inject.ts': `export const InjectQueue = (name: string) => (_target: object, _key: unknown, _index: number) => void name;`,
      'mail.service.ts': service(silent).replace(`'@nestjs/bullmq'`, `'./inject.js'`),
    }),
  },
  {
    name: 'a queue of bull',
    code: {
      'app.module.ts': module(`BullModule.forRoot({}), BullModule.registerQueue({ name: 'mail' })`).replace(
        '@nestjs/bullmq',
        '@nestjs/bull',
      ),
      'mail.service.ts': service(`«add»({ id: 1 })`)
        .replace('@nestjs/bullmq', '@nestjs/bull')
        .replace(`{ Queue } from 'bullmq'`, `{ Queue } from 'bull'`),
    },
    messages: ['Bull runs it once'],
  },
  {
    name: 'registrations of bull say nothing of queues of bullmq',
    code: quiet('', {
      'bull.module.ts': module(`BullModule.forRoot({}), BullModule.registerQueue({ name: 'mail' })`).replace(
        '@nestjs/bullmq',
        '@nestjs/bull',
      ),
      'app.module.ts': `export {};`,
    }),
  },
];

const factory = (result: string): string => `useFactory: () => (${result})`;
const registrations: readonly Case[] = [
  {
    name: 'registerQueue with defaults',
    code: quiet(`${root} BullModule.registerQueue({ name: 'mail', ${jobs} })`),
  },
  {
    name: 'forRoot with defaults',
    code: quiet(
      `BullModule.forRoot({ connection: {}, ${jobs} }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'defaults of the queue replace those of the root whole',
    code: app(
      `BullModule.forRoot({ connection: {}, ${jobs} }), BullModule.registerQueue({ name: 'mail', defaultJobOptions: { priority: 1 } })`,
    ),
    ids: 'lost',
    messages: ['lost'],
  },
  {
    name: 'forRootAsync with useFactory',
    code: quiet(
      `BullModule.forRootAsync({ ${factory(`{ connection: {}, ${jobs} }`)} }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'forRootAsync with useFactory without defaults',
    code: app(
      `BullModule.forRootAsync({ ${factory('{ connection: {} }')} }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'useFactory with a block and a parameter',
    code: quiet(
      `BullModule.forRootAsync({ inject: ['config'], useFactory: async (config: { host: string }) => {\n  const { host } = config;\n  return { connection: { host }, ${jobs} };\n} }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'useFactory as a method',
    code: quiet(
      `BullModule.forRootAsync({ useFactory() {\n  return { connection: {}, ${jobs} };\n} }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'useFactory with a function of another file',
    code: quiet('', {
      'options.ts': `export function options() {\n  return { connection: {}, ${jobs} };\n}`,
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { options } from './options.js';\nexport const imports = [BullModule.forRootAsync({ useFactory: options }), BullModule.registerQueue({ name: 'mail' })];`,
    }),
  },
  {
    name: 'useFactory that gives a value of the environment: unknown',
    code: quiet(
      `BullModule.forRootAsync({ ${factory(`{ connection: {}, defaultJobOptions: JSON.parse(process.env['JOBS'] ?? '{}') }`)} }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'useFactory that gives what a service says: unknown',
    code: quiet(
      `BullModule.forRootAsync({ inject: ['config'], useFactory: (config: { get(key: string): any }) => config.get('bull') }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'useFactory that gives what a typed service says: unknown',
    code: quiet('', {
      'app.module.ts': `import { BullModule, type BullRootModuleOptions } from '@nestjs/bullmq';\nexport const imports = [BullModule.forRootAsync({ inject: ['config'], useFactory: (config: { bull: BullRootModuleOptions }) => config.bull }), BullModule.registerQueue({ name: 'mail' })];`,
    }),
  },
  {
    name: 'forRootAsync with useClass',
    code: quiet('', {
      'config.ts': `import type { SharedBullConfigurationFactory } from '@nestjs/bullmq';\nexport class BullConfig implements SharedBullConfigurationFactory {\n  createSharedConfiguration() {\n    return { connection: {}, ${jobs} };\n  }\n}`,
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { BullConfig } from './config.js';\nexport const imports = [BullModule.forRootAsync({ useClass: BullConfig }), BullModule.registerQueue({ name: 'mail' })];`,
    }),
  },
  {
    name: 'registerQueueAsync with useFactory',
    code: quiet(`${root} BullModule.registerQueueAsync({ name: 'mail', ${factory(`{ ${jobs} }`)} })`),
  },
  {
    name: 'registerQueueAsync with useFactory without defaults',
    code: app(`${root} BullModule.registerQueueAsync({ name: 'mail', ${factory('{ prefix: "x" }')} })`),
  },
  {
    name: 'registerQueueAsync without a factory takes the root',
    code: quiet(
      `BullModule.forRoot({ connection: {}, ${jobs} }), BullModule.registerQueueAsync({ name: 'mail' })`,
    ),
  },
  {
    name: 'several queues in one call',
    code: quiet(`${root} BullModule.registerQueue({ name: 'sms' }, { name: 'mail', ${jobs} })`),
  },
  {
    name: 'several queues in one call, this one without',
    code: app(`${root} BullModule.registerQueue({ name: 'sms', ${jobs} }, { name: 'mail' })`),
  },
  {
    name: 'spread registrations',
    code: quiet('', {
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nconst queues = [{ name: 'sms' }, { name: 'mail', ${jobs} }];\nexport const imports = [${root} BullModule.registerQueue(...queues)];`,
    }),
  },
  {
    name: 'spread registrations, mapped from names',
    code: app('', {
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nconst queues = ['sms', 'mail'].map((name) => ({ name }));\nexport const imports = [${root} BullModule.registerQueue(...queues)];`,
    }),
  },
  {
    name: 'spread registrations, mapped from names that nobody knows',
    code: quiet('', {
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const queues = (names: string[]) => names.map((name) => ({ name }));\nexport const imports = [${root} BullModule.registerQueue(...queues(process.argv))];`,
    }),
  },
  {
    name: 'a registration in a function',
    code: quiet('', {
      'queues.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const queue = (name: string) => BullModule.registerQueue({ name, ${jobs} });`,
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { queue } from './queues.js';\nexport const imports = [${root} queue('mail')];`,
    }),
  },
  {
    name: 'conditional defaults: unknown',
    code: quiet(
      `${root} BullModule.registerQueue({ name: 'mail', ...(process.env['CI'] ? {} : { ${jobs} }) })`,
    ),
  },
  {
    name: 'a conditional registration that states them',
    code: quiet(
      `${root} ...(process.env['CI'] ? [] : [BullModule.registerQueue({ name: 'mail', ${jobs} })])`,
    ),
  },
  {
    name: 'two registrations that agree',
    code: app(`${root} BullModule.registerQueue({ name: 'mail' })`, {
      'other.module.ts': module(`BullModule.registerQueue({ name: 'mail' })`),
    }),
  },
  {
    name: 'two registrations that disagree: unknown',
    code: quiet(`${root} BullModule.registerQueue({ name: 'mail' })`, {
      'other.module.ts': module(`BullModule.registerQueue({ name: 'mail', ${jobs} })`),
    }),
  },
  {
    name: 'two roots that disagree: unknown',
    code: quiet(`${root} BullModule.registerQueue({ name: 'mail' })`, {
      'other.module.ts': module(`BullModule.forRoot({ connection: {}, ${jobs} })`),
    }),
  },
  { name: 'no root in the program: unknown', code: quiet(`BullModule.registerQueue({ name: 'mail' })`) },
  {
    name: 'no root in the program, but a connection of its own',
    code: app(`BullModule.registerQueue({ name: 'mail', connection: {} })`),
  },
  {
    name: 'no root in the program, defaults of its own',
    code: app(`BullModule.registerQueue({ name: 'mail', defaultJobOptions: { priority: 1 } })`),
  },
  {
    name: 'several roots: the key decides',
    code: quiet(
      `BullModule.forRoot({ connection: {} }), BullModule.forRoot('mails', { connection: {}, ${jobs} }), BullModule.registerQueue({ name: 'mail', configKey: 'mails' })`,
    ),
  },
  {
    name: 'several roots: the one without a key',
    code: app(
      `BullModule.forRoot({ connection: {} }), BullModule.forRoot('mails', { connection: {}, ${jobs} }), BullModule.registerQueue({ name: 'mail' })`,
    ),
  },
  {
    name: 'an async root with a key',
    code: quiet(
      `BullModule.forRootAsync('mails', { ${factory(`{ connection: {}, ${jobs} }`)} }), BullModule.registerQueue({ name: 'mail', configKey: 'mails' })`,
    ),
  },
  {
    name: 'a key of no root: unknown',
    code: quiet(`${root} BullModule.registerQueue({ name: 'mail', configKey: 'mails' })`),
  },
  {
    name: 'an own class named BullModule',
    code: quiet('', {
      'app.module.ts': `class BullModule {\n  static registerQueue(options: { name: string }) {\n    return options;\n  }\n}\nexport const imports = [BullModule.registerQueue({ name: 'mail' })];`,
    }),
  },
  {
    name: 'a renamed BullModule',
    code: quiet('', {
      'app.module.ts': `import { BullModule as Bulls } from '@nestjs/bullmq';\nexport const imports = [Bulls.forRoot({ connection: {}, ${jobs} }), Bulls.registerQueue({ name: 'mail' })];`,
    }),
  },
];

const processor = (inside: string, decorator = `«@Processor('mail')»`): string =>
  `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job } from 'bullmq';\n${decorator}\nexport class Mails extends WorkerHost {\n  ${inside}\n}\nexport type { Job };`;
const fetches = `async process(job: Job) {\n    return fetch(job.data.url);\n  }`;
const processors: readonly Case[] = [
  { name: 'a name', code: processor(fetches) },
  { name: 'a name and worker options', code: processor(fetches, `«@Processor('mail', { concurrency: 5 })»`) },
  { name: 'an object', code: processor(fetches, `«@Processor({ name: 'mail' })»`) },
  {
    name: 'a process that is a function property',
    code: processor(`process = async (job: Job) => fetch(job.data.url);`)
      .replace('process =', 'override process =')
      .replace('override process', 'process'),
  },
  {
    name: 'a process that bounds itself',
    code: processor(
      `async process(job: Job) {\n    return fetch(job.data.url, { signal: AbortSignal.timeout(5) });\n  }`,
      `@Processor('mail')`,
    ),
  },
  {
    name: 'a process that leads to a method that bounds itself',
    code: processor(
      `async process(job: Job) {\n    return this.run(job);\n  }\n  private async run(job: Job) {\n    return fetch(job.data.url, { signal: AbortSignal.timeout(5) });\n  }`,
      `@Processor('mail')`,
    ),
  },
  {
    name: 'other methods are no handlers',
    code: processor(
      `async process(job: Job) {\n    throw new Error(job.name);\n  }\n  async other() {\n    await fetch('x');\n  }`,
      `@Processor('mail')`,
    ),
  },
  {
    name: 'a decorator of the project by the same name',
    code: {
      'own.ts': `export const Processor = (name: string) => (_type: unknown) => void name;`,
      'app.ts': `import { Processor } from './own.js';\n@Processor('mail')\nexport class Mails {\n  async process() {\n    await fetch('x');\n  }\n}`,
    },
  },
];

const consumer = (inside: string): string =>
  `import { BullModule, Process, Processor } from '@nestjs/bull';\nimport type { Job } from 'bull';\nexport const imports = [BullModule.forRoot({}), BullModule.registerQueue({ name: 'mail' }, { name: 'slow', defaultJobOptions: { timeout: 5 } })];\n${inside}\nexport type { Job };`;
const consumers: readonly Case[] = [
  {
    name: 'each method with the decorator',
    code: consumer(
      `@Processor('mail')\nexport class Mails {\n  «@Process()»\n  async all() {\n    await fetch('x');\n  }\n  «@Process('a')»\n  async a() {\n    await fetch('x');\n  }\n  «@Process({ name: 'b', concurrency: 2 })»\n  async b() {\n    await fetch('x');\n  }\n  async helper() {\n    await fetch('x');\n  }\n}`,
    ),
  },
  {
    name: 'the queue states a time limit',
    code: consumer(
      `@Processor('slow')\nexport class Slow {\n  @Process()\n  async all() {\n    await fetch('x');\n  }\n}`,
    ),
  },
  {
    name: 'the queue is not registered: unknown',
    code: consumer(
      `@Processor('elsewhere')\nexport class Slow {\n  @Process()\n  async all() {\n    await fetch('x');\n  }\n}`,
    ),
  },
];

describe('queues', () => {
  testRule('require-retry-limit', 'undecided', { injections, registrations });
});
describe('@nestjs/bullmq', () => {
  testRule('require-time-limit', 'without', { processors });
});
describe('@nestjs/bull', () => {
  testRule('require-time-limit', 'undecided', { consumers });
});
