import ts from 'typescript';
import type { Code } from './code.js';
import { evaluate } from './evaluate.js';
import { someWithin } from './syntax.js';
import type { Bindings, Value } from './value.js';

/**
 * May a node be reached with what is bound, within its own function? Only what constant conditions rule out
 * is ruled out: the branch for a flag that the caller leaves out, what stands behind a `return` for it.
 */
export function isReached(code: Code, node: ts.Node, bindings: Bindings): boolean {
  if (bindings.size === 0) return true;
  for (let at = node; !ts.isFunctionLike(at.parent) && !ts.isSourceFile(at.parent); at = at.parent) {
    if (!isTaken(code, at, at.parent, bindings)) return false;
  }
  return true;
}

function isTaken(code: Code, at: ts.Node, parent: ts.Node, bindings: Bindings): boolean {
  const is = (condition: ts.Expression, wanted: boolean): boolean =>
    truthOf(evaluate(code.at(condition), condition, bindings)) !== !wanted;
  if (ts.isIfStatement(parent)) {
    if (at === parent.thenStatement) return is(parent.expression, true);
    return at === parent.elseStatement ? is(parent.expression, false) : true;
  }
  if (ts.isConditionalExpression(parent)) {
    if (at === parent.whenTrue) return is(parent.condition, true);
    return at === parent.whenFalse ? is(parent.condition, false) : true;
  }
  if (ts.isBinaryExpression(parent) && at === parent.right) {
    switch (parent.operatorToken.kind) {
      case ts.SyntaxKind.AmpersandAmpersandToken:
        return is(parent.left, true);
      case ts.SyntaxKind.BarBarToken:
        return is(parent.left, false);
      default:
        return true;
    }
  }
  if (ts.isCaseClause(parent) || ts.isDefaultClause(parent)) return isCaseTaken(code, parent, bindings);
  if (ts.isBlock(parent)) {
    // `if (!options) return …;` before it.
    for (const statement of parent.statements) {
      if (statement === at) return true;
      if (!ts.isIfStatement(statement)) continue;
      const truth = truthOf(evaluate(code.at(statement), statement.expression, bindings));
      const taken =
        truth === true ? statement.thenStatement : truth === false ? statement.elseStatement : undefined;
      if (taken && leaves(taken)) return false;
    }
  }
  return true;
}

function isCaseTaken(code: Code, clause: ts.CaseOrDefaultClause, bindings: Bindings): boolean {
  const { clauses, parent } = clause.parent;
  const subject = evaluate(code.at(parent), parent.expression, bindings);
  if (subject.kind !== 'constant') return true;
  const labels = clauses.map((each) =>
    ts.isCaseClause(each) ? evaluate(code.at(each), each.expression, bindings) : undefined,
  );
  if (!labels.every((label) => label === undefined || label.kind === 'constant')) return true;
  const found = labels.findIndex((label) => label?.kind === 'constant' && label.value === subject.value);
  const start = found < 0 ? clauses.findIndex(ts.isDefaultClause) : found;
  const own = clauses.indexOf(clause);
  if (start < 0 || own < start) return false;
  // Between them it falls through, or it does not.
  return clauses
    .slice(start, own)
    .every((each) => !each.statements.some(leaves) && !each.statements.some(ts.isBreakStatement));
}

/** Does a statement certainly end the function? */
function leaves(statement: ts.Statement): boolean {
  if (ts.isReturnStatement(statement) || ts.isThrowStatement(statement)) return true;
  if (ts.isBlock(statement)) return statement.statements.some(leaves);
  return (
    ts.isIfStatement(statement) &&
    statement.elseStatement !== undefined &&
    leaves(statement.thenStatement) &&
    leaves(statement.elseStatement)
  );
}

/** Whether a value counts as true; undefined where that is not certain. */
export function truthOf(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'constant':
      return Boolean(value.value);
    case 'absent':
      return false;
    case 'object':
    case 'array':
    case 'function':
    case 'class':
    case 'self':
    case 'module':
      return true;
    case 'made':
      return ts.isNewExpression(value.node) ? true : undefined;
    case 'choice': {
      const [first, ...others] = value.values.map(truthOf);
      return others.every((each) => each === first) ? first : undefined;
    }
    default:
      return undefined;
  }
}

/** Is a name asked in a text whether it is of a class: `value instanceof Date`, `isDate(value)`? */
export function isAskedIn(text: ts.Node, name: string): boolean {
  const isIt = (node: ts.Node): boolean => ts.isIdentifier(node) && node.text === name;
  const asks = (at: ts.Node): boolean =>
    (ts.isBinaryExpression(at) &&
      at.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword &&
      isIt(at.left)) ||
    (ts.isCallExpression(at) &&
      /(?:^|\.)is[A-Z]\w*$/.test(at.expression.getText()) &&
      at.arguments.some(isIt));
  return someWithin(text, asks);
}
