import ts from 'typescript';
import type { Code } from './code.js';
import { functionAround } from './follow.js';

/** Where a variable is used in the function (or file) that declares it, in the order of the text. */
export function usesOf(code: Code, name: ts.Identifier): readonly ts.Identifier[] {
  const symbol = code.checker.getSymbolAtLocation(name);
  const uses: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && isOf(node)) uses.push(node);
    ts.forEachChild(node, visit);
  };
  const isOf = (node: ts.Identifier): boolean =>
    (ts.isShorthandPropertyAssignment(node.parent)
      ? code.checker.getShorthandAssignmentValueSymbol(node.parent)
      : ts.isExportSpecifier(node.parent)
        ? code.checker.getExportSpecifierLocalTargetSymbol(node.parent)
        : code.checker.getSymbolAtLocation(node)) === symbol;
  visit(functionAround(name) ?? name.getSourceFile());
  return uses;
}

/** Is this the name of a variable that no other file can see: what becomes of its value, this file shows? */
export function isOwn(name: ts.Identifier): boolean {
  const list = name.parent.parent;
  const statement = ts.isVariableDeclarationList(list) ? list.parent : undefined;
  if (!statement || !ts.isVariableStatement(statement)) return false;
  if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return false;
  return !ts.isSourceFile(statement.parent) || ts.isExternalModule(statement.parent);
}
