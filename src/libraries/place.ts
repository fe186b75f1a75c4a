/** A place, taken apart. See `Place` in define.ts for what the words mean. */
export interface ParsedPlace {
  readonly root: PlaceRoot;
  readonly steps: readonly Step[];
}

/** One argument, the last one, or all of them from one on. */
export type ArgumentIndex = number | 'last' | { readonly from: number };

export type PlaceRoot =
  | { readonly kind: 'argument' | 'next' | 'end' | 'parameter'; readonly index: ArgumentIndex }
  | { readonly kind: 'type'; readonly index: number }
  | {
      readonly kind:
        'item' | 'chain' | 'self' | 'receiver' | 'holder' | 'around' | 'key' | 'name' | 'next.name';
    }
  | { readonly kind: 'member' | 'static'; readonly name: string };

export type Step =
  | { readonly kind: 'key'; readonly key: string }
  /** Each element of a list. */
  | { readonly kind: 'elements' }
  /** What a function returns. */
  | { readonly kind: 'returned' }
  /** What a call was given. */
  | { readonly kind: 'given'; readonly index: number };

const grammar =
  /^(?:(?<prefix>next|end)\.(?=arg))?(?:arg(?<index>\d+|Last|sFrom\d+|s)|param(?<parameter>\d+|s)|typeArg(?<type>\d+)|(?<word>next\.name|item|chain|self|receiver|holder|around|key|name)|(?<owner>member|static)\.(?<member>[\w$]+))(?<rest>.*)$/;

const parsed = new Map<string, ParsedPlace | { readonly problem: string }>();

/** Reads a place; a problem is the end of a sentence. */
export function parsePlace(place: string): ParsedPlace | { readonly problem: string } {
  let result = parsed.get(place);
  if (!result) parsed.set(place, (result = parse(place)));
  return result;
}

function parse(place: string): ParsedPlace | { readonly problem: string } {
  const groups = grammar.exec(place)?.groups;
  if (!groups) {
    return {
      problem:
        'a place begins with arg0, argLast, args, item, next.arg0, end.args, chain, self, receiver, holder, around, key, name, typeArg0, member.x, static.x, param0 or params',
    };
  }
  const root = rootOf(groups);
  const steps: Step[] = [];
  let rest = groups['rest'] ?? '';
  while (rest !== '') {
    const step = /^(?:\.(?<key>[\w$@{}-]+)|(?<elements>\[\])|(?<returned>\(\))|\((?<given>\d+)\))/.exec(rest);
    if (!step?.groups) return { problem: `'${rest}' is neither .key nor [] nor () nor (0)` };
    if (step.groups['elements']) steps.push({ kind: 'elements' });
    else if (step.groups['returned']) steps.push({ kind: 'returned' });
    else if (step.groups['given'] !== undefined)
      steps.push({ kind: 'given', index: Number(step.groups['given']) });
    else steps.push({ kind: 'key', key: step.groups['key'] ?? '' });
    rest = rest.slice(step[0].length);
  }
  return { root, steps };
}

function rootOf(groups: Readonly<Record<string, string | undefined>>): PlaceRoot {
  const { prefix, index, parameter, type, word, owner, member } = groups;
  if (index !== undefined) {
    const kind = prefix === 'next' ? 'next' : prefix === 'end' ? 'end' : 'argument';
    if (index.startsWith('s')) return { kind, index: { from: Number(index.slice('sFrom'.length)) } };
    return { kind, index: index === 'Last' ? 'last' : Number(index) };
  }
  if (type !== undefined) return { kind: 'type', index: Number(type) };
  if (parameter !== undefined)
    return { kind: 'parameter', index: parameter === 's' ? { from: 0 } : Number(parameter) };
  if (word !== undefined)
    return { kind: word as Exclude<PlaceRoot, { index: unknown } | { name: string }>['kind'] };
  return { kind: owner === 'static' ? 'static' : 'member', name: member ?? '' };
}
