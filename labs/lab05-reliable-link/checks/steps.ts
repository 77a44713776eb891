/** What a sender and a receiver do, event by event. Each piece of information is a letter. */

export interface Row {
  readonly en: string;
  readonly ko: string;
  readonly call: 'sender' | 'receiver';
  readonly before: object;
  readonly event: object;
  readonly settings: object;
  /** As `senderStep` and `receiverStep` in shown.ts put it. */
  readonly wanted: Readonly<Record<string, unknown>>;
}

export const TIMEOUT = 10;
export const NONE = new Uint8Array(0);
const octet = (letter: string): Uint8Array => Uint8Array.of(letter.charCodeAt(0));
const pieces = (letters: string): Uint8Array[] => Array.from(letters, octet);

interface SenderFields {
  readonly vs: number;
  readonly sent?: string;
  readonly queue?: string;
  readonly busy?: boolean;
}

interface ReceiverFields {
  readonly vr: number;
  readonly early?: string;
  readonly rejected?: boolean;
  readonly busy?: boolean;
}

type Titled = readonly [en: string, ko: string];

const STOP_AND_WAIT = { window: 1, selective: false, timeout: TIMEOUT };
export const GO_BACK_N = { window: 3, selective: false, timeout: TIMEOUT };
const WIDE = { window: 7, selective: false, timeout: TIMEOUT };

export const send = (letter: string) => ({ kind: 'send', information: octet(letter) });
export const heard = (kind: string, nr: number) => ({
  kind: 'frame',
  control: { kind, nr, pf: false },
});
export const TIMER = { kind: 'timer' };

/** A row of the sender; `timer` is the timeout where anything is asked for. */
export const sending =
  (settings: object) =>
  (
    [en, ko]: Titled,
    before: SenderFields,
    event: object,
    after: SenderFields,
    frames = '',
    timer: number | undefined = undefined,
  ): Row => {
    const { vs, sent = '', queue = '', busy = false } = before;
    return {
      ...{ en, ko, call: 'sender', event, settings },
      before: { vs, sent: pieces(sent), queue: pieces(queue), busy },
      wanted: {
        'sender.vs': after.vs,
        'sender.sent': after.sent ?? '',
        'sender.queue': after.queue ?? '',
        'sender.busy': after.busy ?? false,
        ...{ frames, timer },
      },
    };
  };

export const comes = (ns: number, letter: string) => ({
  kind: 'frame',
  control: { kind: 'I', ns, nr: 0, pf: false },
  information: octet(letter),
});

export const receiving =
  (settings: object) =>
  (
    [en, ko]: Titled,
    before: ReceiverFields,
    event: object,
    after: ReceiverFields,
    frames: string,
    delivered = '',
  ): Row => {
    const { vr, early = '', rejected = false, busy = false } = before;
    const kept = Array.from(early, (letter) => (letter === '.' ? undefined : octet(letter)));
    return {
      ...{ en, ko, call: 'receiver', event, settings },
      before: { vr, early: kept, rejected, busy },
      wanted: {
        'receiver.vr': after.vr,
        'receiver.early': after.early ?? '',
        'receiver.rejected': after.rejected ?? false,
        'receiver.busy': after.busy ?? false,
        ...{ delivered, frames },
      },
    };
  };

const s1 = sending(STOP_AND_WAIT);
const r1 = receiving(STOP_AND_WAIT);

export const STOP_AND_WAIT_ROWS: readonly Row[] = [
  s1(['the first piece', '첫 조각'], { vs: 0 }, send('A'), { vs: 1, sent: 'A' }, 'I0 A', TIMEOUT),
  s1(['a second while one is out', '하나가 나가 있을 때 둘째'], { vs: 1, sent: 'A' }, send('B'), {
    vs: 1,
    sent: 'A',
    queue: 'B',
  }),
  s1(
    ['RR 1: the first came, the second goes', 'RR 1: 첫째가 도착했으니 둘째를 보낸다'],
    { vs: 1, sent: 'A', queue: 'B' },
    heard('RR', 1),
    { vs: 2, sent: 'B' },
    'I1 B',
    TIMEOUT,
  ),
  s1(['RR 2: all came', 'RR 2: 모두 도착했다'], { vs: 2, sent: 'B' }, heard('RR', 2), { vs: 2 }),
  s1(
    ['no answer in time', '제때 답이 없다'],
    { vs: 1, sent: 'A', queue: 'B' },
    TIMER,
    { vs: 1, sent: 'A', queue: 'B' },
    'I0 A',
    TIMEOUT,
  ),
  s1(
    ['RR 0, which acknowledges nothing', '아무것도 확인하지 않는 RR 0'],
    { vs: 1, sent: 'A' },
    heard('RR', 0),
    { vs: 1, sent: 'A' },
  ),
  s1(
    ['RR 5, of a frame that was never sent', '보낸 적 없는 프레임에 대한 RR 5'],
    { vs: 1, sent: 'A', queue: 'B' },
    heard('RR', 5),
    { vs: 1, sent: 'A', queue: 'B' },
  ),
  s1(['a timer that is out of date', '때늦은 타이머'], { vs: 1 }, TIMER, { vs: 1 }),
  s1(
    ['0 comes after 7', '7 다음은 0'],
    { vs: 7 },
    send('H'),
    { vs: 0, sent: 'H' },
    'I7 H',
    TIMEOUT,
  ),
  s1(
    ['and RR 0 acknowledges it', '그리고 RR 0이 그것을 확인한다'],
    { vs: 0, sent: 'H', queue: 'I' },
    heard('RR', 0),
    { vs: 1, sent: 'I' },
    'I0 I',
    TIMEOUT,
  ),
  s1(
    ['UA is no acknowledgment', 'UA는 확인이 아니다'],
    { vs: 1, sent: 'A' },
    { kind: 'frame', control: { kind: 'UA', pf: true } },
    { vs: 1, sent: 'A' },
  ),
  r1(
    ['the frame whose turn it is', '차례가 된 프레임'],
    { vr: 0 },
    comes(0, 'A'),
    { vr: 1 },
    'RR1',
    'A',
  ),
  r1(
    ['the same once more: its RR was lost', '같은 것이 한 번 더: RR이 사라졌다'],
    { vr: 1 },
    comes(0, 'A'),
    { vr: 1 },
    'RR1',
  ),
  r1(['0 is next after 7', '7 다음 차례는 0'], { vr: 7 }, comes(7, 'H'), { vr: 0 }, 'RR0', 'H'),
  r1(
    ['SABM is no information', 'SABM은 정보가 아니다'],
    { vr: 2 },
    { kind: 'frame', control: { kind: 'SABM', pf: true }, information: NONE },
    { vr: 2 },
    '',
  ),
];

const sN = sending(GO_BACK_N);
const rN = receiving(GO_BACK_N);
const rWide = receiving(WIDE);

export const GO_BACK_N_ROWS: readonly Row[] = [
  sN(
    ['a third goes without waiting', '셋째도 기다리지 않고 나간다'],
    { vs: 2, sent: 'AB' },
    send('C'),
    { vs: 3, sent: 'ABC' },
    'I2 C',
    TIMEOUT,
  ),
  sN(['the window is full', '창이 가득 찼다'], { vs: 3, sent: 'ABC' }, send('D'), {
    vs: 3,
    sent: 'ABC',
    queue: 'D',
  }),
  sN(
    ['RR 2 acknowledges two, and makes room for two', 'RR 2가 둘을 확인해 두 자리가 난다'],
    { vs: 3, sent: 'ABC', queue: 'DEF' },
    heard('RR', 2),
    { vs: 5, sent: 'CDE', queue: 'F' },
    'I3 D, I4 E',
    TIMEOUT,
  ),
  sN(
    [
      'RR 1, and nothing waits: the timer begins anew',
      'RR 1, 기다리는 것 없음: 타이머는 새로 시작',
    ],
    { vs: 3, sent: 'ABC' },
    heard('RR', 1),
    { vs: 3, sent: 'BC' },
    '',
    TIMEOUT,
  ),
  sN(
    ['REJ 1: from 1 on all again, then what is new', 'REJ 1: 1부터 모두 다시, 그다음 새것'],
    { vs: 3, sent: 'ABC', queue: 'D' },
    heard('REJ', 1),
    { vs: 4, sent: 'BCD' },
    'I1 B, I2 C, I3 D',
    TIMEOUT,
  ),
  sN(
    ['REJ 3, when 0 to 2 are out: all came', '0에서 2가 나가 있을 때 REJ 3: 모두 도착'],
    { vs: 3, sent: 'ABC' },
    heard('REJ', 3),
    { vs: 3 },
  ),
  sN(
    ['no answer in time: all again', '제때 답이 없다: 모두 다시'],
    { vs: 3, sent: 'ABC', queue: 'D' },
    TIMER,
    { vs: 3, sent: 'ABC', queue: 'D' },
    'I0 A, I1 B, I2 C',
    TIMEOUT,
  ),
  sN(
    [
      'over the end of the numbers: 6, 7, 0 are out, RR 0',
      '번호의 끝을 넘어서: 6, 7, 0이 나가 있고 RR 0',
    ],
    { vs: 1, sent: 'ABC' },
    heard('RR', 0),
    { vs: 1, sent: 'C' },
    '',
    TIMEOUT,
  ),
  sN(
    ['RR 3 is nonsense then', '그때 RR 3은 말이 안 된다'],
    { vs: 1, sent: 'ABC' },
    heard('RR', 3),
    { vs: 1, sent: 'ABC' },
  ),
  rN(
    ['one is missing', '하나가 빠졌다'],
    { vr: 1 },
    comes(2, 'C'),
    { vr: 1, rejected: true },
    'REJ1',
  ),
  rN(
    ['and another behind it: REJ is said once', '그 뒤로 또 하나: REJ는 한 번만 말한다'],
    { vr: 1, rejected: true },
    comes(3, 'D'),
    { vr: 1, rejected: true },
    'RR1',
  ),
  rN(
    ['the missing one comes', '빠졌던 것이 온다'],
    { vr: 1, rejected: true },
    comes(1, 'B'),
    { vr: 2 },
    'RR2',
    'B',
  ),
  rN(['one that came already', '이미 온 것'], { vr: 1 }, comes(0, 'A'), { vr: 1 }, 'RR1'),
  rWide(
    ['window 7: the furthest that may come, 1 before 3', '창이 7: 올 수 있는 가장 먼 것, 3 앞의 1'],
    { vr: 3 },
    comes(1, 'X'),
    { vr: 3, rejected: true },
    'REJ3',
  ),
  rWide(
    ['window 7: 2 before 3 has come already', '창이 7: 3 앞의 2는 이미 왔다'],
    { vr: 3 },
    comes(2, 'X'),
    { vr: 3 },
    'RR3',
  ),
];
