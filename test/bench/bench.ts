/**
 * What the plugin costs: all rules together against `@typescript-eslint/no-floating-promises`, on the same
 * files, in one process, alternating, each run with a program of its own; and whether the time per file grows
 * with the project.
 *
 *     npm run bench                   the corpora of 400 and 4,000 files
 *     npm run bench -- --json         the same, for machines
 *     npm run bench -- <dir>          any project that has a tsconfig.json
 *     npm run bench -- --runs 5       more repetitions (default 3)
 *     npm run bench -- --sizes 400    other sizes
 *     npm run bench -- --wrappers     only the corpora in which everything goes through wrappers
 *     npm run bench -- --only tasks   one subject, for a CPU profile (node --cpu-prof)
 */
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { writeCorpus } from './corpus.js';
import { writeWrapperCorpus } from './wrapper-corpus.js';
import {
  measure,
  type Measured,
  median,
  medians,
  type Project,
  projectOf,
  type Subject,
  sum,
  totalOf,
} from './measure.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    sizes: { type: 'string', default: '400,4000' },
    only: { type: 'string' },
    wrappers: { type: 'boolean', default: false },
  },
});

setFlagsFromString('--expose_gc');
globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;

interface Figures {
  readonly files: number;
  readonly reports: number;
  /** Milliseconds in all rules of the plugin. */
  readonly tasks: number;
  readonly noFloatingPromises: number;
  readonly ratio: number;
  readonly microsecondsPerFile: number;
  /** The same for files that cost less than a millisecond: there are no tasks in them. */
  readonly microsecondsPerQuietFile: number;
  readonly rules: Readonly<Record<string, number>>;
  readonly slowestFiles: readonly (readonly [string, number])[];
  /** How much more memory is in use after a typed lint with the plugin than after one without it. */
  readonly heapPercent: number;
}

const log = (text: string): void => {
  if (!flags.json) console.log(text);
};

function compare(project: Project): Figures {
  const runs: Record<Subject, Measured[]> = { tasks: [], 'no-floating-promises': [], both: [] };
  const subjects = (['tasks', 'no-floating-promises'] as const).filter(
    (subject) => flags.only === undefined || flags.only === subject,
  );
  for (let run = 0; run < Number(flags.runs); run += 1) {
    // Whoever comes second finds a warmer machine, so they take turns.
    for (const subject of run % 2 === 0 ? subjects : subjects.toReversed()) {
      const measured = measure(project, subject);
      runs[subject].push(measured);
      log(`  run ${String(run + 1)}, ${subject}: ${totalOf(measured.times).toFixed(0)} ms`);
    }
  }
  const both = flags.only === undefined ? measure(project, 'both').heap : 0;
  const alone = runs['no-floating-promises'].at(-1)?.heap ?? both;

  const middle = (subject: Subject): number => median(runs[subject].map((run) => totalOf(run.times)));
  const [tasks, noFloatingPromises] = [middle('tasks'), middle('no-floating-promises')];
  const times = medians(runs.tasks);
  const byFile = [...times].map(([file, rules]) => [file, sum(rules.values())] as const);
  const quiet = byFile.filter(([, ms]) => ms < 1).map(([, ms]) => ms);
  const names = new Set([...times.values()].flatMap((rules) => [...rules.keys()]));
  return {
    files: project.files.length,
    reports: runs.tasks[0]?.reports ?? 0,
    tasks,
    noFloatingPromises,
    ratio: tasks / noFloatingPromises,
    microsecondsPerFile: (1000 * tasks) / project.files.length,
    microsecondsPerQuietFile: (1000 * sum(quiet)) / quiet.length,
    rules: Object.fromEntries(
      [...names].map((name) => [name, sum([...times.values()].map((rules) => rules.get(name) ?? 0))]),
    ),
    slowestFiles: byFile
      .sort(([, a], [, b]) => b - a)
      .slice(0, 8)
      .map(([file, ms]) => [file.slice(project.folder.length + 1), ms]),
    heapPercent: 100 * (both / alone - 1),
  };
}

function print(title: string, figures: readonly Figures[]): void {
  const rows = figures.map((each) => [
    String(each.files),
    `${each.tasks.toFixed(0)} ms`,
    `${each.noFloatingPromises.toFixed(0)} ms`,
    each.ratio.toFixed(3),
    `${each.microsecondsPerFile.toFixed(0)} µs`,
    `${each.microsecondsPerQuietFile.toFixed(0)} µs`,
    `${((1000 * each.noFloatingPromises) / each.files).toFixed(0)} µs`,
    `${each.heapPercent.toFixed(1)} %`,
    String(each.reports),
  ]);
  const head = [
    'files',
    'all rules',
    'no-floating-promises',
    'ratio',
    'per file',
    'quiet file',
    'n-f-p per file',
    'memory',
    'reports',
  ];
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  log(`\n${title}`);
  for (const row of [head, ...rows]) {
    log(row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('   '));
  }
  for (const { files, rules, slowestFiles } of figures) {
    log(`\nRules, ${String(files)} files (the first one to ask pays for reading the project)`);
    for (const [rule, ms] of Object.entries(rules)) log(`  ${ms.toFixed(1).padStart(8)} ms  ${rule}`);
    log('Slowest files');
    for (const [file, ms] of slowestFiles) log(`  ${ms.toFixed(1).padStart(8)} ms  ${file}`);
  }
}

/** How much more a file costs in the largest project than in the smallest. */
function growthOf(figures: readonly Figures[]): number {
  const [first, last] = [figures[0], figures.at(-1)];
  return first && last ? last.microsecondsPerFile / first.microsecondsPerFile : 1;
}

const [folder] = positionals;
if (folder !== undefined) {
  const figures = compare(projectOf(resolve(folder)));
  print(folder, [figures]);
  if (flags.json) console.log(JSON.stringify({ folder, figures }, undefined, 2));
} else {
  const figures: Figures[] = [];
  // Compiles what both need; its figures do not count.
  const warm = await writeCorpus(200);
  const warmUp = projectOf(warm.folder, warm.files, warm.settings);
  for (const subject of ['tasks', 'no-floating-promises'] as const) measure(warmUp, subject);
  const sizes = flags.sizes.split(',').map(Number);
  const through: Figures[] = [];
  for (const size of sizes) {
    if (!flags.wrappers) {
      const corpus = await writeCorpus(size);
      log(`${String(corpus.files.length)} files`);
      figures.push(compare(projectOf(corpus.folder, corpus.files, corpus.settings)));
    }
    const wrapped = writeWrapperCorpus(size);
    log(`${String(wrapped.files.length)} files, through wrappers`);
    through.push(compare(projectOf(wrapped.folder, wrapped.files, wrapped.settings)));
  }
  if (figures.length > 0)
    print('All rules of the plugin against @typescript-eslint/no-floating-promises', figures);
  print('The same where everything goes through wrappers', through);
  const [load = 0] = loadavg();
  if (load > 1.5)
    log(`\nThe machine was busy with other things (load ${load.toFixed(1)}): take this for a hint.`);
  const worst = Math.max(...[...figures, ...through].map(({ ratio }) => ratio));
  const growth = Math.max(growthOf(figures), growthOf(through));
  const targets = { ratio: worst <= 0.25, linear: growth <= 1.1 };
  log(`\n${targets.ratio ? '✓' : '✗'} at most 0.25 of no-floating-promises: ${worst.toFixed(3)}`);
  log(`${targets.linear ? '✓' : '✗'} time per file does not grow with the project: × ${growth.toFixed(2)}`);
  if (flags.json) console.log(JSON.stringify({ figures, through, growth, targets }, undefined, 2));
}
