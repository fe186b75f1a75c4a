import ts from 'typescript';
import type { Code } from './code.js';
import { evaluate } from './evaluate.js';
import { follow, mentions } from './follow.js';
import { isAskedIn, truthOf } from './reach.js';
import { lazyOf } from './functions.js';
import { originOf } from './identity.js';
import { declarationOfType, skipOuter } from './syntax.js';
import { typeOfExpression } from './types.js';
import { property, propertyNode } from './properties.js';
import { Lazy, unknownElsewhere, type Bindings, type Value } from './value.js';

/**
 * A place in a payload: an expression of the dispatch (or a type of the handler's signature) and the keys
 * that lead from the payload's root through it to a type.
 */
export interface PayloadPart {
  /** The smallest text that brings it in. */
  readonly node: ts.Node;
  readonly path: readonly string[];
  readonly type: ts.Type;
  /** The value of `node` itself, not something inside its type or behind what it stands for. */
  readonly direct: boolean;
  /** The expression that has the type: `node`, or what it stands for. Undefined inside a type. */
  readonly value: ts.Expression | undefined;
  /** The property whose declaration has this type, where the part lies inside a declared type. */
  readonly member: ts.Symbol | undefined;
  /** The expression whose type was looked into, and how many keys lead to it; undefined in a handler's signature. */
  readonly source: { readonly at: Lazy; readonly depth: number } | undefined;
}

/** Says whether the walk is done with a part (true), or is to look inside it. */
export type PayloadVisitor = (part: PayloadPart) => boolean;

export interface PayloadWalk {
  readonly visit: PayloadVisitor;
  /**
   * Is this text to be reported on? What stands elsewhere is followed to where a text of ours gave it: the
   * argument that a project function hands on. Default: all is.
   */
  readonly isOurs?: (node: ts.Node) => boolean;
  /** Visits also what is certainly a text, a number or a boolean. */
  readonly plain?: boolean;
  /** Told of a value whose type says nothing and which cannot be followed. */
  readonly unsaid?: (value: Lazy) => void;
  /** Only expressions that begin with one of these names are looked at, or with `this`. */
  readonly names?: ReadonlySet<string>;
}

/** Deeper than this nobody would look either; types may be cyclic. */
const maximumDepth = 5;
/** Types of more properties in all than this are generated or cyclic ones. */
const maximumParts = 400;
/** A value whose type says nothing is followed over this many expressions. */
const maximumHops = 12;

/** How deep a type is searched for what it leaves open. */
const maximumUnsaidDepth = 1;

/** Walks the expression of a payload: through its literals by syntax, then through types. */
export function walkPayload(code: Code, payload: Lazy, walk: PayloadWalk): void {
  new Walk(code, walk).expression(payload, [], undefined, 0);
}

/** Walks the type of a payload that a handler declares. */
export function walkPayloadType(code: Code, node: ts.Node, type: ts.Type, visit: PayloadVisitor): void {
  const part = { node, path: [], type, direct: true, value: undefined, member: undefined, source: undefined };
  new Walk(code, { visit }).type(part, 0);
}

class Walk {
  readonly #seen = new Set<ts.Type>();
  /** Keys of the payload that something later in the text gives another value. */
  readonly #overwritten: string[] = [];
  /** The only keys of an object that are handed over. */
  #picked: { readonly path: readonly string[]; readonly keys: ReadonlySet<string> } | undefined;
  #parts = 0;

  constructor(
    private readonly code: Code,
    private readonly walk: PayloadWalk,
  ) {}

  /** @param ours the text of ours that stands for what is looked at. */
  expression(at: Lazy, path: readonly string[], ours: ts.Node | undefined, hops: number): void {
    const written = at.node;
    if (!ts.isExpression(written) && !ts.isIdentifier(written)) return;
    const node = skipOuter(written) as ts.Expression;
    const { bindings } = at;
    const next = (expression: ts.Expression, keys: readonly string[]): void => {
      this.expression(lazyOf(this.code, expression, bindings), keys, ours, hops);
    };
    if (ts.isObjectLiteralExpression(node)) {
      const own = this.#overwritten.length;
      for (const [index, property] of node.properties.entries()) {
        // What stands behind a key, or behind a spread, and has its name is what is handed over.
        this.#overwritten.length = own;
        for (const later of node.properties.slice(index + 1)) {
          const name = later.name && keyText(later.name);
          if (name !== undefined) this.#overwritten.push([...path, name].join('.'));
        }
        this.#property(property, at, path, ours, hops);
      }
      this.#overwritten.length = own;
      return;
    }
    if (ts.isArrayLiteralExpression(node)) {
      for (const element of node.elements) {
        if (ts.isSpreadElement(element)) this.#spreadElement(node, element, path, ours);
        else next(element, [...path, '[]']);
      }
      return;
    }
    if (ts.isConditionalExpression(node)) {
      const truth = bindings.size > 0 ? truthOf(evaluate(this.code, node.condition, bindings)) : undefined;
      const asked = (branch: ts.Expression): boolean => {
        const name = skipOuter(branch);
        return ts.isIdentifier(name) && isAskedIn(node.condition, name.text);
      };
      // A branch whose value the condition has asked for its kind is not what its type says.
      if (truth !== false && !asked(node.whenTrue)) next(node.whenTrue, path);
      if (truth !== true && !asked(node.whenFalse)) next(node.whenFalse, path);
      return;
    }
    if (!this.walk.plain && isPlain(node)) return;
    if (ts.isCallExpression(node)) {
      const chosen = keysChosen(this.code, node, bindings);
      if (chosen === 'unknown') return;
      if (chosen) {
        this.#choose(chosen, path, (from) => {
          next(from, path);
        });
        return;
      }
    }
    if (
      !this.walk.plain &&
      ts.isIdentifier(node) &&
      isAnnotatedPlain(this.code.checker.getSymbolAtLocation(node)?.valueDeclaration)
    )
      return;
    this.#leaf(at, node, path, ours, hops);
  }

  /** Walks what `omit` or `pick` leaves of an object. */
  #choose(
    { from, omitted, picked }: Chosen,
    path: readonly string[],
    walk: (from: ts.Expression) => void,
  ): void {
    const own = this.#overwritten.length;
    const before = this.#picked;
    this.#overwritten.push(...omitted.map((key) => [...path, key].join('.')));
    if (picked) this.#picked = { path, keys: new Set(picked) };
    walk(from);
    this.#overwritten.length = own;
    this.#picked = before;
  }

  /** Is a key of the payload not what is handed over? */
  #isLeftOut(path: readonly string[]): boolean {
    if (this.#overwritten.includes(path.join('.'))) return true;
    const picked = this.#picked;
    if (!picked || path.length <= picked.path.length) return false;
    return !picked.keys.has(path[picked.path.length] ?? '');
  }

  /** An expression that syntax tells nothing more of: its type, or where its value comes from. */
  #leaf(
    at: Lazy,
    node: ts.Expression,
    path: readonly string[],
    ours: ts.Node | undefined,
    hops: number,
  ): void {
    const { names, unsaid, isOurs } = this.walk;
    const own = isOurs === undefined || isOurs(at.node);
    if (names && own && !beginsWith(node, names)) return;
    const reported = own ? at.node : ours;
    // What is neither ours nor stands for something of ours matters only if it may lead to ours.
    const leads = reported !== undefined || unsaid !== undefined || at.bindings.size > 0;
    if (!leads) return;
    const type = this.#typeOf(node, hops);
    if (saysNothing(this.code.checker, type)) {
      const source = hops < maximumHops ? follow(this.code, at) : undefined;
      if (source && source.node !== at.node) {
        this.expression(source, path, reported, hops + 1);
        return;
      }
      unsaid?.(at);
    } else this.#unsaidIn(type, at, path, reported, hops, 0);
    if (reported === undefined) return;
    const source = { at, depth: path.length };
    this.type(
      { node: reported, path, type, direct: reported === at.node, value: node, member: undefined, source },
      0,
    );
  }

  /** The type of an expression; of one that was followed through an `await`, of what it promises. */
  #typeOf(node: ts.Expression, hops: number): ts.Type {
    const type = typeOfExpression(this.code, node);
    const isAwaited = hops > 0 && ts.isAwaitExpression(node.parent);
    return (isAwaited ? this.code.checker.getAwaitedType(type) : undefined) ?? type;
  }

  /** What a type leaves open somewhere inside is followed through the value: `params: Record<string, unknown>`. */
  #unsaidIn(
    type: ts.Type,
    at: Lazy,
    path: readonly string[],
    ours: ts.Node | undefined,
    hops: number,
    depth: number,
  ): void {
    const { code } = this;
    const bare = code.checker.getNonNullableType(type);
    if (hops >= maximumHops || bare.isUnion() || !isOpen(code, bare)) return;
    if (code.checker.isArrayType(bare) || code.checker.isTupleType(bare)) return;
    for (const member of code.checker.getPropertiesOfType(bare)) {
      const ofMember = code.checker.getTypeOfSymbol(member);
      const open = saysNothing(code.checker, ofMember);
      if (!open && (depth >= maximumUnsaidDepth || !(ofMember.flags & ts.TypeFlags.Object))) continue;
      const source = propertyNode(code, at.value, member.name);
      const keys = [...path, member.name];
      if (open && source) this.expression(source, keys, ours, hops + 1);
      else if (open) {
        const read = (): Value => property(code, at.value, member.name);
        this.walk.unsaid?.(new Lazy(at.node, read, at.bindings));
      } else {
        const read = (): Value => property(code, at.value, member.name);
        const inner = source ?? new Lazy(at.node, read, at.bindings);
        this.#unsaidIn(ofMember, inner, keys, ours, hops + 1, depth + 1);
      }
    }
  }

  /** `[...set]` hands over what is in the set, whose type the array has. */
  #spreadElement(
    array: ts.ArrayLiteralExpression,
    { expression }: ts.SpreadElement,
    path: readonly string[],
    ours: ts.Node | undefined,
  ): void {
    const { checker } = this.code;
    const { isOurs } = this.walk;
    const reported = isOurs === undefined || isOurs(expression) ? expression : ours;
    if (!reported) return;
    const type = checker.getTypeAtLocation(array);
    if (!checker.isArrayType(type) && !checker.isTupleType(type)) return;
    for (const each of checker.getTypeArguments(type as ts.TypeReference)) {
      const part = { node: reported, path: [...path, '[]'], type: each, direct: false };
      this.type({ ...part, value: undefined, member: undefined, source: undefined }, 1);
    }
  }

  #property(
    property: ts.ObjectLiteralElementLike,
    { bindings }: Lazy,
    path: readonly string[],
    ours: ts.Node | undefined,
    hops: number,
  ): void {
    const { code } = this;
    if (ts.isSpreadAssignment(property)) {
      this.expression(lazyOf(code, property.expression, bindings), path, ours, hops);
    } else if (ts.isPropertyAssignment(property)) {
      const keys = [...path, keyText(property.name)];
      this.expression(lazyOf(code, property.initializer, bindings), keys, ours, hops);
    } else if (ts.isShorthandPropertyAssignment(property)) {
      const symbol = code.checker.getShorthandAssignmentValueSymbol(property);
      if (!this.walk.plain && isAnnotatedPlain(symbol?.valueDeclaration)) return;
      const value = lazyOf(code, property.name, bindings);
      this.#leaf(value, property.name, [...path, property.name.text], ours, hops);
    } else {
      const { isOurs } = this.walk;
      const reported = isOurs === undefined || isOurs(property.name) ? property.name : ours;
      if (!reported) return;
      this.type(
        {
          node: reported,
          path: [...path, keyText(property.name)],
          type: code.checker.getTypeAtLocation(property),
          direct: reported === property.name,
          value: undefined,
          member: undefined,
          source: undefined,
        },
        0,
      );
    }
  }

  type(part: PayloadPart, depth: number): void {
    this.#parts += 1;
    if (this.#parts > maximumParts) return;
    const { checker } = this.code;
    const { type } = part;
    if (this.#isLeftOut(part.path)) return;
    if (this.walk.visit(part) || depth > maximumDepth) return;
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return;
    if (type.isUnion()) {
      for (const each of type.types) this.type({ ...part, type: each }, depth);
      return;
    }
    if (this.#seen.has(type)) return;
    this.#seen.add(type);
    if (checker.isArrayType(type) || checker.isTupleType(type)) {
      for (const each of checker.getTypeArguments(type as ts.TypeReference)) {
        this.type(
          { ...part, type: each, path: [...part.path, '[]'], direct: false, value: undefined },
          depth + 1,
        );
      }
      return;
    }
    if (!isOpen(this.code, type)) return;
    const written = jsonOf(checker, type);
    if (written) {
      this.type({ ...part, type: written, direct: false, value: undefined }, depth + 1);
      return;
    }
    for (const member of checker.getPropertiesOfType(type)) {
      this.type(
        {
          node: part.node,
          path: [...part.path, member.name],
          type: checker.getTypeOfSymbol(member),
          direct: false,
          value: undefined,
          member,
          source: part.source,
        },
        depth + 1,
      );
    }
    for (const index of checker.getIndexInfosOfType(type)) {
      this.type(
        { ...part, type: index.type, path: [...part.path, '[key]'], direct: false, value: undefined },
        depth + 1,
      );
    }
  }
}

/**
 * Does a type leave open what a value is: `any`, `unknown`, `object`, a type parameter, a record of these?
 * Then only the value itself tells.
 */
function saysNothing(checker: ts.TypeChecker, type: ts.Type): boolean {
  const { Any, Unknown, NonPrimitive, Instantiable } = ts.TypeFlags;
  if (type.flags & (Any | Unknown | NonPrimitive | Instantiable)) return true;
  const bare = checker.getNonNullableType(type);
  if (bare !== type) return saysNothing(checker, bare);
  if (type.isIntersection()) return type.types.every((each) => saysNothing(checker, each));
  if (!(type.flags & ts.TypeFlags.Object) || type.getProperties().length > 0) return false;
  if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return false;
  // `{}`, and records of what says nothing.
  return checker.getIndexInfosOfType(type).every((index) => saysNothing(checker, index.type));
}

/** The name that an expression begins with: `data` of `data.user.name`. */
function beginsWith(node: ts.Expression, names: ReadonlySet<string>): boolean {
  let at: ts.Node = skipOuter(node);
  for (;;) {
    if (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at) || ts.isAwaitExpression(at))
      at = skipOuter(at.expression);
    // What a method makes of something is not that thing; what a function does may be.
    else if (ts.isCallExpression(at)) return ts.isIdentifier(at.expression) && mentions(at, names);
    else return ts.isIdentifier(at) ? names.has(at.text) : at.kind === ts.SyntaxKind.ThisKeyword;
  }
}

/** What a call leaves of an object: `omit(user, ['password'])`. */
interface Chosen {
  readonly from: ts.Expression;
  readonly omitted: readonly string[];
  readonly picked: readonly string[] | undefined;
}

/** Libraries whose `omit` and `pick` are called with the object first. */
const choosers = new Set([
  'lodash',
  'lodash-es',
  'lodash.omit',
  'lodash.pick',
  'underscore',
  'es-toolkit',
  'radash',
  'remeda',
  'rambda',
  'just-omit',
  'just-pick',
]);

/** Their types often keep the keys that are taken out; `unknown` where the keys are not known. */
export function keysChosen(
  code: Code,
  node: ts.CallExpression,
  bindings: Bindings,
): Chosen | 'unknown' | undefined {
  const callee = node.expression;
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
  if (name !== 'omit' && name !== 'pick' && name !== 'omitBy' && name !== 'pickBy') return undefined;
  const [from, ...rest] = node.arguments;
  if (!from || !choosers.has(originOf(code, callee)?.package ?? '')) return undefined;
  if (name.endsWith('By')) return 'unknown';
  const values = rest.flatMap((each): readonly Value[] => {
    const value = evaluate(code, each, bindings);
    if (value.kind !== 'array') return [value];
    return value.complete ? value.elements.map((element) => element.value) : [unknownElsewhere(each, '')];
  });
  const keys = values.flatMap((value) => (value.kind === 'constant' ? [String(value.value)] : []));
  if (keys.length < values.length) return 'unknown';
  return name === 'omit' ? { from, omitted: keys, picked: undefined } : { from, omitted: [], picked: keys };
}

/** Is it declared as a text, a number or a boolean? */
function isAnnotatedPlain(declaration: ts.Declaration | undefined): boolean {
  if (!declaration || !(ts.isParameter(declaration) || ts.isVariableDeclaration(declaration))) return false;
  switch (declaration.type?.kind) {
    case ts.SyntaxKind.StringKeyword:
    case ts.SyntaxKind.NumberKeyword:
    case ts.SyntaxKind.BooleanKeyword:
      return true;
    default:
      return false;
  }
}

const plainMethods = new Set(['toISOString', 'toString', 'toLowerCase', 'toUpperCase', 'trim', 'join']);
const plainFunctions = new Set(['String', 'Number', 'Boolean', 'Date.now', 'JSON.stringify', 'randomUUID']);

/** Is this certainly a text, a number, a boolean or nothing, by its syntax alone? Most payloads are made of such. */
function isPlain(node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) || ts.isTemplateExpression(node)) return true;
  if (ts.isTypeOfExpression(node)) return true;
  // Of whatever it is, the length is a number.
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'length') return true;
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken;
  if (ts.isCallExpression(node)) {
    const callee = node.expression;
    if (ts.isPropertyAccessExpression(callee) && plainMethods.has(callee.name.text)) return true;
    return plainFunctions.has(callee.getText());
  }
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
    case ts.SyntaxKind.FalseKeyword:
    case ts.SyntaxKind.NullKeyword:
      return true;
    default:
      return false;
  }
}

/** What `toJSON` of a type returns: that is what a serializer sees of it. */
function jsonOf(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  const method = type.getProperty('toJSON');
  const [signature] = method ? checker.getTypeOfSymbol(method).getCallSignatures() : [];
  return signature?.getReturnType();
}

/** Is it worth looking inside? Data that the project declares is; what packages declare is their affair. */
function isOpen(code: Code, type: ts.Type): boolean {
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false;
  // A branded text is a text.
  if (type.isIntersection()) return type.types.every((each) => (each.flags & ts.TypeFlags.Object) !== 0);
  // `Partial<…>` and the like are declared by TypeScript, but what is in them is not.
  if ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Mapped) return true;
  if (type.getCallSignatures().length > 0) return false;
  const declaration = declarationOfType(type);
  if (!declaration) return true;
  const file = declaration.getSourceFile();
  return !code.program.isSourceFileDefaultLibrary(file) && !file.fileName.includes('/node_modules/');
}

function keyText(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)
    ? name.text
    : name.getText();
}

/** A kind of value that not every serializer hands over. */
export type DelicateKind =
  | 'Date'
  | 'Map'
  | 'Set'
  | 'WeakMap'
  | 'WeakSet'
  | 'RegExp'
  | 'Error'
  | 'Promise'
  | 'Buffer'
  | 'typed array'
  | 'ArrayBuffer'
  | 'bigint'
  | 'symbol'
  | 'function'
  | 'class';

const globals: Readonly<Record<string, DelicateKind>> = {
  Date: 'Date',
  Map: 'Map',
  ReadonlyMap: 'Map',
  Set: 'Set',
  ReadonlySet: 'Set',
  WeakMap: 'WeakMap',
  WeakSet: 'WeakSet',
  RegExp: 'RegExp',
  Error: 'Error',
  Promise: 'Promise',
  Buffer: 'Buffer',
  ArrayBuffer: 'ArrayBuffer',
  SharedArrayBuffer: 'ArrayBuffer',
};
const typedArray = /^(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array$/;

/** Which delicate kind is a type, if any; not a union. */
export function delicateKindOf(code: Code, type: ts.Type): DelicateKind | undefined {
  if (type.flags & ts.TypeFlags.BigIntLike) return 'bigint';
  if (type.flags & ts.TypeFlags.ESSymbolLike) return 'symbol';
  if (!(type.flags & ts.TypeFlags.Object)) return undefined;
  if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return 'function';
  const global = globalKindOf(code, type, 0);
  if (global) return global;
  const { symbol } = type as Partial<ts.Type>;
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Class)) return undefined;
  // Whoever declares `toJSON` has thought of it.
  if (type.getProperty('toJSON')) return undefined;
  const behaves = type
    .getProperties()
    .some((member) => member.flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Accessor));
  return behaves ? 'class' : undefined;
}

function globalKindOf(code: Code, type: ts.Type, depth: number): DelicateKind | undefined {
  const declaration = declarationOfType(type);
  if (!declaration || depth > 4) return undefined;
  const { symbol } = type;
  const file = declaration.getSourceFile();
  if (code.program.isSourceFileDefaultLibrary(file) || code.packageOf(file.fileName)?.name === 'node') {
    const kind = Object.hasOwn(globals, symbol.name) ? globals[symbol.name] : undefined;
    if (kind) return kind;
    if (typedArray.test(symbol.name)) return 'typed array';
  }
  if (!type.isClassOrInterface()) return undefined;
  for (const base of type.getBaseTypes() ?? []) {
    const kind = globalKindOf(code, base, depth + 1);
    if (kind) return kind;
  }
  return undefined;
}

/** The kind that syntax alone shows, where there are no types: `new Date()`, `/x/`, `1n`, `() => {}`. */
export function delicateKindOfSyntax(code: Code, expression: ts.Node): DelicateKind | undefined {
  const node = skipOuter(expression);
  if (ts.isBigIntLiteral(node)) return 'bigint';
  if (ts.isRegularExpressionLiteral(node)) return 'RegExp';
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return 'function';
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  const { text } = node.expression;
  // A name that the file declares or imports is not the global one.
  if (
    code.checker
      .getSymbolAtLocation(node.expression)
      ?.declarations?.some((each) => !each.getSourceFile().isDeclarationFile)
  ) {
    return undefined;
  }
  if (typedArray.test(text)) return 'typed array';
  return Object.hasOwn(globals, text)
    ? globals[text]
    : /^(?:Type|Range|Syntax)Error$/.test(text)
      ? 'Error'
      : undefined;
}

/** Properties of a variable that its own function deletes or clears before the given place. */
export function removedProperties(expression: ts.Node): ReadonlySet<string> {
  const removed = new Set<string>();
  const node = skipOuter(expression);
  if (!ts.isIdentifier(node)) return removed;
  let scope: ts.Node = node;
  while (!ts.isFunctionLike(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  const isOwn = (target: ts.Node): target is ts.PropertyAccessExpression =>
    ts.isPropertyAccessExpression(target) &&
    ts.isIdentifier(target.expression) &&
    target.expression.text === node.text;
  const visit = (at: ts.Node): void => {
    if (at.pos > node.pos) return;
    if (ts.isDeleteExpression(at) && isOwn(at.expression)) removed.add(at.expression.name.text);
    if (
      ts.isBinaryExpression(at) &&
      at.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      isOwn(at.left) &&
      ts.isIdentifier(at.right) &&
      at.right.text === 'undefined'
    ) {
      removed.add(at.left.name.text);
    }
    ts.forEachChild(at, visit);
  };
  ts.forEachChild(scope, visit);
  return removed;
}
