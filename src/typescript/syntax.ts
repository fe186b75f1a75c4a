import ts from 'typescript';

/** What a node stands in, from its parent out to the file. */
export function* ancestorsOf(node: ts.Node): Generator<ts.Node> {
  for (let at = node.parent as ts.Node | undefined; at; at = at.parent as ts.Node | undefined) yield at;
}

/** Does a node stand within another one, or is it that one? */
export function isInside(inner: ts.Node, outer: ts.Node): boolean {
  return inner.getSourceFile() === outer.getSourceFile() && inner.pos >= outer.pos && inner.end <= outer.end;
}

/** The first declaration of a type's symbol; undefined for the types that have no symbol, whatever `ts.Type` says. */
export function declarationOfType(type: ts.Type): ts.Declaration | undefined {
  return (type as Partial<ts.Type>).symbol?.declarations?.[0];
}

/** What a function or other value is the value of: its variable or property, through `satisfies` and the like. */
export function holderOf(
  node: ts.Node,
): ts.VariableDeclaration | ts.PropertyAssignment | ts.PropertyDeclaration | undefined {
  let holder = node.parent;
  while (isOuter(holder)) holder = holder.parent;
  return ts.isVariableDeclaration(holder) ||
    ts.isPropertyAssignment(holder) ||
    ts.isPropertyDeclaration(holder)
    ? holder
    : undefined;
}

/** Parentheses, `as`, `satisfies`, `!` and type assertions: around a value, and worth the same. */
export function isOuter(
  node: ts.Node,
): node is
  | ts.ParenthesizedExpression
  | ts.AsExpression
  | ts.SatisfiesExpression
  | ts.NonNullExpression
  | ts.TypeAssertion {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node)
  );
}

/** Through all that is worth the same. */
export function skipOuter(node: ts.Node): ts.Node {
  let inner: ts.Node = node;
  while (isOuter(inner)) inner = inner.expression;
  return inner;
}

/** Does a node, or anything in it, pass a test? */
export function someWithin(node: ts.Node, test: (at: ts.Node) => boolean): boolean {
  return test(node) || ts.forEachChild(node, (child) => someWithin(child, test) || undefined) === true;
}

/** The type that a function or an object is declared with: of its variable or property, or after `satisfies`. */
export function declaredTypeOf(node: ts.Node): ts.TypeNode | undefined {
  let at: ts.Node = node.parent;
  while (ts.isParenthesizedExpression(at)) at = at.parent;
  if (ts.isSatisfiesExpression(at) || ts.isAsExpression(at)) return at.type;
  if (ts.isVariableDeclaration(at) || ts.isPropertyDeclaration(at)) return at.type;
  return undefined;
}
