import { defineLibrary } from './define.js';

/**
 * Vercel Workflow: functions with the directive `use workflow`. Facts: workflow 4.8.9 and @workflow/core, read; the
 * serializer run. A workflow that throws has failed; what is retried is its steps.
 */
export const vercelWorkflow = defineLibrary({
  name: 'Vercel Workflow',
  packages: ['workflow', '@workflow/core'],
  dispatches: [{ call: 'start', task: 'arg0', payload: 'arg1', options: 'arg2' }],
  handlers: [{ directive: 'use workflow', task: 'name', handler: 'self', payload: 'params', durable: true }],
  calledDirectly: true,
  waits: [{ property: 'Run.returnValue' }, { property: 'Run.status', polling: true }],
  layers: ['dispatch'],
  acknowledgement: { default: 'late' },
  serializer: 'devalue',
  evidence: 'test/evidence/vercel-workflow.test.ts',
});

/** The steps of workflows: functions with the directive `use step`. */
export const vercelStep = defineLibrary({
  name: 'Vercel Workflow step',
  packages: ['workflow', '@workflow/core'],
  extends: 'Vercel Workflow',
  handlers: [
    { directive: 'use step', task: 'name', handler: 'self', payload: 'params', options: 'self', step: true },
  ],
  layers: ['definition'],
  // A property of the function itself: `sendMail.maxRetries = 5`.
  attempts: { option: 'maxRetries', counts: 'retries', default: 4 },
  backoff: { default: 'fixed', delayDefault: 1000 },
  evidence: 'test/evidence/vercel-workflow.test.ts',
});

/** Vercel Queues. Facts: @vercel/queue 0.6.0, read; its transport run. A message comes again until it expires. */
export const vercelQueue = defineLibrary({
  name: 'Vercel Queues',
  packages: ['@vercel/queue'],
  dispatches: [
    { call: 'send', queue: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'QueueClient.send', queue: 'arg0', payload: 'arg1', options: 'arg2' },
    { method: 'PollingQueueClient.send', queue: 'arg0', payload: 'arg1', options: 'arg2' },
    {
      call: 'experimental_sendBatch',
      each: 'arg1',
      queue: 'arg0',
      payload: 'item.payload',
      options: 'item',
    },
  ],
  handlers: [
    { call: 'handleCallback', handler: 'arg0', payload: 'param0' },
    { call: 'handleNodeCallback', handler: 'arg0', payload: 'param0' },
    { method: 'QueueClient.handleCallback', handler: 'arg0', payload: 'param0' },
    { method: 'QueueClient.handleNodeCallback', handler: 'arg0', payload: 'param0' },
    { method: 'PollingQueueClient.receive', queue: 'arg0', handler: 'arg2', payload: 'param0' },
  ],
  layers: ['dispatch'],
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'idempotencyKey' }],
  serializer: 'json',
  evidence: 'test/evidence/vercel-queue.test.ts',
});
