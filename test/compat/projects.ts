import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Outcome, root, run } from '../../scripts/support.js';

/*
 * Projects as users have them, each with the packed plugin and its own ESLint, TypeScript and parser. They are
 * installed once into .cache/compat; after that only the plugin in them is replaced.
 */

const place = join(root, '.cache/compat');
const tarball = join(place, 'eslint-plugin-tasks.tgz');

/** What an install of the plugin depends on. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: unknown;
}

export interface Installed {
  readonly folder: string;
  readonly node: (args: readonly string[]) => Promise<Outcome>;
  readonly eslint: (args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Outcome>;
  /** The version of a package as a module of the project gets it; throws where it gets another project's. */
  readonly version: (name: string) => string;
}

/** npm and pnpm take settings from the environment that `npm run` makes; a user's install has none of ours. */
const environment: NodeJS.ProcessEnv = Object.fromEntries(
  ['legacy_peer_deps', 'ignore_scripts', 'workspaces', 'workspace'].map((key) => [
    `npm_config_${key}`,
    undefined,
  ]),
);

/** Packs the plugin as it was built. */
export async function pack(): Promise<void> {
  mkdirSync(place, { recursive: true });
  const { ok, output } = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', place], {
    silent: true,
  });
  if (!ok) throw new Error(`npm pack failed:\n${output}`);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  renameSync(join(place, `eslint-plugin-tasks-${version}.tgz`), tarball);
}

/**
 * Installs a project: its packages, and the plugin from the tarball. Peers are strict, so that a range of
 * package.json that does not fit what is tested here fails the install. No package runs a script.
 */
export async function install(
  name: string,
  packages: Readonly<Record<string, string>>,
  { pnpm = false } = {},
): Promise<Installed> {
  const folder = join(place, name);
  const plugin = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const { dependencies, peerDependencies, peerDependenciesMeta } = plugin;
  const wanted = JSON.stringify([packages, pnpm, dependencies, peerDependencies, peerDependenciesMeta]);
  const hash = createHash('sha256').update(wanted).digest('hex');
  const stamp = join(folder, '.installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const manifest = {
      name: 'user',
      private: true,
      type: 'module',
      devDependencies: { ...packages, 'eslint-plugin-tasks': `file:${tarball}` },
    };
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    const { ok, output } = pnpm
      ? await pnpmInstall(folder)
      : await npmInstall(folder, ['--strict-peer-deps']);
    if (!ok) throw new Error(`${name} could not be installed:\n${output}`);
    writeFileSync(stamp, hash);
  }
  await replacePlugin(folder);
  return {
    folder,
    node: (args) => run(process.execPath, args, { cwd: folder, silent: true }),
    eslint: (args, env = {}) =>
      run(process.execPath, [join(folder, 'node_modules/eslint/bin/eslint.js'), ...args], {
        cwd: folder,
        env,
        silent: true,
      }),
    version: (of) => {
      const file = join(folder, 'node_modules', of, 'package.json');
      return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    },
  };
}

function npmInstall(folder: string, more: readonly string[] = []): Promise<Outcome> {
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', ...more];
  return run('npm', args, { cwd: folder, env: environment, silent: true });
}

/** pnpm itself is a package of the registry, 10 because it is the last that runs on Node.js 20. */
async function pnpmInstall(folder: string): Promise<Outcome> {
  const tool = join(place, 'pnpm');
  const program = join(tool, 'node_modules/pnpm/bin/pnpm.cjs');
  if (!existsSync(program)) {
    mkdirSync(tool, { recursive: true });
    writeFileSync(
      join(tool, 'package.json'),
      '{ "name": "tool", "private": true, "dependencies": { "pnpm": "^10.0.0" } }\n',
    );
    const outcome = await npmInstall(tool);
    if (!outcome.ok) return outcome;
  }
  const args = [
    'install',
    '--ignore-workspace',
    '--ignore-scripts',
    '--no-lockfile',
    '--strict-peer-dependencies',
  ];
  return run(process.execPath, [program, ...args, '--store-dir', join(place, 'pnpm-store')], {
    cwd: folder,
    env: environment,
    silent: true,
  });
}

/** What an install does with a tarball: unpacks it. pnpm links to where it is. */
async function replacePlugin(folder: string): Promise<void> {
  const at = realpathSync(join(folder, 'node_modules/eslint-plugin-tasks'));
  const fresh = join(folder, '.fresh');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  const { ok, output } = await run('tar', ['-xzf', tarball, '-C', fresh], { silent: true });
  if (!ok) throw new Error(output);
  rmSync(at, { recursive: true });
  mkdirSync(dirname(at), { recursive: true });
  renameSync(join(fresh, 'package'), at);
  rmSync(fresh, { recursive: true });
}
