import ts from 'typescript';
import { createRule } from '../src/rule.js';
import type { Handler } from '../src/tasks/model.js';
import { isUnlimited } from '../src/tasks/policy.js';
import { runsOf } from '../src/tasks/runs.js';
import { callsIn, displayName, foundBehind, type ProjectCall } from '../src/typescript/calls.js';
import type { Code } from '../src/typescript/code.js';
import { originOf } from '../src/typescript/identity.js';
import { failsItsFunction, namesOfRetries, retriesIn, type Retry } from '../src/typescript/retries.js';
import { isInside, skipOuter } from '../src/typescript/syntax.js';

export default createRule({
  name: 'no-nested-retries',
  description: 'disallow retries inside a task that is retried itself',
  presets: { strict: {} },
  checklist: [6, 7],
  defaults: {},
  options: {},
  messages: {
    multiplies:
      '`{{call}}` runs this {{inner}}, and {{library}} runs the whole task {{outer}}: {{product}} while a service is down, and the worker is held meanwhile. Leave the retries to one of them.',
    leads:
      'This task retries by itself ({{chain}}: `{{call}}`, {{inner}}), and {{library}} runs all of it {{outer}}: {{product}} while a service is down. Leave the retries to one of them.',
  },
  check({ project, file, report, where }) {
    const { code } = project;
    const bodies = project.bodiesIn(file);
    if (bodies.length === 0) return;
    const names = namesOfRetries(code);

    for (const handler of bodies) {
      const { body } = handler;
      if (!body) continue;
      const failing = (retry: Retry, within: ts.Node): boolean =>
        failsItsFunction(retry, within, (error) => endsTask(code, handler, error));
      for (const retry of retriesIn(code, file)) {
        if (isInside(retry.call, body) && isInnermost(handler, retry.call) && failing(retry, body))
          say(handler, retry, []);
      }
      // What is run again stands in one place, however many calls lead there.
      const seen = new Set<ts.Node>();
      for (const call of callsIn(code, body, names)) {
        if (
          isInside(call.target, body) ||
          project.bodies.has(call.target) ||
          !isInnermost(handler, call.node)
        )
          continue;
        if (!failing({ call: call.node, runs: 0, at: undefined }, body)) continue;
        const ownOf = (target: ts.FunctionLikeDeclaration): Retry | undefined =>
          retriesIn(code, target.getSourceFile()).find(
            (retry) => isInside(retry.call, target) && failing(retry, target),
          );
        const behind = foundBehind(code, call, ownOf, names);
        if (!behind || seen.has(behind.found.call)) continue;
        seen.add(behind.found.call);
        say(handler, behind.found, behind.chain);
      }
    }

    /** Is there no handler within this one, say a step, that the text is of? */
    function isInnermost({ body }: Handler, node: ts.Node): boolean {
      return !bodies.some(
        (other) =>
          other.body !== undefined &&
          body !== undefined &&
          other.body !== body &&
          isInside(node, other.body) &&
          isInside(other.body, body),
      );
    }

    function say(handler: Handler, retry: Retry, chain: readonly ProjectCall[]): void {
      const outer = runsOf(project, handler);
      if (!outer || outer.count <= 1) return;
      const data = {
        call: textOf(retry.call),
        library: handler.library.name,
        inner: `${times(retry.runs)} ${retry.at ? `(${where(retry.at)})` : '(its default)'}`,
        outer: `${times(outer.count)} ${outer.at ? `(${where(outer.at)})` : '(its default)'}`,
        product: runsText(retry.runs * outer.count),
      };
      const [first] = chain;
      if (!first || !handler.body) {
        report({ at: nameOf(retry.call), messageId: 'multiplies', data });
        return;
      }
      const names = [handler.body, ...chain.map(({ target }) => target)].map(displayName);
      report({ at: nameOf(first.node), messageId: 'leads', data: { ...data, chain: names.join(' → ') } });
    }
  },
});

/** `throw new UnrecoverableError(…)`: an error of the library's own, by which the task is not run again. */
function endsTask(code: Code, { library }: Handler, error: ts.Expression): boolean {
  const made = skipOuter(error);
  const owner =
    ts.isNewExpression(made) || ts.isCallExpression(made)
      ? originOf(code, made.expression)?.package
      : undefined;
  return owner !== undefined && library.packages?.includes(owner) === true;
}

function nameOf({ expression }: ts.CallExpression): ts.Node {
  const callee = skipOuter(expression);
  return ts.isPropertyAccessExpression(callee) ? callee.name : callee;
}

function textOf({ expression }: ts.CallExpression): string {
  const text = expression.getText().replace(/\s+/g, ' ');
  return text.length > 30 ? `…${text.slice(-30)}` : text;
}

function times(runs: number): string {
  return isUnlimited(runs) ? 'without end' : `up to ${String(runs)} times`;
}

function runsText(runs: number): string {
  return isUnlimited(runs) ? 'runs without end' : `${String(runs)} runs`;
}
