import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { orms } from '../../src/libraries/orms.js';
import { Code } from '../../src/typescript/code.js';
import { rowOfExpression, rowOfType, type Row } from '../../src/typescript/rows.js';
import { withPrismaClients } from '../prisma.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The file of each fixture project whose exports carry their expectation in a trailing comment. */
const fixtures = {
  typeorm: 'rows.ts',
  'mikro-orm': 'rows.ts',
  'mikro-orm-7': 'rows.ts',
  sequelize: 'rows.ts',
  objection: 'rows.ts',
  mongoose: 'rows.ts',
  drizzle: 'rows.ts',
  kysely: 'rows.ts',
  'prisma-5': 'src/rows.ts',
  'prisma-6': 'src/rows.ts',
  'prisma-7': 'src/rows.ts',
};

/** `// row: User (Prisma model) id`, `// not a row`; `type: …` after a semicolon where the type alone says otherwise. */
interface Expectation {
  readonly name: string;
  readonly declaration: ts.TypeAliasDeclaration | ts.VariableDeclaration;
  readonly value: string;
  readonly type: string;
}

withPrismaClients();

function programOf(folder: string): ts.Program {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (): void => undefined };
  const config = ts.getParsedCommandLineOfConfigFile(`${folder}/tsconfig.json`, {}, host);
  if (!config) throw new Error(`no tsconfig.json in ${folder}`);
  return ts.createProgram(config.fileNames, config.options);
}

function expectationsOf(file: ts.SourceFile): Expectation[] {
  const found: Expectation[] = [];
  const lines = file.text.split('\n');
  for (const statement of file.statements) {
    const { line } = file.getLineAndCharacterOfPosition(statement.end);
    const comment = / \/\/ ((?:row: |not a row).*)$/.exec(lines[line] ?? '')?.[1];
    if (comment === undefined) continue;
    const [value = '', type = value] = comment.split('; type: ').map((text) => text.replace(/^row: /, ''));
    const declarations = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations
      : ts.isTypeAliasDeclaration(statement)
        ? [statement]
        : [];
    for (const declaration of declarations) {
      found.push({ name: declaration.name.getText(), declaration, value, type });
    }
  }
  return found;
}

function textOf(row: Row | undefined): string {
  return row
    ? `${row.model} (${row.orm} ${row.kind})${row.id === undefined ? '' : ` ${row.id}`}`
    : 'not a row';
}

/** Every expression of a file, and the types of all of them. */
function expressionsOf(file: ts.SourceFile): ts.Expression[] {
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpression(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe.each(Object.entries(fixtures))('%s', (folder, path) => {
  const folderPath = `${root}fixtures/models/${folder}`;
  let code: Code;
  let file: ts.SourceFile;

  beforeAll(() => {
    const program = programOf(folderPath);
    const source = program.getSourceFile(`${folderPath}/${path}`);
    if (!source) throw new Error(`${path} is not in the program of ${folder}`);
    code = Code.of(program);
    file = source;
  });

  it('type-checks with the real packages', () => {
    const messages = code.program
      .getSemanticDiagnostics(file)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(messages).toEqual([]);
  });

  it('answers for whatever expression it is asked', () => {
    for (const expression of expressionsOf(file)) {
      rowOfExpression(code, expression, orms);
      rowOfType(code, code.checker.getTypeAtLocation(expression), orms);
    }
  });

  // The expectations are read without types, so that each is a test of its own.
  const text = ts.sys.readFile(`${folderPath}/${path}`) ?? '';
  const names = expectationsOf(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)).map(
    ({ name, value, type }) => [name, type === value ? value : `${value}, by type ${type}`],
  );

  it.each(names)('%s: %s', (name) => {
    const expectation = expectationsOf(file).find((each) => each.name === name);
    if (!expectation) throw new Error(`no ${name}`);
    const { declaration } = expectation;
    const type = code.checker.getTypeAtLocation(declaration);
    expect(textOf(rowOfType(code, type, orms)), 'by type').toBe(expectation.type);
    if (!ts.isVariableDeclaration(declaration)) return;
    const made = declaration.initializer;
    if (!made) throw new Error(`${name} has no initializer`);
    expect(textOf(rowOfExpression(code, made, orms)), 'by value').toBe(expectation.value);
  });
});

describe('without the ORM installed', () => {
  const text = `
    import { Entity, BaseEntity as Active } from 'typeorm';
    import { Entity as Own } from './own.js';
    @Entity() class User { id: number; }
    class Post extends Active { slug: string; }
    @Own() class Other { id: number; }
    export const user = new User();
    export const post = new Post();
    export const other = new Other();
  `;

  it('an entity is told by what the file imports', () => {
    const host = ts.createCompilerHost({});
    const file = ts.createSourceFile('/alone/file.ts', text, ts.ScriptTarget.Latest, true);
    const program = ts.createProgram(
      ['/alone/file.ts'],
      { noLib: true, noResolve: true, types: [] },
      {
        ...host,
        getSourceFile: (name) => (name === '/alone/file.ts' ? file : undefined),
      },
    );
    const code = Code.of(program, false);
    const rows = file.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => declarationList.declarations)
      .map(({ initializer }) => textOf(initializer && rowOfExpression(code, initializer, orms)));
    expect(rows).toEqual(['User (TypeORM entity) id', 'Post (TypeORM entity)', 'not a row']);
  });
});
