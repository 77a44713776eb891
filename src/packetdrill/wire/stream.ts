/**
 * What stands in payloads. The original sends zeros; here each octet tells its place in the stream, so that
 * data which arrive at the wrong place, or twice, are seen.
 */

/** Of the octet at `place`, counted from the first octet of data in its direction. */
const octetAt = (place: number): number => (place ^ (place >>> 8) ^ (place >>> 16)) & 0xff;

export function patternFrom(place: number, length: number): Uint8Array {
  const octets = new Uint8Array(length);
  for (let i = 0; i < length; i++) octets[i] = octetAt((place + i) >>> 0);
  return octets;
}

/** Where `octets` first differ from the pattern that begins at `place`; undefined: nowhere. */
export function firstDifference(octets: Uint8Array, place: number): number | undefined {
  for (let i = 0; i < octets.length; i++) {
    if (octets[i] !== octetAt((place + i) >>> 0)) return i;
  }
  return undefined;
}
