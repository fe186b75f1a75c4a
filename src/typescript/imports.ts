import ts from 'typescript';
import { PerCode, type Code } from './code.js';

const importers = new PerCode<Code, ReadonlyMap<ts.SourceFile, readonly ts.SourceFile[]>>();

/** May one run load both files: does one of the project's own files lead to them, by its imports and theirs? */
export function areLoadedTogether(
  code: Code,
  left: ts.SourceFile,
  right: ts.SourceFile,
  counts: (file: ts.SourceFile) => boolean,
): boolean {
  if (left === right) return true;
  const leading = leadingTo(code, left);
  return [...leadingTo(code, right)].some((file) => leading.has(file) && counts(file));
}

/** A file, and all from which its imports lead there. */
function leadingTo(code: Code, file: ts.SourceFile): ReadonlySet<ts.SourceFile> {
  const known = importers.once(code, code, () => readImporters(code));
  const found = new Set([file]);
  // A set goes on with what is added to it while it is walked.
  for (const at of found) for (const importer of known.get(at) ?? []) found.add(importer);
  return found;
}

function readImporters(code: Code): ReadonlyMap<ts.SourceFile, readonly ts.SourceFile[]> {
  const all = new Map<ts.SourceFile, ts.SourceFile[]>();
  for (const file of code.ownFiles) {
    for (const specifier of specifiersIn(file)) {
      const target = code.checker.getSymbolAtLocation(specifier)?.valueDeclaration;
      if (!target || !ts.isSourceFile(target) || target.isDeclarationFile) continue;
      const list = all.get(target);
      if (list) list.push(file);
      else all.set(target, [file]);
    }
  }
  return all;
}

/** The names of modules that a file imports, exports from, or loads at its top level or in its functions. */
function* specifiersIn(file: ts.SourceFile): Generator<ts.Expression> {
  for (const statement of file.statements) {
    if ((ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && statement.moduleSpecifier)
      yield statement.moduleSpecifier;
  }
  if (/\b(?:import|require)\s*\(/.test(file.text)) yield* callsOfModules(file);
}

function* callsOfModules(node: ts.Node): Generator<ts.Expression> {
  if (ts.isCallExpression(node)) {
    const [specifier] = node.arguments;
    const loads =
      node.expression.kind === ts.SyntaxKind.ImportKeyword ||
      (ts.isIdentifier(node.expression) && node.expression.text === 'require');
    if (loads && specifier && ts.isStringLiteralLike(specifier)) yield specifier;
  }
  const found: ts.Node[] = [];
  ts.forEachChild(node, (child) => void found.push(child));
  for (const child of found) yield* callsOfModules(child);
}
