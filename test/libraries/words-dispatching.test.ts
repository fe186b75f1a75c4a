import { defineLibrary } from '../../src/index.js';
import type { LibraryDefinition } from '../../src/libraries/define.js';
import { type Case, testRule } from '../rules/support.js';

/*
 * The words that the rules about dispatching read, by a framework that does not exist. `line.ts` is the framework.
 */
const line: LibraryDefinition = defineLibrary({
  name: 'Line',
  files: ['line.ts'],
  defaultQueue: 'main',
  defaultsAt: 'the `policy` of the line',
  queues: [{ construct: 'Line', name: 'arg0', options: 'arg1' }],
  dispatches: [
    {
      method: 'Line.put',
      task: 'arg0',
      payload: 'arg1',
      options: 'arg2',
      bulk: { name: 'putAll', leading: [0], item: { with: 1, opts: 2 } },
    },
    { method: 'Line.post', task: 'arg0', sync: true },
    { method: 'Line.later', task: 'arg0', options: 'chain', chain: { ends: [], lazy: ['go'], setters: {} } },
    {
      method: 'Line.job',
      task: 'arg0',
      options: 'chain',
      chain: { ends: ['keep'], setters: { often: 'runs' } },
    },
  ],
  handlers: [{ method: 'Line.work', queue: 'receiver(0)', handler: 'arg0' }],
  layers: ['queue', 'dispatch'],
  attempts: { option: 'runs', counts: 'runs', default: 1 },
  flow: { name: 'Chain', later: ['at'] },
});
const settings = { libraries: [line] };

const framework = `interface Options {
  runs?: number;
  at?: number;
}
interface Later extends PromiseLike<void> {
  soon(): Later;
  go(): Promise<void>;
}
interface Job {
  often(runs: number): Job;
  keep(): Promise<void>;
}
export declare class Line {
  constructor(name: string);
  put(task: string, data?: object, options?: Options): Promise<void>;
  putAll(task: string, all: { with?: object; opts?: Options }[]): Promise<void>;
  post(task: string): boolean;
  later(task: string): Later;
  job(task: string): Job;
  work(handler: () => Promise<unknown>): void;
}
`;
const app = (body: string): string =>
  `import { Line } from './line.js';\nexport const main = new Line('main');\nexport const other = new Line('other');\nexport async function run() {\n${body}\n}`;
const cases = (list: readonly Omit<Case, 'settings'>[]): readonly Case[] =>
  list.map((each) => ({
    ...each,
    settings,
    code: typeof each.code === 'string' ? { 'app.ts': each.code, 'line.ts': framework } : each.code,
  }));

testRule('no-floating-dispatch', 'floating', {
  words: cases([
    { name: 'a promise', code: app(`main.«put»('a');`) },
    { name: '`sync` is what the type says', code: app(`main.post('a');`) },
    {
      name: '`lazy`',
      code: app(
        `main.«later»('a');\nmain.later('a').«soon»();\nmain.later('a').«go»();\nawait main.later('a').soon();`,
      ),
      ids: ['lazy', 'lazy', 'floating'],
    },
    {
      name: '`ends`',
      code: app(`main.«job»('a').often(3);\nmain.job('a').often(3).«keep»();`),
      ids: ['unfinished', 'floating'],
    },
  ]),
});

testRule(
  'prefer-flow',
  'bulk',
  {
    words: cases([
      {
        name: '`bulk`, with what leads and what is left out',
        code: app(
          `main.work(async () => {\n  for (const id of [1]) await main.«put»('a', { id }, { runs: 2 });\n});`,
        ),
        outputs: [
          [
            `await main.putAll('a', [1].map((id) => ({ with: { id }, opts: { runs: 2 } })));`
              .replace(/^/, '  ')
              .trim(),
          ],
        ],
      },
      {
        name: 'what leads must be the same for all',
        code: app(`main.work(async () => {\n  for (const id of ['a']) await main.put(id);\n});`),
      },
      {
        name: '`flow`',
        code: app(
          `main.work(async () => {\n  await fetch('https://a.example');\n  await other.«put»('a');\n});`,
        ),
        ids: 'chain',
        messages: ['by `Chain`.'],
      },
      {
        name: '`later`',
        code: app(
          `main.work(async () => {\n  await fetch('https://a.example');\n  await other.put('a', {}, { at: 5 });\n});`,
        ),
      },
    ]),
  },
  { typedOutputs: true },
);

testRule('prefer-task-defaults', 'dispatches', {
  words: cases([
    {
      name: '`defaultsAt`',
      code: app(
        `await main.put('a', {}, { «runs: 2» });\nawait main.put('b', {}, { runs: 2 });\nawait main.put('c', {}, { runs: 2 });`,
      ),
      messages: ['State it once, in the `policy` of the line.'],
    },
  ]),
});

testRule('require-explicit-queue', 'default', {
  words: cases([
    {
      name: '`defaultQueue`',
      code: app(`await main.«put»('a');\nawait main.put('b');\nawait main.put('c');`).replace(
        "export const other = new Line('other');\n",
        '',
      ),
    },
    { name: 'another queue', code: app(`await main.put('a');\nawait main.put('b');\nawait other.put('c');`) },
  ]),
});
