/**
 * Host and board over a line that loses, flips, inserts and repeats octets, in virtual time. Each side
 * sends numbered messages; whatever the line does, what a session delivers is 0, 1, 2, … with nothing
 * missing, twice or changed, and a session that does not finish ends with a reason.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Line, type NoiseLevels, noise } from '../../../test/contract/line.ts';
import { equal } from '../../base/octets.ts';
import { below, type Rng, seededRng } from '../../base/random.ts';
import { after, earliest, type Instant, milliseconds, START, seconds } from '../../base/time.ts';
import { costOf } from './arq.ts';
import { BoardSession } from './board-session.ts';
import { decodeFrame, KIND } from './frame.ts';
import { HostSession } from './host-session.ts';
import { Splitter } from './splitter.ts';
import { STATISTIC, zeroed } from './statistics.ts';

const MESSAGES = 280; // The numbers wrap.
const GIVE_UP = seconds(600);
const END = after(START, GIVE_UP);
const HOST_CAPACITY = 12_000;
const BOARD_CAPACITY = 4000;

/** Message `n` of a session: its number, then octets that follow from it. */
function message(n: number): Uint8Array {
  const octets = new Uint8Array(n % 25 === 7 ? 650 : 2 + ((n * 7919) % 60)).map(
    (_, i) => n * 31 + i,
  );
  octets[0] = n >> 8;
  octets[1] = n;
  return octets;
}

/** Watches one direction: no DATA beyond the credit that the other direction granted so far. */
class CreditWatch {
  #edge: number;
  #number = 0; // Of the frame after the highest seen.
  readonly #ends = [0]; // The sum of the costs before each frame.

  constructor(credit: number) {
    this.#edge = credit;
  }

  handleData(seq: number, length: number): void {
    if (((seq - this.#number) & 0xff) !== 0) return; // Sent before.
    this.#number += 1;
    const end = (this.#ends.at(-1) ?? 0) + costOf(length);
    this.#ends.push(end);
    if (end > this.#edge) throw new Error(`credit overrun by ${end - this.#edge}`);
  }

  handleAck(ack: number, credit: number): void {
    const number = this.#number - ((this.#number - ack) & 0xff);
    this.#edge = Math.max(this.#edge, (this.#ends[number] ?? 0) + credit);
  }
}

class Side {
  sent = 0;
  received = 0;
  readonly held: Uint8Array[] = [];
  readonly splitter = new Splitter();

  take(octets: Uint8Array): void {
    // expect().toEqual takes a millisecond for octets: too long for thousands of messages.
    if (!equal(octets, message(this.received))) throw new Error(`message ${this.received} differs`);
    this.received += 1;
    this.held.push(octets);
  }
}

class World {
  readonly rng: Rng;
  now: Instant = START;
  readonly toBoard: Line;
  readonly toHost: Line;
  host: HostSession;
  board: BoardSession;
  hostSide = new Side();
  boardSide = new Side();
  readonly reasons: string[] = [];
  #watch: { board: CreditWatch; host: CreditWatch } | undefined;

  constructor(seed: number, rate: number, levels: NoiseLevels) {
    this.rng = seededRng(seed);
    this.toBoard = new Line(rate);
    this.toHost = new Line(rate);
    this.toBoard.impair = noise(this.rng, levels);
    this.toHost.impair = noise(this.rng, levels);
    this.board = this.startBoard();
    this.host = this.startHost();
  }

  startHost(): HostSession {
    this.host = new HostSession({
      rng: this.rng,
      capacity: HOST_CAPACITY,
      lineRate: this.toBoard.rate,
      open: seconds(2),
      silence: seconds(1),
    });
    this.host.open(this.now);
    return this.host;
  }

  startBoard(): BoardSession {
    const options = {
      identity: () => Uint8Array.of(1, 4, 0x6d, 0x6f, 0x63, 0x6b),
      window: 16,
      messageMax: 700,
      capacity: BOARD_CAPACITY,
      version: 1,
      lineRate: this.toHost.rate,
    };
    this.board = new BoardSession(options, zeroed(STATISTIC));
    this.boardSide = new Side();
    this.board.boot(this.now);
    return this.board;
  }

  get finished(): boolean {
    const { hostSide: h, boardSide: b } = this;
    const all = [h.sent, h.received, b.sent, b.received].every((n) => n === MESSAGES);
    return all && this.host.idle && this.board.idle;
  }

  run(until: Instant): void {
    while (this.now < until && !this.finished) {
      this.#turn();
      const next = earliest(
        this.toBoard.pollTimeout(),
        this.toHost.pollTimeout(),
        this.host.pollTimeout(),
        this.board.pollTimeout(),
        after(this.now, milliseconds(5)), // A slow reader looks again.
      );
      this.now =
        next !== undefined && next > this.now ? next : after(this.now, milliseconds(0.001));
    }
  }

  #turn(): void {
    for (let o = this.toBoard.take(this.now); o; o = this.toBoard.take(this.now)) {
      this.boardSide.splitter.handleOctets(o, (f) => this.board.handleEncoded(f, this.now));
    }
    for (let o = this.toHost.take(this.now); o; o = this.toHost.take(this.now)) {
      this.hostSide.splitter.handleOctets(o, (f) => this.host.handleEncoded(f, this.now));
    }
    if ((this.host.pollTimeout() ?? after(this.now, seconds(1))) <= this.now) {
      this.host.handleTimeout(this.now);
    }
    if ((this.board.pollTimeout() ?? after(this.now, seconds(1))) <= this.now) {
      this.board.handleTimeout(this.now);
    }
    this.#applications();
    for (let o = this.host.pollOutput(this.now); o; o = this.host.pollOutput(this.now)) {
      this.#observe(o, 'host');
      this.toBoard.put(o, this.now);
    }
    for (let o = this.board.pollOutput(this.now); o; o = this.board.pollOutput(this.now)) {
      this.#observe(o, 'board');
      this.toHost.put(o, this.now);
    }
  }

  #applications(): void {
    for (let e = this.host.pollEvent(); e; e = this.host.pollEvent()) {
      if (e.kind === 'opened') this.hostSide = new Side();
      else {
        this.reasons.push(e.reason);
        this.host.open(this.now);
      }
    }
    for (let e = this.board.pollEvent(); e; e = this.board.pollEvent()) {
      const splitter = this.boardSide.splitter;
      this.boardSide = Object.assign(new Side(), { splitter });
    }
    const { hostSide: h, boardSide: b } = this;
    for (let m = this.host.pollMessage(); m; m = this.host.pollMessage()) h.take(m);
    for (let m = this.board.pollMessage(); m; m = this.board.pollMessage()) b.take(m);
    while (h.held.length > 0 && below(this.rng, 3) > 0) this.host.consume(h.held.shift() as never);
    while (b.held.length > 0 && below(this.rng, 3) > 0) this.board.consume(b.held.shift() as never);
    while (h.sent < MESSAGES && this.host.send(message(h.sent), this.now)) h.sent += 1;
    while (b.sent < MESSAGES && this.board.sendEvent(message(b.sent), this.now)) b.sent += 1;
  }

  #observe(octets: Uint8Array, from: 'host' | 'board'): void {
    const decoded = decodeFrame(octets.subarray(octets[0] === 0 ? 1 : 0, -1));
    if (!decoded.ok) throw new Error(decoded.error);
    const { kind, seq, ack, credit, payload } = decoded.value;
    if (kind === KIND.OPENED && this.boardSide.sent === 0 && this.hostSide.sent === 0) {
      this.#watch = {
        host: new CreditWatch(BOARD_CAPACITY),
        board: new CreditWatch(HOST_CAPACITY),
      };
    }
    if (kind < KIND.DATA || kind > KIND.NAK || this.#watch === undefined) return;
    const other = from === 'host' ? 'board' : 'host';
    if (kind === KIND.DATA) this.#watch[from].handleData(seq, payload.length);
    this.#watch[other].handleAck(ack, credit);
  }
}

const QUIET: NoiseLevels = { lost: 0, flipped: 0, inserted: 0, duplicated: 0, burst: 0 };

const seed = fc.integer();
const rate = fc.constantFrom(0, 115_200, 921_600);
const level = fc.constantFrom(0, 0.0001, 0.0003);
const levels = fc.record({
  lost: level,
  flipped: level,
  inserted: level,
  duplicated: level,
  burst: fc.constantFrom(0, 0.0001),
});

describe('two machines over a hostile line', () => {
  it('delivers all messages both ways, once and in order, over a quiet line', () => {
    fc.assert(
      fc.property(seed, rate, (s, r) => {
        const world = new World(s, r, QUIET);
        world.run(END);
        expect(world.finished).toBe(true);
        expect(world.reasons).toEqual([]);
        expect(world.host.statistics.gaps).toBe(0);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('delivers all messages both ways, once and in order, over a noisy line', () => {
    fc.assert(
      fc.property(seed, rate, levels, (s, r, l) => {
        const world = new World(s, r, l);
        world.run(END);
        expect(world.finished).toBe(true);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('ends with a reason when the line carries nothing but noise', () => {
    fc.assert(
      fc.property(seed, fc.constantFrom(0.05, 0.5), (s, lost) => {
        const world = new World(s, 0, QUIET);
        world.run(after(START, milliseconds(5)));
        world.toHost.impair = noise(world.rng, { ...QUIET, lost });
        world.toBoard.impair = noise(world.rng, { ...QUIET, lost });
        world.run(after(START, seconds(30)));
        expect(world.finished || world.reasons.length > 0).toBe(true);
        const named = ['silence', 'link-failed', 'unanswered', 'reset'];
        expect(named).toEqual(expect.arrayContaining(world.reasons));
      }),
      { numRuns: 5 },
    );
  }, 60_000);

  it('starts over when either side restarts, even in the middle of a frame', () => {
    const restart = fc.record({
      who: fc.constantFrom('host', 'board'),
      after: fc.integer({ min: 1, max: 60 }),
      arrives: fc.nat(300),
    });
    fc.assert(
      fc.property(seed, levels, fc.array(restart, { maxLength: 4 }), (s, l, restarts) => {
        const world = new World(s, 0, l);
        for (const { who, after: ms, arrives } of restarts) {
          world.run(after(world.now, milliseconds(ms)));
          if (who === 'host') {
            world.toBoard.cut(arrives);
            world.startHost();
          } else {
            world.toHost.cut(arrives);
            world.startBoard();
          }
        }
        world.run(after(world.now, GIVE_UP));
        expect(world.finished).toBe(true);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
