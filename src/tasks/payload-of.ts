import ts from 'typescript';
import type { SerializerName } from '../libraries/define.js';
import type { Library } from '../libraries/vocabulary.js';
import type { Code } from '../typescript/code.js';
import { functionAround, namesFromCallersUnmade } from '../typescript/follow.js';
import { walkPayload, walkPayloadType, type PayloadVisitor } from '../typescript/payload.js';
import { lazyOf } from '../typescript/functions.js';
import { property } from '../typescript/properties.js';
import { ancestorsOf, declaredTypeOf, isInside, skipOuter } from '../typescript/syntax.js';
import { isNullish, type Lazy, openOf, type Open } from '../typescript/value.js';
import type { Dispatch, Handler } from './model.js';

/**
 * Walks what a dispatch hands over, as far as its own text gives it: what a project function adds to what
 * its callers pass is reported there, and what they pass is reported at them.
 *
 * @param plain visits also what is certainly a text, a number or a boolean.
 */
export function walkDispatchPayload(
  code: Code,
  dispatch: Dispatch,
  visit: PayloadVisitor,
  plain = false,
): void {
  const { payload } = dispatch;
  if (!payload) return;
  if (dispatch.library.serializer === 'bytes' && payload.node !== libraryCall(dispatch)) {
    const made = unwrapped(code, payload);
    if (made) walkGiven(code, { ...dispatch, payload: made }, visit, plain);
    return;
  }
  walkGiven(code, dispatch, visit, plain);
}

function walkGiven(code: Code, dispatch: Dispatch, visit: PayloadVisitor, plain: boolean): void {
  const { payload, node, through } = dispatch;
  if (!payload) return;
  if (payload.node === libraryCall(dispatch)) {
    // All arguments of a call: each has a text of its own, but for one that comes out of a spread.
    const parts = payload.value.kind === 'array' ? payload.value.elements : [];
    for (const part of parts) {
      if (part.node !== payload.node) walkDispatchPayload(code, { ...dispatch, payload: part }, visit, plain);
    }
    return;
  }
  // What stands under a key of something that is not followed has no text, and not the whole's type.
  if (payload.value.kind === 'unknown' && payload.value.elsewhere && payload.value.node === payload.node)
    return;
  const here = node.getSourceFile();
  if (through) {
    const inner = functionsBetween(dispatch);
    const isOurs = (at: ts.Node): boolean =>
      at.getSourceFile() === here && !inner.some((target) => isInside(at, target));
    walkPayload(code, payload, { visit, isOurs, plain });
    return;
  }
  walkPayload(code, payload, {
    plain,
    visit: (part) =>
      // What another file writes is reported at the dispatch, where nothing of it can be edited.
      visit(part.node.getSourceFile() === here ? part : { ...part, node: dispatch.name, direct: false }),
  });
}

/** The serializer that a payload goes through: the library's, or one that its options choose; undefined where that is not known. */
export function serializerOf(code: Code, { library, options }: Dispatch): SerializerName | undefined {
  const { serializer = 'json', serializerOption } = library;
  const chosen =
    serializerOption && options ? property(code, options.value, serializerOption.option) : undefined;
  if (!chosen || isNullish(chosen)) return serializer;
  return chosen.kind === 'constant'
    ? (serializerOption?.values[String(chosen.value)] ?? serializer)
    : undefined;
}

/**
 * Where a library carries text or bytes, what the project makes them of: `x` of `JSON.stringify(x)`, also in
 * `Buffer.from(…)`; undefined for what is text or bytes by itself.
 */
function unwrapped(code: Code, at: Lazy, hops = 0): Lazy | undefined {
  const { node } = at;
  const inner = ts.isExpression(node) || ts.isIdentifier(node) ? skipOuter(node) : node;
  if (ts.isCallExpression(inner)) {
    const callee = inner.expression.getText();
    const [first] = inner.arguments;
    const argument = first && lazyOf(code, first, at.bindings);
    // What a replacer makes of it, nobody knows.
    if (callee === 'JSON.stringify')
      return argument && inner.arguments.length === 1 ? bound(argument) : undefined;
    if (callee === 'Buffer.from' || callee === 'encodeURIComponent' || callee === 'btoa')
      return argument && unwrapped(code, argument, hops);
    // `Buffer.from(…).toString('base64')`, `new TextEncoder().encode(…)`
    if (ts.isPropertyAccessExpression(inner.expression)) {
      const { expression, name } = inner.expression;
      if (name.text === 'toString') return unwrapped(code, lazyOf(code, expression, at.bindings), hops);
      if (name.text === 'encode') return argument && unwrapped(code, argument, hops);
    }
  }
  if (ts.isObjectLiteralExpression(inner)) return at;
  const { value } = at;
  if (hops >= maximumUnwrapped || value.kind !== 'made' || value.node === inner) return undefined;
  return unwrapped(code, lazyOf(code, value.node, value.bindings), hops + 1);
}

/** How many functions and variables may stand between a dispatch and what makes its bytes. */
const maximumUnwrapped = 4;

/** A parameter stands for what the call around it is given. */
export function bound(at: Lazy): Lazy {
  const node = skipOuter(at.node);
  if (!ts.isIdentifier(node)) return at;
  for (const [parameter, value] of at.bindings) {
    if (ts.isParameter(parameter) && parameter.name.getText() === node.text) return value;
  }
  return at;
}

/** The library's own call, at the end of all functions that forward to it. */
function libraryCall(dispatch: Dispatch): ts.Node {
  let at = dispatch;
  while (at.through) at = at.through;
  return at.node;
}

/** The texts of the project functions through which a dispatch goes. */
function functionsBetween({ through }: Dispatch): readonly ts.Node[] {
  const found: ts.Node[] = [];
  for (let at = through; at; at = at.through) found.push(outermostFunction(at.node));
  return found;
}

/** The function that a caller calls: the outermost one around a node, or the method. */
function outermostFunction(node: ts.Node): ts.Node {
  let found: ts.Node = node;
  for (const at of ancestorsOf(node)) {
    if (ts.isFunctionLike(at)) found = at;
    if (ts.isClassLike(at)) break;
  }
  return found;
}

/** The parameters of the functions around a dispatch that hand it something of which no type tells. */
export function opensOfPayload(code: Code, { payload, node }: Dispatch): readonly Open[] {
  const names = payload && functionAround(node) ? namesFromCallersUnmade(node) : undefined;
  if (!payload || !names?.size) return [];
  const outermost = outermostFunction(node);
  const found: Open[] = [];
  walkPayload(code, payload, {
    names,
    isOurs: (at) => isInside(at, outermost),
    visit: () => true,
    unsaid: (at) => {
      const open = openOf(at.value);
      if (open) found.push(open);
    },
  });
  return found;
}

/** What people call the payload in this library, for paths in messages: BullMQ's `data`. */
export function payloadName(library: Library): string {
  let name = payloadNames.get(library);
  if (name === undefined) payloadNames.set(library, (name = readPayloadName(library)));
  return name;
}

const payloadNames = new WeakMap<Library, string>();

function readPayloadName({ dispatches = [], handlers = [] }: Library): string {
  const places = [
    ...handlers.map((site) => site.payload),
    ...dispatches.flatMap((site) => site.payload ?? []),
  ];
  for (const place of places) {
    const key = /\.(?<key>[\w$]+)$/.exec(place ?? '')?.groups?.['key'];
    if (key !== undefined) return key;
  }
  return 'payload';
}

/** `data.users[].name` */
export function pathText(root: string, path: readonly string[]): string {
  return path.reduce((text, key) => (key.startsWith('[') ? text + key : `${text}.${key}`), root);
}

/** Walks the payload that a handler declares, at the type node that says it; nothing when it declares none. */
export function walkHandlerPayload(code: Code, handler: Handler, visit: PayloadVisitor): void {
  const { payload, body } = handler;
  if (!payload || !body || !code.typed) return;
  const parameters = payload.parameter === 'all' ? body.parameters : [body.parameters[payload.parameter]];
  for (const parameter of parameters) {
    const declared = parameter && declaredPayload(code, handler, parameter, payload.path);
    if (declared) walkPayloadType(code, declared.node, declared.type, visit);
  }
}

/** The type that a handler declares for its payload, and the parameter that it stands at. */
export interface DeclaredPayload {
  readonly parameter: ts.ParameterDeclaration;
  readonly type: ts.Type;
}

/** The type of the payload that a handler declares for one of its parameters; undefined where it says none. */
export function payloadTypeOf(code: Code, { payload, body }: Handler): DeclaredPayload | undefined {
  if (!payload || payload.parameter === 'all' || !code.typed) return undefined;
  const parameter = body?.parameters[payload.parameter];
  if (!parameter || parameter.dotDotDotToken) return undefined;
  let type: ts.Type | undefined = code.checker.getTypeAtLocation(parameter);
  for (const key of payload.path) type = type && typeOfKey(code, type, key);
  return type && { parameter, type };
}

function declaredPayload(
  code: Code,
  handler: Handler,
  parameter: ts.ParameterDeclaration,
  path: readonly string[],
): { node: ts.Node; type: ts.Type } | undefined {
  let type: ts.Type | undefined = code.checker.getTypeAtLocation(parameter);
  for (const key of path) type = type && typeOfKey(code, type, key);
  const node = annotationOf(parameter, path) ?? registrationType(handler);
  return type && node ? { node, type } : undefined;
}

function typeOfKey(code: Code, type: ts.Type, key: string): ts.Type | undefined {
  const { checker } = code;
  if (key === '[]') return checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  const member = checker.getPropertyOfType(checker.getNonNullableType(type), key);
  return member && checker.getTypeOfSymbol(member);
}

/** The part of a parameter's annotation that says the payload: `User` of `job: Job<User>`. */
function annotationOf(parameter: ts.ParameterDeclaration, path: readonly string[]): ts.Node | undefined {
  const annotation = parameter.type;
  if (!annotation || path.length === 0) return annotation;
  // `jobs: Job<User>[]`
  const one = path[0] === '[]' && ts.isArrayTypeNode(annotation) ? annotation.elementType : annotation;
  return ts.isTypeReferenceNode(one) ? (one.typeArguments?.[0] ?? one) : annotation;
}

/** Without an annotation the payload's type is given to the function's variable, or where it is registered. */
function registrationType({ node, body }: Handler): ts.Node | undefined {
  const declared = body && declaredTypeOf(body);
  if (declared && ts.isTypeReferenceNode(declared) && declared.typeArguments?.[0])
    return declared.typeArguments[0];
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined;
  // Only when the type argument stands in the file of the body can both be reported there.
  return node.getSourceFile() === body?.getSourceFile() ? node.typeArguments?.[0] : undefined;
}
