/** Checks the types of the repository itself, of the formatter and of every fixture project, two at a time. */
import { join, relative } from 'node:path';
import { fixtureProjects, root, runBin } from './support.js';

const waiting = [root, join(root, 'formatter'), ...fixtureProjects()];
let failures = 0;

async function worker(): Promise<void> {
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const { ok, output } = await runBin('tsc', ['-p', folder, '--noEmit'], { silent: true });
    console.log(`${ok ? '✓' : '✗'} ${relative(root, folder) || 'the repository'}`);
    if (ok) continue;
    failures += 1;
    console.log(output);
  }
}

await Promise.all([worker(), worker()]);
process.exitCode = failures === 0 ? 0 : 1;
