import { defineLibrary } from './define.js';

/**
 * Sidequest. Facts: sidequest 1.16.4, read. Sources in the packages: backend/dist/constants.js, core's
 * retry-transition.js (pauses), engine's executor-manager.js (time limit).
 */
export const sidequest = defineLibrary({
  name: 'Sidequest',
  packages: ['sidequest', '@sidequest/core', '@sidequest/engine'],
  queues: [
    { method: 'Sidequest.start', root: true, options: 'arg0.jobDefaults' },
    { method: 'Sidequest.configure', root: true, options: 'arg0.jobDefaults' },
  ],
  unregistered: true,
  dispatches: [
    {
      method: 'Sidequest.build',
      task: 'arg0',
      queue: 'chain.queue',
      payload: 'end.args',
      options: 'chain',
      chain: {
        ends: ['enqueue', 'schedule'],
        setters: {
          queue: 'queue',
          maxAttempts: 'maxAttempts',
          timeout: 'timeout',
          retryDelay: 'retryDelay',
          backoffStrategy: 'backoffStrategy',
          unique: 'unique',
        },
      },
    },
  ],
  handlers: [{ extends: 'Job', task: 'name', handler: 'member.run', payload: 'params', ignoresQueue: true }],
  waits: [{ method: 'JobOperations.get', polling: true }],
  brokers: ['start', 'configure'].map((method) => ({
    method: `Sidequest.${method}`,
    address: 'arg0.backend.driver' as const,
    addresses: {
      '@sidequest/postgres-backend': 'PostgreSQL',
      '@sidequest/mysql-backend': 'MySQL',
      '@sidequest/sqlite-backend': 'SQLite',
    },
  })),
  inline: ['start', 'configure'].map((method) => ({
    method: `Sidequest.${method}`,
    mode: "runner: 'inline'",
    option: 'arg0.runner' as const,
    value: 'inline',
  })),
  layers: ['queue', 'dispatch'],
  defaultsAt: '`jobDefaults` of `Sidequest.start`',
  attempts: { option: 'maxAttempts', counts: 'runs', default: 5 },
  backoff: {
    option: 'backoffStrategy',
    type: { key: 'type', values: { exponential: 'exponential', fixed: 'fixed' } },
    delay: 'retryDelay',
    unit: 'ms',
    delayAlone: 'exponential',
    default: 'exponential',
    jittered: true,
  },
  timeLimit: { option: 'timeout', unit: 'ms', default: 'none', at: 'dispatch' },
  acknowledgement: { default: 'late' },
  // The thread of the job ends with it.
  signal: { at: 'this.abortSignal', asked: true, aborts: 'when the job is cancelled or its time is up' },
  deduplication: [{ option: 'unique' }],
  amounts: [
    {
      option: 'timeout',
      unit: 'ms',
      least: 100,
      because: 'the worker is ended before it has done anything',
    },
  ],
  serializer: 'json',
  suggest: {
    attempts: '.maxAttempts(3)',
    runOnce: '.maxAttempts(1)',
    backoff: ".backoffStrategy('exponential')",
    timeLimit: '.timeout(30_000)',
  },
  evidence: 'test/evidence/sidequest.test.ts',
});
