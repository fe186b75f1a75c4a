import { type Case, testRule } from './support.js';

const activities = (options: string): string =>
  `import { proxyActivities } from '@temporalio/workflow';\nexport const { pay } = proxyActivities<{ pay(): Promise<void> }>({ ${options} });`;
const worker = (options: string): string =>
  `import { Worker } from 'bullmq';\nexport const worker = new Worker('mail', async () => 1, { connection: {}, ${options} });`;
const add = (options: string): string =>
  `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('a', {}, { ${options} });`;
const sqs = (options: string): string =>
  `import { Consumer } from 'sqs-consumer';\nexport const consumer = Consumer.create({ queueUrl: 'q', handleMessage: async (m) => m, ${options} });`;

const relations: readonly Case[] = [
  {
    name: 'one attempt longer than all',
    code: activities(`«startToCloseTimeout: '1 hour'», scheduleToCloseTimeout: '5 minutes'`),
    messages: [
      "`startToCloseTimeout: '1 hour'` (1 h) must be no more than `scheduleToCloseTimeout` (5 min, line 2)",
    ],
  },
  {
    name: '@boringnode/queue: a first pause that is not below the largest',
    code: `import { exponentialBackoff, Job } from '@boringnode/queue';\nexport class Equal extends Job {\n  static options = { retry: { maxRetries: 3, backoff: exponentialBackoff({ «baseDelay: '1m'», maxDelay: '60s' }) } };\n  async execute(): Promise<void> {}\n}\nexport class Below extends Job {\n  static options = { retry: { maxRetries: 3, backoff: exponentialBackoff({ baseDelay: '59s', maxDelay: '60s' }) } };\n  async execute(): Promise<void> {}\n}`,
    messages: [
      "`baseDelay: '1m'` (1 min) must be less than `retry.backoff.maxDelay` (1 min, line 3): the library throws",
    ],
  },
  { name: 'as long as all', code: activities(`startToCloseTimeout: '5m', scheduleToCloseTimeout: '5m'`) },
  {
    name: 'a heartbeat as long as the attempt',
    code: activities(`startToCloseTimeout: '1m', «heartbeatTimeout: 60_000»`),
  },
  {
    name: 'a heartbeat that is shorter',
    code: activities(`startToCloseTimeout: '1m', heartbeatTimeout: '59s'`),
  },
  {
    name: 'a start later than the end',
    code: activities(`«scheduleToStartTimeout: '2h'», scheduleToCloseTimeout: '1h'`),
  },
  {
    name: 'a first pause above the largest',
    code: activities(`startToCloseTimeout: '1m', retry: { «initialInterval: '1m'», maximumInterval: '10s' }`),
  },
  {
    name: 'a first pause below the largest',
    code: activities(`startToCloseTimeout: '1m', retry: { initialInterval: '1s', maximumInterval: '10s' }`),
  },
  {
    name: 'a time that nobody knows',
    code: activities(`startToCloseTimeout: process.env['LIMIT'] as '1m', scheduleToCloseTimeout: '5m'`),
  },
  {
    name: 'options of another file: there',
    code: {
      'app.ts': `import { proxyActivities } from '@temporalio/workflow';\nimport { options } from './options.js';\nexport const { pay } = proxyActivities<{ pay(): Promise<void> }>(options);`,
      'options.ts': `export const options = { startToCloseTimeout: '1m', «heartbeatTimeout: '2m'» } as const;`,
    },
  },
  { name: 'a lock that is renewed too late', code: worker('lockDuration: 5000, «lockRenewTime: 10_000»') },
  { name: 'a lock that is renewed in time', code: worker('lockDuration: 30_000, lockRenewTime: 10_000') },
  { name: 'the default lock', code: worker('«lockRenewTime: 60_000»'), messages: ['(30 s, the default)'] },
  {
    name: 'Bull',
    code: `import Bull from 'bull';\nexport const a = new Bull('a', { settings: { lockDuration: 5000, «lockRenewTime: 10_000» } });\nexport const b = new Bull('b', { settings: { lockDuration: 30_000, lockRenewTime: 10_000 } });`,
  },
  {
    name: 'sqs-consumer: a heartbeat after the message is visible again',
    code: sqs('visibilityTimeout: 30, «heartbeatInterval: 30»'),
    broken: true,
  },
  {
    name: 'sqs-consumer: work that goes on when the message is visible again',
    code: sqs('visibilityTimeout: 30, «handleMessageTimeout: 60_000»'),
    broken: true,
  },
  {
    name: 'sqs-consumer: with a heartbeat',
    code: sqs('visibilityTimeout: 30, heartbeatInterval: 10, handleMessageTimeout: 60_000'),
    broken: true,
  },
  {
    name: 'Kafka',
    code: `import { Kafka } from 'kafkajs';\nconst kafka = new Kafka({ brokers: [] });\nexport const a = kafka.consumer({ groupId: 'a', sessionTimeout: 10_000, «heartbeatInterval: 20_000» });\nexport const b = kafka.consumer({ groupId: 'b', sessionTimeout: 30_000, heartbeatInterval: 3000 });`,
  },
  {
    name: 'Trigger.dev',
    code: `import { task } from '@trigger.dev/sdk/v3';\nexport const a = task({ id: 'a', retry: { maxAttempts: 3, «minTimeoutInMs: 60_000», maxTimeoutInMs: 1000 }, run: async () => {} });\nexport const b = task({ id: 'b', retry: { maxAttempts: 3, minTimeoutInMs: 1000, maxTimeoutInMs: 60_000 }, run: async () => {} });`,
  },
  {
    name: 'Firebase',
    code: `import { onTaskDispatched } from 'firebase-functions/v2/tasks';\nexport const a = onTaskDispatched({ retryConfig: { «minBackoffSeconds: 60», maxBackoffSeconds: 10 } }, async () => {});\nexport const b = onTaskDispatched({ retryConfig: { minBackoffSeconds: 10, maxBackoffSeconds: 60 } }, async () => {});`,
  },
];

const units: readonly Case[] = [
  {
    name: 'a lock of 30 milliseconds',
    code: worker('«lockDuration: 30»'),
    ids: 'short',
    messages: ['`lockDuration: 30` is 30 ms, for it is counted in milliseconds'],
    outputs: [
      [`export const worker = new Worker('mail', async () => 1, { connection: {}, lockDuration: 30_000 });`],
    ],
  },
  { name: 'a lock of a second', code: worker('lockDuration: 1000') },
  { name: 'a pause of 5 milliseconds', code: add('attempts: 3, «backoff: 5»'), ids: 'short' },
  {
    name: 'the delay of a backoff',
    code: add(`attempts: 3, backoff: { type: 'exponential', «delay: 10» }`),
    ids: 'short',
    outputs: [[`await mail.add('a', {}, { attempts: 3, backoff: { type: 'exponential', delay: 10_000 } });`]],
  },
  { name: 'a tenth of a second', code: add(`attempts: 3, backoff: { type: 'exponential', delay: 100 }`) },
  {
    name: 'no delay is require-retry-backoff’s',
    code: add(`attempts: 3, backoff: { type: 'exponential', delay: 0 }`),
  },
  {
    name: 'a name for the number: no suggestion',
    code: `import { Queue } from 'bullmq';\nconst seconds = 5;\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('a', {}, { attempts: 3, «backoff: seconds» });`,
    ids: 'short',
    outputs: [[]],
  },
  {
    name: 'Bull’s time limit',
    code: `import Bull from 'bull';\nconst mail = new Bull('mail');\nawait mail.add({ id: 1 }, { «timeout: 30» });\nawait mail.add({ id: 1 }, { timeout: 30_000 });`,
    ids: 'short',
  },
  {
    name: 'Bee-Queue’s and Kue’s',
    code: `import Queue from 'bee-queue';\nconst mail = new Queue('mail', { activateDelayedJobs: true });\nawait mail.createJob({}).retries(2).backoff('fixed', «5»).timeout(«30»).save();`,
    ids: 'short',
    outputs: [
      [`await mail.createJob({}).retries(2).backoff('fixed', 5_000).timeout(30).save();`],
      [`await mail.createJob({}).retries(2).backoff('fixed', 5).timeout(30_000).save();`],
    ],
  },
  {
    name: 'a product of milliseconds, where seconds are counted',
    code: `import { task } from '@trigger.dev/sdk/v3';\nexport const a = task({ id: 'a', «maxDuration: 1000 * 60 * 15», run: async () => {} });`,
    ids: 'long',
    messages: ['If milliseconds are meant, write `60 * 15`.'],
    outputs: [[`export const a = task({ id: 'a', maxDuration: 60 * 15, run: async () => {} });`]],
  },
  {
    name: 'a product without a thousand',
    code: `import { task } from '@trigger.dev/sdk/v3';\nexport const a = task({ id: 'a', «maxDuration: 60 * 60_000», run: async () => {} });`,
    ids: 'long',
    outputs: [[`export const a = task({ id: 'a', maxDuration: 60 * 60_000 / 1_000, run: async () => {} });`]],
  },
  {
    name: 'Trigger.dev counts in seconds',
    code: `import { task } from '@trigger.dev/sdk/v3';\nexport const a = task({ id: 'a', «maxDuration: 300_000», run: async () => {} });\nexport const b = task({ id: 'b', maxDuration: 300, run: async () => {} });`,
    ids: 'long',
    outputs: [[`export const a = task({ id: 'a', maxDuration: 300, run: async () => {} });`]],
  },
  {
    name: 'Firebase counts in seconds',
    code: `import { onTaskDispatched } from 'firebase-functions/v2/tasks';\nexport const a = onTaskDispatched({ «timeoutSeconds: 60_000» }, async () => {});\nexport const b = onTaskDispatched({ timeoutSeconds: 540 }, async () => {});`,
    ids: 'long',
  },
  {
    name: 'Temporal takes a number for milliseconds',
    code: activities('«startToCloseTimeout: 30»'),
    ids: 'short',
  },
  { name: 'a text says its unit', code: activities(`startToCloseTimeout: '30ms'`) },
  {
    name: 'DBOS',
    code: `import { DBOS } from '@dbos-inc/dbos-sdk';\nexport const a = () => DBOS.runStep(async () => 1, { «timeoutMS: 30» });\nexport const b = () => DBOS.runStep(async () => 1, { timeoutMS: 30_000 });`,
    ids: 'short',
    broken: true,
  },
  {
    name: 'sqs-consumer counts the visibility in seconds',
    code: sqs('«visibilityTimeout: 60_000»'),
    ids: 'long',
    broken: true,
  },
];

const silent: readonly Case[] = [
  {
    name: 'a look-alike',
    code: `class Worker { constructor(_options: object) {} }\nnew Worker({ lockDuration: 30 });`,
  },
  {
    name: 'any',
    code: `import { Worker } from 'bullmq';\ndeclare const options: any;\nnew Worker('a', async () => 1, options);`,
  },
  { name: 'without types', code: worker('«lockDuration: 30»'), ids: 'short', untyped: true },
  {
    name: 'one of two',
    code: `import { Worker } from 'bullmq';\nexport const worker = (slow: boolean) => new Worker('mail', async () => 1, { connection: {}, lockDuration: slow ? 60_000 : 30 });`,
  },
];

const own: readonly Case[] = [
  {
    name: 'a soft limit that is not below the hard one',
    settings: {
      libraries: [
        {
          name: 'Acme',
          files: ['acme.ts'],
          handlers: [{ call: 'register', task: 'arg0', options: 'arg1', handler: 'arg2' }],
          timeLimit: { option: 'hard', unit: 's', default: 'none' },
          softTimeLimit: { option: 'soft', unit: 's', default: 'none' },
        },
      ],
    },
    code: {
      'acme.ts': 'export declare function register(name: string, options: object, run: () => void): void;',
      'app.ts': `import { register } from './acme.js';\nregister('a', { hard: 60, «soft: 60» }, () => {});\nregister('b', { hard: 60, soft: 50 }, () => {});\nregister('c', { soft: 50 }, () => {});`,
    },
    ids: 'soft',
  },
];

testRule('no-conflicting-time-limits', 'conflict', { relations, units, silent, own }, { typedOutputs: true });
