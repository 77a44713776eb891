import { describe, expect, it } from 'vitest';
import { accepts } from './accept.ts';
import { BROADCAST, parse } from './address.ts';

const OWN = '02-00-00-00-00-01';
const JOINED = '01-00-5e-00-00-fb';
const octets = (text: string) => parse(text) ?? new Uint8Array();

describe('address recognition (IEEE 802.3 §4.2.9)', () => {
  it.each([
    ['a frame to itself', OWN, { alone: true, joined: true, promiscuous: true }],
    ['a broadcast', 'ff-ff-ff-ff-ff-ff', { alone: true, joined: true, promiscuous: true }],
    ['a group that it joined', JOINED, { alone: false, joined: true, promiscuous: true }],
    ['another group', '01-00-5e-00-00-fc', { alone: false, joined: false, promiscuous: true }],
    ['another station', '02-00-00-00-00-02', { alone: false, joined: false, promiscuous: true }],
  ])('%s', (_name, destination, expected) => {
    const alone = { address: octets(OWN), groups: [], promiscuous: false };
    const joined = { ...alone, groups: [octets('01-00-5e-00-00-01'), octets(JOINED)] };
    const to = octets(destination);
    expect({
      alone: accepts(alone, to),
      joined: accepts(joined, to),
      promiscuous: accepts({ ...alone, promiscuous: true }, to),
    }).toEqual(expected);
  });

  it('takes broadcast for no group address of its own', () => {
    const station = { address: octets(OWN), groups: [BROADCAST], promiscuous: false };
    expect(accepts(station, octets('01-00-5e-00-00-01'))).toBe(false);
  });
});
