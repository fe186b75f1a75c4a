import ts from 'typescript';
import {
  classesFrom,
  classNamed,
  classOfThis,
  heritageOf,
  holderNamed,
  importedAs,
  memberOf,
} from './classes.js';
import { PerCode, type Code } from './code.js';
import { resolveAlias } from './identity.js';
import { holderOf, skipOuter } from './syntax.js';

/** A call of a project function: where, and what it runs. */
export interface ProjectCall {
  readonly node: ts.CallExpression;
  readonly target: ts.FunctionLikeDeclaration;
}

/** How far a chain of calls is followed, and over how many functions in all. */
const maximumDepth = 4;
const maximumFunctions = 200;
/** Beyond this many names the search would be no search any more. */
const maximumNames = 2000;
/** For more names than this the files' own indexes are quicker than a search of their texts. */
const maximumSearched = 40;

/** The calls in a function's text, nested functions included, with the name that is called. */
export interface NamedCall {
  readonly node: ts.CallExpression;
  readonly name: ts.Identifier | ts.PrivateIdentifier;
}

const named = new WeakMap<ts.Node, readonly NamedCall[]>();

/** The calls of a name in a text, in their order. */
export function namedCallsIn(body: ts.Node): readonly NamedCall[] {
  const known = named.get(body);
  if (known) return known;
  const found: NamedCall[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const callee = skipOuter(node.expression);
      const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
      if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) found.push({ node, name });
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  named.set(body, found);
  return found;
}

const targets = new PerCode<ts.CallExpression, ts.FunctionLikeDeclaration | undefined>();

/**
 * The project functions that a function's text calls, nested functions included.
 *
 * @param names only calls of these names are resolved; each at most once.
 */
export function callsIn(code: Code, body: ts.Node, names?: ReadonlySet<string>): readonly ProjectCall[] {
  const found: ProjectCall[] = [];
  for (const { node, name } of namedCallsIn(body)) {
    if (names && !names.has(name.text) && !names.has(importedName(name))) continue;
    const target = targets.once(code, node, () => functionNamed(code, name));
    if (target) found.push({ node, target });
  }
  return found;
}

/** The project function that one call runs, undefined when that is not certain. */
export function targetOf(code: Code, node: ts.CallExpression): ts.FunctionLikeDeclaration | undefined {
  const callee = skipOuter(node.expression);
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  return ts.isIdentifier(name) || ts.isPrivateIdentifier(name)
    ? targets.once(code, node, () => functionNamed(code, name))
    : undefined;
}

/** The project function that a call runs, undefined when that is not certain or it has no text here. */
function functionNamed(
  code: Code,
  name: ts.Identifier | ts.PrivateIdentifier,
): ts.FunctionLikeDeclaration | undefined {
  const { parent } = name;
  const access = ts.isPropertyAccessExpression(parent) && parent.name === name ? parent : undefined;
  // Builders are chains of calls, none of which is the project's; asking whose would work out all their types.
  if (
    access &&
    ts.isCallExpression(skipOuter(access.expression)) &&
    !namesOfFunctions(code.ownFiles).has(name.text)
  )
    return undefined;
  const owner = access && code.typed ? classWritten(code, access.expression) : undefined;
  const declaration = owner ? methodOf(code, owner, name.text) : declarationOf(code, name);
  if (!declaration || declaration.getSourceFile().isDeclarationFile) return undefined;
  const target = functionDeclaredAs(declaration);
  return target?.body ? target : undefined;
}

function declarationOf(code: Code, name: ts.Node): ts.Declaration | undefined {
  const symbol = code.checker.getSymbolAtLocation(name);
  return symbol && resolveAlias(code, symbol).valueDeclaration;
}

/**
 * The class of this program, without bases elsewhere, that a receiver is an object of as it is written: `this`,
 * `mails: Mails`, `new Mails()`. The checker would work out the types of what it is made of.
 */
function classWritten(code: Code, receiver: ts.Expression): ts.ClassLikeDeclaration | undefined {
  const node = skipOuter(receiver) as ts.Expression;
  let owner: ts.ClassLikeDeclaration | undefined;
  if (node.kind === ts.SyntaxKind.ThisKeyword) {
    const around = classOfThis(node);
    owner = around?.isStatic === false ? around.node : undefined;
  } else if (ts.isNewExpression(node)) owner = classMade(code, node);
  else {
    const { type, initializer } = holderNamed(code, node) ?? {};
    const value = initializer && skipOuter(initializer);
    if (type) owner = ts.isTypeReferenceNode(type) ? classNamed(code, type.typeName) : undefined;
    else if (value && ts.isNewExpression(value)) owner = classMade(code, value);
  }
  if (!owner || code.at(owner) !== code) return undefined;
  const last = [...classesFrom(code, owner)].at(-1);
  return last && heritageOf(last) === undefined ? owner : undefined;
}

function classMade(code: Code, { expression }: ts.NewExpression): ts.ClassLikeDeclaration | undefined {
  const callee = skipOuter(expression);
  return ts.isIdentifier(callee) || ts.isPropertyAccessExpression(callee)
    ? classNamed(code, callee)
    : undefined;
}

/** A member of a class, or of the nearest above that has it. */
function methodOf(code: Code, owner: ts.ClassLikeDeclaration, name: string): ts.Declaration | undefined {
  for (const each of classesFrom(code, owner)) {
    const member = memberOf(each, name);
    if (member) return member;
  }
  return undefined;
}

/** The function that a declaration is, or that it holds as its initial value. */
export function functionDeclaredAs(declaration: ts.Node): ts.FunctionLikeDeclaration | undefined {
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration;
  if (
    (ts.isVariableDeclaration(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isPropertyAssignment(declaration)) &&
    declaration.initializer
  ) {
    const value = skipOuter(declaration.initializer);
    return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : undefined;
  }
  return undefined;
}

/**
 * The shortest chain of project calls from a function to one of which something holds; undefined for none
 * within the bounds. The function itself is not asked.
 *
 * @param names the names through which such a function can be reached at all, see `namesLeadingTo`.
 * @param counts whether a call in a function's text is followed.
 */
export function chainTo(
  code: Code,
  start: ts.FunctionLikeDeclaration,
  holds: (target: ts.FunctionLikeDeclaration) => boolean,
  names: ReadonlySet<string>,
  counts: (call: ProjectCall, body: ts.Node) => boolean = () => true,
): readonly ProjectCall[] | undefined {
  const seen = new Set<ts.Node>([start]);
  let level: readonly { readonly body: ts.Node; readonly chain: readonly ProjectCall[] }[] = [
    { body: start, chain: [] },
  ];
  for (let depth = 0; depth < maximumDepth && level.length > 0; depth += 1) {
    const next: { body: ts.Node; chain: readonly ProjectCall[] }[] = [];
    for (const { body, chain } of level) {
      for (const call of callsIn(code, body, names)) {
        if (seen.has(call.target) || seen.size > maximumFunctions || !counts(call, body)) continue;
        seen.add(call.target);
        const longer = [...chain, call];
        if (holds(call.target)) return longer;
        next.push({ body: call.target, chain: longer });
      }
    }
    level = next;
  }
  return undefined;
}

/**
 * What is found in the function that a call runs, or else in the nearest one behind it, with the calls that lead
 * there; undefined for nothing within the bounds of `chainTo`.
 */
export function foundBehind<T>(
  code: Code,
  call: ProjectCall,
  find: (target: ts.FunctionLikeDeclaration) => T | undefined,
  names: ReadonlySet<string>,
  counts?: (call: ProjectCall, body: ts.Node) => boolean,
): { readonly found: T; readonly chain: readonly ProjectCall[] } | undefined {
  const own = find(call.target);
  if (own !== undefined) return { found: own, chain: [call] };
  const chain = chainTo(code, call.target, (target) => find(target) !== undefined, names, counts);
  const last = chain?.at(-1);
  const found = last && find(last.target);
  return chain && found !== undefined ? { found, chain: [call, ...chain] } : undefined;
}

/** A search of a text for any of these names. */
export function patternOfNames(names: Iterable<string>): RegExp {
  return new RegExp(`\\b(?:${[...names].map((name) => name.replace(/\$/g, '\\$')).join('|')})\\b`);
}

/**
 * Names of functions whose text may, through calls, reach one of the given nodes: by syntax alone, so that
 * types need be asked only where a chain is possible. Where that would be too many, all functions' names.
 */
export function namesLeadingTo(
  files: readonly ts.SourceFile[],
  nodes: Iterable<ts.Node>,
): ReadonlySet<string> {
  const names = new Set<string>();
  let fresh = new Set<string>();
  for (const node of nodes) for (const name of namesAround(node)) fresh.add(name);
  for (let depth = 0; depth < maximumDepth && fresh.size > 0; depth += 1) {
    for (const name of fresh) names.add(name);
    if (names.size > maximumNames) return namesOfFunctions(files);
    const pattern = fresh.size > maximumSearched ? undefined : patternOfNames(fresh);
    const callers = new Set<string>();
    for (const file of files) {
      if (pattern?.test(file.text) === false) continue;
      const index = callersIn(file);
      for (const name of fresh)
        for (const caller of index.get(name) ?? []) if (!names.has(caller)) callers.add(caller);
    }
    fresh = callers;
  }
  for (const name of fresh) names.add(name);
  return names;
}

const declared = new WeakMap<readonly ts.SourceFile[], ReadonlySet<string>>();

/** Names of the functions and methods that the files declare: no other name can lead into them. */
export function namesOfFunctions(files: readonly ts.SourceFile[]): ReadonlySet<string> {
  const known = declared.get(files);
  if (known) return known;
  const names = new Set<string>(['default']);
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const name = node.name ?? holderOf(node)?.name;
      if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) names.add(name.text);
      return;
    }
    // Functions within functions are reached with them.
    ts.forEachChild(node, visit);
  };
  for (const file of files) ts.forEachChild(file, visit);
  declared.set(files, names);
  return names;
}

const callerIndexes = new WeakMap<ts.SourceFile, ReadonlyMap<string, ReadonlySet<string>>>();

/** Which names are called in functions of which names. */
function callersIn(file: ts.SourceFile): ReadonlyMap<string, ReadonlySet<string>> {
  const known = callerIndexes.get(file);
  if (known) return known;
  const index = new Map<string, Set<string>>();
  for (const { node, name } of namedCallsIn(file)) {
    const original = importedName(name);
    let callers = index.get(original);
    if (!callers) index.set(original, (callers = new Set()));
    for (const caller of namesAround(node)) callers.add(caller);
  }
  callerIndexes.set(file, index);
  return index;
}

/** The name under which another file exports what is called here; `default` for a default import. */
function importedName({ text, parent }: ts.Identifier | ts.PrivateIdentifier): string {
  return ts.isCallExpression(parent) ? importedAs(parent.getSourceFile(), text) : text;
}

/** The names of the functions that a node stands in, from the innermost out. */
function* namesAround(node: ts.Node): Generator<string> {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    if (!ts.isFunctionLike(at)) continue;
    const name = at.name ?? holderOf(at)?.name;
    if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) yield name.text;
    // A function that is exported by default may be imported under any name.
    if (ts.getCombinedModifierFlags(at) & ts.ModifierFlags.Default || ts.isExportAssignment(at.parent))
      yield 'default';
  }
}

/** What a function is called in a message. */
export function displayName(node: ts.FunctionLikeDeclaration): string {
  return (node.name ?? holderOf(node)?.name)?.getText() ?? 'the handler';
}
