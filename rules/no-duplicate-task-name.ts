import type ts from 'typescript';
import { createRule } from '../src/rule.js';
import type { Handler } from '../src/tasks/model.js';
import { isInside } from '../src/typescript/syntax.js';

export default createRule({
  name: 'no-duplicate-task-name',
  description: 'disallow two handlers under one name, where the library keeps or takes only one',
  presets: { recommended: {}, strict: {} },
  checklist: [],
  defaults: {},
  options: {},
  messages: {
    twice:
      'There is a handler for `{{name}}` already ({{where}}): {{effect}}. Give each task a name of its own.',
    second: 'There is a handler already ({{where}}): {{effect}}. Keep one of them.',
  },
  check({ project, file, report, where }) {
    if (!project.handlersIn(file).some(({ site }) => site.unique !== undefined)) return;
    for (const { handler, first, name } of project.names.sameIn(file)) {
      const effect = handler.library.sameName;
      if (effect === undefined) continue;
      const isNamed = name !== '' && name !== handler.site.taskDefault;
      report({
        at: isNamed ? placeOfName(handler) : handler.name,
        messageId: isNamed ? 'twice' : 'second',
        data: { name, effect, where: where(isNamed ? placeOfName(first) : first.name) },
      });
    }
  },
});

/** The text of the name, where it stands in the registration itself. */
function placeOfName({ task, node, name }: Handler): ts.Node {
  const at = task.state === 'stated' ? task.at : node;
  return at !== node && at.getSourceFile() === node.getSourceFile() && isInside(at, node) ? at : name;
}
