import type { Lab } from '../../src/lab/lab.ts';
import { bpduDecode, bpduEncode } from './checks/bpdu.ts';
import { anyFrame, anyNetwork } from './checks/hidden.ts';
import { kept, relay } from './checks/relay.ts';
import { ring, sameTree } from './checks/ring.ts';
import { bounds, table } from './checks/table.ts';
import { messages, states } from './checks/timers.ts';
import { roles, vectors } from './checks/vectors.ts';
import { tags, vlans } from './checks/vlan.ts';
import { learnsOnTheWire, loopOnTheWire } from './checks/wire.ts';

export const lab: Lab = {
  id: 'lab06',
  name: 'lab06-bridges',
  title: { en: 'Bridges and switches', ko: '브리지와 스위치' },
  layer: { en: 'data link', ko: '데이터 링크' },
  fixtures: ['segments:3'],
  entry: 'bridge.ts',
  checks: [
    table,
    bounds,
    relay,
    kept,
    tags,
    vlans,
    bpduDecode,
    bpduEncode,
    vectors,
    roles,
    states,
    messages,
    ring,
    sameTree,
    learnsOnTheWire,
    loopOnTheWire,
    anyNetwork,
    anyFrame,
  ],
};
