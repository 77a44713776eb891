import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPacket } from '../../base/packet.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import { address } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import { writeFrameHeader } from './ethernet-output.ts';
import { FRONT_LENGTH, Front } from './front.ts';
import { Interface } from './interface.ts';
import { mac } from './test-bench.ts';

const START = 14;
const DATAGRAM = START + 14;
const TIME_TO_LIVE = 64;

const word = fc.integer({ min: 0, max: 0xffff_ffff });

describe('what stands in front of a segment', () => {
  it('is what the ordinary way writes, whatever its length, number and traffic class', () => {
    fc.assert(
      fc.property(
        word,
        word,
        fc.nat(0xffff - 20),
        fc.nat(0xff),
        fc.nat(0xffff),
        (source, destination, length, trafficClass, identification) => {
          const device = new Interface(0, { name: 'eth0', hardware: mac(1) });
          const [from, to] = [address(source), address(destination)];
          const ordinary = (l: number, c: number, id: number): Uint8Array => {
            const p = newPacket(START + FRONT_LENGTH);
            const df = ipv4.DONT_FRAGMENT;
            ipv4.write(p, DATAGRAM, 0, l, c, id, df, TIME_TO_LIVE, 6, from, to);
            expect(writeFrameHeader(device, p, DATAGRAM, mac(2), TYPE.ipv4)).toBe(START);
            return p.octets;
          };
          const first = newPacket(START + FRONT_LENGTH);
          first.octets.set(ordinary(1, 0, 0xffff));
          const front = new Front(first, START);
          front.write(first, START, length, trafficClass, identification);
          expect(first.octets).toEqual(ordinary(length, trafficClass, identification));
        },
      ),
    );
  });
});
