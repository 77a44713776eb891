/**
 * Frames written out field after field: the oracle of the random checks. Nothing is decided here that a
 * reader could not lay beside IEEE 802.3 clause 3 with a finger on each octet.
 */
import { concat, equal, fromHex } from '../../../src/base/octets.ts';
import { below, type Rng, randomOctets } from '../../../src/base/random.ts';

/** A frame three ways: what the learner's encoder gets, what it must give, what `decode` must find. */
export interface Sample {
  readonly form: 'ethernet-ii' | 'llc' | 'snap';
  /** Form and payload's length, for the head of a step. */
  readonly name: string;
  readonly encoder: 'encodeEthernetII' | 'encodeLlc' | 'encodeSnap';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly octets: Uint8Array;
  readonly decoded: Readonly<Record<string, unknown>>;
}

interface LlcHeader {
  readonly dsap: number;
  readonly ssap: number;
  readonly control: Uint8Array;
}

interface SnapHeader {
  readonly oui: Uint8Array;
  readonly protocolId: number;
}

interface Ends {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
}

/** IEEE 802 clause 9: an EtherType for experiments that stay within one's own network. */
export const EXPERIMENTAL = 0x88b5;
export const BROADCAST = octetsOf('ff ff ff ff ff ff');
/** RFC 9542 §2.1: addresses set aside for examples, which no card was ever sold with. */
export const STRANGER = octetsOf('00 00 5e 00 53 99');
export const GROUP = octetsOf('01 00 5e 90 10 01');
export const OTHER_GROUP = octetsOf('01 00 5e 90 10 02');

export function octetsOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}

/** `value` as two octets in network order. */
export const pair = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);

/** To 60 octets: minFrameSize (IEEE 802.3 §4.4.2) less the FCS. */
function padded(octets: Uint8Array): Uint8Array {
  return concat([octets, new Uint8Array(Math.max(0, 60 - octets.length))]);
}

export function ethernetIISample(ends: Ends, etherType: number, payload: Uint8Array): Sample {
  const fields = { ...ends, etherType, payload };
  const octets = padded(concat([ends.destination, ends.source, pair(etherType), payload]));
  // Nothing in the frame says where the payload ends: it comes back with its padding.
  return sample('ethernet-ii', fields, octets, octets.slice(14));
}

export function llcSample(ends: Ends, header: LlcHeader, payload: Uint8Array): Sample {
  const { dsap, ssap, control } = header;
  const data = concat([Uint8Array.of(dsap, ssap), control, payload]);
  const octets = padded(concat([ends.destination, ends.source, pair(data.length), data]));
  return sample('llc', { ...ends, ...header, payload }, octets, payload);
}

export function snapSample(ends: Ends, header: SnapHeader, payload: Uint8Array): Sample {
  const { oui, protocolId } = header;
  const data = concat([Uint8Array.of(0xaa, 0xaa, 0x03), oui, pair(protocolId), payload]);
  const octets = padded(concat([ends.destination, ends.source, pair(data.length), data]));
  return sample('snap', { ...ends, ...header, payload }, octets, payload);
}

const ENCODERS = {
  'ethernet-ii': 'encodeEthernetII',
  llc: 'encodeLlc',
  snap: 'encodeSnap',
} as const;

/** `found` is the payload as `decode` can know it. */
export function sample(
  form: Sample['form'],
  fields: Readonly<Record<string, unknown>> & { readonly payload: Uint8Array },
  octets: Uint8Array,
  found: Uint8Array,
): Sample {
  const name = `${form}, ${fields.payload.length}`;
  const decoded = { form, ...fields, payload: found };
  return { form, name, encoder: ENCODERS[form], fields, octets, decoded };
}

/** Any form, any length, to nobody's types and access points: no analyser reads a meaning into chance. */
export function randomSample(rng: Rng, ends: Ends): Sample {
  const form = below(rng, 3);
  if (form === 0) {
    const etherType = EXPERIMENTAL + below(rng, 2);
    return ethernetIISample(ends, etherType, randomOctets(rng, randomLength(rng, 1500)));
  }
  if (form === 1) {
    const control = below(rng, 2) === 0 ? Uint8Array.of(0x03) : Uint8Array.of(0x00, 0x00);
    const header = { dsap: 0x24 + 4 * below(rng, 4), ssap: 0x24 + 4 * below(rng, 4), control };
    const most = 1500 - 2 - control.length;
    return llcSample(ends, header, randomOctets(rng, randomLength(rng, most)));
  }
  const header = { oui: octetsOf('00 00 5e'), protocolId: 0x0042 };
  return snapSample(ends, header, randomOctets(rng, randomLength(rng, 1492)));
}

/** Half of them where mistakes live: at the ends, and about the length where padding begins. */
function randomLength(rng: Rng, most: number): number {
  if (below(rng, 2) === 0) return below(rng, most + 1);
  const edges = [0, 1, 37, 38, 39, 42, 43, 44, 45, 46, 47, most - 1, most];
  return edges[below(rng, edges.length)] ?? 0;
}

/** Whether the learner's octets are these. */
export function isOctets(actual: unknown, expected: Uint8Array): boolean {
  return actual instanceof Uint8Array && equal(actual, expected);
}

/** Whether every expected field is there with its value. */
export function hasFields(actual: unknown, expected: Readonly<Record<string, unknown>>): boolean {
  if (typeof actual !== 'object' || actual === null) return false;
  const found = new Map(Object.entries(actual));
  return Object.entries(expected).every(([name, value]) =>
    value instanceof Uint8Array ? isOctets(found.get(name), value) : found.get(name) === value,
  );
}
