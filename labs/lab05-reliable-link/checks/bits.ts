/** Frames in a stream of bits. */
import { fromHex, toHex } from '../../../src/base/octets.ts';
import type { Check, Learner, Steps, Text } from '../../../src/lab/lab.ts';

const FLAG = '01111110';
/** HDLC's SABM with the poll bit to address 3, which opens an X.25 line; its FCS is in many a capture. */
const SABM = '03 3f 5b ec';
const SABM_BITS = '11000000 111110100 11011010 00110111';

export const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const bitsOf = (text: string): Uint8Array => Uint8Array.from(text.replaceAll(/[^01]/g, ''), Number);
export const START = { inFrame: false, ones: 0, bits: [] };

/** `01 02 | 03 04`. */
export const shownFrames = (frames: unknown): string => {
  if (!Array.isArray(frames)) return `no list: ${String(frames)}`;
  const shown = frames.map((frame) => (frame instanceof Uint8Array ? toHex(frame, ' ') : '?'));
  return shown.length === 0 ? 'none' : shown.join(' | ');
};

const shownBits = (bits: unknown): string =>
  bits instanceof Uint8Array ? bits.join('') : String(bits);

export const stuffing: Check = {
  id: 'stuffing',
  title: { en: 'Flags, and zeros between ones', ko: '플래그, 그리고 1 사이에 끼우는 0' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Write 0xFF 0xFF as sixteen bits on paper. Where must a 0 go in so that nobody sees a flag?',
      ko: '0xFF 0xFF를 종이에 열여섯 비트로 써 보세요. 아무도 플래그로 보지 않게 하려면 0을 어디에 끼워야 할까요?',
    },
    {
      en: 'Count ones in a row, over the ends of octets. At five put in a 0 and count from nothing again, whatever comes next (ISO/IEC 13239 §4.3).',
      ko: '옥텟의 경계를 넘어 이어지는 1을 세세요. 다섯이 되면, 다음에 무엇이 오든 0을 끼우고 처음부터 다시 셉니다(ISO/IEC 13239 §4.3).',
    },
    {
      en: 'stuff: for each octet bits 0 to 7; push the bit; a 1 raises the count, a 0 clears it; at five push a 0 and clear it. lineBits: a flag, then for each frame its stuffed bits and a flag. Flags are not stuffed.',
      ko: 'stuff: 옥텟마다 비트 0부터 7까지 넣으며, 1이면 수를 올리고 0이면 지웁니다. 다섯이 되면 0을 넣고 지워요. lineBits: 플래그 하나, 그다음 프레임마다 끼워 넣은 비트와 플래그 하나. 플래그에는 끼우지 않아요.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      [
        '01 80',
        '10000000 00000001',
        'octets go out lowest bit first',
        '옥텟은 가장 낮은 비트부터 나간다',
      ],
      ['78', '00011110', 'four ones get none', '1이 넷이면 끼우지 않는다'],
      [
        '7e',
        '011111010',
        'a flag in the data is none on the line',
        '데이터 속의 플래그는 선 위에서 플래그가 아니다',
      ],
      [
        'ff ff',
        '1111101111101111101',
        'five ones get a zero, over the ends of octets',
        '1 다섯마다 0, 옥텟의 경계를 넘어서도',
      ],
      [
        '1f',
        '111110000',
        'five ones, even where a zero follows anyway',
        '뒤에 어차피 0이 와도, 1이 다섯이면',
      ],
      ['f8', '000111110', 'five ones at the very end', '맨 끝의 1 다섯'],
    ] as const;
    for (const [octets, bits, en, ko] of cases) {
      const found = await steps.step(
        { en: `stuff: ${en}: ${octets}`, ko: `stuff: ${ko}: ${octets}` },
        () => learner.call('stuff', hex(octets)),
      );
      const wanted = bits.replaceAll(' ', '');
      steps.expect({ en: wanted, ko: wanted }, shownBits(found) === wanted, {
        en: `stuff answered '${shownBits(found)}'. Open link.ts, find stuff, and start there: one element for each bit, and a 0 behind every five ones.`,
        ko: `stuff의 답은 '${shownBits(found)}'이에요. link.ts를 열고 stuff부터 시작하세요. 비트마다 원소 하나, 1 다섯마다 그 뒤에 0이에요.`,
      });
    }
    const lines = [
      [[], FLAG, 'no frame', '프레임 없음'],
      [[SABM], FLAG + SABM_BITS + FLAG, 'the SABM of X.25', 'X.25의 SABM'],
      [
        ['01', '02'],
        `${FLAG}10000000${FLAG}01000000${FLAG}`,
        'two frames share a flag',
        '두 프레임이 플래그 하나를 함께 쓴다',
      ],
    ] as const;
    for (const [frames, bits, en, ko] of lines) {
      const found = await steps.step({ en: `lineBits: ${en}`, ko: `lineBits: ${ko}` }, () =>
        learner.call('lineBits', frames.map(hex)),
      );
      steps.expectEqual(
        { en: 'the bits', ko: '비트들' },
        shownBits(found),
        bits.replaceAll(' ', ''),
      );
    }
  },
};

/** What comes of `line`, given to the learner in pieces of `length` bits. */
export async function deframed(
  learner: Learner,
  line: Uint8Array,
  length: number,
): Promise<unknown[]> {
  const frames: unknown[] = [];
  let deframer: unknown = START;
  for (let at = 0; at < line.length; at += length) {
    const piece = line.slice(at, at + length);
    const answer = await learner.call('deframe', deframer, piece);
    const step = Object(answer) as { deframer?: unknown; frames?: unknown };
    deframer = step.deframer;
    if (!Array.isArray(step.frames)) return ['no list'];
    frames.push(...step.frames);
  }
  return frames;
}

async function expectFrames(
  learner: Learner,
  steps: Steps,
  what: Text,
  line: string,
  length: number,
  wanted: readonly string[],
): Promise<void> {
  const bits = bitsOf(line);
  const whole = length >= bits.length;
  const shown = bits.length <= BITS_SHOWN ? `: ${bits.join('')}` : '';
  const found = await steps.step(
    {
      en: `deframe: ${what.en}, ${whole ? 'in one piece' : `in pieces of ${length}`}${shown}`,
      ko: `deframe: ${what.ko}, ${whole ? '한 조각으로' : `${length}비트씩`}${shown}`,
    },
    () => deframed(learner, bits, length),
  );
  steps.expectEqual(
    { en: 'the frames', ko: '프레임들' },
    shownFrames(found),
    shownFrames(wanted.map(hex)),
  );
}

/** A line that never sends a flag does not fill the memory. */
async function expectBounded(learner: Learner, steps: Steps): Promise<void> {
  const endless = await steps.step(
    { en: 'deframe: a flag and 4000 zeros', ko: 'deframe: 플래그 하나와 0 사천 개' },
    () => learner.call('deframe', START, bitsOf(FLAG + '0'.repeat(4000))),
  );
  const { deframer } = Object(endless) as { deframer?: unknown };
  const { bits } = Object(deframer) as { bits?: unknown };
  const kept = Array.isArray(bits) ? bits.length : -1;
  steps.expect(
    {
      en: 'no more bits are kept than a frame may have',
      ko: '프레임이 가질 수 있는 것보다 많이 담지 않는다',
    },
    kept >= 0 && kept <= 8 * 66 + 6,
    {
      en: `${kept} are. A line that never sends a flag would fill the memory.`,
      ko: `${kept}비트가 담겨 있어요. 플래그를 영영 보내지 않는 선은 메모리를 다 채울 거예요.`,
    },
  );
}

const WHOLE = 10_000;
/** More would fill a screen. */
const BITS_SHOWN = 160;
const SECOND = '01 02 03 04';
const SECOND_BITS = '10000000 01000000 11000000 00100000';
/** 0xFF 0x7E 0x1F 0xF8 and 0xFC: ones at every border. */
const HARD = 'ff 7e 1f f8 fc';
const HARD_BITS = '111110111 011111010 111110000 000111110 001111101';

export const deframing: Check = {
  id: 'deframing',
  title: { en: 'Frames out of a stream of bits', ko: '비트의 흐름에서 프레임 꺼내기' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'When a 0 comes, only one thing matters: how many ones came just before it. What does it mean after fewer than five, after five, after six?',
      ko: '0이 왔을 때 중요한 것은 하나예요. 바로 앞에 1이 몇 개 이어졌나요? 다섯보다 적으면, 다섯이면, 여섯이면 그 0은 무엇일까요?',
    },
    {
      en: 'Fewer: data. Five: stuffed, drop it. Six: the end of a flag. More: an abort, and nothing counts until the next flag. All of that has to be in the object that you give back, since a piece may end anywhere.',
      ko: '적으면 데이터, 다섯이면 끼운 것이니 버리고, 여섯이면 플래그의 끝이에요. 더 많으면 중단(abort)이고 다음 플래그까지는 아무것도 세지 않아요. 조각은 어디서든 끝날 수 있으니 이 모두가 돌려주는 객체 안에 있어야 합니다.',
    },
    {
      en: 'A 1 is kept while the count is at most five; the sixth is not. So at the end of a flag six bits too many were kept: its 0 and five ones. Take them off; what is left is a frame if it is whole octets, four at least. Then begin with no bits. Stop keeping when there are more bits than the longest frame and those six.',
      ko: '1은 수가 다섯까지일 때만 담고 여섯째는 담지 않아요. 그래서 플래그가 끝나면 여섯 비트, 곧 플래그의 0과 1 다섯이 더 담겨 있습니다. 떼어 내고 남은 것이 온전한 옥텟이고 넷 이상이면 프레임이에요. 그리고 빈 비트에서 다시 시작하세요. 가장 긴 프레임과 그 여섯보다 많아지면 담기를 그만둡니다.',
    },
  ],
  async run({ learner }, steps) {
    const one = FLAG + SABM_BITS + FLAG;
    const cases: readonly [string, string, string, number, string[]][] = [
      ['one frame', '프레임 하나', one, WHOLE, [SABM]],
      ['the same', '같은 것', one, 1, [SABM]],
      ['the same', '같은 것', one, 7, [SABM]],
      [
        'two that share a flag',
        '플래그 하나를 함께 쓰는 둘',
        one + SECOND_BITS + FLAG,
        WHOLE,
        [SABM, SECOND],
      ],
      [
        'two with flags between',
        '사이에 플래그가 여럿인 둘',
        `${one}${FLAG}${FLAG}${SECOND_BITS}${FLAG}`,
        11,
        [SABM, SECOND],
      ],
      [
        'flags that share a zero',
        '0 하나를 함께 쓰는 플래그',
        `011111101111110${SECOND_BITS}011111101111110`,
        WHOLE,
        [SECOND],
      ],
      ['ones at the ends of octets', '옥텟 경계의 1들', FLAG + HARD_BITS + FLAG, 3, [HARD]],
      ['noise before the first flag', '첫 플래그 앞의 잡음', `110100101${one}`, WHOLE, [SABM]],
      [
        'an idle line of ones, then a frame',
        '1만 이어지던 선, 그다음 프레임',
        `${'1'.repeat(40)}${one}`,
        9,
        [SABM],
      ],
      [
        'a frame that is aborted by seven ones',
        '1 일곱 개로 중단된 프레임',
        `${FLAG}${SABM_BITS}01111111 0${SECOND_BITS}${one}`,
        WHOLE,
        [SABM],
      ],
      [
        '36 bits are no frame',
        '36비트는 프레임이 아니다',
        `${FLAG}0101 0101 0101 0101 0101 0101 0101 0101 0101${one}`,
        WHOLE,
        [SABM],
      ],
      ['nor are three octets', '세 옥텟도 아니다', `${FLAG}${'0'.repeat(24)}${one}`, WHOLE, [SABM]],
    ];
    for (const [en, ko, line, length, frames] of cases) {
      await expectFrames(learner, steps, { en, ko }, line, length, frames);
    }
    await expectBounded(learner, steps);
    const longest = '11 '.repeat(66).trim();
    await expectFrames(
      learner,
      steps,
      { en: 'too long, then as long as can be', ko: '너무 긴 것, 그다음 가장 긴 것' },
      FLAG + '10001000'.repeat(67) + FLAG + '10001000'.repeat(66) + FLAG,
      WHOLE,
      [longest],
    );
  },
};
