/** The firmware that was flashed, met at its port: who it says it is. */
import { NetlabError } from '../../base/errors.ts';
import { toHex } from '../../base/octets.ts';
import { seededRng } from '../../base/random.ts';
import { after, milliseconds, seconds } from '../../base/time.ts';
import { Board } from '../../hardware/board/board.ts';
import type { Identity } from '../../hardware/control/identity.ts';
import { freshSeed } from '../chance.ts';
import { digestDiffers, notBack } from './errors.ts';
import type { Flashing } from './flash-request.ts';

/** Restart, enumeration, and a system that has yet to give the new port its permissions. */
const PATIENCE = seconds(15);
/** A program of somebody else's may have no port, and nothing to say to us if it has one. */
const PATIENCE_FOR_STRANGERS = seconds(4);
const STRANGE = ['board-silent', 'board-foreign'];
const LOOK = milliseconds(250);

/** What passes by itself while a port is new, or was opened with a reset. */
const PASSING = [
  'no-such-port',
  'no-permission',
  'port-busy',
  'port-failed',
  'port-lost',
  'board-silent',
  'board-foreign',
  'board-reset',
  'connection-failed',
  'not-rfc2217',
];

export interface Greeting {
  readonly port: string;
  readonly identity: Identity;
}

/**
 * @param before the ports that were there while the board was in its loader: it is at none of these, save
 * the one that it was said to be at
 * @throws NetlabError `flash-not-back`, or what kept the last greeting from an answer
 */
export async function greet(flashing: Flashing, before: ReadonlySet<string>): Promise<Greeting> {
  const { world, signal, board, image } = flashing;
  const patience = image.firmware === undefined ? PATIENCE_FOR_STRANGERS : PATIENCE;
  const deadline = after(world.now(), patience);
  let last: NetlabError = notBack(board.board);
  while (world.now() < deadline) {
    signal.throwIfAborted();
    for (const port of await candidates(flashing, before)) {
      const met = await hello(flashing, port).catch((error: unknown) => {
        if (!(error instanceof NetlabError) || !PASSING.includes(error.code)) throw error;
        last = error;
        return undefined;
      });
      if (met !== undefined) return met;
      if (image.firmware === undefined && STRANGE.includes(last.code)) throw last;
    }
    await world.sleep(LOOK);
  }
  throw last;
}

async function candidates(
  { world, port, board }: Flashing,
  before: ReadonlySet<string>,
): Promise<readonly string[]> {
  const fresh = (await world.ports())
    .filter((each) => each.board === board.board && !before.has(each.path))
    .map(({ path }) => path);
  return port === undefined || fresh.includes(port) ? fresh : [...fresh, port];
}

async function hello({ world }: Flashing, port: string): Promise<Greeting> {
  const transport = await world.openLine(port);
  try {
    const board = await Board.open(transport, { rng: seededRng(freshSeed()) });
    const { identity } = board;
    await board.close();
    return { port, identity };
  } finally {
    await transport.close();
  }
}

/**
 * Holds what the firmware says of itself against the image.
 * @throws NetlabError `verify-digest`
 */
export function checkFirmware(
  { port, identity }: Greeting,
  { version, sourceHash }: { readonly version: string; readonly sourceHash: string },
): void {
  const told = toHex(identity.sourceHash ?? new Uint8Array(0));
  if (identity.firmware === version && told !== '' && sourceHash.startsWith(told)) return;
  const actual = `${identity.firmware} ${told}`.trim();
  throw digestDiffers(port, `${version} ${sourceHash.slice(0, 16)}`, actual);
}
