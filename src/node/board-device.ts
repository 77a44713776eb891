/**
 * A board's network card for a loop in real time. Frames come and go by promises; here they are queued, so that
 * the loop finds them and never waits.
 *
 * Invariants:
 *   (1) One `receive` is pending at most, and none while the queue is full: what comes meanwhile stays on the
 *       board's link, whose credits bound it, or on the board, which counts what it drops.
 *   (2) After the first failure nothing more is asked of the board.
 */
import { newPacket, type Packet } from '../base/packet.ts';
import { type Duration, seconds } from '../base/time.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import { BATCH, FRAME_START, type FrameDevice, type FrameSpan } from './frame-device.ts';

/** What is used of a board's MAC, which is open. */
export interface FrameMac {
  send(frame: Uint8Array): Promise<void>;
  receive(timeout: Duration): Promise<ReceivedFrame | undefined>;
}

export interface BoardDeviceCounters {
  received: number;
  sent: number;
  /** To the board, which was not done with those before. */
  full: number;
  /** To the board, too short or too long for it. */
  refused: number;
}

/** A board sends a thousand frames a second or so: what waits longer than this is late anyway. */
const SENDING_MAX = 64;
const FRAME_MIN = 14;
const FRAME_MAX = 1514;
/** A wait that is over soon after the device was closed. */
const WAIT = seconds(1);

export class BoardDevice implements FrameDevice {
  readonly counters: Readonly<BoardDeviceCounters>;
  readonly frame: FrameSpan;
  readonly #counters: BoardDeviceCounters = { received: 0, sent: 0, full: 0, refused: 0 };
  readonly #frame: { packet: Packet; start: number; end: number };
  readonly #mac: FrameMac;
  readonly #queue: Packet[] = [];
  #receiving = false;
  #sending = 0;
  #closed = false;
  #readable = (): void => {};
  #lost = (_: Error): void => {};

  constructor(mac: FrameMac) {
    this.#mac = mac;
    this.counters = this.#counters;
    this.#frame = { packet: newPacket(0), start: FRAME_START, end: FRAME_START };
    this.frame = this.#frame;
  }

  /** Frames are received from now on. */
  onReadable(listener: () => void): void {
    this.#readable = listener;
    this.#receive();
  }

  onLost(listener: (error: Error) => void): void {
    this.#lost = listener;
  }

  pollFrame(): boolean {
    const packet = this.#queue.shift();
    this.#receive();
    if (packet === undefined) return false;
    this.#frame.packet = packet;
    this.#frame.end = packet.octets.length;
    return true;
  }

  send(packet: Packet, start: number, end: number): boolean {
    if (this.#closed) return false;
    if (end - start < FRAME_MIN || end - start > FRAME_MAX) {
      this.#counters.refused += 1;
      return false;
    }
    if (this.#sending === SENDING_MAX) {
      this.#counters.full += 1;
      return false;
    }
    this.#sending += 1;
    this.#mac.send(packet.octets.slice(start, end)).then(
      () => {
        this.#sending -= 1;
        this.#counters.sent += 1;
      },
      (error: Error) => this.#fail(error),
    );
    return true;
  }

  #receive(): void {
    if (this.#receiving || this.#closed || this.#queue.length >= BATCH) return;
    this.#receiving = true;
    this.#mac.receive(WAIT).then(
      (frame) => {
        this.#receiving = false;
        if (frame !== undefined && !this.#closed) this.#take(frame.octets);
        this.#receive();
      },
      (error: Error) => this.#fail(error),
    );
  }

  #take(octets: Uint8Array): void {
    const packet = newPacket(FRAME_START + octets.length);
    packet.octets.set(octets, FRAME_START);
    this.#queue.push(packet);
    this.#counters.received += 1;
    this.#readable();
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lost(error);
  }

  /** The board itself is its owner's to close. */
  close(): void {
    this.#closed = true;
  }
}
