import ts from 'typescript';
import { createRule } from '../src/rule.js';
import {
  forwardedBy,
  insertDefault,
  insertOption,
  isDecidedHere,
  optionAt,
  placeOfOptions,
} from '../src/tasks/edit.js';
import type { Dispatch, Handler, Queue } from '../src/tasks/model.js';
import { isUnlimited } from '../src/tasks/policy.js';
import { isAttemptsTrapped } from '../src/tasks/traps.js';
import { skipOuter } from '../src/typescript/syntax.js';

export interface Options {
  stated: boolean;
}

export default createRule<Options>({
  name: 'require-retry-limit',
  description: 'require a decision on how often a failing task is run',
  presets: { recommended: {}, strict: { stated: true }, checklist: {} },
  checklist: [6, 7],
  hasSuggestions: true,
  defaults: { stated: false },
  options: { stated: "Also where nobody decided and the library's own bounded default holds." },
  messages: {
    undecided:
      'Nobody decided how often this task may run: {{library}} runs it {{runs}} and then gives it up for failed. State `{{option}}` here or in the defaults.',
    lost: "The queue's own `{{defaults}}` replace those at {{where}} whole, and with them their `{{option}}` is lost: {{library}} runs this task {{runs}} and then gives it up for failed. State `{{option}}`.",
    ignores:
      "`{{name}}` never sees the queue's defaults, and nobody decided here: {{library}} runs this task {{runs}} and then gives it up for failed. State `{{option}}`.",
    bounded:
      'Nobody decided how often this task may run: by default {{library}} runs it {{runs}}. State `{{option}}`.',
    erased:
      '`undefined` here erases what the defaults state ({{before}}, {{where}}): {{library}} runs this task {{runs}}. Leave the key out, or state a number.',
    erasedNothing: '`undefined` here decides nothing: {{library}} runs this task {{runs}}. State a number.',
    unlimited:
      'A failing task is run without end: {{library}} has no limit of its own here. State `{{option}}`.',
    infinite: '`{{value}}` is no limit: {{effect}}. State a number that you would still want to wait for.',
    retry: 'Retry with a growing pause: `{{text}}`.',
    runOnce: 'State that it runs once: `{{text}}`.',
  },
  check({ project, file, options, report, isHere, where }) {
    const defined = project
      .handlersIn(file)
      .filter((handler) => handler.library.layers.includes('definition'));
    const seen = new Set<ts.Node>();
    // What is stated in this file may be another file's; what is this file's may be in both lists.
    for (const subject of new Set([
      ...project.dispatchesIn(file),
      ...defined,
      ...project.policiesMentionedIn(file),
    ])) {
      judge(subject);
    }

    function judge(subject: Dispatch | Handler | Queue): void {
      const { library, policy } = subject;
      const option = library.attempts?.option;
      if (option === undefined) return;
      const { attempts } = policy;
      if (attempts.state === 'unknown' || attempts.state === 'configured') return;
      if (!isDecidedHere(subject, 'attempts')) return;
      if (attempts.state === 'stated') {
        if (!attempts.values.every(isUnlimited) || !isHere(attempts.at) || seen.has(attempts.at)) return;
        // A number that the library does not take is no-ineffective-option's.
        if (isAttemptsTrapped(project, subject)) return;
        seen.add(attempts.at);
        report({
          at: optionAt(attempts.at),
          messageId: 'infinite',
          data: {
            value: attempts.at.getText(),
            effect:
              (attempts.values.includes(Infinity) ? library.attempts?.infinity : undefined) ??
              'a task that always fails is run for as long as the queue lives',
          },
        });
        return;
      }
      if (subject.kind === 'queue') return;
      // Another file's, of which only something else is stated here.
      if (subject.node.getSourceFile() !== file) return;
      // What a definition leaves out is said there, and not at each of its dispatches.
      if (subject.kind === 'dispatch' && library.layers.includes('definition')) return;
      // A backoff that waits for a number of runs in vain is no-ineffective-option's, too.
      if (isAttemptsTrapped(project, subject)) return;
      const runs = runsText(attempts.value);
      const data = { library: library.base, option, runs };
      // A parameter that the caller leaves out is no text: the caller decides nothing.
      if (attempts.erasedAt && !(subject.kind === 'dispatch' && attempts.erasedAt.parent === subject.runs)) {
        if (!isHere(attempts.erasedAt) || seen.has(attempts.erasedAt)) return;
        seen.add(attempts.erasedAt);
        const before = policy.inheritedAttempts;
        const erases = before.state === 'stated';
        report({
          at: optionAt(attempts.erasedAt),
          messageId: erases ? 'erased' : 'erasedNothing',
          data: erases
            ? { ...data, before: `${option}: ${before.at.getText()}`, where: where(before.at) }
            : data,
        });
        return;
      }
      if (isUnlimited(attempts.value)) {
        report({
          at: placeOf(subject),
          messageId: 'unlimited',
          data,
          suggest: suggestions(subject),
        });
      } else if (attempts.value <= 1) {
        if (subject.kind === 'dispatch' && project.isRetriedByItsHandler(subject)) return;
        const lost = policy.lostAttempts;
        const ignores = subject.kind === 'dispatch' && subject.ignoresQueue;
        report({
          at: placeOf(subject),
          messageId: lost ? 'lost' : ignores ? 'ignores' : 'undecided',
          data: {
            ...data,
            ...(lost ? { where: where(lost), defaults: library.queueDefaults ?? 'options' } : {}),
            ...(ignores ? { name: subject.node.expression.getText() } : {}),
          },
          suggest: suggestions(subject),
        });
      } else if (options.stated) {
        report({
          at: placeOf(subject),
          messageId: 'bounded',
          data,
          suggest: suggestions(subject),
        });
      }
    }

    function suggestions(subject: Dispatch | Handler) {
      const { attempts, runOnce } = subject.library.suggest ?? {};
      if (subject.kind === 'handler' && isOneOfMany(subject))
        return [insertDefault(subject, attempts, 'retry'), insertDefault(subject, runOnce, 'runOnce')];
      return [
        insertOption(subject, attempts, 'retry', forwarded(subject)),
        insertOption(subject, runOnce, 'runOnce', forwarded(subject)),
      ];
    }

    function placeOf(subject: Dispatch | Handler): ts.Node {
      return subject.kind === 'handler' && isOneOfMany(subject)
        ? calleeOf(subject.node)
        : placeOfOptions(subject, forwarded(subject));
    }

    /** Would one set of options decide for several handlers of which nobody decides? Then they are one report. */
    function isOneOfMany({ site, node }: Handler): boolean {
      if (site.defaults === undefined) return false;
      const undecided = defined.filter(({ node: other, policy: { attempts } }) => {
        return other === node && attempts.state === 'defaulted' && !attempts.erasedAt;
      });
      return undecided.length > 1;
    }

    /** The parameter of the project function that is called, where one forwards the options. */
    function forwarded(subject: Dispatch | Handler) {
      return forwardedBy(project.code, subject.through?.policy.attempts);
    }
  },
});

function calleeOf(node: ts.Node): ts.Node {
  if (!ts.isCallExpression(node)) return node;
  const callee = skipOuter(node.expression);
  return ts.isPropertyAccessExpression(callee) ? callee.name : callee;
}

function runsText(runs: number): string {
  if (isUnlimited(runs)) return 'without end';
  return runs === 1 ? 'once' : `${String(runs)} times`;
}
