/** "Did you mean …?" */

/** Changes needed at most for a name to count as near. */
const DISTANCE_MAX = 3;

/** The candidate that fewest changes of one character turn `name` into; none when all are far. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const limit = Math.min(DISTANCE_MAX, Math.ceil(name.length / 2));
  let best: { readonly candidate: string; readonly far: number } | undefined;
  for (const candidate of candidates) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase());
    if (far <= limit && (best === undefined || far < best.far)) best = { candidate, far };
  }
  return best?.candidate;
}

/** Insertions, deletions and replacements of one character, and exchanges of two neighbours: what fingers do. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const crossed = j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = crossed ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
