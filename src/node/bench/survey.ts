/** What boards there are, whether they can be used, and who has them. */
import { NetlabError } from '../../base/errors.ts';
import { seededRng } from '../../base/random.ts';
import { milliseconds } from '../../base/time.ts';
import { Board } from '../../hardware/board/board.ts';
import type { Identity } from '../../hardware/control/identity.ts';
import type { BenchBoard } from '../../lab/inventory.ts';
import { freshSeed } from '../chance.ts';
import { epochNow } from '../clock.ts';
import { listPorts, type PortDescription } from '../discovery.ts';
import { openLine } from '../open-line.ts';
import { findBench } from './inventory-file.ts';
import { EXPIRY_MS } from './lease-folder.ts';
import { type Holding, listHoldings } from './leases.ts';
import { placeOf, portAt } from './locate.ts';
import { resourceOf } from './resource.ts';

/**
 * `free`: it answered, and may be used. `held`: another netlab has it. `failed`: it cannot be used, and the
 * error says why. `unasked`: nobody greeted it, because it may be something else, or it was not wanted.
 */
type BoardState = 'free' | 'held' | 'failed' | 'unasked';

export interface Tenant {
  readonly user: string;
  readonly host: string;
  readonly command: string;
  readonly pid: number;
  readonly age_s: number;
  /** When it counts as gone, if it gives no sign of life until then. */
  readonly expires_s: number;
}

export interface SurveyedBoard {
  readonly state: BoardState;
  /** In the inventory. */
  readonly name?: string;
  /** Where it is now; absent when it is not plugged in. */
  readonly port?: string;
  readonly usb?: PortDescription;
  readonly listed?: BenchBoard;
  /** Who it said it is. */
  readonly identity?: Identity;
  readonly tenant?: Tenant;
  readonly error?: NetlabError;
}

/** A board that is there answers within milliseconds, one behind a slow network within a second. */
const GREETING = milliseconds(1500);

/**
 * Every serial port and every board of the inventory, those with a name first.
 * @param greet opens what is surely or likely a board and is nobody's, and asks it who it is
 * @throws UsageError of the inventory
 */
export async function survey(greet: boolean): Promise<readonly SurveyedBoard[]> {
  const listed = findBench()?.boards ?? [];
  const ports = await listPorts();
  const holdings = listHoldings();
  const strangers = ports.filter((port) =>
    listed.every(({ place }) => portAt(place, [port]) === undefined),
  );
  return Promise.all([
    ...listed.map((board) => surveyListed(board, ports, holdings, greet)),
    ...strangers.map((usb) => {
      const known = usb.certainty === 'ours' || usb.certainty === 'board';
      return surveyPort({ port: usb.path, usb }, holdings, greet && known);
    }),
  ]);
}

async function surveyListed(
  listed: BenchBoard,
  ports: readonly PortDescription[],
  holdings: ReadonlyMap<string, Holding>,
  greet: boolean,
): Promise<SurveyedBoard> {
  const { name, place } = listed;
  const usb = portAt(place, ports);
  const known = { name, listed, ...(usb === undefined ? {} : { usb }) };
  try {
    const port = await placeOf(listed, ports);
    return await surveyPort({ ...known, port }, holdings, greet);
  } catch (error) {
    return { ...known, ...failed(error) };
  }
}

type Known = Omit<SurveyedBoard, 'state'> & { readonly port: string };

async function surveyPort(
  known: Known,
  holdings: ReadonlyMap<string, Holding>,
  greet: boolean,
): Promise<SurveyedBoard> {
  const holding = holdings.get(resourceOf(known.port));
  if (holding !== undefined) return { ...known, state: 'held', tenant: tenantOf(holding) };
  if (!greet) return { ...known, state: 'unasked' };
  try {
    return { ...known, state: 'free', identity: await identityAt(known.port) };
  } catch (error) {
    return { ...known, ...failed(error) };
  }
}

function failed(error: unknown): { readonly state: 'failed'; readonly error: NetlabError } {
  if (error instanceof NetlabError) return { state: 'failed', error };
  throw error;
}

async function identityAt(port: string): Promise<Identity> {
  const transport = await openLine(port);
  try {
    const board = await Board.open(transport, {
      rng: seededRng(freshSeed()),
      deadlines: { open: GREETING },
    });
    await board.close();
    return board.identity;
  } finally {
    await transport.close();
  }
}

function tenantOf({ claim, beat_ms }: Holding): Tenant {
  const { user, host, command, pid, since } = claim;
  const now_ms = epochNow() / 1000;
  const expires_s = Math.max(0, Math.round((beat_ms + EXPIRY_MS - now_ms) / 1000));
  return { user, host, command, pid, age_s: ageOf(since, now_ms), expires_s };
}

const ageOf = (since: number, now_ms: number): number =>
  Math.max(0, Math.round((now_ms - since / 1000) / 1000));
