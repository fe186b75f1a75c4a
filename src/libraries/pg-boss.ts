import { defineLibrary, type TimeLimitSpec } from './define.js';

const timeLimitBefore11: TimeLimitSpec = {
  option: ['expireInSeconds', 'expireInMinutes', 'expireInHours'],
  unit: 's',
  units: { expireInMinutes: 'min', expireInHours: 'h' },
  default: 900_000,
  at: 'dispatch',
};

/**
 * pg-boss 9 to 12. Facts: 9.0.3, 10.4.2, 11.1.2 and 12.38.0, read and run. Sources in the package:
 * attorney.js (checks of options, defaults of the constructor), plans.js (precedence of job and queue, pauses),
 * manager.js (work, time limit).
 */
export const pgBoss = defineLibrary({
  name: 'pg-boss',
  packages: ['pg-boss'],
  defaultExport: 'PgBoss',
  queues: [
    { method: 'PgBoss.createQueue', when: { arg0: 'object' }, name: 'arg0.name', options: 'arg0' },
    { method: 'PgBoss.createQueue', name: 'arg0', options: 'arg1' },
    { method: 'PgBoss.updateQueue', name: 'arg0', options: 'arg1' },
    // From 11 on the constructor takes no defaults for jobs.
    { construct: 'PgBoss', root: true, options: 'arg0', before: '11' },
  ],
  dispatches: [
    {
      method: 'PgBoss.send',
      when: { arg0: 'object' },
      queue: 'arg0.name',
      payload: 'arg0.data',
      options: 'arg0.options',
      transaction: 'arg0.options.db',
    },
    { method: 'PgBoss.send', queue: 'arg0', payload: 'arg1', options: 'arg2', transaction: 'arg2.db' },
    { method: 'PgBoss.sendAfter', queue: 'arg0', payload: 'arg1', options: 'arg2', transaction: 'arg2.db' },
    {
      method: 'PgBoss.sendThrottled',
      queue: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      transaction: 'arg2.db',
    },
    {
      method: 'PgBoss.sendDebounced',
      queue: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      transaction: 'arg2.db',
    },
    {
      method: 'PgBoss.sendOnce',
      queue: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      transaction: 'arg2.db',
      before: '10',
    },
    {
      method: 'PgBoss.sendSingleton',
      queue: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      transaction: 'arg2.db',
      before: '10',
    },
    {
      method: 'PgBoss.upsert',
      queue: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      transaction: 'arg2.db',
      since: '12',
    },
    { method: 'PgBoss.schedule', queue: 'arg0', payload: 'arg2', options: 'arg3', transaction: 'arg3.db' },
    {
      // The constructor's defaults do not reach a bulk insert of version 9.
      method: 'PgBoss.insert',
      each: 'arg0',
      ignoresQueue: true,
      queue: 'item.name',
      payload: 'item.data',
      options: 'item',
      transaction: 'arg1.db',
      before: '10',
    },
    {
      method: 'PgBoss.insert',
      each: 'arg0',
      queue: 'item.name',
      payload: 'item.data',
      options: 'item',
      transaction: 'arg1.db',
      since: '10',
      before: '11',
    },
    {
      method: 'PgBoss.insert',
      each: 'arg1',
      queue: 'arg0',
      payload: 'item.data',
      options: 'item',
      transaction: 'arg2.db',
      since: '11',
    },
    {
      method: 'PgBoss.flow',
      each: 'arg0',
      queue: 'item.name',
      payload: 'item.data',
      options: 'item.options',
      transaction: 'arg1.db',
    },
  ],
  handlers: [
    { method: 'PgBoss.work', queue: 'arg0', handler: 'argLast', payload: 'param0.data', before: '10' },
    { method: 'PgBoss.work', queue: 'arg0', handler: 'argLast', payload: 'param0[].data', since: '10' },
  ],
  waits: [
    { method: 'PgBoss.getJobById', polling: true },
    { method: 'PgBoss.findJobs', polling: true },
  ],
  settlements: [
    { method: 'PgBoss.complete', outcome: 'done' },
    { method: 'PgBoss.fail', outcome: 'failed' },
  ],
  layers: ['queue', 'dispatch'],
  attempts: {
    option: 'retryLimit',
    counts: 'retries',
    default: 3,
    infinity: 'its send() rejects a number without end, so the job is never queued',
  },
  backoff: {
    option: 'retryBackoff',
    true: 'exponential',
    delay: 'retryDelay',
    unit: 's',
    // A job that backs off waits at least this long, whatever the delay says.
    delayLeast: 1000,
    delayAlone: 'fixed',
    default: 'none',
    jittered: true,
  },
  timeLimit: { option: 'expireInSeconds', unit: 's', default: 900_000, at: 'dispatch' },
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'id' }, { option: 'singletonKey' }],
  serializer: 'json',
  suggest: {
    attempts: 'retryLimit: 3, retryBackoff: true',
    runOnce: 'retryLimit: 0',
    backoff: 'retryBackoff: true',
    timeLimit: 'expireInSeconds: 300',
  },
  versions: [
    {
      before: '10',
      unregistered: true,
      attempts: {
        option: 'retryLimit',
        counts: 'retries',
        // A delay or a backoff alone makes one retry of none; 0 leaves the constructor's number.
        boundedBy: ['retryDelay', 'retryBackoff'],
        zeroIsUnset: true,
        default: 1,
        infinity: 'its send() rejects a number without end, so the job is never queued',
      },
      timeLimit: timeLimitBefore11,
    },
    { before: '11', timeLimit: timeLimitBefore11 },
  ],
  evidence: 'test/evidence/pg-boss.test.ts',
});
