import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../base/octets.ts';
import { format } from '../../stack/network/ip/address.ts';
import { NO_FLAGS } from '../language/packet.ts';
import { decodeDatagram, encodeDatagram } from './datagram.ts';
import { decodeSegment, encodeSegment, type Segment, type WireOption } from './segment.ts';

/** A SYN that Linux 6.18 sent into a TUN device, from 192.0.2.1 to 192.0.2.2. */
const LINUX_SYN = fromHex(`
  45 00 00 3c a3 2e 40 00 40 06 13 8a c0 00 02 01 c0 00 02 02
  82 e2 00 07 f5 bf 59 10 00 00 00 00 a0 02 fa f0 14 08 00 00
  02 04 05 b4 04 02 08 0a 9c f0 46 56 00 00 00 00 01 03 03 0a`) as Uint8Array;

const SYN: Segment = {
  protocol: 'tcp',
  sourcePort: 33_506,
  destinationPort: 7,
  sequence: 0xf5bf5910,
  acknowledgment: 0,
  flags: { ...NO_FLAGS, syn: true },
  reserved: 0,
  window: 64_240,
  urgent: 0,
  options: [
    { kind: 'mss', value: 1460 },
    { kind: 'sackOK' },
    { kind: 'timestamp', value: 0x9cf04656, echo: 0 },
    { kind: 'nop' },
    { kind: 'wscale', value: 10 },
  ],
  payload: new Uint8Array(),
};

describe('segments', () => {
  it('reads a SYN of Linux, its checksum too', () => {
    const decoded = decodeDatagram(LINUX_SYN);
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
    expect(decoded.value.transport).toEqual(SYN);
    expect(format(decoded.value.source)).toBe('192.0.2.1');
    expect(decoded.value).toMatchObject({ timeToLive: 64, trafficClass: 0 });
  });

  it('writes the same octets behind the IP header', () => {
    const decoded = decodeDatagram(LINUX_SYN);
    if (!decoded.ok) throw new Error('unread');
    expect(encodeDatagram(decoded.value).subarray(20)).toEqual(LINUX_SYN.subarray(20));
  });

  it('sees every octet that was changed', () => {
    for (let at = 0; at < LINUX_SYN.length; at++) {
      const changed = LINUX_SYN.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(decodeDatagram(changed).ok, `octet ${at}`).toBe(false);
    }
  });

  const option = fc.oneof<fc.Arbitrary<WireOption>[]>(
    fc.constantFrom<WireOption>({ kind: 'nop' }, { kind: 'sackOK' }),
    fc.record({ kind: fc.constant('mss' as const), value: fc.nat(0xffff) }),
    fc.record({ kind: fc.constant('wscale' as const), value: fc.nat(0xff) }),
    fc.record({
      kind: fc.constant('timestamp' as const),
      value: fc.nat(0x7fff_ffff),
      echo: fc.nat(0x7fff_ffff),
    }),
    fc.record({
      kind: fc.constant('sack' as const),
      blocks: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      kind: fc.constant('md5' as const),
      digest: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    }),
    fc.record({
      kind: fc.constant('fast-open' as const),
      cookie: fc.uint8Array({ maxLength: 16 }),
      experimental: fc.boolean(),
    }),
  );

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(option, fc.nat(0xffff), fc.uint8Array({ maxLength: 40 }), (o, sum, payload) => {
        const bare = encodeSegment({ ...SYN, options: [] }, 0).length;
        const pad: WireOption[] = [];
        let octets: Uint8Array | undefined;
        for (let i = 0; i < 4 && octets === undefined; i++) {
          try {
            octets = encodeSegment({ ...SYN, options: [...pad, o], payload }, sum);
          } catch {
            pad.push({ kind: 'nop' });
          }
        }
        if (octets === undefined || octets.length - payload.length - bare > 40) return;
        const decoded = decodeSegment(octets, sum);
        expect(decoded.ok && decoded.value).toEqual({ ...SYN, options: [...pad, o], payload });
      }),
    );
  });

  it('shows padding as what it is', () => {
    const eol: WireOption = { kind: 'eol' };
    const options: WireOption[] = [{ kind: 'sackOK' }, eol, eol];
    const decoded = decodeSegment(encodeSegment({ ...SYN, options }, 0), 0);
    expect(decoded.ok && decoded.value.options).toEqual(options);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (octets, six) => {
        if (octets.length > 0) octets[0] = six ? 0x60 : 0x45;
        decodeDatagram(octets);
        decodeSegment(octets, 0);
      }),
    );
  });
});
