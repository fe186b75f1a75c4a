import type { LibraryDefinition } from '../../src/index.js';
import { type Case, testRule } from '../rules/support.js';

/* The words about names, by a framework that does not exist: `taskDefault` to `pulls`, `sameName` and `routes`. */

const post: LibraryDefinition = {
  name: 'Post',
  files: ['post.ts'],
  dispatches: [
    { method: 'Office.send', task: 'arg0', taskDefault: 'letter', payload: 'arg1' },
    { method: 'Office.tell', task: 'arg0', event: true, payload: 'arg1' },
  ],
  handlers: [
    {
      method: 'Office.on',
      when: { arg0: 'string' },
      task: 'arg0',
      handler: 'arg1',
      payload: 'param0',
      unique: 'object',
    },
    { method: 'Office.on', taskDefault: 'letter', handler: 'arg0', payload: 'param0', unique: 'object' },
    {
      call: 'register',
      task: 'arg0',
      handler: 'arg1',
      payload: 'param0',
      unique: 'application',
      parses: true,
    },
    { call: 'all', each: 'arg0', further: 'arg1.folder', task: 'key', handler: 'item', payload: 'param0' },
    { call: 'sort', handler: 'arg0', taskIn: 'param0.kind', payload: 'param0' },
  ],
  pulls: [{ call: 'fetch', task: 'arg0' }, { call: 'fetchAny' }],
  sameName: 'Post keeps the first one',
  routes: { by: 'task', catchAll: 'rest', without: 'Post drops it' },
};
const settings = { libraries: [post] };

const office = `type Run = (payload: { id: string }) => unknown;
export declare class Office {
  send(name?: string, payload?: object): void;
  tell(name: string, payload?: object): void;
  on(name: string, run: Run): void;
  on(run: Run): void;
}
export declare function register(name: string, run: Run): void;
export declare function all(list: Record<string, Run>, options?: { folder?: string }): void;
export declare function sort(run: (payload: { kind: string }) => unknown): void;
export declare function fetch(name?: string): void;
export declare function fetchAny(): void;
`;
const using = (text: string): Case['code'] => ({
  'post.ts': office,
  'app.ts': `import { all, fetch, fetchAny, Office, register, sort } from './post.js';\nconst office = new Office();\nvoid [all, fetch, fetchAny, register, sort];\n${text}`,
});

const same: readonly Case[] = [
  {
    name: 'unique on an object',
    settings,
    code: using(
      `office.on('a', () => 1);\noffice.on(«'a'», () => 2);\nconst other = new Office();\nother.on('a', () => 3);`,
    ),
  },
  {
    name: 'taskDefault of handlers',
    settings,
    ids: 'second',
    code: using(`office.on(() => 1);\noffice.«on»(() => 2);`),
  },
  {
    name: 'unique in the application',
    settings,
    code: using(`register('a', () => 1);\nregister(«'a'», () => 2);\nregister('b', () => 2);`),
    messages: ['Post keeps the first one'],
  },
  { name: 'not unique', settings, code: using(`all({ a: () => 1 });\nall({ a: () => 2 });`) },
];
const unknown: readonly Case[] = [
  {
    name: 'routes by the task',
    settings,
    code: using(`office.on('a', () => 1);\noffice.send('a');\noffice.send(«'other'»);`),
    messages: ['Post drops it'],
  },
  {
    name: 'catchAll',
    settings,
    code: using(`office.on('a', () => 1);\noffice.on('rest', () => 1);\noffice.send('other');`),
  },
  {
    name: 'taskDefault of dispatches',
    settings,
    code: using(`office.on(() => 1);\noffice.send();\noffice.send('letter');`),
  },
  {
    name: 'taskDefault of dispatches that nobody handles',
    settings,
    ids: 'unnamed',
    code: using(`office.on('a', () => 1);\noffice.«send»();`),
  },
  { name: 'event', settings, code: using(`office.on('a', () => 1);\noffice.tell('other');`) },
  {
    name: 'each, with all of its keys',
    settings,
    code: using(`all({ a: () => 1, ...{ b: () => 2 } });\noffice.send('b');\noffice.send(«'other'»);`),
  },
  {
    name: 'each, with keys that are not known',
    settings,
    code: using(
      `declare const more: Record<string, () => void>;\nall({ a: () => 1, ...more });\noffice.send('other');`,
    ),
  },
  {
    name: 'further',
    settings,
    code: using(`all({ a: () => 1 }, { folder: 'tasks' });\noffice.send('other');`),
  },
  {
    name: 'taskIn',
    settings,
    code: using(
      `sort((letter) => {\n  switch (letter.kind) {\n    case 'a': return 1;\n  }\n});\noffice.send('a');\noffice.send(«'other'»);`,
    ),
  },
  {
    name: 'pulls, of one task',
    settings,
    code: using(`office.on('a', () => 1);\nfetch('b');\noffice.send('b');\noffice.send(«'other'»);`),
  },
  {
    name: 'pulls, of any',
    settings,
    code: using(`office.on('a', () => 1);\nfetchAny();\noffice.send('other');`),
  },
];
const payloads: readonly Case[] = [
  {
    name: 'parses',
    settings,
    code: using(
      `register('a', () => 1);\noffice.on('b', ({ id }: { id: string }) => id);\nregister('a2', ({ id }: { id: string }) => id);\noffice.send('a2', { id: 1 });\noffice.send('b', { «id: 1» });`,
    ),
  },
];

testRule('no-duplicate-task-name', 'twice', { same });
testRule('no-unknown-task', 'unknown', { unknown });
testRule('payload-matches-handler', 'other', { payloads });
