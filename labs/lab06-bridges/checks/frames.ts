/** What the checks share: addresses and frames that are nobody's, and what a step answered. */
import { fromHex, toHex } from '../../../src/base/octets.ts';
import { show } from '../../../src/lab/show.ts';

/** Octets as a person writes them, spaces and all. */
export const octetsOf = (hex: string): Uint8Array =>
  fromHex(hex.replaceAll(/\s/g, '')) ?? new Uint8Array(0);

export const addressText = (address: Uint8Array): string => toHex(address);

/** RFC 9542 §2.1.2 sets 00-00-5E-00-53-xx aside for examples. */
export const station = (number: number): Uint8Array => Uint8Array.of(0, 0, 0x5e, 0, 0x53, number);
export const BROADCAST = new Uint8Array(6).fill(0xff);

/** An Ethernet II frame of the type for local experiments, `length` octets long. */
export function frameOf(
  destination: Uint8Array,
  source: Uint8Array,
  { fill = 0x5a, length = 64, vlan }: { fill?: number; length?: number; vlan?: number } = {},
): Uint8Array {
  const tag = vlan === undefined ? [] : [0x81, 0x00, vlan >> 8, vlan & 0xff];
  const header = [...destination, ...source, ...tag, 0x88, 0xb5];
  const octets = new Uint8Array(length).fill(fill);
  octets.set(header);
  return octets;
}

export interface Sending {
  readonly port: number;
  readonly frame: Uint8Array;
}

/** What the learner's answer sends; undefined when it is no list of ports and frames. */
export function sendingsOf(answer: unknown): readonly Sending[] | undefined {
  const send: unknown = Object(answer).send;
  if (!Array.isArray(send)) return undefined;
  return send.every(isSending) ? send : undefined;
}

const isSending = (value: unknown): value is Sending =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'port') === 'number' &&
  Reflect.get(value, 'frame') instanceof Uint8Array;

/** For a comparison that a person can read: `2: 00005e005301 …`. */
export function ports(answer: unknown): string {
  const sendings = sendingsOf(answer);
  if (sendings === undefined) return `send: ${show(Object(answer).send)}`;
  if (sendings.length === 0) return 'none';
  return sendings
    .map(({ port }) => port)
    .toSorted((a, b) => a - b)
    .join(', ');
}
