import ts from 'typescript';
import { originOf } from './identity.js';
import { type Slot, withinBounds } from './bounds.js';
import { baseClassOf, classOfThis, objectOfThis } from './classes.js';
import { PerCode, type Code } from './code.js';
import { anyProperty, valueOfCallbackParameter, valueOfCollectionCall } from './collections.js';
import { argumentsOf, bindValues, functionOfSymbol, lazyOf, returnedBy } from './functions.js';
import { resolveAlias } from './identity.js';
import { instanceOf, memberOfInstance, staticMember, valueOfDeclared, valueOfField } from './instances.js';
import { property } from './properties.js';
import { truthOf } from './reach.js';
import { sourceOf } from './sources.js';
import { skipOuter } from './syntax.js';
import {
  alternatives,
  choice,
  given,
  isNullish,
  Lazy,
  noBindings,
  openOf,
  present,
  read,
  unknown,
  unknownElsewhere,
  type Bindings,
  type ConstantValue,
  type FunctionValue,
  type Part,
  type Value,
} from './value.js';
import { constantOfType, currentValue, valueOfBinding, valueOfVariable, withChanges } from './variables.js';

const slots = new PerCode<ts.Node, Slot<Value>>();
const newSlot = (): Slot<Value> => ({});

/** What is this expression worth? Follows constants, imports, members, spreads and project functions. */
export function evaluate(code: Code, expression: ts.Expression, bindings: Bindings = noBindings): Value {
  const node = skipOuter(expression) as ts.Expression;
  const own = code.at(node);
  return withinBounds(
    bindings.size === 0 ? slots.once(own, node, newSlot) : undefined,
    () => evaluateNode(own, node, bindings),
    (why) => unknown(node, why),
  );
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
    case ts.SyntaxKind.ThisKeyword:
      return evaluateThis(code, node, bindings);
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

function evaluateThis(code: Code, node: ts.Expression, bindings: Bindings): Value {
  const owner = classOfThis(node);
  if (owner) {
    const bound = bindings.get(owner.node);
    if (bound) return bound.value;
    return { kind: owner.isStatic ? 'class' : 'self', node: owner.node };
  }
  const literal = objectOfThis(node);
  return literal ? evaluate(code, literal, bindings) : unknown(node, '`this` of no class');
}

function evaluateTemplate(code: Code, node: ts.TemplateExpression, bindings: Bindings): Value {
  let text = node.head.text;
  for (const span of node.templateSpans) {
    const part = evaluate(code, span.expression, bindings);
    if (part.kind !== 'constant')
      return unknown(node, 'a text with a part that is not constant', openOf(part));
    text += String(part.value) + span.literal.text;
  }
  return { kind: 'constant', value: text, node };
}

function evaluateUnary(code: Code, node: ts.PrefixUnaryExpression, bindings: Bindings): Value {
  const operand = evaluate(code, node.operand, bindings);
  if (operand.kind === 'configured' && node.operator === ts.SyntaxKind.PlusToken)
    return { kind: 'configured', fallback: Number(operand.fallback), node };
  if (operand.kind !== 'constant')
    return unknown(node, 'a calculation with a part that is not constant', openOf(operand));
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
  if (operator === ts.SyntaxKind.EqualsToken || operator === ts.SyntaxKind.CommaToken)
    return evaluate(code, node.right, bindings);
  const left = evaluate(code, node.left, bindings);
  const right = (): Value => evaluate(code, node.right, bindings);
  switch (operator) {
    case ts.SyntaxKind.QuestionQuestionToken:
    case ts.SyntaxKind.QuestionQuestionEqualsToken:
      return replaced(node, left, right, isNullish);
    case ts.SyntaxKind.BarBarToken:
    case ts.SyntaxKind.BarBarEqualsToken:
      return replaced(
        node,
        left,
        right,
        (value) => value.kind === 'absent' || (value.kind === 'constant' && !value.value),
      );
    case ts.SyntaxKind.AmpersandAmpersandToken: {
      const nothing: Value = { kind: 'constant', value: undefined, node: node.left };
      const each = alternatives(left).flatMap((value): readonly Value[] => {
        const truth = truthOf(value);
        if (truth === undefined) return [right(), nothing];
        return truth ? [right()] : [nothing];
      });
      // What is certain on all ways is said once.
      return each.every((value) => value === nothing) ? nothing : choice(each, node, openOf(left));
    }
    default:
  }
  const other = right();
  if (left.kind === 'configured' || other.kind === 'configured') {
    const fallback = calculateWith(operator, left, other);
    if (fallback !== undefined) return { kind: 'configured', fallback, node };
  }
  if (left.kind !== 'constant' || other.kind !== 'constant') {
    return unknown(node, 'a calculation with a part that is not constant', openOf(left) ?? openOf(other));
  }
  const value = calculate(operator, left.value, other.value);
  return value === undefined
    ? unknown(node, 'a calculation that is not followed')
    : { kind: 'constant', value, node };
}

/** `a ?? b` and `a || b`: for each thing that `a` may be. */
function replaced(
  node: ts.BinaryExpression,
  left: Value,
  right: () => Value,
  isMissing: (value: Value) => boolean,
): Value {
  const each = alternatives(left).map((value): Value => {
    if (isMissing(value)) return right();
    if (value.kind !== 'unknown' && value.kind !== 'made') return value;
    if (value.kind === 'made' && ts.isNewExpression(value.node)) return value;
    if (isKeptGlobally(node.left)) return right();
    const open = openOf(value);
    if (open) return unknown(node, 'a value that the caller may replace', open);
    const other = right();
    // Whatever the left side is, something certain stands behind it.
    if (other.kind === 'constant' && !isNullish(other))
      return { kind: 'configured', fallback: other.value, node };
    if (other.kind === 'configured') return other;
    return unknown(node, value.kind === 'unknown' ? value.why : 'a value that may be replaced by another');
  });
  return choice(each, node, left.kind === 'choice' ? left.open : undefined);
}

/** `globalThis.queue ?? new Queue('x')`: one object for several loads of the file, made as the text says. */
function isKeptGlobally(node: ts.Expression): boolean {
  const inner = skipOuter(node);
  if (!ts.isPropertyAccessExpression(inner)) return false;
  const owner = skipOuter(inner.expression);
  return ts.isIdentifier(owner) && owner.text.startsWith('global');
}

function calculateWith(
  operator: ts.SyntaxKind,
  left: Value,
  right: Value,
): ConstantValue['value'] | undefined {
  const [a, b] = [left, right].map((value) =>
    value.kind === 'configured' ? value.fallback : value.kind === 'constant' ? value.value : undefined,
  );
  return a === undefined || b === undefined ? undefined : calculate(operator, a, b);
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
    case ts.SyntaxKind.LessThanToken:
      return left < right;
    case ts.SyntaxKind.LessThanEqualsToken:
      return left <= right;
    case ts.SyntaxKind.GreaterThanToken:
      return left > right;
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return left >= right;
    default:
      return undefined;
  }
}

function evaluateConditional(code: Code, node: ts.ConditionalExpression, bindings: Bindings): Value {
  const condition = evaluate(code, node.condition, bindings);
  const truth = truthOf(condition);
  if (truth !== undefined) return evaluate(code, truth ? node.whenTrue : node.whenFalse, bindings);
  const ways = [evaluate(code, node.whenTrue, bindings), evaluate(code, node.whenFalse, bindings)];
  // `process.env.X ? Number(process.env.X) : 3`
  const [fallback] = ways.filter((each) => each.kind === 'constant');
  const converts = ways.some(
    (each) => each.kind === 'made' && Object.hasOwn(conversions, each.node.expression.getText()),
  );
  if (converts && fallback?.kind === 'constant')
    return { kind: 'configured', fallback: fallback.value, node };
  return choice(ways, node, openOf(condition));
}

function evaluateObject(code: Code, node: ts.ObjectLiteralExpression, bindings: Bindings): Value {
  const parts = node.properties.map((property): Part => {
    if (ts.isSpreadAssignment(property)) return { spread: lazyOf(code, property.expression, bindings) };
    const key = nameOfKey(code, property.name, bindings);
    if (ts.isPropertyAssignment(property)) {
      const value = lazyOf(code, property.initializer, bindings);
      return key === undefined ? { unknownKey: property, value } : { key, value };
    }
    if (key === undefined) return { unknownKey: property };
    if (ts.isShorthandPropertyAssignment(property)) {
      return {
        key,
        value: new Lazy(property.name, () => evaluateShorthand(code, property, bindings), bindings),
      };
    }
    if (ts.isMethodDeclaration(property)) {
      return { key, value: Lazy.known({ kind: 'function', node: property, bindings }) };
    }
    if (ts.isGetAccessorDeclaration(property)) {
      return { key, value: new Lazy(property, () => returnedBy(code, property, bindings), bindings) };
    }
    return { key, value: new Lazy(property, () => unknown(property, 'an accessor')) };
  });
  return { kind: 'object', parts, node };
}

function evaluateShorthand(code: Code, node: ts.ShorthandPropertyAssignment, bindings: Bindings): Value {
  const symbol = code.checker.getShorthandAssignmentValueSymbol(node);
  return symbol
    ? valueOfSymbol(code, symbol, node.name, bindings)
    : unknown(node, 'a name that is not declared');
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
      elements.push(lazyOf(code, element, bindings));
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
  if (!symbol?.declarations?.length || isGlobal(symbol)) {
    if (node.text === 'undefined') return { kind: 'constant', value: undefined, node };
    if (node.text === 'Infinity') return { kind: 'constant', value: Infinity, node };
    if (node.text === 'NaN') return { kind: 'constant', value: NaN, node };
    if (!symbol?.declarations?.length) return unknown(node, `\`${node.text}\` is not declared`);
  }
  return valueOfSymbol(code, symbol, node, bindings);
}

function isGlobal(symbol: ts.Symbol): boolean {
  return symbol.declarations?.every((declaration) => declaration.getSourceFile().isDeclarationFile) === true;
}

/** `a.b`: the member of what `a` is worth, else whatever the checker says that `b` is. */
function evaluateMember(code: Code, node: ts.PropertyAccessExpression, bindings: Bindings): Value {
  const number = constantOfNumber(node);
  if (number !== undefined) return { kind: 'constant', value: number, node };
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return inheritedMember(code, node, bindings);
  const owner = evaluate(code, node.expression, bindings);
  const key = node.name.text;
  if (isNullish(owner)) return { kind: 'constant', value: undefined, node };
  if (owner.kind !== 'unknown' && owner.kind !== 'declared') {
    const found = property(code, present(owner), key);
    if (found.kind === 'absent') return { kind: 'constant', value: undefined, node };
    // What only its type is known of may still be a constant of that type.
    if (found.kind !== 'unknown' || owner.kind === 'self' || owner.kind === 'object') return found;
  }
  const open = openOf(owner);
  if (open) return property(code, owner, key);
  // The length of what a call gives is known to nobody here; its type would be worked out for that.
  const isLength = owner.kind === 'made' && key === 'length';
  const symbol =
    !isLength && (owner.kind !== 'unknown' || isDeclaredOnly(code, node))
      ? code.checker.getSymbolAtLocation(node.name)
      : undefined;
  if (symbol) return valueOfSymbol(code, symbol, node, bindings);
  return unknown(node, owner.kind === 'unknown' ? owner.why : `\`${key}\` is not declared`);
}

/** `super.send`: the member that the class above has, for this object. */
function inheritedMember(code: Code, node: ts.PropertyAccessExpression, bindings: Bindings): Value {
  const owner = classOfThis(node);
  const base = owner && baseClassOf(code, owner.node);
  if (!base) return unknown(node, 'a class above that is not followed');
  const self = evaluateThis(code, node, bindings);
  if (owner.isStatic) return staticMember(code, base, node.name.text, self);
  const instance = instanceOf(code, self);
  return instance
    ? memberOfInstance(code, { ...instance, owner: base, exact: true }, node.name.text)
    : unknown(node, 'an object that is not followed');
}

/**
 * Does a chain of names begin with one of which the program has a declaration, and no value? Only then is
 * the checker worth asking for the last one: it would work out the types of all that stands before.
 */
function isDeclaredOnly(code: Code, node: ts.Expression): boolean {
  let at: ts.Node = node;
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at)) at = skipOuter(at.expression);
  if (!ts.isIdentifier(at)) return false;
  const symbol = code.checker.getSymbolAtLocation(at);
  const declaration = symbol && resolveAlias(code, symbol).valueDeclaration;
  if (!declaration) return false;
  if (ts.isVariableDeclaration(declaration)) return declaration.type !== undefined;
  return !ts.isParameter(declaration) && !ts.isBindingElement(declaration);
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
  const owner = present(evaluate(code, node.expression, bindings));
  if (key.kind !== 'constant') {
    const open = openOf(key);
    const value = anyProperty(code, owner, literalsOf(code, node.argumentExpression), node);
    if (!open) return value;
    // The caller chooses the key: what it may be is known, which one is the caller's.
    return value.kind === 'unknown' ? unknown(node, value.why, open) : choice([value], node, open);
  }
  if (owner.kind === 'array' && typeof key.value === 'number') {
    return owner.elements[key.value]?.value ?? unknown(node, 'an element that is not listed');
  }
  const found = property(code, owner, String(key.value));
  return read(found, node);
}

/** The texts and numbers that the type of a key allows; undefined where it allows any. */
function literalsOf(code: Code, node: ts.Expression): readonly string[] | undefined {
  if (!code.typed) return undefined;
  const type = code.checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  const keys = parts.flatMap((each) =>
    each.isStringLiteral() || each.isNumberLiteral() ? [String(each.value)] : [],
  );
  return keys.length === parts.length && keys.length > 0 ? keys : undefined;
}

function evaluateCall(code: Code, node: ts.CallExpression, bindings: Bindings): Value {
  const made: Value = { kind: 'made', node, bindings };
  const callee = skipOuter(node.expression) as ts.Expression;
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return evaluateImport(code, node);
  if (ts.isPropertyAccessExpression(callee)) {
    const found = valueOfCollectionCall(code, node, callee, bindings);
    if (found) return found;
  }
  const converted =
    evaluateConversion(code, node, callee, bindings) ?? valueOfMerge(code, node, callee, bindings);
  if (converted) return converted;
  const target = functionCalled(code, callee, bindings);
  if (!target?.node.body) {
    const foreign = valueOfForeignCall(code, node, callee, bindings);
    if (foreign) return foreign;
    // A project method that a class below may have another of: its type tells of this one only.
    const called = ts.isPropertyAccessExpression(callee) ? methodOfObject(code, callee, bindings) : undefined;
    const isOurs = called?.kind === 'unknown' && !called.node.getSourceFile().isDeclarationFile;
    return isOurs ? unknownElsewhere(node, called.why, called.open) : made;
  }
  const args = argumentsOf(code, node.arguments, bindings);
  return returnedBy(code, target.node, bindValues(code, target.node, args, target.bindings));
}

/** The member of a project class's object that is called. */
function methodOfObject(
  code: Code,
  callee: ts.PropertyAccessExpression,
  bindings: Bindings,
): Value | undefined {
  if (callee.expression.kind === ts.SyntaxKind.SuperKeyword) return undefined;
  const owner = present(evaluate(code, callee.expression, bindings));
  return instanceOf(code, owner) ? property(code, owner, callee.name.text) : undefined;
}

/**
 * What a call of foreign code gives that is not something new: what a promise is continued with, or the
 * object itself where the method is declared to return it.
 */
function valueOfForeignCall(
  code: Code,
  node: ts.CallExpression,
  callee: ts.Expression,
  bindings: Bindings,
): Value | undefined {
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const { expression: receiver, name } = callee;
  const [first] = node.arguments;
  if (name.text === 'catch' || name.text === 'finally') return evaluate(code, receiver, bindings);
  if (name.text === 'then' && first) {
    const next = evaluate(code, first, bindings);
    if (next.kind !== 'function') return undefined;
    const args = { values: [lazyOf(code, receiver, bindings)], complete: false };
    return returnedBy(code, next.node, bindValues(code, next.node, args, next.bindings));
  }
  const owner = code.typed ? evaluate(code, receiver, bindings) : undefined;
  // Of what a call returns the type is dear, and it is no object that somebody keeps.
  if (owner?.kind !== 'made' || !ts.isNewExpression(owner.node)) return undefined;
  const declaration = code.checker.getSymbolAtLocation(name)?.valueDeclaration;
  const type =
    declaration && (ts.isMethodDeclaration(declaration) || ts.isMethodSignature(declaration))
      ? declaration.type
      : undefined;
  const returned = type && ts.isTypeReferenceNode(type) ? type.typeArguments?.[0] : type;
  return returned && ts.isThisTypeNode(returned) ? owner : undefined;
}

/** `await import('./queues.js')`: all that the file exports. */
function evaluateImport(code: Code, node: ts.CallExpression): Value {
  const [specifier] = node.arguments;
  const symbol = specifier && code.checker.getSymbolAtLocation(specifier);
  return symbol ? { kind: 'module', symbol, node } : unknown(node, 'an import that is not resolved');
}

/** Packages whose functions of these names make one object of several. */
const mergers = new Set([
  'lodash',
  'lodash-es',
  'lodash.merge',
  'lodash.defaults',
  'es-toolkit',
  'radash',
  'underscore',
]);

/** `Object.assign({}, defaults, options)`, and lodash's `merge` and `defaults`: later (or earlier) keys win. */
function valueOfMerge(
  code: Code,
  node: ts.CallExpression,
  callee: ts.Expression,
  bindings: Bindings,
): Value | undefined {
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
  const isFirst = name === 'defaults';
  if (!isFirst && name !== 'assign' && name !== 'merge' && name !== 'extend') return undefined;
  if (callee.getText() !== 'Object.assign' && !mergers.has(originOf(code, callee)?.package ?? ''))
    return undefined;
  const { values, complete, open } = argumentsOf(code, node.arguments, bindings);
  if (!complete) return unknown(node, 'an object of which not all parts are known', open);
  const parts = values.map((spread) => ({ spread }));
  return { kind: 'object', parts: isFirst ? parts.toReversed() : parts, node };
}

/** `Number(…)`, `parseInt(…)` and the like of something known. */
function evaluateConversion(
  code: Code,
  node: ts.CallExpression,
  callee: ts.Expression,
  bindings: Bindings,
): Value | undefined {
  const [first] = node.arguments;
  if (!first) return undefined;
  const name = callee.getText();
  const convert = conversions[name];
  if (convert) {
    const value = evaluate(code, first, bindings);
    if (value.kind === 'constant') return { kind: 'constant', value: convert(value.value), node };
    if (value.kind === 'configured') return { kind: 'configured', fallback: convert(value.fallback), node };
    const open = openOf(value);
    return open && unknown(node, 'a calculation with a part that is not constant', open);
  }
  // `Math.max(1, configured)`: bounded all the same.
  if (name !== 'Math.max' && name !== 'Math.min') return undefined;
  const all = node.arguments.map((each) => evaluate(code, each, bindings));
  const open = all.map(openOf).find((each) => each !== undefined);
  if (open) return unknown(node, 'a calculation with a part that is not constant', open);
  const numbers = all.map((each) =>
    each.kind === 'constant' ? each.value : each.kind === 'configured' ? each.fallback : undefined,
  );
  if (!numbers.every((each) => typeof each === 'number')) return undefined;
  const value = name === 'Math.max' ? Math.max(...numbers) : Math.min(...numbers);
  return all.every((each) => each.kind === 'constant')
    ? { kind: 'constant', value, node }
    : { kind: 'configured', fallback: value, node };
}

const conversions: Readonly<Record<string, (value: ConstantValue['value']) => ConstantValue['value']>> = {
  Number: (value) => Number(value),
  parseInt: (value) => Number.parseInt(String(value), 10),
  'Number.parseInt': (value) => Number.parseInt(String(value), 10),
  parseFloat: (value) => Number.parseFloat(String(value)),
  'Number.parseFloat': (value) => Number.parseFloat(String(value)),
  String: (value) => String(value),
};

/** The project function that a call certainly runs, with what is bound in it; undefined for any other. */
export function functionCalled(
  code: Code,
  callee: ts.Expression,
  bindings: Bindings,
): FunctionValue | undefined {
  if (ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee)) {
    if (callee.expression.kind === ts.SyntaxKind.SuperKeyword) {
      const value = evaluate(code, callee, bindings);
      return value.kind === 'function' ? value : undefined;
    }
    const owner = present(evaluate(code, callee.expression, bindings));
    if (owner.kind === 'object' || owner.kind === 'class' || instanceOf(code, owner)) {
      const value = evaluate(code, callee, bindings);
      return value.kind === 'function' ? value : undefined;
    }
    // What is done to a value of unknown origin cannot be a project function that is certain.
    if (owner.kind === 'made' || owner.kind === 'constant') return undefined;
    if (!ts.isPropertyAccessExpression(callee) || !isDeclaredOnly(code, callee)) return undefined;
    const symbol = code.checker.getSymbolAtLocation(callee.name);
    return symbol && functionOfSymbol(code, resolveAlias(code, symbol));
  }
  if (ts.isIdentifier(callee)) {
    const symbol = code.checker.getSymbolAtLocation(callee);
    const direct = symbol && functionOfSymbol(code, resolveAlias(code, symbol));
    if (direct) return direct;
  } else if (!ts.isCallExpression(callee)) return undefined;
  const value = evaluate(code, callee, bindings);
  return value.kind === 'function' ? value : undefined;
}

/** What a symbol is worth where it is used at `node`. */
export function valueOfSymbol(code: Code, symbol: ts.Symbol, node: ts.Node, bindings: Bindings): Value {
  const target = resolveAlias(code, symbol);
  const declared = target.valueDeclaration ?? target.declarations?.[0];
  if (!declared) return unknown(node, 'an import that is not resolved');
  const source = sourceOf(code, declared);
  const declaration = source ?? declared;
  if (source) code = code.at(source);

  if (ts.isParameter(declaration)) {
    const value = currentValue(code, declaration, node, bindings, () =>
      valueOfParameter(code, declaration, bindings),
    );
    return withChanges(code, value, declaration, node, bindings);
  }
  if (ts.isVariableDeclaration(declaration)) return valueOfVariable(code, declaration, node, bindings);
  if (ts.isBindingElement(declaration)) return valueOfPattern(code, declaration, node, bindings);
  if (ts.isEnumMember(declaration)) {
    const value = code.checker.getConstantValue(declaration);
    return value === undefined
      ? unknown(declaration, 'an enum member that is calculated')
      : { kind: 'constant', value, node: declaration };
  }
  if (ts.isEnumDeclaration(declaration)) return valueOfEnum(code, declaration);
  if (ts.isPropertyAssignment(declaration)) {
    return isMappedToOther(code, target, declaration)
      ? unknownElsewhere(node, 'its type is made of another')
      : evaluate(code, declaration.initializer, bindings);
  }
  if (ts.isShorthandPropertyAssignment(declaration)) return evaluateShorthand(code, declaration, bindings);
  if (ts.isExportAssignment(declaration)) return evaluate(code, declaration.expression, bindings);
  if (ts.isFunctionDeclaration(declaration)) {
    if (source) return { kind: 'function', node: declaration, bindings };
    return functionOfSymbol(code, target) ?? { kind: 'function', node: declaration, bindings };
  }
  if (ts.isMethodDeclaration(declaration)) return { kind: 'function', node: declaration, bindings };
  if (ts.isClassLike(declaration)) return { kind: 'class', node: declaration };
  if (ts.isPropertyDeclaration(declaration)) {
    // Of an object that is not known, only what is never assigned again is certain.
    return ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Readonly | ts.ModifierFlags.Static)
      ? valueOfField(code, declaration, noBindings)
      : unknown(node, 'a field of an object that is not followed');
  }
  if (ts.isPropertySignature(declaration)) {
    return constantOfType(code, declaration) ?? unknown(node, 'only its type is known');
  }
  if (ts.isGetAccessor(declaration)) return returnedBy(code, declaration);
  if (ts.isSourceFile(declaration) || ts.isModuleDeclaration(declaration))
    return { kind: 'module', symbol: target, node };
  return unknown(node, 'a declaration that is not followed');
}

/**
 * A mapped type, such as a schema's result, has its keys declared where the type that it is made of has them: what
 * stands there is the schema, and no value of it.
 */
function isMappedToOther(code: Code, symbol: ts.Symbol, declaration: ts.PropertyAssignment): boolean {
  const { checker } = code;
  const written = code.typed ? checker.getSymbolAtLocation(declaration.name) : undefined;
  return (
    written !== undefined &&
    written !== symbol &&
    !checker.isTypeAssignableTo(checker.getTypeOfSymbol(written), checker.getTypeOfSymbol(symbol))
  );
}

/** What a parameter is given: by the call that is being followed, by a loop, by a framework. */
export function valueOfParameter(
  code: Code,
  declaration: ts.ParameterDeclaration,
  bindings: Bindings,
): Value {
  const bound = bindings.get(declaration);
  return (
    (bound && given(bound)) ??
    valueOfCallbackParameter(code, declaration, bindings) ??
    valueOfDeclared(code, declaration, 'a parameter')
  );
}

/** A name out of a destructuring, however deep: of a constant, a parameter, or the variable of a loop. */
function valueOfPattern(code: Code, element: ts.BindingElement, use: ts.Node, bindings: Bindings): Value {
  const holder = element.parent.parent;
  let whole: Value | undefined;
  if (ts.isBindingElement(holder)) whole = valueOfPattern(code, holder, use, bindings);
  else if (ts.isParameter(holder)) whole = valueOfParameter(code, holder, bindings);
  else whole = valueOfVariable(code, holder, use, bindings);
  return valueOfBinding(code, element, whole, bindings);
}

function valueOfEnum(code: Code, declaration: ts.EnumDeclaration): Value {
  const parts = declaration.members.map((member): Part => {
    const value = code.checker.getConstantValue(member);
    const held: Value =
      value === undefined
        ? unknown(member, 'an enum member that is calculated')
        : { kind: 'constant', value, node: member };
    return { key: member.name.getText().replace(/^['"]|['"]$/g, ''), value: Lazy.known(held) };
  });
  return { kind: 'object', parts, node: declaration };
}
