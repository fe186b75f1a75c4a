import ts from 'typescript';
import type { Code } from './code.js';
import { evaluate } from './evaluate.js';
import { functionAround } from './follow.js';
import { ancestorsOf, isInside, isOuter, skipOuter, someWithin } from './syntax.js';
import { isOwn, usesOf } from './uses.js';

/** What the text does with a promise. */
export interface Fate {
  /**
   * `carried`: whoever runs the function around it waits for it, or gets it. `handled`: nobody need wait, its
   * failure is caught. `dropped`: neither; `voided`: the same, and said so by `void`. `unknown`: handed on to
   * where this text does not show.
   */
  readonly state: 'carried' | 'handled' | 'dropped' | 'voided' | 'unknown';
  /** The whole expression that is left lying: what an `await` would stand before. */
  readonly whole: ts.Expression;
  /** It is a list of promises, for which an `await` waits no longer than for any list. */
  readonly list: boolean;
  /** The call of `forEach` or `map` whose callback's promises are left lying, the innermost. */
  readonly callback: ts.CallExpression | undefined;
  /** The function that carries it; undefined at the top of a module. */
  readonly by: ts.Node | undefined;
}

/** How far a promise is followed outwards. */
const maximumSteps = 40;

/** What becomes of the promise that an expression is worth: by syntax, but for whose method a `forEach` is. */
export function fateOf(code: Code, expression: ts.Expression): Fate {
  let whole = expression;
  let list = false;
  let callback: ts.CallExpression | undefined;
  const end = (state: Fate['state'], by?: ts.Node): Fate => ({ state, whole, list, callback, by });
  for (let step = 0; step < maximumSteps; step += 1) {
    const { parent } = whole;
    const stays = outerOf(whole, list);
    if (stays) {
      list = stays.list;
      whole = stays.whole;
      continue;
    }
    if (ts.isExpressionStatement(parent)) return end('dropped');
    if (ts.isVoidExpression(parent)) return end('voided');
    if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.CommaToken)
      return end('dropped');
    if (isTaken(parent, whole)) return end('handled');
    if (isStored(code, whole)) return end('dropped');
    const isAwaited = ts.isAwaitExpression(parent);
    if (!isAwaited && !isReturned(parent, whole)) return end('unknown');
    // A list is no promise: `await` gives it back as it is.
    if (isAwaited && list) return end('dropped');
    const around = functionAround(whole);
    if (isAwaited && isCaught(whole, around)) return end('handled');
    if (!around || !('body' in around)) return end(around ? 'unknown' : 'carried');
    const takes = callOf(around);
    if (!takes) return end(list || isGenerator(around) || isValue(around) ? 'unknown' : 'carried', around);
    const method = methodOf(takes);
    if (method === undefined) return end('unknown');
    if (isChaining(method)) {
      whole = takes;
      list = false;
      continue;
    }
    const loop = callbackOf(code, around);
    if (!loop) return end('unknown');
    callback ??= loop;
    whole = loop;
    if (method === 'forEach') return end('dropped');
    list = true;
  }
  return end('unknown');
}

const loops: ReadonlySet<string> = new Set(['forEach', 'map', 'flatMap']);
const combiners: ReadonlySet<string> = new Set(['all', 'allSettled', 'any', 'race']);

function isChaining(method: string): boolean {
  return method === 'then' || method === 'catch' || method === 'finally';
}

/** The expression around one that is worth the same promise, or one that waits for it. */
function outerOf(node: ts.Expression, list: boolean): { whole: ts.Expression; list: boolean } | undefined {
  const { parent } = node;
  if (isOuter(parent)) return { whole: parent, list };
  if (ts.isConditionalExpression(parent))
    return node === parent.condition ? undefined : { whole: parent, list };
  if (ts.isBinaryExpression(parent)) {
    switch (parent.operatorToken.kind) {
      case ts.SyntaxKind.CommaToken:
      case ts.SyntaxKind.AmpersandAmpersandToken:
        return node === parent.right ? { whole: parent, list } : undefined;
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionToken:
        return { whole: parent, list };
      default:
        return undefined;
    }
  }
  if (ts.isArrayLiteralExpression(parent)) return { whole: parent, list: true };
  // `[...mails.map((mail) => queue.add(…))]`
  if (ts.isSpreadElement(parent) && list && ts.isArrayLiteralExpression(parent.parent))
    return { whole: parent.parent, list };
  if (ts.isCallExpression(parent) && parent.arguments[0] === node && list) {
    const callee = skipOuter(parent.expression);
    const combines =
      ts.isPropertyAccessExpression(callee) &&
      callee.expression.getText() === 'Promise' &&
      combiners.has(callee.name.text);
    return combines ? { whole: parent, list: false } : undefined;
  }
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node && !list) {
    const call = parent.parent;
    const isCall = ts.isCallExpression(call) && call.expression === parent;
    if (isCall && isChaining(parent.name.text) && !catches(call)) return { whole: call, list };
  }
  return undefined;
}

/** `.catch(handler)`, `.then(next, handler)`. */
function catches(call: ts.CallExpression): boolean {
  const method = methodOf(call);
  const handler = method === 'catch' ? call.arguments[0] : method === 'then' ? call.arguments[1] : undefined;
  return (
    handler !== undefined &&
    handler.kind !== ts.SyntaxKind.NullKeyword &&
    !(ts.isIdentifier(handler) && handler.text === 'undefined')
  );
}

function isTaken(parent: ts.Node, node: ts.Expression): boolean {
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== node) return false;
  const call = parent.parent;
  return ts.isCallExpression(call) && call.expression === parent && catches(call);
}

function isReturned(parent: ts.Node, node: ts.Expression): boolean {
  return ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
}

/** Is it put where nobody ever looks: a variable that is not read, or a list that is only added to? */
function isStored(code: Code, node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) && parent.initializer === node)
    return ts.isIdentifier(parent.name) && isNeverRead(code, parent.name);
  if (ts.isBinaryExpression(parent)) {
    const isAssignment = parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.right === node;
    return isAssignment && ts.isExpressionStatement(parent.parent) && isLocalNeverRead(code, parent.left);
  }
  if (!ts.isCallExpression(parent) || parent.expression === node) return false;
  const callee = skipOuter(parent.expression);
  return (
    ts.isPropertyAccessExpression(callee) &&
    callee.name.text === 'push' &&
    ts.isExpressionStatement(parent.parent) &&
    isLocalNeverRead(code, callee.expression)
  );
}

function isLocalNeverRead(code: Code, name: ts.Expression): boolean {
  const declaration = ts.isIdentifier(name)
    ? code.checker.getSymbolAtLocation(name)?.valueDeclaration
    : undefined;
  return (
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    ts.isIdentifier(declaration.name) &&
    ts.isVariableDeclarationList(declaration.parent) &&
    isNeverRead(code, declaration.name)
  );
}

function isNeverRead(code: Code, name: ts.Identifier): boolean {
  return isOwn(name) && usesOf(code, name).every(isWrite);
}

/** Is this name only written to: `last = …`, `all.push(…)`? */
function isWrite(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isBinaryExpression(parent))
    return (
      parent.left === use &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isExpressionStatement(parent.parent)
    );
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== use || parent.name.text !== 'push')
    return false;
  return ts.isCallExpression(parent.parent) && ts.isExpressionStatement(parent.parent.parent);
}

/** Does a `catch` around it, in the same function, end its failure? One that throws again passes it on. */
function isCaught(node: ts.Node, within: ts.Node | undefined): boolean {
  for (const at of ancestorsOf(node)) {
    if (at === within) return false;
    if (
      ts.isTryStatement(at) &&
      at.catchClause &&
      isInside(node, at.tryBlock) &&
      !someWithin(at.catchClause.block, ts.isThrowStatement)
    )
      return true;
  }
  return false;
}

/** The call of `forEach`, `map` or `flatMap` of a list, set or map whose callback a function is. */
export function callbackOf(code: Code, around: ts.Node): ts.CallExpression | undefined {
  const call = callOf(around);
  const method = call && methodOf(call);
  if (!call || method === undefined || !loops.has(method)) return undefined;
  return call.arguments?.[0] === outermost(around) && isOfList(code, call) ? call : undefined;
}

/** The call that a function's text is an argument of, or the function itself is called by. */
function callOf(around: ts.Node): ts.CallExpression | ts.NewExpression | undefined {
  const outer = outermost(around).parent;
  return ts.isCallExpression(outer) || ts.isNewExpression(outer) ? outer : undefined;
}

function outermost(node: ts.Node): ts.Node {
  let at = node;
  while (skipOuter(at.parent) === skipOuter(node) && !ts.isCallExpression(at.parent)) at = at.parent;
  return at;
}

/** A function that is a value among others: of a property, or of JSX. Whoever calls it, this text does not show. */
function isValue(around: ts.Node): boolean {
  if (!ts.isArrowFunction(around) && !ts.isFunctionExpression(around)) return false;
  const { parent } = outermost(around);
  return !ts.isVariableDeclaration(parent) && !ts.isPropertyDeclaration(parent);
}

function isGenerator(around: ts.SignatureDeclaration): boolean {
  return 'asteriskToken' in around && around.asteriskToken !== undefined;
}

function methodOf(call: ts.CallExpression | ts.NewExpression): string | undefined {
  const callee = skipOuter(call.expression);
  return ts.isCallExpression(call) && ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
}

/** Is this the method of a JavaScript list, set or map, and of nothing that waits for its callbacks? */
function isOfList(code: Code, call: ts.CallExpression | ts.NewExpression): call is ts.CallExpression {
  const callee = skipOuter(call.expression);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  if (!code.typed) return evaluate(code, callee.expression).kind === 'array';
  const declaration = code.checker.getSymbolAtLocation(callee.name)?.declarations?.[0];
  return (
    declaration !== undefined &&
    code.program.isSourceFileDefaultLibrary(declaration.getSourceFile()) &&
    ts.isInterfaceDeclaration(declaration.parent) &&
    /^(?:Readonly)?(?:Array|Set|Map)$/.test(declaration.parent.name.text)
  );
}

/** Has every value of this type a `then`, leaving out that it may not be there? `any` says nothing. */
export function isThenable(code: Code, node: ts.Expression): boolean {
  const { checker } = code;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  const parts = type.isUnion() ? type.types : [type];
  return parts.every((part) => {
    if (part.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return false;
    const then = checker.getPropertyOfType(checker.getApparentType(part), 'then');
    return then !== undefined && checker.getTypeOfSymbolAtLocation(then, node).getCallSignatures().length > 0;
  });
}

/** Is this written as an async function? */
export function isAsync(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true
  );
}

/** May an `await` stand here as the text is: in an async function's body, or at the top of a module? */
export function mayAwait({ program, typed }: Code, node: ts.Node): boolean {
  const around = functionAround(node);
  if (around)
    return isAsync(around) && 'body' in around && around.body !== undefined && isInside(node, around.body);
  for (const at of ancestorsOf(node))
    if (ts.isClassLike(at) || ts.isClassStaticBlockDeclaration(at) || ts.isModuleBlock(at)) return false;
  const file = node.getSourceFile();
  if (!typed || !ts.isExternalModule(file)) return false;
  const { target = 0, module = ts.ModuleKind.CommonJS } = program.getCompilerOptions();
  const isModule =
    file.impliedNodeFormat === undefined
      ? (module >= ts.ModuleKind.ES2022 && module < ts.ModuleKind.Node16) || module === ts.ModuleKind.Preserve
      : file.impliedNodeFormat === ts.ModuleKind.ESNext;
  return isModule && target >= ts.ScriptTarget.ES2017;
}
