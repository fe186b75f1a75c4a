import ts from 'typescript';
import { Code } from './code.js';

const scriptFile = /\.[cm]?[jt]sx?$/;

/**
 * A file read on its own, for lint runs without type information: a program of one file in which imports
 * lead nowhere, so that the same reader finds what imports and local constants tell.
 *
 * @returns undefined for what is no script, such as a `.vue` file.
 */
export function codeOfOneFile(
  fileName: string,
  text: string,
): { code: Code; file: ts.SourceFile } | undefined {
  const name = scriptFile.test(fileName) ? fileName : undefined;
  if (name === undefined) return undefined;
  // Plain JavaScript may hold JSX, whatever its name.
  const kind = /\.[cm]?js$/.test(name) ? ts.ScriptKind.JSX : undefined;
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind);
  const host: ts.CompilerHost = {
    getSourceFile: (path) => (path === name ? file : undefined),
    getDefaultLibFileName: () => 'lib.d.ts',
    writeFile: () => undefined,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (path) => path === name,
    readFile: () => undefined,
  };
  const program = ts.createProgram({
    rootNames: [name],
    options: { allowJs: true, noResolve: true, noLib: true, types: [], target: ts.ScriptTarget.Latest },
    host,
  });
  const read = program.getSourceFile(name);
  return read && { code: Code.of(program, false), file: read };
}
