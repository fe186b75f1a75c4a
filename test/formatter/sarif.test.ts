import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Log, Result } from 'sarif';
import { sarif } from '../../formatter/src/index.js';
import { rules } from '../../src/rules.js';
import { isSarif, problems } from './schema.js';
import { dataOf, resultOf } from './support.js';

let repository: string;

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'sarif-'));
  mkdirSync(join(repository, '.git'));
  mkdirSync(join(repository, 'app'));
});
afterAll(() => {
  rmSync(repository, { recursive: true });
});

function logged(...results: readonly Parameters<typeof sarif>[0][number][]): Log {
  const meta = {
    'tasks/some-rule': {
      type: 'problem' as const,
      docs: { description: 'Some rule.', url: 'https://example.com/some-rule', recommended: true },
    },
    semi: { type: 'layout' as const, docs: { description: 'Semicolons.' } },
  };
  const log = sarif(results, dataOf(join(repository, 'app'), meta));
  expect(problems(isSarif, log)).toEqual([]);
  return log;
}

const inApp = (name: string): string => join(repository, 'app', name);
const resultsOf = (log: Log): readonly Result[] => log.runs[0]?.results ?? [];

test('rules have what code scanning shows', () => {
  const log = logged(
    resultOf(inApp('a.ts'), 'a\n', {}, { ruleId: 'semi', severity: 1 }, {}, { ruleId: 'other/unknown' }),
  );
  expect(log.runs[0]?.tool.driver.rules).toEqual([
    {
      id: 'tasks/some-rule',
      shortDescription: { text: 'Some rule.' },
      fullDescription: { text: 'Some rule.' },
      helpUri: 'https://example.com/some-rule',
      help: {
        text: 'https://example.com/some-rule',
        markdown: '[tasks/some-rule](https://example.com/some-rule)',
      },
      defaultConfiguration: { level: 'error' },
      properties: { tags: ['problem', 'tasks'], precision: 'high', 'problem.severity': 'error' },
    },
    {
      id: 'semi',
      shortDescription: { text: 'Semicolons.' },
      fullDescription: { text: 'Semicolons.' },
      defaultConfiguration: { level: 'warning' },
      properties: { tags: ['layout', 'eslint'], precision: 'medium', 'problem.severity': 'recommendation' },
    },
    {
      id: 'other/unknown',
      shortDescription: { text: 'other/unknown' },
      fullDescription: { text: 'other/unknown' },
      defaultConfiguration: { level: 'warning' },
      properties: { tags: ['other'], precision: 'medium', 'problem.severity': 'recommendation' },
    },
  ]);
  expect(resultsOf(log).map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
    ['tasks/some-rule', 0, 'error'],
    ['semi', 1, 'warning'],
    ['tasks/some-rule', 0, 'error'],
    ['other/unknown', 2, 'error'],
  ]);
});

test('every rule of the plugin has all of it', () => {
  const ids = Object.keys(rules).map((name) => `tasks/${name}`);
  const meta = Object.fromEntries(Object.entries(rules).map(([name, rule]) => [`tasks/${name}`, rule.meta]));
  const result = resultOf(inApp('a.ts'), 'a\n', ...ids.map((ruleId) => ({ ruleId })));
  const log = sarif([result], dataOf(repository, meta));
  expect(problems(isSarif, log)).toEqual([]);
  const written = log.runs[0]?.tool.driver.rules ?? [];
  expect(written.map(({ id }) => id)).toEqual(ids);
  for (const rule of written) {
    expect(rule.helpUri).toBe(
      `https://github.com/eslint-plugin-tasks/eslint-plugin-tasks/blob/main/rules/${rule.id.slice(6)}.md`,
    );
    expect(rule.shortDescription?.text).not.toBe(rule.id);
    expect(rule.properties?.tags).toContain('tasks');
  }
});

test('paths are from the root of the repository, wherever ESLint runs', () => {
  const log = logged(
    resultOf(inApp('a.ts'), 'a\n', {}),
    resultOf(inApp('[id] ü#?:%.ts'), 'a\n', {}),
    resultOf(join(repository, 'b.ts'), 'a\n', {}, {}),
    resultOf(join(repository, '../outside.ts'), 'a\n', {}),
  );
  const files = resultsOf(log).map(({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation);
  expect(files.slice(0, 4)).toEqual([
    { uri: 'app/a.ts', uriBaseId: '%SRCROOT%', index: 0 },
    { uri: 'app/%5Bid%5D%20%C3%BC%23%3F%3A%25.ts', uriBaseId: '%SRCROOT%', index: 1 },
    { uri: 'b.ts', uriBaseId: '%SRCROOT%', index: 2 },
    { uri: 'b.ts', uriBaseId: '%SRCROOT%', index: 2 },
  ]);
  expect(files[4]?.uri).toMatch(/^file:\/\/\/.*\/outside\.ts$/);
  expect(log.runs[0]?.artifacts).toHaveLength(4);
  // Nothing of this machine but what lies outside.
  expect(JSON.stringify(logged(resultOf(inApp('a.ts'), 'a\n', {})))).not.toContain(repository);
});

test('columns are UTF-16, without the byte order mark', () => {
  const place = { line: 1, column: 3, endLine: 1, endColumn: 6 };
  const [result] = resultsOf(logged(resultOf(inApp('a.ts'), '\uFEFF🐶foo\n', place)));
  expect(result?.locations?.[0]?.physicalLocation?.region).toEqual({
    startLine: 1,
    startColumn: 3,
    endLine: 1,
    endColumn: 6,
  });
});

test('fixes and all suggestions are kept', () => {
  const [result] = resultsOf(
    logged(
      resultOf(inApp('a.ts'), 'foo\r\nbar\r\n', {
        fix: { range: [0, 3], text: 'FOO' },
        suggestions: [
          { desc: 'Remove it.', fix: { range: [0, 5], text: '' } },
          { desc: 'Shout.', fix: { range: [8, 8], text: '!' } },
        ],
      }),
    ),
  );
  const fixes = result?.fixes?.map(({ description, artifactChanges: [change] }) => {
    const [replacement] = change?.replacements ?? [];
    const { startLine, startColumn, endLine, endColumn } = replacement?.deletedRegion ?? {};
    return [
      description?.text,
      startLine,
      startColumn,
      endLine,
      endColumn,
      replacement?.insertedContent?.text,
    ];
  });
  expect(fixes).toEqual([
    [undefined, 1, 1, 1, 4, 'FOO'],
    ['Remove it.', 1, 1, 2, 1, ''],
    ['Shout.', 2, 4, 2, 4, '!'],
  ]);
});

test('what no rule says is a notification, and a file that cannot be parsed a failure', () => {
  const fatal = { ruleId: null, fatal: true as const, message: 'Parsing error' };
  const log = logged(resultOf(inApp('a.ts'), 'a\n', fatal, {}));
  expect(resultsOf(log)).toHaveLength(1);
  const [invocation] = log.runs[0]?.invocations ?? [];
  expect(invocation?.executionSuccessful).toBe(false);
  expect(invocation?.toolExecutionNotifications?.map(({ message }) => message.text)).toEqual([
    'Parsing error',
  ]);
  expect(logged(resultOf(inApp('a.ts'), 'a\n', {})).runs[0]?.invocations?.[0]?.executionSuccessful).toBe(
    true,
  );
});

test('what a comment silences is left out', () => {
  const result = resultOf(inApp('a.ts'), 'a\n');
  const silenced = { ...resultOf(inApp('a.ts'), 'a\n', {}).messages[0], suppressions: [] };
  const log = logged({ ...result, suppressedMessages: [silenced as never] });
  expect(resultsOf(log)).toEqual([]);
});

test('no report is a valid log', () => {
  expect(resultsOf(logged())).toEqual([]);
});

test('the schema finds what is wrong', () => {
  const wrong = (change: object): readonly string[] => {
    const log = logged(resultOf(inApp('a.ts'), 'a\n', {}));
    return problems(isSarif, {
      ...log,
      runs: log.runs.map((run) => ({
        ...run,
        results: resultsOf(log).map((each) => ({ ...each, ...change })),
      })),
    });
  };
  expect(wrong({})).toEqual([]);
  expect(wrong({ level: 'fatal' })).not.toEqual([]);
  expect(wrong({ ruleId: '' })).not.toEqual([]);
  expect(wrong({ fixes: [] })).not.toEqual([]);
  const at = (uri: string): object => ({ locations: [{ physicalLocation: { artifactLocation: { uri } } }] });
  expect(wrong(at('src/a.ts'))).toEqual([]);
  expect(wrong(at('/src/a.ts'))).not.toEqual([]);
  expect(wrong(at('../a.ts'))).not.toEqual([]);
  expect(wrong(at('a b.ts'))).not.toEqual([]);
});
