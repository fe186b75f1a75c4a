import ts from 'typescript';
import { bindingsOfSetup } from './callers.js';
import { PerCode, type Code } from './code.js';
import { valueOfLoopVariable } from './collections.js';
import { evaluate } from './evaluate.js';
import { isConst, lazyOf } from './functions.js';
import { isAssignment } from './instances.js';
import { property } from './properties.js';
import { ancestorsOf, isInside, skipOuter } from './syntax.js';
import {
  type ArrayValue,
  type Bindings,
  choice,
  isNullish,
  Lazy,
  noBindings,
  type ObjectValue,
  type Part,
  read,
  unknown,
  type Value,
} from './value.js';

/** A variable that is assigned more often than this is not followed. */
const maximumAssignments = 12;

/** What a variable holds where it is used. */
export function valueOfVariable(
  code: Code,
  declaration: ts.VariableDeclaration,
  use: ts.Node,
  bindings: Bindings,
): Value {
  const { initializer, type } = declaration;
  const looped = valueOfLoopVariable(code, declaration, bindings);
  if (looped) return looped;
  const first = (): Value => {
    if (!initializer) {
      const literal = isConst(declaration) ? constantOfType(code, declaration) : undefined;
      return (
        literal ??
        (isAmbient(declaration) ||
        ts.isForOfStatement(declaration.parent.parent) ||
        ts.isCatchClause(declaration.parent)
          ? unknown(declaration, 'a declaration without its value')
          : { kind: 'constant', value: undefined, node: declaration })
      );
    }
    return evaluate(code, initializer, bindings);
  };
  const value = isConst(declaration) ? first() : currentValue(code, declaration, use, bindings, first);
  if (value.kind === 'object' && type?.kind === ts.SyntaxKind.AnyKeyword) {
    return unknown(declaration, 'a variable that is declared as any');
  }
  return withChanges(code, value, declaration, use, bindings);
}

/** A value with what the text adds to it under the name of its variable or parameter. */
export function withChanges(
  code: Code,
  value: Value,
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration,
  use: ts.Node,
  bindings: Bindings,
): Value {
  if (value.kind === 'array') return withPushed(code, value, declaration, bindings);
  if (value.kind === 'object' || value.kind === 'choice')
    return withAssigned(code, value, declaration, use, bindings);
  return value;
}

/** Is a variable or parameter given another value than its first one anywhere? */
export function isReassigned(
  code: Code,
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration,
): boolean {
  return assignmentsOf(code, declaration).length > 0;
}

/** Is something in the object that a variable or parameter holds changed under its name? */
export function isChanged(declaration: ts.VariableDeclaration | ts.ParameterDeclaration): boolean {
  const { name } = declaration;
  return ts.isIdentifier(name) && changesIn(scopeOf(declaration)).has(name.text);
}

/**
 * What a variable or parameter is given after its first value, as a whole and under one key of it; undefined where the
 * text does something else to it that may change what stands there.
 */
export function givenTo(
  code: Code,
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration,
  key: string | undefined,
): { readonly whole: readonly ts.Expression[]; readonly under: readonly ts.Expression[] } | undefined {
  const whole = assignmentsOf(code, declaration);
  const { name } = declaration;
  const changed = ts.isIdentifier(name) ? (changesIn(scopeOf(declaration)).get(name.text) ?? []) : [];
  const under: ts.Expression[] = [];
  for (const { node, target } of changed) {
    // Which keys `Object.assign` fills is another question.
    if (!target) return undefined;
    const written = keyOf(code, target, noBindings);
    if (written !== undefined && written !== key) continue;
    if (ts.isBinaryExpression(node)) under.push(node.right);
  }
  return { whole: whole.map(({ right }) => right), under };
}

interface Assignment {
  readonly node: ts.BinaryExpression;
  /** Nothing that was there before is there after it, where it is used. */
  readonly certain: boolean;
}

/** What a variable that may change holds at its use: what is assigned on the ways there. */
export function currentValue(
  code: Code,
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration,
  use: ts.Node,
  bindings: Bindings,
  first: () => Value,
): Value {
  const all = assignmentsOf(code, declaration);
  if (all.length === 0) return first();
  if (all.length > maximumAssignments) return unknown(declaration, 'a variable that changes often');
  const reaching = reachingFrom(all, declaration, use);
  const values: Value[] = [];
  if (reaching[0]?.certain !== true) values.push(first());
  for (const { node } of reaching) {
    const operator = node.operatorToken.kind;
    const within = functionAround(node) === functionAround(use);
    const assigned = evaluate(code, node.right, within ? bindings : bindingsOfSetup(code, node, bindings));
    if (operator === ts.SyntaxKind.EqualsToken) values.push(assigned);
    else if (
      operator === ts.SyntaxKind.QuestionQuestionEqualsToken ||
      operator === ts.SyntaxKind.BarBarEqualsToken
    ) {
      values.push(assigned);
    } else return unknown(node, 'a variable that may change');
  }
  return choice(values, declaration);
}

/** The assignments that may be what holds at a use, from the last one that certainly does on. */
function reachingFrom(
  all: readonly ts.BinaryExpression[],
  declaration: ts.Node,
  use: ts.Node,
): readonly Assignment[] {
  const within = functionAround(declaration);
  const elsewhere = functionAround(use) !== within;
  const loops = loopsAround(use);
  const found: Assignment[] = [];
  for (const node of all) {
    if (isInside(use, node.right)) continue;
    const again = loops.some((loop) => isInside(node, loop) && !isInside(declaration, loop));
    if (elsewhere || functionAround(node) !== within) {
      found.push({ node, certain: false });
      continue;
    }
    if (node.pos > use.pos && !again) continue;
    const statement = node.parent;
    const certain =
      node.pos < use.pos &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isExpressionStatement(statement) &&
      isInside(use, statement.parent);
    // What was assigned before is gone.
    if (certain) found.length = 0;
    found.push({ node, certain });
  }
  return found;
}

const assigned = new PerCode<ts.Node, readonly ts.BinaryExpression[]>();

/** All assignments to a variable or parameter, in the order of the text. */
function assignmentsOf(
  code: Code,
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration,
): readonly ts.BinaryExpression[] {
  const { name } = declaration;
  if (!ts.isIdentifier(name)) return [];
  return assigned.once(code, declaration, () =>
    assignedNames(scopeOf(declaration)).filter((node) => {
      const target = skipOuter(node.left);
      return (
        ts.isIdentifier(target) &&
        target.text === name.text &&
        code.checker.getSymbolAtLocation(target)?.valueDeclaration === declaration
      );
    }),
  );
}

const assignmentsInScope = new WeakMap<ts.Node, readonly ts.BinaryExpression[]>();

function assignedNames(scope: ts.Node): readonly ts.BinaryExpression[] {
  let known = assignmentsInScope.get(scope);
  if (known) return known;
  const found: ts.BinaryExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) found.push(node);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(scope, visit);
  assignmentsInScope.set(scope, (known = found));
  return known;
}

/** The text in which a variable or parameter can be assigned. */
function scopeOf(declaration: ts.VariableDeclaration | ts.ParameterDeclaration): ts.Node {
  if (ts.isParameter(declaration)) return declaration.parent;
  for (const at of ancestorsOf(declaration)) {
    if (ts.isBlock(at) || ts.isSourceFile(at) || ts.isModuleBlock(at) || ts.isFunctionLike(at)) return at;
    if (ts.isCaseBlock(at) || ts.isIterationStatement(at, false)) return at;
  }
  return declaration.getSourceFile();
}

function functionAround(node: ts.Node): ts.Node {
  // A parameter is of its function, not of the one around it.
  for (const at of ancestorsOf(node)) {
    if (ts.isFunctionLike(at) || ts.isSourceFile(at)) return at;
  }
  return node.getSourceFile();
}

function isAmbient(declaration: ts.VariableDeclaration): boolean {
  return (
    (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) !== 0 ||
    declaration.getSourceFile().isDeclarationFile
  );
}

/**
 * `declare const QUEUE: 'mail'` in a declaration file still says its value. Only a written type is asked for:
 * an inferred one would be that of a whole query, of whose rows a loop's variable is one.
 */
export function constantOfType(
  code: Code,
  declaration: ts.VariableDeclaration | ts.PropertySignature,
): Value | undefined {
  if (!declaration.type || !maySayConstant(declaration.type)) return undefined;
  const type = code.checker.getTypeAtLocation(declaration);
  return type.isStringLiteral() || type.isNumberLiteral()
    ? { kind: 'constant', value: type.value, node: declaration }
    : undefined;
}

/** Most types say by their syntax that they are of more than one value. */
function maySayConstant(type: ts.TypeNode): boolean {
  if (ts.isParenthesizedTypeNode(type)) return maySayConstant(type.type);
  return (
    ts.isLiteralTypeNode(type) ||
    ts.isTypeReferenceNode(type) ||
    ts.isTypeQueryNode(type) ||
    ts.isIndexedAccessTypeNode(type) ||
    ts.isTemplateLiteralTypeNode(type) ||
    ts.isImportTypeNode(type) ||
    ts.isConditionalTypeNode(type)
  );
}

/** `const jobs = []; … jobs.push({ … });`: the elements are the literal's and those pushed in the same block. */
function withPushed(
  code: Code,
  value: ArrayValue,
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration,
  bindings: Bindings,
): ArrayValue {
  const { name } = declaration;
  if (!ts.isIdentifier(name) || value.elements.length > 0) return value;
  const pushed: Lazy[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'push' &&
      ts.isIdentifier(node.expression.expression) &&
      node.expression.expression.text === name.text
    ) {
      for (const argument of node.arguments) {
        if (!ts.isSpreadElement(argument)) pushed.push(lazyOf(code, argument, bindings));
      }
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(scopeOf(declaration), visit);
  return pushed.length > 0 ? { ...value, elements: pushed, complete: false } : value;
}

/**
 * `const options = {}; if (slow) options.attempts = 3;`: what is assigned before the use counts, and what
 * is assigned on some ways only is there on those.
 */
function withAssigned(
  code: Code,
  value: Value,
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration,
  use: ts.Node,
  bindings: Bindings,
): Value {
  const { name } = declaration;
  if (!ts.isIdentifier(name)) return value;
  const changes = changesIn(scopeOf(declaration)).get(name.text);
  if (!changes) return value;
  const within = functionAround(use);
  const loops = loopsAround(use);
  const parts: Part[] = [];
  for (const change of changes) {
    const { node } = change;
    const together = functionAround(node) === within;
    const again = loops.some((loop) => isInside(node, loop) && !isInside(declaration, loop));
    // The use within the change itself is of what was before.
    if (isInside(use, node) || (together && node.pos > use.pos && !again)) continue;
    const sure =
      together &&
      node.pos < use.pos &&
      ts.isExpressionStatement(node.parent) &&
      isInside(use, node.parent.parent);
    const part = partOf(code, change, bindings);
    if (sure) parts.push(part);
    else if (ts.isDeleteExpression(node) && 'key' in part)
      parts.push({ key: part.key, value: Lazy.known(unknown(node, 'it is deleted on some ways')) });
    else parts.push(maybe(part, node));
  }
  return parts.length > 0
    ? { kind: 'object', parts: [{ spread: Lazy.known(value) }, ...parts], node: value.node }
    : value;
}

/** A part that is there on some ways only. */
function maybe(part: Part, node: ts.Node): Part {
  const there: ObjectValue = { kind: 'object', parts: [part], node };
  const not: ObjectValue = { kind: 'object', parts: [], node };
  return { spread: Lazy.known(choice([there, not], node)) };
}

/** `x.key = value`, `x[key] = value`, `delete x.key`, `Object.assign(x, …)`. */
interface Change {
  readonly node: ts.Node;
  readonly target: ts.Expression | undefined;
}

/** Functions of whatever origin that write into their first argument. */
const fillsFirst = /(?:^|\.)(?:assign|assignIn|extend|merge|mergeWith|mergeDeep|defaults|defaultsDeep)$/;

const changes = new WeakMap<ts.Node, ReadonlyMap<string, readonly Change[]>>();

/** What is changed in a text, by the name of the variable that holds it. */
function changesIn(scope: ts.Node): ReadonlyMap<string, readonly Change[]> {
  const known = changes.get(scope);
  if (known) return known;
  const found = new Map<string, Change[]>();
  const aliases: (readonly [alias: string, name: string])[] = [];
  const add = (owner: ts.Node, change: Change): void => {
    const name = skipOuter(owner);
    if (!ts.isIdentifier(name)) return;
    const list = found.get(name.text);
    if (list) list.push(change);
    else found.set(name.text, [change]);
  };
  const visit = (node: ts.Node): void => {
    const written =
      ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)
        ? node.left
        : ts.isDeleteExpression(node)
          ? node.expression
          : undefined;
    const target = written && (skipOuter(written) as ts.Expression);
    if (target && (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target))) {
      add(target.expression, { node, target });
    } else if (ts.isCallExpression(node) && fillsFirst.test(node.expression.getText())) {
      const [first] = node.arguments;
      if (first) add(first, { node, target: undefined });
    } else if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const of = skipOuter(node.initializer);
      if (ts.isIdentifier(of)) aliases.push([node.name.text, of.text]);
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(scope, visit);
  // `const same = options; same.attempts = 3`
  for (const [alias, name] of aliases) {
    const through = found.get(alias);
    if (through) found.set(name, [...(found.get(name) ?? []), ...through]);
  }
  changes.set(scope, found);
  return found;
}

function partOf(code: Code, { node, target }: Change, bindings: Bindings): Part {
  if (!target) {
    const call = node as ts.CallExpression;
    // Which keys win, and how deep, is the function's affair.
    if (call.expression.getText() !== 'Object.assign') return { unknownKey: call };
    const merged: ObjectValue = {
      kind: 'object',
      parts: call.arguments.slice(1).map((each) => ({ spread: lazyOf(code, each, bindings) })),
      node,
    };
    return { spread: Lazy.known(merged) };
  }
  const key = keyOf(code, target, bindings);
  if (!ts.isBinaryExpression(node)) {
    return key === undefined ? { unknownKey: target } : { key, value: Lazy.known({ kind: 'absent', node }) };
  }
  const operator = node.operatorToken.kind;
  const value =
    operator === ts.SyntaxKind.EqualsToken
      ? lazyOf(code, node.right, bindings)
      : operator === ts.SyntaxKind.QuestionQuestionEqualsToken || operator === ts.SyntaxKind.BarBarEqualsToken
        ? new Lazy(node.right, () => keptOr(code, target, node.right, bindings), bindings)
        : Lazy.known(unknown(target, 'it is assigned later'));
  return key === undefined ? { unknownKey: target, value } : { key, value };
}

/** What `x.key ??= value` leaves. */
function keptOr(code: Code, target: ts.Expression, right: ts.Expression, bindings: Bindings): Value {
  const before = evaluate(code, target, bindings);
  if (isNullish(before)) return evaluate(code, right, bindings);
  return before.kind === 'unknown' || before.kind === 'choice'
    ? choice([before, evaluate(code, right, bindings)], target)
    : before;
}

function keyOf(code: Code, target: ts.Expression, bindings: Bindings): string | undefined {
  if (ts.isPropertyAccessExpression(target)) return target.name.text;
  if (!ts.isElementAccessExpression(target)) return undefined;
  const key = evaluate(code, target.argumentExpression, bindings);
  return key.kind === 'constant' ? String(key.value) : undefined;
}

/** `const { attempts } = options`: a key, an element, or what is left of a whole. */
export function valueOfBinding(
  code: Code,
  element: ts.BindingElement,
  whole: Value | undefined,
  bindings: Bindings,
): Value {
  if (!whole) return unknown(element, 'a destructuring that is not followed');
  const pattern = element.parent;
  let found: Value;
  if (ts.isArrayBindingPattern(pattern)) {
    const index = pattern.elements.indexOf(element);
    if (whole.kind !== 'array' || element.dotDotDotToken)
      return unknown(element, 'an element that is not listed');
    const listed = whole.elements[index];
    found = listed
      ? listed.value
      : whole.complete
        ? { kind: 'constant', value: undefined, node: element }
        : unknown(element, 'an element that is not listed');
  } else {
    if (element.dotDotDotToken) return restOf(whole, pattern, element);
    const key = element.propertyName ?? element.name;
    const name = ts.isIdentifier(key) || ts.isStringLiteralLike(key) ? key.text : undefined;
    if (name === undefined) return unknown(element, 'a destructuring that is not followed');
    found = property(code, whole, name);
  }
  if (!element.initializer) return read(found, element);
  const fallback = (): Value => evaluate(code, element.initializer as ts.Expression, bindings);
  if (found.kind === 'absent' || (found.kind === 'constant' && found.value === undefined)) return fallback();
  if (found.kind !== 'choice') return found;
  return choice(
    found.values.map((each) => (isNullish(each) ? fallback() : each)),
    element,
    found.open,
  );
}

/** `const { queue, ...options } = given`: without the keys that are taken out. */
function restOf(whole: Value, pattern: ts.ObjectBindingPattern, node: ts.Node): Value {
  const taken = pattern.elements.flatMap((each) => {
    const key = each.dotDotDotToken ? undefined : (each.propertyName ?? each.name);
    return key && (ts.isIdentifier(key) || ts.isStringLiteralLike(key)) ? [key.text] : [];
  });
  const parts: Part[] = [
    { spread: Lazy.known(whole) },
    ...taken.map((key) => ({ key, value: Lazy.known({ kind: 'absent', node } as const) })),
  ];
  return { kind: 'object', parts, node };
}

/** The loops of its function that a node stands in: what is written behind it in one may come before it. */
function loopsAround(node: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = [];
  for (const at of ancestorsOf(node)) {
    if (ts.isFunctionLike(at)) break;
    if (ts.isIterationStatement(at, false)) found.push(at);
  }
  return found;
}
