import ts from 'typescript';
import type { Code } from './code.js';
import { evaluate } from './evaluate.js';
import { functionAround } from './follow.js';
import { isConst } from './functions.js';
import { symbolAt } from './identity.js';
import { skipOuter } from './syntax.js';
import { present } from './value.js';
import { isChanged } from './variables.js';

/**
 * What tells an object from others: the text that makes it, where that runs once, else the variable, parameter
 * or field that holds it and is never given another one. Undefined where one expression may be several objects.
 */
export function objectNamed(code: Code, expression: ts.Expression): ts.Node | undefined {
  const at = skipOuter(expression);
  if (!ts.isIdentifier(at) && !ts.isPropertyAccessExpression(at)) return undefined;
  const value = present(evaluate(code, at));
  if (value.kind === 'made' && !functionAround(value.node)) return value.node;
  const declaration = symbolAt(code, at)?.valueDeclaration;
  if (!declaration || value.kind === 'choice') return undefined;
  // What a package exports is there once.
  if (declaration.getSourceFile().isDeclarationFile)
    return ts.isIdentifier(at) || at.name.text === 'default' ? declaration : undefined;
  if (ts.isVariableDeclaration(declaration)) return isConst(declaration) ? declaration : undefined;
  if (ts.isParameter(declaration)) {
    // Also the field that a constructor's parameter makes.
    return isChanged(declaration) ? undefined : declaration;
  }
  const isField = ts.isPropertyDeclaration(declaration);
  return isField && ts.isPropertyAccessExpression(at) && at.expression.kind === ts.SyntaxKind.ThisKeyword
    ? declaration
    : undefined;
}
