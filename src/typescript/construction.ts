import ts from 'typescript';
import { constructorOf, heritageOf, superCall } from './classes.js';
import type { Code } from './code.js';
import { argumentsOf, bindValues, type Arguments } from './functions.js';
import { originOf, symbolAt, type Origin } from './identity.js';
import { ancestorsOf, skipOuter } from './syntax.js';
import { type Bindings, noBindings } from './value.js';

/** One class on the way up from a `new`: whose it is and what its constructor is given. */
export interface Construction {
  readonly origin: Origin;
  readonly args: Arguments;
}

const maximumClasses = 8;

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
  code = code.at(node);
  let args = argumentsOf(code, node.arguments, bindings);
  let callee: ts.Expression | undefined = node.expression;
  if (callee.kind === ts.SyntaxKind.SuperKeyword) callee = heritageOfCall(node);
  while (callee && found.length < maximumClasses) {
    const origin = originOf(code, classChosen(code, callee));
    if (!origin) break;
    found.push({ origin, args });
    const { declaration } = origin;
    if (!declaration || !ts.isClassLike(declaration) || declaration.getSourceFile().isDeclarationFile) break;
    const constructor = constructorOf(declaration);
    if (constructor?.body) {
      const call = superCall(constructor.body);
      if (!call) break;
      args = argumentsOf(code, call.arguments, bindValues(code, constructor, args, bindings));
    }
    callee = heritageOf(declaration);
  }
  return found;
}

/**
 * `const QueueClass = pro ? require('bullmq-pro').QueuePro : Queue`: where a class is chosen between the
 * editions of a library, the one that is imported by its name stands for both.
 */
function classChosen(code: Code, callee: ts.Expression): ts.Expression {
  if (!ts.isIdentifier(callee)) return callee;
  const declaration = symbolAt(code, callee)?.valueDeclaration;
  const initializer =
    declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
      ? skipOuter(declaration.initializer)
      : undefined;
  if (!initializer || !ts.isConditionalExpression(initializer)) return callee;
  const named = [initializer.whenTrue, initializer.whenFalse].filter((each) =>
    ts.isIdentifier(skipOuter(each)),
  );
  return named.find((each) => originOf(code, each)?.package !== undefined) ?? callee;
}

function heritageOfCall(node: ts.Node): ts.Expression | undefined {
  for (const at of ancestorsOf(node)) {
    if (ts.isClassLike(at)) return heritageOf(at);
  }
  return undefined;
}
