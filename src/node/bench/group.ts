/** The further boards that a lab asks for, as the inventory has them grouped with the one that was named. */
import type { BenchBoard, GroupFixture } from '../../lab/inventory.ts';
import type { Fixture } from '../../lab/lab.ts';
import type { CabledPort } from '../substrate-port.ts';
import { fixtureMissing } from './attached.ts';

export interface Group {
  /** The other board of `boards:2`. */
  readonly second: string | undefined;
  /** The segments of `segments:N` after the first. */
  readonly segments: readonly CabledPort[];
}

/**
 * Nothing of a group that the board is not in: a check that needs it says so.
 * @param boards all of the inventory
 * @throws NetlabError `fixture-missing` when a board of the segments has no peer
 */
export function groupOf(
  { name, peer, groups }: BenchBoard,
  boards: readonly BenchBoard[],
  wanted: readonly Fixture[],
): Group {
  const fixture = wanted.find((each) => each.startsWith('segments:')) as GroupFixture | undefined;
  const others = fixture === undefined ? undefined : groups[fixture];
  if (others !== undefined && peer === undefined) throw fixtureMissing(name, ['cable:peer']);
  return {
    second: wanted.includes('boards:2') ? groups['boards:2']?.[0] : undefined,
    segments: (others ?? []).map((port) => {
      const cabled = boards.find((board) => board.name === port)?.peer;
      if (cabled === undefined) throw fixtureMissing(port, ['cable:peer']);
      return { port, peer: cabled };
    }),
  };
}
