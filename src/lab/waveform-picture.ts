/**
 * A waveform as a picture: levels of a line over time, where a clock read them, and what was made of that. SVG, and the
 * same in plain characters:
 *
 *        ____        ____
 *   ____|    |______|    |____
 *     ^    ^   ^   ^   ^    ^
 *       1        0       1
 */
import type { Picture, Text } from './lab.ts';
import { escaped } from './picture.ts';

export interface WaveformPicture {
  readonly title: Text;
  /** Each 0 or 1, at equal steps of time. Only the first few hundred are drawn. */
  readonly samples: Uint8Array;
  /** Indices of the samples at which a cell was read. */
  readonly marks: readonly number[];
  /** What stands where: `at` is an index of a sample, and need not be whole. */
  readonly labels: readonly WaveformLabel[];
}

export interface WaveformLabel {
  readonly at: number;
  readonly text: string;
}

/** A row of the terminal, and how many of them. */
const COLUMNS = 72;
const ROWS = 4;
const DRAWN_MAX = COLUMNS * ROWS;

const SAMPLE_WIDTH = 9;
const ROW_HEIGHT = 110;
const MARGIN = 24;
/** Above the first row: the title in both languages. */
const TITLE = 44;
const HIGH = 30;
const LOW = 70;
const LABEL = 92;

export function waveform(request: WaveformPicture): Picture {
  const count = Math.min(request.samples.length, DRAWN_MAX);
  const rows = Array.from({ length: Math.ceil(count / COLUMNS) }, (_, row) =>
    rowOf(request, row * COLUMNS, Math.min(count, (row + 1) * COLUMNS)),
  );
  const width = 2 * MARGIN + COLUMNS * SAMPLE_WIDTH;
  const height = TITLE + rows.length * ROW_HEIGHT;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${width / 2}" y="18" text-anchor="middle">${escaped(request.title.en)}</text>`,
    `<text x="${width / 2}" y="36" text-anchor="middle">${escaped(request.title.ko)}</text>`,
    ...rows.flatMap((row, i) => drawRow(row, TITLE + i * ROW_HEIGHT)),
    '</svg>\n',
  ].join('\n');
  return { title: request.title, svg, text: rows.flatMap(writeRow) };
}

/** A stretch of the waveform; marks and labels count from its beginning. */
interface Row {
  readonly levels: readonly number[];
  /** The level just before the first, so that an edge shows there. */
  readonly before: number | undefined;
  readonly marks: readonly number[];
  readonly labels: readonly WaveformLabel[];
}

function rowOf({ samples, marks, labels }: WaveformPicture, from: number, to: number): Row {
  const inside = (at: number): boolean => at >= from && at < to;
  return {
    levels: [...samples.subarray(from, to)],
    before: samples[from - 1],
    marks: marks.filter(inside).map((at) => at - from),
    labels: labels
      .filter(({ at }) => inside(at))
      .map(({ at, text }) => ({ at: at - from, text: text.slice(0, 8) })),
  };
}

function writeRow({ levels, before, marks, labels }: Row): string[] {
  const edge = (i: number): boolean => {
    const last = i === 0 ? before : levels[i - 1];
    return last !== undefined && last !== levels[i];
  };
  const at = (positions: readonly number[]): string =>
    levels.map((_, i) => (positions.includes(i) ? '^' : ' ')).join('');
  const words = new Array<string>(COLUMNS).fill(' ');
  for (const { at: place, text } of labels) {
    const start = Math.max(0, Math.round(place) - (text.length >> 1));
    [...text].forEach((character, i) => {
      if (start + i < COLUMNS) words[start + i] = character;
    });
  }
  return [
    levels.map((level, i) => (level === 1 && !edge(i) ? '_' : ' ')).join(''),
    levels.map((level, i) => (edge(i) ? '|' : level === 1 ? ' ' : '_')).join(''),
    at(marks),
    words.join(''),
  ].map((line) => `  ${line}`.trimEnd());
}

function drawRow({ levels, before, marks, labels }: Row, top: number): string[] {
  const across = (sample: number): number => MARGIN + sample * SAMPLE_WIDTH;
  const height = (level: number): number => top + (level === 1 ? HIGH : LOW);
  let path = `M${across(0)} ${height(before ?? levels[0] ?? 0)}`;
  levels.forEach((level, i) => {
    path += `V${height(level)}H${across(i + 1)}`;
  });
  return [
    ...marks.map((mark) => {
      const x = across(mark + 0.5);
      return `<path d="M${x} ${top + HIGH - 12}V${top + LOW + 8}" stroke="#d55e00" stroke-dasharray="3 2"/>`;
    }),
    `<path d="${path}" fill="none" stroke="#0072b2" stroke-width="2"/>`,
    ...labels.map(
      ({ at, text }) =>
        `<text x="${across(at + 0.5)}" y="${top + LABEL}" text-anchor="middle">${escaped(text)}</text>`,
    ),
  ];
}
