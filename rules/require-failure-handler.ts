import ts from 'typescript';
import { createRule } from '../src/rule.js';
import { mayBeObserved } from '../src/tasks/failure-observers.js';
import type { Handler } from '../src/tasks/model.js';
import { isTestFile } from '../src/tasks/aside.js';

export default createRule({
  name: 'require-failure-handler',
  description: 'require that somebody learns of a failed task',
  presets: { strict: {}, checklist: {} },
  checklist: [15],
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    unseen:
      'When a task fails here for good, {{library}} puts it aside and goes on, and nobody learns of it. Add `{{observer}}`, or report the error in the task.',
  },
  check({ project, file, report }) {
    if (isTestFile(file, project.vocabulary.folder)) return;
    const seen = new Set<ts.Node>();
    for (const handler of project.handlersIn(file)) {
      const { library, name } = handler;
      const { failures } = library;
      if (!failures || !isJudged(handler)) continue;
      const subject = subjectOf(handler);
      if (seen.has(subject) || mayBeObserved(project, handler, failures)) continue;
      seen.add(subject);
      report({
        at: name,
        messageId: 'unseen',
        data: { library: library.base, observer: failures.observer },
      });
    }

    function isJudged(handler: Handler): boolean {
      const { body, openBody, registered, step, definitionOnly } = handler;
      if (!registered || step || definitionOnly || project.isRegisteredAgain(handler)) return false;
      // Which function it is, the callers say: that is where it is judged.
      return body !== undefined || !openBody;
    }
  },
});

/** One report for what one listener would mend: a class of handlers, a list of tasks. */
function subjectOf({ node }: Handler): ts.Node {
  return ts.isDecorator(node) && ts.isClassLike(node.parent.parent) ? node.parent.parent : node;
}
