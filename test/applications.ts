import { readdirSync } from 'node:fs';
import type ts from 'typescript';
import plugin from '../src/index.js';
import { rules } from '../src/rules.js';
import { repository } from './examples.js';
import {
  type Files,
  type Finding,
  lint,
  type Linted,
  lintFolder,
  programOf,
  programOfFolder,
  programWith,
  root,
  verify,
  verifyFolder,
} from './harness.js';

/*
 * What all suggestions of all rules are tried on: the fixtures of the libraries, and the examples of the
 * documentation.
 */

/** All rules, with what `strict` and `checklist` ask beyond their defaults. */
const everything = Object.fromEntries(
  Object.keys(rules).map((name): [string, object] => [
    name,
    { ...optionsIn(plugin.configs.strict, name), ...optionsIn(plugin.configs.checklist, name) },
  ]),
);

function optionsIn({ rules: entries }: (typeof plugin.configs)['strict'], name: string): object {
  const entry: unknown = entries?.[`tasks/${name}`];
  return Array.isArray(entry) ? ((entry as unknown[])[1] as object) : {};
}

/** A small application, and what it is after one of its files has another text. */
export interface Application {
  readonly name: string;
  readonly program: ts.Program;
  readonly pathOf: (file: string) => string;
  readonly changed: (file: string, text: string) => ts.Program;
  readonly lint: (program: ts.Program, only?: string) => readonly Finding[];
  /** What ESLint says of the files as they are. */
  readonly verify: () => readonly Linted[];
}

export function fixture(name: string): Application {
  const folder = `${repository.replace(/\\/g, '/')}/fixtures/libraries/${name}`;
  const program = programOfFolder(folder);
  return {
    name,
    program,
    pathOf: (file) => `${folder}/${file}`,
    changed: (file, text) => programWith(program, `${folder}/${file}`, text),
    lint: (now, only) => lintFolder(folder, now, { rules: everything }, only),
    verify: () => verifyFolder(folder, program, { rules: everything }),
  };
}

export function example(name: string, files: Files): Application {
  const program = programOf(files);
  return {
    name,
    program,
    pathOf: (file) => `${root}/${file}`,
    changed: (file, text) => programOf({ ...files, [file]: text }, {}, program),
    lint: (now, only) =>
      lint(
        Object.fromEntries(
          Object.keys(files)
            .filter((file) => only === undefined || file === only)
            .map((file) => [file, now.getSourceFile(`${root}/${file}`)?.text ?? '']),
        ),
        { rules: everything },
        now,
      ),
    verify: () => verify(files, { rules: everything }, program),
  };
}

export const fixtures = readdirSync(`${repository}/fixtures/libraries`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export const pages = [
  'README.md',
  ...['rules', 'docs'].flatMap((folder) =>
    readdirSync(`${repository}/${folder}`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];
