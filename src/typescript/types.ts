import ts from 'typescript';
import type { Code } from './code.js';
import { resolveAlias } from './identity.js';

/**
 * The type of an expression, asked the cheap way. `getTypeAtLocation` of a name follows the control flow up
 * to it and for that resolves every call on the way; what a name is declared as is enough, unless that is
 * a union of which the flow may have left one part.
 */
export function typeOfExpression(code: Code, expression: ts.Node): ts.Type {
  code = code.at(expression);
  return declaredType(code, expression) ?? code.checker.getTypeAtLocation(expression);
}

function declaredType(code: Code, node: ts.Node): ts.Type | undefined {
  const { checker } = code;
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node))
    return declaredType(code, node.expression);
  if (ts.isIdentifier(node)) {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    const target = symbol && resolveAlias(code, symbol);
    const declaration = target?.valueDeclaration;
    if (
      !declaration ||
      !(
        ts.isVariableDeclaration(declaration) ||
        ts.isParameter(declaration) ||
        ts.isBindingElement(declaration)
      )
    ) {
      return undefined;
    }
    return certain(checker, checker.getTypeOfSymbol(target));
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name)) {
    const owner = declaredType(code, node.expression);
    const member = owner && checker.getPropertyOfType(checker.getNonNullableType(owner), node.name.text);
    return member && certain(checker, checker.getTypeOfSymbol(member));
  }
  return undefined;
}

/** A type that the control flow cannot have made another one, but for `null` and `undefined`. */
function certain(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return undefined;
  const bare = checker.getNonNullableType(type);
  if (bare.isUnion() && !(bare.flags & ts.TypeFlags.Boolean)) return undefined;
  // `autoType` of a `let` without a type is decided by the flow alone.
  return bare.flags & ts.TypeFlags.Never ? undefined : type;
}
