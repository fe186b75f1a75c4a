import { type Case, testRule } from './support.js';

const head = `import type { Channel, ConsumeMessage } from 'amqplib';
declare function work(content: unknown): Promise<boolean>;
declare function other(message: unknown): void;
`;
/** A consumer of amqplib with this body behind its look at `null`. */
const consumer = (body: string, before = ''): string =>
  `${head}${before}export async function start(channel: Channel) {\n  const run = async (message: ConsumeMessage | null) => {\n    if (!message) return;\n${body}\n  };\n  await channel.consume('mails', run);\n}\nexport { other, work };`;
/** The same, with the name of the method marked. */
const marked = (body: string, before = ''): string =>
  consumer(body, before).replace("channel.consume('mails'", "channel.«consume»('mails'");

const reported: readonly Case[] = [
  {
    name: 'never',
    code: marked('await work(message.content);'),
    ids: 'never',
    messages: ['RabbitMQ keeps it for this consumer'],
  },
  {
    name: 'an early return',
    code: consumer(
      'if (message.properties.type !== "mail") «return;»\nawait work(message.content);\nchannel.ack(message);',
    ),
    ids: 'returns',
  },
  {
    name: 'a catch that only logs',
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n} «catch (error)» {\n  console.error(error);\n}',
    ),
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'a catch that returns',
    code: consumer(
      'try {\n  await work(message.content);\n} «catch (error)» {\n  console.error(error);\n  return;\n}\nchannel.ack(message);',
    ),
    outputs: [['channel.nack(message, false, false); return;']],
  },
  {
    name: 'an empty catch',
    code: consumer('try {\n  await work(message.content);\n  channel.ack(message);\n} «catch» {}'),
    outputs: [['} catch { channel.nack(message, false, false); }']],
  },
  {
    name: 'a condition without an else',
    code: marked('if (await work(message.content)) channel.ack(message);'),
    ids: 'end',
  },
  {
    name: 'one case of a switch',
    code: marked(
      'switch (message.properties.type) {\n  case "mail":\n    await work(message.content);\n    channel.ack(message);\n    break;\n  case "sms":\n    await work(1);\n    break;\n  default:\n    channel.reject(message, false);\n}',
    ),
    ids: 'end',
  },
  {
    name: 'an error that is thrown out of the handler',
    code: consumer(
      'if (message.content.length === 0) «throw new Error("empty");»\nawait work(message.content);\nchannel.ack(message);',
    ),
    ids: 'throws',
    messages: ['it ends the process, or closes the channel'],
  },
  {
    name: 'a catch that throws on',
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n} catch (error) {\n  «throw error;»\n}',
    ),
    ids: 'throws',
  },
  {
    name: 'twice: acknowledged, and refused when something else fails',
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n  await work(1);\n} catch {\n  «channel.nack(message, false, false)»;\n}',
    ),
    ids: 'twice',
    messages: ['RabbitMQ closes the channel'],
  },
  {
    name: 'twice: in the try and in its finally',
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n} finally {\n  «channel.ack(message)»;\n}',
    ),
    ids: 'twice',
  },
  {
    name: 'twice: refused without a return',
    code: consumer(
      'if (message.content.length === 0) channel.nack(message, false, false);\nawait work(message.content);\n«channel.ack(message)»;',
    ),
    ids: 'twice',
  },
  {
    name: 'a helper settles, and then the handler does',
    code: consumer(
      'await work(message.content);\ndone(channel, message);\n«channel.ack(message)»;',
      'function done(channel: Channel, message: ConsumeMessage): void {\n  channel.ack(message);\n}\n',
    ),
    ids: 'twice',
  },
  {
    name: 'a helper that does not settle',
    code: marked(
      'show(message);',
      'function show(message: ConsumeMessage): void {\n  console.log(message.content);\n}\n',
    ),
    ids: 'never',
  },
  {
    name: 'what is awaited, where that is asked for',
    options: { uncaught: true },
    code: consumer('«await work(message.content)»;\nawait work(1);\nchannel.ack(message);'),
    ids: 'uncaught',
  },
  {
    name: 'the handler of another file',
    code: {
      'run.ts':
        `${head}export const run = (channel: Channel) => async (message: ConsumeMessage | null) => {\n  if (message) channel.ack(message);\n};\nexport async function onMail(«message: ConsumeMessage | null») {\n  if (message) await work(message.content);\n}\nexport { other };`.replace(
          'onMail(«message: ConsumeMessage | null»)',
          '«onMail»(message: ConsumeMessage | null)',
        ),
      'app.ts': `import type { Channel } from 'amqplib';\nimport { onMail } from './run.js';\nexport const start = (channel: Channel) => channel.consume('mails', onMail);`,
    },
    ids: 'never',
  },
  {
    name: 'amqp-connection-manager',
    code: `import type { ChannelWrapper } from 'amqp-connection-manager';\ndeclare function work(): Promise<void>;\nexport const start = (channel: ChannelWrapper) => channel.consume('mails', async (message) => {\n  try {\n    await work();\n    channel.ack(message);\n  } «catch (error)» {\n    console.error(error);\n  }\n});`,
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'Pub/Sub',
    code: `import { PubSub, type Message } from '@google-cloud/pubsub';\ndeclare function work(): Promise<void>;\nnew PubSub().subscription('mails').on('message', async (message: Message) => {\n  try {\n    await work();\n    message.ack();\n  } «catch (error)» {\n    console.error(error);\n  }\n});`,
    messages: ['Pub/Sub keeps it leased'],
    outputs: [['message.nack();']],
  },
  {
    name: 'Rascal',
    code: `import type { SubscriberSessionAsPromised } from 'rascal';\ndeclare function work(): Promise<void>;\nexport const start = (session: SubscriberSessionAsPromised) => session.on('message', async (message, content, ackOrNack) => {\n  try {\n    await work();\n    ackOrNack();\n  } «catch (error)» {\n    console.error(error, message, content);\n  }\n});`,
    outputs: [[]],
  },
  {
    name: 'NestJS microservices',
    code: `import type { Channel, Message } from 'amqplib';\nimport { Ctx, EventPattern, RmqContext } from '@nestjs/microservices';\ndeclare function work(): Promise<void>;\nexport class Mails {\n  @EventPattern('user')\n  async user(@Ctx() context: RmqContext) {\n    const channel: Channel = context.getChannelRef();\n    const message = context.getMessage() as Message;\n    try {\n      await work();\n      channel.ack(message);\n    } «catch (error)» {\n      console.error(error);\n    }\n  }\n}`,
    outputs: [['channel.nack(message, false, false);']],
  },
  {
    name: 'without types',
    untyped: true,
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n} «catch (error)» {\n  console.error(error);\n}',
    ),
  },
];

const silent: readonly Case[] = [
  {
    name: 'done or refused',
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n} catch {\n  channel.nack(message, false, false);\n}',
    ),
  },
  {
    name: 'refused with a return, and done behind',
    code: consumer(
      'try {\n  await work(message.content);\n} catch {\n  channel.nack(message, false, false);\n  return;\n}\nchannel.ack(message);',
    ),
  },
  {
    name: 'in a finally',
    code: consumer('try {\n  await work(message.content);\n} finally {\n  channel.ack(message);\n}'),
  },
  {
    name: 'done, whatever else follows',
    code: consumer('await work(message.content);\nchannel.ack(message);\nconsole.log("done");'),
  },
  {
    name: 'what is awaited, by default',
    code: consumer('await work(message.content);\nchannel.ack(message);'),
  },
  {
    name: 'logged behind the acknowledgement',
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n  console.log("done");\n} catch {\n  channel.nack(message, false, false);\n}',
    ),
  },
  { name: 'no message, no settlement', code: consumer('channel.ack(message);') },
  {
    name: 'no message, the other way round',
    code: `${head}export const start = (channel: Channel) => channel.consume('mails', async (message) => {\n  if (message !== null) {\n    await work(message.content);\n    channel.ack(message);\n  }\n});\nexport { other };\nexport type M = ConsumeMessage;`,
  },
  {
    name: 'each case of a switch',
    code: consumer(
      'switch (message.properties.type) {\n  case "mail":\n    await work(message.content);\n    channel.ack(message);\n    break;\n  default:\n    channel.reject(message, false);\n}',
    ),
  },
  {
    name: 'by a helper of the project',
    code: consumer(
      'await work(message.content);\ndone(channel, message);',
      'function done(channel: Channel, message: ConsumeMessage): void {\n  channel.ack(message);\n}\n',
    ),
  },
  { name: 'handed to something that is not followed', code: consumer('other(message);') },
  {
    name: 'kept in a list',
    code: consumer('held.push(message);', 'const held: ConsumeMessage[] = [];\n'),
  },
  { name: 'kept in an object', code: consumer('other({ message });') },
  {
    name: 'in a callback',
    code: consumer(
      'void work(message.content).then(() => channel.ack(message), () => channel.nack(message, false, false));',
    ),
  },
  {
    name: 'conditions that belong together',
    code: consumer(
      'const ok = await work(message.content);\nif (ok) channel.ack(message);\nif (!ok) channel.nack(message, false, false);',
    ),
  },
  {
    name: 'a variable that says whether it is settled',
    code: consumer(
      'let settled = false;\ntry {\n  await work(message.content);\n  channel.ack(message);\n  settled = true;\n  await work(1);\n} catch {\n  if (!settled) channel.nack(message, false, false);\n}',
    ),
  },
  {
    name: 'a loop of tries',
    code: consumer(
      'for (;;) {\n  try {\n    await work(message.content);\n    break;\n  } catch {\n    await work(0);\n  }\n}\nchannel.ack(message);',
    ),
  },
  {
    name: 'acknowledged by the broker itself',
    code: `${head}export const start = (channel: Channel) => channel.consume('mails', async (message) => { await work(message?.content); }, { noAck: true });\nexport { other };\nexport type M = ConsumeMessage;`,
  },
  {
    name: 'the channel is closed',
    code: consumer(
      'try {\n  await work(message.content);\n  channel.ack(message);\n} catch {\n  await channel.close();\n}',
    ),
  },
  {
    name: 'SQS, where a message comes again by itself',
    code: `import { SQSClient, ReceiveMessageCommand, DeleteMessageCommand } from '@aws-sdk/client-sqs';\ndeclare function work(text: unknown): Promise<void>;\nexport async function poll(client: SQSClient, QueueUrl: string) {\n  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));\n  for (const { Body, ReceiptHandle } of Messages) {\n    try {\n      await work(Body);\n      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));\n    } catch (error) {\n      console.error(error);\n    }\n  }\n}`,
  },
  {
    name: 'Rascal, settled by a promise’s callbacks',
    code: `import type { SubscriberSessionAsPromised } from 'rascal';\ndeclare function work(): Promise<void>;\nexport const start = (session: SubscriberSessionAsPromised) => session.on('message', (message, content, ackOrNack) => {\n  work().then(() => ackOrNack(), ackOrNack);\n  void [message, content];\n});`,
  },
  {
    name: 'NestJS microservices that settle nothing',
    code: `import { Ctx, EventPattern, RmqContext } from '@nestjs/microservices';\ndeclare function work(context: RmqContext): Promise<void>;\nexport class Mails {\n  @EventPattern('user')\n  async user(@Ctx() context: RmqContext) {\n    await work(context);\n  }\n}`,
  },
  {
    name: 'another class with the same methods',
    code: `class Channel { async consume(name: string, run: (line: string) => Promise<void>) { await run(name); } ack(line: string) { return line; } }\ndeclare function work(line: string): Promise<void>;\nexport const start = (channel: Channel) => channel.consume('mails', async (line) => { await work(line); });`,
  },
  {
    name: 'any',
    code: `export const start = (channel: any) => channel.consume('mails', async (message: any) => { await message.work(); });`,
  },
];

testRule('require-settlement', 'caught', { reported, silent }, { typedOutputs: true });
