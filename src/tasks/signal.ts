import ts from 'typescript';
import type { Code } from '../typescript/code.js';
import { originOf } from '../typescript/identity.js';
import { ancestorsOf, isInside, skipOuter, someWithin } from '../typescript/syntax.js';
import type { Handler } from './model.js';

/** A step of the way to a signal: `signal`, `request()`, `[]` for an element of a list. */
type Way = readonly string[];

/**
 * Is this handler given a signal, as far as the text and the types tell? Not where this version of the library has
 * none, and not where only a handler that asks for it gets it, and this one does not.
 */
export function hasSignal(code: Code, { library, body }: Handler): boolean {
  const { signal } = library;
  if (!signal || !body?.body) return false;
  const [root = '', ...rest] = wayOf(signal.at);
  const index = parameterIndex(root);
  if (signal.asked && !takes(body, index, rest.at(-1) ?? root)) return false;
  const parameter = index === undefined ? undefined : body.parameters[index];
  if (index === undefined) return root !== 'this' || ts.isMethodDeclaration(body);
  // Without the parameter nobody can tell whether this version has it, but for the type of the function.
  const type = parameter ? code.checker.getTypeAtLocation(parameter) : contextualParameter(code, body, index);
  return type !== undefined && leadsOn(code, type, rest);
}

/**
 * How the signal is written where a call stands, undefined where nothing in scope leads to it.
 */
export function signalAt(code: Code, { library, body }: Handler, call: ts.Node): string | undefined {
  const { signal } = library;
  if (!signal || !body) return undefined;
  const [root = '', ...rest] = wayOf(signal.at);
  const index = parameterIndex(root);
  if (index !== undefined) {
    const parameter = body.parameters[index];
    return parameter && !parameter.dotDotDotToken ? throughName(parameter.name, rest, call, body) : undefined;
  }
  if (root === 'this') return hasThisOf(call, body) ? signal.at : undefined;
  return isImported(code, call.getSourceFile(), /^\w+/.exec(root)?.[0] ?? root, library.packages ?? [])
    ? signal.at
    : undefined;
}

/** `param0[].signal` as `param0`, `[]`, `signal`. */
function wayOf(at: string): Way {
  return at.replace(/\[\]/g, '.[]').split('.');
}

function parameterIndex(root: string): number | undefined {
  const found = /^param(?<index>\d+)$/.exec(root)?.groups?.['index'];
  return found === undefined ? undefined : Number(found);
}

/** Does the function take the signal: as a parameter of its own, or by its name in its text? */
function takes(body: ts.FunctionLikeDeclaration, index: number | undefined, name: string): boolean {
  if (index !== undefined && name === `param${String(index)}`) return body.parameters[index] !== undefined;
  return someWithin(body, (at) => ts.isIdentifier(at) && at.text === name);
}

/** The type of a parameter that a function leaves out, by what it is handed to. */
function contextualParameter(
  code: Code,
  body: ts.FunctionLikeDeclaration,
  index: number,
): ts.Type | undefined {
  if (!ts.isArrowFunction(body) && !ts.isFunctionExpression(body)) return undefined;
  const { checker } = code;
  const wanted = checker.getContextualType(body);
  const parameter =
    wanted && checker.getNonNullableType(wanted).getCallSignatures().at(0)?.parameters.at(index);
  return parameter && code.checker.getTypeOfSymbol(parameter);
}

/** Do the types have all keys of a way? */
function leadsOn(code: Code, from: ts.Type, way: Way): boolean {
  const { checker } = code;
  let type: ts.Type | undefined = from;
  for (const step of way) {
    const bare: ts.Type = checker.getNonNullableType(type);
    if (step === '[]') {
      type = checker.getIndexTypeOfType(bare, ts.IndexKind.Number);
    } else {
      const member = checker.getPropertyOfType(bare, step.replace('()', ''));
      const held: ts.Type | undefined = member && checker.getTypeOfSymbol(member);
      type = step.endsWith('()') ? held?.getCallSignatures()[0]?.getReturnType() : held;
    }
    if (!type) return false;
  }
  return (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) === 0;
}

/** The text that leads from a name to the signal, also out of destructured names. */
function throughName(name: ts.BindingName, way: Way, call: ts.Node, body: ts.Node): string | undefined {
  const [step, ...rest] = way;
  if (ts.isIdentifier(name)) {
    if (step !== '[]') return [name.text, ...way].join('.');
    const element = elementNear(name.text, call, body);
    return element && throughName(element, rest, call, body);
  }
  if (step === undefined) return undefined;
  for (const element of name.elements) {
    if (ts.isOmittedExpression(element) || element.dotDotDotToken) continue;
    const key = (element.propertyName ?? element.name).getText();
    // `([job]) => …`: the list has one element, or the others are left alone.
    if (ts.isArrayBindingPattern(name) ? step === '[]' : key === step)
      return throughName(element.name, rest, call, body);
  }
  return undefined;
}

/** What an element of a list is called around a call: in `for (const job of jobs)`, and in `jobs.map((job) => …)`. */
function elementNear(list: string, call: ts.Node, body: ts.Node): ts.BindingName | undefined {
  for (const at of ancestorsOf(call)) {
    if (at === body) return undefined;
    if (ts.isForOfStatement(at) && isInside(call, at.statement) && at.expression.getText() === list) {
      const [declared] = ts.isVariableDeclarationList(at.initializer) ? at.initializer.declarations : [];
      if (declared) return declared.name;
    }
    if (!ts.isArrowFunction(at) && !ts.isFunctionExpression(at)) continue;
    const { parent } = at;
    const callee =
      ts.isCallExpression(parent) && parent.arguments[0] === at ? skipOuter(parent.expression) : at;
    if (ts.isPropertyAccessExpression(callee) && callee.expression.getText() === list)
      return at.parameters[0]?.name;
  }
  return undefined;
}

/** Is `this`, where a call stands, the object of the handler? */
function hasThisOf(call: ts.Node, body: ts.Node): boolean {
  for (const at of ancestorsOf(call)) {
    if (at === body) return true;
    if (ts.isFunctionLike(at) && !ts.isArrowFunction(at)) return false;
  }
  return false;
}

/** Does a file import this name, under this name, from one of these packages? */
function isImported(code: Code, file: ts.SourceFile, name: string, packages: readonly string[]): boolean {
  return file.statements.some((statement) => {
    if (!ts.isImportDeclaration(statement)) return false;
    const bindings = statement.importClause?.namedBindings;
    const found =
      bindings && ts.isNamedImports(bindings)
        ? bindings.elements.find((each) => each.name.text === name && !each.isTypeOnly)
        : undefined;
    const origin = found && originOf(code, found.name);
    return origin?.name === name && origin.package !== undefined && packages.includes(origin.package);
  });
}
