/** Cells from samples: by a steady clock, by one that is wrong, and by edges that tremble. */
import { type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check, Steps } from '../../../src/lab/lab.ts';
import { type WaveformLabel, waveform } from '../../../src/lab/waveform-picture.ts';
import { toBits } from '../../../src/stack/physical/bits.ts';
import { encodeOctets } from '../../../src/stack/physical/four-b-five-b.ts';
import { MANCHESTER } from '../../../src/stack/physical/manchester.ts';
import { NRZ_M } from '../../../src/stack/physical/nrz.ts';
import { type Distortion, digits, drawn, expectCells, readOf, samplesOf } from './lines.ts';

/** How far from the middle of its cell a mark may be, in cells. */
const OFF_MIDDLE = 0.3;

const manchesterLine = (rng: Rng, octets: number): Uint8Array =>
  MANCHESTER.encode(toBits(randomOctets(rng, octets)));
/** Runs of up to four cells. */
const nrziLine = (rng: Rng, octets: number): Uint8Array =>
  NRZ_M.encode(encodeOctets(randomOctets(rng, octets)));

/** Every cell was read near its middle, as the sampler's own clock has it. */
function expectMarks(
  steps: Steps,
  found: unknown,
  count: number,
  samplesPerCell: number,
  offMiddle = OFF_MIDDLE,
): void {
  const { marks } = readOf(found);
  const off = Array.from(
    { length: count },
    (_, i) => ((marks[i] ?? Number.NaN) + 0.5) / samplesPerCell - i - 0.5,
  );
  const wrong = off.findIndex((distance) => !(Math.abs(distance) <= offMiddle));
  const middle = Math.floor((wrong + 0.5) * samplesPerCell);
  steps.expect(
    { en: 'a mark near the middle of each cell', ko: '셀마다 가운데쯤에 찍힌 표시' },
    wrong === -1 && marks.length === count,
    {
      en:
        wrong === -1
          ? `There are ${count} cells and ${marks.length} marks.`
          : `marks[${wrong}] is ${String(marks[wrong])}, and the middle of cell ${wrong} is at sample ${middle}. Samples count from 0.`,
      ko:
        wrong === -1
          ? `셀은 ${count}개인데 표시는 ${marks.length}개예요.`
          : `marks[${wrong}]은 ${String(marks[wrong])}인데, 셀 ${wrong}의 가운데는 표본 ${middle}이에요. 표본은 0부터 셉니다.`,
    },
  );
}

export const steadyClock: Check = {
  id: 'clock-steady',
  title: { en: 'Cells from samples, the clocks alike', ko: '표본에서 셀을, 시계가 같을 때' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Four samples a cell, eight samples: how many cells are there, and at which samples would you look if you wanted to be far from every edge?',
      ko: '셀 하나에 표본 넷, 표본은 여덟 개. 셀은 몇 개이고, 모든 에지에서 멀리 있으려면 어느 표본을 보아야 할까요?',
    },
    {
      en: 'Keep the place of the next middle as a number that need not be whole. When a sample is at or past it, that is a cell, and the next middle is samplesPerCell further on.',
      ko: '다음 가운데의 자리를 정수가 아니어도 되는 수로 기억하세요. 어떤 표본이 거기에 닿거나 지나면 셀 하나이고, 다음 가운데는 samplesPerCell만큼 뒤예요.',
    },
    {
      en: 'next begins at samplesPerCell / 2 − 0.5, since the first sample is itself half a sample after the line began. For each index at: while at is not less than next, push the level and the index, and add samplesPerCell to next. Do not round what you add up.',
      ko: 'next는 samplesPerCell / 2 − 0.5에서 시작해요. 첫 표본부터 선이 시작하고 반 표본 뒤니까요. 번호 at마다 at이 next보다 작지 않으면 레벨과 번호를 담고 next에 samplesPerCell을 더합니다. 더해 가는 값은 반올림하지 마세요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const simple = [
      ['1111 0000', 4, '‾_', 'two cells of four samples', '표본 네 개짜리 셀 두 개'],
      ['0000 0000 1111', 4, '__‾', 'a level that lasts two cells', '두 셀 동안 이어지는 레벨'],
      ['00000000 11111111 00000000', 8, '_‾_', 'eight samples a cell', '셀마다 표본 여덟 개'],
    ] as const;
    for (const [samples, samplesPerCell, wave, en, ko] of simple) {
      const found = await steps.step(
        { en: `recoverCells: ${samples}, ${en}`, ko: `recoverCells: ${samples}, ${ko}` },
        () => learner.call('recoverCells', digits(samples), samplesPerCell),
      );
      steps.expectEqual(
        { en: `the cells: ${wave}`, ko: `셀: ${wave}` },
        drawn(readOf(found).cells),
        wave,
      );
      expectMarks(steps, found, wave.length, samplesPerCell);
    }
    for (const samplesPerCell of [10, 6.4, 4.7]) {
      const cells = manchesterLine(rng, 40);
      const found = await steps.step(
        {
          en: `recoverCells: ${cells.length} cells of ${samplesPerCell} samples each`,
          ko: `recoverCells: 표본 ${samplesPerCell}개짜리 셀 ${cells.length}개`,
        },
        () => learner.call('recoverCells', samplesOf(cells, samplesPerCell, rng), samplesPerCell),
      );
      expectCells(steps, found, cells);
      expectMarks(steps, found, cells.length, samplesPerCell);
    }
  },
};

/** Samples in a cell, as the two clocks ought to have it. */
const NOMINAL = 8;

/** The learner reads `cells` as they come after `distortion`; what it found. */
async function readLine(
  { learner, rng }: Parameters<Check['run']>[0],
  steps: Steps,
  name: { readonly en: string; readonly ko: string },
  cells: Uint8Array,
  distortion: Distortion,
): Promise<{ readonly samples: Uint8Array; readonly found: unknown }> {
  const samples = samplesOf(cells, NOMINAL, rng, distortion);
  const found = await steps.step(
    {
      en: `recoverCells: ${cells.length} cells, ${name.en}`,
      ko: `recoverCells: 셀 ${cells.length}개, ${name.ko}`,
    },
    () => learner.call('recoverCells', samples, NOMINAL),
  );
  return { samples, found };
}

/** What the learner saw at first, and where: the bits of a Manchester line below their two cells. */
export function drawReading(steps: Steps, name: string, samples: Uint8Array, found: unknown): void {
  const { cells = new Uint8Array(0), marks } = readOf(found);
  // The pairing in which fewer pairs are alike is that of the bits.
  const alike = [0, 0];
  for (let i = 1; i < cells.length; i++) {
    if (cells[i] === cells[i - 1]) alike[(i - 1) % 2] = (alike[(i - 1) % 2] ?? 0) + 1;
  }
  const first = (alike[0] ?? 0) <= (alike[1] ?? 0) ? 0 : 1;
  const labels: WaveformLabel[] = [];
  for (let i = first; i + 1 < cells.length; i += 2) {
    const at = ((marks[i] ?? 0) + (marks[i + 1] ?? 0)) / 2;
    labels.push({ at, text: cells[i] === cells[i + 1] ? '·' : String(cells[i + 1]) });
  }
  const title = {
    en: 'the line as it was sampled, where your clock read it, and the bits',
    ko: '표본으로 본 선, 여러분의 시계가 읽은 자리, 그리고 비트',
  };
  steps.picture(name, waveform({ title, samples, marks, labels }));
}

export const driftingClock: Check = {
  id: 'clock-drift',
  title: { en: 'The sender’s clock is wrong by 2 %', ko: '보내는 쪽의 시계가 2 % 틀리다' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'After how many cells has a clock that is 2 % wrong gone astray by half a cell? What in the samples could tell you before that?',
      ko: '2 % 틀린 시계는 셀 몇 개가 지나면 반 셀만큼 어긋날까요? 그 전에 표본 속의 무엇이 그것을 알려 줄 수 있을까요?',
    },
    {
      en: 'Every edge shows where a cell really begins: half a cell before a middle. Move the next middle towards where the edge says that it is (a phase-locked loop), or measure from edge to edge and divide each stretch into whole cells.',
      ko: '에지마다 셀이 정말로 시작하는 자리가 보여요. 가운데보다 반 셀 앞이죠. 다음 가운데를 에지가 말하는 쪽으로 옮기거나(위상 고정 루프), 에지에서 에지까지 재어 그 구간을 정수 개의 셀로 나누세요.',
    },
    {
      en: 'At an edge between samples at − 1 and at: late = next − samplesPerCell / 2 − (at − 0.5); take it all off next at the first edge, and a third of it at each later one. To follow better, take a fiftieth of it off the period that you add, too, and let the period stray by no more than 6 %.',
      ko: '표본 at − 1과 at 사이의 에지에서 late = next − samplesPerCell / 2 − (at − 0.5). 첫 에지에서는 next에서 late를 다 빼고, 그 뒤로는 3분의 1을 빼세요. 더 잘 따라가려면 더해 가는 주기에서도 50분의 1을 빼되, 주기가 6 % 넘게 벗어나지 않게 하세요.',
    },
  ],
  async run(bench, steps) {
    const { rng } = bench;
    const slow = manchesterLine(rng, 60);
    const first = await readLine(
      bench,
      steps,
      { en: 'the sender 2 % slow', ko: '보내는 쪽이 2 % 느림' },
      slow,
      { error: 0.02 },
    );
    drawReading(steps, 'slow', first.samples, first.found);
    expectCells(steps, first.found, slow);
    const lines = [
      ['the sender 2 % fast', '보내는 쪽이 2 % 빠름', manchesterLine(rng, 60), -0.02],
      ['1 % slow, a long packet', '1 % 느림, 긴 패킷', manchesterLine(rng, 1500), 0.01],
      [
        '2 % slow, NRZI with up to four cells alike',
        '2 % 느림, 같은 셀이 넷까지 이어지는 NRZI',
        nrziLine(rng, 200),
        0.02,
      ],
      [
        '2 % fast, NRZI with up to four cells alike',
        '2 % 빠름, 같은 셀이 넷까지 이어지는 NRZI',
        nrziLine(rng, 200),
        -0.02,
      ],
    ] as const;
    for (const [en, ko, cells, error] of lines) {
      const { found } = await readLine(bench, steps, { en, ko }, cells, { error });
      expectCells(steps, found, cells);
      expectMarks(steps, found, cells.length, NOMINAL * (1 + error));
    }
  },
};

/** In cells; as the comment of `recoverCells` has it. */
export const JITTER = 0.125;

export const jitter: Check = {
  id: 'clock-jitter',
  title: { en: 'Edges that tremble', ko: '떨리는 에지' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'One edge may lie. Do many of them lie in the same direction?',
      ko: '에지 하나는 거짓말을 할 수 있어요. 여럿이 다 같은 쪽으로 거짓말을 할까요?',
    },
    {
      en: 'Believe each edge a little: correct by a part of its distance only, and the errors average out. From edge to edge: round each stretch to whole cells, and never add up the rounding errors.',
      ko: '에지마다 조금만 믿으세요. 거리의 일부만큼만 고치면 오차가 평균이 됩니다. 에지에서 에지로 잰다면, 구간마다 셀의 정수로 반올림하고 반올림 오차를 쌓지 마세요.',
    },
    {
      en: 'A gain of a third for the phase and a fiftieth for the period rides out an eighth of a cell of jitter and still follows 2 %. With a gain of 1, each lie is believed whole.',
      ko: '위상에 3분의 1, 주기에 50분의 1이면 8분의 1 셀의 지터를 견디면서도 2 %를 따라갑니다. 이득이 1이면 거짓말을 통째로 믿는 거예요.',
    },
  ],
  async run(bench, steps) {
    const { rng } = bench;
    const lines = [
      ['jitter alone', '지터만', manchesterLine(rng, 250), 0],
      ['2 % slow and jitter', '2 % 느림, 지터', manchesterLine(rng, 250), 0.02],
      ['2 % fast and jitter', '2 % 빠름, 지터', manchesterLine(rng, 250), -0.02],
      ['NRZI, 2 % slow and jitter', 'NRZI, 2 % 느림, 지터', nrziLine(rng, 200), 0.02],
      ['NRZI, 2 % fast and jitter', 'NRZI, 2 % 빠름, 지터', nrziLine(rng, 200), -0.02],
    ] as const;
    for (const [en, ko, cells, error] of lines) {
      const { found } = await readLine(bench, steps, { en, ko }, cells, { error, jitter: JITTER });
      expectCells(steps, found, cells);
    }
  },
};
