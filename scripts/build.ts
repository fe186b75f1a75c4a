/**
 * Compiles the plugin into dist, from nothing, and puts the new folder in the old one's place at the end, so
 * that nobody meets half of it. Then makes `eslint-plugin-tasks` resolvable for the fixtures, as if installed.
 */
import { chmodSync, existsSync, lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root, runBin } from './support.js';

const dist = join(root, 'dist');
const fresh = join(root, `.cache/dist-${String(process.pid)}`);

const { ok } = await runBin('tsc', ['-p', 'tsconfig.build.json', '--outDir', fresh]);
if (!ok) {
  rmSync(fresh, { recursive: true, force: true });
  process.exit(1);
}
// npm makes a package's commands executable when it installs them; nobody installs this folder.
chmodSync(join(fresh, 'src/cli.js'), 0o755);
const old = `${fresh}-old`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });

const link = join(root, 'node_modules/eslint-plugin-tasks');
if (!existsSync(link)) {
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync('..', link, 'junction');
}
