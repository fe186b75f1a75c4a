import ts from 'typescript';
import { classesFrom, importedAs, isAbstract, subclassesOf } from '../typescript/classes.js';
import { namedCallsIn } from '../typescript/calls.js';
import type { Code } from '../typescript/code.js';
import { functionCalled } from '../typescript/evaluate.js';
import { functionAround, mentions, nameOfFunction, namesFromCallers } from '../typescript/follow.js';
import { argumentsOf, bindValues } from '../typescript/functions.js';
import { resolveAlias } from '../typescript/identity.js';
import { bindingsIn, instanceOf, memberOfInstance } from '../typescript/instances.js';
import { isReached } from '../typescript/reach.js';
import { sourceOf } from '../typescript/sources.js';
import { ancestorsOf, holderOf, isInside, skipOuter } from '../typescript/syntax.js';
import { typeOfExpression } from '../typescript/types.js';
import { noBindings, type Bindings, type FunctionValue, type Open } from '../typescript/value.js';
import { once } from './grouping.js';

/**
 * What a piece of text does with tasks, to be worked out anew for each call of the function it stands in:
 * a library's own call first, then the calls of the functions that forward to it.
 */
export interface Template<T> {
  /** The call, `new` or class that does it. */
  readonly node: ts.Node;
  /** What it is as it stands, with nothing bound. */
  readonly plain: readonly T[];
  /** What it is when the functions around it are called with this. */
  readonly derive: (bindings: Bindings) => readonly T[];
  /** The project functions that are gone through, so that none is gone through twice. */
  readonly chain: readonly ts.Node[];
}

/** What the wrappers of one kind of thing need to know of it. */
export interface Wrapped<T> {
  /** What is the library's own in a file. */
  readonly templatesIn: (file: ts.SourceFile) => readonly Template<T>[];
  /** What would have to be bound for all of it to be known. */
  readonly opensOf: (one: T) => readonly Open[];
  /** The same thing at a call: where it stands now, and what it stands for. */
  readonly at: (
    one: T,
    call: ts.CallExpression | ts.ClassLikeDeclaration,
    plain: T | undefined,
    runs: ts.Node,
  ) => T;
  /** It belongs to every object of its class, whoever calls the method that it stands in. */
  readonly ofClass: boolean;
  /** The wrappers of other packages of the workspace whose sources are read beside this program. */
  readonly neighbours: () => readonly Wrappers<T>[];
}

/** How many functions may stand between a caller and the library. */
const maximumDepth = 5;
/** A function through which more tasks than this go is no wrapper but a program. */
const maximumTemplates = 60;

/**
 * Project functions that forward what their callers give: each call of one is what the library's call in
 * it is, judged with its own arguments. Found once for a program: first the functions around the library's
 * own calls, then those that call these with what they are given, and so on.
 */
export class Wrappers<T> {
  readonly #byFile = new WeakMap<ts.SourceFile, readonly Template<T>[]>();
  #table: Table<T> | undefined;
  #aliases: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(
    private readonly code: Code,
    private readonly files: () => readonly ts.SourceFile[],
    private readonly wrapped: Wrapped<T>,
  ) {}

  /** What the calls of wrappers in a file are, with nothing bound. */
  in(file: ts.SourceFile): readonly Template<T>[] {
    return once(this.#byFile, file, () => {
      const table = this.#tableOf();
      return [
        ...this.#callsIn(file, table.pattern, table.names).flatMap(
          (call) => this.#templateOf(call, table.functions) ?? [],
        ),
        ...this.#classesIn(file, table),
      ];
    });
  }

  /** May a file call a wrapper? One search of its text. */
  concerns(file: ts.SourceFile): boolean {
    return this.patterns.some((pattern) => pattern.test(file.text));
  }

  /** What a file must contain to call a wrapper. */
  get patterns(): readonly RegExp[] {
    const { pattern, classNames } = this.#tableOf();
    return [pattern, classNames].filter((each) => each !== undefined);
  }

  #tableOf(): Table<T> {
    return (this.#table ??= this.#build());
  }

  #build(): Table<T> {
    const functions = new Map<ts.Node, Template<T>[]>();
    const classes = new Map<ts.ClassLikeDeclaration, Template<T>[]>();
    const names = new Set<string>();
    const ownFiles = this.code.ownFiles;
    const neighbours = this.wrapped.neighbours();
    for (const neighbour of neighbours) {
      const { functions: foreign, names: known, classes: owners } = neighbour.#tableOf();
      for (const [target, templates] of foreign) listOf(functions, target).push(...templates);
      for (const [owner, templates] of owners) listOf(classes, owner).push(...templates);
      for (const name of known) names.add(name);
    }
    let pending = this.files().flatMap((file) => this.wrapped.templatesIn(file));
    for (let depth = 0; depth < maximumDepth && (pending.length > 0 || depth === 0); depth += 1) {
      const fresh = new Map<ts.Node, Template<T>[]>();
      for (const template of pending) {
        for (const { target, owner } of this.#openFunctions(template)) {
          const list = owner ? listOf(classes, owner) : listOf(functions, target);
          if (list.length >= maximumTemplates) continue;
          list.push(template);
          if (!owner) listOf(fresh, target).push(template);
        }
      }
      const called = new Set([...fresh.keys()].flatMap((target) => [...this.#namesOf(target)]));
      if (depth === 0) {
        for (const name of names) called.add(name);
        for (const [target, templates] of functions)
          if (!fresh.has(target)) fresh.set(target, [...templates]);
      }
      for (const name of called) names.add(name);
      const pattern = patternOf(called);
      pending = ownFiles
        .filter((file) => pattern?.test(file.text))
        .flatMap((file) => this.#callsIn(file, pattern, called))
        .filter(mayForward)
        .flatMap((call) => this.#templateOf(call, fresh) ?? []);
    }
    const classNames = patternOf(
      new Set(
        [...classes.keys()].flatMap((owner) =>
          [owner, ...subclassesOf(this.code, owner)].flatMap((each) => each.name?.text ?? []),
        ),
      ),
    );
    return { functions, classes, names, pattern: patternOf(names), classNames };
  }

  /** The functions around a template whose callers know what it does not say; or the class whose objects do. */
  #openFunctions(
    template: Template<T>,
  ): readonly { target: ts.Node; owner: ts.ClassLikeDeclaration | undefined }[] {
    const found = new Map<ts.Node, ts.ClassLikeDeclaration | undefined>();
    const target = functionThatRuns(template.node);
    if (!target) return [];
    for (const { by } of template.plain.flatMap((one) => this.wrapped.opensOf(one))) {
      // One that is already gone through is a circle.
      if (template.chain.includes(target)) continue;
      const ofObject = ts.isClassLike(by) || ts.isConstructorDeclaration(by.parent);
      // The callers of a function know its parameters, and those that the functions around it were called with.
      if (!ofObject) {
        if (isInside(target, by.parent)) found.set(target, undefined);
        continue;
      }
      const owner = classAround(target);
      if (!owner) continue;
      if (this.wrapped.ofClass && ts.isClassLike(by)) found.set(owner, owner);
      else if (!ts.isConstructorDeclaration(target)) found.set(target, undefined);
    }
    return [...found].map(([node, owner]) => ({ target: node, owner }));
  }

  /** The names under which a function may be called: its own, those it is exported by, those of its results. */
  #namesOf(target: ts.Node): ReadonlySet<string> {
    const names = new Set<string>();
    if (!ts.isFunctionLike(target)) return names;
    const own = nameOfFunction(target);
    if (own !== undefined) for (const each of this.#exportedAs(own)) names.add(each);
    if (isDefaultExport(target)) names.add('default');
    // A function that another one returns goes by the name of whatever its result is put in.
    const outer = functionAround(target);
    const maker = outer && nameOfFunction(outer);
    if (maker !== undefined && outer) {
      for (const each of this.#exportedAs(maker)) {
        names.add(each);
        for (const result of namesOfResults(this.code, each)) names.add(result);
      }
    }
    return names;
  }

  /** A name, and those under which files export what goes by it. */
  #exportedAs(name: string): ReadonlySet<string> {
    this.#aliases ??= exportAliases(this.code);
    const found = new Set([name]);
    // A set that grows is gone through to its end.
    for (const each of found) for (const alias of this.#aliases.get(each) ?? []) found.add(alias);
    return found;
  }

  #callsIn(
    file: ts.SourceFile,
    pattern: RegExp | undefined,
    names: ReadonlySet<string>,
  ): readonly ts.CallExpression[] {
    if (pattern?.test(file.text) !== true) return [];
    // What a library is declared to do with a call goes before what its text does.
    const own = new Set(this.wrapped.templatesIn(file).map(({ node }) => node));
    return namedCallsIn(file)
      .filter(({ name }) => names.has(name.text) || names.has(importedAs(file, name.text)))
      .map(({ node }) => node)
      .filter((call) => !own.has(call));
  }

  #templateOf(
    call: ts.CallExpression,
    table: ReadonlyMap<ts.Node, readonly Template<T>[]>,
  ): Template<T> | undefined {
    const callee = this.#calleeOf(call, noBindings, table);
    const inner = callee && table.get(callee.node)?.filter((each) => !isInside(call, each.node));
    if (!callee || !inner?.length) return undefined;
    const derive = (bindings: Bindings): readonly T[] => {
      const target = bindings.size === 0 ? callee : (this.#calleeOf(call, bindings, table) ?? callee);
      const args = argumentsOf(this.code, call.arguments, bindings);
      const bound = bindValues(this.code, target.node, args, target.bindings);
      const own = target.node === callee.node ? inner : (table.get(target.node) ?? []);
      const reached = own.filter((each) => isReached(this.code, each.node, bound));
      return reached.flatMap((each) =>
        each
          .derive(bound)
          .map((one, index) => this.wrapped.at(one, call, each.plain[index] ?? each.plain[0], target.node)),
      );
    };
    const chain = [...new Set([callee.node, ...inner.flatMap((each) => each.chain)])];
    return { node: call, plain: derive(noBindings), derive, chain };
  }

  /** The wrapper that a call runs, with what its object binds. */
  #calleeOf(
    call: ts.CallExpression,
    bindings: Bindings,
    table: ReadonlyMap<ts.Node, readonly Template<T>[]>,
  ): FunctionValue | undefined {
    const callee = skipOuter(call.expression) as ts.Expression;
    const found = functionCalled(this.code, callee, bindings);
    if (found) return table.has(found.node) ? found : undefined;
    if (!ts.isPropertyAccessExpression(callee)) return undefined;
    // The object itself is not followed, but its class may be declared.
    const symbol = this.code.checker.getSymbolAtLocation(callee.name);
    const declaration = symbol && resolveAlias(this.code, symbol).valueDeclaration;
    if (!declaration || !ts.isClassLike(declaration.parent)) return undefined;
    const type = typeOfExpression(this.code, callee.expression);
    const { symbol: ofType } = this.code.checker.getNonNullableType(type) as Partial<ts.Type>;
    const declared = ofType?.declarations?.find(ts.isClassLike) ?? declaration.parent;
    const source = sourceOf(this.code, declared);
    const owner = source && ts.isClassLike(source) ? source : declared;
    const instance = instanceOf(this.code, { kind: 'self', node: owner });
    const value = instance && memberOfInstance(this.code, instance, callee.name.text);
    return value?.kind === 'function' && table.has(value.node) ? value : undefined;
  }

  // ---------------------------------------------------------------- classes

  /** For what belongs to every object of a class: what it is in each class that objects are made of. */
  #classesIn(file: ts.SourceFile, table: Table<T>): readonly Template<T>[] {
    if (table.classes.size === 0 || table.classNames?.test(file.text) !== true) return [];
    return file.statements.filter(ts.isClassDeclaration).flatMap((owner): Template<T>[] => {
      if (isAbstract(owner)) return [];
      const instance = instanceOf(this.code, { kind: 'self', node: owner, exact: true });
      if (!instance) return [];
      return [...classesFrom(this.code, owner)].flatMap((base) =>
        (table.classes.get(base) ?? []).map((each): Template<T> => {
          const derive = (): readonly T[] =>
            each
              .derive(bindingsIn(instance, base))
              .map((one, index) => this.wrapped.at(one, owner, each.plain[index], base));
          return { node: owner, plain: derive(), derive, chain: each.chain };
        }),
      );
    });
  }
}

interface Table<T> {
  readonly functions: ReadonlyMap<ts.Node, readonly Template<T>[]>;
  readonly classes: ReadonlyMap<ts.ClassLikeDeclaration, readonly Template<T>[]>;
  /** All names under which a wrapper may be called. */
  readonly names: ReadonlySet<string>;
  readonly pattern: RegExp | undefined;
  readonly classNames: RegExp | undefined;
}

function listOf<K, V>(map: Map<K, V[]>, key: K): V[] {
  let list = map.get(key);
  if (!list) map.set(key, (list = []));
  return list;
}

function patternOf(names: ReadonlySet<string>): RegExp | undefined {
  if (names.size === 0) return undefined;
  // A default import goes by any name: every file that imports may call it.
  if (names.has('default')) return /\bimport\b/;
  const parts = [...names].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\w$])(?:${parts.join('|')})(?![\\w$])`);
}

/** Does a call hand on something that the functions around it are given? */
function mayForward(call: ts.CallExpression): boolean {
  return functionAround(call) !== undefined && mentions(call, namesFromCallers(call));
}

/** The function that runs a node when it is called: callbacks that it passes on are taken for part of it. */
function functionThatRuns(node: ts.Node): ts.SignatureDeclaration | undefined {
  for (let at = functionAround(node); at; at = functionAround(at)) {
    let outer: ts.Node = at.parent;
    while (ts.isParenthesizedExpression(outer)) outer = outer.parent;
    if (!ts.isCallExpression(outer) && !ts.isNewExpression(outer)) return at;
  }
  return undefined;
}

/** The class whose method, or function in a field, this is. */
function classAround(target: ts.Node): ts.ClassLikeDeclaration | undefined {
  for (const at of ancestorsOf(target)) if (ts.isClassLike(at)) return at;
  return undefined;
}

function isDefaultExport(node: ts.SignatureDeclaration): boolean {
  return (
    (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Default) !== 0 || ts.isExportAssignment(node.parent)
  );
}

/** Names, and the other names under which files export them: `export { send as post }`, `export default send`. */
function exportAliases(code: Code): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of code.ownFiles) {
    if (!/\bexport\s*\{[^}]*\bas\b|\bexport\s+default\b/.test(file.text)) continue;
    for (const statement of file.statements) {
      if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression))
        listOf(found, statement.expression.text).push('default');
      if (!ts.isExportDeclaration(statement) || !statement.exportClause) continue;
      if (!ts.isNamedExports(statement.exportClause)) continue;
      for (const { propertyName, name } of statement.exportClause.elements) {
        if (propertyName) listOf(found, importedAs(file, propertyName.text)).push(name.text);
      }
    }
  }
  return found;
}

/** The names of what holds the result of a call of this name: `const send = makeSender(queue)`. */
function namesOfResults(code: Code, maker: string): readonly string[] {
  const found: string[] = [];
  const pattern = patternOf(new Set([maker]));
  for (const file of code.ownFiles) {
    if (pattern?.test(file.text) !== true) continue;
    for (const { node, name } of namedCallsIn(file)) {
      if (name.text !== maker && importedAs(file, name.text) !== maker) continue;
      const held = ts.isAwaitExpression(node.parent) ? node.parent : node;
      const holder = holderOf(held)?.name;
      if (holder && ts.isIdentifier(holder)) found.push(holder.text);
    }
  }
  return found;
}
