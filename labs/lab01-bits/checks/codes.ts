/** Bits to levels and back, where a bit stands for itself. */
import type { Check } from '../../../src/lab/lab.ts';
import { bitText, digits, drawn } from './lines.ts';

/** A drawing, or what stands in place of one. */
const korean = (text: string): string => (text === 'nothing' ? '빈 배열' : text);

export const manchesterEncode: Check = {
  id: 'manchester-encode',
  title: { en: 'Bits become a Manchester line', ko: '비트가 맨체스터 신호가 된다' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Draw the bit 1 on paper as the comment shows it: low, then high. What does the bit 0 look like? What 1 0?',
      ko: '주석에 나온 대로 비트 1을 종이에 그려 보세요. 낮았다가 높아지죠. 비트 0은 어떤 모양일까요? 1 0은요?',
    },
    {
      en: 'IEEE 802.3 §7.3.1.1: two cells for each bit, the second of which is the bit itself, and the first its opposite.',
      ko: 'IEEE 802.3 §7.3.1.1: 비트마다 셀 두 개예요. 둘째 셀이 비트 자신이고 첫째 셀은 그 반대입니다.',
    },
    {
      en: 'Make a Uint8Array twice as long as the bits. For bit number i put 1 − bit at 2i, and the bit at 2i + 1.',
      ko: '비트보다 두 배 긴 Uint8Array를 만드세요. i번 비트마다 2i 자리에 1 − 비트를, 2i + 1 자리에 비트를 넣습니다.',
    },
  ],
  async run({ learner }, steps) {
    const first = [
      ['1', '_‾', 'a 1 goes up: first low, then high', '1은 올라간다: 낮았다가 높아진다'],
      ['0', '‾_', 'a 0 goes down: first high, then low', '0은 내려간다: 높았다가 낮아진다'],
    ] as const;
    for (const [bit, wave, en, ko] of first) {
      const found = await steps.step(
        { en: `manchesterEncode: one bit, ${bit}`, ko: `manchesterEncode: 비트 하나, ${bit}` },
        () => learner.call('manchesterEncode', digits(bit)),
      );
      const cells = digits(wave.replaceAll('_', '0').replaceAll('‾', '1')).join(', ');
      steps.expect({ en: `${wave}: ${en}`, ko: `${wave}: ${ko}` }, drawn(found) === wave, {
        en: `manchesterEncode answered ${drawn(found)}. Open bits.ts, find manchesterEncode, and start there. A wire is low (0) or high (1). A bit is sent as two of these, one after the other, and for the bit ${bit} they are [${cells}]: the line goes ${bit === '1' ? 'up' : 'down'} in the middle of the bit.`,
        ko: `manchesterEncode의 답: ${korean(drawn(found))}. bits.ts를 열고 manchesterEncode부터 시작하세요. 전선은 낮거나(0) 높아요(1). 비트 하나는 이런 레벨 두 개를 차례로 보내는데, 비트 ${bit}에서는 [${cells}]이에요. 비트의 한가운데에서 선이 ${bit === '1' ? '올라갑니다' : '내려갑니다'}.`,
      });
    }
    const cases = [
      ['10', '_‾‾_', 'a 1 and a 0: no edge between the two', '1과 0: 둘 사이에는 에지가 없다'],
      [
        '11',
        '_‾_‾',
        'two ones: the line has to come down between them',
        '1 두 개: 사이에서 내려와야 한다',
      ],
      ['00110101', '‾_‾__‾_‾‾__‾‾__‾', 'an octet', '옥텟 하나'],
      ['', 'nothing', 'no bits', '비트 없음'],
    ] as const;
    for (const [bits, wave, en, ko] of cases) {
      const found = await steps.step(
        { en: `manchesterEncode: ${en} ${bits}`, ko: `manchesterEncode: ${ko} ${bits}` },
        () => learner.call('manchesterEncode', digits(bits)),
      );
      steps.expectEqual(
        { en: `the line: ${wave}`, ko: `선의 모양: ${korean(wave)}` },
        drawn(found),
        wave,
      );
    }
  },
};

export const manchesterDecode: Check = {
  id: 'manchester-decode',
  title: { en: 'A Manchester line becomes bits', ko: '맨체스터 신호가 비트가 된다' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Two cells have four possible values. Two of them are bits. What are the others?',
      ko: '셀 두 개는 네 가지 값을 가질 수 있어요. 둘은 비트죠. 나머지 둘은 무엇일까요?',
    },
    {
      en: 'The second cell is the bit, if the first is its opposite. Equal cells are a violation of the code: no bit looks like that.',
      ko: '첫째 셀이 반대라면 둘째 셀이 비트예요. 두 셀이 같으면 부호 위반입니다. 그렇게 생긴 비트는 없어요.',
    },
    {
      en: 'Answer undefined for an odd number of cells. Walk in steps of two; where both are equal answer undefined; else take the second.',
      ko: '셀이 홀수 개면 undefined. 두 개씩 걸으면서, 둘이 같으면 undefined, 아니면 둘째를 가지세요.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      ['01', '1', 'up', '올라감'],
      ['10', '0', 'down', '내려감'],
      ['0110 0101 1001 1010', '10110100', 'eight bits', '비트 여덟 개'],
      ['', 'nothing', 'no cells', '셀 없음'],
      ['0111', 'undefined', 'a second bit that stays high', '둘째 비트가 높은 채로 있다'],
      ['0001', 'undefined', 'a first bit that stays low', '첫째 비트가 낮은 채로 있다'],
      ['01 10 1', 'undefined', 'two bits and a half', '비트 두 개 반'],
    ] as const;
    for (const [cells, bits, en, ko] of cases) {
      const wave = drawn(digits(cells));
      const found = await steps.step(
        { en: `manchesterDecode: ${en}: ${wave}`, ko: `manchesterDecode: ${ko}: ${wave}` },
        () => learner.call('manchesterDecode', digits(cells)),
      );
      steps.expectEqual({ en: `it is ${bits}`, ko: `답: ${korean(bits)}` }, bitText(found), bits);
    }
  },
};

export const nrzi: Check = {
  id: 'nrzi',
  title: { en: 'NRZI: a 1 is a change', ko: 'NRZI: 1은 변화다' },
  points: 8,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The level of a cell says nothing by itself. With what do you have to compare it?',
      ko: '셀의 레벨은 그것만으로는 아무 말도 하지 않아요. 무엇과 견주어야 할까요?',
    },
    {
      en: 'Going out: remember the level of the line and turn it over at each 1. Coming in: the bit is 1 if this level differs from the last.',
      ko: '보낼 때: 선의 레벨을 기억하고 1마다 뒤집으세요. 받을 때: 이번 레벨이 지난 레벨과 다르면 비트는 1이에요.',
    },
    {
      en: 'Both are one loop with one variable that begins as before. Encoding: level ^= bit, keep level. Decoding: bit = cell ^ level, then level = cell.',
      ko: '둘 다 before에서 시작하는 변수 하나와 반복문 하나예요. 인코딩: level ^= bit 하고 level을 담기. 디코딩: bit = cell ^ level, 그다음 level = cell.',
    },
  ],
  async run({ learner }, steps) {
    const cases = [
      ['1011', 0, '‾‾_‾', 'from low', '낮은 데서'],
      [
        '1011',
        1,
        '__‾_',
        'the same bits from high: the other way up',
        '같은 비트, 높은 데서: 거꾸로',
      ],
      ['0000', 1, '‾‾‾‾', 'zeros: no edge at all', '0들: 에지가 없다'],
      ['1111', 0, '‾_‾_', 'ones: an edge at each bit', '1들: 비트마다 에지'],
      // The code bits of I J K, 802.3 table 24-1, as 100BASE-FX sends them.
      [
        '11111 11000 10001',
        0,
        '‾_‾_‾_‾‾‾‾____‾',
        'what a fibre carries before a packet',
        '패킷 앞에서 광섬유를 지나는 것',
      ],
    ] as const;
    for (const [bits, before, wave, en, ko] of cases) {
      const found = await steps.step(
        { en: `nrziEncode: ${en}: ${bits}`, ko: `nrziEncode: ${ko}: ${bits}` },
        () => learner.call('nrziEncode', digits(bits), before),
      );
      steps.expectEqual({ en: `the line: ${wave}`, ko: `선의 모양: ${wave}` }, drawn(found), wave);
      const back = await steps.step(
        {
          en: `nrziDecode: ${wave}, the line ${before === 1 ? 'high' : 'low'} before`,
          ko: `nrziDecode: ${wave}, 그 전에 선은 ${before === 1 ? '높음' : '낮음'}`,
        },
        () =>
          learner.call(
            'nrziDecode',
            digits(wave.replaceAll('_', '0').replaceAll('‾', '1')),
            before,
          ),
      );
      const text = digits(bits).join('');
      steps.expectEqual({ en: `the bits: ${text}`, ko: `비트: ${text}` }, bitText(back), text);
    }
  },
};
