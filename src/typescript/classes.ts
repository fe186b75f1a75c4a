import ts from 'typescript';
import { PerCode, type Code } from './code.js';
import { resolveAlias, symbolAt } from './identity.js';
import { sourceOf } from './sources.js';
import { ancestorsOf, isInside } from './syntax.js';

/** A class and the project classes that it extends, the nearest first; broken code may go round in circles. */
export function* classesFrom(
  code: Code,
  owner: ts.ClassLikeDeclaration | undefined,
): Generator<ts.ClassLikeDeclaration> {
  const seen = new Set<ts.Node>();
  for (let at = owner; at && !seen.has(at); at = baseClassOf(code, at)) {
    seen.add(at);
    yield at;
  }
}

/** The project class that a class extends; undefined for none, or one outside the project. */
export function baseClassOf(code: Code, owner: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration | undefined {
  const heritage = heritageOf(owner);
  code = code.at(owner);
  const base = heritage && classNamed(code, heritage);
  return base !== owner ? base : undefined;
}

/** The class with a text of its own that a name stands for. */
export function classNamed(
  code: Code,
  node: ts.Expression | ts.EntityName,
): ts.ClassLikeDeclaration | undefined {
  const name = ts.isPropertyAccessExpression(node) ? node.name : ts.isQualifiedName(node) ? node.right : node;
  code = code.at(name);
  const symbol = code.checker.getSymbolAtLocation(name);
  const declared = symbol && resolveAlias(code, symbol).valueDeclaration;
  const declaration = declared && (sourceOf(code, declared) ?? declared);
  return declaration && ts.isClassLike(declaration) && !declaration.getSourceFile().isDeclarationFile
    ? declaration
    : undefined;
}

/** The expression after `extends`. */
export function heritageOf(owner: ts.ClassLikeDeclaration): ts.Expression | undefined {
  return owner.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
    ?.expression;
}

export function isStatic(member: ts.ClassElement): boolean {
  return hasModifier(member, ts.SyntaxKind.StaticKeyword);
}

export function isAbstract(node: ts.ClassElement | ts.ClassLikeDeclaration): boolean {
  return hasModifier(node, ts.SyntaxKind.AbstractKeyword);
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node)
    ? (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false)
    : false;
}

/** The constructor that has a body, overloads apart. */
export function constructorOf(owner: ts.ClassLikeDeclaration): ts.ConstructorDeclaration | undefined {
  return owner.members.find((each): each is ts.ConstructorDeclaration =>
    ts.isConstructorDeclaration(each) ? each.body !== undefined : false,
  );
}

/** The `super(…)` of a constructor. */
export function superCall(body: ts.Block): ts.CallExpression | undefined {
  for (const statement of body.statements) {
    const expression = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (
      expression &&
      ts.isCallExpression(expression) &&
      expression.expression.kind === ts.SyntaxKind.SuperKeyword
    ) {
      return expression;
    }
  }
  return undefined;
}

/** A member that has a value or a text: a property, a method, an accessor, a constructor's parameter property. */
export type Member =
  ts.PropertyDeclaration | ts.MethodDeclaration | ts.GetAccessorDeclaration | ts.ParameterDeclaration;

/** The member of this name that a class itself declares. */
export function memberOf(
  owner: ts.ClassLikeDeclaration,
  name: string,
  wantsStatic = false,
): Member | undefined {
  const isIt = (node: ts.Node | undefined): boolean =>
    node !== undefined &&
    (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node)) &&
    node.text === name;
  let signature: ts.MethodDeclaration | undefined;
  for (const member of owner.members) {
    if (ts.isConstructorDeclaration(member)) {
      if (wantsStatic) continue;
      const parameter = member.parameters.find(
        (each) => isIt(each.name) && ts.isParameterPropertyDeclaration(each, member),
      );
      if (parameter) return parameter;
      continue;
    }
    if (!isIt(member.name) || isStatic(member) !== wantsStatic) continue;
    if (ts.isPropertyDeclaration(member) || ts.isGetAccessorDeclaration(member)) return member;
    if (!ts.isMethodDeclaration(member)) continue;
    if (member.body) return member;
    signature ??= member;
  }
  return signature;
}

/**
 * The field, or the constructor's parameter property, that `this.name` means: by syntax, because the checker
 * would work out its type as well. Undefined where the class inherits it.
 */
function fieldNamed(node: ts.Expression): ts.PropertyDeclaration | ts.ParameterDeclaration | undefined {
  if (!ts.isPropertyAccessExpression(node) || node.expression.kind !== ts.SyntaxKind.ThisKeyword)
    return undefined;
  const owner = classOfThis(node);
  const member = owner && memberOf(owner.node, node.name.text, owner.isStatic);
  return member && (ts.isPropertyDeclaration(member) || ts.isParameter(member)) ? member : undefined;
}

/** The variable, parameter or field that a name, or `this.name`, stands for. */
export function holderNamed(
  code: Code,
  node: ts.Expression,
): ts.VariableDeclaration | ts.ParameterDeclaration | ts.PropertyDeclaration | undefined {
  const declaration = ts.isIdentifier(node) ? symbolAt(code, node)?.valueDeclaration : fieldNamed(node);
  return declaration &&
    (ts.isVariableDeclaration(declaration) ||
      ts.isParameter(declaration) ||
      ts.isPropertyDeclaration(declaration))
    ? declaration
    : undefined;
}

/** The class that `this` means here, and whether it is the class itself; undefined outside any class. */
export function classOfThis(
  node: ts.Node,
): { readonly node: ts.ClassLikeDeclaration; readonly isStatic: boolean } | undefined {
  let inStatic = false;
  for (const at of ancestorsOf(node)) {
    if (ts.isClassLike(at)) return { node: at, isStatic: inStatic };
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at) || ts.isSourceFile(at)) return undefined;
    if (ts.isClassElement(at)) inStatic = isStatic(at) || ts.isClassStaticBlockDeclaration(at);
    if (ts.isObjectLiteralExpression(at) && methodAround(at, node)) return undefined;
  }
  return undefined;
}

/** The object literal whose method `this` stands in. */
export function objectOfThis(node: ts.Node): ts.ObjectLiteralExpression | undefined {
  for (const at of ancestorsOf(node)) {
    if (ts.isObjectLiteralExpression(at) && methodAround(at, node)) return at;
    if (ts.isClassLike(at) || ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at)) return undefined;
  }
  return undefined;
}

function methodAround(literal: ts.ObjectLiteralExpression, node: ts.Node): boolean {
  return literal.properties.some((each) => ts.isMethodDeclaration(each) && isInside(node, each));
}

const derived = new WeakMap<Code, ReadonlyMap<string, readonly ts.ClassLikeDeclaration[]>>();
const subclasses = new PerCode<ts.ClassLikeDeclaration, readonly ts.ClassLikeDeclaration[]>();

/** The project classes that extend a class, directly or further down, in the order of their files. */
export function subclassesOf(code: Code, owner: ts.ClassLikeDeclaration): readonly ts.ClassLikeDeclaration[] {
  code = code.at(owner);
  return subclasses.once(code, owner, () => findSubclasses(code, owner));
}

function findSubclasses(code: Code, owner: ts.ClassLikeDeclaration): readonly ts.ClassLikeDeclaration[] {
  const found = new Set<ts.ClassLikeDeclaration>();
  const todo = [owner];
  for (let base = todo.pop(); base; base = todo.pop()) {
    for (const each of classesExtending(code, base)) {
      if (each === owner || found.has(each)) continue;
      found.add(each);
      todo.push(each);
    }
  }
  return [...found];
}

function classesExtending(code: Code, owner: ts.ClassLikeDeclaration): readonly ts.ClassLikeDeclaration[] {
  let index = derived.get(code);
  if (!index) derived.set(code, (index = indexOfHeritage(code)));
  const names = [owner.name?.text ?? '', 'default'];
  return names.flatMap((name) => index.get(name) ?? []).filter((each) => baseClassOf(code, each) === owner);
}

/** The name after `extends`, as its file exports it, then the classes that extend it: by syntax alone. */
function indexOfHeritage(code: Code): ReadonlyMap<string, readonly ts.ClassLikeDeclaration[]> {
  const index = new Map<string, ts.ClassLikeDeclaration[]>();
  for (const file of code.ownFiles) {
    if (!/\bextends\b/.test(file.text)) continue;
    for (const statement of file.statements) {
      if (!ts.isClassDeclaration(statement)) continue;
      const heritage = heritageOf(statement);
      const name = heritage && (ts.isPropertyAccessExpression(heritage) ? heritage.name : heritage);
      if (!name || !ts.isIdentifier(name)) continue;
      const key = importedAs(file, name.text);
      const list = index.get(key);
      if (list) list.push(statement);
      else index.set(key, [statement]);
    }
  }
  return index;
}

const renames = new WeakMap<ts.SourceFile, ReadonlyMap<string, string>>();

/** The name under which another file exports what goes by a name here; `default` for a default import. */
export function importedAs(file: ts.SourceFile, text: string): string {
  let known = renames.get(file);
  if (!known) {
    const found = new Map<string, string>();
    for (const statement of file.statements) {
      const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined;
      if (clause?.name) found.set(clause.name.text, 'default');
      if (!clause?.namedBindings || !ts.isNamedImports(clause.namedBindings)) continue;
      for (const { propertyName, name } of clause.namedBindings.elements) {
        if (propertyName) found.set(name.text, propertyName.text);
      }
    }
    renames.set(file, (known = found));
  }
  return known.get(text) ?? text;
}

/** Does a project class below this one declare a member of this name, or a static one? */
export function isOverridden(code: Code, owner: ts.ClassLikeDeclaration, name: string): boolean {
  return subclassesOf(code, owner).some((each) => memberOf(each, name) !== undefined);
}
