import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ESLint, Linter } from 'eslint';
import type { Region } from 'sarif';
import type { Suggestion } from '../../formatter/src/index.js';
import { root } from '../../scripts/support.js';

/** ESLint's own way to apply an edit, byte order marks and all; RuleTester uses it for suggestions, too. */
const { applyFixes } = createRequire(import.meta.url)(
  join(root, 'node_modules/eslint/lib/linter/source-code-fixer.js'),
) as {
  applyFixes: (
    text: string,
    messages: readonly { readonly line: number; readonly column: number; readonly fix: object }[],
    shouldFix: boolean,
  ) => { readonly output: string };
};

export function eslintApplies(text: string, fix: Linter.LintMessage['fix'] & object): string {
  return applyFixes(text, [{ line: 1, column: 1, fix: { range: [...fix.range], text: fix.text } }], true)
    .output;
}

/** What rdjson says that a suggestion of whole lines does: the last one keeps its line break. */
export function rdjsonApplies(text: string, { range, text: now }: Suggestion): string {
  const lines: string[] = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const [first, last] = [range.start.line - 1, range.end.line];
  return [...lines.slice(0, first), now, lastBreak(lines[last - 1] ?? ''), ...lines.slice(last)].join('');
}

/** The line break that a text ends with. */
export function lastBreak(text: string): string {
  return /\r?\n$/.exec(text)?.[0] ?? '';
}

/** What GitHub and GitLab do with it: whole lines become other lines, or none. Line breaks are the host's. */
export function hostApplies(text: string, { range, text: now }: Suggestion): readonly string[] {
  const lines = linesOf(text);
  lines.splice(
    range.start.line - 1,
    range.end.line - range.start.line + 1,
    ...(now === '' ? [] : now.replaceAll('\r', '').split('\n')),
  );
  return lines;
}

/** The lines as git counts them, without any carriage return. */
export function linesOf(text: string): string[] {
  const lines = text.replaceAll('\r', '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A region of SARIF in a text, as offsets: UTF-16 code units, from 1, without the byte order mark. */
export function sarifOffsets(
  text: string,
  { startLine = 0, startColumn = 0, endLine = 0, endColumn = 0 }: Region,
): [number, number] {
  const at = (line: number, column: number): number => {
    let start = 0;
    for (let each = 1; each < line; each += 1) start = text.indexOf('\n', start) + 1;
    return start + column - 1;
  };
  return [at(startLine, startColumn), at(endLine, endColumn)];
}

export function resultOf(
  filePath: string,
  source: string,
  ...messages: readonly (Partial<Linter.LintMessage> & { message?: string })[]
): ESLint.LintResult {
  return {
    filePath,
    source,
    messages: messages.map((each) => ({
      ruleId: 'tasks/some-rule',
      severity: 2,
      message: 'Wrong.',
      line: 1,
      column: 1,
      ...each,
    })),
    suppressedMessages: [],
    errorCount: messages.length,
    fatalErrorCount: 0,
    warningCount: 0,
    fixableErrorCount: 0,
    fixableWarningCount: 0,
    usedDeprecatedRules: [],
  };
}

/** What ESLint hands to a formatter besides the results. */
export function dataOf(
  cwd: string,
  rulesMeta: ESLint.LintResultData['rulesMeta'] = {},
): ESLint.LintResultData {
  return { cwd, rulesMeta };
}
