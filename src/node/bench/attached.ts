/** What `--on auto` means: the boards that are there, the likeliest first. */
import { existsSync } from 'node:fs';
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { BenchBoard } from '../../lab/inventory.ts';
import type { Fixture } from '../../lab/lab.ts';
import { listPorts, type PortDescription, recognisedBoards } from '../discovery.ts';
import { findBench } from './inventory-file.ts';
import { portAt } from './locate.ts';

export interface AttachedBoard {
  /** What `--on` would call it: its name in the inventory, or its port. */
  readonly port: string;
  /** Undefined for a board that the inventory does not have. */
  readonly listed?: BenchBoard;
}

/** Told of each board that `auto` does not take, and why. */
export type OnPassedOver = (port: string, error: NetlabError) => void;

/** What a board with other firmware does, behind the same USB identity. */
const NOT_OURS = ['board-silent', 'board-foreign'];
const IN_USE = ['board-leased', 'port-busy'];

/**
 * Those of the inventory that have the fixtures and are plugged in, those on the network last; then any other
 * that is recognised by its USB identity. One of the inventory that lacks a fixture is passed over.
 * @throws UsageError of the inventory
 */
export async function attachedBoards(
  fixtures: readonly Fixture[] = [],
  onPassedOver: OnPassedOver = () => {},
): Promise<readonly AttachedBoard[]> {
  const boards = findBench()?.boards ?? [];
  const ports = boards.length === 0 ? [] : await listPorts();
  const there = boards.filter((board) => isThere(board, ports));
  const fitting: AttachedBoard[] = [];
  for (const listed of there.sort((a, b) => nearness(a) - nearness(b))) {
    const lacking = fixtures.filter(
      (fixture) => fixture !== 'serial' && !listed.fixtures.includes(fixture),
    );
    if (lacking.length === 0) fitting.push({ port: listed.name, listed });
    else onPassedOver(listed.name, fixtureMissing(listed.name, lacking));
  }
  const strangers = (await recognisedBoards()).filter((port) => !isListed(port, boards));
  return [...fitting, ...strangers.map(({ path }) => ({ port: path }))];
}

const nearness = ({ place }: BenchBoard): number => Number(place.by === 'url');

export const fixtureMissing = (board: string, lacking: readonly Fixture[]): NetlabError => {
  const details = { board, fixtures: lacking.join(', ') };
  const message = `${board} has no ${details.fixtures}`;
  return new NetlabError('fixture-missing', EXIT.nothingToCheck, message, details);
};

/** A path may be a link, or a pseudo-terminal that is on no list of ports. */
const isThere = ({ place }: BenchBoard, ports: readonly PortDescription[]): boolean =>
  place.by === 'url' ||
  portAt(place, ports) !== undefined ||
  (place.by === 'path' && existsSync(place.value));

const isListed = (port: PortDescription, boards: readonly BenchBoard[]): boolean =>
  boards.some(({ place }) => portAt(place, [port]) !== undefined);

/**
 * The first that opens; undefined when none is there that speaks netlab. One that is in use is left to who uses
 * it, as long as there is another.
 * @throws NetlabError of the first that is in use when no other is left; any other error of a board
 */
export async function firstThatOpens<T>(
  boards: readonly AttachedBoard[],
  open: (board: AttachedBoard) => Promise<T>,
  onPassedOver: OnPassedOver,
): Promise<T | undefined> {
  let inUse: NetlabError | undefined;
  for (const board of boards) {
    try {
      return await open(board);
    } catch (error) {
      if (!(error instanceof NetlabError)) throw error;
      if (IN_USE.includes(error.code)) inUse ??= error;
      else if (!NOT_OURS.includes(error.code)) throw error;
      onPassedOver(board.port, error);
    }
  }
  if (inUse !== undefined) throw inUse;
  return undefined;
}
