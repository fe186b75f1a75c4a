import { type Case, testRule } from './support.js';

const mail = (line: string, before = ''): string =>
  `import { Queue } from 'bullmq';\n${before}const mail = new Queue('mail');\n${line}`;
/** A dispatch with this payload. */
const send = (payload: string, before = ''): string => mail(`await mail.add('send', ${payload});`, before);
const line = (payload: string): string => `await mail.add('send', ${payload});`;
/** Something of this type, made by another file. */
const given = (type: string): string => `declare const it: ${type};\n`;
const worker = (type: string, before = ''): string =>
  `import { type Job, Worker } from 'bullmq';\n${before}export const work = new Worker('mail', async (job: Job<${type}>) => console.log(job.data), { connection: {} });`;

const empty = 'arrives as {}';
/** Each kind: how it is written, how it is typed, what the message says, what to pass instead. */
const kinds: readonly (readonly [kind: string, type: string, effect: string, instead?: string])[] = [
  ['Date', 'Date', 'arrives as a string', 'it.toISOString()'],
  ['Map', 'Map<string, number>', empty, '[...it]'],
  ['Map', 'ReadonlyMap<string, number>', empty, '[...it]'],
  ['Set', 'Set<string>', empty, '[...it]'],
  ['Set', 'ReadonlySet<string>', empty, '[...it]'],
  ['WeakMap', 'WeakMap<object, string>', empty],
  ['WeakSet', 'WeakSet<object>', empty],
  ['RegExp', 'RegExp', empty, 'it.source'],
  ['Error', 'Error', empty, 'it.message'],
  ['Error', 'TypeError', empty, 'it.message'],
  ['Promise', 'Promise<string>', empty, 'await it'],
  ['Buffer', 'Buffer', "arrives as { type: 'Buffer', data: [...] }"],
  ['typed array', 'Uint8Array', 'arrives as an object of indexes'],
  ['typed array', 'Float64Array', 'arrives as an object of indexes'],
  ['ArrayBuffer', 'ArrayBuffer', empty],
  ['bigint', 'bigint', 'makes the dispatch throw', 'it.toString()'],
  ['symbol', 'symbol', 'is dropped'],
  ['function', '() => void', 'is dropped'],
];
const eachKind: readonly Case[] = kinds.flatMap(([kind, type, effect, instead]): Case[] => [
  {
    name: `${type} as a property`,
    code: send('{ at: «it» }', given(type)),
    messages: [
      `\`data.at\` is a ${kind}, which ${effect}: BullMQ carries payloads as JSON. Pass plain data.`,
    ],
    outputs: [instead === undefined ? [] : [line(`{ at: ${instead} }`)]],
  },
  {
    name: `${type} that a handler expects`,
    code: worker(`«{ at: ${type} }»`),
    ids: 'declared',
    messages: [
      `This task expects \`data.at\` to be a ${kind}, but it ${effect}: BullMQ carries payloads as JSON. Declare what really arrives.`,
    ],
  },
]);

const written: readonly Case[] = [
  {
    name: 'new Date()',
    code: send('{ at: «new Date()» }'),
    outputs: [[line('{ at: new Date().toISOString() }')]],
  },
  {
    name: 'a shorthand',
    code: send('{ «it» }', given('Date')),
    outputs: [[line('{ it: it.toISOString() }')]],
  },
  {
    name: 'a Date or undefined',
    code: send('{ at: «it» }', given('Date | undefined')),
    outputs: [[line('{ at: it?.toISOString() }')]],
  },
  {
    name: 'a Set or undefined',
    code: send('{ tags: «it» }', given('Set<string> | undefined')),
    outputs: [[line('{ tags: [...(it ?? [])] }')]],
  },
  { name: 'the payload itself', code: send('«it»', given('Date')), messages: ['`data` is a Date'] },
  {
    name: 'an element of a list',
    code: send('{ all: [«it»] }', given('Date')),
    messages: ['`data.all[]` is a Date'],
  },
  {
    name: 'a list of Dates',
    code: send('{ all: «it» }', given('Date[]')),
    messages: ['`data.all[]` is a Date'],
  },
  {
    name: 'an element of a tuple',
    code: send('{ all: «it» }', given('[string, Date]')),
    messages: ['`data.all[]` is a Date'],
  },
  {
    name: 'values of a record',
    code: send('{ all: «it» }', given('Record<string, Date>')),
    messages: ['`data.all[key]` is a Date'],
  },
  {
    name: 'deep inside',
    code: send('{ a: { b: [{ c: «new Date()» }] } }'),
    messages: ['`data.a.b[].c` is a Date'],
  },
  {
    name: 'two kinds are two reports',
    code: send('{ at: «new Date()», tags: «new Set([1])» }'),
    outputs: [
      [line('{ at: new Date().toISOString(), tags: new Set([1]) }')],
      [line('{ at: new Date(), tags: [...new Set([1])] }')],
    ],
  },
  {
    name: 'a spread constant',
    code: send('{ ...«it» }', given('{ at: Date; n: number }')),
    messages: ['`data.at` is a Date'],
    outputs: [[]],
  },
  { name: 'an arrow function', code: send('{ then: «() => 1» }'), messages: ['`data.then` is a function'] },
  { name: 'a method', code: send('{ «then»() {\n  return 1;\n} }'), messages: ['`data.then` is a function'] },
  { name: 'a literal of bigint', code: send('{ n: «1n» }'), outputs: [[line('{ n: (1n).toString() }')]] },
  {
    name: 'a promise that nobody awaited',
    code: send('{ name: «load()» }', `declare function load(): Promise<string>;\n`),
    outputs: [[line('{ name: await load() }')]],
  },
  {
    name: 'an awaited promise',
    code: send('{ name: await load() }', `declare function load(): Promise<string>;\n`),
  },
  {
    name: 'both ways of a condition',
    code: send('{ at: Math.random() > 0.5 ? «new Date()» : null }'),
    messages: ['`data.at` is a Date'],
  },
  { name: 'in addBulk', code: mail(`await mail.addBulk([{ name: 'a', data: { at: «new Date()» } }]);`) },
  {
    name: 'in a job scheduler',
    code: mail(`await mail.upsertJobScheduler('a', { every: 5 }, { data: { at: «new Date()» } });`),
  },
  {
    name: 'in an imported list of jobs: at the method',
    code: {
      'jobs.ts': `export const jobs = [{ name: 'a', data: { at: new Date() } }];`,
      'app.ts': `import { Queue } from 'bullmq';\nimport { jobs } from './jobs.js';\nconst mail = new Queue('mail');\nawait mail.«addBulk»(jobs);`,
    },
    outputs: [[]],
  },
  {
    name: 'in a mapping function of another file: at the method',
    code: {
      'jobs.ts': `export const toJob = (id: number) => ({ name: 'a', data: { id, at: new Date() } });`,
      'app.ts': `import { Queue } from 'bullmq';\nimport { toJob } from './jobs.js';\nconst mail = new Queue('mail');\nawait mail.«addBulk»([1, 2].map(toJob));`,
    },
    outputs: [[]],
  },
  {
    name: 'in bull, by its name',
    code: `import Bull from 'bull';\nawait new Bull('mail').add({ at: «new Date()» });`,
    messages: ['Bull carries payloads as JSON'],
  },
  { name: 'a Date made a text', code: send('{ at: new Date().toISOString() }') },
  { name: 'a Date made a number', code: send('{ at: Date.now() }') },
  {
    name: 'a Date in the options is not payload',
    code: mail(`await mail.add('a', {}, { delay: new Date().getTime() });`),
  },
  { name: 'an own class named Date', code: send('{ at: new Date() }', 'class Date {\n  n = 1;\n}\n') },
  { name: 'plain data', code: send('{ a: 1, b: [true, null], c: { d: "e" } }') },
  { name: 'nothing', code: send('undefined') },
];

const classes: readonly Case[] = [
  {
    name: 'what makes an activity, registered beside it (Temporal)',
    code: {
      'activities.ts': `type Oven = (cake: string) => Promise<void>;\nexport function bakerOf(oven: Oven) { return async (cake: string) => oven(cake); }\nexport const bake = bakerOf(async () => {});\nexport async function serve(when: «Date») { await Promise.resolve(when); }`,
      'app.ts': `import { Worker } from '@temporalio/worker';\nimport * as activities from './activities.js';\nexport const start = () => Worker.create({ taskQueue: 'cakes', activities });`,
    },
    ids: 'declared',
  },
  {
    name: 'an instance with methods',
    code: send(
      '{ price: «price» }',
      'class Price {\n  constructor(readonly cents: number) {}\n  text() {\n    return String(this.cents);\n  }\n}\nconst price = new Price(5);\n',
    ),
    messages: ['`data.price` is a `Price` instance, which arrives without its methods and getters'],
  },
  {
    name: 'an instance with a getter',
    code: send(
      '{ «price» }',
      'class Price {\n  cents = 1;\n  get text() {\n    return "";\n  }\n}\nconst price = new Price();\n',
    ),
  },
  {
    name: 'an instance of data only',
    code: send('{ price }', 'class Price {\n  cents = 1;\n}\nconst price = new Price();\n'),
  },
  {
    name: 'an instance with toJSON',
    code: send(
      '{ price }',
      'class Price {\n  cents = 1;\n  toJSON() {\n    return { cents: this.cents };\n  }\n}\nconst price = new Price();\n',
    ),
  },
  {
    name: 'an instance whose toJSON gives what is lost',
    code: send(
      '{ price }',
      'class Price {\n  toJSON() {\n    return { tags: new Set<string>() };\n  }\n}\nconst price = new Price();\n',
    ).replace('{ price }', '{ «price» }'),
  },
  {
    name: 'a toJSON of an interface',
    code: send(
      '{ it }',
      'interface Money {\n  toJSON(): string;\n  cents: number;\n}\ndeclare const it: Money;\n',
    ),
  },
  {
    name: 'a method that is inherited',
    code: send(
      '{ «price» }',
      'class Base {\n  text() {\n    return "";\n  }\n}\nclass Price extends Base {\n  cents = 1;\n}\nconst price = new Price();\n',
    ),
  },
  {
    name: 'a subclass of Error',
    code: send('{ «it» }', 'class Missing extends Error {}\nconst it = new Missing();\n'),
    messages: ['is a Error'],
  },
  {
    name: 'a subclass of Map',
    code: send('{ «it» }', 'class Table extends Map<string, string> {}\nconst it = new Table();\n'),
    messages: ['is a Map'],
  },
  { name: 'a URL is carried as a text by its toJSON', code: send('{ url: new URL("http://x") }') },
  {
    name: 'a class itself',
    code: send('{ type: «Price» }', 'class Price {}\n'),
  },
];

const members: readonly Case[] = [
  {
    name: 'a property of a named type: at what brings it in',
    code: send('«it»', 'interface Payload {\n  at: Date;\n}\ndeclare const it: Payload;\n'),
    messages: ['`data.at` is a Date'],
    outputs: [[]],
  },
  {
    name: 'one report for a type that many dispatches use',
    code: mail(
      `await mail.add('a', «it»);\nawait mail.add('b', it);\nawait mail.add('c', { it });`,
      'interface Payload {\n  at: Date;\n}\ndeclare const it: Payload;\n',
    ),
  },
  {
    name: 'one report for dispatch and handler of one type',
    code: `import { type Job, Queue, Worker } from 'bullmq';\ninterface Payload {\n  at: Date;\n}\nconst mail = new Queue('mail');\nexport const send = (it: Payload) => mail.add('a', «it»);\nexport const work = new Worker('mail', async (job: Job<Payload>) => job.data.at, { connection: {} });`,
  },
  {
    name: 'two wrong properties of one type are two',
    code: send(
      '««it»»',
      'interface Payload {\n  at: Date;\n  tags: Set<string>;\n}\ndeclare const it: Payload;\n',
    ),
    messages: ['`data.at` is a Date', '`data.tags` is a Set'],
  },
  { name: 'an optional callback', code: send('it', given('{ n: number; done?: () => void }')) },
  {
    name: 'a callback that is always there',
    code: send('«it»', given('{ n: number; done: () => void }')),
    messages: ['`data.done` is a function'],
  },
  { name: 'an optional Date', code: send('«it»', given('{ at?: Date }')), messages: ['`data.at` is a Date'] },
  { name: 'Date | string says itself what may arrive', code: send('it', given('{ at: Date | string }')) },
  { name: 'Date | string of a handler', code: worker('{ at: Date | string }') },
  { name: 'Date | null', code: send('«it»', given('{ at: Date | null }')) },
  { name: 'Date | number', code: send('«it»', given('{ at: Date | number }')) },
  {
    name: 'a deleted property',
    code: mail(
      `export function send(it: { n: number; at?: Date }) {\n  delete it.at;\n  return mail.add('send', it);\n}`,
    ),
  },
  {
    name: 'a property that is cleared',
    code: mail(
      `export function send(it: { n: number; at: Date | undefined }) {\n  it.at = undefined;\n  return mail.add('send', it);\n}`,
    ),
  },
  {
    name: 'a property that is deleted too late',
    code: mail(
      `export async function send(it: { n: number; at?: Date }) {\n  await mail.add('send', «it»);\n  delete it.at;\n}`,
    ),
  },
  {
    name: 'a property of another variable is deleted',
    code: mail(
      `export function send(it: { at?: Date }, other: { at?: Date }) {\n  delete other.at;\n  return mail.add('send', «it»);\n}`,
    ),
  },
  {
    name: 'a cyclic type',
    code: send('it', 'interface Node {\n  next: Node | null;\n  all: Node[];\n}\ndeclare const it: Node;\n'),
  },
  {
    name: 'a cyclic type that carries a Date',
    code: send('«it»', 'interface Node {\n  next: Node | null;\n  at: Date;\n}\ndeclare const it: Node;\n'),
  },
  { name: 'any', code: send('it', given('any')) },
  { name: 'unknown', code: send('{ it }', given('unknown')) },
  {
    name: 'a type parameter',
    code: mail(`export const send = <T extends object>(it: T) => mail.add('send', it);`),
  },
  {
    name: 'an intersection',
    code: send('«it»', given('{ n: number } & { at: Date }')),
    messages: ['`data.at` is a Date'],
  },
  {
    name: 'Partial',
    code: send('«it»', given('Partial<{ at: Date }>')),
    messages: ['`data.at` is a Date'],
  },
  {
    name: 'an own mapped type',
    code: send('«it»', 'type Wire<T> = { [K in keyof T]: T[K] };\ndeclare const it: Wire<{ at: Date }>;\n'),
    messages: ['`data.at` is a Date'],
  },
  {
    name: 'an own mapped type that makes texts of Dates',
    code: send(
      'it',
      'type Wire<T> = { [K in keyof T]: T[K] extends Date ? string : T[K] };\ndeclare const it: Wire<{ at: Date }>;\n',
    ),
  },
  { name: 'Omit of the Date', code: send('it', given('Omit<{ at: Date; n: number }, "at">')) },
  {
    name: 'a branded text',
    code: send('{ it }', given('string & { readonly __brand: "id" }')),
  },
  {
    name: 'a branded text in a type',
    code: send(
      'it',
      'type UserId = string & { readonly __brand: unique symbol };\ninterface Payload {\n  id: UserId;\n}\ndeclare const it: Payload;\n',
    ),
  },
  {
    name: 'a branded number of a handler',
    code: worker('{ id: number & { readonly __brand: "id" } }'),
  },
  { name: 'a literal union', code: send('{ it }', given('"a" | "b" | 1')) },
  { name: 'an enum', code: send('{ it: Kind.A }', 'enum Kind {\n  A,\n  B,\n}\n') },
  { name: 'Job<Date>', code: worker('«Date»'), ids: 'declared', messages: ['expects `data` to be a Date'] },
  {
    name: 'Worker<{ at: Date }>',
    code: `import { Worker } from 'bullmq';\nexport const work = new Worker<«{ at: Date }»>('mail', async ({ data }) => data.at, { connection: {} });`,
    ids: 'declared',
  },
  { name: 'an optional callback of a handler', code: worker('{ done?: () => void }') },
  {
    name: 'a row is no-model-payload’s alone',
    code: `import { Model } from 'objection';\nimport { Queue } from 'bullmq';\nclass User extends Model {\n  id!: number;\n  born!: Date;\n}\nconst mail = new Queue('mail');\nexport const send = (user: User) => mail.add('send', { user });`,
  },
];

const carrier = (serializer: string, payload: string): Case => ({
  name: `${serializer}: ${payload.replace(/[«»]/g, '')}`,
  code: {
    'own.ts': `export async function dispatch(name: string, data: object) {\n  return [name, data];\n}`,
    'app.ts': `import { dispatch } from './own.js';\nawait dispatch('send', { it: ${payload} });`,
  },
  settings: {
    libraries: [
      {
        name: 'Own',
        files: ['own.ts'],
        serializer,
        dispatches: [{ call: 'dispatch', task: 'arg0', payload: 'arg1' }],
      },
    ],
  },
});
const carriers: readonly Case[] = [
  carrier('json', '«new Date()»'),
  carrier('superjson', 'new Date()'),
  carrier('superjson', 'new Map([[1, 2]])'),
  carrier('superjson', '1n'),
  carrier('superjson', '«() => 1»'),
  carrier('devalue', 'new Set([1])'),
  carrier('devalue', '«Promise.resolve(1)»'),
  carrier('devalue', '«() => 1»'),
  carrier('structured-clone', 'new Error("x")'),
  carrier('structured-clone', '«Symbol("x")»'),
  carrier('bson', 'new Date()'),
  carrier('bson', '«Buffer.from("x")»'),
  carrier('bson', '«new Set([1])»'),
  {
    ...carrier('structured-clone', '«() => 1»'),
    messages: [
      '`payload.it` is a function, which makes the dispatch throw: Own carries payloads as structured clone.',
    ],
  },
];

const untyped: readonly Case[] = [
  {
    name: 'what syntax shows',
    code: send(
      '{ a: «new Date()», b: «/x/», c: «1n», d: «() => 1», e: «new Map()», f: «new TypeError("x")» }',
    ),
  },
  { name: 'in a list', code: send('{ all: [«new Date()»] }') },
  { name: 'a variable', code: send('{ at }', 'const at = «new Date()»;\n') },
  {
    name: 'a variable of unknown origin is silent',
    code: send('{ at }', 'const at = globalThis.at;\n'),
    broken: true as const,
  },
  { name: 'an own class named Date is silent', code: send('{ at: new Date() }', 'class Date {}\n') },
  {
    name: 'an imported class named Map is silent',
    code: send('{ at: new Map() }', `import { Map } from 'immutable';\n`),
    broken: true as const,
  },
  { name: 'a .js file', code: { 'app.js': send('{ at: «new Date()» }') } },
].map((each) => ({ ...each, untyped: true }));

const dated = 'interface Dated {\n  id: string;\n  sent: { at: Date }[];\n}\n';
const sending = 'const send = (dated: Dated) => mail.add("send", {mark}dated{mark});\n';
/** A function that dispatches what it is given, and a call of it. */
const sent = (call: string, reported = false): string =>
  mail(call, dated + sending.replace('{mark}', reported ? '«' : '').replace('{mark}', reported ? '»' : ''));
/** A dispatch of a value that this text makes of something else. */
const made = (text: string, payload = 'it'): string => send(payload, `${dated}${text}\n`);

/** Values that come out of JSON: a Date in their type is none. */
const parsed: readonly Case[] = [
  { name: 'JSON.parse', code: made(`const it: Dated = JSON.parse('{}');`) },
  { name: 'JSON.parse with a cast', code: made(`const it = JSON.parse('{}') as Dated;`) },
  {
    name: 'JSON.parse with a reviver may make Dates',
    code: made(`const it: Dated = JSON.parse('{}', (_, value: unknown) => value);`, '«it»'),
  },
  { name: "an answer's json()", code: made(`const it = (await (await fetch('x')).json()) as Dated;`) },
  {
    name: "a project's own json()",
    code: made(
      `const own = { json: () => ({ id: 'a', sent: [{ at: new Date() }] }) };\nconst it: Dated = own.json();`,
      '«it»',
    ),
  },
  {
    name: "a request's body, of which no type says anything",
    code: `import { Queue } from 'bullmq';
import type { Request } from 'express';
${dated}const mail = new Queue('mail');
export const post = async (request: Request) => {
  const body = request.body as Dated;
  await mail.add('send', body);
  const { sent } = request.body as Dated;
  await mail.add('send', { sent });
};`,
  },
  {
    name: "a request's body that has a type",
    code: `import { Queue } from 'bullmq';
${dated}const mail = new Queue('mail');
export const post = (request: { body: Dated }) => mail.add('send', «request.body»);`,
  },
  { name: 'what a function is given', code: sent(`await send(JSON.parse('{}'));`) },
  {
    name: 'what a function is given at one call, and something else at another one',
    code: sent(`await send(JSON.parse('{}'));\nawait send({ id: 'a', sent: [{ at: new Date() }] });`, true),
  },
  { name: 'what a function that nobody calls is given', code: sent('', true) },
  {
    name: 'through other files, a list, a callback and lodash',
    code: {
      'app.ts': `import { omit } from 'lodash';
import { Queue } from 'bullmq';
import type { Dated } from './dated.js';
const mail = new Queue('mail');
const send = async (all: Dated[], more: Dated) => {
  const whole: { secret: string; all: Dated[] } = { secret: 'x', all: [more, ...all.filter((each) => each.id)] };
  await mail.add('send', omit(whole, ['secret']));
};
export default { send };`,
      'dated.ts': dated.replace('interface', 'export interface'),
      'http.ts': `import type { Request } from 'express';
import mails from './app.js';
export const post = async ({ body }: Request) => {
  const { all, more } = body;
  more.read = true;
  await mails.send(all, more);
};`,
    },
  },
  {
    name: 'a list that is filled with what was parsed',
    code: made(
      `let it: Dated[] = [];\nconst rows: Dated[] = JSON.parse('[]');\nif (rows.length > 1) it = rows.map((row) => ({ id: 'a', sent: row.sent }));\nelse for (const row of rows) it.push(row);`,
    ),
  },
  {
    name: 'a list of what was parsed, or of what lacks it',
    code: made(
      `interface Item { id: string; dated?: Dated }\ndeclare const few: boolean;\nlet it: Item[] = [];\nit = few ? JSON.parse('[]') : [{ id: 'b' }];`,
    ),
  },
  {
    name: 'a key that is calculated',
    code: made(
      `declare const key: 'sent';\nconst it: Dated = { ...JSON.parse('{}'), [key]: [{ at: new Date() }] };`,
      '«it»',
    ),
  },
  {
    name: 'a list that nobody fills in sight',
    code: made(`const it: Dated[] = [];`, '«it»'),
  },
  {
    name: 'a list that is filled with something else, too',
    code: made(
      `const it: Dated[] = JSON.parse('[]');\nit.push({ id: 'a', sent: [{ at: new Date() }] });`,
      '«it»',
    ),
  },
  {
    name: 'a key that is set behind it',
    code: made(`const it: Dated = JSON.parse('{}');\nit.sent = [{ at: new Date() }];`, '«it»'),
  },
  {
    name: 'a key behind a spread of it',
    code: made(`const it: Dated = { ...JSON.parse('{}'), sent: [{ at: new Date() }] };`, '«it»'),
  },
  {
    name: 'another key behind a spread of it',
    code: made(`const it: Dated = { ...JSON.parse('{}'), id: 'b' };`),
  },
  {
    name: 'it, or else something that was made',
    code: made(`const it: Dated = JSON.parse('null') ?? { id: 'a', sent: [{ at: new Date() }] };`, '«it»'),
  },
  {
    name: 'a variable of itself',
    code: made(`let it: Dated = { id: 'a', sent: [] };\nit = { ...it };`, '«it»'),
  },
  {
    name: "a task's own payload: its handler's type is what is wrong",
    code: `import { type Job, Queue, Worker } from 'bullmq';
${dated}const mail = new Queue('mail');
const forward = ({ sent }: Dated) => mail.add('send', { sent });
export const work = new Worker('first', async (job: Job<«Dated»>) => {
  await mail.add('send', job.data);
  await forward(job.data);
}, { connection: {} });`,
    ids: 'declared',
  },
  {
    name: "a task's payload that its serializer keeps",
    code: `import { task } from '@trigger.dev/sdk/v3';
import { Queue } from 'bullmq';
${dated}const mail = new Queue('mail');
export const first = task({ id: 'first', run: async (payload: Dated) => { await mail.add('send', «payload»); } });`,
  },
];

testRule(
  'no-unserializable-payload',
  'dispatched',
  { 'each kind': eachKind, written, classes, members, carriers, parsed, untyped },
  { typedOutputs: true },
);
