/** The board's MAC: frames out and in, without FCS (docs/control-protocol.md §5). */
import { UsageError } from '../../base/errors.ts';
import { concat } from '../../base/octets.ts';
import { after, type Duration, type Instant } from '../../base/time.ts';
import type { ReceivedFrame } from '../../stack/datalink/link-device.ts';
import {
  decodeCounters,
  decodeTimed,
  decodeUint32,
  MAC_FRAME_MAX,
  MAC_FRAME_MIN,
} from '../control/messages.ts';
import { MAC_COUNTER, type MacCounters } from '../control/statistics.ts';
import type { BoardClock } from './board-clock.ts';
import type { Link } from './link.ts';
import type { Requests } from './requests.ts';

export class Mac {
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #clock: BoardClock;
  /** With the message of each, whose credit is held until somebody takes the frame: that bounds them. */
  readonly #received: { readonly message: Uint8Array; readonly frame: ReceivedFrame }[] = [];

  constructor(link: Link, requests: Requests, clock: BoardClock) {
    this.#link = link;
    this.#requests = requests;
    this.#clock = clock;
  }

  /** Receives from now on, as `address`; `filter` is a sum of FILTER. */
  async open(address: Uint8Array, filter: number): Promise<void> {
    if (address.length !== 6) {
      throw new UsageError('bad-address', `${address.length} octets are no MAC address`);
    }
    await this.#requests.ask('MAC_OPEN', concat([address, Uint8Array.of(filter)]));
  }

  async close(): Promise<void> {
    await this.#requests.ask('MAC_CLOSE');
  }

  async setFilter(filter: number): Promise<void> {
    await this.#requests.ask('MAC_FILTER', Uint8Array.of(filter));
  }

  counters(clear: boolean): Promise<MacCounters> {
    return this.#requests.askFor('MAC_COUNTERS', Uint8Array.of(clear ? 1 : 0), (octets) =>
      decodeCounters(MAC_COUNTER, octets),
    );
  }

  /**
   * Sends a frame of 14 … 1514 octets and does not wait for the chip: it resolves when the link has taken
   * the frame. A failure is only counted (`requests_refused`, `send_failures`).
   */
  send(frame: Uint8Array): Promise<void> {
    assertLength(frame);
    return this.#requests.tell('MAC_SEND', frame);
  }

  /** Sends a frame; when the chip reported it sent, on the board's clock. */
  async sendTimed(frame: Uint8Array): Promise<Instant> {
    assertLength(frame);
    const time = await this.#requests.askFor('MAC_SEND', frame, decodeUint32);
    return this.#clock.unwrap(time, this.#link.now());
  }

  /** The next frame that came; undefined when none did within `timeout`. */
  receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    return this.#link.wait(() => this.#take(), after(this.#link.now(), timeout));
  }

  /** MAC_RECEIVED. False when it does not decode: then its message is not kept. */
  handleReceived(body: Uint8Array, message: Uint8Array): boolean {
    const timed = decodeTimed(body);
    if (!timed.ok) return false;
    const at = this.#clock.unwrap(timed.value.time, this.#link.now());
    this.#received.push({ message, frame: { octets: timed.value.rest, at } });
    return true;
  }

  reset(): void {
    this.#received.length = 0;
  }

  #take(): ReceivedFrame | undefined {
    const next = this.#received.shift();
    if (next === undefined) return undefined;
    this.#link.consume(next.message);
    this.#link.flush();
    return next.frame;
  }
}

function assertLength(frame: Uint8Array): void {
  if (frame.length >= MAC_FRAME_MIN && frame.length <= MAC_FRAME_MAX) return;
  const range = `${MAC_FRAME_MIN} … ${MAC_FRAME_MAX}`;
  throw new UsageError('bad-frame-length', `a frame has ${range} octets, not ${frame.length}`, {
    octets: frame.length,
  });
}
