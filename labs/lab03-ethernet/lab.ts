import type { Lab } from '../../src/lab/lab.ts';
import { addressBits, addresses } from './checks/addresses.ts';
import { decode, lengthField, refusals } from './checks/decoding.ts';
import { ethernetII, llc, padding, snap } from './checks/encoding.ts';
import { filter } from './checks/filter.ts';
import { anyAddress, anyFrame, anyOctets } from './checks/hidden.ts';
import { roundTrip, volley } from './checks/wire.ts';

export const lab: Lab = {
  id: 'lab03',
  name: 'lab03-ethernet',
  title: { en: 'Ethernet', ko: '이더넷' },
  layer: { en: 'data link', ko: '데이터 링크' },
  fixtures: ['cable:peer'],
  uses: [{ lab: 'lab00', as: 'carrier' }],
  entry: 'ethernet.ts',
  checks: [
    addresses,
    addressBits,
    ethernetII,
    padding,
    llc,
    snap,
    decode,
    lengthField,
    refusals,
    filter,
    roundTrip,
    volley,
    anyAddress,
    anyFrame,
    anyOctets,
  ],
};
