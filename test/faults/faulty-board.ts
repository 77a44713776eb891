/**
 * A board at a USB socket that faults happen to: any board behind any transport, and this machine as far as
 * `netlab run --on PORT` sees it. Time is the board's own, so that all waits are over at once.
 */
import { EXIT, NetlabError } from '../../src/base/errors.ts';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import { after, type Duration, earliest, type Instant, milliseconds } from '../../src/base/time.ts';
import { portLost } from '../../src/hardware/board/errors.ts';
import type { Transport } from '../../src/hardware/board/transport.ts';
import type { PortWorld } from '../../src/node/bench/board-port.ts';
import type { PortDescription } from '../../src/node/discovery.ts';

/** What is at the end of the plug. */
export interface BoardUnderFault {
  /** The host's end of the line, as it is after power came on. */
  transport(): Transport;
  /** Power off and on, in the middle of whatever it was doing. */
  powerCycle(): void;
}

/** A full-speed USB adapter's FIFO, and how many of them are kept while nobody reads. */
const FLOOD_FRAME = 250;
const FLOOD_BATCH = 8;

export class FaultyBoard implements PortWorld {
  /** How the line is spoiled from now on; nothing: it is sound. */
  spoiled: 'hung' | 'flooded' | { readonly lumps: Duration } | undefined;
  /** A line of the port leads to the reset pin, and a reset ends what hangs. */
  resettable = false;
  /** How often each thing happened. */
  readonly seen = { openings: 0, resets: 0 };
  readonly world: PortWorld = this;
  path = '/dev/ttyACM0';
  #present = true;
  /** How often it is looked for before it is back; for ever without it. */
  #returnsAfter: number | undefined;
  #watchdogAt: Instant | undefined;
  readonly #board: BoardUnderFault;
  readonly #rng = seededRng(1);
  #line: Transport;
  #held: Uint8Array[] = [];
  #releaseAt: Instant | undefined;

  constructor(board: BoardUnderFault) {
    this.#board = board;
    this.#line = board.transport();
  }

  now(): Instant {
    return this.#line.now();
  }

  /** Virtual time passes as it does for a board: while somebody waits for what it says. */
  async sleep(time: Duration): Promise<void> {
    const until = after(this.now(), time);
    while (this.now() < until) await this.#line.read(until);
  }

  async ports(): Promise<readonly PortDescription[]> {
    if (!this.#present && this.#returnsAfter !== undefined && --this.#returnsAfter <= 0) {
      this.#present = true;
      this.#board.powerCycle();
    }
    const usb = { vendorId: '2e8a', productId: '000a', serialNumber: 'E6614103E7174A2B' };
    return this.#present ? [{ path: this.path, ...usb }] : [];
  }

  async openLine(path: string): Promise<Transport> {
    if (!this.#present || path !== this.path) {
      throw new NetlabError('no-such-port', EXIT.noBoard, `there is no port ${path}`, {
        port: path,
      });
    }
    this.seen.openings += 1;
    this.#line = this.#board.transport();
    return this.#spoil(this.#line);
  }

  /** @param returns how often it is looked for until it is back, at the next port's name */
  unplug({ returns }: { readonly returns?: number } = {}): void {
    this.#present = false;
    this.#returnsAfter = returns;
    if (returns !== undefined) this.path = '/dev/ttyACM1';
    this.#line.wake();
  }

  /** A person puts all in order: the next run finds a board with power. */
  mend(): void {
    this.#present = true;
    this.spoiled = undefined;
    this.#watchdogAt = undefined;
    this.#board.powerCycle();
  }

  brownOut(): void {
    this.#board.powerCycle();
  }

  /** It hangs until its watchdog notices. */
  hang({ watchdog }: { readonly watchdog?: Duration } = {}): void {
    this.spoiled = 'hung';
    this.#watchdogAt = watchdog && after(this.now(), watchdog);
  }

  #spoil(inner: Transport): Transport {
    const { received: before } = inner.diagnostics();
    const present = (): void => {
      if (!this.#present) throw portLost(inner.name);
    };
    return {
      name: inner.name,
      now: () => inner.now(),
      write: (octets) => {
        if (this.#present && this.spoiled !== 'hung') inner.write(octets);
      },
      read: async (until) => {
        present();
        const frames = await this.#read(inner, until);
        present();
        return frames;
      },
      wake: () => inner.wake(),
      drain: async () => {
        present();
        await inner.drain();
      },
      setLineRate: (rate) => inner.setLineRate(rate),
      lineRate: () => inner.lineRate(),
      resetBoard: async () => {
        if (!this.resettable) return false;
        this.seen.resets += 1;
        this.mend();
        return true;
      },
      diagnostics: () => {
        const { received, sample } = inner.diagnostics();
        return { received: received - before, sample };
      },
      close: () => inner.close(),
    };
  }

  async #read(inner: Transport, until: Instant): Promise<readonly Uint8Array[]> {
    const { spoiled } = this;
    if (spoiled === undefined) {
      return this.#held.length > 0 ? this.#held.splice(0) : inner.read(until);
    }
    if (spoiled === 'hung') return this.#hang(inner, until);
    if (spoiled === 'flooded') return this.#flood(inner, until);
    return this.#inLumps(inner, until, spoiled.lumps);
  }

  async #hang(inner: Transport, until: Instant): Promise<readonly Uint8Array[]> {
    await inner.read(earliest(until, this.#watchdogAt) ?? until);
    if (this.#watchdogAt === undefined || inner.now() < this.#watchdogAt) return [];
    this.mend();
    return [];
  }

  /** Between two frames of the board's there is always more that nobody can read. */
  async #flood(inner: Transport, until: Instant): Promise<readonly Uint8Array[]> {
    const soon = earliest(until, after(inner.now(), milliseconds(1))) ?? until;
    const frames = await inner.read(soon);
    const noise = Array.from({ length: FLOOD_BATCH }, () => randomOctets(this.#rng, FLOOD_FRAME));
    return [...noise, ...frames, ...noise];
  }

  /** What came since the last lump is handed on all at once. */
  async #inLumps(
    inner: Transport,
    until: Instant,
    lumps: Duration,
  ): Promise<readonly Uint8Array[]> {
    this.#releaseAt ??= after(inner.now(), lumps);
    const due = earliest(until, this.#releaseAt) ?? until;
    this.#held.push(...(await inner.read(due)));
    if (inner.now() < this.#releaseAt) return [];
    this.#releaseAt = undefined;
    return this.#held.splice(0);
  }
}
