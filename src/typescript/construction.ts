import ts from 'typescript';
import { ancestorsOf } from './syntax.js';
import type { Code } from './code.js';
import { originOf, type Origin } from './identity.js';
import { type Bindings, heritageOf, Lazy, noBindings, bindArguments } from './value.js';

/** One class on the way up from a `new`: whose it is and what its constructor is given. */
export interface Construction {
  readonly origin: Origin;
  readonly args: Arguments;
}

/** The arguments of a call, up to the first spread that could not be followed. */
export interface Arguments {
  readonly values: readonly Lazy[];
  /** False when more may follow. */
  readonly complete: boolean;
}

const maximumClasses = 8;

export function argumentsOf(
  code: Code,
  args: readonly ts.Expression[] | undefined,
  bindings: Bindings,
): Arguments {
  const values: Lazy[] = [];
  for (const argument of args ?? []) {
    if (!ts.isSpreadElement(argument)) {
      values.push(Lazy.of(code, argument, bindings));
      continue;
    }
    const { value } = Lazy.of(code, argument.expression, bindings);
    if (value.kind !== 'array') return { values, complete: false };
    values.push(...value.elements);
    if (!value.complete) return { values, complete: false };
  }
  return { values, complete: true };
}

/**
 * The classes that a `new X(…)` (or a `super(…)`) constructs, the nearest first, each with the arguments
 * that reach it through the constructors in between.
 */
export function constructionsOf(
  code: Code,
  node: ts.NewExpression | ts.CallExpression,
  bindings: Bindings = noBindings,
): readonly Construction[] {
  const found: Construction[] = [];
  let args = argumentsOf(code, node.arguments, bindings);
  let callee: ts.Expression | undefined = node.expression;
  if (callee.kind === ts.SyntaxKind.SuperKeyword) callee = heritageOfCall(node);
  while (callee && found.length < maximumClasses) {
    const origin = originOf(code, callee);
    if (!origin) break;
    found.push({ origin, args });
    const { declaration } = origin;
    if (!declaration || !ts.isClassLike(declaration) || declaration.getSourceFile().isDeclarationFile) break;
    const constructor = declaration.members.find(ts.isConstructorDeclaration);
    if (constructor?.body) {
      const call = superCall(constructor.body);
      if (!call) break;
      args = argumentsOf(code, call.arguments, bindValues(code, constructor, args));
    }
    callee = heritageOf(declaration);
  }
  return found;
}

function bindValues(code: Code, constructor: ts.ConstructorDeclaration, args: Arguments): Bindings {
  const bound = new Map(args.complete ? bindArguments(code, constructor, [], noBindings) : []);
  for (const [index, parameter] of constructor.parameters.entries()) {
    const value = args.values[index];
    if (value && !parameter.dotDotDotToken) bound.set(parameter, value);
  }
  return bound;
}

/** The `super(…)` of a constructor. */
export function superCall(body: ts.Block): ts.CallExpression | undefined {
  for (const statement of body.statements) {
    const expression = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (
      expression &&
      ts.isCallExpression(expression) &&
      expression.expression.kind === ts.SyntaxKind.SuperKeyword
    ) {
      return expression;
    }
  }
  return undefined;
}

function heritageOfCall(node: ts.Node): ts.Expression | undefined {
  for (const at of ancestorsOf(node)) {
    if (ts.isClassLike(at)) return heritageOf(at);
  }
  return undefined;
}
