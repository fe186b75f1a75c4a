import { cronParser } from './cron.js';
import { defineLibrary } from './define.js';
import { backoffAlone, jobLog, pauseOf, runTimeOf } from './shared-rows.js';

/**
 * Bull 4. Facts: bull 4.16.5, read and run; each claim names its test.
 * Sources in the package: lib/queue.js (add, process, timeout), lib/job.js (attempts), lib/backoffs.js.
 */
export const bull = defineLibrary({
  name: 'Bull',
  packages: ['bull'],
  defaultExport: 'Bull',
  queues: [
    {
      construct: 'Bull',
      when: { arg1: 'string' },
      name: 'arg0',
      options: 'arg2',
      makes: 'Queue',
      returnsItself: ['isReady'],
    },
    { construct: 'Bull', name: 'arg0', options: 'arg1', makes: 'Queue', returnsItself: ['isReady'] },
    {
      call: 'Bull',
      when: { arg1: 'string' },
      name: 'arg0',
      options: 'arg2',
      makes: 'Queue',
      returnsItself: ['isReady'],
    },
    { call: 'Bull', name: 'arg0', options: 'arg1', makes: 'Queue', returnsItself: ['isReady'] },
  ],
  queueDefaults: 'defaultJobOptions',
  defaultsAt: '`defaultJobOptions` of the queue',
  dispatches: [
    // The library itself decides by `typeof`: a first argument that is a text is the job's name.
    {
      method: 'Queue.add',
      when: { arg0: 'string' },
      task: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      bulk: { name: 'addBulk', item: { name: 0, data: 1, opts: 2 } },
    },
    {
      method: 'Queue.add',
      when: { arg0: ['object', 'array', 'number', 'none'] },
      taskDefault: '__default__',
      payload: 'arg0',
      options: 'arg1',
      bulk: { name: 'addBulk', item: { data: 0, opts: 1 } },
    },
    { method: 'Queue.addBulk', each: 'arg0', task: 'item.name', payload: 'item.data', options: 'item.opts' },
  ],
  handlers: [
    {
      method: 'Queue.process',
      when: { arg0: 'string', arguments: { min: 2 } },
      task: 'arg0',
      unique: 'object',
      handler: 'argLast',
      payload: 'param0.data',
    },
    {
      method: 'Queue.process',
      when: { arg0: ['number', 'function', 'string'] },
      taskDefault: '__default__',
      unique: 'object',
      handler: 'argLast',
      payload: 'param0.data',
    },
    { method: 'Queue.process', handler: 'argLast', payload: 'param0.data' },
    { typed: 'ProcessCallbackFunction', handler: 'self', payload: 'param0.data' },
    { typed: 'ProcessPromiseFunction', handler: 'self', payload: 'param0.data' },
  ],
  pulls: [{ method: 'Queue.getNextJob' }],
  waits: [
    { method: 'Job.finished' },
    { method: 'Job.getState', polling: true },
    { method: 'Job.isCompleted', polling: true },
    { method: 'Job.isFailed', polling: true },
  ],
  sameName: "Bull's `process` throws `Cannot define the same handler twice`, and the worker does not start",
  routes: {
    by: 'task-in-queue',
    catchAll: '*',
    without: 'each run of it fails with `Missing process handler`',
  },
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
    default: 'none',
  },
  timeLimit: { option: 'timeout', unit: 'ms', default: 'none', at: 'dispatch' },
  acknowledgement: { default: 'late' },
  lock: { lasts: 30_000, then: 'another worker runs the job a second time' },
  resultNames: ['returnvalue'],
  deduplication: [{ option: 'jobId' }, { option: 'debounce.id' }],
  traps: [
    {
      option: 'attempts',
      is: [Infinity, NaN],
      effect: 'misread',
      because: 'it reads no number there, and runs the job once',
      instead: 'State a number that you would still want to wait for',
      decidesAttempts: true,
    },
    {
      option: 'attempts',
      fraction: true,
      effect: 'misread',
      because: 'it cuts off what stands behind the point',
      instead: 'Give a whole number',
    },
    backoffAlone,
    {
      option: 'backoff.jitter',
      effect: 'ignored',
      because: 'it has no jitter, so all jobs that failed together come back together',
      instead: 'Write a strategy under `settings.backoffStrategies`, or take it out',
      write: { remove: true },
    },
    {
      option: 'repeat.pattern',
      without: ['repeat.cron', 'repeat.every'],
      effect: 'rejected',
      because: 'that is what BullMQ calls it, and without `cron` the job is not queued',
      instead: 'Write `cron`',
      write: { rename: 'cron' },
    },
  ],
  settings: ['construct', 'call'].map((kind) => ({
    [kind]: 'Bull',
    options: ['arg2', 'arg1'] as const,
    relations: [
      {
        option: 'settings.lockRenewTime',
        than: 'settings.lockDuration',
        thanDefault: 30_000,
        because:
          'the lock runs out before it is renewed, so another worker runs the same job at the same time',
      },
    ],
    amounts: [
      {
        option: 'settings.lockDuration',
        unit: 'ms' as const,
        least: 1000,
        because: 'a lock that ends so soon is lost at the first pause, and the job runs twice at a time',
      },
    ],
  })),
  amounts: [pauseOf('backoff.delay'), pauseOf('backoff'), runTimeOf('timeout')],
  cron: cronParser,
  schedules: [
    {
      method: 'Queue.add',
      when: { arg0: 'string' },
      expression: 'arg2.repeat.cron',
      zone: 'arg2.repeat.tz',
    },
    { method: 'Queue.add', expression: 'arg1.repeat.cron', zone: 'arg1.repeat.tz' },
  ],
  failures: {
    observer: "queue.on('failed', …)",
    events: ['failed', 'global:failed'],
    of: 'receiver',
  },
  logger: jobLog,
  serializer: 'json',
  suggest: {
    attempts: "attempts: 3, backoff: { type: 'exponential', delay: 1000 }",
    runOnce: 'attempts: 1',
    backoff: "backoff: { type: 'exponential', delay: 1000 }",
    timeLimit: 'timeout: 30_000',
  },
  evidence: 'test/evidence/bull.test.ts',
});
