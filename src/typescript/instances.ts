import ts from 'typescript';
import {
  baseClassOf,
  classesFrom,
  classNamed,
  constructorOf,
  heritageOf,
  isAbstract,
  isOverridden,
  memberOf,
  superCall,
  type Member,
} from './classes.js';
import { bindingsOfSetup } from './callers.js';
import { PerCode, type Code } from './code.js';
import { evaluate, valueOfParameter } from './evaluate.js';
import { argumentsOf, bindValues, returnedBy, type Arguments } from './functions.js';
import { injectedValue } from './injection.js';
import { skipOuter, someWithin } from './syntax.js';
import {
  choice,
  Lazy,
  noBindings,
  unknown,
  unknownElsewhere,
  type Bindings,
  type MadeValue,
  type Part,
  type SelfValue,
  type Value,
} from './value.js';

/** An object of a project class: what its constructors were given, as far as that is known. */
export interface Instance {
  readonly owner: ts.ClassLikeDeclaration;
  /** It is of no class below the owner. */
  readonly exact: boolean;
  /** What is bound in the text of each of its classes: `this`, and the constructor's parameters. */
  readonly bindings: ReadonlyMap<ts.ClassLikeDeclaration, Bindings>;
}

const instances = new PerCode<Value, Instance | undefined>();

/** The object of a project class that a value is; undefined for anything else. */
export function instanceOf(code: Code, value: Value): Instance | undefined {
  if (value.kind !== 'self' && value.kind !== 'made') return undefined;
  code = code.at(value.node);
  return instances.once(code, value, () => makeInstance(code, value));
}

function makeInstance(code: Code, value: SelfValue | MadeValue): Instance | undefined {
  if (value.kind === 'self') {
    return {
      owner: value.node,
      exact: value.exact === true,
      bindings: bindingsOfClasses(code, value.node, undefined, value),
    };
  }
  const { node } = value;
  if (!ts.isNewExpression(node)) return undefined;
  const owner = classConstructed(code, node, value.bindings);
  if (!owner) return undefined;
  const args = argumentsOf(code, node.arguments, value.bindings);
  return { owner, exact: true, bindings: bindingsOfClasses(code, owner, args, value) };
}

/** The project class that a `new` makes an object of: also `new this()` and `new Task()` of a parameter. */
function classConstructed(
  code: Code,
  { expression }: ts.NewExpression,
  bindings: Bindings,
): ts.ClassLikeDeclaration | undefined {
  const callee = skipOuter(expression) as ts.Expression;
  if (ts.isIdentifier(callee) || ts.isPropertyAccessExpression(callee)) {
    const named = classNamed(code, callee);
    if (named) return named;
  }
  if (!ts.isIdentifier(callee) && callee.kind !== ts.SyntaxKind.ThisKeyword && !ts.isClassExpression(callee))
    return undefined;
  const value = evaluate(code, callee, bindings);
  return value.kind === 'class' ? value.node : undefined;
}

/** What the constructors, from a class up to its bases, are given; undefined for what nobody knows here. */
function bindingsOfClasses(
  code: Code,
  owner: ts.ClassLikeDeclaration,
  args: Arguments | undefined,
  value: Value,
): ReadonlyMap<ts.ClassLikeDeclaration, Bindings> {
  const classes = [...classesFrom(code, owner)];
  const self = Lazy.known(value);
  // Whose part an object is made as stays known in it.
  const holders = value.kind === 'made' ? [...value.bindings].filter(([key]) => ts.isClassLike(key)) : [];
  const own = new Map<ts.Node, Lazy>([...holders, ...classes.map((each) => [each, self] as const)]);
  const all = new Map<ts.ClassLikeDeclaration, Bindings>();
  let given = args;
  for (const each of classes) {
    const constructor = constructorOf(each);
    const bound = constructor && given ? bindValues(code, constructor, given, own) : own;
    all.set(each, bound);
    if (!constructor?.body) continue;
    const call = superCall(constructor.body);
    given = call && argumentsOf(code, call.arguments, bound);
  }
  return all;
}

/** What holds in the text of one of the classes of an object. */
export function bindingsIn(instance: Instance, owner: ts.ClassLikeDeclaration): Bindings {
  return instance.bindings.get(owner) ?? noBindings;
}

/** A member of an object: of its own class, else of the nearest above that has it. */
export function memberOfInstance(code: Code, instance: Instance, name: string): Value {
  const { owner } = instance;
  code = code.at(owner);
  if (!instance.exact && isOverridden(code, owner, name))
    return unknownElsewhere(owner, `a class below \`${nameOfClass(owner)}\` may have another \`${name}\``, {
      by: owner,
      path: [name],
    });
  let last = owner;
  for (const at of classesFrom(code, owner)) {
    last = at;
    const member = memberOf(at, name);
    if (!member) continue;
    if (!ts.isParameter(member) && isAbstract(member) && !instance.exact)
      return unknownElsewhere(member, `\`${name}\` is left to the classes below`, {
        by: owner,
        path: [name],
      });
    return valueOfMember(code, member, bindingsIn(instance, at));
  }
  return heritageOf(last) && baseClassOf(code, last) === undefined
    ? unknownElsewhere(last, `\`${name}\` is inherited from elsewhere`)
    : { kind: 'absent', node: owner };
}

/** A static member of a class, or of the nearest project class above it that has one. */
export function staticMember(
  code: Code,
  owner: ts.ClassLikeDeclaration,
  name: string,
  of: Value = { kind: 'class', node: owner },
): Value {
  code = code.at(owner);
  const classes = [...classesFrom(code, owner)];
  for (const at of classes) {
    const member = memberOf(at, name, true);
    if (!member) continue;
    const self = Lazy.known(of);
    return valueOfMember(code, member, new Map(classes.map((each) => [each, self])));
  }
  return { kind: 'absent', node: owner };
}

function valueOfMember(code: Code, member: Member, bindings: Bindings): Value {
  code = code.at(member);
  if (ts.isMethodDeclaration(member)) return { kind: 'function', node: member, bindings };
  if (ts.isGetAccessorDeclaration(member)) return returnedBy(code, member, bindings);
  return ts.isParameter(member)
    ? valueOfParameter(code, member, bindings)
    : valueOfField(code, member, bindings);
}

/** A class field: its initializer, and whatever the class assigns to it. */
export function valueOfField(code: Code, declaration: ts.PropertyDeclaration, bindings: Bindings): Value {
  const { name, initializer, parent } = declaration;
  const written: ts.Expression[] = initializer ? [initializer] : [];
  if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))
    written.push(...assignmentsTo(parent, name.text));
  if (written.length === 0)
    return valueOfDeclared(code, declaration, 'a field that is not filled in the class');
  if (isWrittenElsewhere(code, declaration)) return unknown(declaration, 'a field that is set from outside');
  const value = choice(
    written.map((each) => evaluate(code, each, bindingsOfSetup(code, each, bindings))),
    declaration,
  );
  if (value.kind !== 'object' && value.kind !== 'choice') return value;
  // `this.options.attempts = n`, in whichever method.
  const parts = ts.isIdentifier(name) || ts.isPrivateIdentifier(name) ? changesTo(parent, name.text) : [];
  if (parts.length === 0) return value;
  return {
    kind: 'object',
    parts: [{ spread: Lazy.known(value) }, ...parts],
    node: value.node,
  };
}

const changed = new WeakMap<ts.ClassLikeDeclaration, ReadonlyMap<string, readonly Part[]>>();

/** What a class writes into the objects that its fields hold; when, nobody knows. */
function changesTo(owner: ts.ClassLikeDeclaration, name: string): readonly Part[] {
  let found = changed.get(owner);
  if (!found) {
    const all = new Map<string, Part[]>();
    const visit = (node: ts.Node): void => {
      const target =
        ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind) ? node.left : undefined;
      if (target && (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target))) {
        const field = target.expression;
        if (ts.isPropertyAccessExpression(field) && isOwner(field.expression, owner)) {
          const part: Part = ts.isPropertyAccessExpression(target)
            ? { key: target.name.text, value: Lazy.known(unknown(target, 'it is assigned later')) }
            : { unknownKey: target };
          all.set(field.name.text, [...(all.get(field.name.text) ?? []), part]);
        }
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(owner, visit);
    changed.set(owner, (found = all));
  }
  return found.get(name) ?? [];
}

const outside = new PerCode<ts.PropertyDeclaration, boolean>();

/** Is a field that others may write written by one: `mailer.options = …`? */
function isWrittenElsewhere(code: Code, field: ts.PropertyDeclaration): boolean {
  const { name } = field;
  if (!code.typed || !ts.isIdentifier(name)) return false;
  const closed = ts.ModifierFlags.Private | ts.ModifierFlags.Readonly;
  if (ts.getCombinedModifierFlags(field) & closed) return false;
  return outside.once(code, field, () => findsWriter(code, field, name.text));
}

function findsWriter(code: Code, field: ts.PropertyDeclaration, name: string): boolean {
  const pattern = new RegExp(`\\.\\s*${name.replace(/\$/g, '\\$')}\\s*(?:\\?\\?|\\|\\||&&)?=(?![=>])`);
  const writes = (node: ts.Node): boolean =>
    ts.isBinaryExpression(node) &&
    isAssignment(node.operatorToken.kind) &&
    ts.isPropertyAccessExpression(node.left) &&
    node.left.name.text === name &&
    !isOwner(node.left.expression, field.parent) &&
    code.checker.getSymbolAtLocation(node.left.name)?.valueDeclaration === field;
  return code.ownFiles.some((file) => pattern.test(file.text) && someWithin(file, writes));
}

/**
 * A field or parameter that nobody in sight fills in. A framework fills a decorated one; one that is
 * declared with a project class is an object of it.
 */
export function valueOfDeclared(
  code: Code,
  declaration: ts.ParameterDeclaration | ts.PropertyDeclaration,
  what: string,
): Value {
  const decorated = ts.canHaveDecorators(declaration) && ts.getDecorators(declaration)?.length;
  const injected = injectedValue(code, declaration);
  if (injected) return injected;
  if (decorated) return { kind: 'declared', node: declaration };
  const open = ts.isParameter(declaration) ? { by: declaration, path: [] } : undefined;
  // An object of data may be filled in anywhere; what a constructor is handed is a service.
  const service = ts.isPropertyDeclaration(declaration) || ts.isConstructorDeclaration(declaration.parent);
  const owner = service ? classAnnotated(code, declaration.type) : undefined;
  return owner ? { kind: 'self', node: owner } : unknown(declaration, what, open);
}

/** The project class that a type annotation names. */
function classAnnotated(code: Code, type: ts.TypeNode | undefined): ts.ClassLikeDeclaration | undefined {
  if (!type) return undefined;
  if (ts.isUnionTypeNode(type)) {
    const named = type.types.filter((each) => ts.isTypeReferenceNode(each));
    return named.length === 1 ? classAnnotated(code, named[0]) : undefined;
  }
  return ts.isTypeReferenceNode(type) ? classNamed(code, type.typeName) : undefined;
}

const assignments = new WeakMap<ts.ClassLikeDeclaration, Map<string, ts.Expression[]>>();

/** All right-hand sides of `this.name = …`, or `Class.name = …`, in a class. */
function assignmentsTo(owner: ts.ClassLikeDeclaration, name: string): readonly ts.Expression[] {
  let found = assignments.get(owner);
  if (!found) {
    const all = new Map<string, ts.Expression[]>();
    const visit = (node: ts.Node): void => {
      if (
        ts.isBinaryExpression(node) &&
        isAssignment(node.operatorToken.kind) &&
        ts.isPropertyAccessExpression(node.left) &&
        isOwner(node.left.expression, owner)
      ) {
        const list = all.get(node.left.name.text) ?? [];
        all.set(node.left.name.text, [...list, node.right]);
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(owner, visit);
    assignments.set(owner, (found = all));
  }
  return found.get(name) ?? [];
}

function isOwner(node: ts.Expression, { name }: ts.ClassLikeDeclaration): boolean {
  return node.kind === ts.SyntaxKind.ThisKeyword || (ts.isIdentifier(node) && node.text === name?.text);
}

export function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function nameOfClass({ name }: ts.ClassLikeDeclaration): string {
  return name?.text ?? 'this class';
}
