import { type Case, testRule } from './support.js';

const head = `import { Queue, type Job, Worker, type Processor } from 'bullmq';\nconst options = { connection: {} };\n`;
const tail = `\nexport { options, Queue, type Job, type Processor };`;
/** A worker whose handler has this body. */
const worker = (body: string, { before = '', mark = false } = {}): string =>
  `${head}${before}export const work = new ${mark ? '«Worker»' : 'Worker'}('mail', async (job) => {\n${body}\n}, options);${tail}`;
const unbounded = (body: string, before = ''): string => worker(body, { before, mark: true });
const bounded = (body: string, before = ''): string => worker(body, { before });
const sleep = `declare function slow(signal?: AbortSignal): Promise<void>;\n`;

const bounds: readonly Case[] = [
  {
    name: 'nothing: at the callee',
    code: unbounded(`await fetch(job.data.url);`),
    messages: [
      'BullMQ has no time limit, and this task sets none: one call that never answers holds a worker for ever. Bound the work, say with `AbortSignal.timeout(…)`.',
    ],
    outputs: [[]],
  },
  {
    name: 'AbortSignal.timeout',
    code: bounded(`await fetch(job.data.url, { signal: AbortSignal.timeout(1000) });`),
  },
  {
    name: 'a call that is given a timeout',
    code: bounded(
      `await client.get(job.data.url, { timeout: 5000 });`,
      `declare const client: { get(url: string, options: { timeout?: number | false }): Promise<void> };\n`,
    ),
  },
  {
    name: 'a call whose timeout is switched off',
    code: unbounded(
      `await client.get(job.data.url, { timeout: 0 });`,
      `declare const client: { get(url: string, options: { timeout?: number | false }): Promise<void> };\n`,
    ),
  },
  {
    name: 'the timeout of a task that is dispatched',
    code: unbounded(
      `await client.enqueue(job.data.url, { timeout: 5000 });`,
      `declare const client: { enqueue(url: string, options: { timeout?: number }): Promise<void> };\n`,
    ),
  },
  {
    name: 'AbortSignal.any with a timeout',
    code: bounded(`await slow(AbortSignal.any([AbortSignal.timeout(1000)]));`, sleep),
  },
  {
    name: 'AbortSignal.any without one',
    code: unbounded(`await slow(AbortSignal.any([new AbortController().signal]));`, sleep),
  },
  {
    name: 'a controller that a timer aborts',
    code: bounded(
      `const controller = new AbortController();\nconst timer = setTimeout(() => controller.abort(), 1000);\nawait slow(controller.signal);\nclearTimeout(timer);`,
      sleep,
    ),
  },
  {
    name: 'a controller that nobody aborts',
    code: unbounded(`await slow(new AbortController().signal);`, sleep),
  },
  {
    name: 'a timer that aborts nothing',
    code: unbounded(`setTimeout(() => console.log('slow'), 1000);\nawait slow();`, sleep),
  },
  {
    name: 'a race against a timer',
    code: bounded(`await Promise.race([slow(), new Promise((_, fail) => setTimeout(fail, 1000))]);`, sleep),
  },
  {
    name: 'a race against a timer in a constant',
    code: bounded(
      `const limit = new Promise((_, fail) => setTimeout(fail, 1000));\nawait Promise.race([slow(), limit]);`,
      sleep,
    ),
  },
  {
    name: 'a race against a helper',
    code: bounded(
      `await Promise.race([slow(), after(1000)]);`,
      `${sleep}const after = (ms: number) => new Promise((_, fail) => setTimeout(fail, ms));\n`,
    ),
  },
  { name: 'a race of other things', code: unbounded(`await Promise.race([slow(), slow()]);`, sleep) },
  {
    name: 'Promise.all with a timer',
    code: unbounded(`await Promise.all([slow(), new Promise((done) => setTimeout(done, 1000))]);`, sleep),
  },
  {
    name: 'a helper of the same file',
    code: bounded(
      `await limited(() => slow());`,
      `${sleep}async function limited<T>(run: () => Promise<T>) {\n  return Promise.race([run(), new Promise((_, fail) => setTimeout(fail, 1000))]);\n}\n`,
    ),
  },
  {
    name: 'a helper of another file',
    code: {
      'limit.ts': `export async function limited<T>(run: (signal: AbortSignal) => Promise<T>) {\n  return run(AbortSignal.timeout(1000));\n}`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { limited } from './limit.js';\nexport const work = new Worker('mail', async () => limited((signal) => fetch('x', { signal })), { connection: {} });`,
    },
  },
  {
    name: 'a helper two calls away',
    code: bounded(
      `await outer();`,
      `${sleep}async function inner() {\n  await slow(AbortSignal.timeout(5));\n}\nasync function outer() {\n  await inner();\n}\n`,
    ),
  },
  {
    name: 'a helper that bounds nothing',
    code: unbounded(`await outer();`, `${sleep}async function outer() {\n  await slow();\n}\n`),
  },
  {
    name: 'p-timeout, under another name',
    code: {
      'p-timeout.d.ts': `declare module 'p-timeout' {\n  export default function pTimeout<T>(promise: Promise<T>, options: { milliseconds: number }): Promise<T>;\n}`,
      'app.ts': `import { Worker } from 'bullmq';\nimport limit from 'p-timeout';\nexport const work = new Worker('mail', async () => limit(fetch('x'), { milliseconds: 5 }), { connection: {} });`,
    },
    broken: true,
  },
  {
    name: 'p-timeout whose types are missing',
    code: `import { Worker } from 'bullmq';\nimport limit from 'p-timeout';\nexport const work = new Worker('mail', async () => limit(fetch('x'), { milliseconds: 5 }), { connection: {} });`,
    broken: true,
  },
  {
    name: 'an own function named pTimeout',
    code: unbounded(`await pTimeout(slow());`, `${sleep}const pTimeout = <T>(it: Promise<T>) => it;\n`),
  },
  {
    name: 'a bound that another function has',
    code: `${unbounded(`await slow();`, sleep)}\nexport const other = () => slow(AbortSignal.timeout(5));`,
  },
];

const trivial: readonly Case[] = [
  { name: 'waits for nothing', code: bounded(`console.log(job.id);`) },
  { name: 'returns a constant', code: bounded(`return 1;`) },
  { name: 'throws', code: bounded(`throw new Error(job.name);`) },
  {
    name: 'returns a field',
    code: bounded(`return job.data;`),
  },
  { name: 'returns what may be a promise', code: unbounded(`return slow();`, sleep) },
  { name: 'awaits', code: unbounded(`await slow();`, sleep) },
  { name: 'goes round a loop', code: unbounded(`while (job.data) job.data.n -= 1;`) },
  { name: 'goes through a list', code: bounded(`for (const n of [1, 2]) console.log(n, job.id);`) },
  {
    name: 'goes through an async list',
    code: unbounded(
      `for await (const n of list()) console.log(n, job.id);`,
      `declare function list(): AsyncIterable<number>;\n`,
    ),
  },
  {
    name: 'an expression body',
    code: `${head}export const work = new Worker('mail', async (job) => job.id, options);${tail}`,
  },
  {
    name: 'an expression body that calls',
    code: `${head}${sleep}export const work = new «Worker»('mail', async () => slow(), options);${tail}`,
  },
];

const handlers: readonly Case[] = [
  {
    name: 'a function by name',
    code: `${head}${sleep}async function run(job: Job) {\n  await slow();\n  return job;\n}\nexport const work = new «Worker»('mail', run, options);${tail}`,
  },
  {
    name: 'an imported function',
    code: {
      'run.ts': `export async function run() {\n  await fetch('x');\n}`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { run } from './run.js';\nexport const work = new «Worker»('mail', run, { connection: {} });`,
    },
  },
  {
    name: 'an imported function that bounds itself',
    code: {
      'run.ts': `export async function run() {\n  await fetch('x', { signal: AbortSignal.timeout(5) });\n}`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { run } from './run.js';\nexport const work = new Worker('mail', run, { connection: {} });`,
    },
  },
  {
    name: 'a method',
    code: `${head}${sleep}export class Mails {\n  readonly work = new «Worker»('mail', this.run, options);\n  async run() {\n    await slow();\n  }\n}${tail}`,
  },
  {
    name: 'a bound method',
    code: `${head}${sleep}export class Mails {\n  readonly work = new «Worker»('mail', this.run.bind(this), options);\n  async run() {\n    await slow();\n  }\n}${tail}`,
  },
  {
    name: 'a method called by an arrow',
    code: `${head}${sleep}export class Mails {\n  readonly work = new Worker('mail', (job) => this.run(job), options);\n  async run(job: Job) {\n    await slow(AbortSignal.timeout(5));\n    return job;\n  }\n}${tail}`,
  },
  {
    name: 'a wrapped function',
    code: `${head}${sleep}const measured = <T>(run: () => Promise<T>) => async () => run();\nexport const work = new «Worker»('mail', measured(async () => slow()), options);${tail}`,
  },
  {
    name: 'a wrapper that limits the function',
    code: `${head}${sleep}const limited = <T>(run: (signal: AbortSignal) => Promise<T>) => async () => run(AbortSignal.timeout(5));\nexport const work = new Worker('mail', limited(async (signal) => slow(signal)), options);${tail}`,
  },
  {
    name: 'a function of a registry: what it sets nobody knows',
    code: bounded(
      `const run = runners.get(job.name);\nif (!run) throw new Error(job.name);\nawait job.log('starts');\nreturn run.handle(job);`,
      `const runners = new Map<string, { handle: (job: Job) => Promise<unknown> }>();\n`,
    ),
  },
  {
    name: 'a function of a record, taken out of it',
    code: bounded(
      `const { handle } = runners[job.name]!;\nawait handle(job);`,
      `const runners: Record<string, { handle(job: Job): Promise<void> }> = {};\n`,
    ),
  },
  {
    name: 'a method that others implement, behind a function',
    code: bounded(
      `await runner.handle(job);`,
      `abstract class Runner {\n  async handle(job: Job) {\n    this.check(job);\n    return this.run(job);\n  }\n  check(job: Job) {\n    if (!job.name) throw new Error('none');\n  }\n  abstract run(job: Job): Promise<void>;\n}\nexport const runner = null as unknown as Runner;\n`,
    ),
  },
  {
    name: 'a function that a package made',
    code: unbounded(
      `const run = promisify(exec);\nawait run(job.data.command);`,
      `import { exec } from 'node:child_process';\nimport { promisify } from 'node:util';\n`,
    ),
  },
  {
    name: 'a service behind an interface',
    code: unbounded(
      `await metrics.run(job.data.id);`,
      `interface Metrics {\n  run(id: string): Promise<void>;\n}\nexport const metrics = null as unknown as Metrics;\n`,
    ),
  },
  {
    name: 'a function of a registry, beside something that sets no limit',
    code: unbounded(
      `await fetch(job.data.url);\nawait runners.get(job.name)?.handle(job);`,
      `const runners = new Map<string, { handle: (job: Job) => Promise<unknown> }>();\n`,
    ),
  },
  {
    name: 'a handler that is not known',
    code: `${head}declare const run: Processor;\nexport const work = new Worker('mail', run, options);${tail}`,
  },
  {
    name: 'a parameter',
    code: `${head}export const start = (run: Processor) => new Worker('mail', run, options);${tail}`,
  },
  {
    name: 'a typed handler',
    code: `${head}${sleep}export const «run»: Processor = async () => {\n  await slow();\n};${tail}`,
  },
  {
    name: 'a typed handler that is registered here: once, at the registration',
    code: `${head}${sleep}export const run: Processor = async () => {\n  await slow();\n};\nexport const work = new «Worker»('mail', run, options);${tail}`,
  },
  {
    name: 'a typed handler that is registered elsewhere: once, there',
    code: {
      'run.ts': `import type { Processor } from 'bullmq';\nexport const run: Processor = async () => {\n  await fetch('x');\n};`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { run } from './run.js';\nexport const work = new «Worker»('mail', run, { connection: {} });`,
    },
  },
  {
    name: 'satisfies Processor',
    code: `${head}${sleep}export const «run» = (async () => {\n  await slow();\n}) satisfies Processor;${tail}`,
  },
  {
    name: 'one handler of two workers: once',
    code: `${head}${sleep}async function run() {\n  await slow();\n}\nexport const a = new «Worker»('a', run, options);\nexport const b = new Worker('b', run, options);${tail}`,
  },
  {
    name: 'a subclass of Worker',
    code: `${head}${sleep}class Mails extends Worker {\n  constructor() {\n    «super»('mail', async () => slow(), options);\n  }\n}\nexport const mails = new Mails();${tail}`,
  },
  {
    name: 'a worker of a namespace import',
    code: `import * as mq from 'bullmq';\nexport const work = new mq.«Worker»('mail', async () => fetch('x'), { connection: {} });`,
  },
  { name: 'no handler', code: `${head}export const work = new Worker('mail', null, options);${tail}` },
  {
    name: 'a NestJS processor: at the decorator',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\n«@Processor('mail')»\nexport class Mails extends WorkerHost {\n  async process() {\n    await fetch('x');\n  }\n}`,
  },
  {
    name: 'a NestJS processor whose process is inherited',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nabstract class Base extends WorkerHost {\n  async process() {\n    await fetch('x');\n  }\n}\n«@Processor('mail')»\nexport class Mails extends Base {}`,
  },
];

const files = (reference: string, name = 'work.ts'): Record<string, string> => ({
  'app.ts': `import { join } from 'node:path';\nimport { fileURLToPath } from 'node:url';\nimport { Worker } from 'bullmq';\nexport const work = new «Worker»('mail', ${reference}, { connection: {} });\nexport { join, fileURLToPath };`,
  [name]: `export default async function work() {\n  await fetch('x');\n}`,
});
const sandboxed: readonly Case[] = [
  { name: 'path.join(__dirname, …)', code: files(`join(__dirname, 'work.js')`) },
  { name: 'path.join(import.meta.dirname, …)', code: files(`join(import.meta.dirname, 'work.js')`) },
  { name: 'a folder beneath', code: files(`join(__dirname, 'jobs', 'work.js')`, 'jobs/work.ts') },
  { name: 'new URL(…, import.meta.url)', code: files(`new URL('./work.js', import.meta.url)`) },
  { name: 'fileURLToPath(new URL(…))', code: files(`fileURLToPath(new URL('./work.js', import.meta.url))`) },
  { name: 'a template of __dirname', code: files('`${__dirname}/work.js`') },
  { name: 'a text', code: files(`'./work.js'`) },
  {
    name: 'a file that is not in the program',
    code: `import { Worker } from 'bullmq';\nexport const work = new Worker('mail', './elsewhere.js', { connection: {} });`,
  },
  {
    name: 'a file that bounds itself',
    code: {
      'app.ts': `import { Worker } from 'bullmq';\nexport const work = new Worker('mail', './work.js', { connection: {} });`,
      'work.ts': `export default async () => {\n  await fetch('x', { signal: AbortSignal.timeout(5) });\n};`,
    },
  },
  {
    name: 'a .cjs file with module.exports',
    code: {
      'app.ts': `import { Worker } from 'bullmq';\nexport const work = new «Worker»('mail', './work.cjs', { connection: {} });`,
      'work.cjs': `module.exports = async () => {\n  await fetch('x');\n};`,
    },
  },
  {
    name: 'a file whose function takes a SandboxedJob, registered by nobody here',
    code: `import type { SandboxedJob } from 'bullmq';\nexport default async function «work»(job: SandboxedJob) {\n  await fetch(job.data.url);\n}`,
  },
  {
    name: 'a function that takes a SandboxedJob and is not exported',
    code: `import type { SandboxedJob } from 'bullmq';\nasync function helper(job: SandboxedJob) {\n  await fetch(job.data.url);\n}\nexport const name = helper.name;`,
  },
];

const bull = (queue: string, text: string): string =>
  `import Bull from 'bull';\nconst mail = new Bull('mail'${queue});\n${text}`;
const work = `async () => {\n  await fetch('x');\n}`;
const dispatchLimit: readonly Case[] = [
  {
    name: 'nothing: at process',
    code: bull('', `mail.«process»(${work});`),
    messages: [
      'Nothing limits the time of this task: one call that never answers holds a worker for ever. State `timeout`, or bound the work yourself.',
    ],
    outputs: [[]],
  },
  {
    name: 'timeout in the defaults of the queue that dispatches',
    code: bull(
      ', { defaultJobOptions: { timeout: 5 } }',
      `mail.process(${work});\nawait mail.add({ id: 1 });`,
    ),
  },
  {
    name: 'timeout in the defaults of a queue that only processes here',
    code: bull(', { defaultJobOptions: { timeout: 5 } }', `mail.process(${work});`),
  },
  {
    name: 'timeout at the dispatch',
    code: bull('', `mail.process(${work});\nawait mail.add({ id: 1 }, { timeout: 5 });`),
  },
  {
    name: 'timeout at the dispatch of another file',
    code: {
      'send.ts': `import Bull from 'bull';\nawait new Bull('mail').add({ id: 1 }, { timeout: 5 });`,
      'app.ts': bull('', `mail.process(${work});`),
    },
  },
  {
    name: 'timeout at the dispatch of another queue',
    code: bull('', `mail.«process»(${work});\nawait new Bull('sms').add({ id: 1 }, { timeout: 5 });`),
  },
  {
    name: 'a dispatch whose options are not known',
    code: bull('', `mail.process(${work});\nawait mail.add({ id: 1 }, JSON.parse('{}'));`),
  },
  {
    name: 'the function bounds itself',
    code: bull('', `mail.process(async () => fetch('x', { signal: AbortSignal.timeout(5) }));`),
  },
  { name: 'a named process', code: bull('', `mail.«process»('send', ${work});`) },
  { name: 'a named process with a concurrency', code: bull('', `mail.«process»('send', 5, ${work});`) },
  { name: 'a concurrency', code: bull('', `mail.«process»(5, ${work});`) },
  {
    name: 'a callback that is called at once',
    code: bull('', `mail.process((job, done) => {\n  done(null, job.id);\n});`),
  },
  {
    name: 'NestJS: at the decorator of the method',
    code: `import { BullModule, Process, Processor } from '@nestjs/bull';\nexport const modules = [BullModule.forRoot({}), BullModule.registerQueue({ name: 'mail' })];\n@Processor('mail')\nexport class Mails {\n  «@Process('a')»\n  async a() {\n    await fetch('x');\n  }\n  @Process('b')\n  b() {\n    return 1;\n  }\n}`,
  },
].map((each) => ({ ids: 'undecided', ...each }));

const framework = `export class SoftTimeLimitExceeded extends Error {}\nexport function task(name: string, options: { timeLimit?: number; softTimeLimit?: number }, run: () => Promise<unknown>): void {\n  void [name, options, run];\n}`;
const own = (
  text: string,
  limit: object = { option: 'timeLimit', unit: 's', default: 'none' },
  options = {},
): Omit<Case, 'name'> => ({
  code: {
    'own.ts': framework,
    'app.ts': `import { SoftTimeLimitExceeded, task } from './own.js';\n${text}\nexport { SoftTimeLimitExceeded };`,
  },
  options,
  settings: {
    libraries: [
      {
        name: 'Own',
        files: ['own.ts'],
        handlers: [{ call: 'task', task: 'arg0', options: 'arg1', handler: 'arg2' }],
        timeLimit: limit,
        softTimeLimit: {
          option: 'softTimeLimit',
          unit: 's',
          default: 'none',
          error: 'SoftTimeLimitExceeded',
        },
        suggest: { timeLimit: 'timeLimit: 300', softTimeLimit: 'softTimeLimit: 270' },
      },
    ],
  },
});
const run = `async () => fetch('x')`;
const definitionLimit: readonly Case[] = [
  {
    name: 'nothing: at the callee',
    ...own(`«task»('a', {}, ${run});`),
    ids: 'undecided',
    outputs: [[`task('a', { timeLimit: 300 }, async () => fetch('x'));`]],
  },
  { name: 'stated', ...own(`task('a', { timeLimit: 60 }, ${run});`) },
  {
    name: 'stated in a constant',
    ...own(`const shared = { timeLimit: 60 };\ntask('a', { ...shared }, ${run});`),
  },
  {
    name: 'zero is none: at the option',
    ...own(`task('a', { «timeLimit: 0» }, ${run});`),
    ids: 'none',
    messages: ['`timeLimit: 0` is no limit'],
  },
  { name: 'Infinity is none', ...own(`task('a', { «timeLimit: Infinity» }, ${run});`), ids: 'none' },
  {
    name: 'undefined states nothing',
    ...own(`«task»('a', { timeLimit: undefined }, ${run});`),
    broken: true,
    ids: 'undecided',
  },
  { name: 'not known', ...own(`task('a', { timeLimit: Number(process.env['LIMIT']) }, ${run});`) },
  {
    name: 'bounded by itself',
    ...own(`task('a', {}, async () => fetch('x', { signal: AbortSignal.timeout(5) }));`),
  },
  {
    name: 'a bounded default is silent',
    ...own(`task('a', {}, ${run});`, { option: 'timeLimit', unit: 's', default: 900_000 }),
  },
  {
    name: 'a bounded default is reported with stated',
    ...own(
      `«task»('a', {}, ${run});`,
      { option: 'timeLimit', unit: 's', default: 900_000 },
      { stated: true },
    ),
    ids: 'bounded',
    messages: ['by default Own allows 900 s. State `timeLimit`.'],
    outputs: [[`task('a', { timeLimit: 300 }, async () => fetch('x'));`]],
  },
  {
    name: 'soft: none is stated',
    ...own(`«task»('a', { timeLimit: 60 }, ${run});`, undefined, { soft: true }),
    ids: 'soft',
    messages: ['State `softTimeLimit`.'],
    outputs: [[`task('a', { timeLimit: 60, softTimeLimit: 270 }, async () => fetch('x'));`]],
    staysAfterSuggestion: 'then the handling of the soft limit is missing (`unhandled`): a second step',
  },
  {
    name: 'soft: stated and not handled',
    ...own(`«task»('a', { timeLimit: 60, softTimeLimit: 50 }, ${run});`, undefined, { soft: true }),
    ids: 'unhandled',
    messages: ['nothing that handles `SoftTimeLimitExceeded`'],
  },
  {
    name: 'soft: handled in a catch',
    ...own(
      `task('a', { timeLimit: 60, softTimeLimit: 50 }, async () => {\n  try {\n    await fetch('x');\n  } catch (error) {\n    if (error instanceof SoftTimeLimitExceeded) return;\n    throw error;\n  }\n});`,
      undefined,
      { soft: true },
    ),
  },
  {
    name: 'soft: handled in a helper',
    ...own(
      `function note(error: unknown) {\n  if (!(error instanceof SoftTimeLimitExceeded)) throw error;\n}\ntask('a', { timeLimit: 60, softTimeLimit: 50 }, async () => fetch('x').catch((error: unknown) => note(error)));`,
      undefined,
      { soft: true },
    ),
  },
  { name: 'soft: not asked for by default', ...own(`task('a', { timeLimit: 60 }, ${run});`) },
];

const untyped: readonly Case[] = [
  {
    name: 'silent: calls cannot be followed',
    code: {
      'app.js': `import { Worker } from 'bullmq';\nexport const work = new Worker('mail', async () => fetch('x'), {});`,
    },
    untyped: true,
  },
];

testRule(
  'require-time-limit',
  'without',
  {
    bounds,
    trivial,
    handlers,
    sandboxed,
    'a limit at the dispatch': dispatchLimit,
    'a limit at the definition': definitionLimit,
    untyped,
  },
  { typedOutputs: true },
);
