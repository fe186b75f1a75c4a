import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Linter } from 'eslint';
import * as parser from '@typescript-eslint/parser';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin from '../../src/index.js';

/** A workspace on disk: a package that is imported as built, and an application that uses it. */
const repository = join(import.meta.dirname, '../..');
let folder: string;

const library: Readonly<Record<string, string>> = {
  'src/index.ts': `export { MailQueue } from './mail-queue.js';\nexport { openMails, queues, send, JOBS } from './queues.js';\n`,
  'src/base.ts': `import { Queue, type JobsOptions } from 'bullmq';
export class BaseQueue {
  protected readonly queue: Queue;
  constructor(name: string, options: JobsOptions) {
    this.queue = new Queue(name, { connection: {}, defaultJobOptions: options });
  }
  async enqueue(data: object, options?: JobsOptions): Promise<void> {
    await this.queue.add('x', data, options);
  }
}
`,
  'src/mail-queue.ts': `import { BaseQueue } from './base.js';
export class MailQueue extends BaseQueue {
  constructor(careful = false) { super('mail', careful ? { attempts: 3, backoff: { type: 'exponential', delay: 5 } } : {}); }
}
`,
  'src/queues.ts': `import { Queue, type JobsOptions } from 'bullmq';
import { MailQueue } from './mail-queue.js';
export const JOBS = { attempts: 4, backoff: { type: 'exponential', delay: 5 } };
export const queues = { careful: new Queue('a', { connection: {}, defaultJobOptions: JOBS }), careless: new Queue('b') };
export const openMails = (): MailQueue => new MailQueue();
export const send = (data: any, options?: JobsOptions) => queues.careless.add('x', data, options);
`,
};

const application = `import { JOBS, type MailQueue, MailQueue as Mails, openMails, queues, send } from '@acme/queues';
export async function run(): Promise<void> {
  await new Mails(true).enqueue({});
  await new Mails().enqueue({}); // ✗
  await queues.careful.add('x', {});
  await queues.careless.add('x', {}); // ✗
  await send({}, JOBS);
  await send({}); // ✗
  await send({ at: new Date() }, { attempts: 1 }); // ✗ payload
  await openMails().enqueue({}); // ✗
  for (const each of [] as MailQueue[]) await each.enqueue({}, { attempts: Infinity }); // ✗
}
`;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  types: [],
  lib: ['lib.es2023.d.ts'],
};

/** Builds the package as its owner would, with or without declaration maps. */
function build(declarationMap: boolean): void {
  rmSync(join(folder, 'packages/queues/dist'), { recursive: true, force: true });
  const program = ts.createProgram({
    rootNames: Object.keys(library).map((name) => join(folder, 'packages/queues', name)),
    options: {
      ...options,
      declaration: true,
      declarationMap,
      emitDeclarationOnly: true,
      rootDir: join(folder, 'packages/queues/src'),
      outDir: join(folder, 'packages/queues/dist'),
    },
  });
  program.emit();
}

/** The lines of the application that are reported, with the rule. */
function reported(): readonly string[] {
  const file = join(folder, 'packages/app/src/app.ts');
  const program = ts.createProgram({ rootNames: [file], options: { ...options, noEmit: true } });
  const errors = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
  expect(errors).toEqual([]);
  const messages = new Linter({ cwd: folder }).verify(
    application,
    [
      {
        files: ['**/*.ts'],
        languageOptions: { parser, parserOptions: { programs: [program] } },
        plugins: { tasks: plugin },
        rules: plugin.configs.recommended.rules ?? {},
      },
    ],
    { filename: file },
  );
  return messages.map(({ line, ruleId }) => `${String(line)} ${ruleId ?? ''}`);
}

beforeAll(() => {
  const cache = join(repository, '.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'sources-'));
  for (const [name, text] of Object.entries(library)) write(`packages/queues/${name}`, text);
  write(
    'packages/queues/package.json',
    JSON.stringify({
      name: '@acme/queues',
      version: '1.0.0',
      type: 'module',
      exports: { types: './dist/index.d.ts', default: './dist/index.js' },
      dependencies: { bullmq: '*' },
    }),
  );
  write('packages/app/package.json', JSON.stringify({ name: '@acme/app', type: 'module' }));
  write('packages/app/src/app.ts', application);
  mkdirSync(join(folder, 'node_modules/@acme'), { recursive: true });
  symlinkSync('../../packages/queues', join(folder, 'node_modules/@acme/queues'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a package of the same workspace that is imported as built', () => {
  it('is followed into its sources where its declarations have maps', () => {
    build(true);
    expect(reported()).toEqual([
      '4 tasks/require-retry-limit',
      '6 tasks/require-retry-limit',
      '8 tasks/require-retry-limit',
      '9 tasks/no-unserializable-payload',
      '10 tasks/require-retry-limit',
      '11 tasks/no-ineffective-option',
    ]);
  });

  it('is unknown where they have none', () => {
    build(false);
    expect(reported()).toEqual([]);
  });
});
