import ts from 'typescript';
import { createRule } from '../src/rule.js';
import type { Handler } from '../src/tasks/model.js';
import { isTaskByDispatchOnly } from '../src/tasks/project.js';
import { isTestFile } from '../src/tasks/aside.js';
import { callsIn, displayName } from '../src/typescript/calls.js';
import { ancestorsOf, isInside } from '../src/typescript/syntax.js';
import { alternatives } from '../src/typescript/value.js';

export default createRule({
  name: 'no-inline-execution',
  description: 'disallow running a task where it should be dispatched, outside of tests',
  presets: { strict: {}, checklist: {} },
  checklist: [17],
  defaults: {},
  options: {},
  messages: {
    called:
      '`{{name}}` is the function of a task, and runs here like any other: its caller waits for it, nothing retries it, and it is lost with the process. Dispatch the task.',
    mode: '`{{mode}}` is for tests and development: with it {{library}} does not run tasks as it does in production. Set it there, or read it from the environment.',
  },
  check({ project, file, report, isHere }) {
    if (isTestFile(file, project.vocabulary.folder)) return;
    for (const match of project.sitesIn(file, 'inline')) {
      const { library, site } = match.site;
      const option = project.locate(match, site.option);
      if (site.option !== undefined) {
        const values = option ? alternatives(option.value) : [];
        const isOn = values.every((each) => each.kind === 'constant' && each.value === site.value);
        if (values.length === 0 || !isOn) continue;
      }
      report({
        at: option && isHere(option.node) ? option.node : match.name,
        messageId: 'mode',
        data: { mode: site.mode, library: library.base },
      });
    }
    for (const { node, target } of callsOfTasks()) {
      const handler = project.bodies.get(target);
      if (handler && isTaskByDispatchOnly(handler) && isOutside(node, handler) && !isFallback(node, handler))
        report({ at: node.expression, messageId: 'called', data: { name: displayName(target) } });
    }

    /** Calls of functions that a worker runs: without a name nobody can call them. */
    function callsOfTasks() {
      const names = new Set(
        [...project.bodies.values()]
          .filter(isTaskByDispatchOnly)
          .flatMap(({ body }) => (body ? displayName(body) : [])),
      );
      return names.size === 0 ? [] : callsIn(project.code, file, names);
    }

    /** Does the function around dispatches tasks of this library, too: where there is no queue, or little to do? */
    function isFallback(call: ts.CallExpression, { library }: Handler): boolean {
      const around = [...ancestorsOf(call)].findLast((each) => ts.isFunctionLike(each));
      return (
        around !== undefined &&
        project
          .dispatchesIn(file)
          .some((each) => each.library.base === library.base && isInside(each.node, around))
      );
    }

    /** Does a call stand neither in a function that a worker runs, nor where one is registered? */
    function isOutside(call: ts.CallExpression, { body, node }: Handler): boolean {
      if (call.expression.getText().startsWith('super.')) return false;
      if (isInside(call, node) || (body && isInside(call, body))) return false;
      return ![...project.handlersIn(file), ...project.bodiesIn(file)].some(
        (each) =>
          (!ts.isDecorator(each.node) && !ts.isClassLike(each.node) && isInside(call, each.node)) ||
          (each.body !== undefined && isInside(call, each.body)),
      );
    }
  },
});
