import { graphileCron } from './cron.js';
import { defineLibrary } from './define.js';

/** The options stand among the keys of an element. */
const bulk = { name: 'addJobs', item: { identifier: 0, payload: 1 }, since: '0.18' } as const;

/** What hands one job to PostgreSQL, its options as they are. */
const one = [
  'Helpers.addJob',
  'Runner.addJob',
  'WorkerSharedOptions.addJob',
  'addJobAdhoc',
  'quickAddJob',
] as const;
/** What hands it several as JSON. */
const many = ['Helpers.addJobs', 'Runner.addJobs', 'parseCronItems'] as const;

/**
 * graphile-worker 0.16 to 0.18. Facts: 0.16.6 and 0.18.0, read and run. Sources in the package: helpers.js
 * (`addJob`), worker.js (arrays of promises), sql/failJobs.js (the pause), sql/resetLockedAt.js (a dead worker).
 */
export const graphileWorker = defineLibrary({
  name: 'graphile-worker',
  packages: ['graphile-worker'],
  dispatches: [
    { method: 'Helpers.addJob', task: 'arg0', payload: 'arg1', options: 'arg2', bulk },
    { method: 'Runner.addJob', task: 'arg0', payload: 'arg1', options: 'arg2', bulk },
    { method: 'WorkerSharedOptions.addJob', task: 'arg0', payload: 'arg1', options: 'arg2', bulk },
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
      sync: true,
      optionsNeed: 'backfillPeriod: 0',
    },
  ],
  handlers: [
    {
      call: 'run',
      each: 'arg0.taskList',
      further: 'arg0.taskDirectory',
      task: 'key',
      handler: 'item',
      payload: 'param0',
    },
    { call: 'run', each: 'arg1', task: 'key', handler: 'item', payload: 'param0' },
    {
      call: 'runOnce',
      each: 'arg0.taskList',
      further: 'arg0.taskDirectory',
      task: 'key',
      handler: 'item',
      payload: 'param0',
    },
    { call: 'runTaskList', each: 'arg1', task: 'key', handler: 'item', payload: 'param0' },
    { call: 'runTaskListOnce', each: 'arg1', task: 'key', handler: 'item', payload: 'param0' },
    { typed: 'Task', task: 'typeArg0', handler: 'self', payload: 'param0' },
    { typed: 'TaskList', each: 'self', task: 'key', handler: 'item', payload: 'param0' },
  ],
  routes: { by: 'task', without: 'no worker asks for it, and it stays in the table' },
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
  },
  // The pause is PostgreSQL's: e to the power of the runs so far, in seconds.
  backoff: { default: 'exponential' },
  // Its signal is given at shutdown only; a dead worker's job stays locked for four hours.
  timeLimit: { default: 'none' },
  acknowledgement: { default: 'late' },
  // At a shutdown alone, and called experimental.
  signal: { at: 'param1.abortSignal', asked: true, aborts: 'when the worker shuts down' },
  deduplication: [{ option: 'jobKey' }],
  traps: [
    {
      option: 'maxAttempts',
      methods: one,
      is: [0],
      effect: 'misread',
      because: 'it takes 0 for "not given" and runs the job up to 25 times',
      instead: 'Write 1 for one run',
      write: { value: '1' },
    },
    {
      option: 'maxAttempts',
      methods: many,
      is: [0],
      effect: 'rejected',
      because: 'PostgreSQL refuses less than one run, so none of these jobs is queued',
      instead: 'Write 1 for one run',
      write: { value: '1' },
    },
    {
      option: 'maxAttempts',
      methods: one,
      is: [NaN],
      effect: 'misread',
      because: 'it takes it for not given, and runs the job 25 times',
      instead: 'Give a whole number from 1 to 32767',
      decidesAttempts: true,
    },
    {
      option: 'maxAttempts',
      methods: many,
      is: [NaN, Infinity],
      effect: 'misread',
      because: 'JSON has no such number, so it is not given, and the job runs up to 25 times',
      instead: 'Give a whole number from 1 to 32767',
      decidesAttempts: true,
    },
    {
      option: 'maxAttempts',
      methods: one,
      below: 0,
      above: 32_767,
      fraction: true,
      effect: 'rejected',
      because: 'PostgreSQL refuses it, so the job is never queued',
      instead: 'Give a whole number from 1 to 32767',
      decidesAttempts: true,
    },
    {
      option: 'maxAttempts',
      methods: many,
      below: 0,
      above: 32_767,
      fraction: true,
      effect: 'rejected',
      because: 'PostgreSQL refuses it, so none of these jobs is queued',
      instead: 'Give a whole number from 1 to 32767',
      decidesAttempts: true,
    },
  ],
  cron: graphileCron,
  schedules: [
    { call: 'parseCrontab', expression: 'arg0', dialect: { ...graphileCron, crontab: true } },
    { call: 'parseCronItems', each: 'arg0', expression: ['item.match', 'item.pattern'] },
    { call: 'run', expression: 'arg0.crontab', dialect: { ...graphileCron, crontab: true } },
    { call: 'runOnce', expression: 'arg0.crontab', dialect: { ...graphileCron, crontab: true } },
  ],
  logger: { shown: 'helpers.logger', parameter: 'param1.logger', methods: { log: 'info' }, text: true },
  serializer: 'json',
  suggest: { attempts: 'maxAttempts: 5', runOnce: 'maxAttempts: 1' },
  evidence: 'test/evidence/graphile-worker.test.ts',
});
