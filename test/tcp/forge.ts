/** Segments that no TCP of the bench made: what an attacker, a broken peer or a peer of another make may send. */
import { asPacket } from '../../src/base/packet.ts';
import { encode, FLAG } from '../../src/stack/transport/tcp/header.ts';
import { add, seq } from '../../src/stack/transport/tcp/seq.ts';
import type { End, Pair } from './pair.ts';

export interface Forged {
  /** By their names, in any order: 'SYN,ACK'; '' for none. */
  readonly flags: string;
  /** Counted from the ISS of the end that it is said to be from. */
  readonly seq: number;
  /** From the ISS of the end that it is for. */
  readonly ack?: number;
  readonly text?: number | Uint8Array;
  readonly window?: number;
  readonly urgent?: number;
  /** As on the wire; padded with the end of the list. */
  readonly options?: readonly number[];
}

/** The ports of the end that it is for. */
export interface Ports {
  readonly localPort: number;
  readonly remotePort: number;
}

/** Hands a segment to `to` as if the other end had sent it. */
export function forge(pair: Pair, to: End, ports: Ports, segment: Forged): void {
  const from: End = to === 'a' ? 'b' : 'a';
  const { text = 0, options = [], flags } = segment;
  const octets = encode(
    {
      sourcePort: ports.remotePort,
      destinationPort: ports.localPort,
      sequence: add(pair.iss(from), segment.seq),
      acknowledgment: segment.ack === undefined ? seq(0) : add(pair.iss(to), segment.ack),
      flags: bits(flags),
      window: segment.window ?? 0xffff,
      urgentPointer: segment.urgent ?? 0,
      options: padded(options),
      payload: typeof text === 'number' ? new Uint8Array(text) : text,
    },
    addressSum(pair.addresses(to)),
  );
  pair.inject(to, asPacket(octets), octets.length);
}

/** A timestamps option, for `options`. */
export function timestamps(tsval: number, tsecr = 0): number[] {
  const word = (n: number): number[] => [n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
  return [1, 1, 8, 10, ...word(tsval), ...word(tsecr)];
}

function bits(flags: string): number {
  let all = 0;
  for (const [name, bit] of Object.entries(FLAG)) {
    if (flags.split(',').includes(name.toUpperCase())) all |= bit;
  }
  return all;
}

function padded(options: readonly number[]): Uint8Array {
  const octets = new Uint8Array((options.length + 3) & ~3);
  octets.set(options);
  return octets;
}

function addressSum(words: Int32Array): number {
  let total = 0;
  for (const word of words) total += (word >>> 16) + (word & 0xffff);
  return total;
}
