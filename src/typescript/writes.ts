import ts from 'typescript';
import { callsIn, namedCallsIn, type NamedCall, namesOfFunctions } from './calls.js';
import { PerCode, type Code } from './code.js';
import { evaluate } from './evaluate.js';
import { ancestorsOf, isInside, skipOuter, someWithin } from './syntax.js';
import { type Database, databaseOf, isRunAtOnce, isWithin, transactionsIn } from './transactions.js';

/** What a write does to its rows. */
type WriteKind = 'create' | 'update' | 'delete' | 'upsert' | 'save';

/** A call that changes rows of a database. */
export interface Write {
  readonly node: ts.CallExpression;
  readonly name: ts.Node;
  /** The library that writes: rows of two are in two stores, as far as anybody knows. */
  readonly database: string;
  readonly kind: WriteKind;
  /** The table or model, as the text calls it. */
  readonly table: string;
  /** Only says how far the work is: a state, a time, a number of runs. */
  readonly isProgress: boolean;
  /** Done a second time it leaves something else: one more row, a sum that is counted twice. */
  readonly adds: boolean;
}

const written = new PerCode<ts.CallExpression, Write | undefined>();

/** Two writes of one run, with nothing that keeps both or neither. */
export interface Pair {
  readonly first: Write;
  readonly second: Write;
  /** Where the second one stands in the function that was asked for, or the call that leads to it. */
  readonly at: ts.Node;
}

/** What a function writes, itself and by the project functions that it calls, outside of transactions. */
interface Summary {
  readonly writes: readonly Write[];
  readonly pair: Pair | undefined;
}

/** A write, or a call that leads to some. */
interface Step {
  readonly node: ts.Node;
  readonly at: ts.Node;
  readonly does: Summary;
}

/** How deep calls are followed, and how many writes of one are told apart. */
const maximumDepth = 3;
const maximumWrites = 12;

/** Two writes of a function that one transaction should keep together; undefined for none that are certain. */
export function separateWrites(
  code: Code,
  databases: readonly Database[],
  body: ts.FunctionLikeDeclaration,
): Pair | undefined {
  return summaryOf(code, databases, body, maximumDepth, new Set()).pair;
}

const summaries = new PerCode<ts.Node, Map<number, Summary>>();
const nothing: Summary = { writes: [], pair: undefined };

function summaryOf(
  code: Code,
  databases: readonly Database[],
  body: ts.FunctionLikeDeclaration,
  depth: number,
  above: ReadonlySet<ts.Node>,
): Summary {
  if (above.has(body)) return nothing;
  const byDepth = summaries.once(code, body, () => new Map<number, Summary>());
  let found = byDepth.get(depth);
  if (!found) {
    const steps = stepsOf(code, databases, body, depth, new Set([...above, body]));
    const writes = steps.flatMap(({ does }) => does.writes).slice(0, maximumWrites);
    byDepth.set(depth, (found = { writes, pair: pairOf(steps) }));
  }
  return found;
}

function stepsOf(
  code: Code,
  databases: readonly Database[],
  body: ts.FunctionLikeDeclaration,
  depth: number,
  above: ReadonlySet<ts.Node>,
): readonly Step[] {
  const transactions = transactionsIn(code, databases, body.getSourceFile());
  const isSeparate = (node: ts.Node): boolean =>
    isRunAtOnce(code, databases, node, body) &&
    !isBestEffort(node, body) &&
    !transactions.some((each) => isWithin(code, databases, node, each));
  const own = writesIn(code, databases, body)
    .filter(({ node }) => isSeparate(node))
    .map((write): Step => ({ node: write.node, at: write.name, does: { writes: [write], pair: undefined } }));
  const calls =
    depth === 0
      ? []
      : callsIn(code, body, namesOfFunctions(code.ownFiles)).flatMap(({ node, target }): readonly Step[] => {
          // Whoever is given a transaction works in it.
          if (isInside(target, body) || isGivenTransaction(node) || !isSeparate(node)) return [];
          const does = summaryOf(code, databases, target, depth - 1, above);
          return does.writes.length > 0 ? [{ node, at: node.expression, does }] : [];
        });
  return [...own, ...calls].sort((a, b) => a.node.end - b.node.end);
}

/** May it fail without the run failing: in a `try` whose `catch` throws nothing? */
function isBestEffort(node: ts.Node, body: ts.Node): boolean {
  let inner = node;
  for (const at of ancestorsOf(node)) {
    if (at === body) return false;
    if (ts.isTryStatement(at) && inner === at.tryBlock && at.catchClause && isSecondary(at, body))
      return !someWithin(at.catchClause.block, (each) => ts.isThrowStatement(each));
    inner = at;
  }
  return false;
}

/** Is it not all that a function does? */
function isSecondary(statement: ts.Statement, body: ts.Node): boolean {
  const { parent } = statement;
  return !(ts.isBlock(parent) && parent.parent === body);
}

function pairOf(steps: readonly Step[]): Pair | undefined {
  for (const [index, later] of steps.entries()) {
    for (const earlier of steps.slice(0, index)) {
      if (!mayFollow(earlier.node, later.node)) continue;
      for (const first of earlier.does.writes) {
        const second = later.does.writes.find((each) => belongTogether(first, each));
        if (second) return { first, second, at: later.at };
      }
    }
    if (later.does.pair) return { ...later.does.pair, at: later.at };
  }
  return undefined;
}

/** Does something half done remain when the second of two writes fails? */
function belongTogether(first: Write, second: Write): boolean {
  if (first.node === second.node || first.database !== second.database) return false;
  if ([first, second].some(({ isProgress, kind }) => isProgress || kind === 'upsert')) return false;
  // The next run does again what the first one did: only what adds something does harm then.
  if (first.table !== second.table) return first.adds;
  return first.kind === 'delete' && (second.kind === 'create' || second.kind === 'save');
}

/** May a text be reached after an earlier one in the same run of their function? */
function mayFollow(earlier: ts.Node, later: ts.Node): boolean {
  let below: ts.Node = earlier;
  for (const at of ancestorsOf(earlier)) {
    if (isInside(later, at)) {
      if (ts.isIfStatement(at)) return below === at.expression;
      if (ts.isConditionalExpression(at)) return below === at.condition;
      if (ts.isTryStatement(at)) return at.catchClause === undefined || !isInside(later, at.catchClause);
      return !ts.isCaseBlock(at);
    }
    if (ts.isCatchClause(at)) return false;
    if (ts.isBlock(at) || ts.isCaseOrDefaultClause(at)) {
      const last = at.statements.at(-1);
      if (
        last &&
        (ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isBreakOrContinueStatement(last))
      )
        return false;
    }
    below = at;
  }
  return false;
}

/** The writes in a text, nested functions included, in their order; none that is given a transaction. */
function writesIn(code: Code, databases: readonly Database[], within: ts.Node): readonly Write[] {
  const names = namesOfWrites(databases);
  return namedCallsIn(within).flatMap((call) =>
    names.has(call.name.text)
      ? (written.once(code, call.node, () => writeOf(code, databases, call)) ?? [])
      : [],
  );
}

const known = new WeakMap<readonly Database[], ReadonlySet<string>>();

function namesOfWrites(databases: readonly Database[]): ReadonlySet<string> {
  let names = known.get(databases);
  if (!names) {
    const all = databases.flatMap(({ writes = {}, sql = [] }) => [...Object.keys(writes), ...sql]);
    known.set(databases, (names = new Set(all.map((each) => each.slice(each.indexOf('.') + 1)))));
  }
  return names;
}

function writeOf(code: Code, databases: readonly Database[], call: NamedCall): Write | undefined {
  const { node, name } = call;
  const callee = skipOuter(node.expression);
  // Functions that are only called like a write are no methods of a client.
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const found = databaseOf(code, databases, name);
  if (!found) return undefined;
  const { database, owner } = found;
  const { writes = {}, sql = [] } = database;
  const statement = sql.includes(name.text) ? statementOf(code, node) : undefined;
  const said = statement?.kind ?? writes[`${owner}.${name.text}`] ?? writes[`*.${name.text}`];
  if (!said || isGivenTransaction(node)) return undefined;
  const kind = replacesOne(node) ? 'upsert' : said;
  const table = statement?.table ?? tableOf(call, callee.expression);
  return table === undefined
    ? undefined
    : {
        node,
        name,
        database: database.name,
        kind,
        table,
        isProgress: saysProgress(node, callee.expression),
        adds: kind === 'create' || (kind === 'save' && isNew(node)) || (kind === 'update' && counts(node)),
      };
}

/** Is what is saved made here, and so a new row? */
function isNew({ arguments: [entity] }: ts.CallExpression): boolean {
  const inner = entity && skipOuter(entity);
  if (!inner) return false;
  if (ts.isObjectLiteralExpression(inner)) return !keysOf(inner).some((key) => /^_?id$/.test(key));
  const callee = ts.isCallExpression(inner) ? skipOuter(inner.expression) : undefined;
  return (
    ts.isNewExpression(inner) ||
    (callee !== undefined && ts.isPropertyAccessExpression(callee) && callee.name.text === 'create')
  );
}

const counting = /\b(?:increment|decrement)\b|\$(?:inc|push)\b/;
/** `set stock = stock - 1` */
const countingStatement = /\bset\b[^]*?(?<column>\w+)"?\s*=\s*(?:\w+\.)?"?\k<column>"?\s*[-+*]/i;

/** Does an update go by what was there before? */
function counts(node: ts.CallExpression): boolean {
  const text = chainOf(node).at(-1)?.getText() ?? node.getText();
  return counting.test(text) || countingStatement.test(text);
}

/** What a statement does, and to which table. */
function statementOf(code: Code, node: ts.CallExpression): { kind: WriteKind; table: string } | undefined {
  const value = node.arguments[0] && evaluate(code, node.arguments[0]);
  const text = value?.kind === 'constant' && typeof value.value === 'string' ? value.value : '';
  const found = /^\s*(?<word>INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?<table>[\w."]+)/i.exec(text)?.groups;
  if (!found) return undefined;
  const { word = '', table = '' } = found;
  if (/\bON\s+(?:CONFLICT|DUPLICATE)\b/i.test(text)) return { kind: 'upsert', table };
  const first = word.charAt(0).toUpperCase();
  return { kind: first === 'I' ? 'create' : first === 'U' ? 'update' : 'delete', table };
}

/** `.onConflict('id').merge()`, `{ upsert: true }`: done again, it changes nothing. */
function replacesOne(node: ts.CallExpression): boolean {
  return chainOf(node).some(({ expression, arguments: given }) => {
    const callee = skipOuter(expression);
    if (ts.isPropertyAccessExpression(callee) && /^on(?:Conflict|Duplicate)/.test(callee.name.text))
      return true;
    return given.some((each) => {
      const value = skipOuter(each);
      return (
        ts.isObjectLiteralExpression(value) &&
        keysOf(value).some((key) => /^upsert$|^skipDuplicates$/.test(key))
      );
    });
  });
}

const tableCalls = new Set([
  ...['insertInto', 'updateTable', 'deleteFrom', 'from', 'into', 'table', 'collection', 'model'],
]);

/** The table of a write: what its chain of calls names, or what it is called on. */
function tableOf({ node, name }: NamedCall, receiver: ts.Expression): string | undefined {
  for (let at: ts.Node = node; ;) {
    const inner = skipOuter(at);
    if (ts.isCallExpression(inner)) {
      const callee = skipOuter(inner.expression);
      const called = ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
      const [first] = inner.arguments;
      const isNamed = called === undefined || tableCalls.has(called) || isInnermost(callee);
      if (first && isNamed) {
        if (ts.isStringLiteralLike(first)) return first.text;
        // `db.insert(users)`
        if (inner === node && ts.isIdentifier(first) && insertsInto.test(name.text)) return first.text;
      }
      at = callee;
    } else if (ts.isPropertyAccessExpression(inner)) at = inner.expression;
    else if (ts.isIdentifier(inner) || inner.kind === ts.SyntaxKind.ThisKeyword) break;
    else return undefined;
  }
  return receiver.getText().replace(/\s+/g, '').slice(-maximumName);
}

const maximumName = 60;

const insertsInto = /^(?:insert|update|delete)$/;

/** Is nothing called before: `knex('orders')`, `this.database('orders')`? */
function isInnermost(callee: ts.Node): boolean {
  let at = callee;
  while (ts.isPropertyAccessExpression(at)) at = skipOuter(at.expression);
  return !ts.isCallExpression(at);
}

const transactionName = /^(?:trx?|tx|t|transaction\w*|session|existingTrx|manager|em)$/i;

/** Is it run in a transaction of whoever calls the function around it? */
function isGivenTransaction(node: ts.CallExpression): boolean {
  let root: ts.Node = node;
  while (ts.isCallExpression(root) || ts.isPropertyAccessExpression(root)) root = skipOuter(root.expression);
  if (ts.isIdentifier(root) && transactionName.test(root.text)) return true;
  return chainOf(node).some(({ arguments: given }) =>
    given.some((each) => {
      const value = skipOuter(each);
      if (ts.isIdentifier(value)) return transactionName.test(value.text);
      return (
        ts.isObjectLiteralExpression(value) &&
        value.properties.some((property) => {
          const key = property.name?.getText();
          return key === 'transaction' || key === 'session' || key === 'trx';
        })
      );
    }),
  );
}

/** The calls of a builder chain, that one included: both on the way in and on the way out. */
function chainOf(node: ts.CallExpression): readonly ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  let at: ts.Node = node;
  while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) {
    if (ts.isCallExpression(at)) calls.push(at);
    at = skipOuter(at.expression);
  }
  let out: ts.Node = node;
  while (
    ts.isPropertyAccessExpression(out.parent) ||
    (ts.isCallExpression(out.parent) && out.parent.expression === out)
  ) {
    out = out.parent;
    if (ts.isCallExpression(out)) calls.push(out);
  }
  return calls;
}

/** Names of columns that say how far something is, and not what it is. */
const progress =
  /^(?:(?:\w*[a-z_])?(?:status|state|progress|phase|stage|step|error\w*|attempts?|retr(?:y|ies)\w*|heartbeat\w*|duration\w*|count|result|message|output|logs?)|\w+At|\w+_at|last\w*|is_?(?:done|processed|completed|running|active)|processed|completed|failed|locked\w*|started|finished|running)$/i;

/** Do the columns that are written, as far as the text names them, only say how far the work is? */
function saysProgress(node: ts.CallExpression, receiver: ts.Expression): boolean {
  const keys = chainOf(node).flatMap(({ arguments: given }) => {
    const last = given.findLast((each) => ts.isObjectLiteralExpression(skipOuter(each)));
    return last ? keysWritten(skipOuter(last) as ts.ObjectLiteralExpression) : [];
  });
  const own = keys.length > 0 ? keys : keysAssigned(receiver);
  return own.length > 0 && own.every((key) => progress.test(key));
}

/** `{ data: { … } }`, `{ $set: { … } }` or the columns themselves. */
function keysWritten(literal: ts.ObjectLiteralExpression): readonly string[] {
  for (const property of literal.properties) {
    const key = property.name?.getText().replace(/["']/g, '');
    if (!ts.isPropertyAssignment(property)) continue;
    if (key === 'data' || key === '$set') {
      const inner = skipOuter(property.initializer);
      return ts.isObjectLiteralExpression(inner) ? keysOf(inner) : [''];
    }
  }
  return keysOf(literal).filter((key) => key !== 'where' && key !== 'returning');
}

function keysOf(literal: ts.ObjectLiteralExpression): readonly string[] {
  return literal.properties.map((each) => each.name?.getText().replace(/["']/g, '') ?? '');
}

/** The properties of an object that its function sets: of `job.status = 'done'; await job.save()`. */
function keysAssigned(receiver: ts.Expression): readonly string[] {
  const object = skipOuter(receiver);
  if (!ts.isIdentifier(object)) return [];
  let scope: ts.Node = object;
  for (const at of ancestorsOf(object)) {
    scope = at;
    if (ts.isFunctionLike(at)) break;
  }
  const keys: string[] = [];
  const visit = (at: ts.Node): void => {
    if (
      ts.isBinaryExpression(at) &&
      at.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isPropertyAccessExpression(at.left) &&
      ts.isIdentifier(at.left.expression) &&
      at.left.expression.text === object.text
    )
      keys.push(at.left.name.text);
    ts.forEachChild(at, visit);
  };
  visit(scope);
  return keys;
}
