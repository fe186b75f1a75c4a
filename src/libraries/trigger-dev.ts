import { triggerCron } from './cron.js';
import { defineLibrary } from './define.js';
import { pauseOf } from './shared-rows.js';

/**
 * Trigger.dev 3 and 4. Facts: @trigger.dev/sdk and core 3.3.17 and 4.8.3, read; their serializer and defaults run.
 * Sources in the packages: core v3/utils/retries.js, v3/workers/taskExecutor.js (no retries without a configuration),
 * sdk v3/shared.js.
 */
export const triggerDev = defineLibrary({
  name: 'Trigger.dev',
  packages: ['@trigger.dev/sdk', '@trigger.dev/core'],
  dispatches: [
    ...['Task', 'TaskWithSchema'].flatMap((type) => [
      ...['trigger', 'triggerAndWait', 'triggerAndSubscribe'].map((method) => ({
        method: `${type}.${method}`,
        definition: 'receiver' as const,
        queue: ['arg1.queue.name', 'arg1.queue'] as const,
        payload: 'arg0' as const,
        options: 'arg1' as const,
        ...(method === 'trigger'
          ? { bulk: { name: 'batchTrigger', item: { payload: 0, options: 1 } } as const }
          : {}),
      })),
      ...['batchTrigger', 'batchTriggerAndWait'].map((method) => ({
        method: `${type}.${method}`,
        each: 'arg0' as const,
        definition: 'receiver' as const,
        queue: ['item.options.queue.name', 'item.options.queue'] as const,
        payload: 'item.payload' as const,
        options: 'item.options' as const,
      })),
    ]),
    ...['trigger', 'triggerAndWait', 'triggerAndSubscribe', 'triggerAndPoll'].map((method) => ({
      method: `tasks.${method}`,
      task: 'arg0' as const,
      definition: 'arg0' as const,
      queue: ['arg2.queue.name', 'arg2.queue'] as const,
      payload: 'arg1' as const,
      options: 'arg2' as const,
      ...(method === 'trigger'
        ? { bulk: { name: 'batchTrigger', leading: [0], item: { payload: 1, options: 2 } } as const }
        : {}),
    })),
    ...['batchTrigger', 'batchTriggerAndWait'].map((method) => ({
      method: `tasks.${method}`,
      each: 'arg1' as const,
      task: 'arg0' as const,
      definition: 'arg0' as const,
      payload: 'item.payload' as const,
      options: 'item.options' as const,
    })),
    ...['trigger', 'triggerAndWait'].map((method) => ({
      method: `batch.${method}`,
      each: 'arg0' as const,
      task: 'item.id' as const,
      definition: 'item.id' as const,
      payload: 'item.payload' as const,
      options: 'item.options' as const,
    })),
    ...['triggerByTask', 'triggerByTaskAndWait'].map((method) => ({
      method: `batch.${method}`,
      each: 'arg0' as const,
      definition: 'item.task' as const,
      payload: 'item.payload' as const,
      options: 'item.options' as const,
    })),
  ],
  handlers: ['task', 'schemaTask', 'createTask', 'createSchemaTask', 'createToolTask'].map((call) => ({
    call,
    // The queue is named, given as an object, or made by `queue({ name })`.
    queue: ['arg0.queue(0).name', 'arg0.queue.name', 'arg0.queue'] as const,
    ignoresQueue: true,
    task: 'arg0.id' as const,
    unique: 'application' as const,
    // What `run` is given is what the schema makes of the payload.
    ...(/schema|tool/i.test(call) ? { parses: true } : {}),
    handler: 'arg0.run' as const,
    payload: 'param0' as const,
    options: 'arg0' as const,
  })),
  waits: [
    ...['Task', 'TaskWithSchema', 'tasks'].flatMap((owner) => [
      { method: `${owner}.triggerAndWait`, durable: true },
      { method: `${owner}.batchTriggerAndWait`, durable: true },
      // The parent stays alive and holds its machine.
      { method: `${owner}.triggerAndSubscribe` },
    ]),
    { method: 'batch.triggerAndWait', durable: true },
    { method: 'batch.triggerByTaskAndWait', durable: true },
    { method: 'tasks.triggerAndPoll' },
    { method: 'runs.poll' },
    { method: 'runs.retrieve', polling: true },
  ],
  // Scheduled tasks are dispatched by Trigger.dev, but may be by name, too.
  pulls: [{ method: 'schedules.task', task: 'arg0.id' }],
  configs: [
    { file: 'trigger.config.ts', options: 'retries.default', as: 'retry' },
    { file: 'trigger.config.ts', options: 'onFailure', as: 'onFailure' },
    { file: 'trigger.config.ts', options: 'maxDuration', as: 'maxDuration' },
  ],
  sameName: '`dev` and `deploy` of Trigger.dev fail with `Duplicate task ids detected`',
  routes: { by: 'task', without: 'Trigger.dev keeps its runs waiting for a deployment that has such a task' },
  layers: ['config', 'definition'],
  defaultsAt: '`trigger.config.ts`',
  attempts: {
    option: 'retry.maxAttempts',
    counts: 'runs',
    // Not proven: a crash may be run again on a larger machine where that is asked for. Silent where in doubt.
    countsLost: true,
    default: 1,
    switch: { option: 'retry', default: 3 },
  },
  backoff: {
    delay: 'retry.minTimeoutInMs',
    unit: 'ms',
    delayDefault: 1000,
    factor: 'retry.factor',
    default: 'exponential',
    jitter: 'retry.randomize',
    jittered: true,
  },
  timeLimit: { option: 'maxDuration', unit: 's', default: 'none' },
  acknowledgement: { default: 'late' },
  // The run's process ends with it.
  signal: { at: 'param1.signal', asked: true, aborts: 'when the run is cancelled or its time is up' },
  deduplication: [{ option: 'idempotencyKey' }],
  relations: [
    {
      option: 'retry.minTimeoutInMs',
      than: 'retry.maxTimeoutInMs',
      thanDefault: 60_000,
      orEqual: true,
      because: 'the pause is cut down to the largest one at once, and never grows',
    },
  ],
  amounts: [
    pauseOf('retry.minTimeoutInMs'),
    {
      option: 'maxDuration',
      unit: 's',
      most: 100_000_000,
      because: 'it is counted in seconds, so the task may run for more than a day',
    },
  ],
  cron: triggerCron,
  schedules: [
    {
      call: 'task',
      expression: ['arg0.cron.pattern', 'arg0.cron'],
      zone: 'arg0.cron.timezone',
    },
    {
      call: 'createTask',
      expression: ['arg0.cron.pattern', 'arg0.cron'],
      zone: 'arg0.cron.timezone',
    },
    { method: 'schedules.task', expression: ['arg0.cron.pattern', 'arg0.cron'], zone: 'arg0.cron.timezone' },
    { method: 'schedules.create', expression: 'arg0.cron', zone: 'arg0.timezone' },
  ],
  failures: { observer: 'onFailure', options: ['onFailure'], mentions: ['tasks.onFailure'] },
  logger: {
    shown: 'logger',
    import: { name: 'logger', from: ['@trigger.dev/sdk', '@trigger.dev/sdk/v3'] },
    text: true,
  },
  serializer: 'superjson',
  suggest: {
    attempts: 'retry: { maxAttempts: 3 }',
    runOnce: 'retry: { maxAttempts: 1 }',
    timeLimit: 'maxDuration: 300',
  },
  versions: [
    {
      before: '4.5',
      sameName: 'Trigger.dev keeps the one that is read last, and the other function never runs',
    },
  ],
  evidence: 'test/evidence/trigger-dev.test.ts',
  documented: {
    acknowledgement: 'https://trigger.dev/docs/errors-retrying',
    sameName: 'https://github.com/triggerdotdev/trigger.dev/pull/3865',
    routes: 'https://trigger.dev/docs/runs',
    schedules: 'https://github.com/triggerdotdev/trigger.dev/blob/main/apps/webapp/app/v3/schedules.ts',
  },
});
