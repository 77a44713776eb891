import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { format, parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import { Client, type ClientEvent } from './client.ts';
import type { ClientConfiguration } from './client-message.ts';
import type { OutgoingDatagram } from './datagram.ts';
import { decode, encode, type Message } from './message.ts';
import { MESSAGE_TYPE, messageType, OPTION, ofAddresses, ofUint8, ofUint32 } from './options.ts';

const ip = (text: string) => parse(text) ?? UNSPECIFIED;
const MAC = fromHex('020000000002') ?? new Uint8Array();
const OFFERED = ip('192.0.2.104');
const SERVER = ip('192.0.2.1');
const OTHER = ip('192.0.2.2');
const HELD = ip('192.0.2.50');

interface Sent {
  readonly at: number;
  readonly datagram: OutgoingDatagram;
  readonly message: Message;
}

const NAMES = Object.entries(MESSAGE_TYPE);
const typeName = (message: Message) =>
  NAMES.find(([, type]) => type === messageType(message.options))?.[0] ?? '';
const asAddress = (octets: Uint8Array | undefined) => octets?.join('.') ?? '-';

/** A client in virtual time, and all that it sent, with the time in seconds. */
class Bench {
  readonly client: Client;
  readonly sent: Sent[] = [];
  readonly events: ClientEvent[] = [];
  now: Instant = START;

  constructor(over: Partial<ClientConfiguration> = {}, seed = 1) {
    this.client = new Client({ hardware: MAC, ...over }, seededRng(seed));
  }

  get last(): Sent {
    const sent = this.sent.at(-1);
    if (sent === undefined) throw new Error('nothing was sent');
    return sent;
  }

  /** What was sent since the last call: type, ciaddr, requested address, server identifier, destination. */
  said(): string[] {
    return this.sent.splice(0).map(({ message, datagram }) => {
      const { options, ciaddr } = message;
      const wanted = asAddress(options.get(OPTION.requestedAddress));
      const server = asAddress(options.get(OPTION.serverIdentifier));
      const to = `${format(datagram.source)} > ${format(datagram.destination)}`;
      return `${typeName(message)} ${format(ciaddr)} ${wanted} ${server} ${to}`;
    });
  }

  happened(): string[] {
    return this.events.splice(0).map((event) => {
      if (event.kind === 'unanswered') return `unanswered ${event.attempts}`;
      const address = format(event.lease.address.address);
      return `${event.kind} ${address}${event.kind === 'lost' ? ` ${event.reason}` : ''}`;
    });
  }

  go(command: (client: Client, now: Instant) => void): this {
    command(this.client, this.now);
    return this.#collect();
  }

  start(): this {
    return this.go((client, now) => client.start(now));
  }

  wait_s(delay: number): this {
    const end = after(this.now, seconds(delay));
    for (let due = this.client.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = Math.max(due, this.now) as Instant;
      this.client.handleTimeout(this.now);
      this.#collect();
      due = this.client.pollTimeout();
    }
    this.now = end;
    return this;
  }

  /** A server's reply to what was sent last. */
  hear(
    type: keyof typeof MESSAGE_TYPE,
    over: Partial<Message> = {},
    more: Readonly<Record<number, Uint8Array>> = {},
  ): this {
    const options = new Map([
      [OPTION.messageType as number, ofUint8(MESSAGE_TYPE[type])],
      [OPTION.serverIdentifier, ofAddresses(SERVER)],
      [OPTION.leaseTime, ofUint32(1000)],
      [OPTION.subnetMask, ofUint32(0xffffff00)],
      ...Object.entries(more).map(([code, value]) => [Number(code), value] as const),
    ]);
    const reply = {
      ...this.last.message,
      op: 2,
      ciaddr: UNSPECIFIED,
      yiaddr: OFFERED,
      options,
      ...over,
    };
    this.client.handleMessage(encode(reply), this.now);
    return this.#collect();
  }

  /** Bound to `OFFERED` from second 0 until second 1000. */
  bound(): this {
    this.start().hear('offer').hear('ack');
    this.events.length = 0;
    return this;
  }

  #collect(): this {
    for (let one = this.client.pollOutput(); one; one = this.client.pollOutput()) {
      const decoded = decode(one.payload);
      if (!decoded.ok) throw new Error('a message that cannot be read');
      this.sent.push({ at: this.now / seconds(1), datagram: one, message: decoded.value });
    }
    for (let one = this.client.pollEvent(); one; one = this.client.pollEvent())
      this.events.push(one);
    return this;
  }
}

const BROADCAST = '0.0.0.0 > 255.255.255.255';
const DISCOVER = `discover 0.0.0.0 - - ${BROADCAST}`;
const REQUEST = `request 0.0.0.0 192.0.2.104 192.0.2.1 ${BROADCAST}`;
const RENEW = 'request 192.0.2.104 - - 192.0.2.104 > 192.0.2.1';
const REBIND = 'request 192.0.2.104 - - 192.0.2.104 > 255.255.255.255';

describe('the DHCP client', () => {
  it('discovers, takes an offer, is bound, and is silent until T1 (RFC 2131 §3.1)', () => {
    const bench = new Bench().start();
    expect(bench.client.state).toBe('SELECTING');
    bench.hear('offer');
    expect(bench.client.state).toBe('REQUESTING');
    expect(bench.client.lease).toBeUndefined();
    expect(bench.sent[1]?.message.xid).toBe(bench.sent[0]?.message.xid);
    bench.hear('ack');
    expect(bench.client.state).toBe('BOUND');
    expect(bench.client.lease?.address).toEqual({ address: OFFERED, length: 24 });
    expect(bench.wait_s(499).said()).toEqual([DISCOVER, REQUEST]);
    expect(bench.client.pollTimeout()).toBe(after(START, seconds(500)));
  });

  it('says who it is and what it wants to know', () => {
    const clientIdentifier = Uint8Array.of(0, 1, 2);
    const { message, datagram } = new Bench({ clientIdentifier, hostName: 'bench' }).start().last;
    expect(message).toMatchObject({
      op: 1,
      hardwareType: 1,
      chaddr: MAC,
      broadcast: true,
      secs: 0,
    });
    expect(message.options.get(OPTION.clientIdentifier)).toEqual(clientIdentifier);
    expect(message.options.get(OPTION.parameterRequestList)?.slice(0, 3)).toEqual(
      Uint8Array.of(1, 121, 3),
    );
    expect(message.options.get(OPTION.maximumMessageSize)).toEqual(Uint8Array.of(2, 64));
    expect(datagram).toMatchObject({ sourcePort: 68, destinationPort: 67, broadcast: true });
    expect(new Bench({ unicast: true }).start().last.message.broadcast).toBe(false);
  });

  it('asks after 4, 8, 16, 32, 64 and 64 s, each a second more or less (§4.1)', () => {
    const bench = new Bench().start().wait_s(300);
    const gaps = bench.sent.slice(1).map(({ at }, i) => at - (bench.sent[i]?.at ?? 0));
    for (const [i, middle] of [4, 8, 16, 32, 64, 64].entries()) {
      expect(Math.abs((gaps[i] ?? 0) - middle)).toBeLessThanOrEqual(1);
      expect(gaps[i]).not.toBe(middle);
    }
    expect(bench.sent.map(({ message }) => message.secs)).toEqual(
      bench.sent.map(({ at }) => Math.floor(at)),
    );
    expect(bench.happened().slice(0, 2)).toEqual(['unanswered 1', 'unanswered 2']);
  });

  it('waits by chance before it begins if it is told to', () => {
    const starts = [1, 2, 3].map((seed) => {
      const bench = new Bench({ startDelay: seconds(10) }, seed).start();
      expect(bench.client.state).toBe('INIT');
      return bench.wait_s(10).sent[0]?.at ?? 0;
    });
    expect(new Set(starts).size).toBe(3);
  });

  it('has the secs of the DISCOVER in the request that takes an offer (§4.4.1)', () => {
    const bench = new Bench().start().wait_s(13).hear('offer');
    const [discover, request] = bench.sent.slice(-2);
    expect(discover?.message.secs).toBeGreaterThan(0);
    expect(request?.message.secs).toBe(discover?.message.secs);
  });

  it('asks four times for what was offered, then begins again', () => {
    const bench = new Bench().start().hear('offer');
    bench.wait_s(70);
    expect(bench.said().slice(0, 6)).toEqual([
      DISCOVER,
      ...new Array(4).fill(REQUEST),
      DISCOVER.replace('- -', '192.0.2.104 -'),
    ]);
    expect(bench.client.state).toBe('SELECTING');
  });

  it('begins again at once when it is refused, and the next time later', () => {
    const bench = new Bench().start().hear('offer').hear('nak').hear('offer').hear('nak');
    expect(bench.said()).toEqual([DISCOVER, REQUEST, DISCOVER, REQUEST]);
    expect(bench.client.state).toBe('INIT');
    expect(bench.wait_s(2.9).said()).toEqual([]);
    expect(bench.wait_s(2.1).said()).toEqual([DISCOVER]);
  });

  describe('renews', () => {
    it('at T1 with its server alone (§4.4.5)', () => {
      const bench = new Bench().bound();
      const { xid } = bench.last.message;
      bench.said();
      bench.wait_s(500);
      expect(bench.client.state).toBe('RENEWING');
      expect(bench.last.message).toMatchObject({ broadcast: false });
      expect(bench.last.message.xid).not.toBe(xid);
      expect(bench.last.datagram.broadcast).toBe(false);
      expect(bench.said()).toEqual([RENEW]);
    });

    it('and has the time from when it asked', () => {
      const bench = new Bench().bound().wait_s(501).hear('ack');
      expect(bench.happened()).toEqual(['renewed 192.0.2.104']);
      expect(bench.client.lease?.expiresAt).toBe(after(START, seconds(1500)));
      expect(bench.client.state).toBe('BOUND');
    });

    it('by half of the time that is left, a minute at least; at T2 with any server; then it ends', () => {
      const bench = new Bench().bound();
      bench.sent.length = 0;
      bench.wait_s(999);
      expect(bench.sent.map(({ at }) => at)).toEqual([
        500, 687.5, 781.25, 841.25, 875, 937.5, 997.5,
      ]);
      expect(new Set(bench.sent.map(({ message }) => message.xid)).size).toBe(7);
      expect(bench.said()).toEqual([RENEW, RENEW, RENEW, RENEW, REBIND, REBIND, REBIND]);
      expect(bench.happened()).toEqual([]);
      bench.wait_s(1);
      expect(bench.happened()).toEqual(['lost 192.0.2.104 expired']);
      expect(bench.said()).toEqual([`discover 0.0.0.0 192.0.2.104 - ${BROADCAST}`]);
    });

    it('with another server that answers when all are asked', () => {
      const bench = new Bench().bound().wait_s(880);
      bench.hear('ack', {}, { [OPTION.serverIdentifier]: ofAddresses(OTHER) });
      expect(bench.client.lease).toMatchObject({ server: OTHER });
      bench.said();
      bench.wait_s(500);
      expect(bench.said()).toEqual(['request 192.0.2.104 - - 192.0.2.104 > 192.0.2.2']);
    });

    it('and gives the address up when it is refused', () => {
      const bench = new Bench().bound();
      bench.said();
      expect(bench.wait_s(500).hear('nak').happened()).toEqual(['lost 192.0.2.104 refused']);
      expect(bench.said()).toEqual([RENEW, DISCOVER]);
    });
  });

  describe('that had an address', () => {
    const reboot = (bench: Bench) => bench.go((client, now) => client.reboot(HELD, now));
    const ASK = `request 0.0.0.0 192.0.2.50 - ${BROADCAST}`;

    it('asks for it again (§3.2)', () => {
      const bench = reboot(new Bench());
      expect(bench.client.state).toBe('REBOOTING');
      bench.hear('ack', { yiaddr: HELD });
      expect(bench.said()).toEqual([ASK]);
      expect(bench.happened()).toEqual(['bound 192.0.2.50']);
    });

    it('falls back when nobody answers, and would still like to have it', () => {
      const bench = reboot(new Bench()).wait_s(14);
      expect(bench.said()).toEqual([ASK, ASK, `discover 0.0.0.0 192.0.2.50 - ${BROADCAST}`]);
    });

    it('falls back at once when it is on another network', () => {
      const bench = reboot(new Bench()).hear('nak');
      expect(bench.said()).toEqual([ASK, DISCOVER]);
      expect(bench.happened()).toEqual([]);
    });
  });

  it.each([
    ['is bound', 100],
    ['renews', 510],
  ])(
    'declines an address that another has while it %s, and waits ten seconds (§3.1 (5))',
    (_name, s) => {
      const bench = new Bench().bound().wait_s(s);
      bench.said();
      bench.go((client, now) => client.handleConflict(now));
      expect(bench.happened()).toEqual(['lost 192.0.2.104 conflict']);
      expect(bench.said()).toEqual([`decline 0.0.0.0 192.0.2.104 192.0.2.1 ${BROADCAST}`]);
      expect(bench.wait_s(9).said()).toEqual([]);
      expect(bench.wait_s(1).said()).toEqual([DISCOVER]);
    },
  );

  it('gives its address back, and is silent', () => {
    const bench = new Bench().bound();
    bench.said();
    bench.go((client) => client.release());
    expect(bench.said()).toEqual(['release 192.0.2.104 - 192.0.2.1 192.0.2.104 > 192.0.2.1']);
    expect(bench.happened()).toEqual(['lost 192.0.2.104 released']);
    bench.go((client, now) => client.handleConflict(now)).go((client) => client.release());
    expect(bench.wait_s(2000).said()).toEqual([]);
    expect(bench.client.pollTimeout()).toBeUndefined();
  });

  describe('passes over', () => {
    const LEASE = { [OPTION.leaseTime]: ofUint32(1) };
    it.each<[string, (bench: Bench) => Bench]>([
      ['another transaction', (b) => b.hear('offer', { xid: b.last.message.xid ^ 1 })],
      ['an offer to another', (b) => b.hear('offer', { chaddr: MAC.with(5, 3) })],
      ['a request', (b) => b.hear('offer', { op: 1 })],
      ['an offer of no address', (b) => b.hear('offer', { yiaddr: UNSPECIFIED })],
      ['an offer for a second', (b) => b.hear('offer', {}, LEASE)],
      [
        'another client identifier (RFC 6842)',
        (b) => b.hear('offer', {}, { 61: Uint8Array.of(9) }),
      ],
      ['an ACK before it asked', (b) => b.hear('ack')],
      ['a NAK before it asked', (b) => b.hear('nak')],
      ['an offer of nobody', (b) => b.hear('offer', {}, { 54: new Uint8Array() })],
      [
        'what is no message',
        (b) => b.go((client, now) => client.handleMessage(new Uint8Array(9), now)),
      ],
    ])('%s while it selects', (_name, hear) => {
      const bench = new Bench({ clientIdentifier: Uint8Array.of(1) }).start();
      expect(hear(bench).client.state).toBe('SELECTING');
      expect(bench.sent).toHaveLength(1);
      expect(bench.hear('offer', {}, { 61: Uint8Array.of(1) }).client.state).toBe('REQUESTING');
    });

    const from = { [OPTION.serverIdentifier]: ofAddresses(OTHER) };
    it.each<[string, (bench: Bench) => Bench]>([
      ['a second offer', (b) => b.hear('offer', { yiaddr: HELD }, from)],
      ['the ACK of another server', (b) => b.hear('ack', {}, from)],
      ['the NAK of another server', (b) => b.hear('nak', {}, from)],
      ['an ACK for another address', (b) => b.hear('ack', { yiaddr: HELD })],
      ['a lease that is over', (b) => b.wait_s(11).hear('ack', {}, { 51: ofUint32(10) })],
    ])('%s while it requests', (_name, hear) => {
      const bench = new Bench().start().hear('offer');
      expect(hear(bench).client.state).toBe('REQUESTING');
      expect(bench.hear('ack').happened()).toEqual(['bound 192.0.2.104']);
    });

    it('all while it is bound, and another address while it renews', () => {
      const bench = new Bench().bound().hear('nak').hear('ack', { yiaddr: HELD });
      expect(bench.client.state).toBe('BOUND');
      bench.wait_s(500).hear('ack', { yiaddr: HELD }).hear('nak', {}, from);
      expect(bench.client.state).toBe('RENEWING');
      expect(bench.happened()).toEqual([]);
    });
  });

  it('never uses an address past its time, nor says more than a message a second, whatever servers do', () => {
    const hear = fc
      .tuple(
        fc.constantFrom('offer', 'ack', 'nak', 'decline'),
        fc.constantFrom(OFFERED, HELD),
        fc.constantFrom(10, 20, 0xffffffff),
      )
      .map(([type, yiaddr, lease]) => (bench: Bench) => {
        const more = { [OPTION.leaseTime]: ofUint32(lease), [OPTION.renewalTime]: ofUint32(5) };
        return bench.sent.length === 0 ? bench : bench.hear(type, { yiaddr }, more);
      });
    const wait = fc.double({ min: 0, max: 6, noNaN: true }).map((s) => (b: Bench) => b.wait_s(s));
    const stray = fc
      .uint8Array({ maxLength: 260 })
      .map((octets) => (b: Bench) => b.go((client, now) => client.handleMessage(octets, now)));
    fc.assert(
      fc.property(fc.array(fc.oneof(hear, hear, wait, stray), { maxLength: 60 }), (steps) => {
        const bench = new Bench().start();
        for (const go of steps) {
          go(bench);
          const { lease } = bench.client;
          if (lease !== undefined) expect(bench.now).toBeLessThan(lease.expiresAt);
        }
        // Four messages may go at once; then the bound on the average holds.
        expect(bench.sent.length).toBeLessThanOrEqual(4 + bench.now / seconds(1));
      }),
    );
  });
});
