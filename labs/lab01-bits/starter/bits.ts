/**
 * Lab 01: bits on a wire. This file is yours.
 *
 * A wire knows two levels, low (0) and high (1). A *cell* is the shortest time for which it holds one. Bits, cells and
 * samples come in and go out as Uint8Array of zeros and ones, in the order in which they are on the wire.
 *
 * Nothing in this module throws. Where cells cannot be what they ought to be, the answer is `undefined`.
 *
 * Replace each `yourTurn(…)` by code of your own. Add functions of your own as you like; keep the names and the types
 * that stand here, since the checks call them. Import nothing.
 */

/** Cells read from samples. `marks`: for each cell the index of the sample at which it was read. */
export interface Recovered {
  cells: Uint8Array;
  marks: number[];
}

/**
 * Manchester code (IEEE 802.3 §7.3.1.1): two cells a bit, with an edge between them. A 1 goes up, a 0 goes down.
 *
 *     bits    1     0     0
 *     cells   0  1  1  0  1  0
 */
export function manchesterEncode(bits: Uint8Array): Uint8Array {
  return yourTurn(bits.slice(0, 0), bits);
}

/** The bits of Manchester cells; undefined when half a bit is left, or a bit has no edge in its middle. */
export function manchesterDecode(cells: Uint8Array): Uint8Array | undefined {
  return yourTurn(cells, cells);
}

/**
 * NRZI as FDDI and 100BASE-FX have it: a cell a bit; a 1 changes the level, a 0 keeps it. `before` is the level before
 * the first cell.
 *
 *     bits         1  0  1  1
 *     cells   (0)  1  1  0  1
 */
export function nrziEncode(bits: Uint8Array, before: number): Uint8Array {
  return yourTurn(bits.slice(0, 0), bits, before);
}

/** The bits of NRZI cells. */
export function nrziDecode(cells: Uint8Array, before: number): Uint8Array {
  return yourTurn(cells.slice(0, 0), cells, before);
}

/**
 * 4B/5B (IEEE 802.3 table 24-1): each nibble of an octet, the lower one first, becomes a group of five code bits, which
 * are sent as the table prints them, from the left.
 */
export function fourBFiveBEncode(octets: Uint8Array): Uint8Array {
  return yourTurn(octets.slice(0, 0), octets);
}

/** The octets of code bits; undefined when they are no whole octets, or a group stands for no nibble. */
export function fourBFiveBDecode(bits: Uint8Array): Uint8Array | undefined {
  return yourTurn(bits, bits);
}

/**
 * MLT-3 (IEEE 802.3 §25, ANSI X3.263 §7.1.5): a level a bit, −1, 0 or 1. A 1 goes on to the next of 0, +1, 0, −1, and
 * round again; a 0 stays. The line was at the 0 from which it goes to +1.
 */
export function mlt3Encode(bits: Uint8Array): number[] {
  return yourTurn([], bits);
}

/** The bits of MLT-3 levels; undefined when a level comes that cannot follow the one before. */
export function mlt3Decode(levels: number[]): Uint8Array | undefined {
  return yourTurn(new Uint8Array(1), levels);
}

/**
 * The cells of samples, which begin with the first cell and end with the last. The sender means each cell to last
 * `samplesPerCell` samples (4 or more, not always a whole number); its clock may be wrong by 2 %, and with 8 samples or
 * more each edge may come an eighth of a cell early or late. No level lasts longer than four cells. Each cell is read at a
 * sample near its middle.
 */
export function recoverCells(samples: Uint8Array, samplesPerCell: number): Recovered {
  return yourTurn({ cells: samples.slice(0, 0), marks: [] }, samples, samplesPerCell);
}

/**
 * A packet on a 10BASE-T line, in Manchester code: seven octets 0x55 of preamble, the start frame delimiter 0xD5, the
 * frame, its FCS; of each octet the lowest bit first. Then the start of idle (TP_IDL): the line stays high for the time
 * of two bits, and is low from then on, of which you send as much again.
 */
export function frameCells(frame: Uint8Array): Uint8Array {
  return yourTurn(frame.slice(0, 0), frame);
}

/**
 * The frame of the first packet in the samples, without its FCS. The samples begin somewhere in the silence before it or
 * in its preamble, of which at least eight bits are heard once the clock is found. The packet ends where a bit has no edge
 * in its middle; bits over whole octets are dropped. Undefined when there is no packet, no end of it, or its FCS is wrong.
 */
export function receiveFrame(samples: Uint8Array, samplesPerCell: number): Uint8Array | undefined {
  return yourTurn(samples, samples, samplesPerCell);
}

/** Given: the four octets that check a frame (IEEE 802.3 §3.2.9), as they are sent. Lab 02 is about how. */
export function fcs(frame: Uint8Array): Uint8Array {
  let remainder = 0xffffffff;
  for (const octet of frame) {
    remainder ^= octet;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    }
  }
  return Uint8Array.from([0, 8, 16, 24], (shift) => (~remainder >>> shift) & 0xff);
}

/** Stands where your code will, and answers `placeholder`. Delete it when nothing calls it any more. */
function yourTurn<T>(placeholder: T, ..._arguments: unknown[]): T {
  return placeholder;
}
