import { Linter } from 'eslint';
import * as parser from '@typescript-eslint/parser';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import type tasksPlugin from '../../src/index.js';

export interface Project {
  readonly folder: string;
  readonly files: readonly string[];
  readonly options: ts.CompilerOptions;
  readonly settings?: object;
}

/** Milliseconds that a rule took for a file. */
export type Times = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface Measured {
  /** File, then rule, then its time. */
  readonly times: Times;
  readonly reports: number;
  /** Bytes in use at the end, with the program and all caches alive. */
  readonly heap: number;
}

export type Subject = 'tasks' | 'no-floating-promises' | 'both';

/** The built plugin, as users have it. */
const plugin = await loadPlugin();

async function loadPlugin(): Promise<typeof tasksPlugin> {
  const name = 'eslint-plugin-tasks';
  return ((await import(name)) as { default: typeof tasksPlugin }).default;
}

const tasksRules = plugin.configs.all.rules ?? {};
const promiseRule: Linter.RulesRecord = { '@typescript-eslint/no-floating-promises': 'error' };
const rulesOf: Readonly<Record<Subject, Partial<Linter.RulesRecord>>> = {
  tasks: tasksRules,
  'no-floating-promises': promiseRule,
  both: { ...tasksRules, ...promiseRule },
};

/** Declaration files are parsed once; they hold nothing that a rule could have remembered. */
const declarations = new Map<string, ts.SourceFile | undefined>();

/**
 * Lints every file of a project with the rules of one subject, in a program of its own, so that each subject
 * pays for every type that it is the first to ask for. Only time spent in rules counts, as ESLint's own
 * statistics have it: parsing, binding and converting are done, or go on, outside of them.
 */
export function measure(project: Project, subject: Subject): Measured {
  const program = freshProgram(project);
  // Binds all files.
  program.getTypeChecker();
  const linter = new Linter({ cwd: project.folder });
  const config: Linter.Config = {
    files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
    languageOptions: { parser, parserOptions: { programs: [program] } },
    plugins: { tasks: plugin, '@typescript-eslint': tseslint.plugin },
    rules: rulesOf[subject],
    settings: project.settings ? { tasks: project.settings } : {},
    linterOptions: { reportUnusedDisableDirectives: 'off', noInlineConfig: true },
  };
  const times = new Map<string, ReadonlyMap<string, number>>();
  let reports = 0;
  for (const file of project.files) {
    const text = program.getSourceFile(file)?.text;
    if (text === undefined) throw new Error(`${file} is not in the program`);
    // Only `verifyAndFix` keeps statistics.
    const options = { filename: file, fix: false, stats: true };
    const { messages } = linter.verifyAndFix(text, [config], options);
    const fatal = messages.find((message) => message.fatal);
    if (fatal) throw new Error(`${file}:${String(fatal.line)} ${fatal.message}`);
    reports += messages.length;
    const rules = Object.entries(linter.getTimes().passes.at(-1)?.rules ?? {});
    times.set(file, new Map(rules.map(([rule, { total }]) => [rule, total])));
  }
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  // The program must live until the heap was measured.
  if (program.getSourceFiles().length === 0) throw new Error('An empty program');
  return { times, reports, heap };
}

/** The median of several runs, for each rule in each file. */
export function medians(runs: readonly Measured[]): Times {
  return new Map(
    [...(runs[0]?.times ?? [])].map(([file, rules]) => [
      file,
      new Map(
        [...rules.keys()].map((rule) => [
          rule,
          median(runs.map(({ times }) => times.get(file)?.get(rule) ?? 0)),
        ]),
      ),
    ]),
  );
}

export function totalOf(times: Times): number {
  return sum([...times.values()].flatMap((rules) => [...rules.values()]));
}

export function sum(values: Iterable<number>): number {
  return [...values].reduce((total, each) => total + each, 0);
}

function freshProgram({ files, options }: Project): ts.Program {
  const host = ts.createCompilerHost(options, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target, ...rest) => {
    if (!/\.d\.[cm]?ts$/.test(name)) return read(name, target, ...rest);
    if (!declarations.has(name)) declarations.set(name, read(name, target, ...rest));
    return declarations.get(name);
  };
  return ts.createProgram({ rootNames: files, options, host });
}

export function projectOf(folder: string, files?: readonly string[], settings?: object): Project {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const config = ts.getParsedCommandLineOfConfigFile(`${folder}/tsconfig.json`, {}, host);
  if (!config) throw new Error(`There is no tsconfig.json in ${folder}`);
  const own = config.fileNames.filter(
    (name) => !/\.d\.[cm]?ts$/.test(name) && !name.includes('/node_modules/'),
  );
  return { folder, files: files ?? own, options: config.options, ...(settings ? { settings } : {}) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)], sorted[middle]];
  return (low + high) / 2;
}
