/**
 * What a check shows of its measurements: the bounds that a picture keeps, and a plot of curves as SVG and as plain
 * characters. A picture is opened in a browser, so it may draw and nothing else.
 */
import type { Picture, Text } from './lab.ts';

export const PICTURES_MAX = 8;
const SVG_MAX = 2 ** 20;
const LINES_MAX = 60;
const COLUMNS_MAX = 120;
/** Whatever runs, loads or leads elsewhere. */
const ACTIVE =
  /<(?:script|foreignObject|iframe|image|use|a|style)\b|\son\w+\s*=|\b(?:href|src)\s*=|url\(|<!ENTITY/i;

/** Why it may not be kept; undefined when it may. */
export function pictureFlaw(name: string, { svg, text }: Picture): string | undefined {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) return `its name '${name}' is not kebab-case`;
  if (!/^<svg[\s>]/.test(svg) || !svg.trimEnd().endsWith('</svg>')) return 'it is no SVG document';
  if (svg.length > SVG_MAX) return `it has more than ${SVG_MAX} characters`;
  if (ACTIVE.test(svg)) return 'it does more than draw';
  const wide = text.some((line) => line.length > COLUMNS_MAX);
  if (text.length > LINES_MAX || wide) {
    return `its text has more than ${LINES_MAX} lines or ${COLUMNS_MAX} columns`;
  }
  return undefined;
}

interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A line from point to point, or the points alone: measurements beside a theory. */
  readonly as: 'line' | 'points';
}

export interface Plot {
  readonly title: Text;
  /** What the axes are, with units. */
  readonly x: string;
  readonly y: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 640;
const HEIGHT = 400;
const MARGIN = 48;
/** Told apart without colour too: each curve has a mark of its own. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const MARKS = ['*', 'o', '+', 'x', '#', '%'];
const TEXT_COLUMNS = 64;
const TEXT_LINES = 16;

interface Range {
  readonly least: number;
  readonly most: number;
}

/** Both forms of one plot, on axes that begin at 0 or below and hold every point. */
export function plot(request: Plot): Picture {
  const points = request.curves.flatMap((curve) => curve.points);
  const ranges = { x: rangeOf(points.map(([x]) => x)), y: rangeOf(points.map(([, y]) => y)) };
  return {
    title: request.title,
    svg: drawSvg(request, ranges.x, ranges.y),
    text: drawText(request, ranges.x, ranges.y),
  };
}

function rangeOf(values: readonly number[]): Range {
  const finite = values.filter((value) => Number.isFinite(value));
  const least = finite.reduce((a, b) => Math.min(a, b), 0);
  const most = finite.reduce((a, b) => Math.max(a, b), least);
  return { least, most: most > least ? most : least + 1 };
}

const part = (value: number, { least, most }: Range): number => (value - least) / (most - least);

const short = (value: number): string => String(Number(value.toPrecision(3)));

function drawSvg({ title, x, y, curves }: Plot, xs: Range, ys: Range): string {
  const across = (value: number) => MARGIN + part(value, xs) * (WIDTH - 2 * MARGIN);
  const down = (value: number) => HEIGHT - MARGIN - part(value, ys) * (HEIGHT - 2 * MARGIN);
  const at = ([px, py]: readonly [number, number]) =>
    `${across(px).toFixed(1)},${down(py).toFixed(1)}`;
  const label = (px: number, py: number, text: string, anchor = 'middle') =>
    `<text x="${px}" y="${py}" text-anchor="${anchor}">${escaped(text)}</text>`;
  const [left, right, top, bottom] = [MARGIN, WIDTH - MARGIN, MARGIN, HEIGHT - MARGIN];
  const drawn = curves.flatMap((curve, i) => {
    const colour = COLOURS[i % COLOURS.length] ?? '';
    const finite = curve.points.filter((point) => point.every(Number.isFinite));
    const marks =
      curve.as === 'line'
        ? [
            `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${finite.map(at).join(' ')}"/>`,
          ]
        : finite.map((point) => {
            const [cx, cy] = at(point).split(',');
            return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
          });
    const key = `<text x="${right - 4}" y="${top + 16 * (i + 1)}" text-anchor="end" fill="${colour}">${escaped(curve.name)}</text>`;
    return [...marks, key];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    label(WIDTH / 2, MARGIN / 2, title.en),
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="black"/>`,
    label(left, bottom + 16, short(xs.least)),
    label(right, bottom + 16, short(xs.most)),
    label(WIDTH / 2, bottom + 32, x),
    label(left - 4, bottom, short(ys.least), 'end'),
    label(left - 4, top + 4, short(ys.most), 'end'),
    label(left, top - 8, y, 'start'),
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawText({ x, y, curves }: Plot, xs: Range, ys: Range): string[] {
  const rows = Array.from({ length: TEXT_LINES }, () => new Array<string>(TEXT_COLUMNS).fill(' '));
  for (const [i, { points }] of curves.entries()) {
    for (const [px, py] of points.filter((point) => point.every(Number.isFinite))) {
      const row = rows[TEXT_LINES - 1 - Math.round(part(py, ys) * (TEXT_LINES - 1))];
      const column = Math.round(part(px, xs) * (TEXT_COLUMNS - 1));
      if (row !== undefined) row[column] = MARKS[i % MARKS.length] ?? '';
    }
  }
  const label = (i: number) =>
    i === 0 ? short(ys.most) : i === TEXT_LINES - 1 ? short(ys.least) : '';
  const margin = Math.max(short(ys.most).length, short(ys.least).length);
  const most = short(xs.most);
  return [
    y.slice(0, COLUMNS_MAX),
    ...rows.map((row, i) => `${label(i).padStart(margin)} |${row.join('')}`.trimEnd()),
    `${' '.repeat(margin)} +${'-'.repeat(TEXT_COLUMNS)}`,
    `${' '.repeat(margin + 2)}${short(xs.least)}${most.padStart(TEXT_COLUMNS - short(xs.least).length)}  ${x}`.slice(
      0,
      COLUMNS_MAX,
    ),
    ...curves.map(({ name }, i) => `${MARKS[i % MARKS.length]} ${name}`.slice(0, COLUMNS_MAX)),
  ];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (found) => ENTITIES[found] ?? '');
