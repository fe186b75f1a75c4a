import ts from 'typescript';
import type { Library } from '../libraries/vocabulary.js';
import { ancestorsOf, isInside } from '../typescript/syntax.js';
import type { Lazy, Value } from '../typescript/value.js';
import type { Dispatch, Handler } from './model.js';

/** A policy that a dispatch or a definition writes out in its own text. */
export interface Written {
  /** The options and their values, in one order: the same for the same policy. */
  readonly text: string;
  /** The first of them. */
  readonly at: ts.Node;
}

/** The policy that stands in the text of a dispatch or definition itself; undefined for none, and for what is not constant. */
export function policyWrittenAt({ library, node, options }: Dispatch | Handler): Written | undefined {
  if (options?.value.kind !== 'object') return undefined;
  const keys = keysOf(library);
  const own = statementAround(node);
  const found: { readonly key: string; readonly text: string; readonly at: ts.Node }[] = [];
  for (const part of options.value.parts) {
    if (!('key' in part) || !keys.has(part.key)) continue;
    const at = part.value.node;
    const text = isInside(at, own) ? textOf(part.value) : undefined;
    if (text === undefined) return undefined;
    found.push({ key: part.key, text, at });
  }
  const [first] = found;
  return (
    first && {
      text: found
        .map(({ key, text }) => `${key}: ${text}`)
        .sort()
        .join(', '),
      at: first.at,
    }
  );
}

/** The keys of a library's options that state a policy. */
function keysOf({ attempts, backoff, timeLimit }: Library): ReadonlySet<string> {
  const limits = timeLimit?.option ?? [];
  const paths = [
    attempts?.option,
    ...(attempts?.aliases ?? []),
    backoff?.option,
    backoff?.delay,
    backoff?.factor,
    backoff?.jitter,
    ...[limits].flat(),
  ];
  return new Set(paths.flatMap((path) => path?.split('.')[0] ?? []));
}

/** The statement, or member of a class, in which a whole builder chain stands. */
function statementAround(node: ts.Node): ts.Node {
  if (ts.isClassLike(node)) return node;
  for (const at of ancestorsOf(node)) if (ts.isStatement(at) || ts.isClassElement(at)) return at;
  return node;
}

/** A constant, or an object of such, as text. */
function textOf({ value }: Lazy): string | undefined {
  return textOfValue(value);
}

function textOfValue(value: Value): string | undefined {
  if (value.kind === 'constant') return value.value === undefined ? undefined : String(value.value);
  if (value.kind !== 'object') return undefined;
  const parts: string[] = [];
  for (const part of value.parts) {
    const text = 'key' in part ? textOf(part.value) : undefined;
    if (text === undefined || !('key' in part)) return undefined;
    parts.push(`${part.key}: ${text}`);
  }
  return `{ ${parts.sort().join(', ')} }`;
}
