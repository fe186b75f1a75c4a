import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editOf, wholeLines } from '../../formatter/src/edit.js';
import { type Suggestion, rdjson } from '../../formatter/src/index.js';
import { SourceText } from '../../formatter/src/text.js';
import {
  dataOf,
  eslintApplies,
  hostApplies,
  lastBreak,
  linesOf,
  rdjsonApplies,
  resultOf,
} from './support.js';

function linesFor(
  text: string,
  range: readonly [number, number],
  now: string,
  from = 1,
): Suggestion | undefined {
  const source = new SourceText(text);
  const change = wholeLines(source, editOf(source, { range, text: now }), from);
  return (
    change && {
      range: { start: { line: change.first }, end: { line: change.last } },
      text: change.text,
    }
  );
}

/** `first-last: text`, or nothing. */
function shown(suggestion: Suggestion | undefined): string | undefined {
  return (
    suggestion &&
    `${suggestion.range.start.line}-${suggestion.range.end.line}: ${JSON.stringify(suggestion.text)}`
  );
}

interface Case {
  readonly what: string;
  readonly text: string;
  readonly range: readonly [number, number];
  readonly now: string;
  readonly from?: number;
  readonly lines: string | undefined;
}

const cases: readonly Case[] = [
  { what: 'a word', text: 'a b c\nd\n', range: [2, 3], now: 'B', lines: '1-1: "a B c"' },
  { what: 'after an emoji', text: '🐶🐶 b\n', range: [5, 6], now: 'c', lines: '1-1: "🐶🐶 c"' },
  { what: 'after tabs', text: '\t\tb\n', range: [2, 3], now: 'c', lines: '1-1: "\\t\\tc"' },
  { what: 'in the middle', text: 'a\nb\nc\n', range: [2, 3], now: 'B', from: 2, lines: '2-2: "B"' },
  {
    what: 'from the first line of its report on',
    text: 'a\nb\nc\n',
    range: [4, 5],
    now: 'C',
    from: 2,
    lines: '2-3: "b\\nC"',
  },
  { what: 'before its report', text: 'a\nb\n', range: [0, 1], now: 'A', from: 2, lines: '1-2: "A\\nb"' },
  {
    what: 'at the end of the line before',
    text: 'a\nb\n',
    range: [1, 1],
    now: '\n// why',
    from: 2,
    lines: '2-2: "// why\\nb"',
  },
  { what: 'put in at a line’s end', text: 'a\nb\n', range: [1, 1], now: ';', lines: '1-1: "a;"' },
  {
    what: 'put in at a line’s start',
    text: 'a\nb\n',
    range: [0, 0],
    now: '// why\n',
    lines: '1-1: "// why\\na"',
  },
  {
    what: 'put in at the start of the next',
    text: 'a\nb\n',
    range: [2, 2],
    now: 'x\n',
    lines: '1-1: "a\\nx"',
  },
  { what: 'several lines', text: 'a(\n1,\n)\n', range: [1, 7], now: '(1)', lines: '1-3: "a(1)"' },
  { what: 'one of them alone changes', text: 'a\nb\nc\n', range: [0, 5], now: 'A\nb\nc', lines: '1-1: "A"' },
  { what: 'a line is taken out', text: 'a\nb\nc\n', range: [2, 4], now: '', from: 2, lines: '2-3: "c"' },
  { what: 'the last line is taken out', text: 'a\nb\n', range: [2, 4], now: '', from: 2, lines: '1-2: "a"' },
  { what: 'its break is taken out', text: 'a\nb\n', range: [1, 2], now: ' ', lines: '1-2: "a b"' },
  { what: 'a line becomes empty', text: 'a\nb\n', range: [0, 1], now: '', lines: '1-2: "\\nb"' },
  { what: 'the last becomes empty', text: 'a\nb\n', range: [2, 3], now: '', from: 2, lines: '1-2: "a\\n"' },
  { what: 'the only line becomes empty', text: 'a', range: [0, 1], now: '', lines: '1-1: ""' },
  { what: 'CRLF outside', text: 'a\r\nb\r\n', range: [0, 1], now: 'A', lines: '1-1: "A"' },
  { what: 'CRLF inside', text: 'a\r\nb\r\n', range: [0, 4], now: 'A\r\nB', lines: '1-2: "A\\r\\nB"' },
  { what: 'between CR and LF', text: 'a\r\nb\r\n', range: [2, 2], now: '!', lines: '1-2: "a\\r!\\nb"' },
  { what: 'CR goes', text: 'a\r\nb', range: [1, 2], now: '', lines: '1-2: "a\\nb"' },
  { what: 'a byte order mark stays', text: '\uFEFFa\n', range: [0, 1], now: 'b', lines: '1-1: "\uFEFFb"' },
  { what: 'a byte order mark goes', text: '\uFEFFa\n', range: [-1, 0], now: '', lines: '1-1: "a"' },
  { what: 'a byte order mark comes', text: 'a\n', range: [0, 0], now: '\uFEFF', lines: '1-1: "\uFEFFa"' },
  { what: 'no break at the end', text: 'a\nb', range: [2, 3], now: 'c', from: 2, lines: '2-2: "c"' },
  { what: 'a break comes at the end', text: 'a', range: [1, 1], now: '\n', lines: '1-1: "a\\n"' },
  { what: 'a line comes at the end', text: 'a\n', range: [2, 2], now: 'b\n', lines: '1-1: "a\\nb"' },
  { what: 'the last break goes', text: 'a\nb\n', range: [3, 4], now: '', from: 2, lines: undefined },
  { what: 'the file goes', text: 'a\n', range: [0, 2], now: '', lines: undefined },
  { what: 'empty lines at the end go', text: 'a\n\n\n', range: [2, 4], now: '', from: 2, lines: '1-3: "a"' },
  { what: 'a file of nothing', text: '', range: [0, 0], now: 'a', lines: '1-1: "a"' },
  {
    what: 'ESLint’s line is none of git’s',
    text: 'a\u2028b\n',
    range: [2, 3],
    now: 'c',
    lines: '1-1: "a\u2028c"',
  },
];

describe('an edit as whole lines', () => {
  test.each(cases)('$what', ({ text, range, now, from, lines }) => {
    const suggestion = linesFor(text, range, now, from);
    expect(shown(suggestion)).toBe(lines);
    if (!suggestion) return;
    const after = eslintApplies(text, { range: [...range], text: now });
    expect(rdjsonApplies(text, suggestion)).toBe(after);
    if (hostDecides(text, suggestion)) return;
    expect(hostApplies(text, suggestion)).toEqual(linesOf(after));
  });
});

/** Where the last line has no break the host decides whether it gets one; and what is left of the only line. */
function hostDecides(text: string, suggestion: Suggestion): boolean {
  return lastBreak(text) === '' || (suggestion.text === '' && linesOf(text).length === 1);
}

const piece = fc.constantFrom('a', ' ', '\t', 'é', '🐶', '\n', '\n', '\r\n', '\r', '\u2028', '`', '\uFEFF');
const pieces = fc.array(piece, { maxLength: 30 });

/** A text, and two places in it that split no character. */
const edited = fc
  .record({ mark: fc.boolean(), before: pieces, old: pieces, after: pieces, now: pieces, at: fc.nat(40) })
  .map(({ mark, before, old, after, now, at }) => {
    const plain = [...before, ...old, ...after].join('');
    const start = before.join('').length;
    // What begins with a mark has one.
    const text = mark && !plain.startsWith('\uFEFF') ? `\uFEFF${plain}` : plain;
    const own = plain.startsWith('\uFEFF') ? 1 : 0;
    const range: [number, number] = [
      Math.max(start - own, 0),
      Math.max(start + old.join('').length - own, 0),
    ];
    return { text, range, now: now.join(''), from: (at % Math.max(linesOf(text).length, 1)) + 1 };
  });

describe('any edit of any text', () => {
  test('is the same to rdjson as to ESLint, or takes away the last line break', () => {
    let told = 0;
    fc.assert(
      fc.property(edited, ({ text, range, now, from }) => {
        const after = eslintApplies(text, { range, text: now });
        const suggestion = linesFor(text, range, now, from);
        if (!suggestion) {
          const left = after === lastBreak(text) ? 'nothing' : lastBreak(after);
          expect(left).not.toBe(lastBreak(text));
          return;
        }
        told += 1;
        expect(Buffer.from(rdjsonApplies(text, suggestion))).toEqual(Buffer.from(after));
      }),
      { numRuns: 5000 },
    );
    expect(told).toBeGreaterThan(4000);
  });

  test('is the same lines to GitHub and GitLab', () => {
    fc.assert(
      fc.property(edited, ({ text, range, now, from }) => {
        const suggestion = linesFor(text, range, now, from);
        if (!suggestion) return;
        const after = eslintApplies(text, { range, text: now });
        if (linesOf(text).length > 1 && after !== '') expect(suggestion.text).not.toBe('');
        if (hostDecides(text, suggestion)) return;
        expect(hostApplies(text, suggestion)).toEqual(linesOf(after));
      }),
      { numRuns: 5000 },
    );
  });

  test('begins where its report begins, and ends in it', () => {
    fc.assert(
      fc.property(edited, fc.nat(40), fc.nat(40), ({ text, range, now }, one, two) => {
        const plain = text.replace(/^\uFEFF/, '');
        const ends = [one, two].map((each) => each % (plain.length + 1)).sort((a, b) => a - b);
        const [start, end] = ends.map((each) => eslintPosition(plain, each));
        const result = resultOf('/work/a.ts', text, {
          ...start,
          endLine: end?.line,
          endColumn: end?.column,
          suggestions: [{ desc: 'Do it.', messageId: 'do', fix: { range, text: now } }],
        });
        const [diagnostic] = rdjson([result], dataOf('/work')).diagnostics;
        const place = diagnostic?.location.range;
        const lines = text.match(/[^\n]*\n|[^\n]+$/g)?.length ?? 1;
        expect(place?.start.line).toBeLessThanOrEqual(lines);
        for (const suggestion of diagnostic?.suggestions ?? []) {
          expect(suggestion.range.start.line).toBe(place?.start.line);
          expect(suggestion.range.end.line).toBeLessThanOrEqual(place?.end?.line ?? place?.start.line ?? 0);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('columns', () => {
  test('are bytes of the file, counted from 1', () => {
    fc.assert(
      fc.property(fc.boolean(), pieces, pieces, pieces, (mark, before, reported, after) => {
        const clean = [before, reported, after].map((each) => each.join('').replaceAll('\uFEFF', ''));
        const [one = '', two = '', three = ''] = clean;
        // A line break that the reported text shares with what is around it is no place to begin or end.
        if (
          one.endsWith('\r') ||
          two.startsWith('\n') ||
          /\r$|\n$/.test(two) ||
          three.startsWith('\n') ||
          two === ''
        )
          return;
        const plain = one + two + three;
        const text = (mark ? '\uFEFF' : '') + plain;
        const [start, end] = [
          eslintPosition(plain, one.length),
          eslintPosition(plain, one.length + two.length),
        ];
        const result = resultOf('/work/a.ts', text, { ...start, endLine: end.line, endColumn: end.column });
        const [diagnostic] = rdjson([result], dataOf('/work')).diagnostics;
        expect(bytesIn(text, diagnostic?.location.range)).toBe(two);
      }),
      { numRuns: 3000 },
    );
  });
});

/** Where ESLint says that an offset is. */
function eslintPosition(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|[\n\u2028\u2029]|\r(?!\n)/);
  // Between CR and LF is the end of the line.
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function bytesIn(
  text: string,
  range: { start: { line: number; column: number }; end?: { line: number; column: number } } | undefined,
): string | undefined {
  if (!range?.end) return undefined;
  const bytes = Buffer.from(text);
  const at = ({ line, column }: { line: number; column: number }): number => {
    let start = 0;
    for (let each = 1; each < line; each += 1) start = bytes.indexOf('\n', start) + 1;
    return start + column - 1;
  };
  return bytes.subarray(at(range.start), at(range.end)).toString();
}
