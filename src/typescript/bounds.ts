/**
 * How far one question is followed. Texts may be cyclic, and calls within calls may go on without end, so
 * every reading is counted; and because an answer must not depend on what was asked before it, an answer
 * from memory is charged with what finding it took.
 */

/** Readings within readings; spreads two hundred deep are still read. */
const maximumDepth = 250;
/** Readings in all for one question; real settings are found within a hundred. */
const maximumSteps = 3000;

/** Remembers one answer, and while it is being found, that it is. */
export interface Slot<T> {
  known?: { readonly value: T; readonly height: number; readonly steps: number };
  /** The depth at which it is being read. */
  since?: number | undefined;
}

let depth = 0;
/** The deepest reading since the current one began. */
let deepest = 0;
let steps = 0;
/** The outermost reading whose being under way cut an answer short; such an answer holds only within it. */
let cut = Infinity;

/**
 * Reads within the bounds.
 *
 * @param slot where the answer is remembered; without one the question is another each time.
 * @param otherwise the answer where the text refers to itself, or goes too far.
 */
export function withinBounds<T>(slot: Slot<T> | undefined, read: () => T, otherwise: (why: string) => T): T {
  if (depth === 0) {
    steps = 0;
    deepest = 0;
    cut = Infinity;
  }
  const known = slot?.known;
  if (depth + (known?.height ?? 1) > maximumDepth || steps + (known?.steps ?? 1) > maximumSteps) {
    cut = -1;
    return otherwise('it goes too deep');
  }
  if (known) {
    steps += known.steps;
    deepest = Math.max(deepest, depth + known.height);
    return known.value;
  }
  if (slot?.since !== undefined) {
    cut = Math.min(cut, slot.since);
    return otherwise('it refers to itself');
  }
  const own = depth;
  const outer = { deepest, cut, steps };
  if (slot) slot.since = own;
  depth += 1;
  steps += 1;
  deepest = depth;
  cut = Infinity;
  try {
    const value = read();
    // What went too far for a question of its own goes too far within any other.
    if (slot && (cut >= own || own === 0))
      slot.known = { value, height: cut < 0 ? Infinity : deepest - own, steps: steps - outer.steps };
    return value;
  } finally {
    if (slot) slot.since = undefined;
    depth = own;
    deepest = Math.max(outer.deepest, deepest);
    cut = Math.min(outer.cut, cut >= own ? Infinity : cut);
  }
}
