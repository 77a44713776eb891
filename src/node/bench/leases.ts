/**
 * Which process has which board, so that a second one is told instead of let in. One claim is one file of its
 * own in the user's state folder; there is no lock of the system's in it, so it is the same on every system.
 *
 *   claim written (`asked`) ──▶ others listed ──▶ none counts ──▶ `taken` ──▶ released
 *                                    │
 *                                    └─ one that is `taken`, or was asked earlier ──▶ withdrawn: `board-leased`
 *
 * Invariants:
 *   (1) Two processes never both hold one board. Each lists after its own claim is there, and holds only when
 *       those that it found are gone; of two, the one whose claim came later finds the other's.
 *   (2) A claim is removed by its owner, or by who finds its process gone or silent for too long. No claim
 *       is ever written over by another, so nobody can remove the wrong one.
 *   (3) Of several that ask at once, one gets the board, whatever others ask meanwhile.
 *   (4) A holder whose claim was removed learns so with its next sign of life.
 */
import { hostname, userInfo } from 'node:os';
import { epochNow, monotonicNow } from '../clock.ts';
import { fileError } from '../store/file-error.ts';
import type { Claim } from './lease-claim.ts';
import { boardLeased } from './lease-errors.ts';
import {
  demiseOf,
  type ListedClaim,
  leaseFolder,
  listClaims,
  removeClaim,
  writeClaim,
  writeState,
} from './lease-folder.ts';
import { tellOfLease } from './lease-notices.ts';
import { resourceOf } from './resource.ts';
import { ownProcess } from './running-process.ts';

export interface Lease {
  /** Told once, when another process has taken the board over. */
  onLost(listener: () => void): void;
  /** May be called again, and when the process ends. */
  release(): void;
}

const BEAT_MS = 5000;
/** Those who asked later withdraw within milliseconds; one that was stopped in between does not. */
const ASKING_US = 2_000_000;
const LOOK_MS = 4;

/** One for each board that this process holds, whoever in it uses it: leases keep processes apart. */
const held = new Map<string, Promise<HeldBoard>>();

const taken = new Set<HeldBoard>();

function releaseAll(): void {
  for (const board of [...taken]) board.end();
}

/**
 * Takes the board that a port leads to, for this process; again for who has it already. Where the state folder
 * cannot be written it is told once and the board is free to all.
 * @param name what a person called it
 * @throws NetlabError `board-leased`
 */
export async function takeLease(port: string, name: string = port): Promise<Lease> {
  const resource = resourceOf(port);
  for (;;) {
    const known = held.get(resource) ?? claimBoard(name, resource);
    held.set(resource, known);
    try {
      const lease = (await known).share();
      if (lease !== undefined) return lease;
    } catch (error) {
      if (held.get(resource) === known) held.delete(resource);
      throw error;
    }
    if (held.get(resource) === known) held.delete(resource);
  }
}

/** A board that is in use, and by whom. */
export interface Holding {
  readonly claim: Claim;
  readonly beat_ms: number;
}

/** All boards that are held now, by resource. Removes nothing. */
export function listHoldings(): ReadonlyMap<string, Holding> {
  const holdings = new Map<string, Holding>();
  for (const listed of listClaims(leaseFolder())) {
    if (listed.claim.state !== 'taken' || demiseOf(listed, epochNow() / 1000)) continue;
    holdings.set(listed.claim.resource, listed);
  }
  return holdings;
}

async function claimBoard(port: string, resource: string): Promise<HeldBoard> {
  const folder = leaseFolder();
  let own: ListedClaim;
  try {
    own = writeClaim(folder, ownClaim(port, resource));
  } catch (error) {
    tellOfLease({ kind: 'unkept', error: fileError(error, folder) });
    return new HeldBoard(resource, undefined);
  }
  try {
    await untilAlone(own, folder, port);
    writeState(own.path, 'taken');
    return new HeldBoard(resource, own.path);
  } catch (error) {
    removeClaim(own.path);
    throw error;
  }
}

/** @throws NetlabError `board-leased` */
async function untilAlone(own: ListedClaim, folder: string, port: string): Promise<void> {
  const deadline = monotonicNow() + ASKING_US;
  // Claims that come after this list are made by those who find this one, and withdraw.
  let rivals = rivalsOf(own, folder, port);
  for (;;) {
    const [first] = rivals;
    if (first === undefined) return;
    const ahead = rivals.find((rival) => rival.claim.state === 'taken' || precedes(rival, own));
    if (ahead !== undefined) throw boardLeased(port, ahead.claim);
    if (monotonicNow() > deadline) throw boardLeased(port, first.claim);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const seen = new Set(rivals.map(({ path }) => path));
    rivals = rivalsOf(own, folder, port).filter(({ path }) => seen.has(path));
  }
}

/** The other claims on the board, save those that do not count. */
const rivalsOf = (own: ListedClaim, folder: string, port: string): readonly ListedClaim[] =>
  listClaims(folder, own.claim.resource).filter(
    (other) => other.path !== own.path && !sweep(other, own, port),
  );

const precedes = (a: ListedClaim, b: ListedClaim): boolean =>
  a.claim.since === b.claim.since ? a.path < b.path : a.claim.since < b.claim.since;

/** True for a claim that does not count. */
function sweep(other: ListedClaim, own: ListedClaim, port: string): boolean {
  const why = demiseOf(other, own.beat_ms);
  if (why === undefined) return false;
  const removed = removeClaim(other.path);
  // A silent holder learns of it by the claim's absence alone.
  if (!removed && why === 'expired') return false;
  if (other.claim.state === 'taken')
    tellOfLease({ kind: 'taken-over', port, why, from: other.claim });
  return true;
}

function ownClaim(port: string, resource: string): Claim {
  return {
    ...ownProcess(),
    state: 'asked',
    resource,
    port,
    user: userName(),
    host: hostname(),
    command: ['netlab', ...process.argv.slice(2)].join(' '),
    since: epochNow(),
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? ''); // A user ID with no entry in the system's list.
  }
}

class HeldBoard {
  private readonly resource: string;
  /** Undefined where leases cannot be kept. */
  private readonly path: string | undefined;
  private users = 0;
  private over = false;
  private readonly listeners = new Set<() => void>();
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(resource: string, path: string | undefined) {
    this.resource = resource;
    this.path = path;
    if (path === undefined) return;
    this.timer = setInterval(() => this.beat(path), BEAT_MS);
    this.timer.unref();
    if (taken.size === 0) process.on('exit', releaseAll);
    taken.add(this);
  }

  /** Undefined when the last of its users has gone in the meantime. */
  share(): Lease | undefined {
    if (this.over) return undefined;
    this.users += 1;
    const listeners = new Set<() => void>();
    let released = false;
    return {
      onLost: (listener) => {
        listeners.add(listener);
        this.listeners.add(listener);
      },
      release: () => {
        if (released) return;
        released = true;
        for (const listener of listeners) this.listeners.delete(listener);
        this.users -= 1;
        if (this.users === 0) this.end();
      },
    };
  }

  private beat(path: string): void {
    if (writeState(path, 'taken')) return;
    this.end();
    for (const listener of [...this.listeners]) listener();
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    held.delete(this.resource);
    taken.delete(this);
    if (taken.size === 0) process.off('exit', releaseAll);
    clearInterval(this.timer);
    if (this.path !== undefined) removeClaim(this.path);
  }
}
