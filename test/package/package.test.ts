import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { root, runBin } from '../../scripts/support.js';
import { writeUserProject } from '../user-project.js';
import { packInto, type Packed, testPublishable } from './packed.js';

/*
 * The package as npm publishes it: packed, unpacked into a node_modules folder, and used from there. The folder
 * is beneath the repository, so that its peers (eslint, typescript) are found.
 */

const execute = promisify(execFile);
const place = join(root, '.cache/package');
const installed = join(place, 'node_modules/eslint-plugin-tasks');
let packed: Packed;

beforeAll(async () => {
  // `prepack` builds; the .npmrc of this repository would skip it.
  packed = await packInto(place, 'eslint-plugin-tasks', { scripts: true });
  writeFileSync(join(place, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n');
}, 120_000);

function sources(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

test('the tarball holds the compiled plugin, the pages of the rules, and what every package has', () => {
  const compiled = [...sources('src', '.ts'), ...sources('rules', '.ts')].flatMap((name) => {
    const bare = name.replace(/\.ts$/, '');
    return [`dist/${bare}.d.ts`, `dist/${bare}.js`];
  });
  const expected = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json',
    ...compiled,
    'dist/src/index-before-5.6.d.ts',
    ...sources('rules', '.md'),
  ];
  expect(packed.contents).toEqual(expected.sort());
});

test('the tarball is small', () => {
  console.log(
    `The packed package has ${(packed.size / 1024).toFixed(1)} kB in ${String(packed.contents.length)} files.`,
  );
  expect(packed.size).toBeLessThan(400 * 1024);
});

testPublishable(() => packed);

/** Runs a module of a user's project and gives what it prints. */
async function userRuns(name: string, text: string): Promise<unknown> {
  writeFileSync(join(place, name), text);
  const { stdout } = await execute(process.execPath, [join(place, name)], { cwd: place });
  return JSON.parse(stdout) as unknown;
}

const shown = `JSON.stringify({
  name: plugin.meta.name,
  namespace: plugin.meta.namespace,
  rules: Object.keys(plugin.rules).length,
  configs: Object.keys(plugin.configs),
  own: plugin.configs.strict.plugins.tasks === plugin,
  defineLibrary: typeof plugin.defineLibrary,
})`;
const plugin = () => ({
  name: 'eslint-plugin-tasks',
  namespace: 'tasks',
  rules: sources('rules', '.ts').length,
  configs: ['recommended', 'strict', 'checklist', 'all'],
  own: true,
  defineLibrary: 'function',
});

test('`import` gives the plugin', async () => {
  const text = `import plugin, { defineLibrary } from 'eslint-plugin-tasks';
if (defineLibrary !== plugin.defineLibrary) throw new Error('two of them');
console.log(${shown});`;
  expect(await userRuns('imports.mjs', text)).toEqual(plugin());
});

test('`require` gives the plugin itself', async () => {
  const text = `const plugin = require('eslint-plugin-tasks');\nconsole.log(${shown});`;
  expect(await userRuns('requires.cjs', text)).toEqual(plugin());
});

test('the types serve a configuration in TypeScript', async () => {
  writeFileSync(
    join(place, 'eslint.config.ts'),
    `import { defineConfig } from 'eslint/config';
import tasks, { defineLibrary } from 'eslint-plugin-tasks';

const own = defineLibrary({
  name: 'ours',
  files: ['src/tasks.ts'],
  dispatches: [{ call: 'send', payload: 'arg0' }],
});
// @ts-expect-error it counts runs or retries
defineLibrary({ name: 'ours', files: ['src/tasks.ts'], attempts: { counts: 'tries', default: 1 } });

export default defineConfig([
  { files: ['**/*.ts'], extends: [tasks.configs.recommended], settings: { tasks: { libraries: [own] } } },
  tasks.configs.strict,
]);
`,
  );
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    types: ['node'],
    noEmit: true,
  };
  const project = { compilerOptions, files: ['eslint.config.ts'] };
  writeFileSync(join(place, 'tsconfig.config.json'), JSON.stringify(project));
  const { ok, output } = await runBin('tsc', ['-p', 'tsconfig.config.json'], { cwd: place, silent: true });
  expect(ok, output.slice(0, 3000)).toBe(true);
});

test('ESLint’s command line lints a project with the packed plugin', async () => {
  writeUserProject(place, {
    'src/mails.ts': `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
export const send = (to: string) => mails.add('mail', { to, at: new Date() });
`,
  });
  const { ok, output } = await runBin('eslint', ['src', '-f', 'json'], { cwd: place, silent: true });
  const [result] = JSON.parse(output) as [{ messages: { ruleId: string; line: number }[] }];
  expect(ok).toBe(false);
  expect(result.messages.map(({ ruleId, line }) => `${ruleId} ${String(line)}`)).toEqual([
    'tasks/require-retry-limit 3',
    'tasks/no-unserializable-payload 3',
  ]);
}, 60_000);

test('the packed command explains a file of it', async () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    bin: Readonly<Record<string, string>>;
  };
  const command = join(installed, manifest.bin['eslint-plugin-tasks'] ?? '');
  expect(readFileSync(command, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
  const { stdout } = await execute(process.execPath, [command, 'explain', 'src/mails.ts:3'], { cwd: place });
  expect(stdout).toContain('3:37  dispatch  mails.add  (BullMQ)\n');
  expect(stdout).toMatch(/^ {2}attempts +1 run +defaulted {2}the default of BullMQ$/m);
}, 60_000);
