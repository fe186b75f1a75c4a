import { defineLibrary } from './define.js';

/**
 * Inngest 3 and 4. Facts: inngest 3.54.2 and 4.24.0, read; their definitions and serializer run. The number of
 * retries when nobody says is the server's (pkg/consts: 4), not the 3 of the type's comment.
 */
export const inngest = defineLibrary({
  name: 'Inngest',
  packages: ['inngest'],
  dispatches: [
    { method: 'Inngest.send', each: 'arg0', task: 'item.name', payload: 'item.data', options: 'item' },
    {
      method: 'createStepTools.sendEvent',
      each: 'arg1',
      task: 'item.name',
      payload: 'item.data',
      options: 'item',
    },
    { method: 'createStepTools.invoke', definition: 'arg1.function', payload: 'arg1.data' },
  ],
  handlers: [
    // Version 3 has the trigger in the middle.
    {
      method: 'Inngest.createFunction',
      before: '4',
      task: 'arg0.id',
      handler: 'arg2',
      payload: 'param0.event.data',
      options: 'arg0',
      durable: true,
    },
    {
      method: 'Inngest.createFunction',
      since: '4',
      task: 'arg0.id',
      handler: 'arg1',
      payload: 'param0.event.data',
      options: 'arg0',
      durable: true,
    },
  ],
  waits: [
    { method: 'createStepTools.invoke', durable: true },
    { method: 'createStepTools.waitForEvent', durable: true },
    { method: 'createStepTools.waitForSignal', durable: true },
  ],
  layers: ['definition'],
  // Counted for each step by itself.
  attempts: { option: 'retries', counts: 'retries', default: 5 },
  backoff: { default: 'exponential', jittered: true },
  // A step may take two hours on Inngest's side.
  timeLimit: { option: 'timeouts.finish', unit: 'ms', default: 7_200_000 },
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'id' }, { option: 'idempotency' }],
  serializer: 'json-quiet',
  // Of @inngest/middleware-encryption.
  encryption: ['encryptionMiddleware'],
  suggest: { attempts: 'retries: 3', runOnce: 'retries: 0', timeLimit: "timeouts: { finish: '10m' }" },
  evidence: 'test/evidence/inngest.test.ts',
  documented: {
    attempts: 'https://www.inngest.com/docs/reference/functions/create#retries',
    backoff: 'https://www.inngest.com/docs/features/inngest-functions/error-retries/retries',
    time: 'https://www.inngest.com/docs/usage-limits/inngest',
  },
});
