/** A network as a picture: bridges in a ring, and what their cables carry. */
import type { Picture, Text, Words } from '../../../src/lab/lab.ts';
import type { Cable, End, Status } from './network.ts';

export interface Scene {
  readonly title: Text;
  readonly names: readonly string[];
  /** Index of the root. */
  readonly root: number;
  readonly status: readonly Status[];
  readonly cables: readonly Cable[];
  readonly cut: ReadonlySet<Cable>;
}

type Carries = 'forwards' | 'blocked' | 'cut';

const stateAt = ({ status }: Scene, { bridge, port }: End): string =>
  status[bridge]?.states[port - 1] ?? 'unknown';

function carries(scene: Scene, cable: Cable): Carries {
  if (scene.cut.has(cable)) return 'cut';
  return cable.ends.every((end) => stateAt(scene, end) === 'forwarding') ? 'forwards' : 'blocked';
}

const WIDTH = 520;
const HEIGHT = 420;
const RADIUS = 165;
const BOX = { width: 76, height: 40 };
/** Told apart by their dashes, too. */
const STROKES: Readonly<Record<Carries, string>> = {
  forwards: 'stroke="#0072b2" stroke-width="4"',
  blocked: 'stroke="#d55e00" stroke-width="3" stroke-dasharray="9 7"',
  cut: 'stroke="#999999" stroke-width="2" stroke-dasharray="2 8"',
};

export function draw(scene: Scene): Picture {
  return { title: scene.title, svg: drawSvg(scene), text: drawText(scene) };
}

/** The bridges go round clockwise, the first at the upper left. */
function placeOf(scene: Scene, bridge: number): { readonly x: number; readonly y: number } {
  const angle = (2 * Math.PI * bridge) / scene.names.length - (3 * Math.PI) / 4;
  return { x: WIDTH / 2 + RADIUS * Math.cos(angle), y: 205 + RADIUS * Math.sin(angle) };
}

function drawSvg(scene: Scene): string {
  const label = (x: number, y: number, text: string, more = '') =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="middle"${more}>${text}</text>`;
  const cables = scene.cables.flatMap((cable) => {
    const [from, to] = cable.ends.map((end) => placeOf(scene, end.bridge));
    if (from === undefined || to === undefined) return [];
    const kind = carries(scene, cable);
    const at = (part: number) => ({
      x: from.x + part * (to.x - from.x),
      y: from.y + part * (to.y - from.y),
    });
    const upright = Math.abs(to.y - from.y) > Math.abs(to.x - from.x);
    const states = cable.ends.map((end, i) => {
      const { x, y } = at(i === 0 ? 0.34 : 0.66);
      const beside = upright ? { x: x + 38, y: y + 4 } : { x, y: y - 7 };
      return label(beside.x, beside.y, stateAt(scene, end), ' font-size="11"');
    });
    const middle = at(0.5);
    const cross = kind === 'cut' ? label(middle.x, middle.y + 7, '✕', ' font-size="20"') : '';
    const line = `<line x1="${from.x.toFixed(1)}" y1="${from.y.toFixed(1)}" x2="${to.x.toFixed(1)}" y2="${to.y.toFixed(1)}" ${STROKES[kind]}/>`;
    return [line, ...states, cross];
  });
  const boxes = scene.names.flatMap((name, bridge) => {
    const { x, y } = placeOf(scene, bridge);
    const isRoot = bridge === scene.root;
    const left = (x - BOX.width / 2).toFixed(1);
    const top = (y - BOX.height / 2).toFixed(1);
    return [
      `<rect x="${left}" y="${top}" width="${BOX.width}" height="${BOX.height}" rx="4" fill="${isRoot ? '#f0e442' : 'white'}" stroke="black"/>`,
      label(x, y + 5, isRoot ? `${name} (root)` : name, ' font-weight="bold"'),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="14">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    label(WIDTH / 2, 18, scene.title.en),
    label(WIDTH / 2, 38, scene.title.ko),
    ...cables,
    ...boxes,
    label(
      WIDTH / 2,
      HEIGHT - 24,
      'solid: forwards on both sides · dashed: blocked · dotted: cut',
      ' font-size="11"',
    ),
    label(
      WIDTH / 2,
      HEIGHT - 8,
      '실선: 양쪽에서 전달 · 파선: 막힘 · 점선: 끊김',
      ' font-size="11"',
    ),
    '</svg>\n',
  ].join('\n');
}

/** For four in a ring, whose cables lead from each to the next: a square of characters. */
function drawText(scene: Scene): Words[] {
  const [top, right, bottom, left] = scene.cables.map((cable) => carries(scene, cable));
  const box = (i: number) => {
    const name = scene.names[i] ?? '';
    return `[ ${i === scene.root ? `${name} root` : name} ]`.padEnd(10);
  };
  const down = (a: Carries | undefined, b: Carries | undefined) =>
    `    ${DOWN[a ?? 'cut']}${' '.repeat(24)}${DOWN[b ?? 'cut']}`;
  return [
    `${box(0)} ${ACROSS[top ?? 'cut']} ${box(1)}`.trimEnd(),
    down(left, right),
    down(left, right),
    down(left, right),
    `${box(3)} ${ACROSS[bottom ?? 'cut']} ${box(2)}`.trimEnd(),
    '',
    ...scene.names.map((name, i) => {
      const states = scene.status[i]?.states.join(', ') ?? '';
      return { en: `${name}, port by port: ${states}`, ko: `${name}, 포트 차례로: ${states}` };
    }),
    {
      en: '=== forwards    - - blocked    x x cut',
      ko: '=== 전달    - - 막힘    x x 끊김',
    },
  ];
}

const ACROSS: Readonly<Record<Carries, string>> = {
  forwards: '==============',
  blocked: '- - - - - - - ',
  cut: 'x  x  x  x  x ',
};
const DOWN: Readonly<Record<Carries, string>> = { forwards: '||', blocked: ' :', cut: ' x' };
