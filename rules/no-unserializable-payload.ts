import ts from 'typescript';
import type { SerializerName } from '../src/libraries/define.js';
import { orms } from '../src/libraries/orms.js';
import { type Serializer, serializers } from '../src/libraries/serializers.js';
import type { Library } from '../src/libraries/vocabulary.js';
import { createRule, type Suggestion } from '../src/rule.js';
import {
  pathText,
  payloadName,
  serializerOf,
  walkDispatchPayload,
  walkHandlerPayload,
} from '../src/tasks/payload-of.js';
import type { Project } from '../src/tasks/project.js';
import {
  type DelicateKind,
  delicateKindOf,
  delicateKindOfSyntax,
  type PayloadPart,
  type PayloadVisitor,
  removedProperties,
} from '../src/typescript/payload.js';
import { isParsedJson } from '../src/typescript/parsed.js';
import { isPartialRow, rowOfExpression, rowOfType } from '../src/typescript/rows.js';

/** What to write instead of a value of this kind, when the value is a plain expression. */
const replacements: Readonly<Partial<Record<DelicateKind, (text: string, optional: string) => string>>> = {
  Date: (text, optional) => `${text}${optional}.toISOString()`,
  bigint: (text, optional) => `${text}${optional}.toString()`,
  RegExp: (text, optional) => `${text}${optional}.source`,
  Error: (text, optional) => `${text}${optional}.message`,
  Promise: (text) => `await ${text}`,
  Map: (text, optional) => (optional === '' ? `[...${text}]` : `[...(${text} ?? [])]`),
  Set: (text, optional) => (optional === '' ? `[...${text}]` : `[...(${text} ?? [])]`),
};

export default createRule({
  name: 'no-unserializable-payload',
  description: "disallow payload values that the library's serializer loses or refuses",
  presets: { recommended: {}, strict: {} },
  checklist: [2],
  hasSuggestions: true,
  defaults: {},
  options: {},
  messages: {
    dispatched:
      '`{{path}}` is a {{type}}, which {{effect}}: {{library}} carries payloads as {{format}}. Pass plain data.',
    declared:
      'This task expects `{{path}}` to be a {{type}}, but it {{effect}}: {{library}} carries payloads as {{format}}. Declare what really arrives.',
    replace: 'Pass `{{text}}`.',
  },
  check({ project, file, report }) {
    const { code } = project;
    /** A property that one type declares is one mistake, however many dispatches use the type. */
    const reported = new Set<ts.Node>();

    const isKnown = (part: PayloadPart): boolean => {
      const declaration = part.member?.declarations?.[0];
      if (!declaration) return false;
      if (reported.has(declaration)) return true;
      reported.add(declaration);
      return false;
    };

    /** Does the value come out of a JSON text, so that only its declared type is of this kind? */
    const isParsed = ({ source, path }: PayloadPart, kind: DelicateKind): boolean =>
      source !== undefined &&
      isParsedJson(code, source.at, path.slice(source.depth), (parameter, keys) =>
        isGivenPayload(project, parameter, keys, kind),
      );

    /** What is wrong with this part; `done` where nothing inside it is ours to judge. */
    const judge = (part: PayloadPart, serializer: Serializer): DelicateKind | 'done' | undefined => {
      const { type } = part;
      if (part.value) {
        const kind = delicateKindOfSyntax(code, part.value);
        if (kind) return serializer[kind] === undefined ? 'done' : kind;
        if (rowOfExpression(code, part.value, orms)) return 'done';
      } else if (rowOfType(code, type, orms)) return 'done';
      if (isPartialRow(code, type, orms)) return 'done';
      // `string | Date` already says that it may arrive as a text.
      if (type.isUnion()) return saysItself(code.checker, type) ? 'done' : undefined;
      const kind = delicateKindOf(code, type);
      if (!kind) return undefined;
      // A callback that may be missing is usually taken out before the dispatch.
      if (kind === 'function' && isOptional(part.member)) return 'done';
      return serializer[kind] === undefined ? 'done' : kind;
    };

    for (const dispatch of project.dispatchesIn(file)) {
      const name = serializerOf(code, dispatch);
      if (name) walkDispatchPayload(code, dispatch, visitorOf(dispatch.library, name, 'dispatched'));
    }
    for (const handler of project.bodiesIn(file)) {
      const visit = visitorOf(handler.library, handler.library.serializer ?? 'json', 'declared');
      walkHandlerPayload(code, handler, visit);
    }

    function visitorOf(
      library: Library,
      name: SerializerName,
      messageId: 'dispatched' | 'declared',
    ): PayloadVisitor {
      const serializer = serializers[name];
      const root = payloadName(library);
      return (part) => {
        const kind = judge(part, serializer);
        if (kind === undefined || kind === 'done') return kind === 'done';
        if (isRemoved(part) || isParsed(part, kind) || isKnown(part)) return true;
        report({
          at: part.node,
          messageId,
          data: {
            path: pathText(root, part.path),
            type: nameOf(kind, code.checker.typeToString(part.type)),
            effect: serializer[kind] ?? '',
            library: library.base,
            format: serializer.label,
          },
          // In a signature there is no value to replace.
          suggest: [messageId === 'dispatched' && part.direct ? replacementOf(part, kind) : undefined],
        });
        return true;
      };
    }

    function replacementOf(part: PayloadPart, kind: DelicateKind): Suggestion | undefined {
      const write = replacements[kind];
      const { node } = part;
      if (!write || ts.isSpreadAssignment(node.parent) || !ts.isExpression(node)) return undefined;
      const type = code.checker.getTypeAtLocation(node);
      const optional = code.checker.getNonNullableType(type) === type ? '' : '?';
      const source = node.getText();
      const simple =
        ts.isIdentifier(node) ||
        ts.isPropertyAccessExpression(node) ||
        ts.isCallExpression(node) ||
        (ts.isNewExpression(node) && node.arguments !== undefined);
      // Spreading and awaiting need no parentheses; a member access does.
      const text = write(simple || kind === 'Map' || kind === 'Set' ? source : `(${source})`, optional);
      return {
        messageId: 'replace',
        data: { text },
        replace: node,
        text: ts.isShorthandPropertyAssignment(node.parent) ? `${source}: ${text}` : text,
      };
    }
  },
});

/** Is this a part of what a worker is given for payload, which lost what is of this kind on its way? */
function isGivenPayload(
  project: Project,
  parameter: ts.ParameterDeclaration,
  keys: readonly string[],
  kind: DelicateKind,
): boolean {
  const { library, payload } = project.bodies.get(parameter.parent) ?? {};
  if (!library || !payload || serializers[library.serializer ?? 'json'][kind] === undefined) return false;
  const index = parameter.parent.parameters.indexOf(parameter);
  return (
    (payload.parameter === 'all' || payload.parameter === index) &&
    payload.path.every((key, at) => keys[at] === key)
  );
}

/** Does a union name the serialized form beside the value: `Date | string`? */
function saysItself(checker: ts.TypeChecker, type: ts.UnionType): boolean {
  const isText = (each: ts.Type): boolean =>
    (each.flags & (ts.TypeFlags.String | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  return (
    type.types.some(isText) &&
    type.types.some((each) => !isText(each) && checker.getPropertiesOfType(each).length > 0)
  );
}

/** Is this a property of a variable that is deleted before the dispatch? */
function isRemoved({ node, path, direct }: PayloadPart): boolean {
  const inside = path.at(-1);
  return !direct && inside !== undefined && removedProperties(node).has(inside);
}

function isOptional(member: ts.Symbol | undefined): boolean {
  return member !== undefined && (member.flags & ts.SymbolFlags.Optional) !== 0;
}

function nameOf(kind: DelicateKind, type: string): string {
  if (kind === 'function' || kind === 'Promise' || kind === 'bigint' || kind === 'symbol') return kind;
  if (kind === 'class') return `\`${type.length > 40 ? `${type.slice(0, 40)}…` : type}\` instance`;
  return kind;
}
