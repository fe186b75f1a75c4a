import ts from 'typescript';
import type { Chain, Matcher, Place, Places, ValueKind } from '../libraries/define.js';
import { type ArgumentIndex, parsePlace, type PlaceRoot, type Step } from '../libraries/place.js';
import type { Site, Vocabulary } from '../libraries/vocabulary.js';
import type { Code } from '../typescript/code.js';
import { classesFrom, holderNamed, memberOf } from '../typescript/classes.js';
import { constructionsOf } from '../typescript/construction.js';
import { evaluate } from '../typescript/evaluate.js';
import { functionAround } from '../typescript/follow.js';
import { argumentsOf, lazyOf, returnedBy, type Arguments } from '../typescript/functions.js';
import { originOf, originOfDeclaration, symbolAt, type Origin } from '../typescript/identity.js';
import { ancestorsOf, declaredTypeOf, holderOf, skipOuter } from '../typescript/syntax.js';
import { typeOfExpression } from '../typescript/types.js';
import { usesOf } from '../typescript/uses.js';
import { isWithin } from '../typescript/version.js';
import { instanceOf, memberOfInstance, staticMember } from '../typescript/instances.js';
import { property, propertyNode } from '../typescript/properties.js';
import {
  alternatives,
  type Bindings,
  Lazy,
  type MadeValue,
  noBindings,
  present,
  unknownElsewhere,
  type Value,
} from '../typescript/value.js';

/** A site found in the code, with what its places refer to. */
export interface Match<S extends Site = Site> {
  readonly site: S;
  readonly node: ts.Node;
  /** The smallest text that names it: callee, method name, decorator, class or function name. */
  readonly name: ts.Node;
  readonly args: Arguments;
  /** Of the second call of a curried one. */
  readonly next: Arguments | undefined;
  /** The method that the second call is of. */
  readonly nextName?: ts.Node | undefined;
  readonly chain: ChainOfCalls | undefined;
  /** The decorated or extending class. */
  readonly owner: ts.ClassLikeDeclaration | undefined;
  /** The decorated method, the function with the directive or the type, or an object with it. */
  readonly self: ts.FunctionLikeDeclaration | ts.ObjectLiteralExpression | undefined;
  /** The name under which an item stands in the object that holds it. */
  readonly key?: string | undefined;
  readonly version: string | undefined;
  /** What is bound where the node stands: a project function that is followed from one of its calls. */
  readonly bindings: Bindings;
}

interface ChainOfCalls {
  readonly options: Value;
  readonly end: ts.CallExpression | undefined;
  /** The last call that follows the start of the builder outwards. */
  readonly last: ts.Expression;
}

/** How many decorators of the project may stand between a use and a library's. */
const maximumDecorators = 3;

const noArguments: Arguments = { values: [], complete: true };

/** `known.get(id) ?? new Set()` is of the class that it is made of where there is none yet. */
function lastChoice(expression: ts.Expression): ts.Node {
  const value = skipOuter(expression);
  return ts.isBinaryExpression(value) &&
    (value.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken ||
      value.operatorToken.kind === ts.SyntaxKind.BarBarToken)
    ? lastChoice(value.right)
    : value;
}

/** Finds the sites of a vocabulary in syntax; every answer is by identity, never by name alone. */
export class SiteFinder {
  constructor(
    readonly code: Code,
    readonly vocabulary: Vocabulary,
  ) {}

  /** A call: of a method, a function, or something that is callable and newable alike. */
  *call(
    node: ts.CallExpression,
    purpose: Site['purpose'],
    bindings: Bindings = noBindings,
  ): Generator<Match> {
    const callee = skipOuter(node.expression);
    if (!ts.isIdentifier(callee) && !ts.isPropertyAccessExpression(callee)) return;
    const byMethod = this.#method(node, callee, purpose, bindings);
    if (byMethod) yield byMethod;
    // One call may set up the root and the queues above it.
    if (byMethod?.site.purpose === 'queue' && byMethod.site.site.root) {
      const queues = this.#method(node, callee, purpose, bindings, (site) => site !== byMethod.site);
      if (queues) yield queues;
    }
    if (byMethod) return;
    // `bull.Queue()` is called by its name; a plain identifier may be renamed.
    if (ts.isPropertyAccessExpression(callee) && !this.vocabulary.calls.has(callee.name.text)) return;
    const origin = originOf(this.code, callee);
    if (!origin || (origin.declaration && isMember(origin.declaration))) return;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
    const sites = this.#named(this.vocabulary.calls, purpose, origin);
    const match = this.#first(
      sites,
      [origin],
      () => true,
      node,
      name,
      () => argumentsOf(this.code, node.arguments, bindings),
      bindings,
    );
    if (match) yield match;
  }

  /** A property that is read: of a class's object, by its declaration. */
  *access(node: ts.PropertyAccessExpression, purpose: Site['purpose']): Generator<Match> {
    const sites = this.vocabulary.properties.get(node.name.text)?.filter((site) => site.purpose === purpose);
    if (!sites?.length) return;
    const match = this.#first(
      sites,
      this.#owners(node.expression, node.name.text),
      (site, origin) => `${origin.name}.${node.name.text}` === site.site.property,
      node,
      node.name,
      () => noArguments,
    );
    if (match) yield match;
  }

  /** `queue.add(…)`, or `add(…)` where `add` was taken out of a queue: `const { add } = queue`. */
  #method(
    node: ts.CallExpression,
    callee: ts.Identifier | ts.PropertyAccessExpression,
    purpose: Site['purpose'],
    bindings: Bindings,
    isWanted: (site: Site) => boolean = () => true,
  ): Match | undefined {
    const taken = ts.isIdentifier(callee) ? this.#takenOut(callee) : undefined;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : taken?.name;
    const sites = this.vocabulary.methods
      .get(name ?? '')
      ?.filter((site) => site.purpose === purpose && isWanted(site) && mayHold(site.site, node));
    if (!sites?.length || name === undefined) return undefined;
    const owners = ts.isPropertyAccessExpression(callee)
      ? this.#owners(callee.expression, name)
      : (taken?.owners() ?? []);
    return this.#first(
      sites,
      owners,
      (site, origin) => `${this.vocabulary.nameOf(site.library, origin)}.${name}` === site.site.method,
      node,
      ts.isPropertyAccessExpression(callee) ? callee.name : callee,
      () => argumentsOf(this.code, node.arguments, bindings),
      bindings,
    );
  }

  /** The method that a name was destructured from, and whose it is. */
  #takenOut(callee: ts.Identifier): { name: string; owners: () => readonly Origin[] } | undefined {
    const declaration = this.code.checker.getSymbolAtLocation(callee)?.valueDeclaration;
    if (!declaration || !ts.isBindingElement(declaration) || !this.code.typed) return undefined;
    const pattern = declaration.parent;
    const key = declaration.propertyName ?? declaration.name;
    if (!ts.isObjectBindingPattern(pattern) || !ts.isIdentifier(key)) return undefined;
    return {
      name: key.text,
      owners: () => this.#declaringOwners(this.code.checker.getTypeAtLocation(pattern), key.text),
    };
  }

  /** A `new`, or the `super(…)` of a class: also of a subclass, with the arguments that reach the base. */
  *construct(
    node: ts.NewExpression | ts.CallExpression,
    purpose: Site['purpose'],
    bindings: Bindings = noBindings,
  ): Generator<Match> {
    for (const { origin, args } of constructionsOf(this.code, node, bindings)) {
      const sites = this.#named(this.vocabulary.constructs, purpose, origin);
      const name =
        node.expression.kind === ts.SyntaxKind.SuperKeyword ? node.expression : lastName(node.expression);
      const match = this.#first(
        sites,
        [origin],
        () => true,
        node,
        name,
        () => args,
        bindings,
      );
      if (!match) continue;
      yield match;
      return;
    }
  }

  /** A decorator, or one of the project's own that applies a library's. */
  *decorator(node: ts.Decorator, purpose: Site['purpose']): Generator<Match> {
    for (const { callee, args } of this.#decoratorsApplied(node.expression, noBindings, 0)) {
      const origin = originOf(this.code, callee);
      if (!origin) continue;
      const sites = this.#named(this.vocabulary.decorators, purpose, origin);
      const match = this.#first(
        sites,
        [origin],
        () => true,
        node,
        node,
        () => args,
      );
      if (!match) continue;
      const target = node.parent;
      yield {
        ...match,
        owner: ts.isClassLike(target) ? target : ts.isClassLike(target.parent) ? target.parent : undefined,
        self: ts.isMethodDeclaration(target) ? target : undefined,
      };
      return;
    }
  }

  /**
   * The decorators that an expression stands for: itself, and what a project function returns or applies:
   * `const OnJob = (name) => applyDecorators(Process({ name }), UseLogging())`.
   */
  *#decoratorsApplied(
    expression: ts.Expression,
    bindings: Bindings,
    depth: number,
  ): Generator<{ readonly callee: ts.Expression; readonly args: Arguments }> {
    const node = skipOuter(expression) as ts.Expression;
    const callee = ts.isCallExpression(node) ? (skipOuter(node.expression) as ts.Expression) : node;
    yield {
      callee,
      args: ts.isCallExpression(node) ? argumentsOf(this.code, node.arguments, bindings) : noArguments,
    };
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
    if (depth >= maximumDecorators || this.vocabulary.decorators.has(name)) return;
    const value = evaluate(this.code, node, bindings);
    const made = value.kind === 'made' && ts.isCallExpression(value.node) ? value.node : undefined;
    if (made && value.kind === 'made') {
      if (made !== node) yield* this.#decoratorsApplied(made, value.bindings, depth + 1);
      if (made.expression.getText() !== 'applyDecorators') return;
      for (const each of made.arguments)
        if (ts.isCallExpression(each)) yield* this.#decoratorsApplied(each, value.bindings, depth + 1);
    }
    // `(target, key) => { Process(name)(target, key); … }`
    if (value.kind !== 'function' || !value.node.body || !ts.isBlock(value.node.body)) return;
    for (const statement of value.node.body.statements) {
      const applied = ts.isExpressionStatement(statement) ? skipOuter(statement.expression) : undefined;
      if (applied && ts.isCallExpression(applied) && ts.isCallExpression(applied.expression))
        yield* this.#decoratorsApplied(applied.expression, value.bindings, depth + 1);
    }
  }

  *extending(node: ts.ClassLikeDeclaration, purpose: Site['purpose']): Generator<Match> {
    for (const origin of this.basesOf(node)) {
      const sites = this.#named(this.vocabulary.bases, purpose, origin);
      const match = this.#first(
        sites,
        [origin],
        () => true,
        node,
        node.name ?? node,
        () => noArguments,
      );
      if (!match) continue;
      yield { ...match, owner: node };
      return;
    }
  }

  /** A function with a directive, or whose declared type or first parameter says that it is a handler. */
  *function(node: ts.FunctionLikeDeclaration, purpose: Site['purpose']): Generator<Match> {
    const found =
      this.#byDirective(node, purpose) ?? this.#byType(node, purpose) ?? this.#byParameter(node, purpose);
    if (found) yield { ...found, self: node };
  }

  #byDirective(node: ts.FunctionLikeDeclaration, purpose: Site['purpose']): Match | undefined {
    if (this.vocabulary.directives.size === 0 || !node.body || !ts.isBlock(node.body)) return undefined;
    for (const statement of node.body.statements) {
      if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) return undefined;
      const sites = this.vocabulary.directives.get(statement.expression.text);
      const site = sites?.find((each) => each.purpose === purpose);
      // A directive belongs to no module: the word itself is the identity.
      if (site) return this.#match(site, node, nameOfFunction(node), noArguments, undefined);
    }
    return undefined;
  }

  #byType(node: ts.FunctionLikeDeclaration, purpose: Site['purpose']): Match | undefined {
    if (this.vocabulary.types.size === 0) return undefined;
    const type = declaredTypeOf(node);
    if (!type || !ts.isTypeReferenceNode(type)) return undefined;
    return this.#byTypeName(type, this.vocabulary.types, node, purpose);
  }

  #byParameter(node: ts.FunctionLikeDeclaration, purpose: Site['purpose']): Match | undefined {
    if (this.vocabulary.parameterTypes.size === 0) return undefined;
    const type = node.parameters[0]?.type;
    if (!type || !ts.isTypeReferenceNode(type)) return undefined;
    const name = nameOfFunction(node).getText();
    return this.#byTypeName(type, this.vocabulary.parameterTypes, node, purpose, ({ named }) =>
      named === undefined ? isExported(node) : named === name,
    );
  }

  /** An object whose declared type says that it holds handlers: `export default { … } satisfies ExportedHandler`. */
  *object(node: ts.ObjectLiteralExpression, purpose: Site['purpose']): Generator<Match> {
    const type = declaredTypeOf(node);
    if (!type || !ts.isTypeReferenceNode(type)) return;
    const found = this.#byTypeName(type, this.vocabulary.types, node, purpose);
    if (found) yield { ...found, self: node };
  }

  #byTypeName(
    type: ts.TypeReferenceNode,
    index: ReadonlyMap<string, Site[]>,
    node: ts.FunctionLikeDeclaration | ts.ObjectLiteralExpression,
    purpose: Site['purpose'],
    wanted: (site: Matcher) => boolean = () => true,
  ): Match | undefined {
    const origin = originOf(this.code, type.typeName);
    if (!origin) return undefined;
    // A method of an object that says by its type what it is: the object speaks for it.
    const holder = ts.isObjectLiteralExpression(node.parent) ? declaredTypeOf(node.parent) : undefined;
    if (holder && ts.isTypeReferenceNode(holder) && this.vocabulary.types.has(holder.typeName.getText()))
      return undefined;
    const isObject = ts.isObjectLiteralExpression(node);
    const sites = this.#named(index, purpose, origin).filter(
      (each) => wanted(each.site) && isObject === speaksOfObjects(each),
    );
    return this.#first(
      sites,
      [origin],
      () => true,
      node,
      nameOfFunction(node),
      () => noArguments,
    );
  }

  /** The classes that a class extends, the nearest first. */
  *basesOf(node: ts.ClassLikeDeclaration): Generator<Origin> {
    let at: ts.ClassLikeDeclaration | undefined = node;
    for (let steps = 0; at && steps < 8; steps += 1) {
      const heritage: ts.ExpressionWithTypeArguments | undefined = at.heritageClauses?.find(
        (clause) => clause.token === ts.SyntaxKind.ExtendsKeyword,
      )?.types[0];
      const origin: Origin | undefined = heritage && originOf(this.code, heritage.expression);
      if (!origin) return;
      yield origin;
      at = origin.declaration && ts.isClassLike(origin.declaration) ? origin.declaration : undefined;
    }
  }

  #named(index: ReadonlyMap<string, Site[]>, purpose: Site['purpose'], origin: Origin): readonly Site[] {
    const sites = [...(index.get(origin.name) ?? [])];
    if (origin.name === 'default' || origin.name === '*') {
      for (const [name, each] of index) {
        sites.push(...each.filter((site) => site.library.defaultExport === name));
      }
    }
    return sites.filter((site) => site.purpose === purpose);
  }

  /** The first site, in the order of the table, whose library owns the origin and whose conditions hold. */
  #first(
    sites: readonly Site[],
    origins: readonly Origin[],
    fits: (site: Site, origin: Origin) => boolean,
    node: ts.Node,
    name: ts.Node,
    args: () => Arguments,
    bindings: Bindings = noBindings,
  ): Match | undefined {
    let read: Arguments | undefined;
    for (const site of sites) {
      for (const origin of origins) {
        if (!fits(site, origin) || !this.vocabulary.owns(site.library, origin)) continue;
        if (!isWithin(origin.version, site.site.since, site.site.before)) continue;
        read ??= args();
        if (!this.#holds(site.site, read)) continue;
        const library = this.vocabulary.at(site.library, origin.version);
        const found = library === site.library ? site : ({ ...site, library } as Site);
        return this.#match(found, node, name, read, origin.version, bindings);
      }
    }
    return undefined;
  }

  #match(
    site: Site,
    node: ts.Node,
    name: ts.Node,
    args: Arguments,
    version: string | undefined,
    bindings: Bindings = noBindings,
  ): Match {
    const dispatch = site.purpose === 'dispatch' ? site.site : undefined;
    const outer = node.parent;
    const method = ts.isPropertyAccessExpression(outer) && outer.expression === node ? outer : undefined;
    const second = method ? method.parent : outer;
    const isSecond = ts.isCallExpression(second) && second.expression === (method ?? node);
    const next =
      dispatch?.curried && isSecond ? argumentsOf(this.code, second.arguments, bindings) : undefined;
    const chain =
      dispatch?.chain && ts.isCallExpression(node) ? this.#chain(node, dispatch.chain, bindings) : undefined;
    const nextName = next && method?.name;
    return {
      site,
      node,
      name,
      args,
      next,
      nextName,
      chain,
      owner: undefined,
      self: undefined,
      version,
      bindings,
    };
  }

  /**
   * What `.retries(3).backoff('fixed', 100).save()` sets, also over several statements where the builder is
   * kept in a variable: `job.retries(3); await job.save()`.
   */
  #chain(start: ts.CallExpression, spec: Chain, bindings: Bindings): ChainOfCalls {
    const parts: { readonly key: string; readonly value: Lazy }[] = [];
    const walked = this.#walkChain(start, spec, bindings, parts);
    let { end } = walked;
    if (!end) {
      end = collectorOf(walked.last, spec);
      // `tuned(queue.createJob(data)).save()`: what a function did to it on the way, nobody knows.
      const { parent } = walked.last;
      const handed =
        ts.isCallExpression(parent) && parent.arguments.includes(walked.last) ? parent : undefined;
      const further = end || !handed ? undefined : this.#walkChain(handed, spec, bindings, parts);
      if (further?.end) {
        const options = unknownElsewhere(walked.last, 'a function changed the builder');
        return { options, end: further.end, last: further.last };
      }
    }
    const holder = end ? undefined : holderOf(walked.last);
    let escaped: ts.Node | undefined;
    if (holder && ts.isVariableDeclaration(holder) && ts.isIdentifier(holder.name)) {
      for (const use of usesOf(this.code, holder.name)) {
        const { parent } = use;
        const assigned =
          ts.isPropertyAccessExpression(parent) &&
          ts.isBinaryExpression(parent.parent) &&
          parent.parent.left === parent &&
          parent.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
            ? parent.parent.right
            : undefined;
        if (assigned && ts.isPropertyAccessExpression(parent))
          this.#set(spec, parent.name.text, [assigned], bindings, parts);
        else if (ts.isCallExpression(parent) && parent.arguments.includes(use)) escaped = use;
        else end ??= this.#walkChain(use, spec, bindings, parts).end ?? collectorOf(use, spec);
      }
    }
    const { last } = walked;
    if (escaped)
      return { options: unknownElsewhere(escaped, 'a function may change the builder'), end, last };
    return { options: mergeNested(parts, start), end, last };
  }

  /** Walks the calls that follow an expression outwards. */
  #walkChain(
    start: ts.Expression,
    spec: Chain,
    bindings: Bindings,
    parts: { readonly key: string; readonly value: Lazy }[],
  ): { readonly last: ts.Expression; readonly end: ts.CallExpression | undefined } {
    let at = start;
    let end: ts.CallExpression | undefined;
    for (;;) {
      const access: ts.Node = at.parent;
      if (!ts.isPropertyAccessExpression(access) || access.expression !== at) break;
      const call: ts.Node = access.parent;
      if (!ts.isCallExpression(call) || call.expression !== access) break;
      this.#set(spec, access.name.text, call.arguments, bindings, parts);
      if (spec.ends.includes(access.name.text)) end = call;
      at = call;
    }
    return { last: at, end };
  }

  #set(
    { setters }: Chain,
    name: string,
    args: readonly ts.Expression[],
    bindings: Bindings,
    parts: { readonly key: string; readonly value: Lazy }[],
  ): void {
    const keys = Object.hasOwn(setters, name) ? setters[name] : undefined;
    for (const [index, key] of (typeof keys === 'string' ? [keys] : (keys ?? [])).entries()) {
      const argument = args[index];
      if (argument) parts.push(nested(key.split('.'), lazyOf(this.code, argument, bindings)));
    }
  }

  #holds(site: Matcher, args: Arguments): boolean {
    const { when } = site;
    if (!when) return true;
    if (when.arguments !== undefined) {
      if (!args.complete) return false;
      const count = args.values.length;
      const { min, max } =
        typeof when.arguments === 'number' ? { min: when.arguments, max: when.arguments } : when.arguments;
      if ((min !== undefined && count < min) || (max !== undefined && count > max)) return false;
    }
    const wanted = [when.arg0, when.arg1, when.arg2];
    return wanted.every((kinds, index) => {
      if (kinds === undefined) return true;
      if (typeof kinds === 'object' && 'is' in kinds) {
        const value = args.values[index]?.value;
        return value?.kind === 'constant' && value.value === kinds.is;
      }
      const kind = this.#kindOf(args, index);
      return kind !== undefined && (typeof kinds === 'string' ? kinds === kind : kinds.includes(kind));
    });
  }

  /** The kind of an argument, undefined when neither its text nor its type tells. */
  #kindOf(args: Arguments, index: number): ValueKind | undefined {
    const lazy = args.values[index];
    if (!lazy) return args.complete ? 'none' : undefined;
    const { value } = lazy;
    switch (value.kind) {
      case 'constant':
        if (typeof value.value === 'string') return 'string';
        if (typeof value.value === 'number') return 'number';
        return value.value === null || value.value === undefined ? 'none' : undefined;
      case 'object':
        return 'object';
      case 'array':
        return 'array';
      case 'function':
        return 'function';
      default:
        return this.#kindOfType(lazy.node);
    }
  }

  #kindOfType(node: ts.Node): ValueKind | undefined {
    const { checker } = this.code;
    const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
    const parts = type.isUnion() ? type.types : [type];
    const kinds = new Set(
      parts.map((part): ValueKind | undefined => {
        if (part.flags & ts.TypeFlags.StringLike) return 'string';
        if (part.flags & ts.TypeFlags.NumberLike) return 'number';
        if (checker.isArrayType(part) || checker.isTupleType(part)) return 'array';
        if (part.getCallSignatures().length > 0) return 'function';
        return part.flags & (ts.TypeFlags.Object | ts.TypeFlags.NonPrimitive) ? 'object' : undefined;
      }),
    );
    const [only] = kinds;
    return kinds.size === 1 ? only : undefined;
  }

  /** Whose method is this? The declaring class of every member of the receiver's type that has it. */
  #owners(receiver: ts.Expression, method: string): readonly Origin[] {
    const fixed = this.#staticOwner(receiver, method);
    if (fixed) return [fixed];
    const written = this.#writtenClass(receiver);
    if (written === 'other') return [];
    // A class that no site names may still inherit the method from one that does.
    if (written && this.#isNamed(written, method)) return [written];
    const type = typeOfExpression(this.code, receiver);
    if (type.flags & ts.TypeFlags.Any) return this.#declaredClasses(receiver);
    const origins = this.#declaringOwners(type, method);
    return origins.length > 0 || this.code.typed ? origins : this.#declaredClasses(receiver);
  }

  #isNamed({ name }: Origin, method: string): boolean {
    const sites = [
      ...(this.vocabulary.methods.get(method) ?? []),
      ...(this.vocabulary.properties.get(method) ?? []),
    ];
    return sites.some(
      ({ site, library }) =>
        (site.method ?? site.property) === `${name}.${method}` ||
        (name === 'default' && library.defaultExport !== undefined),
    );
  }

  /** The classes, from a type's own up, that have a method of this name. */
  #declaringOwners(type: ts.Type, method: string): readonly Origin[] {
    const { checker } = this.code;
    const origins: Origin[] = [];
    for (const part of type.isUnionOrIntersection() ? type.types : [type]) {
      const declaration = checker.getPropertyOfType(part, method)?.declarations?.[0];
      const owner = declaration && namedAncestor(declaration);
      if (!owner) continue;
      const declared = originOfDeclaration(this.code, owner);
      origins.push(declared);
      // A method may be declared in a base class that nobody knows by name.
      for (const inheriting of this.#classesBelow(part, owner)) {
        if (this.#belongsTo(inheriting, declared)) origins.push(inheriting);
      }
    }
    return origins;
  }

  /** Is a class (or interface) of the same library as the one that it inherits a method from? */
  #belongsTo(inheriting: Origin, declared: Origin): boolean {
    if (inheriting.package === undefined) return false;
    return (
      inheriting.package === declared.package ||
      (declared.package !== undefined &&
        this.vocabulary.packages.has(declared.package) &&
        this.vocabulary.packages.has(inheriting.package))
    );
  }

  /** The classes from a receiver's own up to the one that declares the method. */
  *#classesBelow(type: ts.Type, owner: ts.Declaration): Generator<Origin> {
    const { symbol } = type as Partial<ts.Type>;
    const asInterface = symbol?.declarations?.find(ts.isInterfaceDeclaration);
    if (asInterface && asInterface !== owner) yield originOfDeclaration(this.code, asInterface);
    for (const at of classesFrom(this.code, symbol?.declarations?.find(ts.isClassLike))) {
      if (at === owner) return;
      yield originOfDeclaration(this.code, at);
    }
  }

  /**
   * The library's class that a receiver is declared with, by its annotation or its `new`: the type itself,
   * with all its members, is dear. `other` for what TypeScript itself declares, undefined where it must be asked.
   */
  #writtenClass(receiver: ts.Expression): Origin | 'other' | undefined {
    const node = skipOuter(receiver);
    if (!this.code.typed) return undefined;
    const declaration = holderNamed(this.code, node as ts.Expression);
    if (!declaration) return undefined;
    const { type, initializer } = declaration;
    const value = initializer && !type ? lastChoice(initializer) : undefined;
    if (value && ts.isArrayLiteralExpression(value)) return 'other';
    const named =
      type && ts.isTypeReferenceNode(type)
        ? type.typeName
        : value && ts.isNewExpression(value)
          ? value.expression
          : undefined;
    const origin = named && originOf(this.code, named);
    if (!origin?.declaration) return undefined;
    if (this.code.program.isSourceFileDefaultLibrary(origin.declaration.getSourceFile())) return 'other';
    const isClass = ts.isClassLike(origin.declaration) || ts.isInterfaceDeclaration(origin.declaration);
    return isClass && origin.package !== undefined && this.vocabulary.packages.has(origin.package)
      ? origin
      : undefined;
  }

  /** The class whose static method this is, found without the type of the class. */
  #staticOwner(receiver: ts.Expression, method: string): Origin | undefined {
    if (!ts.isIdentifier(receiver)) return undefined;
    const symbol = symbolAt(this.code, receiver);
    const declaration = symbol?.valueDeclaration;
    if (!symbol || !declaration || !ts.isClassLike(declaration)) return undefined;
    return symbol.exports?.has(ts.escapeLeadingUnderscores(method))
      ? originOfDeclaration(this.code, declaration)
      : undefined;
  }

  /** Without types: the class that the receiver was made of, or that its annotation names. */
  #declaredClasses(receiver: ts.Expression): readonly Origin[] {
    const value = present(evaluate(this.code, receiver));
    const origins = alternatives(value).flatMap((each): readonly Origin[] => {
      if (each.kind === 'made') return this.#classesMade(each);
      return each.kind === 'self' ? [...this.basesOf(each.node)] : [];
    });
    const annotated = this.#annotation(receiver) ?? (value.kind === 'declared' ? value.node.type : undefined);
    if (annotated && ts.isTypeReferenceNode(annotated)) {
      const named = originOf(this.code, annotated.typeName);
      return named ? [...origins, named] : origins;
    }
    if (origins.length > 0 || value.kind === 'made' || value.kind === 'self') return origins;
    const origin = originOf(this.code, receiver);
    return origin ? [origin] : [];
  }

  #classesMade({ node, bindings }: MadeValue): readonly Origin[] {
    const origins = constructionsOf(this.code, node, bindings).map(({ origin }) => origin);
    const site = this.queueMadeBy(node, bindings)?.site;
    const makes = site?.purpose === 'queue' ? site.site.makes : undefined;
    const [nearest] = origins;
    return makes !== undefined && nearest ? [...origins, { ...nearest, name: makes }] : origins;
  }

  #annotation(receiver: ts.Expression): ts.TypeNode | undefined {
    const name = ts.isPropertyAccessExpression(receiver) ? receiver.name : receiver;
    const declaration = this.code.checker.getSymbolAtLocation(name)?.valueDeclaration;
    return declaration &&
      (ts.isVariableDeclaration(declaration) ||
        ts.isParameter(declaration) ||
        ts.isPropertyDeclaration(declaration))
      ? declaration.type
      : undefined;
  }

  /** What stands at the first of some places that is there; undefined when none is. */
  locate(match: Match, places: Places | undefined, item?: Lazy, queue?: string): Lazy | undefined {
    if (places === undefined) return undefined;
    for (const place of typeof places === 'string' ? [places] : places) {
      const found = this.#locateOne(match, place, item, queue);
      if (found) return found;
    }
    return undefined;
  }

  #locateOne(
    match: Match,
    place: Place,
    item: Lazy | undefined,
    queue: string | undefined,
  ): Lazy | undefined {
    const parsed = parsePlace(place);
    if ('problem' in parsed) return undefined;
    let at = this.#root(match, parsed.root, item);
    for (const [index, step] of parsed.steps.entries()) {
      if (!at) return undefined;
      if (step.kind === 'elements') return this.#ofElements(match, at, parsed.steps.slice(index + 1));
      if (step.kind === 'returned') {
        const { value } = at;
        const from = at.node;
        if (value.kind === 'absent') return undefined;
        at =
          value.kind === 'function'
            ? new Lazy(from, () => returnedBy(this.code, value.node, value.bindings))
            : Lazy.known(unknownElsewhere(from, 'a function that is not followed'));
        continue;
      }
      if (step.kind === 'given') {
        at = this.#given(at, step.index);
        continue;
      }
      if (step.key === '{queue}' && queue === undefined) {
        return Lazy.known(unknownElsewhere(at.node, 'the queue has no constant name'));
      }
      at = this.keyOf(at, step.key === '{queue}' ? (queue ?? '') : step.key);
    }
    return at;
  }

  /** What stands under some keys of each element of a list, as a list. */
  #ofElements(match: Match, { value }: Lazy, steps: readonly Step[]): Lazy | undefined {
    if (value.kind !== 'array') return undefined;
    const elements = value.elements.flatMap((element): readonly Lazy[] => {
      let at: Lazy | undefined = element;
      for (const step of steps) at = at && step.kind === 'key' ? this.keyOf(at, step.key) : undefined;
      return at ? [at] : [];
    });
    return Lazy.known({ ...value, elements, node: match.node });
  }

  /** An argument of the call that a value is. */
  #given({ node, value }: Lazy, index: number): Lazy | undefined {
    if (value.kind !== 'made')
      return value.kind === 'unknown' ? Lazy.known(unknownElsewhere(node, value.why, value.open)) : undefined;
    return argumentsOf(this.code, value.node.arguments, value.bindings).values[index];
  }

  /** A key of a value; undefined when it certainly is not there. */
  keyOf(at: Lazy, key: string): Lazy | undefined {
    const written = propertyNode(this.code, at.value, key);
    if (written) return written;
    const value = this.#valueOfKey(at.value, key);
    return value.kind === 'absent' ? undefined : new Lazy(value.node, () => value);
  }

  /** A class that is named where an object is wanted stands for an object of it: `useClass`. */
  #valueOfKey(owner: Value, key: string): Value {
    const value = property(this.code, owner, key);
    if (owner.kind !== 'class' || value.kind !== 'absent') return value;
    return property(this.code, { kind: 'self', node: owner.node, exact: true }, key);
  }

  #root(match: Match, root: PlaceRoot, item: Lazy | undefined): Lazy | undefined {
    switch (root.kind) {
      case 'argument':
        return argument(match, match.args, root.index);
      case 'next':
        return match.next && argument(match, match.next, root.index);
      case 'end':
        return match.chain?.end
          ? argument(match, argumentsOf(this.code, match.chain.end.arguments, match.bindings), root.index)
          : undefined;
      case 'item':
        return item;
      case 'chain':
        return match.chain && Lazy.known(match.chain.options);
      case 'self':
        if (!match.self) return undefined;
        return ts.isObjectLiteralExpression(match.self)
          ? lazyOf(this.code, match.self, noBindings)
          : Lazy.known({ kind: 'function', node: match.self, bindings: noBindings });
      case 'next.name':
        return (
          match.nextName &&
          Lazy.known({ kind: 'constant', value: match.nextName.getText(), node: match.nextName })
        );
      case 'holder': {
        const name = holderOf(match.node)?.name;
        return name && Lazy.known({ kind: 'constant', value: name.getText(), node: name });
      }
      case 'receiver': {
        const callee = ts.isCallExpression(match.node) ? skipOuter(match.node.expression) : undefined;
        return callee && ts.isPropertyAccessExpression(callee)
          ? lazyOf(this.code, callee.expression, match.bindings)
          : undefined;
      }
      case 'around': {
        const around = functionAround(match.node);
        return around && 'body' in around
          ? Lazy.known({ kind: 'function', node: around, bindings: match.bindings })
          : undefined;
      }
      case 'key':
        return match.key === undefined
          ? undefined
          : Lazy.known({ kind: 'constant', value: match.key, node: match.name });
      case 'name': {
        // A decorator stands for the method that it is on.
        const self = ts.isDecorator(match.node) && match.self ? nameOfFunction(match.self) : match.name;
        return new Lazy(match.name, () => ({ kind: 'constant', value: self.getText(), node: match.name }));
      }
      case 'type':
        return typeArgument(match, root.index);
      case 'member':
        return this.#member(match, root.name, false);
      case 'static':
        return this.#member(match, root.name, true);
      case 'parameter':
        return undefined;
    }
  }

  /** A member of the matched class, or of the nearest project class above it that has one. */
  #member({ owner }: Match, name: string, wantsStatic: boolean): Lazy | undefined {
    if (!owner) return undefined;
    const instance = instanceOf(this.code, { kind: 'self', node: owner, exact: true });
    const value =
      wantsStatic || !instance
        ? staticMember(this.code, owner, name)
        : memberOfInstance(this.code, instance, name);
    if (value.kind === 'absent') return undefined;
    return new Lazy(this.#memberWritten(owner, name, wantsStatic) ?? value.node, () => value);
  }

  /** The text that says what a member is: what a field is given, or the member itself. */
  #memberWritten(owner: ts.ClassLikeDeclaration, name: string, wantsStatic: boolean): ts.Node | undefined {
    for (const at of classesFrom(this.code, owner)) {
      const member = memberOf(at, name, wantsStatic);
      if (member) return ts.isPropertyDeclaration(member) && member.initializer ? member.initializer : member;
    }
    return undefined;
  }

  /** The same site with what a call of the project function around it binds. */
  rebind(match: Match, bindings: Bindings): Match {
    const { node, site } = match;
    if (ts.isNewExpression(node) || isSuperCall(node)) {
      for (const found of this.construct(node, site.purpose, bindings)) return found;
      return match;
    }
    if (!ts.isCallExpression(node)) return { ...match, bindings };
    const args = argumentsOf(this.code, node.arguments, bindings);
    const { owner, self } = match;
    return { ...this.#match(site, node, match.name, args, match.version, bindings), owner, self };
  }

  /** The queue that a `new` or a call makes. */
  queueMadeBy(node: ts.NewExpression | ts.CallExpression, bindings: Bindings): Match | undefined {
    for (const match of this.construct(node, 'queue', bindings)) return match;
    if (!ts.isCallExpression(node)) return undefined;
    for (const match of this.call(node, 'queue', bindings)) return match;
    return undefined;
  }
}

/** The call that enqueues the list of builders in which one stands. */
function collectorOf(builder: ts.Expression, { collectors }: Chain): ts.CallExpression | undefined {
  const list = builder.parent;
  const call = ts.isArrayLiteralExpression(list) ? list.parent : undefined;
  if (!call || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression))
    return undefined;
  return collectors?.includes(call.expression.name.text) ? call : undefined;
}

/** Is this a method, which is no function that is exported under its name? */
function isMember(declaration: ts.Declaration): boolean {
  // A namespace import is declared by a whole file.
  const parent = declaration.parent as ts.Node | undefined;
  return parent !== undefined && (ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent));
}

/** May the conditions hold, as far as literal arguments tell? Asked before any type is. */
function mayHold({ when }: Matcher, node: ts.CallExpression): boolean {
  if (!when) return true;
  return [when.arg0, when.arg1, when.arg2].every((wanted, index) => {
    if (typeof wanted !== 'object' || !('is' in wanted)) return true;
    const argument = node.arguments[index];
    return argument !== undefined && (!ts.isStringLiteralLike(argument) || argument.text === wanted.is);
  });
}

/** Is a site with a type one for objects that hold handlers, not for functions? */
function speaksOfObjects({ purpose, site }: Site): boolean {
  if (purpose !== 'handler') return false;
  return site.each === 'self' || (typeof site.handler === 'string' && site.handler.startsWith('self.'));
}

/** `Task<'send_mail'>`, or `tasks.trigger<'send_mail'>(…)`: the text that a type argument is. */
function typeArgument({ node, self }: Match, index: number): Lazy | undefined {
  const type = self && declaredTypeOf(self);
  const given = type && ts.isTypeReferenceNode(type) ? type.typeArguments : undefined;
  const called = ts.isCallExpression(node) || ts.isNewExpression(node) ? node.typeArguments : undefined;
  const argument = (given ?? called)?.[index];
  if (!argument || !ts.isLiteralTypeNode(argument) || !ts.isStringLiteral(argument.literal)) return undefined;
  return Lazy.known({ kind: 'constant', value: argument.literal.text, node: argument });
}

function argument(match: Match, args: Arguments, index: ArgumentIndex): Lazy | undefined {
  if (typeof index === 'object') {
    const elements = args.values.slice(index.from);
    return Lazy.known({ kind: 'array', elements, complete: args.complete, node: match.node });
  }
  const position = index === 'last' ? args.values.length - 1 : index;
  const found = index === 'last' && !args.complete ? undefined : args.values[position];
  if (found || args.complete) return found;
  return Lazy.known(unknownElsewhere(match.node, 'an argument that comes from a spread', args.open));
}

/** `{ backoff: { delay } }` for the key `backoff.delay`. */
function nested(path: readonly string[], value: Lazy): { readonly key: string; readonly value: Lazy } {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return { key, value };
  const inner: Value = { kind: 'object', parts: [nested(rest, value)], node: value.node };
  return { key, value: Lazy.known(inner) };
}

/** Objects under the same key are one object. */
function mergeNested(parts: readonly { readonly key: string; readonly value: Lazy }[], node: ts.Node): Value {
  const byKey = new Map<string, Lazy>();
  for (const { key, value } of parts) {
    const before = byKey.get(key)?.value;
    const now = value.value;
    byKey.set(
      key,
      before?.kind === 'object' && now.kind === 'object'
        ? Lazy.known({ kind: 'object', parts: [...before.parts, ...now.parts], node: now.node })
        : value,
    );
  }
  return { kind: 'object', parts: [...byKey].map(([key, value]) => ({ key, value })), node };
}

function isSuperCall(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword;
}

/** The class, interface or type alias in which a member is declared. */
function namedAncestor(declaration: ts.Node): ts.Declaration | undefined {
  for (const at of ancestorsOf(declaration)) {
    if (ts.isClassLike(at) || ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at)) return at;
    if (ts.isVariableDeclaration(at)) return at;
    if (ts.isSourceFile(at) || ts.isModuleBlock(at)) return undefined;
  }
  return undefined;
}

function lastName(node: ts.Expression): ts.Node {
  const inner = skipOuter(node);
  return ts.isPropertyAccessExpression(inner) ? inner.name : inner;
}

/** What a function is called: its own name, or that of the variable or property it is put in. */
function nameOfFunction(node: ts.FunctionLikeDeclaration | ts.ObjectLiteralExpression): ts.Node {
  const own = ts.isObjectLiteralExpression(node) ? undefined : node.name;
  return own ?? holderOf(node)?.name ?? node;
}

function isExported(node: ts.FunctionLikeDeclaration): boolean {
  const holder = ts.isFunctionDeclaration(node)
    ? node
    : ts.isVariableDeclaration(node.parent)
      ? node.parent.parent.parent
      : undefined;
  if (ts.isExportAssignment(node.parent)) return true;
  return (
    holder !== undefined &&
    ts.canHaveModifiers(holder) &&
    (ts.getModifiers(holder)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}
