import { createRule } from '../src/rule.js';
import { loggedInstead, printingIn } from '../src/tasks/logger.js';
import { isTestFile } from '../src/tasks/aside.js';

export default createRule({
  name: 'prefer-task-logger',
  description: 'require the logger of the library where a task prints to the console',
  presets: { strict: {}, checklist: {} },
  checklist: [14],
  hasSuggestions: true,
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    prints:
      'What `{{call}}` prints in a task says not which run it is of: when one fails among thousands, nobody finds it. Use `{{logger}}`.',
    use: 'Use `{{text}}`.',
  },
  check({ project, file, report }) {
    if (!file.text.includes('console') || isTestFile(file, project.vocabulary.folder)) return;
    // What stands in a step stands in the function around it, too, which may have more to offer.
    const handlers = [...project.bodiesIn(file)].sort((a, b) => (a.body?.pos ?? 0) - (b.body?.pos ?? 0));
    const seen = new Set<unknown>();
    for (const { body, library } of handlers) {
      const { logger } = library;
      if (!body || !logger) continue;
      for (const printing of printingIn(project.code, body)) {
        const { node, callee } = printing;
        if (seen.has(node)) continue;
        seen.add(node);
        const text = loggedInstead(project.code, logger, body, printing);
        report({
          at: callee,
          messageId: 'prints',
          data: { call: callee.getText(), logger: logger.shown },
          suggest: [
            text === undefined ? undefined : { messageId: 'use', data: { text }, replace: node, text },
          ],
        });
      }
    }
  },
});
