import ts from 'typescript';
import { memberOf } from './classes.js';
import { Code } from './code.js';

/**
 * Packages of the same workspace may be imported as built: what TypeScript then sees are declarations, and
 * what they do stands in sources that are no part of the program. Where the declarations come with their
 * maps, the sources are read beside the program: without types of their own, for they are linted where they
 * are at home.
 */

interface Neighbour {
  readonly folder: string;
  readonly code: Code;
}

const neighbours = new WeakMap<Code, Map<string, Neighbour | undefined>>();

/** The declaration in the source of which a declaration file tells; undefined where no map leads to one. */
export function sourceOf(code: Code, declaration: ts.Declaration): ts.Declaration | undefined {
  const file = declaration.getSourceFile();
  const path = file.isDeclarationFile && !isInstalled(file) ? mappedSource(code, file.fileName) : undefined;
  if (path === undefined) return undefined;
  const own = code.program.getSourceFile(path);
  if (own) return declarationIn(own, declaration);
  const neighbour = neighbourOf(code, file);
  const source = neighbour?.code.program.getSourceFile(path);
  return source && declarationIn(source, declaration);
}

/**
 * The sources of the workspace's packages that a program imports as built.
 *
 * @param wanted is a package worth reading, by what it depends on?
 */
export function neighboursOf(
  code: Code,
  wanted: (dependencies: ReadonlySet<string>) => boolean,
): readonly Code[] {
  const found = new Set<Code>();
  for (const file of code.program.getSourceFiles()) {
    if (!file.isDeclarationFile || isInstalled(file)) continue;
    const info = code.packageOf(file.fileName);
    if (!info || !wanted(info.dependencies)) continue;
    const neighbour = neighbourOf(code, file);
    if (neighbour) found.add(neighbour.code);
  }
  return [...found];
}

function isInstalled(file: ts.SourceFile): boolean {
  return file.fileName.includes('/node_modules/');
}

function neighbourOf(code: Code, file: ts.SourceFile): Neighbour | undefined {
  const folder = code.packageOf(file.fileName)?.folder;
  if (folder === undefined) return undefined;
  let known = neighbours.get(code);
  if (!known) neighbours.set(code, (known = new Map<string, Neighbour | undefined>()));
  if (known.has(folder)) return known.get(folder);
  const neighbour = readNeighbour(code, folder);
  known.set(folder, neighbour);
  if (neighbour) code.addNeighbour(neighbour.code);
  return neighbour;
}

/** Reads the sources of the declarations of one package, and what they import of each other. */
function readNeighbour(code: Code, folder: string): Neighbour | undefined {
  const roots = code.program
    .getSourceFiles()
    .filter((file) => file.isDeclarationFile && !isInstalled(file))
    .filter((file) => code.packageOf(file.fileName)?.folder === folder)
    .flatMap((file) => mappedSource(code, file.fileName) ?? []);
  if (roots.length === 0) return undefined;
  const options: ts.CompilerOptions = {
    allowJs: true,
    noLib: true,
    types: [],
    target: ts.ScriptTarget.Latest,
    experimentalDecorators: true,
  };
  const program = ts.createProgram({
    rootNames: roots,
    options,
    host: {
      getSourceFile: parsed,
      getDefaultLibFileName: () => 'lib.d.ts',
      writeFile: () => undefined,
      getCurrentDirectory: () => folder,
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      fileExists: (path) => ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
      // What a package imports of itself is read too; other packages are known by their names.
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => ({
          resolvedModule: text.startsWith('.') ? relativeModule(text, from) : undefined,
        })),
    },
  });
  return { folder, code: Code.of(program, false, code) };
}

const extensions = ['.ts', '.tsx', '.mts', '.cts', '/index.ts', '/index.tsx', '.js'];

function relativeModule(specifier: string, from: string): ts.ResolvedModuleFull | undefined {
  const base = resolvePath(from.slice(0, from.lastIndexOf('/')), specifier);
  const bare = base.replace(/\.[cm]?jsx?$/, '');
  for (const stem of new Set([bare, base])) {
    for (const extension of extensions) {
      const path = stem + extension;
      if (ts.sys.fileExists(path))
        return {
          resolvedFileName: path,
          extension: extension.replace('/index', ''),
          isExternalLibraryImport: false,
        };
    }
  }
  return undefined;
}

const files = new Map<string, { readonly changed: number; readonly file: ts.SourceFile }>();
/** Sources are kept from one program to the next, as long as they do not change on disk. */
const maximumFiles = 3000;

function parsed(path: string): ts.SourceFile | undefined {
  const changed = ts.sys.getModifiedTime?.(path)?.getTime() ?? 0;
  const known = files.get(path);
  if (known?.changed === changed) return known.file;
  const text = ts.sys.readFile(path);
  if (text === undefined) return undefined;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  if (files.size >= maximumFiles) files.clear();
  files.set(path, { changed, file });
  return file;
}

const maps = new WeakMap<Code, Map<string, string | undefined>>();

/** The source that a declaration file's map names; undefined without a map, or with a source that is not there. */
function mappedSource(code: Code, path: string): string | undefined {
  let known = maps.get(code);
  if (!known) maps.set(code, (known = new Map<string, string | undefined>()));
  if (!known.has(path)) known.set(path, readMap(path));
  return known.get(path);
}

function readMap(path: string): string | undefined {
  try {
    const text = ts.sys.readFile(`${path}.map`);
    if (text === undefined) return undefined;
    const { sources, sourceRoot } = JSON.parse(text) as { sources?: unknown; sourceRoot?: unknown };
    const [source] = Array.isArray(sources) ? (sources as unknown[]) : [];
    // A bundle of several sources says of none where its declarations are.
    if (typeof source !== 'string' || (Array.isArray(sources) && sources.length !== 1)) return undefined;
    const folder = path.slice(0, path.lastIndexOf('/'));
    const root =
      typeof sourceRoot === 'string' && sourceRoot !== '' ? `${sourceRoot.replace(/\/$/, '')}/` : '';
    const found = resolvePath(folder, root + source);
    return ts.sys.fileExists(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function resolvePath(folder: string, path: string): string {
  if (path.startsWith('/')) return path;
  const parts = folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** The declaration of the same name, and of the same member, in another file. */
function declarationIn(file: ts.SourceFile, declaration: ts.Declaration): ts.Declaration | undefined {
  const owner = declaration.parent;
  const name = nameOf(declaration);
  if (ts.isClassLike(owner)) {
    const source = topLevel(file, nameOf(owner));
    if (!source || !ts.isClassLike(source) || name === undefined) return undefined;
    return memberOf(source, name) ?? memberOf(source, name, true);
  }
  return topLevel(file, name);
}

function nameOf(declaration: ts.Declaration): string | undefined {
  const name = ts.getNameOfDeclaration(declaration);
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name.text : undefined;
}

function topLevel(file: ts.SourceFile, name: string | undefined): ts.Declaration | undefined {
  let signature: ts.Declaration | undefined;
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const found = statement.declarationList.declarations.find(
        (each) => ts.isIdentifier(each.name) && each.name.text === name,
      );
      if (found) return found;
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement)
    ) {
      const isDefault =
        statement.modifiers?.some((each) => each.kind === ts.SyntaxKind.DefaultKeyword) === true;
      if (statement.name ? statement.name.text !== name : !(isDefault && name === undefined)) continue;
      if (!ts.isFunctionDeclaration(statement) || statement.body) return statement;
      signature ??= statement;
    } else if (ts.isExportAssignment(statement) && name === '_default') return statement;
  }
  return signature;
}
