import ts from 'typescript';
import { orms } from '../src/libraries/orms.js';
import type { Library } from '../src/libraries/vocabulary.js';
import { createRule } from '../src/rule.js';
import { pathText, payloadName, walkDispatchPayload } from '../src/tasks/payload-of.js';
import { Sensitive } from '../src/tasks/sensitive.js';
import { type PayloadPart, removedProperties } from '../src/typescript/payload.js';
import { isPartialRow, rowOfExpression, rowOfType } from '../src/typescript/rows.js';
import { skipOuter } from '../src/typescript/syntax.js';

export interface Options {
  names: readonly string[];
  allow: readonly string[];
  personal: boolean;
}

export default createRule<Options>({
  name: 'no-sensitive-payload',
  description: 'disallow secrets in what is handed to a task',
  presets: { strict: {} },
  checklist: [],
  defaults: { names: [], allow: [], personal: false },
  options: {
    names: 'Further names of properties that must not be handed over.',
    allow: 'Names of properties that may be.',
    personal: 'Also what says who somebody is: email addresses, names, phone numbers.',
  },
  messages: {
    plain:
      '`{{path}}` goes through {{library}} as plain text: it stays in the storage, the backups and the dashboard of the queue, and in the log of each failure. Pass an identifier, and read it in the task.',
  },
  check({ project, file, options, report }) {
    const { code } = project;
    const sensitive = new Sensitive(options.names, options.allow, options.personal);

    for (const dispatch of project.dispatchesIn(file)) {
      const { library } = dispatch;
      if (isEncrypted(library)) continue;
      const seen = new Set<ts.Node>();
      walkDispatchPayload(
        code,
        dispatch,
        (part) => {
          // A whole row is another rule's affair, with all that is in it.
          if (isRow(part)) return true;
          if (isChoice(part.type)) return true;
          if (!isSecret(part)) return false;
          // One value that holds several secrets is one mistake.
          if (seen.has(part.node)) return true;
          seen.add(part.node);
          report({
            at: propertyOf(part),
            messageId: 'plain',
            data: { path: pathText(payloadName(library), part.path), library: library.name },
          });
          return true;
        },
        true,
      );
    }

    function isRow({ value, type }: PayloadPart): boolean {
      if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false;
      if (value ? rowOfExpression(code, value, orms) : rowOfType(code, type, orms)) return true;
      // What was changed of a row need not be what is secret of it.
      return isPartialRow(code, type, orms);
    }

    function isSecret(part: PayloadPart): boolean {
      const key = part.path.findLast((each) => !each.startsWith('['));
      const column = columnOf(part.value);
      const named =
        (key !== undefined && sensitive.names(key)) || (column !== undefined && sensitive.names(column));
      return named && isText(part.type) && !isCovered(part.value) && !isRemoved(part, key);
    }

    /** The column of a row that a value is: `passwordHash` of `user.passwordHash`. */
    function columnOf(value: ts.Expression | undefined): string | undefined {
      const read = value && skipOuter(value);
      if (!read || !ts.isPropertyAccessExpression(read) || !sensitive.names(read.name.text)) return undefined;
      return rowOfExpression(code, read.expression, orms) ? read.name.text : undefined;
    }

    function isEncrypted(library: Library): boolean {
      return (
        library.encryption?.some((word) => code.ownFiles.some(({ text }) => text.includes(word))) === true
      );
    }
  },
});

/** A text, or something that no type tells of; not a flag, a number, one of a few constants, or an object. */
function isText(type: ts.Type): boolean {
  if (type.flags & ts.TypeFlags.Any) return true;
  if (type.flags & ts.TypeFlags.EnumLike) return false;
  if (type.flags & ts.TypeFlags.StringLike) return true;
  return type.isIntersection() && type.types.some(isText);
}

/** One of a few texts that the program itself names. */
function isChoice(type: ts.Type): boolean {
  return type.isUnion() && type.types.filter((each) => each.isStringLiteral()).length > 1;
}

/** Is the value encrypted, hashed or masked where it stands, as far as the name of what makes it says? */
function isCovered(value: ts.Expression | undefined): boolean {
  let made = value && skipOuter(value);
  if (made && ts.isAwaitExpression(made)) made = skipOuter(made.expression);
  if (!made || !ts.isCallExpression(made)) return false;
  return /encrypt|cipher|hash|mask|redact|seal|digest/i.test(made.expression.getText());
}

/** Was it taken out of the object before: `delete user.password`? */
function isRemoved({ node, direct }: PayloadPart, key: string | undefined): boolean {
  return key !== undefined && !direct && removedProperties(node).has(key);
}

function propertyOf({ node, direct }: PayloadPart): ts.Node {
  const { parent } = node;
  return direct && ts.isPropertyAssignment(parent) && parent.initializer === node ? parent : node;
}
