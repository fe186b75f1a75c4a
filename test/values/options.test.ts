import { describe, expect, it } from 'vitest';
import { Vocabulary } from '../../src/libraries/vocabulary.js';
import type { Setting } from '../../src/tasks/model.js';
import { Project } from '../../src/tasks/project.js';
import { Code } from '../../src/typescript/code.js';
import { type Files, programOf, root } from '../harness.js';
import { type Case, errorsOf, testRule } from '../rules/support.js';

/*
 * What the options of a dispatch are worth. All samples stand in one program, each in a folder of its own. The first
 * dispatch of a sample's app.ts is asked for its attempts: `3|5` in order of size, `default 1`, `erased 1`,
 * `configured 3`, `unknown`. Where a caller decides, the dispatch is the caller's.
 */
interface Sample {
  readonly name: string;
  readonly code: string | Files;
  /** One for each dispatch. */
  readonly attempts: readonly string[];
  readonly bug?: string;
}

function text(setting: Setting<unknown>): string {
  switch (setting.state) {
    case 'stated':
      return [...new Set(setting.values.map(String))].toSorted().join('|');
    case 'defaulted':
      return `${setting.erasedAt ? 'erased' : 'default'} ${String(setting.value)}`;
    case 'configured':
      return `configured ${String(setting.fallback)}`;
    case 'unknown':
      return 'unknown';
  }
}

const head = `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\n`;
const add = (options: string): string => `await mail.add('a', {}, ${options});`;
const sample = (name: string, code: string, ...attempts: readonly string[]): Sample => ({
  name,
  code: `${head}${code}\nexport {};`,
  attempts,
});
/** Like `sample`, of code that the plugin reads wrong today. */
const wrong = (bug: string, each: Sample): Sample => ({ ...each, bug });

const literals: readonly Sample[] = [
  sample('a const', `const options = { attempts: 3 };\n${add('options')}`, '3'),
  sample('as const', `const options = { attempts: 3 } as const;\n${add('options')}`, '3'),
  sample('satisfies', `const options = { attempts: 3 } satisfies JobsOptions;\n${add('options')}`, '3'),
  sample(
    'satisfies behind as const, in a record',
    `const all = { mail: { attempts: 3 }, sms: {} } as const satisfies Record<string, JobsOptions>;\n${add('all.mail')}\n${add('all.sms')}\n${add("all['mail']")}`,
    '3',
    'default 1',
    '3',
  ),
  sample('an annotation', `const options: JobsOptions = { attempts: 3 };\n${add('options')}`, '3'),
  sample('an assertion', add('{ attempts: 3 } as JobsOptions'), '3'),
  sample('an assertion through unknown', add('{ attempts: 3 } as unknown as JobsOptions'), '3'),
  sample('non-null', `const options: JobsOptions | undefined = { attempts: 3 };\n${add('options!')}`, '3'),
  sample('an enum', `enum Runs { Once = 1, Many = 5 }\n${add('{ attempts: Runs.Many }')}`, '5'),
  sample('a const enum', `const enum Runs { Once = 1, Many }\n${add('{ attempts: Runs.Many }')}`, '2'),
  sample(
    'an enum member that is computed',
    `enum Runs { Some = 1 << 2 }\n${add('{ attempts: Runs.Some }')}`,
    '4',
  ),
  sample('arithmetic of constants', `const n = 2;\n${add('{ attempts: n + 1 }')}`, '3'),
  sample(
    'a multiple, in parentheses',
    `const base = 2;\n${add('{ attempts: (base * 2) }')}\n${add('{ attempts: -1 }')}`,
    '4',
    '1',
  ),
  sample('Math.max', add('{ attempts: Math.max(3, 5) }'), '5'),
  sample(
    "what a schema makes of the environment: the keys are the schema's, the values are not",
    `interface Of<V> { readonly is: V }
type Parsed<S> = { [K in keyof S]: S[K] extends Of<infer V> ? V : never };
declare function number(): Of<number>;
declare function object<S>(shape: S): Of<Parsed<S>>;
declare function parse<S>(shape: S): Parsed<S>;
const config = parse({ attempts: number(), mail: object({ attempts: number() }) });
${add('{ attempts: config.attempts }')}\n${add('{ attempts: config.mail.attempts }')}`,
    'unknown',
    'unknown',
  ),
  sample(
    'a mapped type of the very values',
    `declare function frozen<T>(value: T): { readonly [K in keyof T]: T[K] };
const config = frozen({ mail: { attempts: 4 } });
${add('{ attempts: config.mail.attempts }')}`,
    '4',
  ),
  sample('Object.freeze', `const options = Object.freeze({ attempts: 3 });\n${add('options')}`, '3'),
  sample(
    'a private static readonly',
    `class A { private static readonly OPTIONS: JobsOptions = { attempts: 4 }; static send() { return mail.add('a', {}, A.OPTIONS); } }\nawait A.send();`,
    '4',
  ),
  sample('a quoted key', add("{ 'attempts': 3 }"), '3'),
  sample('a computed key', `const key = 'attempts';\n${add('{ [key]: 3 }')}`, '3'),
  sample('a key nobody knows', `declare const key: string;\n${add('{ [key]: 3 }')}`, 'unknown'),
  sample('a shorthand', `const attempts = 3;\n${add('{ attempts }')}`, '3'),
  sample('a getter', add('{ get attempts() { return 3; } }'), '3'),
  sample(
    'undefined, and void 0',
    `${add('undefined')}\n${add('{ attempts: void 0 }')}`,
    'default 1',
    'erased 1',
  ),
  sample('a text', add("JSON.parse('{}')"), 'unknown'),
  wrong('unknown', sample('structuredClone', add('structuredClone({ attempts: 3 })'), '3')),
  sample(
    'a member of a member, destructured with a default',
    `const config = { jobs: { mail: { attempts: 3 } } };\nconst { jobs: { mail: { attempts = 9 } } } = config;\n${add('{ attempts }')}`,
    '3',
  ),
  sample(
    'a destructured default that holds',
    `const config: { attempts?: number } = {};\nconst { attempts = 9 } = config;\n${add('{ attempts }')}`,
    '9',
  ),
  sample('an element of a list', `const all = [{ attempts: 3 }, { attempts: 4 }];\n${add('all[1]')}`, '4'),
  wrong(
    'unknown',
    sample(
      'an element of a list that nobody knows',
      `const all = [{ attempts: 3 }, { attempts: 4 }];\ndeclare const n: number;\n${add('all[n]!')}`,
      '3|4',
    ),
  ),
];

const spreads: readonly Sample[] = [
  sample(
    'what comes last wins',
    `const base: JobsOptions = { attempts: 3 };\n${add('{ attempts: 2, ...base }')}\n${add('{ ...base, attempts: 2 }')}\n${add('{ ...base, ...{ attempts: 4 }, delay: 1 }')}`,
    '3',
    '2',
    '4',
  ),
  sample(
    'a spread of an undefined',
    `const base: JobsOptions = { attempts: 3 };\n${add('{ ...base, ...(undefined as JobsOptions | undefined) }')}`,
    '3',
  ),
  sample(
    'a spread erases',
    `const base = { attempts: 3 };\n${add('{ ...base, attempts: undefined }')}`,
    'erased 1',
  ),
  sample(
    'an unknown spread before',
    `declare const any: JobsOptions;\n${add('{ ...any, attempts: 2 }')}\n${add('{ attempts: 2, ...any }')}`,
    '2',
    'unknown',
  ),
  sample(
    'a spread whose type has no such key',
    `declare const other: { delay: number };\n${add('{ attempts: 2, ...other }')}`,
    '2',
  ),
  sample(
    'a spread that stands under a condition',
    `declare const urgent: boolean;\n${add('{ ...(urgent && { attempts: 5 }) }')}\n${add('{ attempts: 2, ...(urgent ? { attempts: 5 } : {}) }')}\n${add('{ attempts: 2, ...(urgent ? { attempts: 5 } : undefined) }')}`,
    'unknown',
    '2|5',
    '2|5',
  ),
  sample(
    'Object.assign',
    `const base = { attempts: 3 };\n${add('Object.assign({}, base)')}\n${add('Object.assign({}, base, { attempts: 5 })')}\n${add('Object.assign({ attempts: 1 }, { delay: 1 })')}`,
    '3',
    '5',
    '1',
  ),
  sample(
    'Object.assign into a constant',
    `const options: JobsOptions = {};\nObject.assign(options, { attempts: 3 });\n${add('options')}`,
    '3',
  ),
  sample(
    'filled in step by step',
    `const options: JobsOptions = {};\noptions.delay = 5;\noptions.attempts = 3;\n${add('options')}`,
    '3',
  ),
  sample(
    'filled in with a text key',
    `const options: JobsOptions = {};\noptions['attempts'] = 3;\n${add('options')}`,
    '3',
  ),
  sample(
    'overwritten step by step',
    `const options: JobsOptions = { attempts: 1 };\noptions.attempts = 3;\n${add('options')}`,
    '3',
  ),
  sample(
    'filled in behind the dispatch',
    `const options: JobsOptions = {};\n${add('options')}\noptions.attempts = 3;`,
    'default 1',
  ),
  sample(
    'filled in under a condition',
    `declare const urgent: boolean;\nconst options: JobsOptions = { attempts: 2 };\nif (urgent) options.attempts = 3;\n${add('options')}`,
    '2|3',
  ),
  wrong(
    'FALSE REPORT: default 1',
    sample(
      'given to a function that may fill it in',
      `declare function fill(options: JobsOptions): void;\nconst options: JobsOptions = {};\nfill(options);\n${add('options')}`,
      'unknown',
    ),
  ),
  sample(
    'given to a project function that fills it in',
    `function fill(options: JobsOptions) { options.attempts = 4; }\nconst options: JobsOptions = {};\nfill(options);\n${add('options')}`,
    'unknown',
  ),
  sample(
    'delete',
    `const options: JobsOptions = { attempts: 3 };\ndelete options.attempts;\n${add('options')}`,
    'default 1',
  ),
  sample(
    'delete under a condition',
    `declare const urgent: boolean;\nconst options: JobsOptions = { attempts: 3 };\nif (urgent) delete options.attempts;\n${add('options')}`,
    'unknown',
  ),
  sample(
    'the rest of a constant, without attempts',
    `const base = { attempts: 3, delay: 5 };\nconst { attempts, ...rest } = base;\n${add('rest')}\n${add('{ ...rest, attempts }')}`,
    'default 1',
    '3',
  ),
];

const branches: readonly Sample[] = [
  sample('a ternary', `declare const urgent: boolean;\n${add('{ attempts: urgent ? 5 : 2 }')}`, '2|5'),
  sample(
    'a ternary of objects',
    `declare const urgent: boolean;\n${add('urgent ? { attempts: 5 } : { attempts: 2 }')}`,
    '2|5',
  ),
  sample(
    'a ternary whose test is known',
    `const urgent = true;\n${add('{ attempts: urgent ? 5 : 2 }')}`,
    '5',
  ),
  sample(
    'one side of a ternary is unknown',
    `declare const n: number | undefined;\n${add('{ attempts: n ? n : 2 }')}`,
    'unknown',
  ),
  sample(
    '??',
    `const none: number | undefined = undefined;\nconst zero = 0;\nconst two: number | undefined = 2;\n${add('{ attempts: none ?? 3 }')}\n${add('{ attempts: zero || 4 }')}\n${add('{ attempts: two ?? 4 }')}`,
    '3',
    '4',
    '2',
  ),
  sample(
    '?? of something unknown',
    `declare const given: number | undefined;\n${add('{ attempts: given ?? 3 }')}`,
    'configured 3',
  ),
  sample(
    'a table with a key that is known',
    `const runs = { mail: 3, sms: 5 } as const;\n${add('{ attempts: runs.mail }')}\n${add("{ attempts: runs['sms'] }")}`,
    '3',
    '5',
  ),
  sample(
    'a table with a key of a union',
    `const runs = { mail: 3, sms: 5, push: 9 } as const;\ndeclare const type: 'mail' | 'sms';\n${add('{ attempts: runs[type] }')}`,
    '3|5',
  ),
  sample(
    'a table with a key of an enum',
    `enum Kind { A = 'a', B = 'b' }\nconst runs: Record<Kind, number> = { [Kind.A]: 3, [Kind.B]: 5 };\ndeclare const kind: Kind;\n${add('{ attempts: runs[kind] }')}\n${add('{ attempts: runs[Kind.B] }')}`,
    '3|5',
    '5',
  ),
  sample(
    'a table with any text for a key',
    `const runs: Record<string, number> = { mail: 3, sms: 5 };\ndeclare const type: string;\n${add('{ attempts: runs[type] }')}`,
    'unknown',
  ),
  sample(
    'a table with any text for a key, and ??',
    `const runs: Record<string, number> = { mail: 3, sms: 5 };\ndeclare const type: string;\n${add('{ attempts: runs[type] ?? 7 }')}`,
    '3|5|7',
  ),
  sample(
    'a table of objects with a key of a union',
    `const table = { mail: { attempts: 3 }, sms: { attempts: 3, delay: 1 } };\ndeclare const type: keyof typeof table;\n${add('table[type]')}`,
    '3',
  ),
  sample(
    'a table of objects of which one says nothing',
    `const table: Record<'mail' | 'sms', JobsOptions> = { mail: { attempts: 3 }, sms: {} };\ndeclare const type: 'mail' | 'sms';\n${add('table[type]')}`,
    'unknown',
  ),
  sample(
    'a Map of options',
    `const table = new Map<string, JobsOptions>([['mail', { attempts: 3 }], ['sms', {}]]);\n${add("table.get('mail')")}\n${add("table.get('sms')")}`,
    '3',
    'default 1',
  ),
  sample(
    'a helper with if',
    `function runs(urgent: boolean) { if (urgent) { return 5; } return 2; }\ndeclare const urgent: boolean;\n${add('{ attempts: runs(urgent) }')}\n${add('{ attempts: runs(true) }')}`,
    '2|5',
    '5',
  ),
  sample(
    'a helper with if and else, returning objects',
    `function optionsOf(type: 'a' | 'b') { if (type === 'a') return { attempts: 5 }; else return { attempts: 2, delay: 5 }; }\ndeclare const type: 'a' | 'b';\n${add('optionsOf(type)')}\n${add("optionsOf('b')")}`,
    '2|5',
    '2',
  ),
  sample(
    'a helper with switch; a branch that throws does not count',
    `type Type = 'a' | 'b' | 'c';\nfunction runs(type: Type): number {\n  switch (type) {\n    case 'a':\n    case 'b':\n      return 5;\n    case 'c': {\n      return 2;\n    }\n    default:\n      throw new Error(type);\n  }\n}\ndeclare const type: Type;\n${add('{ attempts: runs(type) }')}\n${add("{ attempts: runs('b') }")}\n${add("{ attempts: runs('c') }")}`,
    '2|5',
    '5',
    '2',
  ),
  sample(
    'a helper that falls off its end',
    `function optionsOf(type: string): JobsOptions | undefined {\n  if (type === 'a') return { attempts: 5 };\n  return;\n}\ndeclare const type: string;\n${add('optionsOf(type)')}\n${add("optionsOf('a')")}\n${add("optionsOf('x')")}`,
    'unknown',
    '5',
    'default 1',
  ),
  sample(
    'a switch that falls off its end',
    `function runs(type: string): number | undefined { switch (type) { case 'a': return 5; } return undefined; }\n${add("{ attempts: runs('a') }")}\n${add("{ attempts: runs('b') }")}`,
    '5',
    'erased 1',
  ),
  sample(
    'a helper that logs first, with a local',
    `function optionsOf(urgent: boolean): JobsOptions {\n  console.log(urgent);\n  const attempts = urgent ? 5 : 2;\n  const options: JobsOptions = { attempts };\n  options.delay = 5;\n  return options;\n}\n${add('optionsOf(true)')}\n${add('optionsOf(false)')}`,
    '5',
    '2',
  ),
  wrong(
    'runs(a) is 1|3|5: the caller does not choose the case of an assignment',
    sample(
      'a helper with let and a switch',
      `function runs(type: string) { let n = 1; switch (type) { case 'a': n = 5; break; case 'b': n = 3; break; } return n; }\ndeclare const type: string;\n${add('{ attempts: runs(type) }')}\n${add("{ attempts: runs('a') }")}`,
      '1|3|5',
      '5',
    ),
  ),
  sample(
    'a helper with a loop',
    `function runs() { let n = 1; for (let i = 0; i < 3; i += 1) n += 1; return n; }\n${add('{ attempts: runs() }')}`,
    'unknown',
  ),
  sample(
    'a helper with try',
    `function runs(t: string) { try { return JSON.parse(t).length > 2 ? 3 : 5; } catch { return 7; } }\ndeclare const t: string;\n${add('{ attempts: runs(t) }')}`,
    '3|5|7',
  ),
  sample(
    'an async helper, a generator',
    `async function optionsOf() { return { attempts: 3 }; }\nfunction* all() { yield { attempts: 3 }; }\n${add('await optionsOf()')}\n${add('all().next().value as JobsOptions')}`,
    '3',
    'unknown',
  ),
  sample(
    'a helper that throws always',
    `function runs(): number { throw new Error(); }\n${add('{ attempts: runs() }')}`,
    'unknown',
  ),
  sample('a let that is reassigned at once', `let attempts = 1;\nattempts = 3;\n${add('{ attempts }')}`, '3'),
  sample(
    'a let that is reassigned under a condition',
    `declare const urgent: boolean;\nlet attempts = 1;\nif (urgent) attempts = 3;\n${add('{ attempts }')}`,
    '1|3',
  ),
  sample(
    'a let that is reassigned between two dispatches',
    `let attempts = 2;\n${add('{ attempts }')}\nattempts = 3;\n${add('{ attempts }')}`,
    '2',
    '3',
  ),
  sample('a let that is counted up', `let attempts = 1;\nattempts += 1;\n${add('{ attempts }')}`, 'unknown'),
  sample(
    'a let of the module that another function changes',
    `let attempts = 1;\nexport function set(n: number) { attempts = n; }\nexport const send = () => mail.add('a', {}, { attempts });`,
    'unknown',
  ),
  wrong(
    '2|4 twice: typeof does not choose',
    sample(
      'typeof and in',
      `function runs(v: string | number) { if (typeof v === 'string') return 4; return 2; }\n${add("{ attempts: runs('x') }")}\n${add('{ attempts: runs(5) }')}`,
      '4',
      '2',
    ),
  ),
  sample(
    'a caller that chooses a key',
    `const table = { low: { attempts: 1 }, high: { attempts: 9 } };\nconst optionsOf = (level: keyof typeof table) => ({ ...table[level], delay: 1 });\n${add("optionsOf('low')")}\n${add("optionsOf('high')")}`,
    '1',
    '9',
  ),
  sample(
    'a caller that chooses by a flag in an object',
    `const optionsOf = ({ retry = true, runs = 3 }: { retry?: boolean; runs?: number } = {}) => (retry ? { attempts: runs } : { attempts: 1 });\n${add('optionsOf()')}\n${add('optionsOf({ retry: false })')}\n${add('optionsOf({ runs: 8 })')}`,
    '3',
    '1',
    '8',
  ),
];

const environment: readonly Sample[] = [
  sample('Number(… ?? 3)', add('{ attempts: Number(process.env.X ?? 3) }'), 'configured 3'),
  sample("Number(… ?? '3')", add("{ attempts: Number(process.env['X'] ?? '3') }"), 'configured 3'),
  sample("parseInt(… || '3', 10)", add("{ attempts: parseInt(process.env.X || '3', 10) }"), 'configured 3'),
  sample('Number.parseInt', add("{ attempts: Number.parseInt(process.env.X || '3') }"), 'configured 3'),
  sample('+(… ?? 3)', add('{ attempts: +(process.env.X ?? 3) }'), 'configured 3'),
  sample('Number(…) || 3', add('{ attempts: Number(process.env.X) || 3 }'), 'configured 3'),
  sample('a ternary', add('{ attempts: process.env.X ? Number(process.env.X) : 3 }'), 'configured 3'),
  sample(
    'in a constant of a configuration object',
    `const config = { runs: Number(process.env.X ?? 3) } as const;\n${add('{ attempts: config.runs }')}`,
    'configured 3',
  ),
  wrong(
    'unknown',
    sample(
      'a destructured environment with a default',
      `const { X = '3' } = process.env;\n${add('{ attempts: Number(X) }')}`,
      'configured 3',
    ),
  ),
  sample(
    'a helper for numbers',
    `const envNumber = (name: string, fallback: number) => Number(process.env[name] ?? fallback);\n${add("{ attempts: envNumber('X', 3) }")}`,
    'configured 3',
  ),
  sample(
    'a helper for numbers, with if',
    `function envNumber(name: string, fallback: number): number {\n  const raw = process.env[name];\n  if (raw === undefined) return fallback;\n  const n = Number.parseInt(raw, 10);\n  return Number.isNaN(n) ? fallback : n;\n}\n${add("{ attempts: envNumber('X', 3) }")}`,
    'configured 3',
  ),
  sample('no fallback', add('{ attempts: Number(process.env.X) }'), 'unknown'),
  sample('no fallback, parseInt and !', add('{ attempts: parseInt(process.env.X!, 10) }'), 'unknown'),
  sample(
    'an environment that chooses between two numbers',
    add("{ attempts: process.env.NODE_ENV === 'production' ? 5 : 1 }"),
    '1|5',
  ),
  sample(
    'a configuration service',
    `declare const config: { get<T>(key: string, fallback: T): T };\n${add("{ attempts: config.get('X', 3) }")}`,
    'unknown',
  ),
];

const all = { literals, spreads, branches, environment };
const samples = Object.entries(all).flatMap(([table, each]) => each.map((one) => ({ table, ...one })));
const files = Object.fromEntries(
  samples.flatMap(({ code }, index) =>
    Object.entries(typeof code === 'string' ? { 'app.ts': code } : code).map(([name, one]) => [
      `${String(index)}/${name}`,
      one,
    ]),
  ),
);
let project: Project | undefined;
const theProject = (): Project =>
  (project ??= Project.of(Code.of(programOf(files)), new Vocabulary(undefined, root)));

describe.each(Object.keys(all))('%s', (table) => {
  for (const [index, each] of samples.entries()) {
    if (each.table !== table) continue;
    const run = each.bug === undefined ? it : it.fails;
    run(each.name, () => {
      const file = theProject().files.find(({ fileName }) => fileName === `${root}/${String(index)}/app.ts`);
      if (!file) throw new Error('no such file');
      const found = theProject()
        .dispatchesIn(file)
        .map(({ policy }) => text(policy.attempts));
      expect(found).toEqual(each.attempts);
    });
  }
});

it('every sample type-checks', () => {
  expect(
    errorsOf(samples.map(({ name, code }) => [name, typeof code === 'string' ? { 'app.ts': code } : code])),
  ).toEqual([]);
});

const backoff = (name: string, code: string, extra: Partial<Case> = {}): Case => ({
  name,
  code: `${head}${code}\nexport {};`,
  ...extra,
});
/** What users see of it. */
const seen: readonly Case[] = [
  backoff(
    'an environment number: nobody knows whether it retries',
    add('{ attempts: Number(process.env.X ?? 3) }'),
  ),
  backoff(
    'a set of numbers that are all more than one',
    `declare const type: 'a' | 'b';\nconst runs = { a: 3, b: 5 } as const;\n${add('{ «attempts: runs[type]» }')}`,
  ),
  backoff(
    'a set of numbers, one of which is one: silent',
    `declare const type: 'a' | 'b';\nconst runs = { a: 1, b: 5 } as const;\n${add('{ attempts: runs[type] }')}`,
  ),
  backoff(
    'a helper in which every branch retries at once',
    `declare const urgent: boolean;\nfunction of(urgent: boolean): JobsOptions { if (urgent) return { attempts: 5 }; return { attempts: 3, backoff: 1000 }; }\n${add('of(urgent)')}`,
  ),
  backoff(
    'filled in step by step, with a backoff',
    `const options: JobsOptions = { attempts: 3 };\noptions.backoff = { type: 'exponential', delay: 1000 };\n${add('options')}`,
  ),
  backoff(
    'an environment delay',
    add(`{ attempts: 3, backoff: { type: 'exponential', delay: Number(process.env.X ?? 1000) } }`),
  ),
  backoff(
    'a backoff that is merged under a condition',
    `declare const urgent: boolean;\n${add(`{ attempts: 3, ...(urgent ? {} : { backoff: 1000 }) }`)}`,
  ),
  backoff('a backoff of a number that is zero', add('{ attempts: 3, «backoff: 0» }'), { ids: 'immediate' }),
];

describe('require-retry-backoff', () => {
  testRule('require-retry-backoff', 'missing', { seen }, { typedOutputs: true });
});

const limits: readonly Case[] = [
  backoff(
    'an environment number with a fallback is a decision',
    add('{ attempts: Number(process.env.X ?? 3) }'),
  ),
  backoff('an environment number without one is unknown', add('{ attempts: Number(process.env.X) }')),
  backoff(
    'a table in which nobody decides',
    `declare const type: 'a' | 'b';\nconst table: Record<'a' | 'b', JobsOptions> = { a: { delay: 1 }, b: {} };\n${add('«table[type]»')}`,
  ),
  backoff(
    'a helper in which nobody decides',
    `declare const urgent: boolean;\nfunction of(urgent: boolean): JobsOptions { if (urgent) return { priority: 1 }; return {}; }\nawait mail.add('a', {}, «of(urgent)»);`,
  ),
  backoff(
    'a helper of which one branch throws, the other decides nothing',
    `declare const type: string;\nfunction of(type: string): JobsOptions { switch (type) { case 'a': return { priority: 1 }; default: throw new Error(type); } }\nawait mail.add('a', {}, «of(type)»);`,
  ),
  backoff(
    'a table that may be wrong: Infinity in one branch',
    `declare const urgent: boolean;\n${add('{ attempts: urgent ? Infinity : 3 }')}`,
  ),
];

describe('require-retry-limit', () => {
  testRule('require-retry-limit', 'undecided', { limits }, { typedOutputs: true });
});
