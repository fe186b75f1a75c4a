/** Is this version within the bounds? An unknown version is taken for the newest. */
export function isWithin(
  version: string | undefined,
  since: string | undefined,
  before: string | undefined,
): boolean {
  if (since !== undefined && version !== undefined && compare(version, since) < 0) return false;
  if (before !== undefined && (version === undefined || compare(version, before) >= 0)) return false;
  return true;
}

/** Is it certainly within them? What depends on a version that nobody knows is unknown. */
export function isCertainlyWithin(
  version: string | undefined,
  since: string | undefined,
  before: string | undefined,
): boolean {
  if (version === undefined && (since ?? before) !== undefined) return false;
  return isWithin(version, since, before);
}

function compare(left: string, right: string): number {
  const numbers = (version: string): number[] =>
    version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(left), numbers(right)];
  for (const index of [0, 1, 2]) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
