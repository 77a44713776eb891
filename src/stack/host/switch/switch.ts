/**
 * A VLAN-aware bridge (IEEE 802.1Q-2018 clause 8): frames in at a port, out at others. It is built from the filtering
 * database, the spanning tree and the VLAN tag, as a host is built from its protocols.
 *
 *   frame in ─▶ BPDU? ─▶ spanning tree
 *      │
 *      ▼            ┌ ingress ┐   ┌ learn ┐    ┌ forward ┐        ┌ egress ┐
 *   port's state ─▶ VLAN, member? ─▶ source ─▶ known port, or all ─▶ member? tag? ─▶ frame out
 *
 * Invariants
 * 1. Nothing goes out where it came in, nor at a port that does not forward.
 * 2. Nothing leaves the VLAN in which it came.
 * 3. Frames to 01-80-C2-00-00-00 … 0F are for bridges, and are never forwarded (IEEE 802.1Q table 8-1).
 * 4. At most `QUEUE_MAX` frames wait to be polled; more are dropped and counted.
 */
import { assert } from '../../../base/errors.ts';
import type { Instant } from '../../../base/time.ts';
import { FilteringDatabase } from '../../datalink/bridge/filtering-database.ts';
import {
  decodeFrame,
  encodeFrame,
  isForBridges,
} from '../../datalink/bridge/spanning-tree/bpdu.ts';
import {
  bridgeId,
  pathCost,
  portId,
  type Times,
} from '../../datalink/bridge/spanning-tree/priority.ts';
import {
  type ProtocolVersion,
  SpanningTree,
} from '../../datalink/bridge/spanning-tree/spanning-tree.ts';
import { insert, remove } from '../../datalink/vlan/tag.ts';

export interface SwitchPortOptions {
  /** The VLAN of frames without a tag; 1. */
  readonly pvid?: number;
  /** VLANs that pass with a tag. That of `pvid` passes without. */
  readonly tagged?: readonly number[];
  readonly bitsPerSecond?: number;
  /** Path cost, where it does not follow from the rate. */
  readonly cost?: number;
  readonly priority?: number;
  readonly edge?: boolean;
}

export interface SwitchOptions {
  readonly address: Uint8Array;
  /** Ports are numbered from 1. */
  readonly ports: readonly SwitchPortOptions[];
  readonly priority?: number;
  /** 'none': a bridge that trusts that there is no ring. */
  readonly version?: ProtocolVersion | 'none';
  readonly times?: Times;
  readonly capacity?: number;
  readonly now: Instant;
}

export interface Outgoing {
  readonly port: number;
  readonly frame: Uint8Array;
}

interface PortVlans {
  readonly pvid: number;
  readonly tagged: ReadonlySet<number>;
}

const QUEUE_MAX = 1024;
const HEADER_LENGTH = 14;
const DEFAULT_RATE = 100e6;
const DEFAULT_PRIORITY = 0x8000;

/** 01-80-C2-00-00-0x. */
const isReserved = (frame: Uint8Array): boolean =>
  frame[0] === 0x01 &&
  frame[1] === 0x80 &&
  frame[2] === 0xc2 &&
  frame[3] === 0 &&
  frame[4] === 0 &&
  (frame[5] as number) < 16;

export class Switch {
  readonly counters = { filtered: 0, malformed: 0, flooded: 0, forwarded: 0, dropped: 0 };
  readonly #address: Uint8Array;
  readonly #vlans: readonly PortVlans[];
  readonly #enabled: boolean[];
  readonly #database: FilteringDatabase;
  readonly #tree: SpanningTree | undefined;
  readonly #output: Outgoing[] = [];

  constructor(options: SwitchOptions) {
    const { address, ports, version = 'rstp', priority = DEFAULT_PRIORITY } = options;
    this.#address = address;
    this.#vlans = ports.map(({ pvid = 1, tagged = [] }) => ({ pvid, tagged: new Set(tagged) }));
    this.#enabled = ports.map(() => false);
    this.#database = new FilteringDatabase(options.capacity);
    if (version === 'none') return;
    this.#tree = new SpanningTree({
      bridge: bridgeId(priority, address),
      ports: ports.map((port, i) => ({
        id: portId(port.priority ?? 128, i + 1),
        pathCost: port.cost ?? pathCost(port.bitsPerSecond ?? DEFAULT_RATE),
        adminEdge: port.edge ?? false,
      })),
      version,
      ...(options.times !== undefined && { times: options.times }),
      now: options.now,
    });
  }

  get tree(): SpanningTree | undefined {
    return this.#tree;
  }

  get database(): FilteringDatabase {
    return this.#database;
  }

  setEnabled(port: number, enabled: boolean): void {
    assert(port >= 1 && port <= this.#vlans.length, `the switch has no port ${port}`);
    this.#enabled[port - 1] = enabled;
    if (!enabled) this.#database.flush(port);
    this.#tree?.setEnabled(port, enabled);
    this.#settle();
  }

  handleFrame(port: number, frame: Uint8Array, now: Instant): void {
    if (frame.length < HEADER_LENGTH) {
      this.counters.malformed += 1;
      return;
    }
    if (this.#enabled[port - 1] !== true) return;
    if (isForBridges(frame)) this.#handleBpdu(port, frame);
    if (!isReserved(frame)) this.#relay(port, frame, now);
    this.#settle();
  }

  #handleBpdu(port: number, frame: Uint8Array): void {
    const bpdu = decodeFrame(frame);
    if (bpdu.ok) this.#tree?.handleBpdu(port, bpdu.value);
    else this.counters.malformed += 1;
  }

  #stateOf(port: number): 'discarding' | 'learning' | 'forwarding' {
    if (this.#enabled[port - 1] !== true) return 'discarding';
    return this.#tree?.stateOf(port) ?? 'forwarding';
  }

  #relay(port: number, received: Uint8Array, now: Instant): void {
    const classified = this.#classify(port, received);
    const state = this.#stateOf(port);
    if (classified === undefined || state === 'discarding') {
      this.counters.filtered += 1;
      return;
    }
    const { vid, frame, pcp, dei } = classified;
    this.#database.learn(frame.subarray(6, 12), vid, port, now);
    if (state !== 'forwarding') return;
    const to = this.#database.lookUp(frame.subarray(0, 6), vid, now);
    if (to === port) {
      this.counters.filtered += 1;
      return;
    }
    if (to === undefined) this.counters.flooded += 1;
    else this.counters.forwarded += 1;
    const tagged = insertOnce(frame, { vid, pcp, dei });
    for (let out = 1; out <= this.#vlans.length; out++) {
      if (out === port || (to !== undefined && to !== out)) continue;
      if (this.#stateOf(out) === 'forwarding') this.#transmit(out, vid, frame, tagged);
    }
  }

  /** The VLAN of a frame, and the frame without its tag (§8.6.1, §6.9). */
  #classify(port: number, frame: Uint8Array) {
    const { pvid, tagged } = this.#vlans[port - 1] as PortVlans;
    const untagged = remove(frame);
    if (!untagged.ok) {
      // No tag; or one that is no good, which is no reason to let the frame through.
      if (isTagged(frame)) return undefined;
      return { vid: pvid, frame, pcp: 0, dei: false };
    }
    const { tag } = untagged.value;
    const vid = tag.vid === 0 ? pvid : tag.vid;
    if (vid !== pvid && !tagged.has(vid)) return undefined;
    return { vid, frame: untagged.value.frame, pcp: tag.pcp, dei: tag.dei };
  }

  #transmit(port: number, vid: number, frame: Uint8Array, tagged: () => Uint8Array): void {
    const vlans = this.#vlans[port - 1] as PortVlans;
    if (vid === vlans.pvid) this.#push(port, frame);
    else if (vlans.tagged.has(vid)) this.#push(port, tagged());
  }

  #push(port: number, frame: Uint8Array): void {
    if (this.#output.length >= QUEUE_MAX) this.counters.dropped += 1;
    else this.#output.push({ port, frame });
  }

  /** Does what the spanning tree says. */
  #settle(): void {
    if (this.#tree === undefined) return;
    for (let e = this.#tree.pollEvent(); e !== undefined; e = this.#tree.pollEvent()) {
      if (e.kind === 'flush') this.#database.flush(e.port);
    }
    for (let out = this.#tree.pollBpdu(); out !== undefined; out = this.#tree.pollBpdu()) {
      this.#push(out.port, encodeFrame(out.bpdu, this.#sourceOf(out.port)));
    }
  }

  /** A port's own address: the bridge's, counted on (IEEE 802.1D §7.12.2). */
  #sourceOf(port: number): Uint8Array {
    const address = this.#address.slice();
    address[5] = ((address[5] as number) + port) & 0xff;
    return address;
  }

  pollFrame(): Outgoing | undefined {
    return this.#output.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#tree?.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#tree?.handleTimeout(now);
    this.#settle();
  }
}

const isTagged = (frame: Uint8Array): boolean => frame[12] === 0x81 && frame[13] === 0x00;

/** The frame with its tag, made when the first port asks for it. */
function insertOnce(frame: Uint8Array, tag: Parameters<typeof insert>[1]): () => Uint8Array {
  let tagged: Uint8Array | undefined;
  return () => {
    tagged ??= insert(frame, tag);
    return tagged;
  };
}
