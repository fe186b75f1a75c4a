import ts from 'typescript';
import type { Code } from './code.js';
import { resolveAlias, skipOuter } from './identity.js';

/** A call of a project function: where, and what it runs. */
export interface ProjectCall {
  readonly node: ts.CallExpression;
  readonly target: ts.FunctionLikeDeclaration;
}

/** How far a chain of calls is followed, and over how many functions in all. */
const maximumDepth = 5;
const maximumFunctions = 300;

const calls = new WeakMap<Code, WeakMap<ts.Node, readonly ProjectCall[]>>();

/** The project functions that a function's text calls, nested functions included; each resolved once. */
export function callsIn(code: Code, body: ts.Node): readonly ProjectCall[] {
  let ofCode = calls.get(code);
  if (!ofCode) calls.set(code, (ofCode = new WeakMap()));
  const known = ofCode.get(body);
  if (known) return known;
  const found: ProjectCall[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const target = functionCalled(code, node);
      if (target) found.push({ node, target });
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  ofCode.set(body, found);
  return found;
}

/** The project function that a call runs, undefined when that is not certain or it has no text here. */
function functionCalled(code: Code, node: ts.CallExpression): ts.FunctionLikeDeclaration | undefined {
  const callee = skipOuter(node.expression);
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : ts.isIdentifier(callee) ? callee : undefined;
  const symbol = name && code.checker.getSymbolAtLocation(name);
  const declaration = symbol && resolveAlias(code, symbol).valueDeclaration;
  if (!declaration || declaration.getSourceFile().isDeclarationFile) return undefined;
  const target = functionDeclaredAs(declaration);
  return target?.body ? target : undefined;
}

/** The function that a declaration is, or that it holds as its initial value. */
export function functionDeclaredAs(declaration: ts.Node): ts.FunctionLikeDeclaration | undefined {
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration;
  if (
    (ts.isVariableDeclaration(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isPropertyAssignment(declaration)) &&
    declaration.initializer
  ) {
    const value = skipOuter(declaration.initializer);
    return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : undefined;
  }
  return undefined;
}

/**
 * The shortest chain of project calls from a function to one of which something holds; undefined for none
 * within the bounds. The function itself is not asked.
 */
export function chainTo(
  code: Code,
  start: ts.FunctionLikeDeclaration,
  holds: (target: ts.FunctionLikeDeclaration) => boolean,
): readonly ProjectCall[] | undefined {
  const seen = new Set<ts.Node>([start]);
  let level: readonly { readonly body: ts.Node; readonly chain: readonly ProjectCall[] }[] = [
    { body: start, chain: [] },
  ];
  for (let depth = 0; depth < maximumDepth && level.length > 0; depth += 1) {
    const next: { body: ts.Node; chain: readonly ProjectCall[] }[] = [];
    for (const { body, chain } of level) {
      for (const call of callsIn(code, body)) {
        if (seen.has(call.target) || seen.size > maximumFunctions) continue;
        seen.add(call.target);
        const longer = [...chain, call];
        if (holds(call.target)) return longer;
        next.push({ body: call.target, chain: longer });
      }
    }
    level = next;
  }
  return undefined;
}

/** What a function is called in a message. */
export function displayName(node: ts.FunctionLikeDeclaration): string {
  if (node.name) return node.name.getText();
  const holder = node.parent;
  return ts.isVariableDeclaration(holder) || ts.isPropertyAssignment(holder) || ts.isPropertyDeclaration(holder)
    ? holder.name.getText()
    : 'the handler';
}
