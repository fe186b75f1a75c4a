import { Linter } from 'eslint';
import * as parser from '@typescript-eslint/parser';
import ts from 'typescript';
import plugin from '../src/index.js';

/** A small project held in memory: file names and texts. Packages resolve from this repository. */
export type Files = Readonly<Record<string, string>>;

export interface LintOptions {
  /** Rules by bare name, with their options; `{}` for the defaults. Default: all of `recommended`. */
  readonly rules?: Readonly<Record<string, object>>;
  readonly preset?: keyof typeof plugin.configs;
  /** What stands under `settings.tasks`. */
  readonly settings?: object;
  /** Without type information: ESLint's own parser for `.js`, typescript-eslint's without a program for `.ts`. */
  readonly untyped?: boolean;
  readonly compilerOptions?: ts.CompilerOptions;
}

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Bare name of the rule. */
  readonly rule: string;
  readonly messageId: string | undefined;
  readonly message: string;
  /** The text that is underlined. */
  readonly text: string;
  readonly suggestions: readonly { readonly message: string; readonly output: string }[];
}

/** What ESLint says of a file, in its own words. */
export interface Linted {
  readonly file: string;
  readonly text: string;
  readonly messages: readonly Linter.LintMessage[];
}

/** Where the files of a test are said to be: beneath the repository, so that its packages resolve. */
export const root = `${import.meta.dirname}/virtual`;

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  esModuleInterop: true,
  allowJs: true,
};

/** Declaration files are parsed once for all tests. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** A program of the given files and whatever packages they import. */
export function programOf(
  files: Files,
  options: ts.CompilerOptions = {},
  oldProgram?: ts.Program,
): ts.Program {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`${root}/${name}`, text]));
  const all = { ...compilerOptions, ...options };
  const host = ts.createCompilerHost(all, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target) => {
    const text = texts.get(name);
    if (text !== undefined) {
      const old = oldProgram?.getSourceFile(name);
      return old?.text === text ? old : ts.createSourceFile(name, text, target, true);
    }
    if (!parsed.has(name)) parsed.set(name, read(name, target));
    return parsed.get(name);
  };
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => texts.has(name) || exists(name);
  const readFile = host.readFile.bind(host);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  const folderExists = host.directoryExists?.bind(host);
  host.directoryExists = (name) =>
    [...texts.keys()].some((file) => file.startsWith(`${name}/`)) || folderExists?.(name) === true;
  return ts.createProgram({
    rootNames: [...texts.keys()],
    options: all,
    host,
    ...(oldProgram ? { oldProgram } : {}),
  });
}

/** Lints every file of a project and returns all findings, in order of file and place. */
export function lint(
  files: Files,
  options: LintOptions = {},
  program = options.untyped ? undefined : programOf(files, options.compilerOptions),
): readonly Finding[] {
  return verify(files, options, program).flatMap(findingsIn);
}

/** Lints every file of a project. */
export function verify(
  files: Files,
  options: LintOptions = {},
  program = options.untyped ? undefined : programOf(files, options.compilerOptions),
): readonly Linted[] {
  return Object.entries(files)
    .filter(([name]) => /\.[cm]?[jt]sx?$/.test(name))
    .map(([name, text]) => lintFile(name, text, program, options));
}

/** A program of a project on disk, as its tsconfig.json has it. */
export function programOfFolder(folder: string): ts.Program {
  const { config } = ts.readConfigFile(`${folder}/tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = ts.createCompilerHost(options, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target) => {
    if (!parsed.has(name)) parsed.set(name, read(name, target));
    return parsed.get(name);
  };
  return ts.createProgram({ rootNames: fileNames, options, host });
}

/** The same program with another text of one of its files. */
export function programWith(program: ts.Program, fileName: string, text: string): ts.Program {
  const options = program.getCompilerOptions();
  const host = ts.createCompilerHost(options, true);
  host.getSourceFile = (name, target) =>
    // As they were read: a program hands some out as redirects to others of the same package.
    name === fileName ? ts.createSourceFile(name, text, target, true) : parsed.get(name);
  return ts.createProgram({
    rootNames: program.getRootFileNames(),
    options,
    host,
    oldProgram: program,
  });
}

/** Lints the own files of a project on disk. */
export function lintFolder(
  folder: string,
  program: ts.Program,
  options: LintOptions = {},
  only?: string,
): readonly Finding[] {
  return verifyFolder(folder, program, options, only).flatMap(findingsIn);
}

/** Lints the own files of a project on disk. */
export function verifyFolder(
  folder: string,
  program: ts.Program,
  options: LintOptions = {},
  only?: string,
): readonly Linted[] {
  return program
    .getSourceFiles()
    .filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && fileName.startsWith(`${folder}/src/`))
    .filter(({ fileName }) => only === undefined || fileName === `${folder}/${only}`)
    .map(({ fileName, text }) => lintFile(fileName.slice(folder.length + 1), text, program, options, folder));
}

function lintFile(
  name: string,
  text: string,
  program: ts.Program | undefined,
  { rules, preset = 'recommended', settings }: LintOptions,
  folder = root,
): Linted {
  const linter = new Linter({ cwd: folder });
  const isScript = /\.[cm]?jsx?$/.test(name);
  const messages = linter.verify(
    text,
    [
      {
        files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
        languageOptions:
          isScript && !program
            ? { sourceType: name.endsWith('.cjs') ? ('commonjs' as const) : ('module' as const) }
            : { parser, parserOptions: program ? { programs: [program] } : {} },
        plugins: { tasks: plugin },
        rules: rules
          ? Object.fromEntries(
              Object.entries(rules).map(([rule, each]) => [
                `tasks/${rule}`,
                ['error', ...(Object.keys(each).length > 0 ? [each] : [])],
              ]),
            )
          : (plugin.configs[preset].rules ?? {}),
        settings: settings === undefined ? {} : { tasks: settings },
        linterOptions: { reportUnusedDisableDirectives: 'off' },
      },
    ],
    { filename: `${folder}/${name}` },
  );
  const fatal = messages.find((message) => message.fatal === true || message.ruleId === null);
  if (fatal) throw new Error(`${name}:${String(fatal.line)} ${fatal.message}`);
  return { file: name, text, messages };
}

function findingsIn({ file, text, messages }: Linted): readonly Finding[] {
  return messages.map((message) => {
    const start = offsetOf(text, message.line, message.column);
    const end = offsetOf(text, message.endLine ?? message.line, message.endColumn ?? message.column);
    return {
      file,
      line: message.line,
      column: message.column,
      rule: (message.ruleId ?? '').replace('tasks/', ''),
      messageId: message.messageId,
      message: message.message,
      text: text.slice(start, end),
      suggestions: (message.suggestions ?? []).map(({ desc, fix }) => ({
        message: desc,
        output: text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]),
      })),
    };
  });
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}

/** What TypeScript says against the files themselves; tests of types that do not check prove little. */
export function typeErrors(files: Files, options: ts.CompilerOptions = {}): readonly string[] {
  const program = programOf(files, options);
  return program
    .getSourceFiles()
    .filter((file) => file.fileName.startsWith(root))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map((each) => {
      const line = each.file?.getLineAndCharacterOfPosition(each.start ?? 0).line ?? 0;
      return `${(each.file?.fileName ?? '').slice(root.length + 1)}:${String(line + 1)} ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`;
    });
}
