import type { Lab } from '../../src/lab/lab.ts';
import { flowControl, goBackN, selectiveRepeat, stopAndWait } from './checks/arq.ts';
import { deframing, stuffing } from './checks/bits.ts';
import { control, frame } from './checks/fields.ts';
import { anyFrame, anyLoss } from './checks/hidden.ts';
import { efficiency, exactlyOnce, lostFrame } from './checks/loss.ts';
import { overTheWire } from './checks/wire.ts';

export const lab: Lab = {
  id: 'lab05',
  name: 'lab05-reliable-link',
  title: { en: 'A reliable link', ko: '믿을 수 있는 링크' },
  layer: { en: 'data link', ko: '데이터 링크' },
  fixtures: ['jumper:tx-rx'],
  uses: [{ lab: 'lab02', as: 'import' }],
  entry: 'link.ts',
  checks: [
    stuffing,
    deframing,
    control,
    frame,
    stopAndWait,
    goBackN,
    selectiveRepeat,
    flowControl,
    lostFrame,
    exactlyOnce,
    efficiency,
    overTheWire,
    anyFrame,
    anyLoss,
  ],
};
