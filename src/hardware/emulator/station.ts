/** A network card at another end of the medium, driven by the host. It takes every frame that comes. */
import { after, type Duration, type Instant } from '../../base/time.ts';
import type { ReceivedFrame } from '../../stack/datalink/link-device.ts';
import type { Waiter } from './port.ts';

/** Frames kept while nobody receives. When it is full the oldest goes. */
const QUEUE_MAX = 4096;

export class EmulatedStation {
  readonly name: string;
  readonly address: Uint8Array;
  readonly #world: Waiter;
  readonly #transmit: (frame: Uint8Array) => void;
  readonly #received: ReceivedFrame[] = [];

  constructor(
    name: string,
    address: Uint8Array,
    world: Waiter,
    transmit: (frame: Uint8Array) => void,
  ) {
    this.name = name;
    this.address = address;
    this.#world = world;
    this.#transmit = transmit;
  }

  now(): Instant {
    return this.#world.now();
  }

  async send(frame: Uint8Array): Promise<void> {
    this.#transmit(frame);
  }

  async receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    if (this.#received.length === 0) {
      await this.#world.wait(after(this.now(), timeout), () => this.#received.length > 0);
    }
    return this.take();
  }

  /** The next frame that has come, if any; no time passes. */
  take(): ReceivedFrame | undefined {
    return this.#received.shift();
  }

  /** Frames that came and were not taken. */
  get queued(): number {
    return this.#received.length;
  }

  /** A frame came, whole at `at`. */
  handleFrame(octets: Uint8Array, at: Instant): void {
    this.#received.push({ octets, at });
    if (this.#received.length > QUEUE_MAX) this.#received.shift();
  }
}
