/**
 * Cyclic redundancy checks of 1 to 32 bits, as their parameters describe them. The names and check values
 * are those of the catalogue of parametrised CRC algorithms (Greg Cook, reveng.sourceforge.io). CRC-32 in
 * tables is in base/crc32.ts; this is the form to read, a bit at a time.
 */
import { assert } from '../../../base/errors.ts';

export interface Crc {
  readonly name: string;
  /** Bits of the remainder, 1 … 32. */
  readonly width: number;
  /** The generator, its highest term left out. */
  readonly polynomial: number;
  readonly initial: number;
  /** Octets go in, and the remainder comes out, least significant bit first. */
  readonly reflected: boolean;
  readonly finalXor: number;
}

/** Of "123456789": 0x906e. HDLC's FCS (ISO/IEC 13239 §4.2.5.2), PPP's (RFC 1662 §C.2). */
export const CRC_16_X25: Crc = {
  name: 'CRC-16/X-25',
  width: 16,
  polynomial: 0x1021,
  initial: 0xffff,
  reflected: true,
  finalXor: 0xffff,
};

/** Of "123456789": 0xcbf43926. IEEE 802.3 §3.2.9. */
export const CRC_32: Crc = {
  name: 'CRC-32',
  width: 32,
  polynomial: 0x04c11db7,
  initial: 0xffffffff,
  reflected: true,
  finalXor: 0xffffffff,
};

/** Of "123456789": 0x29b1. Often met as "CCITT", with its start at all ones. */
export const CRC_16_IBM_3740: Crc = {
  name: 'CRC-16/IBM-3740',
  width: 16,
  polynomial: 0x1021,
  initial: 0xffff,
  reflected: false,
  finalXor: 0,
};

/** Of "123456789": 0xf4. The header error control of ATM without its coset (ITU-T I.432.1 §4.3.2). */
export const CRC_8_SMBUS: Crc = {
  name: 'CRC-8/SMBUS',
  width: 8,
  polynomial: 0x07,
  initial: 0,
  reflected: false,
  finalXor: 0,
};

/** A number, 0 … 2^width − 1. */
export function crc(parameters: Crc, octets: Uint8Array): number {
  const { width, reflected, finalXor } = parameters;
  assert(width >= 1 && width <= 32, `a CRC of ${width} bits`);
  const top = 2 ** (width - 1);
  const mask = 2 ** width - 1;
  let remainder = parameters.initial;
  for (const octet of octets) {
    for (let i = 0; i < 8; i++) {
      const bit = (octet >> (reflected ? i : 7 - i)) & 1;
      const out = remainder >= top ? 1 : 0;
      remainder = ((remainder * 2) & mask) >>> 0;
      if (out !== bit) remainder = (remainder ^ parameters.polynomial) >>> 0;
    }
  }
  return ((reflected ? reverse(remainder, width) : remainder) ^ finalXor) >>> 0;
}

function reverse(value: number, width: number): number {
  let reversed = 0;
  for (let i = 0; i < width; i++) reversed = reversed * 2 + ((value >>> i) & 1);
  return reversed;
}
