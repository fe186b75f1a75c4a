import { describe, expect, it } from 'vitest';
import type { LibraryDefinition } from '../../src/index.js';
import { type Files, lint } from '../harness.js';
import { type Case, errorsOf, testRule, unmark } from '../rules/support.js';

/** A team's own framework: a function, a decorator and a base class with the same options. */
const framework = `export interface TaskOptions {
  name?: string;
  maxRetries?: number;
  retryBackoff?: boolean;
  timeLimit?: number;
  acksLate?: boolean;
  idempotent?: boolean;
}
export function registerTask<T>(name: string, options: TaskOptions, run: (data: T) => unknown): void {
  void [name, options, run];
}
export const Task = (options: TaskOptions) => (target: object, key: string) => void [options, target, key];
export abstract class BaseTask<T> {
  static readonly options: TaskOptions = {};
  abstract execute(data: T): Promise<unknown>;
}
export class TaskClient {
  static send(name: string, data: object): Promise<void> {
    return Promise.resolve(void [name, data]);
  }
}
`;
const library: LibraryDefinition = {
  name: 'Own',
  files: ['own.ts'],
  handlers: [
    { decorator: 'Task', task: 'arg0.name', options: 'arg0', handler: 'self', payload: 'param0' },
    { call: 'registerTask', task: 'arg0', options: 'arg1', handler: 'arg2', payload: 'param0' },
    { extends: 'BaseTask', options: 'static.options', handler: 'member.execute', payload: 'param0' },
  ],
  dispatches: [{ method: 'TaskClient.send', task: 'arg0', payload: 'arg1' }],
  attempts: { option: 'maxRetries', counts: 'retries', default: 4 },
  backoff: { option: 'retryBackoff', true: 'exponential', default: 'none', jittered: true },
  timeLimit: { option: 'timeLimit', unit: 's', default: 'none' },
  acknowledgement: { option: 'acksLate', default: 'early' },
  idempotent: 'idempotent',
  suggest: {
    attempts: 'maxRetries: 3, retryBackoff: true',
    runOnce: 'maxRetries: 0',
    backoff: 'retryBackoff: true',
    timeLimit: 'timeLimit: 60',
  },
};
const withOwn = (cases: readonly Case[]): readonly Case[] =>
  cases.map((each) => ({
    settings: { libraries: [library] },
    ...each,
    code: {
      'own.ts': framework,
      'app.ts': `import { BaseTask, registerTask, Task, TaskClient } from './own.js';\nexport { BaseTask, registerTask, Task, TaskClient };\n${typeof each.code === 'string' ? each.code : ''}`,
    },
  }));
const decorated = (options: string, mark = true): string =>
  `export class Mails {\n  ${mark ? '«' : ''}@Task(${options})${mark ? '»' : ''}\n  async send(data: { id: number }) {\n    return fetch(String(data.id));\n  }\n}`;
const based = (options: string, name = 'Mails'): string =>
  `export class ${name} extends BaseTask<{ id: number }> {\n  static override readonly options = ${options};\n  async execute(data: { id: number }) {\n    return fetch(String(data.id));\n  }\n}`;
const registered = (options: string, callee = 'registerTask'): string =>
  `${callee}('send', ${options}, async (data: { id: number }) => fetch(String(data.id)));`;

const limits = withOwn(
  [
    {
      name: 'a function without a limit: at its options',
      code: registered('«{}»'),
      outputs: [[registered('{ maxRetries: 3, retryBackoff: true }'), registered('{ maxRetries: 0 }')]],
    },
    { name: 'a function with a limit', code: registered('{ maxRetries: 2 }') },
    { name: 'no retries are a limit', code: registered('{ maxRetries: 0 }') },
    {
      name: 'a limit in a constant',
      code: `const shared = { maxRetries: 2 };\n${registered('{ ...shared, timeLimit: 5 }')}`,
    },
    {
      name: 'a decorator without a limit',
      code: decorated('«{ name: "send" }»', false),
      outputs: [
        [
          '  @Task({ name: "send", maxRetries: 3, retryBackoff: true })'.trim(),
          '@Task({ name: "send", maxRetries: 0 })',
        ],
      ],
    },
    { name: 'a decorator with a limit', code: decorated('{ maxRetries: 2 }', false) },
    {
      name: 'a base class without a limit: at its options',
      code: based('«{ timeLimit: 5 }»'),
      outputs: [
        [
          `static override readonly options = { timeLimit: 5, maxRetries: 3, retryBackoff: true };`,
          `static override readonly options = { timeLimit: 5, maxRetries: 0 };`,
        ],
      ],
    },
    { name: 'a base class with a limit', code: based('{ maxRetries: 2 }') },
    {
      name: 'options that the base class of the project states',
      code: `${based('{ maxRetries: 2 }', 'Shared')}\nexport class Mails extends Shared {\n  override async execute(data: { id: number }) {\n    return fetch(String(data.id));\n  }\n}`,
    },
    {
      name: 'a method of the same name elsewhere',
      code: `const registry = { registerTask: (name: string, options: object) => [name, options] };\nregistry.registerTask('send', {});`,
    },
    { name: 'Infinity', code: registered('{ «maxRetries: Infinity» }'), ids: 'infinite', options: {} },
  ].map((each) => ({ ids: 'bounded', options: { stated: true }, ...each })),
);

const backoffs = withOwn([
  {
    name: 'retries without a pause',
    code: registered('{ «maxRetries: 2» }'),
    outputs: [[registered('{ maxRetries: 2, retryBackoff: true }')]],
  },
  { name: 'one retry is a second run', code: registered('{ «maxRetries: 1» }') },
  { name: 'no retry needs no pause', code: registered('{ maxRetries: 0 }') },
  { name: 'a pause that is switched on', code: registered('{ maxRetries: 2, retryBackoff: true }') },
  {
    name: 'a pause that is switched off',
    code: registered('{ maxRetries: 2, «retryBackoff: false» }'),
    ids: 'immediate',
    outputs: [[registered('{ maxRetries: 2, retryBackoff: true }')]],
  },
  { name: 'a decorator', code: decorated('{ «maxRetries: 2» }', false) },
  { name: 'a base class', code: based('{ «maxRetries: 2» }') },
]);

const times = withOwn([
  {
    name: 'a function',
    code: registered('{}', '«registerTask»'),
    outputs: [[registered('{ timeLimit: 60 }')]],
  },
  { name: 'a decorator', code: decorated('{}'), outputs: [['@Task({ timeLimit: 60 })']] },
  {
    name: 'a base class: at its name',
    code: based('{}', '«Mails»'),
    outputs: [['static override readonly options = { timeLimit: 60 };']],
  },
  {
    name: 'stated',
    code: `${registered('{ timeLimit: 5 }')}\n${decorated('{ timeLimit: 5 }', false)}\n${based('{ timeLimit: 5 }', 'Others')}`,
  },
  {
    name: 'an abstract class between',
    code: `export abstract class Mail extends BaseTask<{ id: number }> {}\nexport class «Welcome» extends Mail {\n  async execute(data: { id: number }) {\n    return fetch(String(data.id));\n  }\n}`,
  },
]);

const payloads = withOwn(
  [
    {
      name: 'a dispatch by a static method',
      code: `await TaskClient.send('send', { at: «new Date()» });`,
      ids: 'dispatched',
      messages: ['`payload.at` is a Date'],
    },
    {
      name: 'the parameter of a function',
      code: `registerTask('send', {}, (data: «{ at: Date }») => data.at);`,
      messages: ['`payload.at`'],
    },
    {
      name: 'the parameter of a decorated method',
      code: `export class Mails {\n  @Task({})\n  send(data: «{ at: Date }») {\n    return data.at;\n  }\n}`,
    },
    {
      name: 'the parameter of an extending class',
      code: `export class Mails extends BaseTask<{ at: Date }> {\n  async execute(data: «{ at: Date }») {\n    return data.at;\n  }\n}`,
    },
    { name: 'plain data', code: `await TaskClient.send('send', { at: 1 });` },
  ].map((each) => ({ ids: 'declared', ...each })),
);

const acknowledged = withOwn([
  { name: 'a function', code: registered('{ acksLate: true }', '«registerTask»') },
  { name: 'a decorator', code: decorated('{ acksLate: true }') },
  { name: 'a base class', code: based('{ acksLate: true }', '«Mails»') },
  {
    name: 'a base class with a tag',
    code: `/** @idempotent the upsert decides */\n${based('{ acksLate: true }')}`,
  },
  {
    name: 'declared by an option',
    code: `${registered('{ acksLate: true, idempotent: true }')}\n${decorated('{ acksLate: true, idempotent: true }', false)}\n${based('{ acksLate: true, idempotent: true }', 'Others')}`,
  },
]);

describe('one framework by its files', () => {
  describe('require-retry-limit', () => {
    testRule('require-retry-limit', 'bounded', { limits }, { typedOutputs: true });
  });
  describe('require-retry-backoff', () => {
    testRule('require-retry-backoff', 'missing', { backoffs }, { typedOutputs: true });
  });
  describe('require-time-limit', () => {
    testRule('require-time-limit', 'undecided', { times }, { typedOutputs: true });
  });
  describe('no-unserializable-payload', () => {
    testRule('no-unserializable-payload', 'declared', { payloads });
  });
  describe('require-idempotency-annotation', () => {
    testRule('require-idempotency-annotation', 'chosen', { acknowledged });
  });
});

describe('whose names they are', () => {
  const app = `import { registerTask } from './own.js';\nregisterTask('send', {}, async () => fetch('x'));`;
  const count = (files: Files, definition: Partial<LibraryDefinition>): number =>
    lint(files, {
      rules: { 'require-time-limit': {} },
      settings: { libraries: [{ ...library, ...definition }] },
    }).length;

  it.each<[string, string, readonly string[], number]>([
    ['the file', 'own.ts', ['own.ts'], 1],
    ['the file, from here', 'own.ts', ['./own.ts'], 1],
    ['the file without its ending', 'own.ts', ['own'], 1],
    ['the file as it is imported', 'own.ts', ['own.js'], 1],
    ['its folder', 'lib/own.ts', ['lib'], 1],
    ['its folder with a slash', 'lib/own.ts', ['lib/'], 1],
    ['another file', 'own.ts', ['other.ts'], 0],
    ['a file that begins alike', 'own-framework.ts', ['own'], 0],
    ['a folder that begins alike', 'library/own.ts', ['lib'], 0],
  ])('by files: %s', (_, path, files, expected) => {
    expect(
      count(
        { [path]: framework, 'app.ts': app.replace('./own.js', `./${path.replace('.ts', '.js')}`) },
        { files },
      ),
    ).toBe(expected);
  });

  it('by files, through an index file', () => {
    const files = {
      'own.ts': framework,
      'index.ts': `export * from './own.js';`,
      'app.ts': app.replace('own.js', 'index.js'),
    };
    expect(count(files, {})).toBe(1);
  });

  it.each<[string, string, readonly string[], number]>([
    ['its package', 'eslint-plugin-tasks', ['eslint-plugin-tasks'], 1],
    ['another package', 'eslint-plugin-tasks', ['own'], 0],
  ])('by packages: %s', (_, __, packages, expected) => {
    const rest = { ...library, files: [] };
    const found = lint(
      { 'own.ts': framework, 'app.ts': app },
      { rules: { 'require-time-limit': {} }, settings: { libraries: [{ ...rest, packages }] } },
    );
    expect(found.length).toBe(expected);
  });

  it('by packages that are not installed: the import decides', () => {
    const rest = { ...library, files: [] };
    const found = lint(
      { 'app.ts': app.replace('./own.js', '@acme/tasks') },
      {
        rules: { 'require-time-limit': {} },
        settings: { libraries: [{ ...rest, packages: ['@acme/tasks'] }] },
      },
    );
    expect(found.map(({ text }) => text)).toEqual(['registerTask']);
  });

  it('without types: the relative import decides', () => {
    const found = lint(
      {
        'app.ts': `import { registerTask } from './own.js';\nregisterTask('send', { maxRetries: Infinity }, async () => 1);`,
      },
      { rules: { 'require-retry-limit': {} }, untyped: true, settings: { libraries: [library] } },
    );
    expect(found.map(({ text }) => text)).toEqual(['maxRetries: Infinity']);
  });
});

/** A made-up library, an application, and what `require-retry-limit` (or another rule) says of it. */
const made = (
  name: string,
  own: string,
  app: string,
  definition: Partial<LibraryDefinition>,
  rest: Partial<Case> = {},
): Case => ({
  name,
  code: { 'own.ts': own, 'app.ts': app },
  settings: {
    libraries: [
      {
        name: 'Own',
        files: ['own.ts'],
        attempts: { option: 'tries', counts: 'runs', default: 1 },
        ...definition,
      },
    ],
  },
  ...rest,
});

const builder = `export class Line {
  createJob(data: object) {
    return new Pending(data);
  }
}
class Pending {
  constructor(readonly data: object) {}
  retries(n: number) {
    return n > 0 ? this : this;
  }
  backoff(kind: 'fixed' | 'exponential', delay: number) {
    return [kind, delay].length > 0 ? this : this;
  }
  save() {
    return Promise.resolve(this.data);
  }
}
`;
const chain: Partial<LibraryDefinition> = {
  layers: ['dispatch'],
  dispatches: [
    {
      method: 'Line.createJob',
      payload: 'arg0',
      options: 'chain',
      chain: { ends: ['save'], setters: { retries: 'retries', backoff: ['backoff.type', 'backoff.delay'] } },
    },
  ],
  attempts: { option: 'retries', counts: 'retries', default: 1 },
  backoff: {
    option: 'backoff',
    type: { key: 'type', values: { fixed: 'fixed', exponential: 'exponential' } },
    delay: 'backoff.delay',
    default: 'none',
  },
};
const line = (calls: string): string => `import { Line } from './own.js';\nawait new Line().${calls};`;
const chains: readonly Case[] = [
  made('nothing said: at the method that begins', builder, line('«createJob»({}).save()'), chain),
  made('retries', builder, line('createJob({}).retries(2).save()'), chain),
  made('no retries', builder, line('createJob({}).retries(0).save()'), chain),
  made('another setter', builder, line(`«createJob»({}).backoff('fixed', 5).save()`), chain, {}),
  made('never finished: no dispatch', builder, line('createJob({}).retries(2)'), chain),
  made('never finished and nothing said', builder, line('createJob({})'), chain),
  made(
    'retries that are not known',
    builder,
    line(`createJob({}).retries(Number(process.env['N'])).save()`),
    chain,
  ),
  made(
    'kept in a constant: the end is not followed',
    builder,
    `import { Line } from './own.js';\nconst job = new Line().createJob({});\nawait job.retries(2).save();`,
    chain,
  ),
];
const chainBackoffs: readonly Case[] = [
  made('retries without a pause', builder, line('createJob({}).retries(«2»).save()'), chain, {
    messages: ['`2` without a backoff'],
  }),
  made(
    'retries with a pause',
    builder,
    line(`createJob({}).retries(2).backoff('exponential', 5).save()`),
    chain,
  ),
  made('a pause of zero', builder, line(`createJob({}).retries(2).backoff('fixed', «0»).save()`), chain, {
    ids: 'immediate',
  }),
];

const more: readonly Case[] = [
  made(
    'a curried dispatch: the second call brings the payload',
    `export const start = (work: (data: object) => unknown, options?: object) => (data: object) => [work, options, data];`,
    `import { start } from './own.js';\nconst work = (data: object) => data;\n«start»(work)({});\nstart(work, { tries: 2 })({});`,
    {
      layers: ['dispatch'],
      dispatches: [{ call: 'start', payload: 'next.arg0', options: 'arg1', curried: true }],
    },
  ),
  made(
    'a static method',
    `export class Jobs {\n  static dispatch(data: object, options?: object) {\n    return [data, options];\n  }\n}`,
    `import { Jobs } from './own.js';\nJobs.«dispatch»({});\nJobs.dispatch({}, { tries: 2 });\nexport class Mails extends Jobs {}\nMails.«dispatch»({});`,
    { layers: ['dispatch'], dispatches: [{ method: 'Jobs.dispatch', payload: 'arg0', options: 'arg1' }] },
  ),
  made(
    'a method of an interface and of an object type',
    `export interface Client {\n  send(data: object, options?: object): void;\n}\nexport declare const client: Client;`,
    `import { client } from './own.js';\nclient.«send»({});\nclient.send({}, { tries: 2 });`,
    { layers: ['dispatch'], dispatches: [{ method: 'Client.send', payload: 'arg0', options: 'arg1' }] },
  ),
  made(
    'the kind of an argument decides which argument the options are',
    `export function send(...args: unknown[]) {\n  return args;\n}`,
    `import { send } from './own.js';\nsend('a', {}, { tries: 2 });\nsend({}, { tries: 2 });\nsend({ tries: 2 }, «{}»);\nsend('a', { tries: 2 }, «{}»);\nsend(() => 1, { tries: 2 });\nsend(1, { tries: 2 });`,
    {
      layers: ['dispatch'],
      dispatches: [
        { call: 'send', when: { arg0: 'string' }, payload: 'arg1', options: 'arg2' },
        { call: 'send', when: { arg0: ['object', 'array'] }, payload: 'arg0', options: 'arg1' },
        { call: 'send', when: { arg0: 'function' }, options: 'arg1' },
      ],
    },
  ),
  made(
    'the number of arguments decides',
    `export function send(...args: unknown[]) {\n  return args;\n}`,
    `import { send } from './own.js';\n«send»({});\nsend({}, { tries: 2 });\nsend({}, 'a', { tries: 2 });\nsend({}, 'a', «{}»);\nconst more = [{}, {}];\n«send»(...more);\n«send»({}, ...more);`,
    {
      layers: ['dispatch'],
      dispatches: [
        { call: 'send', when: { arguments: { max: 2 } }, options: 'arg1' },
        { call: 'send', when: { arguments: 3 }, options: 'arg2' },
      ],
    },
  ),
  made(
    'retries count one run less',
    `export const send = (data: object, options?: object) => [data, options];`,
    `import { send } from './own.js';\nsend({}, { «tries: -1» });\nsend({}, { tries: 0 });\nsend({}, { tries: 5 });`,
    {
      layers: ['dispatch'],
      dispatches: [{ call: 'send', payload: 'arg0', options: 'arg1' }],
      attempts: { option: 'tries', counts: 'retries', unlimited: [-1], default: 1 },
    },
    {
      ids: 'infinite',
      messages: ['`-1` is no limit: a task that always fails is run for as long as the queue lives.'],
    },
  ),
  made(
    'a default without end',
    `export const send = (data: object, options?: object) => [data, options];`,
    `import { send } from './own.js';\n«send»({});\nsend({}, { tries: 3 });`,
    {
      layers: ['dispatch'],
      dispatches: [{ call: 'send', payload: 'arg0', options: 'arg1' }],
      attempts: { option: 'tries', counts: 'retries', default: 'unlimited' },
    },
    {
      ids: 'unlimited',
      messages: ['A failing task is run without end: Own has no limit of its own here. State `tries`.'],
    },
  ),
  made(
    'an option deep in the options',
    `export const send = (data: object, options?: object) => [data, options];`,
    `import { send } from './own.js';\nsend({}, { retry: { maximum: 2 } });\nsend({}, «{ retry: {} }»);\nsend({}, «{ maximum: 2 }»);`,
    {
      layers: ['dispatch'],
      dispatches: [{ call: 'send', payload: 'arg0', options: 'arg1' }],
      attempts: { option: 'retry.maximum', counts: 'runs', default: 1 },
    },
  ),
  made(
    'a library without any such setting',
    `export const send = (data: object) => data;`,
    `import { send } from './own.js';\nsend({});`,
    {
      layers: ['dispatch'],
      dispatches: [{ call: 'send', payload: 'arg0' }],
      attempts: { counts: 'runs', default: 1 },
    },
  ),
  made(
    'a list of dispatches by each',
    `export const sendAll = (all: object[]) => all;`,
    `import { sendAll } from './own.js';\nsendAll([«{ data: {} }», { data: {}, with: { tries: 2 } }, { data: {}, with: «{}» }]);`,
    {
      layers: ['dispatch'],
      dispatches: [{ call: 'sendAll', each: 'arg0', payload: 'item.data', options: 'item.with' }],
    },
  ),
  made(
    'an extension of BullMQ: its options and its defaults',
    `export class Mails {\n  enqueue(data: object, options?: object) {\n    return [data, options];\n  }\n}`,
    `import { Mails } from './own.js';\nnew Mails().enqueue({}, { attempts: 2 });`,
    {
      extends: 'BullMQ',
      attempts: undefined as never,
      layers: ['dispatch'],
      dispatches: [{ method: 'Mails.enqueue', payload: 'arg0', options: 'arg1' }],
    },
  ),
];

const configured: Partial<LibraryDefinition> = {
  layers: ['config', 'definition'],
  configs: [{ file: 'own.config.ts', options: 'retries.default' }],
  handlers: [{ call: 'task', options: 'arg0', handler: 'arg0.run', payload: 'param0' }],
  attempts: { option: 'tries', counts: 'runs', default: 1 },
};
const task = `export const task = (options: { id: string; tries?: number; run: (data: object) => unknown }) => options;\nexport const defineConfig = <T>(config: T) => config;`;
const config = (name: string, text: string | undefined, marked: boolean): Case => {
  const base = made(
    name,
    task,
    `import { task } from './own.js';\nexport const mail = task(${marked ? '«' : ''}{ id: 'mail', run: (data) => data }${marked ? '»' : ''});\nexport const sms = task({ id: 'sms', tries: 2, run: (data) => data });`,
    configured,
  );
  return text === undefined
    ? base
    : { ...base, code: { ...(base.code as Record<string, string>), 'own.config.ts': text } };
};
const configs: readonly Case[] = [
  config('no config file', undefined, true),
  config('a config file that states it', `export default { retries: { default: { tries: 3 } } };`, false),
  config(
    'a config file with a constant',
    `const tries = 3;\nconst config = { retries: { default: { tries } } };\nexport default config;`,
    false,
  ),
  config(
    'a config file with a define function',
    `import { defineConfig } from './own.js';\nexport default defineConfig({ retries: { default: { tries: 3 } } });`,
    false,
  ),
  config(
    'a config file that states something else',
    `export default { retries: { default: { pause: 3 } } };`,
    true,
  ),
  config('a config file without a default export', `export const config = {};`, false),
  config(
    'a config file with a value of the environment',
    `export default { retries: { default: { tries: Number(process.env['N']) } } };`,
    false,
  ),
];

const handlerKinds: readonly Case[] = [
  made(
    'a directive',
    `export const any = 1;`,
    `export async function «mail»() {\n  'use task';\n  await fetch('x');\n}\nexport async function other() {\n  'use strict';\n  await fetch('x');\n}\nexport const «sms» = async () => {\n  'use task';\n  await fetch('x');\n};\nexport async function late() {\n  await fetch('x');\n  ('use task');\n}`,
    {
      handlers: [{ directive: 'use task', handler: 'self', payload: 'params' }],
      timeLimit: { default: 'none' },
    },
  ),
  made(
    'a type of the function',
    `export type Task<T> = (data: T) => Promise<unknown>;\nexport type Other = () => Promise<unknown>;`,
    `import type { Other, Task } from './own.js';\nexport const «mail»: Task<number> = async () => fetch('x');\nexport const other: Other = async () => fetch('x');\nexport class Mails {\n  readonly «send»: Task<number> = async () => fetch('x');\n}`,
    { handlers: [{ typed: 'Task', handler: 'self', payload: 'param0' }], timeLimit: { default: 'none' } },
  ),
  made(
    'a type of the parameter, of an exported function only',
    `export interface Context {\n  id: number;\n}`,
    `import type { Context } from './own.js';\nexport async function «mail»(context: Context) {\n  await fetch(String(context.id));\n}\nasync function helper(context: Context) {\n  await fetch(String(context.id));\n}\nexport const «sms» = async (context: Context) => helper(context);\nexport async function other(n: number, context: Context) {\n  await fetch(String(context.id + n));\n}`,
    { handlers: [{ takes: 'Context', handler: 'self', payload: 'param0' }], timeLimit: { default: 'none' } },
  ),
  made(
    'the function in an object',
    `export const task = (options: { run: () => unknown; maxSeconds?: number }) => options;`,
    `import { task } from './own.js';\n«task»({ run: async () => fetch('x') });\n«task»({\n  async run() {\n    await fetch('x');\n  },\n});\ntask({ maxSeconds: 5, run: async () => fetch('x') });\nconst run = async () => fetch('x');\n«task»({ run });`,
    {
      handlers: [{ call: 'task', handler: 'arg0.run', options: 'arg0' }],
      timeLimit: { option: 'maxSeconds', unit: 's', default: 'none' },
    },
    { ids: 'undecided' },
  ),
  made(
    'minutes: the default is told in seconds',
    `export const task = (options: { run: () => unknown; minutes?: number }) => options;`,
    `import { task } from './own.js';\n«task»({ run: async () => fetch('x') });\ntask({ minutes: 5, run: async () => fetch('x') });`,
    {
      handlers: [{ call: 'task', handler: 'arg0.run', options: 'arg0' }],
      timeLimit: { option: 'minutes', unit: 'min', default: 120_000 },
    },
    { ids: 'bounded', options: { stated: true }, messages: ['by default Own allows 120 s.'] },
  ),
  made(
    'a definition without a function',
    `export const policy = (options: { maxSeconds?: number }) => options;`,
    `import { policy } from './own.js';\n«policy»({});\npolicy({ maxSeconds: 5 });`,
    {
      handlers: [{ call: 'policy', options: 'arg0' }],
      timeLimit: { option: 'maxSeconds', unit: 's', default: 'none' },
    },
    { ids: 'undecided' },
  ),
];

const waits: readonly Case[] = [
  made(
    'a durable wait is fine, another is not',
    `export const task = (run: () => unknown) => run;\nexport class Handle {\n  result() {\n    return Promise.resolve(1);\n  }\n  durableResult() {\n    return Promise.resolve(1);\n  }\n  state() {\n    return Promise.resolve('done');\n  }\n}`,
    `import { Handle, task } from './own.js';\ntask(async () => {\n  await new Handle().durableResult();\n  await «new Handle().result()»;\n  await new Handle().state();\n});`,
    {
      handlers: [{ call: 'task', handler: 'arg0' }],
      waits: [
        { method: 'Handle.result' },
        { method: 'Handle.durableResult', durable: true },
        { method: 'Handle.state', polling: true },
      ],
    },
  ),
];

const versions: readonly Case[] = ['bullmq', 'bullmq5'].map((name): Case => ({
  name: `${name}: a site that begins with version 6 and one that ends with it`,
  code: `import { Queue } from '${name}';\nconst mail = new Queue('mail', { connection: {} });\n${name === 'bullmq' ? `await mail.«drain»(true);\nawait mail.pause();` : `await mail.drain(true);\nawait mail.«pause»();`}`,
  settings: {
    libraries: [
      {
        name: 'Own',
        packages: ['bullmq'],
        layers: ['dispatch'],
        dispatches: [
          { method: 'Queue.drain', since: '6' },
          { method: 'Queue.pause', before: '6' },
        ],
        attempts: { option: 'tries', counts: 'runs', default: 1 },
      },
    ],
  },
}));

describe('further words of the vocabulary', () => {
  describe('require-retry-limit', () => {
    testRule('require-retry-limit', 'undecided', { chains, more, configs, versions });
  });
  describe('require-retry-backoff', () => {
    testRule('require-retry-backoff', 'missing', { chains: chainBackoffs });
  });
  describe('require-time-limit', () => {
    testRule('require-time-limit', 'without', { handlers: handlerKinds });
  });
  describe('no-await-task-result', () => {
    testRule('no-await-task-result', 'waits', { waits });
  });
});

it('the framework of these tests type-checks', () => {
  expect(errorsOf([['own', unmark({ 'own.ts': framework }).files]])).toEqual([]);
});
