import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Log } from 'sarif';
import type { DiagnosticResult } from '../../formatter/src/index.js';
import { root } from '../../scripts/support.js';
import type { TasksPlugin } from '../../src/index.js';
import { configuration, example } from './example.js';
import { install, type Installed, pack } from './projects.js';

/*
 * The packed plugin in projects of users: the oldest and the newest of what it supports, and what lies between.
 * docs/compatibility.md shows the table.
 */

const libraries = { bullmq: '5.81.5', 'pg-boss': '12.38.0' };

/** ESLint with typescript-eslint; the first is the lower end of each range of package.json. */
const combinations = [
  {
    name: 'eslint-9.15-typescript-5.0',
    packages: { eslint: '9.15.0', typescript: '5.0.2', 'typescript-eslint': '8.0.0' },
    defineConfig: false,
    compilers: ['typescript/bin/tsc'],
  },
  {
    name: 'eslint-9.39-typescript-5.9',
    packages: { eslint: '9.39.5', typescript: '5.9.3', 'typescript-eslint': '8.72.0' },
    defineConfig: true,
    compilers: ['typescript/bin/tsc'],
  },
  {
    name: 'eslint-10-typescript-6.0',
    packages: { eslint: '10.15.0', typescript: '6.0.3', 'typescript-eslint': '8.72.0' },
    defineConfig: true,
    compilers: ['typescript/bin/tsc'],
  },
  {
    name: 'eslint-10-typescript-6.0-pnpm',
    packages: { eslint: '10.15.0', typescript: '6.0.3', 'typescript-eslint': '8.72.0' },
    defineConfig: true,
    compilers: ['typescript/bin/tsc'],
    pnpm: true,
  },
  {
    name: 'eslint-10-typescript-7-beside-6',
    packages: {
      eslint: '10.15.0',
      '@typescript/native': 'npm:typescript@7.0.2',
      typescript: 'npm:@typescript/typescript6@6.0.2',
      'typescript-eslint': '8.72.0',
    },
    defineConfig: true,
    compilers: ['typescript/bin/tsc6', '@typescript/native/bin/tsc'],
  },
] as const;

const parserOptions = (folder: string) =>
  `languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: ${folder} } }`;
const files = `files: ['src/**/*.{js,ts}']`;

const esm = `import tasks from 'eslint-plugin-tasks';
import tseslint from 'typescript-eslint';
export default [{ ${files}, ...tasks.configs.recommended, ${parserOptions('import.meta.dirname')} }];
`;
const commonJs = `const tasks = require('eslint-plugin-tasks');
const tseslint = require('typescript-eslint');
module.exports = [{ ${files}, ...tasks.configs.recommended, ${parserOptions('__dirname')} }];
`;
const otherName = `import { defineConfig } from 'eslint/config';
import tasks from 'eslint-plugin-tasks';
import tseslint from 'typescript-eslint';
export default defineConfig([
  { ${files}, plugins: { jobs: tasks }, extends: ['jobs/recommended'], ${parserOptions('import.meta.dirname')} },
]);
`;
const untyped = (settings = '{}') => `import tasks from 'eslint-plugin-tasks';
export default [{ ${files}, ...tasks.configs.recommended, settings: { tasks: ${settings} } }];
`;

/** What is reported in any project with types, whatever it is installed with. */
const typed: readonly string[] = [
  'billing:6 tasks/require-error-listener',
  'billing:8 tasks/require-time-limit',
  'billing:11 tasks/no-unserializable-payload',
  'billing:11 tasks/require-retry-backoff',
  'billing:12 tasks/no-unserializable-payload',
  'queues:4 tasks/require-retry-backoff',
  'signup:4 tasks/no-unserializable-payload',
  'signup:5 tasks/no-floating-dispatch',
];
/** What each file tells on its own: no option of a queue that stands elsewhere. */
const alone: readonly string[] = [
  'billing:11 tasks/no-unserializable-payload',
  'billing:11 tasks/require-retry-backoff',
  'billing:12 tasks/no-unserializable-payload',
  'queues:4 tasks/require-retry-backoff',
];

function writeExample({ folder }: Installed, extension: 'js' | 'ts'): void {
  mkdirSync(join(folder, 'src'), { recursive: true });
  for (const [name, text] of Object.entries(example)) {
    writeFileSync(join(folder, `src/${name}.${extension}`), text);
  }
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: [],
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
}

interface Result {
  readonly filePath: string;
  readonly messages: readonly {
    readonly ruleId: string | null;
    readonly line: number;
    readonly message: string;
  }[];
}

/** The reports of ESLint with a configuration: file, line and rule. */
async function lint(project: Installed, config: string, text: string): Promise<readonly string[]> {
  writeFileSync(join(project.folder, config), text);
  const { output } = await project.eslint(['src', '--config', config, '--format', 'json']);
  let results: Result[];
  try {
    // Warnings of Node.js about what is experimental come first.
    results = JSON.parse(output.slice(output.indexOf('[{'), output.lastIndexOf(']') + 1)) as Result[];
  } catch {
    throw new Error(output);
  }
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, line, message }) => {
      const name = basename(filePath, extname(filePath));
      return `${name}:${String(line)} ${ruleId ?? message}`;
    }),
  );
}

beforeAll(pack);

describe.each(combinations)('$name', ({ name, packages, defineConfig, compilers, ...rest }) => {
  let project: Installed;

  beforeAll(async () => {
    project = await install(name, { ...packages, ...libraries }, rest);
    writeExample(project, 'ts');
  });

  test('the plugin meets the packages of the project', () => {
    const from = createRequire(
      realpathSync(join(project.folder, 'node_modules/eslint-plugin-tasks/package.json')),
    );
    for (const each of ['eslint', 'typescript'] as const) {
      expect(from.resolve(each)).toContain(realpathSync(project.folder));
      expect(packages[each]).toContain(project.version(each));
    }
  });

  test('a configuration in ECMAScript', async () => {
    expect(await lint(project, 'eslint.config.mjs', esm)).toEqual(typed);
  });

  test('a configuration in CommonJS', async () => {
    expect(await lint(project, 'eslint.config.cjs', commonJs)).toEqual(typed);
  });

  test('a configuration in TypeScript: wrong options, settings and definitions are errors', async () => {
    writeFileSync(join(project.folder, 'typed.config.ts'), configuration);
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2023'],
      module: 'nodenext',
      strict: true,
      skipLibCheck: true,
      types: [],
      noEmit: true,
    };
    writeFileSync(
      join(project.folder, 'tsconfig.config.json'),
      JSON.stringify({ compilerOptions, files: ['typed.config.ts'] }),
    );
    for (const compiler of compilers) {
      const { ok, output } = await project.node([
        `node_modules/${compiler}`,
        ...['-p', 'tsconfig.config.json'],
      ]);
      expect(ok, `${compiler}: ${output.slice(0, 3000)}`).toBe(true);
    }
  });

  test('eslint-formatter-tasks: rdjson for reviewdog, SARIF beside it', async () => {
    writeFileSync(join(project.folder, 'eslint.config.mjs'), esm);
    const formatter = join(root, 'formatter/dist/index.js');
    const { output } = await project.eslint(['src', '--config', 'eslint.config.mjs', '--format', formatter], {
      ESLINT_SARIF_REPORT: 'eslint.sarif',
    });
    const { diagnostics } = JSON.parse(
      output.slice(output.indexOf('{"'), output.lastIndexOf('}') + 1),
    ) as DiagnosticResult;
    const reports = diagnostics.map(({ location: { path, range }, code }) => {
      expect(code?.url).toMatch(/\.md$/);
      return `${basename(path, '.ts')}:${String(range?.start.line)} ${code?.value ?? ''}`;
    });
    expect(reports).toEqual(typed);
    expect(diagnostics.flatMap(({ suggestions = [] }) => suggestions)).not.toEqual([]);
    const { runs } = JSON.parse(readFileSync(join(project.folder, 'eslint.sarif'), 'utf8')) as Log;
    expect(runs[0]?.results?.map(({ ruleId }) => ruleId)).toEqual(typed.map((each) => each.split(' ')[1]));
  });

  test.runIf(defineConfig)('the plugin under another name', async () => {
    expect(await lint(project, 'other-name.config.mjs', otherName)).toEqual(
      typed.map((each) => each.replace(' tasks/', ' jobs/')),
    );
  });
});

describe('without type information', () => {
  let project: Installed;

  beforeAll(async () => {
    // TypeScript comes along as the plugin's peer.
    project = await install('javascript', { eslint: '10.15.0', ...libraries });
    writeExample(project, 'js');
  });

  test('ESLint’s own parser: what a file alone tells is reported', async () => {
    expect(project.version('typescript')).toMatch(/^6\.0\./);
    expect(await lint(project, 'eslint.config.mjs', untyped())).toEqual(alone);
  });

  test('one setting makes the missing types visible, once a file', async () => {
    const reports = await lint(project, 'missing.config.mjs', untyped("{ missingTypes: 'report' }"));
    const more = reports.filter((each) => !alone.includes(each));
    // Without types nothing says that `signup` dispatches: it names no library.
    expect(more.map((each) => each.split(' ')[0])).toEqual(['billing:1', 'queues:1']);
  });
});

describe('oxlint', () => {
  let project: Installed;

  beforeAll(async () => {
    // Its binary is a package of the registry, chosen by npm for the platform.
    project = await install('oxlint', { oxlint: '1.94.0', eslint: '10.15.0', ...libraries });
    writeExample(project, 'ts');
  });

  test('a plugin of `jsPlugins` reports what ESLint reports without types', async () => {
    const { default: plugin } = (await import(
      join(project.folder, 'node_modules/eslint-plugin-tasks/dist/src/index.js')
    )) as { default: TasksPlugin };
    const config = {
      categories: { correctness: 'off' },
      jsPlugins: [{ name: 'tasks', specifier: 'eslint-plugin-tasks' }],
      rules: plugin.configs.recommended.rules,
    };
    writeFileSync(join(project.folder, '.oxlintrc.json'), JSON.stringify(config));
    // It leaves out what Git ignores, and this repository ignores the folder of these projects.
    mkdirSync(join(project.folder, '.git'), { recursive: true });
    const { output } = await project.node(['node_modules/oxlint/bin/oxlint', '--format', 'json', 'src']);
    const { diagnostics } = JSON.parse(output.slice(output.indexOf('{'))) as {
      diagnostics: { filename: string; code: string; labels: { span: { line: number } }[] }[];
    };
    const reports = diagnostics.map(({ filename, code, labels: [label] }) => {
      const [, namespace = '', rule = ''] = /^(\w+)\((.+)\)$/.exec(code) ?? [];
      return `${basename(filename, '.ts')}:${String(label?.span.line)} ${namespace}/${rule}`;
    });
    // It lints several files at once, in any order.
    expect(reports.sort()).toEqual([...alone].sort());
  });
});
