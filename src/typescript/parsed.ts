import ts from 'typescript';
import { namedCallsIn } from './calls.js';
import { callsOf } from './callers.js';
import type { Code } from './code.js';
import { follow, functionAround } from './follow.js';
import { lazyOf, returnedIn } from './functions.js';
import { resolveAlias } from './identity.js';
import { keysChosen } from './payload.js';
import { skipOuter } from './syntax.js';
import { typeOfExpression } from './types.js';
import type { Bindings, Lazy } from './value.js';
import { givenTo } from './variables.js';

/** A part of what a parameter is given, by the keys that lead to it. */
export type IsParsed = (parameter: ts.ParameterDeclaration, path: readonly string[]) => boolean;

/** A value is followed over this many expressions in all. */
const maximumHops = 60;
/** A function that is called from more places than this is not followed to all of them. */
const maximumCalls = 20;

/**
 * Does what stands under some keys of a value come out of a JSON text, whatever type it is declared with? Then it is
 * what JSON can write, and a `Date` in its type is none. Where it may come from several places, all of them are asked.
 *
 * @param path the keys; `[]` for any element of a list.
 * @param isGiven whether a parameter is given parsed text from outside the program: a task's payload.
 */
export function isParsedJson(code: Code, at: Lazy, path: readonly string[], isGiven: IsParsed): boolean {
  return new Origins(code, isGiven).of(at, path) === true;
}

/** True where all is parsed, false where something may be made otherwise, undefined where there is nothing. */
type Answer = boolean | undefined;

class Origins {
  #hops = 0;
  readonly #asked = new Set<ts.Node>();

  constructor(
    private readonly code: Code,
    private readonly isGiven: IsParsed,
  ) {}

  of(at: Lazy, path: readonly string[]): Answer {
    this.#hops += 1;
    if (this.#hops > maximumHops) return false;
    const { bindings } = at;
    const node = skipOuter(at.node);
    const next = (expression: ts.Expression, keys: readonly string[]): Answer =>
      this.of(lazyOf(this.code, expression, bindings), keys);
    const [key, ...rest] = path;
    if (ts.isAwaitExpression(node)) return next(node.expression, path);
    if (ts.isObjectLiteralExpression(node)) return this.#inObject(node, path, bindings);
    if (ts.isArrayLiteralExpression(node)) {
      if (key !== '[]') return false;
      return all(
        node.elements.map((each) =>
          ts.isSpreadElement(each) ? next(each.expression, path) : next(each, rest),
        ),
      );
    }
    if (ts.isConditionalExpression(node)) return all([next(node.whenTrue, path), next(node.whenFalse, path)]);
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken)
        return all([next(node.left, path), next(node.right, path)]);
      return kind === ts.SyntaxKind.AmpersandAmpersandToken ? next(node.right, path) : false;
    }
    if (ts.isPropertyAccessExpression(node)) {
      if (node.name.text === 'body' && saysNothing(typeOfExpression(this.code, node))) return true;
      return next(node.expression, [node.name.text, ...path]);
    }
    if (ts.isElementAccessExpression(node)) {
      const argument = skipOuter(node.argumentExpression);
      const name = ts.isStringLiteralLike(argument) ? argument.text : '[]';
      return next(node.expression, [name, ...path]);
    }
    if (ts.isCallExpression(node)) return this.#ofCall(node, at, path);
    if (ts.isIdentifier(node)) return this.#ofName(node, path, bindings);
    return isNothing(node) ? undefined : false;
  }

  #inObject({ properties }: ts.ObjectLiteralExpression, path: readonly string[], bindings: Bindings): Answer {
    const [key, ...rest] = path;
    if (key === undefined) return false;
    const found: Answer[] = [];
    // What stands last wins; a spread may have the key or not, and what nobody writes is not there.
    for (const each of properties.toReversed()) {
      if (ts.isSpreadAssignment(each)) {
        found.push(this.of(lazyOf(this.code, each.expression, bindings), path));
        continue;
      }
      if (ts.isComputedPropertyName(each.name)) return false;
      if (each.name.text !== key) continue;
      const value = ts.isPropertyAssignment(each)
        ? each.initializer
        : ts.isShorthandPropertyAssignment(each)
          ? each.name
          : undefined;
      found.push(value ? this.of(lazyOf(this.code, value, bindings), rest) : false);
      break;
    }
    return all(found);
  }

  #ofCall(node: ts.CallExpression, at: Lazy, path: readonly string[]): Answer {
    const { code } = this;
    const callee = skipOuter(node.expression);
    const [first] = node.arguments;
    // A reviver may make anything of it.
    if (callee.getText() === 'JSON.parse') return node.arguments.length === 1;
    const next = (expression: ts.Expression, keys: readonly string[]): Answer =>
      this.of(lazyOf(code, expression, at.bindings), keys);
    const chosen = keysChosen(code, node, at.bindings);
    if (chosen && chosen !== 'unknown') return next(chosen.from, path);
    if (ts.isPropertyAccessExpression(callee)) {
      const { expression: receiver, name } = callee;
      switch (name.text) {
        case 'json':
          // A response, or a request; a project's own method may be anything.
          if (!first) return isDeclaredOnly(code, name);
          break;
        case 'filter':
        case 'slice':
        case 'toSorted':
        case 'toReversed':
        case 'sort':
        case 'reverse':
          return next(receiver, path);
        case 'find':
        case 'at':
        case 'pop':
        case 'shift':
          return next(receiver, ['[]', ...path]);
        case 'map':
        case 'flatMap':
          return this.#mapped(first, path, at.bindings);
      }
    }
    const made = follow(code, at);
    return made && made.node !== at.node ? this.of(made, path) : false;
  }

  /** What the callback of a list makes of each element. */
  #mapped(callback: ts.Expression | undefined, path: readonly string[], bindings: Bindings): Answer {
    const [key, ...rest] = path;
    const written = callback && skipOuter(callback);
    if (key !== '[]' || !written || !(ts.isArrowFunction(written) || ts.isFunctionExpression(written)))
      return false;
    const { body } = written;
    const value = ts.isBlock(body) ? returnedIn(body) : [body];
    return all(value.map((each) => this.of(lazyOf(this.code, each, bindings), rest)));
  }

  #ofName(name: ts.Identifier, path: readonly string[], bindings: Bindings): Answer {
    const { code } = this;
    if (name.text === 'undefined') return undefined;
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? code.checker.getShorthandAssignmentValueSymbol(name.parent)
      : code.checker.getSymbolAtLocation(name);
    const declaration = symbol && resolveAlias(code, symbol).valueDeclaration;
    return declaration ? this.#declared(declaration, path, bindings) : false;
  }

  #declared(declaration: ts.Declaration, path: readonly string[], bindings: Bindings): Answer {
    if (ts.isBindingElement(declaration)) {
      const key = declaration.propertyName ?? declaration.name;
      const pattern = declaration.parent;
      const name = ts.isArrayBindingPattern(pattern) ? '[]' : ts.isIdentifier(key) ? key.text : undefined;
      if (name === undefined) return false;
      if (name === 'body' && saysNothing(this.code.checker.getTypeAtLocation(declaration))) return true;
      const keys = declaration.dotDotDotToken ? path : [name, ...path];
      return this.#declared(pattern.parent, keys, bindings);
    }
    if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration)) return false;
    // A variable that is made of itself says nothing new.
    if (this.#asked.has(declaration)) return undefined;
    this.#asked.add(declaration);
    const [key, ...rest] = path;
    const written = givenTo(this.code, declaration, key);
    if (!written) return false;
    const first = ts.isParameter(declaration)
      ? this.#parameter(declaration, path, bindings)
      : this.#variable(declaration, path, bindings);
    const answer = all([
      first,
      ...written.whole.map((each) => this.of(lazyOf(this.code, each, bindings), path)),
      ...written.under.map((each) => this.of(lazyOf(this.code, each, bindings), rest)),
      ...(key === '[]' ? pushedTo(declaration) : []).map((each) =>
        this.of(lazyOf(this.code, each, bindings), rest),
      ),
    ]);
    this.#asked.delete(declaration);
    return answer;
  }

  #variable(declaration: ts.VariableDeclaration, path: readonly string[], bindings: Bindings): Answer {
    const { initializer, parent } = declaration;
    if (initializer) return this.of(lazyOf(this.code, initializer, bindings), path);
    const loop = parent.parent;
    if (ts.isForOfStatement(loop))
      return this.of(lazyOf(this.code, loop.expression, bindings), ['[]', ...path]);
    // `let rows;`, to be assigned: a declaration without a text is somebody else's.
    return ts.isVariableDeclarationList(parent) && (parent.flags & ts.NodeFlags.Let) !== 0
      ? undefined
      : false;
  }

  #parameter(parameter: ts.ParameterDeclaration, path: readonly string[], bindings: Bindings): Answer {
    const bound = bindings.get(parameter);
    if (bound) return this.of(bound, path);
    if (this.isGiven(parameter, path)) return true;
    const target = parameter.parent;
    const call = target.parent;
    // `rows.map((row) => …)`
    if (ts.isCallExpression(call) && call.arguments[0] === target && target.parameters[0] === parameter) {
      const callee = skipOuter(call.expression);
      return ts.isPropertyAccessExpression(callee) && passesElements.has(callee.name.text)
        ? this.of(lazyOf(this.code, callee.expression, bindings), ['[]', ...path])
        : false;
    }
    const index = target.parameters.indexOf(parameter);
    const calls = parameter.dotDotDotToken ? [] : callsOf(this.code, target);
    if (calls.length === 0 || calls.length > maximumCalls) return false;
    return all(
      calls.map(({ arguments: given }): Answer => {
        if (given.slice(0, index + 1).some(ts.isSpreadElement)) return false;
        const argument = given[index] ?? parameter.initializer;
        return argument && this.of(lazyOf(this.code, argument, new Map()), path);
      }),
    );
  }
}

const passesElements = new Set(['map', 'flatMap', 'forEach', 'filter', 'find', 'some', 'every']);

function all(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(true) ? true : undefined;
}

function isNothing(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword || ts.isVoidExpression(node);
}

/** Nobody but a framework knows what it parsed: `request.body`. */
function saysNothing({ flags }: ts.Type): boolean {
  return (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
}

/** Is what a name stands for declared in a package, or by the platform? */
function isDeclaredOnly(code: Code, name: ts.Node): boolean {
  const declaration = code.checker.getSymbolAtLocation(name)?.valueDeclaration;
  return declaration?.getSourceFile().isDeclarationFile === true;
}

/** What is pushed onto a list under the name of its variable. */
function pushedTo({ name }: ts.VariableDeclaration | ts.ParameterDeclaration): readonly ts.Expression[] {
  const around = functionAround(name) ?? name.getSourceFile();
  return namedCallsIn(around).flatMap(({ node, name: called }) => {
    const callee = skipOuter(node.expression);
    const pushes =
      (called.text === 'push' || called.text === 'unshift') &&
      ts.isPropertyAccessExpression(callee) &&
      skipOuter(callee.expression).getText() === name.getText();
    return pushes ? [...node.arguments] : [];
  });
}
