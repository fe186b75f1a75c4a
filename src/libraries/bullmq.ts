import { cronParser } from './cron.js';
import { defineLibrary } from './define.js';
import { backoffAlone, jobLog, pauseOf } from './shared-rows.js';

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
  defaultsAt: '`defaultJobOptions` of the queue',
  dispatches: [
    {
      method: 'Queue.add',
      task: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      bulk: { name: 'addBulk', item: { name: 0, data: 1, opts: 2 } },
    },
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
      bulk: { name: 'addBulk' },
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
    { construct: 'Worker', queue: 'arg0', handler: 'arg1', taskIn: 'param0.name', payload: 'param0.data' },
    { construct: 'WorkerPro', queue: 'arg0', handler: 'arg1', taskIn: 'param0.name', payload: 'param0.data' },
    { typed: 'Processor', handler: 'self', taskIn: 'param0.name', payload: 'param0.data' },
    { takes: 'SandboxedJob', handler: 'self', taskIn: 'param0.name', payload: 'param0.data' },
    { construct: 'Worker', queue: 'arg0', handler: 'arg1', payload: 'param0.data' },
    { construct: 'WorkerPro', queue: 'arg0', handler: 'arg1', payload: 'param0.data' },
    { typed: 'Processor', handler: 'self', payload: 'param0.data' },
    { takes: 'SandboxedJob', handler: 'self', payload: 'param0.data', ownProcess: true },
  ],
  waits: [
    { method: 'Job.waitUntilFinished' },
    { method: 'Job.getState', polling: true },
    { method: 'Job.isCompleted', polling: true },
    { method: 'Job.isFailed', polling: true },
    { method: 'Queue.getJobState', polling: true },
  ],
  // The processor is given all; what its own text does for none of its cases, nobody does.
  routes: { by: 'task-in-queue', without: 'its processor has no case for it' },
  // An error that nobody listens to is printed; the documentation asks for a listener all the same.
  emitters: ['Worker', 'WorkerPro', 'Queue', 'QueuePro'].map((construct) => ({
    construct,
    unheard: 'asked' as const,
  })),
  layers: ['queue', 'dispatch'],
  attempts: {
    option: 'attempts',
    counts: 'runs',
    default: 1,
  },
  backoff: {
    option: 'backoff',
    number: 'fixed',
    type: { key: 'type', values: { fixed: 'fixed', exponential: 'exponential' } },
    delay: 'backoff.delay',
    unit: 'ms',
    delayDefault: 0,
    jitter: 'backoff.jitter',
    jitterSince: '5.54',
    default: 'none',
  },
  // `timeout` is no option of BullMQ; a lock is renewed for as long as the process lives.
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'late' },
  lock: { lasts: 30_000, then: 'another worker runs the job a second time' },
  // Handed over only to a processor with three parameters, and aborted only by `cancelJob`.
  signal: { at: 'param2', asked: true, aborts: 'when the job is cancelled' },
  resultNames: ['returnvalue', 'getChildrenValues'],
  deduplication: [
    { option: 'jobId' },
    { option: 'deduplication.id' },
    { option: 'debounce.id', before: '6' },
  ],
  traps: [
    {
      option: 'attempts',
      is: [Infinity, NaN],
      effect: 'rejected',
      because: 'its add() throws on a number without end, so the job is never queued',
      instead: 'State a number that you would still want to wait for',
      decidesAttempts: true,
    },
    backoffAlone,
    {
      option: 'timeout',
      effect: 'ignored',
      because: 'it has no time limit, so the job may run for ever',
      instead: 'Give what the processor awaits an `AbortSignal.timeout(…)`',
      write: { remove: true },
    },
    {
      // Two parts or more than three; three are let through for the sake of old repeatable jobs.
      option: 'jobId',
      matches: '^[^:]*:[^:]*$|^(?:[^:]*:){3}',
      since: '5.58.7',
      effect: 'rejected',
      because: 'its add() throws on an id with a colon, so the job is never queued',
      instead: 'Separate the parts by another character',
      write: { character: ':', by: '-' },
    },
    {
      option: 'jobId',
      matches: '^(?:0|-?[1-9]\\d*)$',
      since: '5',
      effect: 'rejected',
      because: 'its add() throws on an id that is a whole number, so the job is never queued',
      instead: 'Put a word before it',
    },
    {
      option: 'jobId',
      number: true,
      since: '5',
      effect: 'rejected',
      because: 'its add() throws on an id that is no text, so the job is never queued',
      instead: 'Make it a text that begins with a word',
    },
    {
      option: 'repeat',
      methods: ['Queue.add', 'Queue.addBulk'],
      since: '6',
      effect: 'ignored',
      because: 'from version 6 on the job runs once and is not repeated',
      instead: 'Use `upsertJobScheduler()`',
    },
    {
      option: 'debounce',
      since: '6',
      effect: 'rejected',
      because: 'from version 6 on its add() throws, so the job is never queued',
      instead: 'It is called `deduplication` now',
      write: { rename: 'deduplication' },
    },
    {
      option: 'backoff.jitter',
      below: 0,
      above: 1,
      effect: 'rejected',
      because: 'its add() throws on a jitter that is no part of 1, so the job is never queued',
      instead: 'Give a number from 0 to 1',
    },
    {
      option: 'priority',
      above: 2_097_152,
      fraction: true,
      effect: 'rejected',
      because: 'its add() takes whole numbers from 0 to 2097152 only, so the job is never queued',
      instead: 'Give a number in that range',
    },
  ],
  settings: [
    {
      construct: 'Worker',
      options: 'arg2',
      traps: [
        ...['attempts', 'backoff', 'defaultJobOptions'].map((option) => ({
          option,
          effect: 'ignored' as const,
          because: 'a worker does not decide how often its jobs run',
          instead: "State it in the queue's `defaultJobOptions`, or at the dispatch",
          write: { remove: true as const },
        })),
        {
          option: 'concurrency',
          is: [Infinity, NaN],
          below: 1,
          effect: 'rejected',
          because: 'the worker throws where it is made',
          instead: 'Give a finite number from 1 on',
        },
      ],
      relations: [
        {
          option: 'lockRenewTime',
          than: 'lockDuration',
          thanDefault: 30_000,
          because:
            'the lock runs out before it is renewed, so another worker runs the same job at the same time',
        },
      ],
      amounts: [
        {
          option: 'lockDuration',
          unit: 'ms',
          least: 1000,
          because: 'a lock that ends so soon is lost at the first pause, and the job runs twice at a time',
        },
        {
          option: 'stalledInterval',
          unit: 'ms',
          least: 1000,
          because: 'every worker asks Redis for stalled jobs that often',
        },
      ],
    },
    {
      construct: 'Queue',
      options: 'arg1',
      traps: [
        {
          option: 'limiter',
          effect: 'ignored',
          because: 'the rate is limited by the workers, so nothing limits it',
          instead: 'Give it to the `Worker`',
          write: { remove: true },
        },
        {
          option: 'settings.backoffStrategy',
          effect: 'ignored',
          because: 'the worker works the pause out, so jobs of this type stay active until they stall',
          instead: "Give it to the `Worker`'s `settings`",
          write: { remove: true },
        },
      ],
    },
  ],
  amounts: [pauseOf('backoff.delay'), pauseOf('backoff')],
  cron: cronParser,
  schedules: [
    {
      method: 'Queue.add',
      expression: ['arg2.repeat.pattern', 'arg2.repeat.cron'],
      zone: 'arg2.repeat.tz',
    },
    {
      method: 'Queue.addBulk',
      each: 'arg0',
      expression: ['item.opts.repeat.pattern', 'item.opts.repeat.cron'],
      zone: 'item.opts.repeat.tz',
    },
    { method: 'Queue.upsertJobScheduler', expression: 'arg1.pattern', zone: 'arg1.tz' },
  ],
  failures: { observer: "worker.on('failed', …)", events: ['failed'], mentions: ['QueueEvents'] },
  logger: jobLog,
  serializer: 'json',
  flow: { name: 'FlowProducer', later: ['delay', 'repeat'] },
  suggest: {
    attempts: "attempts: 3, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 }",
    runOnce: 'attempts: 1',
    backoff: "backoff: { type: 'exponential', delay: 1000, jitter: 0.5 }",
    jitter: 'jitter: 0.5',
  },
  versions: [
    {
      before: '5.54',
      suggest: {
        attempts: "attempts: 3, backoff: { type: 'exponential', delay: 1000 }",
        runOnce: 'attempts: 1',
        backoff: "backoff: { type: 'exponential', delay: 1000 }",
      },
    },
  ],
  evidence: 'test/evidence/bullmq.test.ts',
});
