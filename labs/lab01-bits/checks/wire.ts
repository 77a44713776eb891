/** The learner's packet on a wire: put there by a pin of the board, and sampled by another whose clock is wrong. */
import { EXIT, NetlabError } from '../../../src/base/errors.ts';
import { concat, equal, fromHex } from '../../../src/base/octets.ts';
import { type Rng, randomOctets } from '../../../src/base/random.ts';
import type { Check, LineExchange, LineLimits, LineStation } from '../../../src/lab/lab.ts';
import { append } from '../../../src/stack/datalink/ethernet/fcs.ts';
import { recoverCells } from '../../../src/stack/physical/clock-recovery.ts';
import { decode, encode } from '../../../src/stack/physical/ethernet/ten-base-t.ts';
import { drawReading } from './clock.ts';
import { expectLevels, samplesOf } from './lines.ts';

/** Cells a second: a two-hundredth of Ethernet's. */
const CELL_RATE = 100_000;
/** Samples in a cell, as the two clocks ought to have it. */
const NOMINAL = 8;
/** For boards with one clock for both pins; theirs is a slower line, whose jitter the wire's hardly shows. */
const JITTER = 0.1;
/** Samples of silence behind the packet. */
const SILENCE = 80;
/** Where the picture begins: in the preamble, a dozen bits before its end. */
const PICTURE_CELL = 100;

/** To nobody (OUI 00-00-5E), EtherType 0x88B5 of IEEE 802.1: an experiment. */
const frameOf = (rng: Rng): Uint8Array =>
  concat([fromHex('01005e900042' + '00005e004201' + '88b5') as Uint8Array, randomOctets(rng, 46)]);

/**
 * The packet's cells, sampled by a clock that is wrong by `error`. Where a board has two clocks they differ by so much;
 * else the levels that it is given are those of a sender whose clock is wrong.
 */
function exchangeOf(limits: LineLimits, cells: Uint8Array, error: number, rng: Rng): LineExchange {
  const sample = Math.ceil(cells.length * NOMINAL * (1 + error)) + SILENCE;
  if (limits.twoRates) {
    const rate = Math.min(CELL_RATE, Math.floor(limits.highestRate / (2 * NOMINAL)));
    return { rate, sampleRate: Math.round(rate * NOMINAL * (1 + error)), send: cells, sample };
  }
  const rate = Math.min(CELL_RATE * NOMINAL, limits.highestRate);
  return { rate, send: samplesOf(cells, NOMINAL, rng, { error, jitter: JITTER }), sample };
}

/** @throws NetlabError when the samples hold no packet: what was sent was right, so the fault is the bench's. */
async function sampled(
  line: LineStation,
  exchange: LineExchange,
  whole: Uint8Array,
): Promise<Uint8Array> {
  const { samples, ended } = await line.exchange(exchange);
  const read = decode(recoverCells(samples, { samplesPerCell: NOMINAL }).cells);
  if (ended === 'complete' && read.ok && equal(read.value, whole)) return samples;
  const { length } = whole;
  const message = `a packet of ${length} octets did not come over the raw line (${ended})`;
  throw new NetlabError('lab-wire-lost', EXIT.boardFault, message, { length, ended });
}

export const overTheWire: Check = {
  id: 'over-the-wire',
  title: { en: 'A packet crosses a real wire', ko: '패킷이 진짜 전선을 건넌다' },
  points: 6,
  visibility: 'visible',
  fixtures: ['jumper:tx-rx'],
  hints: [
    {
      en: 'Here the samples come from a pin. Look at the picture: does your clock read every cell near its middle?',
      ko: '여기서는 표본이 핀에서 와요. 그림을 보세요. 여러분의 시계가 셀마다 가운데쯤을 읽나요?',
    },
    {
      en: 'The wire is no worse than what clock-jitter and frame-received try. What differs is where the first edge falls, and the silence at the end.',
      ko: '이 전선은 clock-jitter와 frame-received가 시험하는 것보다 나쁘지 않아요. 다른 것은 첫 에지가 떨어지는 자리와 끝의 정적입니다.',
    },
    {
      en: 'If the cells are right up to the end of the packet and the frame is not, look at what ends it: the first pair of equal cells, and not the end of the samples.',
      ko: '패킷 끝까지 셀은 맞는데 프레임이 틀리다면 무엇이 패킷을 끝내는지 보세요. 표본의 끝이 아니라 처음 나오는 같은 셀의 짝입니다.',
    },
  ],
  async run({ lines, learner, rng }, steps) {
    const [line] = lines;
    if (line === undefined) return;
    const frame = frameOf(rng);
    const whole = append(frame);
    const found = await steps.step(
      {
        en: `frameCells: a frame of ${frame.length} octets`,
        ko: `frameCells: ${frame.length}옥텟짜리 프레임`,
      },
      () => learner.call('frameCells', frame),
    );
    const cells = encode(whole);
    expectLevels(
      steps,
      { en: 'the cells of its packet', ko: '그 패킷의 셀' },
      'frameCells',
      found,
      cells,
    );
    await line.setUp({ drive: 'push-pull', idle: 0, pull: 'none' });
    for (const error of [0.02, -0.02]) {
      const exchange = exchangeOf(line.limits, cells, error, rng);
      const percent = `${error > 0 ? '+' : '−'}2 %`;
      const { rate, sampleRate = rate } = exchange;
      const samples = await steps.step(
        {
          en: `the board sends it at ${rate} Hz and samples it at ${sampleRate} Hz: the clocks are ${percent} apart`,
          ko: `보드가 ${rate} Hz로 보내고 ${sampleRate} Hz로 표본을 얻는다: 두 시계의 차이 ${percent}`,
        },
        () => sampled(line, exchange, whole),
      );
      const view = samples.subarray(Math.round(PICTURE_CELL * NOMINAL * (1 + error)));
      const reading = await steps.step(
        {
          en: 'recoverCells: from the end of the preamble on',
          ko: 'recoverCells: 프리앰블의 끝부터',
        },
        () => learner.call('recoverCells', view, NOMINAL),
      );
      drawReading(steps, error > 0 ? 'slow' : 'fast', view, reading);
      const received = await steps.step(
        { en: 'receiveFrame: all samples', ko: 'receiveFrame: 모든 표본' },
        () => learner.call('receiveFrame', samples, NOMINAL),
      );
      steps.expectOctets({ en: 'the frame', ko: '그 프레임' }, received, frame);
    }
  },
};
