import { type Case, testRule } from './support.js';

const head = `import { Queue, Worker } from 'bullmq';
const connection = {};
export const mails = new Queue('mails', { connection });
export const crm = new Queue('crm', { connection });
export declare const users: { id: string }[];
export declare const load: () => Promise<{ id: string }[]>;
`;
const worker = (body: string, before = ''): string =>
  `${head}${before}export const work = new Worker('lists', async (job) => {\n${body}\n  return job.id;\n}, { connection });`;
/** With nothing after the body. */
const ending = (body: string, before = ''): string =>
  `${head}${before}export const work = new Worker('lists', async (job) => {\n${body}\n}, { connection });\nexport type J = typeof work;`;

const loops: readonly Case[] = [
  {
    name: 'for of',
    code: worker(
      `for (const { id } of users) {\n  await mails.«add»('welcome', { id }, { priority: 2 });\n}`,
    ),
    messages: [
      'Dispatched one by one, each costs BullMQ a round trip; when one fails, the retry of this task dispatches those before it again. Hand them over at once, by `addBulk`.',
    ],
    outputs: [
      [
        `await mails.addBulk(users.map(({ id }) => ({ name: 'welcome', data: { id }, opts: { priority: 2 } })));`,
      ],
    ],
  },
  {
    name: 'without a block, of an awaited list',
    code: worker(`for (const user of await load()) await mails.«add»('welcome', user);`),
    outputs: [[`await mails.addBulk((await load()).map((user) => ({ name: 'welcome', data: user })));`]],
  },
  {
    name: 'map and Promise.all',
    code: worker(`await Promise.all(users.map((user) => mails.«add»('welcome', user)));`),
    outputs: [[`await mails.addBulk(users.map((user) => ({ name: 'welcome', data: user })));`]],
  },
  {
    name: 'map of an async callback',
    code: worker(
      `await Promise.all(users.map(async (user) => {\n  await mails.«add»('welcome', user);\n}));`,
    ),
    outputs: [[]],
  },
  {
    name: 'forEach',
    code: worker(
      `users.forEach((user) => {\n  void mails.«add»('welcome', user).catch(console.error);\n});`,
      '',
    ).replace("void mails.«add»('welcome', user).catch(console.error);", "mails.«add»('welcome', user);"),
    outputs: [[]],
  },
  {
    name: 'a counted loop',
    code: worker(`for (let page = 0; page < 9; page += 1) await mails.«add»('page', { page });`),
    outputs: [[]],
  },
  {
    name: 'for in',
    code: worker(`for (const id in users) await mails.«add»('welcome', { id });`),
    outputs: [[]],
  },
  {
    name: 'collected and awaited',
    code: worker(
      `const all: Promise<unknown>[] = [];\nfor (const { id } of users) all.push(mails.«add»('welcome', { id }));\nawait Promise.all(all);`,
    ),
    outputs: [[]],
  },
  {
    name: 'only some',
    code: worker(
      `for (const { id } of users) {\n  if (id === job.id) await mails.«add»('welcome', { id });\n}`,
    ),
    outputs: [[]],
  },
  {
    name: 'two queues in one loop',
    code: worker(
      `for (const { id } of users) {\n  await mails.«add»('welcome', { id });\n  await crm.«add»('person', { id });\n}`,
    ),
    outputs: [[], []],
  },
  {
    name: 'a comment is not lost',
    code: worker(
      `for (const { id } of users) {\n  // Everybody.\n  await mails.«add»('welcome', { id });\n}`,
    ),
    outputs: [[]],
  },
  {
    name: 'a set has no map',
    code: worker(`for (const id of new Set(['a'])) await mails.«add»('welcome', { id });`),
    outputs: [[]],
  },
  {
    name: 'a handler by name',
    code: `${head}async function run() {\n  for (const { id } of users) await mails.«add»('welcome', { id });\n}\nexport const a = new Worker('a', run, { connection });\nexport const b = new Worker('b', run, { connection });`,
  },
  {
    name: 'a handler that another file registers',
    code: {
      'app.ts': `import { Worker } from 'bullmq';\nimport { run } from './run.js';\nexport const a = new Worker('a', run, { connection: {} });`,
      'run.ts': `import { Queue } from 'bullmq';\nconst mails = new Queue('mails', { connection: {} });\nexport async function run() {\n  for (const id of [1, 2]) await mails.«add»('welcome', { id });\n}`,
    },
  },
  {
    name: 'through a function that hands on',
    code: worker(
      `for (const { id } of users) await enqueue('welcome', id);`,
      `const enqueue = async (name: string, id: string) => {\n  await mails.add(name, { id });\n};\n`,
    ).replace('await enqueue(', 'await «enqueue»('),
    outputs: [[]],
  },
  {
    name: 'NestJS',
    code: `import { InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Queue } from 'bullmq';\n@Processor('lists')\nexport class Lists extends WorkerHost {\n  constructor(@InjectQueue('mails') private readonly mails: Queue) {\n    super();\n  }\n  async process() {\n    for (const id of ['a', 'b']) await this.mails.«add»('welcome', { id });\n  }\n}`,
    outputs: [
      [
        `await this.mails.addBulk(['a', 'b'].map((id) => ({ name: 'welcome', data: { id } })));`
          .replace(/^/, `for`)
          .slice(3),
      ],
    ],
  },
];

const notLoops: readonly Case[] = [
  {
    name: 'a bulk',
    code: worker(`await mails.addBulk(users.map((user) => ({ name: 'welcome', data: user })));`),
  },
  {
    name: 'bulks of chunks',
    code: worker(
      `for (const chunk of [users, users]) await mails.addBulk(chunk.map((user) => ({ name: 'welcome', data: user })));`,
    ),
  },
  {
    name: 'outside of a handler',
    code: `${head}export async function run() {\n  for (const { id } of users) await mails.add('welcome', { id });\n}\nexport { Worker };`,
  },
  {
    name: 'a while loop',
    code: worker(
      `let page = await load();\nwhile (page.length > 0) {\n  await mails.add('page', { page });\n  page = await load();\n}`,
    ),
  },
  {
    name: 'a stream',
    code: `${head}declare const stream: AsyncIterable<string>;\nexport const work = new Worker('a', async () => {\n  for await (const id of stream) await mails.add('welcome', { id });\n}, { connection });`,
  },
  {
    name: 'each waits for something else',
    code: worker(
      `for (const { id } of users) {\n  const friends = await load();\n  await mails.add('welcome', { id, friends });\n}`,
    ),
  },
  {
    name: 'the first that fits',
    code: worker(
      `for (const { id } of users) {\n  if (id === job.id) {\n    await mails.add('welcome', { id });\n    break;\n  }\n}`,
    ),
  },
  {
    name: 'a failure of one is caught',
    code: worker(
      `for (const { id } of users) {\n  try {\n    await mails.add('welcome', { id });\n  } catch (error) {\n    console.error(error);\n  }\n}`,
    ),
  },
  {
    name: 'a queue for each',
    code: worker(`for (const queue of [mails, crm]) await queue.add('clean', {});`),
  },
  {
    name: 'what it returns is used',
    code: worker(
      `for (const { id } of users) {\n  const added = await mails.add('welcome', { id });\n  console.log(added.id);\n}`,
    ),
  },
  {
    name: 'through a function that does more',
    code: worker(
      `for (const { id } of users) await enqueue('welcome', id);`,
      `const enqueue = async (name: string, id: string) => {\n  await load();\n  await mails.add(name, { id });\n};\n`,
    ),
  },
  {
    name: 'in a callback of who knows what',
    code: worker(
      `await limit(users, (user) => mails.add('welcome', user));`,
      `declare const limit: (list: unknown[], f: (user: { id: string }) => Promise<unknown>) => Promise<void>;\n`,
    ),
  },
  {
    name: 'a library without a bulk',
    code: `import { Queue, type Jobs } from 'node-resque';\ndeclare const queue: Queue;\nexport const jobs: Jobs = { lists: { perform: async () => {\n  for (const id of [1, 2]) await queue.enqueue('mails', 'mail', [id]);\n} } };`,
  },
  {
    name: 'graphile-worker 0.16, which has no addJobs',
    code: `import type { Task } from 'graphile-worker';\nexport const lists: Task = async (_, helpers) => {\n  for (const id of [1, 2]) await helpers.addJob('mail', { id });\n};`,
  },
];

const chains: readonly Case[] = [
  {
    name: 'the last act',
    code: ending(`await load();\nawait mails.«add»('welcome', { id: job.id });`),
    ids: 'chain',
    messages: [
      'This task ends by dispatching the next one: the chain as a whole is written nowhere, and a worker that dies after this line starts its rest twice. Let BullMQ run one after the other, by `FlowProducer`.',
    ],
    outputs: [[]],
  },
  {
    name: 'returned',
    code: ending(`await load();\nreturn mails.«add»('welcome', { id: job.id });`),
    ids: 'chain',
  },
  {
    name: 'through a function that hands on',
    code: ending(
      `await load();\nawait «enqueue»('welcome');`,
      `const enqueue = (name: string) => mails.add(name, {});\n`,
    ),
    ids: 'chain',
  },
  {
    name: 'hatchet',
    code: `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\ndeclare const hatchet: HatchetClient;\nconst mail = hatchet.task({ name: 'mail', fn: (input: { id: number }) => input });\nexport const pay = hatchet.task({ name: 'pay', fn: async (input: { id: number }) => {\n  await fetch('https://bank.example');\n  return mail.«runNoWait»(input);\n} });`,
    ids: 'chain',
    messages: ['Let Hatchet run one after the other, by `parents`.'],
    broken: true,
  },
  {
    name: 'under a condition',
    code: ending(`const found = await load();\nif (found.length > 0) await mails.add('welcome', {});`),
  },
  {
    name: 'not the last',
    code: ending(`await mails.add('welcome', {});\nawait load();\nconsole.log(job.id);`),
  },
  { name: 'all that it does', code: ending(`console.log(job.id);\nawait mails.add('welcome', {});`) },
  {
    name: 'itself again',
    code: ending(
      `await load();\nawait lists.add('more', {});\nconsole.log;`,
      `const lists = new Queue('lists', { connection });\n`,
    ).replace('\nconsole.log;', ''),
  },
  { name: 'later', code: ending(`await load();\nawait mails.add('welcome', {}, { delay: 60_000 });`) },
  {
    name: 'to where nobody knows',
    code: ending(`await load();\nawait new Queue(String(job.name), { connection }).add('welcome', {});`),
  },
  {
    name: 'a library without flows',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nnew Bull('lists').process(async () => {\n  await fetch('https://shop.example');\n  await mails.add({});\n});`,
  },
];

/** Of each library: what comes before a handler, and the loop in it, which has the list \`ids\`. */
const libraries: Readonly<
  Record<string, readonly [before: string, handler: string, output: string | undefined]>
> = {
  bull: [
    `import Bull from 'bull';\nconst mails = new Bull('mails');`,
    `new Bull('lists').process(async () => {\n  for (const id of ids) await mails.«add»({ id });\n});`,
    `for`,
  ],
  'bull, with a name': [
    `import Bull from 'bull';\nconst mails = new Bull('mails');`,
    `new Bull('lists').process(async () => {\n  for (const id of ids) await mails.«add»('a', { id }, { attempts: 2 });\n});`,
    undefined,
  ],
  'bee-queue': [
    `import Queue from 'bee-queue';\nconst mails = new Queue('mails');`,
    `new Queue('lists').process(async () => {\n  for (const id of ids) await mails.createJob({ id }).«save»();\n});`,
    undefined,
  ],
  'pg-boss 10': [
    `import PgBoss from 'pg-boss';\ndeclare const boss: PgBoss;`,
    `void boss.work('lists', async () => {\n  for (const id of ids) await boss.«send»('mails', { id });\n});`,
    undefined,
  ],
  'trigger.dev': [
    `import { task, tasks } from '@trigger.dev/sdk/v3';\nconst mail = task({ id: 'mail', run: async (payload: { id: number }) => payload });`,
    `export const lists = task({ id: 'lists', run: async () => {\n  for (const id of ids) await mail.«trigger»({ id });\n  for (const id of ids) await tasks.«trigger»('mail', { id }, { delay: '1m' });\n} });`,
    undefined,
  ],
  inngest: [
    `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'shop' });`,
    `export const lists = inngest.createFunction({ id: 'lists' }, { event: 'lists' }, async ({ step }) => {\n  for (const id of ids) await step.«sendEvent»(\`mail-\${String(id)}\`, { name: 'mail', data: { id } });\n  await step.run('all', async () => {\n    for (const id of ids) await inngest.«send»({ name: 'mail', data: { id } });\n    for (const id of ids) await inngest.send([{ name: 'mail', data: { id } }, { name: 'sms', data: { id } }]);\n  });\n});`,
    undefined,
  ],
  faktory: [
    `import module, { Client } from 'faktory-worker';\nconst faktory = module.default;\nconst client = new Client();`,
    `faktory.register('lists', async () => {\n  for (const id of ids) await client.job('mail', id).«push»();\n  for (const id of ids) await client.«push»({ jobtype: 'mail', args: [id], queue: 'default' });\n});`,
    undefined,
  ],
  hatchet: [
    `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\ndeclare const hatchet: HatchetClient;\nconst mail = hatchet.task({ name: 'mail', fn: (input: { id: number }) => input });`,
    `export const lists = hatchet.task({ name: 'lists', fn: async () => {\n  for (const id of ids) await mail.«runNoWait»({ id });\n  return {};\n} });`,
    undefined,
  ],
  '@boringnode/queue': [
    `import { Job } from '@boringnode/queue';\nclass Mail extends Job<{ id: number }> {\n  async execute(): Promise<void> {}\n}`,
    `export class Lists extends Job<object> {\n  async execute(): Promise<void> {\n    for (const id of ids) await Mail.«dispatch»({ id });\n  }\n}`,
    undefined,
  ],
  'cloudflare queues': [
    `import type { ExportedHandler, Queue } from '@cloudflare/workers-types';\ndeclare const mails: Queue<{ id: number }>;`,
    `export default {\n  async queue() {\n    for (const id of ids) await mails.«send»({ id });\n  },\n} satisfies ExportedHandler;`,
    undefined,
  ],
  sqs: [
    `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';\nimport type { SQSHandler } from 'aws-lambda';\nconst client = new SQSClient({});`,
    `export const lists: SQSHandler = async () => {\n  for (const id of ids) await client.«send»(new SendMessageCommand({ QueueUrl: 'a', MessageBody: String(id) }));\n};`,
    undefined,
  ],
  kafka: [
    `import type { Consumer, Producer } from 'kafkajs';\ndeclare const consumer: Consumer;\ndeclare const producer: Producer;`,
    `void consumer.run({ eachMessage: async () => {\n  for (const id of ids) await producer.«send»({ topic: 'a', messages: [{ value: String(id) }] });\n  for (const id of ids) await producer.send({ topic: 'a', messages: [{ value: String(id) }, { value: 'b' }] });\n} });`,
    undefined,
  ],
};

const byLibrary: readonly Case[] = Object.entries(libraries).map(([name, [before, handler]]) => ({
  name,
  code: `${before}\nconst ids: number[] = [1, 2];\n${handler}`,
}));

testRule('prefer-flow', 'bulk', { loops, notLoops, chains, byLibrary }, { typedOutputs: true });
