import type { Lab } from '../../src/lab/lab.ts';
import { alohaCurve, alohaSteps } from './checks/aloha.ts';
import { channel, slots } from './checks/channel.ts';
import { backoff, csmaBusy, csmaCollides, csmaDefers } from './checks/csma.ts';
import { anyRun, anyStarts } from './checks/hidden.ts';
import { hears, listens, onTheWire } from './checks/wire.ts';

export const lab: Lab = {
  id: 'lab04',
  name: 'lab04-sharing',
  title: { en: 'Sharing the medium', ko: '매체를 나눠 쓰기' },
  layer: { en: 'data link', ko: '데이터 링크' },
  fixtures: ['boards:2'],
  entry: 'sharing.ts',
  checks: [
    channel,
    slots,
    alohaCurve,
    alohaSteps,
    backoff,
    csmaDefers,
    csmaCollides,
    csmaBusy,
    listens,
    hears,
    onTheWire,
    anyStarts,
    anyRun,
  ],
};
