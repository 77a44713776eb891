/**
 * Fragmentation, RFC 791 p. 26: every fragment but the last carries a multiple of eight octets; the first
 * carries all options, the others those with the copied flag. A fragment is cut as a whole datagram is.
 */
import { assert } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import * as ipv4 from './header.ts';
import { writeCopied } from './options.ts';

/**
 * Writes one fragment of the datagram at `at` of `from`, which `validate` passed and which may be
 * fragmented, to offset `toAt` of `to`: the one whose payload begins `done` octets into the datagram's.
 * It takes `mtu` octets at most. Octets of payload that it carries: to be added to `done` for the next.
 */
export function writeFragment(
  from: Packet,
  at: number,
  done: number,
  mtu: number,
  to: Packet,
  toAt: number,
): number {
  assert(mtu >= ipv4.MTU_MIN, 'every link carries 68 octets');
  const header = ipv4.headerLength(from, at);
  const payload = ipv4.totalLength(from, at) - header;
  assert(done >= 0 && done % ipv4.FRAGMENT_UNIT === 0, 'a fragment begins at a multiple of 8');
  const optionsAt = toAt + ipv4.HEADER_LENGTH;
  let optionsLength = header - ipv4.HEADER_LENGTH;
  if (done === 0) {
    to.octets.set(from.octets.subarray(at + ipv4.HEADER_LENGTH, at + header), optionsAt);
  } else {
    optionsLength = writeCopied(from, at + ipv4.HEADER_LENGTH, at + header, to, optionsAt);
  }
  const room = mtu - ipv4.HEADER_LENGTH - optionsLength;
  const left = payload - done;
  const length = left <= room ? left : room - (room % ipv4.FRAGMENT_UNIT);
  const first = at + header + done;
  to.octets.set(from.octets.subarray(first, first + length), optionsAt + optionsLength);
  const more = length < left || ipv4.moreFragments(from, at);
  const offset = (ipv4.fragmentOffset(from, at) + done) / ipv4.FRAGMENT_UNIT;
  ipv4.write(
    to,
    toAt,
    optionsLength,
    length,
    ipv4.trafficClass(from, at),
    ipv4.identification(from, at),
    (more ? ipv4.MORE_FRAGMENTS : 0) | offset,
    ipv4.timeToLive(from, at),
    ipv4.protocol(from, at),
    ipv4.source(from, at),
    ipv4.destination(from, at),
  );
  return length;
}

/**
 * All fragments of the datagram in `octets` for a link of `mtu`; the datagram alone when it fits.
 * Undefined when it does not and says that it must not be fragmented.
 */
export function fragment(octets: Uint8Array, mtu: number): readonly Uint8Array[] | undefined {
  const from = asPacket(octets);
  assert(ipv4.validate(from, 0, octets.length) === ipv4.FAULT.none, 'a datagram is whole');
  if (ipv4.totalLength(from, 0) <= mtu) return [octets.subarray(0, ipv4.totalLength(from, 0))];
  if (ipv4.dontFragment(from, 0)) return undefined;
  const payload = ipv4.totalLength(from, 0) - ipv4.headerLength(from, 0);
  const fragments: Uint8Array[] = [];
  for (let done = 0; done < payload; ) {
    const to = newPacket(mtu);
    done += writeFragment(from, 0, done, mtu, to, 0);
    fragments.push(to.octets.subarray(0, ipv4.totalLength(to, 0)));
  }
  return fragments;
}
