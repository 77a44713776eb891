/**
 * A packet on a 10BASE-T line: IEEE 802.3-2018 §7.2.3 (preamble, start frame delimiter), §7.3.1.1 (Manchester)
 * and §14.2.1.1 (TP_IDL, the start of idle).
 *
 *   idle   10101010 × 7     10101011   octets, bit 0 first, FCS with them   high for two bits   idle
 *   ____   preamble         SFD        data                                 TP_IDL              ____
 */
import type { DecodeError } from '../../../base/errors.ts';
import { concat } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { toBits, toOctets } from '../bits.ts';
import type { Cells } from '../line-code.ts';
import { MANCHESTER } from '../manchester.ts';

const PROTOCOL = '10BASE-T';
const PREAMBLE_OCTETS = 7;
const START = Uint8Array.of(...Array.from({ length: PREAMBLE_OCTETS }, () => 0x55), 0xd5);
/** Two bit times high, in cells. */
const TP_IDL = 4;
/** Bits of preamble that must be seen in front of the SFD: a receiver may lose the first (§7.2.3.2). */
const PREAMBLE_SEEN = 8;
const VIOLATION = 2;

/** `octets`: a MAC frame with its FCS. The line is low before and after. */
export function encode(octets: Uint8Array): Cells {
  const cells = MANCHESTER.encode(toBits(concat([START, octets])));
  return concat([cells, new Uint8Array(TP_IDL).fill(1), new Uint8Array(TP_IDL)]);
}

/**
 * The octets between the SFD and the start of idle of the first packet in `cells`, which need not start
 * with a whole bit. Bits over whole octets are dropped (§4.2.4.2.1: dribbling bits).
 * @returns truncated when no packet, or no end of one, is there.
 */
export function decode(cells: Cells): Result<Uint8Array, DecodeError> {
  for (const offset of [0, 1]) {
    const bits = readBits(cells, offset);
    const first = afterDelimiter(bits);
    if (first === undefined) continue;
    const end = bits.indexOf(VIOLATION, first);
    if (end === -1) return missing(cells.length);
    return ok(toOctets(bits.slice(first, end - ((end - first) % 8))));
  }
  return missing(cells.length);
}

const missing = (have: number) =>
  fail({ code: 'truncated', protocol: PROTOCOL, need: have + 1, have } as const);

/** A bit each two cells; VIOLATION where they are alike. */
function readBits(cells: Cells, offset: number): Uint8Array {
  const bits = new Uint8Array(Math.max(0, cells.length - offset) >> 1);
  for (let i = 0; i < bits.length; i++) {
    const second = cells[offset + 2 * i + 1] as number;
    bits[i] = cells[offset + 2 * i] === second ? VIOLATION : second;
  }
  return bits;
}

/** The index behind the first SFD with enough of a preamble in front of it. */
function afterDelimiter(bits: Uint8Array): number | undefined {
  let alternating = 0;
  for (let i = 1; i < bits.length; i++) {
    const bit = bits[i] as number;
    const before = bits[i - 1] as number;
    if (bit === VIOLATION || before === VIOLATION) alternating = 0;
    else if (bit !== before) alternating += 1;
    else if (bit === 1 && alternating >= PREAMBLE_SEEN) return i + 1;
    else alternating = 0;
  }
  return undefined;
}
