import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  earliest,
  type Instant,
  milliseconds,
  START,
  seconds,
} from '../../../base/time.ts';
import { backoffSlots, JAM_BITS, SLOT_BITS } from './backoff.ts';
import { CsmaStation } from './station.ts';
import * as theory from './theory.ts';

/** 1 Mbit/s: a bit is a microsecond, so that times are whole. */
const BIT_TIME = 1;
const at = (time: number): Instant => time as Instant;

interface Signal {
  readonly from: number;
  readonly start: Instant;
  end: Instant;
}

interface Counts {
  /** The stations whose frames got through, in order. */
  readonly winners: number[];
  readonly dropped: string[];
}

/** Stations on a cable `delay` from end to end, all of which always have a frame of `bits`. */
function simulate(
  count: number,
  bits: number,
  delay: Duration,
  length: Duration,
  seed: number,
): Counts {
  const rng = seededRng(seed);
  const stations = Array.from({ length: count }, () => new CsmaStation({ rng, bitTime: BIT_TIME }));
  const counts: Counts = { winners: [], dropped: [] };
  let signals: Signal[] = [];
  const heard = stations.map(() => false);
  let now: Instant = START;
  const hears = (i: number): boolean =>
    signals.some((s) => s.from !== i && after(s.start, delay) <= now && now < after(s.end, delay));
  const drain = (station: CsmaStation, i: number): void => {
    const own = signals.find((s) => s.from === i && s.end > now);
    const transmission = station.pollTransmission();
    if (transmission !== undefined) {
      const end = after(now, transmission.bits as Duration);
      if (transmission.kind === 'jam' && own !== undefined) own.end = end;
      else signals.push({ from: i, start: now, end });
    }
    for (let e = station.pollEvent(); e !== undefined; e = station.pollEvent()) {
      if (e.kind === 'sent') counts.winners.push(i);
      else counts.dropped.push(e.kind);
    }
  };
  while (now < length) {
    stations.forEach((station, i) => {
      if (station.state === 'idle') station.send(bits, now);
      station.handleTimeout(now);
      drain(station, i);
    });
    stations.forEach((station, i) => {
      if (hears(i) === heard[i]) return;
      heard[i] = !heard[i];
      station.handleCarrier(heard[i] as boolean, now);
      drain(station, i);
    });
    signals = signals.filter((s) => after(s.end, delay) >= now);
    const edges = signals.flatMap((s) => [after(s.start, delay), after(s.end, delay)]);
    const next = earliest(...edges.filter((t) => t > now), ...stations.map((s) => s.pollTimeout()));
    now = at(Math.max(next ?? length, now + 1));
  }
  return counts;
}

describe('CSMA/CD', () => {
  it('sends at once on a quiet cable, and the next after a gap of 96 bits', () => {
    const station = new CsmaStation({ rng: seededRng(1), bitTime: BIT_TIME });
    station.send(1000, START);
    station.handleTimeout(START);
    expect(station.pollTransmission()).toEqual({ kind: 'frame', bits: 1000 });
    station.handleTimeout(at(1000));
    expect(station.pollEvent()).toEqual({ kind: 'sent', collisions: 0 });
    station.send(1000, at(1000));
    expect(station.pollTimeout()).toBe(1096);
  });

  it('waits while it hears another, and a gap longer', () => {
    const station = new CsmaStation({ rng: seededRng(1), bitTime: BIT_TIME });
    station.handleCarrier(true, START);
    station.send(1000, at(10));
    expect(station.pollTimeout()).toBeUndefined();
    station.handleCarrier(false, at(500));
    expect(station.pollTimeout()).toBe(596);
  });

  it('jams 32 bits after a collision, and backs off', () => {
    const station = new CsmaStation({ rng: seededRng(1), bitTime: BIT_TIME });
    station.send(1000, START);
    station.handleTimeout(START);
    station.pollTransmission();
    station.handleCarrier(true, at(50));
    expect(station.pollTransmission()).toEqual({ kind: 'jam', bits: JAM_BITS });
    expect(station.pollTimeout()).toBe(82);
    station.handleTimeout(at(82));
    expect(station.state).toBe('backing-off');
    expect([82, 82 + SLOT_BITS]).toContain(station.pollTimeout());
  });

  it('drops a frame that collides after the slot time', () => {
    const station = new CsmaStation({ rng: seededRng(1), bitTime: BIT_TIME });
    station.send(2000, START);
    station.handleTimeout(START);
    station.handleCarrier(true, at(SLOT_BITS));
    station.handleTimeout(at(SLOT_BITS + JAM_BITS));
    expect(station.pollEvent()).toEqual({ kind: 'late-collision' });
  });

  it('gives up after sixteen collisions', () => {
    const station = new CsmaStation({ rng: seededRng(1), bitTime: BIT_TIME });
    station.send(1000, START);
    let jams = 0;
    for (let event = station.pollEvent(); event === undefined; event = station.pollEvent()) {
      const due = station.pollTimeout() as Instant;
      station.handleTimeout(due);
      if (station.pollTransmission()?.kind !== 'frame') continue;
      jams += 1;
      station.handleCarrier(true, after(due, milliseconds(0)));
      station.handleCarrier(false, after(due, milliseconds(0)));
    }
    expect(jams).toBe(16);
    expect(station.state).toBe('idle');
  });

  it.each([
    [1, 2],
    [3, 8],
    [10, 1024],
    [15, 1024],
  ])('after collision %i waits less than %i slots, each as likely', (collisions, slots) => {
    const rng = seededRng(collisions);
    const draws = Array.from({ length: 64 * slots }, () => backoffSlots(rng, collisions));
    expect(Math.max(...draws)).toBe(slots - 1);
    expect(Math.min(...draws)).toBe(0);
    const mean = draws.reduce((sum, draw) => sum + draw) / draws.length;
    expect(Math.abs(mean / ((slots - 1) / 2) - 1)).toBeLessThan(0.2);
  });

  it('shares a busy cable better than ALOHA can: 8 stations of long frames', () => {
    const length = seconds(20);
    const { winners, dropped } = simulate(8, 12_144, 100 as Duration, length, 3);
    const used = (winners.length * 12_144) / length;
    // Metcalfe's stations lose a whole slot with each collision; these see one after 100 bits, and jam.
    expect(used).toBeGreaterThan(theory.efficiency(8, 12_144 / SLOT_BITS));
    expect(used).toBeLessThan(12_144 / (12_144 + 96));
    expect(new Set(winners).size).toBe(8);
    expect(dropped).not.toContain('late-collision');
    expect(dropped.length / winners.length).toBeLessThan(0.05);
  });

  // Metcalfe and Boggs, table 1: packets of 4096 bits at 3 Mbit/s, slots of 16 µs.
  it.each([
    [1, 1],
    [2, 0.9884],
    [3, 0.9857],
  ])('theory for %i stations: %d', (stations, efficiency) => {
    expect(theory.efficiency(stations, 4096 / 3 / 16)).toBeCloseTo(efficiency, 3);
  });

  it('is not fair in the short run: who has just won mostly wins again (the capture effect)', () => {
    const { winners } = simulate(2, 12_144, 100 as Duration, seconds(20), 4);
    const again = winners.filter((winner, i) => winner === winners[i - 1]).length;
    expect(again / winners.length).toBeGreaterThan(0.6);
  });
});
