import type ts from 'typescript';
import { type Slot, withinBounds } from './bounds.js';

/**
 * What an expression is worth, as far as the text says, with the place that says it.
 * Nothing here is a guess: what cannot be followed is `unknown`, with the reason.
 */
export type Value =
  | ConstantValue
  | ConfiguredValue
  | ObjectValue
  | ArrayValue
  | FunctionValue
  | ClassValue
  | MadeValue
  | DeclaredValue
  | SelfValue
  | ModuleValue
  | ChoiceValue
  | AbsentValue
  | UnknownValue;

export interface ConstantValue {
  readonly kind: 'constant';
  readonly value: string | number | bigint | boolean | null | undefined;
  readonly node: ts.Node;
  readonly given?: Given;
}
/** Certainly there, but chosen outside the text: `Number(process.env.ATTEMPTS ?? 3)`. */
export interface ConfiguredValue {
  readonly kind: 'configured';
  /** What holds when nobody chooses. */
  readonly fallback: ConstantValue['value'];
  readonly node: ts.Node;
  readonly given?: Given;
}
/** An object literal, or several merged: later parts win, as in JavaScript's spread. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly parts: readonly Part[];
  readonly node: ts.Node;
  readonly given?: Given;
}
export interface ArrayValue {
  readonly kind: 'array';
  readonly elements: readonly Lazy[];
  /** False when a spread could not be followed, so that there may be more. */
  readonly complete: boolean;
  readonly node: ts.Node;
}
export interface FunctionValue {
  readonly kind: 'function';
  readonly node: ts.FunctionLikeDeclaration;
  readonly bindings: Bindings;
}
export interface ClassValue {
  readonly kind: 'class';
  readonly node: ts.ClassLikeDeclaration;
}
/** What a `new` or a call into foreign code returns. */
export interface MadeValue {
  readonly kind: 'made';
  readonly node: ts.NewExpression | ts.CallExpression;
  readonly bindings: Bindings;
}
/** A parameter or property that somebody else fills in: a framework, through its decorators. */
export interface DeclaredValue {
  readonly kind: 'declared';
  readonly node: ts.ParameterDeclaration | ts.PropertyDeclaration;
}
/** An object of this class or of one that extends it: `this`, or what a declaration promises. */
export interface SelfValue {
  readonly kind: 'self';
  readonly node: ts.ClassLikeDeclaration;
  /** It is of this class and of none below it. */
  readonly exact?: true;
}
/** All that a file exports: `import * as queues`, `await import('./queues.js')`. */
export interface ModuleValue {
  readonly kind: 'module';
  readonly symbol: ts.Symbol;
  readonly node: ts.Node;
}
/** One of these, and the text does not say which. */
export interface ChoiceValue {
  readonly kind: 'choice';
  readonly values: readonly Value[];
  readonly node: ts.Node;
  /** Who decides. */
  readonly open?: Open | undefined;
}
/** Not there: a key that an object certainly lacks. */
export interface AbsentValue {
  readonly kind: 'absent';
  readonly node: ts.Node;
}
export interface UnknownValue {
  readonly kind: 'unknown';
  readonly why: string;
  /** The expression that could not be followed, or where the following ended. */
  readonly node: ts.Node;
  /** The value is not the node's own, so that the node's type says nothing about it. */
  readonly elsewhere?: true;
  /** Who knows. */
  readonly open?: Open | undefined;
}

/** It came through a parameter: whoever passed it is where it stands, however it is handed on. */
export type Given = true;

/** What would have to be bound for a value to be known: it is the caller's to say. */
export interface Open {
  /** A parameter, or a class for the object that a method is called on. */
  readonly by: ts.ParameterDeclaration | ts.ClassLikeDeclaration;
  /** The keys that lead from it to the value. */
  readonly path: readonly string[];
}

export type Part =
  | { readonly key: string; readonly value: Lazy }
  | { readonly spread: Lazy }
  /** Some key; its value where that is written. */
  | { readonly unknownKey: ts.Node; readonly value?: Lazy };

/**
 * What is bound while a text is read: parameters to the arguments of a call, and classes to the object
 * that `this` is in them.
 */
export type Bindings = ReadonlyMap<ts.Node, Lazy>;

export const noBindings: Bindings = new Map();

/** An expression whose value is asked for when somebody needs it. */
export class Lazy {
  readonly #slot: Slot<Value> = {};

  constructor(
    readonly node: ts.Node,
    private readonly read: () => Value,
    /** What holds where the node is read. */
    readonly bindings: Bindings = noBindings,
  ) {}

  static known(value: Value): Lazy {
    return new Lazy(value.node, () => value);
  }

  get value(): Value {
    return withinBounds(this.#slot, this.read, (why) => unknown(this.node, why));
  }
}

export function unknown(node: ts.Node, why: string, open?: Open): UnknownValue {
  return { kind: 'unknown', why, node, open };
}

/** A value that stands somewhere else than at this node, and cannot be followed there. */
export function unknownElsewhere(node: ts.Node, why: string, open?: Open): UnknownValue {
  return { kind: 'unknown', why, node, elsewhere: true, open };
}

/** Who knows what this value does not say; undefined where nobody does, or nothing is open. */
export function openOf(value: Value): Open | undefined {
  if (value.kind === 'unknown') return value.open;
  if (value.kind !== 'choice') return undefined;
  return value.open ?? value.values.map(openOf).find((each) => each !== undefined);
}

/** Several objects as one, later ones winning, the way a shallow merge does. */
export function merged(values: readonly Value[], node: ts.Node): Value {
  const there = values.filter((value) => value.kind !== 'absent');
  const [only] = there;
  if (only && there.length === 1) return only;
  return { kind: 'object', parts: there.map((value) => ({ spread: Lazy.known(value) })), node };
}

/** More values than this are no choice that somebody wrote. */
const maximumChoices = 40;

/** All that a value may be, choices taken apart. */
export function alternatives(value: Value): readonly Value[] {
  return value.kind === 'choice' ? value.values.flatMap(alternatives) : [value];
}

/** @param open who decides between them, where that is known. */
export function choice(options: readonly Value[], node: ts.Node, open?: Open): Value {
  const flat: Value[] = [];
  for (const value of options.flatMap(alternatives)) {
    // That something may be missing needs saying once.
    const said =
      flat.includes(value) || (value.kind === 'absent' && flat.some((each) => each.kind === 'absent'));
    if (!said) flat.push(value);
  }
  const [only] = flat;
  if (only && flat.length === 1) return only;
  if (flat.length > maximumChoices) return unknownElsewhere(node, 'there are too many ways');
  const decides = open ?? options.map(openOf).find((each) => each !== undefined);
  return { kind: 'choice', values: flat, node, open: decides };
}

/** A value as it comes out of a parameter: a constant then stands where it is passed. */
export function given(lazy: Lazy): Value {
  const { value } = lazy;
  if (value.kind === 'choice')
    return { ...value, values: value.values.map((each) => asGiven(each, undefined)) };
  return asGiven(value, lazy.node);
}

function asGiven(value: Value, node: ts.Node | undefined): Value {
  if (value.kind === 'object') return { ...value, given: true };
  if (value.kind !== 'constant' && value.kind !== 'configured') return value;
  return value.given ? value : { ...value, given: true, node: node ?? value.node };
}

/** What a program reads there: `undefined` where there is nothing. */
export function read(value: Value, node: ts.Node): Value {
  return value.kind === 'absent' ? { kind: 'constant', value: undefined, node } : value;
}

/** What is left of a value where it cannot be `null` or `undefined`, since something is called on it. */
export function present(value: Value): Value {
  if (value.kind !== 'choice') return value;
  const there = alternatives(value).filter((each) => !isNullish(each));
  return choice(there, value.node, value.open);
}

/** Is it certainly `null`, `undefined`, or not there at all? */
export function isNullish(value: Value): boolean {
  return (
    value.kind === 'absent' ||
    (value.kind === 'constant' && (value.value === null || value.value === undefined))
  );
}
