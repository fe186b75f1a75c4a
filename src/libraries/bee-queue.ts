import { defineLibrary } from './define.js';
import { pauseOf, runTimeOf } from './shared-rows.js';

/**
 * Bee-Queue 1 and 2. Facts: bee-queue 2.0.0, read and run. Sources in the package: lib/job.js (retries, backoff),
 * lib/queue.js (time limit, stalled jobs), lib/defaults.js.
 */
export const beeQueue = defineLibrary({
  name: 'Bee-Queue',
  packages: ['bee-queue'],
  defaultExport: 'BeeQueue',
  queues: [{ construct: 'BeeQueue', name: 'arg0' }],
  dispatches: [
    {
      method: 'BeeQueue.createJob',
      payload: 'arg0',
      options: 'chain',
      bulk: { name: 'saveAll' },
      chain: {
        ends: ['save'],
        collectors: ['saveAll'],
        setters: {
          retries: 'retries',
          backoff: ['backoff.type', 'backoff.delay'],
          timeout: 'timeout',
          setId: 'id',
        },
      },
    },
  ],
  handlers: [{ method: 'BeeQueue.process', unique: 'object', handler: 'argLast', payload: 'param0.data' }],
  waits: [{ method: 'BeeQueue.getJob', polling: true }],
  sameName: 'Bee-Queue throws `Cannot call Queue#process twice`, and the worker does not start',
  emitters: [{ construct: 'BeeQueue', unheard: 'exits' }],
  failures: { observer: "queue.on('failed', …)", events: ['failed'], of: 'receiver' },
  layers: ['dispatch'],
  attempts: {
    option: 'retries',
    counts: 'retries',
    default: 1,
  },
  backoff: {
    option: 'backoff',
    type: { key: 'type', values: { immediate: 'none', fixed: 'fixed', exponential: 'exponential' } },
    delay: 'backoff.delay',
    unit: 'ms',
    default: 'none',
  },
  timeLimit: { option: 'timeout', unit: 'ms', default: 'none', at: 'dispatch' },
  acknowledgement: { default: 'late' },
  lock: { lasts: 5000, then: 'the next check for stalled jobs hands the job out a second time' },
  deduplication: [{ option: 'id' }],
  traps: [
    {
      option: 'retries',
      is: [Infinity, NaN],
      effect: 'misread',
      because: 'it stores null, and runs the job once',
      instead: 'State a number that you would still want to wait for',
      decidesAttempts: true,
    },
    {
      option: 'backoff.type',
      is: ['fixed', 'exponential'],
      unlessQueue: 'arg1.activateDelayedJobs',
      effect: 'ignored',
      because:
        'no queue here sets `activateDelayedJobs`, so a job that waits for its next run waits for ever',
      instead: 'Set `activateDelayedJobs: true` in a queue',
    },
  ],
  amounts: [pauseOf('backoff.delay'), runTimeOf('timeout')],
  serializer: 'json',
  suggest: {
    attempts: ".retries(3).backoff('exponential', 1000)",
    runOnce: '.retries(0)',
    backoff: ".backoff('exponential', 1000)",
    timeLimit: '.timeout(30_000)',
  },
  evidence: 'test/evidence/bee-queue.test.ts',
});
