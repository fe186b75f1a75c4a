import ts from 'typescript';
import { orms } from '../src/libraries/orms.js';
import { createRule, type Suggestion } from '../src/rule.js';
import { pathText, payloadName, walkDispatchPayload, walkHandlerPayload } from '../src/tasks/payload-of.js';
import type { PayloadPart } from '../src/typescript/payload.js';
import { isPartialRow, type Row, rowOfExpression, rowOfType } from '../src/typescript/rows.js';

export default createRule({
  name: 'no-model-payload',
  description: 'disallow handing a database model or a whole row to a task',
  presets: { recommended: {}, strict: {}, checklist: {} },
  checklist: [2],
  hasSuggestions: true,
  defaults: {},
  options: {},
  messages: {
    dispatched:
      '`{{path}}: {{model}}` ({{orm}} {{kind}}) goes through the queue as a copy: the task works on what was true when it was queued. Pass its identifier and load it in the task.',
    declared:
      'This task expects `{{path}}: {{model}}` ({{orm}} {{kind}}), but what arrives is a stale copy of its columns, not the {{kind}}. Expect an identifier and load it here.',
    identifier: 'Pass the identifier: `{{text}}`.',
  },
  check({ project, file, report }) {
    const { code } = project;
    const rowOf = (part: PayloadPart): Row | undefined =>
      part.value ? rowOfExpression(code, part.value, orms) : rowOfType(code, part.type, orms);

    for (const dispatch of project.dispatchesIn(file)) {
      const root = payloadName(dispatch.library);
      // One of several models is one mistake.
      const seen = new Set<string>();
      walkDispatchPayload(code, dispatch, (part) => {
        const row = rowOf(part);
        if (!row) return isPartialRow(code, part.type, orms);
        const path = pathText(root, part.path);
        if (seen.has(path)) return true;
        seen.add(path);
        report({
          at: part.node,
          messageId: 'dispatched',
          data: { path: pathText(root, part.path), model: row.model, orm: row.orm, kind: row.kind },
          suggest: [part.direct ? identifierOf(part, row) : undefined],
        });
        return true;
      });
    }

    for (const handler of project.bodiesIn(file)) {
      // What one step hands to the next is the state of the function that runs both.
      if (handler.step) continue;
      const root = payloadName(handler.library);
      walkHandlerPayload(code, handler, (part) => {
        const row = rowOfType(code, part.type, orms);
        if (!row) return isPartialRow(code, part.type, orms);
        report({
          at: part.node,
          messageId: 'declared',
          data: { path: pathText(root, part.path), model: row.model, orm: row.orm, kind: row.kind },
        });
        return true;
      });
    }

    function identifierOf(part: PayloadPart, row: Row): Suggestion | undefined {
      const { node } = part;
      // A spread brings in the columns themselves: there is no one value to replace.
      if (row.id === undefined || ts.isSpreadAssignment(node.parent)) return undefined;
      // Of one that is made on the spot nobody knows the identifier yet.
      if (!ts.isExpression(node) || ts.isNewExpression(node) || ts.isObjectLiteralExpression(node))
        return undefined;
      const text = node.getText();
      const simple =
        ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isCallExpression(node);
      const owner = simple ? text : `(${text})`;
      const nullable =
        code.checker.getNonNullableType(code.checker.getTypeAtLocation(node)) !==
        code.checker.getTypeAtLocation(node);
      const object = `{ ${row.id}: ${owner}${nullable ? '?' : ''}.${row.id} }`;
      const shorthand = ts.isShorthandPropertyAssignment(node.parent);
      return {
        messageId: 'identifier',
        data: { text: object },
        replace: node,
        text: shorthand ? `${text}: ${object}` : object,
      };
    }
  },
});
