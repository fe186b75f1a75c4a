import ts from 'typescript';
import type { Code } from './code.js';
import { evaluate } from './evaluate.js';
import { lazyOf, onlyReturn, returnedBy, bindValues } from './functions.js';
import { property } from './properties.js';
import {
  choice,
  Lazy,
  read,
  unknown,
  unknownElsewhere,
  type ArrayValue,
  type Bindings,
  type Value,
} from './value.js';

/** Lists longer than this are not taken apart. */
const maximumElements = 40;

/** What a call of a list's, an object's or a `Map`'s own method gives; undefined for any other call. */
export function valueOfCollectionCall(
  code: Code,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  bindings: Bindings,
): Value | undefined {
  const { expression, name } = callee;
  if (ts.isIdentifier(expression) && expression.text === 'Object')
    return ofObject(code, node, name.text, bindings);
  switch (name.text) {
    case 'map':
    case 'flatMap':
      return mapped(code, node, expression, bindings);
    case 'filter':
    case 'slice':
    case 'concat':
    case 'reverse':
    case 'sort': {
      // Some of the same elements; which ones, nobody knows.
      const list = evaluate(code, expression, bindings);
      return list.kind === 'array' ? { ...list, complete: false, node } : undefined;
    }
    case 'find':
    case 'at':
    case 'pop':
    case 'shift': {
      const list = evaluate(code, expression, bindings);
      return list.kind === 'array' ? oneOf(list, node) : undefined;
    }
    case 'get':
      return ofMap(code, node, expression, bindings);
    default:
      return undefined;
  }
}

function ofObject(
  code: Code,
  node: ts.CallExpression,
  method: string,
  bindings: Bindings,
): Value | undefined {
  const [first] = node.arguments;
  if (!first) return undefined;
  if (method === 'freeze' || method === 'seal') return evaluate(code, first, bindings);
  if (method === 'assign') {
    return {
      kind: 'object',
      parts: node.arguments.map((argument) => ({ spread: lazyOf(code, argument, bindings) })),
      node,
    };
  }
  if (method !== 'entries' && method !== 'values' && method !== 'keys') return undefined;
  const whole = evaluate(code, first, bindings);
  if (whole.kind !== 'object') return undefined;
  const elements: Lazy[] = [];
  for (const part of whole.parts) {
    if (!('key' in part)) return undefined;
    const key: Value = { kind: 'constant', value: part.key, node: part.value.node };
    if (method === 'keys') elements.push(Lazy.known(key));
    else if (method === 'values') elements.push(part.value);
    else
      elements.push(
        Lazy.known({
          kind: 'array',
          elements: [Lazy.known(key), part.value],
          complete: true,
          node: part.value.node,
        }),
      );
  }
  return { kind: 'array', elements, complete: true, node };
}

/** `users.map((user) => ({ … }))`: each element as the callback writes it. */
function mapped(
  code: Code,
  node: ts.CallExpression,
  receiver: ts.Expression,
  bindings: Bindings,
): ArrayValue | undefined {
  const [argument] = node.arguments;
  const callback = argument && evaluate(code, argument, bindings);
  if (callback?.kind !== 'function') return undefined;
  const { node: target } = callback;
  const list = evaluate(code, receiver, bindings);
  const written = onlyReturn(target) ?? argument ?? node;
  const [parameter] = target.parameters;
  if (parameter && list.kind === 'array' && list.complete && list.elements.length <= maximumElements) {
    const elements = list.elements.map((element) => {
      const bound = bindValues(code, target, { values: [element], complete: false }, callback.bindings);
      return new Lazy(written, () => returnedBy(code, target, bound), bound);
    });
    return { kind: 'array', elements, complete: true, node };
  }
  const element = new Lazy(written, () => returnedBy(code, target, callback.bindings), callback.bindings);
  return { kind: 'array', elements: [element], complete: false, node };
}

/** Any one element of a list. */
function oneOf(list: ArrayValue, node: ts.Node): Value {
  if (list.elements.length === 0 || list.elements.length > maximumElements)
    return unknownElsewhere(node, 'an element that is not listed');
  const values = list.elements.map((each) => each.value);
  return list.complete
    ? choice(values, node)
    : choice([...values, unknownElsewhere(node, 'the list may hold more')], node);
}

/** What a `Map` holds: the entries that it was made of, and those that are set wherever it goes by its name. */
function ofMap(
  code: Code,
  node: ts.CallExpression,
  receiver: ts.Expression,
  bindings: Bindings,
): Value | undefined {
  const [wanted] = node.arguments;
  if (!wanted || node.arguments.length !== 1) return undefined;
  // A name or a field; anything else is some other `get`.
  if (!ts.isIdentifier(receiver) && !ts.isPropertyAccessExpression(receiver)) return undefined;
  const owner = evaluate(code, receiver, bindings);
  if (owner.kind !== 'made' || !ts.isNewExpression(owner.node) || owner.node.expression.getText() !== 'Map')
    return undefined;
  const key = evaluate(code, wanted, bindings);
  const found: Value[] = [];
  const add = (name: Value, value: () => Value): void => {
    const differs = key.kind === 'constant' && name.kind === 'constant' && key.value !== name.value;
    if (!differs) found.push(value());
  };
  const [initial] = owner.node.arguments ?? [];
  const entries = initial ? evaluate(code, initial, owner.bindings) : undefined;
  if (entries && entries.kind !== 'array') return unknown(node, 'a map whose entries are not followed');
  for (const entry of entries?.elements ?? []) {
    const { value } = entry;
    if (value.kind !== 'array') return unknown(node, 'a map whose entries are not followed');
    const [name, held] = value.elements;
    if (name && held) add(name.value, () => held.value);
  }
  for (const { name, value } of entriesSet(owner.node, receiver)) {
    add(evaluate(code, name, bindings), () => evaluate(code, value, bindings));
  }
  return found.length === 0 ? unknown(node, 'nothing in sight puts it there') : choice(found, node);
}

interface Entry {
  readonly name: ts.Expression;
  readonly value: ts.Expression;
}

const sets = new WeakMap<ts.SourceFile, readonly ts.CallExpression[]>();

/** `queues.set(name, queue)` in the file of the map, on a receiver that ends in the same name. */
function entriesSet(made: ts.NewExpression, receiver: ts.Node): readonly Entry[] {
  const file = made.getSourceFile();
  let all = sets.get(file);
  if (!all) {
    const found: ts.CallExpression[] = [];
    const visit = (node: ts.Node): void => {
      if (
        ts.isCallExpression(node) &&
        ts.isPropertyAccessExpression(node.expression) &&
        node.expression.name.text === 'set' &&
        node.arguments.length === 2
      ) {
        found.push(node);
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(file, visit);
    sets.set(file, (all = found));
  }
  const lastName = (node: ts.Node): string =>
    ts.isPropertyAccessExpression(node) ? node.name.text : node.getText();
  const wanted = lastName(receiver);
  return all.flatMap((call) => {
    const [name, value] = call.arguments;
    const owner = (call.expression as ts.PropertyAccessExpression).expression;
    return name && value && lastName(owner) === wanted ? [{ name, value }] : [];
  });
}

/** What the variable of a `for … of` runs through; undefined where the list is not known. */
export function valueOfLoopVariable(
  code: Code,
  declaration: ts.VariableDeclaration,
  bindings: Bindings,
): Value | undefined {
  const loop = declaration.parent.parent;
  if (!ts.isForOfStatement(loop)) return undefined;
  const list = evaluate(code, loop.expression, bindings);
  return list.kind === 'array' && list.complete ? oneOf(list, declaration) : undefined;
}

const passedElements = new Set(['forEach', 'map', 'flatMap', 'filter', 'find', 'some', 'every']);

/** What the first parameter of a callback of a known list is: `jobs.forEach((job) => …)`. */
export function valueOfCallbackParameter(
  code: Code,
  parameter: ts.ParameterDeclaration,
  bindings: Bindings,
): Value | undefined {
  const callback = parameter.parent;
  if (!ts.isArrowFunction(callback) && !ts.isFunctionExpression(callback)) return undefined;
  if (callback.parameters[0] !== parameter) return undefined;
  const call = callback.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== callback) return undefined;
  const callee = call.expression;
  if (!ts.isPropertyAccessExpression(callee) || !passedElements.has(callee.name.text)) return undefined;
  const list = evaluate(code, callee.expression, bindings);
  return list.kind === 'array' && list.complete ? oneOf(list, parameter) : undefined;
}

/** One value under any key of an object: what `table[key]` may be when nobody knows the key. */
export function anyProperty(
  code: Code,
  owner: Value,
  keys: readonly string[] | undefined,
  node: ts.Node,
): Value {
  if (keys) {
    return choice(
      keys.map((key) => read(property(code, owner, key), node)),
      node,
    );
  }
  if (owner.kind !== 'object') return unknownElsewhere(node, 'a key that is not constant');
  const values = owner.parts.map((part): Value | undefined =>
    'spread' in part ? undefined : 'key' in part ? part.value.value : part.value?.value,
  );
  if (values.length === 0 || values.some((each) => each === undefined))
    return unknownElsewhere(node, 'a key that is not constant');
  const nothing: Value = { kind: 'constant', value: undefined, node };
  return choice([...values.filter((each) => each !== undefined), nothing], node);
}
