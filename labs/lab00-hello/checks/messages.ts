/** The few messages that it takes to greet a board, as octets. */
import { concat } from '../../../src/base/octets.ts';
import { below, randomOctets } from '../../../src/base/random.ts';
import type { Check, Text } from '../../../src/lab/lab.ts';
import { item, octetsOf, openContent, openedContent, requestContent } from './line.ts';

const SESSION = 0x1234;
const NONCE = 0xdeadbeef;
const ADDRESS = octetsOf('024e4c000001');

/** Packed by Python's struct, as docs/control-protocol.md §2 has it. */
const OPEN = octetsOf('11 1234 00 00 1000 01 01 08 0635 deadbeef');

/** The payload is that of `frame opened` in test/vectors/control.txt. */
const OPENED = octetsOf(
  '12 1234 00 00 4000 01 20 0635 deadbeef 010e77353530302d6576622d7069636f 0205312e302e30 04051234567801 050400000003 070104 0906024e4c000001',
);

const IDENTITY = concat([item(1, 'a-board'), item(2, '1.0.0')]);

const NOT_OURS: readonly (readonly [content: Uint8Array, what: Text])[] = [
  [
    openedContent({ session: SESSION, nonce: NONCE, identity: IDENTITY, kind: 0x18 }),
    { en: 'another kind: a board that has just started', ko: '다른 종류: 막 켜진 보드' },
  ],
  [
    openedContent({ session: 0x1235, nonce: NONCE, identity: IDENTITY }),
    { en: "somebody else's session", ko: '다른 이의 세션' },
  ],
  [
    openedContent({ session: SESSION, nonce: 0xdeadbeee, identity: IDENTITY }),
    { en: 'an older nonce', ko: '예전 논스' },
  ],
  [
    openedContent({ session: SESSION, nonce: NONCE, identity: IDENTITY, version: 2 }),
    { en: 'version 2', ko: '버전 2' },
  ],
  [OPENED.slice(0, 14), { en: 'it ends in the middle of the nonce', ko: '논스 가운데서 끝남' }],
  [
    OPENED.slice(0, -1),
    { en: 'its last item leads past the end', ko: '마지막 항목이 끝을 넘어감' },
  ],
  [
    concat([OPENED, Uint8Array.of(1)]),
    { en: 'its last item is a type and no length', ko: '마지막 항목에 타입만 있고 길이가 없음' },
  ],
  [octetsOf('12 1234'), { en: 'three octets', ko: '세 옥텟' }],
];

export const opening: Check = {
  id: 'opening',
  title: { en: 'OPEN is asked, OPENED understood', ko: 'OPEN으로 묻고 OPENED를 알아듣는다' },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The README has a drawing of OPEN and of OPENED. Which fields have two octets, and which of them goes first?',
      ko: 'README에 OPEN과 OPENED의 그림이 있어요. 두 옥텟짜리 필드는 어느 것이고, 그중 어느 옥텟이 먼저인가요?',
    },
    {
      en: 'DataView has setUint16 and setUint32, which write the most significant octet first unless told otherwise. The identity is a list of items: type, length, value. Pass over types that you do not know.',
      ko: 'DataView의 setUint16과 setUint32는 따로 말하지 않으면 높은 옥텟을 먼저 써요. 신원은 항목의 목록이에요. 타입, 길이, 값. 모르는 타입은 건너뛰세요.',
    },
    {
      en: 'OPEN has 16 octets: kind at 0, session at 1, credit at 5, versions at 7 and 8, window at 9, longest message at 10, nonce at 12. In OPENED the version is at 7, the nonce at 11, the items begin at 15. Check that there are 15 octets before you read any. Then walk: type, length, value; if a value does not fit, it is undefined.',
      ko: 'OPEN은 16옥텟이에요. 종류는 0, 세션은 1, 크레딧은 5, 버전은 7과 8, 윈도우는 9, 가장 긴 메시지는 10, 논스는 12번 자리. OPENED에서는 버전이 7, 논스가 11, 항목은 15부터예요. 읽기 전에 15옥텟이 있는지 확인하세요. 그다음 타입, 길이, 값의 순서로 걸어가다가 값이 다 들어 있지 않으면 undefined예요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const asked = await steps.step(
      {
        en: 'encodeOpen: session 0x1234, nonce 0xdeadbeef',
        ko: 'encodeOpen: 세션 0x1234, 논스 0xdeadbeef',
      },
      () => learner.call('encodeOpen', SESSION, NONCE),
    );
    steps.expectOctets({ en: 'the content of OPEN', ko: 'OPEN의 내용' }, asked, OPEN);
    const [session, nonce] = [1 + below(rng, 0xffff), rng.next()];
    const other = await steps.step(
      { en: 'encodeOpen: numbers of chance', ko: 'encodeOpen: 무작위 수' },
      () => learner.call('encodeOpen', session, nonce),
    );
    steps.expectOctets(
      { en: 'the content of OPEN', ko: 'OPEN의 내용' },
      other,
      openContent(session, nonce),
    );
    const found = await steps.step(
      { en: 'decodeOpened: a board answers', ko: 'decodeOpened: 보드의 답' },
      () => learner.call('decodeOpened', OPENED, SESSION, NONCE),
    );
    steps.expectFields({ en: 'who it is', ko: '누구인지' }, found, {
      board: 'w5500-evb-pico',
      firmware: '1.0.0',
      address: ADDRESS,
    });
    const modest = await steps.step(
      {
        en: 'decodeOpened: unknown items first, then a board without an address',
        ko: 'decodeOpened: 모르는 항목이 먼저, 그리고 주소 없는 보드',
      },
      () => {
        const identity = concat([
          item(77, randomOctets(rng, 9)),
          item(200, ''),
          item(1, 'a-board'),
        ]);
        return learner.call(
          'decodeOpened',
          openedContent({ session, nonce, identity }),
          session,
          nonce,
        );
      },
    );
    steps.expectFields({ en: 'who it is', ko: '누구인지' }, modest, {
      board: 'a-board',
      firmware: '',
      address: undefined,
    });
    for (const [content, what] of NOT_OURS) {
      const given = await steps.step(
        { en: `decodeOpened: ${what.en}`, ko: `decodeOpened: ${what.ko}` },
        () => learner.call('decodeOpened', content, SESSION, NONCE),
      );
      steps.expectEqual(
        { en: 'not the answer to our OPEN', ko: '우리 OPEN의 답이 아니다' },
        given,
        undefined,
      );
    }
  },
};

const response = (hex: string): Uint8Array => octetsOf(`13 1234 05 01 1000 ${hex}`);

const NO_RESPONSE: readonly (readonly [content: Uint8Array, what: Text])[] = [
  [octetsOf('14 1234 05 01 1000'), { en: 'an ACK', ko: 'ACK' }],
  [
    octetsOf('13 4321 05 01 1000 82 07 00'),
    { en: "somebody else's session", ko: '다른 이의 세션' },
  ],
  [
    response('21 00 ffff'),
    { en: 'an event: no top bit in its op', ko: '이벤트: op의 최상위 비트가 0' },
  ],
  [response('82 07'), { en: 'no room for a status', ko: '상태가 들어갈 자리가 없음' }],
  [octetsOf('13'), { en: 'one octet', ko: '옥텟 하나' }],
];

export const requests: Check = {
  id: 'requests',
  title: { en: 'Requests are made, responses read', ko: '요청을 만들고 응답을 읽는다' },
  points: 4,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'A DATA frame has the same seven octets in front as OPEN. What stands behind them?',
      ko: 'DATA 프레임도 앞의 일곱 옥텟은 OPEN과 같아요. 그 뒤에는 무엇이 서 있나요?',
    },
    {
      en: 'A request: op, tag, body. A response: the same op with its top bit set, the same tag, a status, the result. A bit is taken off with & or by subtracting its value.',
      ko: '요청은 op, 태그, 본문. 응답은 최상위 비트를 세운 같은 op, 같은 태그, 상태, 결과예요. 비트는 &로 지우거나 그 값을 빼면 돼요.',
    },
    {
      en: 'Write the header once, in a function of its own, for both kinds. For a response ask first whether there are ten octets; then kind, session, top bit; then read seq at 3, op at 7, tag at 8, status at 9, and the rest is the result.',
      ko: '헤더는 함수 하나로 따로 만들어 두 종류에 함께 쓰세요. 응답은 먼저 열 옥텟이 있는지, 그다음 종류, 세션, 최상위 비트를 보세요. seq는 3, op는 7, 태그는 8, 상태는 9번 자리이고 나머지가 결과예요.',
    },
  ],
  async run({ learner, rng }, steps) {
    const rows: readonly (readonly [op: number, body: Uint8Array, what: Text])[] = [
      [1, new Uint8Array(0), { en: 'IDENTIFY, which has no body', ko: '본문 없는 IDENTIFY' }],
      [2, octetsOf('68656c6c6f'), { en: 'ECHO of “hello”', ko: '"hello"의 ECHO' }],
      [
        2,
        randomOctets(rng, 40),
        { en: 'ECHO of forty octets of chance', ko: '무작위 40옥텟의 ECHO' },
      ],
    ];
    for (const [i, [op, body, what]] of rows.entries()) {
      const request = {
        session: SESSION,
        seq: 254 + i > 255 ? 0 : 254 + i,
        ack: 3 + i,
        op,
        tag: 7 + i,
        body,
      };
      const given = await steps.step(
        { en: `encodeRequest: ${what.en}`, ko: `encodeRequest: ${what.ko}` },
        () => learner.call('encodeRequest', request),
      );
      steps.expectOctets(
        { en: 'the content of DATA', ko: 'DATA의 내용' },
        given,
        requestContent(request),
      );
    }
    const answer = await steps.step(
      { en: 'decodeResponse: ECHO, tag 7, status 0', ko: 'decodeResponse: ECHO, 태그 7, 상태 0' },
      () => learner.call('decodeResponse', response('82 07 00 68656c6c6f'), SESSION),
    );
    steps.expectFields({ en: 'what was answered', ko: '답한 것' }, answer, {
      seq: 5,
      op: 2,
      tag: 7,
      status: 0,
      result: octetsOf('68656c6c6f'),
    });
    const refusal = await steps.step(
      {
        en: 'decodeResponse: status 1, unknown op, and no result',
        ko: 'decodeResponse: 상태 1, 모르는 op, 결과 없음',
      },
      () => learner.call('decodeResponse', response('ff 09 01'), SESSION),
    );
    steps.expectFields({ en: 'what was answered', ko: '답한 것' }, refusal, {
      seq: 5,
      op: 0x7f,
      tag: 9,
      status: 1,
      result: new Uint8Array(0),
    });
    for (const [content, what] of NO_RESPONSE) {
      const given = await steps.step(
        { en: `decodeResponse: ${what.en}`, ko: `decodeResponse: ${what.ko}` },
        () => learner.call('decodeResponse', content, SESSION),
      );
      steps.expectEqual({ en: 'no response of ours', ko: '우리 응답이 아니다' }, given, undefined);
    }
  },
};
