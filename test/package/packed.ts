import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, test } from 'vitest';
import { root, runBin } from '../../scripts/support.js';

const execute = promisify(execFile);

/** A package as npm publishes it. */
export interface Packed {
  /** Its path. */
  readonly tarball: string;
  /** The paths in it, sorted. */
  readonly contents: readonly string[];
  /** Of the tarball, in bytes. */
  readonly size: number;
  /** Where it is unpacked. */
  readonly installed: string;
}

/**
 * Packs the package of a folder of the repository, and unpacks it into node_modules of a place that is made anew.
 *
 * @param scripts whether its own scripts run, and so `prepack`.
 */
export async function packInto(
  place: string,
  name: string,
  { folder = '', scripts }: { readonly folder?: string; readonly scripts: boolean },
): Promise<Packed> {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'node_modules'), { recursive: true });
  const args = ['pack', '--json', `--ignore-scripts=${String(!scripts)}`, '--pack-destination', place];
  const { stdout } = await execute('npm', args, { cwd: join(root, folder) });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  const tarball = join(place, packed.filename);
  await execute('tar', ['-xzf', tarball, '-C', place]);
  const installed = join(place, 'node_modules', name);
  renameSync(join(place, 'package'), installed);
  return { tarball, contents: packed.files.map(({ path }) => path).sort(), size: packed.size, installed };
}

/** What holds for every package that is to be published. */
export function testPublishable(packed: () => Packed): void {
  test('publint finds nothing', async () => {
    const { installed } = packed();
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  test('the types are right wherever it is imported from', async () => {
    const args = [packed().tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'];
    const { ok, output } = await runBin('attw', args, { silent: true });
    expect(ok, output).toBe(true);
  });
}
