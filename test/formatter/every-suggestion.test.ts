import type { Linter } from 'eslint';
import { describe, expect, test } from 'vitest';
import { rdjson, sarif } from '../../formatter/src/index.js';
import { rules } from '../../src/rules.js';
import { type Application, example, fixture, fixtures, pages } from '../applications.js';
import { examplesIn, filesOf } from '../examples.js';
import { isRdjson, isSarif, problems } from './schema.js';
import {
  dataOf,
  eslintApplies,
  hostApplies,
  linesOf,
  rdjsonApplies,
  resultOf,
  sarifOffsets,
} from './support.js';

/*
 * Every suggestion of every rule, on all fixtures and all examples of the documentation: what rdjson, a code
 * host and SARIF make of it is, byte for byte, what ESLint makes of it.
 */

const data = dataOf(
  '/work',
  Object.fromEntries(Object.entries(rules).map(([name, { meta }]) => [`tasks/${name}`, meta])),
);
const seen = new Set<string>();
let applied = 0;

/** The texts as they are, and as they are with other line breaks, a byte order mark, tabs and emoji before them. */
const variants: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'a byte order mark': (text) => `\uFEFF${text}`,
  'no last line break': (text) => text.trimEnd(),
};

function judge(application: Application): readonly string[] {
  return application.verify().flatMap(({ file, text, messages }) =>
    Object.entries(variants).flatMap(([variant, of]) => {
      const now = of(text);
      const moved = messages.map((each) => movedTo(now, text, each));
      return judgeFile(`/work/${file}`, now, moved).map(
        (each) => `${application.name} ${file} (${variant}): ${each}`,
      );
    }),
  );
}

function judgeFile(path: string, text: string, messages: readonly Linter.LintMessage[]): readonly string[] {
  const result = resultOf(path, text, ...messages);
  const [reviewed, log] = [rdjson([result], data), sarif([result], data)];
  const wrong = [...problems(isRdjson, reviewed), ...problems(isSarif, log)];
  messages.forEach((message, at) => {
    const say = (problem: string): void => {
      wrong.push(`${message.ruleId ?? ''} line ${message.line} ${problem}`);
    };
    const [shown] = reviewed.diagnostics[at]?.suggestions ?? [];
    const fixes = log.runs[0]?.results?.[at]?.fixes ?? [];
    const suggestions = message.suggestions ?? [];
    if (fixes.length !== suggestions.length) say('SARIF lacks a suggestion');
    if ((shown !== undefined) !== suggestions.length > 0) say('rdjson lacks a suggestion');
    suggestions.forEach(({ desc, fix }, which) => {
      applied += 1;
      seen.add(message.ruleId ?? '');
      const after = eslintApplies(text, fix);
      if (reviewed.diagnostics[at]?.message.includes(desc) !== true) say('the message lacks what is done');
      // As if it were the first.
      const alone = resultOf(path, text, { ...message, suggestions: [{ desc, messageId: '', fix }] });
      const [diagnostic] = rdjson([alone], data).diagnostics;
      const [suggestion] = diagnostic?.suggestions ?? [];
      if (!suggestion || !diagnostic) {
        say(`is lost: ${desc}`);
        return;
      }
      if (which === 0) expect(suggestion).toEqual(shown);
      const { start, end } = diagnostic.location.range ?? {};
      if (suggestion.range.start.line !== start?.line) say('the suggestion begins elsewhere');
      if (suggestion.range.end.line > (end?.line ?? 0)) say('the suggestion ends after its report');
      if (rdjsonApplies(text, suggestion) !== after) say(`rdjson does something else: ${desc}`);
      if (String(hostApplies(text, suggestion)) !== String(linesOf(after)))
        say(`a host does something else: ${desc}`);
      const [change] = fixes[which]?.artifactChanges[0]?.replacements ?? [];
      const range = sarifOffsets(text.replace(/^\uFEFF/, ''), change?.deletedRegion ?? {});
      const viaSarif = eslintApplies(text, { range, text: change?.insertedContent?.text ?? '' });
      if (viaSarif !== after) say(`SARIF does something else: ${desc}`);
    });
  });
  return wrong;
}

/** A report with its places in the same text with other line breaks. */
function movedTo(now: string, text: string, message: Linter.LintMessage): Linter.LintMessage {
  const suggestions = message.suggestions?.map((each) => {
    const { range, text: put } = each.fix;
    const crlf = now.includes('\r\n');
    const moved = (at: number): number => (crlf ? at + (text.slice(0, at).match(/\n/g) ?? []).length : at);
    const fix = {
      range: [moved(range[0]), moved(range[1])] satisfies [number, number],
      text: crlf ? put.replaceAll('\n', '\r\n') : put,
    };
    return { ...each, fix };
  });
  return { ...message, ...(suggestions && { suggestions }) };
}

describe('the fixtures of the libraries', () => {
  test.each(fixtures)('%s', (name) => {
    expect(judge(fixture(name))).toEqual([]);
  });
});

describe('the examples of the documentation', () => {
  test.each(pages)('%s', (page) => {
    for (const each of examplesIn(page).filter(({ language }) => language === 'ts')) {
      expect(judge(example(`line ${each.line}`, filesOf(each)))).toEqual([]);
    }
  });
});

describe('the rest of the rules, with tabs and emoji', () => {
  test('a list that is dispatched one by one', () => {
    const text = `import { Queue, Worker } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
export declare const users: { id: string }[];
export const work = new Worker('🐶', async () => {
\tfor (const user of users) {
\t\tawait mails.add('wëlcome 🐕', user, { priority: 2 });
\t}
}, { connection: {} });
`;
    expect(judge(example('a flow', { 'flow.ts': text }))).toEqual([]);
  });

  test('a call that blocks', () => {
    const text = `import { Worker } from 'bullmq';
import * as bcrypt from 'bcrypt';
export const work = new Worker('🐶', async (job: { data: { list: string[] } }) => {
\tfor (const each of job.data.list) bcrypt.hashSync('🐶' + each, 12);
}, { connection: {} });
`;
    expect(judge(example('a hash', { 'hash.ts': text }))).toEqual([]);
  });
});

test('every rule that makes suggestions was seen, and many of them', () => {
  const making = Object.entries(rules).filter(([, { meta }]) => meta.hasSuggestions);
  expect(making.map(([name]) => `tasks/${name}`).filter((name) => !seen.has(name))).toEqual([]);
  console.log(
    `${applied} suggestions were applied, in ${Object.keys(variants).length} variants of their texts.`,
  );
  expect(applied).toBeGreaterThan(500);
});
