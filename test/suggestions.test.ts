import { basename } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { type Application, example, fixture, fixtures, pages } from './applications.js';
import { examplesIn, filesOf } from './examples.js';
import type { Finding } from './harness.js';

/*
 * What holds for every suggestion of every rule, on all examples of the documentation and all fixtures of the
 * libraries, each applied by itself: what it makes is TypeScript, with no error that was not there before; the
 * report that it came from is gone; and no other rule has anything to say at that place that it did not say before.
 */

/** What a rule's suggestions are not held to, and why that is right. */
const excused: Readonly<Partial<Record<string, { types?: string; stays?: string }>>> = {
  'no-unserializable-payload': {
    types: 'a payload that is declared to be what the serializer loses has to be declared anew, too',
  },
  'require-idempotency-annotation': {
    stays: 'a tag with TODO for a reason is still to be filled in',
  },
};

/** What two texts do not share: a range of the first one, and of the second. */
function changeBetween(before: string, after: string): { start: number; oldEnd: number; newEnd: number } {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { start, oldEnd: before.length - end, newEnd: after.length - end };
}

function errorsIn(program: ts.Program, path: string): readonly string[] {
  const file = program.getSourceFile(path);
  if (!file) return [`${path} is not there`];
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '),
  );
}

function isParsed(program: ts.Program, path: string): boolean {
  return program.getSyntacticDiagnostics(program.getSourceFile(path)).length === 0;
}

/** Of the second list what is not in the first, as often as it is there. */
function added<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const rest = [...before];
  return after.filter((each) => {
    const at = rest.indexOf(each);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

function offsetOf(text: string, { line, column }: Finding): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}

/** Where a place is after a change; both, where something was put in at the place itself. */
function movedBy({ start, oldEnd, newEnd }: ReturnType<typeof changeBetween>, at: number): readonly number[] {
  return [...(at <= start || at < oldEnd ? [at] : []), ...(at >= oldEnd ? [at + newEnd - oldEnd] : [])];
}

/** What a report says at a place, so that it is known again after a change. */
function saidAt({ rule, messageId = '' }: Finding, at: number): string {
  return `${rule} ${messageId} ${String(at)}`;
}

/** What is wrong with the suggestions of an application, and how many there are. */
function judge(application: Application): { readonly wrong: readonly string[]; readonly count: number } {
  const { program, pathOf, changed } = application;
  const wrong: string[] = [];
  let count = 0;
  const known = new Map<string, readonly string[]>();
  const errorsBefore = (path: string): readonly string[] => {
    const errors = known.get(path) ?? errorsIn(program, path);
    known.set(path, errors);
    return errors;
  };
  const all = application.lint(program);
  for (const finding of all) {
    const { file, rule, line } = finding;
    const path = pathOf(file);
    const text = program.getSourceFile(path)?.text ?? '';
    for (const { message, output } of finding.suggestions) {
      count += 1;
      const say = (problem: string): void => {
        wrong.push(`${application.name} ${file}:${String(line)} ${rule}: ${message} ${problem}`);
      };
      const now = changed(file, output);
      const errors = added(errorsBefore(path), errorsIn(now, path));
      const isExcused = excused[rule]?.types !== undefined && isParsed(now, path);
      if (errors.length > 0 && !isExcused) say(`is no TypeScript: ${errors.join('; ')}`);
      const after = application.lint(now, file);
      const before = all.filter((each) => each.file === file);
      const own = (list: readonly Finding[]): number => list.filter((each) => each.rule === rule).length;
      if (own(after) >= own(before) && excused[rule]?.stays === undefined) say('is still reported');
      const change = changeBetween(text, output);
      const said = before.flatMap((each) =>
        movedBy(change, offsetOf(text, each)).map((at) => saidAt(each, at)),
      );
      // What stood in the text that was changed may stand elsewhere in the new one.
      const inChanged = before
        .filter((each) => {
          const at = offsetOf(text, each);
          return at >= change.start && at < change.oldEnd;
        })
        .map(({ rule, messageId = '' }) => `${rule} ${messageId}`);
      const near = after.filter((each) => {
        const at = offsetOf(output, each);
        return at <= change.newEnd && at + each.text.length >= change.start;
      });
      for (const each of near) {
        if (each.rule === rule || said.includes(saidAt(each, offsetOf(output, each)))) continue;
        const same = inChanged.indexOf(`${each.rule} ${each.messageId ?? ''}`);
        if (same >= 0) inChanged.splice(same, 1);
        else say(`is reported by another rule: ${each.rule} ${each.text}`);
      }
    }
  }
  return { wrong, count };
}

let fromFixtures = 0;

describe('the fixtures of the libraries', () => {
  test.each(fixtures)('%s', (name) => {
    const { wrong, count } = judge(fixture(name));
    fromFixtures += count;
    expect(wrong).toEqual([]);
  });

  test('make suggestions at all', () => {
    expect(fromFixtures).toBeGreaterThan(100);
  });
});

let fromPages = 0;

describe('the examples of the documentation', () => {
  test.each(pages)('%s', (page) => {
    for (const each of examplesIn(page).filter(({ language }) => language === 'ts')) {
      const { wrong, count } = judge(example(`${basename(page)}:${String(each.line)}`, filesOf(each)));
      fromPages += count;
      expect(wrong).toEqual([]);
    }
  });

  test('make suggestions at all', () => {
    expect(fromPages).toBeGreaterThan(20);
  });
});
