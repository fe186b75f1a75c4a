import { type Case, testRule } from './support.js';

const mail = (line: string, before = ''): string =>
  `import { Queue } from 'bullmq';\n${before}const mail = new Queue('mail', { connection: {} });\ndeclare const id: string;\n${line}`;
const add = (options: string, before = ''): string =>
  mail(`await mail.add('send', {}, { ${options} });`, before);
const bull = (options: string): string =>
  `import Bull from 'bull';\nconst mail = new Bull('mail');\nawait mail.add({ id: 1 }, { ${options} });`;

const attempts: readonly Case[] = [
  {
    name: 'Infinity: BullMQ refuses it',
    code: add('«attempts: Infinity»'),
    ids: 'rejected',
    messages: ['BullMQ rejects `attempts: Infinity`: its add() throws on a number without end'],
  },
  { name: 'NaN', code: add('«attempts: Number.NaN»'), ids: 'rejected' },
  { name: 'a number', code: add('attempts: 5') },
  { name: 'a number that nobody knows', code: add(`attempts: Number(process.env['RUNS'])`) },
  {
    name: 'Bull: read as no number',
    code: bull('«attempts: Infinity»'),
    ids: 'misread',
    messages: ['Bull reads `attempts: Infinity` otherwise than it is written: it reads no number there'],
  },
  { name: 'Bull: a fraction', code: bull('«attempts: 2.5»'), ids: 'misread' },
  {
    name: 'in the defaults: once, however many dispatches inherit it',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { «attempts: Infinity» } });\nawait mail.add('a', {});\nawait mail.add('b', {});`,
    ids: 'rejected',
  },
  {
    name: 'in a constant of another file: there, once',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { options } from './options.js';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('a', {}, options);\nawait mail.add('b', {}, options);`,
      'options.ts': `export const options = { «attempts: Infinity» };`,
    },
    ids: 'rejected',
  },
  {
    name: 'through a wrapper: at the caller who says it',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail', { connection: {} });\nconst send = (options: JobsOptions) => mail.add('send', {}, options);\nawait send({ «attempts: Infinity» });\nawait send({ attempts: 3 });`,
    ids: 'rejected',
  },
  {
    name: 'on one of two ways: there',
    code: mail(
      `export const send = (safe: boolean) => mail.add('send', {}, { attempts: safe ? 3 : «Infinity» });`,
    ),
    ids: 'rejected',
  },
  {
    name: 'satisfies, parentheses and a name',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail', { connection: {} });\nconst forEver = Infinity;\nawait mail?.add('send', {}, ({ «attempts: forEver» } satisfies JobsOptions));`,
    ids: 'rejected',
  },
  {
    name: 'required, aliased and subclassed',
    code: `import { Queue as Q } from 'bullmq';\nclass Mails extends Q {}\nawait new Mails('mail', { connection: {} }).add('send', {}, { «attempts: Infinity» });`,
    ids: 'rejected',
  },
  {
    name: 'Bee-Queue stores null',
    code: `import Queue from 'bee-queue';\nawait new Queue('mail').createJob({}).retries(«Infinity»).save();`,
    ids: 'misread',
  },
  {
    name: 'pg-boss takes whole numbers only',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nawait boss.send('mail', {}, { «retryLimit: -1» });\nawait boss.send('mail', {}, { «retryLimit: 1.5» });\nawait boss.send('mail', {}, { retryLimit: 0 });`,
    ids: 'rejected',
  },
  {
    name: 'graphile-worker takes NaN for not given',
    code: `import { makeWorkerUtils } from 'graphile-worker';\nconst utils = await makeWorkerUtils({});\nawait utils.addJob('mail', {}, { «maxAttempts: Number.NaN» });`,
    ids: 'misread',
  },
  {
    name: 'graphile-worker is given cron items as JSON, which has neither Infinity nor NaN',
    code: `import { parseCronItems } from 'graphile-worker';
const item = { task: 'mail', match: '0 3 * * *' };
parseCronItems([{ ...item, options: { backfillPeriod: 0, «maxAttempts: Infinity» } }]);
parseCronItems([{ ...item, options: { backfillPeriod: 0, «maxAttempts: NaN» } }]);
parseCronItems([{ ...item, options: { backfillPeriod: 0, «maxAttempts: 0» } }]);
parseCronItems([{ ...item, options: { backfillPeriod: 0, «maxAttempts: -1» } }]);
parseCronItems([{ ...item, options: { backfillPeriod: 0, «maxAttempts: 32768» } }]);
parseCronItems([{ ...item, options: { backfillPeriod: 0, «maxAttempts: 2.5» } }]);
parseCronItems([{ ...item, options: { backfillPeriod: 0, maxAttempts: 32767 } }]);`,
    ids: ['misread', 'misread', 'rejected', 'rejected', 'rejected', 'rejected'],
    messages: ['JSON has no such number', 'JSON has no such number', 'none of these jobs is queued'],
    outputs: [
      [],
      [],
      ['parseCronItems([{ ...item, options: { backfillPeriod: 0, maxAttempts: 1 } }]);'],
      [],
      [],
      [],
    ],
  },
  {
    name: 'graphile-worker refuses what is no small whole number',
    code: `import { quickAddJob } from 'graphile-worker';
await quickAddJob({}, 'mail', {}, { «maxAttempts: -1» });
await quickAddJob({}, 'mail', {}, { «maxAttempts: 32768» });
await quickAddJob({}, 'mail', {}, { «maxAttempts: Infinity» });
await quickAddJob({}, 'mail', {}, { «maxAttempts: 2.5» });
await quickAddJob({}, 'mail', {}, { maxAttempts: 32767 });`,
    ids: 'rejected',
    messages: ['PostgreSQL refuses it, so the job is never queued'],
  },
  {
    name: 'graphile-worker takes 0 for its default',
    code: `import { makeWorkerUtils } from 'graphile-worker';\nconst utils = await makeWorkerUtils({});\nawait utils.addJob('mail', {}, { «maxAttempts: 0» });\nawait utils.addJob('mail', {}, { maxAttempts: 1 });\nawait utils.addJob('mail', {}, { «maxAttempts: Infinity» });`,
    ids: ['misread', 'rejected'],
    outputs: [[`await utils.addJob('mail', {}, { maxAttempts: 1 });`], []],
  },
  {
    name: 'Temporal throws on 0',
    code: `import { proxyActivities } from '@temporalio/workflow';\nexport const { pay } = proxyActivities<{ pay(): Promise<void> }>({ startToCloseTimeout: '1m', retry: { «maximumAttempts: 0» } });\nexport const { ship } = proxyActivities<{ ship(): Promise<void> }>({ startToCloseTimeout: '1m', retry: { maximumAttempts: 1 } });`,
    ids: 'rejected',
  },
  {
    name: 'Temporal throws on a factor of 0',
    code: `import { proxyActivities } from '@temporalio/workflow';\nexport const { pay } = proxyActivities<{ pay(): Promise<void> }>({ startToCloseTimeout: '1m', retry: { maximumAttempts: 2, «backoffCoefficient: 0» } });`,
    ids: 'rejected',
  },
  {
    name: 'Inngest takes 20 retries at most',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'app' });\nexport const far = inngest.createFunction({ id: 'far', «retries: 50 as never» }, { event: 'a' }, () => 1);\nexport const near = inngest.createFunction({ id: 'near', retries: 20 }, { event: 'a' }, () => 1);`,
    ids: 'misread',
  },
  {
    name: 'Faktory takes -1 for no retry at all',
    code: `import { type Client } from 'faktory-worker';\ndeclare const client: Client;\nawait client.push({ jobtype: 'mail', args: [], queue: 'default', «retry: -1», reserve_for: 60 });\nawait client.push({ jobtype: 'mail', args: [], queue: 'default', retry: 3, «reserve_for: 5» });`,
    ids: ['misread', 'misread'],
  },
  {
    name: 'Inngest takes times as texts',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'app' });\nexport const a = inngest.createFunction({ id: 'a', timeouts: { «finish: 300 as never» } }, { event: 'a' }, () => 1);\nexport const b = inngest.createFunction({ id: 'b', timeouts: { finish: '5m' } }, { event: 'a' }, () => 1);`,
    ids: 'rejected',
  },
  {
    name: 'Faktory takes a day of reservation at most',
    code: `import { type Client } from 'faktory-worker';\ndeclare const client: Client;\nawait client.push({ jobtype: 'mail', args: [], queue: 'default', retry: 3, reserve_for: 86_400 });\nawait client.push({ jobtype: 'mail', args: [], queue: 'default', retry: 3, «reserve_for: 120_000» });`,
    ids: 'rejected',
  },
];

const backoffs: readonly Case[] = [
  {
    name: 'a backoff without attempts',
    code: add('priority: 1, «backoff: 5000»'),
    ids: 'ignored',
    messages: ['`backoff: 5000` has no effect in BullMQ: without `attempts` a job runs once'],
    outputs: [[`await mail.add('send', {}, { priority: 1, backoff: 5000, attempts: 3 });`]],
  },
  { name: 'beside attempts', code: add('attempts: 3, backoff: 5000') },
  {
    name: 'attempts in the defaults',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 3 } });\nawait mail.add('a', {}, { backoff: 5000 });`,
  },
  {
    name: 'in defaults, to which dispatches add the attempts',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { backoff: 5000 } });\nawait mail.add('a', {}, { attempts: 3 });`,
  },
  {
    name: 'in defaults, to which no dispatch adds any: there, once',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { «backoff: 5000» } });\nawait mail.add('a', {});\nawait mail.add('b', {});`,
    ids: 'ignored',
  },
  {
    name: 'in defaults, to which one dispatch adds attempts and another does not',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { backoff: 5000 } });\nawait mail.add('a', {}, { attempts: 3 });\nawait mail.add('b', {});`,
  },
  {
    name: 'options of which a spread may hold the attempts',
    code: mail(
      `declare const more: { attempts?: number };\nawait mail.add('a', {}, { backoff: 5000, ...more });`,
    ),
  },
  { name: 'Bull', code: bull('«backoff: 5000»'), ids: 'ignored' },
  {
    name: 'Bull has no jitter',
    code: `import Bull from 'bull';\nconst mail = new Bull('mail');\nconst options = { attempts: 3, backoff: { type: 'exponential', delay: 1000, «jitter: 0.5» } };\nawait mail.add({ id: 1 }, options);`,
    ids: 'ignored',
    outputs: [[`const options = { attempts: 3, backoff: { type: 'exponential', delay: 1000 } };`]],
  },
  {
    name: 'BullMQ: a jitter in percent',
    code: add(`attempts: 3, backoff: { type: 'exponential', delay: 1000, «jitter: 50» }`),
    ids: 'rejected',
  },
  {
    name: 'BullMQ: a jitter',
    code: add(`attempts: 3, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 }`),
  },
  {
    name: 'Bee-Queue: no queue promotes delayed jobs',
    code: `import Queue from 'bee-queue';\nconst mail = new Queue('mail');\nawait mail.createJob({}).retries(3).backoff(«'fixed'», 1000).save();\nawait mail.createJob({}).retries(3).backoff('immediate').save();`,
    ids: 'ignored',
  },
  {
    name: 'Bee-Queue: one does',
    code: `import Queue from 'bee-queue';\nexport const other = new Queue('mail', { activateDelayedJobs: true });\nawait new Queue('mail').createJob({}).retries(3).backoff('fixed', 1000).save();`,
  },
  {
    name: 'Bee-Queue: options that nobody knows',
    code: `import Queue from 'bee-queue';\ndeclare const settings: Queue.QueueSettings;\nawait new Queue('mail', settings).createJob({}).retries(3).backoff('fixed', 1000).save();`,
  },
  {
    name: 'Kue: without attempts',
    code: `import kue from 'kue';\nconst queue = kue.createQueue();\nqueue.create('mail', {}).backoff(«{ type: 'exponential', delay: 1000 }»).save();\nqueue.create('mail', {}).attempts(3).backoff({ type: 'exponential', delay: 1000 }).save();`,
    ids: 'ignored',
    broken: true,
  },
  {
    name: 'Hatchet: without retries',
    code: `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\ndeclare const hatchet: HatchetClient;\nexport const a = hatchet.task({ name: 'a', «backoff: { factor: 2, maxSeconds: 60 }», fn: async () => ({}) });\nexport const b = hatchet.task({ name: 'b', retries: 3, backoff: { factor: 2 }, fn: async () => ({}) });`,
    ids: 'ignored',
    broken: true,
  },
  {
    name: 'Hatchet: 0 does not override the defaults of the workflow',
    code: `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\ndeclare const hatchet: HatchetClient;\nconst flow = hatchet.workflow({ name: 'flow', taskDefaults: { retries: 3 } });\nflow.task({ name: 'a', «retries: 0», fn: async () => ({}) });\nflow.task({ name: 'b', retries: 1, fn: async () => ({}) });`,
    ids: 'ignored',
    broken: true,
  },
  {
    name: 'DBOS: attempts that nobody allows',
    code: `import { DBOS } from '@dbos-inc/dbos-sdk';\nexport const a = () => DBOS.runStep(async () => 1, { «maxAttempts: 5» });\nexport const b = () => DBOS.runStep(async () => 1, { maxAttempts: 5, retriesAllowed: true });`,
    ids: 'ignored',
    outputs: [
      [`export const a = () => DBOS.runStep(async () => 1, { maxAttempts: 5, retriesAllowed: true });`],
    ],
  },
  {
    name: 'node-resque: the plugin is not there',
    code: `import type { Jobs } from 'node-resque';\nexport const jobs: Jobs = {\n  a: { pluginOptions: { «Retry: { retryLimit: 3 }» }, perform: async () => 1 },\n  b: { plugins: ['Retry'], pluginOptions: { Retry: { retryLimit: 3 } }, perform: async () => 1 },\n};`,
    ids: 'ignored',
    broken: true,
  },
];

const erased: readonly Case[] = [
  {
    name: 'attempts that an undefined erases are require-retry-limit’s',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 3, backoff: 5000 } });\nawait mail.add('a', {}, { attempts: undefined });`,
  },
];

const ids: readonly Case[] = [
  {
    name: 'a colon',
    code: add('attempts: 3, «jobId: `user:${id}`»'),
    ids: 'rejected',
    outputs: [["await mail.add('send', {}, { attempts: 3, jobId: `user-${id}` });"]],
  },
  { name: 'two of them are let through', code: add('attempts: 3, jobId: `user:${id}:welcome`') },
  { name: 'three are not', code: add('attempts: 3, «jobId: `a:b:${id}:c`»'), ids: 'rejected' },
  {
    name: 'put together',
    code: add(`attempts: 3, «jobId: 'user:' + id»`),
    ids: 'rejected',
    outputs: [[`await mail.add('send', {}, { attempts: 3, jobId: 'user-' + id });`]],
  },
  { name: 'none', code: add('attempts: 3, jobId: `user-${id}`') },
  { name: 'nobody knows', code: add('attempts: 3, jobId: id') },
  { name: 'a whole number', code: add(`attempts: 3, «jobId: '42'»`), ids: 'rejected' },
  { name: 'a whole number with a word', code: add(`attempts: 3, jobId: 'order-42'`) },
  { name: 'zeros before it', code: add(`attempts: 3, jobId: '0042'`) },
  { name: 'a number', code: add(`attempts: 3, «jobId: 42 as never»`), ids: 'rejected' },
  { name: 'Bull takes a colon', code: bull(`attempts: 3, jobId: 'user:1'`) },
  {
    name: 'in a bulk',
    code: mail(`await mail.addBulk([{ name: 'a', data: {}, opts: { attempts: 3, «jobId: 'user:1'» } }]);`),
    ids: 'rejected',
  },
];

const removed: readonly Case[] = [
  {
    name: 'timeout, which is Bull’s',
    code: mail(`const options = { attempts: 3, «timeout: 5000» };\nawait mail.add('send', {}, options);`),
    ids: 'ignored',
    outputs: [['const options = { attempts: 3 };']],
  },
  { name: 'timeout in Bull', code: bull('attempts: 3, timeout: 5000') },
  {
    name: 'repeat, which version 6 has no more',
    code: mail(
      `const options = { attempts: 3, «repeat: { pattern: '0 3 * * *' }» };\nawait mail.add('send', {}, options);`,
    ),
    ids: 'ignored',
  },
  {
    name: 'repeat in version 5',
    code: `import { Queue } from 'bullmq5';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('send', {}, { attempts: 3, repeat: { pattern: '0 3 * * *' } });`,
  },
  {
    name: 'debounce',
    code: mail(
      `const options = { attempts: 3, «debounce: { id: 'a' }» };\nawait mail.add('send', {}, options);`,
    ),
    ids: 'rejected',
    outputs: [[`const options = { attempts: 3, deduplication: { id: 'a' } };`]],
  },
  {
    name: 'priority above the largest',
    code: add('attempts: 3, «priority: 3_000_000»'),
    ids: 'rejected',
  },
  {
    name: 'BullMQ’s pattern in Bull',
    code: `import Bull from 'bull';\nconst mail = new Bull('mail');\nconst options = { attempts: 3, repeat: { «pattern: '0 3 * * *'» } };\nawait mail.add({ id: 1 }, options as never);`,
    ids: 'rejected',
    messages: ['without `cron` the job is not queued'],
    outputs: [[`const options = { attempts: 3, repeat: { cron: '0 3 * * *' } };`]],
  },
  {
    name: 'pg-boss checks nothing that insert() is given',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nawait boss.insert([{ name: 'mail', «retryLimit: Infinity» }, { name: 'mail', «retryLimit: -1» }, { name: 'mail', «retryLimit: 1.5» }]);\nawait boss.insert([{ name: 'mail', retryLimit: 0, expireInSeconds: 300_000 }]);`,
    ids: ['misread', 'misread', 'rejected'],
    messages: ['JSON makes null of it', 'the job runs once', 'none of these jobs is queued'],
  },
  {
    name: 'pg-boss 10 takes less than a day',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nawait boss.send('mail', {}, { «expireInSeconds: 86_400» });\nawait boss.send('mail', {}, { expireInSeconds: 86_399 });\nawait boss.createQueue('mail', { name: 'mail', «expireInSeconds: 86_400» });`,
    ids: 'rejected',
  },
  {
    name: 'pg-boss 10 knows minutes',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nawait boss.send('mail', {}, { expireInMinutes: 5 });\nawait boss.send('mail', {}, { «expireInSeconds: 300_000» });`,
    ids: 'rejected',
  },
  {
    name: 'pg-boss: a key alone',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nawait boss.createQueue('mail');\nawait boss.createQueue('short', { name: 'short', policy: 'short' });\nawait boss.send('mail', {}, { «singletonKey: 'a'» });\nawait boss.send('mail', {}, { singletonKey: 'a', singletonSeconds: 60 });\nawait boss.send('short', {}, { singletonKey: 'a' });\nawait boss.send('unknown', {}, { singletonKey: 'a' });\ndeclare const name: string;\nawait boss.send(name, {}, { singletonKey: 'a' });`,
    ids: 'ignored',
  },
  {
    name: 'pg-boss: what version 10 took from work()',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nconst options = { batchSize: 2, «teamSize: 5» };\nawait boss.work('mail', options, async () => {});`,
    ids: 'ignored',
    outputs: [['const options = { batchSize: 2 };']],
  },
];

const places: readonly Case[] = [
  {
    name: 'a worker does not decide the runs',
    code: `import { Worker } from 'bullmq';\nconst options = { connection: {}, «attempts: 3» };\nexport const worker = new Worker('mail', async () => 1, options);`,
    ids: 'ignored',
    outputs: [['const options = { connection: {} };']],
  },
  {
    name: 'a worker of nothing',
    code: `import { Worker } from 'bullmq';\nexport const none = new Worker('mail', async () => 1, { connection: {}, «concurrency: 0» });\nexport const one = new Worker('mail', async () => 1, { connection: {}, concurrency: 1 });`,
    ids: 'rejected',
  },
  {
    name: 'a queue limits no rate',
    code: `import { Queue } from 'bullmq';\nconst options = { connection: {}, «limiter: { max: 1, duration: 1000 }» };\nexport const queue = new Queue('mail', options);`,
    ids: 'ignored',
  },
  {
    name: 'Agenda 4: the options behind the handler',
    code: `import { Agenda } from 'agenda';\nconst agenda = new Agenda();\nagenda.«define»('mail', async () => {}, { concurrency: 2 } as never);\nagenda.define('post', { concurrency: 2 }, async () => {});`,
    ids: 'misread',
    broken: true,
  },
  {
    name: 'Inngest 3: the trigger left out',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'app' });\ninngest.«createFunction»({ id: 'a' }, async () => 1);\ninngest.createFunction({ id: 'b' }, { event: 'a' }, async () => 1);`,
    ids: 'misread',
    broken: true,
  },
  {
    name: 'golevelup acknowledges all the same',
    code: `import { RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';\nexport class Mails {\n  @RabbitSubscribe({ queue: 'a', queueOptions: { consumerOptions: { «noAck: true» } } })\n  a() {}\n  @RabbitSubscribe({ queue: 'b', queueOptions: { consumerOptions: { noAck: false } } })\n  b() {}\n}`,
    ids: 'rejected',
    broken: true,
  },
  {
    name: 'sqs-consumer takes ten messages at most',
    code: `import { Consumer } from 'sqs-consumer';\nexport const far = Consumer.create({ queueUrl: 'q', handleMessage: async (m) => m, «batchSize: 20» });\nexport const near = Consumer.create({ queueUrl: 'q', handleMessage: async (m) => m, batchSize: 10 });`,
    ids: 'rejected',
    broken: true,
  },
  {
    name: 'SQS delays by a quarter of an hour at most',
    code: `import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';\nexport const far = new SendMessageCommand({ QueueUrl: 'q', MessageBody: '', «DelaySeconds: 3600» });\nexport const near = new SendMessageCommand({ QueueUrl: 'q', MessageBody: '', DelaySeconds: 900 });\nexport const take = new ReceiveMessageCommand({ QueueUrl: 'q', «WaitTimeSeconds: 60», MaxNumberOfMessages: 10 });`,
    ids: 'rejected',
    broken: true,
  },
];

/** A version of a package that only a fixture has; its samples are checked there. */
const installed = (fixture: string, path: string): string =>
  `../../fixtures/libraries/${fixture}/node_modules/${path}`;

const versions: readonly Case[] = [
  {
    name: 'pg-boss 12 counts in seconds',
    code: `import { PgBoss } from '${installed('pg-boss-12', 'pg-boss/dist/index.js')}';\nconst boss = new PgBoss({ «retryLimit: 3» } as never);\nawait boss.createQueue('mail');\nawait boss.send('mail', {}, { «expireInMinutes: 5» } as never);\nawait boss.send('mail', {}, { «retentionDays: days()» } as never);\nawait boss.send('mail', {}, { expireInSeconds: 300 });\nawait boss.send('mail', {}, { «retryDelayMax: 60» });\nawait boss.send('mail', {}, { «heartbeatSeconds: 5» });\ndeclare function days(): number;`,
    ids: ['ignored', 'ignored', 'ignored', 'rejected', 'rejected'],
    outputs: [
      ['const boss = new PgBoss({} as never);'],
      [`await boss.send('mail', {}, { expireInSeconds: 300 } as never);`],
      [`await boss.send('mail', {}, { retentionSeconds: (days()) * 86400 } as never);`],
      [`await boss.send('mail', {}, { retryDelayMax: 60, retryBackoff: true });`],
      [],
    ],
    broken: true,
  },
  {
    name: 'Agenda 6: the handler comes first',
    code: `import { Agenda } from '${installed('agenda-6', 'agenda/dist/index.js')}';\ndeclare const agenda: Agenda;\nagenda.«define»('mail', { concurrency: 2 } as never, async () => {});\nagenda.define('post', async () => {}, { concurrency: 2 });`,
    ids: 'misread',
    broken: true,
  },
  {
    name: 'Inngest 4: the trigger in the middle',
    code: `import { Inngest } from '${installed('inngest-4', 'inngest/index.js')}';\nconst inngest = new Inngest({ id: 'app' });\n// @ts-expect-error\ninngest.«createFunction»({ id: 'a' }, { event: 'a' }, async () => 1);\ninngest.createFunction({ id: 'b', triggers: { event: 'a' } }, async () => 1);`,
    ids: 'rejected',
    broken: true,
  },
];

const silent: readonly Case[] = [
  {
    name: 'another queue of the same name',
    code: `class Queue { add(_name: string, _data: object, _options: object): void {} }\nnew Queue().add('a', {}, { attempts: Infinity, timeout: 5 });`,
  },
  { name: 'any', code: mail(`declare const options: any;\nawait mail.add('a', {}, options);`) },
  {
    name: 'a key that is left out on one way',
    code: mail(
      `export const send = (limit?: number) => mail.add('a', {}, { attempts: 3, ...(limit ? { priority: limit } : {}) });`,
    ),
  },
  {
    name: 'without types, by the import alone',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {} });\nmail.add('a', {}, { «attempts: Infinity» });`,
    ids: 'rejected',
    untyped: true,
  },
  {
    name: 'required',
    code: {
      'app.js': `const { Queue } = require('bullmq');\nconst mail = new Queue('mail', { connection: {} });\nmail.add('a', {}, { «attempts: Infinity» });`,
    },
    ids: 'rejected',
    untyped: true,
  },
];

testRule(
  'no-ineffective-option',
  'ignored',
  { attempts, backoffs, erased, ids, removed, places, versions, silent },
  { typedOutputs: true },
);
