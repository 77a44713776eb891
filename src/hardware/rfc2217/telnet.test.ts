import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../base/octets.ts';
import {
  encodeNegotiation,
  encodeSubnegotiation,
  escapeData,
  SUBNEGOTIATION_MAX,
  TELNET,
  TelnetDecoder,
} from './telnet.ts';

interface Seen {
  data: number[];
  said: string[];
  faults: number;
}

function seen(...chunks: readonly Uint8Array[]): Seen {
  const all: Seen = { data: [], said: [], faults: 0 };
  const decoder = new TelnetDecoder({
    handleData: (octets) => all.data.push(...octets),
    handleNegotiation: (verb, option) => all.said.push(`${verb} ${option}`),
    handleSubnegotiation: (option, octets) => all.said.push(`SB ${option} ${toHex(octets)}`),
    handleFault: () => {
      all.faults += 1;
    },
  });
  for (const chunk of chunks) decoder.handleOctets(chunk);
  return all;
}

const octets = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0);

describe('a Telnet stream', () => {
  // The octets are RFC 854's and RFC 855's: IAC 255, SB 250, WILL 251, DO 253, SE 240.
  it.each([
    ['data passes', '41 42', { data: [0x41, 0x42] }],
    ['IAC IAC is one octet 255', '41 ff ff 42', { data: [0x41, 0xff, 0x42] }],
    ['DO BINARY', 'ff fd 00 41', { data: [0x41], said: ['253 0'] }],
    ['WONT ECHO', 'ff fc 01', { said: ['252 1'] }],
    ['NOP says nothing', '41 ff f1 42', { data: [0x41, 0x42] }],
    ['a subnegotiation', 'ff fa 2c 01 00 00 25 80 ff f0', { said: ['SB 44 0100002580'] }],
    ['255 inside one is doubled', 'ff fa 2c 01 ff ff ff f0', { said: ['SB 44 01ff'] }],
    ['one without an option is a fault', 'ff fa ff f0 41', { data: [0x41], faults: 1 }],
    [
      'one that another command cuts off',
      'ff fa 2c 01 ff fd 00 41',
      { data: [0x41], said: ['253 0'], faults: 1 },
    ],
  ])('%s', (_, hex, expected) => {
    expect(seen(octets(hex))).toEqual({ data: [], said: [], faults: 0, ...expected });
  });

  it('does not read a subnegotiation that is too long, and goes on behind it', () => {
    const long = new Uint8Array(SUBNEGOTIATION_MAX + 1).fill(7);
    const end = Uint8Array.of(TELNET.IAC, TELNET.SE, 0x41);
    const read = seen(Uint8Array.of(TELNET.IAC, TELNET.SB, 44), long, end);
    expect(read).toEqual({ data: [0x41], said: [], faults: 1 });
  });

  it('reads the longest that is allowed', () => {
    const longest = new Uint8Array(SUBNEGOTIATION_MAX).fill(0xff);
    const read = seen(encodeSubnegotiation(44, longest));
    expect(read.said).toEqual([`SB 44 ${toHex(longest)}`]);
  });

  it('gives back what was escaped, however it is cut', () => {
    const loaded = fc
      .uint8Array({ maxLength: 60 })
      .map((each) => each.map((o) => (o < 90 ? 255 : o)));
    fc.assert(
      fc.property(loaded, fc.integer({ min: 1, max: 9 }), (data, size) => {
        const sent = concat([
          escapeData(data),
          encodeNegotiation(TELNET.DO, 44),
          encodeSubnegotiation(44, data),
          escapeData(data),
        ]);
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < sent.length; at += size) chunks.push(sent.subarray(at, at + size));
        expect(seen(...chunks)).toEqual({
          data: [...data, ...data],
          said: ['253 44', `SB 44 ${toHex(data)}`],
          faults: 0,
        });
      }),
    );
  });

  it('takes any octets, and says the same of them in one piece and one by one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const single = [...noise].map((octet) => Uint8Array.of(octet));
        expect(seen(...single)).toEqual(seen(noise));
      }),
    );
  });
});
