/**
 * One direction of an asynchronous serial line: ten bits an octet (8N1), at the rate of its sender. It sets
 * no alarms: whoever listens asks which octets are whole, and when the next will be.
 */

const BITS = 10;
/** Beyond this a receiver samples the stop bit, at 9.5 bits, outside of it. */
const TOLERANCE = 0.05;
/** Data of an octet whose stop bit was not there: the PL011's flag, RP2040 datasheet §4.2.8 (UARTDR). */
export const FRAMING_ERROR = 1 << 8;

/** Nanoseconds of an octet at `rate` bit/s; for ever at 0. */
export const octetTime = (rate: number): number => (rate === 0 ? Infinity : (BITS * 1e9) / rate);

export class SerialWire {
  #octets = new Uint8Array(64);
  #head = 0;
  #tail = 0;
  #octetTime: number;
  /** When the first bit of the octet at the head began, in nanoseconds. */
  #begun = Number.NaN; // As in clock.ts.

  constructor(rate: number) {
    this.#octetTime = octetTime(rate);
    this.#begun = 0;
  }

  /** Octets that are not taken, those on their way among them. */
  get length(): number {
    return this.#tail - this.#head;
  }

  put(octets: Uint8Array, now: number): void {
    if (octets.length === 0) return;
    if (this.length === 0) this.#begun = Math.max(now, this.#begun);
    this.#makeRoom(octets.length);
    this.#octets.set(octets, this.#tail);
    this.#tail += octets.length;
  }

  /** When the octet `index` behind the head is whole. */
  wholeAt(index: number): number {
    return this.#begun + (index + 1) * this.#octetTime;
  }

  /** How many octets are whole. */
  whole(now: number): number {
    if (this.length === 0 || now < this.wholeAt(0)) return 0;
    return Math.min(this.length, this.#wholeBy(now));
  }

  /** Takes `count` octets that are whole. The view holds until the next `put`. */
  take(count: number): Uint8Array {
    const octets = this.#octets.subarray(this.#head, this.#head + count);
    this.#head += count;
    this.#begun += count * this.#octetTime;
    return octets;
  }

  /** The sender's rate from now on. What is whole was taken; an octet in its midst starts again. */
  setRate(rate: number, now: number): void {
    const time = octetTime(rate);
    if (time === this.#octetTime) return;
    this.#octetTime = time;
    this.#begun = now;
  }

  /** As `wholeAt` rounds, so that at its time an octet is whole. */
  #wholeBy(now: number): number {
    const count = Math.floor((now - this.#begun) / this.#octetTime);
    if (this.wholeAt(count) <= now) return count + 1;
    return count > 0 && this.wholeAt(count - 1) > now ? count - 1 : count;
  }

  #makeRoom(count: number): void {
    if (this.#tail + count <= this.#octets.length) return;
    const length = this.length;
    const room = length + count > this.#octets.length ? 2 * (length + count) : this.#octets.length;
    const octets = new Uint8Array(room);
    octets.set(this.#octets.subarray(this.#head, this.#tail));
    this.#octets = octets;
    this.#head = 0;
    this.#tail = length;
  }
}

/** Whether a receiver at `receiver` bit/s understands a sender at `sender` bit/s. */
export const understands = (receiver: number, sender: number): boolean =>
  Math.abs(sender / receiver - 1) < TOLERANCE;

/**
 * What a receiver makes of octets that were sent one after the other at another rate: it samples the line
 * in the middle of its own bits from each falling edge on. An octet without its stop bit has
 * `FRAMING_ERROR`.
 */
export function misread(octets: Uint8Array, sender: number, receiver: number): Uint16Array {
  const heard: number[] = [];
  const end = octets.length * BITS;
  const step = sender / receiver; // Bits of the sender in one of the receiver.
  for (let at = fallingEdge(octets, 0); at < end; ) {
    let data = 0;
    for (let bit = 0; bit < 8; bit++) data |= level(octets, at + (bit + 1.5) * step) << bit;
    const stop = at + 9.5 * step;
    heard.push(level(octets, stop) === 1 ? data : data | FRAMING_ERROR);
    at = fallingEdge(octets, Math.max(at + 1, Math.floor(stop)));
  }
  return Uint16Array.from(heard);
}

/** The line at bit `at`: start bit, eight data bits from the lowest on, stop bit; 1 when it is idle. */
function level(octets: Uint8Array, at: number): number {
  const bit = Math.floor(at) % BITS;
  const octet = octets[Math.floor(at / BITS)];
  if (octet === undefined || bit === BITS - 1) return 1;
  return bit === 0 ? 0 : (octet >> (bit - 1)) & 1;
}

/** The first bit from `from` on that is 0 after a 1; the end where there is none. */
function fallingEdge(octets: Uint8Array, from: number): number {
  const end = octets.length * BITS;
  for (let at = from; at < end; at++) {
    if (level(octets, at) === 0 && (at === 0 || level(octets, at - 1) === 1)) return at;
  }
  return end;
}
