import { defineLibrary } from './define.js';

const packages = ['@cloudflare/workers-types', 'cloudflare:workers'];
/** What `wrangler types` writes. */
const ambient = ['worker-configuration.d.ts'];

/**
 * Cloudflare Queues. Facts: run in miniflare 4; the platform's own numbers (4 deliveries, 15 minutes) are documented.
 */
export const cloudflareQueues = defineLibrary({
  name: 'Cloudflare Queues',
  packages,
  ambient,
  dispatches: [
    {
      method: 'Queue.send',
      payload: 'arg0',
      options: 'arg1',
      bulk: { name: 'sendBatch', item: { body: 0 } },
    },
    { method: 'Queue.sendBatch', each: 'arg0', payload: 'item.body', options: 'item' },
  ],
  handlers: [
    { typed: 'ExportedHandler', handler: 'self.queue', payload: 'param0.messages[].body' },
    { takes: 'MessageBatch', named: 'queue', handler: 'self', payload: 'param0.messages[].body' },
  ],
  settlements: [
    { method: 'Message.ack', outcome: 'done' },
    { method: 'MessageBatch.ackAll', outcome: 'done' },
    { method: 'Message.retry', outcome: 'again' },
    { method: 'MessageBatch.retryAll', outcome: 'again' },
  ],
  configs: ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml'].map((file) => ({
    file,
    options: 'queues.consumers',
  })),
  layers: ['config', 'definition'],
  attempts: { option: 'max_retries', counts: 'retries', default: 4 },
  backoff: { delay: 'retry_delay', unit: 's', delayAlone: 'fixed', default: 'none' },
  timeLimit: { default: 900_000 },
  acknowledgement: { default: 'late' },
  serializer: 'json',
  serializerOption: { option: 'contentType', values: { v8: 'structured-clone' } },
  evidence: 'test/evidence/cloudflare.test.ts',
  documented: {
    attempts: 'https://developers.cloudflare.com/queues/configuration/batching-retries/',
    time: 'https://developers.cloudflare.com/queues/platform/limits/',
  },
});

/** Cloudflare Workflows. Facts: run in miniflare 4. */
export const cloudflareWorkflows = defineLibrary({
  name: 'Cloudflare Workflows',
  packages,
  ambient,
  dispatches: [
    {
      method: 'Workflow.create',
      payload: 'arg0.params',
      options: 'arg0',
      bulk: { name: 'createBatch', item: 0 },
    },
    { method: 'Workflow.createBatch', each: 'arg0', payload: 'item.params', options: 'item' },
  ],
  handlers: [
    { extends: 'WorkflowEntrypoint', handler: 'member.run', payload: 'param0.payload', durable: true },
  ],
  waits: [
    { method: 'WorkflowStep.waitForEvent', durable: true },
    { method: 'WorkflowInstance.status', polling: true },
  ],
  layers: ['dispatch'],
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'id' }],
  serializer: 'structured-clone',
  evidence: 'test/evidence/cloudflare.test.ts',
});

/** The steps of Cloudflare Workflows. */
export const cloudflareStep = defineLibrary({
  name: 'Cloudflare Workflows step',
  packages,
  ambient,
  extends: 'Cloudflare Workflows',
  handlers: [
    {
      method: 'WorkflowStep.do',
      when: { arg1: 'function' },
      task: 'arg0',
      handler: 'arg1',
      step: true,
    },
    { method: 'WorkflowStep.do', task: 'arg0', options: 'arg1', handler: 'arg2', step: true },
  ],
  layers: ['definition'],
  attempts: {
    option: 'retries.limit',
    counts: 'retries',
    default: 6,
  },
  backoff: {
    option: 'retries.backoff',
    type: { key: 'type', values: { constant: 'fixed', linear: 'custom', exponential: 'exponential' } },
    delay: 'retries.delay',
    unit: 'ms',
    delayDefault: 1000,
    delayAlone: 'exponential',
    default: 'exponential',
  },
  timeLimit: { option: 'timeout', unit: 'ms', default: 600_000 },
  traps: [
    {
      option: 'retries.limit',
      is: [Infinity, NaN],
      effect: 'rejected',
      because: 'Workflows refuses the step',
      instead: 'Give a number that you would still want to wait for',
      decidesAttempts: true,
    },
  ],
  amounts: [
    {
      option: 'timeout',
      unit: 'ms',
      least: 1000,
      because: 'a number is taken for milliseconds, so the step times out before it has done anything',
    },
    {
      option: 'retries.delay',
      unit: 'ms',
      least: 100,
      because: 'a number is taken for milliseconds, so all runs are over before the other side can recover',
    },
  ],
  suggest: {
    attempts: "retries: { limit: 3, delay: '10 seconds', backoff: 'exponential' }",
    timeLimit: "timeout: '2 minutes'",
  },
  evidence: 'test/evidence/cloudflare.test.ts',
});
