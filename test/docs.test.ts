import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { Linter } from 'eslint';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.js';
import type { TaskRule } from '../src/rule.js';
import { rules } from '../src/rules.js';
import { type Example, examplesIn, filesOf, optionsIn, read, repository } from './examples.js';
import { type Files, lint, typeErrors } from './harness.js';

/*
 * Executes the documentation. In a fenced example:
 *
 * - `// file: src/queues.ts` begins a file of the example; without such a line the example is one file;
 * - `// ✗` at the end of a line says that one report begins there, on a line of its own that one begins on the
 *   next; `// ✗ ✗` says that two do; `// ✗ rule, rule` names the rules;
 * - an ESLint comment, `eslint tasks/rule: ["error", { "option": true }]` between slashes and stars, sets options.
 *
 * Fences `ts` are type-checked. Fences `js` are JavaScript; one that imports the plugin is a configuration or a
 * library definition, and holds for the examples after it, up to the next one or to the end of its section.
 */

const ruleNames = Object.keys(rules).sort();

interface Mark {
  readonly file: string;
  readonly line: number;
  /** Undefined where the page does not name it. */
  readonly rule: string | undefined;
}

function marksIn(files: Files): readonly Mark[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const found = /\/\/ (?<marks>✗(?: ✗)*) ?(?<names>[^✗]*)$/.exec(line)?.groups;
      if (!found) return [];
      const names = (found['names'] ?? '').split(',').map((each) => each.trim());
      const each = names[0] === '' ? (found['marks'] ?? '').split(' ').map(() => undefined) : names;
      const isAlone = line.trim().startsWith('// ✗');
      return each.map((rule): Mark => ({ file, line: index + (isAlone ? 2 : 1), rule }));
    }),
  );
}

/** `queues.ts:3`, with the rule where the page names one, of each report that the page promises. */
function promised(files: Files): readonly string[] {
  return marksIn(files)
    .map(({ file, line, rule }) =>
      [`${file}:${String(line)}`, ...(rule === undefined ? [] : [rule])].join(' '),
    )
    .sort();
}

function reported(files: Files, named: boolean, options: Parameters<typeof lint>[1]): readonly string[] {
  return lint(files, options)
    .map(({ file, line, rule }) => [`${file}:${String(line)}`, ...(named ? [rule] : [])].join(' '))
    .sort();
}

const title = ({ page, line, sections }: Example): string =>
  `${page}:${String(line)} ${sections.join(' › ')}`;

function typesOf(example: Example, files: Files): readonly string[] {
  return example.language === 'ts' ? typeErrors(files) : [];
}

// -------------------------------------------------------------------------------------------- rule pages

test('every rule has a page, and every page a rule', () => {
  const pages = readdirSync(join(repository, 'rules')).filter((name) => name.endsWith('.md'));
  expect(pages.map((name) => name.slice(0, -3)).sort()).toEqual(ruleNames);
});

describe.each(ruleNames)('rules/%s.md', (name) => {
  const page = `rules/${name}.md`;
  const text = existsSync(join(repository, page)) ? read(page) : '';
  const rule: TaskRule | undefined = (rules as Readonly<Record<string, TaskRule>>)[name];
  const [schema] = (rule?.meta.schema ?? []) as readonly {
    readonly properties: Readonly<Record<string, unknown>>;
  }[];
  const options = Object.keys(schema?.properties ?? {});
  const examples = text === '' ? [] : examplesIn(page);
  const scripts = examples.filter(importsPlugin);
  const samples = examples.filter((example) => !importsPlugin(example));

  test('has its title, its header marker and all sections in order', () => {
    const [first = ''] = text.split('\n');
    expect(first).toMatch(/^# /);
    expect(first).toContain(`tasks/${name}`);
    expect(text).toContain('<!-- end auto-generated rule header -->');
    expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual([
      'Incorrect',
      'Correct',
      ...(options.length > 0 ? ['Options'] : []),
      'When not to use it',
      'What it cannot see',
      'Checklist',
    ]);
  });

  test('says what production does before the first example', () => {
    const [, after = ''] = text.split('<!-- end auto-generated rule header -->');
    expect(after.slice(0, after.indexOf('\n## ')).trim().length).toBeGreaterThan(200);
  });

  test('documents each option in a section of its own, with its default and its presets', () => {
    const presets: Readonly<Partial<Record<string, object>>> = rule?.meta.docs.presets ?? {};
    const [defaults = {}] = (rule?.meta.defaultOptions ?? []) as readonly Readonly<Record<string, unknown>>[];
    const sections = text
      .split(/^### /m)
      .slice(1)
      .map((section) => section.split(/^## /m)[0] ?? '');
    const documented = sections.filter((section) => section.startsWith('`'));
    expect(documented.map((section) => /^`(\w+)`/.exec(section)?.[1]).sort()).toEqual([...options].sort());
    for (const option of options) {
      const section = documented.find((each) => each.startsWith(`\`${option}\``)) ?? '';
      expect(section).toContain(`Default: \`${JSON.stringify(defaults[option])}\``);
      for (const preset of ['recommended', 'strict', 'checklist'] as const) {
        const set = (presets[preset] as Readonly<Record<string, unknown>> | undefined)?.[option];
        expect(section.includes(`\`${String(set)}\` in \`${preset}\``), `${option} in ${preset}`).toBe(
          set !== undefined,
        );
      }
    }
  });

  test('names the items of the checklist that it stands for', () => {
    const section = text.slice(text.indexOf('\n## Checklist'));
    const items = [...section.matchAll(/^- Item (\d+)/gm)].map((match) => Number(match[1]));
    expect(items).toEqual(rule?.meta.docs.checklist);
  });

  test('has examples of both kinds, and of each option', () => {
    const inSection = (...sections: string[]): readonly Example[] =>
      samples.filter((example) => sections.every((each, index) => example.sections[index]?.startsWith(each)));
    expect(inSection('Incorrect').length).toBeGreaterThan(0);
    expect(inSection('Correct').length).toBeGreaterThan(0);
    for (const option of options)
      expect(inSection('Options', `\`${option}\``).length, option).toBeGreaterThan(0);
    for (const example of inSection('Incorrect'))
      expect(promised(filesOf(example)), title(example)).not.toEqual([]);
    for (const example of inSection('Correct'))
      expect(promised(filesOf(example)), title(example)).toEqual([]);
  });

  if (scripts.length > 0)
    test.each(scripts.map((example) => [title(example), example] as const))('%s', executes);

  test.each(samples.map((example) => [title(example), example] as const))('%s', (_, example) => {
    expect(['ts', 'js']).toContain(example.language);
    const files = filesOf(example);
    const set = optionsIn(example.text, name);
    const settings = { libraries: librariesFor(example, examples) };
    expect(typesOf(example, files)).toEqual([]);
    expect(reported(files, false, { rules: { [name]: set }, settings })).toEqual(promised(files));
    // What a page recommends must not be what another rule is for.
    if (example.sections[0] === 'Correct')
      expect(reported(files, true, { preset: 'recommended', settings })).toEqual([]);
    if (example.sections[0] !== 'Options') return;
    // An example of an option that changes nothing shows nothing.
    expect(Object.keys(set)).toEqual([example.sections[1]?.replaceAll('`', '')]);
    const bare = Object.fromEntries(
      Object.entries(files).map(([file, each]) => [file, each.replace(/\/\* eslint .* \*\//, '')]),
    );
    expect(reported(bare, false, { rules: { [name]: {} }, settings })).not.toEqual(promised(files));
  });
});

// -------------------------------------------------------------------------- README.md, CONTRIBUTING.md, docs/

const require = createRequire(import.meta.url);

/** What a JavaScript example exports, the plugin being the one that is tested. */
function execute(example: Example): readonly unknown[] {
  const modules = new Map<string, Record<string, unknown>>();
  const files = filesOf(example);
  const load = (name: string): Record<string, unknown> => {
    const known = modules.get(name);
    if (known) return known;
    const source = (files[name] ?? '').replaceAll('import.meta.dirname', JSON.stringify(repository));
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2022,
        esModuleInterop: true,
      },
    });
    const module = { exports: {} as Record<string, unknown> };
    modules.set(name, module.exports);
    const requireModule = (specifier: string): unknown => {
      if (specifier === 'eslint-plugin-tasks') return plugin;
      const own = specifier.startsWith('./')
        ? Object.keys(files).find((each) => each === specifier.slice(2))
        : undefined;
      return own === undefined ? (require(specifier) as unknown) : load(own);
    };
    // The text is this repository's own documentation.
    const parameters = ['require', 'module', 'exports', '__dirname'];
    const run = compileFunction(outputText, parameters) as (...given: unknown[]) => void;
    run(requireModule, module, module.exports, repository);
    modules.set(name, module.exports);
    return module.exports;
  };
  return Object.keys(files).flatMap((name) => {
    const exported = load(name);
    return exported['__esModule'] ? Object.values(exported) : [exported];
  });
}

type Defined = Readonly<{ name: string } & Record<string, unknown>>;

function isLibrary(value: unknown): value is Defined {
  return (
    typeof value === 'object' &&
    value !== null &&
    ('packages' in value || 'files' in value) &&
    'name' in value &&
    !('rules' in value) &&
    !('plugins' in value) &&
    !('languageOptions' in value)
  );
}

/** The library definitions among what an example exports: by themselves, or in a configuration's settings. */
function librariesIn(exported: readonly unknown[]): readonly Defined[] {
  return exported.flatMap((value): readonly Defined[] => {
    if (isLibrary(value)) return [value];
    if (Array.isArray(value)) return value.flatMap((each) => librariesIn([each]));
    if (typeof value !== 'object' || value === null) return [];
    const settings = (value as Linter.Config).settings?.['tasks'] as
      { libraries?: readonly Defined[] } | undefined;
    return settings?.libraries ?? [];
  });
}

function configsIn(exported: readonly unknown[]): readonly Linter.Config[][] {
  return exported.filter((value): value is Linter.Config[] => Array.isArray(value));
}

/** Definitions that hold for an example: of the last script before it in the same section. */
function librariesFor(example: Example, all: readonly Example[]): readonly Defined[] {
  const [section] = example.sections;
  const before = all.filter(
    (each) => each.line < example.line && each.sections[0] === section && importsPlugin(each),
  );
  const last = before.at(-1);
  // Beneath a heading of its own an example belongs to the definition under that heading.
  return last && (last.sections.length <= 1 || last.sections[1] === example.sections[1])
    ? librariesIn(execute(last))
    : [];
}

function importsPlugin({ language, text }: Example): boolean {
  return /^[cm]?js$/.test(language) && /(?:from|require\() ?'eslint-plugin-tasks'/.test(text);
}

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md') && existsSync(join(repository, page)));

describe.each(documents)('%s', (page) => {
  const examples = examplesIn(page);
  const scripts = examples.filter(importsPlugin);
  const samples = examples.filter(
    (each) => each.language === 'ts' || (each.language === 'js' && !importsPlugin(each)),
  );

  if (scripts.length > 0)
    test.each(scripts.map((example) => [title(example), example] as const))('%s', executes);

  if (samples.length > 0) {
    test.each(samples.map((example) => [title(example), example] as const))('%s', (_, example) => {
      const files = filesOf(example);
      const libraries = librariesFor(example, examples);
      expect(typesOf(example, files)).toEqual([]);
      expect(reported(files, true, { preset: 'recommended', settings: { libraries } })).toEqual(
        promised(files),
      );
    });
  }

  test('links to files that are there', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(repository, dirname(page), link)))).toEqual([]);
  });
});

/** Runs a configuration or definition, and has ESLint and the plugin judge what it exports. */
function executes(_: string, example: Example): void {
  const exported = execute(example);
  const libraries = librariesIn(exported);
  const configs = configsIn(exported);
  expect(libraries.length + configs.length).toBeGreaterThan(0);
  // `defineLibrary` throws on a mistake; a definition that is written without it is judged here.
  for (const library of libraries) expect(() => plugin.defineLibrary(library as never)).not.toThrow();
  for (const config of configs) {
    // Type information is not to be had in memory; everything else is as it is written.
    const filename = `${repository}/src/example.${config.some((each) => each.files) ? 'ts' : 'js'}`;
    const messages = new Linter({ cwd: repository }).verify('export {};\n', withoutProject(config), {
      filename,
    });
    expect(messages).toEqual([]);
  }
}

function withoutProject(config: readonly Linter.Config[]): Linter.Config[] {
  return config.map((each) => {
    const { parserOptions, ...languageOptions } = each.languageOptions ?? {};
    return each.languageOptions === undefined || parserOptions === undefined
      ? each
      : { ...each, languageOptions };
  });
}
