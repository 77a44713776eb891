/** The CPU's sleep, by a program of a few words that counts timer 0's compare matches while timer 2 wakes it, too. */
import { expect, it } from 'vitest';
import { ClockDomain, VirtualClock } from '../clock.ts';
import { Core, CYCLE } from './core.ts';
import { TIMERS, Timer } from './timer.ts';

const MAIN = 0x40;
const COMPARE_0A = 0x1c;
const COMPARE_2A = 0x0e;
/** Of timer 2, in cycles: no period of timer 0 below is a multiple. */
const OTHER_PERIOD = 67;
const PERIODS = 200;

const ldi = (value: number): number => 0xe010 | ((value & 0xf0) << 4) | (value & 15);
const sts = (address: number): readonly number[] => [0x9310, address];
const out = (address: number): number => 0xb910 | ((address & 0x30) << 5) | (address & 15);

/** With r17; the interrupt counts in r16. */
function program(period: number): Uint8Array {
  const words = new Uint16Array(MAIN + 32);
  words[0] = 0xc03f; // rjmp MAIN
  words.set([0x9503, 0x9518], COMPARE_0A); // inc r16; reti
  words.set([0x9518], COMPARE_2A); // reti
  words.set(
    [
      ...[ldi(2), out(0x24), ...sts(0xb0)], // TCCR0A, TCCR2A: clear on match
      ...[...sts(0x6e), ...sts(0x70)], // TIMSK0, TIMSK2: compare A
      ...[ldi(OTHER_PERIOD - 1), ...sts(0xb3)], // OCR2A
      ...[ldi(period - 1), out(0x27)], // OCR0A
      ...[ldi(1), out(0x33), out(0x25), ...sts(0xb1)], // SMCR: SE; TCCR0B, TCCR2B: every cycle
      ...[0x9478, 0x9588, 0xcffd], // sei; sleep; rjmp to the sei
    ],
    MAIN,
  );
  return new Uint8Array(words.buffer);
}

it.each(Array.from({ length: 20 }, (_, i) => 40 + i))(
  'wakes at each match of a timer of %i cycles, wherever in its loop that finds it',
  (period) => {
    const clock = new VirtualClock();
    const core = new Core(clock, 0, program(period), new Uint8Array(2048));
    for (const layout of TIMERS) new Timer(core, new ClockDomain(clock), layout);
    const end = (PERIODS * period + 60) * CYCLE;
    while (clock.nanos < end) {
      if (core.asleep) core.sleep(end);
      else core.run(end);
    }
    expect(core.cpu.data[16]).toBeGreaterThanOrEqual(PERIODS);
  },
);
