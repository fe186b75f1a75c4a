import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checklistTable, gapsIn, items } from '../scripts/checklist.js';
import { root } from '../scripts/support.js';
import { rules } from '../src/rules.js';

/** A rule as far as the checklist asks. */
const rule = (...checklist: readonly number[]) => {
  const [known] = Object.values(rules);
  if (!known) throw new Error('there are no rules');
  return { meta: { ...known.meta, docs: { ...known.meta.docs, checklist, presets: { strict: {} } } } };
};
/** A rule for every item that a rule can stand for. */
const whole = rule(...items.filter(({ unseen }) => unseen === undefined).map(({ number }) => number));

test('the items are numbered from 1 without a gap', () => {
  expect(items.map(({ number }) => number)).toEqual(items.map((_, index) => index + 1));
});

test('no item is said in two ways', () => {
  const said = items.flatMap(({ asks, means }) => [asks, means]);
  expect(new Set(said).size).toBe(said.length);
});

test('each item has a rule, or a reason why none can stand for it', () => {
  expect(gapsIn(rules)).toEqual([]);
});

test('gaps are told', () => {
  expect(gapsIn({ whole })).toEqual([]);
  expect(gapsIn({})).toHaveLength(items.length - 1);
  expect(gapsIn({ whole, other: rule(99) })).toEqual(['other stands for item 99, which there is not']);
  expect(gapsIn({ whole, watched: rule(16) })).toEqual([
    'item 16 has a rule, and a reason why there is none',
  ]);
});

test('the table links each rule at its items, with its presets, and gives the reasons', () => {
  const table = checklistTable({ 'some-rule': rule(2, 7), 'another-rule': rule(7) });
  const rows = table.split('\n').slice(2);
  expect(rows).toHaveLength(items.length);
  expect(rows[1]).toContain('[some-rule](../rules/some-rule.md) (`strict`)');
  expect(rows[6]).toContain('[another-rule](../rules/another-rule.md) (`strict`)<br>[some-rule]');
  expect(rows[0]).toContain('no rule yet');
  expect(rows[15]).toContain('deployed');
});

test('the page has every rule of the configuration `checklist`', () => {
  const page = readFileSync(join(root, 'docs/checklist.md'), 'utf8');
  const listed = Object.entries(rules).filter(([, { meta }]) => meta.docs.presets.checklist !== undefined);
  for (const [name] of listed) expect(page).toContain(`](../rules/${name}.md)`);
});
