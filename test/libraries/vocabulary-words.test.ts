import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { defineLibrary, type LibraryDefinition } from '../../src/index.js';
import type { AttemptsSpec } from '../../src/libraries/define.js';
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
function toldIn(
  project: Project,
  file: ts.SourceFile,
  { asked, withoutQueues }: Pick<Samples, 'asked' | 'withoutQueues'>,
): readonly Told[] {
  const line = (node: ts.Node, subject: Subject): Told => ({
    at: node.getSourceFile() === file ? node.getStart() : subject.node.getStart(),
    text: asked.map((word) => told(word, subject, project)).join(' · '),
  });
  const all = [
    ...project.dispatchesIn(file).map((each) => line(each.item?.node ?? each.name, each)),
    ...project.handlersIn(file).map((each) => line(each.name, each)),
    ...(withoutQueues ? [] : project.queuesIn(file)).map((each) => line(each.node, each)),
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
  /** The queues that stand in the text are not told. */
  readonly withoutQueues?: true;
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
  const exported = [...framework.matchAll(/^export (?:declare )?(?:abstract )?(?<kind>\w+) (?<name>\w+)/gm)];
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
  const all = toldIn(Project.of(code, vocabulary), file, samples);
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
//- … a method → ?/fax · default 1 · fax · fax() { return 5; }
run({ fax() { return 5; } });
//- … what a module exports → ?/fax · default 1 · run · export async function fax() {} + ?/call · default 1 · run · async () => 1
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
//- queueDefault: its queue when none is given → rest/? · unknown · unknown · plain
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
//- by its name → mails/mail · 3
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
//- a function that is given the variable: what it did is not known → unknown · unknown
const job = line.createJob(1); tune(job); await job.save();
//- on one way only: not known → unknown · default none ✗ 2 · default none
const job = line.createJob(1); if (given > 1) job.retries(2); await job.save();
//- collectors: a list that is handed over → 2 · default none + default 1 · default none
await line.saveAll([line.createJob(1).retries(2), line.createJob(2)]);
//- … of variables → 2 · default none
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
    const call =
      dispatch === undefined ? `new Line().push(${queue})` : `new Line(${queue}).push(${dispatch})`;
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
    withoutQueues: true,
    bare: true,
    text: calls.join('\n'),
  });
}
const attempts = (title: string, spec: Partial<LibraryDefinition['attempts']>, table: string): void => {
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
  testOptions('limit', title, { timeLimit: { option: 'limit', unit: 's', default: 'none', ...spec } }, table);
};

attempts(
  'aliases: other spellings; of the strongest layer that uses any, the first',
  { option: 'retry.max', aliases: ['tries'] },
  `
{} → default 1
{ tries: 2 } → 3
{ retry: { max: 3 } } → 4
{ tries: 2, retry: { max: 3 } } → 4
{ tries: 2 } > {} → 3
{ tries: 2 } > { retry: { max: 3 } } → 4
{ retry: { max: 3 } } > { tries: 2 } → 3
{ tries: given } → unknown
{ tries: 2 } > { ...all } → unknown
`,
);
attempts(
  'means: numbers that mean another number of runs',
  { counts: 'runs', default: 25, means: { '0': 25, '-1': 1 } },
  `
{} → default 25
{ tries: 0 } → 25
{ tries: -1 } → 1
{ tries: 1 } → 1
{ tries: flag ? 0 : 2 } → 25|2
`,
);
attempts(
  'without means 0 and less are one run',
  { counts: 'runs', default: 25 },
  `
{ tries: 0 } → 1
{ tries: -1 } → 1
`,
);
attempts(
  'ceiling: more runs than this are not certain',
  { ceiling: 3 },
  `
{} → default 1
{ tries: 2 } → 3
{ tries: 3 } → unknown
{ tries: Infinity } → unknown
{ tries: 9 } > {} → unknown
`,
);
attempts(
  'queueCounts: what the number counts where the queue says it; no ceiling is for that',
  { queueCounts: 'runs', ceiling: 6 },
  `
{ tries: 5 } > {} → 5
{ tries: 9 } > {} → 9
{ tries: 5 } > { tries: 5 } → 6
{} > { tries: 5 } → 6
{} > { tries: 6 } → unknown
{ tries: 5 } > { tries: given } → unknown
{ tries: 5 } > { tries: undefined } → erased 1
{} > {} → default 1
{ tries: 5 } > flag ? { tries: 1 } : {} → 2|5 ✗ 2|6
`,
);
attempts(
  'zeroIsUnset: 0 above something else leaves that; alone it is no retry',
  { zeroIsUnset: true },
  `
{ tries: 2 } > { tries: 0 } → 3
{ tries: 0 } > { tries: 2 } → 3
{ tries: 2 } > { tries: 1 } → 2
{} > { tries: 0 } → 1
{ tries: 0 } > {} → 1
{ tries: 0 } > { tries: 0 } → 1
{ tries: given } > { tries: 0 } → unknown
{} > {} → default 1
{ tries: 5 } > { tries: flag ? 0 : 2 } → 6|3 ✗ 1|3
`,
);
attempts('without zeroIsUnset 0 is no retry', {}, `{ tries: 2 } > { tries: 0 } → 1`);
attempts(
  'boundedBy: a time that bounds the runs, where no number does',
  { default: 'unlimited', boundedBy: ['within', 'until'] },
  `
{} → default Infinity
{ within: 5 } → unknown
{ until: 'noon' } → unknown
{ within: given } → unknown
{ within: 5, tries: 2 } → 3
{ ...all } → unknown
{ within: undefined } → default Infinity
`,
);
attempts(
  'switch: without it the number is not read; with it and no number its own default holds',
  { option: 'retry.max', counts: 'runs', switch: { option: 'retry', default: 3 } },
  `
{} → default 1
{ retry: {} } → default 3
{ retry: { max: 5 } } → 5
{ retry: { max: given } } → unknown
{ retry: true } → default 3
{ retry: false } → 1
{ retry: null } → 1
{ retry: undefined } → erased 1
{ retry: all } → unknown
{ ...all } → unknown
{ retry: flag ? { max: 2 } : false } → unknown
{ retry: decide } → configured undefined
{ retry: { max: 5 } } > {} → 5
{ retry: { max: 5 } } > { retry: { pause: 1 } } → default 3
`,
);
attempts(
  'switch beside the number',
  { counts: 'runs', switch: { option: 'on', default: 3 } },
  `
{ tries: 5 } → default 1
{ tries: 5, on: true } → 5
{ tries: 5, on: false } → 1
{ on: flag } → unknown
`,
);
attempts(
  'switch with required: false: the number counts without it, too',
  { counts: 'runs', default: 70, switch: { option: 'pause', required: false, default: 'unlimited' } },
  `
{} → default 70
{ tries: 5 } → 5
{ pause: 10 } → default Infinity
{ pause: 10, tries: 5 } → 5
`,
);
attempts(
  'switch with includes: a list in which this must be, as a text or by its name',
  { counts: 'runs', switch: { option: 'plugins', includes: 'Retry', default: 2 } },
  `
{ tries: 5 } → default 1
{ tries: 5, plugins: ['Retry'] } → 5
{ plugins: ['Other', 'Retry'] } → default 2
{ plugins: [Plugins.Retry] } → default 2
{ tries: 5, plugins: ['Other'] } → default 1
{ tries: 5, plugins: [] } → default 1
{ tries: 5, plugins: all } → unknown
`,
);

const paced = { option: 'pace', true: 'exponential', delay: 'pause', unit: 's', default: 'none' } as const;
backoff(
  'delayAlone: what a delay alone makes',
  { ...paced, delayAlone: 'fixed' },
  `
{} → default none
{ pause: 5 } → fixed 5000
{ pause: 0 } → fixed 0
{ pace: true } → exponential
{ pace: true, pause: 5 } → exponential 5000
{ pace: false, pause: 5 } → fixed 5000
{ pace: undefined, pause: 5 } → fixed 5000
{ pace: false } → none
{ pause: undefined } → default none
{ pause: given } → unknown
{ pause: Number(process.env['N']) } → fixed
{ ...all } → unknown
`,
);
backoff('without delayAlone a delay alone is not read', paced, `{ pause: 5 } → default none`);
backoff(
  'without an option the delay alone states it',
  { delay: 'pause', unit: 's', default: 'exponential', delayDefault: 500 },
  `
{} → default exponential 500
{ pause: 5 } → exponential 5000
{ pause: undefined } → default exponential 500
{ pause: given } → unknown
`,
);
// pg-boss: `WHEN retry_backoff THEN GREATEST(retry_delay, 1) ELSE retry_delay` (plans.js)
backoff(
  'delayLeast: where a task backs off, a shorter delay is taken for as many milliseconds',
  { ...paced, delayAlone: 'fixed', delayLeast: 2000 },
  `
{ pace: true, pause: 0 } → exponential 2000
{ pace: true, pause: 2 } → exponential 2000
{ pace: true, pause: 3 } → exponential 3000
{ pace: true, pause: '100 ms' } → exponential 2000
{ pace: true, pause: { seconds: 1 } } → exponential 2000
{ pause: 0 } → fixed 0
`,
);
backoff(
  'delays in words and in parts',
  { ...paced, unit: 'ms', delayAlone: 'fixed' },
  `
{ pause: '10 seconds' } → fixed 10000
{ pause: '1h30m' } → fixed 5400000
{ pause: '250' } → fixed 250
{ pause: 'soon' } → fixed
{ pause: { minutes: 1, seconds: 30 } } → fixed 90000
{ pause: { fortnights: 1 } } → fixed
{ pause: { seconds: given } } → fixed
`,
);
backoff(
  'factor: 1 or less makes the pause the same each time',
  { delay: 'pause', unit: 'ms', delayDefault: 1000, factor: 'factor', default: 'exponential' },
  `
{} → default exponential 1000
{ factor: 2 } → default exponential 1000
{ pause: 5, factor: 2 } → exponential 5
{ factor: 1 } → fixed 1000
{ pause: 5, factor: 1 } → fixed 5
{ pause: 5, factor: undefined } → exponential 5
{ pause: 5, factor: given } → unknown ✗ exponential 5
{ pause: 5, factor: flag ? 1 : 2 } → fixed 5|exponential 5 ✗ exponential 5
`,
);
backoff(
  'factor within the option',
  { option: 'pace', object: 'exponential', factor: 'pace.factor', default: 'none' },
  `
{} → default none
{ pace: {} } → exponential
{ pace: { factor: 3 } } → exponential
{ pace: { factor: 1 } } → fixed
`,
);

limit(
  'a number, in the unit',
  {},
  `
{} → default none
{ limit: 5 } → 5000
{ limit: 0 } → none
{ limit: Infinity } → none
{ limit: undefined } → erased none
{ limit: given } → unknown
{ limit: flag ? 1 : 2 } → 1000|2000
{ limit: Number(process.env['N'] ?? 5) } → configured 5000
`,
);
limit('unit: hours', { unit: 'h' }, `{ limit: 2 } → 7200000`);
limit('a default in milliseconds', { default: 60_000 }, `{} → default 60000`);
limit(
  'a text: units in words, and milliseconds without one',
  {},
  `
{ limit: '5m' } → 300000
{ limit: '1 minute' } → 60000
{ limit: '1h 30m' } → 5400000
{ limit: '1.5 hours' } → 5400000
{ limit: '2 days' } → 172800000
{ limit: '1w' } → 604800000
{ limit: '250' } → 250
{ limit: 'soon' } → unknown
{ limit: '5 fortnights' } → unknown
{ limit: '' } → unknown
{ limit: flag ? '1s' : '2s' } → 1000|2000
{ limit: '0s' } → none
`,
);
limit(
  'an object of units',
  {},
  `
{ limit: { minutes: 5 } } → 300000
{ limit: { minutes: 1, seconds: 30 } } → 90000
{ limit: { minutes: given } } → unknown
{ limit: { fortnights: 1 } } → unknown
{ limit: { ...all } } → unknown
{ limit: { minutes: 5 } } > {} → 300000
{ limit: { minutes: 0 } } → none
`,
);
limit(
  'several options: the strongest layer decides, in it the first; each in its unit',
  { option: ['soft', 'hard'], units: { hard: 'min' } },
  `
{} → default none
{ soft: 5 } → 5000
{ hard: 5 } → 300000
{ hard: 5, soft: 7 } → 7000
{ soft: 5 } > { hard: 1 } → 60000
{ hard: 5 } > { soft: 1 } → 1000
{ hard: 5 } > {} → 300000
{ hard: given } → unknown
{ hard: '5s' } → 5000
{ hard: { seconds: 5 } } → 5000
{ ...all } → unknown
{ soft: undefined, hard: 5 } → 300000
`,
);
limit(
  'without an option only the default is known',
  { option: undefined as never, default: 900_000 },
  `{ limit: 5 } → default 900000`,
);

// ------------------------------------------------------------------------------------------------- builders

const building: Definition = {
  builders: { exponential: 'arg0', constant: 'arg1' },
  attempts: { option: 'pace.max', counts: 'runs', default: 1, switch: { option: 'pace', default: 4 } },
  backoff: {
    option: 'pace',
    type: { key: 'type', values: { exponential: 'exponential', constant: 'fixed' } },
    delay: 'pace.delay',
    default: 'none',
  },
};
const sends = dispatching([{ call: 'send', options: 'arg0' }]);
testSamples('builders of a package', {
  own: `
export declare function send(options: object): void;
export declare function exponential(options?: object): object;
`,
  library: { ...sends, ...building, packages: ['@acme/tasks'] },
  asked: ['attempts', 'backoff'],
  bare: true,
  broken: true,
  text: `
//- it reads as its argument, with its name as the type → 3 · exponential 5
import { constant, exponential as grow, other } from '@acme/tasks'; send({ pace: grow({ delay: 5, max: 3 }) });
//- … without one → default 4 · exponential
send({ pace: grow() });
//- … in a variable, from another argument → default 4 · fixed 7
const pace = constant('x', { delay: 7 }); send({ pace });
//- another function is none → configured undefined · unknown
send({ pace: other({ delay: 5 }) });
//- one of the project with the same name is none → configured undefined · unknown
send({ pace: exponential({ delay: 5 }) });
`,
});
testSamples('builders of a framework that is known by its files', {
  own: `
export declare function send(options: object): void;
export declare function exponential(options?: object): object;
`,
  library: { ...sends, ...building },
  asked: ['attempts', 'backoff'],
  text: `
//- it reads as its argument → 3 · exponential 5 ✗ configured undefined · unknown: only packages are looked at
send({ pace: exponential({ delay: 5, max: 3 }) });
`,
});

// -------------------------------------------------------------------------- acknowledgement and settlements

const channel = `
export declare class Channel {
  consume(run: (message: Message) => unknown, options?: object): void;
  subscribe(run: (message: Message, content: object, done: (error?: Error) => void) => unknown): void;
  ack(message: Message): void;
  nack(message: Message): void;
}
export interface Message { readonly body: string }
export declare class Receive {}
export declare class Delete { constructor(handle: string) }
export declare class Client { send(command: object): Promise<string> }
export declare const channel: Channel;
export declare const client: Client;
export declare function work(message: unknown): Promise<void>;
export declare function prepare(message: Message): object;
export const done = (message: Message) => channel.ack(message);
`;
const manual: Definition = {
  handlers: [
    { method: 'Channel.consume', handler: 'arg0', options: 'arg1' },
    { construct: 'Receive', handler: 'around' },
  ],
  layers: ['definition'],
  acknowledgement: { option: 'noAck', true: 'early', false: 'manual', default: 'manual' },
  settlements: [
    { method: 'Channel.ack', outcome: 'done' },
    { method: 'Channel.nack', outcome: 'again' },
    { construct: 'Delete', outcome: 'done' },
  ],
};
testSamples('settlements', {
  own: channel,
  library: manual,
  asked: ['ack'],
  text: `
//- nothing settles it: as the library has it → default manual
channel.consume(async (message) => { await work(message); });
//- after an await → late
channel.consume(async (message) => { await work(message); channel.ack(message); });
//- before it → early
channel.consume(async (message) => { channel.ack(message); await work(message); });
//- to read the message is no work → early
channel.consume(async (message) => { console.log(JSON.parse(message.body)); channel.ack(message); await work(message); });
//- after work that is not awaited → late
channel.consume((message) => { prepare(message); channel.ack(message); });
//- before the work that is awaited → early
channel.consume(async (message) => { prepare(message); channel.ack(message); await work(message); });
//- only ever put back → default manual
channel.consume(async (message) => { await work(message); channel.nack(message); });
//- done or put back → late
channel.consume(async (message) => { try { await work(message); channel.ack(message); } catch { channel.nack(message); } });
//- in a finally → late
channel.consume(async (message) => { try { await work(message); } finally { channel.ack(message); } });
//- in what follows a promise → late
channel.consume((message) => work(message).then(() => channel.ack(message)));
//- work on a way that ends before it → early
channel.consume(async (message) => { if (message.body === '') { await work(1); return; } channel.ack(message); await work(message); });
//- one message is thrown away, the others are late → late
channel.consume(async (message) => { if (message.body === '') { channel.ack(message); return; } await work(message); channel.ack(message); });
//- in a function of the project, after the work → late
channel.consume(async (message) => { await work(message); done(message); });
//- … before it → early
channel.consume(async (message) => { done(message); await work(message); });
//- an option that says early → early
channel.consume(async (message) => { await work(message); channel.ack(message); }, { noAck: true });
//- one that says manual, and nothing settles it → manual
channel.consume(async (message) => { await work(message); }, { noAck: false });
//- … and after the work → late
channel.consume(async (message) => { await work(message); channel.ack(message); }, { noAck: false });
//- one that is not known → unknown
const listen = (noAck: boolean) => { channel.consume(async (message) => { await work(message); }, { noAck }); }; void listen;
//- a method of the same name → default manual
const other = { ack: work }; channel.consume(async (message) => { await work(message); void other.ack(message); });
//- a new that settles: to wait for the message is no work → late
async function late() { const message = await client.send(new Receive()); await work(message); await client.send(new Delete(message)); } void late;
//- … before the work → early
async function early() { const message = await client.send(new Receive()); await client.send(new Delete(message)); await work(message); } void early;
`,
});
const acking = (title: string, rest: Definition, text: string): void => {
  testSamples(title, { own: channel, library: { ...manual, ...rest }, asked: ['ack'], text });
};
acking(
  'settlements beside a library that acknowledges late',
  { acknowledgement: { default: 'late' } },
  `
//- before the work → early
channel.consume(async (message) => { channel.ack(message); await work(message); });
//- not at all → default late
channel.consume(async (message) => { await work(message); });
`,
);
acking(
  'without settlements',
  { acknowledgement: { default: 'late' }, settlements: undefined as never },
  `
//- the text of a handler says nothing → default late
channel.consume(async (message) => { channel.ack(message); await work(message); });
`,
);
acking(
  'acknowledgement by a parameter',
  {
    handlers: [{ method: 'Channel.subscribe', handler: 'arg0' }],
    acknowledgement: { default: 'manual', parameter: 2 },
    settlements: undefined as never,
  },
  `
//- called after the work → late
channel.subscribe(async (message, content, done) => { await work(message); done(); });
//- called before it → early
channel.subscribe(async (message, content, done) => { done(); await work(message); });
//- called with an error only → default manual
channel.subscribe(async (message, content, done) => { await work(message); done(new Error()); });
//- not taken → default manual
channel.subscribe(async (message) => { await work(message); });
`,
);
acking(
  'acknowledgement by an option',
  { acknowledgement: { option: 'mode', default: 'early' }, settlements: undefined as never },
  `
//- true is late, false early → late + early + default early
for (const run of [() => 1]) { channel.consume(run, { mode: true }); channel.consume(run, { mode: false }); channel.consume(run); }
`,
);
acking(
  'acknowledgement by an option that means something else',
  {
    acknowledgement: { option: 'mode', true: 'early', false: 'late', default: 'late' },
    settlements: undefined as never,
  },
  `
//- as the library says → early + late + default late
for (const run of [() => 1]) { channel.consume(run, { mode: true }); channel.consume(run, { mode: false }); channel.consume(run); }
`,
);

// -------------------------------------------------------------------------------------- configuration files

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** What is told of `app/src/main.ts` of a project that is really on disk; `app` is a repository of its own. */
function toldOnDisk(files: Files, configs: LibraryDefinition['configs']): string {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-words-')).replace(/\\/g, '/');
  folders.push(folder);
  const all: Files = {
    'app/.git/HEAD': '',
    'app/tsconfig.json': `{ "compilerOptions": { "module": "NodeNext", "types": [] }, "files": ["src/main.ts"] }`,
    'app/src/own.ts': `export declare function task(name: string, options: object, run: () => unknown): void;`,
    'app/src/main.ts': `import { task } from './own.js';\ntask('mail', {}, () => 1);\ntask('sms', { tries: 9 }, () => 2);`,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const app = `${folder}/app`;
  const library = {
    name: 'Own',
    files: ['src/own.ts'],
    configs,
    layers: ['config', 'definition'],
    handlers: [{ call: 'task', task: 'arg0', options: 'arg1', handler: 'arg2' }],
    attempts: { option: 'tries', counts: 'runs', default: 1 },
    timeLimit: { option: 'limit', unit: 's', default: 'none' },
  };
  const vocabulary = new Vocabulary({ libraries: [library] }, app);
  expect(vocabulary.problems).toEqual([]);
  const program = programOfFolder(app);
  const file = program.getSourceFile(`${app}/src/main.ts`);
  if (!file) throw new Error('no main.ts');
  return toldIn(Project.of(Code.of(program), vocabulary), file, { asked: ['attempts', 'limit'] })
    .map(({ text }) => text)
    .join(' + ');
}

type Configs = LibraryDefinition['configs'];
const own = (file: string): Configs => [{ file, options: 'tasks.defaults' }];
const data = '{ "tasks": { "defaults": { "tries": 4, "limit": 5 } } }';
const script = 'export default { tasks: { defaults: { tries: 4, limit: 5 } } };';
const [stated, silent, unread] = [
  '4 · 5000 + 9 · 5000',
  'default 1 · default none + 9 · default none',
  'unknown · unknown + 9 · unknown',
];
const parts: Configs = [
  { file: 'own.json', options: 'max', as: 'tries' },
  { file: 'own.json', options: 'time.limit', as: 'limit' },
  { file: 'own.json', options: 'nowhere', as: 'tries' },
];

describe('configuration files on disk', () => {
  it.each<[string, string, Files, Configs]>([
    ['TypeScript', stated, { 'app/own.config.ts': script }, own('own.config.ts')],
    [
      'TypeScript with the function of the library',
      stated,
      {
        'app/own.config.ts': `import { defineConfig } from 'own';\nexport default defineConfig(${script.slice(15, -1)});`,
      },
      own('own.config.ts'),
    ],
    [
      'TypeScript: what it imports is not read',
      unread,
      { 'app/own.config.ts': `import { tasks } from './tasks.js';\nexport default { tasks };` },
      own('own.config.ts'),
    ],
    ['TypeScript without a default export', unread, { 'app/own.ts': 'export const a = 1;' }, own('own.ts')],
    [
      'CommonJS',
      stated,
      { 'app/own.cjs': script.replace('export default', 'module.exports =') },
      own('own.cjs'),
    ],
    ['JSON', stated, { 'app/own.json': data }, own('own.json')],
    [
      'JSON with comments and commas',
      stated,
      { 'app/own.jsonc': `// ours\n${data.replace('5 }', '5, } /* s */')}` },
      own('own.jsonc'),
    ],
    ['TOML', stated, { 'app/own.toml': '[tasks.defaults]\ntries = 4\nlimit = 5' }, own('own.toml')],
    ['TOML that is broken', silent, { 'app/own.toml': '[tasks.defaults\ntries = 4' }, own('own.toml')],
    ['none', silent, {}, own('own.json')],
    ['one that says something else', silent, { 'app/own.json': '{ "other": 1 }' }, own('own.json')],
    ['beside the file of the task', stated, { 'app/src/own.json': data }, own('own.json')],
    [
      'the nearest',
      stated,
      { 'app/src/own.json': data, 'app/own.json': data.replace('4', '7') },
      own('own.json'),
    ],
    ['above the repository nothing is looked for', silent, { 'own.json': data }, own('own.json')],
    ['beside the way nothing is looked for', silent, { 'app/other/own.json': data }, own('own.json')],
    [
      'as: which of the options a value is',
      stated,
      { 'app/own.json': '{ "max": 4, "time": { "limit": 5 } }' },
      parts,
    ],
    [
      'without as a value is all of them',
      silent,
      { 'app/own.json': '{ "max": 4 }' },
      [{ file: 'own.json', options: 'max' }],
    ],
    [
      'several sites: later ones are stronger',
      stated,
      { 'app/own.json': data, 'app/own.toml': '[tasks.defaults]\ntries = 6' },
      [...(own('own.toml') ?? []), ...(own('own.json') ?? [])],
    ],
    [
      'a list of one stands for its element',
      stated,
      { 'app/own.json': '{ "tasks": [{ "defaults": { "tries": 4, "limit": 5 } }] }' },
      own('own.json'),
    ],
    ['a list of none', silent, { 'app/own.json': '{ "tasks": [] }' }, own('own.json')],
    [
      'of several nobody knows which holds',
      unread,
      { 'app/own.json': '{ "tasks": [{ "defaults": { "tries": 4 } }, {}] }' },
      own('own.json'),
    ],
  ])('%s', (_, expected, files, configs) => {
    expect(toldOnDisk(files, configs)).toBe(expected);
  });

  // Today: unknown, as if the file had no default export.
  it.fails('JSON that the program includes', () => {
    const tsconfig = `{ "compilerOptions": { "module": "NodeNext", "types": [], "resolveJsonModule": true }, "files": ["src/main.ts", "own.json"] }`;
    expect(toldOnDisk({ 'app/own.json': data, 'app/tsconfig.json': tsconfig }, own('own.json'))).toBe(stated);
  });
});

// ------------------------------------------------------------------------------------------------- versions

const drained: Definition = {
  files: undefined as never,
  packages: ['bullmq'],
  layers: ['dispatch'],
  dispatches: [{ method: 'Queue.drain', options: 'arg0' }],
  attempts: { option: 'tries', counts: 'runs', default: 3 },
  backoff: { option: 'pace', default: 'fixed' },
  timeLimit: { option: 'limit', default: 'none' },
};
describe('versions', () => {
  const runs = (runsByDefault: number): AttemptsSpec => ({
    counts: 'runs',
    default: runsByDefault,
  });
  it.each<[string, 'bullmq' | 'bullmq5' | '@acme/tasks', LibraryDefinition['versions'], string]>([
    ['6 is not before 6', 'bullmq', [{ before: '6', attempts: runs(9) }], '3 · fixed · none'],
    [
      '5 is before 6',
      'bullmq5',
      [{ before: '6', attempts: runs(9), timeLimit: { default: 60 } }],
      '9 · fixed · 60',
    ],
    ['5 is not before 5', 'bullmq5', [{ before: '5', attempts: runs(9) }], '3 · fixed · none'],
    [
      'of several the first that holds',
      'bullmq5',
      [
        { before: '5', attempts: runs(7) },
        { before: '5.99', attempts: runs(8) },
        { before: '6', attempts: runs(9), backoff: null },
      ],
      '8 · fixed · none',
    ],
    [
      'null for what it did not have',
      'bullmq5',
      [{ before: '6', attempts: null, backoff: null }],
      'unknown · unknown · none',
    ],
    [
      'one that is not known is the newest',
      '@acme/tasks',
      [{ before: '9', attempts: null }],
      '3 · fixed · none',
    ],
  ])('%s', (_, from, versions, expected) => {
    const samples: Samples = {
      own: '',
      library: { ...drained, packages: ['bullmq', '@acme/tasks'], ...(versions ? { versions } : {}) },
      asked: ['attempts', 'backoff', 'limit'],
      bare: true,
      text: `//- a → b\nimport { Queue } from '${from}'; const mail: Queue = new Queue('mail', { connection: {} });\n//- a → b\nawait mail.drain();\n`,
    };
    expect(toldOf(samples)[1]).toBe(expected.replace(/(?<!un)(?<!\w)(?=\d|fixed|none)/g, 'default '));
  });
});

// -------------------------------------------------------------------------- whose names, and which libraries

it.each([
  ['job-configuration.d.ts', 1],
  ['types/job-configuration.d.ts', 1],
  ['other-configuration.d.ts', 0],
  ['my-job-configuration.d.ts', 0],
])('ambient: the global types of %s', (name, found) => {
  const samples: Samples = {
    own: '',
    library: {
      ...dispatching([{ method: 'JobQueue.send', payload: 'arg0' }]),
      files: undefined as never,
      packages: ['@acme/types'],
      ambient: ['job-configuration.d.ts'],
    },
    asked: ['payload'],
    more: { [name]: `declare class JobQueue { send(data: object): void }\ndeclare const jobs: JobQueue;` },
    text: '//- a → b\njobs.send({});\n',
  };
  expect(toldOf(samples)).toEqual([found === 1 ? '{}' : 'nothing']);
});

describe('the part of the vocabulary that a program uses', () => {
  const usedIn = (files: Files, ...libraries: readonly LibraryDefinition[]): readonly string[] =>
    new Vocabulary({ libraries }, root).usedIn(Code.of(programOf(files))).libraries.map(({ name }) => name);
  const acme: LibraryDefinition = { name: 'Acme', packages: ['@acme/tasks'], ambient: ['acme.d.ts'] };

  it.each<[string, string, readonly string[]]>([
    ['nothing', 'export {};', []],
    ['a package that is installed', `export { Queue } from 'bullmq';`, ['BullMQ']],
    ['one that is not', `export { task } from '@acme/tasks';`, ['Acme']],
    ['a path in it', `export { task } from '@acme/tasks/server';`, ['Acme']],
    ['only its types', `export type { Task } from '@acme/tasks';`, ['Acme']],
    ['by require', `export const tasks = require('@acme/tasks');`, ['Acme']],
    ['one whose name begins alike', `export { task } from '@acme/tasks-extra';`, []],
    ['one that is only spoken of', `// see @acme/tasks\nexport {};`, []],
    ['a directive of one', `export async function flow() {\n  'use workflow';\n}`, ['Vercel Workflow']],
    ['what one extends', `export { BullModule } from '@nestjs/bullmq';`, ['BullMQ', 'BullMQ with NestJS']],
  ])('%s', (_, text, expected) => {
    expect(usedIn({ 'app.ts': text }, acme).filter((each) => !each.startsWith('Bull with'))).toEqual(
      expected,
    );
  });

  it('a framework that is known by its files is always in it', () => {
    expect(usedIn({ 'app.ts': 'export {};' }, ownLibrary({}))).toEqual(['Own']);
  });

  it('a library whose global types are there', () => {
    expect(usedIn({ 'app.ts': 'export {};', 'acme.d.ts': 'declare class Task {}' }, acme)).toEqual(['Acme']);
  });
});

it('a library that extends another has its meanings, and neither its sites nor its files', () => {
  const base: LibraryDefinition = {
    name: 'Base',
    packages: ['@acme/tasks'],
    ambient: ['acme.d.ts'],
    configs: [{ file: 'own.json', options: 'x' }],
    settlements: [{ call: 'done', outcome: 'done' }],
    builders: { exponential: 'arg0' },
    unregistered: true,
    serializerOption: { option: 'format', values: { v8: 'structured-clone' } },
    versions: [{ before: '2', attempts: null }],
    evidence: 'test/base.test.ts',
    documented: { attempts: 'https://example.org' },
  };
  const { builders, unregistered, serializerOption, versions } = base;
  const { libraries } = new Vocabulary({ libraries: [base, ownLibrary({ extends: 'Base' })] }, root);
  const extending = libraries.at(-1);
  expect(extending).toMatchObject({ builders, unregistered, serializerOption, versions });
  for (const key of ['ambient', 'configs', 'settlements', 'evidence', 'documented'] as const)
    expect(extending?.[key]).toBeUndefined();
});

// ----------------------------------------------------------------------------------- what the rules make of it

/** A framework and an application; what must be underlined in it stands between marks. */
const made = (
  name: string,
  framework: string,
  app: string,
  library: Definition,
  rest: Partial<Case> = {},
): Case => ({
  name,
  code: { 'own.ts': framework, 'app.ts': importsOf(framework) + app },
  settings: { libraries: [ownLibrary(library)] },
  ...rest,
});

const carried = (name: string, library: Definition, app: string, rest: Partial<Case> = {}): Case =>
  made(
    name,
    `export declare function send(data: unknown, options?: object): void;\nexport declare function pack(data: unknown): Buffer;`,
    app,
    { dispatches: [{ call: 'send', payload: 'arg0', options: 'arg1' }], ...library },
    rest,
  );
const quiet: Definition = { serializer: 'json-quiet' };
const orBytes: Definition = { serializer: 'json-or-bytes' };
const bytes: Definition = { serializer: 'bytes' };
const chosen: Definition = {
  serializerOption: { option: 'format', values: { v8: 'structured-clone', raw: 'bytes' } },
};

describe('no-unserializable-payload', () => {
  testRule('no-unserializable-payload', 'dispatched', {
    'json-quiet': [
      carried('a bigint', quiet, 'send({ size: «1n» });', { messages: ['which is dropped'] }),
      carried('a Date', quiet, `send({ at: «new Date()» });`, { messages: ['which arrives as a string'] }),
    ],
    'json-or-bytes': [
      carried('bytes', orBytes, `send({ file: Buffer.from('x'), list: new Uint8Array() });`),
      carried('a Date', orBytes, `send({ at: «new Date()» });`),
      carried('JSON makes something else of bytes', {}, `send({ file: «Buffer.from('x')» });`),
    ],
    bytes: [
      carried('bytes and texts', bytes, `send(Buffer.from('x'));\nsend('x');\nsend(new Uint8Array());`),
      carried('what JSON.stringify is given', bytes, `send(JSON.stringify({ at: «new Date()» }));`),
      carried('… made a Buffer', bytes, `send(Buffer.from(JSON.stringify({ at: «new Date()» })));`),
      carried(
        '… made base64',
        bytes,
        `send(Buffer.from(JSON.stringify({ at: «new Date()» })).toString('base64'));`,
      ),
      carried('… encoded', bytes, `send(new TextEncoder().encode(JSON.stringify({ at: «new Date()» })));`),
      carried(
        '… in a variable',
        bytes,
        `const data = Buffer.from(JSON.stringify({ at: «new Date()» }));\nsend(data);`,
      ),
      carried(
        '… by a function of the project',
        bytes,
        `const encode = (data: object) => Buffer.from(JSON.stringify(data));\nsend(encode({ at: «new Date()» }));`,
      ),
      carried('by a function that is not followed', bytes, `send(pack({ at: new Date() }));`),
      carried(
        'with a replacer nobody knows what it writes',
        bytes,
        `send(JSON.stringify({ n: 1n }, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));`,
      ),
    ],
    serializerOption: [
      carried('the option chooses', chosen, `send({ at: new Date() }, { format: 'v8' });`),
      carried('… by a constant', chosen, `const format = 'v8';\nsend({ at: new Date() }, { format });`),
      carried('without it', chosen, `send({ at: «new Date()» });\nsend({ on: «new Date()» }, {});`),
      carried('another value', chosen, `send({ at: «new Date()» }, { format: 'json' });`),
      carried(
        'one that is not known',
        chosen,
        `export const run = (format: string) => send({ at: new Date() }, { format });`,
      ),
      carried('without the word', {}, `send({ at: «new Date()» }, { format: 'v8' });`),
    ],
  });
});

const tasks = `export declare function task(options: object, run: () => unknown): void;
export declare function flow(options: object, run: () => unknown): void;
export declare function ack(): void;
export declare class Handle {
  result(): Promise<number>;
  ask(): Promise<number>;
  readonly value: Promise<number>;
}
export declare const handle: Handle;`;
const fetching = `async () => fetch('x')`;
const running = (name: string, library: Definition, app: string, rest: Partial<Case> = {}): Case =>
  made(
    name,
    tasks,
    app,
    handling(
      [
        { call: 'task', options: 'arg0', handler: 'arg1' },
        { call: 'flow', options: 'arg0', handler: 'arg1', durable: true },
      ],
      library,
    ),
    rest,
  );

describe('require-time-limit', () => {
  testRule('require-time-limit', 'undecided', {
    limits: [
      running(
        'without: what the library does instead of running on',
        { timeLimit: { option: 'limit', default: 'none', without: 'Own runs nothing without a limit.' } },
        `«task»({}, ${fetching});\ntask({ limit: 5 }, ${fetching});`,
        { ids: 'refused', messages: ['Own runs nothing without a limit. State `limit`.'] },
      ),
      running(
        'several options are all named',
        { timeLimit: { option: ['soft', 'hard'], default: 'none' } },
        `«task»({}, ${fetching});\ntask({ hard: '5m' }, ${fetching});`,
        { messages: ['State `soft` or `hard`'] },
      ),
      running('no option', { timeLimit: { default: 'none' } }, `«task»({ limit: 5 }, ${fetching});`, {
        ids: 'without',
      }),
      running(
        'an own limit of the library, which ends nothing',
        { timeLimit: { default: 60_000 } },
        `«task»({}, ${fetching});\ntask({}, () => 1);`,
        { ids: 'boundedOutside', options: { stated: true }, messages: ['waits 60 s'] },
      ),
      running(
        'a durable function may wait for days',
        { timeLimit: { option: 'limit', default: 60_000 } },
        `«task»({}, ${fetching});\nflow({}, ${fetching});`,
        { ids: 'bounded', options: { stated: true } },
      ),
    ],
  });
});

const byHand: Definition = {
  acknowledgement: { default: 'manual' },
  settlements: [{ call: 'ack', outcome: 'done' }],
};
const late: Definition = { acknowledgement: { default: 'late' } };
const automatic = { options: { atLeastOnce: true } };
describe('require-idempotency-annotation', () => {
  testRule('require-idempotency-annotation', 'automatic', {
    acknowledgement: [
      running('late by the library', late, `«task»({}, ${fetching});`, automatic),
      running('a durable function goes on where it was', late, `flow({}, ${fetching});`, automatic),
      running('by hand, and nothing shows when', byHand, `task({}, ${fetching});`, automatic),
      running(
        'by hand, after the work',
        byHand,
        `«task»({}, async () => {\n  await fetch('x');\n  ack();\n});`,
        {
          ids: 'chosen',
          messages: ['Acknowledged late (`ack()`'],
        },
      ),
      running('by hand, before it', byHand, `task({}, async () => {\n  ack();\n  await fetch('x');\n});`),
    ],
  });
});

describe('no-await-task-result', () => {
  const waits: Definition = {
    waits: [{ method: 'Handle.result' }, { method: 'Handle.ask', holds: true }, { property: 'Handle.value' }],
  };
  testRule('no-await-task-result', 'waits', {
    waits: [
      running(
        'a property that is read',
        waits,
        `task({}, async () => {\n  await «handle.value»;\n});\nawait handle.value;`,
      ),
      running(
        'a durable function',
        waits,
        `flow({}, async () => {\n  await handle.result();\n  await handle.value;\n  await «handle.ask()»;\n});`,
      ),
      running(
        'the functions that one calls',
        waits,
        `const get = async () => handle.result();\nconst ask = async () => handle.ask();\nflow({}, async () => {\n  await get();\n  await «ask()»;\n});\ntask({}, async () => {\n  await «get()»;\n});`,
        { ids: 'leads' },
      ),
    ],
  });
});

describe('no-model-payload', () => {
  const framework = 'export declare function task<T>(run: (data: T) => unknown): void;';
  const rows = (name: string, isStep: boolean, parameter: string): Case => ({
    ...made(
      name,
      framework,
      '',
      handling([{ call: 'task', handler: 'arg0', payload: 'param0', ...(isStep ? { step: true } : {}) }]),
    ),
    code: {
      'own.ts': framework,
      'user.ts': `import { Entity, PrimaryGeneratedColumn } from 'typeorm';\n@Entity()\nexport class User {\n  @PrimaryGeneratedColumn()\n  id!: number;\n}`,
      'app.ts': `import { task } from './own.js';\nimport type { User } from './user.js';\ntask((user: ${parameter}) => user.id);`,
    },
  });
  testRule('no-model-payload', 'declared', {
    steps: [
      rows('a task', false, '«User»'),
      rows('a step is handed what the function around it holds', true, 'User'),
    ],
  });
});

describe('require-retry-limit', () => {
  const framework = `export declare function task(options: object, run: () => unknown): Task;\nexport declare class Task {\n  trigger(data: object, options?: object): void;\n}`;
  const defined = handling([{ call: 'task', options: 'arg0', handler: 'arg1' }], {
    layers: ['definition', 'dispatch'],
    dispatches: [{ method: 'Task.trigger', definition: 'receiver', payload: 'arg0', options: 'arg1' }],
  });
  testRule('require-retry-limit', 'undecided', {
    definitions: [
      made(
        'what a definition leaves out is said there',
        framework,
        `const mail = task(«{}», () => 1);\nmail.trigger({});\nmail.trigger({}, {});`,
        defined,
      ),
      made(
        'what a dispatch states is said there',
        framework,
        `const mail = task({ tries: 3 }, () => 1);\nmail.trigger({}, { «tries: Infinity» });`,
        defined,
        { ids: 'infinite' },
      ),
    ],
    versions: [
      made(
        'suggest: null suggests nothing for an older version',
        '',
        `import { Queue } from 'bullmq5';\nawait new Queue('mail', { connection: {} }).«drain»();`,
        {
          ...drained,
          attempts: { option: 'tries', counts: 'runs', default: 1 },
          suggest: { attempts: '{ tries: 3 }' },
          versions: [{ before: '6', suggest: null }],
        },
        { outputs: [[]] },
      ),
    ],
  });
});

// ----------------------------------------------------------------------------------------------- the checks

describe('defineLibrary', () => {
  const problems = (definition: object): readonly string[] => {
    try {
      defineLibrary({ name: 'Own', packages: ['own'], ...definition });
      return [];
    } catch (error) {
      return (error as Error).message.split('\n- ').slice(1);
    }
  };

  it('takes all of these words', () => {
    const definition: Definition = {
      ambient: ['own.d.ts'],
      queues: [{ method: 'Hub.init', each: 'arg0.queues', name: 'key', makes: 'Line' }],
      dispatches: [
        {
          construct: 'Send',
          definition: 'receiver',
          queueDefault: 'rest',
          defaults: 'arg1',
          payload: 'argsFrom1',
        },
        {
          method: 'Job.dispatch',
          task: 'next.name',
          chain: { ends: [], collectors: ['saveAll'], setters: { a: 'b', c: ['d', 'e.f'] } },
        },
      ],
      handlers: [
        {
          typed: 'Tasks',
          each: 'self',
          task: 'key',
          options: 'item(0)',
          defaults: 'holder',
          ignoresQueue: true,
          step: true,
          durable: true,
          elsewhere: true,
        },
        { takes: 'Batch', named: 'queue', when: { arg0: { is: 'message' } }, handler: 'around' },
      ],
      waits: [{ property: 'Run.value', holds: true, curried: true }],
      settlements: [{ construct: 'Delete', outcome: 'failed' }],
      configs: [{ file: 'own.toml', options: 'a.b', as: 'c' }],
      builders: { exponential: 'arg0' },
      unregistered: true,
      attempts: {
        counts: 'runs',
        queueCounts: 'retries',
        aliases: ['a'],
        means: { '0': 3 },
        boundedBy: ['b'],
        zeroIsUnset: true,
        ceiling: 3,
        default: 1,
        switch: { option: 'a', includes: 'b', required: false, default: 'unlimited' },
      },
      backoff: { delay: 'a', delayLeast: 0, delayAlone: 'fixed', factor: 'b', default: 'none' },
      timeLimit: {
        option: ['a', 'b'],
        unit: 'h',
        units: { b: 'min' },
        default: 'none',
        without: 'It throws.',
      },
      acknowledgement: { option: 'a', true: 'early', false: 'manual', parameter: 2, default: 'manual' },
      serializer: 'json-or-bytes',
      serializerOption: {
        option: 'a',
        values: { v8: 'structured-clone', quiet: 'json-quiet', raw: 'bytes' },
      },
      versions: [
        {
          before: '2',
          attempts: null,
          backoff: null,
          timeLimit: null,
          acknowledgement: null,
          suggest: null,
          unregistered: true,
          layers: [],
          serializer: 'bson',
        },
      ],
      evidence: 'test/own.test.ts',
      documented: { attempts: 'https://example.org', waits: 'https://example.org' },
    };
    expect(problems(definition)).toEqual([]);
  });

  const kinds = "'string', 'object', 'array', 'function', 'number', 'none'";
  it.each<[string, object, string]>([
    [
      'an outcome that is none',
      { settlements: [{ call: 'done', outcome: 'ok' }] },
      "settlements[0].outcome must be 'done', 'again', 'failed', not 'ok'",
    ],
    [
      'a condition that is neither a kind nor a text',
      { waits: [{ call: 'a', when: { arg0: { is: 5 } } }] },
      `waits[0].when.arg0 must be ${kinds}, not an object`,
    ],
    [
      'a property without its class',
      { waits: [{ property: 'value' }] },
      "waits[0].property must be a class and a method such as 'Queue.add', not 'value'",
    ],
    [
      'a number that means no run',
      { attempts: { counts: 'runs', default: 1, means: { '0': 0 } } },
      'attempts.means.0 must be a number of runs in all, so at least 1, not 0',
    ],
    [
      'a switch without its default',
      { attempts: { counts: 'runs', default: 1, switch: { option: 'a' } } },
      'attempts.switch.default is missing',
    ],
    [
      'units that are of no option',
      { timeLimit: { default: 'none', units: 's' } },
      "timeLimit.units must be an object, not 's'",
    ],
    ['a version without its end', { versions: [{ attempts: null }] }, 'versions[0].before is missing'],
    ['null for what the newest lacks', { attempts: null }, 'attempts must be an object, not null'],
    ['several files of evidence', { evidence: ['a'] }, 'evidence must be a text, not a list'],
    [
      'a claim that nobody makes',
      { documented: { speed: 'x' } },
      'documented.speed is not known here; known are attempts, backoff, time, acknowledgement, payload, waits, deduplication, sameName, routes, signal, lock, emitters, transaction, traps, schedules, times',
    ],
    [
      'a step that is none',
      { handlers: [{ call: 'a', options: 'item(x)' }] },
      "handlers[0].options is 'item(x)': '(x)' is neither .key nor [] nor () nor (0)",
    ],
  ])('refuses %s', (_, definition, expected) => {
    expect(problems(definition)).toEqual([expected]);
  });

  // Today they are taken, or another mistake is named.
  it.fails.each<[string, object, string]>([
    [
      'a settlement without its outcome',
      { settlements: [{ call: 'done' }] },
      'settlements[0].outcome is missing',
    ],
    [
      'an option of a time limit that is no text',
      { timeLimit: { default: 'none', option: ['a', 5] } },
      'timeLimit.option[1] must be a text, not 5',
    ],
  ])('refuses %s', (_, definition, expected) => {
    expect(problems(definition)).toEqual([expected]);
  });
});
