/** What the checks share: lines as they are drawn, and samples of one that is not as it ought to be. */
import { fraction, type Rng } from '../../../src/base/random.ts';
import type { Steps, Text } from '../../../src/lab/lab.ts';

/** Levels, bits and the like from their digits; whatever else stands there counts for nothing. */
export const digits = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/[^01]/g, ''), Number);

const listOf = (value: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(value)) return value;
  return value instanceof Uint8Array || value instanceof Int8Array ? [...value] : undefined;
};

function written(value: unknown, signs: ReadonlyMap<unknown, string>): string {
  const list = listOf(value);
  if (list === undefined) return value === undefined ? 'undefined' : `no list: ${typeof value}`;
  if (list.length === 0) return 'nothing';
  return list.map((each) => signs.get(each) ?? '?').join('');
}

const LEVELS = new Map<unknown, string>([
  [0, '_'],
  [1, '‾'],
]);
const BITS = new Map<unknown, string>([
  [0, '0'],
  [1, '1'],
]);
const TERNARY = new Map<unknown, string>([
  [0, '0'],
  [1, '+'],
  [-1, '-'],
]);

/** `_‾‾_`; `?` for what is no level. */
export const drawn = (value: unknown): string => written(value, LEVELS);
/** `1001`. */
export const bitText = (value: unknown): string => written(value, BITS);
/** `+0-0`. */
export const ternaryText = (value: unknown): string => written(value, TERNARY);

export interface Distortion {
  /** By how much longer than it ought to be each cell lasts: 0.02 is a sender 2 % slow. */
  readonly error?: number;
  /** In cells: each edge comes up to so much early or late. */
  readonly jitter?: number;
}

/** Samples of `cells` from the middle of the first sample on, `samplesPerCell` of them in a cell that is as it should be. */
export function samplesOf(
  cells: ArrayLike<number>,
  samplesPerCell: number,
  rng: Rng,
  { error = 0, jitter = 0 }: Distortion = {},
): Uint8Array {
  const period = samplesPerCell * (1 + error);
  const edges = Array.from(
    { length: cells.length },
    (_, i) => (i + (2 * fraction(rng) - 1) * jitter) * period,
  );
  let cell = 0;
  return Uint8Array.from({ length: Math.round(cells.length * period) }, (_, at) => {
    while (cell + 1 < cells.length && at + 0.5 >= (edges[cell + 1] as number)) cell += 1;
    return cells[cell] as number;
  });
}

/** What `recoverCells` gave, as far as it is one. */
export interface Read {
  readonly cells: Uint8Array | undefined;
  readonly marks: readonly number[];
}

export function readOf(found: unknown): Read {
  const { cells, marks } = (found ?? {}) as { cells?: unknown; marks?: unknown };
  const list = listOf(marks)?.filter((mark) => typeof mark === 'number') ?? [];
  return { cells: levelsOf(cells), marks: list };
}

function levelsOf(value: unknown): Uint8Array | undefined {
  const list = listOf(value);
  const right = list?.every((level) => level === 0 || level === 1) ?? false;
  return right ? Uint8Array.from(list as number[]) : undefined;
}

/** So many cells on both sides of a wrong one. */
const AROUND = 12;

/** All that `recoverCells` read is what was sent. */
export function expectCells(steps: Steps, found: unknown, cells: Uint8Array): void {
  const what: Text = {
    en: `the ${cells.length} cells that were sent`,
    ko: `보낸 셀 ${cells.length}개 그대로`,
  };
  expectLevels(steps, what, 'recoverCells', readOf(found).cells, cells);
}

/** Every cell is right, or the first that is not is shown among its neighbours. `who` made them. */
export function expectLevels(
  steps: Steps,
  what: Text,
  who: string,
  found: unknown,
  cells: Uint8Array,
): void {
  const levels = levelsOf(found);
  const wrong = cells.findIndex((level, i) => levels?.[i] !== level);
  const holds = wrong === -1 && levels?.length === cells.length;
  steps.expect(what, holds, wrongLevels(who, levels, cells, wrong));
}

function wrongLevels(
  who: string,
  found: Uint8Array | undefined,
  cells: Uint8Array,
  wrong: number,
): Text {
  if (found === undefined) {
    return {
      en: `The cells of ${who} are zeros and ones, in a Uint8Array.`,
      ko: `${who}의 셀은 Uint8Array에 든 0과 1이에요.`,
    };
  }
  if (wrong === -1 || found.length === 0) {
    return {
      en: `There are ${cells.length} cells, and ${who} gave ${found.length}.`,
      ko: `셀은 ${cells.length}개인데 ${who}의 답은 ${found.length}개예요.`,
    };
  }
  const from = Math.max(0, wrong - AROUND);
  const right = drawn(cells.subarray(from, wrong + AROUND));
  const got = drawn(found.subarray(from, wrong + AROUND));
  return {
    en: `Cell ${wrong} is the first wrong one. From cell ${from} on the line was ${right}, and ${who} gave ${got}.`,
    ko: `셀 ${wrong}에서 처음 틀렸어요. 셀 ${from}부터 선은 ${right}인데 ${who}의 답은 ${got}입니다.`,
  };
}
