/**
 * Frames on an asynchronous line, RFC 1662 §4 (ISO/IEC 13239 §4.5.2): flags 0x7e, and 0x7d before an octet whose
 * bit 6 is turned over: the flag, 0x7d itself, and the control characters that the map asks for, which modems and
 * terminals between would swallow.
 */
const FLAG = 0x7e;
const ESCAPE = 0x7d;
const TURN = 0x20;
/** The characters 0x00 … 0x1f, a bit each: PPP's first map escapes them all (RFC 1662 §7.1). */
export const ALL_CONTROLS = 0xffffffff;

/** `frame` with its FCS, between flags. `map`: bit n set escapes the character n. */
export function frameOctets(frame: Uint8Array, map = 0): Uint8Array {
  const octets = [FLAG];
  for (const octet of frame) {
    const mapped = octet < 32 && ((map >>> octet) & 1) === 1;
    if (mapped || octet === FLAG || octet === ESCAPE) octets.push(ESCAPE, octet ^ TURN);
    else octets.push(octet);
  }
  octets.push(FLAG);
  return Uint8Array.from(octets);
}

/** Octets in, frames out; a frame may come in any number of pieces. Nothing but one frame is kept. */
export class OctetDeframer {
  /** `aborted`: 0x7d 0x7e (RFC 1662 §4.3). */
  readonly counters = { aborted: 0, short: 0, oversized: 0 };
  readonly #frame: Uint8Array;
  readonly #map: number;
  #length = 0;
  #escaped = false;
  #inFrame = false;

  /**
   * @param longest octets of a frame, FCS with them
   * @param map control characters that the peer escapes: those that come bare were put in on the way
   */
  constructor(longest: number, map = 0) {
    this.#frame = new Uint8Array(longest);
    this.#map = map;
  }

  *feed(octets: Uint8Array): Generator<Uint8Array> {
    for (const octet of octets) {
      if (octet === FLAG) {
        const frame = this.#flag();
        if (frame !== undefined) yield frame;
      } else if (this.#inFrame) this.#take(octet);
    }
  }

  #take(octet: number): void {
    if (octet < 32 && ((this.#map >>> octet) & 1) === 1) return;
    if (octet === ESCAPE) {
      this.#escaped = true;
      return;
    }
    if (this.#length === this.#frame.length) {
      this.counters.oversized += 1;
      this.#inFrame = false;
      return;
    }
    this.#frame[this.#length++] = this.#escaped ? octet ^ TURN : octet;
    this.#escaped = false;
  }

  #flag(): Uint8Array | undefined {
    const length = this.#inFrame ? this.#length : 0;
    const escaped = this.#escaped && this.#inFrame;
    this.#inFrame = true;
    this.#length = 0;
    this.#escaped = false;
    if (escaped) this.counters.aborted += 1;
    else if (length >= 4) return this.#frame.slice(0, length);
    else if (length > 0) this.counters.short += 1;
    return undefined;
  }
}
