import ts from 'typescript';
import { namedCallsIn } from './calls.js';
import { importedAs } from './classes.js';
import { PerCode, type Code } from './code.js';
import { evaluate, functionCalled } from './evaluate.js';
import { resolveAlias } from './identity.js';
import { functionAround, nameOfFunction } from './follow.js';
import { skipOuter } from './syntax.js';
import { choice, Lazy, noBindings, unknown, unknownElsewhere, type Bindings, type Value } from './value.js';

/** A function that is called from more places than this sets nothing up. */
const maximumCalls = 20;

/**
 * What is bound in the text of an assignment that stands in a function of its own: `init(options)` fills in a
 * field or variable that others use. Its parameters are what the program's calls of it pass, all together.
 */
export function bindingsOfSetup(code: Code, assigned: ts.Node, bindings: Bindings): Bindings {
  const around = functionAround(assigned);
  if (!around || ts.isConstructorDeclaration(around) || around.parameters.length === 0) return bindings;
  if (around.parameters.some((each) => bindings.has(each))) return bindings;
  const bound = new Map(bindings);
  const objects = new Map([...bindings].filter(([key]) => ts.isClassLike(key)));
  for (const parameter of around.parameters) {
    bound.set(parameter, new Lazy(parameter, () => passedBy(code, around, parameter, objects)));
  }
  return bound;
}

/**
 * All that the program's calls of a function pass for a parameter.
 *
 * @param objects the objects that are known: calls in their classes are the ones made for them.
 */
function passedBy(
  code: Code,
  target: ts.SignatureDeclaration,
  parameter: ts.ParameterDeclaration,
  objects: Bindings,
): Value {
  const all = callsOf(code, target);
  const own = all.filter((call) => {
    const owner = ts.findAncestor(call, ts.isClassLike);
    return owner !== undefined && objects.has(owner);
  });
  const calls = own.length > 0 ? own : all;
  const outer = own.length > 0 ? objects : noBindings;
  const index = target.parameters.indexOf(parameter);
  if (calls.length === 0 || calls.length > maximumCalls || parameter.dotDotDotToken)
    return unknown(parameter, 'a parameter of a function that the program does not call');
  return choice(
    calls.map((call): Value => {
      if (call.arguments.slice(0, index + 1).some(ts.isSpreadElement))
        return unknownElsewhere(call, 'an argument that comes from a spread');
      const argument = call.arguments[index] ?? parameter.initializer;
      return argument
        ? evaluate(code, argument, bindingsOfSetup(code, argument, outer))
        : { kind: 'constant', value: undefined, node: call };
    }),
    parameter,
  );
}

const known = new PerCode<ts.Node, readonly ts.CallExpression[]>();

/** The calls of a function in the program, by its own name. */
export function callsOf(code: Code, target: ts.SignatureDeclaration): readonly ts.CallExpression[] {
  return known.once(code, target, () => findCalls(code, target));
}

function findCalls(code: Code, target: ts.SignatureDeclaration): readonly ts.CallExpression[] {
  const wanted = nameOfFunction(target);
  if (wanted === undefined) return [];
  return code.ownFiles
    .filter((file) => file.text.includes(wanted))
    .flatMap((file) =>
      namedCallsIn(file)
        .filter(({ name }) => name.text === wanted || importedAs(file, name.text) === wanted)
        .map(({ node }) => node)
        .filter((call) => runs(code, call, target)),
    );
}

function runs(code: Code, call: ts.CallExpression, target: ts.SignatureDeclaration): boolean {
  const callee = skipOuter(call.expression) as ts.Expression;
  const called = functionCalled(code, callee, noBindings);
  if (called) return called.node === target;
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  const symbol = code.checker.getSymbolAtLocation(name);
  return symbol !== undefined && resolveAlias(code, symbol).valueDeclaration === target;
}
