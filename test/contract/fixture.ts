/** What every part of the board contract starts from. */
import { expect } from 'vitest';
import { equal } from '../../src/base/octets.ts';
import { type Rng, randomOctets, seededRng } from '../../src/base/random.ts';
import { milliseconds, seconds } from '../../src/base/time.ts';
import { Board } from '../../src/hardware/board/board.ts';
import type { Transport } from '../../src/hardware/board/transport.ts';
import { decodeFrame, type Frame } from '../../src/hardware/control/frame.ts';
import { type Faults, faultyTransport } from './faulty-transport.ts';
import { RawBoard } from './raw-board.ts';
import type { ContractSubject } from './subject.ts';

export const OWN = Uint8Array.of(0x02, 0x4e, 0x4c, 0x11, 0x22, 0x33);
export const OTHER = Uint8Array.of(0x02, 0x4e, 0x4c, 0x44, 0x55, 0x66);
export const BROADCAST = new Uint8Array(6).fill(0xff);
export const IPV4_GROUP = Uint8Array.of(0x01, 0x00, 0x5e, 0, 0, 1);
export const IPV6_GROUP = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);
export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
export const LOCAL = 0x88b5; // IEEE 802 local experimental.

/** What a test may take in all: real boards on slow lines need it. */
export const PATIENCE_ms = 120_000;
export const SOON = seconds(2);
/** Long enough for a frame that should not come. */
export const LONG = milliseconds(300);

export function frame(destination: Uint8Array, type: number, length = 60, mark = 0): Uint8Array {
  const octets = randomOctets(seededRng(mark + length), Math.max(length, 16));
  octets.set(destination, 0);
  octets.set(OTHER, 6);
  octets.set([type >> 8, type & 0xff, mark >> 8, mark & 0xff], 12);
  return octets.subarray(0, length);
}

/** toEqual takes a millisecond for a frame's octets; this takes none and still shows them. */
export function expectOctets(actual: Uint8Array | undefined, expected: Uint8Array): void {
  if (actual === undefined || !equal(actual, expected)) expect(actual).toEqual(expected);
}

/** One subject, and the ways to reach it. */
export class Fixture {
  readonly subject: ContractSubject;
  readonly rng: Rng = seededRng(20);
  /** Of the line, from now on. */
  readonly faults: Faults = {};
  #hosts = 0;

  constructor(subject: ContractSubject) {
    this.subject = subject;
  }

  connect(): Promise<Board> {
    return Board.open(this.#transport(), {
      rng: this.rng,
      deadlines: { request: seconds(60) }, // Of many requests at once on a slow line, the last.
    });
  }

  connectRaw(): Promise<RawBoard> {
    return RawBoard.open(this.#transport(), this.rng);
  }

  /** The hosts so far are gone, in the midst of what they did. */
  cutOff(): void {
    this.#hosts += 1;
    this.subject.transport.wake();
  }

  #transport(): Transport {
    const host = this.#hosts;
    return faultyTransport(this.subject.transport, this.faults, () => this.#hosts === host);
  }

  /** The frames that the host hears from now on, sound ones only. */
  listen(): Frame[] {
    const heard: Frame[] = [];
    this.faults.toHost = (encoded) => {
      const frame = decodeFrame(encoded);
      if (frame.ok) heard.push(frame.value);
      return encoded;
    };
    return heard;
  }

  /** With the link up and the MAC open as OWN. */
  async connectMac(filter: number): Promise<Board> {
    const board = await this.connect();
    await linkIs(board, true);
    await board.mac.open(OWN, filter);
    return board;
  }
}

/** Waits, at most five seconds, for the link to come up or go down. */
export async function linkIs(board: Board, up: boolean): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await board.phy.read()).link === up) return;
    await board.attend(milliseconds(50));
  }
  expect((await board.phy.read()).link).toBe(up);
}
