/**
 * A board at a machine's serial port: the twin of its loader while it is flashed, and then the emulated board, which
 * boots what the twin's flash holds. The loader's line is in real time, as its driver waits; the program's is not.
 */
import { EXIT, NetlabError } from '../../src/base/errors.ts';
import { after, type Duration, type Instant, START, since } from '../../src/base/time.ts';
import type { EmulatedKind } from '../../src/hardware/emulator/machine.ts';
import { type EmulatedBoard, World } from '../../src/hardware/emulator/world.ts';
import { Loopback } from '../../src/medium/loopback.ts';
import { monotonicNow } from '../../src/node/clock.ts';
import type { PortDescription } from '../../src/node/discovery.ts';
import type { FlashWorld, LoaderLine } from '../../src/node/flash/flash-world.ts';
import type { LoaderTwin } from './line-loader.ts';

export const PORT = '/dev/ttyACM0';

/** A loader that a program is behind. */
export interface ProgramTwin extends LoaderTwin {
  /** From the first octet on. */
  readonly flash: Uint8Array;
  /** The program was started, and not the loader. */
  readonly running: boolean;
}

export class LineWorld implements FlashWorld {
  /** What boots from the twin's flash, once somebody has opened its line. */
  emulated: EmulatedBoard | undefined;
  readonly #board: EmulatedKind;
  readonly #twin: ProgramTwin;
  readonly #begun = monotonicNow();
  #slept = 0 as Duration;

  constructor(board: EmulatedKind, twin: ProgramTwin) {
    this.#board = board;
    this.#twin = twin;
  }

  now(): Instant {
    return after(after(START, since(monotonicNow(), this.#begun)), this.#slept);
  }

  async sleep(time: Duration): Promise<void> {
    this.#slept = (this.#slept + time) as Duration;
  }

  async ports(): Promise<readonly PortDescription[]> {
    return [{ path: PORT, board: this.#board, what: 'a board', certainty: 'board' }];
  }

  async volumes(): Promise<readonly never[]> {
    return [];
  }

  async usbLoaders(): Promise<readonly never[]> {
    return [];
  }

  async unmounted(): Promise<undefined> {
    return undefined;
  }

  touch(): Promise<never> {
    throw new Error('nobody touches a board whose loader is on its line');
  }

  async openLine(path: string) {
    if (path !== PORT || !this.#twin.running) {
      throw new NetlabError('port-lost', EXIT.boardFault, 'no program runs', { port: path });
    }
    this.emulated ??= this.#boot();
    // Whoever opens a port raises both: an Uno's adapter resets it by that.
    this.emulated.setLineState(true, true);
    return this.emulated.transport();
  }

  async takeLease() {
    return { release() {} };
  }

  async openLoaderLine(): Promise<LoaderLine> {
    const twin = this.#twin;
    this.emulated = undefined;
    let listener: ((octets: Uint8Array) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    const pump = (): void => {
      clearTimeout(timer);
      for (let o = twin.pollOutput(); o !== undefined; o = twin.pollOutput()) listener?.(o);
      const due = twin.pollTimeout();
      if (due !== undefined) timer = setTimeout(expire, Math.max(0, (due - this.now()) / 1000));
    };
    const expire = (): void => {
      twin.handleTimeout(this.now());
      pump();
    };
    return {
      onOctets: (added) => {
        listener = added;
      },
      onLost: () => {},
      write: (octets) => {
        twin.handleOctets(octets, this.now());
        pump();
      },
      setSignals: async (dtr, rts) => {
        twin.handleSignals(dtr, rts, this.now());
        pump();
      },
      setRate: async (rate) => twin.handleRate?.(rate),
      close: async () => clearTimeout(timer),
    };
  }

  #boot(): EmulatedBoard {
    const world = new World({ medium: new Loopback(), seed: 1 });
    return world.addBoard({ name: '', board: this.#board, image: this.#twin.flash });
  }
}
