// Written by `npm run generate` from the files in rules/.
import noAwaitTaskResult from '../rules/no-await-task-result.js';
import noBlockingCall from '../rules/no-blocking-call.js';
import noConflictingTimeLimits from '../rules/no-conflicting-time-limits.js';
import noDispatchInTransaction from '../rules/no-dispatch-in-transaction.js';
import noDuplicateTaskName from '../rules/no-duplicate-task-name.js';
import noFloatingDispatch from '../rules/no-floating-dispatch.js';
import noIneffectiveOption from '../rules/no-ineffective-option.js';
import noInlineExecution from '../rules/no-inline-execution.js';
import noModelPayload from '../rules/no-model-payload.js';
import noNestedRetries from '../rules/no-nested-retries.js';
import noRelationalBroker from '../rules/no-relational-broker.js';
import noSensitivePayload from '../rules/no-sensitive-payload.js';
import noSwallowedFailure from '../rules/no-swallowed-failure.js';
import noUnknownTask from '../rules/no-unknown-task.js';
import noUnsafeRequeue from '../rules/no-unsafe-requeue.js';
import noUnserializablePayload from '../rules/no-unserializable-payload.js';
import payloadMatchesHandler from '../rules/payload-matches-handler.js';
import preferFlow from '../rules/prefer-flow.js';
import preferTaskDefaults from '../rules/prefer-task-defaults.js';
import preferTaskLogger from '../rules/prefer-task-logger.js';
import requireAtomicWrites from '../rules/require-atomic-writes.js';
import requireCancellation from '../rules/require-cancellation.js';
import requireErrorListener from '../rules/require-error-listener.js';
import requireExplicitQueue from '../rules/require-explicit-queue.js';
import requireFailureHandler from '../rules/require-failure-handler.js';
import requireIdempotencyAnnotation from '../rules/require-idempotency-annotation.js';
import requireRetryBackoff from '../rules/require-retry-backoff.js';
import requireRetryJitter from '../rules/require-retry-jitter.js';
import requireRetryLimit from '../rules/require-retry-limit.js';
import requireSettlement from '../rules/require-settlement.js';
import requireTimeLimit from '../rules/require-time-limit.js';
import validSchedule from '../rules/valid-schedule.js';
import type { TaskRule } from './rule.js';

export const rules = {
  'no-await-task-result': noAwaitTaskResult,
  'no-blocking-call': noBlockingCall,
  'no-conflicting-time-limits': noConflictingTimeLimits,
  'no-dispatch-in-transaction': noDispatchInTransaction,
  'no-duplicate-task-name': noDuplicateTaskName,
  'no-floating-dispatch': noFloatingDispatch,
  'no-ineffective-option': noIneffectiveOption,
  'no-inline-execution': noInlineExecution,
  'no-model-payload': noModelPayload,
  'no-nested-retries': noNestedRetries,
  'no-relational-broker': noRelationalBroker,
  'no-sensitive-payload': noSensitivePayload,
  'no-swallowed-failure': noSwallowedFailure,
  'no-unknown-task': noUnknownTask,
  'no-unsafe-requeue': noUnsafeRequeue,
  'no-unserializable-payload': noUnserializablePayload,
  'payload-matches-handler': payloadMatchesHandler,
  'prefer-flow': preferFlow,
  'prefer-task-defaults': preferTaskDefaults,
  'prefer-task-logger': preferTaskLogger,
  'require-atomic-writes': requireAtomicWrites,
  'require-cancellation': requireCancellation,
  'require-error-listener': requireErrorListener,
  'require-explicit-queue': requireExplicitQueue,
  'require-failure-handler': requireFailureHandler,
  'require-idempotency-annotation': requireIdempotencyAnnotation,
  'require-retry-backoff': requireRetryBackoff,
  'require-retry-jitter': requireRetryJitter,
  'require-retry-limit': requireRetryLimit,
  'require-settlement': requireSettlement,
  'require-time-limit': requireTimeLimit,
  'valid-schedule': validSchedule,
} satisfies Readonly<Record<string, TaskRule>>;
