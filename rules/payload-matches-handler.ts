import ts from 'typescript';
import { createRule } from '../src/rule.js';
import type { Dispatch } from '../src/tasks/model.js';
import {
  bound,
  type DeclaredPayload,
  pathText,
  payloadName,
  payloadTypeOf,
} from '../src/tasks/payload-of.js';
import { mismatchOf, type Mismatch } from '../src/typescript/mismatch.js';
import { isInside, skipOuter } from '../src/typescript/syntax.js';

export default createRule({
  name: 'payload-matches-handler',
  description: 'require that a payload has the type that its handler declares',
  presets: { strict: {} },
  checklist: [],
  defaults: {},
  options: {},
  messages: {
    missing:
      'Its handler ({{where}}) reads `{{path}}`, a `{{expected}}`, and it is not handed over: TypeScript sees no further than the queue, so this fails when the task runs. Hand it over.',
    other:
      '`{{path}}` is `{{actual}}`, and its handler ({{where}}) declares `{{expected}}`: TypeScript sees no further than the queue, so this fails when the task runs. Make both the same.',
  },
  check({ project, file, report, where }) {
    const { code } = project;
    if (!code.typed) return;
    for (const dispatch of project.dispatchesIn(file)) {
      const written = dispatch.library.routes && payloadWritten(dispatch);
      if (!written) continue;
      const declared = declaredByAll(dispatch);
      if (!declared || !isSaidHere(dispatch)) continue;
      const found = mismatchWithAll(declared, code.checker.getTypeAtLocation(written));
      if (!found) continue;
      const { mismatch, parameter } = found;
      const { path, actual, expected } = mismatch;
      report({
        at: actual ? propertyAt(written, path) : propertyAt(written, path.slice(0, -1)),
        messageId: actual ? 'other' : 'missing',
        data: {
          path: pathText(payloadName(dispatch.library), path),
          where: where(parameter),
          expected: textOf(expected),
          actual: actual ? textOf(actual) : '',
        },
      });
    }

    /** The payload's text, in this file and of the dispatch itself. */
    function payloadWritten({ payload, node }: Dispatch): ts.Expression | undefined {
      let at: ts.Node | undefined = payload?.node;
      // What a project function only hands on, its caller writes.
      for (let lazy = payload; lazy;) {
        const given = bound(lazy);
        if (given === lazy) break;
        lazy = given;
        at = given.node;
      }
      return at && at !== node && ts.isExpression(at) && at.getSourceFile() === file && isInside(at, node)
        ? at
        : undefined;
    }

    /** What the project function that is called says of its payload, TypeScript compares with what it is given. */
    function isSaidHere({ through }: Dispatch): boolean {
      const inner = through?.payload?.node;
      if (!through) return true;
      if (!inner || !ts.isExpression(inner)) return false;
      const { flags } = code.at(inner).checker.getTypeAtLocation(inner);
      return (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) !== 0;
    }

    /** What each handler of a dispatch declares of its payload; undefined where one takes anything, or there is none. */
    function declaredByAll(dispatch: Dispatch): readonly DeclaredPayload[] | undefined {
      const declared = project.names
        .handlersOf(dispatch)
        .map((handler) => (handler.site.parses ? undefined : payloadTypeOf(code, handler)));
      return declared.length > 0 && declared.every(saysSomething) ? declared : undefined;
    }

    /** Undefined as long as one handler may take it. */
    function mismatchWithAll(
      declared: readonly DeclaredPayload[],
      given: ts.Type,
    ): { mismatch: Mismatch; parameter: ts.ParameterDeclaration } | undefined {
      const found = declared.map(({ type, parameter }) => {
        const mismatch = mismatchOf(code, given, type);
        return mismatch && { mismatch, parameter };
      });
      return found.every((each) => each !== undefined) ? found[0] : undefined;
    }

    function textOf(type: ts.Type): string {
      const text = code.checker.typeToString(type);
      return text.length > 40 ? `${text.slice(0, 39)}…` : text;
    }
  },
});

function saysSomething(declared: DeclaredPayload | undefined): declared is DeclaredPayload {
  return declared !== undefined && !(declared.type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown));
}

/** The smallest text within a payload that a path leads to. */
function propertyAt(payload: ts.Expression, path: readonly string[]): ts.Node {
  let at: ts.Node = payload;
  for (const key of path) {
    const literal: ts.Node = ts.isPropertyAssignment(at) ? skipOuter(at.initializer) : skipOuter(at);
    const member = ts.isObjectLiteralExpression(literal)
      ? literal.properties.find((each) => each.name?.getText() === key)
      : undefined;
    if (!member) return at;
    at = member;
  }
  return at;
}
