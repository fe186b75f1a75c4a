import { describe } from 'vitest';
import type { Files } from '../harness.js';
import { type Case, testRule } from '../rules/support.js';

/** What callers hand to a project function that hands it to a task. */
const user = `import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
@Entity()
export class User {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column() email!: string;
  @Column() passwordHash!: string;
}
export declare function load(): Promise<User>;`;
const head = `import { Queue, type BulkJobOptions, type JobsOptions } from 'bullmq';
import { load, type User } from './user.js';
const mail = new Queue('mail');
const user = await load();
`;
const rows = (code: string): Files => ({
  'app.ts': `${head}${code}\nexport { user };\nexport type { User };`,
  'user.ts': user,
});

const parameterTypes = [
  'any',
  'unknown',
  'object',
  'Record<string, unknown>',
  '{}',
  '{ [key: string]: any }',
];

const models: readonly Case[] = [
  ...parameterTypes.map((type): Case => ({
    name: `a parameter of type ${type}`,
    code: rows(`const send = (data: ${type}) => mail.add('a', data);
await send({ id: user.id });
await send({ «user» });
await send({ to: { who: «user» } });`),
  })),
  {
    name: 'the row itself, into unknown, any, object',
    code: rows(`const a = (data: unknown) => mail.add('a', data);
const b = (data: any) => mail.add('a', data);
const c = (data: object) => mail.add('a', data);
await a(«user»);
await b(«user»);
await c(«user»);
await c({ ...«user» });`),
    outputs: [
      ['await a({ id: user.id });'],
      ['await b({ id: user.id });'],
      ['await c({ id: user.id });'],
      [],
    ],
  },
  {
    name: 'a type parameter',
    code: rows(`function send<T>(data: T) { return mail.add('a', data); }
const bounded = <T extends object>(name: string, data: T) => mail.add(name, data);
await send(«user»);
await send<User>(«user»);
await send({ id: user.id });
await bounded('a', { «user» });`),
  },
  {
    name: 'inside of an object that the wrapper builds',
    code: rows(`const send = (payload: unknown, meta = { at: 1 }) => mail.add('a', { meta, payload });
await send(«user»);
await send({ id: user.id });
await send({}, { at: 2 });`),
    messages: ['`data.payload: User`'],
  },
  {
    name: 'spread into an object that the wrapper builds',
    code: rows(`const send = (payload: object) => mail.add('a', { ...payload, traceId: 'x' });
await send(«user»);
await send({ «user» });
await send({ id: user.id });`),
  },
  {
    name: 'a constant on the way, in the wrapper and at the caller',
    code: rows(`const send = (payload: unknown) => { const data = { payload }; const job = { name: 'a', data }; return mail.add(job.name, job.data); };
const payload = { user };
await send(«payload»);`),
  },
  {
    name: 'several hops',
    code: rows(`const a = (data: unknown) => mail.add('a', data);
const b = (body: object) => a({ body });
const c = <T extends object>(thing: T) => b({ thing });
await c(«user»);
await b({ «user» });
await c({ id: user.id });`),
  },
  {
    name: 'a wrapper that picks plain fields',
    code: rows(`const send = (who: User) => mail.add('a', { id: who.id, email: who.email });
const loose = (who: any) => mail.add('a', { id: who.id });
await send(user);
await loose(user);`),
  },
  {
    name: 'a wrapper that declares the row: there, once',
    code: rows(`const send = (who: User) => mail.add('a', { «who» });
await send(user);
await send(user);`),
  },
  {
    name: 'a wrapper that declares an object with a row in it',
    code: rows(`interface Payload { user: User; n: number }
const send = (data: Payload) => mail.add('a', «data»);
await send({ user, n: 1 });`),
  },
  {
    name: 'a wrapper that makes something else of it',
    code: rows(`declare function plain(thing: unknown): { id: string };
const send = (data: unknown) => mail.add('a', plain(data));
const text = (data: unknown) => mail.add('a', { text: JSON.stringify(data) });
const copy = (data: any) => mail.add('a', { id: String(data.id), n: Number(data) });
await send(user);
await text(user);
await copy(user);`),
  },
  {
    name: 'what the wrapper does not send',
    code: rows(`const send = (data: object, actor: unknown, log: (actor: unknown) => void) => { log(actor); return mail.add('a', data); };
await send({}, user, console.log);`),
  },
  {
    name: 'a method, a static one, a class that is generic',
    code: rows(`class Task<T> { constructor(private readonly name: string) {} dispatch(data: T) { return mail.add(this.name, data); } static run(data: unknown) { return mail.add('a', { data }); } }
await new Task<unknown>('a').dispatch(«user»);
await Task.run(«user»);
await Task.run({ id: user.id });`),
  },
  {
    name: 'a generic class of which the type argument is the row',
    code: rows(`class Task<T> { constructor(private readonly name: string) {} dispatch(data: T) { return mail.add(this.name, data); } }
const task = new Task<{ user: User }>('a');
await task.dispatch({ «user» });`),
  },
  {
    name: 'destructured parameters',
    code: rows(`const send = ({ name, data, options }: { name: string; data: unknown; options?: JobsOptions }) => mail.add(name, data, options);
await send({ name: 'a', data: «user» });
await send({ name: 'a', data: { «user» } });
await send({ name: 'a', data: { id: user.id } });`),
  },
  {
    name: 'addBulk of a list of rows',
    bug: 'silent: the data of a mapped list',
    code: rows(`const sendAll = (list: unknown[]) => mail.addBulk(list.map((data) => ({ name: 'a', data })));
await sendAll([«user»]);
await sendAll([{ id: user.id }]);`),
  },
  {
    name: 'addBulk of a list of jobs',
    code: rows(`const sendAll = (jobs: { name: string; data: unknown }[]) => mail.addBulk(jobs);
await sendAll([{ name: 'a', data: «user» }, { name: 'b', data: { id: user.id } }]);`),
  },
  {
    name: 'any at the caller',
    code: rows(`const send = (data: unknown) => mail.add('a', data);
declare const any: any;
declare const nobody: unknown;
await send(any);
await send(nobody);
await send({ any, nobody });`),
  },
  {
    name: 'the type of the queue says what is sent',
    code: rows(`const typed = new Queue<{ user: User }>('x');
const send = (data: { user: User }) => typed.add('a', «data»);
await send({ user });`),
  },
  {
    name: 'in another file, through a barrel',
    code: {
      'user.ts': user,
      'mail.ts': `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nexport const send = (payload: unknown) => mail.add('a', { payload });`,
      'index.ts': `export * from './mail.js';`,
      'app.ts': `import { send } from './index.js';\nimport { load } from './user.js';\nconst user = await load();\nawait send(«user»);\nawait send({ user: «user» });\nawait send(user.id);`,
    },
    outputs: [['await send({ id: user.id });'], ['await send({ user: { id: user.id } });']],
  },
];

const values = (code: string): string =>
  `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\n${code}\nexport {};`;

const kinds: readonly Case[] = [
  ...parameterTypes.map((type): Case => ({
    name: `a parameter of type ${type}`,
    code: values(`const send = (data: ${type}) => mail.add('a', data);
await send({ at: «new Date()», tags: «new Map<string, string>()», done: «() => 1» });
await send({ at: new Date().toISOString(), tags: [] });`),
  })),
  {
    name: 'a type parameter, and suggestions at the caller',
    code: values(`const send = <T>(data: T) => mail.add('a', data);
declare const at: Date;
await send({ «at» });
await send({ tags: «new Set([1])» });`),
    outputs: [['await send({ at: at.toISOString() });'], ['await send({ tags: [...new Set([1])] });']],
  },
  {
    name: 'inside of an object that the wrapper builds, and a Date of its own',
    code: values(`const send = (payload: unknown) => mail.add('a', { sentAt: «new Date()», payload });
await send({ at: «new Date()» });
await send({});`),
    messages: ['`data.sentAt`', '`data.payload.at`'],
  },
  {
    name: 'a Date that the wrapper declares: there',
    code: values(`const send = (at: Date) => mail.add('a', { «at» });
await send(new Date());
const sendAll = (data: { at: Date }) => mail.add('a', «data»);
await sendAll({ at: new Date() });`),
  },
  {
    name: 'a Date that the wrapper writes as a text',
    code: values(`const send = (at: Date, extra: object) => mail.add('a', { at: at.toISOString(), ...extra });
await send(new Date(), {});
await send(new Date(), { n: 1 });
await send(new Date(), { at: «new Date()» });`),
  },
  {
    name: 'a key that the wrapper overwrites',
    code: values(`const send = (data: object) => mail.add('a', { ...data, at: 1 });
await send({ at: new Date() });
await send({ to: «new Date()» });`),
  },
  {
    name: 'what a wrapper takes out before it sends the rest',
    code: values(`const send = ({ onDone, ...data }: { onDone?: () => void; to?: unknown }) => { onDone?.(); return mail.add('a', data); };
await send({ onDone: () => 1 });
await send({ to: «new Date()» });`),
  },
  {
    name: 'a wrapper that copies with JSON or with a mapper',
    code: values(`const send = (data: unknown) => mail.add('a', JSON.parse(JSON.stringify(data)));
const mapped = (data: Record<string, unknown>) => mail.add('a', Object.fromEntries(Object.entries(data).map(([k, v]) => [k, String(v)])));
await send({ at: new Date() });
await mapped({ at: new Date() });`),
  },
  {
    name: 'several hops, with an async one',
    code: values(`async function a(name: string, data: unknown) { return mail.add(name, data); }
async function b(data: object) { await a('b', { data }); }
class Bus { publish<T extends object>(event: T) { return b(event); } }
await new Bus().publish({ at: «new Date()» });
await a('x', «new Map()»);`),
  },
  {
    name: 'a class instance, a bigint, a promise',
    code: values(`class Money { constructor(readonly cents: number) {} format() { return String(this.cents); } }
const send = (data: unknown) => mail.add('a', data);
await send({ price: «new Money(1)» });
await send({ n: «1n» });
await send({ later: «Promise.resolve(1)» });`),
  },
  {
    name: 'optional chaining and a namespace',
    code: {
      'mail.ts': values(
        `export const send = (data: unknown) => mail.add('a', data);\nexport class Mailer { send(data: unknown) { return mail.add('a', data); } }`,
      ),
      'app.ts': `import * as mail from './mail.js';\ndeclare const mailer: mail.Mailer | undefined;\nawait mail.send({ at: «new Date()» });\nawait mailer?.send({ at: «new Date()» });`,
    },
  },
  {
    name: 'omit and pick of a library: what they leave',
    code: values(`import { omit, pick } from 'lodash';
declare const job: { id: string; at: Date; seen: Map<string, number>; run: () => void };
declare const keys: string[];
const heavy = ['run', 'seen'];
await mail.add('a', omit(«job», heavy));
await mail.add('a', omit(job, ['run', 'seen'], 'at'));
await mail.add('a', pick(job, ['id']));
await mail.add('a', pick(job, 'at'));
await mail.add('a', omit(job, keys));`),
    broken: true,
  },
  {
    name: 'an omit of the project is a function like any other',
    code: values(`function omit<T extends object>(whole: T, ..._keys: string[]): T { return whole; }
declare const job: { id: string; at: Date };
await mail.add('a', «omit(job, 'at')»);`),
  },
  {
    name: 'overloads',
    code: values(`function send(data: object): Promise<unknown>;
function send(name: string, data: object): Promise<unknown>;
function send(first: string | object, second?: object) { return typeof first === 'string' ? mail.add(first, second) : mail.add('a', first); }
await send('x', { at: «new Date()» });
await send({ at: «new Date()» });`),
  },
  {
    name: 'a caller in the wrapper of which the value is a parameter again',
    code: values(`const send = (data: unknown) => mail.add('a', data);
const at = (when: Date) => send({ «when» });
await at(new Date());`),
  },
  {
    name: 'plain JavaScript',
    code: {
      'app.js': `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\nconst send = (data) => mail.add('a', { data });\nawait send({ at: «new Date()» });\nawait send({ at: 1 });\nawait send(«() => 1»);`,
    },
    untyped: true,
  },
];

describe('no-model-payload', () => {
  testRule('no-model-payload', 'dispatched', { models });
});
describe('no-unserializable-payload', () => {
  testRule('no-unserializable-payload', 'dispatched', { kinds });
});
