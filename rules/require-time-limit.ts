import ts from 'typescript';
import { createRule } from '../src/rule.js';
import { insertOption, isDecidedHere, optionAt } from '../src/tasks/edit.js';
import type { Handler } from '../src/tasks/model.js';
import { chainTo, namesLeadingTo } from '../src/typescript/calls.js';
import { handsOn, isBoundedInTime, waitsForNothing } from '../src/typescript/time.js';

export interface Options {
  stated: boolean;
  soft: boolean;
}

export default createRule<Options>({
  name: 'require-time-limit',
  description: 'require a bound on how long a task may run',
  presets: { recommended: {}, strict: { stated: true }, checklist: { soft: true } },
  checklist: [10],
  hasSuggestions: true,
  type: 'suggestion',
  defaults: { stated: false, soft: false },
  options: {
    stated: "Also where nobody decided and the library's own limit holds.",
    soft: 'Also ask for the soft limit, where the library has one, and for its handling.',
  },
  messages: {
    without:
      '{{library}} has no time limit, and this task sets none: one call that never answers holds a worker for ever. Bound the work, say with `AbortSignal.timeout(…)`.',
    undecided:
      'Nothing limits the time of this task: one call that never answers holds a worker for ever. State `{{option}}`, or bound the work yourself.',
    refused: '{{without}} State `{{option}}`.',
    none: '`{{text}}` is no limit: one call that never answers holds a worker for ever. State how long this task may take.',
    bounded:
      'Nobody decided how long this task may take: by default {{library}} allows {{limit}} s. State `{{option}}`.',
    boundedOutside:
      'Nobody decided how long this task may take: by default {{library}} waits {{limit}} s and then gives it to somebody else, while this one goes on. Bound the work, say with `AbortSignal.timeout(…)`.',
    soft: 'Nothing warns this task before its time is up, so it cannot clean up. State `{{option}}`.',
    unhandled:
      'This task has a soft time limit but nothing that handles `{{error}}`, so the warning ends it like any error.',
    add: 'Add `{{text}}`.',
  },
  check({ project, file, options, report }) {
    const { code } = project;
    for (const handler of project.handlersIn(file)) {
      if (project.isRegisteredAgain(handler)) continue;
      // Where no function is named, all that there is to judge is what the definition states.
      if (handler.definitionOnly && !isDecidedHere(handler, 'timeLimit')) continue;
      judge(handler);
      if (options.soft) judgeSoft(handler);
    }

    function judge(handler: Handler): void {
      const { library, policy } = handler;
      const spec = library.timeLimit;
      if (!spec) return;
      const { timeLimit } = policy;
      if (timeLimit.state === 'unknown' || timeLimit.state === 'configured') return;
      const option = optionText(spec.option);
      const suggest = [
        spec.at === 'dispatch' ? undefined : insertOption(handler, library.suggest?.timeLimit, 'add'),
      ];
      if (timeLimit.state === 'stated') {
        if (timeLimit.values.every((value) => value === 'none') && timeLimit.at.getSourceFile() === file) {
          report({
            at: optionAt(timeLimit.at),
            messageId: 'none',
            data: { text: timeLimit.at.parent.getText() },
          });
        }
        return;
      }
      if (timeLimit.value !== 'none') {
        // A durable function may wait for days; what takes time is its steps.
        if (!options.stated || handler.durable) return;
        const limit = String(timeLimit.value / 1000);
        if (spec.option === undefined && isBounded(handler)) return;
        report({
          at: handler.name,
          messageId: spec.option === undefined ? 'boundedOutside' : 'bounded',
          data: { library: library.base, option, limit },
          suggest,
        });
        return;
      }
      if (spec.at === 'dispatch' && isLimitedByDispatches(handler)) return;
      if (!handler.definitionOnly && isBounded(handler)) return;
      report({
        at: handler.name,
        messageId:
          spec.without !== undefined ? 'refused' : spec.option === undefined ? 'without' : 'undecided',
        data: { library: library.base, option, without: spec.without ?? '' },
        suggest,
      });
    }

    /** Does the function end by itself? Without its text, or without types to follow its calls, nobody knows. */
    function isBounded({ body }: Handler): boolean {
      if (!body || !code.typed) return true;
      return waitsForNothing(code, body) || isBoundedInTime(code, body) || handsOn(code, body);
    }

    function judgeSoft(handler: Handler): void {
      const { library, policy, body } = handler;
      const spec = library.softTimeLimit;
      if (spec?.option === undefined) return;
      const { softTimeLimit } = policy;
      if (softTimeLimit.state === 'defaulted' && softTimeLimit.value === 'none') {
        report({
          at: handler.name,
          messageId: 'soft',
          data: { option: optionText(spec.option) },
          suggest: [insertOption(handler, library.suggest?.softTimeLimit, 'add')],
        });
      }
      const { error } = spec;
      if (softTimeLimit.state !== 'stated' || error === undefined || !body || !code.typed) return;
      if (mentionsError(body, error)) return;
      report({ at: handler.name, messageId: 'unhandled', data: { error } });
    }

    /** Is the warning handled in the handler, or in a project function that it calls? */
    function mentionsError(body: ts.FunctionLikeDeclaration, error: string): boolean {
      const nodes = code.ownFiles
        .filter((each) => each.text.includes(error))
        .flatMap((each) => identifiersIn(each, error));
      const names = namesLeadingTo(code.ownFiles, nodes);
      const handles = (target: ts.Node): boolean => identifiersIn(target, error).length > 0;
      return handles(body) || chainTo(code, body, handles, names) !== undefined;
    }

    /** Where the limit is the dispatch's: does any dispatch to this handler's queue state one, or may it? */
    function isLimitedByDispatches({ library, queue, task }: Handler): boolean {
      return project.dispatches.some(
        (each) =>
          each.library.base === library.base &&
          each.policy.timeLimit.state !== 'defaulted' &&
          (task.state !== 'stated' ||
            each.task.state !== 'stated' ||
            each.task.values.some((name) => task.values.includes(name))) &&
          (queue.state !== 'stated' ||
            each.queue.state !== 'stated' ||
            each.queue.values.some((name) => queue.values.includes(name))),
      );
    }
  },
});

/** The options of which one states a limit. */
function optionText(option: string | readonly string[] | undefined): string {
  return typeof option === 'string' ? option : (option ?? []).join('` or `');
}

/** Where a name stands in the text of a node. */
function identifiersIn(node: ts.Node, name: string): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (at: ts.Node): void => {
    if (ts.isIdentifier(at) && at.text === name && !ts.isImportSpecifier(at.parent)) found.push(at);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}
