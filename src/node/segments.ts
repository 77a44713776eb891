/** What the fixture `segments:N` asks of a substrate. */
import type { Fixture } from '../lab/lab.ts';

/** How many boards with a cable each; 1 where nothing is said. */
export function segmentsWanted(fixtures: readonly Fixture[]): number {
  const counts = fixtures.map((fixture) => /^segments:(\d)$/.exec(fixture)?.[1]);
  return counts.reduce((most, count) => Math.max(most, Number(count ?? 1)), 1);
}
