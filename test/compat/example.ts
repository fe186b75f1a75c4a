/**
 * A small project with defects in three files, valid as TypeScript and as JavaScript: what is told of it
 * without types is compared with what is told with them.
 */
export const example: Readonly<Record<string, string>> = {
  queues: `import { Queue } from 'bullmq';

const connection = { host: 'localhost' };
export const mails = new Queue('mails', { connection, defaultJobOptions: { attempts: 5 } });
export const reports = new Queue('reports', { connection });
`,
  // What it dispatches to is known by its type, and by following the import.
  signup: `import { mails, reports } from './queues.js';

export async function signUp() {
  await mails.add('welcome', { at: new Date() });
  reports.add('daily', {}, { attempts: 3, backoff: 1000 });
}
`,
  // A file that says all of it itself.
  billing: `import { Queue, Worker } from 'bullmq';
import { PgBoss } from 'pg-boss';

const connection = { host: 'localhost' };
const invoices = new Queue('invoices', { connection });
export const boss = new PgBoss('postgres://localhost/app');

export const worker = new Worker(
  'invoices',
  async () => {
    await invoices.add('remind', { lines: new Map() }, { attempts: 3 });
    await boss.send('dunning', { total: 10n });
  },
  { connection },
);
`,
};

/** A configuration in TypeScript. `@ts-expect-error` is an error itself where there is nothing to expect. */
export const configuration = `import type { Linter } from 'eslint';
import tasks, { defineLibrary, type TasksRules, type TasksSettings } from 'eslint-plugin-tasks';

const own = defineLibrary({
  name: 'ours',
  files: ['src/tasks.ts'],
  dispatches: [{ call: 'send', payload: 'arg0' }],
});
// @ts-expect-error it counts runs or retries
defineLibrary({ name: 'ours', files: ['src/tasks.ts'], attempts: { counts: 'tries', default: 1 } });

const settings = { libraries: [own], missingTypes: 'report' } satisfies TasksSettings;
// @ts-expect-error it is ignored or reported
({ missingTypes: 'error' }) satisfies TasksSettings;
// @ts-expect-error there is no such setting
({ library: [own] }) satisfies TasksSettings;

const rules = {
  'tasks/no-await-task-result': 'error',
  'tasks/require-retry-backoff': ['error', { allowFixed: false }],
  'tasks/no-sensitive-payload': ['warn', { names: ['iban'], personal: true }],
  'tasks/no-floating-dispatch': ['error'],
  'tasks/valid-schedule': 0,
} satisfies TasksRules;
({ 'jobs/require-retry-backoff': ['error', { allowFixed: false }] }) satisfies TasksRules<'jobs'>;
// @ts-expect-error there is no such rule
({ 'tasks/require-retries': 'error' }) satisfies TasksRules;
// @ts-expect-error there is no such option
({ 'tasks/require-retry-backoff': ['error', { allowFix: false }] }) satisfies TasksRules;
// @ts-expect-error it is a boolean
({ 'tasks/require-retry-backoff': ['error', { allowFixed: 'no' }] }) satisfies TasksRules;
// @ts-expect-error it is a list of texts
({ 'tasks/no-sensitive-payload': ['error', { names: [1] }] }) satisfies TasksRules;
// @ts-expect-error it has no options
({ 'tasks/no-await-task-result': ['error', {}] }) satisfies TasksRules;
// @ts-expect-error there is no such severity
({ 'tasks/no-await-task-result': 'fatal' }) satisfies TasksRules;

export default [
  { ...tasks.configs.recommended, files: ['**/*.ts'], settings: { tasks: settings } },
  { rules: { ...rules, 'no-console': 'error' } },
] satisfies Linter.Config[];
`;
