import ts from 'typescript';
import { databases } from '../src/libraries/databases.js';
import { createRule } from '../src/rule.js';
import type { Dispatch } from '../src/tasks/model.js';
import { callsIn, displayName, foundBehind, type ProjectCall } from '../src/typescript/calls.js';
import { isInside } from '../src/typescript/syntax.js';
import { isRunAtOnce, isWithin, type Transaction, transactionsIn } from '../src/typescript/transactions.js';
import { isNullish } from '../src/typescript/value.js';

export default createRule({
  name: 'no-dispatch-in-transaction',
  description: 'disallow dispatching a task inside a database transaction',
  presets: { recommended: {}, strict: {}, checklist: {} },
  checklist: [5],
  defaults: {},
  options: {},
  messages: {
    inside:
      'Dispatched inside a {{database}} transaction ({{where}}): a worker may start before the commit and find nothing, and after a rollback the task runs all the same. Dispatch after the commit.',
    joins:
      'Dispatched beside a {{database}} transaction ({{where}}): a worker may start before the commit, and after a rollback it runs all the same. Pass the transaction as `{{option}}`, or dispatch after the commit.',
    leads:
      'This dispatches a task ({{chain}}) inside a {{database}} transaction ({{where}}): a worker may start before the commit, and after a rollback the task runs all the same. Dispatch after the commit.',
  },
  check({ project, file, report, where }) {
    const { code } = project;
    const transactions = transactionsIn(code, databases, file);
    if (transactions.length === 0) return;
    // What runs in two transactions is reported for the inner one.
    const inwards = transactions.toSorted((a, b) => b.body.pos - a.body.pos);
    const reported = new Set<ts.Node>();

    for (const dispatch of project.dispatchesIn(file)) {
      const { node, name } = dispatch;
      const around = inwards.find((each) => isOfThisFile(each) && isWithin(code, databases, node, each));
      if (!around || !isHandedOver(dispatch)) continue;
      reported.add(node);
      const option = dispatch.through ? undefined : optionOf(dispatch);
      const data = { database: around.database, where: where(around.opened) };
      if (option === undefined) report({ at: name, messageId: 'inside', data });
      else report({ at: name, messageId: 'joins', data: { ...data, option } });
    }

    for (const transaction of inwards) {
      for (const call of callsWithin(transaction)) {
        if (reported.has(call.node)) continue;
        const chain = chainFrom(call);
        if (!chain) continue;
        reported.add(call.node);
        const names = [...chain.map(({ target }) => displayName(target))];
        report({
          at: call.at,
          messageId: 'leads',
          data: {
            chain: names.join(' → '),
            database: transaction.database,
            where: where(transaction.opened),
          },
        });
      }
    }

    function isOfThisFile({ body }: Transaction): boolean {
      return body.getSourceFile() === file;
    }

    /** The project functions that are called within a transaction, and the one that it is given by name. */
    function callsWithin(transaction: Transaction): readonly (ProjectCall & { readonly at: ts.Node })[] {
      const { body, named, opened } = transaction;
      if (!isOfThisFile(transaction))
        return named && ts.isCallExpression(opened) ? [{ node: opened, target: body, at: named }] : [];
      return callsIn(code, body, project.namesOfDispatches)
        .filter(({ node }) => isWithin(code, databases, node, transaction))
        .map((call) => ({ ...call, at: call.node.expression }));
    }

    /** From a call to a function that dispatches outside of any transaction of its own. */
    function chainFrom(call: ProjectCall): readonly ProjectCall[] | undefined {
      const find = (target: ts.FunctionLikeDeclaration): true | undefined =>
        dispatchesAtOnce(target) || undefined;
      return foundBehind(code, call, find, project.namesOfDispatches, ({ node }, body) =>
        isRunAtOnce(code, databases, node, body),
      )?.chain;
    }

    function dispatchesAtOnce(target: ts.FunctionLikeDeclaration): boolean {
      const own = target.getSourceFile();
      const inner = transactionsIn(code, databases, own);
      return project.dispatchesIn(own).some(
        (dispatch) =>
          isInside(dispatch.node, target) &&
          isRunAtOnce(code, databases, dispatch.node, target) &&
          isHandedOver(dispatch) &&
          // Reported there.
          !inner.some((each) => each.body !== target && isWithin(code, databases, dispatch.node, each)),
      );
    }

    /** Is the task with its queue when the call is done, and not queued in a transaction itself? */
    function isHandedOver({ node, transaction, through, runs }: Dispatch): boolean {
      if (transaction && !isNullish(transaction.value)) return false;
      // A command that is made is sent by somebody.
      if (ts.isNewExpression(node) && !ts.isCallExpression(node.parent)) return false;
      if (!through) return true;
      return (!runs || isRunAtOnce(code, databases, through.node, runs)) && isHandedOver(through);
    }
  },
});

/** How this library is told of the transaction: `db`. */
function optionOf({ site: { transaction } }: Dispatch): string | undefined {
  const place = typeof transaction === 'string' ? transaction : transaction?.[0];
  return place?.slice(place.lastIndexOf('.') + 1);
}
