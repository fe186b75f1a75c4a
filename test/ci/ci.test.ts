import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/support.js';
import { decided, dispatch, queue, queueFile, write, writeWorkspace } from './workspace.js';

/* What docs/ci.md says of ESLint's command line, on a workspace of two packages that lint each other's queues. */

const place = join(root, '.cache/ci');

interface Ended {
  readonly code: number;
  /** What it printed, warnings about itself apart. */
  readonly output: string;
}

/** ESLint's own exit code tells findings (1) from mistakes in how it was called (2). */
function eslint(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const bin = join(root, 'node_modules/eslint/bin/eslint.js');
    execFile(process.execPath, [bin, ...args], { cwd, maxBuffer: 1e8 }, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, output: stdout });
    });
  });
}

interface Result {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string; readonly line: number; readonly message: string }[];
}

/** The reports of a run, as `file:line rule`, in the order of the files' names. */
function reportsOf({ output }: Ended): readonly string[] {
  return (JSON.parse(output) as readonly Result[])
    .flatMap(({ filePath, messages }) =>
      messages.map(({ line, ruleId }) => `${filePath.slice(place.length + 1)}:${String(line)} ${ruleId}`),
    )
    .sort();
}

function begin(ofQueue: string): void {
  rmSync(place, { recursive: true, force: true });
  writeWorkspace(place, ofQueue);
  write(join(place, 'package.json'), '{ "name": "workspace", "private": true, "type": "module" }');
}

const sources = ['packages/app/src', 'packages/queues/src'];

describe('ESLint’s command line', () => {
  beforeAll(() => {
    begin(queue);
  });

  test('exits with 1 for reports, with 0 for none, with 2 for what it cannot do', async () => {
    const rule = 'tasks/require-retry-limit';
    const codes = [
      [],
      ['--rule', `{"${rule}":"off"}`],
      ['--rule', `{"${rule}":"warn"}`],
      ['--rule', `{"${rule}":"warn"}`, '--max-warnings', '0'],
      ['--rule', '{"tasks/no-such-rule":"error"}'],
    ].map(async (args) => (await eslint(place, ...sources, ...args)).code);
    expect(await Promise.all(codes)).toEqual([1, 0, 0, 1, 2]);
  });

  test('gives the same reports with two threads as with one', async () => {
    const args = [...sources, '-f', 'json'];
    const [one, two] = [await eslint(place, ...args), await eslint(place, ...args, '--concurrency', '2')];
    expect(reportsOf(one)).toEqual([
      'packages/app/src/again.ts:2 tasks/require-retry-limit',
      'packages/app/src/send.ts:2 tasks/require-retry-limit',
    ]);
    expect(reportsOf(two)).toEqual(reportsOf(one));
  });

  test('gives the same reports package by package as for the whole', async () => {
    const whole = reportsOf(await eslint(place, ...sources, '-f', 'json'));
    const parts = ['app', 'queues'].map((name) => eslint(join(place, 'packages', name), 'src', '-f', 'json'));
    expect((await Promise.all(parts)).flatMap(reportsOf).sort()).toEqual(whole);
  });

  test('reads the defaults of a queue in another package, each way', async () => {
    begin(decided);
    expect(reportsOf(await eslint(place, ...sources, '-f', 'json'))).toEqual([]);
    expect(reportsOf(await eslint(join(place, 'packages/app'), 'src', '-f', 'json'))).toEqual([]);
    begin(queue);
  });

  test('keeps what is there with --suppress-all, and fails on what is new', async () => {
    expect((await eslint(place, ...sources, '--suppress-all')).code).toBe(0);
    expect(JSON.parse(readFileSync(join(place, 'eslint-suppressions.json'), 'utf8'))).toEqual({
      'packages/app/src/again.ts': { 'tasks/require-retry-limit': { count: 1 } },
      'packages/app/src/send.ts': { 'tasks/require-retry-limit': { count: 1 } },
    });
    expect((await eslint(place, ...sources)).code).toBe(0);
    write(join(place, 'packages/app/src/new.ts'), dispatch);
    expect((await eslint(place, ...sources)).code).toBe(1);
    rmSync(join(place, 'packages/app/src/new.ts'));
    // What is mended must leave the file, too.
    write(join(place, 'packages/app/src/again.ts'), dispatch.replace('{ to })', '{ to }, { attempts: 1 })'));
    expect((await eslint(place, ...sources)).code).toBe(2);
    expect((await eslint(place, ...sources, '--prune-suppressions')).code).toBe(0);
    expect(readFileSync(join(place, 'eslint-suppressions.json'), 'utf8')).not.toContain('again.ts');
  });

  test('with --cache keeps what another file has changed since', async () => {
    begin(queue);
    const args = [...sources, '-f', 'json', '--cache', '--cache-location', join(place, '.eslintcache')];
    expect(reportsOf(await eslint(place, ...args))).toHaveLength(2);
    write(join(place, queueFile), decided);
    expect(reportsOf(await eslint(place, ...args))).toHaveLength(2);
    expect(reportsOf(await eslint(place, ...sources, '-f', 'json'))).toEqual([]);
  });
});
