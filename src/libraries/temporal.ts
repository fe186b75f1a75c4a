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
  deduplication: [{ option: 'workflowId' }],
  serializer: 'json',
  encryption: ['payloadCodecs'],
  suggest: {
    attempts: 'retry: { maximumAttempts: 5 }',
    runOnce: 'retry: { maximumAttempts: 1 }',
    timeLimit: "startToCloseTimeout: '1 minute'",
  },
  evidence: 'test/evidence/temporal.test.ts',
  documented: {
    attempts: 'https://docs.temporal.io/encyclopedia/retry-policies#default-values-for-retry-policy',
  },
});
