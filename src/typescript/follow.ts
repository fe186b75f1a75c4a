import ts from 'typescript';
import type { Code } from './code.js';
import { evaluate, functionCalled } from './evaluate.js';
import { argumentsOf, bindValues, lazyOf, onlyReturn } from './functions.js';
import { resolveAlias } from './identity.js';
import { propertyNode } from './properties.js';
import { ancestorsOf, holderOf, skipOuter, someWithin } from './syntax.js';
import type { Lazy } from './value.js';
import { isAskedIn } from './reach.js';
import { isChanged, isReassigned } from './variables.js';

/**
 * One hop from an expression to the one that gives it its value: from a variable to its initializer, from
 * a parameter to the argument that is bound to it, from a key to what is written under it, from a call to
 * what the project function returns. Undefined where no one expression does.
 */
export function follow(code: Code, at: Lazy): Lazy | undefined {
  const node = skipOuter(at.node);
  const { bindings } = at;
  code = code.at(node);
  if (ts.isAwaitExpression(node)) return lazyOf(code, node.expression, bindings);
  if (ts.isIdentifier(node)) {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? code.checker.getShorthandAssignmentValueSymbol(node.parent)
      : code.checker.getSymbolAtLocation(node);
    const declaration = symbol && resolveAlias(code, symbol).valueDeclaration;
    return declaration && followDeclaration(code, declaration, at);
  }
  if (ts.isPropertyAccessExpression(node)) {
    return propertyNode(code, evaluate(code, node.expression, bindings), node.name.text);
  }
  if (ts.isCallExpression(node)) {
    const target = functionCalled(code, skipOuter(node.expression) as ts.Expression, bindings);
    const returned = target && onlyReturn(target.node);
    if (!target || !returned || !ts.isExpression(returned)) return undefined;
    const args = argumentsOf(code, node.arguments, bindings);
    return lazyOf(code, returned, bindValues(code, target.node, args, target.bindings));
  }
  return undefined;
}

function followDeclaration(code: Code, declaration: ts.Declaration, { bindings }: Lazy): Lazy | undefined {
  if (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration)) {
    // What is changed on the way is another thing, and so is what is asked for its kind first.
    if (isReassigned(code, declaration) || isChanged(declaration)) return undefined;
    if (ts.isParameter(declaration)) {
      const asked = ts.isIdentifier(declaration.name) && isAskedIn(declaration.parent, declaration.name.text);
      return asked ? undefined : bindings.get(declaration);
    }
    return declaration.initializer && lazyOf(code, declaration.initializer, bindings);
  }
  if (!ts.isBindingElement(declaration) || declaration.dotDotDotToken) return undefined;
  const holder = declaration.parent.parent;
  const key = declaration.propertyName ?? declaration.name;
  if (!ts.isObjectBindingPattern(declaration.parent) || !ts.isIdentifier(key)) return undefined;
  const whole = ts.isParameter(holder)
    ? bindings.get(holder)
    : ts.isVariableDeclaration(holder) && holder.initializer
      ? lazyOf(code, holder.initializer, bindings)
      : undefined;
  return whole && propertyNode(code, whole.value, key.text);
}

const names = new WeakMap<ts.Node, ReadonlySet<string>>();
const namesHandedOn = new WeakMap<ts.Node, ReadonlySet<string>>();

/**
 * The names in a function that may hold what its callers give: its parameters and those of the functions
 * around it, and variables that are made of such. By name alone: more than there are, never fewer.
 */
export function namesFromCallers(node: ts.Node): ReadonlySet<string> {
  return namesAround(node, names, () => true);
}

/** Of these, the names that may hold the very thing that a caller gives, and not what a call made of it. */
export function namesFromCallersUnmade(node: ts.Node): ReadonlySet<string> {
  return namesAround(node, namesHandedOn, (source) => {
    const value = skipOuter(source);
    const made = ts.isAwaitExpression(value) ? skipOuter(value.expression) : value;
    return !ts.isNewExpression(made) && !(ts.isCallExpression(made) && !ts.isIdentifier(made.expression));
  });
}

function namesAround(
  node: ts.Node,
  cache: WeakMap<ts.Node, ReadonlySet<string>>,
  counts: (source: ts.Expression) => boolean,
): ReadonlySet<string> {
  const around = functionAround(node);
  if (!around) return new Set();
  const known = cache.get(around);
  if (known) return known;
  const found = new Set<string>(namesAround(around, cache, counts));
  for (const parameter of around.parameters) addNames(parameter.name, found);
  const visit = (at: ts.Node): void => {
    if (ts.isVariableDeclaration(at)) {
      const source =
        at.initializer ?? (ts.isForOfStatement(at.parent.parent) ? at.parent.parent.expression : undefined);
      if (source && counts(source) && mentions(source, found)) addNames(at.name, found);
    } else if (
      ts.isBinaryExpression(at) &&
      at.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isIdentifier(at.left) &&
      counts(at.right) &&
      mentions(at.right, found)
    ) {
      found.add(at.left.text);
    }
    ts.forEachChild(at, visit);
  };
  if (found.size > 0 && 'body' in around && around.body) visit(around.body);
  cache.set(around, found);
  return found;
}

/** Does a text use one of these names, or `this`? */
export function mentions(node: ts.Node, wanted: ReadonlySet<string>): boolean {
  return someWithin(node, (at) =>
    ts.isIdentifier(at) ? wanted.has(at.text) : at.kind === ts.SyntaxKind.ThisKeyword,
  );
}

/** The innermost function that a node stands in. */
export function functionAround(node: ts.Node): ts.SignatureDeclaration | undefined {
  for (const at of ancestorsOf(node)) if (ts.isFunctionLike(at)) return at;
  return undefined;
}

function addNames(name: ts.BindingName, to: Set<string>): void {
  if (ts.isIdentifier(name)) to.add(name.text);
  else for (const element of name.elements) if (ts.isBindingElement(element)) addNames(element.name, to);
}

/** What a function goes by: its name, or that of the variable, property or field that it is put in. */
export function nameOfFunction(node: ts.SignatureDeclaration): string | undefined {
  const name = node.name ?? holderOf(node)?.name;
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteralLike(name))
    ? name.text
    : undefined;
}
