/**
 * The demonstration: lints the example application with its own configuration, shows every report where it
 * stands, and compares them with the marks in its source (`// ✗ rule, rule`).
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { root } from './support.js';

const shop = join(root, 'fixtures/shop');
const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = (code: number, text: string): string =>
  isColoured ? `\u001B[${String(code)}m${text}\u001B[0m` : text;
const bold = (text: string): string => paint(1, text);
const dim = (text: string): string => paint(2, text);
const red = (text: string): string => paint(31, text);

interface Tally {
  reported: number;
  expected: number;
}

const eslint = new ESLint({ cwd: shop });
const results = await eslint.lintFiles(['.']);
const rules = new Map<string, Tally>();
const missing: string[] = [];
const unexpected: string[] = [];

for (const { filePath, messages } of results) {
  const lines = readFileSync(filePath, 'utf8').split('\n');
  const name = relative(root, filePath).replaceAll('\\', '/');
  if (messages.length > 0) console.log(`\n${bold(name)}`);
  for (const message of messages) show(message, lines);
  compare(name, lines, messages);
}

console.log(`\n${bold('Reports in fixtures/shop')}`);
for (const [rule, { reported, expected }] of [...rules].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const wanted = reported === expected ? '' : red(`   ${String(expected)} expected`);
  console.log(`${String(reported).padStart(4)}  ${rule}${wanted}`);
}
const total = results.reduce((sum, { messages }) => sum + messages.length, 0);
console.log(`${String(total).padStart(4)}  in ${String(results.length)} files`);

for (const each of missing) console.log(red(`expected, but not reported: ${each}`));
for (const each of unexpected) console.log(red(`reported, but not expected: ${each}`));
if (missing.length + unexpected.length === 0) {
  console.log('These are exactly the reports that the marks in the source (✗) say, and no others.');
} else process.exitCode = 1;

function show(
  { line, column, ruleId, message, suggestions = [] }: Linter.LintMessage,
  lines: readonly string[],
): void {
  const place = `${String(line)}:${String(column)}`;
  const source = (lines[line - 1] ?? '').replace(/\s*\/\/ ✗.*$/, '').trim();
  console.log(`  ${place.padEnd(7)} ${red(ruleId ?? 'error')}   ${dim(source)}`);
  console.log(`          ${message}`);
  for (const { desc } of suggestions) console.log(dim(`          💡 ${desc}`));
}

function compare(name: string, lines: readonly string[], messages: readonly Linter.LintMessage[]): void {
  const expected = lines.flatMap((text, index) => {
    const marked = /\/\/ ✗ (?<rules>.*)$/.exec(text)?.groups?.['rules'] ?? '';
    return marked
      .split(',')
      .map((rule) => rule.trim())
      .filter((rule) => rule !== '')
      .map((rule) => `${name}:${String(index + 1)} tasks/${rule}`);
  });
  const reported = messages.map(({ line, ruleId }) => `${name}:${String(line)} ${ruleId ?? 'error'}`);
  for (const each of expected) tallyOf(each).expected += 1;
  for (const each of reported) tallyOf(each).reported += 1;
  missing.push(...without(expected, reported));
  unexpected.push(...without(reported, expected));
}

function tallyOf(report: string): Tally {
  const rule = report.slice(report.indexOf(' ') + 1);
  let tally = rules.get(rule);
  if (!tally) rules.set(rule, (tally = { reported: 0, expected: 0 }));
  return tally;
}

/** What is in one list and not, or not as often, in the other. */
function without(list: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return list.filter((each) => {
    const at = rest.indexOf(each);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
