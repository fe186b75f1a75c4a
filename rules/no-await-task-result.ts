import ts from 'typescript';
import { createRule } from '../src/rule.js';
import type { Handler, Wait } from '../src/tasks/model.js';
import { callsIn, chainTo, displayName, type ProjectCall } from '../src/typescript/calls.js';
import { isInside } from '../src/typescript/syntax.js';

export default createRule({
  name: 'no-await-task-result',
  description: "disallow waiting for another task's outcome inside a task",
  presets: { recommended: {}, strict: {}, checklist: {} },
  checklist: [3],
  defaults: {},
  options: {},
  messages: {
    waits:
      'This task waits for another one (`{{wait}}`) and holds its worker meanwhile: once every worker waits, nothing is left to run what they wait for. Let the other task dispatch what comes next, or use a flow.',
    leads:
      'This task waits for another one ({{chain}}: `{{wait}}`) and holds its worker meanwhile: once every worker waits, nothing is left to run what they wait for.',
    polls:
      'This task asks for the state of another one again and again (`{{wait}}`) and holds its worker meanwhile: once every worker does, nothing is left to run what they wait for.',
  },
  check({ project, file, report }) {
    const { code } = project;
    for (const handler of project.bodiesIn(file)) {
      const { body } = handler;
      if (!body) continue;
      for (const wait of blockingIn(body, handler)) {
        report({
          at: wait.node,
          messageId: wait.polling ? 'polls' : 'waits',
          data: { wait: textOf(wait) },
        });
      }
      for (const call of callsIn(code, body, project.namesOfWaits)) {
        // A function within the handler's own text was looked through with it.
        if (isInside(call.target, body) || project.bodies.has(call.target)) continue;
        const found = waitBehind(call);
        if (!found || isPutAside(handler, found.wait)) continue;
        const names = [body, call.target, ...found.chain.map(({ target }) => target)].map(displayName);
        report({
          at: call.node,
          messageId: 'leads',
          data: { chain: names.join(' → '), wait: textOf(found.wait) },
        });
      }
    }

    function waitBehind(call: ProjectCall): { wait: Wait; chain: readonly ProjectCall[] } | undefined {
      const [own] = blockingIn(call.target);
      if (own) return { wait: own, chain: [] };
      const chain = chainTo(
        code,
        call.target,
        (target) => blockingIn(target).length > 0,
        project.namesOfWaits,
      );
      const last = chain?.at(-1);
      const [wait] = last ? blockingIn(last.target) : [];
      return chain && wait ? { wait, chain } : undefined;
    }

    /** Waits in the text of a function that hold whoever runs it. */
    function blockingIn(target: ts.FunctionLikeDeclaration, handler?: Handler): readonly Wait[] {
      return project
        .waitsIn(target.getSourceFile())
        .filter((wait) => !wait.durable && isInside(wait.node, target))
        .filter((wait) => !wait.polling || isPolling(wait, target, handler));
    }
  },
});

/** A durable function is put aside while it waits, also in the functions that it calls. */
function isPutAside({ durable, library }: Handler, wait: Wait): boolean {
  return durable && !wait.holds && wait.library.base === library.base;
}

/** Asked in a loop, of another task than the one that is being run. */
function isPolling({ node }: Wait, within: ts.Node, handler: Handler | undefined): boolean {
  const access = ts.isCallExpression(node) ? node.expression : node;
  const receiver = ts.isPropertyAccessExpression(access) ? access.expression : undefined;
  const own = handler?.body?.parameters[0]?.name.getText();
  if (receiver && own !== undefined && receiver.getText() === own) return false;
  for (let at: ts.Node = node.parent; at !== within; at = at.parent) {
    if (ts.isWhileStatement(at) || ts.isDoStatement(at) || ts.isForStatement(at)) return true;
    if (ts.isSourceFile(at)) return false;
  }
  return false;
}

function textOf({ node }: Wait): string {
  const text = (ts.isCallExpression(node) ? node.expression : node).getText().replace(/\s+/g, ' ');
  return text.length > 40 ? `…${text.slice(-40)}` : text;
}
