import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rng, seededRng } from '../../src/base/random.ts';
import { after, type Duration, type Instant, START } from '../../src/base/time.ts';
import { AlohaStation } from '../../src/stack/datalink/aloha/station.ts';
import * as backoff from '../../src/stack/datalink/csma-cd/backoff.ts';
import { CsmaStation } from '../../src/stack/datalink/csma-cd/station.ts';
import * as solution from './solution/sharing.ts';

/** An Rng whose next fraction is `fraction`, for the stack; the solution gets it as an argument. */
const always = (fraction: number): Rng => ({ next: () => Math.floor(fraction * 2 ** 32) });
const anyFraction = fc.integer({ min: 0, max: 1023 }).map((n) => n / 1024);

describe('lab04: solution and stack agree', () => {
  it('on the constants of Ethernet', () => {
    expect(solution.SLOT).toBe(backoff.SLOT_BITS);
    expect(solution.GAP).toBe(backoff.INTERPACKET_GAP_BITS);
    expect(solution.JAM).toBe(backoff.JAM_BITS);
    expect(solution.ATTEMPTS_MAX).toBe(backoff.ATTEMPT_LIMIT);
  });

  it('on the backoff', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), anyFraction, (collisions, fraction) => {
        const slots = backoff.backoffSlots(always(fraction), collisions);
        expect(solution.backoffSlots(collisions, fraction)).toBe(slots);
      }),
    );
  });

  it('on a CSMA/CD station, whatever happens to it', () => {
    const event = fc.constantFrom('frame' as const, 'carrier' as const, 'timer' as const);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), anyFraction, (events, fraction) => {
        for (const { mine, theirs } of follow(events, fraction)) expect(mine).toEqual(theirs);
      }),
    );
  });

  it('on an ALOHA station: one frame, sent until it is delivered or given up', () => {
    const options = { frameTime: 100, timeout: 20, attemptsMax: 5 };
    fc.assert(
      fc.property(fc.constantFrom(0, 150), anyFraction, fc.nat(6), (slot, fraction, lost) => {
        const stack = new AlohaStation({
          rng: seededRng(1),
          frameTime: 100 as Duration,
          timeout: 20 as Duration,
          backoffMax: 0,
          attemptsMax: 5,
          slot: slot as Duration,
        });
        const settings = { ...options, backoffMax: 0, slot };
        const mine = runSolution(settings, fraction, lost);
        const theirs = runStack(stack, lost);
        expect(mine).toEqual(theirs);
      }),
    );
  });
});

/** What both stations do at each of `events`, until the frame is sent or given up. */
function* follow(events: readonly ('frame' | 'carrier' | 'timer')[], fraction: number) {
  const stack = new CsmaStation({ rng: always(fraction), bitTime: 1 });
  let station: solution.Csma = { state: 'idle', collisions: 0, carrier: false };
  let due: number | undefined;
  let now: Instant = START;
  for (const kind of events) {
    now = kind === 'timer' ? ((due ?? now) as Instant) : after(now, 1 as Duration);
    const present = !station.carrier;
    const theirs = told(stack, kind, present, now);
    const step = solution.csma(station, eventOf(kind, present), 1000, fraction);
    yield { mine: { transmit: step.transmit, result: step.result }, theirs };
    if (step.result !== undefined) return;
    if (kind === 'timer') due = undefined;
    if (step.timer !== undefined) due = now + step.timer;
    station = step.station;
  }
}

function eventOf(kind: 'frame' | 'carrier' | 'timer', present: boolean): solution.CsmaEvent {
  return kind === 'carrier' ? { kind, present } : { kind };
}

/** The same event for the stack's station, and what came of it. */
function told(stack: CsmaStation, kind: string, present: boolean, now: Instant) {
  if (kind === 'frame') stack.send(1000, now);
  else if (kind === 'carrier') stack.handleCarrier(present, now);
  else stack.handleTimeout(now);
  const transmission = stack.pollTransmission()?.kind;
  const ended = stack.pollEvent()?.kind;
  if (ended === undefined) return { transmit: transmission, result: undefined };
  return { transmit: transmission, result: ended === 'sent' ? 'sent' : 'failed' };
}

interface Outcome {
  readonly starts: readonly number[];
  readonly result: string | undefined;
}

/** The first `lost` transmissions are not acknowledged. */
function runSolution(
  settings: Omit<solution.AlohaSettings, 'now'>,
  fraction: number,
  lost: number,
): Outcome {
  let station: solution.Aloha = { state: 'idle', attempts: 0 };
  let now = 7;
  const starts: number[] = [];
  let event: solution.AlohaEvent = { kind: 'frame' };
  for (;;) {
    const step: solution.AlohaStep = solution.aloha(station, event, { ...settings, now }, fraction);
    station = step.station;
    if (step.transmit) starts.push(now);
    if (step.result !== undefined) return { starts, result: step.result };
    now += step.timer ?? 0;
    const heard = station.state === 'waiting' && starts.length > lost;
    event = heard ? { kind: 'acknowledged' } : { kind: 'timer' };
  }
}

function runStack(stack: AlohaStation, lost: number): Outcome {
  let now = 7 as Instant;
  const starts: number[] = [];
  stack.send(Uint8Array.of(1), now);
  for (;;) {
    if (stack.pollFrame(now) !== undefined) {
      starts.push(now);
      if (starts.length > lost) stack.handleAcknowledgment();
    }
    const event = stack.pollEvent();
    if (event !== undefined) return { starts, result: event.kind };
    now = Math.max(now, stack.pollTimeout() ?? now) as Instant;
    stack.handleTimeout(now);
  }
}
