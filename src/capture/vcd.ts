/** Value change dump: IEEE 1364-2005 §18, as GTKWave and PulseView read it. */
import { START } from '../base/time.ts';
import type { Waveform } from './waveform.ts';

const MICROSECONDS_A_SECOND = 1e6;
/** §18.2.3.5 has 1, 10 or 100 of these. */
const UNITS = ['s', 'ms', 'us', 'ns', 'ps'];
const EXPONENT_MAX = 12;
/** A unit of which a sample has at least so many, where no unit divides it. */
const FINE_ENOUGH = 1000;
/** Identifiers are printable ASCII from here on. */
const FIRST_IDENTIFIER = 33;
const SIGNALS_MAX = 94;
/** Some 30 MB of text. */
const CHANGES_MAX = 2 ** 21;

interface Change {
  readonly at: number;
  readonly text: string;
}

/**
 * A wire for each name, at most 94; spaces in names become underscores. Time counts from the first wave on, and between
 * the waves of a wire its level is unknown. After two million changes a comment says that more are left out.
 */
export function encodeVcd(waves: readonly Waveform[], comment: string): string {
  const signals = [...new Set(waves.map(({ name }) => name))].slice(0, SIGNALS_MAX);
  const identifier = (i: number): string => String.fromCharCode(FIRST_IDENTIFIER + i);
  const origin = waves.reduce((first, { at = START }) => Math.min(first, at), Infinity);
  const exponent = exponentFor(waves, origin);
  const lines = [
    `$comment ${comment.replaceAll('$', ' ')} $end`,
    `$timescale ${timescale(exponent)} $end`,
    '$scope module netlab $end',
    ...signals.map((name, i) => `$var wire 1 ${identifier(i)} ${name.replace(/\s/g, '_')} $end`),
    '$upscope $end',
    '$enddefinitions $end',
  ];
  const ofEach = signals.map((name, i) => {
    const own = waves.filter((wave) => wave.name === name);
    own.sort((a, b) => (a.at ?? START) - (b.at ?? START));
    return changesOf(own, { origin, aSecond: 10 ** exponent }, identifier(i));
  });
  let now = -1;
  let count = 0;
  for (const { at, text } of inOrder(ofEach)) {
    if (count === CHANGES_MAX) {
      lines.push('$comment more changes are left out $end');
      break;
    }
    count += 1;
    if (at !== now) lines.push(`#${at}`);
    now = at;
    lines.push(text);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * The coarsest unit, as how many zeros of it a second has, in which all times are whole: a reader that looks once a unit,
 * as sigrok does, then has no more samples than were taken.
 */
function exponentFor(waves: readonly Waveform[], origin: number): number {
  const fits = (exponent: number): boolean =>
    waves.every(({ rate, at = START }) => {
      const start = (at - origin) * 10 ** exponent;
      return 10 ** exponent % rate === 0 && start % MICROSECONDS_A_SECOND === 0;
    });
  const highest = waves.reduce((most, { rate }) => Math.max(most, rate), 1);
  for (let exponent = 0; exponent < EXPONENT_MAX; exponent++) {
    if (fits(exponent)) return exponent;
  }
  return Math.min(EXPONENT_MAX, Math.ceil(Math.log10(highest * FINE_ENOUGH)));
}

const timescale = (exponent: number): string =>
  `${10 ** ((EXPONENT_MAX - exponent) % 3)} ${UNITS[Math.ceil(exponent / 3)]}`;

interface Clock {
  /** In microseconds. */
  readonly origin: number;
  /** Units of time a second. */
  readonly aSecond: number;
}

/** Where the level of one signal changes, and where each of its waves ends. */
function* changesOf(
  waves: readonly Waveform[],
  { origin, aSecond }: Clock,
  identifier: string,
): Generator<Change> {
  const units = (count: number, rate: number): number => Math.round((count * aSecond) / rate);
  let last = 0;
  for (const { rate, levels, at = START } of waves) {
    // A wave may seem to begin before the last ended, where one clock was read for another.
    const start = Math.max(last, units(at - origin, MICROSECONDS_A_SECOND));
    for (let i = 0; i < levels.length; i++) {
      if (levels[i] === levels[i - 1]) continue;
      yield { at: start + units(i, rate), text: `${levels[i]}${identifier}` };
    }
    last = start + units(levels.length, rate);
    if (levels.length > 0) yield { at: last, text: `x${identifier}` };
  }
}

/** What several give in order of time, as one; of changes at one time the earlier signal's first. */
function* inOrder(sources: readonly Generator<Change>[]): Generator<Change> {
  const heads = sources.map((source) => source.next().value as Change | undefined);
  for (;;) {
    let next = -1;
    heads.forEach((head, i) => {
      if (head !== undefined && (next < 0 || head.at < (heads[next] as Change).at)) next = i;
    });
    if (next < 0) return;
    yield heads[next] as Change;
    heads[next] = sources[next]?.next().value as Change | undefined;
  }
}
