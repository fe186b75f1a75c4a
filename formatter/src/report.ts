import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import type { ESLint, Linter } from 'eslint';
import { type Edit, editOf } from './edit.js';
import { SourceText } from './text.js';

/** A report of ESLint, with offsets in the text of its file. */
export interface Report {
  readonly message: Linter.LintMessage;
  /** Undefined where the report is of the file as a whole, or nobody knows its text. */
  readonly place: Place | undefined;
  /** The fix, then the suggestions. */
  readonly changes: readonly Change[];
}

export interface Place {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export interface Change {
  /** What a suggestion does, in its own words; a fix has none. */
  readonly description: string | undefined;
  readonly edit: Edit;
}

/** The reports of a file. */
export function reportsIn(result: ESLint.LintResult): readonly Report[] {
  if (result.messages.length === 0) return [];
  const text = textOf(result);
  const source = text === undefined ? undefined : new SourceText(text);
  return result.messages.map((message) => reportOf(message, source));
}

function reportOf(message: Linter.LintMessage, source: SourceText | undefined): Report {
  const { line, column, endLine, endColumn } = message as Partial<Linter.LintMessage>;
  if (!source || !line) return { message, place: undefined, changes: [] };
  const start = source.offsetOf({ line, column: column ?? 1 });
  const end = endLine ? source.offsetOf({ line: endLine, column: endColumn ?? 1 }) : start;
  const changes = [
    ...(message.fix ? [{ description: undefined, edit: editOf(source, message.fix) }] : []),
    ...(message.suggestions ?? []).map(({ desc, fix }) => ({ description: desc, edit: editOf(source, fix) })),
  ];
  return { message, place: { source, start, end: Math.max(start, end) }, changes };
}

/** The text that the reports are of: as it was fixed, where `--fix` changed it. */
function textOf({ output, source, filePath }: ESLint.LintResult): string | undefined {
  if (output !== undefined || source !== undefined) return output ?? source;
  try {
    return readFileSync(filePath, 'utf8');
  } catch {
    return undefined;
  }
}

/** A file's path from a folder, with slashes; `<text>` is what ESLint calls a text without a file. */
export function pathFrom(folder: string, file: string): string {
  return (isAbsolute(file) ? relative(folder, file) : file).replaceAll('\\', '/');
}
