import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The repository. */
export const root = resolve(import.meta.dirname, '..');

export interface Outcome {
  readonly ok: boolean;
  /** What it printed, both streams in order of arrival. */
  readonly output: string;
}

/** Runs a program of the repository; `npx` would look things up, so binaries are named by path. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly silent?: boolean } = {},
): Promise<Outcome> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
        if (!options.silent) process.stdout.write(text);
      });
    }
    child.on('error', (error) => {
      done({ ok: false, output: `${output}${error.message}\n` });
    });
    child.on('close', (code) => {
      done({ ok: code === 0, output });
    });
  });
}

/** Runs a script of a package that is installed here. */
export function runBin(
  name: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<Outcome> {
  return run(join(root, 'node_modules/.bin', name), args, options);
}

/** The folders of the repository's fixture projects: those with a tsconfig.json, but for the libraries' own. */
export function fixtureProjects(): readonly string[] {
  const fixtures = join(root, 'fixtures');
  return projectsIn(fixtures, join(fixtures, 'models'));
}

/** The fixtures of the task libraries, one for each library and version. */
export function libraryProjects(): readonly string[] {
  return projectsIn(join(root, 'fixtures/libraries'));
}

function projectsIn(...folders: readonly string[]): readonly string[] {
  const found = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return found.filter((folder) => existsSync(join(folder, 'tsconfig.json'))).sort();
}
