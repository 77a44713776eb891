import { describe, expect, it } from 'vitest';
import { fraction, type Rng, seededRng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  earliest,
  type Instant,
  milliseconds,
  START,
  seconds,
} from '../../../base/time.ts';
import { AlohaStation } from './station.ts';
import * as theory from './theory.ts';

const FRAME_TIME = milliseconds(1);
const STATIONS = 100;

interface Load {
  /** Frames a frame time that were put on the channel, and that came through. */
  readonly offered: number;
  readonly carried: number;
}

const exponential = (rng: Rng, mean: number): Duration =>
  Math.ceil(-mean * Math.log(1 - fraction(rng))) as Duration;

/** A hundred stations get frames at random, `fresh` a frame time in all, on a channel without capture. */
function simulate(fresh: number, slot: Duration | undefined, length: Duration, seed: number): Load {
  const rng = seededRng(seed);
  const options = {
    rng,
    frameTime: FRAME_TIME,
    ...(slot !== undefined && { slot }),
    timeout: 0 as Duration,
    backoffMax: 200,
  };
  const stations = Array.from({ length: STATIONS }, () => new AlohaStation(options));
  const mean = (FRAME_TIME * STATIONS) / fresh;
  const arrivals = stations.map(() => after(START, exponential(rng, mean)));
  const active: { station: AlohaStation; start: Instant; end: Instant; spoiled: boolean }[] = [];
  let started = 0;
  let carried = 0;
  let now: Instant = START;
  while (now < length) {
    now = earliest(
      ...arrivals,
      ...stations.map((s) => s.pollTimeout()),
      ...active.map(({ end }) => end),
    ) as Instant;
    for (const gone of active.filter(({ end }) => end <= now)) {
      active.splice(active.indexOf(gone), 1);
      if (gone.spoiled) continue;
      carried += 1;
      gone.station.handleAcknowledgment();
    }
    stations.forEach((station, i) => {
      station.handleTimeout(now);
      if ((arrivals[i] as Instant) <= now) {
        station.send(Uint8Array.of(i), now);
        arrivals[i] = after(now, exponential(rng, mean));
      }
      if (station.pollFrame(now) === undefined) return;
      started += 1;
      const sending = {
        station,
        start: now,
        end: after(now, FRAME_TIME),
        spoiled: active.length > 0,
      };
      for (const other of active) other.spoiled = true;
      active.push(sending);
      while (station.pollEvent() !== undefined);
    });
  }
  const frameTimes = length / FRAME_TIME;
  return { offered: started / frameTimes, carried: carried / frameTimes };
}

describe('ALOHA', () => {
  it.each([0.05, 0.1, 0.15])('pure: follows G·e^(−2G) when %d fresh frames come', (fresh) => {
    const { offered, carried } = simulate(fresh, undefined, seconds(20), 1);
    expect(carried / theory.pure(offered)).toBeGreaterThan(0.95);
    expect(carried / theory.pure(offered)).toBeLessThan(1.05);
  });

  it.each([0.1, 0.2, 0.3])('slotted: follows G·e^(−G) when %d fresh frames come', (fresh) => {
    const { offered, carried } = simulate(fresh, FRAME_TIME, seconds(20), 2);
    expect(carried / theory.slotted(offered)).toBeGreaterThan(0.95);
    expect(carried / theory.slotted(offered)).toBeLessThan(1.05);
  });

  it('carries twice as much with slots', () => {
    expect(theory.slotted(1) / theory.pure(0.5)).toBeCloseTo(2, 10);
    expect(theory.pure(0.5)).toBeCloseTo(0.1839, 4);
    expect(theory.slottedFinite(1, 10_000)).toBeCloseTo(theory.slotted(1), 4);
  });

  it('begins at slots alone', () => {
    const station = new AlohaStation({
      rng: seededRng(1),
      frameTime: FRAME_TIME,
      slot: milliseconds(2),
      timeout: milliseconds(1),
      backoffMax: 8,
    });
    station.send(Uint8Array.of(1), milliseconds(3) as number as Instant);
    let now = station.pollTimeout() as Instant;
    for (let i = 0; i < 40; i++) {
      if (station.pollFrame(now) !== undefined) expect(now % milliseconds(2)).toBe(0);
      now = station.pollTimeout() as Instant;
      if (now === undefined) break;
      station.handleTimeout(now);
    }
    expect(station.pollEvent()).toEqual({ kind: 'failed', attempts: 16 });
  });

  it('has one frame in hand, and tells its end once', () => {
    const station = new AlohaStation({
      rng: seededRng(1),
      frameTime: FRAME_TIME,
      timeout: milliseconds(1),
      backoffMax: 8,
    });
    expect(station.send(Uint8Array.of(1), START)).toBe(true);
    expect(station.send(Uint8Array.of(2), START)).toBe(false);
    expect(station.pollFrame(START)).toEqual(Uint8Array.of(1));
    expect(station.pollFrame(START)).toBeUndefined();
    station.handleAcknowledgment();
    station.handleAcknowledgment();
    expect(station.pollEvent()).toEqual({ kind: 'delivered', attempts: 1 });
    expect(station.pollEvent()).toBeUndefined();
    expect(station.pollTimeout()).toBeUndefined();
  });
});
