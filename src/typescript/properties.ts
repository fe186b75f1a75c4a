import ts from 'typescript';
import { withinBounds } from './bounds.js';
import type { Code } from './code.js';
import { valueOfSymbol } from './evaluate.js';
import { instanceOf, memberOfInstance, staticMember } from './instances.js';
import { lazyOf } from './functions.js';
import { holderOf, isInside } from './syntax.js';
import {
  choice,
  given,
  Lazy,
  noBindings,
  unknown,
  unknownElsewhere,
  type FunctionValue,
  type ObjectValue,
  type Open,
  type Value,
} from './value.js';

/**
 * A key of a value: what it is worth, `absent` where it certainly is not there, a choice where it may be
 * either, `unknown` otherwise. Later parts of an object win, and an explicit `undefined` counts as there.
 */
export function property(code: Code, value: Value, key: string): Value {
  return withinBounds(
    undefined,
    () => propertyOf(code.at(value.node), value, key),
    (why) => unknownElsewhere(value.node, why),
  );
}

function propertyOf(code: Code, value: Value, key: string): Value {
  switch (value.kind) {
    case 'object': {
      const found = propertyOfParts(code, value, value.parts.length - 1, key);
      return value.given ? given(Lazy.known(found)) : found;
    }
    case 'choice':
      return choice(
        value.values.map((each) => property(code, each, key)),
        value.node,
        value.open,
      );
    case 'class':
      return staticMember(code, value.node, key);
    case 'self':
    case 'made': {
      const instance = instanceOf(code, value);
      return instance
        ? memberOfInstance(code, instance, key)
        : propertyByType(code, value.node, key, 'it is made by a call that is not followed');
    }
    case 'module': {
      const symbol =
        value.symbol.exports?.get(ts.escapeLeadingUnderscores(key)) ??
        code.checker.tryGetMemberInModuleExports(key, value.symbol);
      return symbol
        ? valueOfSymbol(code, symbol, value.node, noBindings)
        : unknownElsewhere(value.node, `\`${key}\` is not exported there`);
    }
    case 'constant':
    case 'configured':
    case 'array':
    case 'absent':
      return { kind: 'absent', node: value.node };
    case 'function':
      return propertyOfFunction(code, value, key);
    case 'declared':
      return unknown(value.node, 'it is filled in from outside');
    case 'unknown': {
      const open = value.open && { ...value.open, path: [...value.open.path, key] };
      if (value.elsewhere) return { ...value, open };
      return ts.isExpression(value.node)
        ? propertyByType(code, value.node, key, value.why, open)
        : propertyByType(code, nameOf(value.node), key, value.why, open);
    }
  }
}

/** `sendMail.maxRetries = 5`: what a function's own file gives it for a key. */
function propertyOfFunction(code: Code, { node, bindings }: FunctionValue, key: string): Value {
  const name = node.name ?? holderOf(node)?.name;
  if (name && ts.isIdentifier(name)) {
    for (const statement of node.getSourceFile().statements) {
      const set = ts.isExpressionStatement(statement) ? statement.expression : undefined;
      if (!set || !ts.isBinaryExpression(set) || set.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
        continue;
      const { left, right } = set;
      if (
        ts.isPropertyAccessExpression(left) &&
        left.name.text === key &&
        ts.isIdentifier(left.expression) &&
        left.expression.text === name.text
      )
        return located(lazyOf(code, right, bindings));
    }
  }
  return { kind: 'absent', node };
}

/** The expression that is written for a key of an object literal, before it is followed anywhere. */
export function propertyNode(code: Code, value: Value, key: string): Lazy | undefined {
  return withinBounds(
    undefined,
    () => propertyNodeOf(code.at(value.node), value, key),
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
  let before: Value | undefined;
  const earlier = (): Value => (before ??= propertyOfParts(code, value, index - 1, key));
  if ('unknownKey' in part) {
    return part.value
      ? choice([part.value.value, earlier()], part.unknownKey)
      : unknown(part.unknownKey, 'a key that is not constant');
  }
  if ('key' in part) return part.key === key ? located(part.value) : earlier();
  const spread = property(code, part.spread.value, key);
  if (spread.kind === 'absent') return earlier();
  if (spread.kind !== 'choice') return spread;
  return choice(
    spread.values.map((each) => (each.kind === 'absent' ? earlier() : each)),
    spread.node,
    spread.open,
  );
}

/** A constant is located where it is written into the object, not where its name was declared. */
function located(lazy: Lazy): Value {
  const { value } = lazy;
  if (value.kind === 'choice') {
    // Looked up in a table: what stands here is the looking up.
    const constants = value.values.filter((each) => each.kind === 'constant');
    const looked = constants.every((each) => !each.given && !isInside(each.node, lazy.node));
    return looked && constants.length === value.values.length
      ? { ...value, values: constants.map((each) => ({ ...each, node: lazy.node })) }
      : value;
  }
  if (value.kind !== 'constant' && value.kind !== 'configured') return value;
  return value.given ? value : { ...value, node: lazy.node };
}

/** When the value is unknown its type may still say that it has no such key. */
function propertyByType(code: Code, node: ts.Node, key: string, why: string, open?: Open): Value {
  if (code.typed && (ts.isExpression(node) || ts.isIdentifier(node))) {
    const own = code.checker.getTypeAtLocation(node);
    // What a call promises is awaited before somebody asks for a key of it.
    const type = code.checker.getNonNullableType(code.checker.getAwaitedType(own) ?? own);
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
  return unknownElsewhere(node, why, open);
}

function nameOf(node: ts.Node): ts.Node {
  return ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)
    ? node.name
    : node;
}
