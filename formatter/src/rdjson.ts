import type { ESLint, Linter } from 'eslint';
import { type LineEdit, wholeLines } from './edit.js';
import { type Change, pathFrom, type Place, type Report, reportsIn } from './report.js';
import type { Position } from './text.js';

/** What reviewdog reads with `-f=rdjson`: a DiagnosticResult of the Reviewdog Diagnostic Format. */
export interface DiagnosticResult {
  readonly source: { readonly name: string; readonly url: string };
  readonly diagnostics: readonly Diagnostic[];
}

export interface Diagnostic {
  readonly message: string;
  readonly location: { readonly path: string; readonly range?: Range };
  readonly severity: 'ERROR' | 'WARNING';
  readonly code?: { readonly value: string; readonly url?: string };
  readonly suggestions?: readonly Suggestion[];
  readonly original_output: string;
}

export interface Range {
  readonly start: Position;
  readonly end?: Position;
}

/** Without columns it stands for whole lines, the last one without its line break. */
export interface Suggestion {
  readonly range: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly text: string;
}

/**
 * ESLint's results for reviewdog. What a suggestion has to be follows from reviewdog's code (0.21):
 *
 * - GitHub (service/github/github.go): a comment stands at the lines of the first suggestion, or at those of the
 *   report where the diff lacks the first. A suggestion with other lines than its comment is printed as an error.
 * - GitLab (service/gitlab/gitlab_mr_discussion.go): a comment stands at the first line of the report, and a
 *   suggestion replaces whole lines from there on, whatever its columns; without an end it is left out.
 * - Lines of the diff have lost `\r` (diff/parse.go), so columns would be put into other lines than the file's.
 *
 * So there is one suggestion, the first; it is of whole lines, begins at the first line of its report, and the
 * report is made to end with it where it ended before. What else is possible is said in the message.
 */
export function rdjson(
  results: readonly ESLint.LintResult[],
  { cwd, rulesMeta }: Pick<ESLint.LintResultData, 'cwd' | 'rulesMeta'>,
): DiagnosticResult {
  return {
    source: { name: 'eslint', url: 'https://eslint.org' },
    diagnostics: results.flatMap((result) => {
      const path = pathFrom(cwd, result.filePath);
      return reportsIn(result).map((report) => diagnosticOf(report, path, rulesMeta));
    }),
  };
}

function diagnosticOf(
  report: Report,
  path: string,
  rulesMeta: ESLint.LintResultData['rulesMeta'],
): Diagnostic {
  const { message, place, changes } = report;
  const { ruleId } = message;
  const url = ruleId === null ? undefined : rulesMeta[ruleId]?.docs?.url;
  const located = place && locate(place, changes);
  return {
    message: [message.message, ...said(changes.map(({ description }) => description))].join('\n'),
    location: { path, ...(located && { range: located.range }) },
    severity: message.severity === 2 ? 'ERROR' : 'WARNING',
    ...(ruleId !== null && { code: { value: ruleId, ...(url !== undefined && { url }) } }),
    ...(located?.change && { suggestions: [suggestionOf(located.change)] }),
    original_output: asLine(path, message),
  };
}

/** What the changes do. The first one is the one that is shown. */
function said(descriptions: readonly (string | undefined)[]): readonly string[] {
  const [first, ...others] = descriptions;
  const lines = [
    ...(first === undefined ? [] : [`Suggestion: ${first}`]),
    ...others.map((each) => `Or: ${each ?? 'fix it'}`),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** Where a report is, with the lines of its first change, and that change. */
function locate(
  { source, ...place }: Place,
  [first]: readonly Change[],
): { readonly range: Range; readonly change: LineEdit | undefined } {
  // git has no line after the last line break.
  const most = source.endOf(source.lines);
  let start = Math.min(place.start, most);
  let end = Math.min(place.end, most);
  // An end at the beginning of a line is the end of the line before: nothing of that line is reported.
  const endLine = source.lineAt(end);
  if (end > start && end === source.startOf(endLine)) end = Math.max(source.endOf(endLine - 1), start);
  const change = first && wholeLines(source, first.edit, source.lineAt(start));
  if (change && change.first < source.lineAt(start)) start = source.startOf(change.first);
  if (change && change.last > source.lineAt(end)) end = source.endOf(change.last);
  return {
    range: { start: source.inBytes(start), ...(end > start && { end: source.inBytes(end) }) },
    change,
  };
}

function suggestionOf({ first, last, text }: LineEdit): Suggestion {
  return { range: { start: { line: first }, end: { line: last } }, text };
}

/** What reviewdog prints where it shows no comment; else it would print its own data. */
function asLine(path: string, { line, column, severity, ruleId, message }: Linter.LintMessage): string {
  const place = [path, line, column].filter(Boolean).join(':');
  const rule = ruleId === null ? '' : ` (${ruleId})`;
  return `${place}: ${severity === 2 ? 'error' : 'warning'}: ${message}${rule}`;
}
