import { relative } from 'node:path';
import type { Rule, SourceCode } from 'eslint';
import type ts from 'typescript';
import { Vocabulary } from './libraries/vocabulary.js';
import { Project } from './tasks/project.js';
import { codeOfOneFile } from './typescript/alone.js';
import { Code } from './typescript/code.js';

/** The presets that a rule can be in; `strict` contains `recommended`, `checklist` is the checklist's items. */
export type Preset = 'recommended' | 'strict' | 'checklist';

/** A piece of source text to report, or to change. */
export type Place = ts.Node | { readonly start: number; readonly end: number };

export interface Suggestion {
  readonly messageId: string;
  readonly data?: Readonly<Record<string, string>>;
  /** One contiguous edit. */
  readonly replace: Place;
  readonly text: string;
}

export interface Report {
  readonly at: Place;
  readonly messageId: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly suggest?: readonly (Suggestion | undefined)[];
}

/** What a rule is given to judge one file by. */
export interface Checked<Options> {
  readonly project: Project;
  readonly file: ts.SourceFile;
  readonly options: Options;
  readonly report: (report: Report) => void;
  /** Is this text in the file that is being linted? */
  readonly isHere: (node: ts.Node) => boolean;
  /** Where a text stands, for messages: `src/queues.ts:12`, or `line 12` of this file. */
  readonly where: (node: ts.Node) => string;
}

export interface RuleDefinition<Options extends object> {
  readonly name: string;
  /** Completes "Rule that …"; for the tables of the documentation. */
  readonly description: string;
  /** The presets it is in, each with the options that differ from the defaults there. */
  readonly presets: Readonly<Partial<Record<Preset, Partial<Options>>>>;
  /** The numbers of the checklist's items that it stands for. */
  readonly checklist: readonly number[];
  /** `problem` where the code does something wrong, `suggestion` where it leaves something out. */
  readonly type?: 'problem' | 'suggestion';
  readonly messages: Readonly<Record<string, string>>;
  readonly hasSuggestions?: boolean;
  readonly defaults: Options;
  /** A description of each option: a boolean, a number or a list of texts, as its default is. */
  readonly options: Readonly<Record<keyof Options & string, string>>;
  readonly check: (checked: Checked<Options>) => void;
}

/** `Options` is what may be set; all of it has a default. */
export interface TaskRule<Options extends object = object> extends Rule.RuleModule {
  readonly meta: Rule.RuleMetaData & {
    readonly docs: {
      readonly description: string;
      readonly url: string;
      readonly recommended: boolean;
      readonly requiresTypeChecking: boolean;
      readonly presets: Readonly<Partial<Record<Preset, object>>>;
      readonly checklist: readonly number[];
    };
    /** None where a rule has no options. */
    readonly defaultOptions: [] | [Options];
  };
}

const documentation = 'https://github.com/eslint-plugin-tasks/eslint-plugin-tasks/blob/main/rules/';

/** Makes an ESLint rule of a definition: conventions, documentation address, and the file's tasks. */
export function createRule<Options extends object>(definition: RuleDefinition<Options>): TaskRule<Options> {
  const { name, description, presets, checklist, messages, hasSuggestions = false, defaults } = definition;
  const properties = Object.fromEntries(
    Object.entries<string>(definition.options).map(([key, text]) => [
      key,
      { ...schemaOf((defaults as Readonly<Record<string, unknown>>)[key]), description: text },
    ]),
  );
  return {
    meta: {
      type: definition.type ?? 'problem',
      docs: {
        description,
        url: `${documentation}${name}.md`,
        recommended: presets.recommended !== undefined,
        requiresTypeChecking: true,
        presets,
        checklist,
      },
      hasSuggestions,
      messages: {
        ...messages,
        settings: 'eslint-plugin-tasks: {{problem}}.',
        missingTypes:
          'This file is about tasks, and is linted without type information: the rules are silent about most of it. Give its parser a project (`languageOptions.parserOptions.projectService`).',
      },
      schema:
        Object.keys(properties).length === 0
          ? []
          : [
              {
                type: 'object',
                description: 'What to report beyond, or short of, the default.',
                properties,
                additionalProperties: false,
              },
            ],
      defaultOptions: Object.keys(properties).length === 0 ? [] : [defaults],
      languages: ['js/js'],
    },
    create(context) {
      return {
        Program() {
          const { sourceCode } = context;
          const vocabulary = vocabularyOf(context.settings, context.cwd);
          reportSettings(context, vocabulary);
          const found = tasksOf(sourceCode, context.filename, vocabulary);
          if (!found) return;
          const { project, file } = found;
          if (vocabulary.reportsMissingTypes) reportMissingTypes(context, found);
          const given = (context.options as readonly unknown[])[0];
          const said = new Set<string>();
          const checked: Checked<Options> = {
            project,
            file,
            options: { ...defaults, ...(typeof given === 'object' ? given : {}) },
            report: (report) => {
              const descriptor = descriptorOf(sourceCode, file, report);
              // One text may stand for several tasks: the callback of a list, a wrapper's own options.
              const key = JSON.stringify([rangeOf(report.at, file), report.messageId, report.data]);
              if (said.has(key)) return;
              said.add(key);
              context.report(descriptor);
            },
            isHere: (at) => at.getSourceFile() === file,
            where: (at) => whereIs(at, file, context.cwd),
          };
          try {
            definition.check(checked);
          } catch (error) {
            // Under some hosts one rule that throws silences all others of the file.
            if (process.env['ESLINT_PLUGIN_TASKS_DEBUG']) throw error;
          }
        },
      };
    },
  };
}

/** What an option may be, by its default. */
function schemaOf(value: unknown) {
  if (Array.isArray(value))
    return { type: 'array' as const, items: { type: 'string' as const }, uniqueItems: true };
  return typeof value === 'number' ? { type: 'integer' as const, minimum: 0 } : { type: 'boolean' as const };
}

interface Found {
  readonly project: Project;
  readonly file: ts.SourceFile;
}

/** Read once for a file, whichever rule asks first. */
const filesRead = new WeakMap<SourceCode, WeakMap<Vocabulary, Found | undefined>>();

/** Undefined where a rule has nothing to judge: nothing about tasks, or a text that is not the program's. */
export function tasksOf(sourceCode: SourceCode, fileName: string, vocabulary: Vocabulary): Found | undefined {
  let read = filesRead.get(sourceCode);
  if (!read) filesRead.set(sourceCode, (read = new WeakMap()));
  if (read.has(vocabulary)) return read.get(vocabulary);
  let found: Found | undefined;
  try {
    found = readTasks(sourceCode, fileName, vocabulary);
  } catch (error) {
    if (process.env['ESLINT_PLUGIN_TASKS_DEBUG']) throw error;
  }
  read.set(vocabulary, found);
  return found;
}

function readTasks(sourceCode: SourceCode, fileName: string, vocabulary: Vocabulary): Found | undefined {
  const services = sourceCode.parserServices as {
    readonly program?: ts.Program | null;
    readonly esTreeNodeToTSNodeMap?: { get(node: unknown): ts.Node | undefined };
  };
  const { program } = services;
  if (program) {
    const file = services.esTreeNodeToTSNodeMap?.get(sourceCode.ast)?.getSourceFile();
    // A processor or another language's parser may lint a text that is not the program's.
    if (file?.text !== sourceCode.text) return undefined;
    const project = Project.of(Code.of(program), vocabulary);
    return project.concerns(file) ? { project, file } : undefined;
  }
  // Without types a library is known by its name alone.
  if (!vocabulary.isMentionedIn(sourceCode.text)) return undefined;
  const alone = codeOfOneFile(fileName.replace(/\\/g, '/'), sourceCode.text);
  return alone && { project: Project.of(alone.code, vocabulary), file: alone.file };
}

/** By the settings, and the folder that their `files` are relative to. */
const vocabularies = new WeakMap<object, Map<string, Vocabulary>>();
/** Stands for "no settings" as a key. */
const noSettings = {};

/** The libraries that the settings of a configuration add to the built-in ones. */
export function vocabularyOf(settings: Readonly<Record<string, unknown>>, folder: string): Vocabulary {
  const own = settings['tasks'];
  // What is no object is a mistake, to be reported where it was made and nowhere else.
  if (own !== undefined && (typeof own !== 'object' || own === null)) return new Vocabulary(own, folder);
  const key = own ?? noSettings;
  let ofSettings = vocabularies.get(key);
  if (!ofSettings) vocabularies.set(key, (ofSettings = new Map<string, Vocabulary>()));
  let vocabulary = ofSettings.get(folder);
  if (!vocabulary) ofSettings.set(folder, (vocabulary = new Vocabulary(own, folder)));
  return vocabulary;
}

/** Where what holds for a whole file is reported. */
const firstLine = { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } };
const settingsReported = new WeakSet<SourceCode>();

/** A mistake in the settings is reported once a file, by whichever rule comes first. */
function reportSettings(context: Rule.RuleContext, { problems }: Vocabulary): void {
  if (problems.length === 0 || settingsReported.has(context.sourceCode)) return;
  settingsReported.add(context.sourceCode);
  for (const problem of problems) {
    context.report({
      loc: firstLine,
      messageId: 'settings',
      data: { problem },
    });
  }
}

const missingTypesReported = new WeakSet<SourceCode>();

/** That most rules are silent for want of types is said once a file, where the settings ask for it. */
function reportMissingTypes(context: Rule.RuleContext, { project, file }: Found): void {
  const { sourceCode } = context;
  if (project.code.typed || missingTypesReported.has(sourceCode) || !project.concerns(file)) return;
  missingTypesReported.add(sourceCode);
  context.report({ loc: firstLine, messageId: 'missingTypes' });
}

function rangeOf(place: Place, file: ts.SourceFile): [number, number] {
  return 'kind' in place ? [place.getStart(file), place.getEnd()] : [place.start, place.end];
}

function descriptorOf(sourceCode: SourceCode, file: ts.SourceFile, report: Report): Rule.ReportDescriptor {
  const [start, end] = rangeOf(report.at, file);
  const suggest = (report.suggest ?? [])
    .filter((each) => each !== undefined)
    .map((each) => ({
      messageId: each.messageId,
      data: { ...each.data },
      fix: (fixer: Rule.RuleFixer) => fixer.replaceTextRange(rangeOf(each.replace, file), each.text),
    }));
  return {
    loc: { start: sourceCode.getLocFromIndex(start), end: sourceCode.getLocFromIndex(end) },
    messageId: report.messageId,
    data: { ...report.data },
    suggest,
  };
}

function whereIs(node: ts.Node, current: ts.SourceFile, folder: string): string {
  const file = node.getSourceFile();
  const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  return file === current
    ? `line ${String(line)}`
    : `${relative(folder, file.fileName).replace(/\\/g, '/')}:${String(line)}`;
}
