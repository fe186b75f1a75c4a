import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import type { Handler } from '../src/tasks/model.js';
import { blockingIn, type Blocking, namesOfBlocking } from '../src/typescript/blocking.js';
import { callsIn, displayName, foundBehind, type ProjectCall } from '../src/typescript/calls.js';
import { ancestorsOf, isInside, skipOuter } from '../src/typescript/syntax.js';

export interface Options {
  files: boolean;
}

export default createRule<Options>({
  name: 'no-blocking-call',
  description: 'disallow calls that block a worker which must renew a lock meanwhile',
  presets: { strict: {} },
  checklist: [],
  hasSuggestions: true,
  defaults: { files: false },
  options: { files: 'Also the synchronous functions of `fs`, which are short unless the disk is slow.' },
  messages: {
    blocks:
      '`{{call}}` stops this whole worker until it is done, and {{library}} hears nothing of it: after {{seconds}} s (by default) {{then}}. Its other tasks stand still, too. Use {{better}}.',
    leads:
      'This task stops its whole worker ({{chain}}: `{{call}}`), and {{library}} hears nothing of it: after {{seconds}} s (by default) {{then}}. Use {{better}}.',
    await: 'Use `{{text}}`.',
  },
  check({ project, file, options, report }) {
    const { code } = project;
    const bodies = project
      .bodiesIn(file)
      .filter(
        ({ library, registered, ownProcess }) => registered && library.lock !== undefined && !ownProcess,
      );
    if (bodies.length === 0) return;
    const names = namesOfBlocking(code, options.files);

    for (const handler of bodies) {
      const { body } = handler;
      if (!body) continue;
      for (const each of blockingIn(code, file)) {
        if (isInside(each.node, body) && lasts(each, handler, [[each.node, body]])) say(handler, each, []);
      }
      for (const call of callsIn(code, body, names)) {
        if (isInside(call.target, body) || project.bodies.has(call.target)) continue;
        const found = blockingBehind(call, handler, body);
        if (found) say(handler, found.found, found.chain);
      }
    }

    function blockingBehind(
      call: ProjectCall,
      handler: Handler,
      body: ts.Node,
    ): { readonly found: Blocking; readonly chain: readonly ProjectCall[] } | undefined {
      const ownOf = (target: ts.FunctionLikeDeclaration): Blocking | undefined =>
        blockingIn(code, target.getSourceFile()).find(
          (each) =>
            isInside(each.node, target) &&
            lasts(each, handler, [
              [each.node, target],
              [call.node, body],
            ]),
        );
      return foundBehind(code, call, ownOf, names);
    }

    /** Can it last for so long that somebody misses the worker? */
    function lasts(
      { kind, ends }: Blocking,
      { library }: Handler,
      ways: readonly (readonly [node: ts.Node, within: ts.Node])[],
    ): boolean {
      if (ends !== undefined && library.lock && ends < library.lock.lasts / 2) return false;
      if (kind === 'file') return options.files;
      if (kind !== 'crypto' && kind !== 'compression') return true;
      // One password is hashed in a moment, and those of a whole list are not.
      return ways.some(([node, within]) => isRepeated(node, within));
    }

    function say(handler: Handler, blocking: Blocking, chain: readonly ProjectCall[]): void {
      const { library, body } = handler;
      const [first] = chain;
      const data = {
        call: textOf(blocking),
        library: library.name,
        seconds: String((library.lock?.lasts ?? 0) / 1000),
        then: library.lock?.then ?? '',
        better: betterThan(blocking),
      };
      if (!first || !body) {
        report({ at: blocking.at, messageId: 'blocks', data, suggest: [asyncForm(blocking)] });
        return;
      }
      const functions = [body, ...chain.map(({ target }) => target)].map(displayName);
      report({ at: nameOf(first.node), messageId: 'leads', data: { ...data, chain: functions.join(' → ') } });
    }
  },
});

/** Does it stand in a loop, or in a callback that is called for each element of a list? */
function isRepeated(node: ts.Node, within: ts.Node): boolean {
  for (const at of ancestorsOf(node)) {
    if (at === within) return false;
    if (ts.isIterationStatement(at, false)) return true;
    if (
      ts.isCallExpression(at) &&
      ts.isPropertyAccessExpression(at.expression) &&
      /^(?:forEach|map|flatMap|reduce|filter)$/.test(at.expression.name.text) &&
      !isInside(node, at.expression)
    )
      return true;
  }
  return false;
}

function betterThan({ kind, node }: Blocking): string {
  if (kind === 'request') return '`fetch`';
  if (kind === 'wait') return '`await` and a timer';
  if (!ts.isCallExpression(node)) return 'its asynchronous form';
  const name = nameOf(node).getText();
  return name.endsWith('Sync')
    ? `\`${name.slice(0, -'Sync'.length)}\` and wait for it`
    : 'its asynchronous form';
}

function textOf({ node, at }: Blocking): string {
  const text = (ts.isCallExpression(node) ? node.expression : at).getText().replace(/\s+/g, ' ');
  return text.length > 40 ? `…${text.slice(-40)}` : text;
}

function nameOf({ expression }: ts.CallExpression): ts.Node {
  const callee = skipOuter(expression);
  return ts.isPropertyAccessExpression(callee) ? callee.name : callee;
}

/** `await bcrypt.hash(…)`, and `await readFile(…)` where the file has that function already. */
function asyncForm({ node, kind }: Blocking): Suggestion | undefined {
  if (!ts.isCallExpression(node) || !mayAwait(node)) return undefined;
  const callee = skipOuter(node.expression);
  const name = nameOf(node).getText().replace(/Sync$/, '');
  let text: string | undefined;
  // The functions of bcrypt return promises where they are given no callback.
  if (kind === 'crypto' && /^(?:hash|compare)$/.test(name) && ts.isPropertyAccessExpression(callee))
    text = `await ${callee.expression.getText()}.${name}`;
  if (kind === 'file' && importsFromPromises(node.getSourceFile(), name)) text = `await ${name}`;
  return text === undefined
    ? undefined
    : { messageId: 'await', data: { text }, replace: node.expression, text };
}

/** May `await` stand before a call, as the text is? */
function mayAwait(call: ts.CallExpression): boolean {
  const { parent } = call;
  if (
    ts.isPropertyAccessExpression(parent) ||
    ts.isElementAccessExpression(parent) ||
    (ts.isCallExpression(parent) && parent.expression === call)
  )
    return false;
  for (const at of ancestorsOf(call)) {
    if (!ts.isFunctionLike(at)) continue;
    return (
      ts.canHaveModifiers(at) &&
      at.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true
    );
  }
  return false;
}

function importsFromPromises(file: ts.SourceFile, name: string): boolean {
  return file.statements.some((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return false;
    if (!/^(?:node:)?fs\/promises$/.test(statement.moduleSpecifier.text)) return false;
    const bindings = statement.importClause?.namedBindings;
    return (
      bindings !== undefined &&
      ts.isNamedImports(bindings) &&
      bindings.elements.some((each) => each.name.text === name && !each.propertyName)
    );
  });
}
