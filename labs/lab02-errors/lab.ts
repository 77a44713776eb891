import type { Lab } from '../../src/lab/lab.ts';
import { fcsCheck, fcsMade, remainder16, remainder32 } from './checks/crc.ts';
import { hammingMends, hammingTwo, hammingWords } from './checks/hamming.ts';
import { anyBlock, anyWord } from './checks/hidden.ts';
import { bursts, undetected } from './checks/noise.ts';
import { internetChecksum, parity } from './checks/sums.ts';
import { overTheWire } from './checks/wire.ts';

export const lab: Lab = {
  id: 'lab02',
  name: 'lab02-errors',
  title: { en: 'Finding and mending errors', ko: '오류를 찾고 고치기' },
  layer: { en: 'data link', ko: '데이터 링크' },
  fixtures: ['jumper:tx-rx'],
  entry: 'errors.ts',
  checks: [
    parity,
    internetChecksum,
    remainder16,
    remainder32,
    fcsMade,
    fcsCheck,
    hammingWords,
    hammingMends,
    hammingTwo,
    bursts,
    undetected,
    overTheWire,
    anyBlock,
    anyWord,
  ],
};
