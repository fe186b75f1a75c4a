import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root, run } from '../../scripts/support.js';
import { decided, queue, queueFile, write, writeWorkspace } from '../ci/workspace.js';
import { install, type Installed, pack } from './projects.js';

/*
 * Turborepo and Nx keep what a package's task has said for as long as they see no change. What `app` is told hangs
 * on the sources of `queues`: the settings that docs/ci.md gives are to make them see it.
 */

const packages = {
  turbo: '2.11.11',
  nx: '22.7.12',
  eslint: '10.15.0',
  typescript: '6.0.3',
  'typescript-eslint': '8.72.0',
  bullmq: '5.81.5',
};

/** The settings that docs/ci.md gives, in its order. */
const [forTurborepo, forNx] = [
  ...readFileSync(join(root, 'docs/ci.md'), 'utf8').matchAll(/^```json\n(.*?)^```$/gms),
].map(([, json = '']) => json);

interface Tool {
  readonly name: string;
  readonly configuration: string;
  /** As docs/ci.md has it. */
  readonly settings: string | undefined;
  /** As many have it: a package's task knows of the package alone. */
  readonly alone: string;
  readonly args: readonly string[];
  readonly leftovers: readonly string[];
}

const tools: readonly Tool[] = [
  {
    name: 'Turborepo',
    configuration: 'turbo.json',
    settings: forTurborepo,
    alone: '{ "tasks": { "lint": {} } }',
    args: ['node_modules/turbo/bin/turbo', 'run', 'lint', '--continue'],
    leftovers: ['.turbo', 'node_modules/.cache'],
  },
  {
    name: 'Nx',
    configuration: 'nx.json',
    settings: forNx,
    alone: '{ "targetDefaults": { "lint": { "cache": true, "inputs": ["default"] } } }',
    args: ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'lint'],
    leftovers: ['.nx'],
  },
];

/** Nobody is told that this runs, and nothing stays behind. */
const quiet = {
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NX_TUI: 'false',
  CI: 'true',
};

describe.each(tools)('$name', ({ configuration, settings, alone, args, leftovers }) => {
  let project: Installed;

  beforeAll(async () => {
    await pack();
    project = await install('monorepo', packages);
    const { folder } = project;
    const manifest = {
      name: 'workspace',
      private: true,
      type: 'module',
      packageManager: 'npm@10.9.0',
      workspaces: ['packages/*'],
    };
    write(join(folder, 'package.json'), JSON.stringify(manifest));
    write(join(folder, '.gitignore'), 'node_modules\n.turbo\n.nx\n');
    // They leave out what Git ignores, and this repository ignores the folder of these projects.
    await run('git', ['init', '-q'], { cwd: folder, silent: true });
  });

  async function lint(): Promise<{ readonly ok: boolean; readonly output: string }> {
    return await run(process.execPath, args, { cwd: project.folder, env: quiet, silent: true });
  }

  function begin(by = ''): void {
    for (const each of leftovers) rmSync(join(project.folder, each), { recursive: true, force: true });
    writeWorkspace(project.folder, decided, { lint: 'eslint src' });
    write(join(project.folder, configuration), by);
  }

  test('as documented, a package is linted again when what it imports has changed', async () => {
    begin(settings);
    const first = await lint();
    expect(first.ok, first.output).toBe(true);
    write(join(project.folder, queueFile), queue);
    const second = await lint();
    expect(second.ok).toBe(false);
    expect(second.output).toContain('tasks/require-retry-limit');
  });

  test('without it, what another package says is not seen', async () => {
    begin(alone);
    const first = await lint();
    expect(first.ok, first.output).toBe(true);
    write(join(project.folder, queueFile), queue);
    const second = await lint();
    expect(second.ok, second.output).toBe(true);
  });
});
