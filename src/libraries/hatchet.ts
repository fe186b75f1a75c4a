import { serverCron } from './cron.js';
import { defineLibrary, type DispatchSite } from './define.js';

const owners = ['BaseWorkflowDeclaration', 'WorkflowDeclaration', 'TaskWorkflowDeclaration'] as const;

const dispatches: readonly DispatchSite[] = [
  ...owners.flatMap((owner): readonly DispatchSite[] => [
    ...['run', 'runAndWait', 'runNoWait'].map((method) => ({
      method: `${owner}.${method}`,
      each: 'arg0' as const,
      definition: 'receiver' as const,
      payload: 'item' as const,
      options: 'arg1' as const,
      ...(method === 'runNoWait'
        ? { bulk: { name: 'runManyNoWait', item: { input: 0, opts: 1 } } as const }
        : {}),
    })),
    ...['runMany', 'runManyNoWait'].map((method) => ({
      method: `${owner}.${method}`,
      each: 'arg0' as const,
      definition: 'receiver' as const,
      payload: 'item.input' as const,
      options: 'item.opts' as const,
    })),
    { method: `${owner}.schedule`, definition: 'receiver', payload: 'arg1', options: 'arg2' },
    { method: `${owner}.delay`, definition: 'receiver', payload: 'arg1', options: 'arg2' },
    { method: `${owner}.cron`, definition: 'receiver', payload: 'arg2', options: 'arg3' },
  ]),
  ...['run', 'runAndWait', 'runNoWait'].map((method) => ({
    method: `HatchetClient.${method}`,
    task: 'arg0' as const,
    definition: 'arg0' as const,
    payload: 'arg1' as const,
    options: 'arg2' as const,
  })),
  ...['runChild', 'runNoWaitChild'].map((method) => ({
    method: `Context.${method}`,
    definition: 'arg0' as const,
    payload: 'arg1' as const,
    options: 'arg2' as const,
    ...(method === 'runNoWaitChild' ? { bulk: { name: 'bulkRunNoWaitChildren' } } : {}),
  })),
  { method: 'EventClient.push', task: 'arg0', event: true, payload: 'arg1' },
  { method: 'EventClient.push', task: 'arg0', payload: 'arg1', bulk: { name: 'bulkPush' } },
];

/**
 * Hatchet. Facts: @hatchet-dev/typescript-sdk 1.33.2, read; its conversion of definitions run. Sources in the
 * package: v1/client/worker/workflow-proto.js (defaults and what 0 means), v1/declaration.js (durable children).
 */
export const hatchet = defineLibrary({
  name: 'Hatchet',
  packages: ['@hatchet-dev/typescript-sdk'],
  queues: [{ method: 'HatchetClient.workflow', name: 'arg0.name', options: 'arg0' }],
  queueDefaults: 'taskDefaults',
  defaultsAt: '`taskDefaults` of a workflow',
  dispatches,
  handlers: [
    ...(['HatchetClient', 'WorkflowDeclaration'] as const).flatMap((owner) =>
      (['task', 'durableTask', 'batchTask'] as const).map((method) => ({
        method: `${owner}.${method}`,
        ignoresQueue: owner === 'HatchetClient',
        ...(owner === 'HatchetClient' ? { unique: 'application' as const } : {}),
        durable: method === 'durableTask',
        task: 'arg0.name' as const,
        handler: 'arg0.fn' as const,
        payload: 'param0' as const,
        options: 'arg0' as const,
      })),
    ),
  ],
  // Durable in a durable task, where the engine puts it aside; elsewhere they hold a slot.
  waits: [
    ...owners.flatMap((owner) => [
      { method: `${owner}.run` },
      { method: `${owner}.runAndWait` },
      { method: `${owner}.runMany` },
    ]),
    { method: 'HatchetClient.run' },
    { method: 'HatchetClient.runAndWait' },
    { method: 'Context.runChild' },
    { method: 'WorkflowRunRef.result' },
  ],
  sameName: 'the worker keeps the one that is registered last, and the other function never runs',
  layers: ['queue', 'definition'],
  attempts: { option: 'retries', counts: 'retries', default: 1, zeroIsUnset: true },
  backoff: { option: 'backoff', object: 'exponential', factor: 'backoff.factor', default: 'none' },
  timeLimit: { option: ['executionTimeout', 'timeout'], unit: 'ms', default: 60_000 },
  acknowledgement: { default: 'late' },
  signal: {
    at: 'param1.abortController.signal',
    aborts: 'when the task is cancelled or its time is up',
  },
  resultNames: ['parentOutput'],
  deduplication: [{ option: 'idempotency.expression' }, { option: 'childKey' }],
  traps: [
    {
      option: 'retries',
      is: [0],
      overrides: true,
      effect: 'ignored',
      because: "0 counts for nothing said, so the workflow's `taskDefaults` hold and the task is retried",
      instead: 'Take `retries` out of `taskDefaults`',
    },
    {
      option: 'backoff',
      without: ['retries'],
      effect: 'ignored',
      because: 'without `retries` a task runs once, so nothing ever waits',
      instead: 'State `retries` beside it',
      decidesAttempts: true,
      write: { add: 'retries: 3' },
    },
  ],
  settings: ['HatchetClient', 'WorkflowDeclaration'].map((owner) => ({
    method: `${owner}.batchTask`,
    options: 'arg0' as const,
    traps: [
      {
        option: 'retries',
        above: 0,
        effect: 'ignored' as const,
        because: 'a batch task is never run again',
        instead: 'Take it out, or use `task()`',
        write: { remove: true as const },
      },
    ],
  })),
  amounts: [
    {
      option: 'executionTimeout',
      unit: 'ms',
      least: 1000,
      because: 'a number is taken for milliseconds, so the task is ended before it has done anything',
    },
  ],
  cron: serverCron,
  schedules: [
    ...owners.map((owner) => ({ method: `${owner}.cron`, expression: 'arg1' as const })),
    { method: 'HatchetClient.workflow', each: 'arg0.on.cron', expression: 'item' },
    { method: 'HatchetClient.task', each: 'arg0.on.cron', expression: 'item' },
    { method: 'HatchetClient.workflow', each: 'arg0.onCrons', expression: 'item' },
  ],
  logger: {
    shown: 'ctx.logger',
    parameter: 'param1.logger',
    methods: { log: 'info' },
    text: true,
    awaited: true,
  },
  serializer: 'json',
  flow: { name: 'parents' },
  suggest: {
    attempts: 'retries: 3, backoff: { factor: 2, maxSeconds: 60 }',
    runOnce: 'retries: 0',
    backoff: 'backoff: { factor: 2, maxSeconds: 60 }',
    timeLimit: "executionTimeout: '5m'",
  },
  evidence: 'test/evidence/hatchet.test.ts',
  documented: {
    backoff: 'https://docs.hatchet.run/home/retry-policies',
    schedules: 'https://github.com/hatchet-dev/hatchet/blob/main/pkg/validator/validator.go',
    // The time of a task ends at its start and this interval; what the package makes of a number is run.
    times: 'https://github.com/hatchet-dev/hatchet/blob/main/pkg/repository/sqlcv1/queue.sql',
  },
});
