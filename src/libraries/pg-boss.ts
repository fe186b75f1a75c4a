import { cronParser } from './cron.js';
import { type Bulk, defineLibrary, type TimeLimitSpec, type TrapSpec } from './define.js';

/** Options that version 11 replaced by seconds. */
const seconds = (option: string, rename: string, times: number): TrapSpec => ({
  option,
  since: '11',
  effect: 'ignored',
  because: 'from version 11 on all times are seconds, so its default holds',
  instead: `Write \`${rename}\``,
  write: { rename, times },
});

/** What checks the options that it is given; `insert` hands them to PostgreSQL as they are. */
const checking: readonly string[] = [
  ...['send', 'sendAfter', 'sendThrottled', 'sendDebounced', 'sendOnce', 'sendSingleton', 'upsert'],
  ...['schedule', 'flow', 'createQueue', 'updateQueue'],
].map((method) => `PgBoss.${method}`);

/** Options of `work()` that version 10 took away. */
const workers = (option: string, instead: string, rename?: string): TrapSpec => ({
  option,
  since: '10',
  effect: 'ignored',
  because: 'version 10 took it away, so its default holds',
  instead,
  write: rename === undefined ? { remove: true } : { rename },
});

/** The options stand among the keys of an element. */
const bulk: readonly Bulk[] = [
  { name: 'insert', item: { name: 0, data: 1 }, before: '11' },
  { name: 'insert', leading: [0], item: { data: 1 }, since: '11' },
];

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
 * manager.js (work, time limit; `insert` checks nothing).
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
      bulk: { name: 'insert' },
    },
    { method: 'PgBoss.send', queue: 'arg0', payload: 'arg1', options: 'arg2', bulk, transaction: 'arg2.db' },
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
  pulls: [{ method: 'PgBoss.fetch', queue: 'arg0' }],
  settlements: [
    { method: 'PgBoss.complete', outcome: 'done' },
    { method: 'PgBoss.fail', outcome: 'failed' },
  ],
  routes: { by: 'queue', without: 'nobody works on that queue, and it stays in the table' },
  failures: { observer: 'deadLetter', mentions: ['deadLetter', 'onComplete', 'onFail'] },
  brokers: [{ construct: 'PgBoss', database: 'PostgreSQL' }],
  emitters: [{ construct: 'PgBoss', unheard: 'exits' }],
  layers: ['queue', 'dispatch'],
  defaultsAt: 'the options of `createQueue`',
  attempts: {
    option: 'retryLimit',
    counts: 'retries',
    default: 3,
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
  // With `perJobResults` each job of a batch has one of its own.
  failedResults: { keys: ['status'] },
  acknowledgement: { default: 'late' },
  signal: {
    at: 'param0[].signal',
    aborts: 'when the job has expired and is handed out again',
  },
  deduplication: [{ option: 'id' }, { option: 'singletonKey' }],
  traps: [
    {
      option: 'retryLimit',
      methods: checking,
      is: [Infinity, NaN],
      below: 0,
      above: 2_147_483_647,
      fraction: true,
      effect: 'rejected',
      because: 'it throws on what is no whole number from 0 on, so no job is queued with it',
      instead: 'Give a whole number; 0 is for one run',
      decidesAttempts: true,
    },
    {
      option: 'retryLimit',
      methods: ['PgBoss.insert'],
      is: [Infinity, NaN],
      effect: 'misread',
      because: 'JSON makes null of it, so the default holds',
      instead: 'Give a whole number; 0 is for one run',
      decidesAttempts: true,
    },
    {
      option: 'retryLimit',
      methods: ['PgBoss.insert'],
      below: 0,
      effect: 'misread',
      because: 'it is stored as it is, and the job runs once',
      instead: 'Write 0 for one run',
      decidesAttempts: true,
      write: { value: '0' },
    },
    {
      option: 'retryLimit',
      methods: ['PgBoss.insert'],
      above: 2_147_483_647,
      fraction: true,
      effect: 'rejected',
      because: 'PostgreSQL takes whole numbers below 2147483648, so none of these jobs is queued',
      instead: 'Give a whole number; 0 is for one run',
      decidesAttempts: true,
    },
    seconds('expireInMinutes', 'expireInSeconds', 60),
    seconds('expireInHours', 'expireInSeconds', 3600),
    seconds('retentionMinutes', 'retentionSeconds', 60),
    seconds('retentionHours', 'retentionSeconds', 3600),
    seconds('retentionDays', 'retentionSeconds', 86_400),
    seconds('singletonMinutes', 'singletonSeconds', 60),
    seconds('singletonHours', 'singletonSeconds', 3600),
    // Version 9 has no such limit.
    {
      option: 'expireInSeconds',
      methods: checking,
      above: 86_399,
      since: '10',
      before: '12',
      effect: 'rejected',
      because: 'it throws on 24 hours or more, so no job is queued with it',
      instead: 'Give it in seconds, 86399 at most',
    },
    {
      option: 'expireInSeconds',
      methods: checking,
      above: 86_400,
      since: '12',
      effect: 'rejected',
      because: 'it throws on more than 24 hours, so no job is queued with it',
      instead: 'Give it in seconds, 86400 at most',
    },
    {
      option: 'retryDelayMax',
      methods: checking,
      without: ['retryBackoff'],
      since: '11',
      effect: 'rejected',
      because: 'it throws where the pause does not grow, so no job is queued with it',
      instead: 'Add `retryBackoff: true`',
      write: { add: 'retryBackoff: true' },
    },
    {
      option: 'singletonKey',
      methods: ['PgBoss.send', 'PgBoss.sendAfter', 'PgBoss.insert'],
      without: ['policy', 'singletonSeconds', 'singletonMinutes', 'singletonHours', 'singletonNextSlot'],
      since: '10',
      effect: 'ignored',
      because: 'a queue without a policy takes every job, however many have the same key',
      instead: 'Add `singletonSeconds`, or give the queue a `policy`',
    },
    {
      option: 'heartbeatSeconds',
      methods: checking,
      below: 10,
      since: '12',
      effect: 'rejected',
      because: 'it throws on less than 10 seconds, so no job is queued with it',
      instead: 'Give 10 or more',
    },
  ],
  settings: [
    {
      method: 'PgBoss.work',
      options: 'arg1',
      traps: [
        workers('teamSize', 'Say how many jobs the handler gets at once by `batchSize`'),
        workers('teamConcurrency', 'Call `work()` several times for jobs at the same time'),
        workers('teamRefill', 'Take it out'),
        workers('newJobCheckInterval', 'Write `pollingIntervalSeconds`, in seconds'),
        workers('newJobCheckIntervalSeconds', 'Write `pollingIntervalSeconds`', 'pollingIntervalSeconds'),
      ],
    },
    {
      construct: 'PgBoss',
      since: '11',
      options: 'arg0',
      traps: ['retryLimit', 'retryDelay', 'retryBackoff', 'expireInSeconds', 'expireInMinutes'].map(
        (option) => ({
          option,
          effect: 'ignored' as const,
          because: 'from version 11 on the constructor takes no defaults for jobs',
          instead: 'Give it to `createQueue()`',
          write: { remove: true as const },
        }),
      ),
    },
  ],
  relations: [
    {
      option: 'heartbeatSeconds',
      unit: 's',
      than: 'expireInSeconds',
      thanUnit: 's',
      thanDefault: 900_000,
      because: 'the job has expired before its heart is missed',
    },
    {
      option: 'retryDelay',
      unit: 's',
      than: 'retryDelayMax',
      thanUnit: 's',
      orEqual: true,
      since: '11',
      because: 'the pause is cut down to the largest one at once, and never grows',
    },
  ],
  amounts: [
    {
      option: 'retryDelay',
      unit: 's',
      most: 86_400_000 * 2,
      because: 'the task is run again days later: it is counted in seconds',
    },
  ],
  // It looks once in half a minute, so that seconds mean little; they are taken all the same.
  cron: cronParser,
  schedules: [{ method: 'PgBoss.schedule', expression: 'arg1', zone: 'arg3.tz' }],
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
      defaultsAt: 'the options of the constructor',
      attempts: {
        option: 'retryLimit',
        counts: 'retries',
        // A delay or a backoff alone makes one retry of none; 0 leaves the constructor's number.
        boundedBy: ['retryDelay', 'retryBackoff'],
        zeroIsUnset: true,
        default: 1,
      },
      timeLimit: timeLimitBefore11,
      signal: null,
    },
    { before: '11', timeLimit: timeLimitBefore11, signal: null },
    { before: '12', signal: null },
  ],
  evidence: 'test/evidence/pg-boss.test.ts',
});
