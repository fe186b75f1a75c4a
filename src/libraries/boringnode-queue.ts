import { defineLibrary } from './define.js';

/**
 * AdonisJS's queue, which is @boringnode/queue. Facts: @boringnode/queue 0.6.0, read and run (it wants Node 24).
 * Sources in the package: the worker's retries, strategies/backoff_strategy.
 */
export const boringnodeQueue = defineLibrary({
  name: '@boringnode/queue',
  packages: ['@boringnode/queue', '@adonisjs/queue'],
  queues: [
    { method: 'QueueManagerSingleton.init', root: true, options: 'arg0' },
    { method: 'QueueManagerSingleton.init', each: 'arg0.queues', name: 'key', options: 'item' },
  ],
  unregistered: true,
  dispatches: [
    {
      method: 'Job.dispatch',
      definition: 'receiver',
      queue: 'chain.queue',
      payload: 'arg0',
      options: 'chain',
      chain: { ends: [], lazy: ['run'], setters: { toQueue: 'queue', dedup: 'dedup' } },
      bulk: { name: 'dispatchMany', item: 0 },
    },
    {
      method: 'Job.dispatchMany',
      each: 'arg0',
      definition: 'receiver',
      queue: 'chain.queue',
      payload: 'item',
      options: 'chain',
      chain: { ends: [], lazy: ['run'], setters: { toQueue: 'queue' } },
    },
    {
      method: 'Job.schedule',
      definition: 'receiver',
      queue: 'chain.queue',
      payload: 'arg0',
      chain: { ends: [], lazy: ['run'], setters: {} },
    },
  ],
  handlers: [
    {
      extends: 'Job',
      task: ['static.options.name', 'name'],
      unique: 'application',
      queue: 'static.options.queue',
      queueDefault: 'default',
      handler: 'member.execute',
      options: 'static.options',
    },
  ],
  builders: {
    exponentialBackoff: 'arg0',
    linearBackoff: 'arg0',
    fixedBackoff: 'arg0',
    customBackoff: 'arg0',
  },
  sameName: 'the worker keeps the one that it reads last, and runs it for both',
  brokers: [{ call: 'knex', database: 'a relational database' }],
  inline: [{ call: 'sync', mode: 'sync()' }],
  layers: ['queue', 'definition'],
  defaultsAt: '`queues` of the configuration',
  defaultQueue: 'default',
  attempts: { option: 'retry.maxRetries', aliases: ['maxRetries'], counts: 'retries', default: 1 },
  backoff: {
    option: 'retry.backoff',
    type: {
      key: 'type',
      values: { exponentialBackoff: 'exponential', fixedBackoff: 'fixed', linearBackoff: 'custom' },
    },
    delay: 'retry.backoff.baseDelay',
    jitter: 'retry.backoff.jitter',
    // Unless it is switched off, an exponential backoff has one.
    jittered: true,
    unit: 'ms',
    default: 'none',
  },
  timeLimit: { option: 'timeout', unit: 'ms', default: 'none' },
  acknowledgement: { default: 'late' },
  // There only where the job has a time limit.
  signal: { at: 'this.signal', asked: true, aborts: 'when the time of the job is up' },
  lock: { lasts: 30_000, then: 'another worker runs the job a second time' },
  deduplication: [{ option: 'dedup.id' }],
  traps: [
    {
      option: 'maxRetries',
      with: 'retry.maxRetries',
      effect: 'ignored',
      because: '`retry.maxRetries` says otherwise, and is the one that counts',
      instead: 'Keep one of them',
      write: { remove: true },
    },
  ],
  relations: [
    {
      option: 'retry.backoff.baseDelay',
      than: 'retry.backoff.maxDelay',
      // 0.6.0 makes the strategy when a run has failed, and takes no two that are equal.
      because:
        'the library throws when a run has failed, and the job is never retried but stalls, and is lost',
    },
  ],
  serializer: 'json',
  suggest: {
    attempts: 'maxRetries: 3',
    runOnce: 'maxRetries: 0',
    timeLimit: "timeout: '30s'",
  },
  evidence: 'test/evidence/boringnode-queue.test.ts',
});
