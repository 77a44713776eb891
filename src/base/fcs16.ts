/**
 * The 16-bit frame check sequence of HDLC (ISO/IEC 13239 §4.2.5.2) and PPP (RFC 1662 appendix C.2): CRC-16/X-25,
 * its low octet first. With a table, as the receive path of every frame runs through it.
 */
const REFLECTED_POLYNOMIAL = 0x8408;

/** What is left when octets and their FCS went through: the "good FCS" of RFC 1662. */
const GOOD = 0xf0b8;

const TABLE = Uint16Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? REFLECTED_POLYNOMIAL : 0);
  }
  return remainder;
});

export const FCS16_LENGTH = 2;

function remainderOf(octets: Uint8Array): number {
  let remainder = 0xffff;
  for (const octet of octets) {
    remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ octet) & 0xff] as number);
  }
  return remainder;
}

/** 0 … 0xffff. */
export const fcs16 = (octets: Uint8Array): number => ~remainderOf(octets) & 0xffff;

/** A copy of `octets` with their FCS behind them. */
export function appendFcs16(octets: Uint8Array): Uint8Array {
  const fcs = fcs16(octets);
  const whole = new Uint8Array(octets.length + FCS16_LENGTH);
  whole.set(octets);
  whole.set([fcs & 0xff, fcs >> 8], octets.length);
  return whole;
}

/** Whether `octets` end in their own FCS. */
export const isFcs16Good = (octets: Uint8Array): boolean =>
  octets.length >= FCS16_LENGTH && remainderOf(octets) === GOOD;
