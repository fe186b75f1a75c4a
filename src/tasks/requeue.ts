import ts from 'typescript';
import type { RequeueSpec } from '../libraries/define.js';
import { namedCallsIn } from '../typescript/calls.js';
import { evaluate } from '../typescript/evaluate.js';
import { endsOf } from '../typescript/flow.js';
import { nameOfFunction } from '../typescript/follow.js';
import { property } from '../typescript/properties.js';
import { ancestorsOf, skipOuter, someWithin } from '../typescript/syntax.js';
import type { Value } from '../typescript/value.js';
import type { Handler } from './model.js';
import type { Project } from './project.js';

/** A place that puts a message straight back, whatever became of it before. */
export interface Requeue {
  readonly node: ts.CallExpression | ts.NewExpression;
  /** The argument that says so; without it, the library's default does. */
  readonly stated: ts.Node | undefined;
  /** The arguments that would not put it back. */
  readonly instead: readonly string[] | undefined;
  readonly library: string;
  readonly limitedOutside: boolean;
}

/** What is asked about how often a message has come. */
const counted =
  /redelivered|redelivery|x-death|xDeath|x-delivery|deliver(?:y|ies)[\w-]*(?:count|attempt|limit)|attempt|retr(?:y|ies)|receiveCount|\btries\b|\bcount\b/i;
/** Why a message may be handed to another consumer that nothing is wrong with. */
const leaving = /shut|clos|stop|drain|cancel|paus|abort|\bready|connected|leader|busy|overload|backpressure/i;
const waiting = /\bawait\s+(?:[\w$.]+\.)?(?:sleep|delay|wait|setTimeout|pause)\w*\s*\(/i;
/** A queue that gives a message up by itself. */
const deliveryLimit = /['"`]?x-delivery-limit['"`]?|\bdelivery-limit\b/;

/** The settlements of a file that put a message straight back, unguarded. */
export function requeuesIn(project: Project, file: ts.SourceFile): readonly Requeue[] {
  const found: Requeue[] = [];
  for (const match of project.sitesIn(file, 'settlement')) {
    const { node, site } = match;
    const { requeues } = site.site;
    if (!requeues || !(ts.isCallExpression(node) || ts.isNewExpression(node))) continue;
    const at = requeues.argument && project.locate(match, requeues.argument);
    const says = whether(requeues, at?.value);
    if (!says || isGuarded(project, node)) continue;
    found.push({
      node,
      stated: at && at.value.kind !== 'absent' ? at.node : undefined,
      instead: requeues.instead,
      library: site.library.name,
      limitedOutside: requeues.limitedOutside === true,
    });
  }
  return [...found, ...byParameter(project, file)];
}

/** Does what stands in the argument put the message back, as far as the text says? */
function whether(
  { argument, is = true, default: otherwise = false }: RequeueSpec,
  value: Value | undefined,
): boolean {
  if (argument === undefined) return true;
  if (!value || value.kind === 'absent') return otherwise;
  return value.kind === 'constant' && value.value === is;
}

/** `ackOrNack(error, { strategy: 'nack', requeue: true })`: calls of the parameter that settles. */
function byParameter(project: Project, file: ts.SourceFile): readonly Requeue[] {
  const found: Requeue[] = [];
  for (const { body, library } of project.bodiesIn(file)) {
    const { parameter, parameterRequeues } = library.acknowledgement ?? {};
    const name = parameter === undefined ? undefined : body?.parameters[parameter]?.name;
    if (!body || !parameterRequeues || !name || !ts.isIdentifier(name)) continue;
    const { argument, key, unless = [] } = parameterRequeues;
    for (const { node } of namedCallsIn(body)) {
      if (!ts.isIdentifier(node.expression) || node.expression.text !== name.text) continue;
      const given = node.arguments[argument];
      if (!given) continue;
      const options = evaluate(project.code, given);
      const of = (each: string): Value => property(project.code, options, each);
      const value = of(key);
      if (options.kind !== 'object' || value.kind !== 'constant' || value.value !== true) continue;
      if (unless.some((each) => of(each).kind !== 'absent') || isGuarded(project, node)) continue;
      found.push({ node, stated: given, instead: undefined, library: library.name, limitedOutside: false });
    }
  }
  return found;
}

/** Does something bound how often the message comes again, or how fast? */
function isGuarded(project: Project, node: ts.Node): boolean {
  if (isGuardedHere(node)) return true;
  if (project.files.some((file) => deliveryLimit.test(file.text))) return true;
  // A helper that puts back what it is given: its callers may have asked.
  const names = new Set<string>();
  for (const at of ancestorsOf(node)) {
    if (!ts.isFunctionLike(at)) continue;
    const name = project.bodies.has(at) ? undefined : nameOfFunction(at);
    if (name !== undefined) names.add(name);
  }
  if (names.size === 0) return false;
  return project.code.ownFiles.some(
    (file) =>
      [...names].some((name) => file.text.includes(name)) &&
      namedCallsIn(file).some((call) => names.has(call.name.text) && isGuardedHere(call.node)),
  );
}

function isGuardedHere(node: ts.Node): boolean {
  let inner = node;
  for (const at of ancestorsOf(node)) {
    const condition = conditionOf(at);
    if (condition && condition !== inner && leaving.test(condition.getText())) return true;
    if (ts.isCallExpression(at) && /(?:setTimeout|delay|sleep|schedule)\w*$/i.test(at.expression.getText()))
      return true;
    if (ts.isFunctionLike(at)) {
      if (leaving.test(nameOfFunction(at) ?? '')) return true;
      const asked = someWithin(at, (each) => {
        const asks = conditionOf(each);
        return asks !== undefined && counted.test(asks.getText());
      });
      if (asked) return true;
      if (waiting.test(at.getSourceFile().text.slice(at.getStart(), node.getStart()))) return true;
    }
    inner = at;
  }
  return false;
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isSwitchStatement(node) || ts.isWhileStatement(node))
    return node.expression;
  if (ts.isConditionalExpression(node)) return node.condition;
  if (
    ts.isBinaryExpression(node) &&
    (node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ||
      node.operatorToken.kind === ts.SyntaxKind.BarBarToken)
  )
    return node.left;
  return undefined;
}

/** An error of this handler puts its message straight back: because of this option, or by default. */
export function requeuedByErrors(
  project: Project,
  handler: Handler,
): { readonly stated: ts.Node | undefined } | undefined {
  const spec = handler.site.requeuesErrors;
  const { body, policy } = handler;
  if (!spec || !body || !mayFail(body) || spec.takenBy?.some((each) => isDecorated(body, each)))
    return undefined;
  if (spec.unless?.some((each) => policy.option(each).kind !== 'absent')) return undefined;
  if (project.files.some((file) => deliveryLimit.test(file.text))) return undefined;
  const value = policy.option(spec.option);
  if (value.kind === 'constant')
    return spec.values.includes(String(value.value)) ? { stated: value.node } : undefined;
  if (value.kind !== 'absent' || spec.default !== true) return undefined;
  const elsewhere = spec.elsewhere ?? [];
  if (project.code.ownFiles.some((file) => elsewhere.some((each) => file.text.includes(each))))
    return undefined;
  return { stated: undefined };
}

/** Has a method, or its class, a decorator of this name? */
function isDecorated(body: ts.FunctionLikeDeclaration, name: string): boolean {
  return [body, body.parent].some(
    (each) =>
      ts.canHaveDecorators(each) &&
      ts.getDecorators(each)?.some(({ expression }) => {
        const callee = ts.isCallExpression(expression) ? expression.expression : expression;
        return callee.getText() === name;
      }),
  );
}

const harmless =
  /^(?:log|info|debug|warn|error|trace|verbose|fatal|stringify|toString|toISOString|String|Number|now)$/;

/** May an error leave this function at all? */
function mayFail(body: ts.FunctionLikeDeclaration): boolean {
  const { thrown, returned } = endsOf(body, 0, {
    after: (_, known) => known,
    thrown: (node, known) => {
      if (!ts.isCallExpression(node)) return known;
      const callee = skipOuter(node.expression);
      const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
      return harmless.test(name) ? undefined : known;
    },
  });
  // A promise that is returned fails outside of its `try`.
  return (
    thrown.size > 0 ||
    [...returned.keys()].some(
      (at) => ts.isReturnStatement(at) && at.expression && ts.isCallExpression(skipOuter(at.expression)),
    )
  );
}
