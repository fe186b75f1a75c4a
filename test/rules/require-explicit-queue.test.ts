import { type Case, testRule } from './support.js';

const faktory = (body: string): string =>
  `import { Client } from 'faktory-worker';\nconst client = new Client();\nexport async function run(queue: string) {\n  console.log(queue);\n${body}\n}`;

const reported: readonly Case[] = [
  {
    name: 'faktory: all in the default queue',
    code: faktory(
      `await client.«job»('a').push();\nawait client.push({ jobtype: 'b', args: [] });\nawait client.job('c').push();`,
    ),
    messages: [
      'All 3 tasks of this project are in the default queue of Faktory (`default`): a thousand slow ones hold up each quick one behind them',
    ],
  },
  {
    name: 'faktory: all in one that is named',
    ids: 'single',
    code: faktory(
      `await client.«push»({ jobtype: 'a', args: [], queue: 'x' });\nawait client.push({ jobtype: 'b', args: [], queue: 'x' });\nawait client.push({ jobtype: 'c', args: [], queue: 'x' });`,
    ),
    messages: ['All 3 tasks of this project are in one queue (`x`)'],
  },
  {
    name: 'faktory: in several files, once',
    code: {
      'a.ts': faktory(`await client.«job»('a').push();`),
      'b.ts': faktory(`await client.job('b').push();\nawait client.job('c').push();`),
    },
  },
  {
    name: 'celery',
    code: `import { createClient } from 'celery-node';\nconst client = createClient();\nexport function run() {\n  client.«sendTask»('a');\n  client.sendTask('b');\n  client.sendTask('c');\n}`,
  },
  {
    name: '@boringnode/queue',
    code: `import { Job } from '@boringnode/queue';\n${['A', 'B', 'C'].map((name) => `export class ${name === 'A' ? '«A»' : name} extends Job<object> {\n  async execute(): Promise<void> {}\n}`).join('\n')}`,
  },
];

const silent: readonly Case[] = [
  {
    name: 'faktory: two tasks',
    code: faktory(
      `await client.job('a').push();\nawait client.job('b').push();\nawait client.job('b').push();`,
    ),
  },
  {
    name: 'faktory: two queues',
    code: faktory(
      `await client.job('a').push();\nawait client.job('b').push();\nawait client.push({ jobtype: 'c', args: [], queue: 'slow' });`,
    ),
  },
  {
    name: 'faktory: a queue that is not known',
    code: faktory(
      `await client.job('a').push();\nawait client.job('b').push();\nawait client.push({ jobtype: 'c', args: [], queue });`,
    ),
  },
  {
    name: 'faktory: two queues in two files',
    code: {
      'a.ts': faktory(
        `await client.job('a').push();\nawait client.job('b').push();\nawait client.job('c').push();`,
      ),
      'b.ts': faktory(`await client.push({ jobtype: 'c', args: [], queue: 'slow' });`),
    },
  },
  {
    name: 'celery: a client for each queue',
    code: `import { createClient } from 'celery-node';\nconst slow = createClient('a', 'b', 'slow');\nconst quick = createClient('a', 'b', 'quick');\nexport function run() {\n  slow.sendTask('a');\n  quick.sendTask('b');\n  quick.sendTask('c');\n}`,
  },
  {
    name: '@boringnode/queue: one of its own',
    code: `import { Job } from '@boringnode/queue';\n${['A', 'B', 'C'].map((name) => `export class ${name} extends Job<object> {\n  static override options = { queue: '${name === 'A' ? 'a' : 'default'}' };\n  async execute(): Promise<void> {}\n}`).join('\n')}`,
  },
  {
    name: 'BullMQ: its queues are always named',
    code: `import { Queue } from 'bullmq';\nconst all = new Queue('all', { connection: {} });\nexport async function run() {\n  await all.add('a', {});\n  await all.add('b', {});\n  await all.add('c', {});\n}`,
  },
  {
    name: 'any',
    code: `declare const client: any;\nexport async function run() {\n  await client.job('a').push();\n  await client.job('b').push();\n  await client.job('c').push();\n}`,
  },
];

testRule('require-explicit-queue', 'default', { reported, silent });
