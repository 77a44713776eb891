import { describe, expect, it } from 'vitest';
import { asPacket, newPacket, type Packet } from '../base/packet.ts';
import { type Instant, START } from '../base/time.ts';
import { encode as encodeEthernet } from '../stack/datalink/ethernet/ethernet-ii.ts';
import { address } from '../stack/network/ipv4/address.ts';
import { ECN } from '../stack/network/ipv4/dscp.ts';
import { decode as decode4, encode as encode4 } from '../stack/network/ipv4/header.ts';
import { decode as decode6, encode as encode6 } from '../stack/network/ipv6/header.ts';
import { codel } from './codel.ts';
import { mark } from './congestion-mark.ts';
import type { Discipline, NewDiscipline } from './discipline.ts';
import { type Frame, FramePool } from './frame.ts';
import { red } from './red.ts';

const at = (n: number): Instant => n as Instant;
const MS = 1000;

function datagram4(ecn: number): Packet {
  const payload = encode4({
    trafficClass: (46 << 2) | ecn,
    identification: 1,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: 6,
    source: address(0x0a000001),
    destination: address(0x0a000002),
    options: new Uint8Array(0),
    payload: new Uint8Array(980),
  });
  return ethernet(0x0800, payload);
}

function datagram6(ecn: number): Packet {
  const anyone = new Uint8Array(16).fill(1);
  const payload = encode6({
    trafficClass: (46 << 2) | ecn,
    flowLabel: 0xabcde,
    nextHeader: 6,
    hopLimit: 64,
    source: anyone,
    destination: anyone,
    payload: new Uint8Array(100),
  });
  return ethernet(0x86dd, payload);
}

function ethernet(type: number, payload: Uint8Array): Packet {
  const destination = Uint8Array.of(2, 0, 0, 0, 0, 2);
  const source = Uint8Array.of(2, 0, 0, 0, 0, 1);
  return asPacket(encodeEthernet({ destination, source, type, payload }));
}

const pool = new FramePool(2 ** 26);
function frameOf(packet: Packet, now: Instant = START): Frame {
  const frame = pool.copy(packet, 0, packet.octets.length, now);
  if (frame === undefined) throw new Error('the pool is empty');
  return frame;
}
const octetsOf = (frame: Frame): Uint8Array =>
  frame.packet.octets.slice(frame.start + 14, frame.end);

describe('congestion mark', () => {
  it.each([
    ['Not-ECT is left alone', ECN.notEct, false],
    ['ECT(0) is marked', ECN.ect0, true],
    ['ECT(1) is marked', ECN.ect1, true],
    ['CE stays so', ECN.ce, true],
  ])('%s, its checksum right, its other fields untouched', (_name, ecn, marked) => {
    const four = frameOf(datagram4(ecn));
    expect(mark(four)).toBe(marked);
    const six = frameOf(datagram6(ecn));
    expect(mark(six)).toBe(marked);
    const trafficClass = (46 << 2) | (marked ? ECN.ce : ecn);
    const before4 = decode4(datagram4(ecn).octets.subarray(14));
    const before6 = decode6(datagram6(ecn).octets.subarray(14));
    if (!before4.ok || !before6.ok) throw new Error('the packets are wrong');
    expect(decode4(octetsOf(four))).toEqual({
      ok: true,
      value: { ...before4.value, trafficClass },
    });
    expect(decode6(octetsOf(six))).toEqual({ ok: true, value: { ...before6.value, trafficClass } });
  });

  it('what is no IP has no mark, however short it is', () => {
    for (const length of [14, 15, 16, 60]) {
      const packet = newPacket(length);
      expect(mark(frameOf(packet))).toBe(false);
      packet.view.setUint16(12, 0x0800);
      expect(mark(frameOf(packet))).toBe(false);
    }
  });
});

/** Offers frames at one rate and takes them at another; when which was dropped or marked. */
class Load {
  readonly discipline: Discipline;
  readonly #packet: Packet;
  readonly rejected: number[] = [];
  readonly waits: number[] = [];
  #seen = 0;

  constructor(make: NewDiscipline, ecn: number) {
    this.discipline = make(pool, 7);
    this.#packet = datagram4(ecn);
  }

  /** @param every, taken microseconds from one frame to the next, in and out. */
  run(from: number, until: number, every: number, taken: number): this {
    let out = from;
    for (let now = from; now < until; now += every) {
      for (; out <= now; out += taken) this.#take(at(out));
      this.discipline.enqueue(frameOf(this.#packet, at(now)), at(now));
      this.#note(now);
    }
    return this;
  }

  #take(now: Instant): void {
    const frame = this.discipline.dequeue(now);
    this.#note(now);
    if (frame === undefined) return;
    this.waits.push(now - frame.queuedAt);
    pool.give(frame);
  }

  #note(now: number): void {
    const { dropped, marked } = this.discipline.counters;
    while (this.#seen < dropped + marked) {
      this.rejected.push(now);
      this.#seen += 1;
    }
  }
}

describe('CoDel', () => {
  const settings = { limit: 2 ** 24 };

  it('leaves a queue alone that is shorter than the target, or not too long for an interval', () => {
    const short = new Load(codel(settings), 0).run(0, 1000 * MS, 1000, 1000);
    expect(short.rejected).toEqual([]);
    // Twice as fast as the wire for 90 ms, then nothing more: the queue is longer than 5 ms for 80 of them.
    const burst = new Load(codel(settings), 0).run(0, 60 * MS, 500, 1000);
    expect(burst.rejected).toEqual([]);
    expect(Math.max(...burst.waits)).toBeGreaterThan(5 * MS);
  });

  it('drops at intervals of 100 ms / √k once the queue was too long for 100 ms', () => {
    const load = new Load(codel(settings), 0).run(0, 700 * MS, 500, 1000);
    const [first = 0] = load.rejected;
    expect(first).toBeGreaterThanOrEqual(105 * MS);
    expect(first).toBeLessThanOrEqual(112 * MS);
    // §3.3 and §5.5: the k-th follows the one before it by interval / √k, at the next dequeue, 1 ms later at most.
    let next = first;
    for (const [k, when] of load.rejected.slice(1).entries()) {
      next += (100 * MS) / Math.sqrt(k + 1);
      expect(when - next).toBeGreaterThanOrEqual(-1 * MS);
      expect(when - next).toBeLessThanOrEqual(2 * MS);
    }
    expect(load.rejected.length).toBeGreaterThan(8);
  });

  it('stops when the queue is short, and begins at the rate at which it ended soon after', () => {
    const load = new Load(codel(settings), 0).run(0, 1500 * MS, 800, 1000);
    const before = load.rejected.length;
    load.run(1500 * MS, 2200 * MS, 10_000, 1000); // The queue empties.
    const paused = load.rejected.length;
    load.run(2200 * MS, 2500 * MS, 500, 1000);
    const again = load.rejected.slice(paused);
    expect(paused - before).toBeLessThan(60);
    expect((again[1] ?? 0) - (again[0] ?? 0)).toBeLessThan(50 * MS);
  });

  it('marks in place of dropping when it may and the sender understands', () => {
    const ecn = new Load(codel({ ...settings, ecn: true }), ECN.ect0).run(0, 700 * MS, 500, 1000);
    expect(ecn.discipline.counters).toMatchObject({ dropped: 0 });
    expect(ecn.discipline.counters.marked).toBeGreaterThan(8);
    const not = new Load(codel({ ...settings, ecn: true }), 0).run(0, 700 * MS, 500, 1000);
    expect(not.discipline.counters).toMatchObject({ marked: 0 });
    expect(not.discipline.counters.dropped).toBeGreaterThan(8);
  });
});

describe('RED', () => {
  const settings = { limit: 1e6, minimum: 20_000, maximum: 60_000, weight: 1 };

  /** The share of arrivals dropped when so many octets wait. */
  function share(queued: number): number {
    const N = 4000;
    const discipline = red(settings)(pool, 1);
    const packet = datagram4(0);
    const arrive = (): void => {
      discipline.enqueue(frameOf(packet), START);
      if (discipline.octets <= queued) return;
      const frame = discipline.dequeue(START);
      if (frame !== undefined) pool.give(frame);
    };
    while (discipline.octets + packet.octets.length <= queued) arrive();
    const before = discipline.counters.dropped;
    for (let i = 0; i < N; i++) arrive();
    return (discipline.counters.dropped - before) / N;
  }

  // Drops are spread evenly: the gaps between them are uniform in 1 … 1/p − 1 (Floyd and Jacobson, method 2): 2p.
  it.each([
    ['nothing below the minimum', 19_000, 0, 0],
    ['half the most half way to the maximum: p = 0.05', 40_000, 0.09, 0.11],
    ['nearly the most near the maximum: p = 0.1', 60_000, 0.18, 0.21],
    ['more above it: p = 0.4', 80_000, 0.68, 0.82],
  ])('drops %s', (_name, queued, least, most) => {
    expect(share(queued)).toBeGreaterThanOrEqual(least);
    expect(share(queued)).toBeLessThanOrEqual(most);
  });

  it('forgets a queue that was while the line is idle', () => {
    const load = new Load(red({ ...settings, weight: 0.002 }), 0).run(0, 500 * MS, 500, 1000);
    expect(load.rejected.length).toBeGreaterThan(0);
    while (load.discipline.dequeue(at(500 * MS)) !== undefined);
    const before = load.rejected.length;
    load.run(3000 * MS, 3100 * MS, 1000, 1000);
    expect(load.rejected.length).toBe(before);
  });

  it('marks in place of dropping up to the maximum, and drops above it', () => {
    const load = new Load(red({ ...settings, ecn: true }), ECN.ect0).run(0, 55 * MS, 500, 1000);
    expect(load.discipline.counters.dropped).toBe(0);
    expect(load.discipline.counters.marked).toBeGreaterThan(0);
    load.run(55 * MS, 300 * MS, 100, 1000);
    expect(load.discipline.counters.dropped).toBeGreaterThan(0);
  });
});

describe('a queue', () => {
  it.each<[string, NewDiscipline]>([
    ['of CoDel', codel({ limit: 3000 })],
    ['of RED', red({ limit: 3000, minimum: 1e5, maximum: 2e5 })],
  ])('%s has its limit, and gives back what it drops', (_name, make) => {
    const own = new FramePool(2 ** 20);
    const discipline = make(own, 1);
    for (let i = 0; i < 5; i++) {
      const frame = own.copy(datagram4(0), 0, 1000, START);
      if (frame !== undefined) discipline.enqueue(frame, START);
    }
    expect(discipline.counters.overflowed).toBe(2);
    expect([discipline.octets, own.taken]).toEqual([3000, 3]);
    for (let f = discipline.dequeue(START); f !== undefined; f = discipline.dequeue(START)) {
      own.give(f);
    }
    expect([discipline.empty, discipline.octets, own.taken]).toEqual([true, 0, 0]);
  });
});
