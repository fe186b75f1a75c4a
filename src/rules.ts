// Written by `npm run generate` from the files in rules/.
import noAwaitTaskResult from '../rules/no-await-task-result.js';
import noConflictingTimeLimits from '../rules/no-conflicting-time-limits.js';
import noIneffectiveOption from '../rules/no-ineffective-option.js';
import noModelPayload from '../rules/no-model-payload.js';
import noUnserializablePayload from '../rules/no-unserializable-payload.js';
import requireIdempotencyAnnotation from '../rules/require-idempotency-annotation.js';
import requireRetryBackoff from '../rules/require-retry-backoff.js';
import requireRetryJitter from '../rules/require-retry-jitter.js';
import requireRetryLimit from '../rules/require-retry-limit.js';
import requireTimeLimit from '../rules/require-time-limit.js';
import validSchedule from '../rules/valid-schedule.js';
import type { TaskRule } from './rule.js';

export const rules: Readonly<Record<string, TaskRule>> = {
  'no-await-task-result': noAwaitTaskResult,
  'no-conflicting-time-limits': noConflictingTimeLimits,
  'no-ineffective-option': noIneffectiveOption,
  'no-model-payload': noModelPayload,
  'no-unserializable-payload': noUnserializablePayload,
  'require-idempotency-annotation': requireIdempotencyAnnotation,
  'require-retry-backoff': requireRetryBackoff,
  'require-retry-jitter': requireRetryJitter,
  'require-retry-limit': requireRetryLimit,
  'require-time-limit': requireTimeLimit,
  'valid-schedule': validSchedule,
};
