import { dirname } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import ts from 'typescript';
import type { ConfigSite } from '../libraries/define.js';
import type { Library } from '../libraries/vocabulary.js';
import { codeOfOneFile } from '../typescript/alone.js';
import type { Code } from '../typescript/code.js';
import { evaluate } from '../typescript/evaluate.js';
import { property } from '../typescript/properties.js';
import { Lazy, merged, noBindings, unknownElsewhere, type Value } from '../typescript/value.js';

/** A configuration file that was found, with what it exports. */
interface Config {
  readonly code: Code;
  readonly file: ts.SourceFile;
  readonly exported: Value | undefined;
}

/**
 * The configuration files of the libraries: settings that reach every task of a project. They are looked for
 * from a task's own folder upwards, in the program first and then on disk, since many a `tsconfig.json` leaves
 * them out.
 */
export class Configs {
  readonly #values = new Map<Library, Map<string, Value>>();
  readonly #files = new Map<string, Config | undefined>();

  constructor(private readonly code: Code) {}

  /** What the configuration that holds for a text says; `absent` where there is none. */
  of(library: Library, node: ts.Node): Value {
    const folder = dirname(node.getSourceFile().fileName);
    let ofLibrary = this.#values.get(library);
    if (!ofLibrary) this.#values.set(library, (ofLibrary = new Map<string, Value>()));
    let value = ofLibrary.get(folder);
    if (!value) ofLibrary.set(folder, (value = this.#read(library, folder, node)));
    return value;
  }

  #read(library: Library, folder: string, node: ts.Node): Value {
    const values = (library.configs ?? []).flatMap((site) => this.#readSite(site, folder) ?? []);
    return values.length === 0 ? { kind: 'absent', node } : merged(values, node);
  }

  #readSite({ file, options, as }: ConfigSite, folder: string): Value | undefined {
    const found = this.#find(file, folder);
    if (!found) return undefined;
    const { code, exported } = found;
    let value = exported ?? unknownElsewhere(found.file, 'a configuration without a default export');
    // `export default defineConfig({ … })`
    if (value.kind === 'made' && value.node.arguments?.[0])
      value = evaluate(code, value.node.arguments[0], value.bindings);
    for (const key of options.split('.')) value = soleElement(property(code, value, key));
    if (as === undefined || value.kind === 'absent') return value;
    return { kind: 'object', parts: [{ key: as, value: Lazy.known(value) }], node: value.node };
  }

  /** The nearest file of this name, from a folder upwards. */
  #find(name: string, folder: string): Config | undefined {
    const path = `${folder}/${name}`;
    if (this.#files.has(path)) return this.#files.get(path);
    const parent = dirname(folder);
    const isTop = parent === folder || ts.sys.directoryExists(`${folder}/.git`);
    const found = this.#open(path) ?? (isTop ? undefined : this.#find(name, parent));
    this.#files.set(path, found);
    return found;
  }

  #open(path: string): Config | undefined {
    const known = this.code.program.getSourceFile(path);
    if (known) return { code: this.code, file: known, exported: exportedValue(this.code, known) };
    if (!this.code.typed) return undefined;
    const text = textOf(path);
    if (text === undefined) return undefined;
    const data = path.endsWith('.toml') ? jsonOfToml(text) : /\.jsonc?$/.test(path) ? text : undefined;
    if (data !== undefined) {
      const file = ts.parseJsonText(path, data);
      const [statement] = file.statements;
      setParents(file);
      return {
        code: this.code,
        file,
        exported: statement && evaluate(this.code, statement.expression),
      };
    }
    const alone = codeOfOneFile(path, text);
    if (alone) this.code.addNeighbour(alone.code);
    return alone && { ...alone, exported: exportedValue(alone.code, alone.file) };
  }
}

function textOf(path: string): string | undefined {
  try {
    return ts.sys.fileExists(path) ? ts.sys.readFile(path) : undefined;
  } catch {
    return undefined;
  }
}

/** TOML as JSON, so that one reader serves both; undefined where it is broken. */
function jsonOfToml(text: string): string | undefined {
  try {
    return JSON.stringify(parseToml(text));
  } catch {
    return undefined;
  }
}

/** `ts.parseJsonText` leaves the parents out. */
function setParents(node: ts.Node): void {
  ts.forEachChild(node, (child) => {
    (child as { parent: ts.Node }).parent = node;
    setParents(child);
  });
}

/** A list of one stands for its element: one consumer of one queue. Of several nobody knows which holds. */
function soleElement(value: Value): Value {
  if (value.kind !== 'array') return value;
  const [only] = value.elements;
  if (only && value.complete && value.elements.length === 1) return only.value;
  return value.elements.length === 0
    ? { kind: 'absent', node: value.node }
    : unknownElsewhere(value.node, 'one of several');
}

/** What a file exports by default, also as `module.exports = …` or `export = …`. */
export function exportedValue(code: Code, file: ts.SourceFile): Value | undefined {
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement)) return evaluate(code, statement.expression);
    if (
      (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) &&
      ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)
    ) {
      return ts.isFunctionDeclaration(statement)
        ? { kind: 'function', node: statement, bindings: noBindings }
        : { kind: 'class', node: statement };
    }
    if (
      ts.isExpressionStatement(statement) &&
      ts.isBinaryExpression(statement.expression) &&
      statement.expression.left.getText() === 'module.exports'
    ) {
      return evaluate(code, statement.expression.right);
    }
  }
  return undefined;
}
