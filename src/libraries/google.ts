import { firebaseCron } from './cron.js';
import { defineLibrary } from './define.js';

/** Google Cloud Pub/Sub. Facts: @google-cloud/pubsub 5.3.1, read; what the service does is documented. */
export const pubsub = defineLibrary({
  name: 'Pub/Sub',
  packages: ['@google-cloud/pubsub'],
  dispatches: [
    {
      method: 'Topic.publishMessage',
      queue: 'receiver(0)',
      payload: ['arg0.json', 'arg0.data'],
      options: 'arg0',
    },
    { method: 'Topic.publishJSON', queue: 'receiver(0)', payload: 'arg0' },
    { method: 'Topic.publish', queue: 'receiver(0)', payload: 'arg0' },
  ],
  handlers: [
    { method: 'Subscription.on', when: { arg0: { is: 'message' } }, queue: 'receiver(0)', handler: 'arg1' },
  ],
  emitters: [
    {
      method: 'Subscription.on',
      when: { arg0: { is: 'message' } },
      emitter: 'receiver',
      unheard: 'exits',
    },
  ],
  settlements: [
    { method: 'Message.ack', outcome: 'done' },
    { method: 'Message.ackWithResponse', outcome: 'done' },
    { method: 'Message.nack', outcome: 'again', requeues: { limitedOutside: true } },
    { method: 'Message.nackWithResponse', outcome: 'again', requeues: { limitedOutside: true } },
  ],
  layers: ['definition'],
  lock: { lasts: 10_000, then: 'Pub/Sub delivers the message again' },
  acknowledgement: {
    default: 'manual',
    unsettled: 'Pub/Sub keeps it leased to this subscriber for up to an hour',
    refuse: '{message}.nack();',
  },
  serializer: 'bytes',
  evidence: 'test/evidence/google-cloud.test.ts',
  documented: {
    lock: 'https://cloud.google.com/pubsub/docs/lease-management',
    emitters: 'https://cloud.google.com/nodejs/docs/reference/pubsub/latest/pubsub/subscription',
  },
});

/** Google Cloud Tasks: the handler is an HTTP route. Facts: @google-cloud/tasks 7.1.0, read. */
export const cloudTasks = defineLibrary({
  name: 'Cloud Tasks',
  packages: ['@google-cloud/tasks'],
  dispatches: [
    {
      method: 'CloudTasksClient.createTask',
      queue: 'arg0.parent',
      payload: ['arg0.task.httpRequest.body', 'arg0.task.appEngineHttpRequest.body'],
      options: 'arg0.task',
    },
  ],
  layers: ['dispatch'],
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'name' }],
  serializer: 'bytes',
  evidence: 'test/evidence/google-cloud.test.ts',
});

/** Task queues of Firebase functions. Facts: firebase-functions 7.4.0 and firebase-admin 13.10, read. */
export const firebase = defineLibrary({
  name: 'Firebase',
  packages: ['firebase-functions', 'firebase-admin'],
  dispatches: [{ method: 'TaskQueue.enqueue', task: 'receiver(0)', payload: 'arg0', options: 'arg1' }],
  handlers: [
    {
      call: 'onTaskDispatched',
      when: { arg0: 'function' },
      task: 'holder',
      handler: 'arg0',
      payload: 'param0.data',
    },
    {
      call: 'onTaskDispatched',
      task: 'holder',
      options: 'arg0',
      handler: 'arg1',
      payload: 'param0.data',
    },
  ],
  layers: ['definition'],
  attempts: { option: 'retryConfig.maxAttempts', counts: 'runs', unlimited: [-1], default: 3 },
  backoff: {
    delay: 'retryConfig.minBackoffSeconds',
    unit: 's',
    delayDefault: 100,
    default: 'exponential',
  },
  timeLimit: { option: 'timeoutSeconds', unit: 's', default: 60_000 },
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'id' }],
  logger: {
    shown: 'logger',
    import: { name: 'logger', from: ['firebase-functions', 'firebase-functions/logger'] },
  },
  serializer: 'json',
  relations: [
    {
      option: 'retryConfig.minBackoffSeconds',
      unit: 's',
      than: 'retryConfig.maxBackoffSeconds',
      thanUnit: 's',
      thanDefault: 3_600_000,
      orEqual: true,
      because: 'the first pause is longer than the largest one, so it never grows',
    },
  ],
  amounts: [
    {
      option: 'timeoutSeconds',
      unit: 's',
      most: 3_600_000,
      because: 'it is counted in seconds, and a task may run for half an hour at most',
    },
  ],
  cron: firebaseCron,
  schedules: [{ call: 'onSchedule', expression: ['arg0.schedule', 'arg0'], zone: 'arg0.timeZone' }],
  suggest: {
    attempts: 'retryConfig: { maxAttempts: 5 }',
    runOnce: 'retryConfig: { maxAttempts: 1 }',
    timeLimit: 'timeoutSeconds: 120',
  },
  evidence: 'test/evidence/firebase.test.ts',
  // What the queue makes of its two pauses; what the package makes of times is run.
  documented: {
    times: 'https://cloud.google.com/tasks/docs/reference/rpc/google.cloud.tasks.v2#retryconfig',
    schedules: 'https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules',
  },
});

/** The first generation of Firebase functions, whose time limit is said by `runWith`. */
export const firebaseFirst = defineLibrary({
  name: 'Firebase (first generation)',
  packages: ['firebase-functions'],
  extends: 'Firebase',
  handlers: [
    {
      method: 'TaskQueueBuilder.onDispatch',
      task: 'holder',
      options: 'receiver(0)',
      handler: 'arg0',
      payload: 'param0',
    },
  ],
  layers: ['definition'],
  timeLimit: { default: 60_000 },
  suggest: {
    attempts: 'retryConfig: { maxAttempts: 5 }',
    runOnce: 'retryConfig: { maxAttempts: 1 }',
  },
  evidence: 'test/evidence/firebase.test.ts',
});
