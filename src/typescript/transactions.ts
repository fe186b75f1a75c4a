import ts from 'typescript';
import { callsIn, functionDeclaredAs, namedCallsIn, type NamedCall, patternOfNames } from './calls.js';
import type { Code } from './code.js';
import { evaluate } from './evaluate.js';
import { functionAround, nameOfFunction } from './follow.js';
import { originOf, originOfDeclaration, symbolAt } from './identity.js';
import { ancestorsOf, isInside, skipOuter } from './syntax.js';

/** How the transactions of a database library are told, in declarations of its packages. */
export interface Database {
  /** As people call it, for messages. */
  readonly name: string;
  readonly packages: readonly (string | RegExp)[];
  /** What a generated client of the project imports, by which its declarations are known. */
  readonly runtime?: RegExp;
  /** What runs a callback in a transaction: `Owner.method`, `*.method` of any owner, a function. */
  readonly runs?: readonly string[];
  /** Decorators of methods that run in a transaction. */
  readonly decorators?: readonly string[];
  /** What gives a transaction that somebody settles by hand: `const trx = await knex.transaction()`. */
  readonly makes?: readonly string[];
  /** What begins a transaction of the object that it is called on. */
  readonly begins?: readonly string[];
  /** Methods, of what was made or of what began, that end a transaction. */
  readonly commits?: readonly string[];
  readonly rollbacks?: readonly string[];
  /** Methods that change rows, `Owner.method` or `*.method`, and what they do to them. */
  readonly writes?: Readonly<Record<string, 'create' | 'update' | 'delete' | 'upsert' | 'save'>>;
  /** Methods that are given SQL: `BEGIN` and `COMMIT` by hand. */
  readonly sql?: readonly string[];
}

/** A text that runs within a transaction. */
export interface Transaction {
  readonly database: string;
  /** What opens it. */
  readonly opened: ts.Node;
  /** The function that runs in it, or of which a part does. */
  readonly body: ts.FunctionLikeDeclaration;
  /** Where the opening call names the function, if it does not hold it itself. */
  readonly named: ts.Expression | undefined;
  /** From here to the commit, where it is settled by hand. */
  readonly span: Span | undefined;
}

interface Span {
  readonly begin: ts.Node;
  readonly commits: readonly ts.Node[];
  /** Commits and roll-backs. */
  readonly settled: readonly ts.Node[];
}

/** A parameter of a project function that is run within a transaction, or a key of it. */
interface Slot {
  readonly index: number;
  readonly key: string | undefined;
}

/** What a text must hold for a transaction to be in it. */
const words = /ransaction|\b(?:begin|BEGIN)\b/;

/** May a transaction be opened in this text, by a library's own call? */
export function mentionsTransaction(file: ts.SourceFile): boolean {
  return words.test(file.text);
}

/** The transactions that a file opens: by a library's call, or by a project function that does so with its callback. */
export function transactionsIn(
  code: Code,
  databases: readonly Database[],
  file: ts.SourceFile,
): readonly Transaction[] {
  const { found } = Transactions.of(code, databases);
  return found.get(file) ?? [];
}

/**
 * Is this text run within the transaction? What stands in a function that somebody calls later, after the commit
 * say, is not.
 */
export function isWithin(
  code: Code,
  databases: readonly Database[],
  node: ts.Node,
  { body, span }: Transaction,
): boolean {
  if (!isInside(node, body) || !isRunAtOnce(code, databases, node, body)) return false;
  return span ? isBetween(node, span) : !isSettledBefore(node, body);
}

const states = new WeakMap<Code, WeakMap<readonly Database[], Transactions>>();

class Transactions {
  readonly found = new Map<ts.SourceFile, Transaction[]>();
  /** Functions that run within a transaction. */
  readonly bodies = new Set<ts.Node>();
  readonly #helpers = new Map<ts.Node, Slot[]>();
  readonly #names: ReadonlySet<string>;
  readonly #decorators: ReadonlySet<string>;

  private constructor(
    readonly code: Code,
    readonly databases: readonly Database[],
  ) {
    this.#names = new Set(
      databases
        .flatMap(({ runs = [], makes = [], begins = [], sql = [] }) => [...runs, ...makes, ...begins, ...sql])
        .map(lastName),
    );
    this.#decorators = new Set(databases.flatMap(({ decorators = [] }) => decorators));
    const files = code.typed ? code.ownFiles.filter(mentionsTransaction) : [];
    for (const file of files) this.#read(file);
    this.#readHelpers();
  }

  static of(code: Code, databases: readonly Database[]): Transactions {
    let of = states.get(code);
    if (!of) states.set(code, (of = new WeakMap()));
    let known = of.get(databases);
    if (!known) of.set(databases, (known = new Transactions(code, databases)));
    return known;
  }

  #read(file: ts.SourceFile): void {
    for (const call of namedCallsIn(file)) {
      const { node, name } = call;
      if (ts.isDecorator(node.parent)) {
        if (this.#decorators.has(name.text)) this.#readDecorator(node.parent, call);
      } else if (this.#names.has(name.text) && mayOpen(call)) this.#readCall(call);
    }
  }

  #readCall(call: NamedCall): void {
    const { node, name } = call;
    const owner = ownerOf(this.code, name);
    const database = owner && this.databases.find((each) => declares(each, owner, name.text));
    if (!database) return;
    const is = (list: readonly string[] = []): boolean =>
      list.includes(`*.${name.text}`) ||
      list.includes(owner.name === undefined ? name.text : `${owner.name}.${name.text}`);
    if (is(database.runs) && this.#readCallbacks(node, database.name)) return;
    const around = functionAround(node);
    if (!around || !('body' in around) || !around.body) return;
    const handle = is(database.makes)
      ? madeName(node)
      : is(database.begins) || (database.sql?.includes(name.text) && begins(this.code, node))
        ? receiverOf(node)?.getText()
        : undefined;
    if (handle === undefined) return;
    const span = spanOf(this.code, database, node, handle, around);
    if (span.commits.length === 0) return;
    this.#add({ database: database.name, opened: node, body: around, named: undefined, span });
  }

  /** The functions among a call's arguments are run in the transaction. */
  #readCallbacks(node: ts.CallExpression, database: string): boolean {
    return node.arguments.map((each) => this.#readCallback(each, node, database)).some(Boolean);
  }

  #readCallback(argument: ts.Expression, opened: ts.Node, database: string): boolean {
    const value = skipOuter(argument);
    if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) {
      this.#add({ database, opened, body: value, named: undefined, span: undefined });
      return true;
    }
    if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return false;
    const declaration = symbolAt(this.code, value)?.valueDeclaration;
    if (!declaration) return false;
    if (this.#addHelper(declaration)) return true;
    const body = functionDeclaredAs(declaration);
    if (!body?.body || body.getSourceFile().isDeclarationFile) return false;
    this.#add({ database, opened, body, named: value, span: undefined });
    return true;
  }

  #readDecorator(decorator: ts.Decorator, { node, name }: NamedCall): void {
    const method = decorator.parent;
    if (!ts.isMethodDeclaration(method) || !method.body) return;
    // Propagations that run outside of a transaction, or may.
    if (/NOT_SUPPORTED|NEVER|SUPPORTS|NotSupported|Never|Supports/.test(node.getText())) return;
    const origin = originOf(this.code, name);
    const database = this.databases.find(
      ({ packages, decorators }) => decorators?.includes(name.text) && matches(packages, origin?.package),
    );
    if (!database) return;
    this.#add({
      database: database.name,
      opened: decorator,
      body: method,
      named: undefined,
      span: undefined,
    });
  }

  #add(transaction: Transaction): void {
    const file = transaction.opened.getSourceFile();
    const list = this.found.get(file);
    if (list) list.push(transaction);
    else this.found.set(file, [transaction]);
    const { body, span } = transaction;
    if (!span) this.bodies.add(body);
    // A parameter that is called in there makes the function around a helper.
    for (const { node, name } of namedCallsIn(body)) {
      if (span && !isBetween(node, span)) continue;
      if (skipOuter(node.expression) !== name) continue;
      const declaration = this.code.checker.getSymbolAtLocation(name)?.valueDeclaration;
      if (declaration && (span !== undefined || !isInside(declaration, body))) this.#addHelper(declaration);
    }
  }

  /** A parameter that is run in a transaction; false for what is no parameter. */
  #addHelper(declaration: ts.Declaration): boolean {
    let parameter: ts.Node = declaration;
    let key: string | undefined;
    if (ts.isBindingElement(declaration) && ts.isObjectBindingPattern(declaration.parent)) {
      key = (declaration.propertyName ?? declaration.name).getText();
      parameter = declaration.parent.parent;
    }
    if (!ts.isParameter(parameter)) return false;
    const owner = parameter.parent;
    const index = owner.parameters.indexOf(parameter);
    const slots = this.#helpers.get(owner) ?? [];
    if (!slots.some((each) => each.index === index && each.key === key)) {
      this.#helpers.set(owner, [...slots, { index, key }]);
    }
    return true;
  }

  /** The calls of project functions that run what they are given in a transaction; and of those that call these. */
  #readHelpers(): void {
    const read = new Set<ts.Node>();
    const database = (owner: ts.Node): string =>
      [...this.found.values()].flat().find(({ opened }) => isInside(opened, owner))?.database ?? '';
    for (let round = 0; round < maximumRounds; round += 1) {
      const fresh = [...this.#helpers.keys()].filter((owner) => !read.has(owner));
      if (fresh.length === 0) return;
      const names = new Set<string>();
      for (const owner of fresh) {
        read.add(owner);
        const name = ts.isFunctionLike(owner) ? nameOfFunction(owner) : undefined;
        if (name !== undefined) names.add(name);
      }
      if (names.size === 0) continue;
      const pattern = patternOfNames(names);
      for (const file of this.code.ownFiles) {
        if (!pattern.test(file.text)) continue;
        for (const { node, target } of callsIn(this.code, file, names)) {
          if (!fresh.includes(target)) continue;
          for (const slot of this.#helpers.get(target) ?? []) {
            const given = node.arguments[slot.index];
            const argument = given && (slot.key === undefined ? given : valueOfKey(given, slot.key));
            if (argument) this.#readCallback(argument, node, database(target));
          }
        }
      }
    }
  }
}

/** Helpers of helpers of helpers. */
const maximumRounds = 3;

function lastName(text: string): string {
  return text.slice(text.indexOf('.') + 1);
}

/** Is it worth asking whose a call is? `query` and `execute` are called everywhere. */
function mayOpen({ node, name }: NamedCall): boolean {
  switch (name.text) {
    case 'query': {
      const [statement] = node.arguments;
      if (!statement || ts.isObjectLiteralExpression(statement)) return false;
      return !isText(statement) || mayBegin.test(statement.getText());
    }
    case 'execute': {
      const receiver = receiverOf(node)?.getText() ?? '';
      const [callback] = node.arguments;
      return callback
        ? !isText(callback) && /ransaction|trx|tx/i.test(receiver)
        : receiver.includes('startT');
    }
    default:
      return true;
  }
}

const mayBegin = /^['"`]\s*(?:begin|start)\b/i;

function isText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isTaggedTemplateExpression(node);
}

interface Owner {
  /** The class or interface of a method, undefined for a function. */
  readonly name: string | undefined;
  readonly package: string | undefined;
  readonly declaration: ts.Declaration;
}

function ownerOf(code: Code, name: ts.Node): Owner | undefined {
  const symbol = symbolAt(code, name);
  const declaration = symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  if (!declaration) return undefined;
  const { parent } = declaration;
  const isMember =
    ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent) || ts.isTypeLiteralNode(parent);
  return {
    name: isMember ? (ts.isTypeLiteralNode(parent) ? '' : (parent.name?.text ?? '')) : undefined,
    package: originOfDeclaration(code, declaration).package,
    declaration,
  };
}

/** The database library that declares a method, and the class or interface that has it. */
export function databaseOf(
  code: Code,
  databases: readonly Database[],
  name: ts.Node,
): { readonly database: Database; readonly owner: string } | undefined {
  const owner = ownerOf(code, name);
  if (owner?.name === undefined) return undefined;
  const database = databases.find(
    (each) =>
      (each.writes !== undefined || each.sql !== undefined) &&
      (matches(each.packages, owner.package) || isGenerated(each, owner)),
  );
  return database && { database, owner: owner.name };
}

function declares(database: Database, owner: Owner, name: string): boolean {
  return matches(database.packages, owner.package) || (name.startsWith('$') && isGenerated(database, owner));
}

/** Is it declared by a client that a library generated into the project? */
function isGenerated({ runtime }: Database, { declaration }: Owner): boolean {
  return runtime?.test(declaration.getSourceFile().text.slice(0, lengthOfImports)) === true;
}

/** Where the imports of a generated file end at the latest. */
const lengthOfImports = 5000;

function matches(packages: readonly (string | RegExp)[], name: string | undefined): boolean {
  return (
    name !== undefined &&
    packages.some((each) => (typeof each === 'string' ? each === name : each.test(name)))
  );
}

function receiverOf({ expression }: ts.CallExpression): ts.Expression | undefined {
  const callee = skipOuter(expression);
  return ts.isPropertyAccessExpression(callee) ? callee.expression : undefined;
}

/** The name of the variable that a call's value is put in. */
function madeName(node: ts.CallExpression): string | undefined {
  let at: ts.Node = node.parent;
  while (ts.isAwaitExpression(at) || ts.isParenthesizedExpression(at) || ts.isAsExpression(at))
    at = at.parent;
  if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
  return ts.isBinaryExpression(at) &&
    at.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    !isInside(node, at.left)
    ? at.left.getText()
    : undefined;
}

const beginSql = /^\s*(?:BEGIN|START\s+TRANSACTION)\b/i;
const commitSql = /^\s*(?:COMMIT|END)\b/i;
const rollbackSql = /^\s*ROLLBACK\b(?!\s+TO\b)/i;

function begins(code: Code, node: ts.CallExpression): boolean {
  return beginSql.test(sqlOf(code, node));
}

function sqlOf(code: Code, { arguments: [first] }: ts.CallExpression): string {
  const value = first && evaluate(code, first);
  return value?.kind === 'constant' && typeof value.value === 'string' ? value.value : '';
}

function spanOf(
  code: Code,
  { commits = [], rollbacks = [], sql = [] }: Database,
  begin: ts.CallExpression,
  handle: string,
  around: ts.SignatureDeclaration,
): Span {
  const found: { node: ts.Node; commits: boolean }[] = [];
  for (const { node, name } of namedCallsIn(around)) {
    if (node.pos < begin.end || receiverOf(node)?.getText() !== handle) continue;
    if (sql.includes(name.text)) {
      const text = sqlOf(code, node);
      if (commitSql.test(text)) found.push({ node, commits: true });
      else if (rollbackSql.test(text)) found.push({ node, commits: false });
    } else if (commits.includes(name.text)) found.push({ node, commits: true });
    else if (rollbacks.includes(name.text)) found.push({ node, commits: false });
  }
  return {
    begin,
    commits: found.filter((each) => each.commits).map(({ node }) => node),
    settled: found.map(({ node }) => node),
  };
}

/** The block that a node stands in. */
function blockAround(node: ts.Node): ts.Node {
  for (const at of ancestorsOf(node)) if (isBlock(at)) return at;
  return node.getSourceFile();
}

function isBlock(node: ts.Node): node is ts.Block | ts.CaseOrDefaultClause | ts.SourceFile {
  return ts.isBlock(node) || ts.isCaseOrDefaultClause(node) || ts.isSourceFile(node);
}

/** Does a text certainly run after a transaction has begun and before it is committed? */
function isBetween(node: ts.Node, { begin, commits, settled }: Span): boolean {
  if (node.pos < begin.end || !isInside(node, blockAround(begin))) return false;
  if (settled.some((each) => each.end <= node.pos && isInside(node, blockAround(each)))) return false;
  return commits.some((commit) => commit.pos >= node.end && leadsTo(node, commit));
}

/** Does what follows a text lead on to a later one, and not out of the function? */
function leadsTo(node: ts.Node, later: ts.Node): boolean {
  for (const at of ancestorsOf(node)) {
    if (isInside(later, at)) return isBlock(at) && !ts.isSourceFile(at);
    if (ts.isCatchClause(at)) return false;
    if (!isBlock(at)) continue;
    const last = at.statements.at(-1);
    if (
      last &&
      (ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isBreakOrContinueStatement(last))
    )
      return false;
  }
  return false;
}

/** Has the callback itself committed before a text of it? */
function isSettledBefore(node: ts.Node, body: ts.FunctionLikeDeclaration): boolean {
  const [first] = body.parameters;
  const handle = first && ts.isIdentifier(first.name) ? first.name.text : undefined;
  if (handle === undefined) return false;
  return namedCallsIn(body).some(
    ({ node: call, name }) =>
      (name.text === 'commit' || name.text === 'rollback') &&
      call.end <= node.pos &&
      receiverOf(call)?.getText() === handle &&
      isInside(node, blockAround(call)),
  );
}

/** Methods and functions that call back at once, or before what they return is there. */
const callBack = new Set([
  ...['map', 'forEach', 'flatMap', 'filter', 'reduce', 'reduceRight', 'some', 'every', 'find', 'sort'],
  ...[
    'from',
    'then',
    'catch',
    'finally',
    'each',
    'eachSeries',
    'mapSeries',
    'mapLimit',
    'pMap',
    'pEachSeries',
  ],
]);

/** Does a text of a function run while the function does, and not in a closure that somebody calls later? */
export function isRunAtOnce(
  code: Code,
  databases: readonly Database[],
  node: ts.Node,
  within: ts.Node,
): boolean {
  for (const at of ancestorsOf(node)) {
    if (at === within) return true;
    if (!ts.isFunctionLike(at)) continue;
    if (Transactions.of(code, databases).bodies.has(at)) continue;
    if (!isCalledBack(at)) return false;
  }
  return false;
}

function isCalledBack(callback: ts.Node): boolean {
  let at: ts.Node = callback;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (ts.isNewExpression(parent)) return parent.expression.getText() === 'Promise';
  if (!ts.isCallExpression(parent)) return false;
  if (parent.expression === at) return true;
  const callee = skipOuter(parent.expression);
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  return ts.isIdentifier(name) && callBack.has(name.text);
}

/** What an object literal has under a key. */
function valueOfKey(object: ts.Expression, key: string): ts.Expression | undefined {
  const literal = skipOuter(object);
  if (!ts.isObjectLiteralExpression(literal)) return undefined;
  for (const each of literal.properties) {
    if (each.name?.getText() !== key) continue;
    if (ts.isPropertyAssignment(each)) return each.initializer;
    if (ts.isShorthandPropertyAssignment(each)) return each.name;
  }
  return undefined;
}
