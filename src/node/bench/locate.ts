/** Where the board is that a person named: its port as it is called now. */
import { existsSync } from 'node:fs';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { type BenchBoard, type BoardPlace, isBoardName } from '../../lab/inventory.ts';
import { nearest } from '../../lab/near.ts';
import { listPorts, type PortDescription } from '../discovery.ts';
import { boardNamed, findBench } from './inventory-file.ts';

/**
 * A port or URL as it is; the name of a board as the inventory has it.
 * @throws NetlabError `no-such-board`, `board-absent`; UsageError of the inventory
 */
export async function locate(name: string): Promise<string> {
  const board = namedBoard(name);
  return board === undefined ? name : placeOf(board);
}

/**
 * The inventory's board of this name; undefined for a port or a URL.
 * @throws NetlabError `no-such-board`; UsageError of the inventory
 */
export function namedBoard(name: string): BenchBoard | undefined {
  if (!isBoardName(name)) return undefined;
  const bench = findBench();
  const board = boardNamed(bench, name);
  // A port may be a link in the working folder.
  if (board !== undefined || existsSync(name)) return board;
  const names = bench?.boards.map((each) => each.name) ?? [];
  const near = nearest(name, names) ?? '';
  const details = { board: name, near, boards: names.join(', '), file: bench?.path ?? '' };
  throw new NetlabError('no-such-board', EXIT.noBoard, `there is no board ${name}`, details);
}

/**
 * @param ports what is plugged in, if somebody has looked
 * @throws NetlabError `board-absent`
 */
export async function placeOf(
  { name, place }: BenchBoard,
  ports?: readonly PortDescription[],
): Promise<string> {
  const { by, value } = place;
  if (by === 'path' || by === 'url') return value;
  const found = portAt(place, ports ?? (await listPorts()));
  if (found !== undefined) return found.path;
  const details = { board: name, by, value };
  throw new NetlabError('board-absent', EXIT.noBoard, `${name} is not plugged in`, details);
}

export const portAt = (
  { by, value }: BoardPlace,
  ports: readonly PortDescription[],
): PortDescription | undefined =>
  ports.find((port) => {
    if (by === 'path') return port.path === value;
    return by !== 'url' && port[by]?.toLowerCase() === value.toLowerCase();
  });
