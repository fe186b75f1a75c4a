import { databases } from '../src/libraries/databases.js';
import { createRule } from '../src/rule.js';
import { idempotencyTag } from '../src/tasks/idempotency.js';
import type { Handler } from '../src/tasks/model.js';
import { separateWrites, type Write } from '../src/typescript/writes.js';

export default createRule({
  name: 'require-atomic-writes',
  description: 'require the database writes of a task to stand in one transaction',
  presets: { strict: {}, checklist: {} },
  checklist: [5],
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    separate:
      'This task may run again, and it writes to `{{first}}` ({{firstWhere}}) and to `{{second}}` ({{secondWhere}}) without a transaction: a run that dies in between leaves the first one alone, and the next run makes it a second time.',
    replaced:
      'This task may run again, and it deletes from `{{first}}` ({{firstWhere}}) and writes there anew ({{secondWhere}}) without a transaction: a run that dies in between leaves nothing there, until another one gets through.',
  },
  check({ project, file, report, where }) {
    for (const handler of project.bodiesIn(file)) {
      const { body } = handler;
      if (!body || !mayRunAgain(handler) || project.isRegisteredAgain(handler)) continue;
      // Whoever says why a second run is harmless has thought of what the first one left.
      if (idempotencyTag(handler) === 'reasoned') continue;
      const pair = separateWrites(project.code, databases, body);
      if (!pair) continue;
      report({
        at: pair.at,
        // Of two writes to one table the first is what clears it.
        messageId: pair.first.kind === 'delete' ? 'replaced' : 'separate',
        data: {
          first: nameOf(pair.first),
          firstWhere: where(pair.first.node),
          second: nameOf(pair.second),
          secondWhere: where(pair.second.node),
        },
      });
    }

    /** After a failure, or after a crash: not where one run is stated and the message is gone before it. */
    function mayRunAgain(handler: Handler): boolean {
      // What a durable function does is repeated by steps.
      if (handler.durable || !handler.registered) return false;
      const { attempts } = handler.policy;
      const acknowledged = project.acknowledgementOf(handler);
      const isOnce = attempts.state === 'stated' && attempts.values.every((runs) => runs <= 1);
      const isEarly =
        acknowledged.state === 'defaulted'
          ? acknowledged.value === 'early'
          : acknowledged.state === 'stated' && acknowledged.values.every((each) => each === 'early');
      return !isOnce && !isEarly;
    }
  },
});

function nameOf({ table }: Write): string {
  return table.replace(/^this\./, '');
}
