import { relative } from 'node:path';
import * as parser from '@typescript-eslint/parser';
import type { Rule } from 'eslint';
import * as fc from 'fast-check';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureProjects, libraryProjects, root } from '../scripts/support.js';
import { Vocabulary } from '../src/libraries/vocabulary.js';
import { rules } from '../src/rules.js';
import { Project } from '../src/tasks/project.js';
import { Code } from '../src/typescript/code.js';

/*
 * Whatever stands in an editor while somebody types: no rule may throw, and whatever is reported must stand in
 * the file. The parser would refuse most of it, so the rules are run on TypeScript's own tree, which has
 * something for every text. Errors are not swallowed here.
 */
process.env['ESLINT_PLUGIN_TASKS_DEBUG'] = '1';

interface Fixture {
  readonly folder: string;
  readonly options: ts.CompilerOptions;
  /** The texts of its own files, without generated ones. */
  readonly texts: ReadonlyMap<string, string>;
  readonly settings: object | undefined;
}

/** Options of each rule: none given, and every one switched on. */
const variants = Object.entries(rules).flatMap(([name, rule]) => {
  const [defaults = {}] = rule.meta.defaultOptions as readonly Readonly<Record<string, unknown>>[];
  const pairs = Object.entries(defaults);
  const on = Object.fromEntries(
    pairs.map(([key, value]) => [
      key,
      Array.isArray(value) ? ['name'] : typeof value === 'number' ? 1 : true,
    ]),
  );
  return pairs.length === 0
    ? [{ name, rule, options: [] }]
    : [
        { name, rule, options: [] },
        { name, rule, options: [on] },
      ];
});

let fixtures: readonly Fixture[] = [];
const parsed = new Map<string, ts.SourceFile | undefined>();
const counts = { read: 0, accepted: 0, reports: 0 };

beforeAll(async () => {
  const config = `${root}/fixtures/shop/eslint.config.js`;
  const shop = (await import(config)) as {
    default: readonly { settings?: { tasks?: object } }[];
  };
  const settings = shop.default.find((each) => each.settings?.tasks)?.settings;
  fixtures = fixtureProjects().map((folder) =>
    fixtureOf(folder, folder.endsWith('/shop') ? settings : undefined),
  );
});

afterAll(() => {
  console.log(
    `Read ${String(counts.read)} changed files, of which the parser of typescript-eslint accepts ${String(counts.accepted)}; ${String(counts.reports)} reports in all.`,
  );
});

function fixtureOf(folder: string, settings: object | undefined): Fixture {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const config = ts.getParsedCommandLineOfConfigFile(`${folder}/tsconfig.json`, {}, host);
  if (!config) throw new Error(`no tsconfig.json in ${folder}`);
  const own = config.fileNames.filter((name) => !name.includes('/generated/') && !name.endsWith('.d.ts'));
  return {
    folder,
    options: config.options,
    texts: new Map(own.map((name) => [name, ts.sys.readFile(name) ?? ''])),
    settings,
  };
}

/** A program of a fixture with some texts changed; files that are as they were are parsed once for all. */
function programOf({ options, texts }: Fixture, changed: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(options, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target) => {
    const text = changed.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, target, true);
    if (!parsed.has(name)) parsed.set(name, read(name, target));
    return parsed.get(name);
  };
  return ts.createProgram({ rootNames: [...texts.keys()], options, host });
}

/** Runs every rule on a file, and checks every report and suggestion. Without a program: on the file's text alone. */
function check(fixture: Fixture, fileName: string, text: string, program: ts.Program | undefined): void {
  const file = program?.getSourceFile(fileName);
  if (program && file?.text !== text) throw new Error(`${fileName} is not what it should be`);
  const tree = file ?? ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest);
  const isInside = (at: number): boolean => Number.isInteger(at) && at >= 0 && at <= text.length;
  const sourceCode = {
    text,
    ast: {},
    parserServices: program ? { program, esTreeNodeToTSNodeMap: { get: () => file } } : {},
    getLocFromIndex(index: number) {
      if (!isInside(index)) throw new RangeError(`${String(index)} is outside of the file`);
      const { line, character } = tree.getLineAndCharacterOfPosition(index);
      return { line: line + 1, column: character };
    },
  };
  const fixer = {
    replaceTextRange([start, end]: [number, number], replacement: string) {
      if (!isInside(start) || !isInside(end) || start > end)
        throw new RangeError('an edit outside of the file');
      return { range: [start, end], text: replacement };
    },
  };
  for (const { name, rule, options } of variants) {
    const report = (descriptor: {
      messageId: string;
      data: Record<string, string>;
      suggest: { messageId: string; data: Record<string, string>; fix: (with_: typeof fixer) => unknown }[];
    }): void => {
      counts.reports += 1;
      for (const { messageId, data } of [descriptor, ...descriptor.suggest]) {
        const message = rule.meta.messages?.[messageId];
        if (message === undefined) throw new Error(`${name} has no message ${messageId}`);
        for (const [, key = ''] of message.matchAll(/\{\{(\w+)\}\}/g)) {
          if (typeof data[key] !== 'string') throw new Error(`${name}: ${messageId} is given no ${key}`);
        }
      }
      for (const { fix } of descriptor.suggest) fix(fixer);
    };
    const context = {
      id: `tasks/${name}`,
      options: options.length > 0 ? options : rule.meta.defaultOptions,
      settings: fixture.settings ?? {},
      cwd: fixture.folder,
      filename: fileName,
      sourceCode,
      report,
    };
    try {
      const listeners = rule.create(context as unknown as Rule.RuleContext);
      listeners.Program?.({} as never);
    } catch (error) {
      throw new Error(`${name} in ${relative(root, fileName)}`, { cause: error });
    }
  }
}

/** Asks the model for everything that it knows, whether or not a rule does. */
function readAll({ folder, settings }: Fixture, program: ts.Program, fileName: string): void {
  const file = program.getSourceFile(fileName);
  if (!file) throw new Error(`${fileName} is not in the program`);
  const tasks = (settings as { tasks?: object } | undefined)?.tasks;
  const project = Project.of(Code.of(program), new Vocabulary(tasks, folder));
  const subjects = [
    ...project.dispatchesIn(file),
    ...project.handlersIn(file),
    ...project.queuesIn(file),
    ...project.policiesMentionedIn(file),
  ];
  for (const { policy } of subjects) {
    // Every getter, so that one added later is read too.
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(policy))) {
      const setting: unknown = Reflect.get(policy, name);
      if (setting !== undefined) expect(['object', 'function'], name).toContain(typeof setting);
    }
  }
  project.waitsIn(file);
  project.bodiesIn(file);
}

function isAccepted(fileName: string, text: string): boolean {
  try {
    parser.parseForESLint(text, { filePath: fileName, range: true, loc: true });
    return true;
  } catch {
    return false;
  }
}

/** Checks files of a fixture in their changed form, with types and without. */
function checkChanged(fixture: Fixture, changed: ReadonlyMap<string, string>): void {
  const program = programOf(fixture, changed);
  for (const [fileName, text] of changed) {
    counts.read += 1;
    if (isAccepted(fileName, text)) counts.accepted += 1;
    check(fixture, fileName, text, program);
    check(fixture, fileName, text, undefined);
    readAll(fixture, program, fileName);
  }
}

function changedAll({ texts }: Fixture, change: (text: string, name: string) => string): Map<string, string> {
  return new Map([...texts].map(([name, text]) => [name, change(text, name)]));
}

/** The tokens of a text with where they stand. */
function tokensOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  const tokens: { start: number; end: number }[] = [];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) {
    tokens.push({ start: scanner.getTokenStart(), end: scanner.getTokenEnd() });
  }
  return tokens;
}

function withoutTokens(text: string, isDeleted: (index: number) => boolean): string {
  let result = '';
  let at = 0;
  for (const [index, { start, end }] of tokensOf(text).entries()) {
    if (!isDeleted(index)) continue;
    result += text.slice(at, start);
    at = end;
  }
  return result + text.slice(at);
}

/** The text with `any` for every type that is written at a declaration. */
function untyped(text: string, name: string): string {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  let result = '';
  let at = 0;
  const visit = (node: ts.Node): void => {
    const type = (node as { type?: ts.Node }).type;
    const isDeclaration =
      ts.isParameter(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => {
      if (!isDeclaration || child !== type) {
        visit(child);
        return;
      }
      result += `${text.slice(at, child.getStart(file))}any`;
      at = child.end;
    });
  };
  visit(file);
  return result + text.slice(at);
}

const names = fixtureProjects().map((folder) => relative(`${root}/fixtures`, folder));
const at = (name: string): Fixture => {
  const found = fixtures.find(({ folder }) => relative(`${root}/fixtures`, folder) === name);
  if (!found) throw new Error(`no fixture ${name}`);
  return found;
};

describe.each(names)('%s', { timeout: 300_000 }, (name) => {
  test('as it is, with types and without', () => {
    checkChanged(at(name), at(name).texts);
  });

  test('with every type annotation replaced by any', () => {
    const changed = changedAll(at(name), untyped);
    // Nothing of this is a syntax error, so the tree that the rules see is the parser's, too.
    for (const [fileName, text] of changed) expect(isAccepted(fileName, text), fileName).toBe(true);
    checkChanged(at(name), changed);
  });

  test.each([0, 1, 2])('with every third token missing, from token %i', (offset) => {
    checkChanged(
      at(name),
      changedAll(at(name), (text) => withoutTokens(text, (index) => index % 3 === offset)),
    );
  });

  test('with every tenth token missing', () => {
    checkChanged(
      at(name),
      changedAll(at(name), (text) => withoutTokens(text, (index) => index % 10 === 0)),
    );
  });

  test('broken off in the middle', () => {
    checkChanged(
      at(name),
      changedAll(at(name), (text) => text.slice(0, text.length / 2)),
    );
  });
});

/** The libraries' own fixtures: what is read there and nowhere else is their tables. */
describe.each(libraryProjects().map((folder) => [relative(`${root}/fixtures`, folder), folder]))(
  '%s',
  { timeout: 300_000 },
  (_name, folder) => {
    test('with every third token missing, and with every type annotation replaced by any', () => {
      const fixture = fixtureOf(folder, undefined);
      checkChanged(fixture, changedAll(fixture, untyped));
      checkChanged(
        fixture,
        changedAll(fixture, (text) => withoutTokens(text, (index) => index % 3 === 0)),
      );
    });
  },
);

describe('random changes', () => {
  const representative = [
    'framework/task.ts',
    'imports/import.workers.ts',
    'invoices/invoices.service.ts',
    'mails/mail.queue.ts',
    'orders/orders.service.ts',
    'queue/queue.module.ts',
    'tasks/stock.tasks.ts',
    'users/users.service.ts',
    'webhooks/webhooks.ts',
  ];
  const edit = fc.record({
    kind: fc.constantFrom('delete', 'repeat', 'swap'),
    token: fc.nat(10_000),
    other: fc.nat(10_000),
  });
  const edits = fc.array(edit, { minLength: 1, maxLength: 8 });
  type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

  const edited = (text: string, changes: readonly Edit[]): string =>
    changes.reduce((before, { kind, token, other }) => {
      const tokens = tokensOf(before);
      const [one, two] = [tokens[token % tokens.length], tokens[other % tokens.length]].sort(
        (a, b) => (a?.start ?? 0) - (b?.start ?? 0),
      );
      if (!one || !two) return before;
      const [first, second] = [before.slice(one.start, one.end), before.slice(two.start, two.end)];
      if (kind === 'delete') return before.slice(0, one.start) + before.slice(one.end);
      if (kind === 'repeat') return `${before.slice(0, one.end)} ${first} ${before.slice(one.end)}`;
      if (one === two) return before;
      return `${before.slice(0, one.start)}${second}${before.slice(one.end, two.start)}${first}${before.slice(two.end)}`;
    }, text);

  const textOf = (name: string): [string, string] => {
    const fileName = `${at('shop').folder}/src/${name}`;
    const text = at('shop').texts.get(fileName);
    if (text === undefined) throw new Error(`the shop has no ${name}`);
    return [fileName, text];
  };

  test('of single files, read alone', { timeout: 300_000 }, () => {
    const anyFile = fc.constantFrom(...representative);
    fc.assert(
      fc.property(anyFile, edits, (name, changes) => {
        const [fileName, text] = textOf(name);
        check(at('shop'), fileName, edited(text, changes), undefined);
      }),
      { seed: 20261122, numRuns: 400 },
    );
  });

  test('of all of them at once, with types', { timeout: 300_000 }, () => {
    const changesOfEach = fc.tuple(...representative.map(() => edits));
    fc.assert(
      fc.property(changesOfEach, (changes) => {
        const changed = representative.map((name, index): [string, string] => {
          const [fileName, text] = textOf(name);
          return [fileName, edited(text, changes[index] ?? [])];
        });
        checkChanged(at('shop'), new Map(changed));
      }),
      { seed: 20261122, numRuns: 40 },
    );
  });
});
