/** The wire of an emulated bench: a jumper on the board's own pins, or one wire for two boards. */
import type { Waveform } from '../capture/waveform.ts';
import type { Identity } from '../hardware/control/identity.ts';
import type { Fixture, LineStation } from '../lab/lab.ts';
import { Wire, type WireEnd, type WireFlaws } from '../medium/wire.ts';
import type { Recording } from './recording.ts';
import { RecordingLine } from './recording-line.ts';

/** Nanoseconds from one board to another: twenty metres. Emulated boards rely on it. */
const BETWEEN_BOARDS = 100;

interface WiredBoard {
  readonly identity: Identity;
  readonly line: LineStation;
}

/**
 * What a bench has whose boards' raw lines are wired: none of it where a board has no raw line. What passes over them is
 * kept in `recording`.
 */
export function wired(
  recording: Recording | undefined,
  ...boards: readonly (WiredBoard | undefined)[]
): {
  readonly lines: readonly LineStation[];
  readonly fixtures: readonly Fixture[];
} {
  const there = boards.filter((board) => board?.identity.line !== undefined);
  const lines = there.map((board, i) => {
    const prefix = there.length > 1 ? `board${i + 1}-` : '';
    // A replay keeps nothing, and yet asks the clock as often as the run that was recorded.
    const keep = (wave: Waveform): void => recording?.addWave(wave);
    return new RecordingLine((board as WiredBoard).line, prefix, keep);
  });
  if (lines.length === 0) return { lines, fixtures: [] };
  return { lines, fixtures: lines.length > 1 ? ['jumper:tx-rx', 'boards:2'] : ['jumper:tx-rx'] };
}

/** An end for each board. */
export function layWire(
  fixtures: readonly Fixture[],
  seed: number,
  flaws: WireFlaws | undefined,
): readonly WireEnd[] {
  const boards = fixtures.includes('boards:2') ? 2 : 1;
  const delay = boards > 1 ? { delay: BETWEEN_BOARDS } : {};
  const wire = new Wire({ ...flaws, ...delay, seed });
  return Array.from({ length: boards }, () => wire.attach());
}
