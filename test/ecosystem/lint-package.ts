/** A process that lints one package: it is asked one `Job`, answers with `Linted`, and ends. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Linter, type Rule } from 'eslint';
import * as parser from '@typescript-eslint/parser';
import ts from 'typescript';
import type tasksPlugin from '../../src/index.js';
import type * as vocabularyModule from '../../src/libraries/vocabulary.js';
import type { Backoff, Dispatch, Setting } from '../../src/tasks/model.js';
import type * as projectModule from '../../src/tasks/project.js';
import type * as codeModule from '../../src/typescript/code.js';
import type { Crash, DispatchSeen, Found, Job, Linted, PresetName, Progress, SettingSeen } from './linted.js';

/** Tests are left out: what they dispatch is nobody's production. */
const excluded = ['**/node_modules', '**/dist', '**/build', '**/.next', '**/coverage', '**/generated'];
const isTest = /\.(?:spec|test|test-d|e2e|e2e-spec)\.[cm]?tsx?$|(?:^|\/)(?:__tests__|__mocks__|tests?|e2e)\//;
const isDeclaration = /\.d\.[cm]?ts$/;

process.once('message', (job: Job) => {
  void lint(job).then((linted) => {
    process.send?.(linted, undefined, undefined, () => {
      process.exit(0);
    });
  });
});

async function lint(job: Job): Promise<Linted> {
  const { checkout, dist } = job;
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(dist, 'src', path)).href);
  const { default: plugin } = (await load('index.js')) as { default: typeof tasksPlugin };
  const { Vocabulary } = (await load('libraries/vocabulary.js')) as typeof vocabularyModule;
  const { Project } = (await load('tasks/project.js')) as typeof projectModule;
  const { Code } = (await load('typescript/code.js')) as typeof codeModule;

  const root = join(checkout, job.folder);
  const config = join(root, job.tsconfig);
  const { types, options } = typesOf(root, config);
  const vocabulary = new Vocabulary(undefined, checkout);

  const relativeTo = (path: string): string => relative(checkout, path).replace(/\\/g, '/');
  const programs = new Set<ts.Program>();
  const dispatches: DispatchSeen[] = [];
  const unresolved = new Map<string, number>();
  const crashes: Crash[] = [];
  let current = '';

  // The model is read with the very program that the rules see, so it is asked from within a rule.
  const look: Rule.RuleModule = {
    create: ({ sourceCode }) => ({
      Program: () => {
        const services = sourceCode.parserServices as {
          readonly program: ts.Program;
          readonly esTreeNodeToTSNodeMap: { get(node: unknown): ts.SourceFile };
        };
        const { program } = services;
        const file = services.esTreeNodeToTSNodeMap.get(sourceCode.ast);
        programs.add(program);
        for (const name of unresolvedIn(file, program.getTypeChecker()))
          unresolved.set(name, (unresolved.get(name) ?? 0) + 1);
        try {
          const project = Project.of(Code.of(program), vocabulary);
          if (!project.concerns(file)) return;
          dispatches.push(...project.dispatchesIn(file).map((each) => seen(each, relativeTo)));
        } catch (error) {
          crashes.push({ file: current, rule: 'the model', error: textOf(error) });
        }
      },
    }),
  };
  const linter = new Linter({ cwd: checkout });
  const configs = (withLook: boolean): Linter.Config[] => [
    {
      files: ['**/*.{ts,tsx,mts,cts}'],
      languageOptions: { parser, parserOptions: { ...options, tsconfigRootDir: root } },
      // The plugin under two names, so that one pass answers for both presets.
      plugins: { strict: plugin, recommended: plugin, ecosystem: { rules: { look } } },
      rules: {
        ...renamed(plugin, 'strict'),
        ...renamed(plugin, 'recommended'),
        ...(withLook ? { 'ecosystem/look': 'error' } : {}),
      },
      linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' },
    },
  ];

  const found: Found[] = [];
  const unread: { file: string; why: string }[] = [];
  const files = ts.sys
    .readDirectory(root, ['.ts', '.tsx', '.mts', '.cts'], excluded, [...job.files])
    .filter((path) => !isDeclaration.test(path) && !isTest.test(relativeTo(path)))
    .sort();
  for (const [index, path] of files.entries()) {
    current = relativeTo(path);
    process.send?.({ done: index, all: files.length, next: current } satisfies Progress);
    const text = readFileSync(path, 'utf8');
    let messages: Linter.LintMessage[];
    try {
      process.env['ESLINT_PLUGIN_TASKS_DEBUG'] = '1';
      messages = linter.verify(text, configs(true), { filename: path });
    } catch (error) {
      crashes.push({ file: current, rule: ruleOf(error), error: textOf(error) });
      // What the others find is still wanted, and a user would have it.
      delete process.env['ESLINT_PLUGIN_TASKS_DEBUG'];
      messages = linter.verify(text, configs(false), { filename: path });
    }
    const fatal = messages.find((message) => message.fatal);
    if (fatal)
      unread.push({ file: current, why: fatal.message.split(checkout).join('').split('\n')[0] ?? '' });
    found.push(...foundIn(current, messages));
  }
  return {
    types,
    files: files.map(relativeTo),
    programs: programs.size,
    found,
    dispatches,
    crashes,
    unread,
    unresolved: [...unresolved].sort(([, a], [, b]) => b - a),
  };
}

/** The project service is what the README recommends; it knows only files that are called tsconfig.json. */
function typesOf(
  root: string,
  config: string,
): { readonly types: string; readonly options: Readonly<Record<string, unknown>> } {
  const service = { projectService: true };
  if (!existsSync(config))
    return { types: `project service (there is no ${relative(root, config)})`, options: service };
  return basename(config) === 'tsconfig.json' && join(root, 'tsconfig.json') === config
    ? { types: 'project service', options: service }
    : { types: `project ${relative(root, config)}`, options: { project: [config] } };
}

function renamed(plugin: typeof tasksPlugin, preset: PresetName): Partial<Linter.RulesRecord> {
  return Object.fromEntries(
    Object.entries(plugin.configs[preset].rules ?? {}).map(([rule, entry]) => [
      rule.replace('tasks/', `${preset}/`),
      entry,
    ]),
  );
}

/** One entry for each place and text, with the presets that say it. */
function foundIn(file: string, messages: readonly Linter.LintMessage[]): readonly Found[] {
  const byPlace = new Map<string, Found>();
  for (const { ruleId, line, column, message } of messages) {
    const [preset, rule] = (ruleId ?? '').split('/') as [PresetName, string | undefined];
    if (rule === undefined) continue;
    const key = JSON.stringify([line, column, rule, message]);
    const presets = [...(byPlace.get(key)?.presets ?? []), preset].sort();
    byPlace.set(key, { file, line, rule, message, presets });
  }
  return [...byPlace.values()];
}

/** Modules that this file imports and that lead nowhere; assets that a bundler reads are no modules. */
function unresolvedIn(file: ts.SourceFile, checker: ts.TypeChecker): readonly string[] {
  return file.statements.flatMap((statement) => {
    const name =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
        ? statement.moduleSpecifier
        : undefined;
    if (!name || !ts.isStringLiteral(name) || /\.(?:css|scss|svg|png|json|sql|md)$/.test(name.text))
      return [];
    // `import 'x'` has no symbol in any case.
    if (ts.isImportDeclaration(statement) && !statement.importClause) return [];
    return checker.getSymbolAtLocation(name) ? [] : [name.text];
  });
}

function seen(dispatch: Dispatch, relativeTo: (path: string) => string): DispatchSeen {
  const { node, name, queue, policy } = dispatch;
  const place = (at: ts.Node): string =>
    `${relativeTo(at.getSourceFile().fileName)}:${String(lineOf(at, at.getStart()))}`;
  const setting = <T>(value: Setting<T>, words: (value: T) => string): SettingSeen => {
    switch (value.state) {
      case 'stated':
        return {
          state: 'stated',
          values: value.values.map(words),
          why: undefined,
          at: place(value.at),
          text: short(value.at),
        };
      case 'configured':
        return {
          state: 'configured',
          values: value.fallback === undefined ? [] : [words(value.fallback)],
          why: undefined,
          at: place(value.at),
          text: short(value.at),
        };
      case 'defaulted':
        return {
          state: 'defaulted',
          values: [words(value.value)],
          why: undefined,
          at: undefined,
          text: undefined,
        };
      case 'unknown':
        return {
          state: value.open ? 'open' : 'unknown',
          values: [],
          why: value.why,
          at: place(value.at),
          text: short(value.at),
        };
    }
  };
  const through: string[] = [];
  for (let inner = dispatch.through; inner; inner = inner.through) through.push(place(inner.node));
  return {
    file: relativeTo(node.getSourceFile().fileName),
    line: lineOf(node, node.getStart()),
    nameLine: lineOf(name, name.getStart()),
    endLine: lineOf(node, node.getEnd()),
    text: short(node.expression),
    through,
    library: dispatch.library.name,
    queue: queue.state === 'stated' ? queue.values.join(' or ') : undefined,
    attempts: setting(policy.attempts, String),
    backoff: setting(policy.backoff, ({ kind, delay }: Backoff) =>
      delay === undefined ? kind : `${kind} ${String(delay)} ms`,
    ),
  };
}

function lineOf(node: ts.Node, position: number): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(position).line + 1;
}

function short(node: ts.Node): string {
  const text = node.getText().replace(/\s+/g, ' ');
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

function ruleOf(error: unknown): string {
  const rule = typeof error === 'object' && error !== null && 'ruleId' in error ? error.ruleId : undefined;
  return typeof rule === 'string' ? rule : 'no rule';
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
