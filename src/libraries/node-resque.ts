import { defineLibrary } from './define.js';

const job = {
  task: 'key',
  handler: ['item.perform', 'item'],
  payload: 'params',
  options: 'item',
} as const;

/**
 * node-resque. Facts: 9.7.1, read and run. Sources in the package: dist/plugins/Retry.js (runs, pauses),
 * dist/core/worker.js (a job is taken off its queue before it runs).
 */
export const nodeResque = defineLibrary({
  name: 'node-resque',
  packages: ['node-resque'],
  dispatches: [
    { method: 'Queue.enqueue', queue: 'arg0', task: 'arg1', payload: 'arg2' },
    { method: 'Queue.enqueueIn', queue: 'arg1', task: 'arg2', payload: 'arg3' },
    { method: 'Queue.enqueueAt', queue: 'arg1', task: 'arg2', payload: 'arg3' },
  ],
  handlers: [
    { typed: 'Jobs', each: 'self', ...job },
    { construct: 'Worker', each: 'arg1', ...job },
    { construct: 'MultiWorker', each: 'arg1', ...job },
  ],
  routes: { by: 'task', without: 'each run of it fails with `No job defined for class`' },
  emitters: ['Queue', 'Worker', 'MultiWorker', 'Scheduler'].map((construct) => ({
    construct,
    unheard: 'exits' as const,
  })),
  failures: { observer: "worker.on('failure', …)", events: ['failure'] },
  layers: ['definition'],
  // The Retry plugin counts all runs, and its own limit is one.
  attempts: {
    option: 'pluginOptions.Retry.retryLimit',
    counts: 'runs',
    default: 1,
    switch: { option: 'plugins', includes: 'Retry', default: 1 },
  },
  backoff: {
    option: 'pluginOptions.Retry.backoffStrategy',
    delay: 'pluginOptions.Retry.retryDelay',
    unit: 'ms',
    delayAlone: 'fixed',
    default: 'fixed',
  },
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'early' },
  traps: [
    {
      option: 'pluginOptions.Retry',
      without: ['plugins'],
      effect: 'ignored',
      because: 'the plugin is not in `plugins`, so the job runs once',
      instead: "Add `plugins: ['Retry']`",
      decidesAttempts: true,
    },
  ],
  amounts: [
    {
      option: 'pluginOptions.Retry.retryDelay',
      unit: 'ms',
      least: 1000,
      because: 'it is counted in milliseconds and rounded to seconds, so there is hardly a pause',
    },
  ],
  serializer: 'json',
  suggest: {
    attempts:
      "plugins: ['Retry'], pluginOptions: { Retry: { retryLimit: 3, backoffStrategy: [10_000, 60_000] } }",
    runOnce: "plugins: ['Retry'], pluginOptions: { Retry: { retryLimit: 1 } }",
  },
  evidence: 'test/evidence/node-resque.test.ts',
});
