import { cronParser } from './cron.js';
import { defineLibrary } from './define.js';

/**
 * GroupMQ. Facts: groupmq 1.1.0, read and run. Sources in the package: dist/index.js (defaults, pauses),
 * dist/lua/retry.lua (the smaller of the worker's number and the job's counts).
 */
export const groupmq = defineLibrary({
  name: 'GroupMQ',
  packages: ['groupmq'],
  queues: [{ construct: 'Queue', name: 'arg0.namespace', options: 'arg0' }],
  dispatches: [{ method: 'Queue.add', payload: 'arg0.data', options: 'arg0' }],
  handlers: [{ construct: 'Worker', queue: 'arg0.queue', handler: 'arg0.handler', payload: 'param0.data' }],
  waits: [{ method: 'Queue.getJob', polling: true }],
  failures: { observer: "worker.on('failed', …)", events: ['failed', 'error'] },
  layers: ['queue', 'dispatch'],
  defaultsAt: 'the options of the queue',
  attempts: {
    option: 'maxAttempts',
    // A queue's number is that of all runs, a job's that of its further ones.
    counts: 'retries',
    queueCounts: 'runs',
    // The worker's own limit, which is the queue's, comes first.
    ceiling: 3,
    default: 3,
  },
  backoff: { default: 'exponential', jittered: true },
  // `jobTimeoutMs` is a lease that is renewed for as long as the handler runs.
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'late' },
  // Of 1.1.0: the job is put back and never taken, nor is what stands behind it.
  lock: { lasts: 30_000, then: 'the job is put back, and no job of its group is run any more' },
  deduplication: [{ option: 'jobId' }],
  settings: [
    {
      construct: 'Queue',
      options: 'arg0',
      amounts: [
        {
          option: 'jobTimeoutMs',
          unit: 'ms',
          least: 1000,
          because:
            'a lease that ends so soon is lost at the first pause, and no job of the group is run any more',
        },
      ],
    },
  ],
  cron: cronParser,
  schedules: [{ method: 'Queue.add', expression: 'arg0.repeat.pattern', zone: 'arg0.repeat.tz' }],
  serializer: 'json',
  suggest: { attempts: 'maxAttempts: 2', runOnce: 'maxAttempts: 0' },
  evidence: 'test/evidence/groupmq.test.ts',
});
