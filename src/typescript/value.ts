import ts from 'typescript';
import type { Code } from './code.js';
import { resolveAlias } from './identity.js';
import { ancestorsOf, isInside, skipOuter } from './syntax.js';

/**
 * What an expression is worth, as far as the text says, with the place that says it.
 * Nothing here is a guess: what cannot be followed is `unknown`, with the reason.
 */
export type Value =
  | ConstantValue
  | ObjectValue
  | ArrayValue
  | FunctionValue
  | ClassValue
  | MadeValue
  | DeclaredValue
  | SelfValue
  | ChoiceValue
  | AbsentValue
  | UnknownValue;

export interface ConstantValue {
  readonly kind: 'constant';
  readonly value: string | number | bigint | boolean | null | undefined;
  readonly node: ts.Node;
}
/** An object literal, or several merged: later parts win, as in JavaScript's spread. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly parts: readonly Part[];
  readonly node: ts.Node;
}
export interface ArrayValue {
  readonly kind: 'array';
  readonly elements: readonly Lazy[];
  /** False when a spread could not be followed, so that there may be more. */
  readonly complete: boolean;
  readonly node: ts.Node;
}
export interface FunctionValue {
  readonly kind: 'function';
  readonly node: ts.FunctionLikeDeclaration;
  readonly bindings: Bindings;
}
export interface ClassValue {
  readonly kind: 'class';
  readonly node: ts.ClassLikeDeclaration;
}
/** What a `new` or a call into foreign code returns. */
export interface MadeValue {
  readonly kind: 'made';
  readonly node: ts.NewExpression | ts.CallExpression;
  readonly bindings: Bindings;
}
/** A parameter or property that somebody else fills in: a framework, through its decorators. */
export interface DeclaredValue {
  readonly kind: 'declared';
  readonly node: ts.ParameterDeclaration | ts.PropertyDeclaration;
}
/** `this`, in this class. */
export interface SelfValue {
  readonly kind: 'self';
  readonly node: ts.ClassLikeDeclaration;
}
/** One of these, and the text does not say which. */
export interface ChoiceValue {
  readonly kind: 'choice';
  readonly values: readonly Value[];
  readonly node: ts.Node;
}
/** Not there: a key that an object certainly lacks. */
export interface AbsentValue {
  readonly kind: 'absent';
  readonly node: ts.Node;
}
export interface UnknownValue {
  readonly kind: 'unknown';
  readonly why: string;
  /** The expression that could not be followed, or where the following ended. */
  readonly node: ts.Node;
  /** The value is not the node's own, so that the node's type says nothing about it. */
  readonly elsewhere?: true;
}

export type Part =
  | { readonly key: string; readonly value: Lazy }
  | { readonly spread: Lazy }
  | { readonly unknownKey: ts.Node };

/** The arguments bound to the parameters of the functions whose text is being read. */
export type Bindings = ReadonlyMap<ts.Node, Lazy>;

export const noBindings: Bindings = new Map();

/** An expression whose value is asked for when somebody needs it. */
export class Lazy {
  #value: Value | undefined;

  constructor(
    readonly node: ts.Node,
    private readonly read: () => Value,
  ) {}

  static of(code: Code, node: ts.Expression, bindings: Bindings): Lazy {
    return new Lazy(node, () => evaluate(code, node, bindings));
  }

  static known(value: Value): Lazy {
    return new Lazy(value.node, () => value);
  }

  get value(): Value {
    return (this.#value ??= this.read());
  }
}

/** Beyond this many steps the answer is unknown; real settings are found within ten. */
const maximumSteps = 60;
/** A function with more `return`s than this is not read. */
const maximumReturns = 12;

const values = new WeakMap<Code, WeakMap<ts.Node, Value>>();
const running = new WeakMap<Code, Set<ts.Node>>();

/** What is this expression worth? Follows constants, imports, members, spreads and project functions. */
export function evaluate(code: Code, expression: ts.Expression, bindings: Bindings = noBindings): Value {
  const node = skipOuter(expression) as ts.Expression;
  let cache = values.get(code);
  if (!cache) values.set(code, (cache = new WeakMap()));
  const cached = bindings.size === 0 ? cache.get(node) : undefined;
  if (cached) return cached;

  let active = running.get(code);
  if (!active) running.set(code, (active = new Set()));
  // With bindings the same text may rightly be read again, but never without end.
  if ((bindings.size === 0 && active.has(node)) || active.size > maximumSteps) {
    return unknown(node, 'it refers to itself');
  }
  const first = !active.has(node);
  if (first) active.add(node);
  try {
    const value = evaluateNode(code, node, bindings);
    // An answer that a cycle cut short holds only within that cycle.
    if (bindings.size === 0 && (value.kind !== 'unknown' || active.size === 1)) cache.set(node, value);
    return value;
  } finally {
    if (first) active.delete(node);
  }
}

function evaluateNode(code: Code, node: ts.Expression, bindings: Bindings): Value {
  const constant = (value: ConstantValue['value']): Value => ({ kind: 'constant', value, node });
  if (ts.isStringLiteralLike(node)) return constant(node.text);
  if (ts.isNumericLiteral(node)) return constant(Number(node.text));
  if (ts.isBigIntLiteral(node)) return constant(BigInt(node.text.slice(0, -1)));
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return constant(true);
    case ts.SyntaxKind.FalseKeyword:
      return constant(false);
    case ts.SyntaxKind.NullKeyword:
      return constant(null);
    case ts.SyntaxKind.ThisKeyword: {
      const owner = classOf(node);
      return owner ? { kind: 'self', node: owner } : unknown(node, '`this` of no class');
    }
    default:
  }
  if (ts.isVoidExpression(node)) return constant(undefined);
  if (ts.isTemplateExpression(node)) return evaluateTemplate(code, node, bindings);
  if (ts.isPrefixUnaryExpression(node)) return evaluateUnary(code, node, bindings);
  if (ts.isBinaryExpression(node)) return evaluateBinary(code, node, bindings);
  if (ts.isConditionalExpression(node)) return evaluateConditional(code, node, bindings);
  if (ts.isObjectLiteralExpression(node)) return evaluateObject(code, node, bindings);
  if (ts.isArrayLiteralExpression(node)) return evaluateArray(code, node, bindings);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { kind: 'function', node, bindings };
  if (ts.isClassExpression(node)) return { kind: 'class', node };
  if (ts.isAwaitExpression(node)) return evaluate(code, node.expression, bindings);
  if (ts.isIdentifier(node)) return evaluateIdentifier(code, node, bindings);
  if (ts.isPropertyAccessExpression(node)) return evaluateMember(code, node, bindings);
  if (ts.isElementAccessExpression(node)) return evaluateElement(code, node, bindings);
  if (ts.isNewExpression(node)) return { kind: 'made', node, bindings };
  if (ts.isCallExpression(node)) return evaluateCall(code, node, bindings);
  return unknown(node, 'an expression that is not followed');
}

function evaluateTemplate(code: Code, node: ts.TemplateExpression, bindings: Bindings): Value {
  let text = node.head.text;
  for (const span of node.templateSpans) {
    const part = evaluate(code, span.expression, bindings);
    if (part.kind !== 'constant') return unknown(node, 'a text with a part that is not constant');
    text += String(part.value) + span.literal.text;
  }
  return { kind: 'constant', value: text, node };
}

function evaluateUnary(code: Code, node: ts.PrefixUnaryExpression, bindings: Bindings): Value {
  const operand = evaluate(code, node.operand, bindings);
  if (operand.kind !== 'constant') return unknown(node, 'a calculation with a part that is not constant');
  const { value } = operand;
  switch (node.operator) {
    case ts.SyntaxKind.MinusToken:
      if (typeof value === 'number' || typeof value === 'bigint')
        return { kind: 'constant', value: -value, node };
      break;
    case ts.SyntaxKind.PlusToken:
      if (typeof value !== 'bigint') return { kind: 'constant', value: Number(value), node };
      break;
    case ts.SyntaxKind.ExclamationToken:
      return { kind: 'constant', value: !value, node };
    default:
  }
  return unknown(node, 'a calculation that is not followed');
}

function evaluateBinary(code: Code, node: ts.BinaryExpression, bindings: Bindings): Value {
  const operator = node.operatorToken.kind;
  const left = evaluate(code, node.left, bindings);
  const right = (): Value => evaluate(code, node.right, bindings);
  if (operator === ts.SyntaxKind.QuestionQuestionToken || operator === ts.SyntaxKind.BarBarToken) {
    if (left.kind === 'unknown' || left.kind === 'choice' || left.kind === 'declared') {
      return unknown(node, left.kind === 'unknown' ? left.why : 'a value that may be replaced by another');
    }
    const missing =
      left.kind === 'absent' ||
      (left.kind === 'constant' &&
        (operator === ts.SyntaxKind.BarBarToken
          ? !left.value
          : left.value === null || left.value === undefined));
    return missing ? right() : left;
  }
  if (operator === ts.SyntaxKind.AmpersandAmpersandToken) {
    if (left.kind === 'constant') return left.value ? right() : left;
    const nothing: Value = { kind: 'constant', value: undefined, node: node.left };
    return { kind: 'choice', values: [right(), nothing], node };
  }
  const other = right();
  if (left.kind !== 'constant' || other.kind !== 'constant') {
    return unknown(node, 'a calculation with a part that is not constant');
  }
  const value = calculate(operator, left.value, other.value);
  return value === undefined
    ? unknown(node, 'a calculation that is not followed')
    : { kind: 'constant', value, node };
}

function calculate(
  operator: ts.SyntaxKind,
  left: ConstantValue['value'],
  right: ConstantValue['value'],
): string | number | boolean | undefined {
  if (operator === ts.SyntaxKind.EqualsEqualsEqualsToken) return left === right;
  if (operator === ts.SyntaxKind.ExclamationEqualsEqualsToken) return left !== right;
  if (operator === ts.SyntaxKind.PlusToken && (typeof left === 'string' || typeof right === 'string')) {
    return String(left) + String(right);
  }
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  switch (operator) {
    case ts.SyntaxKind.PlusToken:
      return left + right;
    case ts.SyntaxKind.MinusToken:
      return left - right;
    case ts.SyntaxKind.AsteriskToken:
      return left * right;
    case ts.SyntaxKind.SlashToken:
      return left / right;
    case ts.SyntaxKind.AsteriskAsteriskToken:
      return left ** right;
    default:
      return undefined;
  }
}

function evaluateConditional(code: Code, node: ts.ConditionalExpression, bindings: Bindings): Value {
  const condition = evaluate(code, node.condition, bindings);
  if (condition.kind === 'constant') {
    return evaluate(code, condition.value ? node.whenTrue : node.whenFalse, bindings);
  }
  return choice([evaluate(code, node.whenTrue, bindings), evaluate(code, node.whenFalse, bindings)], node);
}

function evaluateObject(code: Code, node: ts.ObjectLiteralExpression, bindings: Bindings): Value {
  const parts = node.properties.map((property): Part => {
    if (ts.isSpreadAssignment(property)) return { spread: Lazy.of(code, property.expression, bindings) };
    const key = nameOfKey(code, property.name, bindings);
    if (key === undefined) return { unknownKey: property };
    if (ts.isPropertyAssignment(property))
      return { key, value: Lazy.of(code, property.initializer, bindings) };
    if (ts.isShorthandPropertyAssignment(property)) {
      return { key, value: new Lazy(property.name, () => evaluateShorthand(code, property, bindings)) };
    }
    if (ts.isMethodDeclaration(property)) {
      return { key, value: Lazy.known({ kind: 'function', node: property, bindings }) };
    }
    return { key, value: new Lazy(property, () => unknown(property, 'an accessor')) };
  });
  return { kind: 'object', parts, node };
}

function evaluateShorthand(code: Code, node: ts.ShorthandPropertyAssignment, bindings: Bindings): Value {
  const symbol = code.checker.getShorthandAssignmentValueSymbol(node);
  return symbol ? valueOfSymbol(code, symbol, node, bindings) : unknown(node, 'a name that is not declared');
}

function nameOfKey(code: Code, name: ts.PropertyName, bindings: Bindings): string | undefined {
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) return name.text;
  if (!ts.isComputedPropertyName(name)) return undefined;
  const key = evaluate(code, name.expression, bindings);
  return key.kind === 'constant' ? String(key.value) : undefined;
}

function evaluateArray(code: Code, node: ts.ArrayLiteralExpression, bindings: Bindings): Value {
  const elements: Lazy[] = [];
  let complete = true;
  for (const element of node.elements) {
    if (!ts.isSpreadElement(element)) {
      elements.push(Lazy.of(code, element, bindings));
      continue;
    }
    const spread = evaluate(code, element.expression, bindings);
    if (spread.kind === 'array') elements.push(...spread.elements);
    if (spread.kind !== 'array' || !spread.complete) complete = false;
  }
  return { kind: 'array', elements, complete, node };
}

function evaluateIdentifier(code: Code, node: ts.Identifier, bindings: Bindings): Value {
  const symbol = code.checker.getSymbolAtLocation(node);
  if (!symbol?.declarations?.length) {
    if (node.text === 'undefined') return { kind: 'constant', value: undefined, node };
    if (node.text === 'Infinity') return { kind: 'constant', value: Infinity, node };
    if (node.text === 'NaN') return { kind: 'constant', value: NaN, node };
    return unknown(node, `\`${node.text}\` is not declared`);
  }
  if (node.text === 'Infinity' && isGlobal(symbol)) return { kind: 'constant', value: Infinity, node };
  if (node.text === 'NaN' && isGlobal(symbol)) return { kind: 'constant', value: NaN, node };
  return valueOfSymbol(code, symbol, node, bindings);
}

function isGlobal(symbol: ts.Symbol): boolean {
  return symbol.declarations?.every((declaration) => declaration.getSourceFile().isDeclarationFile) === true;
}

/** `a.b`: the member of what `a` is worth, else whatever the checker says that `b` is. */
function evaluateMember(code: Code, node: ts.PropertyAccessExpression, bindings: Bindings): Value {
  const number = constantOfNumber(node);
  if (number !== undefined) return { kind: 'constant', value: number, node };
  const field = fieldNamed(node);
  if (field) {
    return ts.isParameter(field)
      ? (bindings.get(field)?.value ?? valueOfDeclared(field, 'a parameter'))
      : valueOfField(code, field);
  }
  const symbol = code.checker.getSymbolAtLocation(node.name);
  if (symbol && symbol.flags & ts.SymbolFlags.EnumMember) {
    const value = code.checker.getConstantValue(node);
    if (value !== undefined) return { kind: 'constant', value, node: symbol.declarations?.[0] ?? node };
  }
  const owner = evaluate(code, node.expression, bindings);
  if (owner.kind === 'object' || owner.kind === 'class' || owner.kind === 'choice') {
    const found = property(code, owner, node.name.text);
    if (found.kind !== 'absent' && found.kind !== 'unknown') return found;
  }
  if (symbol) return valueOfSymbol(code, symbol, node, bindings);
  return unknown(node, owner.kind === 'unknown' ? owner.why : `\`${node.name.text}\` is not declared`);
}

function constantOfNumber(node: ts.PropertyAccessExpression): number | undefined {
  if (!ts.isIdentifier(node.expression) || node.expression.text !== 'Number') return undefined;
  const numbers: Record<string, number> = {
    MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
    MAX_VALUE: Number.MAX_VALUE,
    POSITIVE_INFINITY: Infinity,
    NaN: NaN,
  };
  return numbers[node.name.text];
}

function evaluateElement(code: Code, node: ts.ElementAccessExpression, bindings: Bindings): Value {
  const key = evaluate(code, node.argumentExpression, bindings);
  if (key.kind !== 'constant') return unknown(node, 'a key that is not constant');
  const owner = evaluate(code, node.expression, bindings);
  if (owner.kind === 'array' && typeof key.value === 'number') {
    return owner.elements[key.value]?.value ?? unknown(node, 'an element that is not listed');
  }
  const found = property(code, owner, String(key.value));
  return found.kind === 'absent' ? unknown(node, `no \`${String(key.value)}\` there`) : found;
}

function evaluateCall(code: Code, node: ts.CallExpression, bindings: Bindings): Value {
  const made: Value = { kind: 'made', node, bindings };
  const callee = skipOuter(node.expression);
  if (ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression)) {
    const name = `${callee.expression.text}.${callee.name.text}`;
    if (name === 'Object.freeze' && node.arguments[0]) return evaluate(code, node.arguments[0], bindings);
    if (name === 'Object.assign') {
      const parts = node.arguments.map((argument): Part => ({ spread: Lazy.of(code, argument, bindings) }));
      return { kind: 'object', parts, node };
    }
  }
  const elements = mappedElements(code, node, callee, bindings);
  if (elements) return elements;
  if (!ts.isIdentifier(callee) && !ts.isPropertyAccessExpression(callee)) return made;
  const name = ts.isIdentifier(callee) ? callee : callee.name;
  const symbol = code.checker.getSymbolAtLocation(name);
  const target = symbol && functionOfSymbol(code, resolveAlias(code, symbol));
  if (!target?.body) return made;
  return returnedBy(code, target, bindArguments(code, target, node.arguments, bindings));
}

/** `users.map((user) => ({ … }))`: any number of elements, each as the callback writes it. */
function mappedElements(
  code: Code,
  node: ts.CallExpression,
  callee: ts.Node,
  bindings: Bindings,
): ArrayValue | undefined {
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'map') return undefined;
  const [argument] = node.arguments;
  const callback = argument && evaluate(code, argument, bindings);
  if (callback?.kind !== 'function') return undefined;
  const element = new Lazy(onlyReturn(callback.node) ?? argument ?? node, () =>
    returnedBy(code, callback.node, bindings),
  );
  return { kind: 'array', elements: [element], complete: false, node };
}

/** The expression that a function returns, where it returns only one. */
function onlyReturn({ body }: ts.FunctionLikeDeclaration): ts.Node | undefined {
  if (!body) return undefined;
  if (!ts.isBlock(body)) return skipOuter(body);
  const [only, ...others] = returnsOf(body);
  return only && others.length === 0 ? skipOuter(only) : undefined;
}

/**
 * The project function that a symbol certainly stands for. An instance method may be overridden, so it
 * is not one; a static method, a function and a constant function are.
 */
function functionOfSymbol(code: Code, symbol: ts.Symbol): ts.FunctionLikeDeclaration | undefined {
  const declaration = symbol.valueDeclaration;
  if (!declaration) return undefined;
  if (ts.isFunctionDeclaration(declaration)) return declaration;
  if (ts.isMethodDeclaration(declaration)) {
    return isStatic(declaration) || ts.isObjectLiteralExpression(declaration.parent)
      ? declaration
      : undefined;
  }
  if (ts.isVariableDeclaration(declaration) && isConst(declaration) && declaration.initializer) {
    const value = evaluate(code, declaration.initializer);
    return value.kind === 'function' ? value.node : undefined;
  }
  if (ts.isPropertyAssignment(declaration)) {
    const value = evaluate(code, declaration.initializer);
    return value.kind === 'function' ? value.node : undefined;
  }
  return undefined;
}

/** The parameters of a function bound to the arguments of one call. */
export function bindArguments(
  code: Code,
  target: ts.SignatureDeclaration,
  args: readonly ts.Expression[],
  bindings: Bindings,
): Bindings {
  const bound = new Map<ts.Node, Lazy>();
  for (const [index, parameter] of target.parameters.entries()) {
    if (parameter.dotDotDotToken || args.slice(0, index + 1).some(ts.isSpreadElement)) break;
    const argument = args[index];
    if (argument) bound.set(parameter, Lazy.of(code, argument, bindings));
    else if (parameter.initializer) bound.set(parameter, Lazy.of(code, parameter.initializer, bound));
    else bound.set(parameter, Lazy.known({ kind: 'constant', value: undefined, node: parameter }));
  }
  return bound;
}

/** What a function returns: its one value, or a choice of all that it may return. */
export function returnedBy(
  code: Code,
  target: ts.FunctionLikeDeclaration,
  bindings: Bindings = noBindings,
): Value {
  const { body } = target;
  if (!body) return unknown(target, 'a function without a body');
  if (!ts.isBlock(body)) return evaluate(code, body, bindings);
  const returned = returnsOf(body);
  if (returned.length === 0 || returned.length > maximumReturns) {
    return unknown(
      target,
      returned.length === 0 ? 'a function that returns nothing' : 'a function of many returns',
    );
  }
  return choice(
    returned.map((expression) => evaluate(code, expression, bindings)),
    target,
  );
}

/** What the `return`s of a function's own body give. */
function returnsOf(body: ts.Block): readonly ts.Expression[] {
  const returned: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isReturnStatement(node)) {
      if (node.expression) returned.push(node.expression);
      return;
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return returned;
}

/** What a symbol is worth where it is used at `node`. */
function valueOfSymbol(code: Code, symbol: ts.Symbol, node: ts.Node, bindings: Bindings): Value {
  const target = resolveAlias(code, symbol);
  const declaration = target.valueDeclaration ?? target.declarations?.[0];
  if (!declaration) return unknown(node, 'an import that is not resolved');

  if (ts.isParameter(declaration)) {
    return bindings.get(declaration)?.value ?? valueOfDeclared(declaration, 'a parameter');
  }
  if (ts.isVariableDeclaration(declaration)) {
    if (declaration.initializer && isConst(declaration)) {
      const value = evaluate(code, declaration.initializer, bindings);
      if (value.kind === 'object' && declaration.type?.kind === ts.SyntaxKind.AnyKeyword) {
        return unknown(declaration, 'a variable that is declared as any');
      }
      if (value.kind === 'array') return withPushed(code, value, declaration, bindings);
      return value.kind === 'object' ? withAssigned(value, declaration) : value;
    }
    const literal = isConst(declaration) ? constantOfType(code, declaration) : undefined;
    return (
      literal ??
      unknown(
        declaration,
        isConst(declaration) ? 'a declaration without its value' : 'a variable that may change',
      )
    );
  }
  if (ts.isBindingElement(declaration)) return valueOfBinding(code, declaration, bindings);
  if (ts.isEnumMember(declaration)) {
    const value = code.checker.getConstantValue(declaration);
    return value === undefined
      ? unknown(declaration, 'an enum member that is calculated')
      : { kind: 'constant', value, node: declaration };
  }
  if (ts.isPropertyAssignment(declaration)) return evaluate(code, declaration.initializer, bindings);
  if (ts.isShorthandPropertyAssignment(declaration)) return evaluateShorthand(code, declaration, bindings);
  if (ts.isExportAssignment(declaration)) return evaluate(code, declaration.expression, bindings);
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) {
    return { kind: 'function', node: declaration, bindings };
  }
  if (ts.isClassLike(declaration)) return { kind: 'class', node: declaration };
  if (ts.isPropertyDeclaration(declaration)) return valueOfField(code, declaration);
  if (ts.isPropertySignature(declaration)) {
    return constantOfType(code, declaration) ?? unknown(node, 'only its type is known');
  }
  if (ts.isGetAccessor(declaration) && isStatic(declaration)) return returnedBy(code, declaration);
  return unknown(node, 'a declaration that is not followed');
}

/** `const jobs = []; … jobs.push({ … });`: the elements are the literal's and those pushed in the same block. */
function withPushed(
  code: Code,
  value: ArrayValue,
  declaration: ts.VariableDeclaration,
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
        if (!ts.isSpreadElement(argument)) pushed.push(Lazy.of(code, argument, bindings));
      }
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(declaration.parent.parent.parent, visit);
  return pushed.length > 0 ? { ...value, elements: pushed, complete: false } : value;
}

/** `const options = {}; options.attempts = 3;`: what is assigned later is not what the literal says. */
function withAssigned(value: ObjectValue, declaration: ts.VariableDeclaration): ObjectValue {
  const { name } = declaration;
  if (!ts.isIdentifier(name)) return value;
  const parts: Part[] = [];
  const isIt = (node: ts.Node | undefined): boolean =>
    node !== undefined && ts.isIdentifier(node) && node.text === name.text;
  const visit = (node: ts.Node): void => {
    const target =
      ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)
        ? skipOuter(node.left)
        : ts.isDeleteExpression(node)
          ? skipOuter(node.expression)
          : undefined;
    if (target && ts.isPropertyAccessExpression(target) && isIt(skipOuter(target.expression))) {
      parts.push({ key: target.name.text, value: Lazy.known(unknown(target, 'it is assigned later')) });
    } else if (target && ts.isElementAccessExpression(target) && isIt(skipOuter(target.expression))) {
      parts.push({ unknownKey: target });
    } else if (
      ts.isCallExpression(node) &&
      node.expression.getText() === 'Object.assign' &&
      isIt(node.arguments[0])
    ) {
      parts.push({ unknownKey: node });
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(declaration.parent.parent.parent, visit);
  return parts.length > 0 ? { ...value, parts: [...value.parts, ...parts] } : value;
}

function valueOfBinding(code: Code, element: ts.BindingElement, bindings: Bindings): Value {
  const holder = element.parent.parent;
  const key = element.propertyName ?? element.name;
  if (element.dotDotDotToken || !ts.isObjectBindingPattern(element.parent)) {
    return unknown(element, 'a destructuring that is not followed');
  }
  const name = ts.isIdentifier(key) || ts.isStringLiteralLike(key) ? key.text : undefined;
  const whole =
    ts.isVariableDeclaration(holder) && isConst(holder) && holder.initializer
      ? evaluate(code, holder.initializer, bindings)
      : ts.isParameter(holder)
        ? bindings.get(holder)?.value
        : undefined;
  if (!whole || name === undefined) return unknown(element, 'a destructuring that is not followed');
  const found = property(code, whole, name);
  const missing = found.kind === 'absent' || (found.kind === 'constant' && found.value === undefined);
  return missing && element.initializer ? evaluate(code, element.initializer, bindings) : found;
}

/** A class field: its initializer, or the one thing that the constructor assigns to it. */
function valueOfField(code: Code, declaration: ts.PropertyDeclaration): Value {
  const declared = valueOfDeclared(declaration, 'a field that is not filled in the class');
  if (!ts.isIdentifier(declaration.name) && !ts.isPrivateIdentifier(declaration.name)) return declared;
  const assigned = assignmentsTo(declaration.parent, declaration.name.text);
  const [only] = assigned;
  if (declaration.initializer) {
    return only
      ? unknown(declaration, 'a field that is assigned again')
      : evaluate(code, declaration.initializer);
  }
  return only && assigned.length === 1 ? evaluate(code, only) : declared;
}

const assignments = new WeakMap<ts.ClassLikeDeclaration, Map<string, ts.Expression[]>>();

/** All right-hand sides of `this.name = …` in a class. */
function assignmentsTo(owner: ts.ClassLikeDeclaration, name: string): readonly ts.Expression[] {
  let found = assignments.get(owner);
  if (!found) {
    const all = new Map<string, ts.Expression[]>();
    const visit = (node: ts.Node): void => {
      if (
        ts.isBinaryExpression(node) &&
        isAssignment(node.operatorToken.kind) &&
        ts.isPropertyAccessExpression(node.left) &&
        node.left.expression.kind === ts.SyntaxKind.ThisKeyword
      ) {
        const list = all.get(node.left.name.text) ?? [];
        all.set(node.left.name.text, [...list, node.right]);
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(owner, visit);
    assignments.set(owner, (found = all));
  }
  return found.get(name) ?? [];
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function valueOfDeclared(declaration: ts.ParameterDeclaration | ts.PropertyDeclaration, what: string): Value {
  return ts.canHaveDecorators(declaration) && ts.getDecorators(declaration)?.length
    ? { kind: 'declared', node: declaration }
    : unknown(declaration, what);
}

/** `declare const QUEUE: 'mail'` in a declaration file still says its value. */
function constantOfType(code: Code, declaration: ts.Declaration): Value | undefined {
  const type = code.checker.getTypeAtLocation(declaration);
  return type.isStringLiteral() || type.isNumberLiteral()
    ? { kind: 'constant', value: type.value, node: declaration }
    : undefined;
}

/**
 * A key of a value: what it is worth, `absent` where it certainly is not there, a choice where it may be
 * either, `unknown` otherwise. Later parts of an object win, and an explicit `undefined` counts as there.
 */
export function property(code: Code, value: Value, key: string): Value {
  return withinBounds(
    () => propertyOf(code, value, key),
    () => unknownElsewhere(value.node, 'it refers to itself, or goes too deep'),
  );
}

/** How deep spreads within spreads are read, and how many in all for one question: they may be cyclic. */
const maximumSpreads = 60;
const maximumReads = 5000;
let depth = 0;
let reads = 0;

function withinBounds<T>(read: () => T, otherwise: () => T): T {
  if (depth === 0) reads = 0;
  reads += 1;
  if (depth > maximumSpreads || reads > maximumReads) return otherwise();
  depth += 1;
  try {
    return read();
  } finally {
    depth -= 1;
  }
}

function propertyOf(code: Code, value: Value, key: string): Value {
  switch (value.kind) {
    case 'object':
      return propertyOfParts(code, value, value.parts.length - 1, key);
    case 'choice':
      return choice(
        value.values.map((each) => property(code, each, key)),
        value.node,
      );
    case 'class':
    case 'self':
      return propertyOfClass(code, value.node, key);
    case 'constant':
    case 'array':
    case 'function':
    case 'absent':
      return { kind: 'absent', node: value.node };
    case 'made':
      return propertyByType(code, value.node, key, 'it is made by a call that is not followed');
    case 'declared':
      return unknown(value.node, 'it is filled in from outside');
    case 'unknown':
      if (value.elsewhere) return value;
      return ts.isExpression(value.node)
        ? propertyByType(code, value.node, key, value.why)
        : propertyByType(code, nameOf(value.node), key, value.why);
  }
}

/** The expression that is written for a key of an object literal, before it is followed anywhere. */
export function propertyNode(code: Code, value: Value, key: string): Lazy | undefined {
  return withinBounds(
    () => propertyNodeOf(code, value, key),
    () => undefined,
  );
}

function propertyNodeOf(code: Code, value: Value, key: string): Lazy | undefined {
  if (value.kind !== 'object') return undefined;
  for (const part of value.parts.toReversed()) {
    if ('unknownKey' in part) return undefined;
    if ('key' in part) {
      if (part.key === key) return part.value;
      continue;
    }
    const spread = part.spread.value;
    const found = propertyNode(code, spread, key);
    if (found) return found;
    if (property(code, spread, key).kind !== 'absent') return undefined;
  }
  return undefined;
}

function propertyOfParts(code: Code, value: ObjectValue, index: number, key: string): Value {
  const part = value.parts[index];
  if (!part) return { kind: 'absent', node: value.node };
  const earlier = (): Value => propertyOfParts(code, value, index - 1, key);
  if ('unknownKey' in part) return unknown(part.unknownKey, 'a key that is not constant');
  if ('key' in part) return part.key === key ? located(part.value) : earlier();
  const spread = property(code, part.spread.value, key);
  if (spread.kind === 'absent') return earlier();
  if (spread.kind !== 'choice') return spread;
  return choice(
    spread.values.map((each) => (each.kind === 'absent' ? earlier() : each)),
    spread.node,
  );
}

/** A constant is located where it is written into the object, not where its name was declared. */
function located(lazy: Lazy): Value {
  const { value } = lazy;
  return value.kind === 'constant' ? { ...value, node: lazy.node } : value;
}

function propertyOfClass(code: Code, owner: ts.ClassLikeDeclaration, key: string): Value {
  for (const at of classesFrom(code, owner)) {
    const member = at.members.find(
      (each) => each.name && ts.isIdentifier(each.name) && each.name.text === key,
    );
    if (!member) continue;
    if (ts.isMethodDeclaration(member)) return { kind: 'function', node: member, bindings: noBindings };
    if (ts.isPropertyDeclaration(member)) return valueOfField(code, member);
    if (ts.isGetAccessor(member)) return returnedBy(code, member);
    return unknown(member, 'a member that is not followed');
  }
  return { kind: 'absent', node: owner };
}

/** A class and the project classes that it extends, the nearest first; broken code may go round in circles. */
export function* classesFrom(
  code: Code,
  owner: ts.ClassLikeDeclaration | undefined,
): Generator<ts.ClassLikeDeclaration> {
  const seen = new Set<ts.Node>();
  for (let at = owner; at && !seen.has(at); at = baseClassOf(code, at)) {
    seen.add(at);
    yield at;
  }
}

/** The project class that a class extends; undefined for none, or one outside the project. */
function baseClassOf(code: Code, owner: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration | undefined {
  const heritage = heritageOf(owner);
  if (!heritage) return undefined;
  const symbol = code.checker.getSymbolAtLocation(
    ts.isPropertyAccessExpression(heritage) ? heritage.name : heritage,
  );
  const declaration = symbol && resolveAlias(code, symbol).valueDeclaration;
  return declaration && declaration !== owner && ts.isClassLike(declaration) ? declaration : undefined;
}

/** The expression after `extends`. */
export function heritageOf(owner: ts.ClassLikeDeclaration): ts.Expression | undefined {
  return owner.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
    ?.expression;
}

/** When the value is unknown its type may still say that it has no such key. */
function propertyByType(code: Code, node: ts.Node, key: string, why: string): Value {
  if (code.typed && (ts.isExpression(node) || ts.isIdentifier(node))) {
    const type = code.checker.getNonNullableType(code.checker.getTypeAtLocation(node));
    const certain = !(
      type.flags &
      (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter | ts.TypeFlags.NonPrimitive)
    );
    const parts = type.isUnion() ? type.types : [type];
    if (
      certain &&
      parts.every(
        (each) =>
          !code.checker.getPropertyOfType(each, key) && code.checker.getIndexInfosOfType(each).length === 0,
      ) &&
      // `{}` says nothing about what is in it.
      parts.some((each) => each.getProperties().length > 0)
    ) {
      return { kind: 'absent', node };
    }
  }
  // What is not known of the whole says nothing of the part, and the whole's type is not the part's.
  return unknownElsewhere(node, why);
}

function nameOf(node: ts.Node): ts.Node {
  return ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)
    ? node.name
    : node;
}

/** Several objects as one, later ones winning, the way a shallow merge does. */
export function merged(values: readonly Value[], node: ts.Node): Value {
  const there = values.filter((value) => value.kind !== 'absent');
  const [only] = there;
  if (only && there.length === 1) return only;
  return { kind: 'object', parts: there.map((value) => ({ spread: Lazy.known(value) })), node };
}

/** All that a value may be, choices taken apart. */
export function alternatives(value: Value): readonly Value[] {
  return value.kind === 'choice' ? value.values.flatMap(alternatives) : [value];
}

export function choice(options: readonly Value[], node: ts.Node): Value {
  const flat = options.flatMap(alternatives);
  const [only] = flat;
  return only && flat.length === 1 ? only : { kind: 'choice', values: flat, node };
}

function unknown(node: ts.Node, why: string): UnknownValue {
  return { kind: 'unknown', why, node };
}

/** A value that stands somewhere else than at this node, and cannot be followed there. */
export function unknownElsewhere(node: ts.Node, why: string): UnknownValue {
  return { kind: 'unknown', why, node, elsewhere: true };
}

function isConst(declaration: ts.VariableDeclaration): boolean {
  return (
    ts.isVariableDeclarationList(declaration.parent) && (declaration.parent.flags & ts.NodeFlags.Const) !== 0
  );
}

export function isStatic(member: ts.ClassElement): boolean {
  return ts.canHaveModifiers(member)
    ? (ts.getModifiers(member)?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword) ?? false)
    : false;
}

/**
 * The field, or the constructor's parameter property, that `this.name` means: by syntax, because the checker
 * would work out its type as well. Undefined where the class inherits it.
 */
export function fieldNamed(
  node: ts.Expression,
): ts.PropertyDeclaration | ts.ParameterDeclaration | undefined {
  if (!ts.isPropertyAccessExpression(node) || node.expression.kind !== ts.SyntaxKind.ThisKeyword)
    return undefined;
  const owner = classOf(node);
  const { text } = node.name;
  const isIt = (name: ts.Node | undefined): boolean =>
    name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) && name.text === text;
  for (const member of owner?.members ?? []) {
    if (ts.isPropertyDeclaration(member) && isIt(member.name) && !isStatic(member)) return member;
    if (!ts.isConstructorDeclaration(member)) continue;
    const parameter = member.parameters.find(
      (each) => isIt(each.name) && ts.isParameterPropertyDeclaration(each, member),
    );
    if (parameter) return parameter;
  }
  return undefined;
}

/** The class that `this` means here; undefined inside a plain function or outside any class. */
function classOf(node: ts.Node): ts.ClassLikeDeclaration | undefined {
  for (const at of ancestorsOf(node)) {
    if (ts.isClassLike(at)) return at;
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at) || ts.isSourceFile(at)) return undefined;
    if (
      ts.isObjectLiteralExpression(at) &&
      at.properties.some((each) => ts.isMethodDeclaration(each) && isInside(node, each))
    ) {
      return undefined;
    }
  }
  return undefined;
}
