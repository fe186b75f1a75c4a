import { defineLibrary, type SettlementSite, type TimeLimitSpec } from './define.js';

/** The broker takes a message back that is not acknowledged within this time, and closes the channel. */
const deliveryTimeout: TimeLimitSpec = { default: 1_800_000 };
const deliveryTimeoutSource = 'https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout';

function settlementsOf(owner: string): readonly SettlementSite[] {
  return [
    { method: `${owner}.ack`, outcome: 'done' },
    { method: `${owner}.ackAll`, outcome: 'done' },
    { method: `${owner}.nack`, outcome: 'again' },
    { method: `${owner}.nackAll`, outcome: 'again' },
    { method: `${owner}.reject`, outcome: 'again' },
  ];
}

/**
 * RabbitMQ by amqplib 0.10 to 2. Facts: 0.10.9 and 2.3.1 with RabbitMQ 3.10, run. Sources in the package:
 * lib/api_args.js (what is left out means: `noAck` false, requeue true).
 */
export const amqplib = defineLibrary({
  name: 'RabbitMQ',
  packages: ['amqplib'],
  dispatches: ['Channel', 'ConfirmChannel'].flatMap((owner) => [
    {
      method: `${owner}.sendToQueue`,
      queue: 'arg0' as const,
      payload: 'arg1' as const,
      options: 'arg2' as const,
    },
    {
      method: `${owner}.publish`,
      task: 'arg1' as const,
      payload: 'arg2' as const,
      options: 'arg3' as const,
    },
  ]),
  handlers: ['Channel', 'ConfirmChannel'].map((owner) => ({
    method: `${owner}.consume`,
    queue: 'arg0' as const,
    handler: 'arg1' as const,
    options: 'arg2' as const,
  })),
  settlements: [...settlementsOf('Channel'), ...settlementsOf('ConfirmChannel')],
  layers: ['definition'],
  timeLimit: deliveryTimeout,
  acknowledgement: { option: 'noAck', true: 'early', false: 'manual', default: 'manual' },
  serializer: 'bytes',
  evidence: 'test/evidence/amqplib.test.ts',
});

/** RabbitMQ by amqp-connection-manager. Facts: 5.0.0 with RabbitMQ 3.10, run. */
export const amqpConnectionManager = defineLibrary({
  name: 'amqp-connection-manager',
  packages: ['amqp-connection-manager'],
  dispatches: [
    { method: 'ChannelWrapper.sendToQueue', queue: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'ChannelWrapper.publish', task: 'arg1', payload: 'arg2', options: 'arg3' },
  ],
  handlers: [{ method: 'ChannelWrapper.consume', queue: 'arg0', handler: 'arg1', options: 'arg2' }],
  settlements: settlementsOf('ChannelWrapper'),
  layers: ['definition'],
  timeLimit: deliveryTimeout,
  acknowledgement: { option: 'noAck', true: 'early', false: 'manual', default: 'manual' },
  // With `json: true` an object is written as JSON; bytes are bytes.
  serializer: 'bytes',
  evidence: 'test/evidence/amqp-connection-manager.test.ts',
  documented: { time: deliveryTimeoutSource },
});

/** RabbitMQ in NestJS by @golevelup/nestjs-rabbitmq. Facts: 9.0.2 with RabbitMQ 3.10, run. */
export const golevelup = defineLibrary({
  name: '@golevelup/nestjs-rabbitmq',
  packages: ['@golevelup/nestjs-rabbitmq'],
  dispatches: [
    { method: 'AmqpConnection.publish', task: 'arg1', payload: 'arg2', options: 'arg3' },
    { method: 'AmqpConnection.request', task: 'arg0.routingKey', payload: 'arg0.payload', options: 'arg0' },
  ],
  handlers: ['RabbitSubscribe', 'RabbitRPC'].map((decorator) => ({
    decorator,
    queue: 'arg0.queue' as const,
    ignoresQueue: true,
    handler: 'self' as const,
    payload: 'param0' as const,
    options: 'arg0' as const,
  })),
  waits: [{ method: 'AmqpConnection.request' }],
  layers: ['definition'],
  timeLimit: deliveryTimeout,
  traps: [
    {
      option: 'queueOptions.consumerOptions.noAck',
      is: [true],
      effect: 'rejected',
      because: 'the library acknowledges all the same, and RabbitMQ closes the channel for it',
      instead: 'Take it out',
      write: { remove: true },
    },
  ],
  // It acknowledges by itself when the method is done.
  acknowledgement: { default: 'late' },
  serializer: 'json-or-bytes',
  evidence: 'test/evidence/golevelup-rabbitmq.test.ts',
  documented: { time: deliveryTimeoutSource },
});

/** RabbitMQ by Rascal. Facts: rascal 21.0.1, run with RabbitMQ 3.10. */
export const rascal = defineLibrary({
  name: 'Rascal',
  packages: ['rascal'],
  dispatches: [
    { method: 'BrokerAsPromised.publish', queue: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'Broker.publish', queue: 'arg0', payload: 'arg1', options: 'arg2' },
  ],
  handlers: ['SubscriberSessionAsPromised', 'SubscriberSession'].map((owner) => ({
    method: `${owner}.on`,
    when: { arg0: { is: 'message' } },
    queue: 'receiver(0)' as const,
    handler: 'arg1' as const,
    payload: 'param1' as const,
  })),
  layers: ['definition'],
  timeLimit: deliveryTimeout,
  acknowledgement: { default: 'manual', parameter: 2 },
  serializer: 'json-or-bytes',
  evidence: 'test/evidence/rascal.test.ts',
  documented: { time: deliveryTimeoutSource },
});

/**
 * NestJS microservices, which may run over RabbitMQ. Facts: @nestjs/microservices 11, run. Which transport a
 * handler has is said elsewhere; that it acknowledges by hand, it says itself.
 */
export const nestjsMicroservices = defineLibrary({
  name: 'NestJS microservices',
  packages: ['@nestjs/microservices'],
  queues: [{ method: 'RmqContext.getChannelRef', makes: 'Channel' }],
  dispatches: [
    { method: 'ClientProxy.emit', task: 'arg0', payload: 'arg1' },
    { method: 'ClientProxy.send', task: 'arg0', payload: 'arg1' },
    { method: 'ClientRMQ.emit', task: 'arg0', payload: 'arg1' },
    { method: 'ClientRMQ.send', task: 'arg0', payload: 'arg1' },
  ],
  handlers: ['EventPattern', 'MessagePattern'].map((decorator) => ({
    decorator,
    ignoresQueue: true,
    task: 'arg0' as const,
    handler: 'self' as const,
    payload: 'param0' as const,
  })),
  waits: [{ method: 'ClientProxy.send' }, { method: 'ClientRMQ.send' }],
  settlements: settlementsOf('Channel'),
  layers: ['definition'],
  acknowledgement: { default: 'manual' },
  // Kafka's keys and values go as bytes.
  serializer: 'json-or-bytes',
  evidence: 'test/evidence/nestjs-microservices.test.ts',
});
