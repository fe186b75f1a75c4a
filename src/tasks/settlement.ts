import ts from 'typescript';
import { targetOf } from '../typescript/calls.js';
import { symbolAt } from '../typescript/identity.js';
import { endsOf, type Walker } from '../typescript/flow.js';
import { isInside, skipOuter, someWithin } from '../typescript/syntax.js';
import type { Handler, Settlement } from './model.js';
import type { Project } from './project.js';

/** A way through a handler on which its message is not settled once. */
export interface SettlementProblem {
  readonly kind: 'never' | 'end' | 'returns' | 'caught' | 'throws' | 'uncaught' | 'twice';
  readonly handler: Handler;
  /** The handler's function, the `return`, the `catch`, the `throw`, what is awaited, or the second settlement. */
  readonly at: ts.Node;
  /** A settlement of this handler, from which to learn what its channel and message are called. */
  readonly example: Settlement | undefined;
}

/**
 * `open`: not settled yet, with the position of the `catch` by which the way came, where it did. `none`: there is
 * no message. `unknown`: somebody may have settled it, so that nothing is said.
 */
type State = 'open' | `open@${number}` | 'done' | 'none' | 'unknown';

/** How deep functions are followed that are given the message. */
const maximumDepth = 3;

/** Says what happened, and throws nothing. */
const harmless =
  /^(?:log|info|debug|warn|error|trace|verbose|fatal|table|dir|time|timeEnd|now|String|Number|Boolean|isBuffer)$/;
/** What ends the consumer, and so gives back all that it holds. */
const ending = /^(?:close|exit|abort|cancel|recover|kill|destroy)$/;

/** The ways through a handler on which its message is settled not at all, or twice. */
export function settlementProblems(project: Project, handler: Handler): readonly SettlementProblem[] {
  const { body, library } = handler;
  const spec = library.acknowledgement;
  if (!body?.body || spec?.unsettled === undefined || !isManual(handler)) return [];
  const walk = new Settling(project, handler, body, 0);
  if (!walk.isKnown) return [];
  if (walk.settlements.length === 0 && spec.byChoice) return [];
  const { normal, returned, thrown } = endsOf<State>(body, 'open', walk);
  const example = walk.settlements.find(({ outcome }) => outcome === 'done') ?? walk.settlements[0];
  const problem = (kind: SettlementProblem['kind'], at: ts.Node): SettlementProblem => ({
    kind,
    handler,
    at,
    example,
  });
  const all = [normal, ...returned.values()].flatMap((states) => [...states]);
  const isOpen = (state: State): boolean => state.startsWith('open');
  if (all.length > 0 && all.every((state) => isOpen(state) || state === 'none') && walk.isNeverSettled)
    return all.some(isOpen) ? [problem('never', body)] : [];
  const found: SettlementProblem[] = walk.twice && spec.twice ? [problem('twice', walk.twice)] : [];
  const catches = new Set<ts.Node>();
  for (const [at, states] of [[body, normal] as const, ...returned]) {
    for (const state of states) {
      const clause = walk.clauseOf(state);
      if (clause) catches.add(clause);
      else if (state === 'open')
        found.push(problem(at === body || !ts.isReturnStatement(at) ? 'end' : 'returns', at));
    }
  }
  for (const clause of catches) found.push(problem('caught', clause));
  if (spec.uncaught === undefined) return found;
  for (const [at, states] of thrown) {
    if (![...states].some(isOpen)) continue;
    if (ts.isThrowStatement(at)) found.push(problem('throws', at));
    else if (ts.isAwaitExpression(at)) found.push(problem('uncaught', at));
  }
  return found;
}

function isManual({ policy }: Handler): boolean {
  const said = policy.acknowledgement;
  if (said.state === 'stated') return said.values.every((value) => value === 'manual');
  return said.state === 'defaulted' && said.value === 'manual';
}

/** The walk through a function that has a message to settle. */
class Settling implements Walker<State> {
  readonly settlements: readonly Settlement[];
  /** The settlement of a message that is settled already. */
  twice: ts.Node | undefined;
  readonly #byNode: ReadonlyMap<ts.Node, Settlement>;
  readonly #clauses = new Map<number, ts.CatchClause>();
  /** What the message goes by, or the function that settles it. */
  readonly #carriers: ReadonlySet<ts.Symbol>;
  readonly #flags: ReadonlySet<string>;
  #handedOn = false;

  constructor(
    private readonly project: Project,
    private readonly handler: Handler,
    private readonly body: ts.FunctionLikeDeclaration,
    private readonly depth: number,
    carriers?: ReadonlySet<ts.Symbol>,
  ) {
    this.settlements = project.settlementsIn(body.getSourceFile()).filter(({ node }) => isInside(node, body));
    this.#byNode = new Map(this.settlements.map((each) => [each.node, each]));
    this.#carriers = carriers ?? this.#findCarriers();
    this.#flags = flagsOf(body);
  }

  get isKnown(): boolean {
    return this.#carriers.size > 0;
  }

  /** Nothing here settles the message, and nobody else is given it. */
  get isNeverSettled(): boolean {
    return this.settlements.length === 0 && !this.#handedOn;
  }

  clauseOf(state: State): ts.CatchClause | undefined {
    return state.startsWith('open@') ? this.#clauses.get(Number(state.slice(5))) : undefined;
  }

  caught(clause: ts.CatchClause, state: State): State {
    if (!state.startsWith('open')) return state;
    this.#clauses.set(clause.pos, clause);
    return `open@${String(clause.pos)}` as State;
  }

  thrown(node: ts.Node, state: State): State | undefined {
    if (this.#byNode.has(node)) return undefined;
    if (ts.isAwaitExpression(node)) {
      const call = skipOuter(node.expression);
      return this.#byNode.has(call) ? undefined : state;
    }
    const callee = ts.isCallExpression(node) || ts.isNewExpression(node) ? skipOuter(node.expression) : node;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
    if (harmless.test(name) || this.#isSettler(callee)) return undefined;
    // A call that is not awaited seldom fails: enough to ask for a settlement, too little to speak of a second.
    return state.startsWith('open') ? state : 'unknown';
  }

  when(condition: ts.Expression, truthy: boolean, state: State): State | undefined {
    if (state === 'none' || state === 'unknown') return state;
    if (this.#isCarrier(condition)) return truthy ? state : 'none';
    if (ts.isBinaryExpression(condition)) {
      const { left, right, operatorToken } = condition;
      const isNothing = /^(?:null|undefined|false)$/.test(right.getText());
      const same = /^={2,3}$/.test(operatorToken.getText());
      if (this.#isCarrier(left) && isNothing && (same || /^!={1,2}$/.test(operatorToken.getText())))
        return same === truthy ? 'none' : state;
    }
    // What is asked twice, or changes on the way, may be why a way that the text has is none.
    return [...termsOf(condition)].some((term) => this.#flags.has(term)) ? 'unknown' : state;
  }

  after(node: ts.Node, state: State): State {
    if (state === 'unknown' || state === 'none') return state;
    if (this.#byNode.has(node)) return this.#settled(node, state);
    if (ts.isFunctionLike(node)) return this.#mayBeSettledIn(node) ? this.#unknown() : state;
    if (ts.isIdentifier(node)) return this.#isCarrier(node) && isKept(node) ? this.#unknown() : state;
    if (!ts.isCallExpression(node)) return state;
    const callee = skipOuter(node.expression);
    if (this.#isSettler(callee)) return this.#settled(node, state);
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
    if (ending.test(name)) return this.#unknown();
    const given = node.arguments.findIndex((each) => this.#isCarrier(skipOuter(each)));
    if (given < 0) return node.arguments.some((each) => ts.isSpreadElement(each)) ? this.#unknown() : state;
    return harmless.test(name) ? state : this.#settledBy(node, given, state);
  }

  #unknown(): State {
    this.#handedOn = true;
    return 'unknown';
  }

  #settled(node: ts.Node, state: State): State {
    if (state !== 'done') return 'done';
    this.twice ??= node;
    return 'unknown';
  }

  /** What a function makes of the message that it is given. */
  #settledBy(call: ts.CallExpression, given: number, state: State): State {
    const target = this.depth < maximumDepth ? targetOf(this.project.code, call) : undefined;
    const parameter = target?.parameters[given]?.name;
    const symbol =
      parameter && ts.isIdentifier(parameter) ? symbolAt(this.project.code, parameter) : undefined;
    if (!target || !symbol || target === this.body) return this.#unknown();
    const walk = new Settling(this.project, this.handler, target, this.depth + 1, new Set([symbol]));
    const { normal, returned } = endsOf<State>(target, 'open', walk);
    const ends = new Set([normal, ...returned.values()].flatMap((states) => [...states]));
    if (ends.size === 1 && ends.has('done')) {
      this.#handedOn = true;
      return this.#settled(call, state);
    }
    return [...ends].every((each) => each === 'open' || each === 'none') && walk.isNeverSettled
      ? state
      : this.#unknown();
  }

  #findCarriers(): ReadonlySet<ts.Symbol> {
    const { code } = this.project;
    const found = new Set<ts.Symbol>();
    const add = (node: ts.Node | undefined): void => {
      const name = node && skipOuter(node);
      const symbol = name && ts.isIdentifier(name) ? symbolAt(code, name) : undefined;
      if (!symbol || found.has(symbol)) return;
      found.add(symbol);
      // `const message = context.getMessage()`: then the context carries it, too.
      const declaration = symbol.valueDeclaration;
      if (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer) {
        let at = skipOuter(declaration.initializer);
        while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) at = skipOuter(at.expression);
        add(at);
      }
    };
    const parameter = this.handler.library.acknowledgement?.parameter;
    if (parameter !== undefined) {
      add(this.body.parameters[parameter]?.name);
      return found;
    }
    for (const { node } of this.settlements) {
      const [message] = node.arguments ?? [];
      const receiver = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.expression
        : undefined;
      add(message && ts.isIdentifier(skipOuter(message)) ? message : receiver);
    }
    if (this.settlements.length === 0) add(this.body.parameters[0]?.name);
    return found;
  }

  #isCarrier(node: ts.Node): boolean {
    if (!ts.isIdentifier(node)) return false;
    const { checker } = this.project.code;
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : symbolAt(this.project.code, node);
    return symbol !== undefined && this.#carriers.has(symbol);
  }

  /** Is this the parameter by which the library lets a handler settle? */
  #isSettler(callee: ts.Node): boolean {
    return this.handler.library.acknowledgement?.parameter !== undefined && this.#isCarrier(callee);
  }

  #mayBeSettledIn(node: ts.Node): boolean {
    return (
      this.settlements.some((each) => isInside(each.node, node)) ||
      someWithin(node, (at) => this.#isCarrier(at) && (isKept(at) || isGiven(at) || this.#isSettler(at)))
    );
  }
}

/** Does a name stand where its value may be kept: in an object, a list, another variable? */
function isKept(node: ts.Node): boolean {
  let at = node;
  while (skipOuter(at.parent) === skipOuter(node) && at.parent !== node) at = at.parent;
  const { parent } = at;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isSpreadElement(parent) || ts.isSpreadAssignment(parent))
    return true;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === at;
  if (ts.isVariableDeclaration(parent)) return parent.initializer === at && ts.isIdentifier(parent.name);
  if (ts.isBinaryExpression(parent))
    return parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.right === at;
  return (
    ts.isArrayLiteralExpression(parent) ||
    ts.isNewExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isYieldExpression(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition !== at)
  );
}

function isGiven(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression !== node;
}

/** What is asked in several conditions, or is given another value on the way. */
function flagsOf(body: ts.FunctionLikeDeclaration): ReadonlySet<string> {
  const asked = new Set<string>();
  const flags = new Set<string>();
  const ask = (condition: ts.Expression): void => {
    for (const term of termsOf(condition)) (asked.has(term) ? flags : asked).add(term);
  };
  someWithin(body, (at) => {
    if (ts.isIfStatement(at) || ts.isWhileStatement(at)) ask(at.expression);
    else if (ts.isConditionalExpression(at)) ask(at.condition);
    else if (ts.isVariableDeclarationList(at) && (at.flags & ts.NodeFlags.Const) === 0)
      for (const { name } of at.declarations) if (ts.isIdentifier(name)) flags.add(name.text);
    return false;
  });
  return flags;
}

/** What a condition is about: names, and what is read of them. */
function termsOf(condition: ts.Node): ReadonlySet<string> {
  const terms = new Set<string>();
  someWithin(condition, (at) => {
    if (!ts.isIdentifier(at) || (ts.isPropertyAccessExpression(at.parent) && at.parent.name === at))
      return false;
    let whole: ts.Node = at;
    while (ts.isPropertyAccessExpression(whole.parent) && whole.parent.expression === whole)
      whole = whole.parent;
    terms.add(whole.getText());
    return false;
  });
  return terms;
}
