import ts from 'typescript';
import type { Acknowledged } from '../libraries/define.js';
import type { Library } from '../libraries/vocabulary.js';
import { callsIn, chainTo, namesLeadingTo } from '../typescript/calls.js';
import type { Code } from '../typescript/code.js';
import { ancestorsOf, isInside, skipOuter, someWithin } from '../typescript/syntax.js';
import type { Handler, Setting, Settlement } from './model.js';

/** What is done before a message is settled and is no work: reading it, and saying so. */
const harmless =
  /^(?:parse|safeParse|toString|stringify|from|String|Number|Boolean|isArray|keys|entries|values|now|log|info|debug|warn|error|trace|verbose|fatal|silly)$/;

/** What is asked of the program to find where messages are settled. */
export interface Settlements {
  readonly code: Code;
  readonly files: readonly ts.SourceFile[];
  readonly settlementsIn: (file: ts.SourceFile) => readonly Settlement[];
}

/**
 * When a handler's message is acknowledged: as its options say, or, where the handler does it, before its
 * work or after it. Stated where the text chooses; manual where a handler must do it and nothing shows that
 * it does.
 */
export function acknowledgementOf(program: Settlements, handler: Handler): Setting<Acknowledged> {
  const said = handler.policy.acknowledgement;
  if (said.state === 'unknown' || said.state === 'configured') return said;
  const { library, body } = handler;
  const values = said.state === 'stated' ? said.values : [said.value];
  const settlesItself = library.settlements !== undefined || library.acknowledgement?.parameter !== undefined;
  if (!settlesItself || values.every((value) => value === 'early')) return said;
  const done = body ? settledIn(program, handler, body) : [];
  const late = body && done.find((node) => isAfterWork(node, body, handler.node));
  if (late) return { state: 'stated', values: ['late'], at: late };
  const [first] = done;
  if (first) return { state: 'stated', values: ['early'], at: first };
  return said;
}

/** The places in a handler's text where its message is acknowledged, or a call that leads to one. */
function settledIn(
  program: Settlements,
  { library }: Handler,
  body: ts.FunctionLikeDeclaration,
): readonly ts.Node[] {
  const own = doneIn(program, body);
  if (own.length > 0) return own;
  const byParameter = settledByParameter(program.code, library, body);
  if (byParameter.length > 0) return byParameter;
  const all = program.files.flatMap((file) => program.settlementsIn(file)).map(({ node }) => node);
  if (all.length === 0) return [];
  const names = namesLeadingTo(program.code.ownFiles, all);
  const leads = (target: ts.FunctionLikeDeclaration): boolean => doneIn(program, target).length > 0;
  return callsIn(program.code, body, names)
    .filter(({ target }) => leads(target) || chainTo(program.code, target, leads, names) !== undefined)
    .map(({ node }) => node);
}

/** A wrapper's handlers settle with what it wraps, so whose settlement it is does not matter. */
function doneIn(program: Settlements, target: ts.FunctionLikeDeclaration): readonly ts.Node[] {
  return program
    .settlementsIn(target.getSourceFile())
    .filter((each) => each.outcome === 'done')
    .map(({ node }) => node)
    .filter((node) => isInside(node, target));
}

/** `ackOrNack()`: the parameter through which the library lets a handler settle, called without an error. */
function settledByParameter(
  code: Code,
  { acknowledgement }: Library,
  body: ts.FunctionLikeDeclaration,
): readonly ts.Node[] {
  const parameter =
    acknowledgement?.parameter === undefined ? undefined : body.parameters[acknowledgement.parameter];
  if (!parameter) return [];
  const symbol = code.checker.getSymbolAtLocation(parameter.name);
  const found: ts.Node[] = [];
  someWithin(body, (node) => {
    if (
      ts.isCallExpression(node) &&
      node.arguments.length === 0 &&
      ts.isIdentifier(node.expression) &&
      code.checker.getSymbolAtLocation(node.expression) === symbol
    )
      found.push(node);
    return false;
  });
  return found;
}

/** Does work of the handler stand before this place, so that the message is settled after it? */
function isAfterWork(node: ts.Node, body: ts.FunctionLikeDeclaration, received: ts.Node): boolean {
  // `work().then(() => channel.ack(message))`
  for (const at of ancestorsOf(node)) {
    if (at === body) break;
    const call = ts.isFunctionLike(at) ? at.parent : undefined;
    if (
      call &&
      ts.isCallExpression(call) &&
      ts.isPropertyAccessExpression(call.expression) &&
      /^(?:then|finally)$/.test(call.expression.name.text)
    )
      return true;
  }
  const start = node.getStart();
  const before = (test: (at: ts.Node) => boolean): boolean =>
    someWithin(body, (at) => at.end <= start && isOnTheWay(at, node) && test(at));
  // To wait for messages is not yet work on them.
  if (before((at) => ts.isAwaitExpression(at) && !isInside(received, at))) return true;
  const waitsAfter = someWithin(
    body,
    (at) => ts.isAwaitExpression(at) && at.getStart() >= start && !isInside(node, at),
  );
  return !waitsAfter && before((at) => isWork(at) && !isInside(received, at));
}

/** Does a text run before a place, and not only on a way that ends before it? */
function isOnTheWay(at: ts.Node, place: ts.Node): boolean {
  for (const around of ancestorsOf(at)) {
    if (isInside(place, around)) return true;
    const last = ts.isBlock(around) ? around.statements.at(-1) : undefined;
    if (last && (ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isContinueStatement(last)))
      return false;
  }
  return true;
}

function isWork(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  const callee = skipOuter(node.expression);
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
  return !harmless.test(name);
}
