/** The results that are kept, with what a reader thought of each report. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Found, SettingState } from './linted.js';

/** Is the statement true, and would the repository's owner want to know it? */
export const verdicts = ['true', 'false', 'debatable', 'unread'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Report extends Found {
  readonly verdict: Verdict;
  /** Empty while it is unread. */
  readonly why: string;
}

/** How many dispatches there are of each state that the number of runs may have. */
export type Attempts = Readonly<Record<SettingState, number>>;

export interface Golden {
  readonly repository: string;
  readonly commit: string;
  readonly files: number;
  readonly attempts: Attempts;
  readonly reports: readonly Report[];
}

const folder = join(import.meta.dirname, 'golden');

function fileOf(repository: string): string {
  return join(folder, `${repository.replace('/', '+')}.json`);
}

export function readGolden(repository: string): Golden | undefined {
  const file = fileOf(repository);
  return existsSync(file) ? parse(readFileSync(file, 'utf8')) : undefined;
}

export function readAllGolden(): readonly (readonly [string, Golden])[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name, parse(readFileSync(join(folder, name), 'utf8'))] as const);
}

export function writeGolden(golden: Golden): void {
  writeFileSync(fileOf(golden.repository), serialize(golden));
}

function parse(text: string): Golden {
  return JSON.parse(text) as Golden;
}

/** One line for each report, so that a diff of two versions can be read. */
export function serialize({ repository, commit, files, attempts, reports }: Golden): string {
  const head = { repository, commit, files, attempts };
  const lines = Object.entries(head).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},\n`);
  const list = [...reports].sort(inOrder).map((each) => {
    const { file, line, rule, message, presets, verdict, why } = each;
    return `\n    ${JSON.stringify({ file, line, rule, message, presets, verdict, why })}`;
  });
  return `{\n${lines.join('')}  "reports": [${list.join(',')}${list.length > 0 ? '\n  ' : ''}]\n}\n`;
}

export function inOrder(a: Found, b: Found): number {
  return byText(a.file, b.file) || a.line - b.line || byText(a.rule, b.rule) || byText(a.message, b.message);
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/**
 * The reports of today with the verdicts of those that were there before: same file, rule and message, nearest
 * line. With `reworded` a report of another message at the same file, rule and line is the same one, too.
 */
export function merge(
  today: readonly Found[],
  before: readonly Report[],
  { reworded = false }: { readonly reworded?: boolean } = {},
): readonly Report[] {
  const old = pair(today, before, (each) => JSON.stringify([each.file, each.rule, each.message]));
  if (reworded) {
    const used = new Set(old.values());
    const again = pair(
      today.filter((each) => !old.has(each)),
      before.filter((each) => !used.has(each)),
      (each) => JSON.stringify([each.file, each.rule, each.line]),
    );
    for (const [found, report] of again) old.set(found, report);
  }
  return [...today].sort(inOrder).map((each) => {
    const { verdict = 'unread', why = '' } = old.get(each) ?? {};
    return { ...each, verdict, why };
  });
}

/** Pairs reports of the same key one to one, the nearest lines first. */
function pair(
  today: readonly Found[],
  before: readonly Report[],
  keyOf: (each: Found) => string,
): Map<Found, Report> {
  const candidates = new Map<string, Report[]>();
  for (const each of before) candidates.set(keyOf(each), [...(candidates.get(keyOf(each)) ?? []), each]);
  const pairs = today
    .flatMap((found) =>
      (candidates.get(keyOf(found)) ?? []).map((report) => ({
        found,
        report,
        distance: Math.abs(found.line - report.line),
      })),
    )
    .sort((a, b) => a.distance - b.distance);
  const paired = new Map<Found, Report>();
  const used = new Set<Report>();
  for (const { found, report } of pairs) {
    if (paired.has(found) || used.has(report)) continue;
    paired.set(found, report);
    used.add(report);
  }
  return paired;
}

export interface Diff {
  readonly added: readonly Found[];
  readonly gone: readonly Report[];
}

/** What is new and what is gone; a report that moved, or that another preset makes, is both. */
export function diff(today: readonly Found[], before: readonly Report[]): Diff {
  const keyOf = ({ file, line, rule, message, presets }: Found): string =>
    JSON.stringify([file, line, rule, message, presets]);
  return { added: without(today, before, keyOf), gone: without(before, today, keyOf) };
}

function without<T extends Found>(
  all: readonly T[],
  others: readonly Found[],
  keyOf: (each: Found) => string,
): readonly T[] {
  const left = new Map<string, number>();
  for (const each of others) left.set(keyOf(each), (left.get(keyOf(each)) ?? 0) + 1);
  return [...all].sort(inOrder).filter((each) => {
    const count = left.get(keyOf(each)) ?? 0;
    left.set(keyOf(each), count - 1);
    return count <= 0;
  });
}

export interface Figures {
  readonly recommended: number;
  readonly strict: number;
  readonly read: number;
  readonly unread: number;
  readonly false: number;
  readonly debatable: number;
}

export function figuresOf(reports: readonly Report[]): Figures {
  const count = (is: (report: Report) => boolean): number => reports.filter(is).length;
  return {
    recommended: count(({ presets }) => presets.includes('recommended')),
    strict: count(({ presets }) => presets.includes('strict')),
    read: count(({ verdict }) => verdict !== 'unread'),
    unread: count(({ verdict }) => verdict === 'unread'),
    false: count(({ verdict }) => verdict === 'false'),
    debatable: count(({ verdict }) => verdict === 'debatable'),
  };
}
