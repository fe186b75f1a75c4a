/**
 * Compiles the plugin and the formatter, each into its dist, from nothing, and puts the new folder in the old
 * one's place at the end, so that nobody meets half of it.
 */
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runBin } from './support.js';

const results = await Promise.all([
  compiled('tsconfig.build.json', 'dist'),
  compiled('formatter/tsconfig.json', 'formatter/dist'),
]);
if (!results.every((each) => each.ok)) {
  for (const { fresh } of results) rmSync(fresh, { recursive: true, force: true });
  process.exit(1);
}
const [plugin] = results;
// npm makes a package's commands executable when it installs them; nobody installs this folder.
chmodSync(join(plugin.fresh, 'src/cli.js'), 0o755);
// TypeScript before 5.6 cannot read an export whose name is a text; package.json gives it declarations without.
const declarations = readFileSync(join(plugin.fresh, 'src/index.d.ts'), 'utf8');
const readable = declarations.replace(/^export \{ plugin as ['"]module\.exports['"] \};\n/m, '');
if (readable === declarations) throw new Error("src/index.d.ts has no export 'module.exports' to leave out.");
writeFileSync(join(plugin.fresh, 'src/index-before-5.6.d.ts'), readable);
for (const { fresh, dist } of results) {
  const old = `${fresh}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

async function compiled(
  project: string,
  folder: string,
): Promise<{ readonly ok: boolean; readonly fresh: string; readonly dist: string }> {
  const fresh = join(root, `.cache/${folder.replace('/', '-')}-${String(process.pid)}`);
  const { ok } = await runBin('tsc', ['-p', project, '--outDir', fresh]);
  return { ok, fresh, dist: join(root, folder) };
}
