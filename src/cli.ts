#!/usr/bin/env node
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import type { ESLint, Linter } from 'eslint';
import type { Paint } from './explain.js';
import type { Reading } from './explain-rule.js';

const usage = `Usage: eslint-plugin-tasks explain <file>[:line] [options]

Prints what holds for each dispatch, handler and queue of a file, and where that comes from. The file is read
as ESLint reads it in this folder: with its configuration, parser and settings.

Options:
  -c, --config <file>  the ESLint configuration to use, instead of the one that ESLint finds
      --json           print JSON
  -h, --help           print this text
  -v, --version        print the version of eslint-plugin-tasks
`;

/** What the user can mend: it is printed without a stack. */
class Failure extends Error {}

/** A mistake in the arguments, which the usage explains. */
class UsageFailure extends Failure {}

interface Target {
  readonly file: string;
  readonly line: number | undefined;
}

const ruleName = 'tasks-explain/explain';
const folder = process.cwd();
const isDebugging = Boolean(process.env['ESLINT_PLUGIN_TASKS_DEBUG']);
/** Resolves what the user's project has installed, not what this package has. */
const requireFromHere = createRequire(join(folder, 'package.json'));

try {
  await main();
} catch (error) {
  process.exitCode = 2;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`eslint-plugin-tasks: ${text}\n${error instanceof UsageFailure ? `\n${usage}` : ''}`);
  if (isDebugging && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  if (values.version) {
    const own = createRequire(import.meta.url)('eslint-plugin-tasks/package.json') as { version: string };
    process.stdout.write(`${own.version}\n`);
    return;
  }
  const [command, argument, ...more] = positionals;
  if (command === undefined) throw new UsageFailure('Say what to do.');
  if (command !== 'explain') throw new UsageFailure(`There is no command \`${command}\`.`);
  if (argument === undefined) throw new UsageFailure('Say which file to explain.');
  if (more.length > 0) throw new UsageFailure('One file is explained at a time.');
  await explainFile(targetOf(argument), values);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
  } catch (error) {
    throw new UsageFailure(error instanceof Error ? error.message : String(error));
  }
}

/** `src/mails.ts`, `src/mails.ts:12`, or `src/mails.ts:12:5` as other tools print it. */
function targetOf(argument: string): Target {
  const parts = existsSync(argument)
    ? undefined
    : /^(?<file>.+?):(?<line>\d+)(?::\d+)?$/.exec(argument)?.groups;
  const file = resolve(folder, parts?.['file'] ?? argument);
  if (!existsSync(file)) throw new Failure(`There is no file ${parts?.['file'] ?? argument}.`);
  if (!statSync(file).isFile()) throw new Failure(`${argument} is no file.`);
  return { file, line: parts && Number(parts['line']) };
}

async function explainFile(
  { file, line }: Target,
  { config, json }: { readonly config?: string | undefined; readonly json: boolean },
): Promise<void> {
  const { explanation, problems } = await read(file, config);
  // Imported late: without the peer `typescript` at least the usage can be printed.
  const { atLine, format, linesOf } = await import('./explain.js');
  const lines = linesOf(explanation).join(', ');
  const known =
    lines === '' ? 'There is nothing about tasks in this file.' : `There is something on: ${lines}.`;
  if (line !== undefined && (line < 1 || line > explanation.lines)) {
    throw new Failure(
      `${explanation.file} has ${String(explanation.lines)} lines, and no line ${String(line)}. ${known}`,
    );
  }
  const shown = line === undefined ? explanation : atLine(explanation, line);
  if (json) process.stdout.write(`${JSON.stringify({ ...shown, problems }, undefined, 2)}\n`);
  else if (line !== undefined && linesOf(shown).length === 0)
    process.stdout.write(`Nothing about tasks on line ${String(line)} of ${shown.file}. ${known}\n`);
  else process.stdout.write(format(shown, paint()));
  // The definitions that have mistakes are left out, so this is not all that could be said.
  for (const problem of problems) process.stderr.write(`eslint-plugin-tasks: ${problem}.\n`);
  if (problems.length > 0) process.exitCode = 2;
}

function paint(): Paint | undefined {
  if (!process.stdout.isTTY || process.env['NO_COLOR']) return undefined;
  const styles = {
    heading: 'bold',
    place: 'cyan',
    stated: 'green',
    configured: 'green',
    defaulted: 'dim',
    unknown: 'yellow',
    note: 'dim',
  } as const;
  return (part, text) => styleText(styles[part], text);
}

// ---------------------------------------------------------------------------------- the user's ESLint

/** Lints one file with the user's ESLint and configuration, and with one rule only: ours. */
async function read(file: string, config: string | undefined): Promise<Reading> {
  const eslint = load('eslint') as { readonly ESLint: typeof ESLint } | undefined;
  if (!eslint) throw new Failure(`ESLint is not installed in ${folder}: npm i -D eslint`);
  const { version } = eslint.ESLint;
  if (Number.parseInt(version, 10) < 9)
    throw new Failure(`ESLint ${version} is too old: 9.15 or later is needed.`);
  if (config !== undefined && !existsSync(config)) throw new Failure(`There is no configuration ${config}.`);
  // What rules keep silent about, so that they do no harm, is what is asked for here.
  process.env['ESLINT_PLUGIN_TASKS_DEBUG'] ??= '1';

  const readings: Reading[] = [];
  const { explainRule } = await import('./explain-rule.js');
  const own: Linter.Config = {
    plugins: { 'tasks-explain': { rules: { explain: explainRule((reading) => readings.push(reading)) } } },
    rules: { [ruleName]: 'error' },
  };
  const lint = async (options: ESLint.Options): Promise<readonly ESLint.LintResult[]> =>
    new eslint.ESLint({
      cwd: folder,
      allowInlineConfig: false,
      ruleFilter: ({ ruleId }) => ruleId === ruleName,
      ...options,
    }).lintFiles([file]);

  let results: readonly ESLint.LintResult[];
  try {
    results = await lint({
      overrideConfig: own,
      ...(config === undefined ? {} : { overrideConfigFile: config }),
    });
  } catch (error) {
    if (!isConfigMissing(error)) throw error;
    results = await lint({ overrideConfigFile: true, overrideConfig: [...withoutConfig(), own] });
  }
  const messages = results.flatMap((result) => result.messages);
  const broken = messages.filter(({ fatal }) => fatal);
  if (broken.length > 0)
    throw new Failure(broken.map((message) => `${file}${whereIn(message)} ${message.message}`).join('\n'));
  const [reading] = readings;
  if (!reading) {
    // ESLint says in a message why it does not lint a file, and names options of its own command.
    const why = messages.find(({ ruleId }) => ruleId === null)?.message.replace(/ Use .*$/, '');
    throw new Failure(`${file}: ${why ?? 'ESLint reads it in parts (a processor), or as no JavaScript.'}`);
  }
  return reading;
}

/** A parser that cannot read a file at all gives no place in it. */
function whereIn({ line, column }: Partial<Linter.LintMessage>): string {
  return line === undefined ? ':' : `:${String(line)}:${String(column ?? 1)}`;
}

function isConfigMissing(error: unknown): boolean {
  return (
    error instanceof Error && 'messageTemplate' in error && error.messageTemplate === 'config-file-missing'
  );
}

/** What to read a file with where nobody configured ESLint. */
function withoutConfig(): readonly Linter.Config[] {
  const parser =
    (load('typescript-eslint') as { readonly parser: Linter.Parser } | undefined)?.parser ??
    (load('@typescript-eslint/parser') as Linter.Parser | undefined);
  if (!parser) {
    throw new Failure(
      `There is no ESLint configuration for this file, and no parser for TypeScript: npm i -D typescript-eslint, and see https://github.com/eslint-plugin-tasks/eslint-plugin-tasks#configuration`,
    );
  }
  process.stderr.write(
    'eslint-plugin-tasks: There is no ESLint configuration for this file. It is read with typescript-eslint’s project service, and without settings.\n',
  );
  return [
    {
      files: ['**/*.{ts,tsx,mts,cts}'],
      languageOptions: { parser, parserOptions: { projectService: true, tsconfigRootDir: folder } },
    },
  ];
}

/** A module of the user's project; undefined where it is not installed. */
function load(name: string): unknown {
  try {
    requireFromHere.resolve(name);
  } catch {
    return undefined;
  }
  return requireFromHere(name);
}
