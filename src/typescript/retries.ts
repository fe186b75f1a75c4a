import ts from 'typescript';
import { namedCallsIn, namesLeadingTo, patternOfNames } from './calls.js';
import { PerCode, type Code } from './code.js';
import { evaluate } from './evaluate.js';
import { originOf, symbolAt } from './identity.js';
import { property } from './properties.js';
import { ancestorsOf, isOuter, skipOuter, someWithin } from './syntax.js';
import { isNullish, type Value } from './value.js';

/** A call that is run again when it fails, by a package made for that or by a client that was told to. */
export interface Retry {
  readonly call: ts.CallExpression;
  /** All runs, the first included; `Infinity` without end. */
  readonly runs: number;
  /** The text that says so; undefined for the package's own default. */
  readonly at: ts.Node | undefined;
}

/** How a package is told how often to run something. */
interface Counter {
  readonly package: string | RegExp;
  /** The exported function or class; any without it. */
  readonly names?: readonly string[];
  /** The arguments of which one has the number, or is it. */
  readonly args: readonly number[];
  /** Where it stands in an argument: `retry.limit`. */
  readonly options: readonly string[];
  readonly counts: 'runs' | 'retries';
  /** Runs in all where nobody says; without it only what somebody states counts. */
  readonly default?: number;
  /** No more runs than a client of this kind makes by itself: nobody would call them retries of their own. */
  readonly usual?: number;
  /** A number in place of the options is the count. */
  readonly bare?: true;
  /** An option that has no end. */
  readonly forever?: string;
}

/** Functions that run what they are given: `pRetry(() => …, { retries: 3 })`. */
const functions: readonly Counter[] = [
  { package: 'p-retry', args: [1], options: ['retries'], counts: 'retries', default: 11, forever: 'forever' },
  {
    package: 'async-retry',
    args: [1],
    options: ['retries'],
    counts: 'retries',
    default: 11,
    forever: 'forever',
  },
  {
    package: 'promise-retry',
    args: [0, 1],
    options: ['retries'],
    counts: 'retries',
    default: 11,
    forever: 'forever',
  },
  {
    package: 'exponential-backoff',
    names: ['backOff'],
    args: [1],
    options: ['numOfAttempts'],
    counts: 'runs',
    default: 10,
  },
  { package: 'ts-retry', args: [1], options: ['maxTry'], counts: 'runs' },
  {
    package: 'ts-retry-promise',
    names: ['retry'],
    args: [1],
    options: ['retries'],
    counts: 'retries',
    default: 11,
  },
  {
    package: '@lifeomic/attempt',
    names: ['retry'],
    args: [1],
    options: ['maxAttempts'],
    counts: 'runs',
    default: 3,
  },
  { package: 'async', names: ['retry'], args: [0], options: ['times'], counts: 'runs', bare: true },
  { package: 'rxjs', names: ['retry'], args: [0], options: ['count'], counts: 'retries', bare: true },
];

/** Requests of these take it among their own options: `got.get(url, { retry: { limit: 5 } })`. */
const requests: readonly Counter[] = [
  { package: 'got', args: [1, 0], options: ['retry.limit', 'retry'], counts: 'retries' },
  { package: 'ky', args: [1, 0], options: ['retry.limit', 'retry'], counts: 'retries' },
];

/** What makes a client, or a policy, that runs again what it is asked for. */
const makers: readonly Counter[] = [
  { package: 'cockatiel', names: ['retry'], args: [1], options: ['maxAttempts'], counts: 'retries' },
  { package: 'fetch-retry', args: [1], options: ['retries'], counts: 'retries', default: 4 },
  { package: 'got', names: ['extend'], args: [0], options: ['retry.limit', 'retry'], counts: 'retries' },
  {
    package: 'ky',
    names: ['extend', 'create'],
    args: [0],
    options: ['retry.limit', 'retry'],
    counts: 'retries',
  },
  { package: /^@aws-sdk\/(?:client|lib)-/, args: [0], options: ['maxAttempts'], counts: 'runs', usual: 3 },
  { package: 'openai', args: [0], options: ['maxRetries'], counts: 'retries', usual: 3 },
  { package: '@anthropic-ai/sdk', args: [0], options: ['maxRetries'], counts: 'retries', usual: 3 },
];
/** The methods by which a package, or a client, makes another one. */
const makersOfClients = new Set([...makers.flatMap(({ names = [] }) => names), ...['wrap', 'from']]);
/** `axiosRetry(client, { retries: 3 })` changes a client that others use. */
const axiosRetry: Counter = {
  package: 'axios-retry',
  args: [1],
  options: ['retries'],
  counts: 'retries',
  default: 4,
};
/** Unless it is told otherwise it repeats no request that may change something twice. */
const repeatedByAxios = new Set(['get', 'head', 'options', 'put', 'delete', 'request']);

/** What a file must hold for one of these to be told anything there. */
const mention =
  /['"](?:p-retry|async-retry|promise-retry|exponential-backoff|ts-retry(?:-promise)?|@lifeomic\/attempt|async|rxjs(?:\/operators)?|got|ky|cockatiel|fetch-retry|axios-retry|@aws-sdk\/(?:client|lib)-[\w-]+|openai|@anthropic-ai\/sdk)['"]/;
const counts = /\bretr|maxAttempts|numOfAttempts|maxTry|backOff|maxRetries/i;

interface Known {
  /** Names by which what retries may be called. */
  readonly names: ReadonlySet<string>;
  /** Clients that were changed, by their symbols. */
  readonly changed: ReadonlyMap<ts.Symbol, ts.CallExpression>;
}
const known = new WeakMap<Code, Known>();
const retries = new PerCode<ts.SourceFile, readonly Retry[]>();

/** The calls of a file that are run again when they fail, as often as somebody says. */
export function retriesIn(code: Code, file: ts.SourceFile): readonly Retry[] {
  const known = knownOf(code);
  const { names } = known;
  if (names.size === 0) return [];
  return retries.once(code, file, () =>
    namedCallsIn(file).flatMap(({ node }) => {
      const callee = skipOuter(node.expression);
      const root = rootOf(callee);
      if (!names.has(root.text) && !names.has(nameOf(callee))) return [];
      const found = retryOf(code, node, callee, root.node, known);
      return found && found.runs > 1 ? [found] : [];
    }),
  );
}

const leading = new PerCode<Code, ReadonlySet<string>>();

/**
 * Names of the functions through which such a call can be reached at all; empty for none. Costs a search of all
 * texts, once, and a reading of those that may hold one.
 */
export function namesOfRetries(code: Code): ReadonlySet<string> {
  return leading.once(code, code, () => {
    const { names } = knownOf(code);
    if (names.size === 0) return new Set<string>();
    const pattern = patternOfNames(names);
    const all = code.ownFiles
      .filter((file) => pattern.test(file.text))
      .flatMap((file) => retriesIn(code, file));
    return namesLeadingTo(
      code.ownFiles,
      all.map(({ call }) => call),
    );
  });
}

/** Does a failure of this call fail the function that it stands in, and so the task? */
export function failsItsFunction(
  { call }: Retry,
  within: ts.Node,
  spares: (error: ts.Expression) => boolean,
): boolean {
  let below: ts.Node = call;
  for (const at of ancestorsOf(call)) {
    if (ts.isVoidExpression(at) || (ts.isExpressionStatement(at) && below === call)) return false;
    // `work().catch(…)`: what becomes of the failure is decided there.
    if (ts.isPropertyAccessExpression(at) && at.name.text === 'catch') return false;
    if (ts.isTryStatement(at) && at.tryBlock === below && at.catchClause) {
      const thrown = thrownIn(at.catchClause.block);
      if (thrown.length === 0 || thrown.some(spares)) return false;
    }
    if (at === within) return true;
    below = at;
  }
  return true;
}

function thrownIn(block: ts.Node): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isThrowStatement(node)) found.push(node.expression);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(block, visit);
  return found;
}

function knownOf(code: Code): Known {
  let found = known.get(code);
  if (!found) known.set(code, (found = findNames(code)));
  return found;
}

function findNames(code: Code): Known {
  const names = new Set<string>();
  const changed = new Map<ts.Symbol, ts.CallExpression>();
  const made: { readonly holder: string; readonly by: readonly string[] }[] = [];
  for (const file of code.ownFiles) {
    if (!counts.test(file.text) || !mention.test(file.text)) continue;
    const mentionsAxios = file.text.includes('axios-retry');
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
        const { moduleSpecifier } = node;
        if (moduleSpecifier && mention.test(moduleSpecifier.getText()))
          for (const each of namesIn(node)) names.add(each);
        return;
      }
      if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
        const holder = heldBy(node);
        const callee = skipOuter(node.expression);
        // Not what a client answers.
        const makes = ts.isNewExpression(node) || makersOfClients.has(nameOf(callee));
        const root = makes ? [rootOf(callee).text] : [];
        if (holder !== undefined) made.push({ holder, by: [nameOf(callee), ...root] });
        const [client] = node.arguments ?? [];
        if (
          client &&
          ts.isCallExpression(node) &&
          mentionsAxios &&
          (ts.isIdentifier(callee) || nameOf(callee) === 'default') &&
          isOf(originOf(code, node.expression)?.package, axiosRetry)
        ) {
          const symbol = symbolAt(code, skipOuter(client));
          names.add(nameOf(skipOuter(client)));
          if (symbol) changed.set(symbol, node);
        }
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(file, visit);
  }
  // `const policy = retry(…)`, and what is made of that in turn.
  for (let size = -1; size < names.size;) {
    size = names.size;
    for (const { holder, by } of made) if (by.some((each) => names.has(each))) names.add(holder);
  }
  // What has no name is called by none.
  names.delete('');
  return { names, changed };
}

function* namesIn(node: ts.Node): Generator<string> {
  if (ts.isImportClause(node) && node.name) yield node.name.text;
  if (ts.isNamespaceImport(node) || ts.isImportSpecifier(node) || ts.isExportSpecifier(node))
    yield node.name.text;
  for (const child of node.getChildren()) yield* namesIn(child);
}

/** The variable or property that is given a value: `const client = …`, `this.client = …`. */
function heldBy(node: ts.Node): string | undefined {
  let at: ts.Node = node.parent;
  while (isOuter(at) || ts.isReturnStatement(at) || ts.isArrowFunction(at)) at = at.parent;
  if (ts.isVariableDeclaration(at) || ts.isPropertyDeclaration(at) || ts.isPropertyAssignment(at))
    return nameOf(at.name);
  return ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ? nameOf(at.left)
    : undefined;
}

function nameOf(node: ts.Node): string {
  const name = ts.isPropertyAccessExpression(node) ? node.name : node;
  return ts.isIdentifier(name) || ts.isPrivateIdentifier(name) ? name.text : '';
}

/** What a call is made on: `client` of `client.users.get(…)`, `this.client` of `this.client.get(…)`. */
function rootOf(callee: ts.Node): { readonly node: ts.Node; readonly text: string } {
  let at = callee;
  while (ts.isPropertyAccessExpression(at)) {
    const inner = skipOuter(at.expression);
    if (inner.kind === ts.SyntaxKind.ThisKeyword) break;
    at = inner;
  }
  return { node: at, text: nameOf(at) };
}

function retryOf(
  code: Code,
  call: ts.CallExpression,
  callee: ts.Node,
  root: ts.Node,
  { names, changed }: Known,
): Retry | undefined {
  // Both kinds take what they are told as an argument.
  const origin = call.arguments.length > 0 ? originOf(code, callee) : undefined;
  if (origin?.package !== undefined) {
    const counter = functions.find((each) => isOf(origin.package, each) && isNamed(origin.name, each));
    if (counter) return choosesErrors(call) ? undefined : counted(code, call, call.arguments, counter);
    const request = requests.find((each) => isOf(origin.package, each));
    if (request && !/^(?:extend|create)$/.test(nameOf(callee))) {
      const own = counted(code, call, call.arguments, request);
      if (own) return own;
    }
  }
  const symbol = symbolAt(code, root);
  const change = symbol && changed.get(symbol);
  if (change) {
    const told = change.arguments[1]?.getText().includes('retryCondition');
    if (callee !== root && !told && !repeatedByAxios.has(nameOf(callee))) return undefined;
    return counted(code, call, change.arguments, axiosRetry);
  }
  if (!ts.isExpression(root)) return undefined;
  return ofClient(code, call, evaluate(code, root), names);
}

/**
 * `promiseRetry((retry) => work().catch((error) => { if (isLimit(error)) retry(error); throw error; }))`: it is run
 * again only after the errors that it names, and not while a service is down.
 */
function choosesErrors(call: ts.CallExpression): boolean {
  return call.arguments.some((each) => {
    const run = skipOuter(each);
    if (!ts.isArrowFunction(run) && !ts.isFunctionExpression(run)) return false;
    const [again] = run.parameters;
    if (!again || !ts.isIdentifier(again.name)) return false;
    const { text } = again.name;
    const isAsked = (at: ts.Node): boolean =>
      ts.isCallExpression(at) && ts.isIdentifier(at.expression) && at.expression.text === text;
    return someWithin(
      run.body,
      (at) =>
        (ts.isIfStatement(at) && (someWithin(at.thenStatement, isAsked) || isBehind(at, isAsked))) ||
        (ts.isConditionalExpression(at) && someWithin(at, isAsked)),
    );
  });
}

/** `if (isBad(error)) throw error; retry(error);` */
function isBehind(
  { thenStatement, parent, end }: ts.IfStatement,
  isAsked: (at: ts.Node) => boolean,
): boolean {
  return (
    someWithin(thenStatement, ts.isThrowStatement) && someWithin(parent, (at) => at.pos >= end && isAsked(at))
  );
}

/** A call of what was made to retry: of the client, or of one of its methods. */
function ofClient(
  code: Code,
  call: ts.CallExpression,
  client: Value,
  names: ReadonlySet<string>,
): Retry | undefined {
  if (client.kind !== 'made' || client.node === call) return undefined;
  const maker = skipOuter(client.node.expression);
  // The answer of a query is held in a constant too.
  if (!names.has(nameOf(maker)) && !names.has(rootOf(maker).text)) return undefined;
  const origin = originOf(code, client.node.expression);
  if (origin?.package === undefined) return undefined;
  const name = nameOf(skipOuter(client.node.expression));
  const counter = makers.find(
    (each) => isOf(origin.package, each) && (isNamed(origin.name, each) || isNamed(name, each)),
  );
  return counter && counted(code, call, client.node.arguments ?? [], counter);
}

function isOf(name: string | undefined, counter: Counter): boolean {
  return typeof counter.package === 'string'
    ? name === counter.package
    : name !== undefined && counter.package.test(name);
}

function isNamed(name: string, { names }: Counter): boolean {
  return names === undefined || names.includes(name);
}

/** The runs that some arguments tell a counter; undefined where they do not, or cannot be read. */
function counted(
  code: Code,
  call: ts.CallExpression,
  given: readonly ts.Expression[],
  counter: Counter,
): Retry | undefined {
  if (given.some(ts.isSpreadElement) || (given.length === 0 && functions.includes(counter))) return undefined;
  for (const index of counter.args) {
    const argument = given[index];
    if (!argument) continue;
    const value = evaluate(code, argument);
    if (value.kind === 'function') continue;
    if (counter.bare && value.kind === 'constant') return asRetry(code, call, value, counter);
    if (value.kind !== 'object') {
      if (value.kind === 'constant' && typeof value.value === 'string') continue;
      // What nobody can read may say anything.
      if (!isNullish(value)) return undefined;
      continue;
    }
    const forever = counter.forever === undefined ? undefined : property(code, value, counter.forever);
    if (forever?.kind === 'constant' && forever.value === true)
      return { call, runs: Infinity, at: forever.node };
    for (const path of counter.options) {
      const found = path.split('.').reduce<Value>((at, key) => property(code, at, key), value);
      if (!isNullish(found) && found.kind !== 'object') return asRetry(code, call, found, counter);
    }
  }
  return counter.default === undefined ? undefined : { call, runs: counter.default, at: undefined };
}

function asRetry(code: Code, call: ts.CallExpression, value: Value, counter: Counter): Retry | undefined {
  if (value.kind !== 'constant' || typeof value.value !== 'number') return undefined;
  const runs = value.value + (counter.counts === 'retries' ? 1 : 0);
  return counter.usual !== undefined && runs <= counter.usual ? undefined : { call, runs, at: value.node };
}
