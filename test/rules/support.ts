import { expect, describe, it } from 'vitest';
import { type Files, type Finding, lint, type LintOptions, typeErrors } from '../harness.js';

/** One piece of code and what one rule says of it. */
export interface Case {
  /** The claim; the name of the test. */
  readonly name: string;
  /** The file `app.ts`, or several files. What must be underlined stands between « and », in order. */
  readonly code: string | Files;
  /** The rule's options. */
  readonly options?: object;
  /** The messageId of all reports, or of each. Default: the table's. */
  readonly ids?: string | readonly string[];
  /** What each message must contain, in order. */
  readonly messages?: readonly (string | readonly string[])[];
  /** The changed lines of each suggestion's output, for each report. */
  readonly outputs?: readonly (readonly string[])[];
  readonly settings?: object;
  readonly untyped?: boolean;
  /** The sample does not type-check, and that is what it is about. */
  readonly broken?: true;
  /** The rule gets this one wrong today: what it does instead. The test then expects to fail. */
  readonly bug?: string;
  /** Following its suggestion does not end this report, and why that is right (or a bug). */
  readonly staysAfterSuggestion?: string;
}

interface Marked {
  readonly files: Files;
  readonly marks: readonly { readonly file: string; readonly text: string; readonly start: number }[];
}

/** Takes the marks out of the code. */
export function unmark(code: string | Files): Marked {
  const files: Record<string, string> = {};
  const marks: { file: string; text: string; start: number }[] = [];
  for (const [file, marked] of Object.entries(typeof code === 'string' ? { 'app.ts': code } : code)) {
    let text = '';
    const open: number[] = [];
    for (const char of marked) {
      if (char === '«') open.push(text.length);
      else if (char === '»') {
        const start = open.pop() ?? 0;
        marks.push({ file, start, text: text.slice(start) });
      } else text += char;
    }
    files[file] = text;
  }
  return { files, marks };
}

/** The findings of the cases themselves: a project is linted once, however many tests look at it. */
const linted = new WeakMap<Case, readonly Finding[]>();

function findingsOf(rule: string, each: Case): readonly Finding[] {
  let findings = linted.get(each);
  if (!findings) linted.set(each, (findings = lintCase(rule, each)));
  return findings;
}

function lintCase(rule: string, each: Case, files: Files = unmark(each.code).files): readonly Finding[] {
  const options: LintOptions = {
    rules: { [rule]: each.options ?? {} },
    ...(each.settings ? { settings: each.settings } : {}),
    ...(each.untyped ? { untyped: true } : {}),
  };
  return lint(files, options);
}

/** The lines of `after` that are not those of `before`, without the indentation that they share. */
function changedLines(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < now.length - start && end < old.length - start && old.at(-1 - end) === now.at(-1 - end))
    end += 1;
  const lines = now.slice(start, now.length - end);
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  return lines.map((line) => line.slice(Math.min(...indents))).join('\n');
}

const offset = (text: string, line: number, column: number): number =>
  text
    .split('\n')
    .slice(0, line - 1)
    .join('\n').length +
  (line > 1 ? 1 : 0) +
  column -
  1;

/** All reports of a case as `file: text @ offset`, for comparison with its marks. */
function placesOf(findings: readonly Finding[], files: Files): readonly string[] {
  return findings.map(
    (each) => `${each.file}@${String(offset(files[each.file] ?? '', each.line, each.column))} ${each.text}`,
  );
}

/** Tests a table of cases of one rule, and that all of its samples type-check and all suggestions help. */
export function testRule(
  rule: string,
  defaultId: string,
  tables: Readonly<Record<string, readonly Case[]>>,
  { typedOutputs = false }: { readonly typedOutputs?: boolean } = {},
): void {
  const all = Object.values(tables).flat();
  describe.each(Object.entries(tables))('%s', (_, cases) => {
    for (const each of cases) {
      const run = each.bug === undefined ? it : it.fails;
      run(each.name, () => {
        judge(rule, defaultId, each);
      });
    }
  });

  it('the name of every case is its own', () => {
    const names = Object.entries(tables).flatMap(([table, cases]) =>
      cases.map(({ name }) => `${table}: ${name}`),
    );
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('every sample type-checks', () => {
    expect(
      errorsOf(all.filter((each) => !each.broken).map((each) => [each.name, unmark(each.code).files])),
    ).toEqual([]);
  });

  const suggested = all
    .filter((each) => each.bug === undefined)
    .flatMap((each) => {
      const { files } = unmark(each.code);
      return (each.outputs ?? []).length === 0
        ? []
        : [{ each, files, findings: () => findingsOf(rule, each) }];
    });
  if (suggested.length === 0) return;
  describe('what a suggestion makes of the code', () => {
    for (const { each, files, findings } of suggested) {
      const run = each.staysAfterSuggestion === undefined ? it : it.fails;
      run(`${each.name}: is no longer reported`, () => {
        for (const finding of findings()) {
          for (const { output } of finding.suggestions) {
            const before = findings().filter(({ file }) => file === finding.file).length;
            const after = lintCase(rule, each, { ...files, [finding.file]: output }).filter(
              ({ file }) => file === finding.file,
            );
            expect(after.length, `${finding.text}:\n${output}`).toBe(before - 1);
          }
        }
      });
    }

    it.skipIf(!typedOutputs)('type-checks', () => {
      const outputs = suggested
        .filter(({ each }) => !each.broken)
        .flatMap(({ each, files, findings }) =>
          findings().flatMap((finding) =>
            finding.suggestions.map(({ output }): [string, Files] => [
              each.name,
              { ...files, [finding.file]: output },
            ]),
          ),
        );
      expect(errorsOf(outputs)).toEqual([]);
    });
  });
}

function judge(rule: string, defaultId: string, each: Case): void {
  const { files, marks } = unmark(each.code);
  const findings = findingsOf(rule, each);
  expect(placesOf(findings, files)).toEqual(
    marks.map(({ file, start, text }) => `${file}@${String(start)} ${text}`),
  );
  const ids = typeof each.ids === 'object' ? each.ids : marks.map(() => each.ids ?? defaultId);
  expect(findings.map(({ messageId }) => messageId)).toEqual(ids);
  for (const [index, parts] of (each.messages ?? []).entries()) {
    for (const part of typeof parts === 'string' ? [parts] : parts)
      expect(findings[index]?.message).toContain(part);
  }
  if (each.outputs) {
    expect(
      findings.map(({ file, suggestions }) =>
        suggestions.map(({ output }) => changedLines(files[file] ?? '', output)),
      ),
    ).toEqual(each.outputs);
  }
}

/** Type errors of many projects at once, each in a folder of its own. */
export function errorsOf(projects: readonly (readonly [string, Files])[]): readonly string[] {
  const folders = projects.map(([name], index) => `${String(index)}-${name.replace(/[^\w]+/g, '-')}`);
  const files = projects.flatMap(([, each], index) =>
    Object.entries(each)
      .filter(([file]) => /\.[cm]?tsx?$/.test(file))
      .map(([file, text]) => [`${folders[index] ?? ''}/${file}`, text] as const),
  );
  return typeErrors(Object.fromEntries(files));
}
