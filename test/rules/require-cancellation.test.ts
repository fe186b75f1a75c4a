import { type Case, testRule } from './support.js';

const boss = 'fixture-pg-boss-12/node_modules/pg-boss/dist/index.js';
/** A pg-boss 12 worker: its jobs carry the signal. */
const work = (handler: string, before = ''): string =>
  `import { PgBoss } from '${boss}';\nimport axios from 'axios';\nconst url = 'http://mail';\n${before}export const boss = new PgBoss('');\nexport const client = axios;\nawait boss.work<{ to: string }>('mail', ${handler});`;

const given: readonly Case[] = [
  {
    name: 'fetch without it',
    code: work(`async ([job]) => {\n  await «fetch»(url);\n  return job;\n}`),
    messages: [
      '`fetch` runs on when the job has expired and is handed out again, because it is not given the signal by which pg-boss says so: its work goes on for nobody. Pass it `job.signal`.',
    ],
    outputs: [['  await fetch(url, { signal: job.signal });'].map((line) => line.trim())],
  },
  {
    name: 'fetch with other options',
    code: work(`async ([job]) => {\n  await «fetch»(url, { method: 'POST', body: job?.data.to });\n}`),
    outputs: [["await fetch(url, { method: 'POST', body: job?.data.to, signal: job.signal });"]],
  },
  {
    name: 'options over several lines, and empty ones',
    code: work(
      `async ([job]) => {\n  await «fetch»(url, {\n    method: 'POST',\n  });\n  await «fetch»(url, {});\n  return job;\n}`,
    ),
    outputs: [['  signal: job.signal,'.trim()], ['await fetch(url, { signal: job.signal });']],
  },
  {
    name: 'in a loop over the jobs',
    code: work(`async (jobs) => {\n  for (const job of jobs) {\n    await «fetch»(job.data.to);\n  }\n}`),
    outputs: [['await fetch(job.data.to, { signal: job.signal });']],
  },
  {
    name: 'in a loop that takes the signal out',
    code: work(
      `async (jobs) => {\n  for (const { signal, data } of jobs) {\n    await «fetch»(data.to);\n    signal.throwIfAborted();\n  }\n}`,
    ),
    outputs: [['await fetch(data.to, { signal });']],
  },
  {
    name: 'in a callback over the jobs',
    code: work(`async (jobs) => {\n  await Promise.all(jobs.map((job) => «fetch»(job.data.to)));\n}`),
    outputs: [['await Promise.all(jobs.map((job) => fetch(job.data.to, { signal: job.signal })));']],
  },
  {
    name: 'where no name leads to it: no suggestion',
    code: work(`async () => {\n  await «fetch»(url);\n}`),
    messages: ['Pass it `….signal`.'.replace('….', '…')],
    outputs: [[]],
  },
  {
    name: 'an HTTP client',
    code: work(`async ([job]) => {\n  await client.«get»(url);\n  await axios.«post»(url, job?.data);\n}`),
    outputs: [
      ['await client.get(url, { signal: job.signal });'],
      ['await axios.post(url, job?.data, { signal: job.signal });'],
    ],
  },
  {
    name: 'a pause',
    code: work(
      `async ([job]) => {\n  await «pause»(5000, job);\n}`,
      `import { setTimeout as pause } from 'node:timers/promises';\n`,
    ),
    outputs: [['await pause(5000, job, { signal: job.signal });']],
  },
  {
    name: 'a child process',
    code: work(
      `async ([job]) => {\n  await «run»('ls', [String(job?.id)]);\n}`,
      `import { execFile } from 'node:child_process';\nimport { promisify } from 'node:util';\nconst run = promisify(execFile);\n`,
    ),
    bug: 'missed: of several overloads the one that is called takes none',
  },
  {
    name: 'a project function that takes one',
    code: work(
      `async ([job]) => {\n  await «send»(String(job?.data.to));\n}`,
      `async function send(to: string, signal?: AbortSignal): Promise<void> {\n  await fetch(to, { signal: signal ?? null });\n}\n`,
    ),
    outputs: [['await send(String(job?.data.to), job.signal);']],
  },
  {
    name: 'a project function of another file, with options that another constant holds',
    code: {
      'send.ts': `export interface Options { to: string; abortSignal?: AbortSignal }\nexport const send = async (options: Options): Promise<string> => options.to;`,
      'app.ts': `import { PgBoss } from '${boss}';\nimport { send } from './send.js';\nconst options = { to: 'x' };\nawait new PgBoss('').work('mail', async ([job]) => {\n  await «send»(options);\n  return job;\n});`,
    },
    outputs: [[]],
  },
  {
    name: 'a method',
    code: work(
      `async ([job]) => new Mails().«send»(String(job?.id))`,
      `class Mails {\n  async send(to: string, options: { signal?: AbortSignal } = {}): Promise<string> {\n    return options.signal ? to : '';\n  }\n}\n`,
    ),
    outputs: [
      [
        "await boss.work<{ to: string }>('mail', async ([job]) => new Mails().send(String(job?.id), { signal: job.signal }));",
      ],
    ],
  },
  {
    name: 'a handler by name',
    code: `import { PgBoss, type Job } from '${boss}';\nasync function send([job]: Job<{ to: string }>[]): Promise<void> {\n  await «fetch»(String(job?.data.to));\n}\nawait new PgBoss('').work<{ to: string }>('mail', send);\nawait new PgBoss('').work<{ to: string }>('news', send);`,
  },
  {
    name: 'in a try, and what is called in its own chain',
    code: work(
      `async ([job]) => {\n  try {\n    await «fetch»(url).then((answer) => answer.text());\n  } catch (error) {\n    throw new Error('no answer', { cause: error });\n  }\n  return job;\n}`,
    ),
  },
];

const fine: readonly Case[] = [
  {
    name: 'given',
    code: work(`async ([job]) => {\n  await fetch(url, { signal: job?.signal ?? null });\n}`),
  },
  {
    name: 'given as one of several',
    code: work(
      `async (jobs) => {\n  const signal = AbortSignal.any(jobs.map((job) => job.signal));\n  await fetch(url, { signal });\n}`,
    ),
  },
  {
    name: 'given by options that are built before',
    code: work(
      `async ([job]) => {\n  const options: RequestInit = { method: 'POST' };\n  options.signal = job?.signal ?? null;\n  await fetch(url, options);\n}`,
    ),
  },
  {
    name: 'options that nobody can read',
    code: work(
      `async ([job]) => {\n  await fetch(url, options(job?.id));\n}`,
      `declare function options(id: unknown): RequestInit;\n`,
    ),
  },
  {
    name: 'a spread that nobody can read',
    code: work(
      `async () => {\n  await fetch(url, { ...options(), method: 'POST' });\n}`,
      `declare function options(): RequestInit;\n`,
    ),
  },
  {
    name: 'bounded by itself',
    code: work(`async () => {\n  await fetch(url, { signal: AbortSignal.timeout(5000) });\n}`),
  },
  {
    name: 'bounded by an option',
    code: work(`async () => {\n  await axios.get(url, { timeout: 5000 });\n}`),
  },
  {
    name: 'bounded by its client',
    code: work(`async () => {\n  await mail.get(url);\n}`, `const mail = axios.create({ timeout: 5000 });\n`),
  },
  {
    name: 'bounded by what is around',
    code: work(
      `async () => {\n  await withTimeout(fetch(url), 5000);\n  await Promise.race([fetch(url), stop()]);\n}`,
      `declare function withTimeout<T>(work: Promise<T>, ms: number): Promise<T>;\ndeclare function stop(): Promise<never>;\n`,
    ),
  },
  {
    name: 'what cleans up must run when the signal is aborted',
    code: work(
      `async ([job]) => {\n  try {\n    job?.signal.throwIfAborted();\n  } catch (error) {\n    await fetch(url, { method: 'DELETE' });\n    throw error;\n  } finally {\n    await fetch(url, { method: 'DELETE' });\n  }\n}`,
    ),
  },
  {
    name: 'what a promise does in the end',
    code: work(
      `async ([job]) => {\n  await done(job).catch(() => fetch(url)).finally(() => fetch(url));\n}`,
      `declare function done(job: unknown): Promise<void>;\n`,
    ),
  },
  {
    name: 'calls that take none',
    code: work(
      `async ([job]) => {\n  await send(String(job?.id));\n  return JSON.stringify(job);\n}`,
      `declare function send(to: string): Promise<void>;\n`,
    ),
  },
  {
    name: 'what is done at once',
    code: work(
      `async () => {\n  watch(url);\n}`,
      `declare function watch(url: string, options?: { signal?: AbortSignal }): void;\n`,
    ),
  },
  {
    name: 'local files, listeners',
    code: work(
      `async () => {\n  await readFile('a');\n  await once(new EventEmitter(), 'x');\n}`,
      `import { readFile } from 'node:fs/promises';\nimport { EventEmitter, once } from 'node:events';\n`,
    ),
  },
  {
    name: 'a signal that must be given is TypeScript’s matter',
    code: work(
      `async ([job]) => {\n  await send(String(job?.id), { signal: null });\n}`,
      `declare function send(to: string, options: { signal: AbortSignal | null }): Promise<void>;\n`,
    ),
  },
  {
    name: 'outside of a handler',
    code: work('async () => {}', `export const ping = async () => fetch(url);\n`),
  },
  {
    name: 'an older pg-boss has no signal',
    code: `import PgBoss from 'pg-boss';\nawait new PgBoss('').work('mail', async ([job]) => {\n  await fetch(String(job?.id));\n});`,
  },
  {
    name: 'a look-alike of the library',
    code: `class PgBoss {\n  async work(name: string, run: (jobs: { signal: AbortSignal }[]) => Promise<unknown>) {\n    await run([]);\n    return name;\n  }\n}\nawait new PgBoss().work('mail', async () => fetch('x'));`,
  },
  {
    name: 'any',
    code: work(
      `async ([job]) => {\n  await send(job);\n}`,
      `// eslint-disable-next-line\ndeclare const send: any;\n`,
    ),
  },
  {
    name: 'broken code',
    code: work(
      `async ([job]) => {\n  await fetch(url, options());\n  missing.call(job);\n  await fetch(5, 6, 7);\n}`,
    ),
    broken: true,
  },
  { name: 'without types', code: work(`async ([job]) => {\n  await fetch(url);\n}`), untyped: true },
];

const bullmq = (handler: string): string =>
  `import { Worker } from 'bullmq';\nexport const worker = new Worker('mail', ${handler}, { connection: {} });`;

const libraries: readonly Case[] = [
  {
    name: 'BullMQ: a processor that takes it',
    code: bullmq(
      `async (job, _token, signal) => {\n  await «fetch»(String(job.id));\n  await fetch('x', { signal: signal ?? null });\n}`,
    ),
    messages: ['runs on when the job is cancelled'],
    outputs: [['await fetch(String(job.id), { signal });']],
  },
  {
    name: 'BullMQ hands it to nobody who does not take it',
    code: bullmq(`async (job) => fetch(String(job.id))`),
  },
  {
    name: '@nestjs/bullmq: a processor that takes it',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job } from 'bullmq';\n@Processor('mail')\nexport class Mails extends WorkerHost {\n  override async process(job: Job, _token?: string, signal?: AbortSignal): Promise<void> {\n    if (signal?.aborted) return;\n    await «fetch»(String(job.id));\n  }\n}`,
    outputs: [['await fetch(String(job.id), { signal });']],
  },
  {
    name: 'Temporal: an activity, with the function imported',
    code: {
      'app.ts': `import { Worker } from '@temporalio/worker';\nimport * as activities from './activities.js';\nexport const worker = await Worker.create({ taskQueue: 'mail', activities });`,
      'activities.ts': `import { Context } from '@temporalio/activity';\nexport async function charge(id: string): Promise<void> {\n  Context.current().heartbeat();\n  await «fetch»(id);\n}\nexport async function refund(id: string): Promise<void> {\n  await fetch(id, { signal: Context.current().cancellationSignal });\n}`,
    },
    messages: ['Pass it `Context.current().cancellationSignal`.'],
    outputs: [['await fetch(id, { signal: Context.current().cancellationSignal });']],
  },
  {
    name: 'Temporal: an activity, without it',
    code: {
      'app.ts': `import { Worker } from '@temporalio/worker';\nimport * as activities from './activities.js';\nexport const worker = await Worker.create({ taskQueue: 'mail', activities });`,
      'activities.ts': `export async function charge(id: string): Promise<void> {\n  await «fetch»(id);\n}`,
    },
    outputs: [[]],
  },
  {
    name: 'Hatchet',
    code: `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\nconst hatchet = HatchetClient.init();\nexport const resize = hatchet.task({ name: 'resize', fn: async (input: { url: string }, ctx) => {\n  await «fetch»(input.url);\n  await fetch(input.url, { signal: ctx.abortController.signal });\n  return {};\n} });\nexport const crop = hatchet.task({ name: 'crop', fn: async (input: { url: string }) => {\n  await «fetch»(input.url);\n  return {};\n} });`,
    outputs: [['await fetch(input.url, { signal: ctx.abortController.signal });'], []],
  },
  {
    name: 'AdonisJS’s queue: the job’s own',
    code: `import { Job } from '@boringnode/queue';\nexport class Mail extends Job<{ to: string }> {\n  async execute(): Promise<void> {\n    await «fetch»(this.payload.to);\n    await Promise.all([1].map(() => «fetch»(this.payload.to)));\n    await fetch(this.payload.to, { signal: this.signal ?? null });\n  }\n}`,
    outputs: [
      ['await fetch(this.payload.to, { signal: this.signal });'],
      ['await Promise.all([1].map(() => fetch(this.payload.to, { signal: this.signal })));'],
    ],
  },
  {
    name: 'Restate: the attempt is over',
    code: `import { service, type Context } from '@restatedev/restate-sdk';\nexport const mails = service({ name: 'mails', handlers: { send: async (ctx: Context, to: string) => {\n  await ctx.run('send', async () => {\n    await «fetch»(to);\n    await fetch(to, { signal: ctx.request().attemptCompletedSignal });\n  });\n} } });`,
    outputs: [['await fetch(to, { signal: ctx.request().attemptCompletedSignal });']],
  },
  {
    name: 'graphile-worker: a task that takes it',
    code: `import type { Task } from 'graphile-worker';\nexport const send: Task = async (payload, { abortSignal }) => {\n  await «fetch»(String(payload));\n  await fetch('x', { signal: abortSignal ?? null });\n};\nexport const quiet: Task = async (payload, helpers) => {\n  await fetch(String(payload));\n  helpers.logger.info('sent');\n};`,
    outputs: [['await fetch(String(payload), { signal: abortSignal });']],
  },
  {
    name: 'Trigger.dev: a task that takes it, and one that does not',
    code: `import { task } from '@trigger.dev/sdk/v3';\nexport const send = task({ id: 'send', run: async (payload: { to: string }, { signal }) => {\n  await «fetch»(payload.to);\n  await fetch(payload.to, { signal: signal ?? null });\n} });\nexport const quiet = task({ id: 'quiet', run: async (payload: { to: string }, { ctx }) => {\n  await fetch(payload.to, { headers: { run: ctx.run.id } });\n} });`,
    outputs: [['await fetch(payload.to, { signal });']],
  },
  {
    name: 'Sidequest: a job that takes it, and one that does not',
    code: `import { Job } from 'sidequest';\nexport class Mail extends Job {\n  async run(to: string): Promise<void> {\n    this.abortSignal.throwIfAborted();\n    await «fetch»(to);\n  }\n}\nexport class Quiet extends Job {\n  async run(to: string): Promise<void> {\n    await fetch(to);\n  }\n}`,
    outputs: [['await fetch(to, { signal: this.abortSignal });']],
  },
  {
    name: 'DBOS: a step that takes it, and one that does not',
    code: `import { DBOS } from '@dbos-inc/dbos-sdk';\nexport const send = DBOS.registerStep(async (to: string) => {\n  await «fetch»(to);\n  await fetch(to, { signal: DBOS.stepStatus?.timeoutSignal ?? null });\n}, { name: 'send' });\nexport const quiet = DBOS.registerStep(async (to: string) => {\n  await fetch(to);\n}, { name: 'quiet' });`,
  },
  {
    name: 'libraries without a signal',
    code: `import Bull from 'bull';\nvoid new Bull('mail').process(async (job) => {\n  await fetch(String(job.id));\n});`,
  },
  {
    name: 'a framework of the team’s own',
    code: {
      'tasks.ts': `export interface Context { stop: { signal: AbortSignal } }\nexport function task(run: (payload: string, context: Context) => Promise<void>): typeof run {\n  return run;\n}`,
      'app.ts': `import { task } from './tasks.js';\nexport const send = task(async (to, { stop }) => {\n  await «fetch»(to);\n  stop.signal.throwIfAborted();\n});`,
    },
    settings: {
      libraries: [
        {
          name: 'Own',
          files: ['tasks.ts'],
          handlers: [{ call: 'task', handler: 'arg0' }],
          signal: { at: 'param1.stop.signal', aborts: 'when the task is stopped' },
        },
      ],
    },
    messages: ['runs on when the task is stopped, because it is not given the signal by which Own says so'],
    outputs: [['await fetch(to, { signal: stop.signal });']],
  },
];

testRule('require-cancellation', 'ignores', { given, fine, libraries }, { typedOutputs: true });
