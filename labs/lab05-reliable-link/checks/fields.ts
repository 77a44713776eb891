/** The fields of a frame. */
import { toHex } from '../../../src/base/octets.ts';
import type { Check } from '../../../src/lab/lab.ts';
import { hex } from './bits.ts';

type Row = readonly [octet: number, control: Readonly<Record<string, unknown>>, text: string];

/** ITU-T X.25 tables 2-3 and 2-5, ISO/IEC 13239:2002 tables 4 to 6. */
const CONTROLS: readonly Row[] = [
  [0x00, { kind: 'I', ns: 0, nr: 0, pf: false }, 'I, N(S) 0, N(R) 0'],
  [0x02, { kind: 'I', ns: 1, nr: 0, pf: false }, 'I, N(S) 1, N(R) 0'],
  [0x20, { kind: 'I', ns: 0, nr: 1, pf: false }, 'I, N(S) 0, N(R) 1'],
  [0xba, { kind: 'I', ns: 5, nr: 5, pf: true }, 'I, N(S) 5, N(R) 5, P'],
  [0xee, { kind: 'I', ns: 7, nr: 7, pf: false }, 'I, N(S) 7, N(R) 7'],
  [0x61, { kind: 'RR', nr: 3, pf: false }, 'RR, N(R) 3'],
  [0x11, { kind: 'RR', nr: 0, pf: true }, 'RR, N(R) 0, P'],
  [0x85, { kind: 'RNR', nr: 4, pf: false }, 'RNR, N(R) 4'],
  [0xf9, { kind: 'REJ', nr: 7, pf: true }, 'REJ, N(R) 7, P'],
  [0x2d, { kind: 'SREJ', nr: 1, pf: false }, 'SREJ, N(R) 1'],
  [0x3f, { kind: 'SABM', pf: true }, 'SABM, P'],
  [0x2f, { kind: 'SABM', pf: false }, 'SABM'],
  [0x53, { kind: 'DISC', pf: true }, 'DISC, P'],
  [0x73, { kind: 'UA', pf: true }, 'UA, F'],
  [0x1f, { kind: 'DM', pf: true }, 'DM, F'],
  [0x97, { kind: 'FRMR', pf: true }, 'FRMR, F'],
  [0x03, { kind: 'UI', pf: false }, 'UI'],
];

const octetText = (octet: unknown): string =>
  typeof octet === 'number' ? `0x${octet.toString(16).padStart(2, '0')}` : String(octet);

export const control: Check = {
  id: 'control',
  title: { en: 'The control field', ko: '제어 필드' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The lowest bit, or the lowest two, say which of three kinds of frame this is. Look at the drawing in the README.',
      ko: '가장 낮은 비트 하나나 둘이 세 종류 가운데 무엇인지 말해 줘요. README의 그림을 보세요.',
    },
    {
      en: 'Bit 1 in the drawings of the standard is the lowest, as it goes out first. N(S) is bits 2 to 4, P/F bit 5, N(R) bits 6 to 8 (ISO/IEC 13239 §5.3).',
      ko: '표준의 그림에서 비트 1은 먼저 나가는 가장 낮은 비트예요. N(S)는 비트 2에서 4, P/F는 비트 5, N(R)은 비트 6에서 8입니다(ISO/IEC 13239 §5.3).',
    },
    {
      en: 'N(R) moves up by five, P/F is 0x10. I: N(S) moves up by one. S: the place in RR, RNR, REJ, SREJ moves up by two, and the lowest bit is one. U: the octets of the table, with P/F put in; to read one, take P/F out and look it up, and an octet that is not there means nothing.',
      ko: 'N(R)은 왼쪽으로 다섯, P/F는 0x10이에요. I: N(S)는 왼쪽으로 하나. S: RR, RNR, REJ, SREJ 안의 순번을 왼쪽으로 둘, 그리고 가장 낮은 비트는 1. U: 표의 옥텟에 P/F를 더합니다. 읽을 때는 P/F를 빼고 표에서 찾고, 없으면 뜻이 없는 옥텟이에요.',
    },
  ],
  async run({ learner }, steps) {
    for (const [octet, fields, text] of CONTROLS) {
      const encoded = await steps.step(
        { en: `encodeControl: ${text}`, ko: `encodeControl: ${text}` },
        () => learner.call('encodeControl', fields),
      );
      const title = { en: octetText(octet), ko: octetText(octet) };
      steps.expectEqual(title, octetText(encoded), octetText(octet));
      const decoded = await steps.step(
        { en: `decodeControl: ${octetText(octet)}`, ko: `decodeControl: ${octetText(octet)}` },
        () => learner.call('decodeControl', octet),
      );
      steps.expectFields({ en: text, ko: text }, decoded, fields);
    }
    for (const octet of [0x0b, 0xff, 0x83]) {
      const decoded = await steps.step(
        {
          en: `decodeControl: ${octetText(octet)}, a U frame that this lab has not`,
          ko: `decodeControl: ${octetText(octet)}, 이 실습에 없는 U 프레임`,
        },
        () => learner.call('decodeControl', octet),
      );
      steps.expectEqual({ en: 'undefined', ko: 'undefined' }, decoded, undefined);
    }
  },
};

const NONE = new Uint8Array(0);

export const frame: Check = {
  id: 'frame',
  title: { en: 'Address, control, information, FCS', ko: '주소, 제어, 정보, FCS' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Lab 02 has the function that you need; import it. Over which octets does it go, and which of its two octets comes first?',
      ko: '필요한 함수는 Lab 02에 있으니 가져다 쓰세요. 어떤 옥텟들에 대해 계산하고, 두 옥텟 중 무엇이 먼저 올까요?',
    },
    {
      en: 'The FCS covers address, control and information; its low octet goes first (ISO/IEC 13239 §4.2.5.2). Four octets are the shortest frame.',
      ko: 'FCS는 주소, 제어, 정보를 모두 덮고 낮은 옥텟이 먼저 나가요(ISO/IEC 13239 §4.2.5.2). 가장 짧은 프레임은 네 옥텟이에요.',
    },
    {
      en: 'decodeFrame: fewer than four octets, undefined. crc16 of all but the last two must be those two, low octet first. Then decodeControl of the second octet must not be undefined, and RR, RNR, REJ and SREJ must have nothing behind it.',
      ko: 'decodeFrame: 네 옥텟보다 적으면 undefined. 마지막 둘을 뺀 crc16이 그 두 옥텟과 같아야 해요, 낮은 옥텟이 먼저. 둘째 옥텟의 decodeControl이 undefined여서는 안 되고, RR, RNR, REJ, SREJ 뒤에는 아무것도 없어야 합니다.',
    },
  ],
  async run({ learner }, steps) {
    const opening = { address: 3, control: { kind: 'SABM', pf: true }, information: NONE };
    const made = await steps.step(
      { en: 'encodeFrame: SABM, P, to address 3', ko: 'encodeFrame: 주소 3에 SABM, P' },
      () => learner.call('encodeFrame', opening),
    );
    steps.expectOctets(
      { en: '03 3f 5b ec, as X.25 lines open', ko: '03 3f 5b ec, X.25 선을 여는 프레임' },
      made,
      hex('03 3f 5b ec'),
    );
    // The FCS of "123456789" is 0x906E: read as a frame, address 0x31, control 0x32, and seven octets.
    const nine = {
      address: 0x31,
      control: { kind: 'I', ns: 1, nr: 1, pf: true },
      information: hex('33 34 35 36 37 38 39'),
    };
    const digits = await steps.step(
      { en: 'encodeFrame: the octets of "123456789"', ko: 'encodeFrame: "123456789"의 옥텟' },
      () => learner.call('encodeFrame', nine),
    );
    steps.expectOctets(
      { en: 'FCS 0x906E, low octet first', ko: 'FCS 0x906E, 낮은 옥텟부터' },
      digits,
      hex('31 32 33 34 35 36 37 38 39 6e 90'),
    );
    const read = await steps.step({ en: 'decodeFrame: the same', ko: 'decodeFrame: 같은 것' }, () =>
      learner.call('decodeFrame', hex('31 32 33 34 35 36 37 38 39 6e 90')),
    );
    const { address, control: field, information } = Object(read) as Record<string, unknown>;
    steps.expectFields(
      { en: 'its fields', ko: '필드들' },
      { address, ...Object(field) },
      { address: 0x31, ...nine.control },
    );
    steps.expectOctets({ en: 'its information', ko: '정보' }, information, nine.information);
    // FCS values by the CRC-16/X-25 of lab 02, whose check value the two above are.
    const bad = [
      ['03 3e 5b ec', 'one bit is wrong', '비트 하나가 틀렸다'],
      ['03 3f ec 5b', 'the FCS the other way round', '거꾸로 된 FCS'],
      ['3f 5b ec', 'too short', '너무 짧다'],
      ['', 'nothing at all', '아무것도 없다'],
      ['03 0b fc 9b', 'a control field that means nothing', '뜻이 없는 제어 필드'],
      ['03 61 55 0d 50', 'RR with information', '정보가 든 RR'],
    ] as const;
    for (const [octets, en, ko] of bad) {
      const found = await steps.step(
        { en: `decodeFrame: ${en}: ${octets}`, ko: `decodeFrame: ${ko}: ${octets}` },
        () => learner.call('decodeFrame', hex(octets)),
      );
      const shown = found === undefined ? 'undefined' : toHex(hex(octets));
      steps.expectEqual({ en: 'undefined', ko: 'undefined' }, shown, 'undefined');
    }
  },
};
