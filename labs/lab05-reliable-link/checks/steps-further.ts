/** The rows of selective repeat, and of a receiver that is busy. */
import {
  comes,
  GO_BACK_N,
  heard,
  NONE,
  type Row,
  receiving,
  send,
  sending,
  TIMEOUT,
  TIMER,
} from './steps.ts';

const SELECTIVE = { window: 4, selective: true, timeout: TIMEOUT };
const POLL = { kind: 'frame', control: { kind: 'RR', nr: 0, pf: true }, information: NONE };

const sS = sending(SELECTIVE);
const rS = receiving(SELECTIVE);

export const SELECTIVE_ROWS: readonly Row[] = [
  sS(
    [
      'SREJ 1: that one alone, and nothing is acknowledged',
      'SREJ 1: 그것 하나만, 확인되는 것은 없다',
    ],
    { vs: 4, sent: 'ABCD', queue: 'E' },
    heard('SREJ', 1),
    { vs: 4, sent: 'ABCD', queue: 'E' },
    'I1 B',
    TIMEOUT,
  ),
  sS(
    ['SREJ 4, which is not out', '나가 있지 않은 SREJ 4'],
    { vs: 4, sent: 'ABCD' },
    heard('SREJ', 4),
    { vs: 4, sent: 'ABCD' },
  ),
  sS(
    ['6, 7, 0, 1 are out, SREJ 0', '6, 7, 0, 1이 나가 있고 SREJ 0'],
    { vs: 2, sent: 'ABCD' },
    heard('SREJ', 0),
    { vs: 2, sent: 'ABCD' },
    'I0 C',
    TIMEOUT,
  ),
  sS(
    ['no answer in time: the oldest alone', '제때 답이 없다: 가장 오래된 것만'],
    { vs: 4, sent: 'ABCD', queue: 'E' },
    TIMER,
    { vs: 4, sent: 'ABCD', queue: 'E' },
    'I0 A',
    TIMEOUT,
  ),
  sS(
    ['RR 3', 'RR 3'],
    { vs: 4, sent: 'ABCD', queue: 'E' },
    heard('RR', 3),
    { vs: 5, sent: 'DE' },
    'I4 E',
    TIMEOUT,
  ),
  rS(['in turn', '차례대로'], { vr: 0 }, comes(0, 'A'), { vr: 1 }, 'RR1', 'A'),
  rS(
    ['one is missing: the later is kept', '하나가 빠졌다: 뒤엣것은 간직한다'],
    { vr: 0 },
    comes(1, 'B'),
    { vr: 0, early: '.B' },
    'SREJ0',
  ),
  rS(
    ['a second is missing', '또 하나가 빠졌다'],
    { vr: 0, early: '.B' },
    comes(3, 'D'),
    { vr: 0, early: '.B.D' },
    'SREJ2',
  ),
  rS(
    ['that one comes, but its turn has not', '그것이 왔지만 차례가 아니다'],
    { vr: 0, early: '.B.D' },
    comes(2, 'C'),
    { vr: 0, early: '.BCD' },
    'RR0',
  ),
  rS(
    ['the first comes, and all are delivered', '첫째가 오고 모두 전달된다'],
    { vr: 0, early: '.BCD' },
    comes(0, 'A'),
    { vr: 4 },
    'RR4',
    'ABCD',
  ),
  rS(
    ['delivered as far as the next gap', '다음 빈자리까지만 전달'],
    { vr: 0, early: '.B.D' },
    comes(0, 'A'),
    { vr: 2, early: '.D' },
    'RR2',
    'AB',
  ),
  rS(
    ['three are missing at once', '한꺼번에 셋이 빠졌다'],
    { vr: 0 },
    comes(3, 'D'),
    { vr: 0, early: '...D' },
    'SREJ0, SREJ1, SREJ2',
  ),
  rS(
    ['an early one once more', '일찍 온 것이 한 번 더'],
    { vr: 0, early: '.B' },
    comes(1, 'B'),
    { vr: 0, early: '.B' },
    'RR0',
  ),
  rS(
    ['one that was delivered already: 7 before 2', '이미 전달된 것: 2 앞의 7'],
    { vr: 2 },
    comes(7, 'X'),
    { vr: 2 },
    'RR2',
  ),
  rS(
    ['over the end of the numbers', '번호의 끝을 넘어서'],
    { vr: 7 },
    comes(0, 'B'),
    { vr: 7, early: '.B' },
    'SREJ7',
  ),
];

const sN = sending(GO_BACK_N);
const rN = receiving(GO_BACK_N);

export const FLOW_ROWS: readonly Row[] = [
  rN(
    ['the receiver is busy', '수신 쪽이 바쁘다'],
    { vr: 3 },
    { kind: 'busy', busy: true },
    { vr: 3, busy: true },
    'RNR3',
  ),
  rN(
    ['what comes meanwhile is dropped', '그 사이에 온 것은 버린다'],
    { vr: 3, busy: true },
    comes(3, 'D'),
    { vr: 3, busy: true },
    'RNR3',
  ),
  rN(
    ['it is polled', '폴을 받는다'],
    { vr: 3, busy: true },
    POLL,
    { vr: 3, busy: true },
    'RNR3 P/F',
  ),
  rN(
    ['it is ready again', '다시 준비되었다'],
    { vr: 3, busy: true },
    { kind: 'busy', busy: false },
    { vr: 3 },
    'RR3',
  ),
  rN(['and polled', '그리고 폴을 받는다'], { vr: 3 }, POLL, { vr: 3 }, 'RR3 P/F'),
  sN(
    ['RNR 2: two came, and nothing more may go', 'RNR 2: 둘은 도착했고 더는 보내면 안 된다'],
    { vs: 3, sent: 'ABC', queue: 'D' },
    heard('RNR', 2),
    { vs: 3, sent: 'C', queue: 'D', busy: true },
    '',
    TIMEOUT,
  ),
  sN(
    [
      'RNR 3: all came, but the RR that will end it may be lost',
      'RNR 3: 모두 도착했지만, 뒤이을 RR이 사라질 수 있다',
    ],
    { vs: 3, sent: 'ABC', queue: 'D' },
    heard('RNR', 3),
    { vs: 3, sent: '', queue: 'D', busy: true },
    '',
    TIMEOUT,
  ),
  sN(
    ['a piece to send meanwhile', '그 사이에 보낼 조각'],
    { vs: 3, sent: 'C', queue: 'D', busy: true },
    send('E'),
    { vs: 3, sent: 'C', queue: 'DE', busy: true },
  ),
  sN(
    ['nothing is heard: poll', '아무 소식이 없다: 폴'],
    { vs: 3, sent: 'C', queue: 'D', busy: true },
    TIMER,
    { vs: 3, sent: 'C', queue: 'D', busy: true },
    'RR0 P/F',
    TIMEOUT,
  ),
  sN(
    ['even with nothing out, as RR may be lost', '나가 있는 것이 없어도: RR이 사라질 수 있다'],
    { vs: 3, queue: 'D', busy: true },
    TIMER,
    { vs: 3, queue: 'D', busy: true },
    'RR0 P/F',
    TIMEOUT,
  ),
  sN(
    ['RR 2: what was dropped again, then what waits', 'RR 2: 버려진 것을 다시, 그다음 기다리던 것'],
    { vs: 3, sent: 'C', queue: 'DE', busy: true },
    heard('RR', 2),
    { vs: 5, sent: 'CDE' },
    'I2 C, I3 D, I4 E',
    TIMEOUT,
  ),
  sN(
    ['REJ says ready, too', 'REJ도 준비되었다는 뜻이다'],
    { vs: 3, sent: 'BC', busy: true },
    heard('REJ', 1),
    { vs: 3, sent: 'BC' },
    'I1 B, I2 C',
    TIMEOUT,
  ),
];
