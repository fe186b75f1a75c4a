import { readdirSync } from 'node:fs';
import { ESLint, type Linter } from 'eslint';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { repository } from '../examples.js';
import { type Finding, lintFolder, programOfFolder } from '../harness.js';

/*
 * What an editor underlines, for each report of every rule on the example application and on the fixtures of
 * the libraries: the text that names the problem, never a page.
 */

/** Rules that may underline more than one line, how many, and why that is right. */
const tall: Readonly<Partial<Record<string, { lines: number; why: string }>>> = {
  'payload-matches-handler': { lines: 10, why: 'what a payload lacks stands nowhere in it' },
};

/** Rules that may underline a whole function, and why that is right. */
const whole: Readonly<Partial<Record<string, string>>> = {
  'no-unserializable-payload': 'the function itself is what the serializer drops',
};

const fixtures = `${repository.replace(/\\/g, '/')}/fixtures`;
const folders = [
  'shop',
  ...readdirSync(`${fixtures}/libraries`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `libraries/${name}`),
];

let judged = 0;

test.each(folders)('the reports on %s underline no more than the problem', async (name) => {
  const folder = `${fixtures}/${name}`;
  const program = programOfFolder(folder);
  const found = lintFolder(folder, program, { preset: 'all', settings: await settingsOf(folder) });
  judged += found.length;
  const outgrown = found.filter(
    ({ rule, text }) =>
      text.trim() !== text || text === '' || text.split('\n').length > (tall[rule]?.lines ?? 1),
  );
  expect(show(outgrown)).toEqual([]);
  expect(show(found.filter(({ rule }) => whole[rule] === undefined).filter(holdsBody))).toEqual([]);

  /** Does the underlined text have all of a function or a class in it? */
  function holdsBody({ file: name, line, column, text }: Finding): boolean {
    const file = program.getSourceFile(`${folder}/${name}`);
    if (!file) throw new Error(`${name} is not in its program`);
    const start = file.getPositionOfLineAndCharacter(line - 1, column - 1);
    const end = start + text.length;
    const isWithin = (node: ts.Node) => node.getStart(file) >= start && node.end <= end;
    const visit = (node: ts.Node): boolean =>
      ((ts.isFunctionLike(node) || ts.isClassLike(node)) && isWithin(node)) ||
      (node.end > start && node.pos < end && ts.forEachChild(node, visit) === true);
    return visit(file);
  }
});

test('and there were many of them', () => {
  expect(judged).toBeGreaterThan(300);
});

/** What the folder's own configuration says under `settings.tasks`. */
async function settingsOf(folder: string): Promise<object> {
  if (!folder.endsWith('/shop')) return {};
  const eslint = new ESLint({ cwd: folder });
  const { settings } = (await eslint.calculateConfigForFile('src/main.ts')) as Linter.Config;
  return settings?.['tasks'] as object;
}

function show(found: readonly Finding[]): readonly string[] {
  return found.map(({ file, line, rule, text }) => `${file}:${line} ${rule}: ${text}`);
}
