/** What the fixture `segments:N` asks of a substrate, and what its recording calls them. */
import type { Fixture } from '../lab/lab.ts';

/** How many boards with a cable each; 1 where nothing is said. */
export function segmentsWanted(fixtures: readonly Fixture[]): number {
  const counts = fixtures.map((fixture) => /^segments:(\d)$/.exec(fixture)?.[1]);
  return counts.reduce((most, count) => Math.max(most, Number(count ?? 1)), 1);
}

export const segmentFixtures = (count: number): readonly Fixture[] =>
  count > 1 ? [`segments:${count}` as Fixture] : [];

/** The cassette's source for an end of segment `i`, from 0 on. */
export const segmentSource = (end: 'board' | 'peer' | 'peer-board', i: number): string =>
  i === 0 ? end : `segment${i + 1}.${end}`;
