import ts from 'typescript';
import { namedCallsIn, namesLeadingTo } from './calls.js';
import { PerCode, type Code } from './code.js';
import { evaluate } from './evaluate.js';
import { importedAs } from './classes.js';
import { originOf } from './identity.js';
import { property } from './properties.js';
import { skipOuter, someWithin } from './syntax.js';

/** Something that lets nothing else run in its process until it is done. */
export interface Blocking {
  readonly node: ts.CallExpression | ts.IterationStatement;
  /** What to underline: the name that is called, or the head of a loop. */
  readonly at: ts.Node;
  readonly kind: 'process' | 'crypto' | 'compression' | 'wait' | 'request' | 'file';
  /** Milliseconds after which it ends by itself, where somebody says. */
  readonly ends: number | undefined;
}

type Kind = Blocking['kind'];

/** Functions that block, by the package that declares them and what they are called there. */
const functions: readonly { readonly package: string; readonly name: RegExp; readonly kind: Kind }[] = [
  { package: 'child_process', name: /^(?:execSync|execFileSync|spawnSync)$/, kind: 'process' },
  { package: 'execa', name: /^(?:execaSync|execaCommandSync|sync|commandSync)$/, kind: 'process' },
  { package: 'cross-spawn', name: /^sync$/, kind: 'process' },
  {
    package: 'crypto',
    name: /^(?:pbkdf2Sync|scryptSync|generateKeyPairSync|generatePrimeSync|checkPrimeSync|argon2Sync)$/,
    kind: 'crypto',
  },
  { package: 'bcrypt', name: /^(?:hashSync|compareSync)$/, kind: 'crypto' },
  { package: 'bcryptjs', name: /^(?:hashSync|compareSync)$/, kind: 'crypto' },
  { package: '@node-rs/bcrypt', name: /^(?:hashSync|compareSync|verifySync)$/, kind: 'crypto' },
  { package: '@node-rs/argon2', name: /^(?:hashSync|verifySync)$/, kind: 'crypto' },
  {
    package: 'zlib',
    name: /^(?:gzip|gunzip|deflate|deflateRaw|inflate|inflateRaw|unzip|brotliCompress|brotliDecompress|zstdCompress|zstdDecompress)Sync$/,
    kind: 'compression',
  },
  { package: 'sync-request', name: /./, kind: 'request' },
  { package: 'sync-fetch', name: /./, kind: 'request' },
  { package: 'deasync', name: /./, kind: 'wait' },
  { package: 'fs', name: /^(?:readFile|writeFile|appendFile|copyFile|cp|rm|readdir)Sync$/, kind: 'file' },
  {
    package: 'fs-extra',
    name: /^(?:readFile|writeFile|appendFile|copyFile|copy|move|rm|remove|emptyDir|readdir|readJson|writeJson)Sync$/,
    kind: 'file',
  },
];

const words = new RegExp(
  'Sync\\b|\\bAtomics\\b|\\bDate\\b|\\bperformance\\b|[\'"](?:sync-request|sync-fetch|deasync|cross-spawn|execa)[\'"]',
);
const found = new PerCode<ts.SourceFile, readonly Blocking[]>();

/** All that blocks in a file, in the order of the text. */
export function blockingIn(code: Code, file: ts.SourceFile): readonly Blocking[] {
  if (!words.test(file.text)) return [];
  return found.once(code, file, () => [...callsThatBlock(code, file), ...busyLoops(file)]);
}

const leading = new PerCode<Code, Map<boolean, ReadonlySet<string>>>();

/**
 * Names of the functions through which something that blocks can be reached at all; empty for none. Costs a search
 * of all texts, once.
 *
 * @param files whether work with files counts.
 */
export function namesOfBlocking(code: Code, files: boolean): ReadonlySet<string> {
  const known = leading.once(code, code, () => new Map<boolean, ReadonlySet<string>>());
  let names = known.get(files);
  if (!names) {
    const all = code.ownFiles
      .flatMap((file) => blockingIn(code, file))
      .filter(({ kind }) => files || kind !== 'file');
    names = namesLeadingTo(
      code.ownFiles,
      all.map(({ node }) => node),
    );
    known.set(files, names);
  }
  return names;
}

const mayBlock = /Sync$|^sync$|^wait$/;

function* callsThatBlock(code: Code, file: ts.SourceFile): Generator<Blocking> {
  const others = /['"](?:sync-request|sync-fetch|deasync)['"]/.test(file.text);
  for (const { node, name } of namedCallsIn(file)) {
    if (!others && !mayBlock.test(name.text) && !mayBlock.test(importedAs(file, name.text))) continue;
    const callee = skipOuter(node.expression);
    if (ts.isPropertyAccessExpression(callee) && callee.expression.getText() === 'Atomics') {
      if (name.text === 'wait')
        yield { node, at: name, kind: 'wait', ends: millisecondsOf(code, node.arguments[3]) };
      continue;
    }
    const origin = originOf(code, callee);
    const known = functions.find((each) => each.package === origin?.package && each.name.test(origin.name));
    if (known) yield { node, at: name, kind: known.kind, ends: timeoutOf(code, node) };
  }
}

/** The `timeout` among a call's options. */
function timeoutOf(code: Code, { arguments: args }: ts.CallExpression): number | undefined {
  const options = args.at(-1);
  if (!options || ts.isSpreadElement(options)) return undefined;
  if (!ts.isObjectLiteralExpression(skipOuter(options)) && !ts.isIdentifier(options)) return undefined;
  const timeout = property(code, evaluate(code, options), 'timeout');
  if (timeout.kind !== 'constant' || typeof timeout.value !== 'number') return undefined;
  return timeout.value > 0 ? timeout.value : undefined;
}

function millisecondsOf(code: Code, node: ts.Expression | undefined): number | undefined {
  const value = node && evaluate(code, node);
  return value?.kind === 'constant' && typeof value.value === 'number' ? value.value : undefined;
}

/** Loops that ask for the time until it has come, and do nothing else: `while (Date.now() < end) {}`. */
function* busyLoops(file: ts.SourceFile): Generator<Blocking> {
  if (!/\bwhile\s*\(|\bfor\s*\(/.test(file.text)) return;
  const loops: Blocking[] = [];
  const visit = (node: ts.Node): void => {
    if (isBusy(node)) loops.push({ node, at: conditionOf(node) ?? node, kind: 'wait', ends: undefined });
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  yield* loops;
}

function isBusy(node: ts.Node): node is ts.WhileStatement | ts.DoStatement | ts.ForStatement {
  if (!ts.isWhileStatement(node) && !ts.isDoStatement(node) && !ts.isForStatement(node)) return false;
  const condition = conditionOf(node);
  if (!condition || !someWithin(condition, asksForTime)) return false;
  // Whoever does something in it works until a time, and does not wait for it.
  return !someWithin(
    node.statement,
    (at) =>
      ts.isAwaitExpression(at) ||
      ts.isYieldExpression(at) ||
      (ts.isCallExpression(at) && !asksForTime(at)) ||
      ts.isBreakOrContinueStatement(at) ||
      ts.isReturnStatement(at),
  );
}

function conditionOf(node: ts.WhileStatement | ts.DoStatement | ts.ForStatement): ts.Expression | undefined {
  return ts.isForStatement(node) ? node.condition : node.expression;
}

/** `Date.now()`, `performance.now()`, `new Date()` */
function asksForTime(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && !node.arguments?.length;
  return ts.isCallExpression(node) && /^(?:Date|performance)\.now$/.test(node.expression.getText());
}
