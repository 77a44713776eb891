import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromAscii, fromHex, toHex } from '../../../base/octets.ts';
import { address, parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import { decodeDomainSearch, encodeDomainSearch } from './domain-search.ts';
import { decode, encode, HEADER_LENGTH, type Message } from './message.ts';
import { OPTION } from './options.ts';
import { decodeRoutes, encodeRoutes } from './routes.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const ip = (text: string) => parse(text) ?? UNSPECIFIED;
const MAC = hex('020000000002');
const COOKIE = '63825363';

/** The fields up to chaddr, 192 octets of sname and file, and what follows. */
const message = (head: string, rest: string, names = ''): Uint8Array => {
  const octets = new Uint8Array(236 + hex(rest).length);
  octets.set(hex(head));
  octets.set(hex(names), 44);
  octets.set(hex(rest), 236);
  return octets;
};

// A DISCOVER of udhcpc 1.35.0 and the OFFER that dnsmasq 2.90 made to dhclient 4.4.3.
const DISCOVER = message(
  '01010600e4420d2f 0000 0000 00000000 00000000 00000000 00000000 020000000002',
  `${COOKIE} 350101 39020240 37070103060c0f1c2a 0c0562656e6368
   3c0c756468637020312e33352e30 3d0701020000000002 ff 00000000000000000000000000`,
);
const OFFER = message(
  '02010600e9a0c66b 0000 0000 00000000 c0000268 c0000201 00000000 020000000002',
  `${COOKIE} 350102 3604c0000201 33040000 1c20 3a0400000e10 3b040000189c 0104ffffff00 1c04c00002ff
   0f0b6c61622e6578616d706c65 1a020578 7713036c6162076578616d706c650003656e67c000
   790b080ac000020900c0000201 0608c0000201c0000203 0304c0000201 ff`,
);
const ROUTES = '080ac000020900c0000201';
const SEARCH = '036c6162076578616d706c650003656e67c000';

const base: Message = {
  op: 1,
  hardwareType: 1,
  hops: 0,
  xid: 0,
  secs: 0,
  broadcast: false,
  ciaddr: UNSPECIFIED,
  yiaddr: UNSPECIFIED,
  siaddr: UNSPECIFIED,
  giaddr: UNSPECIFIED,
  chaddr: MAC,
  sname: new Uint8Array(),
  file: new Uint8Array(),
  options: new Map(),
};
const options = (list: readonly (readonly [number, string])[]): ReadonlyMap<number, Uint8Array> =>
  new Map(list.map(([code, text]) => [code, hex(text)]));

const discover: Message = {
  ...base,
  xid: 0xe4420d2f,
  options: options([
    [OPTION.messageType, '01'],
    [OPTION.maximumMessageSize, '0240'],
    [OPTION.parameterRequestList, '0103060c0f1c2a'],
    [OPTION.hostName, '62656e6368'],
    [60, '756468637020312e33352e30'],
    [OPTION.clientIdentifier, '01020000000002'],
  ]),
};
const offer: Message = {
  ...base,
  op: 2,
  xid: 0xe9a0c66b,
  yiaddr: ip('192.0.2.104'),
  siaddr: ip('192.0.2.1'),
  options: options([
    [OPTION.messageType, '02'],
    [OPTION.serverIdentifier, 'c0000201'],
    [OPTION.leaseTime, '00001c20'],
    [OPTION.renewalTime, '00000e10'],
    [OPTION.rebindingTime, '0000189c'],
    [OPTION.subnetMask, 'ffffff00'],
    [OPTION.broadcastAddress, 'c00002ff'],
    [OPTION.domainName, '6c61622e6578616d706c65'],
    [OPTION.interfaceMtu, '0578'],
    [OPTION.domainSearch, SEARCH],
    [OPTION.classlessRoutes, ROUTES],
    [OPTION.domainNameServer, 'c0000201c0000203'],
    [OPTION.router, 'c0000201'],
  ]),
};

describe('DHCP message (RFC 2131 §2)', () => {
  it.each([
    ['DISCOVER of udhcpc', DISCOVER, discover],
    ['OFFER of dnsmasq', OFFER, offer],
  ])('decodes and encodes the %s', (_name, octets, value) => {
    expect(decode(octets)).toEqual({ ok: true, value });
    const own = encode(value);
    // What is behind the end of the options is padding, of which udhcpc has its own measure.
    const length = Math.max(own.length, octets.length);
    const padded = (some: Uint8Array) =>
      toHex(concat([some, new Uint8Array(length - some.length)]));
    expect(padded(own)).toBe(padded(octets));
  });

  it('is sent with 300 octets at least (RFC 1542 §2.1)', () => {
    expect(encode(base)).toHaveLength(300);
  });

  const bad = (field: string, value: number) => ({
    ok: false,
    error: { code: 'bad-field', protocol: 'dhcp', field, value },
  });
  const cut = (need: number, have: number) => ({
    ok: false,
    error: { code: 'truncated', protocol: 'dhcp', need, have },
  });
  it.each([
    ['239 octets', OFFER.subarray(0, 239), cut(240, 239)],
    ['a hardware address of 17 octets', OFFER.with(2, 17), bad('hlen', 17)],
    ['BOOTP without the cookie', OFFER.with(236, 0), bad('magic cookie', 0x00825363)],
    ['an option past the end', message('02010600', `${COOKIE} 350102 3604c00002`), cut(9, 8)],
    ['an option without a length', message('02010600', `${COOKIE} 350102 36`), cut(5, 4)],
    ['an overload of 4', message('02010600', `${COOKIE} 340104 ff`), bad('overload', 4)],
    [
      'an option past the end of sname',
      message('02010600', `${COOKIE} 340102 ff`, `3d${'ff'}`),
      cut(257, 64),
    ],
  ])('refuses %s', (_name, octets, expected) => {
    expect(decode(octets)).toEqual(expected);
  });

  it('reads options up to the end of the message where no end is marked', () => {
    const result = decode(message('02010600', `${COOKIE} 00 350102 00`));
    expect(result.ok && result.value.options).toEqual(options([[53, '02']]));
  });

  it('puts the pieces of a long option together in the order options, file, sname (RFC 3396 §5)', () => {
    const fields = new Uint8Array(192);
    fields.set(hex('3d0103 ff'), 0);
    fields.set(hex('3d0102 0c0161 ff'), 64);
    const octets = message('02010600', `${COOKIE} 3d0101 340103 ff`, toHex(fields));
    const result = decode(octets);
    expect(result.ok && result.value).toMatchObject({ sname: hex(''), file: hex('') });
    expect(result.ok && result.value.options).toEqual(
      options([
        [61, '010203'],
        [12, '61'],
      ]),
    );
  });

  it('reads names where they hold no options', () => {
    const octets = message('02010600', `${COOKIE} 340101 ff`, `${toHex(fromAscii('boot'))}00ff`);
    const result = decode(octets.with(108, 255));
    expect(result.ok && result.value).toMatchObject({ sname: fromAscii('boot'), file: hex('') });
  });

  it('cuts an option that is longer than 255 octets in pieces', () => {
    const long = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
    const octets = encode({ ...base, options: new Map([[121, long]]) });
    expect([octets[240], octets[241]]).toEqual([121, 255]);
    expect([octets[497], octets[498]]).toEqual([121, 45]);
    expect(decode(octets)).toMatchObject({ ok: true, value: { options: new Map([[121, long]]) } });
  });

  it('uses file and sname when options do not fit, and says so', () => {
    const lengths = [120, 120, 120, 60];
    const all = lengths.map((length, i) => [224 + i, new Uint8Array(length).fill(1)] as const);
    const value = { ...base, options: new Map(all) };
    const octets = encode(value);
    expect(octets.length).toBeLessThanOrEqual(548);
    expect(decode(octets)).toEqual({ ok: true, value });
    expect([octets[108], octets[44]]).toEqual([226, 227]);
    // The same with a longer limit needs no overload.
    expect(encode(value, 1000)[108]).toBe(0);
  });

  it('leaves out what fits nowhere, whole, and keeps what comes before and after', () => {
    const sized: [number, number][] = [
      [53, 1],
      [224, 400],
      [225, 10],
    ];
    const value = {
      ...base,
      sname: fromAscii('server'),
      file: fromAscii('boot'),
      options: new Map(sized.map(([code, length]) => [code, new Uint8Array(length)])),
    };
    const result = decode(encode(value));
    expect(result.ok && [...result.value.options.keys()]).toEqual([53, 225]);
    expect(result.ok && result.value.file).toEqual(fromAscii('boot'));
  });

  const uint32 = fc.integer({ min: 0, max: 0xffffffff });
  const octet = fc.integer({ min: 0, max: 255 });
  const code = fc.integer({ min: 1, max: 254 }).filter((c) => c !== OPTION.overload);
  const text = (maxLength: number) => fc.uint8Array({ min: 1, maxLength });
  const anyMessage = fc.record({
    op: octet,
    hardwareType: octet,
    hops: octet,
    xid: uint32,
    secs: fc.integer({ min: 0, max: 0xffff }),
    broadcast: fc.boolean(),
    ciaddr: uint32.map(address),
    yiaddr: uint32.map(address),
    siaddr: uint32.map(address),
    giaddr: uint32.map(address),
    chaddr: fc.uint8Array({ maxLength: 16 }),
    sname: text(64),
    file: text(128),
    options: fc
      .array(fc.tuple(code, fc.uint8Array({ maxLength: 300 })), { maxLength: 8 })
      .map((list) => new Map(list)),
  });

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(anyMessage, (value) => {
        expect(decode(encode(value, 4000))).toEqual({ ok: true, value });
      }),
    );
  });

  it('keeps to its limit, and of the options writes each whole or not at all', () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 548, max: 1472 }), (value, limit) => {
        const octets = encode(value, limit);
        expect(octets.length).toBeLessThanOrEqual(limit);
        const result = decode(octets);
        for (const [at, octets] of result.ok ? result.value.options : []) {
          expect(octets).toEqual(value.options.get(at));
        }
        expect(result).toMatchObject({ ok: true, value: { sname: value.sname, file: value.file } });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    const tail = fc.uint8Array({ maxLength: 100 });
    const names = fc.uint8Array({ minLength: 192, maxLength: 192 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), names, tail, (any, fields, rest) => {
        decode(any);
        const overloaded = concat([hex(`${COOKIE} 340103`), rest]);
        decode(concat([OFFER.subarray(0, 44), fields, overloaded]));
      }),
    );
    expect(HEADER_LENGTH).toBe(240);
  });
});

describe('classless static routes (RFC 3442)', () => {
  const route = (destination: string, length: number, router: string) => ({
    destination: { address: ip(destination), length },
    router: ip(router),
  });

  it.each([
    ['dnsmasq', ROUTES, [route('10.0.0.0', 8, '192.0.2.9'), route('0.0.0.0', 0, '192.0.2.1')]],
    // The table of destination descriptors in RFC 3442.
    ['0/0', '00 01020304', [route('0.0.0.0', 0, '1.2.3.4')]],
    ['10.0.0.0/24', '18 0a0000 01020304', [route('10.0.0.0', 24, '1.2.3.4')]],
    ['10.17.0.0/16', '10 0a11 01020304', [route('10.17.0.0', 16, '1.2.3.4')]],
    ['10.27.129.0/24', '18 0a1b81 01020304', [route('10.27.129.0', 24, '1.2.3.4')]],
    ['10.229.0.128/25', '19 0ae50080 01020304', [route('10.229.0.128', 25, '1.2.3.4')]],
    ['10.198.122.47/32', '20 0ac67a2f 00000000', [route('10.198.122.47', 32, '0.0.0.0')]],
  ])('of %s are read and written', (_name, text, routes) => {
    expect(decodeRoutes(hex(text))).toEqual({ ok: true, value: routes });
    expect(toHex(encodeRoutes(routes))).toBe(toHex(hex(text)));
  });

  it('loses the bits behind the prefix', () => {
    const routes = decodeRoutes(hex('04 ff 01020304'));
    expect(routes).toEqual({ ok: true, value: [route('240.0.0.0', 4, '1.2.3.4')] });
  });

  it.each([
    ['a prefix of 33 bits', '21 0a00000000 01020304'],
    ['a router cut short', '00 010203'],
    ['a destination cut short', '20 0a0000'],
  ])('refuses %s', (_name, text) => {
    expect(decodeRoutes(hex(text)).ok).toBe(false);
  });
});

describe('the domain search option (RFC 3397)', () => {
  it.each([
    ['that dnsmasq sent, compressed', SEARCH, ['lab.example', 'eng.lab.example']],
    // The example of RFC 3397 §2, its two pieces put together.
    [
      'of RFC 3397',
      '03656e67056170706c6503636f6d00 096d61726b6574696e67c004',
      ['eng.apple.com', 'marketing.apple.com'],
    ],
    ['with the root, which nobody searches', '00 016100', ['a']],
    ['with nothing in it', '', []],
  ])('%s is read', (_name, text, names) => {
    expect(decodeDomainSearch(hex(text))).toEqual({ ok: true, value: names });
  });

  it.each([
    ['a pointer to itself', 'c000'],
    ['a pointer forwards', 'c002 016100'],
    ['a name that runs into its own pointer', '0161 c000'],
    ['half a pointer', '0161 c0'],
    ['a name without an end', '0161'],
    ['a label past the end', '3f61'],
    ['a label with a space', '03612062 00'],
    ['a label of a reserved kind', '8061 00'],
  ])('refuses %s', (_name, text) => {
    expect(decodeDomainSearch(hex(text)).ok).toBe(false);
  });

  it('reads what it writes', () => {
    const names = ['lab.example', 'a_b.example'];
    expect(decodeDomainSearch(encodeDomainSearch(names))).toEqual({ ok: true, value: names });
  });

  it('throws at nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        decodeDomainSearch(octets);
        decodeRoutes(octets);
      }),
    );
  });
});
