import type ts from 'typescript';
import type { TimeAmount, TimeRelation, TimeUnit } from '../libraries/define.js';
import { alternatives, isNullish } from '../typescript/value.js';
import { isCertainlyWithin } from '../typescript/version.js';
import type { WrittenOptions } from './options.js';
import { lengthOf } from './policy.js';

interface Common {
  readonly library: string;
  readonly option: string;
  /** Milliseconds. */
  readonly time: number;
  readonly at: ts.Node;
}

/** Two times that contradict each other, or one whose unit is another than was meant. */
export type TimeConflict =
  | (Common & {
      readonly kind: 'conflict';
      readonly than: string;
      readonly other: number;
      readonly otherAt: ts.Node | undefined;
      readonly orEqual: boolean;
      readonly because: string;
    })
  | (Common & { readonly kind: 'soft'; readonly other: number; readonly otherAt: ts.Node | undefined })
  | (Common & { readonly kind: 'unit'; readonly factor: number; readonly because: string });

/** What is wrong with the times in some options. */
export function timeConflictsOf(options: WrittenOptions): readonly TimeConflict[] {
  const found = [
    ...options.amounts.flatMap((each) => unitMistake(options, each) ?? []),
    ...options.relations.flatMap((each) => contradiction(options, each) ?? []),
  ];
  const soft = softLimit(options);
  return soft ? [...found, soft] : found;
}

interface Time {
  readonly time: number;
  readonly at: ts.Node;
}

/** The one time that an option certainly is. */
function timeAt(options: WrittenOptions, path: string, unit: TimeUnit): Time | undefined {
  const [value, ...more] = alternatives(options.option(path));
  const time = value && more.length === 0 ? lengthOf(value, unit) : undefined;
  return value && time !== undefined && Number.isFinite(time) ? { time, at: value.node } : undefined;
}

function contradiction(options: WrittenOptions, relation: TimeRelation): TimeConflict | undefined {
  const { option, than, unit = 'ms', thanUnit = 'ms', thanDefault, orEqual = false, unless } = relation;
  if (!isCertainlyWithin(options.version, relation.since, relation.before)) return undefined;
  if (unless !== undefined && !alternatives(options.option(unless)).every(isNullish)) return undefined;
  const time = timeAt(options, option, unit);
  if (!time) return undefined;
  const limit = timeAt(options, than, thanUnit);
  const isAbsent = alternatives(options.option(than)).every(isNullish);
  const other = limit?.time ?? (isAbsent ? thanDefault : undefined);
  // 0 switches most of them off.
  if (other === undefined || other === 0 || time.time === 0) return undefined;
  if (orEqual ? time.time <= other : time.time < other) return undefined;
  return {
    kind: 'conflict',
    library: options.library.base,
    option,
    ...time,
    than,
    other,
    otherAt: limit?.at,
    orEqual,
    because: relation.because,
  };
}

function unitMistake(options: WrittenOptions, amount: TimeAmount): TimeConflict | undefined {
  const { option, unit, least, most, because } = amount;
  const [value, ...more] = alternatives(options.option(option));
  // What is written with its unit is meant.
  if (value?.kind !== 'constant' || more.length > 0 || typeof value.value !== 'number') return undefined;
  const time = lengthOf(value, unit);
  if (time === undefined || time <= 0) return undefined;
  const factor = least !== undefined && time < least ? 1000 : most !== undefined && time > most ? 0.001 : 1;
  if (factor === 1) return undefined;
  return { kind: 'unit', library: options.library.base, option, time, at: value.node, factor, because };
}

/** A soft limit that is not below the hard one. */
function softLimit({ subject, library }: WrittenOptions): TimeConflict | undefined {
  if (!subject || !library.softTimeLimit || !library.timeLimit) return undefined;
  const { softTimeLimit: soft, timeLimit: hard } = subject.policy;
  if (soft.state !== 'stated' || hard.state === 'unknown' || hard.state === 'configured') return undefined;
  const [time] = soft.values;
  const other = hard.state === 'stated' ? hard.values[0] : hard.value;
  if (typeof time !== 'number' || typeof other !== 'number' || soft.values.length > 1 || time < other)
    return undefined;
  return {
    kind: 'soft',
    library: library.base,
    option: 'soft',
    time,
    at: soft.at,
    other,
    otherAt: hard.state === 'stated' ? hard.at : undefined,
  };
}
