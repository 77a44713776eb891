import type { Lab } from '../../src/lab/lab.ts';
import { groupsDecode, groupsEncode, mlt3 } from './checks/block-codes.ts';
import { driftingClock, jitter, steadyClock } from './checks/clock.ts';
import { manchesterDecode, manchesterEncode, nrzi } from './checks/codes.ts';
import { anyBits, anyPacket } from './checks/hidden.ts';
import { frameReceived, frameSent } from './checks/packets.ts';
import { overTheWire } from './checks/wire.ts';

export const lab: Lab = {
  id: 'lab01',
  name: 'lab01-bits',
  title: { en: 'Bits on a wire', ko: '전선 위의 비트' },
  layer: { en: 'physical', ko: '물리' },
  fixtures: ['jumper:tx-rx'],
  // Edges within 1.2 µs of where they belong: an eighth of a cell of 10 µs.
  wire: { jitter: 300 },
  entry: 'bits.ts',
  checks: [
    manchesterEncode,
    manchesterDecode,
    nrzi,
    groupsEncode,
    groupsDecode,
    mlt3,
    steadyClock,
    driftingClock,
    jitter,
    frameSent,
    frameReceived,
    overTheWire,
    anyBits,
    anyPacket,
  ],
};
