import { readdirSync, readFileSync } from 'node:fs';
import { ESLint } from 'eslint';
import { beforeAll, expect, test } from 'vitest';
import plugin from '../src/index.js';

const shop = `${import.meta.dirname}/../fixtures/shop`;
const mark = /\/\/ ✗ (?<rules>[\w, -]+)$/;

/** `file:line rule` of every report, and of every mark in the sources. */
let reported: readonly string[] = [];
const intended = readdirSync(`${shop}/src`, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))
  .flatMap((name) =>
    readFileSync(`${shop}/src/${name}`, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        (mark.exec(line)?.groups?.['rules'] ?? '')
          .split(',')
          .filter((rule) => rule.trim() !== '')
          .map((rule) => `${name}:${String(index + 1)} ${rule.trim()}`),
      ),
  )
  .sort();

beforeAll(async () => {
  // The configuration is the one a user would write; it takes the plugin by its name, as it was built.
  const eslint = new ESLint({ cwd: shop });
  const results = await eslint.lintFiles(['src']);
  reported = results
    .flatMap(({ filePath, messages }) =>
      messages.map(
        ({ line, ruleId }) =>
          `${filePath.slice(filePath.indexOf('/fixtures/shop/src/') + '/fixtures/shop/src/'.length)}:${String(line)} ${(ruleId ?? 'no rule').replace('tasks/', '')}`,
      ),
    )
    .sort();
});

test('the example application has something to report of every rule that is recommended', () => {
  const rules = new Set(intended.map((each) => each.split(' ')[1]));
  expect(intended.length).toBeGreaterThan(40);
  const recommended = Object.keys(plugin.configs.recommended.rules ?? {}).map((name) =>
    name.replace('tasks/', ''),
  );
  expect([...rules].sort()).toEqual(recommended.sort());
});

test('the reports on the example application are the marked ones, and no others', () => {
  expect(reported).toEqual(intended);
});

test('its README lists each of them', () => {
  const [, section = ''] = readFileSync(`${shop}/README.md`, 'utf8').split(
    /^## What `recommended` reports$/m,
  );
  const [readme = ''] = section.split(/^## /m);
  const listed = [...readme.matchAll(/^\| src\/(?<at>[^ |]+) +\| `(?<rule>[\w-]+)`/gm)].map(
    ({ groups }) => `${groups?.['at'] ?? ''} ${groups?.['rule'] ?? ''}`,
  );
  expect(listed.sort()).toEqual(intended);
});
