import { relative } from 'node:path';
import ts from 'typescript';
import type { Library } from './libraries/vocabulary.js';
import { optionAt } from './tasks/edit.js';
import type { Backoff, Dispatch, Handler, Queue, Setting } from './tasks/model.js';
import { isUnlimited } from './tasks/policy.js';
import { optionsOf } from './tasks/options.js';
import { trapsOf } from './tasks/traps.js';
import type { Project } from './tasks/project.js';
import { isInside } from './typescript/syntax.js';
import { handsOn, isBoundedInTime, waitsForNothing } from './typescript/time.js';

/** What holds for the tasks of one file, as plain data. */
export interface Explanation {
  /** Relative to the folder in which ESLint runs. */
  readonly file: string;
  /** False where the parser gave no program: imports lead nowhere, and most settings are unknown. */
  readonly typed: boolean;
  /** How many lines the file has. */
  readonly lines: number;
  readonly subjects: readonly ExplainedSubject[];
  /** What is stated in this file and holds for dispatches and queues of other files. */
  readonly handedOn: readonly HandedOn[];
}

/** An option, and where the dispatches and queues stand that it holds for. */
export interface HandedOn {
  readonly line: number;
  readonly text: string;
  readonly to: readonly string[];
}

/** One dispatch, handler or queue. */
export interface ExplainedSubject {
  readonly kind: 'dispatch' | 'handler' | 'queue';
  readonly library: string;
  readonly line: number;
  readonly column: number;
  /** A short text of what it is: `this.mails.add`, `@Processor MailProcessor`. */
  readonly what: string;
  /** The lines on which it stands. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  /** The calls within project functions through which this one leads to the library's. */
  readonly through: readonly { readonly name: string; readonly at: string }[];
  /** Undefined where the library has no queues. */
  readonly queue: ExplainedSetting | undefined;
  /** Undefined where nothing gives the task a name. */
  readonly task: ExplainedSetting | undefined;
  /** Those that are decided here; the notes name the others. */
  readonly settings: readonly ExplainedSetting[];
  readonly notes: readonly string[];
}

export interface ExplainedSetting {
  readonly name: string;
  readonly state: 'stated' | 'configured' | 'defaulted' | 'unknown';
  /** What holds, in words; undefined for what is not known. */
  readonly value: string | undefined;
  /** `src/queues.ts:12`: what decides it, the `undefined` that erases it, or where the following ended. */
  readonly at: string | undefined;
  /** What is written there. */
  readonly text: string | undefined;
  readonly why: string | undefined;
}

type Subject = Dispatch | Handler | Queue;
type Place = (node: ts.Node) => string;

/** Says what holds for each dispatch, handler and queue of a file, and where that comes from. */
export function explain(project: Project, file: ts.SourceFile, folder: string): Explanation {
  const place: Place = (node) => {
    const at = node.getSourceFile();
    return `${pathFrom(folder, at.fileName)}:${String(lineOf(at, node.getStart(at)))}`;
  };
  return {
    file: pathFrom(folder, file.fileName),
    typed: project.code.typed,
    lines: file.getLineStarts().length,
    subjects: [...project.dispatchesIn(file), ...handlersOf(project, file), ...project.queuesIn(file)]
      .map((subject) => explainSubject(project, subject, file, place))
      .sort((a, b) => a.line - b.line || a.column - b.column),
    handedOn: handedOnBy(project, file, place),
  };
}

/** Those that stand on one line, be it only with a part of them. */
export function atLine(explanation: Explanation, line: number): Explanation {
  const subjects = explanation.subjects.filter(({ spans }) =>
    spans.some(({ from, to }) => from <= line && line <= to),
  );
  return { ...explanation, subjects, handedOn: explanation.handedOn.filter((each) => each.line === line) };
}

/** The lines of which there is something to say. */
export function linesOf({ subjects, handedOn }: Explanation): readonly number[] {
  return [...new Set([...subjects, ...handedOn].map(({ line }) => line))].sort((a, b) => a - b);
}

/** A path as the settings and reports write it. */
export function pathFrom(folder: string, path: string): string {
  return relative(folder, path).replace(/\\/g, '/');
}

/** The handlers of a file, and the functions in it that another file makes handlers. */
function handlersOf(project: Project, file: ts.SourceFile): Iterable<Handler> {
  // A function that only has a handler's type says less than what registers it.
  const own = project
    .handlersIn(file)
    .filter(({ registered, body }) => registered || !body || project.bodies.get(body)?.registered !== true);
  return new Set([...own, ...project.bodiesIn(file)]);
}

function handedOnBy(project: Project, file: ts.SourceFile, place: Place): readonly HandedOn[] {
  const found = new Map<ts.Node, Set<string>>();
  for (const subject of project.policiesMentionedIn(file)) {
    const [first = subject.node] = nodesOf(subject);
    if (first.getSourceFile() === file) continue;
    for (const setting of [subject.policy.attempts, subject.policy.backoff]) {
      if (setting.state !== 'stated' || setting.at.getSourceFile() !== file) continue;
      const to = found.get(setting.at) ?? new Set();
      found.set(setting.at, to.add(place(first)));
    }
  }
  return [...found]
    .sort(([a], [b]) => a.pos - b.pos)
    .map(([at, to]) => ({
      line: lineOf(file, at.getStart(file)),
      text: writtenAt(at),
      to: [...to],
    }));
}

function explainSubject(
  project: Project,
  subject: Subject,
  file: ts.SourceFile,
  place: Place,
): ExplainedSubject {
  const { kind, library } = subject;
  const nodes = nodesOf(subject).filter((node) => node.getSourceFile() === file);
  const start = (nodes[0] ?? file).getStart(file);
  const { settings, elsewhere } = settingsOf(project, subject, place);
  return {
    kind,
    library: library.name,
    line: lineOf(file, start),
    column: file.getLineAndCharacterOfPosition(start).character + 1,
    what: whatIs(subject, nodes[0]),
    spans: nodes.map((node) => ({
      from: lineOf(file, node.getStart(file)),
      to: lineOf(file, node.getEnd()),
    })),
    through: throughOf(subject, place),
    queue: queueOf(subject, place),
    task: taskOf(subject, place),
    settings,
    notes: [...notesOf(project, subject, file, place), ...elsewhere],
  };
}

/** The texts that make up a subject, the one to point at first. */
function nodesOf(subject: Subject): readonly ts.Node[] {
  const { node } = subject;
  if (subject.kind === 'queue') return [node];
  if (subject.kind === 'handler') return subject.body ? [node, subject.body] : [node];
  const item = subject.item?.node;
  if (item?.getSourceFile() !== node.getSourceFile()) return [node];
  // What a wrapper makes of its arguments stands in the wrapper.
  if (subject.through && !isInside(item, node)) return [node];
  // Of a bulk dispatch each item is one by itself; the method's name stands for all of them.
  return [item, subject.name];
}

function whatIs(subject: Subject, here: ts.Node | undefined): string {
  const { kind, node } = subject;
  if (kind === 'dispatch' && subject.item) return `${calleeText(node)}, one item`;
  // Made a handler by another file: what is here is the function.
  return calleeText(kind === 'handler' ? (here ?? node) : node);
}

function calleeText(node: ts.Node): string {
  if (ts.isCallExpression(node)) return shortened(node.expression);
  if (ts.isNewExpression(node)) return `new ${shortened(node.expression)}`;
  if (ts.isDecorator(node)) {
    const { expression, parent } = node;
    const callee = ts.isCallExpression(expression) ? expression.expression : expression;
    return `@${shortened(callee)} ${nameOf(parent)}`.trim();
  }
  const name = nameOf(node);
  if (ts.isClassLike(node)) return name === '' ? 'a class' : `class ${name}`;
  return name === '' ? 'a function' : `function ${name}`;
}

/** What a class, method or function is called, with the class that it is a method of. */
function nameOf(node: ts.Node): string {
  const name = ts.getNameOfDeclaration(node as ts.Declaration);
  const own = name ? shortened(name) : '';
  return ts.isMethodDeclaration(node) && ts.isClassLike(node.parent)
    ? `${node.parent.name?.text ?? 'class'}.${own}`
    : own;
}

/** The way from a call of a project function to the library's own call. */
function throughOf(subject: Subject, place: Place): ExplainedSubject['through'] {
  const steps: { readonly name: string; readonly at: string }[] = [];
  if (subject.kind === 'queue') return steps;
  for (let step: Dispatch | Handler | undefined = subject.through; step; step = step.through) {
    steps.push({ name: calleeText(step.node), at: place(step.node) });
  }
  return steps;
}

function notesOf(project: Project, subject: Subject, file: ts.SourceFile, place: Place): readonly string[] {
  if (subject.kind === 'queue') return subject.root ? ['the defaults of every queue'] : [];
  if (subject.kind === 'dispatch') {
    return subject.ignoresQueue ? ['this call does not read the queue’s defaults'] : [];
  }
  const { node, body, registered, definitionOnly } = subject;
  const notes: string[] = [];
  if (node.getSourceFile() !== file) notes.push(`made a handler at ${place(node)}`);
  if (body && body.getSourceFile() !== file) notes.push(`its function is at ${place(body)}`);
  if (!body && !definitionOnly) notes.push('its function is not followed');
  if (!registered) notes.push('it is a handler by its type; whether anything runs it is not known');
  const { timeLimit } = subject.policy;
  const isUnbounded =
    subject.library.timeLimit !== undefined && timeLimit.state === 'defaulted' && timeLimit.value === 'none';
  if (isUnbounded && body && project.code.typed) {
    if (waitsForNothing(project.code, body)) notes.push('its function waits for nothing');
    else if (isBoundedInTime(project.code, body)) notes.push('its function bounds its own time');
    else if (handsOn(project.code, body)) notes.push('its function hands on to one that is not known');
  }
  return notes;
}

// ------------------------------------------------------------------------------ names

function queueOf(subject: Subject, place: Place): ExplainedSetting | undefined {
  if (subject.kind === 'queue')
    return subject.root ? undefined : settingOfName('queue', subject.name, subject, place);
  const { layers, queues = [], dispatches = [], handlers = [] } = subject.library;
  const hasQueues =
    layers.includes('queue') ||
    queues.length > 0 ||
    [...dispatches, ...handlers].some((site) => site.queue !== undefined);
  return hasQueues ? settingOfName('queue', subject.queue, subject, place) : undefined;
}

function taskOf(subject: Subject, place: Place): ExplainedSetting | undefined {
  if (subject.kind === 'queue') return undefined;
  const { dispatches = [], handlers = [] } = subject.library;
  const sites = subject.kind === 'dispatch' ? dispatches : handlers;
  return sites.some((site) => site.task !== undefined)
    ? settingOfName('task', subject.task, subject, place)
    : undefined;
}

function settingOfName(
  name: string,
  setting: Setting<string>,
  subject: Subject,
  place: Place,
): ExplainedSetting {
  return explainSetting(name, setting, subject, place, (value) => value);
}

// ------------------------------------------------------------------------------ settings

type Spec = Pick<NonNullable<Library['timeLimit']>, 'option' | 'at'>;

/** Whose text decides a setting: the subject's own, another's, or nobody's that is asked here. */
function decidedBy(subject: Subject, { option, at }: Spec): 'here' | 'dispatch' | 'definition' | undefined {
  const { layers, attempts } = subject.library;
  if (option === undefined) return subject.kind === 'queue' ? undefined : 'here';
  switch (subject.kind) {
    case 'dispatch':
      // What the definition states is unknown to a dispatch, but for libraries that count no runs.
      return at === 'definition' ||
        (at === undefined && layers.includes('definition') && attempts?.option === undefined)
        ? 'definition'
        : 'here';
    case 'handler':
      return at !== 'dispatch' && layers.includes('definition') ? 'here' : 'dispatch';
    case 'queue':
      return at === 'definition' ? undefined : 'here';
  }
}

function settingsOf(
  project: Project,
  subject: Subject,
  place: Place,
): { readonly settings: readonly ExplainedSetting[]; readonly elsewhere: readonly string[] } {
  const { kind, library, policy } = subject;
  const row = <T>(
    name: string,
    spec: Spec | undefined,
    setting: Setting<T>,
    text: (value: T) => string,
    why: Why = {},
  ) => ({
    decided: spec && decidedBy(subject, spec),
    explained: explainSetting(name, setting, subject, place, text, {
      stated: why.stated,
      defaulted: why.defaulted ?? whyDefault(library, spec),
    }),
  });
  const { attempts, backoff } = policy;
  const [key] = library.deduplication ?? [];
  const written = optionsOf(subject);
  const traps = written ? trapsOf(project, written) : [];
  /** Why the library does not take an option as it is written. */
  const trapOf = (spec: { readonly option?: string | readonly string[] } | undefined): string | undefined =>
    traps.find(({ spec: { option } }) => option !== undefined && [spec?.option].flat().includes(option))?.spec
      .because;
  const rows = [
    row('attempts', library.attempts, attempts, runsText, {
      stated:
        attempts.state === 'stated' && attempts.values.includes(Infinity)
          ? (library.attempts?.infinity ?? trapOf(library.attempts))
          : trapOf(library.attempts),
      defaulted: whyUnset(subject, attempts, policy.inheritedAttempts, policy.lostAttempts, place),
    }),
    row('backoff', library.backoff, backoff, (value) => backoffText(value, library), {
      stated: trapOf(library.backoff),
      defaulted: whyUnset(subject, backoff, policy.inheritedBackoff, policy.lostBackoff, place),
    }),
    row('timeLimit', library.timeLimit, policy.timeLimit, limitText),
    row('softTimeLimit', library.softTimeLimit, policy.softTimeLimit, limitText),
    row(
      'acknowledgement',
      library.acknowledgement,
      kind === 'handler' ? project.acknowledgementOf(subject) : policy.acknowledgement,
      (value) => value,
    ),
    row(
      'deduplication',
      kind === 'queue' ? undefined : key,
      policy.deduplication,
      (keys) => keyText(keys, library),
      {
        defaulted: `no lasting ${keysText(library)}`,
      },
    ),
  ];
  const decidedIn = (who: 'dispatch' | 'definition'): string =>
    rows.flatMap(({ decided, explained }) => (decided === who ? labelOf(explained.name) : [])).join(', ');
  const [dispatch, definition] = [decidedIn('dispatch'), decidedIn('definition')];
  return {
    settings: rows.flatMap(({ decided, explained }) => (decided === 'here' ? explained : [])),
    elsewhere: [
      ...(dispatch === '' ? [] : [`each dispatch decides: ${dispatch}`]),
      ...(definition === '' ? [] : [`the task’s definition decides: ${definition}`]),
    ],
  };
}

interface Why {
  readonly stated?: string | undefined;
  readonly defaulted?: string | undefined;
}

function explainSetting<T>(
  name: string,
  setting: Setting<T>,
  subject: Subject,
  place: Place,
  text: (value: T) => string,
  why: Why = {},
): ExplainedSetting {
  const { state } = setting;
  switch (state) {
    case 'stated': {
      const value = [...new Set(setting.values.map(text))].join(' or ');
      return {
        name,
        state,
        value,
        at: place(setting.at),
        text: writtenAt(setting.at),
        why: why.stated,
      };
    }
    case 'configured': {
      const { fallback, at } = setting;
      const value = fallback === undefined ? undefined : `${text(fallback)} unless set`;
      return {
        name,
        state,
        value,
        at: place(at),
        text: writtenAt(at),
        why: 'set where the program runs',
      };
    }
    case 'defaulted': {
      const { value, erasedAt } = setting;
      const written = erasedAt && { at: place(erasedAt), text: writtenAt(erasedAt) };
      return { name, state, value: text(value), at: written?.at, text: written?.text, why: why.defaulted };
    }
    case 'unknown': {
      const { at } = setting;
      // The subject as a whole is no answer to what is written there.
      const written = at === subject.node ? undefined : writtenAt(at);
      const why = setting.open ? `${setting.why} (its caller decides)` : setting.why;
      return { name, state, value: undefined, at: place(at), text: written, why };
    }
  }
}

function whyDefault({ base }: Library, spec: Spec | undefined): string {
  return spec?.option === undefined ? `${base} has no option for it` : `the default of ${base}`;
}

/** What somebody wrote and does not hold: erased by an `undefined`, or lost with options replaced whole. */
function whyUnset(
  { library }: Subject,
  setting: Setting<unknown>,
  inherited: Setting<unknown>,
  lost: ts.Node | undefined,
  place: Place,
): string | undefined {
  if (setting.state !== 'defaulted') return undefined;
  const fallback = `the default of ${library.base}`;
  if (setting.erasedAt) {
    const erased =
      inherited.state === 'stated'
        ? `\`${writtenAt(inherited.at)}\` at ${place(inherited.at)}`
        : 'what stands before it';
    return `${fallback}: \`undefined\` erases ${erased}`;
  }
  if (!lost) return undefined;
  return `${fallback}: the queue’s own \`${library.queueDefaults ?? 'options'}\` replace those at ${place(lost)} whole`;
}

function runsText(runs: number): string {
  if (isUnlimited(runs)) return 'without end';
  return runs === 1 ? '1 run' : `${String(runs)} runs`;
}

function backoffText({ kind, delay }: Backoff, library: Library): string {
  if (kind === 'none' || kind === 'custom' || library.backoff?.delay === undefined) return kind;
  return `${kind}, ${delay === undefined ? 'delay not known' : durationText(delay)}`;
}

function limitText(limit: number | 'none'): string {
  return limit === 'none' ? limit : durationText(limit);
}

function durationText(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds % 60_000 === 0) return `${String(milliseconds / 60_000)} min`;
  if (milliseconds > 0 && milliseconds % 1000 === 0) return `${String(milliseconds / 1000)} s`;
  return `${String(milliseconds)} ms`;
}

/** The options that are keys, by the names that the library gives them. */
function keyText(keys: readonly ts.Node[], { deduplication = [] }: Library): string {
  if (keys.length === 0) return 'none';
  return keys
    .map((key) => {
      const { name } = optionAt(key) as { readonly name?: ts.Node };
      const written = name?.getText() ?? key.getText();
      return deduplication.find(({ option }) => option.split('.').at(-1) === written)?.option ?? 'a key';
    })
    .join(', ');
}

function keysText({ deduplication = [] }: Library): string {
  // An unknown version is taken for the newest.
  const options = deduplication.filter(({ before }) => before === undefined);
  return options.map(({ option }) => `\`${option}\``).join(' or ');
}

// ------------------------------------------------------------------------------ text

const longest = 60;

/** What to quote of a place: an option with its key, the name of a class or function. */
function writtenAt(node: ts.Node): string {
  return ts.isClassLike(node) || ts.isFunctionLike(node) ? calleeText(node) : shortened(optionAt(node));
}

/** A text on one line, cut where it is long. */
function shortened(node: ts.Node): string {
  if (ts.isSourceFile(node)) return '';
  const line = node.getText().replace(/\s+/g, ' ');
  const text = line.replace(/ (?=\??\.[\w$#])/g, '');
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}

// ------------------------------------------------------------------------------ for people

/** How a part of the text is shown, on a terminal for example in colours. */
export type Paint = (part: 'heading' | 'place' | 'note' | ExplainedSetting['state'], text: string) => string;

const labels: Readonly<Record<string, string>> = {
  timeLimit: 'time limit',
  softTimeLimit: 'soft time limit',
};

function labelOf(name: string): string {
  return labels[name] ?? name;
}

/** The explanation for people, in lines and columns. */
export function format(explanation: Explanation, paint: Paint = (_part, text) => text): string {
  const { file, typed, subjects, handedOn } = explanation;
  const rows = subjects.flatMap(rowsOf);
  const widths = {
    name: widest(rows.map(({ name }) => labelOf(name))),
    value: widest(rows.map(({ value }) => value ?? '?')),
    state: widest(rows.map(({ state }) => state)),
  };
  const line = (setting: ExplainedSetting): string => {
    const { name, value = '?', state } = setting;
    return `  ${[
      labelOf(name).padEnd(widths.name),
      value.padEnd(widths.value),
      paint(state, state.padEnd(widths.state)),
      originOf(setting, paint),
    ].join('  ')}`;
  };
  const blocks = subjects.map((subject) => {
    const { kind, library, column, what, through, notes } = subject;
    const at = paint('place', `${String(subject.line)}:${String(column)}`);
    return [
      `${at}  ${kind}  ${paint('heading', what)}  (${library})`,
      ...through.map((each) => `  through \`${each.name}\` (${paint('place', each.at)})`),
      ...rowsOf(subject).map(line),
      ...notes.map((note) => `  ${paint('note', note)}`),
    ].join('\n');
  });
  if (handedOn.length > 0) {
    const lines = handedOn.map((each) => {
      const more = each.to.length - mostPlaces;
      const to = [...each.to.slice(0, mostPlaces), ...(more > 0 ? [`and ${String(more)} more`] : [])];
      return `  ${paint('place', String(each.line))}  ${each.text}  holds for ${to.join(', ')}`;
    });
    blocks.push([paint('heading', 'for other files'), ...lines].join('\n'));
  }
  if (blocks.length === 0) blocks.push('Nothing about tasks in this file.');
  const head = [paint('heading', file), ...(typed ? [] : [paint('unknown', untyped)])];
  return `${[head.join('\n'), ...blocks].join('\n\n')}\n`;
}

const mostPlaces = 4;
const untyped =
  'No type information: the parser gave no TypeScript program (parserOptions.projectService), so nothing is followed beyond this file.';

function rowsOf({ queue, task, settings }: ExplainedSubject): readonly ExplainedSetting[] {
  return [queue, task, ...settings].filter((each) => each !== undefined);
}

/** Where a setting comes from. */
function originOf({ state, at, text, why }: ExplainedSetting, paint: Paint): string {
  const parts = { stated: [text, why], configured: [text, why], defaulted: [why], unknown: [why, text] }[
    state
  ];
  return [at && paint('place', at), parts.filter((each) => each !== undefined).join(': ')]
    .filter((each) => each !== undefined && each !== '')
    .join('  ');
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
