import { defineLibrary } from './define.js';

/**
 * graphile-worker 0.16 to 0.18. Facts: 0.16.6 and 0.18.0, read and run. Sources in the package: helpers.js
 * (`addJob`), worker.js (arrays of promises), sql/failJobs.js (the pause), sql/resetLockedAt.js (a dead worker).
 */
export const graphileWorker = defineLibrary({
  name: 'graphile-worker',
  packages: ['graphile-worker'],
  dispatches: [
    { method: 'Helpers.addJob', task: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'Runner.addJob', task: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'WorkerSharedOptions.addJob', task: 'arg0', payload: 'arg1', options: 'arg2' },
    {
      method: 'Helpers.addJobs',
      each: 'arg0',
      task: 'item.identifier',
      payload: 'item.payload',
      options: 'item',
    },
    {
      method: 'Runner.addJobs',
      each: 'arg0',
      task: 'item.identifier',
      payload: 'item.payload',
      options: 'item',
    },
    { call: 'addJobAdhoc', task: 'arg1', payload: 'arg2', options: 'arg3' },
    { call: 'quickAddJob', task: 'arg1', payload: 'arg2', options: 'arg3' },
    {
      call: 'parseCronItems',
      each: 'arg0',
      task: 'item.task',
      payload: 'item.payload',
      options: 'item.options',
    },
  ],
  handlers: [
    { call: 'run', each: 'arg0.taskList', task: 'key', handler: 'item', payload: 'param0' },
    { call: 'run', each: 'arg1', task: 'key', handler: 'item', payload: 'param0' },
    { call: 'runOnce', each: 'arg0.taskList', task: 'key', handler: 'item', payload: 'param0' },
    { call: 'runTaskList', each: 'arg1', task: 'key', handler: 'item', payload: 'param0' },
    { call: 'runTaskListOnce', each: 'arg1', task: 'key', handler: 'item', payload: 'param0' },
    { typed: 'Task', task: 'typeArg0', handler: 'self', payload: 'param0' },
    { typed: 'TaskList', each: 'self', task: 'key', handler: 'item', payload: 'param0' },
  ],
  failures: {
    observer: "runner.events.on('job:failed', …)",
    mentions: ['job:failed', 'job:error', 'job:complete'],
  },
  brokers: ['run', 'runOnce', 'runTaskList', 'makeWorkerUtils', 'quickAddJob'].map((call) => ({
    call,
    database: 'PostgreSQL',
  })),
  layers: ['dispatch'],
  attempts: {
    option: 'maxAttempts',
    counts: 'runs',
    default: 25,
    // `addJob` takes 0 for "not given".
    means: { 0: 25 },
    infinity: 'PostgreSQL refuses it, so the job is never queued',
  },
  // The pause is PostgreSQL's: e to the power of the runs so far, in seconds.
  backoff: { default: 'exponential' },
  // Its signal is given at shutdown only; a dead worker's job stays locked for four hours.
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'jobKey' }],
  logger: { shown: 'helpers.logger', parameter: 'param1.logger', methods: { log: 'info' }, text: true },
  serializer: 'json',
  suggest: { attempts: 'maxAttempts: 5', runOnce: 'maxAttempts: 1' },
  evidence: 'test/evidence/graphile-worker.test.ts',
});
