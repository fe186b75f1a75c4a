import ts from 'typescript';
import type { Code } from './code.js';
import { callbackOf } from './promises.js';
import { ancestorsOf, isInside, someWithin } from './syntax.js';

/** A loop that does something for each element, and could as well make a list of it. */
export interface Loop {
  readonly node: ts.ForOfStatement | ts.ForInStatement | ts.ForStatement | ts.CallExpression;
  /** What is run for each element. */
  readonly body: ts.Node;
  /** The names that are others for each element. */
  readonly names: ReadonlySet<string>;
}

/** The loop around a node, within a text; none where something else than a loop decides how often it is run. */
export function loopAround(code: Code, node: ts.Node, within: ts.Node): Loop | undefined {
  for (const at of ancestorsOf(node)) {
    if (at === within || ts.isWhileStatement(at) || ts.isDoStatement(at)) return undefined;
    if (ts.isForOfStatement(at) || ts.isForInStatement(at) || ts.isForStatement(at)) {
      // A stream has no list of its elements.
      const isStream = ts.isForOfStatement(at) && at.awaitModifier !== undefined;
      if (isStream || !isInside(node, at.statement)) return undefined;
      return { node: at, body: at.statement, names: namesIn(at) };
    }
    if (!ts.isFunctionLike(at)) continue;
    const call = callbackOf(code, at);
    return call && { node: call, body: at, names: namesIn(at) };
  }
  return undefined;
}

function namesIn(node: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const each of name.elements) if (ts.isBindingElement(each)) add(each.name);
  };
  const visit = (at: ts.Node): void => {
    if (ts.isVariableDeclaration(at) || ts.isParameter(at)) add(at.name);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return names;
}

/** Is this text another one for each element? */
export function dependsOn({ names }: Loop, node: ts.Node): boolean {
  return someWithin(node, (at) => ts.isIdentifier(at) && names.has(at.text));
}

/** May a loop end before its last element, by `break`, `return` or `throw`, or catch what one of them does? */
export function isLeftEarly({ body }: Loop): boolean {
  const ends = (at: ts.Node): boolean => {
    if (ts.isBreakStatement(at) || ts.isThrowStatement(at) || ts.isTryStatement(at)) return true;
    if (ts.isReturnStatement(at)) return !ts.isFunctionLike(body);
    if (at !== body && ts.isFunctionLike(at)) return false;
    return ts.forEachChild(at, (child) => ends(child) || undefined) === true;
  };
  return ends(body);
}

/** Is nothing done with the value of a call but to wait for it? */
export function isBare(call: ts.Expression): boolean {
  let at: ts.Node = call;
  while (ts.isAwaitExpression(at.parent) || ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (ts.isExpressionStatement(parent) || ts.isReturnStatement(parent)) return true;
  if (ts.isArrowFunction(parent)) return parent.body === at;
  // `all.push(queue.add(…))`
  return (
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    parent.expression.name.text === 'push' &&
    ts.isExpressionStatement(parent.parent)
  );
}
