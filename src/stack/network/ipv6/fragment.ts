/**
 * Fragmentation, RFC 8200 §4.5, which only the source of a packet does. What is cut begins right behind the
 * IPv6 header: a packet with hop-by-hop or routing headers, which no fragment may go without, is not ours
 * to cut, for those that we send are short.
 */
import { assert } from '../../../base/errors.ts';
import type { Packet } from '../../../base/packet.ts';
import { EXTENSION, FRAGMENT_HEADER_LENGTH, writeFragmentHeader } from './extension.ts';
import * as ipv6 from './header.ts';

const UNIT = 8;

/**
 * Writes one fragment of the packet at `at` of `from` to offset `toAt` of `to`: the one whose payload begins
 * `done` octets into the packet's. It takes `mtu` octets at most. Octets of payload that it carries: to be
 * added to `done` for the next.
 */
export function writeFragment(
  from: Packet,
  at: number,
  done: number,
  mtu: number,
  identification: number,
  to: Packet,
  toAt: number,
): number {
  assert(mtu >= ipv6.MTU_MIN, 'every link carries 1280 octets');
  assert(done >= 0 && done % UNIT === 0, 'a fragment begins at a multiple of 8');
  const room = mtu - ipv6.HEADER_LENGTH - FRAGMENT_HEADER_LENGTH;
  const left = ipv6.payloadLength(from, at) - done;
  const length = left <= room ? left : room - (room % UNIT);
  const first = at + ipv6.HEADER_LENGTH + done;
  const headerAt = toAt + ipv6.HEADER_LENGTH;
  to.octets.set(from.octets.subarray(first, first + length), headerAt + FRAGMENT_HEADER_LENGTH);
  const more = length < left;
  writeFragmentHeader(to, headerAt, ipv6.nextHeader(from, at), done, more, identification);
  ipv6.write(
    to,
    toAt,
    FRAGMENT_HEADER_LENGTH + length,
    ipv6.trafficClass(from, at),
    ipv6.flowLabel(from, at),
    EXTENSION.fragment,
    ipv6.hopLimit(from, at),
    ipv6.source(from, at),
    ipv6.destination(from, at),
  );
  return length;
}
