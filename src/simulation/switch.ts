/**
 * A learning bridge, IEEE 802.1Q-2018 §8.6 to §8.8 without VLANs and spanning tree: what links share.
 *
 * A frame goes out at the port where its destination was last heard, and at all others when it was not heard
 * or is a group. Queues and rates are those of the links at its ports.
 *
 * Frames for 01-80-C2-00-00-00 … 0F go no further (§8.6.3), and nobody here listens to them.
 */
import { newPacket, type Packet } from '../base/packet.ts';
import { after, type Duration, type Instant, seconds } from '../base/time.ts';
import type { Node } from './node.ts';

/** Table 8-6: how long a station is remembered. */
const AGEING = seconds(300);
/** Stations remembered; beyond it, frames for new ones are flooded. */
const STATIONS_MAX = 4096;
/** An Ethernet frame, tagged, without FCS; 9018 for jumbo frames. */
const FRAME_MAX = 9018;
const ADDRESS_LENGTH = 6;

interface Station {
  port: number;
  until: Instant;
}

export interface SwitchCounters {
  forwarded: number;
  flooded: number;
  /** For a station at the port that it came from, or for the bridge itself. */
  filtered: number;
  /** Shorter than its addresses, longer than any frame, or come before the last one was taken. */
  refused: number;
}

export class Switch implements Node {
  readonly frame: { interface: number; packet: Packet; start: number; end: number };
  readonly counters: SwitchCounters = { forwarded: 0, flooded: 0, filtered: 0, refused: 0 };
  readonly #ports: number;
  readonly #ageing: Duration;
  readonly #stations = new Map<number, Station>();
  /** The ports at which the frame in `frame` is still to go out: those from `#next` on, save where it came in. */
  #next: number;
  #last: number;
  #from = 0;

  constructor(ports: number, ageing = AGEING) {
    this.#ports = ports;
    this.#ageing = ageing;
    this.#next = ports;
    this.#last = ports;
    this.frame = { interface: 0, packet: newPacket(2 + FRAME_MAX), start: 2, end: 2 };
  }

  handleFrame(port: number, packet: Packet, start: number, end: number, now: Instant): void {
    const length = end - start;
    if (length < 2 * ADDRESS_LENGTH || length > FRAME_MAX || this.#next < this.#last) {
      this.counters.refused += 1;
      return;
    }
    const source = start + ADDRESS_LENGTH;
    if (!isGroup(packet, source)) this.#learn(station(packet, source), port, now);
    if (isReserved(packet, start)) {
      this.counters.filtered += 1;
      return;
    }
    const known = isGroup(packet, start) ? undefined : this.#find(station(packet, start), now);
    if (known === port) {
      this.counters.filtered += 1;
      return;
    }
    this.counters[known === undefined ? 'flooded' : 'forwarded'] += 1;
    this.frame.packet.octets.set(packet.octets.subarray(start, end), this.frame.start);
    this.frame.end = this.frame.start + length;
    this.#from = port;
    this.#next = known ?? 0;
    this.#last = known === undefined ? this.#ports : known + 1;
  }

  pollFrame(): boolean {
    if (this.#next === this.#from) this.#next += 1;
    if (this.#next >= this.#last) return false;
    this.frame.interface = this.#next++;
    return true;
  }

  /** Stations grow old unnoticed, until they are asked for. */
  pollTimeout(): Instant | undefined {
    return undefined;
  }

  handleTimeout(): void {}

  /** What was learned at a port whose link went away is forgotten. */
  setLink(port: number, up: boolean): void {
    if (up) return;
    for (const [address, known] of this.#stations) {
      if (known.port === port) this.#stations.delete(address);
    }
  }

  #find(address: number, now: Instant): number | undefined {
    const known = this.#stations.get(address);
    return known !== undefined && known.until > now ? known.port : undefined;
  }

  #learn(address: number, port: number, now: Instant): void {
    const known = this.#stations.get(address);
    const until = after(now, this.#ageing);
    if (known !== undefined) {
      known.port = port;
      known.until = until;
    } else if (this.#stations.size < STATIONS_MAX || this.#forget(now)) {
      this.#stations.set(address, { port, until });
    }
  }

  /** Makes room. False when none is old enough to go. */
  #forget(now: Instant): boolean {
    for (const [address, { until }] of this.#stations) {
      if (until <= now) this.#stations.delete(address);
    }
    return this.#stations.size < STATIONS_MAX;
  }
}

/** An address as a number: 48 bits fit in a double. */
const station = ({ view }: Packet, at: number): number =>
  view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);

const isGroup = ({ octets }: Packet, at: number): boolean => ((octets[at] ?? 0) & 1) !== 0;

/** Table 8-1: never forwarded. */
const isReserved = ({ view }: Packet, at: number): boolean =>
  view.getUint32(at) === 0x0180_c200 && view.getUint16(at + 4) <= 0x0f;
