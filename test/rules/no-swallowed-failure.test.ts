import { type Case, testRule } from './support.js';

const head = `import { Queue, Worker } from 'bullmq';
declare function work(data: unknown): Promise<void>;
declare function load(id: unknown): Promise<{ id: string }>;
declare function save(row: unknown): Promise<void>;
const connection = {};
`;
/** A BullMQ handler with this body. */
const worker = (body: string, before = ''): string =>
  `${head}${before}export const run = new Worker('mails', async (job): Promise<unknown> => {\n${body}\n}, { connection });\nexport { Queue, load, save, work };`;

const reported: readonly Case[] = [
  {
    name: 'a catch that logs',
    code: worker(`try {\n  await work(job.data);\n} «catch (error)» {\n  console.error(error);\n}\nreturn;`),
    messages: [['Only a log sees this error: for BullMQ the task has succeeded']],
    outputs: [['throw error;']],
  },
  {
    name: 'an empty catch without a variable',
    code: worker(`try {\n  await work(job.data);\n} «catch» {}\nreturn;`),
    outputs: [['} catch (error) { throw error; }']],
  },
  {
    name: 'a comment that speaks to a tool alone',
    code: worker(
      `// prettier-ignore\ntry {\n  await work(job.data);\n} «catch (error)» {\n  console.error(error);\n}\nreturn;`,
    ),
  },
  {
    name: 'after something is loaded',
    code: worker(
      `const user = await load(job.data.id);\ntry {\n  await work(user);\n} «catch (error)» {\n  console.error('failed', error);\n}\nreturn;`,
    ),
  },
  {
    name: 'an error as a value',
    code: worker(
      `try {\n  await work(job.data);\n  return { success: true };\n} «catch (error)» {\n  return { success: false, error: String(error) };\n}`,
    ),
    ids: 'returned',
    messages: [['For BullMQ any return is success']],
    outputs: [['throw error;']],
  },
  {
    name: 'the error itself as the value',
    code: worker(`try {\n  return await work(job.data);\n} «catch (error)» {\n  return error;\n}`),
    ids: 'returned',
  },
  {
    name: 'nothing is returned',
    code: worker(
      `try {\n  return await work(job.data);\n} «catch (error)» {\n  console.log(error);\n  return null;\n}`,
    ),
  },
  {
    name: 'in one case of a switch',
    code: worker(
      `switch (job.name) {\n  case 'a':\n    try {\n      await work(job.data);\n    } «catch (error)» {\n      console.error(error);\n    }\n    break;\n  default:\n    await work(1);\n}\nreturn;`,
    ),
  },
  {
    name: 'a catch that ends the task before its work',
    code: worker(
      `let user;\ntry {\n  user = await load(job.data.id);\n} «catch (error)» {\n  console.error(error);\n  return;\n}\nawait work(user);\nreturn;`,
    ),
  },
  {
    name: '.catch on the promise that is awaited',
    code: worker(`await work(job.data).catch(«(error: unknown) => console.error(error)»);\nreturn;`),
  },
  {
    name: '.catch on the promise that is returned, by name',
    code: worker(`return work(job.data).catch(«console.error»);`),
  },
  {
    name: 'a function that the handler calls, in another file',
    code: {
      'worker.ts': `import { Worker } from 'bullmq';\nimport { sync } from './sync.js';\nexport const run = new Worker('mails', async (job) => {\n  await «sync(job.data)»;\n}, { connection: {} });`,
      'sync.ts': `declare function work(data: unknown): Promise<void>;\nexport async function sync(data: unknown): Promise<void> {\n  try {\n    await work(data);\n  } catch (error) {\n    console.error(error);\n  }\n}`,
    },
    ids: 'leads',
    messages: [['sync.ts:5']],
  },
  {
    name: 'a function that the handler calls, in another file about tasks',
    code: {
      'worker.ts': `import { Worker } from 'bullmq';\nimport { sync } from './sync.js';\nexport const run = new Worker('mails', async (job) => {\n  await sync(job.data);\n}, { connection: {} });`,
      'sync.ts': `import type { Job } from 'bullmq';\nexport type Of = Job;\ndeclare function work(data: unknown): Promise<void>;\nexport async function sync(data: unknown): Promise<void> {\n  try {\n    await work(data);\n  } «catch (error)» {\n    console.error(error);\n  }\n}`,
    },
  },
  {
    name: 'a project function that only logs',
    code: worker(
      `try {\n  await work(job.data);\n} «catch (error)» {\n  complain(error);\n}\nreturn;`,
      `function complain(error: unknown): void {\n  console.error('failed', error);\n}\n`,
    ),
  },
  {
    name: 'a function that is given to what wraps the work',
    code: worker(
      `return inContext(async () => {\n  try {\n    await work(job.data);\n  } «catch (error)» {\n    console.error(error);\n  }\n});`,
      `declare function inContext(run: () => Promise<void>): Promise<void>;\n`,
    ),
  },
  {
    name: 'retries that never act, whatever is told of the error without waiting for it',
    code: `import { task } from '@trigger.dev/sdk/v3';\ndeclare function work(data: unknown): Promise<void>;\ndeclare function markFailed(id: string): Promise<void>;\nexport const sync = task({\n  id: 'sync',\n  retry: { maxAttempts: 3 },\n  run: async (payload: { id: string }) => {\n    try {\n      await work(payload);\n    } «catch (error)» {\n      console.error(error);\n      await markFailed(payload.id).catch(() => {});\n    }\n  },\n});`,
    ids: 'retries',
    messages: [['`maxAttempts: 3` (line 6) never acts']],
  },
  {
    name: 'each of several things, where that is asked for',
    options: { eachItem: true },
    code: worker(
      `for (const id of job.data.ids) {\n  try {\n    await work(id);\n  } «catch (error)» {\n    console.error(error);\n  }\n}\nreturn;`,
    ),
    ids: 'item',
  },
  {
    name: 'results that nobody looks at, where that is asked for',
    options: { eachItem: true },
    code: worker(`await «Promise.allSettled»([work(1), work(job.data)]);\nreturn;`),
    ids: 'unseen',
  },
  {
    name: 'a promise that leaves the try',
    code: worker(
      `try {\n  return «work(job.data)»;\n} catch (error) {\n  await save({ failed: String(error) });\n  return;\n}`,
    ),
    ids: 'escapes',
    outputs: [['return await work(job.data);']],
  },
  {
    name: 'a message of a batch (Cloudflare)',
    code: `import type { ExportedHandler, MessageBatch } from '@cloudflare/workers-types';\ndeclare function work(data: unknown): Promise<void>;\nexport default {\n  async queue(batch: MessageBatch<string>) {\n    for (const message of batch.messages) {\n      try {\n        await work(message.body);\n      } «catch (error)» {\n        console.error(error);\n      }\n    }\n  },\n} satisfies ExportedHandler<unknown, string>;`,
    messages: ['Cloudflare Queues'],
  },
  {
    name: 'acknowledged after the error (amqplib)',
    code: `import type { Channel, ConsumeMessage } from 'amqplib';\ndeclare function work(data: unknown): Promise<void>;\nexport async function start(channel: Channel) {\n  const run = async (message: ConsumeMessage | null) => {\n    if (!message) return;\n    try {\n      await work(message.content);\n    } «catch (error)» {\n      console.error(error);\n    }\n    channel.ack(message);\n  };\n  await channel.consume('mails', run);\n}`,
    messages: ['RabbitMQ'],
    outputs: [[]],
  },
  {
    name: 'returning nothing deletes the message (sqs-consumer 13)',
    code: `import { Consumer } from 'sqs-consumer';\ndeclare function work(data: unknown): Promise<void>;\nexport const consumer = Consumer.create({ queueUrl: 'https://sqs', handleMessage: async (message) => {\n  try {\n    await work(message.Body);\n    return message;\n  } «catch (error)» {\n    console.error(error);\n    return undefined;\n  }\n} });`,
    messages: ['sqs-consumer'],
  },
  {
    name: 'a job of a batch (pg-boss)',
    code: `import type PgBoss from 'pg-boss';\ndeclare function work(data: unknown): Promise<void>;\nexport const start = (boss: PgBoss) => boss.work('mails', async (jobs) => Promise.all(jobs.map(async (job) => {\n  try {\n    await work(job.data);\n    return { ok: true };\n  } «catch (error)» {\n    return { ok: false, error };\n  }\n})));`,
    ids: 'returned',
    messages: ['pg-boss'],
  },
  {
    name: 'done without an error (Bull)',
    code: `import Bull from 'bull';\ndeclare function work(data: unknown): Promise<void>;\nnew Bull('mails').process(async (job, done) => {\n  try {\n    await work(job.data);\n  } «catch (error)» {\n    console.error(error);\n    done();\n  }\n});`,
    messages: ['Bull'],
  },
];

/** One handler of each library, with this as its body. */
const libraries = (title: string, body: string, mark: (text: string) => string): readonly Case[] =>
  Object.entries({
    Agenda: `import { Agenda } from 'agenda';\nexport const start = (agenda: Agenda) => { agenda.define('mails', async () => {${body}}); };`,
    'Bee-Queue': `import BeeQueue from 'bee-queue';\nnew BeeQueue('mails').process(async () => {${body}});`,
    'graphile-worker': `import type { Task } from 'graphile-worker';\nexport const mails: Task = async () => {${body}};`,
    Kafka: `import type { Consumer } from 'kafkajs';\nexport const start = (consumer: Consumer) => consumer.run({ eachMessage: async () => {${body}} });`,
    'AWS Lambda': `import type { SQSHandler } from 'aws-lambda';\nexport const handler: SQSHandler = async () => {${body}};`,
    '@golevelup/nestjs-rabbitmq': `import { RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';\nexport class Mails {\n  @RabbitSubscribe({ exchange: 'shop', routingKey: 'user', queue: 'mails' })\n  async send(): Promise<void> {${body}}\n}`,
    'Trigger.dev': `import { task } from '@trigger.dev/sdk/v3';\nexport const mails = task({ id: 'mails', run: async () => {${body}} });`,
    BullMQ: `import { Processor, WorkerHost } from '@nestjs/bullmq';\n@Processor('mails')\nexport class Mails extends WorkerHost {\n  async process(): Promise<void> {${body}}\n}`,
  }).map(([library, code]) => ({
    name: `${library}: ${title}`,
    code: mark(`declare function work(): Promise<void>;\n${code}`),
    ...(code.includes('«') ? { messages: [library] } : {}),
  }));

const silent: readonly Case[] = [
  {
    name: 'it is thrown on',
    code: worker(
      `try {\n  await work(job.data);\n} catch (error) {\n  console.error(error);\n  throw error;\n}\nreturn;`,
    ),
  },
  {
    name: 'other kinds are thrown on',
    code: worker(
      `try {\n  await work(job.data);\n} catch (error) {\n  if (!(error instanceof TypeError)) throw error;\n  console.warn(error);\n}\nreturn;`,
    ),
  },
  {
    name: 'it is kept in a row',
    code: worker(
      `try {\n  await work(job.data);\n} catch (error) {\n  await save({ id: job.id, error: String(error) });\n}\nreturn;`,
    ),
  },
  {
    name: 'it is kept in a list',
    code: worker(
      `const failed: unknown[] = [];\nfor (const id of job.data.ids) {\n  try {\n    await work(id);\n  } catch (error) {\n    failed.push(error);\n  }\n}\nreturn failed.length;`,
    ),
    options: { eachItem: true },
  },
  {
    name: 'it is kept in a variable',
    code: worker(
      `let failed = false;\ntry {\n  await work(job.data);\n} catch {\n  failed = true;\n}\nreturn failed;`,
    ),
  },
  {
    name: 'each of several things, by default',
    code: worker(
      `for (const id of job.data.ids) {\n  try {\n    await work(id);\n  } catch (error) {\n    console.error(error);\n  }\n}\nreturn;`,
    ),
  },
  {
    name: 'a comment says that it may fail',
    code: worker(
      `try {\n  await work(job.data);\n} catch {\n  // best effort: the next run does it\n}\nreturn;`,
    ),
  },
  {
    name: 'a promise that leaves a try whose catch only counts and throws on',
    code: worker(
      `try {\n  return work(job.data);\n} catch (error) {\n  console.count('failed');\n  throw error;\n}`,
    ),
  },
  {
    name: 'a comment that speaks to a tool, and says why',
    code: worker(
      `try {\n  await work(job.data);\n} catch {\n  // eslint-disable-next-line no-console -- best effort\n  console.error('x');\n}\nreturn;`,
    ),
  },
  {
    name: 'a comment above says so',
    code: worker(
      `// Failing here is not critical.\ntry {\n  await work(job.data);\n} catch (error) {\n  console.error(error);\n}\nreturn;`,
    ),
  },
  {
    name: 'a secondary step behind the work',
    code: worker(
      `await work(job.data);\ntry {\n  await work('tell somebody');\n} catch (error) {\n  console.error(error);\n}\nreturn;`,
    ),
  },
  {
    name: 'a secondary step before the work',
    code: worker(
      `try {\n  await work('warm up');\n} catch (error) {\n  console.error(error);\n}\nawait work(job.data);\nreturn;`,
    ),
  },
  {
    name: 'another way is gone',
    code: worker(
      `let user: { id: string };\ntry {\n  user = await load(job.data.id);\n} catch {\n  user = { id: 'nobody' };\n}\nreturn work(user);`,
    ),
  },
  {
    name: 'a payload that cannot be read',
    code: worker(
      `let data: unknown;\ntry {\n  data = JSON.parse(job.data);\n} catch (error) {\n  console.error(error);\n  return;\n}\nawait work(data);\nreturn;`,
    ),
  },
  {
    name: 'the library is told',
    code: worker(
      `try {\n  await work(job.data);\n} catch (error) {\n  await job.moveToFailed(error as Error, 'token');\n}\nreturn;`,
    ),
  },
  {
    name: 'done is told (Bull)',
    code: `import Bull from 'bull';\ndeclare function work(data: unknown): Promise<void>;\nnew Bull('mails').process(async (job, done) => {\n  try {\n    await work(job.data);\n  } catch (error) {\n    done(error as Error);\n  }\n});`,
  },
  {
    name: 'people are told by a package for errors',
    code: {
      'sentry.d.ts': `declare module '@sentry/node' {\n  export function captureException(error: unknown): string;\n}`,
      'app.ts': worker(
        `try {\n  await work(job.data);\n} catch (error) {\n  Sentry.captureException(error);\n}\nreturn;`,
        `import * as Sentry from '@sentry/node';\n`,
      ),
    },
  },
  {
    name: 'people are told by a logger of the project',
    code: {
      'sentry.d.ts': `declare module '@sentry/node' {\n  export function captureException(error: unknown): string;\n}`,
      'logger.ts': `import { captureException } from '@sentry/node';\nexport const logger = {\n  error(text: unknown): void {\n    console.error(text);\n    captureException(text);\n  },\n};`,
      'app.ts': worker(
        `try {\n  await work(job.data);\n} catch (error) {\n  logger.error(error);\n}\nreturn;`,
        `import { logger } from './logger.js';\n`,
      ),
    },
  },
  {
    name: 'somebody reads what the job returned',
    code: {
      'app.ts': worker(
        `try {\n  await work(job.data);\n  return { ok: true };\n} catch (error) {\n  return { ok: false, error };\n}`,
      ),
      'read.ts': `import type { Job } from 'bullmq';\nexport const ok = (job: Job) => job.returnvalue.ok;`,
    },
  },
  {
    name: 'the message is put aside (amqplib)',
    code: `import type { Channel, ConsumeMessage } from 'amqplib';\ndeclare function work(data: unknown): Promise<void>;\nexport async function start(channel: Channel) {\n  const run = async (message: ConsumeMessage | null) => {\n    if (!message) return;\n    try {\n      await work(message.content);\n      channel.ack(message);\n    } catch (error) {\n      console.error(error);\n      channel.nack(message, false, false);\n    }\n  };\n  await channel.consume('mails', run);\n}`,
  },
  {
    name: 'the broker has forgotten the message already (noAck)',
    code: `import type { Channel, ConsumeMessage } from 'amqplib';\ndeclare function work(data: unknown): Promise<void>;\nexport async function start(channel: Channel) {\n  const run = async (message: ConsumeMessage | null) => {\n    try {\n      await work(message?.content);\n    } catch (error) {\n      console.error(error);\n    }\n  };\n  await channel.consume('mails', run, { noAck: true });\n}`,
  },
  {
    name: 'some messages of the batch are named as failed (Lambda)',
    code: `import type { SQSHandler } from 'aws-lambda';\ndeclare function work(data: unknown): Promise<void>;\nexport const handler: SQSHandler = async (event) => {\n  const failed: { itemIdentifier: string }[] = [];\n  for (const record of event.Records) {\n    try {\n      await work(record.body);\n    } catch (error) {\n      console.error(error);\n      failed.push({ itemIdentifier: record.messageId });\n    }\n  }\n  return { batchItemFailures: failed };\n};`,
  },
  {
    name: 'what is returned is not the message, so it is kept (sqs-consumer)',
    code: `import { Consumer } from 'sqs-consumer';\ndeclare function work(data: unknown): Promise<void>;\nexport const consumer = Consumer.create({ queueUrl: 'https://sqs', handleMessage: async (message) => {\n  try {\n    await work(message.Body);\n    return message;\n  } catch (error) {\n    console.error(error);\n    return {};\n  }\n} });`,
  },
  {
    name: 'what is deleted in the same try comes again (SQS)',
    code: `import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';\ndeclare function bake(text: unknown): Promise<void>;\nexport async function poll(client: SQSClient, QueueUrl: string) {\n  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));\n  for (const { Body, ReceiptHandle } of Messages) {\n    try {\n      await bake(Body);\n      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));\n    } catch (error) {\n      console.error(error);\n    }\n  }\n}`,
    options: { eachItem: true },
  },
  {
    name: 'a job of a batch that is named as failed (pg-boss)',
    code: `import type PgBoss from 'pg-boss';\ndeclare function work(data: unknown): Promise<void>;\nexport const start = (boss: PgBoss) => boss.work('mails', async (jobs) => Promise.all(jobs.map(async (job) => {\n  try {\n    await work(job.data);\n    return { id: job.id, status: 'completed' };\n  } catch (error) {\n    return { id: job.id, status: 'failed', output: String(error) };\n  }\n})));`,
  },
  {
    name: 'an answer (golevelup)',
    code: `import { RabbitRPC } from '@golevelup/nestjs-rabbitmq';\ndeclare function work(): Promise<void>;\nexport class Prices {\n  @RabbitRPC({ exchange: 'shop', routingKey: 'price', queue: 'prices' })\n  async price() {\n    try {\n      await work();\n      return { ok: true };\n    } catch (error) {\n      return { ok: false, error };\n    }\n  }\n}`,
  },
  {
    name: 'a durable function, whose steps were run again before',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'shop' });\ndeclare function work(): Promise<void>;\nexport const mails = inngest.createFunction({ id: 'mails' }, { event: 'user' }, async ({ step }) => {\n  try {\n    await step.run('work', () => work());\n  } catch (error) {\n    console.error(error);\n  }\n});`,
  },
  {
    name: 'a promise that is awaited in the try',
    code: worker(
      `try {\n  return await work(job.data);\n} catch (error) {\n  await save({ failed: String(error) });\n  return;\n}`,
    ),
  },
  {
    name: 'a promise that leaves a try that throws on in any case',
    code: worker(`try {\n  return work(job.data);\n} catch (error) {\n  throw error;\n}`),
  },
  {
    name: 'outside of any task',
    code: `${head}export async function main(): Promise<void> {\n  try {\n    await work(1);\n  } catch (error) {\n    console.error(error);\n  }\n}\nexport { Queue, Worker, connection, load, save };`,
  },
  {
    name: 'results are looked at',
    options: { eachItem: true },
    code: worker(
      `const all = await Promise.allSettled([work(1), work(job.data)]);\nreturn all.filter(({ status }) => status === 'rejected').length;`,
    ),
  },
  {
    name: 'nothing is known of what the catch calls',
    code: worker(
      `try {\n  await work(job.data);\n} catch (error) {\n  anything.tell(error);\n}\nreturn;`,
      `declare const anything: any;\n`,
    ),
  },
  {
    name: 'an object of the same shape that is no library’s',
    code: `class Worker { constructor(readonly name: string, readonly run: () => Promise<void>) {} }\ndeclare function work(): Promise<void>;\nexport const run = new Worker('mails', async () => {\n  try {\n    await work();\n  } catch (error) {\n    console.error(error);\n  }\n});`,
  },
];

const untyped: readonly Case[] = [
  {
    name: 'without types',
    untyped: true,
    code: worker(`try {\n  await work(job.data);\n} «catch (error)» {\n  console.error(error);\n}\nreturn;`),
  },
];

testRule(
  'no-swallowed-failure',
  'logged',
  {
    reported,
    'each library: reported': libraries(
      'a catch that logs',
      'try { await work(); } «catch (error)» { console.error(error); }',
      (text) => text,
    ),
    'each library: silent': libraries(
      'an error that goes on',
      'try { await work(); } catch (error) { console.error(error); throw error; }',
      (text) => text,
    ),
    silent,
    untyped,
  },
  { typedOutputs: true },
);
