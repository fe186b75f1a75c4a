import ts from 'typescript';
import type { TrapSpec } from '../libraries/define.js';
import { skipOuter } from '../typescript/syntax.js';
import { isInside } from '../typescript/syntax.js';
import { alternatives, isNullish, type Value } from '../typescript/value.js';
import { isCertainlyWithin } from '../typescript/version.js';
import { addAfter, optionAt, removeProperty, type Edit } from './edit.js';
import type { Dispatch, Handler, Queue } from './model.js';
import { optionsOf, type WrittenOptions } from './options.js';
import type { Project } from './project.js';

/** An option that does not do what it says. */
export interface Trap {
  readonly spec: TrapSpec;
  readonly library: string;
  /** The value, or the call as a whole. */
  readonly at: ts.Node;
}

/** The traps in some options. */
export function trapsOf(project: Project, options: WrittenOptions): readonly Trap[] {
  const { library, subject, version } = options;
  const rows = options.traps.filter((spec) => {
    if (!isCertainlyWithin(version, spec.since, spec.before) || !isOf(spec, subject)) return false;
    // What else is there is known of a task, not of the defaults that it may or may not take.
    const needsTask = spec.without !== undefined && subject?.kind === 'queue';
    return !needsTask && holdsAround(spec, options) && !isSwitchedOn(project, options, spec);
  });
  return rows.flatMap((spec): readonly Trap[] => {
    if (spec.option === undefined) return [{ spec, library: library.base, at: options.name }];
    const value = options.option(spec.option);
    return valuesTrapped(spec, value)
      .filter((each) => !isNamedByAnother(rows, spec, each))
      .filter(({ node: at }) => spec.without === undefined || isTrapForAll(project, options, spec, at))
      .map(({ node: at }) => ({ spec, library: library.base, at }));
  });
}

/** A row that names a value speaks for it: one that only bounds the same option's values leaves it to that. */
function isNamedByAnother(rows: readonly TrapSpec[], own: TrapSpec, value: Value): boolean {
  const names = ({ option, is }: TrapSpec): boolean =>
    option === own.option &&
    value.kind === 'constant' &&
    is?.some((each) => Object.is(each, value.value)) === true;
  return hasBounds(own) && !names(own) && rows.some(names);
}

function hasBounds({ below, above, fraction, number }: TrapSpec): boolean {
  return [below, above, fraction, number].some((each) => each !== undefined);
}

/** What several tasks are given is wrong where each of them lacks what belongs to it. */
function isTrapForAll(project: Project, { node }: WrittenOptions, spec: TrapSpec, at: ts.Node): boolean {
  const { option = '', without = [] } = spec;
  if (isInside(at, node)) return true;
  return project.dispatches
    .filter(({ policy }) => alternatives(policy.option(option)).some((each) => each.node === at))
    .every(({ policy }) =>
      without.every((path) => alternatives(policy.option(path)).every(({ kind }) => kind === 'absent')),
    );
}

/**
 * Does a row about traps explain a number of runs, or why nothing decides it? Then the report is the row's.
 */
export function isAttemptsTrapped(project: Project, subject: Dispatch | Handler | Queue): boolean {
  const options = optionsOf(subject);
  const traps = options?.traps.filter(({ decidesAttempts }) => decidesAttempts) ?? [];
  return options !== undefined && traps.length > 0 && trapsOf(project, { ...options, traps }).length > 0;
}

function isOf({ methods }: TrapSpec, subject: WrittenOptions['subject']): boolean {
  if (!methods) return true;
  const site = subject?.site;
  return methods.some((each) => each === site?.method || each === site?.call || each === site?.decorator);
}

/** What must be there besides, must not be there, or must be said otherwise by a weaker layer. */
function holdsAround({ option, without = [], with: other, overrides }: TrapSpec, options: WrittenOptions) {
  // An `undefined` that is written erases what would hold, and is reported as that.
  const isAbsent = (path: string): boolean =>
    alternatives(options.option(path)).every(({ kind }) => kind === 'absent');
  if (!without.every(isAbsent)) return false;
  if (other !== undefined && !alternatives(options.option(other)).every(isThere)) return false;
  if (!overrides || option === undefined) return true;
  const before = options.inherited(option);
  const now = options.option(option);
  return (
    before.kind === 'constant' &&
    before.value !== undefined &&
    now.kind === 'constant' &&
    before.value !== now.value
  );
}

/** Is something certainly there? */
function isThere(value: Value): boolean {
  return value.kind !== 'unknown' && !isNullish(value);
}

/** Does a queue of the program say, or may it say, what makes the option work? Also where none is known. */
function isSwitchedOn(project: Project, { library }: WrittenOptions, { unlessQueue }: TrapSpec): boolean {
  if (unlessQueue === undefined) return false;
  const queues = project.files
    .flatMap((file) => project.sitesIn(file, 'queue'))
    .filter(({ site }) => site.library.base === library.base);
  return (
    queues.length === 0 ||
    queues.some((match) => {
      const whole = project.locate(match, 'arg1')?.value;
      if (whole?.kind === 'unknown') return true;
      const value = project.locate(match, unlessQueue)?.value;
      return value !== undefined && !(value.kind === 'constant' && value.value !== true);
    })
  );
}

function valuesTrapped(spec: TrapSpec, value: Value): readonly Value[] {
  const all = alternatives(value);
  if (!hasCondition(spec)) {
    const [first] = all;
    return first && all.every((each) => isThere(each) || isWritten(each)) ? [first] : [];
  }
  return all.filter((each) => fits(spec, each));
}

function hasCondition(spec: TrapSpec): boolean {
  return hasBounds(spec) || spec.is !== undefined || spec.matches !== undefined;
}

/** A value that cannot be followed is there all the same, where it is written for the very key. */
function isWritten({ kind, node }: Value): boolean {
  if (kind !== 'unknown') return false;
  const { parent } = node;
  return ts.isPropertyAssignment(parent) && parent.initializer === node && !mayBeUndefined(node);
}

/** `limit ?? undefined`, a parameter, a property: these may well be nothing. */
function mayBeUndefined(node: ts.Node): boolean {
  const inner = skipOuter(node);
  return !(
    ts.isTemplateExpression(inner) ||
    ts.isObjectLiteralExpression(inner) ||
    ts.isArrayLiteralExpression(inner) ||
    ts.isArrowFunction(inner) ||
    (ts.isBinaryExpression(inner) && arithmetic.has(inner.operatorToken.kind))
  );
}

const arithmetic = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.SlashToken,
]);

function fits(spec: TrapSpec, value: Value): boolean {
  if (spec.matches !== undefined) {
    const text = textOf(value);
    return text !== undefined && new RegExp(spec.matches).test(text);
  }
  if (value.kind !== 'constant') return false;
  const { value: written } = value;
  if (spec.is?.some((each) => Object.is(each, written))) return true;
  if (typeof written !== 'number') return false;
  return (
    spec.number === true ||
    (spec.below !== undefined && written < spec.below) ||
    (spec.above !== undefined && written > spec.above) ||
    (spec.fraction === true && Number.isFinite(written) && !Number.isInteger(written))
  );
}

/** A text, as far as it is known: `user:…` for a template that ends in something unknown. */
function textOf(value: Value): string | undefined {
  if (value.kind === 'constant') return typeof value.value === 'string' ? value.value : undefined;
  return value.kind === 'unknown' ? textOfExpression(value.node) : undefined;
}

function textOfExpression(node: ts.Node): string | undefined {
  const inner = skipOuter(node);
  if (ts.isStringLiteralLike(inner)) return inner.text;
  if (ts.isTemplateExpression(inner)) {
    const spans = inner.templateSpans.map(({ expression, literal }) =>
      [ts.isStringLiteralLike(expression) ? expression.text : '…', literal.text].join(''),
    );
    return [inner.head.text, ...spans].join('');
  }
  if (!ts.isBinaryExpression(inner) || inner.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOfExpression(inner.left), textOfExpression(inner.right)];
  return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
}

/** A text with another character in its known parts; undefined where it is written elsewhere. */
function replacedIn(node: ts.Node, character: string, by: string): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.getText().replaceAll(character, by);
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(
      ({ expression, literal }) =>
        `${expression.getFullText()}${literal.getText().replaceAll(character, by)}`,
    );
    return `${node.head.getText().replaceAll(character, by)}${spans.join('')}`;
  }
  if (!ts.isBinaryExpression(node)) return undefined;
  const left = replacedIn(node.left, character, by) ?? node.left.getText();
  const right = replacedIn(node.right, character, by) ?? node.right.getText();
  return `${left} ${node.operatorToken.getText()} ${right}`;
}

/** What to write instead, where the row knows it and the text has a place for it. */
export function correctionOf({ spec, at }: Trap): Edit | undefined {
  const { write } = spec;
  const property = optionAt(at);
  const whole = ts.isPropertyAssignment(property) ? property : undefined;
  if (!write) return undefined;
  if ('value' in write) return { replace: { start: at.getStart(), end: at.getEnd() }, text: write.value };
  if ('character' in write) {
    const text = replacedIn(at, write.character, write.by);
    return text === undefined ? undefined : { replace: { start: at.getStart(), end: at.getEnd() }, text };
  }
  if (!whole) return undefined;
  if ('remove' in write) return removeProperty(whole);
  if ('add' in write) {
    const key = write.add.slice(0, write.add.indexOf(':'));
    const isThere = whole.parent.properties.some((each) => each.name?.getText() === key);
    return isThere ? undefined : addAfter(whole, write.add);
  }
  const text = whole.initializer.getText();
  const number = Number(text.replaceAll('_', ''));
  const scaled =
    write.times === undefined
      ? text
      : Number.isFinite(number)
        ? String(number * write.times)
        : `(${text}) * ${String(write.times)}`;
  return {
    replace: { start: whole.getStart(), end: whole.getEnd() },
    text: `${write.rename}: ${scaled}`,
  };
}
