/**
 * Reassembly for both versions of IP: RFC 791 p. 27 and RFC 1122 §3.3.2, RFC 8200 §4.5, against those who
 * attack it (RFC 1858, 3128, 4963, 5722). What a fragment looks like is its version's to say.
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
import { assert } from '../../base/errors.ts';
import { concat, equal } from '../../base/octets.ts';
import { asPacket, type Packet } from '../../base/packet.ts';
import { after, type Duration, type Instant, seconds } from '../../base/time.ts';
import { reassembledEcn } from './ipv4/dscp.ts';

export interface ReassemblyLimits {
  /** Octets held at most for all sources, and for one. Over it the oldest datagram goes. */
  readonly memory: number;
  readonly memoryPerSource: number;
  /** RFC 1122 §3.3.2 wants one fixed time of 60 to 120 s, RFC 8200 §4.5 one of 60 s. */
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
  /** It hides from who looks at first fragments alone what it carries: RFC 1858 §3, 3128 §2, 7112 §5. */
  tiny: 5,
  overlap: 6,
  tooMany: 7,
  /** CE beside Not-ECT, RFC 3168 §5.3. */
  congestion: 8,
} as const;

export type ReassemblyOutcome = (typeof REASSEMBLY)[keyof typeof REASSEMBLY];

/** One fragment, as its version reads it. */
export interface Fragment {
  /** Whose it is, and which of his datagrams. */
  readonly source: number | string;
  readonly name: string;
  /** Of its payload in that of the whole, in octets. */
  readonly offset: number;
  readonly last: boolean;
  /** Where it begins, where its headers end, where it ends itself. */
  readonly at: number;
  readonly payload: number;
  readonly end: number;
  /** The ECN field. */
  readonly congestion: number;
}

/** What the versions do each in its own way. */
export interface Version {
  /** The headers of the whole, made of those of its first fragment. */
  wholeHead(firstHead: Uint8Array): Uint8Array;
  /** Of such a head and its payload together. */
  lengthMax(head: Uint8Array): number;
  /** The datagram is there; its head still tells of a fragment. */
  makeWhole(whole: Packet, congestion: number): void;
  /** As much of a first fragment as ICMP quotes. */
  readonly quoteMax: number;
}

/** 65515 octets over a path of 576 are 119 fragments. */
const FRAGMENTS_MAX = 128;
/** What an object that holds a piece costs beside its octets, about: tiny ones are not for nothing. */
const PIECE_COST = 128;
const DATAGRAM_COST = 256;
/** Time Exceeded messages that wait to be taken; their rate is limited beyond in any case. */
const TIMED_OUT_MAX = 16;

interface Piece {
  readonly offset: number;
  readonly octets: Uint8Array;
}

interface Gathering {
  readonly name: string;
  readonly sender: Sender;
  readonly due: Instant;
  /** What is here of the payload. */
  pieces: Piece[];
  refused: boolean;
  /** The headers of the fragment at offset 0: they become those of the whole. */
  head: Uint8Array | undefined;
  /** Octets of payload, once the last fragment is here. */
  length: number | undefined;
  gathered: number;
  /** Bit `1 << ECN` for each field seen. */
  ecnSeen: number;
  cost: number;
}

/** All that one source has under way, oldest first. */
interface Sender {
  readonly source: number | string;
  readonly datagrams: Map<string, Gathering>;
  held: number;
}

export class Gatherer {
  readonly #version: Version;
  readonly #limits: ReassemblyLimits;
  readonly #datagrams = new Set<Gathering>();
  readonly #senders = new Map<number | string, Sender>();
  #held = 0;
  #whole: Uint8Array | undefined;
  readonly #timedOut: Uint8Array[] = [];

  constructor(version: Version, limits: ReassemblyLimits) {
    assert(limits.memoryPerSource <= limits.memory, 'one source has no more than all');
    assert(limits.memoryPerSource >= 0x20000, 'the longest datagram and its keeping find room');
    this.#version = version;
    this.#limits = limits;
  }

  /** Octets that count towards the limits. */
  get held(): number {
    return this.#held;
  }

  /**
   * Takes a fragment in `p` that is right by itself, and copies what it keeps. After
   * `REASSEMBLY.complete` the datagram is to be taken before the next fragment comes.
   */
  handleFragment(fragment: Fragment, p: Packet, now: Instant): ReassemblyOutcome {
    assert(this.#whole === undefined, 'the datagram before is taken');
    this.handleTimeout(now);
    const gathering = this.#find(fragment, now);
    const outcome = gathering.refused
      ? REASSEMBLY.overlap
      : this.#insert(gathering, fragment, p.octets);
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
      if (oldest.head !== undefined && first && this.#timedOut.length < TIMED_OUT_MAX) {
        const quoted = concat([oldest.head, first.octets]);
        this.#timedOut.push(quoted.subarray(0, this.#version.quoteMax));
      }
      this.#remove(oldest);
    }
  }

  #find({ source, name }: Fragment, now: Instant): Gathering {
    let sender = this.#senders.get(source);
    if (sender === undefined) {
      sender = { source, datagrams: new Map(), held: 0 };
      this.#senders.set(source, sender);
    }
    const known = sender.datagrams.get(name);
    if (known !== undefined) return known;
    const gathering: Gathering = {
      name,
      sender,
      due: after(now, this.#limits.timeout),
      pieces: [],
      refused: false,
      head: undefined,
      length: undefined,
      gathered: 0,
      ecnSeen: 0,
      cost: 0,
    };
    sender.datagrams.set(name, gathering);
    this.#datagrams.add(gathering);
    this.#charge(gathering, DATAGRAM_COST);
    return gathering;
  }

  #insert(gathering: Gathering, fragment: Fragment, from: Uint8Array): ReassemblyOutcome {
    const { pieces } = gathering;
    const { offset, last, at, payload } = fragment;
    const octets = from.subarray(payload, fragment.end);
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
    gathering.ecnSeen |= 1 << fragment.congestion;
    if (last) gathering.length = end;
    if (offset === 0) gathering.head = from.slice(at, payload);
    this.#charge(gathering, octets.length + PIECE_COST);
    return gathering.gathered === gathering.length ? this.#complete(gathering) : REASSEMBLY.waiting;
  }

  #complete(gathering: Gathering): ReassemblyOutcome {
    this.#remove(gathering);
    const { head: firstHead, pieces } = gathering;
    assert(firstHead !== undefined, 'the piece at offset 0 came with its headers');
    const marked = reassembledEcn(gathering.ecnSeen);
    if (marked === undefined) return REASSEMBLY.congestion;
    const head = this.#version.wholeHead(firstHead);
    const length = head.length + gathering.gathered;
    // Only now is it known whose headers stand before them all.
    if (length > this.#version.lengthMax(head)) return REASSEMBLY.tooLong;
    const whole = new Uint8Array(length);
    whole.set(head);
    for (const { offset, octets } of pieces) whole.set(octets, head.length + offset);
    this.#version.makeWhole(asPacket(whole), marked);
    this.#whole = whole;
    return REASSEMBLY.complete;
  }

  /** Frees what is there, and stays to drop what is still to come. */
  #refuse(gathering: Gathering): void {
    gathering.refused = true;
    gathering.pieces = [];
    gathering.head = undefined;
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
    sender.datagrams.delete(gathering.name);
    if (sender.datagrams.size === 0) this.#senders.delete(sender.source);
  }
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
