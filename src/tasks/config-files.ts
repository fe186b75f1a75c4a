import ts from 'typescript';
import type { Library } from '../libraries/vocabulary.js';
import type { Code } from '../typescript/code.js';
import { evaluate } from '../typescript/evaluate.js';
import { property } from '../typescript/properties.js';
import { noBindings, unknownElsewhere, type Value } from '../typescript/value.js';

/** The configuration files of the libraries: settings that reach every task of a project. */
export class Configs {
  readonly #values = new Map<Library, Value>();

  constructor(private readonly code: Code) {}

  of(library: Library): Value {
    const known = this.#values.get(library);
    if (known) return known;
    const value = this.#readConfig(library);
    this.#values.set(library, value);
    return value;
  }

  #readConfig(library: Library): Value {
    for (const { file, options } of library.configs ?? []) {
      const found = this.code.ownFiles.find((each) => each.fileName.endsWith(`/${file}`));
      const exported = found && exportedValue(this.code, found);
      if (!found) continue;
      let value = exported ?? unknownElsewhere(found, 'a configuration without a default export');
      // `export default defineConfig({ … })`
      if (value.kind === 'made' && value.node.arguments?.[0])
        value = evaluate(this.code, value.node.arguments[0], value.bindings);
      for (const key of options.split('.')) value = property(this.code, value, key);
      return value;
    }
    const [file] = this.code.program.getSourceFiles();
    return { kind: 'absent', node: file as ts.Node };
  }
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
