import ts from 'typescript';
import { ancestorsOf } from './syntax.js';

/**
 * The innermost part of the function around a node that may be left out, or be run more than once: the branch
 * of an `if`, the body of a loop. Undefined for what always runs, once, when its function does.
 */
export function branchAround(node: ts.Node): ts.Node | undefined {
  let below = node;
  for (const at of ancestorsOf(node)) {
    if (ts.isFunctionLike(at)) return undefined;
    if (isBranch(at, below)) return below;
    below = at;
  }
  return undefined;
}

function isBranch(at: ts.Node, below: ts.Node): boolean {
  if (ts.isIfStatement(at)) return below !== at.expression;
  if (ts.isConditionalExpression(at)) return below !== at.condition;
  if (ts.isBinaryExpression(at)) {
    const { kind } = at.operatorToken;
    return (
      below === at.right &&
      (kind === ts.SyntaxKind.AmpersandAmpersandToken ||
        kind === ts.SyntaxKind.BarBarToken ||
        kind === ts.SyntaxKind.QuestionQuestionToken)
    );
  }
  return ts.isCaseOrDefaultClause(at) || ts.isCatchClause(at) || ts.isIterationStatement(at, false);
}
