// Written by `npm run generate` from the files in rules/.
import noAwaitTaskResult from '../rules/no-await-task-result.js';
import noInlineExecution from '../rules/no-inline-execution.js';
import noModelPayload from '../rules/no-model-payload.js';
import noRelationalBroker from '../rules/no-relational-broker.js';
import noUnserializablePayload from '../rules/no-unserializable-payload.js';
import preferTaskLogger from '../rules/prefer-task-logger.js';
import requireErrorListener from '../rules/require-error-listener.js';
import requireFailureHandler from '../rules/require-failure-handler.js';
import requireIdempotencyAnnotation from '../rules/require-idempotency-annotation.js';
import requireRetryBackoff from '../rules/require-retry-backoff.js';
import requireRetryLimit from '../rules/require-retry-limit.js';
import requireTimeLimit from '../rules/require-time-limit.js';
import type { TaskRule } from './rule.js';

export const rules: Readonly<Record<string, TaskRule>> = {
  'no-await-task-result': noAwaitTaskResult,
  'no-inline-execution': noInlineExecution,
  'no-model-payload': noModelPayload,
  'no-relational-broker': noRelationalBroker,
  'no-unserializable-payload': noUnserializablePayload,
  'prefer-task-logger': preferTaskLogger,
  'require-error-listener': requireErrorListener,
  'require-failure-handler': requireFailureHandler,
  'require-idempotency-annotation': requireIdempotencyAnnotation,
  'require-retry-backoff': requireRetryBackoff,
  'require-retry-limit': requireRetryLimit,
  'require-time-limit': requireTimeLimit,
};
