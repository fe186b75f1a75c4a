import ts from 'typescript';
import { createRule } from '../src/rule.js';
import { isDecidedHere } from '../src/tasks/edit.js';
import { declarationStart, idempotencyTag } from '../src/tasks/idempotency.js';
import type { Handler, Setting } from '../src/tasks/model.js';
import { isWithin } from '../src/typescript/version.js';

export interface Options {
  atLeastOnce: boolean;
}

export default createRule<Options>({
  name: 'require-idempotency-annotation',
  description: 'require tasks that may run twice to be declared idempotent',
  presets: { recommended: {}, strict: { atLeastOnce: true }, checklist: {} },
  checklist: [4, 9],
  hasSuggestions: true,
  type: 'suggestion',
  defaults: { atLeastOnce: false },
  options: {
    atLeastOnce: 'Also where the library acknowledges late by itself, so that a crash runs the task again.',
  },
  messages: {
    chosen:
      'Acknowledged late (`{{option}}`, {{where}}), this task runs again when its worker dies on the way. Say why that is harmless: `/** @idempotent <why> */`.',
    automatic:
      '{{library}} acknowledges after the run: a task whose worker dies on the way runs again. Say why that is harmless: `/** @idempotent <why> */`{{otherwise}}.',
    reason: '`@idempotent` without a reason: say why running this task twice is harmless.',
    tag: 'Declare it idempotent, and say why.',
  },
  check({ project, file, options, report, where }) {
    for (const handler of project.handlersIn(file)) {
      if (project.isRegisteredAgain(handler)) continue;
      // Which function it is, callers or the classes below say: that is where it is judged.
      if (!handler.body && handler.openBody) continue;
      if (handler.definitionOnly && !isJudgedHere(handler)) continue;
      // A durable function goes on where it was; what may run twice is its steps.
      if (handler.durable) continue;
      // Doing nothing twice is doing nothing.
      if (handler.body?.body && isEmpty(handler.body.body)) continue;
      const { idempotent } = handler.policy;
      const acknowledgement = project.acknowledgementOf(handler);
      if (acknowledgement.state === 'unknown' || acknowledgement.state === 'configured') continue;
      if (idempotent.state === 'unknown' || idempotent.state === 'configured') continue;
      if (runsOnce(handler)) continue;
      const chosen = acknowledgement.state === 'stated';
      const values = chosen ? acknowledgement.values : [acknowledgement.value];
      // Where nothing shows when a message is settled, nobody knows whether it comes again.
      if (handler.library.settlements && values.includes('manual')) continue;
      const late = (chosen || options.atLeastOnce) && values.every((value) => value !== 'early');
      if (!late || (idempotent.state === 'stated' && idempotent.values.every(Boolean))) continue;
      const tag = idempotencyTag(handler);
      if (tag === 'reasoned' || hasKey(handler)) continue;
      if (tag === 'bare') {
        report({ at: handler.name, messageId: 'reason' });
        continue;
      }
      const start = declarationStart(handler);
      const keys = keysFor(handler);
      report({
        at: handler.name,
        messageId: chosen ? 'chosen' : 'automatic',
        data: {
          library: handler.library.base,
          otherwise: keys === '' ? '' : `, or dispatch it with ${keys}`,
          ...(chosen ? { option: textOf(acknowledgement.at), where: where(acknowledgement.at) } : {}),
        },
        suggest: [
          start && {
            messageId: 'tag',
            replace: { start: start.position, end: start.position },
            text: `/** @idempotent TODO: say why running this twice is harmless. */\n${start.indent}`,
          },
        ],
      });
    }

    /** A definition that a project function makes is judged there, unless its callers say how often it is run. */
    function isJudgedHere(handler: Handler): boolean {
      const { attempts } = handler.policy;
      const isOpen = attempts.state === 'unknown' && attempts.open !== undefined;
      if (isOpen && project.handlers.some(({ through }) => through === handler)) return false;
      return isDecidedHere(handler, 'attempts');
    }

    /** Is everything that reaches this handler, as far as the program shows, dispatched with a key? */
    function hasKey(handler: Handler): boolean {
      const address = addressOf(handler);
      if (!handler.library.deduplication || !address) return false;
      const all = project.dispatches.filter(({ library }) => library.base === handler.library.base);
      // Whoever dispatches tasks of names that nobody knows may dispatch this one, and without a key.
      const isOpen = all.some(
        ({ task, policy }) => task.state === 'unknown' && policy.deduplication.state !== 'stated',
      );
      if (address === 'task' && isOpen) return false;
      const dispatches = all.filter((each) => isOneOf(each[address], handler[address]));
      return (
        dispatches.length > 0 && dispatches.every(({ policy }) => policy.deduplication.state !== 'defaulted')
      );
    }
  },
});

/** What tells which dispatches are a handler's: its task where that alone decides who runs it, else its queue. */
function addressOf({ library, queue, task }: Handler): 'queue' | 'task' | undefined {
  if (library.routes?.by === 'task') return task.state === 'stated' ? 'task' : undefined;
  return queue.state === 'stated' ? 'queue' : undefined;
}

function isOneOf(dispatched: Setting<string>, handled: Setting<string>): boolean {
  return (
    dispatched.state === 'stated' &&
    handled.state === 'stated' &&
    dispatched.values.some((name) => handled.values.includes(name))
  );
}

/** The keys with which a dispatch of this very function would count as declared; none for what others dispatch. */
function keysFor(handler: Handler): string {
  const { library, step, definitionOnly, policy } = handler;
  // What is dispatched is the workflow that runs it.
  if (step || definitionOnly || !addressOf(handler)) return '';
  return (library.deduplication ?? [])
    .filter(({ since, before }) => isWithin(policy.version, since, before))
    .map(({ option }) => `\`${option}\``)
    .join(' or ');
}

/** Is one run stated, where also the run of a worker that died is counted? */
function runsOnce({ library, policy: { attempts } }: Handler): boolean {
  return (
    library.attempts?.countsLost === true &&
    attempts.state === 'stated' &&
    attempts.values.every((value) => value === 1)
  );
}

/** The option as it is written, or the call that acknowledges. */
function textOf(at: ts.Node): string {
  const text = (ts.isPropertyAssignment(at.parent) ? at.parent : at).getText().replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isEmpty(body: ts.ConciseBody): boolean {
  return ts.isBlock(body) && body.statements.length === 0;
}
