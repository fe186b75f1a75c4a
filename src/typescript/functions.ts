import ts from 'typescript';
import { isStatic } from './classes.js';
import type { Code } from './code.js';
import { evaluate } from './evaluate.js';
import { sourceOf } from './sources.js';
import { skipOuter } from './syntax.js';
import {
  choice,
  Lazy,
  noBindings,
  openOf,
  unknown,
  type Bindings,
  type FunctionValue,
  type Open,
  type Value,
} from './value.js';

/** The arguments of a call, up to the first spread that could not be followed. */
export interface Arguments {
  readonly values: readonly Lazy[];
  /** False when more may follow. */
  readonly complete: boolean;
  /** Who knows what follows. */
  readonly open?: Open | undefined;
}

/** A function with more `return`s than this is not read. */
const maximumReturns = 40;

export function argumentsOf(
  code: Code,
  args: readonly ts.Expression[] | undefined,
  bindings: Bindings,
): Arguments {
  const values: Lazy[] = [];
  for (const argument of args ?? []) {
    if (!ts.isSpreadElement(argument)) {
      values.push(lazyOf(code, argument, bindings));
      continue;
    }
    const { value } = lazyOf(code, argument.expression, bindings);
    if (value.kind !== 'array') return { values, complete: false, open: openOf(value) };
    values.push(...value.elements);
    if (!value.complete) return { values, complete: false };
  }
  return { values, complete: true };
}

/** An expression that is read when somebody asks for its value. */
export function lazyOf(code: Code, node: ts.Expression, bindings: Bindings): Lazy {
  return new Lazy(node, () => evaluate(code, node, bindings), bindings);
}

/** The parameters of a function bound to the arguments of one call, beside what is bound already. */
export function bindValues(
  code: Code,
  target: ts.SignatureDeclaration,
  args: Arguments,
  outer: Bindings = noBindings,
): Bindings {
  const bound = new Map<ts.Node, Lazy>(outer);
  for (const [index, parameter] of target.parameters.entries()) {
    if (parameter.dotDotDotToken) {
      const rest: Value = {
        kind: 'array',
        elements: args.values.slice(index),
        complete: args.complete,
        node: parameter,
      };
      bound.set(parameter, Lazy.known(rest));
      break;
    }
    const value = args.values[index];
    if (value) bound.set(parameter, withDefault(code, parameter, value, bound));
    else if (!args.complete) break;
    else if (parameter.initializer) bound.set(parameter, lazyOf(code, parameter.initializer, bound));
    else bound.set(parameter, Lazy.known({ kind: 'constant', value: undefined, node: parameter }));
  }
  return bound;
}

/** A parameter's default holds also where `undefined` is passed. */
function withDefault(
  code: Code,
  { initializer }: ts.ParameterDeclaration,
  given: Lazy,
  bindings: Bindings,
): Lazy {
  if (!initializer) return given;
  return new Lazy(
    given.node,
    () => {
      const { value } = given;
      return value.kind === 'constant' && value.value === undefined
        ? evaluate(code, initializer, bindings)
        : value;
    },
    given.bindings,
  );
}

/** What a function returns: its one value, or a choice of all that it may return. */
export function returnedBy(
  code: Code,
  target: ts.FunctionLikeDeclaration,
  bindings: Bindings = noBindings,
): Value {
  const { body } = target;
  code = code.at(target);
  if (!body) return unknown(target, 'a function without a body');
  if (!ts.isBlock(body)) return evaluate(code, body, bindings);
  const paths = pathsOf(code, body, bindings);
  const { returned } = paths;
  if (returned.length === 0 && paths.ends && countReturns(body) > 0)
    return { kind: 'constant', value: undefined, node: target };
  if (returned.length === 0 || returned.length > maximumReturns) {
    return unknown(
      target,
      returned.length === 0 ? 'a function that returns nothing' : 'a function of many returns',
    );
  }
  const values = returned.map((expression) => evaluate(code, expression, bindings));
  if (paths.ends) values.push({ kind: 'constant', value: undefined, node: target });
  return choice(values, target, paths.open);
}

/** The ways through a function's body, as far as constant conditions leave them open. */
interface Paths {
  readonly returned: ts.Expression[];
  /** It may end without a `return`. */
  ends: boolean;
  /** Who decides between the ways. */
  open: Open | undefined;
}

function pathsOf(code: Code, body: ts.Block, bindings: Bindings): Paths {
  const paths: Paths = { returned: [], ends: false, open: undefined };
  /** Constant conditions are looked for only where the text returns different things. */
  const several = countReturns(body) > 1;
  const isTrue = (condition: ts.Expression): boolean | undefined => {
    if (!several) return undefined;
    const value = evaluate(code, condition, bindings);
    if (value.kind === 'constant') return Boolean(value.value);
    paths.open ??= openOf(value);
    return value.kind === 'object' || value.kind === 'array' || value.kind === 'made' ? true : undefined;
  };
  /** Does the text go on behind this statement? */
  const goesOn = (statement: ts.Statement): boolean => {
    if (ts.isReturnStatement(statement)) {
      if (statement.expression) paths.returned.push(statement.expression);
      else paths.ends = true;
      return false;
    }
    if (ts.isThrowStatement(statement)) return false;
    if (ts.isBlock(statement)) return all(statement.statements);
    if (ts.isIfStatement(statement)) {
      const taken = isTrue(statement.expression);
      const then = taken === false ? false : goesOn(statement.thenStatement);
      const otherwise =
        taken === true ? false : statement.elseStatement ? goesOn(statement.elseStatement) : true;
      return then || otherwise;
    }
    if (ts.isSwitchStatement(statement)) return throughSwitch(statement);
    if (ts.isTryStatement(statement)) {
      const tried = all(statement.tryBlock.statements);
      const caught = statement.catchClause ? all(statement.catchClause.block.statements) : false;
      const finished = statement.finallyBlock ? all(statement.finallyBlock.statements) : true;
      return finished && (tried || caught);
    }
    if (ts.isLabeledStatement(statement)) return goesOn(statement.statement);
    if (ts.isIterationStatement(statement, false)) {
      goesOn(statement.statement);
      return true;
    }
    return true;
  };
  const all = (statements: readonly ts.Statement[]): boolean => statements.every(goesOn);
  const throughSwitch = ({ expression, caseBlock }: ts.SwitchStatement): boolean => {
    const subject = evaluate(code, expression, bindings);
    paths.open ??= openOf(subject);
    let clauses: readonly ts.CaseOrDefaultClause[] = caseBlock.clauses;
    if (subject.kind === 'constant') {
      const labels = clauses.map((each) =>
        ts.isCaseClause(each) ? evaluate(code, each.expression, bindings) : undefined,
      );
      if (labels.every((label) => label === undefined || label.kind === 'constant')) {
        const found = labels.findIndex(
          (label) => label?.kind === 'constant' && label.value === subject.value,
        );
        const start = found < 0 ? clauses.findIndex(ts.isDefaultClause) : found;
        if (start < 0) return true;
        clauses = clauses.slice(start);
        for (const clause of clauses) {
          if (!all(clause.statements)) return false;
          if (clause.statements.some(ts.isBreakStatement)) return true;
        }
        return true;
      }
    }
    let last = true;
    let breaks = false;
    for (const clause of clauses) {
      last = all(clause.statements);
      breaks ||= clause.statements.some(ts.isBreakStatement);
    }
    return breaks || last || !(clauses.some(ts.isDefaultClause) || isExhaustive(code, expression, clauses));
  };
  if (all(body.statements)) paths.ends = true;
  return paths;
}

/** Is there a case for each value that the type of a `switch`'s subject allows? */
function isExhaustive(
  code: Code,
  expression: ts.Expression,
  clauses: readonly ts.CaseOrDefaultClause[],
): boolean {
  if (!code.typed) return false;
  const type = code.checker.getTypeAtLocation(expression);
  return type.isUnion() && type.types.length <= clauses.length;
}

function countReturns(body: ts.Block): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isReturnStatement(node)) count += 1;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return count;
}

/** The expression that a function returns, where it returns only one. */
export function onlyReturn({ body }: ts.FunctionLikeDeclaration): ts.Node | undefined {
  if (!body) return undefined;
  if (!ts.isBlock(body)) return skipOuter(body);
  const [only, ...others] = returnedIn(body);
  return only && others.length === 0 ? skipOuter(only) : undefined;
}

/** The expressions that a block returns, but for those of functions in it. */
export function returnedIn(body: ts.Block): readonly ts.Expression[] {
  const returned: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isReturnStatement(node) && node.expression) returned.push(node.expression);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return returned;
}

/**
 * The project function that a symbol certainly stands for. An instance method may be overridden, so it
 * is not one; a static method, a function and a constant function are.
 */
export function functionOfSymbol(code: Code, symbol: ts.Symbol): FunctionValue | undefined {
  const declared = symbol.valueDeclaration;
  if (!declared) return undefined;
  const source = sourceOf(code, declared);
  const declaration = source ?? declared;
  if (source) code = code.at(source);
  if (ts.isFunctionDeclaration(declaration)) {
    if (source) return { kind: 'function', node: declaration, bindings: noBindings };
    const node = symbol.declarations?.find(
      (each): each is ts.FunctionDeclaration => ts.isFunctionDeclaration(each) && each.body !== undefined,
    );
    return { kind: 'function', node: node ?? declaration, bindings: noBindings };
  }
  if (ts.isMethodDeclaration(declaration)) {
    return isStatic(declaration) || ts.isObjectLiteralExpression(declaration.parent)
      ? { kind: 'function', node: declaration, bindings: noBindings }
      : undefined;
  }
  const initializer =
    (ts.isVariableDeclaration(declaration) && isConst(declaration)) || ts.isPropertyAssignment(declaration)
      ? declaration.initializer
      : undefined;
  const value = initializer && evaluate(code, initializer);
  return value?.kind === 'function' ? value : undefined;
}

export function isConst(declaration: ts.VariableDeclaration): boolean {
  return (
    ts.isVariableDeclarationList(declaration.parent) && (declaration.parent.flags & ts.NodeFlags.Const) !== 0
  );
}

/** Does a function give back another one, as its text says? */
export function makesFunction({ body }: ts.FunctionLikeDeclaration): boolean {
  const last = body && ts.isBlock(body) ? body.statements.at(-1) : body;
  const value = last && ts.isReturnStatement(last) ? last.expression : last;
  const made = value && skipOuter(value);
  return made !== undefined && (ts.isArrowFunction(made) || ts.isFunctionExpression(made));
}
