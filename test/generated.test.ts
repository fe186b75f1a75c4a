import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.js';
import type { Preset } from '../src/rule.js';
import { root } from '../scripts/support.js';

interface OptionsSchema {
  readonly type: string;
  readonly properties: Readonly<Record<string, { readonly type?: string; readonly description?: string }>>;
  readonly additionalProperties: boolean;
}

const presets: readonly Preset[] = ['recommended', 'strict', 'checklist'];
const rules = Object.entries(plugin.rules);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  homepage: string;
};

/** Severity and options of a rule in a configuration, undefined where it is not in it. */
function entryOf(config: keyof typeof plugin.configs, rule: string): readonly unknown[] | undefined {
  const entry: unknown = plugin.configs[config].rules?.[`tasks/${rule}`];
  if (entry === undefined) return undefined;
  return Array.isArray(entry) ? (entry as unknown[]) : [entry];
}

/** The options in force: what a configuration says over the rule's defaults. */
function optionsOf(config: keyof typeof plugin.configs, rule: string): object {
  const defaults = plugin.rules[rule]?.meta.defaultOptions[0];
  return Object.assign({}, defaults, entryOf(config, rule)?.[1]);
}

test('every file in rules/ is a rule, and every rule is a file there', () => {
  const files = readdirSync(join(root, 'rules')).filter((file) => file.endsWith('.ts'));
  expect(rules.map(([name]) => `${name}.ts`)).toEqual(files.sort());
});

test('the plugin says its name and version as package.json does', () => {
  expect(plugin.meta).toEqual({ name: manifest.name, version: manifest.version, namespace: 'tasks' });
});

describe.each(rules)('%s', (name, { meta }) => {
  const { docs } = meta;

  test('has a page, under the address that it gives', () => {
    expect(existsSync(join(root, `rules/${name}.md`))).toBe(true);
    expect(docs.url).toBe(`${manifest.homepage.replace('#readme', '')}/blob/main/rules/${name}.md`);
  });

  test('is in `all`, with its default options', () => {
    expect(entryOf('all', name)).toEqual(['error']);
  });

  test.each(presets)('is in `%s` exactly as its meta says', (preset) => {
    const options = docs.presets[preset];
    const expected = options && (Object.keys(options).length > 0 ? ['error', options] : ['error']);
    expect(entryOf(preset, name)).toEqual(expected);
  });

  test('stands for items of the checklist where it is in the preset of that name', () => {
    if (docs.presets.checklist) expect(docs.checklist).not.toEqual([]);
    expect(docs.checklist.every((item) => Number.isInteger(item) && item > 0)).toBe(true);
  });

  test('is described by the rest of a sentence', () => {
    expect(docs.description).toMatch(/^(?:disallow|require|prefer|enforce) [^.]+$/);
    expect(docs.recommended).toBe(docs.presets.recommended !== undefined);
  });

  test('has a closed schema that describes each option, and a default for each', () => {
    const schemas = meta.schema as readonly OptionsSchema[];
    expect(schemas.length).toBeLessThanOrEqual(1);
    const [defaults = {}] = meta.defaultOptions as readonly object[];
    expect(Object.keys(defaults).sort()).toEqual(Object.keys(schemas[0]?.properties ?? {}).sort());
    for (const schema of schemas) {
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      for (const [option, { type, description }] of Object.entries(schema.properties)) {
        expect(['boolean', 'integer', 'array'], option).toContain(type);
        expect(description, option).toMatch(/^[A-Z].{10,}\.$/);
        // What an option does is said by what it allows or asks for, never by a negation. `ignoreVoid` is
        // typescript-eslint's word.
        if (option !== 'ignoreVoid') expect(option).not.toMatch(/^(?:no|not|disable|ignore)[A-Z]/);
      }
    }
  });

  test.each(Object.entries(meta.messages ?? {}))(
    'message %s is short and ends as a sentence does',
    (_id, message) => {
      expect(message.length).toBeLessThanOrEqual(230);
      expect(message).toMatch(/[.:`]$/);
      expect(message).not.toMatch(/\s{2}|\$\{|\n/);
    },
  );

  test('has suggestions where it says so', () => {
    const text = readFileSync(join(root, `rules/${name}.ts`), 'utf8');
    expect(meta.hasSuggestions ?? false).toBe(/\bsuggest: /.test(text));
  });
});

describe('the configurations', () => {
  const names = Object.keys(plugin.configs) as (keyof typeof plugin.configs)[];

  test.each(names)('%s knows the plugin and only rules that exist, as errors', (name) => {
    const config = plugin.configs[name];
    expect(config.name).toBe(`tasks/${name}`);
    expect(config.plugins?.['tasks']).toBe(plugin);
    for (const rule of Object.keys(config.rules ?? {})) {
      const bare = rule.replace('tasks/', '');
      expect(plugin.rules).toHaveProperty([bare]);
      expect(entryOf(name, bare)?.[0]).toBe('error');
    }
  });

  test('`strict` contains `recommended`', () => {
    const { rules: recommended = {} } = plugin.configs.recommended;
    expect(Object.keys(plugin.configs.strict.rules ?? {})).toEqual(
      expect.arrayContaining(Object.keys(recommended)),
    );
    for (const [name] of rules.filter(([each]) => entryOf('recommended', each))) {
      const [weak, strong] = [optionsOf('recommended', name), optionsOf('strict', name)];
      for (const [option, value] of Object.entries(strong)) {
        // `allow…` and `ignore…` report less, every other option more: `strict` never reports less than `recommended`.
        const before: unknown = Object.entries(weak).find(([key]) => key === option)?.[1];
        const weaker = /^(?:allow|ignore)/.test(option)
          ? value === true && before !== true
          : value !== true && before === true;
        expect(weaker, `${name}, ${option}`).toBe(false);
      }
    }
  });
});

test('the architecture names every file of the plugin, but the tables of libraries', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const files = ['src', 'src/tasks', 'src/typescript'].flatMap((folder) =>
    readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts')),
  );
  expect(files.length).toBeGreaterThan(80);
  expect(files.filter((name) => !text.includes(name))).toEqual([]);
});
