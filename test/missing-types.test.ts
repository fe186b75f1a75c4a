import { expect, test } from 'vitest';
import type { TasksSettings } from '../src/index.js';
import { type Files, lint } from './harness.js';

const mails = `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
await mails.add('welcome', { total: 10n }, { attempts: 5, backoff: 1000 });
`;
/** Which file is reported for want of types, and where. */
const missing = (files: Files, settings: TasksSettings, untyped = true): readonly string[] =>
  lint(files, { settings, untyped })
    .filter(({ messageId }) => messageId === 'missingTypes')
    .map(({ file, line, column }) => `${file}:${String(line)}:${String(column)}`);

test('a file about tasks is reported once, whatever the number of rules', () => {
  const files = { 'mails.ts': mails, 'mails.js': mails };
  expect(missing(files, { missingTypes: 'report' })).toEqual(['mails.ts:1:1', 'mails.js:1:1']);
});

test('the rules that can judge without types still do', () => {
  const options = { settings: { missingTypes: 'report' }, preset: 'strict', untyped: true } as const;
  const reports = lint({ 'mails.ts': mails }, options);
  expect(reports.map(({ rule, messageId }) => `${rule} ${messageId ?? ''}`)).toContain(
    'require-retry-backoff fixed',
  );
});

test('nothing is said by default, nor where it is to be ignored', () => {
  expect(missing({ 'mails.ts': mails }, {})).toEqual([]);
  expect(missing({ 'mails.ts': mails }, { missingTypes: 'ignore' })).toEqual([]);
});

test('nothing is said where there are types', () => {
  expect(missing({ 'mails.ts': mails }, { missingTypes: 'report' }, false)).toEqual([]);
});

test('nothing is said of a file without tasks', () => {
  const files = { 'sum.ts': 'export const sum = (a: number, b: number) => a + b;\n' };
  expect(missing(files, { missingTypes: 'report' })).toEqual([]);
});

test('a framework of the project’s own counts where its names are used', () => {
  const own = {
    name: 'ours',
    files: ['tasks.ts'],
    dispatches: [{ call: 'enqueue', payload: 'arg0' }],
  } as const;
  const files = {
    'app.ts': `import { enqueue } from './tasks.js';\nenqueue({});\n`,
    'sum.ts': 'export const sum = 1 + 1;\n',
  };
  expect(missing(files, { libraries: [own], missingTypes: 'report' })).toEqual(['app.ts:1:1']);
});
