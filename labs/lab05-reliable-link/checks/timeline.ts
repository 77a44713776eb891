/** Frames between two stations as a drawing: time runs down, each frame is an arrow, a lost one ends in a cross. */
import type { Picture, Text, Words } from '../../../src/lab/lab.ts';
import type { Trip } from './channel.ts';

const WIDTH = 640;
const LEFT = 170;
const RIGHT = 470;
const TOP = 70;
const UNIT = 28;
const LINES_MAX = 55;
const COLUMN = 34;

/** Told apart by their dashes and words, too. */
const FIRST = '#0072b2';
const AGAIN = '#d55e00';
const ANSWER = '#555555';

export function timeline(title: Text, trips: readonly Trip[]): Picture {
  const shown = [...trips].sort((a, b) => a.from - b.from).slice(0, LINES_MAX);
  return { title, svg: drawSvg(title, shown), text: drawText(shown) };
}

/** A frame takes a unit to send; the arrow is the way of its last bit, the bar the time that it takes. */
function drawSvg(title: Text, trips: readonly Trip[]): string {
  const end = Math.max(1, ...trips.map(({ to }) => to));
  const height = TOP + (end + 1) * UNIT;
  const down = (time: number): number => TOP + time * UNIT;
  const label = (x: number, y: number, anchor: string, text: string, colour = 'black') =>
    `<text x="${x}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${text}</text>`;
  const axis = (x: number) => `<path d="M${x} ${TOP - 8}V${height - 12}" stroke="black"/>`;
  const ticks = Array.from({ length: Math.floor(end / 5) + 1 }, (_, i) =>
    label(40, down(5 * i) + 4, 'end', `${5 * i}`, ANSWER),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height.toFixed(0)}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height.toFixed(0)}" fill="white"/>`,
    label(WIDTH / 2, 16, 'middle', title.en),
    label(WIDTH / 2, 32, 'middle', title.ko),
    label(LEFT, 50, 'middle', 'sender · 송신'),
    label(RIGHT, 50, 'middle', 'receiver · 수신'),
    label(60, 50, 'end', 'time · 시간', ANSWER),
    ...[axis(LEFT), axis(RIGHT), ...ticks],
    ...trips.flatMap((trip) => arrow(trip, down, label)),
    '</svg>\n',
  ].join('\n');
}

function arrow(
  { way, name, from, to, lost, again }: Trip,
  down: (time: number) => number,
  label: (x: number, y: number, anchor: string, text: string, colour?: string) => string,
): string[] {
  const forward = way === 'forward';
  const colour = !forward ? ANSWER : again ? AGAIN : FIRST;
  const [x1, far] = forward ? [LEFT, RIGHT] : [RIGHT, LEFT];
  const part = lost ? 0.6 : 1;
  const x2 = x1 + (far - x1) * part;
  const [y1, y2] = [down(from), down(from + (to - from) * part)];
  const slope = Math.atan2(y2 - y1, x2 - x1);
  const tip = (turn: number) =>
    `${(x2 - 9 * Math.cos(slope + turn)).toFixed(1)},${(y2 - 9 * Math.sin(slope + turn)).toFixed(1)}`;
  const head = lost
    ? `<path d="M${x2 - 6} ${y2 - 6}l12 12m0 -12l-12 12" stroke="#c00000" stroke-width="3" fill="none"/>`
    : `<polygon points="${x2.toFixed(1)},${y2.toFixed(1)} ${tip(0.35)} ${tip(-0.35)}" fill="${colour}"/>`;
  const dashes = again ? ' stroke-dasharray="6 3"' : '';
  const words = `${name}${again ? ' again' : ''}${lost ? ', lost' : ''}`;
  const bar = `<rect x="${LEFT - 3}" y="${(y1 - UNIT + 2).toFixed(1)}" width="6" height="${UNIT - 2}" fill="${colour}"/>`;
  return [
    ...(name.startsWith('I') ? [bar] : []),
    `<path d="M${x1} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}" stroke="${colour}" stroke-width="1.5"${dashes} fill="none"/>`,
    head,
    label(forward ? x1 - 10 : x1 + 10, y1 + 4, forward ? 'end' : 'start', words, colour),
  ];
}

/** A line a frame, in the order in which they leave. */
function drawText(trips: readonly Trip[]): Words[] {
  return [
    {
      en: `  sent ${'sender'.padEnd(COLUMN)}receiver  arrives`,
      ko: `  출발 ${'송신'.padEnd(COLUMN + 2)}수신  도착`,
    },
    ...trips.map((trip) => {
      const time = trip.from.toFixed(1).padStart(6);
      const line = `${time} ${shaft(trip)}  `;
      if (!trip.lost) return `${line}${trip.to.toFixed(1)}`;
      return { en: `${line}lost`, ko: `${line}사라짐` };
    }),
    { en: '       = = sent again   X lost', ko: '       = = 다시 보냄   X 사라짐' },
  ];
}

function shaft({ way, name, lost, again }: Trip): string {
  const room = COLUMN + 8 - name.length - 2;
  const line = again ? '= ' : '--';
  const drawn = (length: number) => line.repeat(length).slice(0, length);
  const length = lost ? Math.floor(room * 0.6) : room - 1;
  if (way === 'forward') return `${name} ${drawn(length)}${lost ? 'X' : '>'}`.padEnd(COLUMN + 8);
  return `${lost ? 'X' : '<'}${drawn(length)} ${name}`.padStart(COLUMN + 8);
}
