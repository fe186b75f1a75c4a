import { type Case, testRule } from './support.js';

const packages = `
declare module 'bcrypt' {
  export function hashSync(data: string, rounds: number): string;
  export function hash(data: string, rounds: number): Promise<string>;
  export function compareSync(data: string, hash: string): boolean;
  export function compare(data: string, hash: string): Promise<boolean>;
}
declare module 'sync-request' {
  export default function request(method: string, url: string): { body: string };
}
`;
const worker = (
  body: string,
  before = '',
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  'packages.d.ts': packages,
  ...more,
  'app.ts': `import { Worker } from 'bullmq';\n${before}\nexport const work = new Worker<{ file: string; list: string[] }>('videos', async (job) => {\n${body}\n}, { connection: {} });`,
});
const child = `import { execFileSync, execSync, spawnSync } from 'node:child_process';\nexport { execFileSync, execSync, spawnSync };`;

const reported: readonly Case[] = [
  {
    name: 'a process that is waited for',
    code: worker(`«execSync»(\`ffmpeg -i \${job.data.file}\`);`, child),
    messages: [
      '`execSync` stops this whole worker until it is done, and BullMQ hears nothing of it: after 30 s (by default) another worker runs the job a second time. Its other tasks stand still, too. Use `exec` and wait for it.',
    ],
    outputs: [[]],
  },
  {
    name: 'its other forms, and a limit that is too long',
    code: worker(
      `«execFileSync»('ffmpeg', [job.data.file]);\n«spawnSync»('ffmpeg', [job.data.file], { timeout: 600_000 });\ncp.«execSync»('sync');\n«run»('sync');`,
      `${child}\nimport cp, { execSync as run } from 'child_process';`,
    ),
  },
  {
    name: 'by require',
    code: {
      'app.cjs': `const { Worker } = require('bullmq');\nconst { execSync } = require('child_process');\nmodule.exports = new Worker('videos', async (job) => {\n  «execSync»(job.name);\n}, { connection: {} });`,
    },
    broken: true,
  },
  {
    name: 'a loop that asks for the time',
    code: worker(
      `const end = Date.now() + 5000;\nwhile («Date.now() < end») {}\nfor (; «performance.now() < end»; );\nreturn job;`,
    ),
    messages: ['Use `await` and a timer.'],
  },
  {
    name: 'Atomics.wait',
    code: worker(
      `Atomics.«wait»(new Int32Array(new SharedArrayBuffer(4)), 0, 0);\nAtomics.«wait»(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000);\nreturn job;`,
    ),
  },
  {
    name: 'passwords of a list',
    code: worker(
      `for (const each of job.data.list) bcrypt.«hashSync»(each, 12);\nreturn job.data.list.map((each) => «scryptSync»(each, 'salt', 64));`,
      `import * as bcrypt from 'bcrypt';\nimport { scryptSync } from 'node:crypto';`,
    ),
    outputs: [['for (const each of job.data.list) await bcrypt.hash(each, 12);'], []],
  },
  {
    name: 'compression in a loop',
    code: worker(
      `for (const each of job.data.list) «gzipSync»(each);\nreturn job;`,
      `import { gzipSync } from 'node:zlib';`,
    ),
  },
  {
    name: 'a request',
    code: worker(`return «request»('GET', job.data.file).body;`, `import request from 'sync-request';`),
    messages: ['Use `fetch`.'],
  },
  {
    name: 'through functions of other files: at the call, with the chain',
    code: worker(`await «convert»(job.data.file);`, `import { convert } from './convert.js';`, {
      'convert.ts': `import { spawnSync } from 'node:child_process';\nexport async function convert(file: string) {\n  return run(file);\n}\nfunction run(file: string) {\n  return spawnSync('ffmpeg', [file]).status;\n}`,
    }),
    ids: 'leads',
    messages: [
      'This task stops its whole worker (the handler → convert → run: `spawnSync`), and BullMQ hears nothing of it: after 30 s (by default) another worker runs the job a second time.',
    ],
  },
  {
    name: 'a function that hashes, for each of a list',
    code: worker(
      `for (const each of job.data.list) «secret»(each);\nreturn secret('once');`,
      `import { pbkdf2Sync } from 'node:crypto';\nfunction secret(text: string) {\n  return pbkdf2Sync(text, 'salt', 100_000, 64, 'sha512');\n}`,
    ),
    ids: 'leads',
  },
  {
    name: 'files, if asked for',
    code: worker(
      `const text = «readFileSync»(job.data.file, 'utf8');\n«writeFileSync»('b', text);\nreturn existsSync('b') && (await readFile('b'));`,
      `import { existsSync, readFileSync, writeFileSync } from 'node:fs';\nimport { readFile } from 'node:fs/promises';`,
    ),
    options: { files: true },
    outputs: [["const text = await readFile(job.data.file, 'utf8');"], []],
  },
];

const fine: readonly Case[] = [
  {
    name: 'files',
    code: worker(
      `return readFileSync(job.data.file, 'utf8');`,
      `import { existsSync, mkdirSync, readFileSync } from 'node:fs';\nif (!existsSync('a')) mkdirSync('a');`,
    ),
  },
  {
    name: 'small file functions, if asked for',
    code: worker(
      `if (!existsSync('a')) mkdirSync(job.data.file);\nreturn statSync('a');`,
      `import { existsSync, mkdirSync, statSync } from 'node:fs';`,
    ),
    options: { files: true },
  },
  {
    name: 'a process with a short limit',
    code: worker(`execSync(job.data.file, { timeout: 5000 });`, child),
  },
  {
    name: 'a short wait',
    code: worker(`Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);\nreturn job;`),
  },
  {
    name: 'one password',
    code: worker(
      `return bcrypt.hashSync(job.data.file, 12) + scryptSync('a', 'b', 64).toString() + gzipSync('x').toString();`,
      `import * as bcrypt from 'bcrypt';\nimport { scryptSync } from 'node:crypto';\nimport { gzipSync } from 'node:zlib';`,
    ),
  },
  {
    name: 'outside of a handler',
    code: worker(
      `return job;`,
      `${child}\nexport const version = execSync('git rev-parse HEAD').toString();`,
    ),
  },
  {
    name: 'loops that work until a time',
    code: worker(
      `const end = Date.now() + 5000;\nwhile (Date.now() < end) await load(job.data.file);\nwhile (Date.now() < end) if (step()) break;\nfor (const each of job.data.list) step(each);`,
      `declare function load(file: string): Promise<void>;\ndeclare function step(text?: string): boolean;`,
    ),
  },
  {
    name: 'functions of the same name',
    code: worker(
      `execSync(job.data.file);\nclient.sync();\nlock.wait();`,
      `async function execSync(command: string) {\n  return command;\n}\ndeclare const client: { sync(): void };\ndeclare const lock: { wait(): void };`,
    ),
  },
  {
    name: 'a sandboxed processor, by its file',
    code: {
      'convert.ts': `import { spawnSync } from 'node:child_process';\nimport type { SandboxedJob } from 'bullmq';\nexport default async function (job: SandboxedJob): Promise<void> {\n  spawnSync('ffmpeg', [String(job.data)]);\n}`,
      'plain.ts': `import { spawnSync } from 'node:child_process';\nexport default async function (job: { data: string }): Promise<void> {\n  spawnSync('ffmpeg', [job.data]);\n}`,
      'app.ts': `import { fileURLToPath } from 'node:url';\nimport { Worker } from 'bullmq';\nexport const a = new Worker('a', new URL('./convert.js', import.meta.url), { connection: {} });\nexport const b = new Worker('b', new URL('./plain.js', import.meta.url), { connection: {} });\nexport const c = new Worker('c', fileURLToPath(new URL('./plain.js', import.meta.url)), { connection: {} });`,
    },
  },
  {
    name: 'any',
    code: worker(`cp.execSync(job.data.file);\ncp();`, `// eslint-disable-next-line\ndeclare const cp: any;`),
  },
];

const libraries: readonly Case[] = [
  {
    name: 'Bull',
    code: `import Bull from 'bull';\nimport { execSync } from 'node:child_process';\nvoid new Bull('a').process(async (job) => {\n  «execSync»(String(job.id));\n});`,
    messages: ['Bull hears nothing of it: after 30 s'],
  },
  {
    name: '@nestjs/bullmq',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport { execSync } from 'node:child_process';\nimport type { Job } from 'bullmq';\n@Processor('a')\nexport class Videos extends WorkerHost {\n  override async process(job: Job): Promise<void> {\n    «execSync»(job.name);\n  }\n}`,
  },
  {
    name: '@nestjs/bull',
    code: `import { Process, Processor } from '@nestjs/bull';\nimport { execSync } from 'node:child_process';\n@Processor('a')\nexport class Videos {\n  @Process()\n  async convert(): Promise<void> {\n    «execSync»('ffmpeg');\n  }\n}`,
  },
  {
    name: 'Bee-Queue',
    code: `import Queue from 'bee-queue';\nimport { execSync } from 'node:child_process';\nnew Queue('a').process(async (job) => {\n  «execSync»(String(job.id));\n});`,
    messages: ['after 5 s (by default) the next check for stalled jobs hands the job out a second time'],
  },
  {
    name: 'AdonisJS’s queue',
    code: `import { execSync } from 'node:child_process';\nimport { Job } from '@boringnode/queue';\nexport class Video extends Job<{ file: string }> {\n  async execute(): Promise<void> {\n    «execSync»(this.payload.file);\n  }\n}`,
  },
  {
    name: 'GroupMQ',
    code: `import { execSync } from 'node:child_process';\nimport { type Queue, Worker } from 'groupmq';\nexport const start = (queue: Queue) => new Worker({ queue, handler: async (job) => {\n  «execSync»(String(job.id));\n} });`,
  },
  {
    name: 'RabbitMQ',
    code: `import { execSync } from 'node:child_process';\nimport type { Channel } from 'amqplib';\nexport async function start(channel: Channel): Promise<void> {\n  await channel.consume('a', (message) => {\n    «execSync»(String(message?.content));\n    if (message) channel.ack(message);\n  });\n}`,
    messages: ['after 120 s (by default) RabbitMQ closes the connection and hands its messages out again'],
  },
  {
    name: 'amqp-connection-manager',
    code: `import { execSync } from 'node:child_process';\nimport type { ChannelWrapper } from 'amqp-connection-manager';\nexport const start = (channel: ChannelWrapper) => channel.consume('a', (message) => {\n  «execSync»(String(message.content));\n});`,
    messages: ['after 10 s'],
  },
  {
    name: '@golevelup/nestjs-rabbitmq',
    code: `import { RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';\nimport { execSync } from 'node:child_process';\nexport class Videos {\n  @RabbitSubscribe({ exchange: 'a', routingKey: 'b', queue: 'c' })\n  async convert(message: { file: string }): Promise<void> {\n    «execSync»(message.file);\n  }\n}`,
    messages: ['after 10 s'],
  },
  {
    name: 'Rascal',
    code: `import { execSync } from 'node:child_process';\nimport type { BrokerAsPromised } from 'rascal';\nexport async function start(broker: BrokerAsPromised): Promise<void> {\n  const subscription = await broker.subscribe('a');\n  subscription.on('message', (_message, content, ackOrNack) => {\n    «execSync»(String(content));\n    ackOrNack();\n  });\n}`,
    messages: ['after 20 s'],
  },
  {
    name: 'Kafka',
    code: `import { execSync } from 'node:child_process';\nimport { Kafka } from 'kafkajs';\nconst consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'a' });\nawait consumer.run({ eachMessage: async ({ message }) => {\n  «execSync»(String(message.value));\n} });`,
    messages: ['the broker gives the partition to another consumer'],
  },
  {
    name: 'Pub/Sub',
    code: `import { PubSub } from '@google-cloud/pubsub';\nimport { execSync } from 'node:child_process';\nnew PubSub().subscription('a').on('message', (message) => {\n  «execSync»(String(message.data));\n  message.ack();\n});`,
    messages: ['Pub/Sub delivers the message again'],
  },
  {
    name: 'libraries that renew nothing on the event loop',
    code: `import { execSync } from 'node:child_process';\nimport PgBoss from 'pg-boss';\nimport { task } from '@trigger.dev/sdk/v3';\nawait new PgBoss('').work('a', async ([job]) => {\n  execSync(String(job?.id));\n});\nexport const convert = task({ id: 'convert', run: async (file: string) => {\n  execSync(file);\n} });`,
  },
  {
    name: 'a framework of the team’s own, with a handler that has a process to itself',
    code: {
      'tasks.ts': `export function task(run: () => Promise<void>): number {\n  return run.length;\n}\nexport function isolated(run: () => Promise<void>): number {\n  return run.length;\n}`,
      'app.ts': `import { execSync } from 'node:child_process';\nimport { isolated, task } from './tasks.js';\nexport const a = task(async () => {\n  «execSync»('sync');\n});\nexport const b = isolated(async () => {\n  execSync('sync');\n});`,
    },
    settings: {
      libraries: [
        {
          name: 'Own',
          files: ['tasks.ts'],
          handlers: [
            { call: 'task', handler: 'arg0' },
            { call: 'isolated', handler: 'arg0', ownProcess: true },
          ],
          lock: { lasts: 8000, then: 'the task is given to somebody else' },
        },
      ],
    },
    messages: ['after 8 s (by default) the task is given to somebody else'],
  },
  {
    name: 'without types',
    code: worker(`«execSync»(job.data.file);`, child),
    untyped: true,
  },
];

testRule('no-blocking-call', 'blocks', { reported, fine, libraries }, { typedOutputs: true });
