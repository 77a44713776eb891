import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { chance, seededRng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  earliest,
  type Instant,
  milliseconds,
  START,
} from '../../../base/time.ts';
import * as theory from './efficiency.ts';
import { type Form, goBackN, isSafe, STOP_AND_WAIT, selectiveRepeat } from './form.ts';
import { decode, encode, type Frame } from './header.ts';
import { ArqReceiver } from './receiver.ts';
import { ArqSender } from './sender.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const FRAME_TIME = milliseconds(1);
const FORMS: readonly Form[] = [
  STOP_AND_WAIT,
  goBackN(8),
  goBackN(128),
  selectiveRepeat(8),
  selectiveRepeat(128),
];

interface Outcome {
  readonly received: readonly number[];
  readonly finished: Instant;
  readonly transmissions: number;
}

interface LineOptions {
  readonly delay: Duration;
  readonly loss: number;
  /** Acknowledgments are lost as well. */
  readonly both: boolean;
  readonly seed: number;
}

/** What is on its way in one direction. */
class Way {
  #trips: { at: Instant; octets: Uint8Array }[] = [];

  put(at: Instant, octets: Uint8Array): void {
    this.#trips.push({ at, octets });
  }

  get due(): Instant | undefined {
    return this.#trips[0]?.at;
  }

  *arrived(now: Instant): Generator<Frame> {
    const arrived = this.#trips.filter(({ at }) => at <= now);
    this.#trips = this.#trips.filter(({ at }) => at > now);
    for (const { octets } of arrived) yield frameOf(octets);
  }
}

/** `count` pieces over a line of one frame a millisecond, whose time-out is just the round trip. */
function run(form: Form, count: number, line: LineOptions): Outcome {
  const { delay, loss, both } = line;
  const rng = seededRng(line.seed);
  const timeout = (FRAME_TIME + 2 * delay + 1) as Duration;
  const sender = new ArqSender({ form, timeout, n2: 1000 });
  const receiver = new ArqReceiver(form);
  const forward = new Way();
  const back = new Way();
  const received: number[] = [];
  let now: Instant = START;
  let lineFree: Instant = START;
  let next = 0;
  const transmit = (): void => {
    while (next < count && sender.send(Uint8Array.of(next >> 8, next & 0xff))) next += 1;
    const octets = now >= lineFree ? sender.pollFrame(now) : undefined;
    if (octets === undefined) return;
    lineFree = after(now, FRAME_TIME);
    if (!chance(rng, loss)) forward.put(after(lineFree, delay), octets);
  };
  const answer = (): void => {
    for (const frame of forward.arrived(now)) receiver.handleFrame(frame);
    for (let f = receiver.pollFrame(); f; f = receiver.pollFrame()) {
      if (!both || !chance(rng, loss)) back.put(after(now, delay), f);
    }
    for (let i = receiver.pollInformation(); i; i = receiver.pollInformation()) {
      received.push(((i[0] as number) << 8) | (i[1] as number));
    }
  };
  while (received.length < count) {
    transmit();
    const free = lineFree > now ? lineFree : undefined;
    const due = earliest(forward.due, back.due, free, sender.pollTimeout());
    if (due === undefined) break;
    now = due > now ? due : now;
    answer();
    for (const frame of back.arrived(now)) sender.handleFrame(frame);
    sender.handleTimeout(now);
  }
  return { received, finished: now, transmissions: sender.transmissions };
}

function frameOf(octets: Uint8Array): Frame {
  const frame = decode(octets);
  if (!frame.ok) throw new Error(`not a frame: ${frame.error.code}`);
  return frame.value;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('arq frame', () => {
  it('gives back what it was given, and never throws', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 30 }), (number, information) => {
        const frame: Frame = { kind: 'data', number, information };
        expect(decode(encode(frame))).toEqual({ ok: true, value: frame });
        expect(typeof decode(information).ok).toBe('boolean');
      }),
    );
  });

  it.each([
    ['three octets', '00 01 02', { code: 'truncated', protocol: 'arq', need: 4, have: 3 }],
    ['a flipped bit', '00 01 02 03', { code: 'bad-checksum', protocol: 'arq' }],
  ])('refuses %s', (_name, octets, error) => {
    expect(decode(hex(octets))).toEqual({ ok: false, error });
  });
});

describe('arq', () => {
  it.each(FORMS)(
    '$name modulo $modulus: exactly once and in order at 20 % loss each way',
    (form) => {
      for (const seed of upTo(5)) {
        expect(
          run(form, 300, { delay: milliseconds(5), loss: 0.2, both: true, seed }).received,
          `seed ${seed}`,
        ).toEqual(upTo(300));
      }
    },
  );

  it('gives up after N2 transmissions that nobody answers', () => {
    const sender = new ArqSender({ form: STOP_AND_WAIT, timeout: milliseconds(10), n2: 3 });
    sender.send(Uint8Array.of(1));
    let sent = 0;
    for (let now: Instant = START; !sender.failed; now = after(now, milliseconds(10))) {
      sender.handleTimeout(now);
      if (sender.pollFrame(now) !== undefined) sent += 1;
    }
    expect(sent).toBe(3);
    expect(sender.pollTimeout()).toBeUndefined();
  });

  it('is not fooled by acknowledgments of what was never sent', () => {
    const sender = new ArqSender({ form: goBackN(8), timeout: milliseconds(10) });
    sender.send(Uint8Array.of(1));
    for (const number of upTo(8)) {
      sender.handleFrame({ kind: 'acknowledge-before', number, information: new Uint8Array(0) });
      sender.handleFrame({ kind: 'acknowledge-one', number, information: new Uint8Array(0) });
    }
    expect(sender.held).toBe(1);
    expect(sender.pollFrame(START)).toBeDefined();
  });

  it.each<[string, Form, boolean]>([
    ['go-back-N with its window at the modulus', { ...goBackN(8), sendWindow: 8 }, false],
    ['go-back-N with its window one less', goBackN(8), true],
    ['selective repeat with half the modulus', selectiveRepeat(8), true],
    [
      'selective repeat with more',
      { ...selectiveRepeat(8), sendWindow: 5, receiveWindow: 5 },
      false,
    ],
  ])('%s can be told apart: %s', (_name, form, safe) => {
    expect(isSafe(form)).toBe(safe);
  });

  it('with a window too large takes an old frame for a new one', () => {
    const form = { name: 'too large', modulus: 4, sendWindow: 3, receiveWindow: 3 };
    const receiver = new ArqReceiver(form);
    const data = (number: number, octet: number): void =>
      receiver.handleFrame({ kind: 'data', number, information: Uint8Array.of(octet) });
    for (const number of upTo(3)) data(number, number);
    // All three acknowledgments are lost, and the first frame comes again.
    data(0, 0);
    data(3, 3);
    const got: number[] = [];
    for (let i = receiver.pollInformation(); i; i = receiver.pollInformation())
      got.push(i[0] as number);
    expect(got).toEqual([0, 1, 2, 3, 0]);
  });
});

describe('efficiency', () => {
  const COUNT = 4000;
  const efficiency = (form: Form, loss: number): number => {
    const { finished } = run(form, COUNT, { delay: milliseconds(5), loss, both: false, seed: 11 });
    return (COUNT * FRAME_TIME) / finished;
  };

  // A tenth: the line's own grain of a frame a millisecond, and 4000 draws.
  it.each([0, 0.02, 0.1, 0.2])('is within a tenth of theory at a loss of %d', (loss) => {
    const figures = { delay: 5, loss };
    const ratios = [
      efficiency(STOP_AND_WAIT, loss) / theory.stopAndWait(figures),
      efficiency(goBackN(8), loss) / theory.goBackN(figures, 7),
      efficiency(goBackN(128), loss) / theory.goBackN(figures, 127),
      efficiency(selectiveRepeat(128), loss) / theory.selectiveRepeat(figures, 64),
    ];
    for (const ratio of ratios) {
      expect(ratio, ratios.join(' ')).toBeGreaterThan(0.9);
      expect(ratio, ratios.join(' ')).toBeLessThan(1.1);
    }
  });

  it('of selective repeat with a window short of the round trip stays below its bound', () => {
    const bound = theory.selectiveRepeat({ delay: 5, loss: 0.1 }, 4);
    const measured = efficiency(selectiveRepeat(8), 0.1);
    expect(measured).toBeLessThan(bound);
    expect(measured).toBeGreaterThan(0.8 * bound);
  });

  it('selective repeat sends no frame again that came', () => {
    const line = { delay: milliseconds(5), loss: 0.1, both: false, seed: 3 };
    const { transmissions } = run(selectiveRepeat(128), COUNT, line);
    expect(transmissions / COUNT).toBeLessThan(1.14);
    expect(transmissions / COUNT).toBeGreaterThan(1.08);
  });
});
