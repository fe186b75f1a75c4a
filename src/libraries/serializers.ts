import type { DelicateKind } from '../typescript/payload.js';
import type { SerializerName } from './define.js';

/** What a serializer does to a kind of value, as the rest of a sentence; missing kinds arrive as they are. */
export type Serializer = Readonly<Partial<Record<DelicateKind, string>>> & { readonly label: string };

const losesClass = 'arrives without its methods and getters';
const isDropped = 'is dropped';
const isEmptied = 'arrives as {}';

/** JSON.stringify, which calls `toJSON` where there is one. */
const json: Serializer = {
  label: 'JSON',
  Date: 'arrives as a string',
  Map: isEmptied,
  Set: isEmptied,
  WeakMap: isEmptied,
  WeakSet: isEmptied,
  RegExp: isEmptied,
  Error: isEmptied,
  Promise: isEmptied,
  Buffer: "arrives as { type: 'Buffer', data: [...] }",
  'typed array': 'arrives as an object of indexes',
  ArrayBuffer: isEmptied,
  bigint: 'makes the dispatch throw',
  symbol: isDropped,
  function: isDropped,
  class: losesClass,
};

function without(serializer: Serializer, ...kinds: readonly DelicateKind[]): Serializer {
  const kept = Object.entries(serializer).filter(([kind]) => !kinds.includes(kind as DelicateKind));
  return { ...(Object.fromEntries(kept) as Serializer), label: serializer.label };
}

export const serializers: Readonly<Record<SerializerName, Serializer>> = {
  json,
  // What JSON.stringify is given; the text and the bytes themselves arrive as they are.
  bytes: json,
  'json-or-bytes': without(json, 'Buffer', 'typed array'),
  'json-quiet': { ...json, bigint: isDropped },
  superjson: {
    label: 'superjson',
    WeakMap: isEmptied,
    WeakSet: isEmptied,
    Promise: isEmptied,
    ArrayBuffer: isEmptied,
    symbol: isDropped,
    function: isDropped,
    class: losesClass,
  },
  devalue: {
    label: 'devalue',
    WeakMap: 'makes the dispatch throw',
    WeakSet: 'makes the dispatch throw',
    Promise: 'makes the dispatch throw',
    Buffer: 'arrives as a Uint8Array',
    symbol: 'makes the dispatch throw',
    function: 'makes the dispatch throw',
    class: 'makes the dispatch throw',
  },
  'structured-clone': {
    label: 'structured clone',
    WeakMap: 'makes the dispatch throw',
    WeakSet: 'makes the dispatch throw',
    Promise: 'makes the dispatch throw',
    Buffer: 'arrives as a Uint8Array',
    symbol: 'makes the dispatch throw',
    function: 'makes the dispatch throw',
    class: losesClass,
  },
  bson: {
    label: 'BSON',
    Map: 'arrives as a plain object',
    Set: isEmptied,
    WeakMap: isEmptied,
    WeakSet: isEmptied,
    Error: isEmptied,
    Promise: isEmptied,
    Buffer: 'arrives as a Binary',
    'typed array': 'arrives as a Binary or an object of indexes',
    ArrayBuffer: isEmptied,
    bigint: 'arrives as a number, or makes the dispatch throw',
    symbol: isDropped,
    function: isDropped,
    class: losesClass,
  },
};
