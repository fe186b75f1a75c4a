import { describe, expect, it } from 'vitest';
import { defineLibrary, type LibraryDefinition } from '../../src/index.js';
import { lint } from '../harness.js';

/* The words by which a library says how its messages are settled, by a framework that does not exist. */

const own = `export interface Message { readonly body: string }
export interface Options { readonly onError?: string; readonly handler?: () => void }
export declare class Channel {
  consume(run: (message: Message, settle: (error?: Error, how?: object) => void) => unknown, options?: Options): void;
  answer(run: (message: Message) => unknown): void;
  ack(message: Message): void;
  back(message: Message, where?: string, again?: boolean): void;
  later(message: Message, seconds: number): void;
}
export declare const channel: Channel;
export declare function work(message: unknown): Promise<void>;
`;

const base = {
  name: 'Own',
  files: ['own.ts'],
  handlers: [
    { method: 'Channel.consume', handler: 'arg0', options: 'arg1' },
    { method: 'Channel.answer', handler: 'arg0', answers: true },
  ],
  layers: ['definition'],
} as const satisfies LibraryDefinition;

type Definition = Omit<LibraryDefinition, 'name' | 'files'>;

/** What a rule says of this code, each with what is underlined. */
function said(rule: string, definition: Definition, code: string, options: object = {}): readonly string[] {
  const library = defineLibrary({ ...base, ...definition });
  return lint(
    { 'own.ts': own, 'app.ts': `import { channel, work } from './own.js';\n${code}` },
    { rules: { [rule]: options }, settings: { libraries: [library] } },
  )
    .filter(({ file }) => file === 'app.ts')
    .map(({ messageId, text }) => `${messageId ?? ''}: ${text}`);
}

describe('requeues', () => {
  const rule = 'no-unsafe-requeue';
  const settled = (requeues: object, method = 'back'): Definition => ({
    settlements: [{ method: `Channel.${method}`, outcome: 'again', requeues }],
  });
  const on = (call: string): string => `channel.consume((message) => ${call});`;

  it.each([
    ['without an argument the call always does', settled({}), 'channel.back(message)', ['default: back']],
    [
      'by the default',
      settled({ argument: 'arg2', default: true }),
      'channel.back(message)',
      ['default: back'],
    ],
    ['not by default', settled({ argument: 'arg2' }), 'channel.back(message)', []],
    ['by the argument', settled({ argument: 'arg2' }), 'channel.back(message, "a", true)', ['stated: true']],
    [
      'not by the argument',
      settled({ argument: 'arg2', default: true }),
      'channel.back(message, "a", false)',
      [],
    ],
    [
      'by another value',
      settled({ argument: 'arg1', is: 0 }, 'later'),
      'channel.later(message, 0)',
      ['stated: 0'],
    ],
    ['not by that value', settled({ argument: 'arg1', is: 0 }, 'later'), 'channel.later(message, 60)', []],
    ['with a limit outside', settled({ limitedOutside: true }), 'channel.back(message)', []],
  ])('%s', (_, definition, call, expected) => {
    expect(said(rule, definition, on(call))).toEqual(expected);
  });

  it('with a limit outside, where that is asked for', () => {
    expect(
      said(rule, settled({ limitedOutside: true }), on('channel.back(message)'), { outside: true }),
    ).toEqual(['outside: back']);
  });
});

describe('requeuesErrors', () => {
  const rule = 'no-unsafe-requeue';
  const erring = (rest: object = {}): Definition => ({
    handlers: [
      {
        ...base.handlers[0],
        requeuesErrors: {
          option: 'onError',
          values: ['again'],
          unless: ['handler'],
          elsewhere: ['allErrors'],
          ...rest,
        },
      },
    ],
  });
  const on = (options: string, rest = ''): string =>
    `channel.consume(async (message) => { await work(message); }${options});\n${rest}`;

  it.each([
    ['nobody says, and it does', erring({ default: true }), on(''), ['errors: consume']],
    ['nobody says, and it does not', erring(), on(''), []],
    ['the option says so', erring(), on(`, { onError: 'again' }`), [`errors: 'again'`]],
    ['the option says otherwise', erring({ default: true }), on(`, { onError: 'drop' }`), []],
    ['another option decides', erring({ default: true }), on(`, { handler: () => undefined }`), []],
    ['the application decides', erring({ default: true }), on('', 'export const allErrors = 1;'), []],
    ['nothing can fail', erring({ default: true }), 'channel.consume(() => undefined);', []],
  ])('%s', (_, definition, code, expected) => {
    expect(said(rule, definition, code)).toEqual(expected);
  });
});

describe('parameterRequeues', () => {
  const definition: Definition = {
    acknowledgement: {
      default: 'manual',
      parameter: 1,
      parameterRequeues: { argument: 1, key: 'again', unless: ['after'] },
    },
  };
  it.each([
    [`settle(new Error('no'), { again: true })`, ['stated: { again: true }']],
    [`settle(new Error('no'), { again: false })`, []],
    [`settle(new Error('no'), { again: true, after: 5 })`, []],
    [`settle(new Error('no'))`, []],
  ])('%s', (call, expected) => {
    expect(said('no-unsafe-requeue', definition, `channel.consume((message, settle) => ${call});`)).toEqual(
      expected,
    );
  });
});

describe('what a handler owes its message', () => {
  const rule = 'require-settlement';
  const settlements = [
    { method: 'Channel.ack', outcome: 'done' },
    { method: 'Channel.back', outcome: 'again' },
  ] as const;
  const owing = (rest: object): Definition => ({
    settlements,
    acknowledgement: { default: 'manual', ...rest },
  });
  const twice = `channel.consume((message) => { channel.ack(message); channel.ack(message); });`;
  const never = `channel.consume(async (message) => { await work(message.body); });`;
  const throws = `channel.consume(async (message) => { if (message.body) throw new Error('no'); channel.ack(message); });`;

  it.each([
    ['unsettled', owing({ unsettled: 'it is held' }), never, ['never: consume']],
    ['without unsettled a message comes again', owing({}), never, []],
    ['byChoice: nothing is settled', owing({ unsettled: 'it is held', byChoice: true }), never, []],
    [
      'byChoice: something is',
      owing({ unsettled: 'it is held', byChoice: true }),
      `channel.consume((message) => { if (message.body) channel.ack(message); });`,
      ['end: consume'],
    ],
    ['twice', owing({ unsettled: 'it is held', twice: 'all stop' }), twice, ['twice: channel.ack(message)']],
    ['without twice that is harmless', owing({ unsettled: 'it is held' }), twice, []],
    [
      'uncaught',
      owing({ unsettled: 'it is held', uncaught: 'ends it all' }),
      throws,
      [`throws: throw new Error('no');`],
    ],
    ['without uncaught somebody catches it', owing({ unsettled: 'it is held' }), throws, []],
  ])('%s', (_, definition, code, expected) => {
    expect(said(rule, definition, code)).toEqual(expected);
  });

  it('refuse: what a suggestion writes', () => {
    const library = defineLibrary({
      ...base,
      ...owing({ unsettled: 'it is held', refuse: '{receiver}.back({message});' }),
    });
    const code = `import { channel, work } from './own.js';\nchannel.consume(async (message) => {\n  try { await work(message.body); channel.ack(message); } catch {}\n});`;
    const [finding] = lint(
      { 'own.ts': own, 'app.ts': code },
      { rules: { [rule]: {} }, settings: { libraries: [library] } },
    );
    expect(finding?.suggestions.map(({ output }) => output.split('\n')[2])).toEqual([
      '  try { await work(message.body); channel.ack(message); } catch { channel.back(message); }',
    ]);
  });
});

describe('what a handler returns', () => {
  const rule = 'no-swallowed-failure';
  const on = (returned: string, method = 'consume', rest = ''): string =>
    `channel.${method}(async (message) => { try { await work(message); return message; } catch (error) { console.error(error); ${returned} } });\n${rest}`;
  const late = (rest: Definition = {}): Definition => ({ acknowledgement: { default: 'late' }, ...rest });

  it.each([
    ['any return is success', late(), on('return { error };'), ['returned: catch (error)']],
    ['an object is failure', late({ failedResults: { object: true } }), on('return { error };'), []],
    [
      'an object is, but not nothing',
      late({ failedResults: { object: true } }),
      on('return;'),
      ['logged: catch (error)'],
    ],
    ['nothing is failure', late({ failedResults: { nothing: true } }), on('return;'), []],
    [
      'an object with a key is',
      late({ failedResults: { keys: ['failed'] } }),
      on('return { failed: [error] };'),
      [],
    ],
    [
      '… and not without it',
      late({ failedResults: { keys: ['failed'] } }),
      on('return { error };'),
      ['returned: catch (error)'],
    ],
    ['answers: somebody reads it', late(), on('return { error };', 'answer'), []],
    ['answers: nothing is no answer', late(), on('return;', 'answer'), ['logged: catch (error)']],
    [
      'resultNames: the project reads it',
      late({ resultNames: ['result'] }),
      on('return { error };', 'consume', 'export const result = 1;'),
      [],
    ],
    [
      'resultNames: it does not',
      late({ resultNames: ['result'] }),
      on('return { error };'),
      ['returned: catch (error)'],
    ],
  ])('%s', (_, definition, code, expected) => {
    expect(said(rule, definition, code)).toEqual(expected);
  });
});
