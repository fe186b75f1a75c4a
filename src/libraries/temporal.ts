import { robfigCron, temporalCron } from './cron.js';
import { defineLibrary } from './define.js';

/**
 * Temporal. Facts: @temporalio/* 1.24.0, read; its payload converter and the checks of its options run. Sources in
 * the packages: common/lib/retry-policy.js, common/lib/converter, workflow/lib/workflow.js (activity options).
 */
export const temporal = defineLibrary({
  name: 'Temporal',
  packages: [
    '@temporalio/workflow',
    '@temporalio/client',
    '@temporalio/worker',
    '@temporalio/activity',
    '@temporalio/common',
  ],
  dispatches: [
    ...['start', 'execute', 'signalWithStart'].map((method) => ({
      method: `WorkflowClient.${method}`,
      task: 'arg0' as const,
      queue: 'arg1.taskQueue' as const,
      payload: 'arg1.args' as const,
      options: 'arg1' as const,
    })),
    {
      method: 'ScheduleClient.create',
      task: 'arg0.action.workflowType',
      queue: 'arg0.action.taskQueue',
      payload: 'arg0.action.args',
    },
    ...['executeChild', 'startChild'].map((call) => ({
      call,
      task: 'arg0' as const,
      queue: 'arg1.taskQueue' as const,
      payload: 'arg1.args' as const,
      options: 'arg1' as const,
    })),
  ],
  handlers: [
    { call: 'proxyActivities', queue: 'arg0.taskQueue', ignoresQueue: true, options: 'arg0' },
    { call: 'proxyLocalActivities', queue: 'arg0.taskQueue', ignoresQueue: true, options: 'arg0' },
    {
      method: 'Worker.create',
      each: 'arg0.activities',
      queue: 'arg0.taskQueue',
      ignoresQueue: true,
      task: 'key',
      handler: 'item',
      payload: 'params',
      // What holds for an activity is stated by the proxies in workflows.
      elsewhere: true,
      step: true,
    },
  ],
  waits: [
    { method: 'ChildWorkflowHandle.result', durable: true },
    { call: 'executeChild', durable: true },
    { method: 'WorkflowClient.execute' },
    { method: 'WorkflowHandle.result' },
    { method: 'BaseWorkflowHandle.result' },
  ],
  layers: ['definition'],
  attempts: {
    option: 'retry.maximumAttempts',
    counts: 'runs',
    // The service sees a lost worker only by the timeout of the attempt, which counts:
    // https://docs.temporal.io/design-patterns/fixed-count-retries
    countsLost: true,
    default: 'unlimited',
    // All attempts together have to fit into this time.
    boundedBy: ['scheduleToCloseTimeout'],
    infinity:
      'Temporal takes it for no limit and retries a failing activity for as long as its workflow lives',
  },
  backoff: {
    delay: 'retry.initialInterval',
    unit: 'ms',
    delayDefault: 1000,
    factor: 'retry.backoffCoefficient',
    default: 'exponential',
  },
  timeLimit: {
    option: ['startToCloseTimeout', 'scheduleToCloseTimeout'],
    unit: 'ms',
    default: 'none',
    without: 'Temporal runs no activity without a time limit: these throw.',
  },
  acknowledgement: { default: 'late' },
  signal: {
    at: 'Context.current().cancellationSignal',
    aborts: 'when the activity is cancelled or its time is up',
  },
  deduplication: [{ option: 'workflowId' }],
  traps: [
    {
      option: 'retry.maximumAttempts',
      below: 1,
      fraction: true,
      effect: 'rejected',
      because: 'it throws on what is no whole number from 1 on; 0 is not "without limit"',
      instead: 'Write 1 for one run, and leave it out for no limit',
      decidesAttempts: true,
    },
    {
      option: 'retry.backoffCoefficient',
      is: [0],
      below: 0,
      effect: 'rejected',
      because: 'it throws on a factor that is not above 0',
      instead: 'Write 1 for a pause that is the same each time',
    },
  ],
  relations: [
    {
      option: 'startToCloseTimeout',
      than: 'scheduleToCloseTimeout',
      orEqual: true,
      because:
        'all attempts together must be done in less than one may take, so the longer time never counts',
    },
    {
      option: 'scheduleToStartTimeout',
      than: 'scheduleToCloseTimeout',
      orEqual: true,
      because: 'all attempts together must be done before the first has to start',
    },
    {
      option: 'heartbeatTimeout',
      than: 'startToCloseTimeout',
      because: 'an attempt is over before its heartbeat is missed, so nobody learns that its worker died',
    },
    {
      option: 'retry.initialInterval',
      than: 'retry.maximumInterval',
      orEqual: true,
      because: 'it throws where the first pause is longer than the largest one',
    },
    {
      option: 'workflowTaskTimeout',
      than: 'workflowRunTimeout',
      because: 'a run is over before one step of it may be',
    },
    {
      option: 'workflowRunTimeout',
      than: 'workflowExecutionTimeout',
      orEqual: true,
      because: 'all runs together must be done in less than one may take, so the longer time never counts',
    },
  ],
  amounts: ['startToCloseTimeout', 'scheduleToCloseTimeout', 'heartbeatTimeout'].map((option) => ({
    option,
    unit: 'ms' as const,
    least: 100,
    because: 'a number is taken for milliseconds, so every attempt times out before it has done anything',
  })),
  cron: temporalCron,
  schedules: [
    ...['start', 'execute', 'signalWithStart'].map((method) => ({
      method: `WorkflowClient.${method}`,
      expression: 'arg1.cronSchedule' as const,
      dialect: robfigCron,
    })),
    ...['executeChild', 'startChild'].map((call) => ({
      call,
      expression: 'arg1.cronSchedule' as const,
      dialect: robfigCron,
    })),
    {
      method: 'ScheduleClient.create',
      each: 'arg0.spec.cronExpressions',
      expression: 'item',
      zone: 'arg0.spec.timezone',
    },
  ],
  logger: {
    shown: 'log',
    import: { name: 'log', from: ['@temporalio/activity'] },
    methods: { log: 'info' },
    text: true,
  },
  serializer: 'json',
  encryption: ['payloadCodecs'],
  suggest: {
    attempts: 'retry: { maximumAttempts: 5 }',
    runOnce: 'retry: { maximumAttempts: 1 }',
    timeLimit: "startToCloseTimeout: '1 minute'",
  },
  evidence: 'test/evidence/temporal.test.ts',
  documented: {
    // What the server makes of times that contradict each other; that those of workflows are cut down in the same way
    // is in service/history/api/create_workflow_util.go. What the package makes of numbers is run.
    times: 'https://github.com/temporalio/temporal/blob/main/chasm/lib/activity/validator.go',
    // Of schedules; the cron schedules of workflows are read in common/backoff/cron.go.
    schedules: 'https://github.com/temporalio/temporal/blob/main/service/worker/scheduler/calendar.go',
    signal: 'https://typescript.temporal.io/api/namespaces/activity#cancellation',
    attempts: 'https://docs.temporal.io/encyclopedia/retry-policies#default-values-for-retry-policy',
  },
});
