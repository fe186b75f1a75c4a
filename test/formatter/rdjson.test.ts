import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Linter } from 'eslint';
import { expect, test } from 'vitest';
import { type Diagnostic, rdjson } from '../../formatter/src/index.js';
import { isRdjson, problems } from './schema.js';
import { dataOf, resultOf } from './support.js';

const text = 'one();\ntwo(\n  1,\n);\nthree();\n';

function diagnosed(message: Partial<Linter.LintMessage>, source = text): Diagnostic {
  const result = rdjson([resultOf('/work/src/a.ts', source, message)], dataOf('/work'));
  expect(problems(isRdjson, result)).toEqual([]);
  const [diagnostic] = result.diagnostics;
  if (!diagnostic) throw new Error('nothing');
  return diagnostic;
}

const suggestion = (desc: string, range: [number, number], now: string): Linter.LintSuggestion => ({
  desc,
  fix: { range, text: now },
});

test('a report, as reviewdog reads it', () => {
  const meta = { docs: { url: 'https://example.com/some-rule' } };
  const result = rdjson(
    [
      resultOf('/work/src/a.ts', text, {
        line: 2,
        column: 1,
        endLine: 2,
        endColumn: 4,
        message: 'Two is wrong.',
        suggestions: [suggestion('Write 2.', [7, 10], '2')],
      }),
      resultOf('/work/src/b.ts', text),
    ],
    dataOf('/work', { 'tasks/some-rule': meta }),
  );
  expect(problems(isRdjson, result)).toEqual([]);
  expect(result).toEqual({
    source: { name: 'eslint', url: 'https://eslint.org' },
    diagnostics: [
      {
        message: 'Two is wrong.\n\nSuggestion: Write 2.',
        location: {
          path: 'src/a.ts',
          range: { start: { line: 2, column: 1 }, end: { line: 2, column: 4 } },
        },
        severity: 'ERROR',
        code: { value: 'tasks/some-rule', url: 'https://example.com/some-rule' },
        suggestions: [{ range: { start: { line: 2 }, end: { line: 2 } }, text: '2(' }],
        original_output: 'src/a.ts:2:1: error: Two is wrong. (tasks/some-rule)',
      },
    ],
  });
});

test('a warning, and a rule that nobody knows', () => {
  const { severity, code, original_output } = diagnosed({ severity: 1, ruleId: 'no-such' });
  expect(severity).toBe('WARNING');
  expect(code).toEqual({ value: 'no-such' });
  expect(original_output).toBe('src/a.ts:1:1: warning: Wrong. (no-such)');
});

test('what no rule says: a file that cannot be parsed, and one that is ignored', () => {
  const fatal = diagnosed({ ruleId: null, fatal: true, line: 3, column: 2, message: 'Parsing error' });
  expect(fatal.code).toBeUndefined();
  expect(fatal.location.range).toEqual({ start: { line: 3, column: 2 } });
  expect(fatal.original_output).toBe('src/a.ts:3:2: error: Parsing error');
  const nowhere: Partial<Linter.LintMessage> = { ruleId: null, severity: 1, message: 'File ignored' };
  const ignored = diagnosed({ ...nowhere, ...({ line: undefined, column: undefined } as object) });
  expect(ignored.location).toEqual({ path: 'src/a.ts' });
  expect(ignored.original_output).toBe('src/a.ts: warning: File ignored');
});

test('the fix comes first, then the first suggestion; all are said', () => {
  const suggestions = [suggestion('Write 2.', [7, 10], '2'), suggestion('Write zwei.', [7, 10], 'zwei')];
  const place = { line: 2, column: 1, endLine: 2, endColumn: 4 };
  const both = diagnosed({ ...place, suggestions });
  expect(both.message).toBe('Wrong.\n\nSuggestion: Write 2.\nOr: Write zwei.');
  expect(both.suggestions?.map((each) => each.text)).toEqual(['2(']);
  const fixed = diagnosed({ ...place, fix: { range: [7, 10], text: 'deux' }, suggestions });
  expect(fixed.message).toBe('Wrong.\n\nOr: Write 2.\nOr: Write zwei.');
  expect(fixed.suggestions?.map((each) => each.text)).toEqual(['deux(']);
  expect(diagnosed({ ...place, fix: { range: [7, 10], text: 'deux' } }).message).toBe('Wrong.');
});

test('a report reaches as far as its suggestion does, and begins no later', () => {
  const inside = diagnosed({
    line: 2,
    column: 1,
    endLine: 2,
    endColumn: 4,
    suggestions: [suggestion('Write 2.', [14, 15], '2')],
  });
  expect(inside.suggestions).toEqual([
    { range: { start: { line: 2 }, end: { line: 3 } }, text: 'two(\n  2,' },
  ]);
  expect(inside.location.range).toEqual({ start: { line: 2, column: 1 }, end: { line: 3, column: 5 } });
  const above = diagnosed({
    line: 5,
    column: 1,
    endLine: 5,
    endColumn: 6,
    suggestions: [suggestion('Remove it.', [0, 7], '')],
  });
  expect(above.location.range).toEqual({ start: { line: 1, column: 1 }, end: { line: 5, column: 6 } });
  expect(above.suggestions?.[0]?.range).toEqual({ start: { line: 1 }, end: { line: 5 } });
});

test('a report that ends where a line begins does not reach into it', () => {
  const { location } = diagnosed({ line: 2, column: 1, endLine: 5, endColumn: 1 });
  expect(location.range).toEqual({ start: { line: 2, column: 1 }, end: { line: 4, column: 3 } });
});

test('lines are git’s, and columns are bytes', () => {
  const source = '\uFEFF"🐶\u2028";\tfoo();\n';
  // ESLint sees two lines.
  const { location } = diagnosed({ line: 2, column: 4, endLine: 2, endColumn: 7 }, source);
  expect(location.range).toEqual({ start: { line: 1, column: 15 }, end: { line: 1, column: 18 } });
});

test('a place beyond the text is kept within it', () => {
  expect(diagnosed({ line: 99, column: 99 }).location.range).toEqual({ start: { line: 5, column: 9 } });
  expect(diagnosed({ line: 1, column: 99 }).location.range).toEqual({ start: { line: 2, column: 1 } });
  expect(diagnosed({ line: 1, column: 1 }, '').location.range).toEqual({ start: { line: 1, column: 1 } });
});

test('an edit that is no change of lines is left to the message', () => {
  const { message, suggestions } = diagnosed({
    line: 5,
    column: 9,
    suggestions: [suggestion('Remove the last line break.', [text.length - 1, text.length], '')],
  });
  expect(suggestions).toBeUndefined();
  expect(message).toBe('Wrong.\n\nSuggestion: Remove the last line break.');
});

test('paths are from the working folder, also to files outside of it', () => {
  const at = (file: string): string | undefined =>
    rdjson([resultOf(file, text, {})], dataOf('/work/app')).diagnostics[0]?.location.path;
  expect(at('/work/app/src/a.ts')).toBe('src/a.ts');
  expect(at('/work/other/a.ts')).toBe('../other/a.ts');
  expect(at('<text>')).toBe('<text>');
});

test('after --fix the places are those of the fixed text', () => {
  const result = { ...resultOf('/work/a.ts', 'as it was\n', { line: 1, column: 3 }), output: 'é x\n' };
  const [diagnostic] = rdjson([result], dataOf('/work')).diagnostics;
  expect(diagnostic?.location.range?.start).toEqual({ line: 1, column: 4 });
});

test('a text that the results lack is read from disk, and a file that is gone has no place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rdjson-'));
  try {
    writeFileSync(join(folder, 'a.ts'), 'é x\n');
    const at = (name: string): object | undefined => {
      const result = resultOf(join(folder, name), '', { line: 1, column: 3 });
      delete result.source;
      return rdjson([result], dataOf(folder)).diagnostics[0]?.location.range?.start;
    };
    expect(at('a.ts')).toEqual({ line: 1, column: 4 });
    expect(at('b.ts')).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('nothing to report is still a result', () => {
  const result = rdjson([resultOf('/work/a.ts', text)], dataOf('/work'));
  expect(problems(isRdjson, result)).toEqual([]);
  expect(result.diagnostics).toEqual([]);
});

test('the schema finds what is wrong', () => {
  const wrong = (change: object): readonly string[] => {
    const result = rdjson([resultOf('/work/a.ts', text, {})], dataOf('/work'));
    return problems(isRdjson, {
      ...result,
      diagnostics: result.diagnostics.map((each) => ({ ...each, ...change })),
    });
  };
  expect(wrong({})).toEqual([]);
  expect(wrong({ severity: 'FATAL' })).not.toEqual([]);
  expect(wrong({ location: {} })).not.toEqual([]);
  expect(wrong({ location: { path: 'a', range: { start: { line: 0, column: 1 } } } })).not.toEqual([]);
  expect(wrong({ code: { value: 'a', url: 'docs/a.md' } })).not.toEqual([]);
  expect(wrong({ suggestions: [{ text: 'a' }] })).not.toEqual([]);
  expect(wrong({ other: 1 })).not.toEqual([]);
});
