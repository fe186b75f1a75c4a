import ts from 'typescript';
import type { FailuresSpec } from '../libraries/define.js';
import { callsIn } from '../typescript/calls.js';
import { PerCode } from '../typescript/code.js';
import { mayNamedBeHeard } from '../typescript/listeners.js';
import { importsReporter } from '../typescript/reporters.js';
import { skipOuter, someWithin } from '../typescript/syntax.js';
import { alternatives, isNullish } from '../typescript/value.js';
import type { Handler } from './model.js';
import type { Project } from './project.js';

const mentioned = new PerCode<FailuresSpec, boolean>();

/** May somebody learn that a task of this handler failed? True where nobody knows. */
export function mayBeObserved(project: Project, handler: Handler, spec: FailuresSpec): boolean {
  const { code } = project;
  const { policy } = handler;
  const { options = [], mentions = [], events = [] } = spec;
  if (options.some((option) => !alternatives(policy.option(option)).every(isNullish))) return true;
  const isMentioned = mentioned.once(code, spec, () =>
    code.ownFiles.some(({ text }) => mentions.some((word) => text.includes(word))),
  );
  if (isMentioned || events.some((event) => mayBeHeard(project, handler, spec, event))) return true;
  return reportsItself(project, handler);
}

function mayBeHeard(project: Project, handler: Handler, { of }: FailuresSpec, event: string): boolean {
  let at = handler;
  while (at.through) at = at.through;
  const { node, library } = at;
  if (of === 'receiver') {
    const callee = ts.isCallExpression(node) ? skipOuter(node.expression) : undefined;
    const receiver = callee && ts.isPropertyAccessExpression(callee) ? callee.expression : undefined;
    return !receiver || mayNamedBeHeard(project.code, receiver, event);
  }
  return project.listening.mayMadeBeHeard(library, node, classOf(node), event);
}

/** The class of a decorator, or of the method with it. */
function classOf(node: ts.Node): ts.ClassLikeDeclaration | undefined {
  if (!ts.isDecorator(node)) return undefined;
  if (ts.isClassLike(node.parent)) return node.parent;
  return ts.isClassLike(node.parent.parent) ? node.parent.parent : undefined;
}

/** Does the task tell of its own failures: by a reporter, in a catch, or through what wraps it? */
function reportsItself({ code }: Project, { body, node }: Handler): boolean {
  if (importsReporter(node.getSourceFile())) return true;
  if (!body) return false;
  if (importsReporter(body.getSourceFile()) || someWithin(body, isRecordingCatch)) return true;
  const wrapper = body.parent;
  if (ts.isCallExpression(wrapper) && wrapper !== node && wrapper.arguments.some((each) => each === body))
    return true;
  return callsIn(code, body).some(
    ({ target }) => importsReporter(target.getSourceFile()) || someWithin(target, isRecordingCatch),
  );
}

/** A catch that does more than print: what it calls may well tell somebody. */
function isRecordingCatch(node: ts.Node): boolean {
  const handled = ts.isCatchClause(node)
    ? node.block
    : ts.isCallExpression(node) &&
        ts.isPropertyAccessExpression(node.expression) &&
        node.expression.name.text === 'catch'
      ? node.arguments[0]
      : undefined;
  return (
    handled !== undefined &&
    (ts.isIdentifier(handled) ||
      someWithin(handled, (at) => ts.isCallExpression(at) && !at.expression.getText().startsWith('console.')))
  );
}
