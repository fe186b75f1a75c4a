import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import { addAfter, insertAfter, isDecidedHere, optionAt } from '../src/tasks/edit.js';
import type { Backoff, Dispatch, Handler, Queue, Stated } from '../src/tasks/model.js';
import { isInside } from '../src/typescript/syntax.js';

export interface Options {
  allowFixed: boolean;
  stated: boolean;
}

export default createRule<Options>({
  name: 'require-retry-backoff',
  description: 'require a growing pause between the runs of a failing task',
  presets: { recommended: {}, strict: { allowFixed: false, stated: true }, checklist: { allowFixed: false } },
  checklist: [8],
  hasSuggestions: true,
  defaults: { allowFixed: true, stated: false },
  options: {
    allowFixed: 'Accept a pause that is the same each time.',
    stated: "Also where both the retries and the missing pause are the library's own defaults.",
  },
  messages: {
    missing:
      '`{{attempts}}` without a backoff: {{library}} runs the failing task again at once, so all its runs meet the same outage. State `{{option}}`.',
    lost: '`{{attempts}}` without a backoff: these `{{defaults}}` replace those at {{where}} whole, and with them their backoff is lost, so {{library}} retries at once. State `{{option}}` here too.',
    erased:
      '`undefined` here erases the backoff ({{where}}): {{library}} runs the failing task again at once. Leave the key out.',
    immediate:
      'A backoff without a delay is none: {{library}} runs the failing task again at once. State its delay.',
    fixed:
      'The pause is the same each time, so all failed tasks come back together, at a pace that never slows. Use an exponential backoff.',
    defaulted:
      'By default {{library}} runs a failing task again at once, and nobody decided otherwise here. State `{{option}}`.',
    add: 'Add `{{text}}`.',
    replace: 'Make it `{{text}}`.',
  },
  check({ project, file, options, report, isHere, where }) {
    const seen = new Set<ts.Node>();
    const defined = project
      .handlersIn(file)
      .filter((handler) => handler.library.layers.includes('definition'));
    for (const subject of [...project.dispatchesIn(file), ...defined]) judge(subject);
    for (const subject of [...project.queuesIn(file), ...project.policiesMentionedIn(file)]) {
      if (!(subject.kind === 'queue' && isSupplied(subject))) judge(subject);
    }

    function judge(subject: Dispatch | Handler | Queue): void {
      const { library, policy } = subject;
      const { attempts, backoff } = policy;
      const option = library.backoff?.option ?? library.backoff?.delay;
      if (option === undefined) return;
      if (attempts.state === 'unknown' || attempts.state === 'configured') return;
      if (backoff.state === 'unknown' || backoff.state === 'configured') return;
      if (!isDecidedHere(subject, 'attempts', 'backoff')) return;
      const data = { library: library.base, option };
      if (attempts.state === 'defaulted') {
        if (
          !options.stated ||
          attempts.value < 2 ||
          backoff.state !== 'defaulted' ||
          backoff.value.kind !== 'none'
        )
          return;
        if (subject.kind === 'dispatch' && library.layers.includes('definition')) return;
        if (subject.kind !== 'queue') once(subject.name, () => ({ messageId: 'defaulted', data }));
        return;
      }
      if (!attempts.values.every((runs) => runs >= 2)) return;
      if (backoff.state === 'stated') {
        judgeStated(subject, attempts.values, backoff, data);
        return;
      }
      if (backoff.value.kind !== 'none') return;
      if (backoff.erasedAt) {
        const before = policy.inheritedBackoff;
        once(backoff.erasedAt, () =>
          before.state === 'stated'
            ? { messageId: 'erased', data: { ...data, where: where(before.at) } }
            : { messageId: 'missing', data: { ...data, attempts: textOf(attempts.at) } },
        );
        return;
      }
      const lost =
        subject.kind === 'queue' || isInside(attempts.at, subject.node) ? policy.lostBackoff : undefined;
      once(attempts.at, () => ({
        messageId: lost ? 'lost' : 'missing',
        data: {
          ...data,
          attempts: textOf(attempts.at),
          ...(lost ? { where: where(lost), defaults: library.queueDefaults ?? 'options' } : {}),
        },
        suggest: [addition(attempts.at, library.suggest?.backoff)],
      }));
    }

    function judgeStated(
      subject: Dispatch | Handler | Queue,
      attempts: readonly number[],
      backoff: Stated<Backoff>,
      data: Readonly<Record<string, string>>,
    ): void {
      const text = subject.library.suggest?.backoff;
      const isImmediate = (each: Backoff): boolean =>
        each.kind === 'none' || ((each.kind === 'fixed' || each.kind === 'exponential') && each.delay === 0);
      if (backoff.values.every(isImmediate)) {
        once(backoff.at, () => ({ messageId: 'immediate', data, suggest: [replacement(backoff, text)] }));
      } else if (
        !options.allowFixed &&
        backoff.values.every((each) => each.kind === 'fixed') &&
        // Between two runs there is one pause, whichever way it would grow.
        attempts.some((runs) => runs > 2)
      ) {
        once(backoff.at, () => ({ messageId: 'fixed', data, suggest: [replacement(backoff, text)] }));
      }
    }

    /** Reports at a place of this file, once for whoever inherits it. */
    function once(
      at: ts.Node,
      make: () => { messageId: string; data: Record<string, string>; suggest?: (Suggestion | undefined)[] },
    ): void {
      if (!isHere(at) || seen.has(at)) return;
      seen.add(at);
      report({ at: optionAt(at), ...make() });
    }

    /** Do all dispatches that inherit these retries bring a backoff of their own? */
    function isSupplied(queue: Queue): boolean {
      const { attempts } = queue.policy;
      if (attempts.state !== 'stated' || queue.policy.backoff.state === 'stated') return false;
      const heirs = project.dispatches.filter(
        ({ policy }) => policy.attempts.state === 'stated' && policy.attempts.at === attempts.at,
      );
      return (
        heirs.length > 0 &&
        heirs.every(
          ({ policy }) => policy.backoff.state !== 'defaulted' || policy.backoff.value.kind !== 'none',
        )
      );
    }
  },
});

/** `attempts: 3`, as it is written. */
function textOf(at: ts.Node): string {
  return ts.isPropertyAssignment(at.parent) ? at.parent.getText() : at.getText();
}

function addition(at: ts.Node, text: string | undefined): Suggestion | undefined {
  const property = at.parent;
  if (text?.startsWith('.'))
    return ts.isCallExpression(property)
      ? { messageId: 'add', data: { text }, ...insertAfter(property, text) }
      : undefined;
  if (text === undefined || !ts.isPropertyAssignment(property)) return undefined;
  const [key, ...value] = text.split(':');
  const there = property.parent.properties.find((each) => each.name?.getText() === key);
  if (there && ts.isPropertyAssignment(there))
    return { messageId: 'replace', data: { text }, replace: there.initializer, text: value.join(':').trim() };
  return { messageId: 'add', data: { text }, ...addAfter(property, text) };
}

/** The library's own exponential backoff in place of what is there, with the delay that is there. */
function replacement(backoff: Stated<Backoff>, text: string | undefined): Suggestion | undefined {
  const delay = backoff.values[0]?.delay;
  const [key, ...rest] = text?.split(':') ?? [];
  const value = rest.join(':').trim();
  const property = backoff.at.parent;
  if (value === '' || !ts.isPropertyAssignment(property)) return undefined;
  // A delay alone is kept, and grows.
  if (property.name.getText() !== key) return delay === 0 ? undefined : addition(backoff.at, text);
  const kept = delay === undefined || delay === 0 ? value : value.replace(/\b1000\b/, String(delay));
  return { messageId: 'replace', data: { text: kept }, replace: backoff.at, text: kept };
}
