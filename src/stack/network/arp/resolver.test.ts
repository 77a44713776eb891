import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, type Instant, milliseconds, START, seconds } from '../../../base/time.ts';
import { address, type Ipv4Address } from '../ipv4/address.ts';
import { type ArpPacket, OPERATION } from './header.ts';
import { type Output, RESOLVER_LIMITS, Resolver } from './resolver.ts';

const US = address(0xc0000201);
const PEER = address(0xc0000202);
const OTHER = address(0xc0000203);
const NOBODY = address(0);
const PEER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 2);
const OTHER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 3);

const packet = (over: Partial<ArpPacket> = {}): ArpPacket => ({
  operation: OPERATION.reply,
  senderHardware: PEER_MAC,
  senderProtocol: PEER,
  targetHardware: Uint8Array.of(2, 0, 0, 0, 0, 1),
  targetProtocol: US,
  ...over,
});

const request = (target: Ipv4Address, hardware?: Uint8Array) =>
  hardware ? { kind: 'request', target, hardware } : { kind: 'request', target };
const deliver = (datagram: string, hardware = PEER_MAC) => ({
  kind: 'deliver',
  hardware,
  datagram,
});

/** A resolver in virtual time: timeouts are handled when they are due, and no earlier. */
class Bench {
  readonly resolver = new Resolver<string>((a) => a === US);
  readonly #fresh: Output<string>[] = [];
  /** When each request left. */
  readonly requested: { readonly target: Ipv4Address; readonly at: Instant }[] = [];
  now: Instant = START;

  wait_ms(delay: number): this {
    const end = after(this.now, milliseconds(delay));
    for (let due = this.resolver.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = due;
      this.resolver.handleTimeout(due);
      this.#collect();
      due = this.resolver.pollTimeout();
    }
    this.now = end;
    return this;
  }

  send(target: Ipv4Address, datagram: string): this {
    this.resolver.send(target, datagram, this.now);
    this.#collect();
    return this;
  }

  hear(over: Partial<ArpPacket> = {}): this {
    this.resolver.handlePacket(packet(over), this.now);
    this.#collect();
    return this;
  }

  /** What left since the last call. */
  outputs(): Output<string>[] {
    return this.#fresh.splice(0);
  }

  #collect(): void {
    for (let one = this.resolver.pollOutput(); one; one = this.resolver.pollOutput()) {
      this.#fresh.push(one);
      if (one.kind === 'request') this.requested.push({ target: one.target, at: this.now });
    }
  }

  /** Peer's address is known, and nothing is left to be sent. */
  knowing(): this {
    this.send(PEER, 'first').hear().outputs();
    return this;
  }
}

describe('ARP resolver', () => {
  it('asks, holds the datagram, and delivers it when the reply comes', () => {
    const bench = new Bench().send(PEER, 'A');
    expect(bench.outputs()).toEqual([request(PEER)]);
    expect(bench.wait_ms(800).hear().outputs()).toEqual([deliver('A')]);
    expect(bench.send(PEER, 'B').outputs()).toEqual([deliver('B')]);
    expect(bench.resolver.pollTimeout()).toBeUndefined();
  });

  it('keeps the three latest datagrams while it waits (RFC 1122 §2.3.2.2)', () => {
    const bench = new Bench().send(PEER, 'A').send(PEER, 'B').send(PEER, 'C').send(PEER, 'D');
    expect(bench.outputs()).toEqual([request(PEER), { kind: 'dropped', datagram: 'A' }]);
    expect(bench.hear().outputs()).toEqual([deliver('B'), deliver('C'), deliver('D')]);
  });

  it('says of each that waits that there is nobody', () => {
    const bench = new Bench().send(PEER, 'A').send(PEER, 'B').wait_ms(2999);
    bench.outputs();
    expect(bench.wait_ms(1).outputs()).toEqual(
      ['A', 'B'].map((datagram) => ({ kind: 'unreachable', target: PEER, datagram })),
    );
  });

  it('asks three times, a second apart, then says that there is nobody (§2.3.2.1)', () => {
    const bench = new Bench().send(PEER, 'A');
    expect(bench.outputs()).toEqual([request(PEER)]);
    expect(bench.wait_ms(999).outputs()).toEqual([]);
    expect(bench.wait_ms(1).outputs()).toEqual([request(PEER)]);
    expect(bench.wait_ms(1000).outputs()).toEqual([request(PEER)]);
    expect(bench.wait_ms(999).outputs()).toEqual([]);
    const unreachable = { kind: 'unreachable', target: PEER, datagram: 'A' };
    expect(bench.wait_ms(1).outputs()).toEqual([unreachable]);
    expect(bench.resolver.size).toBe(0);
  });

  it('polls by unicast an address that was not heard of for a minute, and uses it meanwhile', () => {
    const bench = new Bench().knowing().wait_ms(59_999).send(PEER, 'A');
    expect(bench.outputs()).toEqual([deliver('A')]);
    bench.wait_ms(1).send(PEER, 'B').send(PEER, 'C');
    expect(bench.outputs()).toEqual([request(PEER, PEER_MAC), deliver('B'), deliver('C')]);
    expect(bench.hear().wait_ms(59_999).send(PEER, 'D').outputs()).toEqual([deliver('D')]);
  });

  it('forgets an address that did not answer two polls, and asks all again', () => {
    const bench = new Bench().knowing().wait_ms(60_000).send(PEER, 'A');
    bench.outputs();
    expect(bench.wait_ms(1000).outputs()).toEqual([request(PEER, PEER_MAC)]);
    expect(bench.wait_ms(1000).outputs()).toEqual([]);
    expect(bench.send(PEER, 'B').outputs()).toEqual([request(PEER)]);
  });

  it('does not poll what a layer above knows to answer', () => {
    const bench = new Bench().knowing().wait_ms(59_000);
    bench.resolver.confirm(PEER, bench.now);
    expect(bench.wait_ms(59_000).send(PEER, 'A').outputs()).toEqual([deliver('A')]);
    bench.resolver.confirm(OTHER, bench.now);
    expect(bench.resolver.size).toBe(1);
  });

  it('polls what a layer above doubts when it is used next, once (RFC 1122 §3.3.1.4)', () => {
    const bench = new Bench().knowing();
    bench.resolver.doubt(PEER, bench.now);
    bench.resolver.doubt(OTHER, bench.now);
    expect(bench.wait_ms(5000).outputs()).toEqual([]);
    bench.send(PEER, 'A').send(PEER, 'B');
    bench.resolver.doubt(PEER, bench.now);
    expect(bench.outputs()).toEqual([request(PEER, PEER_MAC), deliver('A'), deliver('B')]);
    expect(bench.hear().wait_ms(59_999).send(PEER, 'C').outputs()).toEqual([deliver('C')]);
  });

  it('sends nothing for an address that nobody uses, however old it is', () => {
    expect(new Bench().knowing().wait_ms(600_000).outputs()).toEqual([]);
  });

  describe('learns as RFC 826 says', () => {
    it.each<[string, Partial<ArpPacket>]>([
      ['a request to us', { operation: OPERATION.request, senderProtocol: OTHER }],
      ['a reply to us that we did not ask for', { senderProtocol: OTHER }],
    ])('from %s', (_name, over) => {
      const bench = new Bench().hear({ ...over, senderHardware: OTHER_MAC });
      bench.outputs();
      expect(bench.send(OTHER, 'A').outputs()).toEqual([deliver('A', OTHER_MAC)]);
    });

    it.each<[string, Partial<ArpPacket>]>([
      ['a packet between others', { targetProtocol: OTHER }],
      ['a probe, which has no address yet', { senderProtocol: NOBODY }],
      ['a group as hardware address', { senderHardware: new Uint8Array(6).fill(0xff) }],
      ['a group as protocol address', { senderProtocol: address(0xe0000001) }],
      ['one that says to be us', { senderProtocol: US }],
    ])('but nothing from %s', (_name, over) => {
      const bench = new Bench().hear(over);
      expect(bench.resolver.size).toBe(0);
    });

    it('a new hardware address, whoever the packet is for, if the neighbour is known', () => {
      const bench = new Bench().knowing();
      bench.hear({ senderHardware: OTHER_MAC, targetProtocol: PEER });
      expect(bench.send(PEER, 'A').outputs()).toEqual([deliver('A', OTHER_MAC)]);
    });

    it('and keeps no view of the frame', () => {
      const senderHardware = PEER_MAC.slice();
      const bench = new Bench().hear({ senderHardware });
      senderHardware.fill(0);
      expect(bench.resolver.lookup(PEER, bench.now)).toEqual(PEER_MAC);
    });
  });

  it('answers requests for our address, probes too, and no others', () => {
    const asked = packet({ operation: OPERATION.request });
    const probe = packet({ operation: OPERATION.request, senderProtocol: NOBODY });
    const bench = new Bench().hear(asked).hear(probe);
    bench
      .hear({ ...asked, targetProtocol: OTHER })
      .hear(packet())
      .hear({ ...asked, senderProtocol: US });
    expect(bench.outputs()).toEqual([
      { kind: 'reply', to: asked },
      { kind: 'reply', to: probe },
    ]);
  });

  it('keeps the neighbours that it talks to when a scan or a flood of senders comes', () => {
    const bench = new Bench().knowing();
    for (let i = 0; i < 2000; i++) {
      bench.send(address(0x0a000000 + i), 'scan');
      bench.hear({ senderProtocol: address(0x0b000001 + i) });
      expect(bench.resolver.size).toBeLessThanOrEqual(RESOLVER_LIMITS.entries);
    }
    const requests = bench.outputs().filter(({ kind }) => kind === 'dropped');
    expect(requests.length).toBe(2000 - RESOLVER_LIMITS.incomplete);
    expect(bench.send(PEER, 'A').outputs()).toEqual([deliver('A')]);
  });

  it('makes way for new neighbours when all are in use', () => {
    const bench = new Bench();
    for (let i = 0; i < 600; i++) {
      const senderProtocol = address(0x0b000001 + i);
      bench.send(senderProtocol, 'x').hear({ senderProtocol });
    }
    bench.outputs();
    expect(bench.resolver.size).toBe(RESOLVER_LIMITS.entries);
    expect(bench.send(address(0x0b000001 + 599), 'A').outputs()).toEqual([deliver('A')]);
    expect(bench.send(address(0x0b000001), 'B').outputs()).toEqual([request(address(0x0b000001))]);
  });

  it('never asks for one address twice within a second, whatever happens', () => {
    const target = fc.constantFrom(PEER, OTHER);
    const delay = fc.integer({ min: 0, max: 70_000 });
    const step = fc.oneof(
      target.map((to) => (bench: Bench) => bench.send(to, 'x')),
      target.map((senderProtocol) => (bench: Bench) => bench.hear({ senderProtocol })),
      delay.map((time) => (bench: Bench) => bench.wait_ms(time)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bench = new Bench();
        for (const go of steps) go(bench);
        for (const asked of [PEER, OTHER]) {
          const times = bench.requested.filter((r) => r.target === asked).map((r) => r.at);
          const gaps = times.slice(1).map((at, i) => at - (times[i] ?? START));
          expect(Math.min(seconds(1), ...gaps)).toBe(seconds(1));
        }
      }),
    );
  });
});
