import ts from 'typescript';
import type { Bulk } from '../src/libraries/define.js';
import { createRule, type Suggestion } from '../src/rule.js';
import type { Dispatch, Handler, Sending, Setting } from '../src/tasks/model.js';
import { dependsOn, isBare, isLeftEarly, type Loop, loopAround } from '../src/typescript/loops.js';
import { property } from '../src/typescript/properties.js';
import { isInside, someWithin } from '../src/typescript/syntax.js';
import { isWithin } from '../src/typescript/version.js';

export default createRule({
  name: 'prefer-flow',
  description: 'require flows and bulk dispatches in place of dispatches one by one in a task',
  presets: { strict: {}, checklist: {} },
  checklist: [13],
  hasSuggestions: true,
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    bulk: 'Dispatched one by one, each costs {{library}} a round trip; when one fails, the retry of this task dispatches those before it again. Hand them over at once, by `{{bulk}}`.',
    chain:
      'This task ends by dispatching the next one: the chain as a whole is written nowhere, and a worker that dies after this line starts its rest twice. Let {{library}} run one after the other, by `{{flow}}`.',
    replace: 'Hand them over at once, by `{{bulk}}`.',
  },
  check({ project, file, report }) {
    const { code } = project;
    for (const handler of project.bodiesIn(file)) {
      const { body } = handler;
      if (!body?.body) continue;
      const inside = project.sendingsIn(file).filter(({ call }) => call && isInside(call, body));
      const calls = new Set<ts.Node>(inside.flatMap(({ call }) => call ?? []));
      for (const sending of inside) {
        const { call } = sending;
        if (!call || !isHandedOn(sending)) continue;
        const loop = loopAround(code, call, body);
        if (loop) judgeLoop(sending, call, loop, calls);
        else if (isLast(call, body.body)) judgeSuccessor(sending, handler);
      }
    }

    function judgeLoop(
      sending: Sending,
      call: ts.CallExpression,
      loop: Loop,
      calls: ReadonlySet<ts.Node>,
    ): void {
      const bulk = bulkOf(sending);
      if (!bulk || !isBare(call) || isLeftEarly(loop)) return;
      // Where each element costs other waits as well, the round trip is the least of them.
      const waits = (at: ts.Node): boolean => ts.isAwaitExpression(at) && !calls.has(at.expression);
      if (someWithin(loop.body, waits) || isOneOfMany(sending, loop, bulk)) return;
      report({
        at: sending.name,
        messageId: 'bulk',
        data: { library: sending.library.base, bulk: bulk.name },
        suggest: [inOneCall(sending, call, loop, bulk)],
      });
    }

    /** Are these not of one queue, or lists already? */
    function isOneOfMany({ node, site, through }: Sending, loop: Loop, { leading = [] }: Bulk): boolean {
      if (through.length > 0) return false;
      const { expression, arguments: args = [] } = node;
      if (ts.isPropertyAccessExpression(expression) && dependsOn(loop, expression.expression)) return true;
      if (leading.some((index) => !args[index] || dependsOn(loop, args[index]))) return true;
      if (site.each === undefined) return false;
      const items = dispatchesOf(node);
      return items.length !== 1 || items[0]?.item?.value.kind !== 'object';
    }

    function judgeSuccessor(sending: Sending, handler: Handler): void {
      const { flow } = sending.library;
      const [dispatch] = dispatchesOf(sending.node);
      if (!flow || !dispatch || handler.library.base !== sending.library.base || handler.durable) return;
      const isOther = areOthers(dispatch.queue, handler.queue) || areOthers(dispatch.task, handler.task);
      const options = dispatch.options?.value;
      const isLater = flow.later?.some((key) => options && property(code, options, key).kind !== 'absent');
      if (!isOther || isLater) return;
      report({
        at: sending.name,
        messageId: 'chain',
        data: { library: sending.library.base, flow: flow.name },
      });
    }

    function dispatchesOf(node: ts.Node): readonly Dispatch[] {
      return project.dispatchesIn(file).filter((each) => each.node === node);
    }

    /** `await queue.addBulk(users.map((user) => ({ … })))` in place of the loop. */
    function inOneCall(
      { node, through }: Sending,
      call: ts.CallExpression,
      loop: Loop,
      { name, item, leading = [] }: Bulk,
    ): Suggestion | undefined {
      const { expression, arguments: args } = call;
      if (item === undefined || node !== call || through.length > 0) return undefined;
      if (!ts.isPropertyAccessExpression(expression) || expression.questionDotToken || call.typeArguments)
        return undefined;
      const parts = ts.isForOfStatement(loop.node)
        ? partsOfLoop(loop.node, call)
        : partsOfMap(loop.node, call);
      if (!parts || !code.checker.isArrayLikeType(code.checker.getTypeAtLocation(parts.list)))
        return undefined;
      const used = [...leading, ...(typeof item === 'number' ? [item] : Object.values(item))];
      if (args.some((each, index) => ts.isSpreadElement(each) || !used.includes(index))) return undefined;
      const element =
        typeof item === 'number'
          ? args[item]?.getText()
          : Object.entries(item)
              .flatMap(([key, index]) => (args[index] ? [`${key}: ${args[index].getText()}`] : []))
              .join(', ');
      // A list of one is no element.
      if (element === undefined || element.startsWith('[')) return undefined;
      const made =
        typeof item !== 'number' ? `({ ${element} })` : element.startsWith('{') ? `(${element})` : element;
      const list = `${operandOf(parts.list)}.map((${parts.element}) => ${made})`;
      const before = leading.map((index) => `${args[index]?.getText() ?? ''}, `).join('');
      return {
        messageId: 'replace',
        data: { bulk: name },
        replace: parts.whole,
        text: `await ${expression.expression.getText()}.${name}(${before}${list})${ts.isStatement(parts.whole) ? ';' : ''}`,
      };
    }
  },
});

/** A text on which a method can be called. */
function operandOf(list: ts.Expression): string {
  return ts.isLeftHandSideExpression(list) ? list.getText() : `(${list.getText()})`;
}

/** What takes many of these at once, in this version of the library. */
function bulkOf({ site, version }: Sending): Bulk | undefined {
  return [site.bulk ?? []].flat().find(({ since, before }) => isWithin(version, since, before));
}

/** Do the project functions that it goes through do nothing but hand it on? */
function isHandedOn({ through }: Sending): boolean {
  return through.every(({ runs }) => {
    if (!runs || !ts.isFunctionLike(runs) || !('body' in runs) || !runs.body) return false;
    return !ts.isBlock(runs.body) || runs.body.statements.length === 1;
  });
}

/** Is a call the last statement of a text that does something before? */
function isLast(call: ts.CallExpression, body: ts.ConciseBody): boolean {
  if (!ts.isBlock(body)) return false;
  const last = body.statements.at(-1);
  const isWork = body.statements.some((each) => each !== last && someWithin(each, ts.isAwaitExpression));
  if (!isWork || !last || !(ts.isExpressionStatement(last) || ts.isReturnStatement(last))) return false;
  const value =
    last.expression && ts.isAwaitExpression(last.expression) ? last.expression.expression : last.expression;
  return value === call;
}

function areOthers(one: Setting<string>, other: Setting<string>): boolean {
  if (one.state !== 'stated' || other.state !== 'stated') return false;
  return one.values.every((each) => !other.values.includes(each));
}

interface Parts {
  readonly whole: ts.Statement | ts.Expression;
  readonly list: ts.Expression;
  /** The text of what stands for each element. */
  readonly element: string;
}

/** A loop of which the whole body is the awaited call. */
function partsOfLoop(loop: ts.ForOfStatement, call: ts.CallExpression): Parts | undefined {
  const { initializer, statement, expression: list } = loop;
  const only = ts.isBlock(statement) ? statement.statements : [statement];
  const [first] = only;
  if (only.length !== 1 || !first || !ts.isExpressionStatement(first) || hasComments(loop)) return undefined;
  if (!ts.isAwaitExpression(first.expression) || first.expression.expression !== call) return undefined;
  const name = ts.isVariableDeclarationList(initializer) ? initializer.declarations[0]?.name : undefined;
  return name && { whole: loop, list, element: name.getText() };
}

/** `await Promise.all(list.map((element) => call))`, whose value nobody uses. */
function partsOfMap(map: ts.Node, call: ts.CallExpression): Parts | undefined {
  if (!ts.isCallExpression(map) || !ts.isPropertyAccessExpression(map.expression)) return undefined;
  const [callback] = map.arguments;
  if (!callback || !ts.isArrowFunction(callback) || callback.body !== call || hasComments(map))
    return undefined;
  const all = map.parent;
  const awaited = all.parent;
  const isAll =
    ts.isCallExpression(all) && all.expression.getText() === 'Promise.all' && ts.isAwaitExpression(awaited);
  if (!isAll || !ts.isExpressionStatement(awaited.parent) || callback.parameters.length !== 1)
    return undefined;
  return {
    whole: awaited,
    list: map.expression.expression,
    element: callback.parameters[0]?.name.getText() ?? '',
  };
}

function hasComments(node: ts.Node): boolean {
  return /\/[/*]/.test(node.getText().replace(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g, ''));
}
