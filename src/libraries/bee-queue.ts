import { defineLibrary } from './define.js';

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
  handlers: [{ method: 'BeeQueue.process', handler: 'argLast', payload: 'param0.data' }],
  waits: [{ method: 'BeeQueue.getJob', polling: true }],
  emitters: [{ construct: 'BeeQueue', unheard: 'exits' }],
  failures: { observer: "queue.on('failed', …)", events: ['failed'], of: 'receiver' },
  layers: ['dispatch'],
  attempts: {
    option: 'retries',
    counts: 'retries',
    default: 1,
    infinity: 'Bee-Queue stores it as null and runs the job once',
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
  deduplication: [{ option: 'id' }],
  serializer: 'json',
  suggest: {
    attempts: ".retries(3).backoff('exponential', 1000)",
    runOnce: '.retries(0)',
    backoff: ".backoff('exponential', 1000)",
    timeLimit: '.timeout(30_000)',
  },
  evidence: 'test/evidence/bee-queue.test.ts',
});
