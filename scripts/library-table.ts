import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim, WaitSite } from '../src/libraries/define.js';
import { serializers } from '../src/libraries/serializers.js';
import { type Library, Vocabulary } from '../src/libraries/vocabulary.js';
import { root } from './support.js';

const { libraries } = new Vocabulary(undefined, '');

/** How the claims of the table are known. */
const counts = { tested: 0, documented: 0 };
const unproven: string[] = [];

/** The columns that have no room in the table, and how people call them. */
const beside: readonly {
  readonly claim: Claim;
  readonly label: string;
  /** The file that has a test for each library. */
  readonly file: string;
  readonly has: (library: Library) => boolean;
}[] = [
  {
    claim: 'traps',
    label: 'options that mislead',
    file: 'test/evidence/traps.test.ts',
    has: ({ traps, settings }) =>
      [...(traps ?? []), ...(settings ?? []).flatMap((at) => at.traps ?? [])].length > 0,
  },
  {
    claim: 'times',
    label: 'times that contradict each other, or are of another unit',
    file: 'test/evidence/times.test.ts',
    has: ({ relations, amounts, settings }) =>
      [...(settings ?? []), { relations, amounts }].some((at) => at.relations ?? at.amounts),
  },
  {
    claim: 'schedules',
    label: 'cron expressions',
    file: 'test/evidence/schedules.test.ts',
    has: ({ schedules = [] }) => schedules.length > 0,
  },
  {
    claim: 'sameName',
    label: 'a second handler of one name',
    file: 'test/evidence/names.test.ts',
    has: ({ sameName }) => sameName !== undefined,
  },
  {
    claim: 'routes',
    label: 'a task without a handler',
    file: 'test/evidence/names.test.ts',
    has: ({ routes }) => routes !== undefined,
  },
];

/** The README's list of the libraries and their packages. */
export function libraryList(): string {
  const rows = libraries
    .filter((library) => !(library.extends !== undefined && samePackages(library)))
    .map(({ name, packages = [] }) => [name, packages.map(code).join(', ')]);
  return tableOf(['library', 'packages'], rows);
}

/**
 * What each library does where nobody says otherwise, each cell with the test that proves it or the source that
 * says so.
 *
 * @throws Error where a claim has neither.
 */
export function semanticsTable(): string {
  Object.assign(counts, { tested: 0, documented: 0 });
  unproven.length = 0;
  const head = [
    'library',
    'runs of a failing task',
    'backoff',
    'jitter',
    'time limit',
    'acknowledgement',
    'payload',
    'waits for another task',
    'an `error` without listener',
    'queued in a transaction of yours',
    'signal for the handler',
    'renewed on the event loop',
  ];
  // What only has schedules runs no tasks.
  const running = libraries.filter(({ dispatches, handlers }) => dispatches ?? handlers);
  const table = tableOf(head, running.map(rowOf));
  const others = beside.map(besideOf).join('\n');
  if (unproven.length > 0) throw new Error(`Nothing proves what is said of ${unproven.join(', ')}`);
  const { tested, documented } = counts;
  return `${String(libraries.length)} tables for ${String(packagesOf().size)} packages. Of the ${String(tested + documented)} claims in them ${String(tested)} are run against the real library (✓ leads to the test) and ${String(documented)} are documented by others (§ leads to the source).\n\n${table}\n\nAnd what has no room in the table:\n\n${others}`;
}

/** A line of what is said of libraries beside the table. */
function besideOf({ claim, label, has, file }: (typeof beside)[number]): string {
  const said = libraries
    .filter(has)
    .map((library) => `${library.name} ${proofOf(library, claim, file)}`.trimEnd());
  return `- ${label}: ${said.join(', ')}`;
}

function packagesOf(): ReadonlySet<string> {
  return new Set(libraries.flatMap(({ packages = [] }) => packages));
}

function samePackages(library: Library): boolean {
  const base = libraries.find(({ name }) => name === library.extends);
  return base !== undefined && (library.packages ?? []).every((each) => base.packages?.includes(each));
}

function rowOf(library: Library): readonly string[] {
  const {
    name,
    attempts,
    backoff,
    timeLimit,
    acknowledgement,
    serializer = 'json',
    waits = [],
    signal,
    lock,
  } = library;
  const cell = (claim: Claim, text: string | undefined): string =>
    text === undefined ? '–' : `${text} ${proofOf(library, claim)}`;
  const versions = (library.versions ?? []).flatMap(({ before, attempts: older }) =>
    older ? [`before ${before}: ${String(older.default)}`] : [],
  );
  return [
    name,
    cell(
      'attempts',
      attempts && withOption([String(attempts.default), ...versions].join(', '), attempts.option),
    ),
    cell('backoff', backoff && withOption(backoff.default, backoff.option ?? backoff.delay)),
    cell('backoff', backoff && jitterText(backoff)),
    cell('time', timeLimit && withOption(limitText(timeLimit.default), optionOf(timeLimit.option))),
    cell('acknowledgement', acknowledgement && withOption(acknowledgement.default, acknowledgement.option)),
    cell('payload', serializers[serializer].label),
    cell('waits', waitsText(waits)),
    cell('emitters', emittersText(library)),
    cell('transaction', transactionText(library)),
    cell('signal', signal && `${code(signal.at)}${signal.asked ? ', if taken' : ''}`),
    cell('lock', lock && `within ${String(lock.lasts / 1000)} s`),
  ];
}

function transactionText({ dispatches = [] }: Library): string | undefined {
  const places = dispatches.flatMap(({ transaction }) => transaction ?? []);
  const [place] = places;
  return place && code(place.slice(place.lastIndexOf('.') + 1));
}

function jitterText({ jittered, jitter }: NonNullable<Library['backoff']>): string {
  if (jittered) return 'yes';
  return jitter === undefined ? 'no' : code(jitter);
}

function waitsText(waits: readonly WaitSite[]): string | undefined {
  if (waits.length === 0) return undefined;
  const named = (durable: boolean): readonly string[] => [
    ...new Set(
      waits
        .filter((each) => (each.durable ?? false) === durable)
        .map(({ method, call, property }) =>
          code(method?.split('.')[1] ?? call ?? property?.split('.')[1] ?? ''),
        ),
    ),
  ];
  return [['durable', named(true)] as const, ['blocking', named(false)] as const]
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind}: ${names.join(', ')}`)
    .join('; ');
}

function emittersText({ emitters = [] }: Library): string | undefined {
  const words = { exits: 'ends the process', closes: 'closes the connection', asked: 'is printed' };
  const kinds = new Set(emitters.map(({ unheard }) => words[unheard]));
  return kinds.size === 0 ? undefined : [...kinds].join(', ');
}

/** A link to what proves a claim: of the library itself, or of the one that it extends. */
function proofOf(library: Library, claim: Claim, file?: string): string {
  for (let at: Library | undefined = library; at; at = baseOf(at)) {
    const source = at.documented?.[claim];
    if (source !== undefined) {
      counts.documented += 1;
      return `[§](${source})`;
    }
    if (at.evidence !== undefined && claimsOf(at.evidence).has(claim)) {
      counts.tested += 1;
      return `[✓](../${at.evidence})`;
    }
  }
  const shared = file ?? `test/evidence/${claim}.test.ts`;
  if (existsSync(join(root, shared)) && (file ? tells(shared, claim, library) : names(shared, library))) {
    counts.tested += 1;
    return `[✓](../${shared})`;
  }
  unproven.push(`${library.name}: ${claim}`);
  return '';
}

/** Has a file a `describe` of this claim that is about this library, or has a test that begins with its name? */
function tells(file: string, claim: Claim, library: Library): boolean {
  const subjects = [library, ...basesOf(library)].flatMap(({ name, packages = [] }) => [name, ...packages]);
  const blocks = readFileSync(join(root, file), 'utf8').split(/^(?=describe)/m);
  return blocks.some((block) => {
    const [head = ''] = block.split('\n', 1);
    if (!head.includes(`'${claim}'`) && !head.includes(`'${claim} of `)) return false;
    return subjects.some(
      (each) =>
        head.includes(`'${claim} of ${each}'`) ||
        head.includes(`'${claim} of ${each}, `) ||
        head.includes(`'${each}'`) ||
        block.includes(`  it('${each} `),
    );
  });
}

/** Does a test of one claim for all libraries have this one, or the one that it extends, among its cases? */
function names(file: string, library: Library): boolean {
  const text = readFileSync(join(root, file), 'utf8');
  const packages = [...(library.packages ?? []), ...(baseOf(library)?.packages ?? [])];
  return packages.some((each) => text.includes(`'${each}'`));
}

function basesOf(library: Library): readonly Library[] {
  const base = baseOf(library);
  return base ? [base, ...basesOf(base)] : [];
}

function baseOf({ extends: base }: Library): Library | undefined {
  return base === undefined ? undefined : libraries.find(({ name }) => name === base);
}

/** The claims that a test file proves: the names of its `describe`s. */
function claimsOf(file: string): ReadonlySet<string> {
  const path = join(root, file);
  if (!existsSync(path)) throw new Error(`${file} is named as evidence and is not there`);
  const names = [...readFileSync(path, 'utf8').matchAll(/describe(?:\.each\([^)]*\))?\(\s*'(?<name>\w+)'/g)];
  return new Set(names.map(({ groups }) => groups?.['name'] ?? ''));
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function optionOf(option: string | readonly string[] | undefined): string | undefined {
  return typeof option === 'string' ? option : option?.[0];
}

function withOption(text: string, option: string | undefined): string {
  return option === undefined ? text : `${text} (${code(option)})`;
}

function limitText(limit: number | 'none'): string {
  return limit === 'none' ? limit : `${String(limit / 1000)} s`;
}

function code(text: string): string {
  return `\`${text}\``;
}
