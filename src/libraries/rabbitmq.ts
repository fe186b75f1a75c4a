import { defineLibrary, type ErrorRequeueSpec, type SettlementSite, type TimeLimitSpec } from './define.js';
import { nestLogger } from './nestjs.js';

/** The broker takes a message back that is not acknowledged within this time, and closes the channel. */
const deliveryTimeout: TimeLimitSpec = { default: 1_800_000 };
/** What RabbitMQ does with a client that sends no heartbeats. */
const closes = 'RabbitMQ closes the connection and hands its messages out again';
const heartbeatSource = 'https://www.rabbitmq.com/docs/heartbeats';
const deliveryTimeoutSource = 'https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout';

const settling = {
  unsettled: 'RabbitMQ keeps it for this consumer, which gets no new ones once `prefetch` is full',
  twice: 'RabbitMQ closes the channel, and all its consumers stop',
  refuse: '{receiver}.nack({message}, false, false);',
} as const;

function settlementsOf(owner: string): readonly SettlementSite[] {
  return [
    { method: `${owner}.ack`, outcome: 'done' },
    { method: `${owner}.ackAll`, outcome: 'done' },
    {
      method: `${owner}.nack`,
      outcome: 'again',
      requeues: { argument: 'arg2', default: true, instead: ['arg0', 'false', 'false'] },
    },
    {
      method: `${owner}.nackAll`,
      outcome: 'again',
      requeues: { argument: 'arg0', default: true, instead: ['false'] },
    },
    {
      method: `${owner}.reject`,
      outcome: 'again',
      requeues: { argument: 'arg1', default: true, instead: ['arg0', 'false'] },
    },
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
      sync: true,
    },
    {
      method: `${owner}.publish`,
      task: 'arg1' as const,
      payload: 'arg2' as const,
      options: 'arg3' as const,
      sync: true,
    },
  ]),
  handlers: ['Channel', 'ConfirmChannel'].map((owner) => ({
    method: `${owner}.consume`,
    queue: 'arg0' as const,
    handler: 'arg1' as const,
    options: 'arg2' as const,
  })),
  settlements: [...settlementsOf('Channel'), ...settlementsOf('ConfirmChannel')],
  emitters: [
    // The forms with a callback hand over what they make: its listeners are the callback's business.
    { call: 'connect', when: { arg1: ['none', 'object'], arg2: 'none' }, unheard: 'exits' },
    ...['ChannelModel', 'Connection'].flatMap((owner) =>
      ['createChannel', 'createConfirmChannel'].map((method) => ({
        method: `${owner}.${method}`,
        when: { arguments: { max: 1 }, arg0: ['none', 'object'] as const },
        unheard: 'closes' as const,
      })),
    ),
  ],
  layers: ['definition'],
  timeLimit: deliveryTimeout,
  // As the server asks for it: every 60 s, and the connection ends when two are missing.
  lock: { lasts: 120_000, then: closes },
  acknowledgement: {
    option: 'noAck',
    true: 'early',
    false: 'manual',
    default: 'manual',
    ...settling,
    uncaught: 'ends the process, or closes the channel',
  },
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
  emitters: ['AmqpConnectionManager', 'IAmqpConnectionManager'].map((owner) => ({
    method: `${owner}.createChannel`,
    unheard: 'exits' as const,
  })),
  layers: ['definition'],
  timeLimit: deliveryTimeout,
  lock: { lasts: 10_000, then: closes },
  acknowledgement: { option: 'noAck', true: 'early', false: 'manual', default: 'manual', ...settling },
  // With `json: true` an object is written as JSON; bytes are bytes.
  serializer: 'bytes',
  evidence: 'test/evidence/amqp-connection-manager.test.ts',
  documented: { time: deliveryTimeoutSource, lock: heartbeatSource },
});

/** What @golevelup/nestjs-rabbitmq does with the message of a failing handler. */
const errorBehavior: ErrorRequeueSpec = {
  option: 'errorBehavior',
  values: ['REQUEUE'],
  default: true,
  // What the module says of a handler with a name wins over its decorator.
  unless: ['errorHandler', 'name'],
  elsewhere: ['defaultSubscribeErrorBehavior', 'useGlobalFilters', 'APP_FILTER'],
  // NestJS runs filters of exceptions around the handler.
  takenBy: ['UseFilters'],
  instead: { text: 'errorBehavior: MessageHandlerErrorBehavior.NACK', value: 'NACK' },
};

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
    answers: decorator === 'RabbitRPC',
    // What is said of a question's errors is ignored.
    ...(decorator === 'RabbitSubscribe' ? { requeuesErrors: errorBehavior } : {}),
  })),
  settlements: [
    { construct: 'Nack', outcome: 'again', requeues: { argument: 'arg0', default: false, instead: [] } },
  ],
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
  lock: { lasts: 10_000, then: closes },
  logger: nestLogger,
  serializer: 'json-or-bytes',
  evidence: 'test/evidence/golevelup-rabbitmq.test.ts',
  documented: { time: deliveryTimeoutSource, lock: heartbeatSource },
});

/** RabbitMQ by Rascal. Facts: rascal 21.0.1, run with RabbitMQ 3.10. */
export const rascal = defineLibrary({
  name: 'Rascal',
  packages: ['rascal'],
  dispatches: [
    { method: 'BrokerAsPromised.publish', queue: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'Broker.publish', queue: 'arg0', payload: 'arg1', options: 'arg2', sync: true },
  ],
  handlers: ['SubscriberSessionAsPromised', 'SubscriberSession'].map((owner) => ({
    method: `${owner}.on`,
    when: { arg0: { is: 'message' } },
    queue: 'receiver(0)' as const,
    handler: 'arg1' as const,
    payload: 'param1' as const,
  })),
  // The broker, and each session, tells of its own errors; those with a callback hand them to it.
  emitters: [
    { method: 'BrokerAsPromised.create', unheard: 'exits' },
    { call: 'createBrokerAsPromised', unheard: 'exits' },
    { method: 'BrokerAsPromised.subscribe', unheard: 'exits' },
  ],
  layers: ['definition'],
  timeLimit: deliveryTimeout,
  lock: { lasts: 20_000, then: closes },
  acknowledgement: {
    default: 'manual',
    parameter: 2,
    unsettled: settling.unsettled,
    parameterRequeues: { argument: 1, key: 'requeue', unless: ['defer'] },
  },
  serializer: 'json-or-bytes',
  evidence: 'test/evidence/rascal.test.ts',
  documented: { time: deliveryTimeoutSource, lock: heartbeatSource },
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
    { method: 'ClientProxy.emit', task: 'arg0', payload: 'arg1', sync: true },
    { method: 'ClientProxy.send', task: 'arg0', payload: 'arg1', sync: true },
    { method: 'ClientRMQ.emit', task: 'arg0', payload: 'arg1', sync: true },
    { method: 'ClientRMQ.send', task: 'arg0', payload: 'arg1', sync: true },
  ],
  handlers: ['EventPattern', 'MessagePattern'].map((decorator) => ({
    decorator,
    ignoresQueue: true,
    // Several may listen to an event; a message is answered by one.
    ...(decorator === 'MessagePattern' ? { unique: 'application' as const } : {}),
    task: 'arg0' as const,
    handler: 'self' as const,
    payload: 'param0' as const,
    answers: decorator === 'MessagePattern',
  })),
  waits: [{ method: 'ClientProxy.send' }, { method: 'ClientRMQ.send' }],
  settlements: settlementsOf('Channel'),
  sameName: 'NestJS keeps the one that it reads last, and the other method is never called',
  layers: ['definition'],
  acknowledgement: { default: 'manual', byChoice: true, ...settling },
  // Kafka's keys and values go as bytes.
  logger: nestLogger,
  serializer: 'json-or-bytes',
  evidence: 'test/evidence/nestjs-microservices.test.ts',
});
