import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  atLine,
  explain,
  type ExplainedSetting,
  type ExplainedSubject,
  type Explanation,
  format,
  linesOf,
} from '../src/explain.js';
import type { LibraryDefinition } from '../src/index.js';
import { Vocabulary } from '../src/libraries/vocabulary.js';
import { Project } from '../src/tasks/project.js';
import { Code } from '../src/typescript/code.js';
import { root as repository } from '../scripts/support.js';
import { type Files, programOf, root } from './harness.js';

/* The command as it is built, in the example application and in small projects of its own. */

const command = join(repository, 'dist/src/cli.js');
const shop = join(repository, 'fixtures/shop');

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `eslint-plugin-tasks` in a folder. */
function run(folder: string, ...args: readonly string[]): Promise<Run> {
  const env = { ...process.env, ESLINT_PLUGIN_TASKS_DEBUG: undefined };
  return new Promise((done) => {
    execFile(process.execPath, [command, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

type Printed = Explanation & { readonly problems: readonly string[] };

const printed = new Map<string, Promise<Printed>>();

/** The explanation of a file of the shop, run once. */
function explained(file: string): Promise<Printed> {
  const known =
    printed.get(file) ??
    run(shop, 'explain', `src/${file}`, '--json').then(({ code, stdout, stderr }) => {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout) as Printed;
    });
  printed.set(file, known);
  return known;
}

async function subjectsAt(file: string, line: number): Promise<readonly ExplainedSubject[]> {
  return atLine(await explained(file), line).subjects;
}

/** `stated 5 runs src/queue/job-options.ts:7` of each setting. */
function inShort(subject: ExplainedSubject | undefined): Readonly<Record<string, string>> {
  const { queue, task, settings = [] } = subject ?? {};
  const all = [queue, task, ...settings].filter((each) => each !== undefined);
  return Object.fromEntries(
    all.map(({ name, state, value, at }) => [
      name,
      [state, value, at].filter((each) => each !== undefined).join(' '),
    ]),
  );
}

function whyOf(subject: ExplainedSubject | undefined, name: string): string | undefined {
  return settingOf(subject, name)?.why;
}

function settingOf(subject: ExplainedSubject | undefined, name: string): ExplainedSetting | undefined {
  return subject?.settings.find((each) => each.name === name);
}

/** What BullMQ gives each dispatch, whatever is written. */
const fixed = { timeLimit: 'defaulted none', acknowledgement: 'defaulted late' };

describe('the shop', () => {
  test('options of the root hold for a queue that states none', async () => {
    const [placed] = await subjectsAt('orders/orders.service.ts', 29);
    expect(placed).toMatchObject({ kind: 'dispatch', what: 'this.queue.add', library: 'BullMQ', column: 11 });
    expect(inShort(placed)).toEqual({
      queue: 'stated orders src/queue/queue.constants.ts:2',
      task: 'stated order-placed src/orders/orders.service.ts:29',
      attempts: 'stated 3 runs src/queue/queue.module.ts:16',
      backoff: 'stated exponential, 5 s src/queue/queue.module.ts:17',
      ...fixed,
      deduplication: 'defaulted none',
    });
  });

  test('a queue’s own defaults replace those of the root whole, and what is lost is named', async () => {
    const [audited] = await subjectsAt('orders/orders.service.ts', 35);
    expect(inShort(audited)).toMatchObject({
      queue: 'stated audit src/queue/queue.constants.ts:13',
      attempts: 'stated 1 run src/queue/queue.module.ts:41',
      backoff: 'defaulted none',
    });
    expect(whyOf(audited, 'backoff')).toBe(
      'the default of BullMQ: the queue’s own `defaultJobOptions` replace those at src/queue/queue.module.ts:17 whole',
    );
  });

  test('a key of the dispatch keeps the work from being queued twice', async () => {
    const [fulfilled] = await subjectsAt('orders/orders.service.ts', 58);
    expect(settingOf(fulfilled, 'deduplication')).toEqual({
      name: 'deduplication',
      state: 'stated',
      value: 'jobId',
      at: 'src/orders/orders.service.ts:58',
      text: 'jobId: `fulfil-${order.id}`',
    });
  });

  test('an `undefined` erases what is spread before it', async () => {
    const [stockLow] = await subjectsAt('webhooks/webhooks.ts', 33);
    expect(inShort(stockLow)).toEqual({
      queue: 'stated webhooks src/queue/queue.constants.ts:38',
      task: 'stated stock.low src/webhooks/webhooks.ts:33',
      attempts: 'stated 5 runs src/queue/job-options.ts:7',
      backoff: 'defaulted none src/webhooks/webhooks.ts:33',
      ...fixed,
      deduplication: 'defaulted none',
    });
    expect(whyOf(stockLow, 'backoff')).toContain('`undefined` erases');
  });

  test('where nobody decides the library does', async () => {
    const [paid] = await subjectsAt('webhooks/webhooks.ts', 12);
    expect(inShort(paid)).toMatchObject({ attempts: 'defaulted 1 run', backoff: 'defaulted none' });
    expect(whyOf(paid, 'attempts')).toBe('the default of BullMQ');
    expect(whyOf(paid, 'timeLimit')).toBe('BullMQ has no option for it');
  });

  test('what is not known says why, and where the following ended', async () => {
    const [digest] = await subjectsAt('webhooks/webhooks.ts', 52);
    const attempts = settingOf(digest, 'attempts');
    expect(attempts).toMatchObject({ state: 'unknown', at: 'src/webhooks/webhooks.ts:50' });
    expect(attempts).not.toHaveProperty('value');
    expect(attempts?.why).not.toBe('');
    expect(inShort(digest)['backoff']).toBe('stated exponential, 3 s src/webhooks/webhooks.ts:9');
  });

  test('a queue says what a dispatch gets that states nothing', async () => {
    const [queue] = await subjectsAt('webhooks/webhooks.ts', 7);
    expect(queue).toMatchObject({ kind: 'queue', what: 'new Queue', line: 7, column: 29 });
    expect(inShort(queue)).toEqual({
      queue: 'stated webhooks src/queue/queue.constants.ts:38',
      attempts: 'defaulted 1 run',
      backoff: 'defaulted none',
    });
  });

  test('a worker’s lines are its function’s too, and what each dispatch decides is not the worker’s', async () => {
    const [worker, ...others] = await subjectsAt('imports/import.workers.ts', 27);
    expect(others).toEqual([]);
    expect(worker).toMatchObject({ kind: 'handler', what: 'new Worker', line: 21 });
    expect(inShort(worker)).toEqual({
      queue: 'stated imports src/imports/import.workers.ts:21',
      ...fixed,
    });
    expect(worker?.notes).toContain('each dispatch decides: attempts, backoff, deduplication');
    // A dispatch inside of it stands on its own line as well.
    const within = await subjectsAt('imports/import.workers.ts', 24);
    expect(within.map(({ what }) => what)).toEqual(['new Worker', 'priceQueue.add']);
    expect(inShort(within[1])).toMatchObject({
      queue: 'stated prices src/queue/queue.constants.ts:36',
      attempts: 'stated 5 runs src/queue/job-options.ts:7',
    });
  });

  test('a function that another file registers is explained where it stands', async () => {
    const [processFeed] = await subjectsAt('imports/feed.processor.ts', 7);
    expect(processFeed).toMatchObject({ kind: 'handler', what: 'function processFeed', line: 7 });
    expect(processFeed?.notes).toEqual([
      'made a handler at src/imports/import.workers.ts:40',
      'its function bounds its own time',
      'each dispatch decides: attempts, backoff, deduplication',
    ]);
  });

  test('the team’s own framework has the words of its description', async () => {
    const { subjects } = await explained('tasks/loyalty.tasks.ts');
    expect(subjects.map(({ what, line }) => `${String(line)} ${what}`)).toEqual([
      '11 @Task LoyaltyTasks.welcome',
      '16 @Task LoyaltyTasks.tier',
      '24 @Task LoyaltyTasks.expire',
    ]);
    expect(inShort(subjects[0])).toEqual({
      task: 'stated loyalty.welcome src/tasks/loyalty.tasks.ts:11',
      attempts: 'stated 6 runs src/tasks/loyalty.tasks.ts:11',
      backoff: 'defaulted none',
      timeLimit: 'stated 30 s src/tasks/loyalty.tasks.ts:11',
      acknowledgement: 'defaulted early',
    });
    expect(settingOf(subjects[0], 'attempts')?.text).toBe('maxRetries: 5');
    expect(inShort(subjects[2])).toMatchObject({
      attempts: 'stated 1 run src/tasks/loyalty.tasks.ts:24',
      timeLimit: 'stated 10 min src/tasks/loyalty.tasks.ts:24',
    });
  });

  test('options that other files use say where they hold', async () => {
    const explanation = await explained('queue/job-options.ts');
    expect(explanation.subjects).toEqual([]);
    const [attempts] = atLine(explanation, 7).handedOn;
    expect(attempts).toMatchObject({ line: 7, text: 'attempts: 5' });
    expect(attempts?.to).toEqual(
      expect.arrayContaining([
        'src/imports/import.queues.ts:29',
        'src/queue/queue.module.ts:28',
        'src/invoices/invoices.service.ts:27',
      ]),
    );
    // This one states another number over it.
    expect(attempts?.to).not.toContain('src/queue/queue.module.ts:29');
    expect(atLine(explanation, 8).handedOn[0]?.to).toContain('src/queue/queue.module.ts:29');
  });

  test('the text for people, of one line', async () => {
    const { code, stdout, stderr } = await run(shop, 'explain', 'src/webhooks/webhooks.ts:16:3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`src/webhooks/webhooks.ts

16:9  dispatch  webhookQueue.add  (BullMQ)
  queue            webhooks          stated     src/queue/queue.constants.ts:38  'webhooks'
  task             order.shipped     stated     src/webhooks/webhooks.ts:16  'order.shipped'
  attempts         6 runs            stated     src/webhooks/webhooks.ts:9  attempts: 6
  backoff          exponential, 3 s  stated     src/webhooks/webhooks.ts:9  backoff: { type: 'exponential', delay: 3_000 }
  time limit       none              defaulted  BullMQ has no option for it
  acknowledgement  late              defaulted  BullMQ has no option for it
  deduplication    none              defaulted  no lasting \`jobId\` or \`deduplication.id\`
`);
  });

  test('a file that ESLint ignores cannot be explained', async () => {
    const { code, stdout, stderr } = await run(shop, 'explain', 'src/generated/prisma/client.ts');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/client\.ts: File ignored because of a matching ignore pattern\.\n$/);
  });
});

test('docs/explain.md shows what the command prints', async () => {
  const page = readFileSync(join(repository, 'docs/explain.md'), 'utf8');
  const example =
    /```sh\nnpx eslint-plugin-tasks explain src\/(?<file>.+):(?<line>\d+)\n```\n\n```text\n(?<output>[^]*?)```\n/g;
  const examples = [...page.matchAll(example)].map(({ groups }) => groups ?? {});
  expect(examples.length).toBeGreaterThan(1);
  for (const { file = '', line, output } of examples) {
    expect(format(atLine(await explained(file), Number(line))), `${file}:${line ?? ''}`).toBe(output);
  }
});

// ---------------------------------------------------------------------------------- arguments

describe('arguments', () => {
  const usage = 'Usage: eslint-plugin-tasks explain <file>[:line] [options]';

  test('--help and --version', async () => {
    const help = await run(shop, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout.startsWith(usage)).toBe(true);
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await run(shop, '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    ['no command', [], 'Say what to do.'],
    ['an unknown command', ['describe', 'src/main.ts'], 'There is no command `describe`.'],
    ['an unknown option', ['explain', 'src/main.ts', '--all'], "Unknown option '--all'"],
    ['no file', ['explain'], 'Say which file to explain.'],
    ['two files', ['explain', 'src/main.ts', 'src/app.module.ts'], 'One file is explained at a time.'],
  ])('%s: the usage', async (_, args, message) => {
    const { code, stdout, stderr } = await run(shop, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`eslint-plugin-tasks: ${message}`);
    expect(stderr).toContain(usage);
  });

  test.each([
    ['a missing file', ['explain', 'src/mian.ts:3'], 'There is no file src/mian.ts.'],
    ['a folder', ['explain', 'src'], 'src is no file.'],
    [
      'a missing configuration',
      ['explain', 'src/main.ts', '--config', 'eslint.js'],
      'There is no configuration eslint.js.',
    ],
  ])('%s: an error', async (_, args, message) => {
    const { code, stdout, stderr } = await run(shop, ...args);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `eslint-plugin-tasks: ${message}\n`,
    });
  });
});

// ---------------------------------------------------------------------------------- other projects

describe('in a project', () => {
  let folder: string;
  const mails = `import { Queue } from 'bullmq';
import { options } from './options.js';
export const mails = new Queue('mails', { connection: {}, defaultJobOptions: options });
export const send = (to: string) => mails.add('mail', { to });
`;
  const typed = `import tseslint from 'typescript-eslint';
export default [
  {
    files: ['src/**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
  },
];
`;

  beforeAll(() => {
    // Outside of the repository, whose own configuration ESLint would find.
    folder = mkdtempSync(join(tmpdir(), 'explain-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A project with these packages of the repository, and these files over the usual ones. */
  function project(name: string, packages: readonly string[], files: Files): string {
    const at = join(folder, name);
    const usual = {
      'package.json': '{ "name": "project", "private": true, "type": "module" }',
      'tsconfig.json':
        '{ "compilerOptions": { "module": "nodenext", "strict": true, "skipLibCheck": true, "types": [] }, "include": ["src"] }',
      'src/mails.ts': mails,
      'src/options.ts': 'export const options = { attempts: 3 };\n',
    };
    for (const [file, text] of Object.entries({ ...usual, ...files })) {
      mkdirSync(dirname(join(at, file)), { recursive: true });
      writeFileSync(join(at, file), text);
    }
    for (const each of packages) {
      const link = join(at, 'node_modules', each);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(repository, 'node_modules', each), link, 'junction');
    }
    return at;
  }
  const all = ['eslint', 'typescript-eslint', 'typescript', 'bullmq'];

  test('its own configuration is used', async () => {
    const at = project('configured', all, { 'eslint.config.js': typed });
    const { code, stdout, stderr } = await run(at, 'explain', 'src/mails.ts:4');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('attempts         3 runs  stated     src/options.ts:1  attempts: 3\n');
  });

  test('a line without tasks, and one that is not there, say which lines have some', async () => {
    const at = project('lines', all, { 'eslint.config.js': typed });
    expect(await run(at, 'explain', 'src/mails.ts:2')).toEqual({
      code: 0,
      stdout: 'Nothing about tasks on line 2 of src/mails.ts. There is something on: 3, 4.\n',
      stderr: '',
    });
    expect(await run(at, 'explain', 'src/mails.ts:40')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'eslint-plugin-tasks: src/mails.ts has 5 lines, and no line 40. There is something on: 3, 4.\n',
    });
  });

  test('a file without tasks says so', async () => {
    const at = project('nothing', all, {
      'eslint.config.js': typed,
      'src/sum.ts': 'export const two = 1 + 1;\n',
    });
    expect(await run(at, 'explain', 'src/sum.ts')).toEqual({
      code: 0,
      stdout: 'src/sum.ts\n\nNothing about tasks in this file.\n',
      stderr: '',
    });
    const { code, stdout } = await run(at, 'explain', 'src/sum.ts', '--json');
    expect({ code, printed: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      printed: { file: 'src/sum.ts', typed: true, lines: 2, subjects: [], handedOn: [], problems: [] },
    });
  });

  test('without a configuration typescript-eslint is, and it says so', async () => {
    const at = project('bare', all, {});
    const { code, stdout, stderr } = await run(at, 'explain', 'src/mails.ts:4', '--json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/no ESLint configuration for this file\. It is read with typescript-eslint/);
    const { typed: isTyped, subjects, problems } = JSON.parse(stdout) as Printed;
    expect({ isTyped, problems }).toEqual({ isTyped: true, problems: [] });
    expect(inShort(subjects[0])['attempts']).toBe('stated 3 runs src/options.ts:1');
  });

  test('without a configuration and a parser it says what to install', async () => {
    const at = project('unparsed', ['eslint'], {});
    const { code, stdout, stderr } = await run(at, 'explain', 'src/mails.ts');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/no ESLint configuration .* npm i -D typescript-eslint/);
  });

  test('without ESLint it says what to install', async () => {
    const at = project('empty', [], {});
    const { code, stdout, stderr } = await run(at, 'explain', 'src/mails.ts');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/ESLint is not installed in .*: npm i -D eslint\n$/);
  });

  test('an ESLint that is too old is not used', async () => {
    const old = 'exports.ESLint = class { static version = "8.57.0" };';
    const at = project('old', [], { 'node_modules/eslint/index.js': old });
    const { code, stderr } = await run(at, 'explain', 'src/mails.ts');
    expect(code).toBe(2);
    expect(stderr).toContain('ESLint 8.57.0 is too old');
  });

  test('without type information it says so first, and imports are not followed', async () => {
    const untyped = typed.replace('projectService: true, ', '');
    const at = project('untyped', all, { 'eslint.config.js': untyped });
    const { code, stdout } = await run(at, 'explain', 'src/mails.ts:4');
    expect(code).toBe(0);
    const [first, second] = stdout.split('\n');
    expect(first).toBe('src/mails.ts');
    expect(second).toMatch(/^No type information: .*projectService/);
    expect(stdout).toMatch(/^ {2}attempts +\? +unknown +src\/mails\.ts:\d+ {2}\S/m);
  });

  test('--config names another configuration', async () => {
    const at = project('other', all, {
      'eslint.config.js': 'throw new Error("this one is not read");\n',
      'config/other.js': typed
        .replace('import.meta.dirname', "import.meta.dirname + '/..'")
        .replace('];', "  { settings: { tasks: { libraries: 'acme' } } },\n];"),
    });
    const { code, stdout, stderr } = await run(at, 'explain', 'src/mails.ts:4', '-c', 'config/other.js');
    // Mistakes in its settings are errors, and what can be said is said.
    expect(code).toBe(2);
    expect(stderr).toBe('eslint-plugin-tasks: settings.tasks.libraries must be a list of libraries.\n');
    expect(stdout).toContain('3 runs  stated     src/options.ts:1');
  });

  test('its libraries are known, relative to the folder in which it runs', async () => {
    const settings = `{ settings: { tasks: { libraries: [{
      name: 'Acme',
      files: ['src/acme.ts'],
      dispatches: [{ call: 'send', payload: 'arg0', options: 'arg1' }],
      attempts: { option: 'retries', counts: 'retries', default: 2 },
    }] } } },\n];`;
    const at = project('own', all, {
      'eslint.config.js': typed.replace('];', settings),
      'src/acme.ts': 'export function send(data: object, options: { retries?: number }): void {}\n',
      'src/app.ts': "import { send } from './acme.js';\nsend({}, { retries: 4 });\n",
    });
    const { code, stdout } = await run(at, 'explain', 'src/app.ts', '--json');
    expect(code).toBe(0);
    const { subjects } = JSON.parse(stdout) as Printed;
    expect(subjects.map(({ library, what, line }) => ({ library, what, line }))).toEqual([
      { library: 'Acme', what: 'send', line: 2 },
    ]);
    expect(inShort(subjects[0])).toEqual({ attempts: 'stated 5 runs src/app.ts:2' });
  });

  test('a configuration that throws is an error', async () => {
    const at = project('throwing', ['eslint'], { 'eslint.config.js': 'throw new Error("no more");\n' });
    const { code, stdout, stderr } = await run(at, 'explain', 'src/mails.ts');
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'eslint-plugin-tasks: no more\n',
    });
  });

  test('a file that no configuration matches is an error', async () => {
    const at = project('unmatched', all, {
      'eslint.config.js': typed.replace("'src/**/*.ts'", "'lib/**/*.ts'"),
    });
    const { code, stderr } = await run(at, 'explain', 'src/mails.ts');
    expect(code).toBe(2);
    expect(stderr).toMatch(/mails\.ts: File ignored because no matching configuration was supplied\.\n$/);
  });

  test('a text that does not parse is an error, with its place', async () => {
    const at = project('broken', all, {
      'eslint.config.js': typed,
      'src/mails.ts': 'export const mails = ;\n',
    });
    const { code, stdout, stderr } = await run(at, 'explain', 'src/mails.ts');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/mails\.ts:1:\d+ Parsing error: Expression expected/);
  });
});

// ---------------------------------------------------------------------------------- explain

describe('explain', () => {
  function explainFile(files: Files, libraries: readonly LibraryDefinition[] = []): Explanation {
    const program = programOf(files);
    const project = Project.of(Code.of(program), new Vocabulary({ libraries }, root));
    const file = program.getSourceFile(`${root}/app.ts`);
    if (!file) throw new Error('There is no app.ts');
    return explain(project, file, root);
  }

  test('Bull: the time limit is each dispatch’s, and the queue’s for those that state none', () => {
    const { subjects } = explainFile({
      'app.ts': `import Bull from 'bull';
const thumbnails = new Bull('thumbnails', { defaultJobOptions: { timeout: 90_000, backoff: 1500 } });
void thumbnails.add({ id: 1 }, { attempts: 4, timeout: 120_000 });
void thumbnails.process(async (job) => job.id);
`,
    });
    expect(subjects.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      'queue new Bull',
      'dispatch thumbnails.add',
      'handler thumbnails.process',
    ]);
    const [queue, dispatch, handler] = subjects;
    expect(inShort(queue)).toEqual({
      queue: 'stated thumbnails app.ts:2',
      attempts: 'defaulted 1 run',
      backoff: 'stated fixed, 1500 ms app.ts:2',
      timeLimit: 'stated 90 s app.ts:2',
    });
    expect(inShort(dispatch)).toMatchObject({
      attempts: 'stated 4 runs app.ts:3',
      backoff: 'stated fixed, 1500 ms app.ts:2',
      timeLimit: 'stated 2 min app.ts:3',
    });
    expect(settingOf(handler, 'timeLimit')).toBeUndefined();
    expect(handler?.notes).toContain('each dispatch decides: attempts, backoff, time limit, deduplication');
  });

  test('one of several values, and a number that is no limit', () => {
    const { subjects } = explainFile({
      'app.ts': `import { Queue } from 'bullmq';
const mails = new Queue('mails', { connection: {} });
void mails.add('a', {}, { attempts: Math.random() > 0.5 ? 3 : 5 });
void mails.add('b', {}, { attempts: Infinity });
`,
    });
    expect(inShort(subjects[1])['attempts']).toBe('stated 3 runs or 5 runs app.ts:3');
    expect(inShort(subjects[2])['attempts']).toBe('stated without end app.ts:4');
    expect(whyOf(subjects[2], 'attempts')).toMatch(/^its add\(\) throws on a number without end/);
  });

  test('a number that is set where the program runs, and what holds without it', () => {
    const { subjects } = explainFile({
      'app.ts': `import { Queue } from 'bullmq';
const mails = new Queue('mails', { connection: {} });
void mails.add('a', {}, { attempts: Number(process.env['ATTEMPTS'] ?? 3) });
`,
    });
    expect(settingOf(subjects[1], 'attempts')).toEqual({
      name: 'attempts',
      state: 'configured',
      value: '3 runs unless set',
      at: 'app.ts:3',
      text: "attempts: Number(process.env['ATTEMPTS'] ?? 3)",
      why: 'set where the program runs',
    });
  });

  test('a call of a project function is the dispatch that it leads to', () => {
    const files = {
      'mails.ts': `import { Queue, type JobsOptions } from 'bullmq';
const mails = new Queue('mails', { connection: {} });
export async function enqueue(to: string, options: JobsOptions): Promise<void> {
  await mails.add('mail', { to }, options);
}
`,
      'app.ts': `import { enqueue } from './mails.js';
void enqueue('a@example.com', { attempts: 4 });
`,
    };
    const { subjects } = explainFile(files);
    expect(subjects.map(({ what, line, through }) => ({ what, line, through }))).toEqual([
      { what: 'enqueue', line: 2, through: [{ name: 'mails.add', at: 'mails.ts:4' }] },
    ]);
    expect(inShort(subjects[0])).toMatchObject({
      queue: 'stated mails mails.ts:2',
      attempts: 'stated 4 runs app.ts:2',
    });
    // In the function itself its caller decides.
    const [inside] = explainFile({ 'app.ts': files['mails.ts'] }).subjects.filter(
      ({ kind }) => kind === 'dispatch',
    );
    expect(settingOf(inside, 'attempts')).toMatchObject({
      state: 'unknown',
      at: 'app.ts:3',
      why: 'a parameter (its caller decides)',
    });
  });

  test('a bulk dispatch is explained item by item, each on its own lines', () => {
    const explanation = explainFile({
      'app.ts': `import { Queue } from 'bullmq';
const mails = new Queue('mails', { connection: {}, defaultJobOptions: { attempts: 2 } });
void mails.addBulk([
  { name: 'a', data: {} },
  { name: 'b', data: {}, opts: { attempts: 7, jobId: String(Math.random()) } },
]);
`,
    });
    expect(linesOf(explanation)).toEqual([2, 4, 5]);
    const [second] = atLine(explanation, 5).subjects;
    expect(second).toMatchObject({ what: 'mails.addBulk, one item', line: 5, column: 3 });
    // A key that is new each time is none.
    expect(inShort(second)).toMatchObject({
      attempts: 'stated 7 runs app.ts:5',
      deduplication: 'defaulted none',
    });
    expect(atLine(explanation, 3).subjects.map(({ line }) => line)).toEqual([4, 5]);
    expect(atLine(explanation, 6).subjects).toEqual([]);
  });

  test('what a queue’s default states is named where an `undefined` erases it', () => {
    const { subjects } = explainFile({
      'queues.ts': `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {}, defaultJobOptions: { attempts: 2 } });
`,
      'app.ts': `import { mails } from './queues.js';
void mails.add('a', {}, { attempts: undefined });
`,
    });
    expect(settingOf(subjects[0], 'attempts')).toEqual({
      name: 'attempts',
      state: 'defaulted',
      value: '1 run',
      at: 'app.ts:2',
      text: 'attempts: undefined',
      why: 'the default of BullMQ: `undefined` erases `attempts: 2` at queues.ts:2',
    });
  });

  test('a soft limit where the library has one, and what the definition decides', () => {
    const { subjects } = explainFile(
      {
        'own.ts': `export interface Options { limit?: number; soft?: number }
export declare function register(name: string, options: Options, run: () => void): void;
export declare function send(name: string, data: object): void;
`,
        'app.ts': `import { register, send } from './own.js';
register('tidy', { limit: 3, soft: 90 }, () => undefined);
send('tidy', {});
`,
      },
      [
        {
          name: 'Own',
          files: ['own.ts'],
          handlers: [{ call: 'register', task: 'arg0', options: 'arg1', handler: 'arg2' }],
          dispatches: [{ call: 'send', task: 'arg0', payload: 'arg1' }],
          timeLimit: { option: 'limit', unit: 'min', default: 600_000 },
          softTimeLimit: { option: 'soft', unit: 's', default: 'none' },
        },
      ],
    );
    expect(inShort(subjects[0])).toEqual({
      task: 'stated tidy app.ts:2',
      timeLimit: 'stated 3 min app.ts:2',
      softTimeLimit: 'stated 90 s app.ts:2',
    });
    expect(inShort(subjects[1])).toEqual({ task: 'stated tidy app.ts:3' });
    expect(subjects[1]?.notes).toEqual(['the task’s definition decides: time limit, soft time limit']);
  });

  test('a handler by its type alone', () => {
    const { subjects } = explainFile({
      'app.ts': `import type { Processor } from 'bullmq';
export const deliver: Processor = async (job) => job.id;
`,
    });
    expect(subjects.map(({ what, notes }) => ({ what, notes }))).toEqual([
      {
        what: 'function deliver',
        notes: [
          'it is a handler by its type; whether anything runs it is not known',
          'its function waits for nothing',
          'each dispatch decides: attempts, backoff, deduplication',
        ],
      },
    ]);
  });
});

// ---------------------------------------------------------------------------------- format

describe('format', () => {
  const nothing: Explanation = { file: 'src/a.ts', typed: true, lines: 9, subjects: [], handedOn: [] };
  const subject: ExplainedSubject = {
    kind: 'dispatch',
    library: 'BullMQ',
    line: 7,
    column: 3,
    what: 'mails.add',
    spans: [{ from: 7, to: 7 }],
    through: [{ name: 'enqueue', at: 'src/mail.queue.ts:12' }],
    queue: undefined,
    task: undefined,
    settings: [
      {
        name: 'attempts',
        state: 'unknown',
        value: undefined,
        at: 'src/a.ts:2',
        text: 'attempts: number',
        why: 'a parameter',
      },
      {
        name: 'softTimeLimit',
        state: 'stated',
        value: '1 min',
        at: 'src/a.ts:7',
        text: 'soft: 60',
        why: undefined,
      },
      { name: 'backoff', state: 'defaulted', value: 'none', at: undefined, text: undefined, why: 'so it is' },
    ],
    notes: ['a note'],
  };

  test('columns, ways through functions, and notes', () => {
    expect(format({ ...nothing, subjects: [subject] })).toBe(`src/a.ts

7:3  dispatch  mails.add  (BullMQ)
  through \`enqueue\` (src/mail.queue.ts:12)
  attempts         ?      unknown    src/a.ts:2  a parameter: attempts: number
  soft time limit  1 min  stated     src/a.ts:7  soft: 60
  backoff          none   defaulted  so it is
  a note
`);
  });

  test('no type information', () => {
    expect(format({ ...nothing, typed: false })).toMatch(
      /^src\/a\.ts\nNo type information: .*\n\nNothing about tasks in this file\.\n$/,
    );
  });

  test('a long list of those that an option holds for is cut', () => {
    const to = ['a.ts:1', 'b.ts:2', 'c.ts:3', 'd.ts:4', 'e.ts:5', 'f.ts:6'];
    const one = { line: 2, text: 'attempts: 3', to: to.slice(0, 4) };
    expect(format({ ...nothing, handedOn: [one, { line: 4, text: 'backoff: 5', to }] })).toBe(`src/a.ts

for other files
  2  attempts: 3  holds for a.ts:1, b.ts:2, c.ts:3, d.ts:4
  4  backoff: 5  holds for a.ts:1, b.ts:2, c.ts:3, d.ts:4, and 2 more
`);
  });

  test('what is painted', () => {
    const text = format({ ...nothing, subjects: [subject] }, (part, each) => `<${part}>${each}</>`);
    expect(text).toContain('<place>7:3</>  dispatch  <heading>mails.add</>');
    expect(text).toContain('  ?      <unknown>unknown  </>  <place>src/a.ts:2</>  a parameter');
    // Without its colours it is the same text.
    expect(text.replace(/<\/?\w*>/g, '')).toBe(format({ ...nothing, subjects: [subject] }));
  });
});
