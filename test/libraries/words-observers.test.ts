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
