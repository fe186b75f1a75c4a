import { describe } from 'vitest';
import { type Case, testRule } from '../rules/support.js';

const bull = (text: string, queue = `new Bull('mail')`): string =>
  `import Bull from 'bull';\nconst mail = ${queue};\n${text}`;
const jobs = "{ attempts: 3, backoff: { type: 'exponential', delay: 1000 } }";
const withJobs = '{ defaultJobOptions: { attempts: 2 } }';

const queues: readonly Case[] = [
  { name: 'new', code: bull(`await mail.«add»({ id: 1 });`) },
  { name: 'a call', code: bull(`await mail.«add»({ id: 1 });`, `Bull('mail')`) },
  {
    name: 'the queue that isReady gives, out of a function',
    code: bull(
      `const ready = async (options?: Bull.QueueOptions) => { const made = new Bull('sms', options); return await made.isReady(); };\nawait (await ready()).«add»({ id: 1 });\nawait (await ready(${withJobs})).add({ id: 1 });\nexport { mail };`,
    ),
  },
  { name: 'new with defaults', code: bull(`await mail.add({ id: 1 });`, `new Bull('mail', ${withJobs})`) },
  { name: 'a call with defaults', code: bull(`await mail.add({ id: 1 });`, `Bull('mail', ${withJobs})`) },
  { name: 'new with a url', code: bull(`await mail.«add»({ id: 1 });`, `new Bull('mail', 'redis://x')`) },
  {
    name: 'new with a url and defaults',
    code: bull(`await mail.add({ id: 1 });`, `new Bull('mail', 'redis://x', ${withJobs})`),
  },
  {
    name: 'a call with a url and defaults',
    code: bull(`await mail.add({ id: 1 });`, `Bull('mail', 'redis://x', ${withJobs})`),
  },
  {
    name: 'a url of the environment and defaults',
    code: bull(
      `await mail.add({ id: 1 });`,
      `new Bull('mail', process.env['REDIS'] ?? 'redis://x', ${withJobs})`,
    ),
  },
  {
    name: 'a url of the environment without defaults',
    code: bull(`await mail.«add»({ id: 1 });`, `new Bull('mail', process.env['REDIS'] ?? 'redis://x')`),
  },
  {
    name: 'options that are not known',
    code: `import Bull, { type QueueOptions } from 'bull';\nexport function start(options: QueueOptions) {\n  const mail = new Bull('mail', options);\n  return mail.add({ id: 1 });\n}`,
  },
  { name: 'type arguments', code: bull(`await mail.«add»({ id: 1 });`, `new Bull<{ id: number }>('mail')`) },
];

const dispatches: readonly Case[] = [
  {
    name: 'data alone',
    code: bull(`await mail.«add»({ id: 1 });`),
    messages: ['Bull runs it once and then gives it up for failed.'],
    outputs: [[`await mail.add({ id: 1 }, ${jobs});`, `await mail.add({ id: 1 }, { attempts: 1 });`]],
  },
  {
    name: 'a name and data',
    code: bull(`await mail.«add»('send', { id: 1 });`),
    outputs: [
      [`await mail.add('send', { id: 1 }, ${jobs});`, `await mail.add('send', { id: 1 }, { attempts: 1 });`],
    ],
  },
  { name: 'data and options', code: bull(`await mail.add({ id: 1 }, { attempts: 2 });`) },
  { name: 'data and other options', code: bull(`await mail.add({ id: 1 }, «{ priority: 2 }»);`) },
  { name: 'a name, data and options', code: bull(`await mail.add('send', { id: 1 }, { attempts: 2 });`) },
  {
    name: 'a name, data and other options',
    code: bull(`await mail.add('send', { id: 1 }, «{ priority: 2 }»);`),
  },
  {
    name: 'a name in a constant',
    code: bull(`const send = 'send';\nawait mail.add(send, { id: 1 }, { attempts: 2 });`),
  },
  {
    name: 'a name of an enum',
    code: bull(
      `enum Jobs {\n  Send = 'send',\n}\nawait mail.add(Jobs.Send, { attempts: 1 }, «{ priority: 2 }»);`,
    ),
  },
  {
    name: 'a name of type string',
    code: bull(`export const send = (name: string) => mail.add(name, { attempts: 1 }, «{ priority: 2 }»);`),
  },
  {
    name: 'data of a type',
    code: bull(
      `interface Data {\n  id: number;\n}\nexport const send = (data: Data) => mail.add(data, { attempts: 2 });`,
    ),
  },
  { name: 'a list as data', code: bull(`await mail.add([1, 2], { attempts: 2 });`) },
  {
    name: 'data with a key of the same name as the option',
    code: bull(`await mail.«add»({ attempts: 5 });`),
  },
  {
    name: 'data that may be a name or not: unknown',
    code: bull(`export const send = (data: any) => mail.add(data, { attempts: 2 });`),
  },
  {
    name: 'addBulk',
    code: bull(
      `await mail.addBulk([«{ data: { id: 1 } }», { name: 'a', data: {}, opts: { attempts: 2 } }]);`,
    ),
  },
  {
    name: 'a text alone is a name',
    code: bull(`await mail.«add»('send');`),
    outputs: [
      [`await mail.add('send', undefined, ${jobs});`, `await mail.add('send', undefined, { attempts: 1 });`],
    ],
  },
  { name: 'process is no dispatch', code: bull(`void mail.process(async () => 1);`) },
];

const fetches = `async () => {\n  await fetch('x');\n}`;
const handlers: readonly Case[] = [
  { name: 'a function', code: bull(`void mail.«process»(${fetches});`) },
  { name: 'a concurrency and a function', code: bull(`void mail.«process»(3, ${fetches});`) },
  { name: 'a name and a function', code: bull(`void mail.«process»('a', ${fetches});`) },
  { name: 'a name, a concurrency and a function', code: bull(`void mail.«process»('a', 3, ${fetches});`) },
  {
    name: 'a callback',
    code: bull(`void mail.«process»((job, done) => {\n  setTimeout(() => done(null, job.id), 5);\n});`),
  },
  {
    name: 'a function by name',
    code: bull(`async function work() {\n  await fetch('x');\n}\nvoid mail.«process»(work);`),
  },
  {
    name: 'a file',
    code: { 'app.ts': bull(`void mail.«process»('./work.js');`), 'work.ts': `export default ${fetches};` },
  },
  {
    name: 'a file beside this one',
    code: {
      'app.ts': `import { join } from 'node:path';\n${bull(`void mail.«process»(join(import.meta.dirname, 'work.js'));`)}`,
      'work.ts': `export default ${fetches};`,
    },
  },
  {
    name: 'a typed function',
    code: `import type { ProcessPromiseFunction } from 'bull';\nexport const «work»: ProcessPromiseFunction<object> = ${fetches};`,
  },
  {
    name: 'a process function of another class',
    code: `class Line {\n  process(run: () => Promise<void>) {\n    return run;\n  }\n}\nnew Line().process(${fetches});\nexport {};`,
  },
];

describe('queues and dispatches', () => {
  testRule('require-retry-limit', 'undecided', { queues, dispatches }, { typedOutputs: true });
});
describe('handlers', () => {
  testRule('require-time-limit', 'undecided', { handlers });
});
