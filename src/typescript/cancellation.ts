import ts from 'typescript';
import { PerCode, type Code } from './code.js';
import { evaluate } from './evaluate.js';
import { originOfDeclaration } from './identity.js';
import { property } from './properties.js';
import { ancestorsOf, isInside, skipOuter, someWithin } from './syntax.js';

/** Where a call would take an `AbortSignal` that it is not given. */
export interface SignalMissing {
  readonly call: ts.CallExpression;
  /** Which argument it would be, or be in. */
  readonly index: number;
  /** The option that it would be; undefined where it is an argument by itself. */
  readonly key: string | undefined;
}

/** Modules of Node whose work is local and soon done, or that take a signal for something else. */
const quickModules = new Set(['fs', 'events', 'stream', 'readline', 'test', 'diagnostics_channel']);
/** What the option is called. */
const keys = ['signal', 'abortSignal'] as const;
/** What is said in arguments that give a signal, or bound the call in another way. */
const bounding = /signal|abort|timeout|deadline/i;

const missing = new PerCode<ts.CallExpression, SignalMissing | undefined>();

/**
 * The calls of a function's text that take an `AbortSignal`, are given none, and have no limit of their own.
 * What stands in a `catch` or `finally` cleans up: a signal that was aborted would end it before it began.
 *
 * @param ignore packages whose calls are no work of the function's own.
 */
export function callsWithoutSignal(
  code: Code,
  body: ts.FunctionLikeDeclaration,
  ignore: ReadonlySet<string>,
): readonly SignalMissing[] {
  if (!code.typed || !body.body) return [];
  const found: SignalMissing[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCatchClause(node)) return;
    if (ts.isTryStatement(node)) {
      visit(node.tryBlock);
      return;
    }
    if (ts.isCallExpression(node) && isCleanup(node)) return;
    if (ts.isCallExpression(node) && !isBoundedAround(node, body)) {
      const at = missing.once(code, node, () => signalMissing(code, node, ignore));
      if (at) found.push(at);
    }
    ts.forEachChild(node, visit);
  };
  visit(body.body);
  return found;
}

/** `work().catch(…)` and `.finally(…)`: the callback cleans up, what it is called on is the work. */
function isCleanup({ expression }: ts.CallExpression): boolean {
  return (
    ts.isPropertyAccessExpression(expression) &&
    (expression.name.text === 'catch' || expression.name.text === 'finally') &&
    !someWithin(expression.expression, ts.isCallExpression)
  );
}

/** A race against a timer, `pTimeout(…)`, or a callback of `.catch(…)` and `.finally(…)`. */
function isBoundedAround(call: ts.CallExpression, body: ts.Node): boolean {
  for (const at of ancestorsOf(call)) {
    if (at === body) return false;
    if (!ts.isCallExpression(at) || isInside(call, at.expression)) continue;
    const callee = at.expression.getText();
    if (/timeout|race$|\.catch$|\.finally$|deadline/i.test(callee)) return true;
  }
  return false;
}

function signalMissing(
  code: Code,
  call: ts.CallExpression,
  ignore: ReadonlySet<string>,
): SignalMissing | undefined {
  const { arguments: args } = call;
  if (args.some((each) => ts.isSpreadElement(each) || mentionsBound(each))) return undefined;
  const { checker } = code;
  const callee = skipOuter(call.expression);
  if (callee.kind === ts.SyntaxKind.SuperKeyword || callee.kind === ts.SyntaxKind.ImportKeyword)
    return undefined;
  // Without the arguments no type is inferred: most calls end here, and cost little.
  const declared = checker.getTypeAtLocation(callee).getCallSignatures();
  if (!declared.some((each) => placeOfSignal(code, each, call))) return undefined;
  const signature = declared.length === 1 ? declared[0] : checker.getResolvedSignature(call);
  const declaration = signature?.declaration;
  if (!signature || !declaration || isElsewhere(code, declaration, ignore)) return undefined;
  const place = placeOfSignal(code, signature, call);
  if (!place || !isWaitedFor(code, signature)) return undefined;
  return isGiven(code, args[place.index], place.key) || isClientBounded(code, callee)
    ? undefined
    : { call, ...place };
}

function mentionsBound(argument: ts.Expression): boolean {
  return someWithin(
    argument,
    (at) => !ts.isFunctionLike(at) && ts.isIdentifier(at) && bounding.test(at.text),
  );
}

/** Is this declared by a library that has a rule of its own for its calls, or is it soon done? */
function isElsewhere(code: Code, declaration: ts.Declaration, ignore: ReadonlySet<string>): boolean {
  const owner = originOfDeclaration(code, declaration).package;
  return owner !== undefined && (quickModules.has(owner) || ignore.has(owner));
}

/** The first parameter of a signature that takes a signal which this call does not reach. */
function placeOfSignal(
  code: Code,
  signature: ts.Signature,
  call: ts.CallExpression,
): { readonly index: number; readonly key: string | undefined } | undefined {
  const { arguments: args } = call;
  for (const [index, parameter] of signature.parameters.entries()) {
    // An argument that is missing before this one would have to be made up.
    if (index > args.length) return undefined;
    const declaration = parameter.valueDeclaration;
    if (!declaration || !ts.isParameter(declaration) || declaration.dotDotDotToken) return undefined;
    const type = code.checker.getTypeOfSymbol(parameter);
    const alternatives = membersOf(code.checker.getNonNullableType(type));
    if (alternatives.some((each) => isSignal(each)))
      return args[index] === undefined && isOptional(declaration, type)
        ? { index, key: undefined }
        : undefined;
    for (const key of keys) {
      const options = alternatives
        .map((each) => optionOf(code, each, key))
        .find((each) => each !== undefined);
      if (options === undefined) continue;
      if (args[index] !== undefined || isOptional(declaration, type)) return { index, key };
    }
  }
  return undefined;
}

function isOptional({ questionToken, initializer }: ts.ParameterDeclaration, type: ts.Type): boolean {
  return (
    questionToken !== undefined ||
    initializer !== undefined ||
    membersOf(type).some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0)
  );
}

function membersOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

/** An optional property of options that takes a signal. */
function optionOf(code: Code, type: ts.Type, key: string): ts.Symbol | undefined {
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return undefined;
  const option = code.checker.getPropertyOfType(type, key);
  if (!option || !(option.flags & ts.SymbolFlags.Optional)) return undefined;
  // The signal itself has no `signal`; a job that carries one is no options.
  const members = membersOf(code.checker.getNonNullableType(code.checker.getTypeOfSymbol(option)));
  return members.some((each) => isSignal(each)) ? option : undefined;
}

/** By what it has: libraries declare interfaces of their own for it. */
function isSignal(type: ts.Type): boolean {
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false;
  return type.getProperty('aborted') !== undefined && type.getProperty('addEventListener') !== undefined;
}

/** Does it return a promise? What is done when it returns, no signal can end. */
function isWaitedFor(code: Code, signature: ts.Signature): boolean {
  return membersOf(code.checker.getReturnTypeOfSignature(signature)).some(
    (each) => each.getProperty('then') !== undefined,
  );
}

/** Is the option there, or may it be? */
function isGiven(code: Code, argument: ts.Expression | undefined, key: string | undefined): boolean {
  if (argument === undefined || key === undefined) return argument !== undefined;
  // `fetch(new Request(…))` is asked elsewhere; a text or a number holds no option, another argument does.
  const value = evaluate(code, argument);
  if (value.kind !== 'object') return true;
  return [key, 'timeout'].some((each) => property(code, value, each).kind !== 'absent');
}

/** `axios.create({ timeout: 5000 })`: the client has a limit for all its calls. */
function isClientBounded(code: Code, callee: ts.Node): boolean {
  if (!ts.isPropertyAccessExpression(callee)) return false;
  let client: ts.Expression = callee.expression;
  while (ts.isPropertyAccessExpression(client) && client.expression.kind !== ts.SyntaxKind.ThisKeyword)
    client = client.expression;
  const value = evaluate(code, client);
  return value.kind === 'made' && value.node.arguments?.some(mentionsBound) === true;
}
