import { type Case, testRule } from './support.js';

const retry = "{ attempts: 3, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 } }";
const once = '{ attempts: 1 }';
const props = retry.slice(2, -2);

/** A queue without defaults, and a line about it. */
const mail = (line: string, before = ''): string =>
  `import { Queue } from 'bullmq';\n${before}const mail = new Queue('mail');\n${line}`;
/** A queue with defaults, and a line about it. */
const withDefaults = (defaults: string, line = `await mail.add('send', {});`, before = ''): string =>
  `import { Queue } from 'bullmq';\n${before}const mail = new Queue('mail', { connection: {}, defaultJobOptions: ${defaults} });\n${line}`;

const atTheDispatch: readonly Case[] = [
  {
    name: 'nobody decided: at the name of the method',
    code: mail(`await mail.«add»('send', {});`),
    messages: [
      'Nobody decided how often this task may run: BullMQ runs it once and then gives it up for failed. State `attempts` here or in the defaults.',
    ],
    outputs: [[`await mail.add('send', {}, ${retry});`, `await mail.add('send', {}, ${once});`]],
  },
  {
    name: 'without data either: what is missing is filled in',
    code: mail(`await (mail as Queue<undefined>).«add»('send', undefined);`),
    outputs: [
      [
        `await (mail as Queue<undefined>).add('send', undefined, ${retry});`,
        `await (mail as Queue<undefined>).add('send', undefined, ${once});`,
      ],
    ],
  },
  {
    name: 'options that say something else: at the options',
    code: mail(`await mail.add('send', {}, «{ priority: 1 }»);`),
    outputs: [
      [
        `await mail.add('send', {}, { priority: 1, ${props} });`,
        `await mail.add('send', {}, { priority: 1, attempts: 1 });`,
      ],
    ],
  },
  {
    name: 'options that state a backoff only: no-ineffective-option says so',
    code: mail(`await mail.add('send', {}, { backoff: 5 });`),
  },
  {
    name: 'defaults that state a backoff only: no-ineffective-option says so, once',
    code: withDefaults('{ backoff: 5 }', `await mail.add('a', {});\nawait mail.add('b', {});`),
  },
  {
    name: 'empty options',
    code: mail(`await mail.add('send', {}, «{}»);`),
    outputs: [[`await mail.add('send', {}, ${retry});`, `await mail.add('send', {}, ${once});`]],
  },
  {
    name: 'options over several lines keep their layout',
    code: mail(`await mail.add(\n  'send',\n  {},\n  «{\n    priority: 1,\n    delay: 5,\n  }»,\n);`),
    outputs: [[`${props},`, 'attempts: 1,']],
  },
  {
    name: 'options over several lines without a last comma',
    code: mail(`await mail.add('send', {}, «{\n  priority: 1\n}»);`),
    outputs: [[`  priority: 1,\n  ${props}`.replace(/^ {2}/gm, ''), 'priority: 1,\nattempts: 1']],
  },
  {
    name: 'arguments with a last comma',
    code: mail(`await mail.«add»(\n  'send',\n  { id: 1 },\n);`),
    outputs: [[`{ id: 1 }, ${retry},`, `{ id: 1 }, ${once},`]],
  },
  {
    name: 'options in parentheses and satisfies',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\nawait mail.add('send', {}, «({ priority: 1 }) satisfies JobsOptions»);`,
    outputs: [
      [
        `await mail.add('send', {}, ({ priority: 1, ${props} }) satisfies JobsOptions);`,
        `await mail.add('send', {}, ({ priority: 1, attempts: 1 }) satisfies JobsOptions);`,
      ],
    ],
  },
  {
    name: 'options in a constant',
    code: mail(`const options = { priority: 1 };\nawait mail.add('send', {}, «options»);`),
    outputs: [
      [
        `await mail.add('send', {}, { ...options, ${props} });`,
        `await mail.add('send', {}, { ...options, attempts: 1 });`,
      ],
    ],
  },
  {
    name: 'options that are chosen',
    code: mail(
      `export const send = (urgent: boolean) => mail.add('send', {}, «urgent ? { priority: 1 } : { priority: 2 }»);`,
    ),
    outputs: [
      [
        `export const send = (urgent: boolean) => mail.add('send', {}, { ...(urgent ? { priority: 1 } : { priority: 2 }), ${props} });`,
        `export const send = (urgent: boolean) => mail.add('send', {}, { ...(urgent ? { priority: 1 } : { priority: 2 }), attempts: 1 });`,
      ],
    ],
  },
  {
    name: 'undefined as the options',
    code: mail(`await mail.add('send', {}, «undefined»);`),
  },
  {
    name: 'spread arguments that are known',
    code: mail(`const job = ['send', {}] as const;\nawait mail.«add»(...job);`),
    outputs: [[]],
  },
  {
    name: 'two dispatches are two decisions',
    code: mail(`await mail.«add»('a', {});\nawait mail.«add»('b', {});`),
  },
  { name: 'attempts: 3', code: mail(`await mail.add('send', {}, { attempts: 3 });`) },
  { name: 'attempts: 1 is a decision', code: mail(`await mail.add('send', {}, { attempts: 1 });`) },
  { name: 'attempts: 0 is a decision', code: mail(`await mail.add('send', {}, { attempts: 0 });`) },
  {
    name: 'attempts: -1 is one run, not without end',
    code: mail(`await mail.add('send', {}, { attempts: -1 });`),
  },
  {
    name: 'a type assertion around the number',
    code: mail(`await mail.add('send', {}, { attempts: 3 as number });`),
  },
];

const infinite: readonly Case[] = [
  {
    name: 'Infinity, which BullMQ rejects: no-ineffective-option says so',
    code: mail(`await mail.add('send', {}, { attempts: Infinity });`),
  },
  {
    name: 'Number.POSITIVE_INFINITY',
    code: mail(`await mail.add('send', {}, { attempts: Number.POSITIVE_INFINITY });`),
  },
  {
    name: 'Number.MAX_SAFE_INTEGER is as good as without end',
    code: mail(`await mail.add('send', {}, { «attempts: Number.MAX_SAFE_INTEGER» });`),
    ids: 'infinite',
    messages: ['a task that always fails is run for as long as the queue lives'],
  },
  {
    name: 'one million',
    code: mail(`await mail.add('send', {}, { «attempts: 1_000_000» });`),
    ids: 'infinite',
  },
  { name: 'just below one million', code: mail(`await mail.add('send', {}, { attempts: 999_999 });`) },
  {
    name: 'in the defaults: once, at the defaults',
    code: withDefaults(
      '{ «attempts: Number.MAX_SAFE_INTEGER» }',
      `await mail.add('a', {});\nawait mail.add('b', {});`,
    ),
    ids: 'infinite',
  },
  {
    name: 'in the defaults of a queue that nothing is added to',
    code: withDefaults('{ «attempts: Number.MAX_SAFE_INTEGER» }', ''),
    ids: 'infinite',
  },
  {
    name: 'in a constant of another file: there, once',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { options } from './options.js';\nconst mail = new Queue('mail');\nawait mail.add('a', {}, options);\nawait mail.add('b', {}, options);`,
      'options.ts': `export const options = { «attempts: Number.MAX_SAFE_INTEGER» };`,
    },
    ids: 'infinite',
  },
  {
    name: 'in a numeric constant',
    code: mail(
      `await mail.add('send', {}, { «attempts: forEver» });\nawait mail.add('again', {}, { «attempts: forEver» });`,
      'const forEver = Number.MAX_SAFE_INTEGER;\n',
    ),
    ids: 'infinite',
    messages: ['`forEver` is no limit'],
  },
  {
    name: 'overridden by a limit at the dispatch, the default stays wrong',
    code: withDefaults(
      '{ «attempts: Number.MAX_SAFE_INTEGER» }',
      `await mail.add('send', {}, { attempts: 3 });`,
    ),
    ids: 'infinite',
  },
  {
    name: 'only on one of two ways',
    code: mail(
      `export const send = (safe: boolean) => mail.add('send', {}, { attempts: safe ? 3 : Number.MAX_SAFE_INTEGER });`,
    ),
  },
  {
    name: 'NaN is not read',
    code: mail(`await mail.add('send', {}, { attempts: Number.NaN });`),
  },
  {
    name: 'Infinity, which Bull reads as one run: no-ineffective-option says so',
    code: `import Bull from 'bull';\nconst mail = new Bull('mail');\nawait mail.add({ id: 1 }, { attempts: Infinity });`,
  },
];

const erased: readonly Case[] = [
  {
    name: 'undefined at the dispatch erases the default',
    code: withDefaults('{ attempts: 5 }', `await mail.add('send', {}, { «attempts: undefined» });`),
    ids: 'erased',
    messages: [
      '`undefined` here erases what the defaults state (attempts: 5, line 2): BullMQ runs this task once. Leave the key out, or state a number.',
    ],
  },
  {
    name: 'the message names the file of the default',
    code: {
      'queues.ts': `import { Queue } from 'bullmq';\nexport const mail = new Queue('mail', {\n  connection: {},\n  defaultJobOptions: { attempts: 5 },\n});`,
      'app.ts': `import { mail } from './queues.js';\nawait mail.add('send', {}, { «attempts: undefined» });`,
    },
    ids: 'erased',
    messages: ['(attempts: 5, queues.ts:4)'],
  },
  {
    name: 'undefined with nothing to erase',
    code: mail(`await mail.add('send', {}, { «attempts: undefined» });`),
    ids: 'erasedNothing',
    messages: ['`undefined` here decides nothing: BullMQ runs this task once. State a number.'],
  },
  {
    name: 'void 0 erases too',
    code: withDefaults('{ attempts: 5 }', `await mail.add('send', {}, { «attempts: void 0» });`),
    ids: 'erased',
  },
  {
    name: 'a spread before it is erased',
    code: mail(
      `await mail.add('send', {}, { ...options, «attempts: undefined» });`,
      `const options = { attempts: 5 };\n`,
    ),
    ids: 'erasedNothing',
  },
  {
    name: 'a spread behind it wins',
    code: mail(
      `await mail.add('send', {}, { attempts: undefined, ...options });`,
      `const options = { attempts: 5 };\n`,
    ),
    broken: true,
  },
  {
    name: 'in the defaults: at each dispatch it is not said again',
    code: withDefaults('{ «attempts: undefined» }', `await mail.add('a', {});\nawait mail.add('b', {});`),
    ids: 'erasedNothing',
  },
];

const defaults: readonly Case[] = [
  { name: 'defaults of the queue', code: withDefaults('{ attempts: 3 }') },
  { name: 'defaults without it', code: withDefaults('{ priority: 1 }', `await mail.«add»('send', {});`) },
  {
    name: 'options of the dispatch keep the default',
    code: withDefaults('{ attempts: 3 }', `await mail.add('a', {}, { priority: 1 });`),
  },
  {
    name: 'an imported constant',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { defaults } from './defaults.js';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: defaults });\nawait mail.add('send', {});`,
      'defaults.ts': `export const defaults = { attempts: 3 };`,
    },
  },
  {
    name: 'an imported constant without it',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { defaults } from './defaults.js';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: defaults });\nawait mail.«add»('send', {});`,
      'defaults.ts': `export const defaults = { removeOnComplete: true };`,
    },
  },
  {
    name: 'as const and satisfies',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst jobs = { attempts: 3 } as const satisfies JobsOptions;\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: jobs });\nawait mail.add('send', {});`,
  },
  {
    name: 'Object.freeze',
    code: withDefaults('jobs', undefined, `const jobs = Object.freeze({ attempts: 3 });\n`),
  },
  {
    name: 'Object.assign',
    code: withDefaults(
      'Object.assign({}, jobs, { priority: 1 })',
      undefined,
      `const jobs = { attempts: 3 };\n`,
    ),
  },
  {
    name: 'a spread of a constant',
    code: withDefaults('{ ...jobs, priority: 2 }', undefined, `const jobs = { attempts: 3 };\n`),
  },
  {
    name: 'options spread whole into the constructor',
    code: `import { Queue } from 'bullmq';\nconst shared = { connection: {}, defaultJobOptions: { attempts: 3 } };\nconst mail = new Queue('mail', { ...shared });\nawait mail.add('send', {});`,
  },
  {
    name: 'own defaults replace spread ones whole',
    code: `import { Queue } from 'bullmq';\nconst shared = { connection: {}, defaultJobOptions: { attempts: 3 } };\nconst mail = new Queue('mail', { ...shared, defaultJobOptions: { priority: 1 } });\nawait mail.«add»('send', {});`,
  },
  {
    name: 'a shorthand property',
    code: mail(`const attempts = 3;\nawait mail.add('send', {}, { attempts });`),
  },
  { name: 'a quoted key', code: mail(`await mail.add('send', {}, { 'attempts': 3 });`) },
  {
    name: 'a constant computed key',
    code: mail(`const key = 'attempts';\nawait mail.add('send', {}, { [key]: 3 });`),
  },
  {
    name: 'a computed key that is not constant: unknown',
    code: mail(`export const send = (key: string) => mail.add('send', {}, { [key]: 3 });`),
  },
  {
    name: 'a getter of a base class',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nexport class Task {\n  get options() {\n    return { attempts: 3 };\n  }\n  send() {\n    return mail.add('send', {}, this.options);\n  }\n}`,
  },
  {
    name: 'a static member',
    code: mail(
      `await mail.add('send', {}, Defaults.jobs);`,
      `class Defaults {\n  static readonly jobs = { attempts: 3 };\n}\n`,
    ),
  },
  {
    name: 'a function that returns them',
    code: mail(
      `await mail.add('send', {}, options(2));`,
      `const options = (priority: number) => ({ attempts: 3, priority });\n`,
    ),
  },
  {
    name: 'a function that returns others',
    code: mail(
      `await mail.add('send', {}, «options(2)»);`,
      `const options = (priority: number) => ({ priority });\n`,
    ),
  },
  {
    name: 'an enum value',
    code: mail(`await mail.add('send', {}, { attempts: Limit.Runs });`, `enum Limit {\n  Runs = 3,\n}\n`),
  },
  {
    name: 'arithmetic',
    code: mail(`await mail.add('send', {}, { attempts: 2 * retries + 1 });`, `const retries = 2;\n`),
  },
  {
    name: 'a table of options by a constant name',
    code: mail(
      `await mail.add('send', {}, options['send']);`,
      `const options = { send: { attempts: 3 }, sync: { priority: 1 } };\n`,
    ),
  },
  {
    name: 'a conditional value, decided on both ways',
    code: mail(
      `export const send = (urgent: boolean) => mail.add('send', {}, { attempts: urgent ? 5 : 2 });`,
    ),
  },
  {
    name: 'stated on one way and not on the other: unknown',
    code: mail(
      `export const send = (urgent: boolean) => mail.add('send', {}, urgent ? { attempts: 5 } : {});`,
    ),
  },
  {
    name: 'a conditional spread: unknown',
    code: mail(
      `export const send = (urgent: boolean) => mail.add('send', {}, { ...(urgent && { attempts: 5 }) });`,
    ),
  },
  {
    name: 'a conditional spread of something else',
    code: mail(
      `export const send = (urgent: boolean) => mail.add('send', {}, «{ ...(urgent && { priority: 5 }) }»);`,
    ),
  },
  {
    name: 'a fallback with ??',
    code: mail(
      `await mail.add('send', {}, { attempts: table.runs ?? 3 });`,
      `const table: { runs?: number } = {};\n`,
    ),
  },
];

const unknowns: readonly Case[] = [
  {
    name: 'a value of the environment',
    code: mail(`await mail.add('send', {}, { attempts: Number(process.env['ATTEMPTS']) });`),
  },
  {
    name: 'a value of the environment with a fallback',
    code: mail(`await mail.add('send', {}, { attempts: Number(process.env['ATTEMPTS'] ?? 3) });`),
  },
  {
    name: 'defaults from the environment',
    code: withDefaults(`JSON.parse(process.env['JOBS'] ?? '{}')`),
  },
  {
    name: 'options of type any',
    code: mail(`const options: any = {};\nawait mail.add('send', {}, options);`),
  },
  {
    name: 'options cast to any of unknown content',
    code: mail(`await mail.add('send', {}, JSON.parse('{}') as any);`),
  },
  {
    name: 'options of a parameter',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\nexport const send = (options: JobsOptions) => mail.add('send', {}, options);`,
  },
  {
    name: 'options of a parameter, spread',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\nexport const send = (options?: JobsOptions) => mail.add('send', {}, { priority: 1, ...options });`,
  },
  {
    name: 'a parameter that cannot hold it',
    code: mail(`export const send = (options: { priority: number }) => mail.add('send', {}, «options»);`),
  },
  {
    name: 'a number of a parameter',
    code: mail(`export const send = (attempts: number) => mail.add('send', {}, { attempts });`),
  },
  {
    name: 'options that an unfollowed call makes',
    code: `import { Queue, type JobsOptions } from 'bullmq';\ndeclare const options: () => JobsOptions;\nconst mail = new Queue('mail');\nawait mail.add('send', {}, options());`,
  },
  {
    name: 'options that only a declaration knows',
    code: `import { Queue, type QueueOptions } from 'bullmq';\ndeclare const options: QueueOptions;\nconst mail = new Queue('mail', options);\nawait mail.add('send', {});`,
  },
  {
    name: 'a spread of arguments that is not known',
    code: mail(`export const send = (...job: Parameters<typeof mail.add>) => mail.add(...job);`),
  },
  {
    name: 'options that are changed after they are made',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\nconst options: JobsOptions = {};\noptions.attempts = 3;\nawait mail.add('send', {}, options);`,
  },
  {
    name: 'a cycle of constants',
    code: {
      'app.js': `import { Queue } from 'bullmq';\nconst a = { ...b };\nconst b = { ...a };\nconst mail = new Queue('mail');\nmail.add('send', {}, a);`,
    },
  },
  {
    name: 'broken syntax around it does not throw',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue();\nawait mail.«add»();`,
    broken: true,
  },
];

const stated: readonly Case[] = [
  {
    name: 'an explicit limit is silent with stated too',
    code: mail(`await mail.add('send', {}, { attempts: 3 });`),
    options: { stated: true },
  },
  {
    name: 'an undecided one is the same report',
    code: mail(`await mail.«add»('send', {});`),
    options: { stated: true },
  },
  ...[false, true].map((on): Case => ({
    name: `a bounded default of a library: ${on ? 'reported' : 'silent'} with stated: ${String(on)}`,
    code: {
      'boss.ts': `export class Boss {\n  send(name: string, data: object, options?: object) {\n    return [name, data, options];\n  }\n}`,
      'app.ts': `import { Boss } from './boss.js';\nnew Boss().${on ? '«send»' : 'send'}('mail', {});`,
    },
    options: { stated: on },
    settings: {
      libraries: [
        {
          name: 'Boss',
          files: ['boss.ts'],
          dispatches: [{ method: 'Boss.send', task: 'arg0', payload: 'arg1', options: 'arg2' }],
          layers: ['dispatch'],
          attempts: { option: 'retryLimit', counts: 'retries', default: 3 },
          suggest: { attempts: 'retryLimit: 5' },
        },
      ],
    },
    ids: 'bounded',
    ...(on
      ? {
          messages: ['by default Boss runs it 3 times. State `retryLimit`.'],
          outputs: [[`new Boss().send('mail', {}, { retryLimit: 5 });`]],
        }
      : {}),
  })),
];

/** Retries that the project makes itself. */
const ownRetries: readonly Case[] = [
  {
    name: 'a handler that dispatches its failed task again',
    code: {
      'app.ts': `import { Queue, Worker, type Job } from 'bullmq';
const mail = new Queue<{ to: string; tries: number }>('mail');
declare function deliver(to: string): Promise<void>;
async function work({ data }: Job<{ to: string; tries: number }>) {
  try { await deliver(data.to); }
  catch (error) { await again(data, error); }
}
async function again(data: { to: string; tries: number }, error: unknown) {
  try { throw error; } catch { if (data.tries < 3) await mail.add('send', { to: data.to, tries: data.tries + 1 }); }
}
new Worker('mail', work, { connection: {} });
await mail.add('send', { to: 'x', tries: 0 });`,
    },
  },
  {
    name: 'a handler that dispatches to another queue when it fails',
    code: `import { Queue, Worker } from 'bullmq';
const mail = new Queue('mail');
const dead = new Queue('dead');
declare function deliver(data: unknown): Promise<void>;
new Worker('mail', async (job) => { try { await deliver(job.data); } catch { await dead.«add»('a', {}); } }, { connection: {} });
await mail.«add»('send', {});`,
  },
  {
    name: 'a catch of somebody else',
    code: `import { Queue, Worker } from 'bullmq';
const mail = new Queue('mail');
declare function deliver(data: unknown): Promise<void>;
new Worker('mail', async (job) => { await deliver(job.data); }, { connection: {} });
try { await deliver(1); } catch { await mail.«add»('send', {}); }`,
  },
];

/** Functions that make definitions for their callers. */
const makers: readonly Case[] = [
  {
    name: 'what a function states for all of its callers is said there, once',
    code: `import { proxyActivities } from '@temporalio/workflow';
interface Mails { send(): Promise<void>; drop(): Promise<void> }
const of = (taskQueue: string) => proxyActivities<Mails>(«{ startToCloseTimeout: '1m', taskQueue }»);
export async function flow(name: string) {
  await of(name).send();
  await of('b').drop();
}`,
    ids: 'unlimited',
  },
  {
    name: 'what its callers decide is said at them',
    code: `import { proxyActivities, type RetryPolicy } from '@temporalio/workflow';
interface Mails { send(): Promise<void>; drop(): Promise<void> }
const of = (retry: RetryPolicy) => proxyActivities<Mails>({ startToCloseTimeout: '1m', retry });
export async function flow() {
  await of({ maximumAttempts: 3 }).send();
  await of(«{}»).drop();
}`,
    ids: 'unlimited',
  },
];

/** Handlers of one definition, which can decide for all of them. */
const services: readonly Case[] = [
  {
    name: 'several handlers of which nobody decides: once, at what defines them',
    code: `import { handlers, object, type ObjectContext } from '@restatedev/restate-sdk';
const { exclusive } = handlers.object;
export const mails = «object»({ name: 'mails', handlers: {
  send: exclusive({ ingressPrivate: true }, async (context: ObjectContext) => { context.key; }),
  drop: exclusive({}, async (context: ObjectContext) => { context.key; }),
  keep: exclusive({ retryPolicy: { maxAttempts: 3 } }, async (context: ObjectContext) => { context.key; }),
  plain: async (context: ObjectContext) => { context.key; },
} });`,
    outputs: [
      [
        '}, options: { retryPolicy: { maxAttempts: 10 } } });',
        '}, options: { retryPolicy: { maxAttempts: 1 } } });',
      ],
    ],
  },
  {
    name: 'one handler of which nobody decides: at its own options',
    code: `import { handlers, object, type ObjectContext } from '@restatedev/restate-sdk';
const { exclusive } = handlers.object;
export const mails = object({ name: 'mails', handlers: {
  drop: exclusive(«{ ingressPrivate: true }», async (context: ObjectContext) => { context.key; }),
  keep: exclusive({ retryPolicy: { maxAttempts: 3 } }, async (context: ObjectContext) => { context.key; }),
} });`,
  },
  {
    name: 'the service decides for all',
    code: `import { handlers, object, type ObjectContext } from '@restatedev/restate-sdk';
export const mails = object({ name: 'mails', options: { retryPolicy: { maxAttempts: 3 } }, handlers: {
  drop: handlers.object.exclusive({ ingressPrivate: true }, async (context: ObjectContext) => { context.key; }),
  keep: async (context: ObjectContext) => { context.key; },
} });`,
  },
].map((each) => ({ ids: 'bounded', options: { stated: true }, ...each }));

/** A time table of which another file makes the items; there, `item(…)` states three runs. */
const timetable = (items: string): Case['code'] => ({
  'app.ts': `import { parseCronItems, type CronItem } from 'graphile-worker';
import { items } from './items.js';
export const parsed = parseCronItems(items.filter((each): each is CronItem => each !== undefined));`,
  'items.ts': `import type { CronItem } from 'graphile-worker';
import { settings } from './settings.js';
const item = ({ task, match }: { task: string; match: string }): CronItem => {
  return { task, match, options: { backfillPeriod: 0, maxAttempts: 3 } };
};
export const items: (CronItem | undefined)[] = [${items}];`,
  'settings.ts': `interface Of<V> { readonly is: V }
type Parsed<S> = { [K in keyof S]: S[K] extends Of<infer V> ? V : never };
declare function text(): Of<string>;
declare function object<S>(shape: S): Of<Parsed<S>>;
declare function parse<S>(shape: S): Parsed<S>;
export const off = undefined as string | undefined;
export const settings = parse({ remote: object({ key: text() }) });`,
});
const nightly = `item({ task: 'a', match: '0 3 * * *' })`;

/** Items of a list, some of which may not be there. */
const lists: readonly Case[] = [
  {
    name: 'items of a helper in another file',
    code: timetable(`${nightly}, item({ task: 'b', match: '0 4 * * *' })`),
    options: { stated: true },
  },
  {
    name: "an item that a schema's result switches on",
    code: timetable(`settings.remote.key ? ${nightly} : undefined`),
    options: { stated: true },
  },
  {
    name: 'an item that is certainly not there',
    code: `import { parseCronItems } from 'graphile-worker';
const off = undefined as string | undefined;
parseCronItems([off ? { task: 'a', match: '0 3 * * *' } : undefined].filter((each) => each !== undefined));`,
    options: { stated: true },
  },
  {
    name: 'an item that may be there, and of which nobody decides',
    code: `import { parseCronItems } from 'graphile-worker';
parseCronItems([process.env['A'] ? { task: 'a', match: '0 3 * * *', options: «{ backfillPeriod: 0 }» } : undefined].filter((each) => each !== undefined));`,
    options: { stated: true },
    ids: 'bounded',
    messages: ['by default graphile-worker runs it 25 times'],
  },
  {
    name: "a child of a flow that may be there: the others' retries are not its own",
    code: `import { FlowProducer } from 'bullmq';
const flows = new FlowProducer();
const last = process.env['A'] ? { name: 'c', queueName: 'c', data: {} } : undefined;
const first = { name: 'b', queueName: 'b', data: {}, opts: { attempts: 3 } };
await flows.add({ name: 'a', queueName: 'a', data: {}, opts: { attempts: 3 }, children: [first, «last»].filter((each) => each !== undefined) });`,
    ids: 'ignores',
  },
];

testRule(
  'require-retry-limit',
  'undecided',
  {
    'at the dispatch': atTheDispatch,
    infinite,
    erased,
    defaults,
    unknowns,
    stated,
    ownRetries,
    makers,
    services,
    lists,
  },
  { typedOutputs: true },
);
