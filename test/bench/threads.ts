/**
 * What `eslint --concurrency` gains: the time of ESLint's own command line over a corpus, all in all, with one
 * thread and with more, each with the preset `all`; and whether the reports are the same.
 *
 *     npm run bench:threads                  4,000 files, one thread and two
 *     npm run bench:threads -- --sizes 400   other sizes
 *     npm run bench:threads -- --threads 4   more threads
 *     npm run bench:threads -- --runs 5      more repetitions (default 3)
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/support.js';
import { writeCorpus } from './corpus.js';
import { median } from './measure.js';

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '4000' },
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '3' },
  },
});

for (const size of flags.sizes.split(',').map(Number)) await compare(size);

async function compare(size: number): Promise<void> {
  const { folder, files, settings } = await writeCorpus(size);
  writeFileSync(
    join(folder, 'eslint.config.js'),
    `import tasks from 'eslint-plugin-tasks';
import tseslint from 'typescript-eslint';

export default [
  {
    files: ['src/**/*.ts'],
    ...tasks.configs.all,
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    settings: { tasks: ${JSON.stringify(settings)} },
  },
];
`,
  );
  const output = join(folder, 'reports.json');
  const counts = ['off', flags.threads];
  const times = new Map<string, number[]>(counts.map((count) => [count, []]));
  const reports = new Set<string>();
  for (let run = 0; run < Number(flags.runs); run += 1) {
    // Whoever comes second finds a warmer machine, so they take turns.
    for (const count of run % 2 === 0 ? counts : counts.toReversed()) {
      const start = performance.now();
      await eslint(folder, ['src', '-f', 'json', '-o', output, '--concurrency', count]);
      const time = performance.now() - start;
      times.get(count)?.push(time);
      reports.add(readFileSync(output, 'utf8'));
      console.log(`  run ${String(run + 1)}, --concurrency ${count}: ${(time / 1000).toFixed(1)} s`);
    }
  }
  const [one, more] = counts.map((count) => median(times.get(count) ?? []));
  if (one === undefined || more === undefined) return;
  console.log(
    `${String(files.length)} files: ${(one / 1000).toFixed(1)} s with one thread, ${(more / 1000).toFixed(1)} s with ${flags.threads}: × ${(one / more).toFixed(2)}`,
  );
  console.log(reports.size === 1 ? '✓ the same reports' : '✗ the reports differ');
  if (reports.size !== 1) process.exitCode = 1;
}

/** Runs it to its end; reports (1) are none of a failure, mistakes in how it was called (2) are. */
function eslint(cwd: string, args: readonly string[]): Promise<void> {
  const bin = join(root, 'node_modules/eslint/bin/eslint.js');
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      ['--max-old-space-size=8192', bin, ...args],
      { cwd, maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        if (error && error.code !== 1) fail(new Error(`${stdout}${stderr}`));
        else done();
      },
    );
  });
}
