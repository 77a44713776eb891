import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../base/octets.ts';
import { seededRng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  type Instant,
  milliseconds,
  START,
  seconds,
} from '../../../base/time.ts';
import { parse } from '../ipv6/address.ts';
import { DuplicateDetector, type DuplicateEvent, type Solicit } from './duplicate.ts';

const ADDRESS = parse('fe80::1') ?? new Uint8Array();

class Bench {
  readonly detector: DuplicateDetector;
  readonly sent: { readonly at: Instant; readonly message: Solicit }[] = [];
  readonly events: DuplicateEvent[] = [];
  retransmit: Duration = seconds(1);
  now: Instant = START;
  /** A loop on the link gives every solicitation back. */
  looped = false;

  constructor(seed = 1) {
    this.detector = new DuplicateDetector(ADDRESS, () => this.retransmit, seededRng(seed), START);
  }

  wait_ms(delay: number): this {
    const end = after(this.now, milliseconds(delay));
    for (let due = this.detector.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = due;
      this.detector.handleTimeout(due);
      this.#collect();
      due = this.detector.pollTimeout();
    }
    this.now = end;
    return this;
  }

  hear(nonce?: Uint8Array): this {
    this.detector.handleSolicitation(nonce);
    this.#collect();
    return this;
  }

  hearOwner(): this {
    this.detector.handleAdvertisement();
    this.#collect();
    return this;
  }

  #collect(): void {
    for (let one = this.detector.pollOutput(); one; one = this.detector.pollOutput()) {
      this.sent.push({ at: this.now, message: one });
      if (this.looped) this.detector.handleSolicitation(one.nonce.slice());
    }
    for (let one = this.detector.pollEvent(); one; one = this.detector.pollEvent()) {
      this.events.push(one);
    }
  }
}

describe('duplicate address detection (RFC 4862 §5.4)', () => {
  it('asks once within a second, and has the address RetransTimer later', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const bench = new Bench(seed).wait_ms(1000);
        expect(bench.sent.map(({ message }) => message.target)).toEqual([ADDRESS]);
        const asked = bench.sent[0]?.at ?? START;
        bench.wait_ms((asked - START) / 1000 - 1);
        expect(bench.events).toEqual([]);
        expect(bench.wait_ms(1).events).toEqual(['unique']);
        expect([bench.detector.state, bench.detector.pollTimeout()]).toEqual(['UNIQUE', undefined]);
      }),
    );
  });

  it('waits as long as routers say', () => {
    const bench = new Bench();
    bench.retransmit = seconds(10);
    expect(bench.wait_ms(10_000).events).toEqual([]);
    expect(bench.wait_ms(1000).events).toEqual(['unique']);
  });

  it.each<[string, number, (bench: Bench) => Bench]>([
    ['the one who has it advertises it', 1000, (bench) => bench.hearOwner()],
    [
      'another wants it at the same time',
      1000,
      (bench) => bench.hear(Uint8Array.of(1, 2, 3, 4, 5, 6)),
    ],
    ['another wants it who knows no nonces', 1000, (bench) => bench.hear()],
    ['another was faster', 0, (bench) => bench.hear()],
  ])('finds a duplicate when %s', (_name, delay, go) => {
    const bench = go(new Bench().wait_ms(delay));
    const before = bench.sent.length;
    bench.wait_ms(60_000).hear().hearOwner();
    expect(bench.events).toEqual(['duplicate']);
    expect(bench.sent.length).toBe(before);
    expect(bench.detector.state).toBe('DUPLICATE');
  });

  it('is not put off by what it sent itself, but asks three times more (RFC 7527 §4.1)', () => {
    const bench = new Bench();
    bench.looped = true;
    bench.wait_ms(1000);
    bench.looped = false;
    bench.wait_ms(60_000);
    expect(bench.sent.length).toBe(4);
    expect(bench.events).toEqual(['unique']);
  });

  it('goes on asking while there is a loop, with another nonce each time', () => {
    const bench = new Bench();
    bench.looped = true;
    bench.wait_ms(60_000);
    expect(bench.events).toEqual([]);
    expect(bench.sent.length).toBeGreaterThanOrEqual(59);
    const nonces = bench.sent.map(({ message }) => toHex(message.nonce));
    expect(new Set(nonces).size).toBe(nonces.length);
    bench.looped = false;
    expect(bench.wait_ms(10_000).events).toEqual(['unique']);
  });

  it('says nothing more once the address is its own', () => {
    const bench = new Bench().wait_ms(10_000).hear().hearOwner();
    expect(bench.events).toEqual(['unique']);
  });
});
