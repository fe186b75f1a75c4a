/** The name that somebody who wrote this one most likely meant; undefined where none is like it. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let found: string | undefined;
  // Short names differ by little from many.
  let least = Math.min(3, Math.floor(name.length / 4)) + 1;
  for (const each of names) {
    const far = simple(each) === simple(name) ? 0 : distance(each, name);
    if (far < least) [found, least] = [each, far];
  }
  return found;
}

/** Without what only styles differ in: `sendMail`, `send-mail`, `SEND_MAIL`. */
function simple(name: string): string {
  return name.replace(/[-_.:/\s]/g, '').toLowerCase();
}

/** How many letters have to be put in, taken out, changed, or swapped with their neighbour. */
function distance(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = left[i - 1] === right[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + change,
          isSwap ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row[right.length] ?? 0;
}
