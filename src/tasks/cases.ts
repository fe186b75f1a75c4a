import ts from 'typescript';
import type { Code } from '../typescript/code.js';
import { evaluate } from '../typescript/evaluate.js';
import { skipOuter, someWithin } from '../typescript/syntax.js';

/**
 * The names that a function has a case for, where it plainly does nothing for any other: a `switch` over the
 * name, or one `if` after the other. Undefined where something else may be done with the task.
 *
 * @param place where the name stands in its parameters: `param0.name`.
 */
export function casesIn(
  code: Code,
  body: ts.FunctionLikeDeclaration,
  place: string,
): ReadonlyMap<string, ts.Node> | undefined {
  const { index, key } = /^param(?<index>\d)\.(?<key>\w+)$/.exec(place)?.groups ?? {};
  const parameter = body.parameters[Number(index)];
  if (!body.body || !ts.isBlock(body.body) || !parameter || key === undefined) return undefined;
  const reader = new Cases(code, key, parameter.name);
  return reader.read(body.body.statements) && reader.names.size > 0 ? reader.names : undefined;
}

class Cases {
  readonly names = new Map<string, ts.Node>();
  /** What the task goes by, and what its name does. */
  readonly #task: string | undefined;
  #name: string | undefined;

  constructor(
    private readonly code: Code,
    private readonly key: string,
    parameter: ts.BindingName,
  ) {
    if (ts.isIdentifier(parameter)) this.#task = parameter.text;
    else this.#name = this.#nameTakenOut(parameter);
  }

  #nameTakenOut(pattern: ts.BindingName): string | undefined {
    if (!ts.isObjectBindingPattern(pattern)) return undefined;
    const element = pattern.elements.find(
      (each) => (each.propertyName ?? each.name).getText() === this.key && !each.dotDotDotToken,
    );
    return element && ts.isIdentifier(element.name) ? element.name.text : undefined;
  }

  /** False where a statement may do something for a task of any name. */
  read(statements: readonly ts.Statement[]): boolean {
    return statements.every((each) => this.#readStatement(each));
  }

  #readStatement(statement: ts.Statement): boolean {
    if (ts.isTryStatement(statement)) {
      const { tryBlock, catchClause, finallyBlock } = statement;
      return (
        this.read(tryBlock.statements) &&
        (catchClause?.block.statements ?? []).every((each) => this.#isQuiet(each)) &&
        (finallyBlock?.statements ?? []).every((each) => this.#isQuiet(each))
      );
    }
    if (ts.isBlock(statement)) return this.read(statement.statements);
    if (ts.isSwitchStatement(statement) && this.#isName(statement.expression))
      return this.#readSwitch(statement);
    if (ts.isIfStatement(statement)) return this.#readIf(statement);
    if (ts.isVariableStatement(statement)) return this.#readVariables(statement);
    return this.#isQuiet(statement);
  }

  /** What only says what has come, or refuses it, does nothing for it. */
  #isQuiet(statement: ts.Statement): boolean {
    return ts.isThrowStatement(statement) || isLog(statement) || !this.#isAsked(statement);
  }

  #readVariables({ declarationList }: ts.VariableStatement): boolean {
    return declarationList.declarations.every(({ name, initializer }) => {
      if (!initializer) return true;
      if (this.#isName(initializer) && ts.isIdentifier(name)) {
        this.#name = name.text;
        return true;
      }
      const value = skipOuter(initializer);
      if (ts.isIdentifier(value) && value.text === this.#task) {
        this.#name ??= this.#nameTakenOut(name);
        return ts.isObjectBindingPattern(name) && !name.elements.some((each) => each.dotDotDotToken);
      }
      return !this.#isAsked(initializer);
    });
  }

  #readSwitch({ caseBlock }: ts.SwitchStatement): boolean {
    return caseBlock.clauses.every((clause) =>
      ts.isDefaultClause(clause)
        ? clause.statements.every((each) => this.#refuses(each))
        : this.#add(clause.expression),
    );
  }

  #readIf({ expression, elseStatement }: ts.IfStatement): boolean {
    if (!this.#readCondition(expression)) return false;
    if (!elseStatement) return true;
    return ts.isIfStatement(elseStatement) ? this.#readIf(elseStatement) : this.#refuses(elseStatement);
  }

  /** `job.name === 'a' || job.name === 'b'` */
  #readCondition(expression: ts.Expression): boolean {
    const at = skipOuter(expression);
    if (!ts.isBinaryExpression(at)) return false;
    const { left, right, operatorToken } = at;
    if (operatorToken.kind === ts.SyntaxKind.BarBarToken)
      return this.#readCondition(left) && this.#readCondition(right);
    const isEqual =
      operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
      operatorToken.kind === ts.SyntaxKind.EqualsEqualsToken;
    if (!isEqual) return false;
    return this.#isName(left) ? this.#add(right) : this.#isName(right) && this.#add(left);
  }

  #add(expression: ts.Expression): boolean {
    const value = evaluate(this.code, expression);
    if (value.kind !== 'constant' || typeof value.value !== 'string') return false;
    this.names.set(value.value, expression);
    return true;
  }

  #refuses(statement: ts.Statement): boolean {
    if (ts.isBlock(statement)) return statement.statements.every((each) => this.#refuses(each));
    if (ts.isReturnStatement(statement)) return !statement.expression || !this.#isAsked(statement);
    return ts.isThrowStatement(statement) || ts.isBreakStatement(statement) || isLog(statement);
  }

  #isName(expression: ts.Expression): boolean {
    const at = skipOuter(expression);
    if (ts.isIdentifier(at)) return at.text === this.#name;
    return (
      ts.isPropertyAccessExpression(at) &&
      at.name.text === this.key &&
      ts.isIdentifier(at.expression) &&
      at.expression.text === this.#task
    );
  }

  /** Is the name read here, or the task handed on as a whole? Its other parts may be read. */
  #isAsked(node: ts.Node): boolean {
    return someWithin(node, (at) => {
      if (!ts.isIdentifier(at)) return false;
      if (at.text === this.#name) return true;
      if (at.text !== this.#task) return false;
      const { parent } = at;
      return !(
        ts.isPropertyAccessExpression(parent) &&
        (parent.name === at || parent.name.text !== this.key)
      );
    });
  }
}

/** `this.logger.warn(…)`, `console.log(…)` */
function isLog(statement: ts.Statement): boolean {
  if (!ts.isExpressionStatement(statement)) return false;
  const call = skipOuter(statement.expression);
  const at = ts.isAwaitExpression(call) ? skipOuter(call.expression) : call;
  return ts.isCallExpression(at) && /\b(?:console|log(?:ger)?|Logger)\b|\.log$/.test(at.expression.getText());
}
