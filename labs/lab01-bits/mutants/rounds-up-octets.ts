/**
 * A mutant of the solution: makes an octet of bits that are left over.
 * Caught by: frame-received
 */

/** Cells read from samples. `marks`: for each cell the index of the sample at which it was read. */
export interface Recovered {
  cells: Uint8Array;
  marks: number[];
}

/** Code groups of the nibbles 0 … 15, as they are sent. */
const GROUPS = [
  '11110 01001 10100 10101 01010 01011 01110 01111',
  '10010 10011 10110 10111 11010 11011 11100 11101',
]
  .join(' ')
  .split(' ');

/** The levels of MLT-3, in the order in which ones go through them. */
const TURN = [0, 1, 0, -1];

/** Seven octets of preamble and the start frame delimiter. */
const START = [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5];
const TP_IDL = [1, 1, 1, 1, 0, 0, 0, 0];
/** So much of the preamble must be heard, in bits; a receiver may lose the rest while it finds the clock. */
const PREAMBLE_SEEN = 8;
/** In place of a bit whose two cells are alike. */
const NO_EDGE = 2;

/** How much of an edge's distance is mended at once, in the phase and in the period; and how far the period may go. */
const PHASE_GAIN = 0.3;
const PERIOD_GAIN = 0.02;
const PULL = 0.06;

/** Two cells a bit: a 1 goes up in its middle, a 0 down. */
export function manchesterEncode(bits: Uint8Array): Uint8Array {
  return Uint8Array.from([...bits].flatMap((bit) => [1 - bit, bit]));
}

/** The bits of whole Manchester cells; undefined when half a bit is left, or a bit has no edge in its middle. */
export function manchesterDecode(cells: Uint8Array): Uint8Array | undefined {
  if (cells.length % 2 !== 0) return undefined;
  const bits = new Uint8Array(cells.length / 2);
  for (let i = 0; i < bits.length; i++) {
    const first = cells[2 * i];
    const second = cells[2 * i + 1] ?? 0;
    if (first === second) return undefined;
    bits[i] = second;
  }
  return bits;
}

/** A cell a bit: a 1 changes the level, a 0 keeps it. `before` is the level before the first cell. */
export function nrziEncode(bits: Uint8Array, before: number): Uint8Array {
  let level = before;
  return bits.map((bit) => {
    level ^= bit;
    return level;
  });
}

/** The bits of NRZI cells. */
export function nrziDecode(cells: Uint8Array, before: number): Uint8Array {
  let level = before;
  return cells.map((cell) => {
    const bit = cell ^ level;
    level = cell;
    return bit;
  });
}

/** Ten code bits an octet: the group of its lower nibble, then that of its upper one. */
export function fourBFiveBEncode(octets: Uint8Array): Uint8Array {
  const groups = [...octets].flatMap((octet) => [GROUPS[octet & 15], GROUPS[octet >> 4]]);
  return Uint8Array.from(groups.join(''), Number);
}

/** The octets of code bits; undefined when they are no whole octets, or a group stands for no nibble. */
export function fourBFiveBDecode(bits: Uint8Array): Uint8Array | undefined {
  if (bits.length % 10 !== 0) return undefined;
  const octets = new Uint8Array(bits.length / 10);
  for (let i = 0; i < octets.length; i++) {
    const low = GROUPS.indexOf(bits.slice(10 * i, 10 * i + 5).join(''));
    const high = GROUPS.indexOf(bits.slice(10 * i + 5, 10 * i + 10).join(''));
    if (low === -1 || high === -1) return undefined;
    octets[i] = low | (high << 4);
  }
  return octets;
}

/** A level a bit: a 1 goes on to the next of 0, +1, 0, −1, a 0 stays. The line was at the first 0 before. */
export function mlt3Encode(bits: Uint8Array): number[] {
  let at = 0;
  return [...bits].map((bit) => {
    at = (at + bit) % 4;
    return TURN[at] ?? 0;
  });
}

/** The bits of MLT-3 levels; undefined when a level comes that cannot follow. */
export function mlt3Decode(levels: number[]): Uint8Array | undefined {
  const bits = new Uint8Array(levels.length);
  let at = 0;
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] === TURN[at]) continue;
    at = (at + 1) % 4;
    if (levels[i] !== TURN[at]) return undefined;
    bits[i] = 1;
  }
  return bits;
}

/**
 * The cells of samples: a phase-locked loop. `next` is where the middle of the next cell ought to be; each edge tells
 * where a cell began, and so by how much that is wrong.
 */
export function recoverCells(samples: Uint8Array, samplesPerCell: number): Recovered {
  const cells: number[] = [];
  const marks: number[] = [];
  let period = samplesPerCell;
  let next = period / 2 - 0.5;
  let locked = false;
  for (let at = 0; at < samples.length; at++) {
    if (at > 0 && samples[at] !== samples[at - 1]) {
      // The edge was somewhere between two samples. `late` is how far behind it the loop is.
      const late = next - period / 2 - (at - 0.5);
      next -= locked ? PHASE_GAIN * late : late;
      if (locked) period -= PERIOD_GAIN * late;
      period = Math.max(period, samplesPerCell * (1 - PULL));
      period = Math.min(period, samplesPerCell * (1 + PULL));
      locked = true;
    }
    if (at < next) continue;
    cells.push(samples[at] ?? 0);
    marks.push(at);
    next += period;
  }
  return { cells: Uint8Array.from(cells), marks };
}

/** The bits of octets as Ethernet sends them, the lowest of each octet first. */
function bitsOf(octets: number[]): Uint8Array {
  return Uint8Array.from(
    octets.flatMap((octet) => [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (octet >> i) & 1)),
  );
}

/** A packet on a 10BASE-T line: preamble, start frame delimiter, the frame and its FCS, start of idle. */
export function frameCells(frame: Uint8Array): Uint8Array {
  const cells = manchesterEncode(bitsOf([...START, ...frame, ...fcs(frame)]));
  return Uint8Array.from([...cells, ...TP_IDL]);
}

/** The frame of the first packet in the samples, without its FCS; undefined when there is none, or the FCS is wrong. */
export function receiveFrame(samples: Uint8Array, samplesPerCell: number): Uint8Array | undefined {
  const { cells } = recoverCells(samples, samplesPerCell);
  // Which cell begins a bit is not known: one of the two ways to pair them shows a preamble.
  const octets = octetsFrom(cells) ?? octetsFrom(cells.slice(1));
  if (octets === undefined || octets.length < 4) return undefined;
  const frame = octets.slice(0, -4);
  const right = fcs(frame).every((octet, i) => octet === octets[frame.length + i]);
  return right ? frame : undefined;
}

/** The octets between the start frame delimiter and the first bit without an edge, when cells 0 and 1 are a bit. */
function octetsFrom(cells: Uint8Array): Uint8Array | undefined {
  const bits = looseBits(cells);
  const first = afterDelimiter(bits);
  if (first === undefined) return undefined;
  const end = bits.indexOf(NO_EDGE, first);
  if (end === -1) return undefined;
  // Bits over whole octets are dropped.
  return Uint8Array.from({ length: (end - first + 7) >> 3 }, (_, i) => {
    const octet = bits.slice(first + 8 * i, first + 8 * i + 8);
    return octet.reduce((sum, bit, place) => sum | (bit << place), 0);
  });
}

/** A bit for each two cells, NO_EDGE where they are alike. */
function looseBits(cells: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: cells.length >> 1 }, (_, i) => {
    const second = cells[2 * i + 1] ?? 0;
    return cells[2 * i] === second ? NO_EDGE : second;
  });
}

/** Where the first start frame delimiter ends: two ones after a preamble. */
function afterDelimiter(bits: Uint8Array): number | undefined {
  let alternating = 0;
  for (let i = 1; i < bits.length; i++) {
    const pair = `${bits[i - 1]}${bits[i]}`;
    if (pair === '11' && alternating >= PREAMBLE_SEEN) return i + 1;
    alternating = pair === '01' || pair === '10' ? alternating + 1 : 0;
  }
  return undefined;
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
