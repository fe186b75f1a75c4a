import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root, run } from '../../scripts/support.js';

/* What a release does to the versions, on a copy of what it reads. */

const place = join(root, '.cache/release');
const copied = ['package.json', 'formatter/package.json', 'CHANGELOG.md', '.changeset/config.json'];

interface Manifest {
  readonly version: string;
  readonly publishConfig: { readonly provenance: boolean };
  readonly scripts: Readonly<Record<string, string>>;
}

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

beforeAll(() => {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'formatter'), { recursive: true });
  for (const each of copied) cpSync(join(root, each), join(place, each));
});

test('a change of one package gives both the next version, and stands first in its changelog', async () => {
  const before = manifest(join(place, 'package.json')).version;
  const [major = '', minor = ''] = before.split('.');
  writeFileSync(
    join(place, '.changeset/a-change.md'),
    "---\n'eslint-plugin-tasks': minor\n---\n\nFinds more than it did.\n",
  );
  const git = async (...args: readonly string[]): Promise<void> => {
    const { ok, output } = await run('git', args, { cwd: place, silent: true });
    expect(ok, output).toBe(true);
  };
  await git('init', '-q', '-b', 'main');
  await git('add', '.');
  await git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-q', '-m', 'All');
  const program = join(root, 'node_modules/@changesets/cli/bin.js');
  const { ok, output } = await run(process.execPath, [program, 'version'], { cwd: place, silent: true });
  expect(ok, output).toBe(true);

  const after = `${major}.${String(Number(minor) + 1)}.0`;
  expect(manifest(join(place, 'package.json')).version).toBe(after);
  expect(manifest(join(place, 'formatter/package.json')).version).toBe(after);
  const [title, first, rest] = readFileSync(join(place, 'CHANGELOG.md'), 'utf8').split(/^(?=##? )/m);
  expect(title).toBe('# eslint-plugin-tasks\n\n');
  expect(first).toMatch(new RegExp(`^## ${after.replaceAll('.', '\\.')}\n`));
  expect(first).toContain('Finds more than it did.');
  expect(rest).toMatch(new RegExp(`^## ${before.replaceAll('.', '\\.')}\n`));
});

test('what the workflow runs is there, and may ask for provenance', () => {
  const own = manifest(join(root, 'package.json'));
  const text = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8');
  const workflow = parse(text) as { readonly permissions: Readonly<Record<string, string>> };
  expect(workflow.permissions['id-token']).toBe('write');
  for (const path of ['package.json', 'formatter/package.json'])
    expect(manifest(join(root, path)).publishConfig.provenance).toBe(true);
  const scripts = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name ?? '');
  expect(scripts.length).toBeGreaterThan(1);
  expect(Object.keys(own.scripts)).toEqual(expect.arrayContaining(scripts));
});
