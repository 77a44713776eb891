/**
 * What a CSMA/CD station does, arrow by arrow. Of an idle station `collisions` is nobody's business: some count from 0
 * when a frame has ended, others when the next one begins.
 */

export const FRAME = 12_000;
const NOTHING = { timer: undefined, transmit: undefined, result: undefined };
type State = 'idle' | 'deferring' | 'gap' | 'sending' | 'jamming' | 'backing-off';
const station = (state: State, collisions = 0, carrier = false) => ({ state, collisions, carrier });

const FRAME_COMES = { kind: 'frame' };
const TIMER = { kind: 'timer' };
const OTHER_BEGINS = { kind: 'carrier', present: true };
const OTHER_ENDS = { kind: 'carrier', present: false };

export type Row = readonly [
  en: string,
  ko: string,
  /** Undefined: the station that the row before led to. */
  before: object | undefined,
  event: object,
  chance: number,
  wanted: object,
];

export const DEFERS: readonly Row[] = [
  [
    'a frame, and silence',
    '프레임, 그리고 정적',
    station('idle'),
    FRAME_COMES,
    0,
    { ...NOTHING, station: station('gap'), timer: 96 },
  ],
  [
    'a frame while another is heard',
    '남의 소리가 들리는데 생긴 프레임',
    station('idle', 0, true),
    FRAME_COMES,
    0,
    { ...NOTHING, station: station('deferring', 0, true) },
  ],
  [
    'the other has ended',
    '남이 끝났다',
    station('deferring', 0, true),
    OTHER_ENDS,
    0,
    { ...NOTHING, station: station('gap'), timer: 96 },
  ],
  [
    'the gap is over',
    '간격이 끝났다',
    station('gap'),
    TIMER,
    0,
    { ...NOTHING, station: station('sending'), timer: FRAME, transmit: 'frame' },
  ],
  [
    'another begins within the gap',
    '간격 중에 남이 시작했다',
    station('gap', 2),
    OTHER_BEGINS,
    0,
    { ...NOTHING, station: station('deferring', 2, true) },
  ],
  [
    'a timer that is out of date',
    '때늦은 타이머',
    station('deferring', 0, true),
    TIMER,
    0,
    { ...NOTHING, station: station('deferring', 0, true) },
  ],
  [
    'another is heard while there is nothing to send',
    '보낼 것이 없을 때 남의 소리가 들린다',
    station('idle'),
    OTHER_BEGINS,
    0,
    { ...NOTHING, station: station('idle', 0, true) },
  ],
  [
    'and falls silent',
    '그리고 조용해졌다',
    station('idle', 0, true),
    OTHER_ENDS,
    0,
    { ...NOTHING, station: station('idle') },
  ],
  [
    'a second frame while one is in hand',
    '하나를 다루는 중에 온 두 번째 프레임',
    station('gap', 1),
    FRAME_COMES,
    0,
    { ...NOTHING, station: station('gap', 1) },
  ],
  [
    'all bits are out, after a collision',
    '한 번 충돌한 뒤 모든 비트가 나갔다',
    station('sending', 1),
    TIMER,
    0,
    { ...NOTHING, station: { state: 'idle', carrier: false }, result: 'sent' },
  ],
  [
    'the next frame begins with no collisions',
    '다음 프레임은 충돌 0에서 시작한다',
    undefined,
    FRAME_COMES,
    0,
    { ...NOTHING, station: station('gap'), timer: 96 },
  ],
];

export const COLLIDES: readonly Row[] = [
  [
    'another begins while this one sends',
    '보내는 중에 남이 시작했다',
    station('sending'),
    OTHER_BEGINS,
    0,
    { ...NOTHING, station: station('jamming', 1, true), timer: 32, transmit: 'jam' },
  ],
  [
    'for the fourth time',
    '네 번째로',
    station('sending', 3),
    OTHER_BEGINS,
    0,
    { ...NOTHING, station: station('jamming', 4, true), timer: 32, transmit: 'jam' },
  ],
  [
    'the other ends while this one jams',
    '잼을 보내는 중에 남이 끝났다',
    station('jamming', 1, true),
    OTHER_ENDS,
    0,
    { ...NOTHING, station: station('jamming', 1) },
  ],
  [
    'the jam is out: chance takes the upper of two slots',
    '잼이 나갔다: 우연이 두 슬롯 중 뒤의 것을 골랐다',
    station('jamming', 1),
    TIMER,
    0.75,
    { ...NOTHING, station: station('backing-off', 1), timer: 512 },
  ],
  [
    'chance takes slot 0',
    '우연이 슬롯 0을 골랐다',
    station('jamming', 1),
    TIMER,
    0.25,
    { ...NOTHING, station: station('backing-off', 1), timer: 0 },
  ],
  [
    'after the third, slot 5 of 8',
    '세 번째 뒤, 여덟 중 다섯 번 슬롯',
    station('jamming', 3),
    TIMER,
    0.7,
    { ...NOTHING, station: station('backing-off', 3), timer: 2560 },
  ],
  [
    'the sixteenth was the last',
    '열여섯 번째가 마지막이었다',
    station('jamming', 16, true),
    TIMER,
    0.5,
    { ...NOTHING, station: { state: 'idle', carrier: true }, result: 'failed' },
  ],
  [
    'the frame after that begins with no collisions',
    '그다음 프레임은 충돌 0에서 시작한다',
    undefined,
    FRAME_COMES,
    0,
    { ...NOTHING, station: station('deferring', 0, true) },
  ],
  [
    'another is heard while this one backs off',
    '물러난 동안 남의 소리가 들린다',
    station('backing-off', 2),
    OTHER_BEGINS,
    0,
    { ...NOTHING, station: station('backing-off', 2, true) },
  ],
  [
    'the backoff is over, and another speaks',
    '백오프가 끝났는데 남이 말하고 있다',
    station('backing-off', 2, true),
    TIMER,
    0,
    { ...NOTHING, station: station('deferring', 2, true) },
  ],
  [
    'the backoff is over, and all are silent',
    '백오프가 끝났고 모두 조용하다',
    station('backing-off', 2),
    TIMER,
    0,
    { ...NOTHING, station: station('gap', 2), timer: 96 },
  ],
];
