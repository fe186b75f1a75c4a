import ts from 'typescript';
import type { Chain } from '../libraries/define.js';
import type { Site } from '../libraries/vocabulary.js';
import type { Code } from '../typescript/code.js';
import { ancestorsOf, holderOf, skipOuter } from '../typescript/syntax.js';
import { isOwn, usesOf } from '../typescript/uses.js';
import type { Match } from './match.js';
import type { Dispatch, Sending } from './model.js';

type DispatchMatch = Match<Extract<Site, { purpose: 'dispatch' }>>;

/** The call that hands a dispatch over, whose value tells whether it was taken; undefined where that is not here. */
export function sendingOf(code: Code, match: DispatchMatch): Sending | undefined {
  const { node, version } = match;
  const { library, site } = match.site;
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const found = { library, site, node, version, unfinished: undefined, lazy: false, through: [] };
  const sent = (call: ts.CallExpression | undefined): Sending | undefined =>
    call && { ...found, call, name: nameOf(call) };
  if (ts.isNewExpression(node)) return sent(takerOf(code, node));
  const { chain, curried } = site;
  if (curried) return match.next && sent(callAround(node));
  if (!chain || !match.chain) return sent(node);
  const { end, last } = match.chain;
  if (end) return sent(end);
  if (chain.ends.length === 0) {
    const call = outermostCall(node);
    const lazy = chain.lazy?.includes(nameOf(call).getText()) === false;
    return { ...found, call, name: nameOf(call), lazy };
  }
  return isLeft(code, node, last, chain)
    ? { ...found, call: undefined, name: nameOf(node), unfinished: last }
    : undefined;
}

/** The same of a call that dispatches through a project function. */
export function sendingThrough(dispatch: Dispatch): Sending | undefined {
  const { library, site, node } = dispatch;
  if (!ts.isCallExpression(node)) return undefined;
  const through: Dispatch[] = [];
  for (let at: Dispatch = dispatch; at.through; at = at.through) through.push(at);
  const found = { library, site, node, version: undefined, unfinished: undefined, lazy: false };
  return { ...found, call: node, name: nameOf(node), through };
}

/** The name of the method or function called. */
function nameOf({ expression }: ts.CallExpression): ts.Node {
  const callee = skipOuter(expression);
  return ts.isPropertyAccessExpression(callee) ? callee.name : callee;
}

/** The second call of a curried dispatch: `start(fn)(payload)`, `start(Class).method(payload)`. */
function callAround(node: ts.CallExpression): ts.CallExpression | undefined {
  for (const at of ancestorsOf(node)) {
    if (ts.isCallExpression(at)) return at;
    if (!ts.isPropertyAccessExpression(at)) return undefined;
  }
  return undefined;
}

/** The call that is given a command: `client.send(new SendMessageCommand(…))`, also by way of a variable. */
function takerOf(code: Code, node: ts.NewExpression): ts.CallExpression | undefined {
  const given = (argument: ts.Expression): ts.CallExpression | undefined => {
    const { parent } = argument;
    return ts.isCallExpression(parent) && parent.arguments.includes(argument) ? parent : undefined;
  };
  const direct = given(node);
  const holder = direct ? undefined : holderOf(node);
  // Without types, nobody knows which of them sends.
  if (!code.typed) return undefined;
  if (!holder || !ts.isVariableDeclaration(holder) || !ts.isIdentifier(holder.name)) return direct;
  const calls = usesOf(code, holder.name).flatMap((use) => given(use) ?? []);
  return calls.length === 1 ? calls[0] : undefined;
}

/** The last call of a builder that needs no end, but for what is done with its promise. */
function outermostCall(start: ts.CallExpression): ts.CallExpression {
  let last = start;
  for (;;) {
    const access: ts.Node = last.parent;
    if (!ts.isPropertyAccessExpression(access) || access.expression !== last) return last;
    const call: ts.Node = access.parent;
    if (!ts.isCallExpression(call) || call.expression !== access) return last;
    if (['then', 'catch', 'finally'].includes(access.name.text)) return last;
    last = call;
  }
}

/** Is a builder certainly left as it is: a statement of its own, or a variable of which only setters are called? */
function isLeft(code: Code, start: ts.CallExpression, last: ts.Expression, chain: Chain): boolean {
  for (let at = last; at !== start; at = receiverOf(at))
    if (!ts.isCallExpression(at) || !isSetter(code, at, chain)) return false;
  const { parent } = last;
  if (ts.isExpressionStatement(parent)) return true;
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== last) return false;
  const { name } = parent;
  if (!ts.isIdentifier(name) || !isOwn(name)) return false;
  return usesOf(code, name).every((use) => {
    const access = use.parent;
    if (!ts.isPropertyAccessExpression(access) || access.expression !== use) return false;
    let at: ts.Node = access.parent;
    if (ts.isBinaryExpression(at)) return at.left === access && ts.isExpressionStatement(at.parent);
    while (ts.isCallExpression(at) && isSetter(code, at, chain)) {
      if (ts.isExpressionStatement(at.parent)) return true;
      at = at.parent.parent;
    }
    return false;
  });
}

/** What the method of a call is called on. */
function receiverOf(node: ts.Expression): ts.Expression {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
    ? node.expression.expression
    : (skipOuter(node) as ts.Expression);
}

/** Does a call of a builder's method give the builder itself, and so do nothing that could be its end? */
function isSetter(code: Code, call: ts.CallExpression, { setters }: Chain): boolean {
  const callee = skipOuter(call.expression);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  if (Object.hasOwn(setters, callee.name.text)) return true;
  if (!code.typed) return false;
  const { checker } = code;
  const type = checker.getTypeAtLocation(call);
  return (
    !(type.flags & ts.TypeFlags.Any) && type.symbol === checker.getTypeAtLocation(callee.expression).symbol
  );
}

/**
 * Is a function handed over where a callback stands, which then is told instead of a promise? The first
 * argument may be what is dispatched, but not where a builder ends.
 */
export function takesCallback(code: Code, { call, site, node }: Sending): boolean {
  if (!call) return false;
  const isEnd = site.chain !== undefined && call !== node;
  return call.arguments.some((argument, index) => (isEnd || index > 0) && isFunction(code, argument));
}

function isFunction(code: Code, argument: ts.Expression): boolean {
  const node = skipOuter(argument);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return true;
  if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return false;
  return code.typed && code.checker.getTypeAtLocation(node).getCallSignatures().length > 0;
}
