import { describe, expect, it } from 'vitest';
import { defineLibrary, type LibraryDefinition } from '../../src/index.js';
import { problemsOf } from '../../src/libraries/validate.js';
import { builtIn } from '../../src/libraries/vocabulary.js';

/** What the checks say of a framework with these words. */
const problems = (words: object): readonly string[] =>
  problemsOf({ name: 'Own', files: ['src/tasks.ts'], ...words } satisfies Partial<LibraryDefinition>);

describe('signal', () => {
  it.each([
    'param2',
    'param0.signal',
    'param0[].signal',
    'this.signal',
    'current().stop.signal',
    'param0.a().b',
  ])('%s is a way', (at) => {
    expect(problems({ signal: { at, aborts: 'when it ends' } })).toEqual([]);
  });

  it.each(['', 'param0..signal', 'param0.signal;', 'current(1).signal', 5])('%s is none', (at) => {
    expect(problems({ signal: { at, aborts: 'when it ends' } })[0]).toContain('signal.at must be a way');
  });

  it('says when it is aborted', () => {
    expect(problems({ signal: { at: 'param0' } })).toEqual(['signal.aborts is missing']);
  });

  it('may be another in an older version, or not there', () => {
    const signal = { at: 'param1', aborts: 'when it ends', asked: true };
    expect(
      problems({
        versions: [
          { before: '2', signal: null },
          { before: '3', signal },
        ],
      }),
    ).toEqual([]);
    expect(problems({ versions: [{ before: '2', signal: 'param1' }] })).toHaveLength(1);
  });
});

describe('lock', () => {
  it('has a time and a consequence', () => {
    expect(problems({ lock: { lasts: 1000, then: 'it is lost' } })).toEqual([]);
    expect(problems({ lock: { then: 'it is lost' } })).toEqual(['lock.lasts is missing']);
    expect(problems({ lock: { lasts: '5s', then: 'it is lost' } })).toHaveLength(1);
    expect(problems({ versions: [{ before: '2', lock: null }] })).toEqual([]);
  });
});

describe('ownProcess', () => {
  it('is a flag of handlers', () => {
    const handlers = [{ call: 'task', handler: 'arg0', ownProcess: true }];
    expect(defineLibrary({ name: 'Own', files: ['a'], handlers } as LibraryDefinition).handlers).toEqual(
      handlers,
    );
    expect(problems({ handlers: [{ call: 'task', ownProcess: 'yes' }] })).toHaveLength(1);
  });
});

it('messages can go on with what the tables say', () => {
  for (const { signal, lock } of builtIn) {
    if (signal) expect(signal.aborts).toMatch(/^when [^.]+$/);
    if (lock) expect(lock.then).toMatch(/^[A-Za-z][^.]+$/);
  }
});
