import ts from 'typescript';
import type { Vocabulary } from '../libraries/vocabulary.js';
import { declaredTypeOf } from '../typescript/syntax.js';

/** The places in a file that might be a site of some library, by their names alone. */
export interface Candidates {
  readonly calls: readonly ts.CallExpression[];
  readonly accesses: readonly ts.PropertyAccessExpression[];
  readonly news: readonly (ts.NewExpression | ts.CallExpression)[];
  readonly decorators: readonly ts.Decorator[];
  readonly classes: readonly ts.ClassLikeDeclaration[];
  readonly functions: readonly ts.FunctionLikeDeclaration[];
  /** With a declared type. */
  readonly objects: readonly ts.ObjectLiteralExpression[];
}

const nothing: Candidates = {
  calls: [],
  accesses: [],
  news: [],
  decorators: [],
  classes: [],
  functions: [],
  objects: [],
};

/** Syntax never changes for a `SourceFile` object, so neither do its candidates. */
const known = new WeakMap<Vocabulary, WeakMap<ts.SourceFile, Candidates>>();

/**
 * Names that the text of a file must contain for anything in it to matter: most files of a program are
 * left after this one search.
 */
export class Gate {
  readonly #pattern: RegExp | undefined;
  readonly #options: RegExp | undefined;
  readonly #judged: RegExp | undefined;

  constructor(vocabulary: Vocabulary, derived: Iterable<string> = []) {
    const names = [
      ...vocabulary.calls.keys(),
      ...vocabulary.constructs.keys(),
      ...vocabulary.decorators.keys(),
      ...vocabulary.bases.keys(),
      ...vocabulary.types.keys(),
      ...vocabulary.parameterTypes.keys(),
      ...vocabulary.directives.keys(),
      ...derived,
    ];
    const methods = [...vocabulary.methods.keys(), ...vocabulary.properties.keys()];
    const parts = [
      ...(methods.length > 0 ? [`\\.\\s*(?:${methods.map(escape).join('|')})\\b`] : []),
      // The default export of a package may go by any name, so its specifier counts as a name.
      ...[...vocabulary.packages].map((name) => `['"]${escape(name)}(?:/[^'"]*)?['"]`),
      ...(names.length > 0 ? [`\\b(?:${names.map(escape).join('|')})\\b`] : []),
    ];
    const lastKeys = (paths: readonly (string | undefined)[]): string[] =>
      paths.flatMap((option) => option?.split('.').at(-1) ?? []);
    const options = new Set(
      vocabulary.libraries.flatMap(({ attempts, backoff }) =>
        lastKeys([attempts?.option, backoff?.option, backoff?.delay]),
      ),
    );
    const judged = new Set(
      vocabulary.libraries
        .flatMap((library) => [library, ...(library.settings ?? [])])
        .flatMap(({ traps = [], relations = [], amounts = [] }) =>
          lastKeys([...traps, ...relations, ...amounts].map(({ option }) => option)),
        )
        // Words that any file may hold say nothing.
        .filter((key) => /[a-z_][A-Z_]/.test(key) || options.has(key)),
    );
    this.#judged = judged.size > 0 ? new RegExp(`\\b(?:${[...judged].map(escape).join('|')})\\b`) : undefined;
    this.#options =
      options.size > 0 ? new RegExp(`\\b(?:${[...options].map(escape).join('|')})\\b`) : undefined;
    this.#pattern = parts.length > 0 ? new RegExp(parts.join('|')) : undefined;
  }

  /** Does the text mention an option that states a policy? It may be what another file's queue is given. */
  mentionsOption(text: string): boolean {
    return this.#options?.test(text) === true;
  }

  /** Does the text mention an option that may be a trap, or a time? */
  mentionsJudged(text: string): boolean {
    return this.#judged?.test(text) === true;
  }

  passes(text: string): boolean {
    return this.#pattern?.test(text) === true;
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/**
 * @param derived names of project classes that extend a library's class, and of decorators that apply a
 *   library's, wherever they are declared.
 */
export function candidatesIn(
  file: ts.SourceFile,
  vocabulary: Vocabulary,
  gate: Gate,
  derived: ReadonlySet<string>,
): Candidates {
  let ofVocabulary = known.get(vocabulary);
  if (!ofVocabulary) known.set(vocabulary, (ofVocabulary = new WeakMap()));
  let candidates = ofVocabulary.get(file);
  if (!candidates) {
    candidates = gate.passes(file.text) ? collect(file, vocabulary, derived) : nothing;
    ofVocabulary.set(file, candidates);
  }
  return candidates;
}

function collect(file: ts.SourceFile, vocabulary: Vocabulary, derived: ReadonlySet<string>): Candidates {
  const calls: ts.CallExpression[] = [];
  const accesses: ts.PropertyAccessExpression[] = [];
  const news: (ts.NewExpression | ts.CallExpression)[] = [];
  const decorators: ts.Decorator[] = [];
  const classes: ts.ClassLikeDeclaration[] = [];
  const functions: ts.FunctionLikeDeclaration[] = [];
  const objects: ts.ObjectLiteralExpression[] = [];
  const imported = importedNames(file);
  const hasFunctionSites =
    vocabulary.directives.size > 0 || vocabulary.types.size > 0 || vocabulary.parameterTypes.size > 0;

  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const callee = node.expression;
      if (callee.kind === ts.SyntaxKind.SuperKeyword) news.push(node);
      else if (ts.isPropertyAccessExpression(callee)) {
        const name = callee.name.text;
        if (vocabulary.methods.has(name) || vocabulary.calls.has(name)) calls.push(node);
      } else if (ts.isIdentifier(callee)) {
        if (
          vocabulary.calls.has(callee.text) ||
          vocabulary.methods.has(callee.text) ||
          (vocabulary.calls.size > 0 && imported.has(callee.text))
        )
          calls.push(node);
      }
    } else if (ts.isPropertyAccessExpression(node)) {
      if (vocabulary.properties.has(node.name.text)) accesses.push(node);
    } else if (ts.isNewExpression(node)) {
      const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
      if (
        ts.isIdentifier(name) &&
        (vocabulary.constructs.has(name.text) || derived.has(name.text) || imported.has(name.text))
      ) {
        news.push(node);
      }
    } else if (ts.isDecorator(node)) {
      const called = ts.isCallExpression(node.expression) ? node.expression.expression : node.expression;
      const name = ts.isPropertyAccessExpression(called) ? called.name : called;
      if (
        ts.isIdentifier(name) &&
        (vocabulary.decorators.has(name.text) || derived.has(name.text) || imported.has(name.text))
      ) {
        decorators.push(node);
      }
    } else if (ts.isClassLike(node)) {
      if (node.heritageClauses && vocabulary.bases.size > 0) classes.push(node);
    } else if (vocabulary.types.size > 0 && ts.isObjectLiteralExpression(node)) {
      if (declaredTypeOf(node)) objects.push(node);
    } else if (hasFunctionSites && ts.isFunctionLike(node) && 'body' in node && node.body) {
      functions.push(node);
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return { calls, accesses, news, decorators, classes, functions, objects };
}

/** Local names that may stand for another: of renamed, default or `require`d imports, and of subclasses. */
function importedNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (ts.isClassDeclaration(statement)) {
      if (statement.heritageClauses && statement.name) names.add(statement.name.text);
    } else if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause;
      if (clause?.name) names.add(clause.name.text);
      const bindings = clause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings)) {
        for (const element of bindings.elements) if (element.propertyName) names.add(element.name.text);
      } else if (bindings) names.add(bindings.name.text);
    } else if (ts.isImportEqualsDeclaration(statement)) names.add(statement.name.text);
    else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) names.add(name.text);
        else
          for (const element of name.elements) {
            if (ts.isBindingElement(element) && ts.isIdentifier(element.name)) names.add(element.name.text);
          }
      }
    }
  }
  return names;
}
