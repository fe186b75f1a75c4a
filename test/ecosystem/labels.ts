/** People's labels of single dispatches, and how far the model agrees with them. The labels stay outside. */
import type { DispatchSeen } from './linted.js';

/** One line of a file of labels; what the runner does not read is left out. */
export interface Label {
  readonly repo: string;
  readonly file: string;
  readonly line: number;
  readonly library: string;
  readonly kind: string;
  readonly labels: { readonly b_retry?: string | null };
}

/** What a label says of the number of runs. */
export interface LabelledRuns {
  readonly state: 'stated' | 'defaulted';
  /** Undefined: whatever the library's default is. */
  readonly runs: number | undefined;
}

export type Verdict =
  | 'agrees'
  /** The model knows a number of runs, and another than the label. */
  | 'differs'
  | 'unknown'
  /** The model sees no dispatch there. */
  | 'no dispatch'
  | 'not comparable'
  /** The repository or the file was not linted. */
  | 'not linted';

export interface Compared {
  readonly label: Label;
  readonly verdict: Verdict;
  readonly dispatches: readonly DispatchSeen[];
}

/** The libraries that the plugin knows, as labels name them, and what a number in a label counts there. */
const counted: ReadonlyMap<string, 'runs' | 'retries'> = new Map([
  ['bullmq', 'runs'],
  ['@nestjs/bullmq', 'runs'],
  ['bull', 'runs'],
  ['@nestjs/bull', 'runs'],
  ['pg-boss', 'retries'],
  ['graphile-worker', 'runs'],
  ['bee-queue', 'retries'],
  ['trigger.dev', 'runs'],
  ['hatchet', 'retries'],
]);

export function parseLabels(text: string): readonly Label[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Label);
}

/** Dispatches of libraries that the plugin knows. */
export function isAsked({ kind, library }: Label): boolean {
  return kind === 'enqueue' && counted.has(library);
}

/**
 * Reads `6`, `6 inline`, `none`, `none (lib default 1)`, `lib default 2`. Undefined for what is about something
 * else: infrastructure, a wrapper's own option. People write the number as the library's option counts.
 */
export function parseRuns(
  words: string | null | undefined,
  counts: 'runs' | 'retries' = 'runs',
): LabelledRuns | undefined {
  if (words === null || words === undefined) return undefined;
  const text = words.trim().toLowerCase();
  const first = counts === 'retries' ? 1 : 0;
  if (/^\d+\b/.test(text)) return { state: 'stated', runs: Number.parseInt(text, 10) + first };
  const fallback = /^(?:none\b[^a-z]*)?lib(?:rary)? default\s*\(?(?<runs>\d+)/.exec(text)?.groups?.['runs'];
  if (fallback !== undefined) return { state: 'defaulted', runs: Number(fallback) + first };
  return /^none$|^lib(?:rary)? default$/.test(text) ? { state: 'defaulted', runs: undefined } : undefined;
}

/** People name a line of the call, not always its first. */
const reach = 3;

/**
 * The dispatch that a label means: the nearest, with all others of the same call. Where the callers of the
 * function around it say what holds, it is their dispatches.
 */
export function dispatchesAt(
  file: string,
  line: number,
  dispatches: readonly DispatchSeen[],
): readonly DispatchSeen[] {
  const near = dispatches
    .filter((each) => each.file === file)
    .map((each) => ({ each, distance: distanceTo(line, each) }))
    .filter(({ distance }) => distance <= reach)
    .sort((a, b) => a.distance - b.distance);
  const nearest = near[0]?.each;
  return near
    .map(({ each }) => each)
    .filter((each) => each.nameLine === nearest?.nameLine && each.line === nearest.line)
    .flatMap((each) => {
      const callers = each.attempts.state === 'open' ? callersOf(each, dispatches) : [];
      return callers.length > 0 ? callers : [each];
    });
}

/** The dispatches that go through this one. */
export function callersOf(
  { file, line }: DispatchSeen,
  dispatches: readonly DispatchSeen[],
): readonly DispatchSeen[] {
  const place = `${file}:${String(line)}`;
  return dispatches.filter(({ through }) => through.includes(place));
}

function distanceTo(line: number, { line: start, nameLine, endLine }: DispatchSeen): number {
  const distance = Math.min(Math.abs(line - start), Math.abs(line - nameLine));
  // Inside a long call, but not beside its beginning: it is meant unless another is nearer.
  return distance > reach && line >= start && line <= endLine ? reach : distance;
}

export function compare(
  label: Label,
  dispatches: readonly DispatchSeen[],
  files: ReadonlySet<string>,
): Compared {
  const runs = parseRuns(label.labels.b_retry, counted.get(label.library));
  const at = dispatchesAt(label.file, label.line, dispatches);
  const verdict = (): Verdict => {
    if (!files.has(label.file)) return 'not linted';
    if (!runs) return 'not comparable';
    if (at.length === 0) return 'no dispatch';
    if (at.some(({ attempts }) => attempts.state === 'unknown' || attempts.state === 'open'))
      return 'unknown';
    return at.every((each) => agrees(runs, each)) ? 'agrees' : 'differs';
  };
  return { label, verdict: verdict(), dispatches: at };
}

function agrees({ state, runs }: LabelledRuns, { attempts }: DispatchSeen): boolean {
  // What the environment decides is stated; the number that stands in the text is what holds without it.
  const decided = attempts.state === 'configured' ? 'stated' : attempts.state;
  return decided === state && (runs === undefined || attempts.values.every((each) => each === String(runs)));
}

export interface Shares {
  /** Labels that can be compared. */
  readonly labelled: number;
  readonly known: number;
  readonly agreeing: number;
}

export function sharesOf(compared: readonly Compared[]): Shares {
  const count = (...verdicts: readonly Verdict[]): number =>
    compared.filter(({ verdict }) => verdicts.includes(verdict)).length;
  return {
    labelled: count('agrees', 'differs', 'unknown', 'no dispatch'),
    known: count('agrees', 'differs'),
    agreeing: count('agrees'),
  };
}
