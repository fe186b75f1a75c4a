import { describe, expect, test } from 'vitest';
import {
  diff,
  figuresOf,
  inOrder,
  merge,
  readAllGolden,
  type Report,
  serialize,
  verdicts,
} from './golden.js';
import { compare, dispatchesAt, isAsked, type Label, parseLabels, parseRuns, sharesOf } from './labels.js';
import { type DispatchSeen, type Found, type SettingSeen, settingStates } from './linted.js';
import { nameOf, readRepositories } from './repositories.js';

const repositories = readRepositories();
const golden = readAllGolden();

/** A path of one machine. */
const absolute = /(?:^|[\s"'(])(?:\/(?:home|root|tmp|usr|var|work|Users|opt|mnt)\/|[A-Z]:\\|file:\/\/)/;

describe('repositories.json', () => {
  test('names each repository once, at one commit, with packages', () => {
    for (const { repository, commit, packages, install } of repositories) {
      expect(repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
      expect(install).not.toBe('');
      expect(packages.length, repository).toBeGreaterThan(0);
      for (const { folder, files, tsconfig } of packages) {
        expect(files.length, repository).toBeGreaterThan(0);
        for (const path of [folder, tsconfig, ...files]) expect(path).not.toMatch(/^\/|\.\.\//);
      }
    }
    const names = repositories.map(({ repository }) => nameOf(repository));
    expect(new Set(names).size).toBe(names.length);
  });

  test('names no machine and no registry', () => {
    for (const { install, ...rest } of repositories) {
      expect(JSON.stringify(rest)).not.toMatch(absolute);
      expect(install).not.toMatch(absolute);
      expect(install).not.toMatch(/https?:|registry|mirror|localhost/i);
    }
  });
});

describe('golden results', () => {
  test('are of the repositories that are named, at the same commit', () => {
    const named = repositories.map(({ repository, commit }) => `${repository} ${commit}`);
    for (const [, { repository, commit }] of golden) expect(named).toContain(`${repository} ${commit}`);
  });

  test.each(golden)('%s is well-formed and sorted', (name, kept) => {
    const { repository, files, attempts, reports } = kept;
    expect(name).toBe(`${repository.replace('/', '+')}.json`);
    expect(files).toBeGreaterThan(0);
    for (const state of settingStates) expect(attempts[state], state).toBeGreaterThanOrEqual(0);
    for (const report of reports) {
      expect(Object.keys(report)).toEqual(['file', 'line', 'rule', 'message', 'presets', 'verdict', 'why']);
      expect(report.line).toBeGreaterThan(0);
      expect(verdicts).toContain(report.verdict);
      expect(['strict', 'recommended,strict']).toContain(report.presets.join());
      expect(report.verdict === 'unread', `${report.file}:${report.line}`).toBe(report.why === '');
      expect(JSON.stringify(report)).not.toMatch(absolute);
    }
    expect(reports).toEqual([...reports].sort(inOrder));
  });
});

const found = (line: number, more: Partial<Found> = {}): Found => ({
  file: 'src/a.ts',
  line,
  rule: 'require-retry-limit',
  message: 'Nobody decided.',
  presets: ['strict'],
  ...more,
});
const read = (line: number, why: string, more: Partial<Report> = {}): Report => ({
  ...found(line),
  verdict: 'true',
  why,
  ...more,
});

describe('merging verdicts', () => {
  test('a verdict follows its report to the nearest line', () => {
    const before = [read(10, 'first'), read(20, 'second', { verdict: 'false' })];
    expect(merge([found(21), found(12)], before)).toEqual([
      read(12, 'first'),
      read(21, 'second', { verdict: 'false' }),
    ]);
  });

  test('one verdict serves one report', () => {
    expect(merge([found(10), found(11)], [read(11, 'read')]).map(({ verdict }) => verdict)).toEqual([
      'unread',
      'true',
    ]);
  });

  test('another file, rule or message is another report', () => {
    const others = [found(1, { file: 'b.ts' }), found(1, { rule: 'x' }), found(1, { message: 'Other.' })];
    for (const each of merge(others, [read(1, 'read')]))
      expect(each).toMatchObject({ verdict: 'unread', why: '' });
  });

  test('other words at the same place, when asked for', () => {
    const today = [found(10, { message: 'Other words.' })];
    expect(merge(today, [read(10, 'read')])[0]?.verdict).toBe('unread');
    expect(merge(today, [read(10, 'read')], { reworded: true })[0]).toMatchObject({
      verdict: 'true',
      why: 'read',
    });
    expect(merge(today, [read(11, 'read')], { reworded: true })[0]?.verdict).toBe('unread');
  });

  test('a report that another preset makes today keeps its verdict', () => {
    const [report] = merge([found(1, { presets: ['recommended', 'strict'] })], [read(1, 'read')]);
    expect(report).toEqual(read(1, 'read', { presets: ['recommended', 'strict'] }));
  });
});

describe('comparing', () => {
  test('what is new and what is gone', () => {
    expect(diff([found(1), found(3)], [read(1, 'a'), read(2, 'b')])).toEqual({
      added: [found(3)],
      gone: [read(2, 'b')],
    });
  });

  test('the same report twice is two reports', () => {
    expect(diff([found(1), found(1)], [read(1, 'a')]).added).toEqual([found(1)]);
    expect(diff([found(1)], [read(1, 'a'), read(1, 'b')]).gone).toHaveLength(1);
  });

  test('another preset is a difference', () => {
    const { added, gone } = diff([found(1, { presets: ['recommended', 'strict'] })], [read(1, 'a')]);
    expect([added.length, gone.length]).toEqual([1, 1]);
  });
});

describe('golden files', () => {
  const kept = {
    repository: 'acme/shop',
    commit: '0'.repeat(40),
    files: 3,
    attempts: { stated: 1, configured: 0, defaulted: 2, open: 0, unknown: 0 },
    reports: [read(7, 'b'), read(3, 'a')],
  };

  test('are sorted, with one line for each report', () => {
    const text = serialize(kept);
    expect(JSON.parse(text)).toEqual({ ...kept, reports: [read(3, 'a'), read(7, 'b')] });
    expect(text.split('\n').filter((line) => line.includes('"verdict"'))).toHaveLength(2);
    expect(JSON.parse(serialize({ ...kept, reports: [] }))).toEqual({ ...kept, reports: [] });
  });

  test('are counted', () => {
    const reports = [
      read(1, 'a', { presets: ['recommended', 'strict'] }),
      read(2, 'b', { verdict: 'false' }),
      read(3, 'c', { verdict: 'debatable' }),
      read(4, '', { verdict: 'unread' }),
    ];
    expect(figuresOf(reports)).toEqual({
      recommended: 1,
      strict: 4,
      read: 3,
      unread: 1,
      false: 1,
      debatable: 1,
    });
  });
});

describe('labels', () => {
  test.each([
    ['6', { state: 'stated', runs: 6 }],
    ['3 inline', { state: 'stated', runs: 3 }],
    ['none', { state: 'defaulted', runs: undefined }],
    ['none (lib default 1)', { state: 'defaulted', runs: 1 }],
    ['lib default 2', { state: 'defaulted', runs: 2 }],
    ['library default (25)', { state: 'defaulted', runs: 25 }],
    ['per-publish option, else lib default 1', undefined],
    ['none/unbounded', undefined],
    ['infra default 3', undefined],
    ['infra', undefined],
    ['activities 3', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%o', (words, runs) => {
    expect(parseRuns(words)).toEqual(runs);
  });

  test('count what the option of the library counts', () => {
    expect(parseRuns('2', 'retries')).toEqual({ state: 'stated', runs: 3 });
    expect(parseRuns('lib default 2', 'retries')).toEqual({ state: 'defaulted', runs: 3 });
  });

  const label = (line: number, retry: string | null, more: Partial<Label> = {}): Label => ({
    repo: 'acme/shop',
    file: 'src/a.ts',
    line,
    library: 'bullmq',
    kind: 'enqueue',
    labels: { b_retry: retry },
    ...more,
  });
  const runs = (state: SettingSeen['state'], ...values: readonly string[]): SettingSeen => ({
    state,
    values,
    why: state === 'unknown' ? 'a parameter' : undefined,
    at: undefined,
    text: undefined,
  });
  const dispatch = (line: number, attempts: SettingSeen, endLine = line): DispatchSeen => ({
    file: 'src/a.ts',
    line,
    nameLine: line,
    endLine,
    text: 'queue.add',
    through: [],
    library: 'BullMQ',
    queue: undefined,
    attempts,
    backoff: runs('defaulted', 'none'),
  });

  test('are read line by line, and only dispatches of known libraries are asked', () => {
    const labels = [label(1, '3'), label(2, '3', { kind: 'worker' }), label(3, '3', { library: 'kue' })];
    const text = `${labels.map((each) => JSON.stringify(each)).join('\n')}\n`;
    expect(parseLabels(text)).toEqual(labels);
    expect(parseLabels(text).filter(isAsked)).toEqual([label(1, '3')]);
  });

  test('mean the nearest dispatch, within three lines or within the call', () => {
    const [first, second, long] = [
      dispatch(10, runs('stated', '3')),
      dispatch(14, runs('unknown')),
      dispatch(30, runs('unknown'), 50),
    ];
    const all = [first, second, long];
    expect(dispatchesAt('src/a.ts', 11, all)).toEqual([first]);
    expect(dispatchesAt('src/a.ts', 13, all)).toEqual([second]);
    expect(dispatchesAt('src/a.ts', 18, all)).toEqual([]);
    expect(dispatchesAt('src/a.ts', 45, all)).toEqual([long]);
    expect(dispatchesAt('src/b.ts', 10, all)).toEqual([]);
    // All elements of one bulk dispatch.
    expect(dispatchesAt('src/a.ts', 10, [first, first])).toEqual([first, first]);
  });

  test('mean the callers, where those say what holds', () => {
    const inner = dispatch(10, runs('open'));
    const caller = { ...dispatch(70, runs('stated', '3')), file: 'src/b.ts', through: ['src/a.ts:10'] };
    expect(dispatchesAt('src/a.ts', 10, [inner, caller])).toEqual([caller]);
    expect(dispatchesAt('src/a.ts', 10, [inner])).toEqual([inner]);
    const here = new Set(['src/a.ts']);
    expect(compare(label(10, '3'), [inner, caller], here).verdict).toBe('agrees');
    expect(compare(label(10, '3'), [inner], here).verdict).toBe('unknown');
  });

  test.each([
    ['3', runs('configured', '3'), 'agrees'],
    ['3', runs('configured'), 'agrees'],
    ['none', runs('configured', '1'), 'differs'],
    ['3', runs('stated', '3'), 'agrees'],
    ['3', runs('stated', '3', '3'), 'agrees'],
    ['3', runs('stated', '3', '5'), 'differs'],
    ['3', runs('defaulted', '1'), 'differs'],
    ['none', runs('defaulted', '1'), 'agrees'],
    ['none (lib default 1)', runs('defaulted', '1'), 'agrees'],
    ['none', runs('stated', '1'), 'differs'],
    ['none', runs('unknown'), 'unknown'],
    ['infra', runs('stated', '1'), 'not comparable'],
  ] as const)('%s against %o', (retry, attempts, verdict) => {
    expect(compare(label(10, retry), [dispatch(10, attempts)], new Set(['src/a.ts'])).verdict).toBe(verdict);
  });

  test('of files that were not linted, and of calls that are no dispatches', () => {
    const here = new Set(['src/a.ts']);
    const compared = [
      compare(label(10, '3'), [], here),
      compare(label(10, '3', { file: 'src/b.ts' }), [], here),
      compare(label(10, '3'), [dispatch(10, runs('stated', '3'))], here),
      compare(label(10, '4'), [dispatch(10, runs('stated', '3'))], here),
    ];
    expect(compared.map(({ verdict }) => verdict)).toEqual([
      'no dispatch',
      'not linted',
      'agrees',
      'differs',
    ]);
    expect(sharesOf(compared)).toEqual({ labelled: 3, known: 2, agreeing: 1 });
  });
});
