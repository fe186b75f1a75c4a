import { Cron } from 'croner';
import type ts from 'typescript';
import type { CronDialect } from '../libraries/define.js';
import { alternatives, type Lazy, type Value } from '../typescript/value.js';
import type { Project } from './project.js';

/** A time plan that somebody wrote. */
export interface Schedule {
  readonly library: string;
  readonly dialect: CronDialect;
  /** The text, with the node that writes it here. */
  readonly expressions: readonly Written[];
  readonly zones: readonly Written[];
}

export interface Written {
  readonly text: string;
  readonly at: ts.Node;
}

/** What is wrong with an expression. */
export type Flaw =
  | { readonly kind: 'fields'; readonly found: number; readonly allowed: string }
  | { readonly kind: 'invalid'; readonly why: string }
  | { readonly kind: 'never' }
  | { readonly kind: 'accident'; readonly runs: string; readonly instead: string };

/** The schedules whose library's call stands in a file. */
export function schedulesIn(project: Project, file: ts.SourceFile): readonly Schedule[] {
  return project.sitesIn(file, 'schedule').flatMap((match): readonly Schedule[] => {
    const { library, site } = match.site;
    const dialect = site.dialect ?? library.cron;
    if (!dialect) return [];
    const scheduleAt = (item: Lazy | undefined): Schedule => ({
      library: library.base,
      dialect,
      expressions: textsOf(project.locate(match, site.expression, item)),
      zones: textsOf(project.locate(match, site.zone, item)),
    });
    if (site.each === undefined) return [scheduleAt(undefined)];
    const list = project.locate(match, site.each);
    if (!list) return [];
    return itemsOf(list).map(scheduleAt);
  });
}

function itemsOf(list: Lazy): readonly Lazy[] {
  const { value } = list;
  return value.kind === 'array' ? value.elements : [list];
}

/** The texts that a place may be; nothing where one of them is not known. */
function textsOf(place: Lazy | undefined): readonly Written[] {
  if (!place) return [];
  const all = alternatives(place.value);
  return all.flatMap((value) => {
    const text = textOf(value);
    if (text === undefined) return [];
    // A constant by its name is this place's; one that is chosen between several stands where it is written.
    return [
      { text, at: all.length === 1 && value.kind === 'constant' && !value.given ? place.node : value.node },
    ];
  });
}

function textOf(value: Value): string | undefined {
  return value.kind === 'constant' && typeof value.value === 'string' ? value.value : undefined;
}

/** The years that an expression is tried in, from a day that does not change with the clock. */
const beginning = new Date(Date.UTC(2026, 0, 1));

/** What is wrong with an expression in a dialect; undefined where nothing is, or nobody can say. */
export function flawOf(expression: string, dialect: CronDialect): Flaw | undefined {
  if (!dialect.crontab) return flawOfLine(expression.trim(), dialect);
  for (const line of expression.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (/^(?:#.*)?$/.test(line.trim()) || fields.length < 6) continue;
    const flaw = flawOfLine(fields.slice(0, 5).join(' '), dialect);
    if (flaw) return flaw;
  }
  return undefined;
}

function flawOfLine(whole: string, dialect: CronDialect): Flaw | undefined {
  const text = dialect.prefix ? whole.replace(/^(?:CRON_)?TZ=\S+\s+/, '') : whole;
  if (dialect.otherwise && !looksLikeCron(text)) return undefined;
  if (text.startsWith('@')) return flawOfNickname(text, dialect);
  const fields = text === '' ? [] : text.split(/\s+/);
  if (!dialect.fields.includes(fields.length)) {
    const allowed = dialect.fields.map(String).join(' or ');
    return { kind: 'fields', found: fields.length, allowed };
  }
  const unknown = strangeIn(fields, dialect);
  if (unknown !== undefined) return { kind: 'invalid', why: `\`${unknown}\` is not understood` };
  const core = coreOf(fields, dialect);
  const problem = problemOf(core, dialect);
  if (problem) return problem;
  return accidentIn(core, fields);
}

function flawOfNickname(text: string, { nicknames = [] }: CronDialect): Flaw | undefined {
  const known = nicknames.some((each) => each.toLowerCase() === text.split(/\s+/)[0]?.toLowerCase());
  return known ? undefined : { kind: 'invalid', why: `\`${text}\` is not understood` };
}

function looksLikeCron(text: string): boolean {
  return (
    text.startsWith('@') || /^[\d*][\d*,/-]*\s+[\d*?][\d*,/L?-]*\s+\S+\s+\S+\s+\S+(?:\s+\S+)?$/.test(text)
  );
}

const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const days = 'sun|mon|tue|wed|thu|fri|sat';

/** The first field with a character or name that the dialect does not have. */
function strangeIn(fields: readonly string[], dialect: CronDialect): string | undefined {
  const extra = (dialect.extra ?? '').replace(/[^A-Z#?]/g, '');
  const allowed = new RegExp(`^[\\d*,/\\-${extra}]+$`, 'i');
  return fields.find((field) => {
    const bare = dialect.names ? field.replace(new RegExp(`${months}|${days}`, 'gi'), '1') : field;
    return !allowed.test(bare);
  });
}

/** Seconds, if any, and the five fields: years are left aside. */
function coreOf(fields: readonly string[], { sixth = 'seconds' }: CronDialect): readonly string[] {
  if (fields.length === 7) return fields.slice(0, 6);
  return fields.length === 6 && sixth === 'year' ? fields.slice(0, 5) : fields;
}

/** The spelling of croner for what only the library's parser takes. */
function problemOf(core: readonly string[], dialect: CronDialect): Flaw | undefined {
  // Chosen by a hash; ranges that go round; both are the library's own.
  if (core.some((field) => /H/i.test(field.replace(new RegExp(`${months}|${days}`, 'gi'), ''))))
    return undefined;
  const largest = core.length === 6 ? [59, 59, 23, 31, 12, 7] : [59, 23, 31, 12, 7];
  const smallest = core.length === 6 ? [0, 0, 0, 1, 1, 0] : [0, 0, 1, 1, 0];
  const weekday = core.at(-1) ?? '';
  if (dialect.lastWeekday === 6 && weekday.replace(/\/\d+/g, '').includes('7'))
    return { kind: 'invalid', why: '7 is no day of the week, Sunday is 0' };
  const spelt: string[] = [];
  for (const [index, field] of core.entries()) {
    const max = largest[index] ?? 59;
    const parts: string[] = [];
    for (const part of field.split(',')) {
      const step = /^(?<from>\d+|\*|\d+-\d+)\/(?<step>\d+)$/.exec(part)?.groups;
      const range = /^(?<low>\d+)-(?<high>\d+)(?:\/\d+)?$/.exec(part)?.groups;
      if (range && Number(range['low']) > Number(range['high'])) {
        if (dialect.wrapping || index === core.length - 1) return undefined;
        return { kind: 'invalid', why: `the range \`${part}\` goes backwards` };
      }
      if (step && Number(step['step']) > max + 1) {
        // It is taken, but comes round once in the whole range.
        parts.push(step['from'] === '*' ? String(smallest[index] ?? 0) : (step['from'] ?? ''));
        continue;
      }
      if (range && dialect.plainRanges && part.includes('/'))
        return { kind: 'invalid', why: `\`${part}\` is not understood` };
      const open = step && /^\d+$/.test(step['from'] ?? '');
      if (open && !dialect.openSteps) return { kind: 'invalid', why: `\`${part}\` is not understood` };
      parts.push(open ? `${step['from'] ?? ''}-${String(max)}/${step['step'] ?? ''}` : part);
    }
    spelt.push(parts.join(','));
  }
  try {
    const cron = new Cron(spelt.join(' '), { paused: true, timezone: 'UTC' });
    return cron.nextRun(beginning) ? undefined : { kind: 'never' };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern:\s*/, '') : '';
    return { kind: 'invalid', why: why.charAt(0).toLowerCase() + why.slice(1) };
  }
}

/**
 * A `*` before a field that says one time: `* 3 * * *` is every minute from 3:00 to 3:59. A `*` alone, or with
 * a range of hours behind it, is meant.
 */
function accidentIn(core: readonly string[], fields: readonly string[]): Flaw | undefined {
  const seconds = core.length === 6;
  const isEvery = (field: string | undefined): boolean => field === '*' || field === '*/1';
  const first = core.findIndex((field) => !isEvery(field));
  if (first <= 0 || first > core.length - 3) return undefined;
  const field = core[first] ?? '';
  const isOnce = /^\d+(?:,\d+)*$/.test(field) || /^\*\/(?!1$)\d+$/.test(field);
  if (!isOnce) return undefined;
  // Days of the month are the first that begin with 1; minutes and hours with 0.
  const instead = fields.map((each, index) => (index < first ? '0' : each)).join(' ');
  const units = seconds ? ['second', 'minute', 'hour', 'day'] : ['minute', 'hour', 'day'];
  return {
    kind: 'accident',
    runs: `every ${units[0] ?? ''} of ${every(field, units[first] ?? '')}`,
    instead,
  };
}

function every(field: string, unit: string): string {
  if (!field.startsWith('*/')) return `${unit} ${field.replaceAll(',', ' and ')}`;
  return `each ${unit} that ${field.slice(2)} divides`;
}

/** Is this the name of a time zone? What a library may know beside is let through. */
export function isTimeZone(name: string): boolean {
  if (/^(?:local|system|default|z|utc|gmt|etc\/.*)?$/i.test(name.trim())) return true;
  if (/^(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?$/i.test(name.trim())) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name.trim() }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The time zone that stands before the fields. */
export function zoneBefore(expression: string, { prefix }: CronDialect): string | undefined {
  return prefix ? /^\s*(?:CRON_)?TZ=(?<zone>\S+)/.exec(expression)?.groups?.['zone'] : undefined;
}
