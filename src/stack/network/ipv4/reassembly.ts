/**
 * Reassembly, RFC 791 p. 27 and RFC 1122 §3.3.2, against those who attack it (RFC 1858, 3128, 4963, 5722).
 *
 *            first fragment              every octet there
 *   (none) ─────────────────▶ GATHERING ───────────────────▶ (none), the datagram in `pollDatagram`
 *      ▲                       │     │ fragments overlap
 *      │   timeout, eviction   │     ▼
 *      └───────────────────────┴── REFUSED: what still comes of it is dropped
 *
 * Overlap policy: a fragment that repeats one octet for octet is dropped alone; any other overlap, two
 * ends, or an octet behind the end refuse the datagram whole, with what still comes of it (RFC 5722 §4,
 * written for IPv6; for IPv4 stricter than RFC 791, whose "either copy may be used" is the attack).
 *
 * Invariants:
 *   (1) The pieces of a datagram are in order and disjoint.
 *   (2) What all pieces and their keeping cost is `#held` ≤ `memory`, and `memoryPerSource` for a source.
 *   (3) A datagram lives for `timeout` from its first fragment, however many follow; so the order of
 *       `#datagrams` is that of their deadlines, and the first is the next to go.
 */
import { assert } from '../../../base/errors.ts';
import { concat, equal } from '../../../base/octets.ts';
import { newPacket, type Packet } from '../../../base/packet.ts';
import { after, type Duration, type Instant, seconds } from '../../../base/time.ts';
import type { Ipv4Address } from './address.ts';
import { dscp, ecn, reassembledEcn, trafficClass } from './dscp.ts';
import * as ipv4 from './header.ts';

export interface ReassemblyLimits {
  /** Octets held at most for all sources, and for one. Over it the oldest datagram goes. */
  readonly memory: number;
  readonly memoryPerSource: number;
  /** RFC 1122 §3.3.2 wants one fixed time of 60 to 120 s. */
  readonly timeout: Duration;
}

export const REASSEMBLY_LIMITS: ReassemblyLimits = {
  memory: 4 << 20, // What Linux gives them (net.ipv4.ipfrag_high_thresh).
  memoryPerSource: 1 << 20,
  timeout: seconds(60),
};

/**
 * What became of a fragment; for counters. `complete` and `waiting` are well, `duplicate` is harmless,
 * all others are drops.
 */
export const REASSEMBLY = {
  complete: 0,
  waiting: 1,
  duplicate: 2,
  /** It ends not on a unit of eight octets and more are to follow, or it is empty. */
  malformed: 3,
  /** The whole would have more than 65535 octets: the "ping of death". */
  tooLong: 4,
  /** It would put TCP's flags behind the first fragment, RFC 1858 §3 and RFC 3128 §2. */
  tiny: 5,
  overlap: 6,
  tooMany: 7,
  /** CE beside Not-ECT, RFC 3168 §5.3. */
  congestion: 8,
} as const;

export type ReassemblyOutcome = (typeof REASSEMBLY)[keyof typeof REASSEMBLY];

/** 65515 octets over a path of 576 are 119 fragments. */
const FRAGMENTS_MAX = 128;
/** What an object that holds a piece costs beside its octets, about: tiny ones are not for nothing. */
const PIECE_COST = 128;
const DATAGRAM_COST = 256;
/** An ICMP error quotes no more, RFC 1812 §4.3.2.3. */
const QUOTE_MAX = ipv4.RECEIVE_MIN;
/** Time Exceeded messages that wait to be taken; their rate is limited beyond in any case. */
const TIMED_OUT_MAX = 16;

const PROTOCOL_TCP = 6;
/** The ports and the flags are in the first 16 octets: RFC 1858 §3.2.1 names it TMIN. */
const TCP_FIRST_MIN = 16;

interface Piece {
  readonly offset: number;
  readonly octets: Uint8Array;
}

interface Gathering {
  readonly key: string;
  readonly sender: Sender;
  readonly due: Instant;
  /** What is here of the payload. */
  pieces: Piece[];
  refused: boolean;
  /** The header of the fragment at offset 0, options included: it becomes that of the whole. */
  header: Uint8Array | undefined;
  /** Octets of payload, once the last fragment is here. */
  length: number | undefined;
  gathered: number;
  /** Bit `1 << ECN` for each field seen. */
  ecnSeen: number;
  cost: number;
}

/** All that one source has under way, oldest first. */
interface Sender {
  readonly source: Ipv4Address;
  readonly datagrams: Map<string, Gathering>;
  held: number;
}

export class Reassembler {
  readonly #limits: ReassemblyLimits;
  readonly #datagrams = new Set<Gathering>();
  readonly #senders = new Map<Ipv4Address, Sender>();
  #held = 0;
  #whole: Uint8Array | undefined;
  readonly #timedOut: Uint8Array[] = [];

  constructor(limits: ReassemblyLimits = REASSEMBLY_LIMITS) {
    assert(limits.memoryPerSource <= limits.memory, 'one source has no more than all');
    assert(limits.memoryPerSource >= 0x20000, 'the longest datagram and its keeping find room');
    this.#limits = limits;
  }

  /** Octets that count towards the limits. */
  get held(): number {
    return this.#held;
  }

  /**
   * Takes the fragment at `at` of `p`, which `validate` passed, and copies what it keeps. After
   * `REASSEMBLY.complete` the datagram is to be taken before the next fragment comes.
   */
  handleFragment(p: Packet, at: number, now: Instant): ReassemblyOutcome {
    assert(this.#whole === undefined, 'the datagram before is taken');
    this.handleTimeout(now);
    const refusal = refusalAlone(p, at);
    if (refusal !== undefined) return refusal;
    const gathering = this.#find(p, at, now);
    const outcome = gathering.refused ? REASSEMBLY.overlap : this.#insert(gathering, p, at);
    if (outcome === REASSEMBLY.overlap || outcome === REASSEMBLY.tooMany) this.#refuse(gathering);
    this.#evict(gathering.sender);
    return outcome;
  }

  /** A datagram of which every octet came: header and payload, as if it had never been cut. */
  pollDatagram(): Uint8Array | undefined {
    const whole = this.#whole;
    this.#whole = undefined;
    return whole;
  }

  /**
   * The first fragment of a datagram that did not come together in time, as much as ICMP may quote in
   * its Time Exceeded (RFC 1122 §3.3.2). One whose first fragment is missing is not told of.
   */
  pollTimedOut(): Uint8Array | undefined {
    return this.#timedOut.shift();
  }

  pollTimeout(): Instant | undefined {
    for (const oldest of this.#datagrams) return oldest.due;
    return undefined;
  }

  handleTimeout(now: Instant): void {
    for (const oldest of this.#datagrams) {
      if (oldest.due > now) return;
      const first = oldest.pieces[0];
      if (oldest.header !== undefined && first && this.#timedOut.length < TIMED_OUT_MAX) {
        const quoted = first.octets.subarray(0, QUOTE_MAX - oldest.header.length);
        this.#timedOut.push(concat([oldest.header, quoted]));
      }
      this.#remove(oldest);
    }
  }

  #find(p: Packet, at: number, now: Instant): Gathering {
    const source = ipv4.source(p, at);
    let sender = this.#senders.get(source);
    if (sender === undefined) {
      sender = { source, datagrams: new Map(), held: 0 };
      this.#senders.set(source, sender);
    }
    // RFC 791 p. 28: source, destination, protocol and identification name a datagram.
    const key = `${ipv4.destination(p, at)} ${ipv4.protocol(p, at)} ${ipv4.identification(p, at)}`;
    const known = sender.datagrams.get(key);
    if (known !== undefined) return known;
    const gathering: Gathering = {
      key,
      sender,
      due: after(now, this.#limits.timeout),
      pieces: [],
      refused: false,
      header: undefined,
      length: undefined,
      gathered: 0,
      ecnSeen: 0,
      cost: 0,
    };
    sender.datagrams.set(key, gathering);
    this.#datagrams.add(gathering);
    this.#charge(gathering, DATAGRAM_COST);
    return gathering;
  }

  #insert(gathering: Gathering, p: Packet, at: number): ReassemblyOutcome {
    const { pieces } = gathering;
    const offset = ipv4.fragmentOffset(p, at);
    const last = !ipv4.moreFragments(p, at);
    const payloadAt = at + ipv4.headerLength(p, at);
    const octets = p.octets.subarray(payloadAt, at + ipv4.totalLength(p, at));
    const end = offset + octets.length;
    if (contradictsEnd(gathering, end, last)) return REASSEMBLY.overlap;
    const index = place(pieces, offset);
    const there = pieces[index];
    if (there?.offset === offset && equal(there.octets, octets)) return REASSEMBLY.duplicate;
    if (there !== undefined && there.offset < end) return REASSEMBLY.overlap;
    const before = pieces[index - 1];
    if (before !== undefined && endOf(before) > offset) return REASSEMBLY.overlap;
    if (pieces.length === FRAGMENTS_MAX) return REASSEMBLY.tooMany;

    pieces.splice(index, 0, { offset, octets: octets.slice() });
    gathering.gathered += octets.length;
    gathering.ecnSeen |= 1 << ecn(ipv4.trafficClass(p, at));
    if (last) gathering.length = end;
    if (offset === 0) gathering.header = p.octets.slice(at, payloadAt);
    this.#charge(gathering, octets.length + PIECE_COST);
    return gathering.gathered === gathering.length ? this.#complete(gathering) : REASSEMBLY.waiting;
  }

  #complete(gathering: Gathering): ReassemblyOutcome {
    this.#remove(gathering);
    const { header, pieces } = gathering;
    assert(header !== undefined, 'the piece at offset 0 came with its header');
    const marked = reassembledEcn(gathering.ecnSeen);
    if (marked === undefined) return REASSEMBLY.congestion;
    const length = header.length + gathering.gathered;
    // Only now is it known whose header stands before them all.
    if (length > ipv4.TOTAL_LENGTH_MAX) return REASSEMBLY.tooLong;
    const whole = newPacket(length);
    whole.octets.set(header);
    for (const { offset, octets } of pieces) whole.octets.set(octets, header.length + offset);
    ipv4.makeWhole(whole, 0, trafficClass(dscp(ipv4.trafficClass(whole, 0)), marked));
    this.#whole = whole.octets;
    return REASSEMBLY.complete;
  }

  /** Frees what is there, and stays to drop what is still to come. */
  #refuse(gathering: Gathering): void {
    gathering.refused = true;
    gathering.pieces = [];
    gathering.header = undefined;
    this.#charge(gathering, DATAGRAM_COST - gathering.cost);
  }

  #charge(gathering: Gathering, cost: number): void {
    gathering.cost += cost;
    gathering.sender.held += cost;
    this.#held += cost;
  }

  #evict(sender: Sender): void {
    for (const oldest of sender.datagrams.values()) {
      if (sender.held <= this.#limits.memoryPerSource) break;
      this.#remove(oldest);
    }
    for (const oldest of this.#datagrams) {
      if (this.#held <= this.#limits.memory) break;
      this.#remove(oldest);
    }
  }

  #remove(gathering: Gathering): void {
    const { sender } = gathering;
    this.#charge(gathering, -gathering.cost);
    this.#datagrams.delete(gathering);
    sender.datagrams.delete(gathering.key);
    if (sender.datagrams.size === 0) this.#senders.delete(sender.source);
  }
}

/** What is wrong with a fragment whatever else comes. */
function refusalAlone(p: Packet, at: number): ReassemblyOutcome | undefined {
  const header = ipv4.headerLength(p, at);
  const length = ipv4.totalLength(p, at) - header;
  const offset = ipv4.fragmentOffset(p, at);
  const more = ipv4.moreFragments(p, at);
  if (length === 0 || (more && length % ipv4.FRAGMENT_UNIT !== 0)) return REASSEMBLY.malformed;
  if (header + offset + length > ipv4.TOTAL_LENGTH_MAX) return REASSEMBLY.tooLong;
  if (ipv4.protocol(p, at) !== PROTOCOL_TCP) return undefined;
  const headCut = offset === 0 && more && length < TCP_FIRST_MIN;
  return headCut || offset === ipv4.FRAGMENT_UNIT ? REASSEMBLY.tiny : undefined;
}

/** The index of the first piece that does not begin before `offset`. */
function place(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pieces[middle] as Piece).offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const endOf = (piece: Piece): number => piece.offset + piece.octets.length;

/** Does a fragment up to `end`, the last or not, disagree with where the datagram was seen to end? */
function contradictsEnd(gathering: Gathering, end: number, last: boolean): boolean {
  if (gathering.length !== undefined) {
    return last ? end !== gathering.length : end >= gathering.length;
  }
  const hindmost = gathering.pieces.at(-1);
  return last && hindmost !== undefined && endOf(hindmost) >= end;
}
