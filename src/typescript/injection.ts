import ts from 'typescript';
import type { Code } from './code.js';
import { classNamed } from './classes.js';
import { evaluate } from './evaluate.js';
import { bindValues, lazyOf, returnedBy } from './functions.js';
import { originOf, symbolAt } from './identity.js';
import { choice, Lazy, noBindings, unknownElsewhere, type Value } from './value.js';

/** NestJS's custom providers: what a token stands for, as the modules of the program say. */
interface Provider {
  readonly token: ts.Expression;
  readonly object: ts.ObjectLiteralExpression;
}

/**
 * What a dependency-injection container puts into a parameter or field: by its `@Inject(token)`, or by the
 * class that it is declared with. Undefined where no provider of the program says.
 */
export function injectedValue(
  code: Code,
  declaration: ts.ParameterDeclaration | ts.PropertyDeclaration,
): Value | undefined {
  const token = tokenOf(code, declaration);
  return token && providedValue(code, token);
}

function tokenOf(
  code: Code,
  declaration: ts.ParameterDeclaration | ts.PropertyDeclaration,
): ts.Expression | ts.EntityName | undefined {
  const decorators = ts.canHaveDecorators(declaration) ? (ts.getDecorators(declaration) ?? []) : [];
  for (const { expression } of decorators) {
    if (!ts.isCallExpression(expression) || !expression.arguments[0]) continue;
    const callee = expression.expression;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
    if (name !== 'Inject') continue;
    if (originOf(code, callee)?.package === '@nestjs/common') return expression.arguments[0];
  }
  const injectable =
    ts.isParameter(declaration) && ts.isConstructorDeclaration(declaration.parent) && decorators.length === 0;
  const { type } = declaration;
  return injectable && type && ts.isTypeReferenceNode(type) ? type.typeName : undefined;
}

function providedValue(code: Code, token: ts.Expression | ts.EntityName): Value | undefined {
  const all = providersOf(code);
  if (all.size === 0) return undefined;
  const key = keyOfToken(code, token);
  const found = key === undefined ? undefined : all.get(key);
  if (!found) return undefined;
  return choice(
    found.map((provider) => valueOfProvider(code, provider)),
    token,
  );
}

function valueOfProvider(code: Code, { object }: Provider): Value {
  const given = (name: string): ts.Expression | undefined =>
    object.properties.find(
      (each): each is ts.PropertyAssignment => ts.isPropertyAssignment(each) && each.name.getText() === name,
    )?.initializer;
  const value = given('useValue');
  if (value) return evaluate(code, value);
  const existing = given('useExisting');
  const alias = existing && providedValue(code, existing);
  if (alias) return alias;
  const named = given('useClass') ?? existing;
  const owner = named && classNamed(code, named);
  if (owner) return { kind: 'self', node: owner };
  const factory = object.properties.find((each) => each.name?.getText() === 'useFactory');
  const made =
    factory && ts.isMethodDeclaration(factory)
      ? ({ kind: 'function', node: factory, bindings: noBindings } as const)
      : factory && ts.isPropertyAssignment(factory)
        ? evaluate(code, factory.initializer)
        : undefined;
  if (made?.kind !== 'function') return unknownElsewhere(object, 'a provider that is not followed');
  return returnedBy(
    code,
    made.node,
    bindValues(code, made.node, injectedArguments(code, given('inject')), made.bindings),
  );
}

/** What `inject: [A, 'b']` passes to a factory. */
function injectedArguments(code: Code, inject: ts.Expression | undefined) {
  const tokens = inject && ts.isArrayLiteralExpression(inject) ? inject.elements : [];
  const values = tokens.map((token) => {
    const provided = (): Value =>
      providedValue(code, token) ??
      unknownElsewhere(token, 'it is injected by something that is not followed');
    return new Lazy(token, provided);
  });
  return { values, complete: true };
}

const providers = new WeakMap<Code, ReadonlyMap<unknown, readonly Provider[]>>();

/** The custom providers of a program by their token: a text, or the declaration of a class or symbol. */
function providersOf(code: Code): ReadonlyMap<unknown, readonly Provider[]> {
  const known = providers.get(code);
  if (known) return known;
  const found = new Map<unknown, Provider[]>();
  // Tokens are evaluated below, which may ask for providers again: those see none yet.
  providers.set(code, found);
  const all: Provider[] = [];
  for (const file of code.ownFiles) {
    if (!/\bprovide\s*:/.test(file.text) || !/\buse(?:Factory|Value|Class|Existing)\b/.test(file.text))
      continue;
    const visit = (node: ts.Node): void => {
      if (ts.isObjectLiteralExpression(node)) {
        const token = node.properties.find(
          (each): each is ts.PropertyAssignment =>
            ts.isPropertyAssignment(each) && each.name.getText() === 'provide',
        )?.initializer;
        if (token) all.push({ token, object: node });
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(file, visit);
  }
  for (const provider of all) {
    const key = keyOfToken(code, provider.token);
    if (key === undefined) continue;
    const list = found.get(key);
    if (list) list.push(provider);
    else found.set(key, [provider]);
  }
  return found;
}

function keyOfToken(code: Code, token: ts.Expression | ts.EntityName): unknown {
  if (ts.isQualifiedName(token)) return symbolAt(code, token.right)?.valueDeclaration;
  const value = lazyOf(code, token, noBindings).value;
  if (value.kind === 'constant' && typeof value.value === 'string') return value.value;
  if (value.kind === 'class') return value.node;
  return ts.isIdentifier(token) || ts.isPropertyAccessExpression(token)
    ? symbolAt(code, token)?.valueDeclaration
    : undefined;
}
