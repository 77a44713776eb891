/** A whole packet of 10BASE-T: from a frame to the line, and from samples back. */
import { concat, fromHex } from '../../../src/base/octets.ts';
import type { Bench, Check, Steps } from '../../../src/lab/lab.ts';
import { encode } from '../../../src/stack/physical/ethernet/ten-base-t.ts';
import { MANCHESTER } from '../../../src/stack/physical/manchester.ts';
import { type Distortion, drawn, expectLevels, samplesOf } from './lines.ts';

const octetsOf = (hex: string): Uint8Array => fromHex(hex.replace(/\s/g, '')) ?? new Uint8Array(0);

/** An ARP request as Scapy 2.7 writes it, padded, and its FCS as zlib has it. */
const FRAME = octetsOf(
  `ffffffffffff 00005e005301 0806 0001080006040001 00005e005301 c0000201 000000000000 c0000202
   000000000000000000000000000000000000`,
);
const FCS = octetsOf('8e30fb7f');
const WHOLE = concat([FRAME, FCS]);
const BITS = (8 + WHOLE.length) * 8;

/** Cells of one part of the packet, and what it is. */
const part = (found: unknown, from: number, to: number): string =>
  drawn(found instanceof Uint8Array ? found.subarray(from, to) : found);

export const frameSent: Check = {
  id: 'frame-sent',
  title: { en: 'A frame becomes a packet on the line', ko: '프레임이 선 위의 패킷이 된다' },
  points: 7,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The preamble is there for the receiver’s clock. Which bits give a Manchester line the most regular edges?',
      ko: '프리앰블은 받는 쪽의 시계를 위한 거예요. 어떤 비트가 맨체스터 선에 가장 고른 에지를 만들까요?',
    },
    {
      en: 'Octets go out lowest bit first: 0x55 is 1 0 1 0 1 0 1 0 on the line, 0xD5 is 1 0 1 0 1 0 1 1. Behind the FCS come four cells high, four low.',
      ko: '옥텟은 가장 낮은 비트부터 나가요. 0x55는 선 위에서 1 0 1 0 1 0 1 0, 0xD5는 1 0 1 0 1 0 1 1입니다. FCS 뒤에는 높은 셀 넷, 낮은 셀 넷이 옵니다.',
    },
    {
      en: 'Put seven times 0x55, 0xD5, the frame and fcs(frame) into one array. Make its bits with (octet >> i) & 1 for i from 0 to 7, give them to manchesterEncode, and append 1 1 1 1 0 0 0 0.',
      ko: '0x55 일곱 개, 0xD5, 프레임, fcs(frame)을 한 배열에 넣으세요. i가 0부터 7까지일 때 (octet >> i) & 1로 비트를 만들고 manchesterEncode에 준 다음 1 1 1 1 0 0 0 0을 붙입니다.',
    },
  ],
  async run({ learner }, steps) {
    const found = await steps.step(
      { en: 'frameCells: an ARP request of 60 octets', ko: 'frameCells: 60옥텟짜리 ARP 요청' },
      () => learner.call('frameCells', FRAME),
    );
    const parts = [
      [0, 16, '_‾‾__‾‾__‾‾__‾‾_', 'the first octet of preamble', '프리앰블의 첫 옥텟'],
      [112, 128, '_‾‾__‾‾__‾‾__‾_‾', 'the start frame delimiter', '시작 프레임 구분자'],
      [
        128,
        144,
        '_‾_‾_‾_‾_‾_‾_‾_‾',
        'the first octet of the frame, 0xFF',
        '프레임의 첫 옥텟, 0xFF',
      ],
      [320, 336, '‾_‾_‾__‾‾_‾_‾_‾_', 'the type’s first octet, 0x08', '타입의 첫 옥텟, 0x08'],
      [1088, 1104, '‾__‾_‾_‾‾_‾_‾__‾', 'the first octet of the FCS, 0x8E', 'FCS의 첫 옥텟, 0x8E'],
      [1152, 1160, '‾‾‾‾____', 'the start of idle', '유휴의 시작'],
    ] as const;
    for (const [from, to, wave, en, ko] of parts) {
      steps.expectEqual(
        { en: `${en}: ${wave}`, ko: `${ko}: ${wave}` },
        part(found, from, to),
        wave,
      );
    }
    const length = found instanceof Uint8Array ? found.length : found;
    steps.expectEqual(
      { en: `${2 * BITS + 8} cells in all`, ko: `모두 ${2 * BITS + 8}셀` },
      length,
      2 * BITS + 8,
    );
    const right = { en: 'every one of them right', ko: '모든 셀이 맞다' };
    expectLevels(steps, right, 'frameCells', found, encode(WHOLE));
  },
};

/** Samples in a cell. */
const NOMINAL = 8;
const SILENCE = new Uint8Array(8);

/** Cells of a packet whose octets are these, as they are. */
const packet = (octets: Uint8Array): Uint8Array => concat([SILENCE, encode(octets), SILENCE]);

function damaged(): Uint8Array {
  const octets = WHOLE.slice();
  octets[30] = (octets[30] as number) ^ 0x10;
  return octets;
}

/** Three bits more, behind the last octet. */
function dribbling(): Uint8Array {
  const cells = encode(WHOLE);
  const end = cells.length - 8;
  return concat([
    SILENCE,
    cells.subarray(0, end),
    MANCHESTER.encode(Uint8Array.of(1, 0, 1)),
    cells.subarray(end),
    SILENCE,
  ]);
}

async function expectFrame(
  { learner, rng }: Bench,
  steps: Steps,
  [en, ko, cells, distortion, samplesPerCell = NOMINAL]: Received,
  frame: Uint8Array | undefined,
): Promise<void> {
  const samples = samplesOf(cells, samplesPerCell, rng, distortion);
  const found = await steps.step({ en: `receiveFrame: ${en}`, ko: `receiveFrame: ${ko}` }, () =>
    learner.call('receiveFrame', samples, samplesPerCell),
  );
  if (frame === undefined) {
    steps.expectEqual(
      { en: 'undefined: no frame', ko: 'undefined: 프레임 없음' },
      found,
      undefined,
    );
  } else
    steps.expectOctets({ en: 'the frame, without its FCS', ko: 'FCS를 뗀 프레임' }, found, frame);
}

type Received = readonly [
  en: string,
  ko: string,
  cells: Uint8Array,
  distortion?: Distortion,
  samplesPerCell?: number,
];

export const frameReceived: Check = {
  id: 'frame-received',
  title: { en: 'Samples become a frame', ko: '표본이 프레임이 된다' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The cells come without names. How do you find out which two of them are a bit, and where the frame begins?',
      ko: '셀에는 이름표가 없어요. 어느 두 개가 한 비트인지, 프레임이 어디서 시작하는지 어떻게 알아낼까요?',
    },
    {
      en: 'Pair the cells one way and the other: the wrong way shows no preamble, since half its pairs are alike. After at least eight bits 1 0 1 0 …, the first two equal ones end the delimiter. A pair of equal cells ends the packet.',
      ko: '셀을 한 가지로, 또 다른 한 가지로 짝지어 보세요. 잘못된 짝에서는 절반이 같은 셀이라 프리앰블이 보이지 않아요. 1 0 1 0 …이 적어도 여덟 비트 나온 뒤 처음으로 1이 두 번 이어지면 구분자의 끝입니다. 같은 셀의 짝이 패킷의 끝이에요.',
    },
    {
      en: 'recoverCells; for an offset of 0 and of 1 make a list of bits with a special value where the cells are alike; find the delimiter, then that value; make octets, lowest bit first, and leave the rest; cut off four octets and compare them with fcs of the others.',
      ko: 'recoverCells 다음, 시작을 0과 1로 하여 비트 목록을 만들되 셀이 같은 곳에는 특별한 값을 넣으세요. 구분자를 찾고, 그 뒤에서 특별한 값을 찾습니다. 낮은 비트부터 옥텟을 만들고 남는 비트는 버립니다. 네 옥텟을 잘라 나머지의 fcs와 비교하세요.',
    },
  ],
  async run(bench, steps) {
    const whole = packet(WHOLE);
    const received: readonly Received[] = [
      ['silence, then a packet', '정적 다음에 패킷', whole],
      [
        'from the second half of a preamble bit on',
        '프리앰블 비트의 둘째 절반부터',
        encode(WHOLE).subarray(45),
      ],
      [
        'from a whole bit of the preamble on',
        '프리앰블의 온전한 비트부터',
        encode(WHOLE).subarray(60),
      ],
      ['6.4 samples a cell', '셀마다 표본 6.4개', whole, {}, 6.4],
      [
        'the sender 2 % slow, with jitter',
        '보내는 쪽이 2 % 느리고 지터가 있음',
        whole,
        { error: 0.02, jitter: 0.125 },
      ],
      [
        'the sender 2 % fast, with jitter',
        '보내는 쪽이 2 % 빠르고 지터가 있음',
        whole,
        { error: -0.02, jitter: 0.125 },
      ],
      ['three bits too many at the end', '끝에 비트가 셋 더 있음', dribbling()],
    ];
    for (const each of received) await expectFrame(bench, steps, each, FRAME);
    const tricky = octetsOf('555555d5 55d555d5 0102');
    const fcs = octetsOf('48c19dfd');
    const inside: Received = [
      'a frame with delimiters in it',
      '구분자가 들어 있는 프레임',
      packet(concat([tricky, fcs])),
    ];
    await expectFrame(bench, steps, inside, tricky);
    const two: Received = [
      'two packets',
      '패킷 두 개',
      concat([packet(concat([tricky, fcs])), whole]),
    ];
    await expectFrame(bench, steps, two, tricky);
    const refused: readonly Received[] = [
      ['silence', '정적', new Uint8Array(200)],
      ['a packet with one wrong bit', '한 비트가 틀린 패킷', packet(damaged())],
      [
        'a packet whose end is missing',
        '끝이 없는 패킷',
        whole.subarray(0, SILENCE.length + 2 * BITS),
      ],
      [
        'what a collision leaves: two octets',
        '충돌이 남긴 것: 두 옥텟',
        packet(Uint8Array.of(1, 2)),
      ],
      [
        'a preamble and no delimiter',
        '구분자가 없는 프리앰블',
        concat([whole.subarray(0, 120), SILENCE]),
      ],
    ];
    for (const each of refused) await expectFrame(bench, steps, each, undefined);
  },
};
