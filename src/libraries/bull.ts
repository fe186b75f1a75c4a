import { defineLibrary } from './define.js';

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
  dispatches: [
    // The library itself decides by `typeof`: a first argument that is a text is the job's name.
    { method: 'Queue.add', when: { arg0: 'string' }, task: 'arg0', payload: 'arg1', options: 'arg2' },
    {
      method: 'Queue.add',
      when: { arg0: ['object', 'array', 'number', 'none'] },
      payload: 'arg0',
      options: 'arg1',
    },
    { method: 'Queue.addBulk', each: 'arg0', task: 'item.name', payload: 'item.data', options: 'item.opts' },
  ],
  handlers: [
    {
      method: 'Queue.process',
      when: { arg0: 'string' },
      task: 'arg0',
      handler: 'argLast',
      payload: 'param0.data',
    },
    { method: 'Queue.process', handler: 'argLast', payload: 'param0.data' },
    { typed: 'ProcessCallbackFunction', handler: 'self', payload: 'param0.data' },
    { typed: 'ProcessPromiseFunction', handler: 'self', payload: 'param0.data' },
  ],
  waits: [
    { method: 'Job.finished' },
    { method: 'Job.getState', polling: true },
    { method: 'Job.isCompleted', polling: true },
    { method: 'Job.isFailed', polling: true },
  ],
  layers: ['queue', 'dispatch'],
  attempts: {
    option: 'attempts',
    counts: 'runs',
    default: 1,
    infinity: 'Bull reads it as no number and runs the job once',
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
  resultNames: ['returnvalue'],
  deduplication: [{ option: 'jobId' }, { option: 'debounce.id' }],
  serializer: 'json',
  suggest: {
    attempts: "attempts: 3, backoff: { type: 'exponential', delay: 1000 }",
    runOnce: 'attempts: 1',
    backoff: "backoff: { type: 'exponential', delay: 1000 }",
    timeLimit: 'timeout: 30_000',
  },
  evidence: 'test/evidence/bull.test.ts',
});
