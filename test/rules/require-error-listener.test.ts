import { testRule, type Case } from './support.js';

const asked = { asked: true };

/** One sample for each library: reported without a listener, and not with one. */
const libraries: readonly (readonly [string, string, string, object?])[] = [
  ['pg-boss', `import PgBoss from 'pg-boss';\nexport const it = new «PgBoss»('postgres://db');`, 'it'],
  ['Bee-Queue', `import Queue from 'bee-queue';\nexport const it = new «Queue»('mails');`, 'it'],
  ['Kue', `import kue from 'kue';\nexport const it = kue.«createQueue»();`, 'it'],
  ['Agenda 4', `import { Agenda } from 'agenda';\nexport const it = new «Agenda»();`, 'it'],
  ['@hokify/agenda', `import { Agenda } from '@hokify/agenda';\nexport const it = new «Agenda»();`, 'it'],
  [
    'node-resque',
    `import { Worker } from 'node-resque';\nexport const it = new «Worker»({ queues: ['a'] }, {});`,
    'it',
  ],
  [
    'RabbitMQ, the connection',
    `import amqp from 'amqplib';\nexport const it = await amqp.«connect»('amqp://broker');`,
    'it',
  ],
  [
    'RabbitMQ, the channel',
    `import type { ChannelModel } from 'amqplib';\ndeclare const open: ChannelModel;\nexport const it = await open.«createChannel»();`,
    'it',
  ],
  [
    'amqp-connection-manager',
    `import { connect } from 'amqp-connection-manager';\nexport const it = connect(['amqp://broker']).«createChannel»({ json: true });`,
    'it',
  ],
  [
    'Rascal',
    `import { BrokerAsPromised } from 'rascal';\nexport const it = await BrokerAsPromised.«create»({});`,
    'it',
  ],
  [
    'Rascal, a subscription',
    `import type { BrokerAsPromised } from 'rascal';\ndeclare const broker: BrokerAsPromised;\nexport const it = await broker.«subscribe»('mails');`,
    'it',
  ],
  [
    'sqs-consumer',
    `import { Consumer } from 'sqs-consumer';\nexport const it = Consumer.«create»({ queueUrl: 'q', handleMessage: async (message) => message });`,
    'it',
  ],
  [
    'Pub/Sub',
    `import { PubSub } from '@google-cloud/pubsub';\nexport const it = new PubSub().subscription('mails');\nit.«on»('message', (message) => message.ack());`,
    'it',
  ],
  [
    'BullMQ, a worker',
    `import { Worker } from 'bullmq';\nexport const it = new «Worker»('mails', async () => 1, { connection: {} });`,
    'it',
    asked,
  ],
  [
    'BullMQ, a queue',
    `import { Queue } from 'bullmq';\nexport const it = new «Queue»('mails', { connection: {} });`,
    'it',
    asked,
  ],
];

const idOf = (library: string): string =>
  library.startsWith('BullMQ') ? 'asked' : library.includes('the channel') ? 'closes' : 'exits';

testRule(
  'require-error-listener',
  'exits',
  {
    'every library, without a listener': libraries.map(([name, code, , options]): Case => ({
      name,
      code,
      ids: idOf(name),
      messages: [[name.split(',')[0]?.replace(' 4', '') ?? '', 'error']],
      ...(name === 'Pub/Sub' ? { outputs: [[]] } : { outputs: [[`it.on('error', console.error);`]] }),
      ...(options ? { options } : {}),
    })),
    'every library, with one': libraries.map(([name, code, holder, options]): Case => ({
      name,
      code: `${code.replace(/[«»]/g, '')}\n${holder}.on('error', () => {});`,
      ...(options ? { options } : {}),
    })),
    'where only the documentation asks': [
      {
        name: 'BullMQ prints the error: silent unless asked',
        code: libraries.at(-1)?.[1].replace(/[«»]/g, '') ?? '',
      },
      {
        name: 'a class of NestJS, by its decorator',
        options: asked,
        ids: 'asked',
        code: `import { Processor, WorkerHost } from '@nestjs/bullmq';
«@Processor('mails')»
export class Mails extends WorkerHost {
  async process(): Promise<void> {}
}`,
        outputs: [[]],
      },
      {
        name: 'NestJS: a method with the decorator of a listener',
        options: asked,
        code: `import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
@Processor('mails')
export class Mails extends WorkerHost {
  async process(): Promise<void> {}
  @OnWorkerEvent('error') failed(error: Error): void { console.error(error); }
}`,
      },
      {
        name: 'NestJS: it stands in a base class of another file, under a constant',
        options: asked,
        code: {
          'base.ts': `import { OnWorkerEvent, WorkerHost } from '@nestjs/bullmq';
const EVENT = 'error';
export abstract class Base extends WorkerHost {
  @OnWorkerEvent(EVENT) failed(error: Error): void { console.error(error); }
}`,
          'mails.ts': `import { Processor } from '@nestjs/bullmq';
import { Base } from './base.js';
@Processor('mails')
export class Mails extends Base {
  async process(): Promise<void> {}
}`,
        },
      },
      {
        name: 'NestJS: another event is another event',
        options: asked,
        ids: 'asked',
        code: `import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
«@Processor('mails')»
export class Mails extends WorkerHost {
  async process(): Promise<void> {}
  @OnWorkerEvent('failed') failed(): void {}
}`,
      },
      {
        name: 'NestJS: its own worker is listened to',
        options: asked,
        code: `import { Processor, WorkerHost } from '@nestjs/bullmq';
@Processor('mails')
export class Mails extends WorkerHost {
  onModuleInit(): void { this.worker.on('error', () => {}); }
  async process(): Promise<void> {}
}`,
      },
    ],
    'other listeners are no listeners to errors': [
      {
        name: 'another event',
        code: `import Queue from 'bee-queue';
const queue = new «Queue»('mails');
queue.on('failed', () => {});`,
      },
      {
        name: 'the listener of another queue',
        code: `import Queue from 'bee-queue';
const one = new «Queue»('one');
const two = new Queue('two');
two.on('error', () => {});
export default one;`,
      },
      {
        name: 'something else of that name',
        code: `import Queue from 'bee-queue';
import { createServer } from 'node:http';
createServer().on('error', () => {});
export const queue = new «Queue»('mails');`,
      },
      {
        name: 'a local class of the same name is none of the library',
        code: `class PgBoss {}
export const boss = new PgBoss();
import 'pg-boss';`,
      },
      {
        name: 'a chain of other events',
        code: `import Queue from 'bee-queue';
export const queue = new «Queue»('mails').on('failed', () => {}).on('ready', () => {});`,
        outputs: [[`queue.on('error', console.error);`]],
      },
    ],
    'where the listener may stand': [
      {
        name: 'appended to the construction',
        code: `import PgBoss from 'pg-boss';\nexport const boss = new PgBoss('postgres://db').on('error', console.error);`,
      },
      {
        name: 'in a chain behind others',
        code: `import Queue from 'bee-queue';
export const queue = new Queue('mails').on('failed', () => {}).on('error', () => {});`,
      },
      {
        name: 'in another file',
        code: {
          'boss.ts': `import PgBoss from 'pg-boss';\nexport const boss = new PgBoss('postgres://db');`,
          'main.ts': `import { boss } from './boss.js';\nboss.on('error', console.error);\nawait boss.start();`,
        },
      },
      {
        name: 'on what a factory returns',
        code: {
          'boss.ts': `import PgBoss from 'pg-boss';\nexport function open(url: string) { const boss = new PgBoss(url); return boss; }`,
          'main.ts': `import { open } from './boss.js';\nconst boss = open('postgres://db');\nboss.once('error', console.error);`,
        },
      },
      {
        name: 'a helper that is handed the emitter',
        code: {
          'watch.ts': `import type { EventEmitter } from 'node:events';
export function watch(emitter: EventEmitter): void { emitter.addListener('error', () => {}); }`,
          'main.ts': `import PgBoss from 'pg-boss';
import { watch } from './watch.js';
const boss = new PgBoss('postgres://db');
watch(boss);`,
        },
      },
      {
        name: 'a helper that is handed another emitter only',
        code: {
          'watch.ts': `import type { EventEmitter } from 'node:events';
export function watch(emitter: EventEmitter): void { emitter.on('error', () => {}); }`,
          'main.ts': `import PgBoss from 'pg-boss';
import { watch } from './watch.js';
const one = new «PgBoss»('postgres://one');
const two = new PgBoss('postgres://two');
watch(two);
await one.start();`,
        },
      },
      {
        name: 'in a loop over events',
        code: `import Queue from 'bee-queue';
const queue = new Queue('mails');
for (const event of ['error', 'failed']) queue.on(event as 'error', () => {});`,
      },
      {
        name: 'in a loop over queues',
        code: `import Queue from 'bee-queue';
const one = new Queue('one');
const two = new Queue('two');
[one, two].forEach((queue) => queue.on('error', () => {}));`,
      },
      {
        name: 'in a loop over other queues',
        code: `import Queue from 'bee-queue';
const one = new Queue('one');
const two = new Queue('two');
const three = new «Queue»('three');
for (const queue of [one, two]) queue.on('error', () => {});
export { three };`,
      },
      {
        name: 'in the constructor of a subclass',
        code: `import PgBoss from 'pg-boss';
export class Boss extends PgBoss {
  constructor(url: string) {
    super(url);
    this.on('error', console.error);
  }
}
export const boss = new Boss('postgres://db');`,
      },
      {
        name: 'nowhere in a subclass: reported where it calls super',
        code: `import PgBoss from 'pg-boss';
export class Boss extends PgBoss {
  constructor(url: string) {
    «super»(url);
  }
}
export const boss = new Boss('postgres://db');`,
        outputs: [[`this.on('error', console.error);`]],
      },
      {
        name: 'on an object of a subclass',
        code: `import PgBoss from 'pg-boss';
export class Boss extends PgBoss {
  constructor(url: string) {
    super(url);
  }
}
export const boss = new Boss('postgres://db');
boss.on('error', console.error);`,
      },
      {
        name: 'on a field, in another method',
        code: `import PgBoss from 'pg-boss';
export class Jobs {
  private boss: PgBoss;
  constructor(url: string) { this.boss = new PgBoss(url); }
  async start(): Promise<void> { this.boss.on('error', console.error); await this.boss.start(); }
}`,
      },
      {
        name: 'on an object that a container gives',
        code: `import PgBoss from 'pg-boss';
export const boss = new PgBoss('postgres://db');
declare const container: { get<T>(type: abstract new (...given: never[]) => T): T };
container.get(PgBoss).on('error', console.error);`,
      },
      {
        name: 'on a parameter of which nobody knows what it is',
        code: `import PgBoss from 'pg-boss';
export const boss = new PgBoss('postgres://db');
export const plugin = (given: PgBoss): void => { given.on('error', console.error); };`,
      },
      {
        name: 'handed to code without a text here',
        code: `import PgBoss from 'pg-boss';
import { Container } from '@nestjs/core/injector/container.js';
export const boss = new PgBoss('postgres://db');
declare const watcher: typeof import('lodash');
export const held = watcher.tap(boss, () => {});
export { Container };`,
        broken: true,
      },
      {
        name: 'a list that is kept does not listen',
        code: `import PgBoss from 'pg-boss';
const all: PgBoss[] = [];
const boss = new «PgBoss»('postgres://db');
all.push(boss);
console.log(boss);`,
      },
    ],
    'what a suggestion makes of it': [
      {
        name: 'a field that is assigned',
        code: `import PgBoss from 'pg-boss';
export class Jobs {
  private readonly boss: PgBoss;
  constructor(url: string) {
    this.boss = new «PgBoss»(url);
  }
  start = () => this.boss.start();
}`,
        outputs: [[`this.boss.on('error', console.error);`]],
      },
      {
        name: 'a field with an initial value',
        code: `import PgBoss from 'pg-boss';
export class Jobs {
  readonly boss = new «PgBoss»('postgres://db');
}`,
        outputs: [[`readonly boss = new PgBoss('postgres://db').on('error', console.error);`]],
      },
      {
        name: 'an object that is returned',
        code: `import PgBoss from 'pg-boss';
export const open = () => new «PgBoss»('postgres://db');`,
        outputs: [[`export const open = () => new PgBoss('postgres://db').on('error', console.error);`]],
      },
      {
        name: 'a promise that is returned has no place for one',
        code: `import amqp from 'amqplib';
export const open = () => amqp.«connect»('amqp://broker');`,
        outputs: [[]],
      },
    ],
    'look-alikes and broken code': [
      {
        name: 'the callbacks of amqplib are their own business',
        code: `import { connect } from 'amqplib/callback_api.js';
connect('amqp://broker', (error, connection) => {
  if (error) throw error;
  connection.createChannel((failed, channel) => { channel.on('error', () => {}); });
  connection.on('error', () => {});
});`,
      },
      {
        name: 'a test may end by it',
        code: {
          'boss.test.ts': `import PgBoss from 'pg-boss';\nexport const boss = new PgBoss('postgres://db');`,
        },
      },
      {
        name: 'an emitter of any kind, and a listener of any name',
        code: `import PgBoss from 'pg-boss';
const boss: any = new PgBoss('postgres://db');
declare const name: any;
boss.on(name, () => {});`,
      },
      {
        name: 'names that lead nowhere',
        broken: true,
        code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss(missing, ...more);\nnobody(boss);\nboss.on(event, boss);`,
      },
      {
        name: 'without types: the file itself',
        untyped: true,
        code: `import Queue from 'bee-queue';
const one = new «Queue»('one');
const two = new Queue('two');
two.on('error', () => {});
one.process(async () => {});`,
      },
      {
        name: 'without types, exported: another file may listen',
        untyped: true,
        code: `import Queue from 'bee-queue';\nexport const queue = new Queue('one');`,
      },
      {
        name: 'by require, under another name',
        code: {
          'app.js': `const Bee = require('bee-queue');\nconst queue = new «Bee»('mails');\nmodule.exports = { queue };`,
        },
      },
    ],
  },
  { typedOutputs: true },
);
