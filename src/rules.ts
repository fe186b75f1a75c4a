// Written by `npm run generate` from the files in rules/.
import noAwaitTaskResult from '../rules/no-await-task-result.js';
import noFloatingDispatch from '../rules/no-floating-dispatch.js';
import noModelPayload from '../rules/no-model-payload.js';
import noUnserializablePayload from '../rules/no-unserializable-payload.js';
import preferFlow from '../rules/prefer-flow.js';
import preferTaskDefaults from '../rules/prefer-task-defaults.js';
import requireExplicitQueue from '../rules/require-explicit-queue.js';
import requireIdempotencyAnnotation from '../rules/require-idempotency-annotation.js';
import requireRetryBackoff from '../rules/require-retry-backoff.js';
import requireRetryLimit from '../rules/require-retry-limit.js';
import requireTimeLimit from '../rules/require-time-limit.js';
import type { TaskRule } from './rule.js';

export const rules: Readonly<Record<string, TaskRule>> = {
  'no-await-task-result': noAwaitTaskResult,
  'no-floating-dispatch': noFloatingDispatch,
  'no-model-payload': noModelPayload,
  'no-unserializable-payload': noUnserializablePayload,
  'prefer-flow': preferFlow,
  'prefer-task-defaults': preferTaskDefaults,
  'require-explicit-queue': requireExplicitQueue,
  'require-idempotency-annotation': requireIdempotencyAnnotation,
  'require-retry-backoff': requireRetryBackoff,
  'require-retry-limit': requireRetryLimit,
  'require-time-limit': requireTimeLimit,
};
