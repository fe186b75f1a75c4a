import ts from 'typescript';
import type { Code } from './code.js';
import { ancestorsOf, skipOuter } from './syntax.js';

/** Where a name comes from: the package (or project file) that exports it, and its name there. */
export interface Origin {
  /** The exported name; `default` where only the import is known and it imports the default. */
  readonly name: string;
  /** The npm package, undefined for a file outside any package. */
  readonly package: string | undefined;
  readonly version: string | undefined;
  /** Absolute path of the declaring file; without extension where only a relative import is known. */
  readonly file: string | undefined;
  /** The declaration, undefined where the import could not be resolved. */
  readonly declaration: ts.Declaration | undefined;
}

/** The package part of a module specifier: `@a/b/c` is of `@a/b`; undefined for a relative path. */
function packageOfSpecifier(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/')) return undefined;
  const parts = specifier.replace(/^node:/, '').split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** Follows import, export and re-export aliases to the symbol they stand for. */
export function resolveAlias(code: Code, symbol: ts.Symbol): ts.Symbol {
  // `getAliasedSymbol` throws on anything that is no alias.
  return symbol.flags & ts.SymbolFlags.Alias ? code.checker.getAliasedSymbol(symbol) : symbol;
}

/** The symbol that an expression names, aliases followed; undefined for anything but a name. */
export function symbolAt(code: Code, node: ts.Node): ts.Symbol | undefined {
  const name = ts.isPropertyAccessExpression(node) ? node.name : node;
  const symbol = code.checker.getSymbolAtLocation(name);
  return symbol && resolveAlias(code, symbol);
}

/** Whose symbol does this expression name? Through aliases, re-exports, namespaces and `require`. */
export function originOf(code: Code, node: ts.Node): Origin | undefined {
  node = skipOuter(node);
  code = code.at(node);
  const name = ts.isPropertyAccessExpression(node) ? node.name : ts.isQualifiedName(node) ? node.right : node;
  const symbol = code.checker.getSymbolAtLocation(name);
  const origin = symbol && originOfSymbol(code, symbol);
  if (origin) return origin;
  // `bullmq.Queue` of a namespace import that leads nowhere.
  const left = ts.isPropertyAccessExpression(node)
    ? node.expression
    : ts.isQualifiedName(node)
      ? node.left
      : undefined;
  if (!left || !ts.isIdentifier(name)) return undefined;
  const whole = originOf(code, left);
  return whole && !whole.declaration && (whole.name === '*' || whole.name === 'default')
    ? { ...whole, name: name.text }
    : undefined;
}

/** Whose symbol is this? Undefined for symbols without a declaration, such as `undefined`. */
function originOfSymbol(code: Code, symbol: ts.Symbol): Origin | undefined {
  const target = resolveAlias(code, symbol);
  const declaration = target.valueDeclaration ?? target.declarations?.[0];
  const required = declaration && requiredModule(declaration);
  if (required) return originOfSpecifier(required.specifier, required.name, declaration.getSourceFile());
  const kept = declaration && classKeptIn(code, declaration);
  if (kept) return kept;
  if (declaration) return originOfDeclaration(code, declaration, target.name);
  return unresolvedImport(symbol);
}

/** The class that a constant or a destructured name holds: `const { Queue } = bullmq`. */
function classKeptIn(code: Code, declaration: ts.Declaration): Origin | undefined {
  if (!ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration)) return undefined;
  if (!code.typed || declaration.getSourceFile().isDeclarationFile || !mayBeClass(declaration))
    return undefined;
  const { symbol } = code.checker.getTypeAtLocation(declaration.name) as Partial<ts.Type>;
  const held = symbol?.valueDeclaration;
  // An instance has its class for a symbol too; only what can be newed is the class.
  if (!held || !ts.isClassLike(held)) return undefined;
  const isClass = code.checker.getTypeAtLocation(declaration.name).getConstructSignatures().length > 0;
  return isClass ? originOfDeclaration(code, held) : undefined;
}

/** Classes have a capital; asking what all else is would work out whole queries. */
function mayBeClass({ name }: ts.VariableDeclaration | ts.BindingElement): boolean {
  return ts.isIdentifier(name) && !/^[a-z]/.test(name.text);
}

/** The origin of a declaration, under the name given or its own. */
export function originOfDeclaration(code: Code, declaration: ts.Declaration, name?: string): Origin {
  const file = declaration.getSourceFile().fileName;
  const ambient = ambientModuleOf(declaration);
  const found = ambient === undefined ? code.packageOf(file) : undefined;
  const declared = ts.getNameOfDeclaration(declaration);
  return {
    // `export default class Queue` is called Queue; `export =` of a variable too.
    name: declared && ts.isIdentifier(declared) ? declared.text : (name ?? 'default'),
    package: ambient ?? found?.name,
    version: found?.version,
    file,
    declaration,
  };
}

/** The package of a `declare module 'x' { … }` that a declaration stands in: a shim, or an augmentation. */
function ambientModuleOf(declaration: ts.Node): string | undefined {
  for (const at of ancestorsOf(declaration)) {
    if (ts.isModuleDeclaration(at) && ts.isStringLiteral(at.name)) return packageOfSpecifier(at.name.text);
  }
  return undefined;
}

/** An import whose module was not found (no types installed, or a file read alone) still names it. */
function unresolvedImport(symbol: ts.Symbol): Origin | undefined {
  const declaration = symbol.declarations?.[0];
  if (!declaration) return undefined;
  const from = (specifier: ts.Node | undefined, name: string): Origin | undefined =>
    specifier && ts.isStringLiteralLike(specifier)
      ? originOfSpecifier(specifier.text, name, declaration.getSourceFile())
      : undefined;
  if (ts.isImportSpecifier(declaration)) {
    const { moduleSpecifier } = declaration.parent.parent.parent;
    return from(moduleSpecifier, (declaration.propertyName ?? declaration.name).text);
  }
  if (ts.isExportSpecifier(declaration)) {
    return from(
      declaration.parent.parent.moduleSpecifier,
      (declaration.propertyName ?? declaration.name).text,
    );
  }
  // In JavaScript a `require` makes an alias, which leads nowhere when the file is read alone.
  const required = requiredModule(declaration);
  if (required) return originOfSpecifier(required.specifier, required.name, declaration.getSourceFile());
  if (ts.isImportClause(declaration)) return from(declaration.parent.moduleSpecifier, 'default');
  if (ts.isNamespaceImport(declaration)) return from(declaration.parent.parent.moduleSpecifier, '*');
  if (
    ts.isImportEqualsDeclaration(declaration) &&
    ts.isExternalModuleReference(declaration.moduleReference)
  ) {
    return from(declaration.moduleReference.expression, 'default');
  }
  return undefined;
}

/** `const { Queue } = require('bullmq')` and `const Bull = require('bull')`, also `.default` and `.Queue`. */
function requiredModule(declaration: ts.Declaration): { specifier: string; name: string } | undefined {
  if (ts.isBindingElement(declaration) && ts.isVariableDeclaration(declaration.parent.parent)) {
    const required = requiredModule(declaration.parent.parent);
    const name = declaration.propertyName ?? declaration.name;
    return required && ts.isIdentifier(name) ? { ...required, name: name.text } : undefined;
  }
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  let value = skipOuter(declaration.initializer);
  let name = 'default';
  if (ts.isPropertyAccessExpression(value)) {
    name = value.name.text;
    value = skipOuter(value.expression);
  }
  if (!ts.isCallExpression(value) || !ts.isIdentifier(value.expression)) return undefined;
  const argument = value.arguments[0];
  return value.expression.text === 'require' && argument && ts.isStringLiteralLike(argument)
    ? { specifier: argument.text, name }
    : undefined;
}

function originOfSpecifier(specifier: string, name: string, importer: ts.SourceFile): Origin {
  const folder = importer.fileName.slice(0, Math.max(0, importer.fileName.lastIndexOf('/')));
  return {
    name,
    package: packageOfSpecifier(specifier),
    version: undefined,
    file: specifier.startsWith('.')
      ? new URL(specifier, `file://${encodeURI(folder)}/`).pathname.replace(/\.[cm]?[jt]sx?$/, '')
      : undefined,
    declaration: undefined,
  };
}
