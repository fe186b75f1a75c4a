import ts from 'typescript';
import type { LoggerSpec } from '../libraries/define.js';
import { parsePlace } from '../libraries/place.js';
import type { Code } from '../typescript/code.js';
import { functionAround } from '../typescript/follow.js';
import { originOf } from '../typescript/identity.js';
import { isInside, skipOuter } from '../typescript/syntax.js';

const methods = new Set(['log', 'info', 'warn', 'error', 'debug']);

/** A call of the console. */
export interface Printing {
  readonly node: ts.CallExpression;
  readonly callee: ts.PropertyAccessExpression;
}

/** The calls of the global console in a text. */
export function printingIn(code: Code, body: ts.Node): readonly Printing[] {
  if (!body.getText().includes('console')) return [];
  const found: Printing[] = [];
  const visit = (node: ts.Node): void => {
    const callee = ts.isCallExpression(node) ? skipOuter(node.expression) : undefined;
    if (
      callee &&
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(callee) &&
      methods.has(callee.name.text) &&
      isConsole(code, callee.expression)
    ) {
      found.push({ node, callee });
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
}

function isConsole(code: Code, node: ts.Expression): boolean {
  if (!ts.isIdentifier(node) || node.text !== 'console') return false;
  const declaration = code.checker.getSymbolAtLocation(node)?.declarations?.[0];
  return !declaration || declaration.getSourceFile().isDeclarationFile;
}

/** A call of the logger in place of one of the console; undefined where it is not in scope, or takes something else. */
export function loggedInstead(
  code: Code,
  spec: LoggerSpec,
  handler: ts.FunctionLikeDeclaration,
  { node, callee }: Printing,
): string | undefined {
  const logger =
    loggerOfParameter(spec, handler) ??
    loggerImported(code, spec, node.getSourceFile()) ??
    loggerOfClass(code, spec, node);
  if (logger === undefined) return undefined;
  if (spec.text && !(node.arguments.length === 1 && node.arguments.every((each) => isText(code, each))))
    return undefined;
  if (spec.awaited && !mayAwait(node, handler)) return undefined;
  const method = spec.methods?.[callee.name.text] ?? callee.name.text;
  const given = node.arguments.map((each) => each.getText()).join(', ');
  return `${spec.awaited ? 'await ' : ''}${logger}.${method}(${given})`;
}

function loggerOfParameter(
  { parameter }: LoggerSpec,
  { parameters }: ts.FunctionLikeDeclaration,
): string | undefined {
  const parsed = parameter === undefined ? undefined : parsePlace(parameter);
  if (!parsed || 'problem' in parsed || parsed.root.kind !== 'parameter') return undefined;
  const keys = parsed.steps.flatMap((step) => (step.kind === 'key' ? [step.key] : []));
  const { index } = parsed.root;
  const name = typeof index === 'number' ? parameters[index]?.name : undefined;
  if (!name) return undefined;
  if (ts.isIdentifier(name)) return [name.text, ...keys].join('.');
  if (!ts.isObjectBindingPattern(name)) return undefined;
  const element = name.elements.find(
    (each) => (each.propertyName ?? each.name).getText() === keys[0] && !each.dotDotDotToken,
  );
  return element && ts.isIdentifier(element.name)
    ? [element.name.text, ...keys.slice(1)].join('.')
    : undefined;
}

/** The name under which the file imports the logger already. */
function loggerImported(code: Code, { import: wanted }: LoggerSpec, file: ts.SourceFile): string | undefined {
  if (!wanted) return undefined;
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { importClause } = statement;
    const bindings = importClause?.namedBindings;
    if (
      !wanted.from.includes(statement.moduleSpecifier.text) ||
      !bindings ||
      !ts.isNamedImports(bindings) ||
      /^import\s+type\b/.test(statement.getText())
    )
      continue;
    for (const { name, propertyName, isTypeOnly } of bindings.elements) {
      if ((propertyName ?? name).text !== wanted.name || isTypeOnly) continue;
      return wanted.path === undefined ? name.text : `${name.text}.${wanted.path}`;
    }
  }
  return undefined;
}

/** `this.logger`, where `this` is an object of a class that has one. */
function loggerOfClass(code: Code, { member }: LoggerSpec, node: ts.Node): string | undefined {
  if (!member) return undefined;
  let around = functionAround(node);
  while (around && ts.isArrowFunction(around)) around = functionAround(around);
  const owner = around && ts.isMethodDeclaration(around) ? around.parent : undefined;
  if (!owner || !ts.isClassLike(owner)) return undefined;
  for (const each of owner.members) {
    const fields = ts.isConstructorDeclaration(each)
      ? each.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, each))
      : ts.isPropertyDeclaration(each)
        ? [each]
        : [];
    for (const field of fields) {
      const { symbol } = code.checker.getTypeAtLocation(field) as Partial<ts.Type>;
      if (symbol?.name !== member.type || !ts.isIdentifier(field.name)) continue;
      const declared = symbol.declarations?.[0];
      const name = declared && ts.getNameOfDeclaration(declared);
      if (name && originOf(code, name)?.package === member.from) return `this.${field.name.text}`;
    }
  }
  return undefined;
}

function isText(code: Code, node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return true;
  return (
    !ts.isSpreadElement(node) && (code.checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0
  );
}

/** Does a call stand as a statement of its own in an asynchronous function? */
function mayAwait(node: ts.CallExpression, handler: ts.FunctionLikeDeclaration): boolean {
  const around = functionAround(node);
  return (
    ts.isExpressionStatement(node.parent) &&
    around !== undefined &&
    isInside(around, handler) &&
    ts.canHaveModifiers(around) &&
    (ts.getModifiers(around)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false)
  );
}
