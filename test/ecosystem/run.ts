/**
 * Lints checkouts of public repositories with the built plugin, and compares with the results that are kept.
 *
 *     npm run ecosystem -- --repositories <folder>             compares; fails on a difference
 *     … --only owner/name                                      one repository (may be repeated)
 *     … --update                                               keeps today's results, and the verdicts
 *     … --update --reworded                                    also verdicts of messages with other words
 *     … --unknown                                              every dispatch whose runs are not known
 *     … --labels <file.jsonl>                                  the model against labels made by people
 *     … --no-golden                                            without comparing
 *     … --dist <folder>                                        another build of the plugin
 *     npm run ecosystem -- --summary                           figures of the results that are kept
 */
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Attempts,
  diff,
  figuresOf,
  merge,
  readAllGolden,
  readGolden,
  type Report,
  writeGolden,
} from './golden.js';
import { callersOf, compare, type Compared, isAsked, parseLabels, sharesOf } from './labels.js';
import {
  type DispatchSeen,
  type Found,
  type Job,
  type Linted,
  type Progress,
  settingStates,
} from './linted.js';
import { folder, nameOf, readRepositories, type Package, type Repository } from './repositories.js';

const { values: flags } = parseArgs({
  options: {
    repositories: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    update: { type: 'boolean', default: false },
    reworded: { type: 'boolean', default: false },
    labels: { type: 'string' },
    unknown: { type: 'boolean', default: false },
    summary: { type: 'boolean', default: false },
    'no-golden': { type: 'boolean', default: false },
    dist: { type: 'string', default: resolve(folder, '../../dist') },
  },
});

const minutes = 10;

/** All packages of one repository together. */
interface Result {
  readonly repository: Repository;
  readonly files: ReadonlySet<string>;
  readonly found: readonly Found[];
  readonly dispatches: readonly DispatchSeen[];
  readonly crashes: number;
  /** A package that gave no answer: what is missing says nothing. */
  readonly incomplete: boolean;
}

/** Each package has a process of its own, so that one that dies or hangs takes no other with it. */
function lintPackage(job: Job): Promise<Linted | string> {
  return new Promise((done) => {
    const child = fork(join(folder, 'lint-package.ts'), {
      execArgv: ['--max-old-space-size=12288', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let errors = '';
    let stood = 'before the first file';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const timer = setTimeout(() => {
      done(`no answer in ${String(minutes)} minutes, ${stood}`);
      child.kill('SIGKILL');
    }, minutes * 60_000);
    child.on('message', (message) => {
      const said = message as Linted | Progress;
      if ('next' in said) stood = `at ${said.next}, after ${String(said.done)} of ${String(said.all)} files`;
      else done(said);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done(
        `ended with ${String(signal ?? code)}, ${stood}: ${errors.trim().split('\n').slice(-12).join('\n')}`,
      );
    });
    child.send(job);
  });
}

async function lintRepository(repository: Repository, checkout: string): Promise<Result> {
  console.log(`\n${repository.repository}`);
  const answers: (Linted | string)[] = [];
  for (const each of repository.packages) answers.push(await lintOne(each, checkout));
  const linted = answers.filter((answer) => typeof answer !== 'string');
  // A file may be in two packages' globs; it counts once.
  const files = new Set<string>();
  const found: Found[] = [];
  const dispatches: DispatchSeen[] = [];
  for (const each of linted) {
    found.push(...each.found.filter(({ file }) => !files.has(file)));
    dispatches.push(...each.dispatches.filter(({ file }) => !files.has(file)));
    for (const file of each.files) files.add(file);
  }
  return {
    repository,
    files,
    found,
    dispatches,
    crashes: linted.reduce((sum, { crashes }) => sum + crashes.length, 0),
    incomplete: linted.length < answers.length,
  };
}

async function lintOne(
  { folder: path, files, tsconfig }: Package,
  checkout: string,
): Promise<Linted | string> {
  const start = performance.now();
  const linted = await lintPackage({ checkout, folder: path, files, tsconfig, dist: resolve(flags.dist) });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  if (typeof linted === 'string') {
    console.log(`  ✗ ${path}: ${linted} (${seconds} s)`);
    return linted;
  }
  const { types, crashes, unread, unresolved, programs } = linted;
  const parts = [
    `${String(linted.files.length)} files`,
    `${String(linted.dispatches.length)} dispatches`,
    `${String(linted.found.length)} reports`,
    `${seconds} s`,
    types,
    ...(programs > 1 ? [`${String(programs)} programs`] : []),
  ];
  console.log(`  ${crashes.length > 0 ? '✗' : '✓'} ${path}: ${parts.join(', ')}`);
  for (const { file, rule, error } of crashes) console.log(`    crash of ${rule} at ${file}\n${error}`);
  if (linted.files.length === 0) console.log('    no file matches');
  if (unread.length > 0) {
    console.log(`    ${String(unread.length)} files not linted, for example:`);
    for (const { file, why } of unread.slice(0, 3)) console.log(`      ${file}: ${why}`);
  }
  if (unresolved.length > 0) {
    const imports = unresolved.reduce((sum, [, count]) => sum + count, 0);
    const names = unresolved.slice(0, 8).map(([name, count]) => `${name} (${String(count)})`);
    const more = unresolved.length > names.length ? ', …' : '';
    console.log(`    ${String(imports)} imports lead nowhere: ${names.join(', ')}${more}`);
  }
  return linted;
}

/** Says what differs from the results that are kept, or keeps today's. True when nothing differs. */
function settle({ repository, files, found, dispatches, incomplete }: Result): boolean {
  const { repository: name, commit } = repository;
  if (incomplete) {
    console.log(`  ${name}: not compared, since a package gave no answer`);
    return false;
  }
  const golden = readGolden(name);
  const attempts = attemptsOf(countedOf(dispatches));
  if (flags.update) {
    const reports = merge(found, golden?.reports ?? [], { reworded: flags.reworded });
    writeGolden({ repository: name, commit, files: files.size, attempts, reports });
    const unread = reports.filter(({ verdict }) => verdict === 'unread').length;
    console.log(`  ${name}: kept ${String(reports.length)} reports, ${String(unread)} unread`);
    return true;
  }
  if (!golden) {
    console.log(`  ${name}: ${String(found.length)} reports, none kept yet (--update)`);
    return false;
  }
  const { added, gone } = diff(found, golden.reports);
  const figures = [
    [`commit`, golden.commit, commit],
    [`files`, golden.files, files.size],
    ...settingStates.map((state) => [`runs ${state}`, golden.attempts[state], attempts[state]]),
  ].filter(([, before, now]) => before !== now);
  if (added.length === 0 && gone.length === 0 && figures.length === 0) {
    console.log(`  ${name}: as before`);
    return true;
  }
  console.log(`  ${name}: ${String(added.length)} new, ${String(gone.length)} gone`);
  for (const [what, before, now] of figures)
    console.log(`  ~ ${String(what)}: ${String(before)} → ${String(now)}`);
  for (const each of gone) console.log(`  - ${lineOf(each)}  [${each.verdict}] ${each.why}`);
  for (const each of added) console.log(`  + ${lineOf(each)}`);
  return false;
}

function lineOf({ file, line, rule, message, presets }: Found): string {
  return `${file}:${String(line)} ${rule} (${presets.join(', ')}): ${message}`;
}

function attemptsOf(dispatches: readonly DispatchSeen[]): Attempts {
  const count = (state: string): number =>
    dispatches.filter(({ attempts }) => attempts.state === state).length;
  return {
    stated: count('stated'),
    configured: count('configured'),
    defaulted: count('defaulted'),
    open: count('open'),
    unknown: count('unknown'),
  };
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** The first column is text, the others are figures; the last row is the sum. */
function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join('  ')}`);
  }
}

/**
 * What a dispatch inside a wrapper leaves open is said where the wrapper is called, and counted there. Where
 * several ways lead from one call to the same setting, it is one dispatch.
 */
function countedOf(dispatches: readonly DispatchSeen[]): readonly DispatchSeen[] {
  const distinct = new Map<string, DispatchSeen>();
  for (const each of dispatches) {
    if (each.attempts.state === 'open' && callersOf(each, dispatches).length > 0) continue;
    const { file, line, nameLine, text, attempts } = each;
    distinct.set(JSON.stringify([file, line, nameLine, text, attempts]), each);
  }
  return [...distinct.values()];
}

/** A wrapper that nothing calls is as unknown as what cannot be read. */
function isUnknown({ attempts }: DispatchSeen): boolean {
  return attempts.state === 'unknown' || attempts.state === 'open';
}

function printDispatches(results: readonly Result[]): void {
  console.log(
    '\nThe number of runs, of all dispatches that the model sees; what a wrapper leaves open is counted',
  );
  console.log('where it is called, and is uncalled where nothing does');
  const row = (name: string, dispatches: readonly DispatchSeen[], wrappers: number): (string | number)[] => {
    const { stated, configured, defaulted, open, unknown } = attemptsOf(dispatches);
    const all = dispatches.length;
    return [name, wrappers, all, stated, configured, defaulted, open, unknown, percent(open + unknown, all)];
  };
  const counted = results.map(({ repository, dispatches }) => {
    const wrappers = dispatches.filter((each) => callersOf(each, dispatches).length > 0);
    return {
      name: repository.repository,
      own: countedOf(dispatches),
      wrappers: new Set(wrappers.map(({ file, line }) => `${file}:${String(line)}`)).size,
    };
  });
  const all = counted.flatMap(({ own }) => own);
  printTable(
    [
      'repository',
      'in wrappers',
      'dispatches',
      'stated',
      'configured',
      'default',
      'uncalled',
      'unknown',
      'share not known',
    ],
    [
      ...counted
        .filter(({ own }) => own.length > 0)
        .map(({ name, own, wrappers }) => row(name, own, wrappers)),
      row(
        'all',
        all,
        counted.reduce((sum, { wrappers }) => sum + wrappers, 0),
      ),
    ],
  );
  const unknown = all.filter(isUnknown);
  if (unknown.length === 0) return;
  console.log('\nWhy it is not known');
  printTable(
    ['why', 'dispatches'],
    [...groupBy(unknown, reasonOf)]
      .map(([why, group]): [string, number] => [why, group.length])
      .sort(([, a], [, b]) => b - a),
  );
}

function reasonOf({ attempts }: DispatchSeen): string {
  return `${attempts.why ?? ''}${attempts.state === 'open' ? ', of a function that nothing calls' : ''}`;
}

function printUnknown(results: readonly Result[]): void {
  console.log('\nDispatches whose number of runs is not known: the call, and where the reading ended');
  for (const { repository, dispatches } of results) {
    const own = countedOf(dispatches);
    const unknown = own.filter(isUnknown);
    if (unknown.length === 0) continue;
    console.log(`\n${repository.repository}: ${String(unknown.length)} of ${String(own.length)}`);
    const groups = [...groupBy(unknown, reasonOf)];
    for (const [why, group] of groups.sort(([, a], [, b]) => b.length - a.length)) {
      console.log(`  ${why} (${String(group.length)})`);
      for (const [at, calls] of groupBy(
        group,
        ({ attempts }) => `${attempts.at ?? '?'}  ${attempts.text ?? ''}`,
      )) {
        console.log(`    ends at ${at}`);
        for (const { file, line, text, library, through } of calls) {
          const inner = through.at(-1);
          const via = inner === undefined ? '' : ` through ${inner}`;
          console.log(`      ${file}:${String(line)}  ${text}  [${library}]${via}`);
        }
      }
    }
  }
}

function printLabels(results: readonly Result[], path: string): void {
  const labels = parseLabels(readFileSync(path, 'utf8')).filter(isAsked);
  const byRepository = new Map(results.map((result) => [result.repository.repository, result]));
  const compared = labels.map((label): Compared => {
    const result = byRepository.get(label.repo);
    return compare(label, result?.dispatches ?? [], result?.files ?? new Set());
  });
  const order = ['agrees', 'differs', 'unknown', 'no dispatch', 'not comparable', 'not linted'] as const;
  console.log(`\nLabels: ${String(labels.length)} dispatches of libraries that the plugin knows`);
  for (const verdict of order) {
    const group = compared.filter((each) => each.verdict === verdict);
    if (group.length === 0) continue;
    console.log(`\n  ${verdict} (${String(group.length)})`);
    for (const { label, dispatches } of group) {
      console.log(
        `    ${label.repo} ${label.file}:${String(label.line)}  label: ${label.labels.b_retry ?? '–'}`,
      );
      for (const { line, text, attempts } of dispatches) {
        const { state, values, why, at } = attempts;
        const where = at === undefined ? '' : ` at ${at}`;
        console.log(
          `      model: ${state} ${values.join(' or ')}${why ?? ''}${where}  (${text}, line ${String(line)})`,
        );
      }
    }
  }
  const { labelled, known, agreeing } = sharesOf(compared);
  console.log(`\n  known / labelled: ${String(known)} / ${String(labelled)} = ${percent(known, labelled)}`);
  console.log(`  agreeing / known: ${String(agreeing)} / ${String(known)} = ${percent(agreeing, known)}`);
}

function printSummary(): void {
  const all = readAllGolden().map(([, golden]) => golden);
  const reports = all.flatMap((golden) => golden.reports);
  const head = ['recommended', 'strict', 'read', 'unread', 'false', 'debatable', 'false of read'];
  const row = (name: string, of: readonly Report[]): (string | number)[] => {
    const figures = figuresOf(of);
    const { recommended, strict, read, unread, debatable } = figures;
    return [name, recommended, strict, read, unread, figures.false, debatable, percent(figures.false, read)];
  };
  console.log(`Reports in ${String(all.length)} repositories`);
  printTable(
    ['repository', ...head],
    [...all.map((golden) => row(golden.repository, golden.reports)), row('all', reports)],
  );
  console.log('\nBy rule');
  const rules = [...groupBy(reports, ({ rule }) => rule)].sort(([a], [b]) => (a < b ? -1 : 1));
  printTable(['rule', ...head], [...rules.map(([rule, group]) => row(rule, group)), row('all', reports)]);
  console.log('\nOf recommended alone');
  const recommended = reports.filter(({ presets }) => presets.includes('recommended'));
  printTable(
    ['rule', ...head],
    [
      ...rules.map(([rule]) =>
        row(
          rule,
          recommended.filter((each) => each.rule === rule),
        ),
      ),
      row('all', recommended),
    ],
  );
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

async function main(checkouts: string): Promise<boolean> {
  const wanted = readRepositories().filter(
    ({ repository }) => flags.only.length === 0 || flags.only.includes(repository),
  );
  const present = wanted.filter(({ repository }) => existsSync(join(checkouts, nameOf(repository))));
  const missing = wanted.filter((each) => !present.includes(each)).map(({ repository }) => repository);
  if (missing.length > 0) console.log(`Not there, so not linted: ${missing.join(', ')}`);
  if (present.length === 0) return false;
  const results: Result[] = [];
  for (const each of present)
    results.push(await lintRepository(each, resolve(checkouts, nameOf(each.repository))));
  console.log('');
  const settled = flags['no-golden'] || results.map(settle).every(Boolean);
  printDispatches(results);
  if (flags.unknown) printUnknown(results);
  if (flags.labels !== undefined) printLabels(results, flags.labels);
  const crashes = results.reduce((sum, each) => sum + each.crashes, 0);
  console.log(`\n${crashes > 0 ? '✗' : '✓'} ${String(crashes)} crashes`);
  return settled && crashes === 0 && !results.some(({ incomplete }) => incomplete);
}

if (flags.summary) {
  printSummary();
} else if (flags.repositories === undefined) {
  console.error('Where are the checkouts? npm run ecosystem -- --repositories <folder>');
  process.exitCode = 2;
} else {
  process.exitCode = (await main(flags.repositories)) ? 0 : 1;
}
