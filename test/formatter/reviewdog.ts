import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../scripts/support.js';

/** The version that the action installs and the formatter was written for. */
export const version = 'v0.21.0';

/**
 * The program: `REVIEWDOG` names it, or it is on PATH, or a Go toolchain installs it beneath `.cache`. Where none
 * of that works it is the reason why.
 */
export async function findReviewdog(): Promise<{ readonly program: string } | { readonly missing: string }> {
  const given = process.env['REVIEWDOG'];
  if (given) return { program: given };
  const installed = onPath('reviewdog');
  if (installed) return { program: installed };
  const folder = join(root, '.cache/reviewdog', version);
  const program = join(folder, executable('reviewdog'));
  if (existsSync(program)) return { program };
  const go = onPath('go');
  if (!go) return { missing: 'neither reviewdog nor go is on PATH' };
  try {
    await promisify(execFile)(go, ['install', `github.com/reviewdog/reviewdog/cmd/reviewdog@${version}`], {
      env: { ...process.env, GOBIN: folder },
      // It takes a minute or two; a network that answers nothing would take much longer to fail.
      timeout: 300_000,
    });
    return { program };
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    return { missing: `go could not install reviewdog: ${stderr.trim().split('\n').at(-1) ?? ''}` };
  }
}

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, executable(name)))
    .find((file) => existsSync(file));
}

function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}
