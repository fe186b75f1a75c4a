import { defineLibrary, type SettlementSite, type TrapSpec } from './define.js';
import { nestLogger } from './nestjs.js';

const visibility =
  'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html';

const settlements: readonly SettlementSite[] = [
  { construct: 'DeleteMessageCommand', outcome: 'done' },
  { construct: 'DeleteMessageBatchCommand', outcome: 'done' },
  { method: 'SQS.deleteMessage', outcome: 'done' },
  { method: 'SQS.deleteMessageBatch', outcome: 'done' },
  {
    construct: 'ChangeMessageVisibilityCommand',
    outcome: 'again',
    requeues: { argument: 'arg0.VisibilityTimeout', is: 0, limitedOutside: true },
  },
  {
    method: 'SQS.changeMessageVisibility',
    outcome: 'again',
    requeues: { argument: 'arg0.VisibilityTimeout', is: 0, limitedOutside: true },
  },
];

const receiveTraps: readonly TrapSpec[] = [
  {
    option: 'WaitTimeSeconds',
    below: 0,
    above: 20,
    effect: 'rejected',
    because: 'it takes 0 to 20 seconds, so nothing is received',
    instead: 'Give a number in that range',
  },
  {
    option: 'MaxNumberOfMessages',
    below: 1,
    above: 10,
    effect: 'rejected',
    because: 'it takes 1 to 10 messages, so nothing is received',
    instead: 'Give a number in that range',
  },
];

/** SQS by the AWS SDK. Facts: @aws-sdk/client-sqs 3, read. How often a message comes again, the queue says. */
export const sqs = defineLibrary({
  name: 'SQS',
  packages: ['@aws-sdk/client-sqs'],
  dispatches: [
    {
      construct: 'SendMessageCommand',
      queue: 'arg0.QueueUrl',
      payload: 'arg0.MessageBody',
      options: 'arg0',
      bulk: { name: 'SendMessageBatchCommand' },
    },
    {
      construct: 'SendMessageBatchCommand',
      each: 'arg0.Entries',
      queue: 'arg0.QueueUrl',
      payload: 'item.MessageBody',
      options: 'item',
    },
    {
      method: 'SQS.sendMessage',
      queue: 'arg0.QueueUrl',
      payload: 'arg0.MessageBody',
      options: 'arg0',
      bulk: { name: 'sendMessageBatch' },
    },
    {
      method: 'SQS.sendMessageBatch',
      each: 'arg0.Entries',
      queue: 'arg0.QueueUrl',
      payload: 'item.MessageBody',
      options: 'item',
    },
  ],
  handlers: [
    { construct: 'ReceiveMessageCommand', queue: 'arg0.QueueUrl', handler: 'around' },
    { method: 'SQS.receiveMessage', queue: 'arg0.QueueUrl', handler: 'around' },
  ],
  settlements,
  traps: [
    {
      option: 'DelaySeconds',
      below: 0,
      above: 900,
      effect: 'rejected',
      because: 'it takes 0 to 900 seconds, so the message is never sent',
      instead: 'Give a number in that range',
    },
  ],
  settings: [
    {
      construct: 'ReceiveMessageCommand',
      options: 'arg0',
      traps: receiveTraps,
    },
    { method: 'SQS.receiveMessage', options: 'arg0', traps: receiveTraps },
  ],
  layers: ['dispatch'],
  acknowledgement: { default: 'manual' },
  deduplication: [{ option: 'MessageDeduplicationId' }],
  serializer: 'bytes',
  evidence: 'test/evidence/aws-sqs.test.ts',
  // What the client sends, the service judges.
  documented: {
    traps: 'https://github.com/aws/aws-sdk-js-v3/blob/main/clients/client-sqs/src/models/models_0.ts',
  },
});

/** SQS messages in AWS Lambda: the platform deletes them when the function ends. */
export const lambda = defineLibrary({
  name: 'AWS Lambda',
  packages: ['aws-lambda'],
  handlers: [
    { typed: 'SQSHandler', handler: 'self' },
    { takes: 'SQSEvent', handler: 'self' },
  ],
  layers: ['definition'],
  acknowledgement: { default: 'late' },
  failedResults: { keys: ['batchItemFailures'] },
  serializer: 'bytes',
  documented: {
    acknowledgement: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html',
    payload: 'https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html',
    time: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html',
  },
});

/** SQS in NestJS by @ssut/nestjs-sqs, which runs sqs-consumer. */
export const nestjsSqs = defineLibrary({
  name: '@ssut/nestjs-sqs',
  packages: ['@ssut/nestjs-sqs'],
  dispatches: [
    {
      method: 'SqsService.send',
      each: 'arg1',
      queue: 'arg0',
      payload: 'item.body',
      bulk: { name: 'send', leading: [0], item: 1 },
    },
  ],
  handlers: [{ decorator: 'SqsMessageHandler', queue: 'arg0', handler: 'self' }],
  layers: ['definition'],
  acknowledgement: { default: 'late' },
  logger: nestLogger,
  serializer: 'json',
  documented: {
    acknowledgement: 'https://github.com/ssut/nestjs-sqs#readme',
    payload: 'https://github.com/ssut/nestjs-sqs#readme',
  },
});

/**
 * sqs-consumer 11 to 15. Facts: 11.6, 13.0 and 15.0.3, run with a client of our own. A message whose handler
 * returns nothing is deleted before 14, and kept from 14.0.1 on.
 */
export const sqsConsumer = defineLibrary({
  name: 'sqs-consumer',
  packages: ['sqs-consumer'],
  handlers: [
    {
      method: 'Consumer.create',
      queue: 'arg0.queueUrl',
      handler: ['arg0.handleMessage', 'arg0.handleMessageBatch'],
      options: 'arg0',
    },
    {
      construct: 'Consumer',
      queue: 'arg0.queueUrl',
      handler: ['arg0.handleMessage', 'arg0.handleMessageBatch'],
      options: 'arg0',
    },
  ],
  emitters: [
    { method: 'Consumer.create', before: '14', unheard: 'exits' },
    { construct: 'Consumer', before: '14', unheard: 'exits' },
    // From 15 on it catches what an event without listeners throws, and prints it.
    { method: 'Consumer.create', since: '15', unheard: 'asked' },
    { construct: 'Consumer', since: '15', unheard: 'asked' },
  ],
  settlements: [],
  layers: ['definition'],
  failures: {
    observer: "consumer.on('processing_error', …)",
    events: ['processing_error', 'timeout_error'],
    of: 'made',
    // A queue for what failed, where the program makes its queues itself.
    mentions: ['RedrivePolicy', 'deadLetterTargetArn', 'deadLetterQueue'],
  },
  timeLimit: { option: 'handleMessageTimeout', unit: 'ms', default: 'none' },
  acknowledgement: { option: 'shouldDeleteMessages', true: 'late', false: 'manual', default: 'late' },
  failedResults: { nothing: true, object: true },
  versions: [{ before: '14', failedResults: { object: true } }],
  serializer: 'bytes',
  traps: [
    {
      // It takes 0 for "not given".
      option: 'batchSize',
      below: 0,
      above: 10,
      effect: 'rejected',
      because: 'the consumer throws where it is made',
      instead: 'Give 1 to 10',
    },
    {
      // The consumer checks it in `updateOption` alone.
      option: 'waitTimeSeconds',
      below: 0,
      above: 20,
      effect: 'rejected',
      because: 'SQS refuses every request, so no message is ever received',
      instead: 'Give 0 to 20',
    },
    {
      option: 'handleMessage',
      with: 'handleMessageBatch',
      effect: 'ignored',
      because: 'where both are there, `handleMessageBatch` alone is called',
      instead: 'Keep one of them',
    },
  ],
  relations: [
    {
      option: 'heartbeatInterval',
      unit: 's',
      than: 'visibilityTimeout',
      thanUnit: 's',
      because: 'the consumer throws where it is made',
    },
    {
      option: 'handleMessageTimeout',
      than: 'visibilityTimeout',
      thanUnit: 's',
      orEqual: true,
      unless: 'heartbeatInterval',
      because: 'SQS hands the message to another consumer while this one is still at work on it',
    },
  ],
  amounts: [
    {
      option: 'handleMessageTimeout',
      unit: 'ms',
      least: 100,
      because: 'the message has timed out before anything is done',
    },
    {
      option: 'visibilityTimeout',
      unit: 's',
      most: 43_200_000,
      because: 'it is counted in seconds, and SQS takes 12 hours at most',
    },
  ],
  suggest: { timeLimit: 'handleMessageTimeout: 30_000' },
  evidence: 'test/evidence/sqs-consumer.test.ts',
  // What the consumer asks of SQS is run; what SQS does then is documented.
  documented: { payload: visibility, times: visibility },
});
