/**
 * Two TCPs in virtual time with a line between them that delays, loses, reorders and doubles what a test says.
 * Every segment is written down, so that a failing test shows what led to it.
 */
import { newPacket, type Packet } from '../../src/base/packet.ts';
import { seededRng } from '../../src/base/random.ts';
import { after, type Duration, type Instant, milliseconds, START } from '../../src/base/time.ts';
import {
  type ConnectionOptions,
  DEFAULTS,
  type ListenOptions,
  type TcpConfig,
} from '../../src/stack/transport/tcp/config.ts';
import type { Connection } from '../../src/stack/transport/tcp/connection.ts';
import {
  acknowledgment,
  destinationPort,
  FLAG,
  flags,
  HEADER_LENGTH,
  headerLength,
  sequence,
  sourcePort,
  window,
} from '../../src/stack/transport/tcp/header.ts';
import type { Listener } from '../../src/stack/transport/tcp/listener.ts';
import type { Path } from '../../src/stack/transport/tcp/network.ts';
import { SegmentOptions } from '../../src/stack/transport/tcp/options.ts';
import { distance, type Seq } from '../../src/stack/transport/tcp/seq.ts';
import { Tcp } from '../../src/stack/transport/tcp/tcp.ts';

/** 192.0.2.1 and 192.0.2.2 (RFC 5737), in the words of connection-table.ts. */
const WORDS = { a: [0, 0, 0xffff, 0xc000_0201 | 0], b: [0, 0, 0xffff, 0xc000_0202 | 0] } as const;
const ADDRESS_SUM = 2 * 0xc000 + 0x0201 + 0x0202;

export type End = 'a' | 'b';

/** A segment on the line, its numbers counted from each end's SYN. */
export interface Sent {
  readonly from: End;
  readonly at: Instant;
  readonly packet: Packet;
  readonly length: number;
  readonly flags: string;
  /** From the sender's ISS. */
  readonly seq: number;
  /** From the receiver's ISS; −1 without ACK. */
  readonly ack: number;
  readonly text: number;
  readonly window: number;
  readonly trafficClass: number;
  readonly options: SegmentOptions;
  readonly text_line: string;
}

/** What happens to a segment: delivered after a delay, or more times than one, or never. */
export type Line = (sent: Sent, index: number) => readonly Duration[];

export class TestPath implements Path {
  readonly addressSum = ADDRESS_SUM;
  mtu = 1500;
  readonly headerLength = 20;
}

export interface PairOptions {
  readonly a?: Partial<TcpConfig>;
  readonly b?: Partial<TcpConfig>;
  readonly delay?: Duration;
  readonly line?: Line;
  readonly seed?: number;
}

export class Pair {
  now: Instant = START;
  readonly tcp: Readonly<Record<End, Tcp<TestPath>>>;
  readonly paths: Readonly<Record<End, TestPath>> = { a: new TestPath(), b: new TestPath() };
  readonly sent: Sent[] = [];
  readonly events: (Connection<TestPath> | Listener<TestPath>)[] = [];
  line: Line;
  readonly #flying: { readonly to: End; readonly at: Instant; readonly sent: Sent }[] = [];
  readonly #iss: Record<End, Seq | undefined> = { a: undefined, b: undefined };

  constructor({ a = {}, b = {}, delay = milliseconds(10), line, seed = 1 }: PairOptions = {}) {
    this.line = line ?? (() => [delay]);
    const make = (config: Partial<TcpConfig>, end: End, rngSeed: number): Tcp<TestPath> =>
      new Tcp(
        { ...DEFAULTS, ...config },
        { pathTo: () => this.paths[end], confirm: () => {} },
        seededRng(rngSeed),
      );
    this.tcp = { a: make(a, 'a', seed), b: make(b, 'b', seed + 1000) };
  }

  addresses(end: End): Int32Array {
    const other: End = end === 'a' ? 'b' : 'a';
    return Int32Array.from([...WORDS[end], ...WORDS[other]]);
  }

  listen(port = 80, options: Partial<ListenOptions> = {}): Listener<TestPath> {
    return this.tcp.b.listen(undefined, port, options);
  }

  connect(port = 80, options: Partial<ConnectionOptions> = {}, from = 0): Connection<TestPath> {
    const { a } = this.tcp;
    return a.connect(this.paths.a, this.addresses('a'), from, port, options, this.now);
  }

  /** A connection that both ends know of: client, server. */
  connected(
    options: Partial<ConnectionOptions> = {},
    listen: Partial<ListenOptions> = {},
  ): [Connection<TestPath>, Connection<TestPath>] {
    const listener = this.listen(80, listen);
    const client = this.connect(80, options);
    this.run_ms(1000).runUntil(() => listener.pending > 0);
    const server = listener.accept();
    if (server === undefined) throw new Error(`no connection:\n${this.transcript}`);
    return [client, server];
  }

  run_ms(duration: number): this {
    return this.runUntil(() => false, milliseconds(duration));
  }

  /** Lets time pass until `done`, or for `most`. */
  runUntil(done: () => boolean, most: Duration = milliseconds(3_600_000)): this {
    const end = after(this.now, most);
    for (;;) {
      this.drain();
      if (done()) return this;
      // What was written there leaves now: nothing else may be to come that time could pass for.
      this.drain();
      const next = this.#next();
      if (next === undefined || next > end) break;
      this.now = next;
      this.#deliver();
      for (const tcp of [this.tcp.a, this.tcp.b]) tcp.handleTimeout(next);
    }
    this.now = end;
    return this;
  }

  /** All that is to be sent now is on the line. */
  drain(): void {
    for (const from of ['a', 'b'] as const) {
      const tcp = this.tcp[from];
      for (;;) {
        const packet = newPacket(4096);
        const length = tcp.pollSegment(packet, 0, this.now);
        if (length === 0) break;
        this.#send(from, packet, length, tcp.outgoing.trafficClass);
      }
      for (let event = tcp.pollEvent(); event !== undefined; event = tcp.pollEvent()) {
        this.events.push(event);
      }
    }
  }

  /** Hands a segment to `to` as if it came from the line. */
  inject(to: End, packet: Packet, length: number, trafficClass = 0): void {
    this.tcp[to].handleSegment(
      this.addresses(to),
      ADDRESS_SUM,
      trafficClass,
      packet,
      0,
      length,
      this.now,
    );
  }

  get transcript(): string {
    return this.sent.map(({ text_line }) => text_line).join('\n');
  }

  /** What `from` sent since segment `index`. */
  sentBy(from: End, index = 0): Sent[] {
    return this.sent.slice(index).filter((s) => s.from === from);
  }

  iss(end: End): Seq {
    return this.#iss[end] ?? (0 as Seq);
  }

  #next(): Instant | undefined {
    let next: Instant | undefined;
    for (const { at } of this.#flying) if (next === undefined || at < next) next = at;
    for (const tcp of [this.tcp.a, this.tcp.b]) {
      const due = tcp.pollTimeout();
      if (due !== undefined && (next === undefined || due < next)) next = due;
    }
    return next === undefined || next > this.now ? next : this.now;
  }

  #deliver(): void {
    const due = this.#flying.filter(({ at }) => at <= this.now);
    for (const flying of due) {
      this.#flying.splice(this.#flying.indexOf(flying), 1);
      this.inject(flying.to, flying.sent.packet, flying.sent.length, flying.sent.trafficClass);
    }
  }

  #send(from: End, packet: Packet, length: number, trafficClass: number): void {
    const to: End = from === 'a' ? 'b' : 'a';
    const sent = this.#describe(from, packet, length, trafficClass);
    const index = this.sent.push(sent) - 1;
    for (const delay of this.line(sent, index)) {
      const at = after(this.now, delay);
      const behind = this.#flying.findIndex((f) => f.at > at);
      this.#flying.splice(behind < 0 ? this.#flying.length : behind, 0, { to, at, sent });
    }
  }

  #describe(from: End, packet: Packet, length: number, trafficClass: number): Sent {
    const to: End = from === 'a' ? 'b' : 'a';
    const bits = flags(packet, 0);
    const number = sequence(packet, 0);
    if ((bits & FLAG.syn) !== 0) this.#iss[from] = number;
    const header = headerLength(packet, 0);
    const options = new SegmentOptions();
    options.read(packet, HEADER_LENGTH, header);
    const letters = Object.entries(FLAG)
      .filter(([, bit]) => (bits & bit) !== 0)
      .map(([name]) => name.toUpperCase());
    const seq = distance(number, this.#iss[from] ?? number);
    const hasAck = (bits & FLAG.ack) !== 0;
    const ack = hasAck ? distance(acknowledgment(packet, 0), this.iss(to)) : -1;
    const text = length - header;
    const ports = `${sourcePort(packet, 0)} > ${destinationPort(packet, 0)}`;
    const sacks = Array.from({ length: options.sackBlocks }, (_, i) => {
      const edge = (s: Seq): number => distance(s, this.iss(to));
      return `${edge(options.left(i))}:${edge(options.right(i))}`;
    });
    const line = [
      `${(this.now / 1000).toFixed(3).padStart(10)} ms`,
      `${from}: ${ports} ${letters.join(',')} ${seq}(${text})`,
      hasAck ? `ack ${ack}` : '',
      `win ${window(packet, 0)}`,
      sacks.length > 0 ? `sack ${sacks.join(' ')}` : '',
    ];
    return {
      from,
      at: this.now,
      packet,
      length,
      flags: letters.join(','),
      seq,
      ack,
      text,
      window: window(packet, 0),
      trafficClass,
      options,
      text_line: line.filter((part) => part !== '').join('  '),
    };
  }
}
