import { type Case, testRule } from './support.js';

const head = `import type { Channel, ConsumeMessage } from 'amqplib';
declare function work(content: Buffer): Promise<void>;
`;
/** A consumer of amqplib whose failing messages are treated so. */
const consumer = (failing: string, before = ''): string =>
  `${head}export async function start(channel: Channel) {\n  const run = async (message: ConsumeMessage | null) => {\n    if (!message) return;\n${before}    try {\n      await work(message.content);\n      channel.ack(message);\n    } catch {\n${failing}\n    }\n  };\n  await channel.consume('mails', run);\n}`;
const subscriber = (options: string, body = 'await work();', names = 'RabbitSubscribe'): string =>
  `import { ${names} } from '@golevelup/nestjs-rabbitmq';\ndeclare function work(): Promise<void>;\nexport class Mails {\n  ${options}\n  async send(): Promise<unknown> {\n    ${body}\n    return undefined;\n  }\n}`;
const queue = `exchange: 'shop', routingKey: 'user', queue: 'mails'`;

const reported: readonly Case[] = [
  {
    name: 'nack by its default (amqplib)',
    code: consumer('channel.«nack»(message);'),
    messages: ['`nack()` puts the message straight back'],
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'nack with requeue (amqplib)',
    code: consumer('channel.nack(message, false, «true»);'),
    ids: 'stated',
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'nack of all until this one',
    code: consumer('channel.«nack»(message, true);'),
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'reject by its default',
    code: consumer('channel.«reject»(message);'),
    outputs: [['channel.reject(message, false);']],
  },
  {
    name: 'reject with requeue',
    code: consumer('channel.reject(message, «true»);'),
    ids: 'stated',
    outputs: [['channel.reject(message, false);']],
  },
  { name: 'nackAll', code: consumer('channel.«nackAll»();'), outputs: [['channel.nackAll(false);']] },
  {
    name: 'by a constant',
    code: `const again = true;\n${consumer('channel.nack(message, false, «again»);')}`,
    ids: 'stated',
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'in a promise’s catch, of the callback API',
    code: `import type { Channel, Message } from 'amqplib/callback_api.js';\ndeclare function work(): Promise<void>;\nexport const run = (channel: Channel) => (message: Message) => {\n  work().then(() => channel.ack(message)).catch(() => channel.«nack»(message));\n};`,
  },
  {
    name: 'amqp-connection-manager',
    code: `import type { ChannelWrapper } from 'amqp-connection-manager';\nimport type { ConsumeMessage } from 'amqplib';\ndeclare function work(): Promise<void>;\nexport const start = (channel: ChannelWrapper) => channel.consume('mails', async (message: ConsumeMessage) => {\n  try {\n    await work();\n    channel.ack(message);\n  } catch {\n    channel.«nack»(message);\n  }\n});`,
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'NestJS microservices',
    code: `import type { Channel, Message } from 'amqplib';\nimport { Ctx, EventPattern, RmqContext } from '@nestjs/microservices';\ndeclare function work(): Promise<void>;\nexport class Mails {\n  @EventPattern('user')\n  async user(@Ctx() context: RmqContext) {\n    const channel: Channel = context.getChannelRef();\n    const message = context.getMessage() as Message;\n    try {\n      await work();\n      channel.ack(message);\n    } catch {\n      channel.«nack»(message);\n    }\n  }\n}`,
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'Rascal’s recovery',
    code: `import type { SubscriberSessionAsPromised } from 'rascal';\ndeclare function work(): Promise<void>;\nexport const start = (session: SubscriberSessionAsPromised) => session.on('message', (message, content, ackOrNack) => {\n  work().then(() => ackOrNack(), (error: Error) => ackOrNack(error, «{ strategy: 'nack', requeue: true }»));\n  void [message, content];\n});`,
    ids: 'stated',
  },
  {
    name: 'golevelup by its default',
    code: subscriber(`«@RabbitSubscribe({ ${queue} })»`),
    ids: 'errors',
    messages: ['Set `errorBehavior`'],
    outputs: [[]],
  },
  {
    name: 'golevelup by its default, where the enum is imported',
    code: subscriber(
      `«@RabbitSubscribe({ ${queue} })»`,
      'if (String(MessageHandlerErrorBehavior)) await work();',
      'RabbitSubscribe, MessageHandlerErrorBehavior',
    ),
    ids: 'errors',
    outputs: [[`@RabbitSubscribe({ ${queue}, errorBehavior: MessageHandlerErrorBehavior.NACK })`]],
  },
  {
    name: 'golevelup by its option',
    code: subscriber(
      `@RabbitSubscribe({ ${queue}, errorBehavior: «MessageHandlerErrorBehavior.REQUEUE» })`,
      'await work();',
      'RabbitSubscribe, MessageHandlerErrorBehavior',
    ),
    ids: 'errors',
    outputs: [[`@RabbitSubscribe({ ${queue}, errorBehavior: MessageHandlerErrorBehavior.NACK })`]],
  },
  {
    name: 'new Nack(true) of golevelup',
    code: subscriber(
      `@RabbitSubscribe({ ${queue}, errorBehavior: MessageHandlerErrorBehavior.NACK })`,
      'if (Date.now() > 1) return new Nack(«true»);',
      'RabbitSubscribe, MessageHandlerErrorBehavior, Nack',
    ),
    ids: 'stated',
    outputs: [['if (Date.now() > 1) return new Nack();']],
  },
  {
    name: 'Pub/Sub, where that is asked for',
    options: { outside: true },
    code: `import type { Message } from '@google-cloud/pubsub';\nexport const run = (message: Message) => message.«nack»();`,
    ids: 'outside',
  },
  {
    name: 'SQS, where that is asked for',
    options: { outside: true },
    code: `import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';\nexport const again = (QueueUrl: string, ReceiptHandle: string) => new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: «0» });`,
    ids: 'outside',
  },
  {
    name: 'without types',
    untyped: true,
    code: consumer('channel.«nack»(message);'),
  },
];

const silent: readonly Case[] = [
  { name: 'nack without requeue', code: consumer('channel.nack(message, false, false);') },
  { name: 'reject without requeue', code: consumer('channel.reject(message, false);') },
  { name: 'nackAll without requeue', code: consumer('channel.nackAll(false);') },
  {
    name: 'only a message that came for the first time',
    code: consumer('channel.nack(message, false, !message.fields.redelivered);'),
  },
  {
    name: 'behind a look at redelivered',
    code: consumer(
      'if (message.fields.redelivered) channel.reject(message, false);\nelse channel.nack(message);',
    ),
  },
  {
    name: 'a message that came too often is put aside before',
    code: consumer(
      'channel.nack(message);',
      `    if ((message.properties.headers?.['x-death'] ?? []).length > 3) {\n      channel.ack(message);\n      return;\n    }\n`,
    ),
  },
  {
    name: 'the caller of a helper has looked',
    code: `${head}export const putBack = (channel: Channel, message: ConsumeMessage) => { channel.nack(message); };\nexport const failed = (channel: Channel, message: ConsumeMessage, attempts: number) => {\n  if (attempts < 3) putBack(channel, message);\n  else channel.nack(message, false, false);\n};\nexport { work };`,
  },
  {
    name: 'after a pause',
    code:
      consumer('await sleep(5000);\nchannel.nack(message);') +
      '\ndeclare function sleep(ms: number): Promise<void>;',
  },
  { name: 'by a timer', code: consumer('setTimeout(() => channel.nack(message), 5000);') },
  {
    name: 'a consumer that is about to stop',
    code:
      consumer(
        'channel.ack(message);',
        '    if (stopping) {\n      channel.nack(message);\n      return;\n    }\n',
      ) + '\ndeclare const stopping: boolean;',
  },
  {
    name: 'a queue with a limit of its own',
    code: {
      'app.ts': consumer('channel.nack(message);'),
      'broker.ts': `import type { Channel } from 'amqplib';\nexport const open = (channel: Channel) => channel.assertQueue('mails', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 } });`,
    },
  },
  {
    name: 'nobody knows the argument',
    code: consumer('channel.nack(message, false, again);') + '\ndeclare const again: boolean;',
  },
  {
    name: 'another class with the same methods',
    code: `class Channel { nack(line: string): string { return line; } }\nexport const run = (channel: Channel) => channel.nack('hello');`,
  },
  {
    name: 'any',
    code: `export const run = (channel: any, message: any) => channel.nack(message);`,
  },
  {
    name: 'golevelup with another behaviour',
    code: subscriber(
      `@RabbitSubscribe({ ${queue}, errorBehavior: MessageHandlerErrorBehavior.NACK })`,
      'await work();',
      'RabbitSubscribe, MessageHandlerErrorBehavior',
    ),
  },
  {
    name: 'golevelup with an error handler',
    code: subscriber(
      `@RabbitSubscribe({ ${queue}, errorHandler: (channel, message) => { channel.reject(message as never, false); } })`,
    ),
  },
  {
    name: 'golevelup, where the module says it for all',
    code: {
      'app.ts': subscriber(`@RabbitSubscribe({ ${queue} })`),
      'module.ts': `import { MessageHandlerErrorBehavior, RabbitMQModule } from '@golevelup/nestjs-rabbitmq';\nexport const rabbit = RabbitMQModule.forRoot({ uri: 'amqp://rabbit', defaultSubscribeErrorBehavior: MessageHandlerErrorBehavior.NACK });`,
    },
  },
  {
    name: 'golevelup, where a filter takes the errors',
    code: `import { UseFilters } from '@nestjs/common';\n${subscriber(`@UseFilters(class { catch(): void {} })\n  @RabbitSubscribe({ ${queue} })`)}`,
  },
  {
    name: 'golevelup, where the class has the filter',
    code: `import { UseFilters } from '@nestjs/common';\n${subscriber(`@RabbitSubscribe({ ${queue} })`).replace('export class', '@UseFilters(class { catch(): void {} })\nexport class')}`,
  },
  {
    name: 'golevelup, where the application has one',
    code: {
      'app.ts': subscriber(`@RabbitSubscribe({ ${queue} })`),
      'main.ts': `import type { INestApplication } from '@nestjs/common';\nexport const start = (app: INestApplication) => app.useGlobalFilters({ catch: () => undefined });`,
    },
  },
  {
    name: 'golevelup, where no error leaves the method',
    code: subscriber(
      `@RabbitSubscribe({ ${queue} })`,
      'try { await work(); } catch (error) { console.error(error); }',
    ),
  },
  {
    name: 'golevelup answering a question',
    code: subscriber(`@RabbitRPC({ ${queue} })`, 'await work();', 'RabbitRPC'),
  },
  {
    name: 'new Nack() of golevelup',
    code: subscriber(
      `@RabbitSubscribe({ ${queue}, errorBehavior: MessageHandlerErrorBehavior.NACK })`,
      'if (Date.now() > 1) return new Nack();',
      'RabbitSubscribe, MessageHandlerErrorBehavior, Nack',
    ),
  },
  {
    name: 'Rascal without a recovery, and with a pause',
    code: `import type { SubscriberSessionAsPromised } from 'rascal';\ndeclare function work(): Promise<void>;\nexport const start = (session: SubscriberSessionAsPromised) => session.on('message', (message, content, ackOrNack) => {\n  work().then(() => ackOrNack(), (error: Error) => (content ? ackOrNack(error) : ackOrNack(error, { strategy: 'nack', requeue: true, defer: 1000 })));\n  void message;\n});`,
  },
  {
    name: 'Pub/Sub, by default',
    code: `import type { Message } from '@google-cloud/pubsub';\nexport const run = (message: Message) => message.nack();`,
  },
  {
    name: 'SQS after a pause',
    options: { outside: true },
    code: `import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';\nexport const again = (QueueUrl: string, ReceiptHandle: string) => new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 60 });`,
  },
];

testRule('no-unsafe-requeue', 'default', { reported, silent }, { typedOutputs: true });
