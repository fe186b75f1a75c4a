import ts from 'typescript';
import { type ProjectCall, targetOf } from '../typescript/calls.js';
import type { Code } from '../typescript/code.js';
import { endsOfBlock } from '../typescript/flow.js';
import { reportsError } from '../typescript/reporters.js';
import { ancestorsOf, isInside, skipOuter, someWithin } from '../typescript/syntax.js';
import type { Handler } from './model.js';
import type { Project } from './project.js';

/** An error of a task that ends there, although the library would have run the task again. */
export interface SwallowedFailure {
  readonly kind: 'logged' | 'returned' | 'unseen';
  readonly handler: Handler;
  /** The `catch` clause, the callback of `.catch`, or the call of `Promise.allSettled`. */
  readonly at: ts.Node;
  /** The `return`s of what only looks like a failure. */
  readonly returns: readonly ts.ReturnStatement[];
  /** The calls from the handler to the function in which it stands. */
  readonly chain: readonly ProjectCall[];
  /** It is about one of several things that the task is for, and not about all of it. */
  readonly item: boolean;
}

/** How deep the calls that are a handler's main work are followed. */
const maximumDepth = 4;

/** Says what happened, and changes nothing. */
const logging =
  /^(?:log|logs|logError|info|debug|warn|warning|error|trace|verbose|fatal|silly|notice|critical|print|dir|table|exception|child)$/;
/** What only a logger has to be, where it is called so. */
const failing = /^(?:error|fatal|exception|critical|notice|dir|table|child|print)$/;
const loggers = /^(?:console|log|logger|.*Logger|.*\.(?:log|logger|_?logger|.*Logger))$/;
/** Leaves things tidy, and says nothing of the error. */
const tidying =
  /^(?:rollback\w*|release|unlock|disconnect|close|destroy|cleanup|cleanUp|clearTimeout|clearInterval|unlink|unlinkSync|rm|rmSync)$/;
/** What a task reads or makes ready before its main work. */
const preparing =
  /^(?:get|find|fetch|load|read|query|select|count|list|parse|validate|check|assert|is|has|lock|acquire|connect|init|ensure|set[uU]p|start|begin|mark|update\w*(?:Progress|Status)|progress|touch|extend|heartbeat|log|sleep|delay|wait|resolve|build|json|text|where|limit|exec|lean|first|orderBy|import|create(?:Client|Connection|Context)|app$)/;

/** Somebody thought of it: the error may be ignored. */
const meant =
  /best[- ]?effort|ignor|non[- ]?(?:critical|fatal|blocking|essential)|not (?:critical|fatal|blocking|essential)|optional|swallow|intentional|deliberate|on purpose|(?:do(?:es)?|did|should|must|will|can)(?: not|n['’o]t|not) (?:re-?)?(?:fail|throw|block|retry|retried|stop|break|crash|want|need|matter|propagate)|no need|never (?:throw|fail|block|retr)|(?:without|avoid|prevent)\w* (?:fail|retr|block|crash|throw)|silent|fire[- ]and[- ]forget|already|safe to|fall(?:s|ing)? ?back|next (?:run|tick|sweep|cycle|poll|interval)|eventual|later|retr(?:y|ied|ies) (?:on|by|at|with)/i;

/** What speaks to a tool, not to people. */
const directive =
  /(?:prettier|eslint|oxlint|biome|tslint|istanbul|v8|c8|deno|sonar)-?\s?(?:ignore|disable)|@ts-(?:ignore|expect-error|nocheck)|no-swallowed-failure/g;

/** The errors of all handlers of a program that end where only a log sees them, by the file they stand in. */
export function swallowedFailures(project: Project): ReadonlyMap<ts.SourceFile, readonly SwallowedFailure[]> {
  const known = found.get(project);
  if (known) return known;
  const all = new Map<ts.SourceFile, SwallowedFailure[]>();
  found.set(project, all);
  const seen = new Set<ts.Node>();
  for (const handler of project.bodies.values()) {
    for (const each of new Reader(project, handler).read()) {
      if (seen.has(each.at)) continue;
      seen.add(each.at);
      const file = each.at.getSourceFile();
      const list = all.get(file);
      if (list) list.push(each);
      else all.set(file, [each]);
    }
  }
  return all;
}
const found = new WeakMap<Project, Map<ts.SourceFile, SwallowedFailure[]>>();

/** What stands around a part of a task's work. */
interface Around {
  /** Other work is done before it, or after it: then it need not be what the task is for. */
  readonly before: boolean;
  readonly after: boolean;
  /** It is done for each of several things. */
  readonly item: boolean;
  readonly chain: readonly ProjectCall[];
}

class Reader {
  readonly #code: Code;
  readonly #found: SwallowedFailure[] = [];
  readonly #visited = new Set<ts.Node>();

  constructor(
    private readonly project: Project,
    private readonly handler: Handler,
  ) {
    this.#code = project.code;
  }

  read(): readonly SwallowedFailure[] {
    const { body, durable } = this.handler;
    // The steps of a durable function have been run again before it sees their error.
    if (!body || durable || !this.#comesAgain()) return [];
    this.#body(body, { before: false, after: false, item: false, chain: [] });
    return this.#found;
  }

  /** Would the library do anything about an error at all? What was acknowledged before the work is gone. */
  #comesAgain(): boolean {
    const { policy, body } = this.handler;
    const said = policy.acknowledgement;
    if (said.state === 'unknown' || said.state === 'configured') return false;
    if (said.state === 'stated' && said.values.includes('early')) return false;
    if (!this.#isManual()) return true;
    const acknowledged = this.project.acknowledgementOf(this.handler);
    return acknowledged.state === 'stated' && acknowledged.values.includes('late') && body !== undefined;
  }

  #isManual(): boolean {
    const said = this.handler.policy.acknowledgement;
    if (said.state === 'stated') return said.values.includes('manual');
    return said.state === 'defaulted' && said.value === 'manual';
  }

  #body(body: ts.FunctionLikeDeclaration, around: Around): void {
    if (!body.body || this.#visited.has(body)) return;
    this.#visited.add(body);
    if (ts.isBlock(body.body)) this.#statements(body.body.statements, around);
    else this.#expression(body.body, around);
  }

  /** The parts of a list of statements that may be the task's main work. */
  #statements(statements: readonly ts.Statement[], around: Around): void {
    statements.forEach((statement, index) => {
      this.#statement(statement, {
        ...around,
        before: around.before || statements.slice(0, index).some((each) => this.#isWorkBefore(each)),
        after: around.after || statements.slice(index + 1).some((each) => this.#isWorkAfter(each)),
      });
    });
  }

  #statement(node: ts.Statement, around: Around): void {
    if (ts.isTryStatement(node)) {
      if (node.catchClause) this.#judge(node, node.catchClause, around);
      this.#statements(node.tryBlock.statements, around);
    } else if (ts.isBlock(node)) this.#statements(node.statements, around);
    else if (ts.isIfStatement(node)) {
      this.#statement(node.thenStatement, around);
      if (node.elseStatement) this.#statement(node.elseStatement, around);
    } else if (ts.isSwitchStatement(node)) {
      for (const clause of node.caseBlock.clauses) this.#statements(clause.statements, around);
    } else if (ts.isIterationStatement(node, false)) {
      this.#statement(node.statement, { ...around, item: around.item || !this.#isOverMessages(node) });
    } else if (ts.isLabeledStatement(node)) this.#statement(node.statement, around);
    else if (ts.isExpressionStatement(node)) this.#expression(node.expression, around);
    else if (ts.isReturnStatement(node) && node.expression) this.#expression(node.expression, around);
  }

  /** Work whose result is dropped or returned: a call of a project function, or a promise with a `catch`. */
  #expression(node: ts.Expression, around: Around): void {
    const inner = skipOuter(node);
    const awaited = ts.isAwaitExpression(inner);
    const call = awaited ? skipOuter(inner.expression) : inner;
    const waits = awaited || !ts.isExpressionStatement(node.parent);
    if (!ts.isCallExpression(call)) return;
    const { expression } = call;
    const method = ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined;
    const owner = ts.isPropertyAccessExpression(expression) ? expression.expression : undefined;
    if (waits && owner && (method === 'catch' || method === 'then')) {
      const callback = call.arguments[method === 'catch' ? 0 : 1];
      if (callback) this.#judgeCallback(call, callback, around);
      if (method === 'catch') this.#expression(owner, around);
      return;
    }
    if (waits && owner?.getText() === 'Promise' && (method === 'all' || method === 'allSettled')) {
      this.#several(call, method, awaited && ts.isExpressionStatement(node.parent), around);
      return;
    }
    if (around.chain.length < maximumDepth) {
      const target = waits ? targetOf(this.#code.at(call), call) : undefined;
      if (target && !this.project.bodies.has(target)) {
        this.#body(target, { ...around, chain: [...around.chain, { node: call, target }] });
        return;
      }
    }
    // `inContext(async () => { … })`: what it is given is run.
    const last = waits ? call.arguments.at(-1) : undefined;
    if (last && isFunction(last)) this.#body(last, { ...around, item: around.item || isPerItem(method) });
  }

  /** `Promise.all(list.map(async (each) => { … }))` */
  #several(call: ts.CallExpression, method: string, dropped: boolean, around: Around): void {
    const [list] = call.arguments;
    const mapped = list && skipOuter(list);
    if (!mapped) return;
    const over =
      ts.isCallExpression(mapped) && ts.isPropertyAccessExpression(mapped.expression)
        ? mapped.expression.expression
        : undefined;
    const item = around.item || !over || !this.#isMessages(over);
    if (method === 'allSettled') {
      if (dropped && !around.before && !around.after && !isMeant(call))
        this.#found.push({
          kind: 'unseen',
          handler: this.handler,
          at: call,
          returns: [],
          chain: around.chain,
          item,
        });
      return;
    }
    const callback = ts.isCallExpression(mapped) ? mapped.arguments[0] : undefined;
    if (callback && isFunction(callback)) this.#body(callback, { ...around, item });
  }

  #judge(node: ts.TryStatement, clause: ts.CatchClause, around: Around): void {
    const { block } = clause;
    const { normal } = endsOfBlock(block, 0, { after: (_, known) => known });
    const goesOn = normal.size > 0 && !endsLoopRun(block);
    if (around.before || (around.after && goesOn)) return;
    if (!this.#doesWork(node.tryBlock) || isMeant(clause) || isMeant(node)) return;
    if (!this.#isSwallowed(block) || this.#comesBackUnsettled(node, clause)) return;
    this.#add(clause, returnsIn(block), around);
  }

  /** What is settled behind the work, in the same `try`, is not after an error: where that brings it back, all is well. */
  #comesBackUnsettled({ tryBlock }: ts.TryStatement, { block }: ts.CatchClause): boolean {
    const { acknowledgement } = this.handler.library;
    if (!this.#isManual() || acknowledgement?.unsettled !== undefined) return false;
    const settled = this.project
      .settlementsIn(tryBlock.getSourceFile())
      .filter(({ outcome }) => outcome === 'done');
    const holds = (within: ts.Node): boolean => settled.some((each) => isInside(each.node, within));
    return holds(tryBlock) && !holds(block);
  }

  #judgeCallback(call: ts.CallExpression, callback: ts.Expression, around: Around): void {
    if (around.before || around.after || isMeant(call)) return;
    const handles = skipOuter(callback);
    if (!ts.isArrowFunction(handles) && !ts.isFunctionExpression(handles)) {
      // `.catch(console.error)`
      const name = ts.isPropertyAccessExpression(handles) ? handles.name.text : '';
      const logs =
        ts.isPropertyAccessExpression(handles) && isLogger(handles.expression) && logging.test(name);
      if (logs) this.#add(callback, [], around);
      return;
    }
    if (isMeant(handles)) return;
    const { body } = handles;
    if (ts.isBlock(body) ? this.#isSwallowed(body) : this.#isHarmless(body))
      this.#add(callback, ts.isBlock(body) ? returnsIn(body) : [], around);
  }

  #add(at: ts.Node, all: readonly ts.ReturnStatement[], { chain, item }: Around): void {
    const { handler, project } = this;
    const { failedResults } = handler.library;
    const returns = all.filter(({ expression }) => expression && !isNothing(expression));
    if (failedResults?.nothing && returns.length === 0) return;
    for (const { expression } of returns) {
      const value = expression && skipOuter(expression);
      if (!value || ts.isArrayLiteralExpression(value)) return;
      if (failedResults?.object && !ts.isIdentifier(value)) return;
      if (failedResults?.keys?.some((key) => new RegExp(`\\b${key}\\b`).test(value.getText()))) return;
    }
    if (returns.length > 0 && isResultRead(project, handler)) return;
    this.#found.push({ kind: returns.length > 0 ? 'returned' : 'logged', handler, at, returns, chain, item });
  }

  /** Is nothing done with the error in this text but that it is said? */
  #isSwallowed(block: ts.Node): boolean {
    return !someWithin(block, (at) => this.#handles(at, block, 0));
  }

  #isHarmless(body: ts.Expression): boolean {
    return !ts.isArrayLiteralExpression(skipOuter(body)) && this.#isSwallowed(body);
  }

  #handles(node: ts.Node, block: ts.Node, depth: number): boolean {
    if (ts.isThrowStatement(node) || ts.isYieldExpression(node) || ts.isDeleteExpression(node)) return true;
    if (ts.isNewExpression(node)) return ts.isExpressionStatement(node.parent) || isReturned(node);
    if (isAssignment(node)) return !isDeclaredIn(this.#code, node, block);
    return ts.isCallExpression(node) && this.#callHandles(node, depth);
  }

  #callHandles(call: ts.CallExpression, depth: number): boolean {
    const code = this.#code.at(call);
    const settlement = this.project.settlementsIn(call.getSourceFile()).find((each) => each.node === call);
    if (settlement) return settlement.outcome !== 'done';
    if (reportsError(code, call)) return true;
    const callee = skipOuter(call.expression);
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
    if (name === 'reject') return true;
    const target = depth < 3 ? targetOf(code, call) : undefined;
    if (ts.isPropertyAccessExpression(callee) && logging.test(name) && isLogger(callee.expression))
      return false;
    if (!isEffect(call)) return target ? someWithin(target, ts.isThrowStatement) : false;
    // `job.log(…)` says it; of `observer.error(…)` nobody knows what it does.
    if (logging.test(name) && !target) return ts.isPropertyAccessExpression(callee) && failing.test(name);
    if (tidying.test(name)) return false;
    // `done()` without an error is success.
    if (isCallback(code, callee)) return call.arguments[0] !== undefined && !isNothing(call.arguments[0]);
    // What may fail unseen itself records nothing for certain: with retries, those would have been certain.
    if (isUncertain(call) && this.#retries()) return false;
    // The `catch` behind a call is looked at with the call itself.
    if (name === 'catch' && ts.isPropertyAccessExpression(callee)) return false;
    if (target?.body) return someWithin(target.body, (at) => this.#handles(at, target, depth + 1));
    return true;
  }

  /** Has somebody asked for more than one run? */
  #retries(): boolean {
    const { attempts } = this.handler.policy;
    return attempts.state === 'stated' && attempts.values.every((value) => value > 1);
  }

  /** Does a `try` hold what may fail and is worth another run? To read a payload is not. */
  #doesWork(block: ts.Block): boolean {
    return someInOwn(
      block,
      (at) =>
        ts.isAwaitExpression(at) ||
        (ts.isForOfStatement(at) && at.awaitModifier !== undefined) ||
        (ts.isReturnStatement(at) &&
          at.expression !== undefined &&
          ts.isCallExpression(skipOuter(at.expression)) &&
          !/\b(?:parse|safeParse|validate)\b/.test(at.expression.getText())),
    );
  }

  /** Work of its own that stands before: what is awaited, and neither reads nor makes ready. */
  #isWorkBefore(statement: ts.Statement): boolean {
    if (ts.isIfStatement(statement) && leaves(statement.thenStatement) && !statement.elseStatement)
      return false;
    return someInOwn(statement, (at) => {
      if (!ts.isAwaitExpression(at)) return false;
      const call = skipOuter(at.expression);
      return ts.isCallExpression(call) && !namesOfChain(call).some((name) => preparing.test(name));
    });
  }

  /** Work that goes on behind, whatever happened: anything but saying so and settling. */
  #isWorkAfter(statement: ts.Statement): boolean {
    if (ts.isFunctionDeclaration(statement)) return false;
    return someInOwn(statement, (at) => {
      if (ts.isThrowStatement(at)) return true;
      const call = ts.isAwaitExpression(at) ? skipOuter(at.expression) : at;
      if (!ts.isCallExpression(call)) return ts.isAwaitExpression(at);
      const callee = skipOuter(call.expression);
      const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
      if (logging.test(name) || tidying.test(name)) return false;
      if (!ts.isAwaitExpression(at) && !isEffect(call)) return false;
      return !this.project
        .settlementsIn(call.getSourceFile())
        .some((each) => each.node === call && each.outcome === 'done');
    });
  }

  /** A loop over the messages that this run is given: each of them is a task. */
  #isOverMessages(loop: ts.IterationStatement): boolean {
    return ts.isForOfStatement(loop) && this.#isMessages(loop.expression);
  }

  #isMessages(list: ts.Expression): boolean {
    const { body, payload, library } = this.handler;
    const first = body?.parameters[0]?.name;
    let at = skipOuter(list);
    const keys: string[] = [];
    while (ts.isPropertyAccessExpression(at)) {
      keys.unshift(at.name.text);
      at = skipOuter(at.expression);
    }
    if (!first || !ts.isIdentifier(first) || !ts.isIdentifier(at) || at.text !== first.text) return false;
    const { path } = payload ?? {};
    if (!path) return library.failedResults?.keys !== undefined && keys.length === 1;
    const end = path.indexOf('[]');
    return end >= 0 && path.slice(0, end).join('.') === keys.join('.');
  }
}

/** The parts of a text that run with it, and not the functions in it. */
function someInOwn(node: ts.Node, test: (at: ts.Node) => boolean): boolean {
  if (ts.isFunctionLike(node)) return false;
  return test(node) || ts.forEachChild(node, (child) => someInOwn(child, test) || undefined) === true;
}

function isFunction(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

function isPerItem(method: string | undefined): boolean {
  return (
    method !== undefined && /^(?:map|forEach|each|eachSeries|eachLimit|mapLimit|mapSeries|for)$/.test(method)
  );
}

/** The names in `db.select().from(users).where(…)`. */
function namesOfChain(call: ts.CallExpression): readonly string[] {
  const names: string[] = [];
  let at = skipOuter(call.expression);
  for (;;) {
    if (ts.isPropertyAccessExpression(at)) {
      names.push(at.name.text);
      at = skipOuter(at.expression);
    } else if (ts.isCallExpression(at)) at = skipOuter(at.expression);
    else {
      if (ts.isIdentifier(at) && names.length === 0) names.push(at.text);
      return names;
    }
  }
}

function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return (
    last !== undefined &&
    (ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isContinueStatement(last))
  );
}

/** Does a `catch` end the run of the loop around it? Then what follows in the loop is not done. */
function endsLoopRun(block: ts.Block): boolean {
  const last = block.statements.at(-1);
  return last !== undefined && (ts.isContinueStatement(last) || ts.isBreakStatement(last));
}

function returnsIn(block: ts.Block): readonly ts.ReturnStatement[] {
  const all: ts.ReturnStatement[] = [];
  someInOwn(block, (at) => {
    if (ts.isReturnStatement(at)) all.push(at);
    return false;
  });
  return all;
}

function isNothing(node: ts.Expression): boolean {
  const value = skipOuter(node);
  return value.kind === ts.SyntaxKind.NullKeyword || /^(?:undefined|void 0)$/.test(value.getText());
}

function isReturned(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
}

/** Is a call made for what it does, and not for its value? */
function isEffect(call: ts.CallExpression): boolean {
  let at: ts.Node = call;
  for (;;) {
    const { parent } = at;
    if (ts.isAwaitExpression(parent) || ts.isExpressionStatement(parent) || ts.isVoidExpression(parent))
      return true;
    if (isReturned(at)) return true;
    const goesOn =
      ts.isParenthesizedExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isAsExpression(parent) ||
      (ts.isPropertyAccessExpression(parent) && /^(?:catch|then|finally)$/.test(parent.name.text)) ||
      (ts.isCallExpression(parent) && parent.expression === at) ||
      (ts.isBinaryExpression(parent) && parent.right === at && !isAssignment(parent));
    if (!goesOn) return false;
    at = parent;
  }
}

/** `void tell(error)`, and `tell(error).catch(() => {})`: whether it worked, nobody knows. */
function isUncertain(call: ts.CallExpression): boolean {
  for (let at: ts.Node = call; ; at = at.parent) {
    const { parent } = at;
    if (ts.isVoidExpression(parent)) return true;
    if (ts.isPropertyAccessExpression(parent) && parent.name.text === 'catch') return true;
    if (ts.isExpressionStatement(parent) || ts.isStatement(parent) || ts.isFunctionLike(parent)) return false;
  }
}

function isLogger(node: ts.Node): boolean {
  return loggers.test(
    skipOuter(node)
      .getText()
      .replace(/[?!]|\(\)/g, ''),
  );
}

function isAssignment(node: ts.Node): node is ts.BinaryExpression | ts.UnaryExpression {
  if (ts.isBinaryExpression(node))
    return (
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
    );
  return (
    (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
  );
}

/** Is what is assigned to declared in this text, so that nobody outside sees it? */
function isDeclaredIn(code: Code, node: ts.BinaryExpression | ts.UnaryExpression, block: ts.Node): boolean {
  const target = skipOuter(
    ts.isBinaryExpression(node)
      ? node.left
      : (node as ts.PrefixUnaryExpression | ts.PostfixUnaryExpression).operand,
  );
  if (!ts.isIdentifier(target)) return false;
  const declaration = code.at(target).checker.getSymbolAtLocation(target)?.valueDeclaration;
  return declaration !== undefined && isInside(declaration, block);
}

/** Is a parameter called: the `done` that a library hands over? */
function isCallback(code: Code, callee: ts.Node): boolean {
  if (!ts.isIdentifier(callee)) return false;
  const declaration = code.at(callee).checker.getSymbolAtLocation(callee)?.valueDeclaration;
  return declaration !== undefined && ts.isParameter(declaration);
}

/** Does a comment, or the text that is logged, say that the error may be ignored? */
function isMeant(node: ts.Node): boolean {
  const text = node.getSourceFile().text;
  const start = ts.isCatchClause(node) || isFunction(node) ? node.pos : node.getFullStart();
  const end = ts.isTryStatement(node)
    ? node.getStart()
    : ts.isCallExpression(node)
      ? node.getStart()
      : node.end;
  // `const`s and log texts count with the comments: they say what somebody thought.
  const said = text.slice(start, end).match(/\/\/.*|\/\*[^]*?\*\/|'[^'\n]*'|"[^"\n]*"|`[^`]*`/g) ?? [];
  const around = ts.isTryStatement(node)
    ? (/^\s*\/\/.*/.exec(text.slice(node.tryBlock.getStart() + 1)) ?? [])
    : [];
  return [...said, ...around].some((each) => meant.test(each.replace(directive, '')));
}

/** May somebody look at what this handler returns? */
function isResultRead(project: Project, { site, step, library, task }: Handler): boolean {
  if (site.answers || step) return true;
  const { resultNames } = library;
  if (resultNames) {
    const names = new RegExp(`\\b(?:${resultNames.join('|')})\\b`);
    if (project.files.some((file) => names.test(file.text))) return true;
  }
  const waits = project.files
    .flatMap((file) => project.waitsIn(file))
    .filter((wait) => wait.library.base === library.base && !wait.polling);
  if (waits.length === 0) return false;
  const dispatched = new Map<ts.Node, (typeof project.dispatches)[number]>();
  for (const each of project.dispatches) dispatched.set(each.node, each);
  return waits.some((wait) => {
    const dispatch = dispatched.get(wait.node);
    if (dispatch?.task.state !== 'stated' || task.state !== 'stated') return true;
    const names = task.values;
    return dispatch.task.values.some((name) => names.includes(name));
  });
}

/**
 * Promises that an `async` function returns without `await` out of a `try` that has a `catch`: the function has
 * left the `try` when they fail.
 */
export function escapesIn(code: Code, file: ts.SourceFile): readonly ts.ReturnStatement[] {
  if (!code.typed || !/\btry\b/.test(file.text)) return [];
  const all: ts.ReturnStatement[] = [];
  someWithin(file, (node) => {
    if (ts.isReturnStatement(node) && node.expression && leavesTry(code, node, node.expression))
      all.push(node);
    return false;
  });
  return all;
}

function leavesTry(code: Code, node: ts.ReturnStatement, returned: ts.Expression): boolean {
  const call = skipOuter(returned);
  if (!ts.isCallExpression(call)) return false;
  let caught = false;
  let inner: ts.Node = node;
  for (const at of ancestorsOf(node)) {
    if (ts.isFunctionLike(at)) {
      const isAsync =
        ts.canHaveModifiers(at) &&
        ts.getModifiers(at)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
      return caught && isAsync === true && isPromise(code, call);
    }
    if (ts.isTryStatement(at) && inner === at.tryBlock && at.catchClause) {
      caught ||= !isThrownOn(at.catchClause);
    }
    inner = at;
  }
  return false;
}

/** Is the error thrown on in any case, with nothing but a line in a log or a counter before? */
function isThrownOn({ block }: ts.CatchClause): boolean {
  const last = block.statements.at(-1);
  return (
    last !== undefined &&
    ts.isThrowStatement(last) &&
    !someWithin(block, (each) => ts.isAwaitExpression(each) || ts.isReturnStatement(each))
  );
}

function isPromise(code: Code, node: ts.Expression): boolean {
  const type = code.at(node).checker.getTypeAtLocation(node);
  return (
    (type.flags & ts.TypeFlags.Any) === 0 &&
    type.getProperty('then') !== undefined &&
    type.getProperty('catch') !== undefined
  );
}
