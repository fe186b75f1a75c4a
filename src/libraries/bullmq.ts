import { defineLibrary } from './define.js';

/**
 * BullMQ 5 and 6. Facts: bullmq 5.81.5 and 6.7.0, read and run; each claim names its test.
 * Sources in the package: classes/queue.js (merge of defaults), classes/job.js (attempts), classes/backoffs.js.
 */
export const bullmq = defineLibrary({
  name: 'BullMQ',
  packages: ['bullmq', '@taskforcesh/bullmq-pro'],
  queues: [
    { construct: 'Queue', name: 'arg0', options: 'arg1' },
    { construct: 'QueuePro', name: 'arg0', options: 'arg1' },
  ],
  queueDefaults: 'defaultJobOptions',
  dispatches: [
    { method: 'Queue.add', task: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'Queue.addBulk', each: 'arg0', task: 'item.name', payload: 'item.data', options: 'item.opts' },
    {
      method: 'Queue.upsertJobScheduler',
      task: ['arg2.name', 'arg0'],
      payload: 'arg2.data',
      options: 'arg2.opts',
    },
    {
      // The producer is another object than the queue: it never sees the queue's defaults.
      method: 'FlowProducer.add',
      each: 'arg0',
      nested: 'children',
      ignoresQueue: true,
      queue: 'item.queueName',
      task: 'item.name',
      payload: 'item.data',
      options: 'item.opts',
      defaults: 'arg1.queuesOptions.{queue}.defaultJobOptions',
    },
    {
      method: 'FlowProducer.addBulk',
      each: 'arg0',
      nested: 'children',
      ignoresQueue: true,
      queue: 'item.queueName',
      task: 'item.name',
      payload: 'item.data',
      options: 'item.opts',
    },
  ],
  handlers: [
    { construct: 'Worker', queue: 'arg0', handler: 'arg1', payload: 'param0.data' },
    { construct: 'WorkerPro', queue: 'arg0', handler: 'arg1', payload: 'param0.data' },
    { typed: 'Processor', handler: 'self', payload: 'param0.data' },
    { takes: 'SandboxedJob', handler: 'self', payload: 'param0.data' },
  ],
  waits: [
    { method: 'Job.waitUntilFinished' },
    { method: 'Job.getState', polling: true },
    { method: 'Job.isCompleted', polling: true },
    { method: 'Job.isFailed', polling: true },
    { method: 'Queue.getJobState', polling: true },
  ],
  layers: ['queue', 'dispatch'],
  attempts: {
    option: 'attempts',
    counts: 'runs',
    default: 1,
    infinity: 'its add() rejects a number without end, so the job is never queued',
  },
  backoff: {
    option: 'backoff',
    number: 'fixed',
    type: { key: 'type', values: { fixed: 'fixed', exponential: 'exponential' } },
    delay: 'backoff.delay',
    unit: 'ms',
    delayDefault: 0,
    jitter: 'backoff.jitter',
    default: 'none',
  },
  // `timeout` is no option of BullMQ; a lock is renewed for as long as the process lives.
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'late' },
  resultNames: ['returnvalue', 'getChildrenValues'],
  deduplication: [
    { option: 'jobId' },
    { option: 'deduplication.id' },
    { option: 'debounce.id', before: '6' },
  ],
  serializer: 'json',
  suggest: {
    attempts: "attempts: 3, backoff: { type: 'exponential', delay: 1000 }",
    runOnce: 'attempts: 1',
    backoff: "backoff: { type: 'exponential', delay: 1000 }",
  },
  evidence: 'test/evidence/bullmq.test.ts',
});
