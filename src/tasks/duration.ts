/** Milliseconds of each unit that a written duration may use, by its first letters. */
const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|msecs?|millis|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1_000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hrs?|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
  [/^(?:w|weeks?)$/, 604_800_000],
];

/** Milliseconds of one unit, by whichever of its names; undefined for what is none. */
export function millisecondsOf(unit: string): number | undefined {
  return units.find(([names]) => names.test(unit.toLowerCase()))?.[1];
}

/** Milliseconds of `5m`, `1 minute`, `1h30m`, `250`; undefined for what is no duration. */
export function durationOf(text: string): number | undefined {
  const bare = Number(text);
  if (text.trim() !== '' && !Number.isNaN(bare)) return bare;
  let whole = 0;
  const rest = text.replace(
    /(?<amount>\d+(?:\.\d+)?)\s*(?<unit>[a-z]+)\s*/gi,
    (part: string, amount: string, unit: string) => {
      const each = millisecondsOf(unit);
      if (each === undefined) return part;
      whole += Number(amount) * each;
      return '';
    },
  );
  return rest.trim() === '' && text.trim() !== '' ? whole : undefined;
}
