import { describe, expect, it } from 'vitest';
import { chance, seededRng } from '../../../base/random.ts';
import { after, earliest, type Instant, milliseconds, START } from '../../../base/time.ts';
import { decode, describeControl } from './frame.ts';
import { type PrimaryEvent, PrimaryStation } from './primary.ts';
import { type SecondaryEvent, SecondaryStation } from './secondary.ts';

const DELAY = milliseconds(5);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A primary and its secondaries on one line of 5 ms each way, in virtual time. */
class Multidrop {
  readonly primary: PrimaryStation;
  readonly secondaries: readonly SecondaryStation[];
  readonly events: PrimaryEvent[] = [];
  readonly received: SecondaryEvent[][];
  readonly transcript: string[] = [];
  now: Instant = START;
  #flying: { at: Instant; down: boolean; octets: Uint8Array }[] = [];
  readonly #loses: (octets: Uint8Array) => boolean;

  constructor(
    addresses: readonly number[],
    loses: (octets: Uint8Array) => boolean = () => false,
    n2 = 4,
  ) {
    this.primary = new PrimaryStation({
      secondaries: addresses,
      t1: milliseconds(50),
      pause: milliseconds(100),
      n2,
    });
    this.secondaries = addresses.map((address) => new SecondaryStation({ address }));
    this.received = addresses.map(() => []);
    this.#loses = loses;
  }

  #put(down: boolean, octets: Uint8Array): void {
    const frame = decode(octets, { modulus: 8 });
    if (frame.ok) {
      const { address, control } = frame.value;
      this.transcript.push(`${down ? '>' : '<'} ${address} ${describeControl(control, down)}`);
    }
    if (!this.#loses(octets)) this.#flying.push({ at: after(this.now, DELAY), down, octets });
  }

  #drain(): void {
    for (let f = this.primary.pollFrame(this.now); f; f = this.primary.pollFrame(this.now))
      this.#put(true, f);
    for (const secondary of this.secondaries) {
      for (let f = secondary.pollFrame(); f; f = secondary.pollFrame()) this.#put(false, f);
    }
    for (let e = this.primary.pollEvent(); e; e = this.primary.pollEvent()) this.events.push(e);
    this.secondaries.forEach((secondary, i) => {
      for (let e = secondary.pollEvent(); e; e = secondary.pollEvent()) this.received[i]?.push(e);
    });
  }

  run(time: number): void {
    const end = after(this.now, milliseconds(time));
    for (;;) {
      this.#drain();
      const due = earliest(...this.#flying.map(({ at }) => at), this.primary.pollTimeout());
      if (due === undefined || due > end) break;
      this.now = due;
      this.#deliver();
      this.primary.handleTimeout(this.now);
    }
    this.now = end;
  }

  #deliver(): void {
    const arrived = this.#flying.filter(({ at }) => at <= this.now);
    this.#flying = this.#flying.filter(({ at }) => at > this.now);
    for (const { down, octets } of arrived) {
      if (!down) this.primary.handleFrame(octets, this.now);
      // All hear all of it: the address says who is meant.
      else for (const secondary of this.secondaries) secondary.handleFrame(octets);
    }
  }
}

const numbers = (events: readonly { kind: string; octets?: Uint8Array }[]): number[] =>
  events.flatMap(({ octets }) => (octets === undefined ? [] : [octets[0] as number]));

describe('normal response mode', () => {
  it('connects, polls, carries information both ways, disconnects', () => {
    const line = new Multidrop([1]);
    line.primary.connect(1);
    line.run(30);
    line.primary.send(1, Uint8Array.of(7));
    line.secondaries[0]?.send(Uint8Array.of(8));
    line.secondaries[0]?.send(Uint8Array.of(9));
    line.run(30);
    line.primary.disconnect(1);
    line.run(200);
    const first = line.transcript.indexOf('> 1 I N(S)=0 N(R)=0 P');
    expect(line.transcript.slice(0, 2)).toEqual(['> 1 SNRM P', '< 1 UA F']);
    expect(line.transcript.slice(first, first + 3)).toEqual([
      '> 1 I N(S)=0 N(R)=0 P',
      '< 1 I N(S)=0 N(R)=1',
      '< 1 I N(S)=1 N(R)=1 F',
    ]);
    expect(line.transcript.slice(-2)).toEqual(['> 1 DISC P', '< 1 UA F']);
    expect(numbers(line.events)).toEqual([8, 9]);
    expect(numbers(line.received[0] ?? [])).toEqual([7]);
    expect(line.events.at(-1)).toEqual({ kind: 'disconnected', address: 1, reason: 'asked' });
  });

  it('gives each secondary its turn, and only the one that is polled speaks', () => {
    const line = new Multidrop([1, 2, 3]);
    for (const address of [1, 2, 3]) line.primary.connect(address);
    line.run(200);
    const polled = line.transcript
      .filter((entry) => entry.startsWith('>'))
      .map((entry) => entry[2]);
    expect(polled.slice(0, 6)).toEqual(['1', '2', '3', '1', '2', '3']);
    line.transcript.forEach((entry, i) => {
      if (entry.startsWith('<')) expect(line.transcript[i - 1]?.[2]).toBe(entry[2]);
    });
  });

  it.each(upTo(5))(
    'delivers exactly once and in order at 20 %% loss each way, to and from each: seed %i',
    (seed) => {
      const rng = seededRng(seed);
      const line = new Multidrop([1, 2], () => chance(rng, 0.2), 100);
      for (const address of [1, 2]) line.primary.connect(address);
      line.run(2000);
      for (const n of upTo(40)) {
        for (const address of [1, 2]) line.primary.send(address, Uint8Array.of(n));
        for (const secondary of line.secondaries) secondary.send(Uint8Array.of(100 + n));
      }
      line.run(60_000);
      expect(line.received.map(numbers)).toEqual([upTo(40), upTo(40)]);
      const from = (address: number): number[] =>
        numbers(line.events.filter((e) => e.kind === 'information' && e.address === address));
      expect([1, 2].map(from)).toEqual(
        [upTo(40), upTo(40)].map((list) => list.map((n) => 100 + n)),
      );
    },
  );

  it('gives up a secondary that falls silent, and goes on with the others', () => {
    let dead = false;
    const line = new Multidrop([1, 2], ([address]) => dead && address === 1);
    for (const address of [1, 2]) line.primary.connect(address);
    line.run(100);
    dead = true;
    line.run(2000);
    expect(line.events).toContainEqual({ kind: 'disconnected', address: 1, reason: 'timeout' });
    line.primary.send(2, Uint8Array.of(5));
    line.run(500);
    expect(numbers(line.received[1] ?? [])).toEqual([5]);
  });

  it('is quiet when nobody has anything to say', () => {
    const line = new Multidrop([1]);
    line.primary.connect(1);
    line.run(1000);
    // A poll and its answer take 10 ms, and a pause of 100 ms follows.
    expect(line.transcript.length).toBeLessThan(2 * (1000 / 110) + 6);
  });

  it('a secondary that is not connected says DM to a poll, and nothing to else', () => {
    const secondary = new SecondaryStation({ address: 1 });
    const line = new Multidrop([1]);
    line.primary.connect(1);
    line.run(20);
    line.primary.send(1, Uint8Array.of(1));
    const poll = line.primary.pollFrame(after(line.now, milliseconds(200)));
    if (poll !== undefined) secondary.handleFrame(poll);
    const answer = decode(secondary.pollFrame() ?? new Uint8Array(0), { modulus: 8 });
    expect(answer).toMatchObject({ ok: true, value: { control: { kind: 'DM', pf: true } } });
  });
});
