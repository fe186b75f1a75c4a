import { robfigCron } from './cron.js';
import { defineLibrary } from './define.js';

/**
 * Inngest 3 and 4. Facts: inngest 3.54.2 and 4.24.0, read; their definitions and serializer run. The number of
 * retries when nobody says is the server's (pkg/consts: 4), not the 3 of the type's comment; what it makes of others
 * was read in its source of August 2026 (pkg/sdk/function.go; pkg/inngest: function_step.go, function.go for times).
 */
export const inngest = defineLibrary({
  name: 'Inngest',
  packages: ['inngest'],
  dispatches: [
    {
      method: 'Inngest.send',
      each: 'arg0',
      task: 'item.name',
      event: true,
      payload: 'item.data',
      options: 'item',
      bulk: { name: 'send', item: 0 },
    },
    {
      method: 'createStepTools.sendEvent',
      each: 'arg1',
      task: 'item.name',
      event: true,
      payload: 'item.data',
      options: 'item',
      // Each step has an id of its own, which a bulk needs once.
      bulk: { name: 'sendEvent' },
    },
    { method: 'createStepTools.invoke', definition: 'arg1.function', payload: 'arg1.data' },
  ],
  handlers: [
    // Version 3 has the trigger in the middle.
    {
      method: 'Inngest.createFunction',
      before: '4',
      task: 'arg0.id',
      unique: 'object',
      handler: 'arg2',
      payload: 'param0.event.data',
      options: 'arg0',
      durable: true,
    },
    {
      method: 'Inngest.createFunction',
      since: '4',
      task: 'arg0.id',
      unique: 'object',
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
  sameName: "Inngest's `serve` throws `Duplicate function ID`, so that no function of the app can be called",
  inline: [{ construct: 'Inngest', mode: 'isDev: true', option: 'arg0.isDev', value: true }],
  layers: ['definition'],
  // Counted for each step by itself.
  attempts: { option: 'retries', counts: 'retries', default: 5 },
  backoff: { default: 'exponential', jittered: true },
  // A step may take two hours on Inngest's side.
  timeLimit: { option: 'timeouts.finish', unit: 'ms', default: 7_200_000 },
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'id' }, { option: 'idempotency' }],
  traps: [
    {
      option: 'retries',
      is: [Infinity, NaN],
      effect: 'misread',
      because: 'JSON makes null of it, and Inngest never runs a failed step again',
      instead: 'Give a number from 0 to 20',
      decidesAttempts: true,
    },
    {
      option: 'retries',
      below: 0,
      above: 20,
      effect: 'misread',
      because: 'Inngest takes more than 20 for 20, and less than 0 for none',
      instead: 'Give a number from 0 to 20',
      decidesAttempts: true,
    },
    ...['timeouts.finish', 'timeouts.start'].map((option) => ({
      option,
      number: true,
      effect: 'rejected' as const,
      because: 'Inngest takes a text with a unit, and refuses to sync an app with a number there',
      instead: "Write it as a text, `'10m'`",
    })),
  ],
  settings: [
    {
      method: 'Inngest.createFunction',
      since: '4',
      when: { arguments: { min: 3 } },
      traps: [
        {
          effect: 'rejected',
          because: 'from version 4 on the trigger stands in the options, and three arguments throw',
          instead: 'Write `createFunction({ id, triggers }, handler)`',
        },
      ],
    },
    {
      method: 'Inngest.createFunction',
      before: '4',
      when: { arguments: 2 },
      traps: [
        {
          effect: 'misread',
          because: 'before version 4 the second argument is the trigger, so the function never runs',
          instead: 'Write `createFunction({ id }, { event }, handler)`',
        },
      ],
    },
  ],
  cron: robfigCron,
  schedules: [
    { method: 'Inngest.createFunction', before: '4', each: 'arg1', expression: 'item.cron' },
    {
      method: 'Inngest.createFunction',
      since: '4',
      each: 'arg0.triggers',
      expression: 'item.cron',
    },
  ],
  failures: {
    observer: 'onFailure',
    options: ['onFailure'],
    mentions: ['inngest/function.failed', '@inngest/middleware-sentry'],
  },
  logger: { shown: 'logger', parameter: 'param0.logger', methods: { log: 'info' } },
  serializer: 'json-quiet',
  // Of @inngest/middleware-encryption.
  encryption: ['encryptionMiddleware'],
  suggest: { attempts: 'retries: 3', runOnce: 'retries: 0', timeLimit: "timeouts: { finish: '10m' }" },
  evidence: 'test/evidence/inngest.test.ts',
  documented: {
    attempts: 'https://www.inngest.com/docs/reference/functions/create#retries',
    backoff: 'https://www.inngest.com/docs/features/inngest-functions/error-retries/retries',
    time: 'https://www.inngest.com/docs/usage-limits/inngest',
    schedules: 'https://github.com/inngest/inngest/blob/main/pkg/execution/cron/cron.go',
    traps: 'https://github.com/inngest/inngest/blob/main/pkg/sdk/function.go',
  },
});
