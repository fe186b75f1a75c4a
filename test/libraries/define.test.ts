import { describe, expect, it } from 'vitest';
import { defineLibrary, type LibraryDefinition } from '../../src/index.js';
import { builtIn } from '../../src/libraries/vocabulary.js';
import { lint } from '../harness.js';

/** What defineLibrary says against a definition of the name and package that are given here, and of this. */
function problemsOf(definition: object): readonly string[] {
  try {
    defineLibrary({ name: 'Own', packages: ['own'], ...definition });
    return [];
  } catch (error) {
    const [head, ...problems] = (error as Error).message.split('\n- ');
    expect(head).toBe('This is no task library that eslint-plugin-tasks understands:');
    expect(error).toBeInstanceOf(TypeError);
    return problems;
  }
}

const matchers = 'construct, call, method, property, decorator, extends, directive, typed, takes';
const beginnings =
  'a place begins with arg0, argLast, args, item, next.arg0, end.args, chain, self, receiver, holder, around, key, name, typeArg0, member.x, static.x, param0 or params';

describe('defineLibrary', () => {
  it('gives back what it is given', () => {
    const definition = { name: 'Own', packages: ['own'] };
    expect(defineLibrary(definition)).toBe(definition);
  });

  it.each(builtIn.map((library) => [library.name, library] as const))('accepts %s', (_, library) => {
    expect(defineLibrary(library)).toBe(library);
  });

  it.each<[string, object, ...string[]]>([
    ['no name', { name: undefined }, 'name is missing'],
    ['an empty name', { name: '' }, "name must be a text, not ''"],
    ['a name that is no text', { name: 5 }, 'name must be a text, not 5'],
    [
      'neither packages nor files',
      { packages: undefined },
      'the library names neither packages nor files, so nothing could ever match',
    ],
    ['packages that are no list', { packages: 'own' }, "packages must be a list, not 'own'"],
    ['a package that is no text', { packages: ['own', 5] }, 'packages[1] must be a text, not 5'],
    ['handlers that are no list', { handlers: {} }, 'handlers must be a list, not an object'],
    ['a site that is no object', { dispatches: ['add'] }, "dispatches[0] must be an object, not 'add'"],
    [
      'a site without a matcher',
      { dispatches: [{ payload: 'arg0' }] },
      `dispatches[0] must have exactly one of ${matchers}; it has none`,
    ],
    [
      'a site with two matchers',
      { waits: [{ call: 'wait', method: 'Job.wait' }] },
      `waits[0] must have exactly one of ${matchers}; it has call and method`,
    ],
    [
      'a method without its class',
      { dispatches: [{ method: 'add' }] },
      "dispatches[0].method must be a class and a method such as 'Queue.add', not 'add'",
    ],
    [
      'a place that begins with nothing known',
      { dispatches: [{ call: 'send', payload: 'argument0' }] },
      `dispatches[0].payload is 'argument0': ${beginnings}`,
    ],
    [
      'a place that goes on wrongly',
      { dispatches: [{ call: 'send', payload: 'arg0..data' }] },
      "dispatches[0].payload is 'arg0..data': '..data' is neither .key nor [] nor () nor (0)",
    ],
    [
      'a second call of what is no argument',
      { dispatches: [{ call: 'send', payload: 'next.self' }] },
      "dispatches[0].payload is 'next.self': a place begins with arg0, argLast, args, item, next.arg0, end.args, chain, self, receiver, holder, around, key, name, typeArg0, member.x, static.x, param0 or params",
    ],
    [
      'a place that is no text',
      { handlers: [{ call: 'task', payload: 0 }] },
      "handlers[0].payload must be a place such as 'arg0' or 'arg1.options', not 0",
    ],
    [
      'a kind of value that is none',
      { dispatches: [{ call: 'send', when: { arg0: 'text' } }] },
      "dispatches[0].when.arg0 must be 'string', 'object', 'array', 'function', 'number', 'none', not 'text'",
    ],
    [
      'a number of arguments below zero',
      { dispatches: [{ call: 'send', when: { arguments: -1 } }] },
      'dispatches[0].when.arguments must be a number of at least 0, not -1',
    ],
    [
      'a key that is not known',
      { attempts: { counts: 'runs', default: 1, limit: 'x' } },
      'attempts.limit is not known here; known are option, counts, queueCounts, aliases, unlimited, means, zeroIsUnset, countsLost, ceiling, boundedBy, switch, default, infinity',
    ],
    [
      'a name of Object.prototype as a key',
      { attempts: { counts: 'runs', default: 1, toString: 'x' } },
      'attempts.toString is not known here; known are option, counts, queueCounts, aliases, unlimited, means, zeroIsUnset, countsLost, ceiling, boundedBy, switch, default, infinity',
    ],
    ['attempts without a default', { attempts: { counts: 'runs' } }, 'attempts.default is missing'],
    [
      'attempts that count something else',
      { attempts: { counts: 'tries', default: 1 } },
      "attempts.counts must be 'runs', 'retries', not 'tries'",
    ],
    [
      'a default that is neither a number nor unlimited',
      { attempts: { counts: 'runs', default: 'many' } },
      "attempts.default must be 'unlimited', as documented, not 'many'",
    ],
    [
      'a backoff of no kind',
      { backoff: { default: 'linear' } },
      "backoff.default must be 'none', 'fixed', 'exponential', 'custom', not 'linear'",
    ],
    [
      'a backoff whose value means no kind',
      { backoff: { default: 'none', type: { key: 'type', values: { linear: 'linear' } } } },
      "backoff.type.values.linear must be 'none', 'fixed', 'exponential', 'custom', not 'linear'",
    ],
    [
      'a unit that is none',
      { timeLimit: { option: 'timeout', unit: 'd', default: 'none' } },
      "timeLimit.unit must be 'ms', 's', 'min', 'h', not 'd'",
    ],
    [
      'an acknowledgement at no known time',
      { acknowledgement: { default: true } },
      "acknowledgement.default must be 'early', 'late', 'manual', not true",
    ],
    [
      'a layer that is none',
      { layers: ['queue', 'call'] },
      "layers[1] must be 'config', 'queue', 'definition', 'dispatch', not 'call'",
    ],
    [
      'a serializer by another name',
      { serializer: 'yaml' },
      "serializer must be 'json', 'superjson', 'devalue', 'structured-clone', 'bson', 'bytes', 'json-quiet', 'json-or-bytes', not 'yaml'",
    ],
    [
      'a serializer that is a function',
      { serializer: () => '' },
      "serializer must be 'json', 'superjson', 'devalue', 'structured-clone', 'bson', 'bytes', 'json-quiet', 'json-or-bytes', not a function",
    ],
    [
      'a flag that is no boolean',
      { queues: [{ construct: 'Queue', root: 'yes' }] },
      "queues[0].root must be true or false, not 'yes'",
    ],
    [
      'a chain without its ends',
      { dispatches: [{ method: 'Queue.create', chain: { setters: {} } }] },
      'dispatches[0].chain.ends is missing',
    ],
    ['a config without its place', { configs: [{ file: 'own.config.ts' }] }, 'configs[0].options is missing'],
    [
      'several mistakes at once',
      { handlers: 5, attempts: {} },
      'handlers must be a list, not 5',
      'attempts.counts is missing',
      'attempts.default is missing',
    ],
  ])('refuses %s', (_, definition, ...problems) => {
    expect(problemsOf(definition)).toEqual(problems);
  });

  it('says which of several places is wrong', () => {
    expect(problemsOf({ handlers: [{ call: 'task', options: ['arg1', 'x'] }] })).toEqual([
      `handlers[0].options[1] is 'x': ${beginnings}`,
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['a text', 'own'],
  ])('refuses %s instead of a definition', (_, definition) => {
    expect(() => defineLibrary(definition as unknown as LibraryDefinition)).toThrow(TypeError);
  });
});

const bullmq = `import { Queue } from 'bullmq';\nawait new Queue('mail').add('send', {});`;
/** What is reported for two rules and these settings, one text a report. */
const reports = (settings: unknown, code = bullmq): readonly string[] =>
  lint(
    { 'app.ts': code },
    { rules: { 'no-model-payload': {}, 'require-retry-limit': {} }, settings: settings as object },
  ).map(
    ({ line, messageId, message }) =>
      `${String(line)} ${messageId ?? ''}${messageId === 'settings' ? `: ${message}` : ''}`,
  );
const settings = (problem: string): string => `1 settings: eslint-plugin-tasks: ${problem}.`;

describe('settings', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['settings that are no object', 'x', [settings('settings.tasks must be an object')]],
    ['a list', [], [settings('settings.tasks must be an object')]],
    [
      'a key that is not known',
      { library: [] },
      [settings('settings.tasks.library is not known; known are libraries, missingTypes')],
    ],
    [
      'libraries that are no list',
      { libraries: {} },
      [settings('settings.tasks.libraries must be a list of libraries')],
    ],
    [
      'a word for missing types that is not known',
      { missingTypes: 'error' },
      [settings("settings.tasks.missingTypes must be 'ignore' or 'report'")],
    ],
    [
      'a definition with a mistake, which says where it stands',
      {
        libraries: [
          { name: 'Own', packages: ['own'] },
          { name: 5, files: ['x'] },
        ],
      },
      [settings('settings.tasks.libraries[1].name must be a text, not 5')],
    ],
    [
      'two mistakes are two reports',
      { libraries: [{ name: 'Own', packages: ['own'], handlers: [{}], waits: 5 }] },
      [
        settings(`settings.tasks.libraries[0].handlers[0] must have exactly one of ${matchers}; it has none`),
        settings('settings.tasks.libraries[0].waits must be a list, not 5'),
      ],
    ],
    [
      'a definition that extends what is not known',
      { libraries: [{ name: 'Own', packages: ['own'], extends: 'Bee' }] },
      [settings("the library 'Own' extends 'Bee', which is not known")],
    ],
    [
      'a library of neither packages nor files',
      { libraries: [{ name: 'Own' }] },
      [settings('settings.tasks.libraries[0] names neither packages nor files, so nothing could ever match')],
    ],
  ])('%s: reported once a file, on line 1, and BullMQ is known all the same', (_, given, expected) => {
    expect(reports(given)).toEqual([...expected, '2 undecided']);
  });

  it('are reported in a file that has no tasks too', () => {
    expect(reports('x', 'export {};')).toEqual([settings('settings.tasks must be an object')]);
  });

  it.each<[string, object]>([
    ['an empty object', {}],
    ['no libraries', { libraries: [] }],
  ])('without a mistake say nothing: %s', (_, given) => {
    expect(reports(given)).toEqual(['2 undecided']);
  });

  it('one configuration without settings is not blamed for the text in another', () => {
    reports('x');
    expect(reports(undefined)).toEqual(['2 undecided']);
  });

  it('a broken library does not disable a good one beside it', () => {
    const good = {
      name: 'Own',
      files: ['own.ts'],
      dispatches: [{ call: 'send', payload: 'arg0', options: 'arg1' }],
      attempts: { option: 'tries', counts: 'runs', default: 1 },
    };
    const files = {
      'own.ts': 'export const send = (data: object, options?: object) => [data, options];',
      'app.ts': `import { send } from './own.js';\nsend({});`,
    };
    const found = lint(files, {
      rules: { 'require-retry-limit': {} },
      settings: { libraries: [{ name: 5 }, good] },
    });
    expect(
      found.filter(({ file }) => file === 'app.ts').map(({ line, messageId }) => [line, messageId]),
    ).toEqual([
      [1, 'settings'],
      [1, 'settings'],
      [2, 'undecided'],
    ]);
  });
});
