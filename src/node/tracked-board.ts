/** A board of a run that is recorded or replayed: each opening of its line is a source of its own in the cassette. */
import type { Transport } from '../hardware/board/transport.ts';
import { BoardStation, type BoardStationOptions } from './board-station.ts';

export interface TrackedBoardOptions extends Omit<BoardStationOptions, 'connect'> {
  /** Of the first opening; later ones are `source.2` and so on. */
  readonly source: string;
  readonly connect: (track: string, opening: number) => Promise<Transport>;
}

/** @throws as `BoardStation.open` does */
export function openTracked({
  source,
  connect,
  ...options
}: TrackedBoardOptions): Promise<BoardStation> {
  let openings = 0;
  return BoardStation.open({
    ...options,
    connect: () => {
      openings += 1;
      return connect(openings === 1 ? source : `${source}.${openings}`, openings);
    },
  });
}

/** All of them brought back after a fault, one after the other; false when one was not. */
export async function recoverAll(boards: readonly BoardStation[]): Promise<boolean> {
  for (const board of boards) {
    if (!(await board.recover())) return false;
  }
  return true;
}

export async function closeAll(boards: readonly BoardStation[]): Promise<void> {
  await Promise.all(boards.map((board) => board.close()));
}
