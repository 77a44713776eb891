import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendFcs16 } from '../../../base/fcs16.ts';
import { chance, type Rng, seededRng } from '../../../base/random.ts';
import { after, earliest, type Instant, milliseconds, START } from '../../../base/time.ts';
import { LAPB_A, LAPB_B } from './address.ts';
import { type BalancedEvent, type BalancedOptions, BalancedStation } from './balanced.ts';
import type { Control, Modulus } from './control.ts';
import { decode, describeControl, encode } from './frame.ts';
import { TRANSITIONS } from './state.ts';

const T1 = milliseconds(100);
const DELAY = milliseconds(10);
const A: BalancedOptions = { address: LAPB_A, peer: LAPB_B, t1: T1 };
const B: BalancedOptions = { address: LAPB_B, peer: LAPB_A, t1: T1 };

interface Flying {
  readonly at: Instant;
  readonly to: 0 | 1;
  readonly octets: Uint8Array;
}

/** Two stations and a line that takes 10 ms and loses what `loses` says, in virtual time. */
class Line {
  readonly stations: readonly [BalancedStation, BalancedStation];
  readonly events: readonly [BalancedEvent[], BalancedEvent[]] = [[], []];
  readonly transcript: string[] = [];
  now: Instant = START;
  readonly #modulus: Modulus;
  readonly #loses: (octets: Uint8Array) => boolean;
  #flying: Flying[] = [];

  constructor(
    options: Partial<BalancedOptions> = {},
    loses: (octets: Uint8Array) => boolean = () => false,
  ) {
    this.#modulus = options.modulus ?? 8;
    this.#loses = loses;
    this.stations = [
      new BalancedStation({ ...A, ...options }),
      new BalancedStation({ ...B, ...options }),
    ];
  }

  /** Runs until nothing is on the line and no timer before `until` is left. */
  run(until: Instant = after(this.now, milliseconds(60_000))): void {
    for (;;) {
      this.#drain();
      const due = earliest(
        ...this.#flying.map(({ at }) => at),
        this.stations[0].pollTimeout(),
        this.stations[1].pollTimeout(),
      );
      if (due === undefined || due > until) return;
      this.now = due;
      const arrived = this.#flying.filter(({ at }) => at <= due);
      this.#flying = this.#flying.filter(({ at }) => at > due);
      for (const { to, octets } of arrived) this.stations[to].handleFrame(octets, due);
      for (const station of this.stations) station.handleTimeout(due);
    }
  }

  #drain(): void {
    for (const from of [0, 1] as const) {
      const station = this.stations[from];
      for (let f = station.pollFrame(this.now); f !== undefined; f = station.pollFrame(this.now)) {
        const lost = this.#loses(f);
        this.transcript.push(`${'AB'[from]} ${this.#describe(f, from)}${lost ? ' lost' : ''}`);
        if (!lost)
          this.#flying.push({ at: after(this.now, DELAY), to: from === 0 ? 1 : 0, octets: f });
      }
      for (let e = station.pollEvent(); e !== undefined; e = station.pollEvent())
        this.events[from].push(e);
    }
  }

  #describe(octets: Uint8Array, from: 0 | 1): string {
    const frame = decode(octets, { modulus: this.#modulus });
    if (!frame.ok) return 'damaged';
    const own = from === 0 ? LAPB_A : LAPB_B;
    return describeControl(frame.value.control, frame.value.address !== own);
  }

  connect(): this {
    this.stations[0].connect(this.now);
    this.run();
    return this;
  }

  /** Sends `count` pieces from A as the queue takes them, and gives what B got. */
  transfer(count: number): number[] {
    let next = 0;
    for (let turn = 0; turn < 10_000 && this.received().length < count; turn++) {
      while (next < count && this.stations[0].send(Uint8Array.of(next >> 8, next & 0xff)))
        next += 1;
      this.run(after(this.now, milliseconds(500)));
    }
    return this.received();
  }

  received(): number[] {
    return this.events[1].flatMap((event) =>
      event.kind === 'information'
        ? [((event.octets[0] as number) << 8) | (event.octets[1] as number)]
        : [],
    );
  }
}

const frame = (address: number, control: Control, information = new Uint8Array(0)): Uint8Array =>
  encode({ address, control, information }, { modulus: 8 });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const losing = (rng: Rng, rate: number) => (): boolean => chance(rng, rate);
const kinds = (events: readonly BalancedEvent[]): string[] =>
  events.map((event) => (event.kind === 'disconnected' ? event.reason : event.kind));

describe('balanced station', () => {
  it('opens, sends, closes', () => {
    const line = new Line().connect();
    line.stations[0].send(Uint8Array.of(0, 7));
    line.run();
    line.stations[0].disconnect(line.now);
    line.run();
    expect(line.transcript).toEqual([
      'A SABM P',
      'B UA F',
      'A I N(S)=0 N(R)=0',
      'B RR N(R)=1',
      'A DISC P',
      'B UA F',
    ]);
    expect(kinds(line.events[0])).toEqual(['connected', 'asked']);
    expect(kinds(line.events[1])).toEqual(['connected', 'information', 'peer']);
  });

  it('carries acknowledgments on information that goes the other way', () => {
    const line = new Line().connect();
    line.stations[0].send(Uint8Array.of(1));
    line.stations[1].send(Uint8Array.of(2));
    line.run();
    expect(line.transcript.slice(2)).toEqual([
      'A I N(S)=0 N(R)=0',
      'B I N(S)=0 N(R)=0',
      'A RR N(R)=1',
      'B RR N(R)=1',
    ]);
  });

  it('both ends call at once: both answer, both are connected', () => {
    const line = new Line();
    for (const station of line.stations) station.connect(line.now);
    line.run();
    expect(line.events.map(kinds)).toEqual([['connected'], ['connected']]);
  });

  it('sends no more than the window, and more when it is acknowledged', () => {
    const line = new Line({ window: 2 }).connect();
    for (const n of upTo(3)) line.stations[0].send(Uint8Array.of(0, n));
    const sent = (): number => {
      let count = 0;
      while (line.stations[0].pollFrame(line.now) !== undefined) count += 1;
      return count;
    };
    expect(sent()).toBe(2);
    line.stations[0].handleFrame(frame(LAPB_B, { kind: 'RR', nr: 1, pf: false }), line.now);
    expect(sent()).toBe(1);
  });

  it('mends one lost frame by REJ: it and what followed are sent again', () => {
    let lost = false;
    const line = new Line({}, (octets) => {
      const isFirst = !lost && octets.length === 6 && octets[1] === 0x00;
      lost ||= isFirst;
      return isFirst;
    }).connect();
    expect(line.transfer(3)).toEqual(upTo(3));
    expect(line.transcript.filter((entry) => entry.startsWith('B REJ'))).toEqual(['B REJ N(R)=0']);
    expect(line.transcript.filter((entry) => entry.startsWith('A I'))).toHaveLength(6);
  });

  it('mends one lost frame by SREJ: it alone is sent again', () => {
    let lost = false;
    const line = new Line({ reject: 'SREJ' }, (octets) => {
      const isFirst = !lost && octets.length === 6 && octets[1] === 0x00;
      lost ||= isFirst;
      return isFirst;
    }).connect();
    expect(line.transfer(3)).toEqual(upTo(3));
    expect(line.transcript.filter((entry) => entry.startsWith('B SREJ'))).toEqual([
      'B SREJ N(R)=0',
    ]);
    expect(line.transcript.filter((entry) => entry.startsWith('A I'))).toHaveLength(4);
  });

  it.each<[string, Partial<BalancedOptions>]>([
    ['REJ modulo 8', {}],
    ['REJ modulo 128', { modulus: 128, window: 64 }],
    ['SREJ modulo 8', { reject: 'SREJ', window: 4 }],
    ['SREJ modulo 128', { reject: 'SREJ', modulus: 128, window: 64 }],
    ['window 1: stop and wait', { window: 1 }],
  ])('delivers exactly once and in order at 20 %% loss each way: %s', (_name, options) => {
    for (const seed of upTo(8)) {
      const line = new Line({ ...options, n2: 100 }, losing(seededRng(seed), 0.2)).connect();
      expect(line.transfer(200), `seed ${seed}`).toEqual(upTo(200));
      expect(kinds(line.events[0])).toEqual(['connected']);
    }
  });

  it('stops for a busy peer, asks, and goes on', () => {
    const line = new Line().connect();
    line.stations[1].setBusy(true);
    line.run();
    for (const n of upTo(3)) line.stations[0].send(Uint8Array.of(0, n));
    line.run(after(line.now, milliseconds(1000)));
    expect(line.received()).toEqual([]);
    line.stations[1].setBusy(false);
    line.run();
    expect(line.received()).toEqual(upTo(3));
    expect(kinds(line.events[0])).toEqual(['connected']);
  });

  it.each([
    ['nobody answers', 'timeout'],
    ['the peer says DM', 'refused'],
  ])('gives up a call: %s', (what, reason) => {
    const station = new BalancedStation({ ...A, n2: 3 });
    station.connect(START);
    let sent = 0;
    for (let now: Instant = START; station.state === 'connecting'; now = after(now, T1)) {
      station.handleTimeout(now);
      while (station.pollFrame(now) !== undefined) sent += 1;
      if (what !== 'nobody answers')
        station.handleFrame(frame(LAPB_B, { kind: 'DM', pf: true }), now);
    }
    expect(station.pollEvent()).toEqual({ kind: 'disconnected', reason });
    expect(sent).toBe(what === 'nobody answers' ? 3 : 1);
  });

  it('resets the link when N2 enquiries stay unanswered, and says how much was lost', () => {
    let dead = false;
    const line = new Line({ n2: 2 }, () => dead).connect();
    dead = true;
    for (const n of upTo(3)) line.stations[0].send(Uint8Array.of(0, n));
    line.run(after(line.now, milliseconds(350)));
    dead = false;
    line.run();
    expect(kinds(line.events[0])).toEqual(['connected', 'reset', 'connected']);
    expect(line.events[0][1]).toMatchObject({ lost: 3 });
    expect(kinds(line.events[1])).toEqual(['connected', 'reset']);
  });

  it.each<[string, Uint8Array, object]>([
    [
      'N(R) of what was never sent',
      frame(LAPB_A, { kind: 'RR', nr: 3, pf: false }),
      { invalidNr: true, control: 0x61 },
    ],
    [
      'information in an RR',
      frame(LAPB_A, { kind: 'RR', nr: 0, pf: false }, Uint8Array.of(1)),
      { informed: true, undefinedControl: true },
    ],
    [
      'information longer than N1',
      frame(LAPB_A, { kind: 'I', ns: 0, nr: 0, pf: false }, new Uint8Array(1501)),
      { tooLong: true },
    ],
    [
      'a mode that is not balanced',
      frame(LAPB_A, { kind: 'SNRM', pf: false }),
      { undefinedControl: true, control: 0x83 },
    ],
  ])('refuses %s with FRMR, and the peer resets the link', (_name, octets, rejection) => {
    const line = new Line().connect();
    line.stations[0].handleFrame(octets, line.now);
    expect(line.stations[0].state).toBe('frame-reject');
    line.run();
    expect(kinds(line.events[1])).toEqual(['connected', 'reset', 'connected']);
    expect(line.events[1][1]).toMatchObject({ rejection });
    expect(kinds(line.events[0])).toEqual(['connected', 'reset']);
    expect(line.transfer(2)).toEqual(upTo(2));
  });

  it('gives a control field that means nothing back in its FRMR', () => {
    const line = new Line().connect();
    line.stations[0].handleFrame(appendFcs16(Uint8Array.of(LAPB_A, 0x0b)), line.now);
    line.run();
    expect(line.events[1][1]).toMatchObject({
      rejection: { control: 0x0b, undefinedControl: true },
    });
  });

  it('never throws and holds its bounds, whatever arrives', () => {
    const control = fc.integer({ min: 0, max: 255 });
    const arriving = fc.record({
      address: fc.constantFrom(LAPB_A, LAPB_B, 7),
      control,
      information: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(arriving, { maxLength: 200 }), (frames) => {
        const station = new BalancedStation(A);
        station.connect(START);
        for (const { address, control: octet, information } of frames) {
          station.handleFrame(appendFcs16(Uint8Array.of(address, octet, ...information)), START);
          station.send(information);
        }
        let left = 0;
        while (station.pollFrame(START) !== undefined) left += 1;
        expect(left).toBeLessThanOrEqual(32 + 8);
      }),
    );
  });

  it('goes from state to state as the table has it, whatever happens', () => {
    // SABM, DISC, UA, DM, FRMR, RR, RR of what was never sent, and what means nothing.
    const control = fc.constantFrom(0x3f, 0x53, 0x73, 0x1f, 0x97, 0x01, 0x61, 0x0b);
    const happening = fc.oneof(
      fc.constantFrom('connect' as const, 'disconnect' as const, 'timeout' as const),
      fc.record({ address: fc.constantFrom(LAPB_A, LAPB_B), control }),
    );
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const station = new BalancedStation({ ...A, n2: 2 });
        station.connect(START);
        for (const what of happenings) {
          const before = station.state;
          befall(station, what);
          if (station.state !== before) seen.add(`${before} → ${station.state}`);
        }
      }),
      { numRuns: 2000 },
    );
    const known = new Set(TRANSITIONS.map(([from, , to]) => `${from} → ${to}`));
    expect([...seen].toSorted()).toEqual([...known].toSorted());
  });
});

type Happening = 'connect' | 'disconnect' | 'timeout' | { address: number; control: number };

function befall(station: BalancedStation, what: Happening): void {
  const now = station.pollTimeout() ?? START;
  if (what === 'connect') station.connect(now);
  else if (what === 'disconnect') station.disconnect(now);
  else if (what === 'timeout') station.handleTimeout(now);
  else station.handleFrame(appendFcs16(Uint8Array.of(what.address, what.control)), now);
}
