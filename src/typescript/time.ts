import ts from 'typescript';
import { callsIn, chainTo, functionDeclaredAs, namesLeadingTo, targetOf } from './calls.js';
import { PerCode, type Code } from './code.js';
import { evaluate } from './evaluate.js';
import { originOf } from './identity.js';
import { ancestorsOf, skipOuter, someWithin } from './syntax.js';

/** Packages whose main function bounds a promise in time. */
const timeoutPackages = new Set(['p-timeout', 'promise-timeout', 'p-time-limit', 'promise.timeout']);

const bounded = new PerCode<ts.Node, boolean>();

/** What the text of a file must hold for a bound to be in it. */
const boundWords = new RegExp(`\\btimeout\\b|\\babort\\b|\\brace\\b|${[...timeoutPackages].join('|')}`);

/**
 * Does this function, or a project function that it calls, bound its own run time? Recognised are
 * `AbortSignal.timeout`, a timer that aborts a controller, a race against a timer, p-timeout, and a call that
 * is given a `timeout`.
 */
export function isBoundedInTime(code: Code, body: ts.FunctionLikeDeclaration): boolean {
  return (
    boundsItself(code, body) ||
    chainTo(code, body, (target) => boundsItself(code, target), namesOfBounds(code)) !== undefined
  );
}

const names = new WeakMap<Code, ReadonlySet<string>>();

/** The functions through which a bound can be reached. */
function namesOfBounds(code: Code): ReadonlySet<string> {
  let known = names.get(code);
  if (!known) {
    const nodes = code.ownFiles
      .filter((file) => boundWords.test(file.text))
      .flatMap((file) => boundsIn(code, file));
    names.set(code, (known = namesLeadingTo(code.ownFiles, nodes)));
  }
  return known;
}

function boundsIn(code: Code, file: ts.SourceFile): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isBound(code, node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return found;
}

function boundsItself(code: Code, body: ts.FunctionLikeDeclaration): boolean {
  return bounded.once(code, body, () =>
    someWithin(body, (node) => ts.isCallExpression(node) && isBound(code, node)),
  );
}

/** Calls whose `timeout` is the option of a task that is handed over, and bounds nothing here. */
const handsOver = /^(?:add|addBulk|add[A-Z]\w*|dispatch\w*|enqueue\w*|publish\w*|schedule\w*|trigger\w*)$/;

/** `client.get(url, { timeout: 5000 })`: the call itself is given its time. */
function givesTimeout(code: Code, node: ts.CallExpression): boolean {
  const callee = node.expression;
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
  if (handsOver.test(name)) return false;
  return node.arguments.some(
    (argument) =>
      ts.isObjectLiteralExpression(argument) &&
      argument.properties.some((each) => {
        if (!ts.isPropertyAssignment(each) || each.name.getText() !== 'timeout') return false;
        const value = evaluate(code, each.initializer);
        // `0` and `false` switch the limit off.
        return value.kind === 'configured' || (value.kind === 'constant' && Number(value.value) > 0);
      }),
  );
}

function isBound(code: Code, node: ts.CallExpression): boolean {
  if (givesTimeout(code, node)) return true;
  const callee = node.expression;
  if (ts.isPropertyAccessExpression(callee)) {
    const owner = callee.expression.getText();
    if (owner === 'AbortSignal') return callee.name.text === 'timeout';
    if (owner === 'Promise') return callee.name.text === 'race' && racesTimer(code, node);
    return false;
  }
  if (!ts.isIdentifier(callee)) return false;
  // `setTimeout(() => controller.abort(), ms)`
  if (callee.text === 'setTimeout') {
    const [callback] = node.arguments;
    return callback !== undefined && (mentions(callback, 'abort') || mentionedBy(code, callback, 'abort'));
  }
  if (!importsTimeouts(callee.getSourceFile())) return false;
  const origin = originOf(code, callee);
  return origin?.package !== undefined && timeoutPackages.has(origin.package);
}

const timeoutWords = new RegExp([...timeoutPackages].join('|'));
const timeoutImports = new WeakMap<ts.SourceFile, boolean>();

/** Does the text of a file name a package for time limits at all? */
function importsTimeouts(file: ts.SourceFile): boolean {
  let known = timeoutImports.get(file);
  if (known === undefined) timeoutImports.set(file, (known = timeoutWords.test(file.text)));
  return known;
}

/** One of the racers sets a timer: in its own text, through a constant, or in a project function. */
function racesTimer(code: Code, race: ts.CallExpression): boolean {
  const [racers] = race.arguments;
  if (!racers) return false;
  const each = ts.isArrayLiteralExpression(racers) ? racers.elements : [racers];
  return each.some((racer) => setsTimer(code, racer) || mentionedBy(code, racer, 'setTimeout'));
}

function setsTimer(code: Code, node: ts.Node): boolean {
  return (
    mentions(node, 'setTimeout') ||
    callsIn(code, node.parent).some(({ target }) => mentions(target, 'setTimeout')) ||
    callsRenamedTimer(code, node)
  );
}

/** `setTimeout as sleep` of node:timers/promises. */
function callsRenamedTimer(code: Code, node: ts.Node): boolean {
  return someWithin(
    node,
    (at) =>
      ts.isCallExpression(at) &&
      ts.isIdentifier(at.expression) &&
      originOf(code, at.expression)?.name === 'setTimeout',
  );
}

/** Is the name mentioned where a constant or function of the given name is declared? */
function mentionedBy(code: Code, node: ts.Node, name: string): boolean {
  if (!ts.isIdentifier(node)) return false;
  const declaration = code.checker.getSymbolAtLocation(node)?.valueDeclaration;
  if (!declaration || declaration.getSourceFile().isDeclarationFile || ts.isParameter(declaration))
    return false;
  return name === 'setTimeout' ? setsTimer(code, declaration) : mentions(declaration, name);
}

function mentions(node: ts.Node, name: string): boolean {
  return someWithin(node, (at) => ts.isIdentifier(at) && at.text === name);
}

/** Can this function end only at once? It waits for nothing and goes round no loop of its own. */
export function waitsForNothing(code: Code, body: ts.FunctionLikeDeclaration): boolean {
  if (!body.body) return false;
  if (!ts.isBlock(body.body)) return !mayBePromise(code, body.body);
  let waits = false;
  const visit = (node: ts.Node): void => {
    if (waits) return;
    if (
      ts.isAwaitExpression(node) ||
      ts.isWhileStatement(node) ||
      ts.isDoStatement(node) ||
      (ts.isForStatement(node) && !node.condition) ||
      (ts.isForOfStatement(node) && node.awaitModifier) ||
      (ts.isReturnStatement(node) && node.expression && mayBePromise(code, node.expression)) ||
      // A handler that is given a callback ends when somebody calls it.
      (ts.isIdentifier(node) && node.text === 'done' && !isCalledAtOnce(node, body))
    ) {
      waits = true;
      return;
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body.body, visit);
  return !waits;
}

/**
 * Is everything that this function waits for a function that the program does not show: an entry of a registry, a
 * method that others implement? Then nobody knows whether that bounds its time.
 */
export function handsOn(code: Code, body: ts.FunctionLikeDeclaration): boolean {
  return waitOf(code, body, 0) === 'unseen';
}

/** Through how many functions it may be handed on. */
const maximumHandedOn = 4;

function waitOf(code: Code, body: ts.FunctionLikeDeclaration, depth: number): 'seen' | 'unseen' | 'none' {
  if (!body.body || depth > maximumHandedOn) return 'seen';
  let found: 'unseen' | 'none' = 'none';
  for (const waited of waitedIn(code, body.body)) {
    if (!ts.isCallExpression(waited)) return 'seen';
    const target = targetOf(code, waited);
    const wait = target ? waitOf(code, target, depth + 1) : isUnseen(code, waited) ? 'unseen' : undefined;
    if (wait === 'unseen') found = wait;
    else if (wait !== 'none' && !isOfParameter(waited, body)) return 'seen';
  }
  return found;
}

/** What a function awaits, or returns to be awaited. */
function waitedIn(code: Code, body: ts.ConciseBody): readonly ts.Node[] {
  const waited: ts.Node[] = [];
  const returned = (expression: ts.Expression): void => {
    const bare = skipOuter(expression) as ts.Expression;
    if (!ts.isAwaitExpression(bare) && mayBePromise(code, bare)) waited.push(bare);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isAwaitExpression(node)) waited.push(skipOuter(node.expression));
    else if (ts.isReturnStatement(node) && node.expression) returned(node.expression);
    ts.forEachChild(node, visit);
  };
  if (!ts.isBlock(body)) returned(body);
  visit(body);
  return waited;
}

/** Is what a call runs a value of the project's own types, of which there may be many? */
function isUnseen(code: Code, call: ts.CallExpression): boolean {
  const callee = skipOuter(call.expression);
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  const declaration = code.checker.getSymbolAtLocation(name)?.declarations?.[0];
  if (!declaration || declaration.getSourceFile().isDeclarationFile) return false;
  if ([...ancestorsOf(declaration)].some(isAmbient)) return false;
  const isOneOfMany =
    ts.isPropertySignature(declaration) ||
    // An interface is what one service is asked for by, as a rule; a type literal is the shape of many.
    (ts.isMethodSignature(declaration) && ts.isTypeLiteralNode(declaration.parent)) ||
    (ts.isBindingElement(declaration) && !ts.isParameter(ts.walkUpBindingElementsAndPatterns(declaration))) ||
    ((ts.isMethodDeclaration(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isVariableDeclaration(declaration)) &&
      functionDeclaredAs(declaration)?.body === undefined);
  if (!isOneOfMany) return false;
  // `const sql = neon(url)`: a function that a package made is the package's.
  const signature = code.checker.getResolvedSignature(call)?.declaration;
  return signature !== undefined && !signature.getSourceFile().isDeclarationFile;
}

/** What is only declared to be there is somebody else's. */
function isAmbient(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true
  );
}

/** `job.log(…)`: what the library itself hands in is none of the work. */
function isOfParameter({ expression }: ts.CallExpression, body: ts.FunctionLikeDeclaration): boolean {
  const callee = skipOuter(expression);
  const receiver = ts.isPropertyAccessExpression(callee) ? skipOuter(callee.expression) : undefined;
  return (
    receiver !== undefined &&
    ts.isIdentifier(receiver) &&
    body.parameters.some(({ name }) => ts.isIdentifier(name) && name.text === receiver.text)
  );
}

/** Is a callback called in the function's own text, and not by something that it starts? */
function isCalledAtOnce(callback: ts.Identifier, body: ts.FunctionLikeDeclaration): boolean {
  const { parent } = callback;
  if (!ts.isCallExpression(parent) || parent.expression !== callback) return false;
  for (const at of ancestorsOf(parent)) if (ts.isFunctionLike(at)) return at === body;
  return false;
}

/** May this be something to wait for, as far as its type tells? */
function mayBePromise(code: Code, node: ts.Expression): boolean {
  if (ts.isAwaitExpression(node)) return true;
  // A promise that is there already.
  if (
    ts.isCallExpression(node) &&
    node.arguments.length === 0 &&
    node.expression.getText() === 'Promise.resolve'
  )
    return false;
  // What a task is handed over came out of a serializer.
  if (ts.isPropertyAccessExpression(node) && isParameter(code, node)) return false;
  const type = code.checker.getTypeAtLocation(node);
  return (type.isUnion() ? type.types : [type]).some(
    (each) =>
      (each.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0 ||
      each.getProperty('then') !== undefined,
  );
}

/** Is this `job.data.name`, of a parameter? */
function isParameter(code: Code, node: ts.PropertyAccessExpression): boolean {
  let root: ts.Expression = node;
  while (ts.isPropertyAccessExpression(root)) root = root.expression;
  const declaration = ts.isIdentifier(root) && code.checker.getSymbolAtLocation(root)?.valueDeclaration;
  return declaration !== undefined && declaration !== false && ts.isParameter(declaration);
}
