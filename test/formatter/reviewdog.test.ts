import { execFile, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DiagnosticResult, rdjson } from '../../formatter/src/index.js';
import { root } from '../../scripts/support.js';
import { writeUserProject } from '../user-project.js';
import { findReviewdog, version } from './reviewdog.js';
import { dataOf, eslintApplies, linesOf, resultOf } from './support.js';

/*
 * The real reviewdog reads what the real ESLint prints, for a change in a real git repository, and posts its
 * review to servers on this machine that answer as GitHub's and GitLab's do. Each suggestion that arrives there
 * is put into the file as the host would, and is what ESLint makes of it.
 */

const found = await findReviewdog();
const program = 'program' in found ? found.program : '';
const why = 'missing' in found ? ` (skipped: ${found.missing})` : '';
if (why !== '') console.warn(`reviewdog does not run${why}`);

const execute = promisify(execFile);
/** Nobody's own wishes. */
const plainGit = { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };
let folder: string;
let printed: string;
let results: readonly ESLint.LintResult[];

/** Lines of the first commit; what is between them was added by the second. */
const before = `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
export const old = (id: string) => mails.add('old', { id });
`;
const after = `${before}
export const one = (id: string) => mails.add('wëlcome 🐶', { id }); // 🐕
export const two = (id: string) =>
\tmails.add(
\t\t'welcome',
\t\t{ id },
\t\t{ attempts: 5 },
\t);
export const three = async (id: string) => {
\tmails.add('\`\`\`', { id, at: new Date() }, {
\t\tattempts: 5,
\t\tbackoff: 1000,
\t});
};
`;
const files: Readonly<Record<string, (text: string) => string>> = {
  'src/mails.ts': (text) => text,
  'src/windows.ts': (text) => text.replaceAll('\n', '\r\n'),
  'src/märked file.ts': (text) => `\uFEFF${text}`,
  // Its third line is the same in both commits.
  'src/unended.ts': (text) => (text === before ? text : text.trimEnd()),
};

async function git(...args: readonly string[]): Promise<string> {
  const identity = [
    '-c',
    'user.name=Tester',
    '-c',
    'user.email=tester@localhost',
    '-c',
    'core.autocrlf=false',
  ];
  const { stdout } = await execute('git', [...identity, ...args], {
    cwd: folder,
    env: { ...process.env, ...plainGit },
  });
  return stdout.trimEnd();
}

function write(text: string): void {
  for (const [name, of] of Object.entries(files)) writeFileSync(join(folder, name), of(text));
}

async function eslint(format: string): Promise<string> {
  const bin = join(root, 'node_modules/eslint/bin/eslint.js');
  try {
    const env = { ...process.env, ESLINT_SARIF_REPORT: 'eslint.sarif' };
    return (await execute(process.execPath, [bin, 'src', '-f', format], { cwd: folder, env })).stdout;
  } catch (error) {
    // It says by its exit code that there are reports.
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    if (code !== 1) throw new Error(stderr);
    return stdout;
  }
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'eslint-formatter-tasks-')));
  mkdirSync(join(folder, 'src'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, '.gitignore'), 'node_modules\neslint.sarif\n');
  writeUserProject(folder, {}, { preset: 'all', types: ['node'] });
  await git('init', '--quiet', '--initial-branch=main');
  write(before);
  await git('add', '.');
  await git('commit', '--quiet', '--message=before');
  write(after);
  await git('commit', '--quiet', '--all', '--message=after');
  printed = await eslint('tasks');
  results = JSON.parse(await eslint('json')) as readonly ESLint.LintResult[];
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function reviewdog(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input = printed,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((done, fail) => {
    const own = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(?:GITHUB|CI|GITLAB|REVIEWDOG)(?:_|$)/.test(name)),
    );
    const child = spawn(program, ['-name=eslint', ...args], {
      cwd: folder,
      env: { ...own, ...plainGit, ...env },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    child.on('close', (code) => {
      done({ code, stdout, stderr });
    });
    child.stdin.end(input);
  });
}

const diff = '-diff=git -c core.quotePath=false diff HEAD~1';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A server that answers with what a table has for `METHOD /path`, and keeps what it was sent. */
async function host(
  answers: Readonly<Record<string, unknown>>,
): Promise<{ server: Server; address: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const path = decodeURIComponent((request.url ?? '').replace(/\?.*/, ''));
      const method = request.method ?? '';
      const answer = answers[`${method} ${path}`];
      received.push({
        method,
        path,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      });
      response.statusCode = answer === undefined ? 404 : method === 'POST' ? 201 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? { message: 'Not found' }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, received, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface Comment {
  readonly path: string;
  readonly line: number;
  readonly start_line?: number;
  readonly subject_type?: string;
  readonly body: string;
}

/** What GitHub is sent: comments on lines, and comments on files. */
async function reviewOnGitHub(
  input: string,
): Promise<{ readonly comments: readonly Comment[]; readonly onFiles: readonly Comment[] }> {
  const pull = '/repos/owner/name/pulls/1';
  const { server, address, received } = await host({
    [`GET ${pull}`]: await git('-c', 'core.quotePath=false', 'diff', 'HEAD~1'),
    [`GET ${pull}/comments`]: [],
    [`POST ${pull}/comments`]: {},
    [`POST ${pull}/reviews`]: {},
    'GET /repos/owner/name': { html_url: 'https://github.example/owner/name' },
  });
  const env = {
    GITHUB_API: `${address}/`,
    REVIEWDOG_GITHUB_API_TOKEN: 'none',
    CI_PULL_REQUEST: '1',
    CI_COMMIT: await git('rev-parse', 'HEAD'),
    CI_REPO_OWNER: 'owner',
    CI_REPO_NAME: 'name',
  };
  const { code, stderr } = await reviewdog(['-f=rdjson', '-reporter=github-pr-review'], env, input);
  server.close();
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const sent = received.filter(({ method }) => method === 'POST');
  return {
    comments: sent
      .filter(({ path }) => path === `${pull}/reviews`)
      .flatMap(({ body }) => body['comments'] as readonly Comment[]),
    onFiles: sent
      .filter(({ path }) => path === `${pull}/comments`)
      .map(({ body }) => body as unknown as Comment),
  };
}

/** What a comment suggests, line by line. */
function suggestedIn(body: string): readonly (readonly string[])[] {
  return [...body.matchAll(/^(`{3,})suggestion(?::-0\+\d+)?\n((?:.*\n)*?)\1$/gm)].map(([, , text = '']) =>
    text === '' ? [] : text.replaceAll('\r', '').slice(0, -1).split('\n'),
  );
}

/** The lines of a file after each first fix or suggestion that ESLint has for it, by the report's rule. */
function expectedOf(path: string): readonly string[] {
  return results
    .filter(({ filePath }) => filePath === join(folder, path))
    .flatMap(({ source = '', messages }) =>
      messages.flatMap(({ ruleId, suggestions = [] }) =>
        suggestions
          .slice(0, 1)
          .map(({ fix }) => `${ruleId ?? ''}\n${linesOf(eslintApplies(source, fix)).join('\n')}`),
      ),
    );
}

/** A comment as a host applies it. */
function appliedOf(path: string, first: number, last: number, body: string): readonly string[] {
  const [, rule = ''] = /<\[([\w/-]+)\]\(https:/.exec(body) ?? [];
  return suggestedIn(body).map((lines) => {
    const now = linesOf(readFileSync(join(folder, path), 'utf8'));
    now.splice(first - 1, last - first + 1, ...lines);
    return `${rule}\n${now.join('\n')}`;
  });
}

test('what is tried has reports on old and on new lines, and suggestions', () => {
  const messages = results.flatMap((each) => each.messages);
  expect(messages.filter(({ line }) => line === 3).length).toBeGreaterThanOrEqual(4);
  expect(messages.filter(({ suggestions }) => suggestions?.length).length).toBeGreaterThan(12);
  expect(results.map(({ source }) => (source ?? '').includes('\r\n'))).toContain(true);
  expect(results.map(({ source }) => source?.startsWith('\uFEFF'))).toContain(true);
});

describe.skipIf(program === '')(`reviewdog ${version}${why}`, () => {
  test('understands all of it', async () => {
    const { code, stdout, stderr } = await reviewdog([
      '-f=rdjson',
      '-reporter=rdjson',
      '-filter-mode=nofilter',
      diff,
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const ours = JSON.parse(printed) as DiagnosticResult;
    // It fills the source in, and prints no output of its own.
    const expected = ours.diagnostics.map(({ original_output: _, ...each }) => ({
      ...each,
      source: ours.source,
    }));
    expect((JSON.parse(stdout) as DiagnosticResult).diagnostics).toEqual(expected);
  });

  test('reads the same reports out of SARIF', async () => {
    const args = ['-f=sarif', '-reporter=rdjson', '-filter-mode=nofilter', diff];
    const log = readFileSync(join(folder, 'eslint.sarif'), 'utf8');
    const { code, stdout, stderr } = await reviewdog(args, {}, log);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const read = (JSON.parse(stdout) as DiagnosticResult).diagnostics;
    const ours = (JSON.parse(printed) as DiagnosticResult).diagnostics;
    const messages = results.flatMap((each) => each.messages);
    expect(read.map(({ location, severity, code: rule }) => [location.path, severity, rule])).toEqual(
      ours.map(({ location, severity, code: rule }) => [location.path, severity, rule]),
    );
    // Of the fixes of a result it keeps the last (parser/sarif.go): SARIF is no way to show suggestions.
    expect(read.map(({ suggestions = [] }) => suggestions.map((each) => each.text))).toEqual(
      messages.map(({ suggestions = [] }) => suggestions.slice(-1).map(({ fix }) => fix.text)),
    );
  });

  test('prints what is on lines that the change added, and fails on errors', async () => {
    const { code, stdout } = await reviewdog(['-f=rdjson', '-reporter=local', '-fail-level=error', diff]);
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    const added = results.flatMap(({ messages }) => messages.filter(({ line }) => line > 3));
    expect(
      lines.filter((line) => /^src\/[^:]+\.ts:\d+:\d+: error: .+ \(tasks\/[\w-]+\)$/.test(line)),
    ).toHaveLength(added.length);
    expect(stdout).not.toContain('.ts:3:');
    expect(stdout).toContain('src/märked file.ts:5:');
  });

  test('posts reviews to GitHub whose suggestions are ESLint’s', async () => {
    const { comments, onFiles } = await reviewOnGitHub(printed);
    expect(onFiles).toEqual([]);
    expect(comments.filter(({ body }) => body.includes('suggestion error'))).toEqual([]);
    for (const path of Object.keys(files)) {
      const own = comments.filter((each) => each.path === path);
      const applied = own.flatMap(({ start_line, line, body }) =>
        appliedOf(path, start_line ?? line, line, body),
      );
      // What is reported on the third line is no part of the change.
      const expected = expectedOf(path).filter((each) => !isOld(path, each));
      expect(expected.length).toBeGreaterThan(2);
      expect([...applied].sort()).toEqual([...expected].sort());
      for (const { body } of own) expect(body).toContain('/blob/main/rules/');
    }
  });

  test('comments on the file where a suggestion reaches beyond the diff, and prints no error', async () => {
    // The change added the lines from the fourth on, and the diff has the three before.
    const text = files['src/mails.ts']?.(after) ?? '';
    const at = (part: string): number => text.indexOf(part);
    const suggestion = (part: string): object => ({
      suggestions: [{ desc: 'Change it.', fix: { range: [at(part), at(part) + 1], text: '🐶' } }],
    });
    const lines = linesOf(text).length;
    const result = resultOf(
      join(folder, 'src/mails.ts'),
      `${text}// no line of the diff\n`,
      { line: lines, column: 1, ...suggestion('};\n') },
      {
        line: lines,
        column: 1,
        suggestions: [{ desc: 'Write below.', fix: { range: [text.length + 3, text.length + 5], text: '' } }],
      },
    );
    const { comments, onFiles } = await reviewOnGitHub(JSON.stringify(rdjson([result], dataOf(folder))));
    expect(comments.map(({ line, body }) => [line, suggestedIn(body)])).toEqual([[lines, [['🐶;']]]]);
    expect(onFiles.map(({ path, subject_type }) => [path, subject_type])).toEqual([['src/mails.ts', 'file']]);
    expect(onFiles[0]?.body).toContain('Suggestion: Write below.');
    expect(onFiles[0]?.body).not.toContain('suggestion error');
  });

  test('posts discussions to GitLab whose suggestions are ESLint’s', async () => {
    const base = await git('rev-parse', 'HEAD~1');
    const request = '/api/v4/projects/owner/name/merge_requests/1';
    const { server, address, received } = await host({
      [`GET ${request}`]: { iid: 1, target_project_id: 7, target_branch: 'main' },
      'GET /api/v4/projects/7/repository/branches/main': { name: 'main', commit: { id: base } },
      [`GET ${request}/discussions`]: [],
      [`POST ${request}/discussions`]: { id: 'd' },
    });
    // As GitLab's own runner has it: paths that are no ASCII as they are.
    await git('config', 'core.quotePath', 'false');
    const { code, stderr } = await reviewdog(['-f=rdjson', '-reporter=gitlab-mr-discussion'], {
      GITLAB_API: `${address}/api/v4`,
      REVIEWDOG_GITLAB_API_TOKEN: 'none',
      CI_PROJECT_NAMESPACE: 'owner',
      CI_PROJECT_NAME: 'name',
      CI_COMMIT_SHA: await git('rev-parse', 'HEAD'),
      CI_MERGE_REQUEST_IID: '1',
    });
    server.close();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    interface Discussion {
      readonly body: string;
      readonly position: { readonly new_path: string; readonly new_line: number };
    }
    const discussions = received
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => body as unknown as Discussion);
    for (const path of Object.keys(files)) {
      const applied = discussions
        .filter(({ position }) => position.new_path === path)
        .flatMap(({ body, position }) => {
          const more = Number(/suggestion:-0\+(\d+)/.exec(body)?.[1] ?? 0);
          return appliedOf(path, position.new_line, position.new_line + more, body);
        });
      const expected = expectedOf(path).filter((each) => !isOld(path, each));
      expect([...applied].sort()).toEqual([...expected].sort());
    }
  });
});

/** Does what is suggested change a line that was there before? */
function isOld(path: string, suggested: string): boolean {
  const [, ...lines] = suggested.split('\n');
  const own = linesOf(readFileSync(join(folder, path), 'utf8'));
  return lines.slice(0, 3).join('\n') !== own.slice(0, 3).join('\n');
}
