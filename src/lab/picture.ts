/**
 * What a check shows of its measurements: the bounds that a picture keeps, and a plot of curves as SVG and as plain
 * characters. A picture is opened in a browser, so it may draw and nothing else.
 */
import type { Picture, Text, Words } from './lab.ts';

export const PICTURES_MAX = 8;
const SVG_MAX = 2 ** 20;
const LINES_MAX = 60;
/** Four columns of margin stand in front of it on a terminal of eighty. */
const COLUMNS_MAX = 76;
/** Whatever runs, loads or leads elsewhere. */
const ACTIVE =
  /<(?:script|foreignObject|iframe|image|use|a|style)\b|\son\w+\s*=|\b(?:href|src)\s*=|url\(|<!ENTITY/i;

/** Why it may not be kept; undefined when it may. */
export function pictureFlaw(name: string, { svg, text }: Picture): string | undefined {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) return `its name '${name}' is not kebab-case`;
  if (!/^<svg[\s>]/.test(svg) || !svg.trimEnd().endsWith('</svg>')) return 'it is no SVG document';
  if (svg.length > SVG_MAX) return `it has more than ${SVG_MAX} characters`;
  if (ACTIVE.test(svg)) return 'it does more than draw';
  const wide = text.some((line) => LANGUAGES.some((of) => widthOf(said(line, of)) > COLUMNS_MAX));
  if (text.length > LINES_MAX || wide) {
    return `its text has more than ${LINES_MAX} lines or ${COLUMNS_MAX} columns`;
  }
  return undefined;
}

type Language = keyof Text;
const LANGUAGES: readonly Language[] = ['en', 'ko'];

export const said = (words: Words, language: Language): string =>
  typeof words === 'string' ? words : words[language];

/** For a document that whoever opens it reads, in whatever language: both. */
const saidInBoth = (words: Words): string =>
  typeof words === 'string' ? words : `${words.en} · ${words.ko}`;

const inEach = (say: (language: Language) => string): Text => ({ en: say('en'), ko: say('ko') });

/** Hangul and ideographs take two columns of a terminal. */
const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uff01-\uff60]/;
const widthOf = (text: string): number =>
  [...text].reduce((width, character) => width + (WIDE.test(character) ? 2 : 1), 0);

function fitted(text: string): string {
  const characters = [...text];
  while (widthOf(characters.join('')) > COLUMNS_MAX) characters.pop();
  return characters.join('');
}

interface Curve {
  readonly name: Words;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A line from point to point, or the points alone: measurements beside a theory. */
  readonly as: 'line' | 'points';
}

export interface Plot {
  readonly title: Text;
  /** What the axes are, with units. */
  readonly x: Words;
  readonly y: Words;
  readonly curves: readonly Curve[];
}

/** Of the SVG's frame of axes; the legend stands below it, so that it hides nothing. */
const WIDTH = 640;
const LEFT = 56;
const RIGHT = WIDTH - 24;
const TOP = 72;
const BOTTOM = 372;
const LEGEND = BOTTOM + 64;
const LEGEND_ROW = 20;
/** Told apart without colour too: by mark, dashes and shape. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const MARKS = ['*', 'o', '+', 'x', '#', '%'];
const DASHES = ['none', '9 4', '2 3', '9 3 2 3'];
const SHAPES = ['M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0', 'M-4 -4h8v8h-8z', 'M0 -5l5 9h-10z'];
const TEXT_COLUMNS = 64;
const TEXT_LINES = 16;

interface Range {
  readonly least: number;
  readonly most: number;
}

/** Both forms of one plot, on axes that begin at 0 or below and hold every point. */
export function plot(request: Plot): Picture {
  const curves = request.curves.map((curve) => ({
    ...curve,
    points: curve.points.filter((point) => point.every(Number.isFinite)),
  }));
  const points = curves.flatMap((curve) => curve.points);
  const ranges = { x: rangeOf(points.map(([x]) => x)), y: rangeOf(points.map(([, y]) => y)) };
  const whole = { ...request, curves };
  return {
    title: request.title,
    svg: drawSvg(whole, ranges.x, ranges.y),
    text: drawText(whole, ranges.x, ranges.y),
  };
}

function rangeOf(values: readonly number[]): Range {
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  const most = values.reduce((a, b) => Math.max(a, b), least);
  return { least, most: most > least ? most : least + 1 };
}

const part = (value: number, { least, most }: Range): number => (value - least) / (most - least);

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Round numbers, six at most, that divide an axis: steps of 1, 2 or 5 times a power of ten. */
function ticksOf({ least, most }: Range): readonly number[] {
  const rough = (most - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  const step = power * ([1, 2, 5].find((times) => times * power >= rough * (1 - 1e-9)) ?? 10);
  const [first, last] = [Math.ceil(least / step - 1e-9), Math.floor(most / step + 1e-9)];
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return [least, most];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function drawSvg({ title, x, y, curves }: Plot, xs: Range, ys: Range): string {
  const across = (value: number) => LEFT + part(value, xs) * (RIGHT - LEFT);
  const down = (value: number) => BOTTOM - part(value, ys) * (BOTTOM - TOP);
  const height = LEGEND + curves.length * LEGEND_ROW;
  const order = { line: 0, points: 0 };
  const drawn = curves.map(({ name, points, as }, i) => {
    const style = { colour: COLOURS[i % COLOURS.length] ?? '', nth: order[as]++ };
    const at = LEGEND + i * LEGEND_ROW;
    const draw = as === 'line' ? lineOf : pointsOf;
    const placed = points.map(([px, py]) => [across(px), down(py)] as const);
    const sample = as === 'line' ? [0, 32] : [16];
    const key = sample.map((px) => [LEFT + px, at - 4] as const);
    return [
      draw(placed, style),
      draw(key, style),
      label(LEFT + 40, at, saidInBoth(name), 'start'),
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    label(WIDTH / 2, 20, title.en),
    label(WIDTH / 2, 38, title.ko),
    ...ticksOf(xs).flatMap((tick) => [
      `<path d="M${across(tick).toFixed(1)} ${TOP}V${BOTTOM + 4}" stroke="#ddd"/>`,
      label(across(tick), BOTTOM + 18, short(tick)),
    ]),
    ...ticksOf(ys).flatMap((tick) => [
      `<path d="M${LEFT - 4} ${down(tick).toFixed(1)}H${RIGHT}" stroke="#ddd"/>`,
      label(LEFT - 8, down(tick) + 4, short(tick), 'end'),
    ]),
    `<path d="M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}" fill="none" stroke="black"/>`,
    label((LEFT + RIGHT) / 2, BOTTOM + 38, saidInBoth(x)),
    label(LEFT, TOP - 10, saidInBoth(y), 'start'),
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

type Place = readonly [x: number, y: number];

interface Style {
  readonly colour: string;
  /** Among the lines, or among those of points. */
  readonly nth: number;
}

const label = (x: number, y: number, text: string, anchor = 'middle'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`;

function lineOf(places: readonly Place[], { colour, nth }: Style): string {
  const points = places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const dashes = DASHES[nth % DASHES.length];
  return `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}" points="${points}"/>`;
}

function pointsOf(places: readonly Place[], { colour, nth }: Style): string {
  const shape = SHAPES[nth % SHAPES.length];
  return places
    .map(
      ([x, y]) =>
        `<path transform="translate(${x.toFixed(1)} ${y.toFixed(1)})" fill="${colour}" d="${shape}"/>`,
    )
    .join('\n');
}

function drawText({ x, y, curves }: Plot, xs: Range, ys: Range): Words[] {
  const rows = Array.from({ length: TEXT_LINES }, () => new Array<string>(TEXT_COLUMNS).fill(' '));
  const columnOf = (value: number) => Math.round(part(value, xs) * (TEXT_COLUMNS - 1));
  const rowOf = (value: number) => TEXT_LINES - 1 - Math.round(part(value, ys) * (TEXT_LINES - 1));
  const put = (column: number, value: number, mark: string) => {
    const row = rows[rowOf(value)];
    if (row !== undefined) row[column] = mark;
  };
  const marked = curves.map((curve, i) => ({ ...curve, mark: MARKS[i % MARKS.length] ?? '' }));
  for (const { points, mark } of marked.filter(({ as }) => as === 'line')) {
    points.forEach(([px, py], i) => {
      put(columnOf(px), py, mark);
      const [before, value] = points[i - 1] ?? [px, py];
      const [from, to] = [columnOf(before), columnOf(px)];
      for (let column = from + 1; column < to; column++) {
        put(column, value + ((py - value) * (column - from)) / (to - from), mark);
      }
    });
  }
  for (const { points, mark } of marked.filter(({ as }) => as === 'points')) {
    for (const [px, py] of points) put(columnOf(px), py, mark);
  }
  const numbers = new Map(ticksOf(ys).map((tick) => [rowOf(tick), short(tick)]));
  const margin = Math.max(...[...numbers.values()].map(({ length }) => length));
  const below = ticksOf(xs).map((tick) => ({ at: columnOf(tick), text: short(tick) }));
  const middle = (words: string) =>
    ' '.repeat(margin + 2 + Math.max(0, (TEXT_COLUMNS - widthOf(words)) >> 1)) + words;
  return [
    inEach((of) => fitted(said(y, of))),
    ...rows.map((row, i) =>
      `${(numbers.get(i) ?? '').padStart(margin)} ${numbers.has(i) ? '+' : '|'}${row.join('')}`.trimEnd(),
    ),
    `${' '.repeat(margin)} +${scale(
      below.map(({ at }) => ({ at, text: '+' })),
      '-',
    )}`,
    `${' '.repeat(margin + 2)}${scale(below, ' ')}`.trimEnd(),
    inEach((of) => fitted(middle(said(x, of)))),
    ...marked.map(({ name, mark }) => inEach((of) => fitted(`${mark} ${said(name, of)}`))),
  ];
}

/** A row of the axis: each text about its column, over `ground`. */
function scale(texts: readonly { at: number; text: string }[], ground: string): string {
  const row = new Array<string>(TEXT_COLUMNS).fill(ground);
  for (const { at, text } of texts) {
    const start = Math.min(Math.max(0, at - (text.length >> 1)), TEXT_COLUMNS - text.length);
    [...text].forEach((character, i) => {
      row[start + i] = character;
    });
  }
  return row.join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
export const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (found) => ENTITIES[found] ?? '');
