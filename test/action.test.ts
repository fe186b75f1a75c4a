import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { DiagnosticResult } from '../formatter/src/index.js';
import { root } from '../scripts/support.js';
import { version } from './formatter/reviewdog.js';
import { isRdjson, problems } from './formatter/schema.js';

/* The action for GitHub, as far as it runs without GitHub: its steps are run by bash, with what inputs give them. */

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const text = readFileSync(join(root, 'action.yml'), 'utf8');
const action = parse(text) as Action;
const { steps } = action.runs;
const declared = Object.keys(action.inputs).sort();

function step(name: string): Step {
  const found = steps.find((each) => each.name === name);
  if (!found) throw new Error(`There is no step ${name}.`);
  return found;
}

describe('the action', () => {
  test('uses every input that it declares, and no other', () => {
    const used = [...text.matchAll(/\$\{\{ inputs\.([\w-]+) \}\}/g)].map(([, name]) => name ?? '');
    expect([...new Set(used)].sort()).toEqual(declared);
    for (const { description, default: value } of Object.values(action.inputs)) {
      expect(description).toMatch(/\.$/);
      expect(value).toBeDefined();
    }
  });

  test('takes other actions by commit, and says which version that is', () => {
    const used = [...text.matchAll(/uses: (.+)/g)].map(([, name]) => name ?? '');
    expect(used).toHaveLength(1);
    for (const each of used) expect(each).toMatch(/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('installs the version of reviewdog that the formatter is tested with', () => {
    expect(action.inputs['reviewdog-version']?.default).toBe(version);
  });

  test('has a shell for each step, no input within a script, and scripts that bash reads', () => {
    const scripts = steps.filter(({ run }) => run !== undefined);
    expect(scripts).toHaveLength(2);
    for (const { run = '', shell } of scripts) {
      expect(shell).toBe('bash');
      expect(run).not.toContain('${{');
      const { status, stderr } = spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
    }
  });

  test('is what its documentation says', () => {
    const page = readFileSync(join(root, 'docs/pull-requests.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([\w-]+)` +\| (?:`([^`]*)`)? +\|/gm)];
    expect(rows.map(([, name]) => name ?? '').sort()).toEqual(declared);
    for (const [, name = '', value = ''] of rows) {
      const { default: real = '' } = action.inputs[name] ?? {};
      expect(real.replace(/^\$\{\{ (.*) \}\}$/, '$1')).toBe(value);
    }
    const workflows = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, each = '']) => each);
    expect(workflows.length).toBeGreaterThan(3);
    for (const workflow of workflows) {
      expect(() => parse(workflow) as unknown).not.toThrow();
      const given = /uses: eslint-plugin-tasks\/eslint-plugin-tasks@v(\S+)\n +with:\n((?: {10}\S.*\n)+)/.exec(
        workflow,
      );
      if (!given) continue;
      const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
      expect(given[1]).toBe(manifest.version);
      for (const [, name] of (given[2] ?? '').matchAll(/^ +([\w-]+):/gm)) expect(declared).toContain(name);
    }
  });
});

let folder: string;
let programs: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'eslint-action-'));
  programs = join(folder, 'bin');
  for (const each of ['bin', 'temp', 'app/src', 'bare']) mkdirSync(join(folder, each), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'app/node_modules'), 'junction');
  writeFileSync(join(folder, 'app/package.json'), '{ "type": "module" }\n');
  writeFileSync(
    join(folder, 'app/eslint.config.js'),
    'export default [{ rules: { eqeqeq: "error", "no-debugger": "warn" } }];\n',
  );
  writeFileSync(join(folder, 'app/src/a.js'), 'export const same = (a, b) => a == b;\n');
  writeFileSync(join(folder, 'app/src/b.js'), 'debugger;\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program that writes down what it is called with, and does something. */
function program(name: string, script: string): void {
  const file = join(programs, name);
  writeFileSync(
    file,
    `#!/usr/bin/env bash\nprintf '%s\\n' "$@" > "${join(folder, `${name}.args`)}"\n${script}\n`,
  );
  chmodSync(file, 0o755);
}

function calledWith(name: string): readonly string[] {
  return readFileSync(join(folder, `${name}.args`), 'utf8')
    .trimEnd()
    .split('\n');
}

/** Runs a step as a runner would. */
function runs(
  name: string,
  where: string,
  given: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly output: string } {
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([key, each]) => [key, given[key] ?? each.default ?? '']),
  );
  const { run = '', env = {} } = step(name);
  const own = Object.entries(env).map(([key, value]) => [
    key,
    value.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => inputs[input] ?? ''),
  ]);
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run],
    {
      cwd: join(folder, where),
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
        RUNNER_TEMP: join(folder, 'temp'),
        GITHUB_ACTION_PATH: root,
        ...(Object.fromEntries(own) as Record<string, string>),
      },
    },
  );
  return { status, output: stdout + stderr };
}

const report = (): DiagnosticResult =>
  JSON.parse(readFileSync(join(folder, 'temp/eslint.rdjson'), 'utf8')) as DiagnosticResult;

describe('the step that lints', () => {
  test('runs the project’s ESLint with the project’s formatter, and leaves errors to reviewdog', () => {
    const { status, output } = runs('Lint', 'app');
    expect(status, output).toBe(0);
    expect(problems(isRdjson, report())).toEqual([]);
    expect(report().diagnostics.map(({ location, code }) => `${location.path} ${code?.value ?? ''}`)).toEqual(
      ['src/a.js eqeqeq', 'src/b.js no-debugger'],
    );
  });

  test('takes several arguments, and writes SARIF where it is told to', () => {
    const { status, output } = runs('Lint', 'app', { paths: 'src/b.js\n--quiet', sarif: 'out/eslint.sarif' });
    expect(status, output).toBe(0);
    expect(report().diagnostics).toEqual([]);
    expect(existsSync(join(folder, 'app/out/eslint.sarif'))).toBe(true);
  });

  test('fails where ESLint fails', () => {
    const { status, output } = runs('Lint', 'app', { paths: '--no-such-option' });
    expect(status).toBe(2);
    expect(output).toContain('::error::ESLint failed with exit code 2.');
  });

  test('brings the formatter of its own version where the project has none', () => {
    program('npm', '');
    program('own-eslint', '');
    const { status, output } = runs('Lint', 'bare', { eslint: 'own-eslint --cache', paths: 'src lib' });
    expect(status, output).toBe(0);
    const { version: own } = JSON.parse(readFileSync(join(root, 'formatter/package.json'), 'utf8')) as {
      version: string;
    };
    const place = join(folder, 'temp/eslint-formatter-tasks');
    expect(calledWith('npm')).toEqual([
      ...['install', '--prefix', place, '--ignore-scripts', '--legacy-peer-deps'],
      ...['--no-audit', '--no-fund', '--loglevel=error', `eslint-formatter-tasks@${own}`],
    ]);
    expect(calledWith('own-eslint')).toEqual([
      ...['--cache', 'src', 'lib', '--format', `${place}/node_modules/eslint-formatter-tasks/dist/index.js`],
      ...['--output-file', join(folder, 'temp/eslint.rdjson')],
    ]);
  });
});

describe('the step that reviews', () => {
  test('hands the report, the token and every wish to reviewdog', () => {
    writeFileSync(join(folder, 'temp/eslint.rdjson'), '{ "diagnostics": [] }');
    program(
      'reviewdog',
      `cat > "${folder}/read"; echo "$REVIEWDOG_GITHUB_API_TOKEN" >> "${folder}/read"; exit 3`,
    );
    const { status } = runs('Review', 'app', {
      'github-token': 'secret',
      'fail-level': 'error',
      name: 'our tasks; rm -rf "$HOME"',
    });
    expect(status).toBe(3);
    expect(readFileSync(join(folder, 'read'), 'utf8')).toBe('{ "diagnostics": [] }secret\n');
    expect(calledWith('reviewdog')).toEqual([
      ...['-f=rdjson', '-name=our tasks; rm -rf "$HOME"', '-reporter=github-pr-review'],
      ...['-filter-mode=added', '-fail-level=error', '-level='],
    ]);
  });
});
