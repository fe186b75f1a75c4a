import { defineLibrary, type LibraryDefinition } from '../../src/index.js';
import { type Case, testRule } from '../rules/support.js';

/*
 * The words about observers, by a small made-up framework: what emits, and what listens.
 */

const framework = `import { EventEmitter } from 'node:events';
export class Runner extends EventEmitter { stream(): Feed { return new Feed(); } }
export class Feed extends EventEmitter { open(): this { return this; } }
export declare function OnRunner(event: string): MethodDecorator;
export declare function OnTrouble(): MethodDecorator;
export declare function Task(name: string): ClassDecorator;
`;

const library: LibraryDefinition = defineLibrary({
  name: 'Acme',
  files: ['acme.ts'],
  emitters: [
    { construct: 'Runner', unheard: 'exits' },
    { method: 'Feed.open', emitter: 'receiver', unheard: 'closes' },
    { decorator: 'Task', unheard: 'asked' },
  ],
  listeners: [
    { decorator: 'OnRunner', event: 'arg0' },
    { decorator: 'OnTrouble', event: 'error' },
  ],
});

const sample = (code: string): Pick<Case, 'code' | 'settings' | 'options'> => ({
  code: { 'acme.ts': framework, 'app.ts': code },
  settings: { libraries: [library] },
  options: { asked: true },
});

testRule('require-error-listener', 'exits', {
  emitters: [
    {
      name: 'what is constructed emits',
      ...sample(`import { Runner } from './acme.js';\nexport const it = new «Runner»();`),
    },
    {
      name: 'and is listened to',
      ...sample(
        `import { Runner } from './acme.js';\nexport const it = new Runner();\nit.on('error', () => {});`,
      ),
    },
    {
      name: 'the receiver emits',
      ids: 'closes',
      ...sample(`import { Runner } from './acme.js';
const runner = new Runner();
runner.on('error', () => {});
const feed = runner.stream();
feed.«open»();`),
    },
    {
      name: 'the receiver is listened to',
      ...sample(`import { Runner } from './acme.js';
const runner = new Runner();
runner.on('error', () => {});
const feed = runner.stream();
feed.on('error', () => {});
feed.open();`),
    },
    {
      name: 'a receiver of which nobody knows where it is from',
      ...sample(`import type { Feed } from './acme.js';\nexport const start = (feed: Feed) => feed.open();`),
    },
  ],
  listeners: [
    {
      name: 'a decorator that is given another event',
      ids: 'asked',
      ...sample(`import { OnRunner, Task } from './acme.js';
«@Task('a')» export class A { @OnRunner('end') end(): void {} }`),
    },
    {
      name: 'a decorator that is given the event',
      ...sample(`import { OnRunner, Task } from './acme.js';
@Task('a') export class A { @OnRunner('error') failed(): void {} }`),
    },
    {
      name: 'a decorator that stands for the event',
      ...sample(`import { OnTrouble, Task } from './acme.js';
@Task('a') export class A { @OnTrouble() failed(): void {} }`),
    },
  ],
});

const jobs = `export interface Context { id: string; log: { note(text: string): void } }
export declare class Board { post(name: string): void; on(event: string, run: () => void): this }
export declare function task(
  options: { name: string; run: (input: string, context: Context) => void; onLost?: () => void },
): Board;
export declare function connect(address: string): void;
export declare function start(options: { dry: boolean }): void;
`;

const board: LibraryDefinition = defineLibrary({
  name: 'Board',
  files: ['board.ts'],
  handlers: [{ call: 'task', task: 'arg0.name', handler: 'arg0.run', options: 'arg0' }],
  failures: { observer: 'onLost', events: ['lost'], options: ['onLost'], mentions: ['lostAndFound'] },
  logger: { shown: 'context.log', parameter: 'param1.log', methods: { log: 'note' }, text: true },
  brokers: [{ call: 'connect', address: 'arg0', addresses: { 'sql:': 'a table' } }],
  inline: [{ call: 'start', mode: 'dry', option: 'arg0.dry', value: true }],
});

const onBoard = (code: string, library: LibraryDefinition = board): Pick<Case, 'code' | 'settings'> => ({
  code: { 'board.ts': jobs, 'app.ts': code },
  settings: { libraries: [library] },
});
const imported = `import { connect, start, task, type Context } from './board.js';\nexport { connect, start, task, type Context };\n`;

testRule('require-failure-handler', 'unseen', {
  failures: [
    { name: 'nobody', ...onBoard(`${imported}export const it = «task»({ name: 'a', run: () => {} });`) },
    {
      name: 'an option',
      ...onBoard(`${imported}export const it = task({ name: 'a', run: () => {}, onLost: () => {} });`),
    },
    {
      name: 'an event of what the call makes',
      ...onBoard(
        `${imported}export const it = task({ name: 'a', run: () => {} });\nit.on('lost', () => {});`,
      ),
    },
    {
      name: 'another event',
      ...onBoard(
        `${imported}export const it = «task»({ name: 'a', run: () => {} });\nit.on('found', () => {});`,
      ),
    },
    {
      name: 'a word anywhere',
      ...onBoard(
        `${imported}export const it = task({ name: 'a', run: () => {} });\nexport const lostAndFound = 1;`,
      ),
    },
  ],
});

testRule('prefer-task-logger', 'prints', {
  logger: [
    {
      name: 'the console, where the logger is in scope',
      ...onBoard(
        `${imported}export const it = task({ name: 'a', run: (input, { log }) => { «console.log»(input); log.note(''); } });`,
      ),
      messages: ['context.log'],
      outputs: [
        [
          `export const it = task({ name: 'a', run: (input, { log }) => { log.note(input); log.note(''); } });`,
        ],
      ],
    },
    {
      name: 'the logger',
      ...onBoard(
        `${imported}export const it = task({ name: 'a', run: (input, { log }) => { log.note(input); } });`,
      ),
    },
  ],
});

testRule('no-relational-broker', 'relational', {
  brokers: [
    {
      name: 'an address that leads to one',
      ...onBoard(`${imported}connect(«'sql:tasks'»);`),
      messages: ['a table'],
    },
    { name: 'another address', ...onBoard(`${imported}connect('redis:tasks');`) },
  ],
});

testRule('no-inline-execution', 'mode', {
  inline: [
    { name: 'the option with its value', ...onBoard(`${imported}start({ dry: «true» });`) },
    { name: 'the option with another one', ...onBoard(`${imported}start({ dry: false });`) },
  ],
  calledDirectly: [
    {
      name: 'the function is called',
      ids: 'called',
      ...onBoard(
        `${imported}const run = (input: string): string => input;\nexport const it = task({ name: 'a', run });\nexport const now = «run»('a');`,
      ),
    },
    {
      name: 'as the framework has it',
      ...onBoard(
        `${imported}const run = (input: string): string => input;\nexport const it = task({ name: 'a', run });\nexport const now = run('a');`,
        { ...board, calledDirectly: true },
      ),
    },
  ],
});
