import ts from 'typescript';
import { skipOuter } from './syntax.js';

/** What a walk knows on its way. Ways that know the same are one way, so it should be of few values. */
export type Known = string | number;

/** What somebody wants to know of the ways through a function. */
export interface Walker<S extends Known> {
  /** What is known after this node was evaluated; its parts were evaluated before it. */
  after(node: ts.Node, known: S): S;
  /** What is known where a call, a `new` or an `await` ends in an error; undefined where that is not thought of. */
  thrown?(node: ts.Node, known: S): S | undefined;
  /** What is known when a condition has turned out this way; undefined where it cannot. */
  when?(condition: ts.Expression, truthy: boolean, known: S): S | undefined;
  /** What is known when an error is caught here. */
  caught?(clause: ts.CatchClause, known: S): S;
}

/** How a text can end, each way with all that may then be known. */
export interface Ends<S extends Known> {
  /** Its end is reached. */
  readonly normal: ReadonlySet<S>;
  /** By a `return`; the body of an arrow function that is an expression is one, too. */
  readonly returned: ReadonlyMap<ts.Node, ReadonlySet<S>>;
  /** By an error: a `throw`, or a node of which `thrown` says so. */
  readonly thrown: ReadonlyMap<ts.Node, ReadonlySet<S>>;
}

type States<S> = ReadonlySet<S>;

/** Where a way that leaves a text goes. */
interface Jump<S> {
  readonly kind: 'return' | 'throw' | 'break' | 'continue';
  readonly node: ts.Node;
  readonly label: string | undefined;
  readonly states: Set<S>;
}

/** Loops are walked until nothing new is known, and no longer than this. */
const maximumRounds = 6;

/** The ways through a function's own text: functions within it are values there, and are not run. */
export function endsOf<S extends Known>(
  body: ts.FunctionLikeDeclaration,
  start: S,
  walker: Walker<S>,
): Ends<S> {
  const walk = new Walk(walker);
  let normal: States<S> = new Set([start]);
  for (const parameter of body.parameters)
    if (parameter.initializer) normal = walk.expression(parameter.initializer, normal);
  if (body.body && ts.isBlock(body.body)) normal = walk.statements(body.body.statements, normal);
  else if (body.body) {
    walk.jump('return', body.body, walk.expression(body.body, normal));
    normal = new Set();
  }
  return walk.ends(normal);
}

/** The ways through a block on its own: jumps out of it are normal ends. */
export function endsOfBlock<S extends Known>(block: ts.Block, start: S, walker: Walker<S>): Ends<S> {
  const walk = new Walk(walker);
  return walk.ends(walk.statements(block.statements, new Set([start])));
}

class Walk<S extends Known> {
  #jumps: Jump<S>[] = [];

  constructor(private readonly walker: Walker<S>) {}

  ends(normal: States<S>): Ends<S> {
    const of = (kind: Jump<S>['kind']): ReadonlyMap<ts.Node, States<S>> =>
      new Map(this.#jumps.filter((each) => each.kind === kind).map(({ node, states }) => [node, states]));
    const left = this.#jumps.filter(({ kind }) => kind === 'break' || kind === 'continue');
    return {
      normal: union(normal, ...left.map(({ states }) => states)),
      returned: of('return'),
      thrown: of('throw'),
    };
  }

  jump(kind: Jump<S>['kind'], node: ts.Node, states: States<S>, label?: string): void {
    if (states.size === 0) return;
    const known = this.#jumps.find((each) => each.kind === kind && each.node === node);
    if (known) for (const each of states) known.states.add(each);
    else this.#jumps.push({ kind, node, label, states: new Set(states) });
  }

  statements(statements: readonly ts.Statement[], states: States<S>): States<S> {
    return statements.reduce((at, each) => this.#statement(each, at), states);
  }

  #statement(node: ts.Statement, states: States<S>, label?: string): States<S> {
    // Behind a `return` there is no way.
    if (states.size === 0) return states;
    if (ts.isBlock(node)) return this.statements(node.statements, states);
    if (ts.isIfStatement(node)) {
      const [yes, no] = this.#condition(node.expression, states);
      return union(
        this.#statement(node.thenStatement, yes),
        node.elseStatement ? this.#statement(node.elseStatement, no) : no,
      );
    }
    if (ts.isReturnStatement(node)) {
      this.jump('return', node, node.expression ? this.expression(node.expression, states) : states);
      return new Set();
    }
    if (ts.isThrowStatement(node)) {
      this.jump('throw', node, this.expression(node.expression, states));
      return new Set();
    }
    if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
      this.jump(ts.isBreakStatement(node) ? 'break' : 'continue', node, states, node.label?.text);
      return new Set();
    }
    if (ts.isTryStatement(node)) return this.#try(node, states);
    if (ts.isSwitchStatement(node)) return this.#switch(node, states, label);
    if (ts.isLabeledStatement(node)) {
      const after = this.#statement(node.statement, states, node.label.text);
      return union(after, this.#taken('break', node.label.text, true));
    }
    if (ts.isIterationStatement(node, false)) return this.#loop(node, states, label);
    if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return states;
    return this.expression(node, states);
  }

  #try({ tryBlock, catchClause, finallyBlock }: ts.TryStatement, states: States<S>): States<S> {
    const outer = this.#jumps;
    this.#jumps = [];
    let normal = this.statements(tryBlock.statements, states);
    if (catchClause) {
      const thrown = this.#jumps.filter(({ kind }) => kind === 'throw');
      this.#jumps = this.#jumps.filter(({ kind }) => kind !== 'throw');
      const caught = new Set<S>();
      for (const each of union(...thrown.map((jump) => jump.states)))
        caught.add(this.walker.caught?.(catchClause, each) ?? each);
      normal = union(normal, this.statements(catchClause.block.statements, caught));
    }
    const inner = this.#jumps;
    this.#jumps = outer;
    for (const { kind, node, states: left, label } of inner)
      this.jump(kind, node, finallyBlock ? this.statements(finallyBlock.statements, left) : left, label);
    return finallyBlock ? this.statements(finallyBlock.statements, normal) : normal;
  }

  #switch(node: ts.SwitchStatement, states: States<S>, label: string | undefined): States<S> {
    const outer = this.#jumps;
    this.#jumps = [];
    const start = this.expression(node.expression, states);
    let through: States<S> = new Set();
    for (const clause of node.caseBlock.clauses)
      through = this.statements(clause.statements, union(start, through));
    const complete = node.caseBlock.clauses.some(ts.isDefaultClause);
    const broken = this.#taken('break', label);
    this.#jumps = [...outer, ...this.#jumps];
    return union(through, broken, complete ? new Set<S>() : start);
  }

  #loop(node: ts.IterationStatement, states: States<S>, label: string | undefined): States<S> {
    const outer = this.#jumps;
    this.#jumps = [];
    let start = states;
    if (ts.isForStatement(node) && node.initializer) start = this.expression(node.initializer, start);
    if (ts.isForOfStatement(node) || ts.isForInStatement(node))
      start = this.expression(node.expression, start);
    let out: States<S> = new Set();
    let into = start;
    for (let round = 0; round < maximumRounds; round += 1) {
      const [runs, ends] = this.#loopCondition(node, into, ts.isDoStatement(node) && round === 0);
      out = union(out, ends);
      let after = union(this.#statement(node.statement, runs), this.#taken('continue', label));
      if (ts.isForStatement(node) && node.incrementor) after = this.expression(node.incrementor, after);
      const next = union(into, after);
      if (next.size === into.size) break;
      into = next;
    }
    if (ts.isDoStatement(node)) out = union(out, this.#loopCondition(node, into, false)[1]);
    out = union(out, this.#taken('break', label));
    this.#jumps = [...outer, ...this.#jumps];
    return out;
  }

  /** What is known in the loop, and behind it. */
  #loopCondition(
    node: ts.IterationStatement,
    states: States<S>,
    first: boolean,
  ): readonly [States<S>, States<S>] {
    if (first) return [states, new Set()];
    if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return this.#condition(node.expression, states);
    if (ts.isForStatement(node))
      return node.condition ? this.#condition(node.condition, states) : [states, new Set()];
    return [states, states];
  }

  /** The jumps out of a loop or a switch that end here. */
  #taken(kind: 'break' | 'continue', label: string | undefined, labelled = false): States<S> {
    const ends = (each: Jump<S>): boolean =>
      each.kind === kind &&
      (labelled ? each.label === label : each.label === undefined || each.label === label);
    const here = this.#jumps.filter(ends);
    this.#jumps = this.#jumps.filter((each) => !ends(each));
    return union(...here.map(({ states }) => states));
  }

  /** What is known where a condition holds, and where it does not. */
  #condition(node: ts.Expression, states: States<S>): readonly [States<S>, States<S>] {
    const condition = skipOuter(node) as ts.Expression;
    if (condition.kind === ts.SyntaxKind.TrueKeyword) return [states, new Set()];
    if (condition.kind === ts.SyntaxKind.FalseKeyword) return [new Set(), states];
    if (ts.isPrefixUnaryExpression(condition) && condition.operator === ts.SyntaxKind.ExclamationToken) {
      const [yes, no] = this.#condition(condition.operand, states);
      return [no, yes];
    }
    if (ts.isBinaryExpression(condition)) {
      const { operatorToken, left, right } = condition;
      if (operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) {
        const [first, none] = this.#condition(left, states);
        const [yes, no] = this.#condition(right, first);
        return [yes, union(none, no)];
      }
      if (operatorToken.kind === ts.SyntaxKind.BarBarToken) {
        const [first, none] = this.#condition(left, states);
        const [yes, no] = this.#condition(right, none);
        return [union(first, yes), no];
      }
    }
    const evaluated = this.expression(condition, states);
    const turnsOut = (truthy: boolean): States<S> => {
      const found = new Set<S>();
      for (const each of evaluated) {
        const known = this.walker.when ? this.walker.when(condition, truthy, each) : each;
        if (known !== undefined) found.add(known);
      }
      return found;
    };
    return [turnsOut(true), turnsOut(false)];
  }

  /** Evaluates a text, its parts first. */
  expression(node: ts.Node, states: States<S>): States<S> {
    if (states.size === 0) return states;
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return this.#after(node, states);
    if (ts.isConditionalExpression(node)) {
      const [yes, no] = this.#condition(node.condition, states);
      return union(this.expression(node.whenTrue, yes), this.expression(node.whenFalse, no));
    }
    if (ts.isBinaryExpression(node)) {
      const { operatorToken, left, right } = node;
      if (
        operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ||
        operatorToken.kind === ts.SyntaxKind.BarBarToken
      ) {
        const [yes, no] = this.#condition(left, states);
        return operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken
          ? union(no, this.expression(right, yes))
          : union(yes, this.expression(right, no));
      }
      if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
        const first = this.expression(left, states);
        return union(first, this.expression(right, first));
      }
    }
    let at = states;
    ts.forEachChild(node, (child) => {
      at = this.expression(child, at);
    });
    if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isAwaitExpression(node)) {
      const thrown = [...at].flatMap((known) => this.walker.thrown?.(node, known) ?? []);
      this.jump('throw', node, new Set(thrown));
    }
    return this.#after(node, at);
  }

  #after(node: ts.Node, states: States<S>): States<S> {
    const found = new Set<S>();
    for (const each of states) found.add(this.walker.after(node, each));
    return found;
  }
}

function union<S>(...sets: readonly ReadonlySet<S>[]): ReadonlySet<S> {
  const all = new Set<S>();
  for (const set of sets) for (const each of set) all.add(each);
  return all;
}
