import { readdirSync } from 'node:fs';
import type ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { Vocabulary } from '../../src/libraries/vocabulary.js';
import type { Dispatch, Handler, Setting } from '../../src/tasks/model.js';
import { Project } from '../../src/tasks/project.js';
import { Code } from '../../src/typescript/code.js';
import { isInside } from '../../src/typescript/syntax.js';
import { lintFolder, programOfFolder } from '../harness.js';

/**
 * Each library's fixture says in comments what the model must find in it, and what `recommended` must report:
 *
 *     // ▸ dispatch: attempts 4 stated; backoff exponential 1000 stated; queue mails
 *     await queue.add('welcome', { user }); // ✗ no-model-payload
 *
 * Only what a mark names is compared; but each dispatch, handler and wait must have one.
 */
const folder = `${import.meta.dirname.replace(/\\/g, '/').replace(/\/test\/libraries$/, '')}/fixtures/libraries`;
const fixtures = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const kinds = ['dispatch', 'handler', 'wait'] as const;
type Kind = (typeof kinds)[number];

/** Something that was found, by the words that marks use. */
type Words = ReadonlyMap<string, string>;

interface Found {
  readonly kind: Kind;
  readonly node: ts.Node;
  readonly words: Words;
}

function settingText<T>(setting: Setting<T>, show: (value: T) => string): string {
  switch (setting.state) {
    case 'unknown':
    case 'configured':
      return 'unknown';
    case 'defaulted':
      return `${show(setting.value)} defaulted`;
    case 'stated':
      return `${[...new Set(setting.values.map(show))].join('|')} stated`;
  }
}

function textOf(setting: Setting<string>): string {
  return setting.state === 'stated' ? setting.values.join('|') : setting.state;
}

function wordsOf(project: Project, subject: Dispatch | Handler): Words {
  const { policy, queue, task } = subject;
  const words = new Map([
    ['attempts', settingText(policy.attempts, (runs) => (runs === Infinity ? 'unlimited' : String(runs)))],
    [
      'backoff',
      settingText(policy.backoff, ({ kind, delay }) =>
        kind === 'none' || delay === undefined ? kind : `${kind} ${String(delay)}`,
      ),
    ],
    ['limit', settingText(policy.timeLimit, String)],
    ['queue', textOf(queue)],
    ['task', textOf(task)],
  ]);
  if (subject.kind === 'handler') words.set('ack', settingText(project.acknowledgementOf(subject), String));
  return words;
}

function foundIn(project: Project, file: ts.SourceFile): readonly Found[] {
  const found: readonly Found[] = [
    ...project.dispatchesIn(file).map((each) => ({
      kind: 'dispatch' as const,
      node: each.item && isInside(each.item.node, each.node) ? each.item.node : each.name,
      words: wordsOf(project, each),
    })),
    ...project.handlersIn(file).map((each) => ({
      kind: 'handler' as const,
      node: each.name,
      words: wordsOf(project, each),
    })),
    ...project.waitsIn(file).map(({ name, durable, polling }) => ({
      kind: 'wait' as const,
      node: name,
      words: new Map([[durable ? 'durable' : polling ? 'polling' : 'blocking', '']]),
    })),
  ];
  return [...found].sort((a, b) => a.node.getStart() - b.node.getStart());
}

interface Mark {
  readonly kind: Kind;
  readonly line: number;
  readonly words: Words;
}

function marksIn({ text }: ts.SourceFile): readonly Mark[] {
  return text.split('\n').flatMap((line, index): readonly Mark[] => {
    const mark = /\/\/ ▸ (?<kind>\w+):(?<words>.*)$/.exec(line)?.groups;
    if (!mark) return [];
    const words = (mark['words'] ?? '').split(';').map((word): [string, string] => {
      const [key = '', ...rest] = word.trim().split(' ');
      return [key, rest.join(' ')];
    });
    return [{ kind: mark['kind'] as Kind, line: index + 1, words: new Map(words) }];
  });
}

/** `line: key value; key value`, of the keys that a mark names. */
function lineText(line: number, words: Words, keys: Iterable<string>): string {
  return `${String(line)}: ${[...keys].map((key) => `${key} ${words.get(key) ?? '?'}`.trim()).join('; ')}`;
}

describe.each(fixtures)('%s', (name) => {
  const root = `${folder}/${name}`;
  let program: ts.Program;
  let files: readonly ts.SourceFile[] = [];

  beforeAll(() => {
    program = programOfFolder(root);
    files = program
      .getSourceFiles()
      .filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && fileName.startsWith(`${root}/src/`));
  });

  test('is TypeScript', () => {
    const errors = files.flatMap((file) => program.getSemanticDiagnostics(file));
    expect(
      errors.map(({ file, messageText }) => `${file?.fileName ?? ''} ${JSON.stringify(messageText)}`),
    ).toEqual([]);
  });

  test.each(kinds)('each %s is found as it is marked, and nothing else', (kind) => {
    const project = Project.of(Code.of(program), new Vocabulary(undefined, root));
    const actual: Record<string, readonly string[]> = {};
    const expected: Record<string, readonly string[]> = {};
    for (const file of files) {
      const found = foundIn(project, file).filter((each) => each.kind === kind);
      const marks = marksIn(file).filter((each) => each.kind === kind);
      const short = file.fileName.slice(root.length + 1);
      if (found.length + marks.length === 0) continue;
      expected[short] = marks.map(({ line, words }) => lineText(line, words, words.keys()));
      actual[short] = found.map(({ node, words }, index) => {
        const mark = marks[index];
        const own = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        // A mark stands above what it speaks of, and below what stands before.
        const next = marks[index + 1]?.line ?? Infinity;
        const matches = mark && own > mark.line && (own < next || next === mark.line + 1);
        return lineText(matches ? mark.line : own, words, mark?.words.keys() ?? words.keys());
      });
    }
    expect(actual).toEqual(expected);
  });

  test('recommended reports what is marked, and nothing else', () => {
    const expected = files.flatMap((file) =>
      file.text.split('\n').flatMap((line, index) =>
        (/\/\/ ✗ (?<rules>[\w, -]+)$/.exec(line)?.groups?.['rules'] ?? '')
          .split(',')
          .filter((rule) => rule.trim() !== '')
          .map((rule) => `${file.fileName.slice(root.length + 1)}:${String(index + 1)} ${rule.trim()}`),
      ),
    );
    const reports = lintFolder(root, program).map(
      ({ file, line, rule }) => `${file}:${String(line)} ${rule}`,
    );
    expect([...reports].sort()).toEqual([...expected].sort());
  });
});
