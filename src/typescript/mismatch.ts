import ts from 'typescript';
import type { Code } from './code.js';
import { declarationOfType } from './syntax.js';

/** Where one type certainly is not what another one asks for. */
export interface Mismatch {
  /** The keys that lead there; `[]` for the elements of a list. */
  readonly path: readonly string[];
  /** Undefined where it is not there at all. */
  readonly actual: ts.Type | undefined;
  readonly expected: ts.Type;
}

/** Deeper, types are compared no further. */
const maximumDepth = 6;

/**
 * Where values of a type cannot be what another type says, once they were written as JSON and read again.
 * Not where they may be: a text for one of several texts, something that may be left out.
 */
export function mismatchOf(code: Code, actual: ts.Type, expected: ts.Type): Mismatch | undefined {
  return new Comparison(code).compare(actual, expected, []);
}

class Comparison {
  constructor(private readonly code: Code) {}

  compare(actual: ts.Type, expected: ts.Type, path: readonly string[]): Mismatch | undefined {
    if (path.length > maximumDepth || actual === expected) return undefined;
    const [given, wanted] = [this.#parts(actual), this.#parts(expected)];
    // One part of which nothing is known may be anything.
    if (!given || !wanted || given.length === 0 || wanted.length === 0) return undefined;
    const [one, other] = [given[0], wanted[0]];
    if (one && other && given.length === 1 && wanted.length === 1) return this.#compareOne(one, other, path);
    const fits = given.some((part) => wanted.some((each) => !this.#compareOne(part, each, path)));
    return fits ? undefined : { path, actual, expected };
  }

  /** What a type may be, without `undefined` and `null`; undefined where that is not known. */
  #parts(type: ts.Type): readonly ts.Type[] | undefined {
    const all = type.isUnion() ? type.types : [type];
    const nothing = ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void;
    const parts = all.filter(({ flags }) => (flags & nothing) === 0);
    return parts.every((part) => this.#isKnown(part)) ? parts : undefined;
  }

  #isKnown(type: ts.Type): boolean {
    if (kindOf(type) !== undefined) return true;
    if ((type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) return false;
    if (type.getCallSignatures().length + type.getConstructSignatures().length > 0) return false;
    if (this.#isList(type)) return true;
    // A class, `Date` among them, is another thing when it is read again: other rules are for that.
    const declaration = declarationOfType(type);
    return (
      !(declaration && this.#isMore(declaration)) &&
      !type.getProperty('toJSON') &&
      type.getProperties().length > 0
    );
  }

  /** Is this more than plain data: a class with methods, something of JavaScript's own? */
  #isMore(declaration: ts.Declaration): boolean {
    if (ts.isInterfaceDeclaration(declaration))
      return this.code.program.isSourceFileDefaultLibrary(declaration.getSourceFile());
    if (!ts.isClassLike(declaration)) return false;
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    return !declaration.members.every(
      (member) => ts.isPropertyDeclaration(member) && (ts.getCombinedModifierFlags(member) & hidden) === 0,
    );
  }

  #isList(type: ts.Type): boolean {
    const { checker } = this.code;
    return checker.isArrayType(type) || checker.isTupleType(type);
  }

  #compareOne(actual: ts.Type, expected: ts.Type, path: readonly string[]): Mismatch | undefined {
    const mismatch: Mismatch = { path, actual, expected };
    const [given, wanted] = [kindOf(actual), kindOf(expected)];
    if (given !== undefined || wanted !== undefined)
      return given === wanted && !areOtherLiterals(actual, expected) ? undefined : mismatch;
    if (this.#isList(actual) !== this.#isList(expected)) return mismatch;
    return this.#isList(actual)
      ? this.#compareElements(actual, expected, path)
      : this.#compareProperties(actual, expected, path);
  }

  #compareElements(actual: ts.Type, expected: ts.Type, path: readonly string[]): Mismatch | undefined {
    const { checker } = this.code;
    const [given, wanted] = [actual, expected].map((type) =>
      checker.getIndexTypeOfType(type, ts.IndexKind.Number),
    );
    return given && wanted ? this.compare(given, wanted, [...path, '[]']) : undefined;
  }

  #compareProperties(actual: ts.Type, expected: ts.Type, path: readonly string[]): Mismatch | undefined {
    const { checker } = this.code;
    const isOpen = checker.getIndexInfosOfType(actual).length > 0;
    for (const property of expected.getProperties()) {
      const type = checker.getTypeOfSymbol(property);
      const own = [...path, property.name];
      const given = actual.getProperty(property.name);
      if (given) {
        const found = this.compare(checker.getTypeOfSymbol(given), type, own);
        if (found) return found;
      } else if (!isOpen && !mayBeLeftOut(property, type)) {
        return { path: own, actual: undefined, expected: type };
      }
    }
    return undefined;
  }
}

function mayBeLeftOut(property: ts.Symbol, type: ts.Type): boolean {
  const anything = ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Undefined | ts.TypeFlags.Void;
  const parts = type.isUnion() ? type.types : [type];
  return (
    (property.flags & ts.SymbolFlags.Optional) !== 0 ||
    parts.some(({ flags }) => (flags & (anything | ts.TypeFlags.TypeParameter | ts.TypeFlags.Never)) !== 0) ||
    // A method is none of the payload.
    type.getCallSignatures().length > 0
  );
}

/** What JSON makes of a simple type; undefined for an object, and for what nothing is known of. */
function kindOf({ flags }: ts.Type): 'string' | 'number' | 'boolean' | undefined {
  if (flags & ts.TypeFlags.StringLike) return 'string';
  if (flags & ts.TypeFlags.NumberLike) return 'number';
  return flags & ts.TypeFlags.BooleanLike ? 'boolean' : undefined;
}

/** Two texts or numbers that are written out, and differ. */
function areOtherLiterals(actual: ts.Type, expected: ts.Type): boolean {
  if (actual.isStringLiteral() && expected.isStringLiteral()) return actual.value !== expected.value;
  return actual.isNumberLiteral() && expected.isNumberLiteral() && actual.value !== expected.value;
}
