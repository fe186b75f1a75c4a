import { type Case, testRule } from './support.js';

/** Packages that are not installed here, as far as the samples use them. */
const packages = `
declare module 'p-retry' {
  export interface Options { retries?: number; forever?: boolean; minTimeout?: number }
  export default function pRetry<T>(run: (attempt: number) => Promise<T> | T, options?: Options): Promise<T>;
}
declare module 'async-retry' {
  export default function retry<T>(run: () => Promise<T>, options?: { retries?: number; forever?: boolean }): Promise<T>;
}
declare module 'promise-retry' {
  function promiseRetry<T>(options: { retries?: number }, run: (retry: (error: unknown) => never) => Promise<T>): Promise<T>;
  function promiseRetry<T>(run: (retry: (error: unknown) => never) => Promise<T>): Promise<T>;
  export = promiseRetry;
}
declare module 'exponential-backoff' {
  export function backOff<T>(run: () => Promise<T>, options?: { numOfAttempts?: number }): Promise<T>;
}
declare module 'ts-retry' {
  export function retryAsync<T>(run: () => Promise<T>, options?: { maxTry?: number }): Promise<T>;
}
declare module 'ts-retry-promise' {
  export function retry<T>(run: () => Promise<T>, options?: { retries?: number }): Promise<T>;
  export function wait(ms: number): Promise<void>;
}
declare module '@lifeomic/attempt' {
  export function retry<T>(run: () => Promise<T>, options?: { maxAttempts?: number }): Promise<T>;
}
declare module 'async' {
  export function retry<T>(options: number | { times?: number }, run: () => Promise<T>): Promise<T>;
}
declare module 'cockatiel' {
  export interface RetryPolicy { execute<T>(run: () => Promise<T>): Promise<T> }
  export const handleAll: object;
  export function retry(policy: object, options: { maxAttempts?: number }): RetryPolicy;
}
declare module 'fetch-retry' {
  export default function builder(fetch: typeof globalThis.fetch, options?: { retries?: number }): typeof globalThis.fetch;
}
declare module 'got' {
  interface Options { retry?: { limit?: number } | number }
  interface Got { (url: string, options?: Options): Promise<string>; get(url: string, options?: Options): Promise<string>; extend(options: Options): Got }
  const got: Got;
  export default got;
}
declare module 'ky' {
  interface Options { retry?: { limit?: number } | number }
  interface Ky { (url: string, options?: Options): Promise<string>; get(url: string, options?: Options): Promise<string>; create(options: Options): Ky }
  const ky: Ky;
  export default ky;
}
declare module 'axios-retry' {
  export default function axiosRetry(client: object, options?: { retries?: number; retryCondition?: () => boolean }): void;
}
declare module 'openai' {
  export default class OpenAI {
    constructor(options?: { maxRetries?: number });
    readonly chat: { readonly completions: { create(body: object): Promise<object> } };
  }
}
`;
const files = (
  app: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  'packages.d.ts': packages,
  ...more,
  'app.ts': app,
});
/** A BullMQ worker whose queue runs each job five times. */
const worker = (body: string, before = '', options = 'attempts: 5'): Readonly<Record<string, string>> =>
  files(
    `import { Queue, UnrecoverableError, Worker } from 'bullmq';
${before}
declare function load(id?: string): Promise<string>;
export const mails = new Queue('mails', { connection: {}, defaultJobOptions: { ${options} } });
export const work = new Worker('mails', async (job) => {
${body}
}, { connection: {} });
export { load, UnrecoverableError };`,
  );
const pRetry = `import pRetry from 'p-retry';`;

const reported: readonly Case[] = [
  {
    name: 'p-retry',
    code: worker(`return «pRetry»(() => load(job.id), { retries: 2 });`, pRetry),
    messages: [
      '`pRetry` runs this up to 3 times (line 6), and BullMQ runs the whole task up to 5 times (line 4): 15 runs while a service is down, and the worker is held meanwhile. Leave the retries to one of them.',
    ],
  },
  {
    name: 'by its own default',
    code: worker(
      `await «pRetry»(() => load());\nawait «pRetry»(() => load(job.id), { minTimeout: 5 });`,
      pRetry,
    ),
    messages: [
      'up to 11 times (its default), and BullMQ runs the whole task up to 5 times (line 4): 55 runs',
    ],
  },
  {
    name: 'without end',
    code: worker(`await «pRetry»(() => load(), { forever: true });\nreturn job;`, pRetry),
    messages: [
      'runs this without end (line 6), and BullMQ runs the whole task up to 5 times (line 4): runs without end',
    ],
  },
  {
    name: 'the job’s own attempts',
    code: worker(
      `await «pRetry»(() => load(), { retries: 1 });\nreturn job;`,
      `${pRetry}\nexport const send = () => mails.add('send', {}, { attempts: 4 });`,
      '',
    ),
    messages: ['BullMQ runs the whole task up to 4 times (line 3): 8 runs'],
  },
  {
    name: 'renamed, in a loop, with a constant',
    code: worker(
      `for (const id of ['a', 'b']) await «again»(() => load(id), options);\nreturn job;`,
      `import again from 'p-retry';\nconst options = { retries: 4 } as const;`,
    ),
  },
  {
    name: 'through a function of another file: at the call, with the chain',
    code: {
      ...worker(`await «fetchUser»(String(job.id));`, `import { fetchUser } from './users.js';`),
      'users.ts': `import pRetry from 'p-retry';\nexport const retried = <T>(run: () => Promise<T>) => pRetry(run, { retries: 3 });\nexport async function fetchUser(id: string) {\n  return retried(async () => id);\n}`,
    },
    ids: 'leads',
    messages: ['This task retries by itself (the handler → fetchUser → retried: `pRetry`, up to 4 times ('],
  },
  {
    name: 'one retry behind two calls is one report, at the first; another one is another report',
    code: {
      ...worker(
        `await «fetchUser»('a');\nawait fetchUser('b');\nawait fetchMail(String(job.id));\nawait «fetchFile»('c');`,
        `import { fetchFile, fetchMail, fetchUser } from './users.js';`,
      ),
      'users.ts': `import pRetry from 'p-retry';
const retried = <T>(run: () => Promise<T>) => pRetry(run, { retries: 3 });
export const fetchUser = (id: string) => retried(async () => id);
export const fetchMail = (id: string) => retried(async () => id);
export const fetchFile = (id: string) => pRetry(async () => id, { retries: 5 });`,
    },
    ids: 'leads',
    messages: ['up to 4 times', 'up to 6 times'],
  },
  {
    name: 'a method that retries',
    code: worker(
      `await new Users().«load»(String(job.id));`,
      `${pRetry}\nclass Users {\n  async load(id: string) {\n    return pRetry(async () => id, { retries: 3 });\n  }\n}`,
    ),
    ids: 'leads',
  },
  {
    name: 'all the packages',
    code: worker(
      `await «retry»(() => load(), { retries: 2 });
await «promiseRetry»({ retries: 2 }, () => load());
await «promiseRetry»(() => load());
await «backOff»(() => load(), { numOfAttempts: 3 });
await «retryAsync»(() => load(), { maxTry: 3 });
await «tries»(() => load());
await «attempt»(() => load(), { maxAttempts: 4 });
await async.«retry»(3, () => load());
await async.«retry»({ times: 3 }, () => load());
return job;`,
      `import retry from 'async-retry';
import promiseRetry from 'promise-retry';
import { backOff } from 'exponential-backoff';
import { retryAsync } from 'ts-retry';
import { retry as tries } from 'ts-retry-promise';
import { retry as attempt } from '@lifeomic/attempt';
import * as async from 'async';`,
    ),
  },
  {
    name: 'promise-retry, whatever the error',
    code: worker(
      `return «promiseRetry»({ retries: 4 }, (again) => load().catch((error: unknown) => again(error)));`,
      `import promiseRetry from 'promise-retry';`,
    ),
  },
  {
    name: 'observables',
    code: worker(
      `return firstValueFrom(from(load(job.id)).pipe(«retry»(3)));`,
      `import { firstValueFrom, from, retry } from 'rxjs';`,
    ),
    messages: ['`retry` runs this up to 4 times'],
  },
  {
    name: 'policies and clients',
    code: worker(
      `await policy.«execute»(() => load());
await «again»('http://x');
await got.«get»('http://x', { retry: { limit: 5 } });
await patient.«get»('http://x');
await «ky»('http://x', { retry: 4 });
await api.«get»('http://x');
await ai.chat.completions.«create»({});
return job;`,
      `import { handleAll, retry } from 'cockatiel';
import build from 'fetch-retry';
import got from 'got';
import ky from 'ky';
import OpenAI from 'openai';
const policy = retry(handleAll, { maxAttempts: 3 });
const again = build(fetch, { retries: 2 });
const patient = got.extend({ retry: { limit: 8 } });
const api = ky.create({ retry: 6 });
const ai = new OpenAI({ maxRetries: 8 });`,
    ),
  },
  {
    name: 'a client that axios-retry changed',
    code: {
      ...worker(
        `await client.«get»('http://x');\nawait client.post('http://x');\nreturn job;`,
        `import { client } from './client.js';`,
      ),
      'client.ts': `import axios from 'axios';\nimport axiosRetry from 'axios-retry';\nexport const client = axios.create();\naxiosRetry(client, { retries: 3 });`,
    },
    messages: ['runs this up to 4 times (client.ts:4)'],
  },
  {
    name: 'axios-retry with a condition of its own: every request',
    code: worker(
      `await client.«post»('http://x');\nreturn job;`,
      `import axios from 'axios';\nimport axiosRetry from 'axios-retry';\nconst client = axios.create();\naxiosRetry(client, { retryCondition: () => true });`,
    ),
    messages: ['runs this up to 4 times (its default)'],
  },
  {
    name: 'a client of AWS with many attempts',
    code: worker(
      `await sqs.«send»(new ListQueuesCommand({}));\nreturn job;`,
      `import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';\nconst sqs = new SQSClient({ maxAttempts: 10 });`,
    ),
    messages: ['runs this up to 10 times'],
  },
  {
    name: 'an error that is thrown on',
    code: worker(
      `try {\n  await «pRetry»(() => load(job.id), { retries: 2 });\n} catch (error) {\n  throw new Error('no answer', { cause: error });\n}`,
      pRetry,
    ),
  },
];

const fine: readonly Case[] = [
  {
    name: 'promise-retry that is asked after some errors alone',
    code: worker(
      `await promiseRetry({ retries: 4 }, (again) => load().catch((error: unknown) => { if (error instanceof RangeError) again(error); throw error; }));
await promiseRetry({ retries: 4 }, (again) => load().catch((error: unknown) => { if (error instanceof TypeError) throw error; return again(error); }));
return promiseRetry({ retries: 4 }, (again) => load().catch((error: unknown) => error instanceof RangeError ? again(error) : Promise.reject(error)));`,
      `import promiseRetry from 'promise-retry';`,
    ),
  },
  {
    name: 'a job that runs once',
    code: worker(`return pRetry(() => load(job.id), { retries: 2 });`, pRetry, 'attempts: 1'),
  },
  {
    name: 'a job that runs once by default',
    code: worker(`return pRetry(() => load(job.id), { retries: 2 });`, pRetry, ''),
  },
  { name: 'no retries', code: worker(`return pRetry(() => load(job.id), { retries: 0 });`, pRetry) },
  {
    name: 'retries that nobody can read',
    code: worker(
      `await pRetry(() => load(), { retries: Number(process.env['RETRIES']) });\nawait pRetry(() => load(), options);\nreturn job;`,
      `${pRetry}\ndeclare const options: { retries: number };`,
    ),
  },
  {
    name: 'attempts that nobody can read',
    code: worker(
      `return pRetry(() => load(job.id), { retries: 2 });`,
      `${pRetry}\ndeclare const attempts: number;`,
      'attempts',
    ),
  },
  {
    name: 'what fails here fails no task',
    code: worker(
      `try {\n  await pRetry(() => load(), { retries: 2 });\n} catch (error) {\n  console.error(error);\n}
await pRetry(() => load(), { retries: 2 }).catch(() => null);
void pRetry(() => load(), { retries: 2 });
return job;`,
      pRetry,
    ),
  },
  {
    name: 'what fails here ends the task',
    code: worker(
      `try {\n  await pRetry(() => load(), { retries: 2 });\n} catch (error) {\n  throw new UnrecoverableError(String(error));\n}\nreturn job;`,
      pRetry,
    ),
  },
  {
    name: 'clients with what they do by themselves',
    code: worker(
      `await ai.chat.completions.create({});\nawait got.get('http://x');\nawait sqs.send(new ListQueuesCommand({}));\nreturn job;`,
      `import got from 'got';\nimport OpenAI from 'openai';\nimport { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';\nconst sqs = new SQSClient({ maxAttempts: 3 });\nconst ai = new OpenAI({ maxRetries: 1 });`,
    ),
  },
  {
    name: 'other functions of these packages, and of the same name',
    code: worker(
      `await wait(5);\nawait retry(() => load(), { retries: 5 });\nreturn job;`,
      `import { wait } from 'ts-retry-promise';\nasync function retry(run: () => Promise<string>, options: { retries: number }) {\n  return options.retries ? run() : '';\n}`,
    ),
  },
  {
    name: 'outside of a handler',
    code: worker(
      `return job;`,
      `${pRetry}\nexport const start = () => pRetry(() => load(), { retries: 3 });`,
    ),
  },
  {
    name: 'any, and arguments that are wrong',
    code: worker(
      `await pRetry(() => load(), any);\nawait pRetry();\nawait pRetry(() => load(), ...[]);\nreturn job;`,
      `${pRetry}\ndeclare const any: any;`,
    ),
    broken: true,
  },
];

const libraries: readonly Case[] = [
  {
    name: 'Trigger.dev: by its definition',
    code: files(
      `import { task } from '@trigger.dev/sdk/v3';\nimport pRetry from 'p-retry';\nexport const send = task({ id: 'send', retry: { maxAttempts: 3 }, run: async (id: string) => {\n  await «pRetry»(async () => id, { retries: 1 });\n} });\nexport const once = task({ id: 'once', retry: { maxAttempts: 1 }, run: async (id: string) => {\n  await pRetry(async () => id, { retries: 1 });\n} });`,
    ),
    messages: ['Trigger.dev runs the whole task up to 3 times (line 3): 6 runs'],
  },
  {
    name: 'Inngest: by its default',
    code: files(
      `import { Inngest } from 'inngest';\nimport pRetry from 'p-retry';\nconst inngest = new Inngest({ id: 'app' });\nexport const send = inngest.createFunction({ id: 'send' }, { event: 'x' }, async ({ step }) => {\n  await step.run('send', () => «pRetry»(async () => 1, { retries: 1 }));\n});`,
    ),
    messages: ['Inngest runs the whole task up to 5 times (its default): 10 runs'],
  },
  {
    name: 'graphile-worker: by its default, and by the most that a dispatch asks for',
    code: files(
      `import { run, type Task, type WorkerUtils } from 'graphile-worker';\nimport pRetry from 'p-retry';\nconst send: Task = async () => {\n  await «pRetry»(async () => 1, { retries: 1 });\n};\nexport const start = () => run({ taskList: { send } });\nexport const add = (utils: WorkerUtils) => utils.addJob('send', {}, { maxAttempts: 3 });`,
    ),
    messages: ['graphile-worker runs the whole task up to 25 times (its default): 50 runs'],
  },
  {
    name: 'Hatchet',
    code: files(
      `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\nimport pRetry from 'p-retry';\nexport const resize = HatchetClient.init().task({ name: 'resize', retries: 2, fn: async () => {\n  await «pRetry»(async () => 1, { retries: 1 });\n  return {};\n} });`,
    ),
    messages: ['up to 3 times'],
  },
  {
    name: 'Bull',
    code: files(
      `import Bull from 'bull';\nimport pRetry from 'p-retry';\nconst mails = new Bull('mails', { defaultJobOptions: { attempts: 3 } });\nvoid mails.process(async () => {\n  await «pRetry»(async () => 1, { retries: 1 });\n});`,
    ),
  },
  {
    name: 'pg-boss',
    code: files(
      `import PgBoss from 'pg-boss';\nimport pRetry from 'p-retry';\nconst boss = new PgBoss('');\nawait boss.createQueue('mails', { name: 'mails', retryLimit: 4 });\nawait boss.work('mails', async () => {\n  await «pRetry»(async () => 1, { retries: 1 });\n});`,
    ),
    messages: ['pg-boss runs the whole task up to 5 times'],
  },
  {
    name: 'DBOS: a step that is retried, in a workflow that is not',
    code: files(
      `import { DBOS } from '@dbos-inc/dbos-sdk';\nimport pRetry from 'p-retry';\nexport const flow = DBOS.registerWorkflow(async () => {\n  await DBOS.runStep(() => «pRetry»(async () => 1, { retries: 1 }), { name: 'a', retriesAllowed: true, maxAttempts: 4 });\n  await DBOS.runStep(() => pRetry(async () => 1, { retries: 1 }), { name: 'b' });\n});`,
    ),
  },
  {
    name: 'Temporal says elsewhere how often its activities run: nothing is known',
    code: files(
      `import { Worker } from '@temporalio/worker';\nimport pRetry from 'p-retry';\nexport const activities = { charge: async () => pRetry(async () => 1, { retries: 1 }) };\nexport const worker = await Worker.create({ taskQueue: 'x', activities });`,
    ),
  },
  {
    name: 'a framework of the team’s own',
    code: files(
      `import { task } from './tasks.js';\nimport pRetry from 'p-retry';\nexport const send = task(async () => {\n  await «pRetry»(async () => 1, { retries: 1 });\n}, { runs: 3 });`,
      {
        'tasks.ts': `export function task(run: () => Promise<void>, options: { runs: number }): number {\n  return run.length + options.runs;\n}`,
      },
    ),
    settings: {
      libraries: [
        {
          name: 'Own',
          files: ['tasks.ts'],
          handlers: [{ call: 'task', handler: 'arg0', options: 'arg1' }],
          attempts: { option: 'runs', counts: 'runs', default: 1 },
        },
      ],
    },
  },
];

testRule('no-nested-retries', 'multiplies', { reported, fine, libraries });
