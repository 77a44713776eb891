/** UTF-8, RFC 3629: the layers below the shell have no TextEncoder. */

const REPLACEMENT = 0xfffd;

/** A surrogate without its other half becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    const scalar = character.codePointAt(0) ?? REPLACEMENT;
    const code = scalar >= 0xd800 && scalar <= 0xdfff ? REPLACEMENT : scalar;
    const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
    if (code < 0x80) octets.push(code);
    else if (code < 0x800) octets.push(0xc0 | (code >> 6), tail(0));
    else if (code < 0x10000) octets.push(0xe0 | (code >> 12), tail(6), tail(0));
    else octets.push(0xf0 | (code >> 18), tail(12), tail(6), tail(0));
  }
  return Uint8Array.from(octets);
}

/** What may follow a lead octet: how many octets, and the bounds of the first of them (RFC 3629 §4). */
function sequence(lead: number): { tail: number; low: number; high: number } | undefined {
  if (lead >= 0xc2 && lead <= 0xdf) return { tail: 1, low: 0x80, high: 0xbf };
  if (lead === 0xe0) return { tail: 2, low: 0xa0, high: 0xbf };
  if (lead === 0xed) return { tail: 2, low: 0x80, high: 0x9f };
  if (lead >= 0xe1 && lead <= 0xef) return { tail: 2, low: 0x80, high: 0xbf };
  if (lead === 0xf0) return { tail: 3, low: 0x90, high: 0xbf };
  if (lead >= 0xf1 && lead <= 0xf3) return { tail: 3, low: 0x80, high: 0xbf };
  if (lead === 0xf4) return { tail: 3, low: 0x80, high: 0x8f };
  return undefined;
}

/** The character at `at`, and where the next one begins. */
function scalarAt(octets: Uint8Array, at: number): { scalar: number; next: number } {
  const lead = octets[at] ?? 0;
  let next = at + 1;
  if (lead < 0x80) return { scalar: lead, next };
  const follow = sequence(lead);
  if (follow === undefined) return { scalar: REPLACEMENT, next };
  let { tail, low, high } = follow;
  let scalar = lead & (0x3f >> tail);
  for (; tail > 0; tail--, low = 0x80, high = 0xbf) {
    const octet = octets[next] ?? 0;
    if (octet < low || octet > high) return { scalar: REPLACEMENT, next };
    scalar = (scalar << 6) | (octet & 0x3f);
    next += 1;
  }
  return { scalar, next };
}

/** What is no UTF-8 becomes U+FFFD, one for each maximal ill-formed part (Unicode §3.9). */
export function decodeUtf8(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; ) {
    const { scalar, next } = scalarAt(octets, at);
    text += String.fromCodePoint(scalar);
    at = next;
  }
  return text;
}
