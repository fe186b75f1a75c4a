import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { defineLibrary, type LibraryDefinition } from '../../src/index.js';
import { Vocabulary } from '../../src/libraries/vocabulary.js';
import type { Dispatch, Handler, Queue, Setting } from '../../src/tasks/model.js';
import { Project } from '../../src/tasks/project.js';
import { codeOfOneFile } from '../../src/typescript/alone.js';
import { Code } from '../../src/typescript/code.js';
import { type Files, programOf, programOfFolder, root } from '../harness.js';
import { type Case, errorsOf, testRule } from '../rules/support.js';

/*
 * Each word of the vocabulary, by small made-up frameworks: what the model finds with it, and what it does not.
 *
 * Most samples are chunks of one text. Above each stands what it shows, and what the model must say of it:
 *
 *     //- a chain through a variable → 3 · fixed 5
 *     const job = line.createJob(1).retries(3); job.backoff('fixed', 5); await job.save();
 *
 * Several things are told with ` + ` between them, none as `nothing`. Behind ✗ stands what the model says today
 * where that is wrong; the test then expects to fail.
 */

type Definition = Partial<LibraryDefinition>;

// ------------------------------------------------------------------------------------- what the model says

const show = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { kind, delay } = value as { kind: string; delay?: number };
  return delay === undefined ? kind : `${kind} ${String(delay)}`;
};

/** `3`, `3|5`, `default 1`, `erased 1`, `configured 3`, `unknown`. */
function settingText(setting: Setting<unknown>): string {
  switch (setting.state) {
    case 'stated':
      return setting.values.map(show).join('|');
    case 'defaulted':
      return `${setting.erasedAt ? 'erased' : 'default'} ${show(setting.value)}`;
    case 'configured':
      return `configured ${show(setting.fallback)}`;
    case 'unknown':
      return 'unknown';
  }
}

const nameText = (setting: Setting<string>): string =>
  setting.state === 'stated' ? setting.values.join('|') : '?';

function payloadText(subject: Dispatch | Handler): string {
  if (subject.kind === 'handler') {
    const { payload } = subject;
    return payload ? [`param ${String(payload.parameter)}`, ...payload.path].join('.') : 'no payload';
  }
  const value = subject.payload?.value;
  return value?.kind === 'array'
    ? `[${value.elements.map(({ node }) => node.getText()).join(', ')}]`
    : (subject.payload?.node.getText() ?? 'no payload');
}

function kindText({ durable, step, definitionOnly, registered }: Handler): string {
  const said = [durable && 'durable', step && 'step', definitionOnly && 'definition'].filter(Boolean);
  return [...said, ...(registered ? [] : ['by its type'])].join(' ') || 'plain';
}

type Subject = Dispatch | Handler | Queue;
/** What is asked of each thing: its names, settings, or what else the model knows of it. */
type Word = 'name' | 'attempts' | 'backoff' | 'limit' | 'ack' | 'payload' | 'body' | 'kind' | 'at';

function told(word: Word, subject: Subject, project: Project): string {
  const { policy } = subject;
  if (word === 'attempts') return settingText(policy.attempts);
  if (word === 'backoff') return settingText(policy.backoff);
  if (word === 'limit') return settingText(policy.timeLimit);
  if (subject.kind === 'queue') return word === 'name' ? `queue ${nameText(subject.name)}` : '-';
  if (word === 'name') return `${nameText(subject.queue)}/${nameText(subject.task)}`;
  if (word === 'payload') return payloadText(subject);
  if (word === 'at') return subject.name.getText();
  if (subject.kind === 'dispatch') return '-';
  if (word === 'ack') return settingText(project.acknowledgementOf(subject));
  return word === 'body' ? (subject.body?.getText().replace(/\s+/g, ' ') ?? 'no body') : kindText(subject);
}

interface Told {
  readonly at: number;
  readonly text: string;
}

/** Everything of a file, in the order of its text. */
function toldIn(project: Project, file: ts.SourceFile, asked: readonly Word[]): readonly Told[] {
  const line = (node: ts.Node, subject: Subject): Told => ({
    at: node.getSourceFile() === file ? node.getStart() : subject.node.getStart(),
    text: asked.map((word) => told(word, subject, project)).join(' · '),
  });
  const all = [
    ...project.dispatchesIn(file).map((each) => line(each.item?.node ?? each.name, each)),
    ...project.handlersIn(file).map((each) => line(each.name, each)),
    ...project.queuesIn(file).map((each) => line(each.node, each)),
    ...project.waitsIn(file).map(({ name, durable, polling, holds }) => ({
      at: name.getStart(),
      text: `${durable ? 'durable' : polling ? 'polling' : 'blocking'}${holds ? ' holds' : ''} wait`,
    })),
  ];
  return all.sort((a, b) => a.at - b.at);
}

// --------------------------------------------------------------------------------------------- the samples

interface Samples {
  /** The framework, in `own.ts`; all that it exports is imported. */
  readonly own: string;
  readonly library: Definition;
  readonly asked: readonly Word[];
  /** The chunks. Without `bare` each is a block of its own. */
  readonly text: string;
  readonly bare?: true;
  readonly more?: Files;
  readonly untyped?: true;
  /** The samples do not type-check: their package is nowhere. */
  readonly broken?: true;
}

interface Chunk {
  readonly claim: string;
  readonly expected: string;
  readonly isWrong: boolean;
  readonly code: string;
}

const chunksOf = (text: string): readonly Chunk[] =>
  text
    .split(/^\/\/- /m)
    .slice(1)
    .map((chunk): Chunk => {
      const end = chunk.indexOf('\n');
      const found = /^(?<claim>.+) → (?<expected>.+?)(?<wrong> ✗ .*)?$/.exec(chunk.slice(0, end))?.groups;
      if (!found) throw new Error(`No expectation: ${chunk}`);
      const { claim = '', expected = '', wrong } = found;
      return { claim, expected, isWrong: wrong !== undefined, code: chunk.slice(end + 1) };
    });

function importsOf(framework: string): string {
  const exported = [
    ...framework.matchAll(/^export (?:declare )?(?:abstract )?(?<kind>\w+) (?<name>\w+)/gm),
  ];
  const names = exported.map(({ groups }) => {
    const { kind = '', name = '' } = groups ?? {};
    return kind === 'interface' || kind === 'type' ? `type ${name}` : name;
  });
  return names.length === 0 ? '' : `import { ${names.join(', ')} } from './own.js';\n`;
}

const ownLibrary = (definition: Definition): LibraryDefinition => ({
  name: 'Own',
  files: ['own.ts'],
  ...definition,
});

function appOf({ own, text, bare }: Samples): { text: string; starts: readonly number[] } {
  let app = importsOf(own);
  const starts = chunksOf(text).map(({ code }) => {
    const start = app.length;
    app += bare ? code : `{\n${code}}\n`;
    return start;
  });
  return { text: app, starts };
}

const filesOf = (samples: Samples): Files => ({
  'own.ts': samples.own,
  ...samples.more,
  'app.ts': appOf(samples).text,
});

/** What the model says of each chunk. */
function toldOf(samples: Samples): readonly string[] {
  const files = filesOf(samples);
  const vocabulary = new Vocabulary({ libraries: [ownLibrary(samples.library)] }, root);
  expect(vocabulary.problems).toEqual([]);
  const name = `${root}/app.ts`;
  const program = samples.untyped ? undefined : programOf(files);
  const alone = program ? undefined : codeOfOneFile(name, files['app.ts'] ?? '');
  const code = alone?.code ?? (program && Code.of(program));
  const file = alone?.file ?? program?.getSourceFile(name);
  if (!code || !file) throw new Error('no app.ts');
  const all = toldIn(Project.of(code, vocabulary), file, samples.asked);
  const { starts } = appOf(samples);
  return starts.map((start, index) => {
    const own = all.filter(({ at }) => at >= start && at < (starts[index + 1] ?? Infinity));
    return own.length === 0 ? 'nothing' : own.map(({ text }) => text).join(' + ');
  });
}

function testSamples(title: string, samples: Samples): void {
  describe(title, () => {
    let known: readonly string[] | undefined;
    for (const [index, { claim, expected, isWrong }] of chunksOf(samples.text).entries()) {
      const run = isWrong ? it.fails : it;
      run(claim, () => {
        known ??= toldOf(samples);
        expect(known[index]).toBe(expected);
      });
    }

    it.skipIf(samples.broken)('every sample type-checks', () => {
      expect(errorsOf([[title, filesOf(samples)]])).toEqual([]);
    });
  });
}

const dispatching = (
  dispatches: NonNullable<LibraryDefinition['dispatches']>,
  rest: Definition = {},
): Definition => ({
  layers: ['dispatch'],
  dispatches,
  attempts: { option: 'tries', counts: 'runs', default: 1 },
  ...rest,
});
const handling = (
  handlers: NonNullable<LibraryDefinition['handlers']>,
  rest: Definition = {},
): Definition => ({
  layers: ['definition'],
  handlers,
  attempts: { option: 'tries', counts: 'runs', default: 1 },
  ...rest,
});

// -------------------------------------------------------------------------------------------------- places

testSamples('places of dispatches', {
  own: `
export declare class Topic { publish(data: object, options?: object): void }
export declare class Hub { topic(name: string, options?: object): Topic }
export declare function send(name: string, ...args: unknown[]): void;
export declare function start<T>(of: { new (): T }, options?: object): T;
export declare function run(of: unknown, data: object): void;
export declare function trigger<N extends string>(data: object): void;
export declare class SendCommand { constructor(input: { queue: string; body: object; tries?: number }) }
export class Mails { send(to: string, copies: number) { return [to, copies]; } }
export const hub = new Hub();
`,
  library: dispatching([
    { method: 'Topic.publish', queue: 'receiver(0)', ignoresQueue: true, options: 'receiver(1)' },
    { call: 'send', task: 'arg0', payload: 'argsFrom1' },
    { call: 'start', curried: true, task: 'next.name', payload: 'next.args', options: 'arg1' },
    { call: 'run', task: 'arg0', payload: 'arg1' },
    { call: 'trigger', task: 'typeArg0', payload: 'arg0' },
    {
      construct: 'SendCommand',
      queue: 'arg0.queue',
      ignoresQueue: true,
      payload: 'arg0.body',
      options: 'arg0',
    },
  ]),
  asked: ['name', 'attempts', 'payload'],
  text: `
//- receiver(0): what a call was given that made the receiver → news/? · 2 · no payload
const news = hub.topic('news', { tries: 2 }); news.publish({});
//- … called at once → sports/? · default 1 · no payload
hub.topic('sports').publish({});
//- … of a receiver that is not known → ?/? · unknown · no payload
const late = (topic: Topic) => topic.publish({}); void late;
//- a method that was taken out of its object has no receiver → ?/? · default 1 · no payload
const { publish } = hub.topic('news'); publish({});
//- argsFrom1: the arguments but the first → ?/mail · default 1 · [1, 'two']
send('mail', 1, 'two');
//- … none → ?/sms · default 1 · []
send('sms');
//- … of a list that is spread → ?/push · default 1 · [3, 4]
send('push', ...[3, 4]);
//- next.name, next.args: the method of the second call, and what it is given → ?/send · 2 · ['a', 2]
start(Mails, { tries: 2 }).send('a', 2);
//- … a client that is kept hands over nothing → nothing
const kept = start(Mails); kept.send('b', 3);
//- a class where a name is wanted stands for its name → ?/Mails · default 1 · {}
run(Mails, {});
//- … a function, too → ?/sms · default 1 · {}
function sms() { return 1; } run(sms, {});
//- … one without a name does not → ?/? · default 1 · {}
run(() => 1, {});
//- typeArg0: the text that a type argument of the call is → ?/sms · default 1 · {}
trigger<'sms'>({});
//- … none → ?/? · default 1 · {}
trigger({});
//- construct: a new hands something over → mails/? · 2 · {}
void new SendCommand({ queue: 'mails', body: {}, tries: 2 });
`,
});

testSamples('places of handlers', {
  own: `
export declare class Receive { constructor(queue: string) }
export declare function receive(queue: string): void;
export declare function run(tasks: object): void;
export declare function service(options: object): void;
export declare function handler<T>(options: object, run: T): T;
export declare function onTask(run: () => unknown): object;
export type Task<N extends string> = (data: { name: N }) => unknown;
`,
  library: handling([
    { construct: 'Receive', queue: 'arg0', ignoresQueue: true, handler: 'around' },
    { call: 'receive', queue: 'arg0', ignoresQueue: true, handler: 'around' },
    { call: 'run', each: 'arg0', task: 'key', handler: 'item' },
    {
      call: 'service',
      each: 'arg0.handlers',
      task: 'key',
      handler: 'item',
      defaults: 'arg0.options',
      options: 'item(0)',
    },
    { call: 'onTask', task: 'holder', handler: 'arg0' },
    { typed: 'Task', task: 'typeArg0', handler: 'self' },
  ]),
  asked: ['name', 'attempts', 'at', 'body'],
  bare: true,
  more: { 'activities.ts': `export const call = async () => 1;\nexport async function fax() {}` },
  text: `
//- around: the function in which a new stands → mails/? · default 1 · Receive · () => new Receive('mails')
export const poll = () => new Receive('mails');
//- … a call → news/? · default 1 · receive · () => receive('news')
export const once = () => receive('news');
//- … in none → nothing
receive('nowhere');
//- key: the name in the object of \`each\` → ?/mail · default 1 · mail · () => 1
run({ mail: () => 1 });
//- … a variable of this name → ?/sms · default 1 · sms · () => 2
const sms = () => 2; run({ sms });
//- … in what is spread → ?/push · default 1 · push · () => 3
const shared = { push: () => 3 }; run({ ...shared });
//- … in a list there is none → ?/? · default 1 · run · () => 4
run([() => 4]);
//- … a method → ?/fax · default 1 · fax · fax() { return 5; } ✗ reported at \`run\`
run({ fax() { return 5; } });
//- … what a module exports → ?/call · default 1 · run · async () => 1 + ?/fax · default 1 · run · async function fax() {} ✗ nothing
import * as activities from './activities.js'; run(activities);
//- (0): what a handler is wrapped with, and defaults under it → ?/a · 5 · a · () => 6 + ?/b · 3 · b · () => 7
service({ options: { tries: 5 }, handlers: { a: () => 6, b: handler({ tries: 3 }, () => 7) } });
//- … a wrapping that says nothing → ?/c · 5 · c · () => 8
service({ options: { tries: 5 }, handlers: { c: handler({}, () => 8) } });
//- … without defaults → ?/d · default 1 · d · () => 9
service({ handlers: { d: () => 9 } });
//- holder: the variable that the value of the call is put in → ?/letter · default 1 · onTask · () => 10
export const letter = onTask(() => 10);
//- … the property → ?/card · default 1 · onTask · () => 11
export const all = { card: onTask(() => 11) };
//- … the field → ?/parcel · default 1 · onTask · () => 12
export class Tasks { parcel = onTask(() => 12); }
//- … none → ?/? · default 1 · onTask · () => 13
onTask(() => 13);
//- typeArg0: the text that a type argument is → ?/note · default 1 · note1 · () => 14
export const note1: Task<'note'> = () => 14;
//- … no text → ?/? · default 1 · note2 · () => 15
export const note2: Task<string> = () => 15;
`,
});

// -------------------------------------------------------------------------------- matchers and conditions

testSamples('matchers and conditions', {
  own: `
export declare class Session { on(event: string, run: (message: object) => unknown): this }
export declare class Run { readonly value: Promise<number>; readonly status: Promise<string> }
export interface Batch { messages: object[] }
export interface Context { id: number }
export interface Exported { fetch?(request: string): unknown; queue?(batch: object): unknown }
export type Task = (data: object) => unknown;
export type Tasks = Record<string, Task>;
export declare const session: Session;
`,
  library: handling(
    [
      { method: 'Session.on', when: { arg0: { is: 'message' } }, handler: 'arg1' },
      { takes: 'Context', task: 'name', handler: 'self' },
      {
        takes: 'Batch',
        named: 'queue',
        task: 'name',
        handler: 'self',
        payload: 'param0.messages[].body',
      },
      { typed: 'Exported', task: 'name', handler: 'self.queue', payload: 'param0' },
      { typed: 'Tasks', each: 'self', task: 'key', handler: 'item' },
      { typed: 'Task', task: 'name', handler: 'self' },
    ],
    { waits: [{ property: 'Run.value' }, { property: 'Run.status', polling: true }] },
  ),
  asked: ['name', 'kind', 'payload', 'body'],
  bare: true,
  text: `
//- when is: this text → ?/? · plain · no payload · () => 1
session.on('message', () => 1);
//- … by a constant → ?/? · plain · no payload · () => 2
const event = 'message'; session.on(event, () => 2);
//- … another text → nothing
session.on('error', () => 3);
//- … one that is not known → nothing
export const listen = (name: string) => session.on(name, () => 4);
//- property: one that is read → blocking wait
export const read = (run: Run) => run.value;
//- … again and again → polling wait
export const ask = (run: Run) => run.status;
//- … of something else → nothing
const other = { value: 1 }; export const value = other.value;
//- takes: an exported function → ?/one · by its type · no payload · (context: Context) => context
export const one = (context: Context) => context;
//- … another → nothing
const two = (context: Context) => context; void two;
//- takes with named: of this name, exported or not → ?/queue · by its type · param 0.messages.[].body · (batch: Batch) => batch
const queue = (batch: Batch) => batch; void queue;
//- … a method → ?/queue · by its type · param 0.messages.[].body · queue(batch: Batch) { return batch; }
export const worker = { queue(batch: Batch) { return batch; } };
//- … of another name → nothing
export const three = (batch: Batch) => batch;
//- typed on an object: one member is the handler → ?/a · by its type · param 0 · (batch) => batch
export const a = { queue: (batch) => batch, fetch: (request) => request } satisfies Exported;
//- … a method → ?/b · by its type · param 0 · queue(batch) { return batch; }
export const b: Exported = { queue(batch) { return batch; } };
//- … without that member → nothing
export const c: Exported = { fetch: (request) => request };
//- … an object without the type → nothing
export const d = { queue: (batch: object) => batch };
//- typed on an object: each member is a handler → ?/mail · plain · no payload · () => 5
export const tasks: Tasks = { mail: () => 5 };
//- … one that speaks for itself, too → ?/sms · by its type · no payload · () => 6 + ?/sms · plain · no payload · () => 6
const sms: Task = () => 6; export const more: Tasks = { sms };
//- … an object without the type → nothing
export const others = { fax: () => 7 };
`,
});

const taken = (title: string, text: string): void => {
  testSamples(title, {
    own: `
export declare class Line { push(options?: object): void; other(): void }
export declare const line: Line;
`,
    library: dispatching([{ method: 'Line.push', options: 'arg0' }], {
      waits: [{ method: 'Line.other' }],
    }),
    asked: ['attempts'],
    text,
  });
};
taken(
  'destructured methods',
  `
//- a method that was taken out of its object → 2
const { push } = line; push({ tries: 2 });
//- … in a parameter → 3
const run = ({ push }: Line) => push({ tries: 3 }); void run;
//- … under another name → 4 ✗ nothing: only the name of the method is a candidate
const run = () => { const { push: enqueue } = line; enqueue({ tries: 4 }); }; void run;
//- … of another object → nothing
const { push } = { push: (options: object) => options }; push({});
//- a wait, too → blocking wait
const { other } = line; other();
//- called on its object → 5
line.push({ tries: 5 });
`,
);
taken(
  'destructured methods in a file that shows no other name of the library',
  `
//- the only one → 2 ✗ nothing: the gate asks for a dot before the name
const { push } = line; push({ tries: 2 });
`,
);

// -------------------------------------------------------------------------------- handlers and definitions

testSamples('handlers', {
  own: `
export declare class Line { constructor(name: string, options?: object); work(options: object, run: () => unknown): void }
export declare function task(options: object, run?: () => unknown): void;
export declare function step(run: () => unknown): void;
export declare function flow(run: () => unknown): void;
export declare function policy(options: object): void;
export declare function found(options: object, run: () => unknown): void;
export declare function rest(options: object, run: () => unknown): void;
`,
  library: handling(
    [
      { method: 'Line.work', options: 'arg0', handler: 'arg1' },
      {
        call: 'task',
        task: 'arg0.id',
        queue: 'arg0.queue',
        ignoresQueue: true,
        options: 'arg0',
        handler: 'arg1',
      },
      { call: 'step', handler: 'arg0', ignoresQueue: true, step: true },
      { call: 'flow', handler: 'arg0', ignoresQueue: true, durable: true },
      { call: 'policy', options: 'arg0', ignoresQueue: true },
      { call: 'found', options: 'arg0', handler: 'arg1', ignoresQueue: true, elsewhere: true },
      { call: 'rest', queue: 'arg0.queue', queueDefault: 'rest', handler: 'arg1' },
    ],
    {
      queues: [{ construct: 'Line', name: 'arg0', options: 'arg1' }],
      layers: ['queue', 'definition'],
      timeLimit: { option: 'limit', default: 'none' },
    },
  ),
  asked: ['name', 'attempts', 'limit', 'kind'],
  text: `
//- the defaults of its queue hold → queue mails · 4 · default none · - + mails/? · 4 · default none · plain
new Line('mails', { tries: 4 }).work({}, () => 1);
//- … under its own → queue mails · 4 · default none · - + mails/? · 2 · default none · plain
new Line('mails', { tries: 4 }).work({ tries: 2 }, () => 1);
//- ignoresQueue: they do not → mails/sms · default 1 · default none · plain
task({ id: 'sms', queue: 'mails' }, () => 1);
//- no function, no handler → nothing
task({ id: 'sms' });
//- step → ?/? · default 1 · default none · step
step(() => 1);
//- durable → ?/? · default 1 · default none · durable
flow(() => 1);
//- a site without a function → ?/? · 3 · default none · definition
policy({ tries: 3 });
//- elsewhere: whatever is written, its policy is not known here → ?/? · unknown · unknown · plain
found({ tries: 3, limit: 5 }, () => 1);
//- queueDefault: its queue when none is given → rest/? · unknown · unknown · plain ✗ ?/?, unless queues are registered by name
rest({}, () => 1);
//- … when one is given → mails/? · unknown · unknown · plain
rest({ queue: 'mails' }, () => 1);
`,
});

testSamples('definitions found from a dispatch', {
  own: `
export declare function task(options: object, run: () => unknown): Task;
export declare class Task { trigger(data: object, options?: object): void; triggerMany(all: object[]): void }
export declare function trigger(name: string, data: object, options?: object): void;
export declare class Job { static options?: object; static dispatch(data: object): void }
`,
  library: handling(
    [
      {
        call: 'task',
        task: 'arg0.id',
        queue: 'arg0.queue',
        ignoresQueue: true,
        options: 'arg0',
        handler: 'arg1',
      },
      { extends: 'Job', task: 'name', options: 'static.options', handler: 'member.run' },
    ],
    {
      layers: ['definition', 'dispatch'],
      dispatches: [
        { method: 'Task.trigger', definition: 'receiver', payload: 'arg0', options: 'arg1' },
        { method: 'Task.triggerMany', each: 'arg0', definition: 'receiver', options: 'item' },
        { call: 'trigger', definition: 'arg0', task: 'arg0', payload: 'arg1', options: 'arg2' },
        { method: 'Job.dispatch', definition: 'receiver', payload: 'arg0' },
      ],
    },
  ),
  asked: ['name', 'attempts'],
  bare: true,
  more: {
    'far.ts': `import { task } from './own.js';\nexport const far = task({ id: 'far', tries: 6 }, () => 1);`,
  },
  text: `
//- the definition itself, with its names → mails/mail · 3
const mail = task({ id: 'mail', queue: 'mails', tries: 3 }, () => 1);
//- by the receiver: what it says holds → mails/mail · 3
mail.trigger({});
//- … under what the dispatch says → mails/mail · 5
mail.trigger({}, { tries: 5 });
//- … and erases → mails/mail · erased 1
mail.trigger({}, { tries: undefined });
//- … for each element → mails/mail · 3 + mails/mail · 6
mail.triggerMany([{ data: 1 }, { data: 2, tries: 6 }]);
//- one that says nothing leaves it to the library → ?/sms · default 1 + ?/sms · default 1
const sms = task({ id: 'sms' }, () => 1); sms.trigger({});
//- by its name → ?/mail · 3
trigger('mail', {});
//- … which two have: nobody knows → ?/twin · 4 + ?/twin · 5 + ?/twin · unknown
task({ id: 'twin', tries: 4 }, () => 1); task({ id: 'twin', tries: 5 }, () => 1); trigger('twin', {});
//- … which nobody has → ?/push · unknown
trigger('push', {});
//- … which is not known → ?/? · unknown
export const any = (name: string) => trigger(name, {});
//- … whatever it is, the dispatch may say → ?/? · 2
export const some = (name: string) => trigger(name, {}, { tries: 2 });
//- of another file → ?/far · 6 + ?/far · 6
import { far } from './far.js'; far.trigger({}); trigger('far', {});
//- one that the program does not show → ?/? · unknown
export const send = (given: Task) => given.trigger({});
//- a class, by a static method of its base → ?/Mails · 7 + ?/Mails · 7
class Mails extends Job { static override options = { tries: 7 }; run() { return 1; } } Mails.dispatch({});
//- … the base itself → ?/? · unknown
Job.dispatch({});
`,
});

// --------------------------------------------------------------------------------------------------- chains

testSamples('chains', {
  own: `
export declare class Line { createJob(data: unknown): Job; saveAll(jobs: Job[]): Promise<void> }
export declare class Job {
  delay: number; tries: number;
  retries(count: number): this; backoff(kind: string, delay: number): this; on(event: string): this;
  save(): Promise<void>;
}
export declare const given: number;
export declare const line: Line;
export declare function tune(job: Job): Job;
`,
  library: dispatching(
    [
      {
        method: 'Line.createJob',
        payload: 'arg0',
        options: 'chain',
        chain: {
          ends: ['save'],
          collectors: ['saveAll'],
          setters: { retries: 'tries', tries: 'tries', backoff: ['pace.kind', 'pace.delay'] },
        },
      },
    ],
    {
      backoff: {
        option: 'pace',
        type: { key: 'kind', values: { fixed: 'fixed', exponential: 'exponential' } },
        delay: 'pace.delay',
        default: 'none',
      },
    },
  ),
  asked: ['attempts', 'backoff'],
  text: `
//- a chain in one expression → 2 · fixed 5
await line.createJob(1).on('x').retries(2).backoff('fixed', 5).save();
//- through a variable → 2 · exponential 7
const job = line.createJob(1).retries(2); job.backoff('exponential', 7); await job.save();
//- a property that is assigned → 3 · default none
const job = line.createJob(1); job.tries = 3; job.delay = 9; await job.save();
//- the last word counts → 4 · default none
const job = line.createJob(1).retries(2); job.retries(4); await job.save();
//- nothing is said after the end → default 1 · default none
const job = line.createJob(1); await job.save(); job.retries(2);
//- a number that is not known → unknown · default none
await line.createJob(1).retries(given).save();
//- never saved → nothing
const job = line.createJob(1); job.retries(2);
//- only kept → nothing
const job = line.createJob(1).retries(2); void job;
//- a function on the way: what it did is not known → unknown · unknown
await tune(line.createJob(1)).save();
//- a function that is given the variable: what it did is not known → unknown · unknown ✗ default 1 · default none
const job = line.createJob(1); tune(job); await job.save();
//- on one way only: not known → unknown · default none ✗ 2 · default none
const job = line.createJob(1); if (given > 1) job.retries(2); await job.save();
//- collectors: a list that is handed over → 2 · default none + default 1 · default none
await line.saveAll([line.createJob(1).retries(2), line.createJob(2)]);
//- … of variables → 2 · default none ✗ nothing
const job = line.createJob(1); job.retries(2); await line.saveAll([job]);
//- … to another method → nothing
const kept = [line.createJob(1)]; kept.push(line.createJob(2));
`,
});

testSamples('chains that need no end', {
  own: `
export declare class Job { static dispatch(data: object): Pending }
export declare class Pending { tries(count: number): this; toQueue(name: string): this }
`,
  library: dispatching([
    {
      method: 'Job.dispatch',
      queue: 'chain.queue',
      ignoresQueue: true,
      options: 'chain',
      chain: { ends: [], setters: { tries: 'tries', toQueue: 'queue' } },
    },
  ]),
  asked: ['name', 'attempts'],
  text: `
//- alone → ?/? · default 1
Job.dispatch({});
//- with what follows → mails/? · 2
Job.dispatch({}).tries(2).toQueue('mails');
//- kept in a variable → ?/? · 3
const kept = Job.dispatch({}); kept.tries(3);
`,
});

// --------------------------------------------------------------------------------------------------- queues

for (const unregistered of [false, true]) {
  const nobody = unregistered ? '2' : 'unknown';
  testSamples(unregistered ? 'queues that need not be registered' : 'queues that are registered', {
    own: `
export declare class Hub { static init(options: object): void; static send(queue: string | undefined, data: object, options?: object): void }
`,
    library: dispatching(
      [
        { method: 'Hub.send', when: { arg0: 'none' }, queue: 'arg2.queue', queueDefault: 'rest' },
        { method: 'Hub.send', queue: 'arg0', payload: 'arg1', options: 'arg2' },
      ],
      {
        queues: [
          { method: 'Hub.init', root: true, options: 'arg0' },
          { method: 'Hub.init', each: 'arg0.queues', name: 'key', options: 'item' },
        ],
        layers: ['queue', 'dispatch'],
        ...(unregistered ? { unregistered } : {}),
      },
    ),
    asked: ['name', 'attempts'],
    text: `
//- one call is the root and, by the keys of an object, the queues above it → queue ? · 2 + queue mails · 3 + queue news · 2
Hub.init({ tries: 2, queues: { mails: { tries: 3 }, news: {} } });
//- a queue that says something → mails/? · 3
Hub.send('mails', {});
//- one that does not → news/? · 2
Hub.send('news', {});
//- one that nobody registers → other/? · ${nobody}
Hub.send('other', {});
//- … where the dispatch says it → other/? · 5
Hub.send('other', {}, { tries: 5 });
//- one whose name is not known → ?/? · unknown
const send = (name: string) => Hub.send(name, {}); void send;
//- queueDefault: where nobody names one → rest/? · ${unregistered ? '2' : 'default 1'}
Hub.send(undefined, {});
`,
  });
}

for (const makes of [true, false]) {
  testSamples(makes ? 'makes' : 'without makes', {
    own: `
export declare function createLine(name: string): Line;
export declare class Line { push(data: object): void }
`,
    library: dispatching([{ method: 'Line.push', payload: 'arg0' }], {
      queues: [{ call: 'createLine', name: 'arg0', ...(makes ? { makes: 'Line' } : {}) }],
    }),
    asked: ['name'],
    untyped: true,
    text: `
//- the class of what a call makes, where no type says it → queue mails${makes ? ' + mails/?' : ''}
const line = createLine('mails'); line.push({});
`,
  });
}

// ---------------------------------------------------------------------------------------------------- waits

testSamples('waits', {
  own: `
export declare function task(run: () => unknown): void;
export declare function flow(run: () => unknown): void;
export declare class Handle { result(): Promise<number>; ask(): Promise<number>; client(): { send(): Promise<number> } }
export declare const handle: Handle;
`,
  library: {
    handlers: [
      { call: 'task', handler: 'arg0' },
      { call: 'flow', handler: 'arg0', durable: true },
    ],
    waits: [
      { method: 'Handle.result' },
      { method: 'Handle.ask', holds: true },
      { method: 'Handle.client', curried: true },
    ],
  },
  asked: ['kind'],
  text: `
//- outside of any handler → blocking wait
await handle.result();
//- in a handler → plain + blocking wait
task(async () => handle.result());
//- in a durable one: durable → durable + durable wait
flow(async () => handle.result());
//- … but for what goes round the engine → durable + blocking holds wait
flow(async () => handle.ask());
//- the innermost function decides → durable + plain + blocking wait
flow(() => { task(() => handle.result()); });
//- curried: a method of the client that is called at once → blocking wait
await handle.client().send();
//- … a client that is kept → nothing
const client = handle.client(); void client;
`,
});

// ------------------------------------------------------------------------------------ what the options mean

/** Lines of `options → what they mean`; `{ … } > { … }` are those of a queue and of a dispatch. */
function testOptions(
  of: 'attempts' | 'backoff' | 'limit',
  title: string,
  library: Definition,
  table: string,
): void {
  const rows = table.trim().split('\n');
  const calls = rows.map((row) => {
    const [, given = '', ...rest] = /^(.+?) → (.+)$/.exec(row) ?? [];
    const [queue = '', dispatch] = given.split(' > ');
    const call = dispatch === undefined ? `new Line().push(${queue})` : `new Line(${queue}).push(${dispatch})`;
    return `//- ${given} → ${rest.join('')}\nexport const f${String(rows.indexOf(row))} = (given: number, all: object, flag: boolean) => [given, all, flag, ${call}];`;
  });
  testSamples(`${of}: ${title}`, {
    own: `
export declare class Line { constructor(options?: object); push(options?: object): void }
export declare function decide(): boolean;
export declare const Plugins: { Retry: object; Other: object };
`,
    library: {
      queues: [{ construct: 'Line', options: 'arg0' }],
      dispatches: [{ method: 'Line.push', options: 'arg0' }],
      layers: ['queue', 'dispatch'],
      ...library,
    },
    asked: [of],
    bare: true,
    text: calls.join('\n'),
  });
}
const attempts = (
  title: string,
  spec: Partial<LibraryDefinition['attempts']>,
  table: string,
): void => {
  testOptions(
    'attempts',
    title,
    { attempts: { option: 'tries', counts: 'retries', default: 1, ...spec } },
    table,
  );
};
const backoff = (title: string, spec: NonNullable<LibraryDefinition['backoff']>, table: string): void => {
  testOptions('backoff', title, { backoff: spec }, table);
};
const limit = (title: string, spec: Partial<LibraryDefinition['timeLimit']>, table: string): void => {
  testOptions(
    'limit',
    title,
    { timeLimit: { option: 'limit', unit: 's', default: 'none', ...spec } },
    table,
  );
};
