import { describe } from 'vitest';
import { type Case, testRule } from '../rules/support.js';

/** Which calls are dispatches, of which queue, and with which options: told by `require-retry-limit`. */
const mail = (line: string, before = ''): string =>
  `import { Queue } from 'bullmq';\n${before}const mail = new Queue('mail');\n${line}`;
const jobs = "{ attempts: 3, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 } }";

const bulk: readonly Case[] = [
  {
    name: 'each element is a dispatch of its own',
    code: mail(
      `await mail.addBulk([\n  «{ name: 'a', data: {} }»,\n  { name: 'b', data: {}, opts: «{ priority: 1 }» },\n  { name: 'c', data: {}, opts: { attempts: 2 } },\n]);`,
    ),
    outputs: [
      [`{ name: 'a', data: {}, opts: ${jobs} },`, `{ name: 'a', data: {}, opts: { attempts: 1 } },`],
      [
        `{ name: 'b', data: {}, opts: { priority: 1, ${jobs.slice(2, -2)} } },`,
        `{ name: 'b', data: {}, opts: { priority: 1, attempts: 1 } },`,
      ],
    ],
  },
  {
    name: 'a map callback is one place',
    code: mail(`await mail.addBulk([1, 2].map((id) => («{ name: 'a', data: { id } }»)));`),
    outputs: [
      [
        `await mail.addBulk([1, 2].map((id) => ({ name: 'a', data: { id }, opts: ${jobs} })));`,
        `await mail.addBulk([1, 2].map((id) => ({ name: 'a', data: { id }, opts: { attempts: 1 } })));`,
      ],
    ],
  },
  {
    name: 'a map callback with a block',
    code: mail(
      `await mail.addBulk([1, 2].map((id) => {\n  return { name: 'a', data: { id }, opts: { attempts: 2 } };\n}));`,
    ),
  },
  {
    name: 'a map callback with a block that states nothing',
    code: mail(`await mail.addBulk([1, 2].map((id) => {\n  return «{ name: 'a', data: { id } }»;\n}));`),
  },
  {
    name: 'a mapped constant',
    code: mail(`const all = [1, 2].map((id) => («{ name: 'a', data: { id } }»));\nawait mail.addBulk(all);`),
  },
  {
    name: 'a spread of mapped elements',
    code: mail(`await mail.addBulk([...[1, 2].map((id) => («{ name: 'a', data: { id } }»))]);`),
  },
  {
    name: 'pushed elements',
    code: mail(
      `const all: Parameters<typeof mail.addBulk>[0] = [];\nfor (const id of [1, 2]) all.push(«{ name: 'a', data: { id } }»);\nawait mail.addBulk(all);`,
    ),
  },
  {
    name: 'pushed elements that state their limit',
    code: mail(
      `const all: Parameters<typeof mail.addBulk>[0] = [];\nfor (const id of [1, 2]) all.push({ name: 'a', data: { id }, opts: { attempts: 2 } });\nawait mail.addBulk(all);`,
    ),
  },
  {
    name: 'an imported list: at the method, as the list is no text of this file',
    code: {
      'jobs.ts': `export const jobs = [{ name: 'a', data: {} }];`,
      'app.ts': `import { Queue } from 'bullmq';\nimport { jobs } from './jobs.js';\nconst mail = new Queue('mail');\nawait mail.«addBulk»(jobs);`,
    },
  },
  {
    name: 'an imported list that states the limit',
    code: {
      'jobs.ts': `export const jobs = [{ name: 'a', data: {}, opts: { attempts: 2 } }];`,
      'app.ts': `import { Queue } from 'bullmq';\nimport { jobs } from './jobs.js';\nconst mail = new Queue('mail');\nawait mail.addBulk(jobs);`,
    },
  },
  {
    name: 'a list that is not known',
    code: mail(`export const send = (all: Parameters<typeof mail.addBulk>[0]) => mail.addBulk(all);`),
  },
  {
    name: 'a list of elements that cannot have options',
    code: mail(`export const send = (all: { name: string; data: object }[]) => mail.addBulk(«all»);`),
    bug: 'missed: the elements of a list that is only known by its type',
  },
  {
    name: 'the defaults of the queue hold',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 2 } });\nawait mail.addBulk([{ name: 'a', data: {} }]);`,
  },
  { name: 'an empty list', code: mail(`await mail.addBulk([]);`) },
];

const schedulers: readonly Case[] = [
  {
    name: 'without a template: at the method',
    code: mail(`await mail.«upsertJobScheduler»('daily', { every: 1000 });`),
    outputs: [[]],
  },
  {
    name: 'a template without options',
    code: mail(`await mail.«upsertJobScheduler»('daily', { every: 1000 }, { data: {} });`),
  },
  {
    name: 'options without a limit: at the options',
    code: mail(`await mail.upsertJobScheduler('daily', { every: 1000 }, { opts: «{ priority: 1 }» });`),
  },
  {
    name: 'a limit',
    code: mail(
      `await mail.upsertJobScheduler('daily', { pattern: '0 3 * * *' }, { opts: { attempts: 2 } });`,
    ),
  },
  {
    name: 'the defaults of the queue hold',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 2 } });\nawait mail.upsertJobScheduler('daily', { every: 1000 });`,
  },
  { name: 'removing one is no dispatch', code: mail(`await mail.removeJobScheduler('daily');`) },
];

const flow = (text: string): string =>
  `import { FlowProducer, Queue } from 'bullmq';\nconst flow = new FlowProducer({ connection: {} });\n${text}\nexport { Queue };`;
const flows: readonly Case[] = (
  [
    {
      name: 'a node: at its object',
      code: flow(`await flow.add(«{ name: 'a', queueName: 'a' }»);`),
      outputs: [
        [
          `await flow.add({ name: 'a', queueName: 'a', opts: ${jobs} });`,
          `await flow.add({ name: 'a', queueName: 'a', opts: { attempts: 1 } });`,
        ],
      ],
    },
    {
      name: 'each child is a dispatch of its own',
      code: flow(
        `await flow.add({\n  name: 'a',\n  queueName: 'a',\n  opts: { attempts: 2 },\n  children: [\n    { name: 'b', queueName: 'b', opts: { attempts: 2 } },\n    «{ name: 'c', queueName: 'c' }»,\n    { name: 'd', queueName: 'd', opts: { attempts: 1 }, children: [{ name: 'e', queueName: 'e', opts: «{ priority: 1 }» }] },\n  ],\n});`,
      ),
    },
    {
      name: 'the defaults of the queue do not reach it',
      code: flow(
        `export const queue = new Queue('a', { connection: {}, defaultJobOptions: { attempts: 2 } });\nawait flow.add(«{ name: 'a', queueName: 'a' }»);`,
      ),
    },
    {
      name: 'queuesOptions do',
      code: flow(
        `await flow.add({ name: 'a', queueName: 'a' }, { queuesOptions: { a: { defaultJobOptions: { attempts: 2 } } } });`,
      ),
    },
    {
      name: 'queuesOptions of another queue do not',
      code: flow(
        `await flow.add(«{ name: 'a', queueName: 'a' }», { queuesOptions: { b: { defaultJobOptions: { attempts: 2 } } } });`,
      ),
    },
    {
      name: 'queuesOptions with a name that is an enum',
      code: flow(
        `enum Queues {\n  A = 'a',\n}\nawait flow.add({ name: 'a', queueName: Queues.A }, { queuesOptions: { [Queues.A]: { defaultJobOptions: { attempts: 2 } } } });`,
      ),
    },
    {
      name: 'queuesOptions that are not known',
      code: flow(
        `export const send = (all: { a: { defaultJobOptions: { attempts?: number } } }) => flow.add({ name: 'a', queueName: 'a' }, { queuesOptions: all });`,
      ),
    },
    {
      name: 'a queue name that is not known, with queuesOptions',
      code: flow(
        `export const send = (queueName: string) => flow.add({ name: 'a', queueName }, { queuesOptions: { a: { defaultJobOptions: { attempts: 2 } } } });`,
      ),
    },
    {
      name: 'addBulk',
      code: flow(
        `await flow.addBulk([«{ name: 'a', queueName: 'a' }», { name: 'b', queueName: 'b', opts: { attempts: 2 } }]);`,
      ),
    },
    {
      name: 'mapped children',
      code: flow(
        `await flow.add({ name: 'a', queueName: 'a', opts: { attempts: 1 }, children: [1, 2].map((id) => («{ name: 'b', queueName: 'b', data: { id } }»)) });`,
      ),
    },
    {
      name: 'a tree in a constant',
      code: flow(`const tree = { name: 'a', queueName: 'a' };\nawait flow.add(«tree»);`),
    },
    {
      name: 'a tree that is not known',
      code: `import { FlowProducer, type FlowJob } from 'bullmq';\nconst flow = new FlowProducer({ connection: {} });\nexport const send = (tree: FlowJob) => flow.add(tree);`,
    },
  ] satisfies Case[]
).map((each) => ({ ids: 'ignores', ...each }));

const versions: readonly Case[] = ['bullmq', 'bullmq5'].map((name): Case => ({
  name: `${name}: add, addBulk, upsertJobScheduler and flows`,
  code: `import { FlowProducer, Queue } from '${name}';\nconst mail = new Queue('mail', { connection: {} });\nconst flow = new FlowProducer({ connection: {} });\nawait mail.«add»('a', {});\nawait mail.addBulk([«{ name: 'a', data: {} }»]);\nawait mail.«upsertJobScheduler»('a', { every: 5 });\nawait flow.add(«{ name: 'a', queueName: 'a' }»);`,
  ids: ['undecided', 'undecided', 'undecided', 'ignores'],
}));

/** The options of one version only, told by `debounce`, which version 6 knows no more. */
const debounce = (name: string, mark: (text: string) => string): Case => ({
  name: `${name}: debounce ${name === 'bullmq5' ? 'is' : 'is no longer'} a key`,
  code: `import { Queue, Worker } from '${name}';\nconst mail = new Queue('mail', { connection: {} });\nconst options: object = { debounce: { id: 'a' } };\nawait mail.add('a', {}, options);\nexport const work = new ${mark('Worker')}('mail', async (job) => job.id, { connection: {} });`,
  options: { atLeastOnce: true },
});

describe('dispatches', () => {
  testRule('require-retry-limit', 'undecided', { bulk, schedulers, flows, versions }, { typedOutputs: true });
});
describe('options of a version', () => {
  testRule('require-idempotency-annotation', 'automatic', {
    keys: [debounce('bullmq5', (text) => text), debounce('bullmq', (text) => `«${text}»`)],
  });
});
