/**
 * Reassembly of IPv6, RFC 8200 §4.5: how its fragments are read and its wholes are made. What is gathered,
 * for how long and how much of it, is `../reassembly.ts`, with the state diagram and the policy (RFC 5722).
 */
import { assert } from '../../../base/errors.ts';
import { asPacket, type Packet } from '../../../base/packet.ts';
import type { Instant } from '../../../base/time.ts';
import {
  Gatherer,
  REASSEMBLY,
  REASSEMBLY_LIMITS,
  type ReassemblyLimits,
  type ReassemblyOutcome,
  type Version,
} from '../reassembly.ts';
import {
  EXTENSION,
  FRAGMENT_HEADER_LENGTH,
  fragmentIdentification,
  fragmentNextHeader,
  fragmentOffset,
  isProblem,
  moreFragments,
  offsetOf,
  protocolOf,
  walk,
} from './extension.ts';
import * as ipv6 from './header.ts';

const UNIT = 8;
const ECN_MASK = 0b11;
/** Ports, and the type of an ICMPv6 message: what a filter looks at first (RFC 7112 §5). */
const UPPER_LAYER_MIN = 8;

const IPV6: Version = {
  wholeHead: (firstHead) => headOfWhole(asPacket(firstHead)),
  lengthMax: () => ipv6.HEADER_LENGTH + ipv6.PAYLOAD_LENGTH_MAX,
  makeWhole(whole, congestion) {
    const codePoint = ipv6.trafficClass(whole, 0) & ~ECN_MASK;
    ipv6.setPayloadLength(whole, 0, whole.octets.length - ipv6.HEADER_LENGTH);
    ipv6.setTrafficClass(whole, 0, codePoint | congestion);
  },
  // As much as fits behind both headers in the least MTU, RFC 4443 §2.4 (c).
  quoteMax: ipv6.MTU_MIN - ipv6.HEADER_LENGTH - 8,
};

/** `head` without the fragment header that is its last, whose Next Header takes the place before it. */
function headOfWhole(head: Packet): Uint8Array {
  const end = head.octets.length - FRAGMENT_HEADER_LENGTH;
  const whole = head.octets.slice(0, end);
  const found = walk(head, 0, head.octets.length);
  assert(!isProblem(found) && offsetOf(found) === end, 'the walk ends at the fragment header');
  whole[nextHeaderAt(head, end)] = fragmentNextHeader(head, end);
  return whole;
}

/** Where the Next Header field lies that names the header at `offset` of the packet at 0. */
function nextHeaderAt(head: Packet, offset: number): number {
  const first = 6; // The IPv6 header's own.
  let field = first;
  for (let at = ipv6.HEADER_LENGTH; at < offset; ) {
    field = at;
    at += (head.view.getUint8(at + 1) + 1) * 8;
  }
  return field;
}

export class Reassembler {
  readonly #gatherer: Gatherer;

  constructor(limits: ReassemblyLimits = REASSEMBLY_LIMITS) {
    this.#gatherer = new Gatherer(IPV6, limits);
  }

  /** Octets that count towards the limits. */
  get held(): number {
    return this.#gatherer.held;
  }

  /**
   * Takes the packet at `at` of `p`, which `validate` passed and in which a walk found a fragment header at
   * `header`; copies what it keeps. After `REASSEMBLY.complete` the packet is to be taken before the next
   * fragment comes.
   */
  handleFragment(p: Packet, at: number, header: number, now: Instant): ReassemblyOutcome {
    const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    const refusal = refusalAlone(p, at, header, end);
    if (refusal !== undefined) {
      this.handleTimeout(now);
      return refusal;
    }
    const fragment = {
      source: String.fromCharCode(...ipv6.source(p, at)),
      // §4.5: source, destination and identification; the Next Header may differ, and the first one's counts.
      name: String.fromCharCode(...ipv6.destination(p, at)) + fragmentIdentification(p, header),
      offset: fragmentOffset(p, header),
      last: !moreFragments(p, header),
      at,
      payload: header + FRAGMENT_HEADER_LENGTH,
      end,
      congestion: ipv6.trafficClass(p, at) & ECN_MASK,
    };
    return this.#gatherer.handleFragment(fragment, p, now);
  }

  /** A packet of which every octet came, as if it had never been cut. */
  pollDatagram(): Uint8Array | undefined {
    return this.#gatherer.pollDatagram();
  }

  /** The first fragment of a packet that did not come together in time, as much as ICMPv6 may quote. */
  pollTimedOut(): Uint8Array | undefined {
    return this.#gatherer.pollTimedOut();
  }

  pollTimeout(): Instant | undefined {
    return this.#gatherer.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#gatherer.handleTimeout(now);
  }
}

/**
 * An atomic fragment, RFC 6946: whole by itself, and apart from all others. The packet without its fragment
 * header, or undefined when it is none.
 */
export function wholeOfAtomic(p: Packet, at: number, header: number): Uint8Array | undefined {
  if (fragmentOffset(p, header) !== 0 || moreFragments(p, header)) return undefined;
  const payload = header + FRAGMENT_HEADER_LENGTH;
  const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
  const head = headOfWhole(asPacket(p.octets.slice(at, payload)));
  const whole = new Uint8Array(head.length + end - payload);
  whole.set(head);
  whole.set(p.octets.subarray(payload, end), head.length);
  ipv6.setPayloadLength(asPacket(whole), 0, whole.length - ipv6.HEADER_LENGTH);
  return whole;
}

/** What is wrong with a fragment whatever else comes. */
function refusalAlone(
  p: Packet,
  at: number,
  header: number,
  end: number,
): ReassemblyOutcome | undefined {
  const payload = header + FRAGMENT_HEADER_LENGTH;
  const length = end - payload;
  if (length <= 0 || (moreFragments(p, header) && length % UNIT !== 0)) {
    return REASSEMBLY.malformed;
  }
  const offset = fragmentOffset(p, header);
  // Behind the headers before the fragment header, which all have.
  if (header - at - ipv6.HEADER_LENGTH + offset + length > ipv6.PAYLOAD_LENGTH_MAX) {
    return REASSEMBLY.tooLong;
  }
  return offset === 0 && !namesUpperLayer(p, header, end) ? REASSEMBLY.tiny : undefined;
}

/** RFC 7112 §5: the first fragment has all headers, that of the upper layer among them. */
function namesUpperLayer(p: Packet, header: number, end: number): boolean {
  let protocol = fragmentNextHeader(p, header);
  let at = header + FRAGMENT_HEADER_LENGTH;
  while (protocol === EXTENSION.destinationOptions) {
    if (at + UNIT > end) return false;
    protocol = p.view.getUint8(at);
    at += (p.view.getUint8(at + 1) + 1) * UNIT;
  }
  return protocol === EXTENSION.noNextHeader || at + UPPER_LAYER_MIN <= end;
}

export const isFragment = (found: number): boolean =>
  !isProblem(found) && protocolOf(found) === EXTENSION.fragment;
