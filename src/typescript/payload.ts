import ts from 'typescript';
import type { Code } from './code.js';
import { declarationOfType, skipOuter } from './syntax.js';
import { typeOfExpression } from './types.js';

/**
 * A place in a payload: an expression of the dispatch (or a type of the handler's signature) and the keys
 * that lead from the payload's root through it to a type.
 */
export interface PayloadPart {
  /** The smallest text that brings it in. */
  readonly node: ts.Node;
  readonly path: readonly string[];
  readonly type: ts.Type;
  /** The value of `node` itself, not something inside its type. */
  readonly direct: boolean;
  /** The property whose declaration has this type, where the part lies inside a declared type. */
  readonly member: ts.Symbol | undefined;
}

/** Says whether the walk is done with a part (true), or is to look inside it. */
export type PayloadVisitor = (part: PayloadPart) => boolean;

/** Deeper than this nobody would look either; types may be cyclic. */
const maximumDepth = 5;
/** Types of more properties in all than this are generated or cyclic ones. */
const maximumParts = 400;

/** Walks the expression of a payload: through its literals by syntax, then through types. */
export function walkPayload(code: Code, expression: ts.Expression, visit: PayloadVisitor): void {
  const walk = new Walk(code, visit);
  walk.expression(expression, []);
}

/** Walks the type of a payload that a handler declares. */
export function walkPayloadType(code: Code, node: ts.Node, type: ts.Type, visit: PayloadVisitor): void {
  new Walk(code, visit).type({ node, path: [], type, direct: true, member: undefined }, 0);
}

class Walk {
  readonly #seen = new Set<ts.Type>();
  #parts = 0;

  constructor(
    private readonly code: Code,
    private readonly visit: PayloadVisitor,
  ) {}

  expression(written: ts.Expression, path: readonly string[]): void {
    const node = skipOuter(written) as ts.Expression;
    if (ts.isObjectLiteralExpression(node)) {
      for (const property of node.properties) this.#property(property, path);
      return;
    }
    if (ts.isArrayLiteralExpression(node)) {
      for (const element of node.elements) {
        if (ts.isSpreadElement(element)) this.#spreadElement(node, element, path);
        else this.expression(element, [...path, '[]']);
      }
      return;
    }
    if (ts.isConditionalExpression(node)) {
      this.expression(node.whenTrue, path);
      this.expression(node.whenFalse, path);
      return;
    }
    if (isPlain(node)) return;
    if (
      ts.isIdentifier(node) &&
      isAnnotatedPlain(this.code.checker.getSymbolAtLocation(node)?.valueDeclaration)
    )
      return;
    this.type(
      {
        node: written,
        path,
        type: typeOfExpression(this.code, node),
        direct: true,
        member: undefined,
      },
      0,
    );
  }

  /** `[...set]` hands over what is in the set, whose type the array has. */
  #spreadElement(
    array: ts.ArrayLiteralExpression,
    { expression }: ts.SpreadElement,
    path: readonly string[],
  ): void {
    const { checker } = this.code;
    const type = checker.getTypeAtLocation(array);
    if (!checker.isArrayType(type) && !checker.isTupleType(type)) return;
    for (const each of checker.getTypeArguments(type as ts.TypeReference)) {
      this.type({ node: expression, path: [...path, '[]'], type: each, direct: false, member: undefined }, 1);
    }
  }

  #property(property: ts.ObjectLiteralElementLike, path: readonly string[]): void {
    if (ts.isSpreadAssignment(property)) {
      this.expression(property.expression, path);
    } else if (ts.isPropertyAssignment(property)) {
      this.expression(property.initializer, [...path, keyText(property.name)]);
    } else if (ts.isShorthandPropertyAssignment(property)) {
      const symbol = this.code.checker.getShorthandAssignmentValueSymbol(property);
      if (isAnnotatedPlain(symbol?.valueDeclaration)) return;
      const type = typeOfExpression(this.code, property.name);
      this.type(
        { node: property.name, path: [...path, property.name.text], type, direct: true, member: undefined },
        0,
      );
    } else {
      this.type(
        {
          node: property.name,
          path: [...path, keyText(property.name)],
          type: this.code.checker.getTypeAtLocation(property),
          direct: true,
          member: undefined,
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
    if (this.visit(part) || depth > maximumDepth) return;
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return;
    if (type.isUnion()) {
      for (const each of type.types) this.type({ ...part, type: each }, depth);
      return;
    }
    if (this.#seen.has(type)) return;
    this.#seen.add(type);
    if (checker.isArrayType(type) || checker.isTupleType(type)) {
      for (const each of checker.getTypeArguments(type as ts.TypeReference)) {
        this.type({ ...part, type: each, path: [...part.path, '[]'], direct: false }, depth + 1);
      }
      return;
    }
    if (!isOpen(this.code, type)) return;
    const written = jsonOf(checker, type);
    if (written) {
      this.type({ ...part, type: written, direct: false }, depth + 1);
      return;
    }
    for (const member of checker.getPropertiesOfType(type)) {
      this.type(
        {
          node: part.node,
          path: [...part.path, member.name],
          type: checker.getTypeOfSymbol(member),
          direct: false,
          member,
        },
        depth + 1,
      );
    }
    for (const index of checker.getIndexInfosOfType(type)) {
      this.type({ ...part, type: index.type, path: [...part.path, '[key]'], direct: false }, depth + 1);
    }
  }
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
