import ts from 'typescript';
import type { Code } from '../typescript/code.js';
import { isInside, skipOuter } from '../typescript/syntax.js';
import type { Open } from '../typescript/value.js';
import type { Dispatch, Handler, Queue, Setting } from './model.js';

/** A change of the text: what to put in place of a range of it. */
export interface Edit {
  readonly replace: { readonly start: number; readonly end: number };
  readonly text: string;
}

/**
 * Where to report that options lack something: the options that are there, else the name of what is called.
 *
 * @param forwarded which parameter of the project function that is called here would say it.
 */
export function placeOfOptions(subject: Dispatch | Handler, forwarded?: Forwarded): ts.Node {
  if (isForwarded(subject)) return placeOfForwarded(subject, forwarded) ?? subject.name;
  const written = optionsWritten(subject);
  const item = subject.kind === 'dispatch' ? subject.item?.node : undefined;
  return written ?? (item?.getSourceFile() === subject.node.getSourceFile() ? item : subject.name);
}

/** The argument in which the option would stand, where the parameter takes it. */
function placeOfForwarded(
  subject: Dispatch | Handler,
  forwarded: Forwarded | undefined,
): ts.Node | undefined {
  if (!forwarded) return undefined;
  const { code, open } = forwarded;
  const key = open.path.at(-1);
  const taken = key !== undefined && (!code.typed || typeOfContainer(code, open)?.getProperty(key));
  return taken ? argumentFor(subject, open)?.written : undefined;
}

/** An option with its key, `attempts: 3`, where its value stands under one. */
export function optionAt(value: ts.Node): ts.Node {
  return ts.isPropertyAssignment(value.parent) && value.parent.initializer === value ? value.parent : value;
}

/** The options as an expression in the text of the dispatch or handler itself. */
function optionsWritten({ options, node }: Dispatch | Handler): ts.Node | undefined {
  const at = options?.node;
  // A builder's options are spread over its calls: there is no one text of them.
  if (!at || at === node || at.getSourceFile() !== node.getSourceFile()) return undefined;
  return at.pos >= node.pos && at.end <= node.end ? at : undefined;
}

/**
 * Writes an option into the options of a dispatch or handler: into the object literal that is there, or as
 * a new argument. Undefined where the text gives no place for it.
 */
export function insertOption(
  subject: Dispatch | Handler,
  text: string | undefined,
  messageId: string,
  forwarded?: Forwarded,
): (Edit & { messageId: string; data: { text: string } }) | undefined {
  if (text === undefined) return undefined;
  const edit = isForwarded(subject)
    ? forwarded && forwardedEdit(subject, text, forwarded)
    : optionEdit(subject, text);
  return edit && { ...edit, messageId, data: { text } };
}

/** The same for what one set of options decides for all handlers that a call defines: Restate's `options` of a service. */
export function insertDefault(
  { site: { defaults }, node }: Handler,
  text: string | undefined,
  messageId: string,
): (Edit & { messageId: string; data: { text: string } }) | undefined {
  const place = typeof defaults === 'string' ? defaults : defaults?.[0];
  const [, index, key] = /^arg(\d+)\.([\w$]+)$/.exec(place ?? '') ?? [];
  const argument = ts.isCallExpression(node) ? node.arguments[Number(index)] : undefined;
  const literal = argument && skipOuter(argument);
  if (text === undefined || key === undefined || !literal || !ts.isObjectLiteralExpression(literal))
    return undefined;
  const whole = `${key}: { ${text} }`;
  const edit = addToObject(literal, whole);
  return edit && { ...edit, messageId, data: { text: whole } };
}

/** The argument of a project function's call that an option would be given in. */
interface ForwardedArgument {
  readonly index: number;
  /** The smallest text that holds the options, or would. */
  readonly written: ts.Expression | undefined;
  /** The keys from there to the options. */
  readonly missing: readonly string[];
}

/** Are the options not in the text of the call itself, but handed on by the function that is called? */
function isForwarded(subject: Dispatch | Handler): boolean {
  const item = subject.kind === 'dispatch' ? subject.item?.node : undefined;
  return subject.through !== undefined && !(item && isInside(item, subject.node));
}

function argumentFor({ node, runs }: Dispatch | Handler, { by, path }: Open): ForwardedArgument | undefined {
  if (!ts.isCallExpression(node) || !ts.isParameter(by) || path.length === 0) return undefined;
  if (by.parent !== runs || by.dotDotDotToken) return undefined;
  const index = by.parent.parameters.indexOf(by);
  let written: ts.Expression | undefined = node.arguments[index];
  // The last key is the option itself.
  const missing = path.slice(0, -1);
  while (written && missing.length > 0) {
    const literal = skipOuter(written);
    if (!ts.isObjectLiteralExpression(literal)) return undefined;
    const inner = literal.properties.find((each) => each.name?.getText() === missing[0]);
    if (!inner) break;
    if (!ts.isPropertyAssignment(inner)) return undefined;
    written = inner.initializer;
    missing.shift();
  }
  return { index, written, missing };
}

function forwardedEdit(
  subject: Dispatch | Handler,
  text: string,
  { open, code }: Forwarded,
): Edit | undefined {
  const place = argumentFor(subject, open);
  if (!place || !ts.isCallExpression(subject.node)) return undefined;
  // What the wrapper calls otherwise, or does not take, is its own affair.
  const taken = keysTaken(code, open, text);
  if (taken === undefined) return undefined;
  const whole = place.missing.reduceRight((inner, key) => `${key}: { ${inner} }`, taken);
  if (place.written) return editOfObject(place.written, whole);
  return addArgument(subject.node, place.index, whole);
}

function optionEdit(subject: Dispatch | Handler, text: string): Edit | undefined {
  // `.retries(3)` of a builder goes right behind the call that makes it.
  if (text.startsWith('.'))
    return ts.isCallExpression(subject.node) ? insertAfter(subject.node, text) : undefined;
  const written = optionsWritten(subject);
  if (written) return editOfObject(written, text);
  if (subject.kind === 'handler' || subject.options) return undefined;
  const item = subject.item && skipOuter(subject.item.node);
  if (item) {
    if (item.getSourceFile() !== subject.node.getSourceFile()) return undefined;
    const key = optionsKeyOf(subject);
    const { optionsNeed } = subject.site;
    const whole = optionsNeed === undefined ? text : `${optionsNeed}, ${text}`;
    return key !== undefined && ts.isObjectLiteralExpression(item)
      ? addToObject(item, `${key}: { ${whole} }`)
      : undefined;
  }
  return subject.optionsIndex === undefined
    ? undefined
    : addArgument(subject.node, subject.optionsIndex, text);
}

function editOfObject(written: ts.Node, text: string): Edit | undefined {
  const literal = skipOuter(written);
  if (ts.isObjectLiteralExpression(literal)) return addToObject(literal, text);
  // An option that is already given by name is kept, and ours is added behind it.
  return ts.isExpression(written)
    ? {
        replace: rangeOf(written),
        text: `{ ...${needsParentheses(written) ? `(${written.getText()})` : written.getText()}, ${text} }`,
      }
    : undefined;
}

/** The key of an item under which its options stand: BullMQ's `opts`. */
function optionsKeyOf({ site: { options }, item }: Dispatch): string | undefined {
  const place = typeof options === 'string' ? options : options?.[0];
  return item && /^item\.(?<key>[\w$]+)$/.exec(place ?? '')?.groups?.['key'];
}

/** Of the properties that a text writes, those that the parameter's type has; undefined without the first. */
function keysTaken(code: Code, open: Open, text: string): string | undefined {
  const properties = propertiesOf(text) ?? [];
  if (properties[0]?.name?.getText() !== open.path.at(-1)) return undefined;
  if (!code.typed) return text;
  const holder = typeOfContainer(code, open);
  const taken = properties.filter((each) => holder?.getProperty(each.name?.getText() ?? ''));
  return taken[0] === properties[0] ? taken.map((each) => each.getText()).join(', ') : undefined;
}

/** The type of what holds the option in a wrapper's parameter. */
function typeOfContainer(code: Code, { by, path }: Open): ts.Type | undefined {
  const { checker } = code.at(by);
  let type: ts.Type | undefined = checker.getTypeAtLocation(by);
  for (const key of path.slice(0, -1)) {
    const member: ts.Symbol | undefined = type && checker.getNonNullableType(type).getProperty(key);
    type = member && checker.getTypeOfSymbol(member);
  }
  return type && checker.getNonNullableType(type);
}

/** A table says the same few texts for all of its tasks: each is parsed once. */
const parsed = new Map<string, readonly ts.ObjectLiteralElementLike[] | undefined>();

/** The properties of a suggestion's text. */
function propertiesOf(text: string): readonly ts.ObjectLiteralElementLike[] | undefined {
  if (!parsed.has(text)) parsed.set(text, parseProperties(text));
  return parsed.get(text);
}

function parseProperties(text: string): readonly ts.ObjectLiteralElementLike[] | undefined {
  const source = ts.createSourceFile('suggestion.ts', `({ ${text} })`, ts.ScriptTarget.Latest, true);
  const [statement] = source.statements;
  const literal =
    statement && ts.isExpressionStatement(statement) ? skipOuter(statement.expression) : undefined;
  return literal && ts.isObjectLiteralExpression(literal) ? literal.properties : undefined;
}

/** A new last property of an object literal, in its own layout; undefined where nothing is left to add. */
function addToObject(literal: ts.ObjectLiteralExpression, text: string): Edit | undefined {
  const missing = withoutKeysOf(literal, text);
  if (missing === '') return nestedAddition(literal, text);
  const last = literal.properties.at(-1);
  return last ? addAfter(last, missing) : { replace: rangeOf(literal), text: `{ ${missing} }` };
}

/** `retry: { maximumAttempts: 3 }` where the object has a `retry: { … }` already: what is missing goes into it. */
function nestedAddition(literal: ts.ObjectLiteralExpression, text: string): Edit | undefined {
  for (const property of propertiesOf(text) ?? []) {
    if (!ts.isPropertyAssignment(property) || !ts.isObjectLiteralExpression(property.initializer)) continue;
    const name = property.name.getText();
    const there = literal.properties.find((each) => each.name?.getText() === name);
    const value = there && ts.isPropertyAssignment(there) ? skipOuter(there.initializer) : undefined;
    if (!value || !ts.isObjectLiteralExpression(value)) continue;
    return addToObject(value, property.initializer.properties.map((each) => each.getText()).join(', '));
  }
  return undefined;
}

/** The properties of a suggestion that an object literal has not got already. */
function withoutKeysOf(literal: ts.ObjectLiteralExpression, text: string): string {
  const there = new Set(literal.properties.map((property) => property.name?.getText()));
  const properties = propertiesOf(text);
  if (!properties) return text;
  const missing = properties.filter((property) => !there.has(property.name?.getText()));
  return missing.map((property) => property.getText()).join(', ');
}

/** A new property behind another one, in its layout. */
export function addAfter(property: ts.ObjectLiteralElementLike, text: string): Edit {
  const indent = lineIndent(property.getSourceFile(), property);
  const end = property.getEnd();
  return { replace: { start: end, end }, text: `,${indent === undefined ? ' ' : `\n${indent}`}${text}` };
}

/** An object literal without one of its properties. */
export function removeProperty(property: ts.ObjectLiteralElementLike): Edit | undefined {
  if (!ts.isObjectLiteralExpression(property.parent)) return undefined;
  const { properties } = property.parent;
  const index = properties.indexOf(property);
  const [before, after] = [properties[index - 1], properties[index + 1]];
  if (after) return { replace: { start: property.getStart(), end: after.getStart() }, text: '' };
  if (before) return { replace: { start: before.getEnd(), end: property.getEnd() }, text: '' };
  return { replace: rangeOf(property.parent), text: '{}' };
}

/** The white space before a node that is the first of its line; undefined when it is not. */
function lineIndent(file: ts.SourceFile, node: ts.Node): string | undefined {
  const start = node.getStart(file);
  const line = file.text.lastIndexOf('\n', start - 1) + 1;
  const before = file.text.slice(line, start);
  return before.trim() === '' && line > 0 ? before : undefined;
}

/** A new argument at an index; arguments that are missing before it become `undefined`. */
function addArgument(
  node: ts.CallExpression | ts.NewExpression,
  index: number,
  text: string,
): Edit | undefined {
  const args = node.arguments;
  if (!args || args.length > index || args.some(ts.isSpreadElement)) return undefined;
  const missing = Array.from({ length: index - args.length }, () => 'undefined');
  const added = [...missing, `{ ${text} }`].join(', ');
  const last = args.at(-1);
  // Behind the last argument, or between empty parentheses.
  const at = last ? last.getEnd() : node.getEnd() - 1;
  return { replace: { start: at, end: at }, text: last ? `, ${added}` : added };
}

/** A text right behind a node: a further call of a builder. */
export function insertAfter(node: ts.Node, text: string): Edit {
  return { replace: { start: node.getEnd(), end: node.getEnd() }, text };
}

function rangeOf(node: ts.Node): { start: number; end: number } {
  return { start: node.getStart(), end: node.getEnd() };
}

function needsParentheses(node: ts.Expression): boolean {
  return !(ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isCallExpression(node));
}

/**
 * Is a setting this subject's own to answer for? What a project function decides is answered for there, and
 * not by each of its callers.
 */
export function isDecidedHere(
  subject: Dispatch | Handler | Queue,
  ...settings: readonly ('attempts' | 'backoff' | 'timeLimit')[]
): boolean {
  const through = subject.kind === 'queue' ? undefined : subject.through;
  return !through || settings.some((setting) => through.policy[setting].state === 'unknown');
}

/** What the project function that is called leaves to its callers. */
export interface Forwarded {
  readonly code: Code;
  readonly open: Open;
}

/** Who would have said a setting, in the project function that is called. */
export function forwardedBy(code: Code, setting: Setting<unknown> | undefined): Forwarded | undefined {
  return setting?.state === 'unknown' && setting.open ? { code, open: setting.open } : undefined;
}
