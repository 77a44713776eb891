import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../../../base/octets.ts';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { format, type Ipv4Address, parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import type { OutgoingDatagram } from './datagram.ts';
import { decode, encode, type Message } from './message.ts';
import { MESSAGE_TYPE, OPTION, ofAddresses, ofUint8, ofUint32 } from './options.ts';
import {
  clientKey,
  SERVER_DEFAULTS,
  Server,
  type ServerConfiguration,
  type ServerEvent,
} from './server.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const ip = (text: string) => parse(text) ?? UNSPECIFIED;
const SERVER = ip('192.0.2.1');
const mac = (n: number) => Uint8Array.of(2, 0, 0, 0, n >> 8, n & 0xff);
const at = (s: number): Instant => after(START, seconds(s));
const RESERVED = clientKey({ hardwareType: 1, hardware: mac(99) });

const CONFIGURATION: ServerConfiguration = {
  ...SERVER_DEFAULTS,
  address: SERVER,
  leaseTime: seconds(1000),
  pools: [
    {
      network: { address: ip('192.0.2.0'), length: 24 },
      first: ip('192.0.2.100'),
      last: ip('192.0.2.102'),
      reservations: [{ client: RESERVED, address: ip('192.0.2.7') }],
      options: new Map([
        [OPTION.router, ofAddresses(SERVER)],
        [OPTION.domainNameServer, ofAddresses(SERVER, ip('192.0.2.3'))],
      ]),
    },
    {
      network: { address: ip('10.0.0.0'), length: 30 },
      first: ip('10.0.0.0'),
      last: ip('10.0.0.3'),
      options: new Map(),
    },
  ],
};

interface Asks {
  readonly from?: Uint8Array;
  readonly wanted?: string;
  readonly server?: string;
  readonly head?: Partial<Message>;
  readonly more?: Readonly<Record<number, string>>;
}

/** A server in virtual time, and what it answers. */
class Bench {
  readonly server: Server;
  readonly events: ServerEvent[] = [];
  now: Instant = START;

  constructor(over: Partial<ServerConfiguration> = {}) {
    this.server = new Server({ ...CONFIGURATION, ...over });
  }

  wait_s(delay: number): this {
    this.now = after(this.now, seconds(delay));
    const due = this.server.pollTimeout();
    if (due !== undefined && due <= this.now) this.server.handleTimeout(this.now);
    return this;
  }

  /** The reply to a message, with where it goes. */
  say(type: keyof typeof MESSAGE_TYPE, { from = mac(1), wanted, server, head, more }: Asks = {}) {
    const options = new Map<number, Uint8Array>([
      [OPTION.messageType, ofUint8(MESSAGE_TYPE[type])],
    ]);
    if (wanted !== undefined) options.set(OPTION.requestedAddress, ofAddresses(ip(wanted)));
    if (server !== undefined) options.set(OPTION.serverIdentifier, ofAddresses(ip(server)));
    for (const [code, text] of Object.entries(more ?? {})) options.set(Number(code), hex(text));
    const none = {
      ciaddr: UNSPECIFIED,
      yiaddr: UNSPECIFIED,
      siaddr: UNSPECIFIED,
      giaddr: UNSPECIFIED,
    };
    const fixed = { op: 1, hardwareType: 1, hops: 0, xid: 7, secs: 0, broadcast: false };
    const names = { sname: new Uint8Array(), file: new Uint8Array() };
    const message: Message = { ...fixed, ...none, ...names, chaddr: from, options, ...head };
    this.server.handleMessage(encode(message), this.now);
    return this.reply();
  }

  reply(): { message: Message; datagram: OutgoingDatagram; text: string } | undefined {
    const datagram = this.server.pollOutput();
    if (datagram === undefined) return undefined;
    const decoded = decode(datagram.payload);
    if (!decoded.ok) throw new Error('a reply that cannot be read');
    const type = decoded.value.options.get(OPTION.messageType)?.[0];
    const name = Object.entries(MESSAGE_TYPE).find(([, n]) => n === type)?.[0];
    return { message: decoded.value, datagram, text: `${name} ${format(decoded.value.yiaddr)}` };
  }

  /** Client `n` gets an address. */
  lease(n: number): string {
    const from = mac(n);
    const offer = this.say('discover', { from });
    if (offer === undefined) return '-';
    const wanted = format(offer.message.yiaddr);
    return this.say('request', { from, wanted, server: '192.0.2.1' })?.text ?? '-';
  }

  happened(): string[] {
    const texts: string[] = [];
    for (let one = this.server.pollEvent(); one; one = this.server.pollEvent()) {
      texts.push(
        one.kind === 'exhausted' ? one.kind : `${one.kind} ${format(one.binding.address)}`,
      );
    }
    return texts;
  }
}

const renewing = (ciaddr: string, from = mac(1)): Asks => ({ from, head: { ciaddr: ip(ciaddr) } });

describe('the DHCP server', () => {
  it('offers an address, gives it, and says what it was told to say (RFC 2131 §4.3.1)', () => {
    const bench = new Bench();
    const offer = bench.say('discover', { more: { 55: '0106032a', 61: '01aa' } });
    expect(offer?.text).toBe('offer 192.0.2.100');
    expect(offer?.message).toMatchObject({ op: 2, xid: 7, chaddr: mac(1) });
    expect([...(offer?.message.options ?? [])]).toEqual([
      [OPTION.messageType, hex('02')],
      [OPTION.serverIdentifier, ofAddresses(SERVER)],
      [OPTION.clientIdentifier, hex('01aa')],
      [OPTION.leaseTime, ofUint32(1000)],
      [OPTION.renewalTime, ofUint32(500)],
      [OPTION.rebindingTime, ofUint32(875)],
      [OPTION.subnetMask, ofUint32(0xffffff00)],
      [OPTION.domainNameServer, hex('c0000201c0000203')],
      [OPTION.router, ofAddresses(SERVER)],
    ]);
    const take = { wanted: '192.0.2.100', server: '192.0.2.1', more: { 61: '01aa' } };
    const ack = bench.say('request', take);
    expect(ack?.text).toBe('ack 192.0.2.100');
    // The client did not say what it wants: all there is.
    expect(ack?.message.options.has(OPTION.router)).toBe(true);
    expect(bench.happened()).toEqual(['leased 192.0.2.100']);
    expect(bench.server.pollTimeout()).toBe(at(1000));
  });

  describe('sends its reply (§4.1)', () => {
    const relay = { giaddr: ip('10.0.0.2') };
    it.each<[string, Asks, string, number, boolean]>([
      ['to the hardware address of who has none yet', {}, '192.0.2.100', 68, true],
      ['to all when it is told to', { head: { broadcast: true } }, '255.255.255.255', 68, false],
      ['to the relay', { head: relay }, '10.0.0.2', 67, false],
      [
        'to all when there is no Ethernet address',
        { from: hex('01') },
        '255.255.255.255',
        68,
        false,
      ],
    ])('%s', (_name, asks, destination, port, direct) => {
      const datagram = new Bench().say('discover', asks)?.datagram;
      expect(datagram).toMatchObject({
        source: SERVER,
        sourcePort: 67,
        destination: ip(destination),
        destinationPort: port,
        broadcast: destination === '255.255.255.255',
      });
      expect(datagram?.hardware).toEqual(direct ? mac(1) : undefined);
    });

    it('to the address of who has one', () => {
      const bench = new Bench();
      bench.lease(1);
      const ack = bench.say('request', renewing('192.0.2.100'));
      expect(ack?.datagram).toMatchObject({ destination: ip('192.0.2.100'), broadcast: false });
      expect(ack?.datagram.hardware).toBeUndefined();
    });

    it('to all when it refuses, by way of the relay too', () => {
      const reboot = { wanted: '172.16.0.1' };
      expect(new Bench().say('request', reboot)).toMatchObject({
        text: 'nak 0.0.0.0',
        datagram: { destination: ip('255.255.255.255') },
      });
      const relayed = new Bench().say('request', { ...reboot, head: relay });
      expect(relayed).toMatchObject({
        datagram: { destination: ip('10.0.0.2'), destinationPort: 67 },
        message: { broadcast: true },
      });
    });
  });

  it('gives each client its own address, until there is none left', () => {
    const bench = new Bench();
    const acks = [100, 101, 102].map((n) => `ack 192.0.2.${n}`);
    expect([1, 2, 3, 4].map((n) => bench.lease(n))).toEqual([...acks, '-']);
    expect(bench.happened().at(-1)).toBe('exhausted');
  });

  it('gives a client the address that it had, and what others had last of all', () => {
    const bench = new Bench();
    for (const n of [1, 2]) bench.lease(n);
    bench.wait_s(1000);
    expect(bench.happened()).toContain('expired 192.0.2.101');
    expect(bench.lease(2)).toBe('ack 192.0.2.101');
    expect(bench.lease(3)).toBe('ack 192.0.2.102');
    expect(bench.lease(4)).toBe('ack 192.0.2.100');
    expect(bench.lease(1)).toBe('-');
  });

  it('gives a reserved address to its owner, and no other address', () => {
    const bench = new Bench();
    expect(bench.lease(99)).toBe('ack 192.0.2.7');
    const asks = { from: mac(99), wanted: '192.0.2.100', server: '192.0.2.1' };
    expect(bench.say('request', asks)?.text).toBe('nak 0.0.0.0');
  });

  it('serves another network by way of its relay, without the addresses that are not hosts', () => {
    const bench = new Bench();
    const head = { giaddr: ip('10.0.0.2') };
    expect(bench.say('discover', { head, from: mac(1) })?.text).toBe('offer 10.0.0.1');
    expect(bench.say('discover', { head, from: mac(2) })?.text).toBe('offer 10.0.0.2');
    expect(bench.say('discover', { head, from: mac(3) })).toBeUndefined();
    expect(bench.say('discover', { head: { giaddr: ip('172.16.0.1') } })).toBeUndefined();
  });

  it('gives back what a relay says of itself, last (RFC 3046 §2.2)', () => {
    const reply = new Bench().say('discover', { more: { 82: '0102' } });
    expect([...(reply?.message.options ?? [])].at(-1)).toEqual([82, hex('0102')]);
  });

  it.each([
    ['00000064', 100],
    ['00000001', 60],
    ['ffffffff', 1000],
  ])('asked for %s hexadecimal seconds gives %i', (text, given) => {
    const reply = new Bench().say('discover', { more: { 51: text } });
    expect(reply?.message.options.get(OPTION.leaseTime)).toEqual(ofUint32(given));
  });

  it('holds an offer for its client, and only for a minute', () => {
    const bench = new Bench();
    bench.say('discover');
    const other = { from: mac(2), wanted: '192.0.2.100', server: '192.0.2.1' };
    expect(bench.say('request', other)?.text).toBe('nak 0.0.0.0');
    bench.wait_s(60);
    expect(bench.server.bindings).toEqual([]);
    expect(bench.say('request', other)?.text).toBe('ack 192.0.2.100');
  });

  it('forgets an offer when the client chose another server', () => {
    const bench = new Bench();
    bench.say('discover');
    expect(bench.say('request', { wanted: '192.0.2.200', server: '192.0.2.2' })).toBeUndefined();
    expect(bench.server.bindings).toEqual([]);
  });

  describe('answers who was bound before (§4.3.2)', () => {
    it.each<[string, Asks, string | undefined]>([
      ['and asks for its address', { wanted: '192.0.2.100' }, 'ack 192.0.2.100'],
      ['and asks for another', { wanted: '192.0.2.101' }, 'nak 0.0.0.0'],
      ['and asks for one of another network', { wanted: '10.0.0.1' }, 'nak 0.0.0.0'],
      ['and renews', renewing('192.0.2.100'), 'ack 192.0.2.100'],
      ['and renews another', renewing('192.0.2.101'), 'nak 0.0.0.0'],
      ['unless it does not know who asks', { from: mac(2), wanted: '192.0.2.101' }, undefined],
      [
        'and whom it does not know, if the address is free',
        renewing('192.0.2.101', mac(2)),
        'ack 192.0.2.101',
      ],
      ['and whom it does not know, if it is not', renewing('192.0.2.100', mac(2)), 'nak 0.0.0.0'],
      ['unless the address is none of its own', renewing('192.0.2.55', mac(2)), undefined],
      ['unless it asks for nothing', {}, undefined],
    ])('%s', (_name, asks, expected) => {
      const bench = new Bench();
      bench.lease(1);
      expect(bench.say('request', asks)?.text).toBe(expected);
    });

    it('and renews, with as much time as at first', () => {
      const bench = new Bench();
      bench.lease(1);
      bench.wait_s(999).say('request', renewing('192.0.2.100'));
      expect(bench.happened()).toEqual(['leased 192.0.2.100', 'renewed 192.0.2.100']);
      expect(bench.server.pollTimeout()).toBe(at(1999));
    });
  });

  it('does not end a lease when its client discovers again', () => {
    const bench = new Bench();
    bench.lease(1);
    expect(bench.say('discover')?.text).toBe('offer 192.0.2.100');
    expect(bench.server.pollTimeout()).toBe(at(1000));
  });

  describe('takes an address back', () => {
    const release = { server: '192.0.2.1', head: { ciaddr: ip('192.0.2.100') } };
    const decline = { server: '192.0.2.1', wanted: '192.0.2.100' };

    it('that is released, and keeps it for its client', () => {
      const bench = new Bench();
      bench.lease(1);
      expect(bench.say('release', release)).toBeUndefined();
      expect(bench.happened()).toContain('released 192.0.2.100');
      expect([2, 3, 4].map((n) => bench.lease(n)).at(-1)).toBe('ack 192.0.2.100');
    });

    it('that is declined, and gives it to nobody for ten minutes', () => {
      const bench = new Bench();
      bench.lease(1);
      expect(bench.say('decline', decline)).toBeUndefined();
      expect(bench.happened()).toContain('declined 192.0.2.100');
      expect([1, 2, 3].map((n) => bench.lease(n))).toEqual([
        'ack 192.0.2.101',
        'ack 192.0.2.102',
        '-',
      ]);
      expect(bench.wait_s(600).server.bindings).toHaveLength(2);
      expect(bench.lease(3)).toBe('ack 192.0.2.100');
    });

    it.each<[string, 'release' | 'decline', Asks]>([
      ['its client, by its identifier', 'release', { ...release, from: mac(2) }],
      ['who has it', 'decline', { ...decline, from: mac(2) }],
      ['who speaks to this server', 'release', { ...release, server: '192.0.2.2' }],
      ['who names it', 'decline', { ...decline, wanted: '192.0.2.101' }],
    ])('from none but %s', (_name, type, asks) => {
      const bench = new Bench();
      bench.lease(1);
      bench.say(type, asks);
      expect(bench.happened()).toEqual(['leased 192.0.2.100']);
      expect(bench.server.bindings).toMatchObject([{ state: 'BOUND' }]);
    });
  });

  it('tells who has an address of his own what there is to know (§4.3.5)', () => {
    const reply = new Bench().say('inform', { head: { ciaddr: ip('192.0.2.50') } });
    expect(reply).toMatchObject({
      text: 'ack 0.0.0.0',
      datagram: { destination: ip('192.0.2.50') },
    });
    expect(reply?.message.options.has(OPTION.leaseTime)).toBe(false);
    expect(reply?.message.options.has(OPTION.domainNameServer)).toBe(true);
    expect(new Bench().say('inform')).toBeUndefined();
  });

  it('throws at nothing, and never gives one address to two', () => {
    const type = fc.constantFrom('discover', 'request', 'request', 'request', 'decline', 'release');
    const some = fc.constantFrom('192.0.2.100', '192.0.2.101', '192.0.2.102', '192.0.2.7');
    const asks = fc.record(
      {
        from: fc.constantFrom(mac(1), mac(2), mac(3), mac(99)),
        wanted: some,
        server: fc.constantFrom('192.0.2.1', '192.0.2.2'),
        head: fc.record({ ciaddr: some.map(ip) }),
      },
      { requiredKeys: [] },
    );
    const step = fc.oneof(
      fc.tuple(type, asks).map(
        ([t, a]) =>
          (bench: Bench) =>
            bench.say(t, a),
      ),
      fc.nat(400).map((s) => (bench: Bench) => bench.wait_s(s)),
      fc.uint8Array({ maxLength: 60 }).map((tail) => (bench: Bench) => {
        bench.server.handleMessage(concat([hex('01010600'), new Uint8Array(232), tail]), bench.now);
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bench = new Bench();
        // Who may use which address, by the ACKs alone.
        const held = new Map<Ipv4Address, { hardware: string; until: Instant }>();
        const acknowledged = steps.flatMap((go) => {
          const reply = go(bench);
          const ack =
            reply !== undefined && !(reply instanceof Bench) && reply.text.startsWith('ack');
          return ack ? [{ ...reply.message, at: bench.now }] : [];
        });
        for (const { yiaddr, chaddr, at: then } of acknowledged) {
          const before = held.get(yiaddr);
          const hardware = chaddr.join();
          const free = before === undefined || before.until <= then || before.hardware === hardware;
          expect(free).toBe(true);
          held.set(yiaddr, { hardware, until: after(then, seconds(1000)) });
        }
      }),
    );
  });
});
