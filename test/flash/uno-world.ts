/**
 * An Arduino Uno at a machine's USB plug: the twin of optiboot until it starts the program that is in the flash, and
 * then the emulated ATmega328P, which boots from just that flash. The loader's client waits by the wall clock, so
 * the twin follows that; the board has a time of its own.
 */
import { type Instant, seconds } from '../../src/base/time.ts';
import { type EmulatedBoard, World } from '../../src/hardware/emulator/world.ts';
import { Loopback } from '../../src/medium/loopback.ts';
import { monotonicNow } from '../../src/node/clock.ts';
import type { PortDescription } from '../../src/node/discovery.ts';
import type { FlashWorld, LoaderLine } from '../../src/node/flash/flash-world.ts';
import { OptibootTwin } from './optiboot-twin.ts';

const PORT = '/dev/ttyACM7';

export class UnoWorld implements FlashWorld {
  readonly twin = new OptibootTwin();
  /** Of the program that the loader started. */
  emulated: EmulatedBoard | undefined;

  now(): Instant {
    return monotonicNow();
  }

  async sleep(): Promise<void> {}

  async ports(): Promise<readonly PortDescription[]> {
    return [{ path: PORT, board: 'uno', what: 'Arduino Uno', certainty: 'board' }];
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
    throw new Error('no touch brings an Uno into its loader');
  }

  async takeLease() {
    return { release() {} };
  }

  async openLine() {
    const world = new World({ medium: new Loopback(), seed: 1 });
    const image = this.twin.flash;
    this.emulated = world.addBoard({ name: '', board: 'uno', image });
    // The adapter lets DTR fall when the port is opened: the board starts anew.
    this.emulated.setLineState(true, true);
    world.advance(seconds(1) as unknown as Instant);
    return this.emulated.transport();
  }

  async openLoaderLine(): Promise<LoaderLine> {
    const { twin } = this;
    let listener: (octets: Uint8Array) => void = () => {};
    const tell = (): void => {
      twin.handleTimeout(monotonicNow());
      const octets = twin.pollOutput();
      if (octets !== undefined) listener(octets);
    };
    const timer = setInterval(tell, 5);
    return {
      onOctets: (given) => {
        listener = given;
      },
      onLost: () => {},
      write: (octets) => {
        twin.handleOctets(octets, monotonicNow());
        tell();
      },
      setRate: async () => {},
      setSignals: async (dtr, rts) => twin.handleSignals(dtr, rts, monotonicNow()),
      close: async () => clearInterval(timer),
    };
  }
}
