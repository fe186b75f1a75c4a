import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from 'sarif';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DiagnosticResult } from '../../formatter/src/index.js';
import { root, runBin } from '../../scripts/support.js';
import { isRdjson, isSarif, problems } from '../formatter/schema.js';
import { writeUserProject } from '../user-project.js';
import { packInto, type Packed, testPublishable } from './packed.js';

/* The formatter as npm publishes it: packed, unpacked beneath the repository, and used by ESLint from there. */

const execute = promisify(execFile);
const place = join(root, '.cache/formatter-package');
const installed = join(place, 'node_modules/eslint-formatter-tasks');
let packed: Packed;

beforeAll(async () => {
  // Built already: `prepack` would put a new dist beneath the tests that run beside this one.
  packed = await packInto(place, 'eslint-formatter-tasks', { folder: 'formatter', scripts: false });
  symlinkSync(root, join(place, 'node_modules/eslint-plugin-tasks'), 'junction');
  writeUserProject(place, {
    'src/mails.ts': `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
export const send = (to: string) => mails.add('mail', { to });
`,
  });
}, 120_000);

async function eslint(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { ok, output } = await runBin('eslint', ['src', ...args], { cwd: place, silent: true, env });
  expect(ok, output).toBe(false);
  return output;
}

test('the tarball holds what was compiled, and what every package has', () => {
  const sources = readdirSync(join(root, 'formatter/src')).map((name) => name.replace(/\.ts$/, ''));
  const compiled = sources.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]);
  expect(packed.contents).toEqual(['LICENSE', 'README.md', 'package.json', ...compiled].sort());
  expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
});

testPublishable(() => packed);

test('its version, and what it needs, are the plugin’s', () => {
  interface Manifest {
    readonly version: string;
    readonly engines: object;
    readonly peerDependencies: Readonly<Record<string, string>>;
  }
  const read = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const [own, plugin] = [read(join(installed, 'package.json')), read(join(root, 'package.json'))];
  expect(own.version).toBe(plugin.version);
  expect(own.engines).toEqual(plugin.engines);
  expect(own.peerDependencies['eslint']).toBe(plugin.peerDependencies['eslint']);
});

describe('ESLint prints rdjson', () => {
  test.each(['tasks', 'eslint-formatter-tasks', './node_modules/eslint-formatter-tasks/dist/index.js'])(
    'with -f %s',
    async (name) => {
      const result = JSON.parse(await eslint(['-f', name])) as DiagnosticResult;
      expect(problems(isRdjson, result)).toEqual([]);
      expect(result.diagnostics.map(({ location, code }) => [location.path, code?.value])).toEqual([
        ['src/mails.ts', 'tasks/require-retry-limit'],
      ]);
      expect(result.diagnostics[0]?.suggestions?.[0]?.text).toContain('attempts:');
    },
  );
});

test('one run writes SARIF, too', async () => {
  const output = await eslint(['-f', 'tasks'], { ESLINT_SARIF_REPORT: 'reports/eslint.sarif' });
  expect(problems(isRdjson, JSON.parse(output) as DiagnosticResult)).toEqual([]);
  const log = JSON.parse(readFileSync(join(place, 'reports/eslint.sarif'), 'utf8')) as Log;
  expect(problems(isSarif, log)).toEqual([]);
  expect(log.runs[0]?.results?.map(({ ruleId }) => ruleId)).toEqual(['tasks/require-retry-limit']);
});

test('`import` and `require` give the formatter and its functions', async () => {
  const shown = `JSON.stringify([typeof formatter.default, typeof formatter.rdjson, typeof formatter.sarif])`;
  writeFileSync(
    join(place, 'imports.mjs'),
    `import * as formatter from 'eslint-formatter-tasks';\nconsole.log(${shown});`,
  );
  writeFileSync(
    join(place, 'requires.cjs'),
    `const formatter = require('eslint-formatter-tasks');\nconsole.log(${shown});`,
  );
  for (const name of ['imports.mjs', 'requires.cjs']) {
    const { stdout } = await execute(process.execPath, [join(place, name)], { cwd: place });
    expect(JSON.parse(stdout)).toEqual(['function', 'function', 'function']);
  }
});

test('GitLab’s code quality has its own formatter, which reads the plugin’s reports', async () => {
  await eslint(['-f', 'gitlab'], { ESLINT_CODE_QUALITY_REPORT: 'gl-codequality.json' });
  interface Issue {
    readonly check_name: string;
    readonly fingerprint: string;
    readonly severity: string;
    readonly location: { readonly path: string };
  }
  const issues = JSON.parse(readFileSync(join(place, 'gl-codequality.json'), 'utf8')) as readonly Issue[];
  expect(issues).toHaveLength(1);
  expect(issues[0]).toMatchObject({
    check_name: 'tasks/require-retry-limit',
    location: { path: 'src/mails.ts' },
  });
  expect(issues[0]?.severity).toMatch(/^(?:info|minor|major|critical|blocker)$/);
  expect(issues[0]?.fingerprint).not.toBe('');
});
