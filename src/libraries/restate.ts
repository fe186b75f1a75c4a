import { defineLibrary } from './define.js';

const clients = ['serviceClient', 'objectClient', 'workflowClient'] as const;
const sendClients = ['serviceSendClient', 'objectSendClient', 'workflowSendClient'] as const;

/**
 * Restate. Facts: @restatedev/restate-sdk 1.17.2 against restate-server 1.7.12, run. The defaults of an invocation
 * are the server's (`default-retry-policy`): 70 runs, then it is paused.
 */
export const restate = defineLibrary({
  name: 'Restate',
  packages: ['@restatedev/restate-sdk', '@restatedev/restate-sdk-clients', '@restatedev/restate-sdk-core'],
  dispatches: [
    ...(['Context', 'Ingress'] as const).flatMap((owner) =>
      [...clients, ...sendClients].map((method) => ({
        method: `${owner}.${method}`,
        curried: true,
        task: 'next.name' as const,
        payload: 'next.arg0' as const,
        options: 'next.arg1' as const,
      })),
    ),
    { method: 'IngressWorkflowClient.workflowSubmit', payload: 'arg0', options: 'arg1' },
  ],
  handlers: ['service', 'object', 'workflow'].map((call) => ({
    call,
    each: 'arg0.handlers' as const,
    task: 'key' as const,
    handler: 'item' as const,
    payload: 'param1' as const,
    // What the service says holds for each handler that `handlers.handler(options, fn)` says nothing else for.
    defaults: 'arg0.options' as const,
    options: 'item(0)' as const,
    durable: true,
  })),
  waits: [
    ...clients.map((method) => ({ method: `Context.${method}`, durable: true })),
    // Through the ingress nothing is recorded: whoever calls is held.
    ...clients.map((method) => ({ method: `Ingress.${method}`, curried: true, holds: true })),
    { method: 'IngressWorkflowClient.workflowAttach', holds: true },
  ],
  builders: { sendOpts: 'arg0' },
  defaultsAt: '`options` of the service',
  layers: ['definition'],
  attempts: { option: 'retryPolicy.maxAttempts', counts: 'runs', default: 70 },
  backoff: {
    delay: 'retryPolicy.initialInterval',
    unit: 'ms',
    delayDefault: 500,
    factor: 'retryPolicy.exponentiationFactor',
    default: 'exponential',
  },
  // Inactivity and abort timeouts together: the attempt is then cut off and made again.
  timeLimit: { default: 660_000 },
  acknowledgement: { default: 'late' },
  signal: {
    at: 'param0.request().attemptCompletedSignal',
    aborts: 'when this attempt is over and another one runs',
  },
  deduplication: [{ option: 'idempotencyKey' }],
  relations: [
    {
      option: 'retryPolicy.initialInterval',
      than: 'retryPolicy.maxInterval',
      orEqual: true,
      // Run against 1.7.12: the first pause is not looked at.
      because: 'the first pause is as long as it says, and all others are cut down to the largest one',
    },
  ],
  amounts: [
    {
      option: 'inactivityTimeout',
      unit: 'ms',
      least: 1000,
      because: 'a number is taken for milliseconds, so whoever waits is put aside at once and begins anew',
    },
    {
      option: 'abortTimeout',
      unit: 'ms',
      least: 1000,
      because: 'a number is taken for milliseconds, so an attempt that is to be put aside is cut off',
    },
  ],
  // What it prints is left out while a run is replayed.
  logger: { shown: 'ctx.console', parameter: 'param0.console' },
  serializer: 'json',
  suggest: {
    attempts: 'retryPolicy: { maxAttempts: 10 }',
    runOnce: 'retryPolicy: { maxAttempts: 1 }',
  },
  evidence: 'test/evidence/restate.test.ts',
});

/** What a Restate handler does once: with options of its own it leaves the invocation's policy behind. */
export const restateRun = defineLibrary({
  name: 'Restate run',
  packages: ['@restatedev/restate-sdk'],
  extends: 'Restate',
  handlers: [
    {
      method: 'Context.run',
      when: { arg0: 'string' },
      task: 'arg0',
      handler: 'arg1',
      options: 'arg2',
      step: true,
    },
    { method: 'Context.run', handler: 'arg0', options: 'arg1', step: true },
  ],
  layers: ['definition'],
  attempts: {
    option: 'maxRetryAttempts',
    counts: 'runs',
    default: 70,
    boundedBy: ['maxRetryDuration'],
    switch: { option: 'initialRetryInterval', required: false, default: 'unlimited' },
  },
  backoff: {
    delay: 'initialRetryInterval',
    unit: 'ms',
    delayDefault: 500,
    factor: 'retryIntervalFactor',
    default: 'exponential',
  },
  suggest: { attempts: 'maxRetryAttempts: 5', runOnce: 'maxRetryAttempts: 1' },
  evidence: 'test/evidence/restate.test.ts',
});
