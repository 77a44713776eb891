/** Octets: big-endian views (RFC 1700 network order), comparison, text. */
export const view = (octets: Uint8Array): DataView =>
  new DataView(octets.buffer, octets.byteOffset, octets.byteLength);

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const DIGITS = '0123456789abcdef';

/** Two lower-case digits an octet, `separator` between octets. */
export function toHex(octets: Uint8Array, separator = ''): string {
  let text = '';
  for (const octet of octets) {
    if (text !== '') text += separator;
    text += `${DIGITS[octet >> 4]}${DIGITS[octet & 15]}`;
  }
  return text;
}

/** Reads what `toHex` writes; white space is skipped. Undefined when `text` is anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) {
    octets[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  }
  return octets;
}

/** ASCII; what is not printable becomes a dot. */
export function toAscii(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) {
    text += octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.';
  }
  return text;
}

export function fromAscii(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i) & 0x7f;
  return octets;
}
