import type { Lab } from '../../src/lab/lab.ts';
import { damage, frame } from './checks/frames.ts';
import { echo, greet, throughNoise } from './checks/greeting.ts';
import { anyFrame } from './checks/hidden.ts';
import { opening, requests } from './checks/messages.ts';
import { errorRate } from './checks/noise.ts';
import { cobsDecode, cobsEncode, hex } from './checks/octets.ts';
import { bounded, pieces, resync } from './checks/stream.ts';

export const lab: Lab = {
  id: 'lab00',
  name: 'lab00-hello',
  title: { en: 'Hello, board', ko: '안녕, 보드' },
  layer: { en: 'the serial line', ko: '시리얼 선' },
  fixtures: ['serial'],
  entry: 'hello.ts',
  carrier: {
    begin: async (learner) => {
      await learner.call('begin');
    },
    receive: (learner, octets) => learner.call('receive', octets),
  },
  checks: [
    hex,
    cobsEncode,
    cobsDecode,
    frame,
    damage,
    pieces,
    resync,
    bounded,
    errorRate,
    opening,
    requests,
    greet,
    echo,
    throughNoise,
    anyFrame,
  ],
};
