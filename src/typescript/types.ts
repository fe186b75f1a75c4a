import ts from 'typescript';
import type { Code } from './code.js';
import { classOfThis } from './classes.js';
import { resolveAlias } from './identity.js';
import { skipOuter } from './syntax.js';

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
    const said = ts.isVariableDeclaration(declaration) ? typeSaidFor(code, declaration) : undefined;
    return certain(checker, said ?? checker.getTypeOfSymbol(target));
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name)) {
    const owner = declaredType(code, node.expression);
    const member = owner && checker.getPropertyOfType(checker.getNonNullableType(owner), node.name.text);
    return member && certain(checker, checker.getTypeOfSymbol(member));
  }
  return undefined;
}

/**
 * The type of `const user = await load(id)` where `load` says what it returns: as written there, because the
 * checker would resolve the call for it, with all that its arguments are made of.
 */
function typeSaidFor(code: Code, { type, initializer, parent }: ts.VariableDeclaration): ts.Type | undefined {
  if (type || !initializer || !ts.isVariableDeclarationList(parent)) return undefined;
  const value = skipOuter(initializer);
  const call = ts.isAwaitExpression(value) ? skipOuter(value.expression) : value;
  const isConst = (parent.flags & ts.NodeFlags.Const) !== 0;
  if (!isConst || !ts.isCallExpression(call) || call.typeArguments) return undefined;
  const said = functionNamedBy(code, skipOuter(call.expression) as ts.Expression);
  if (!said?.type || said.typeParameters) return undefined;
  const returned = code.checker.getTypeFromTypeNode(said.type);
  if (!ts.isAwaitExpression(value)) return returned;
  return code.checker.getAwaitedType(returned);
}

/** The one function that a name certainly stands for, by syntax: `load`, or `this.load` of the class's own. */
function functionNamedBy(code: Code, callee: ts.Expression): ts.SignatureDeclaration | undefined {
  let found: ts.Declaration | undefined;
  if (ts.isIdentifier(callee)) {
    const symbol = code.checker.getSymbolAtLocation(callee);
    const target = symbol && resolveAlias(code, symbol);
    // Overloads are for the checker.
    found = target?.declarations?.length === 1 ? target.declarations[0] : undefined;
  } else if (ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword) {
    const owner = classOfThis(callee);
    const members = owner?.node.members.filter((each) => each.name?.getText() === callee.name.text);
    found = members?.length === 1 ? members[0] : undefined;
  }
  if (!found) return undefined;
  if (ts.isFunctionDeclaration(found) || ts.isMethodDeclaration(found)) return found;
  if (!ts.isVariableDeclaration(found) || found.type || !found.initializer) return undefined;
  const value = skipOuter(found.initializer);
  return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : undefined;
}

/** A type that the control flow cannot have made another one, but for `null` and `undefined`. */
function certain(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return undefined;
  const bare = checker.getNonNullableType(type);
  if (bare.isUnion() && !(bare.flags & ts.TypeFlags.Boolean)) return undefined;
  // `autoType` of a `let` without a type is decided by the flow alone.
  return bare.flags & ts.TypeFlags.Never ? undefined : type;
}
