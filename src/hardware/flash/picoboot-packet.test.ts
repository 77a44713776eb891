import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex as octetsIn, toHex } from '../../base/octets.ts';
import {
  decodeStatus,
  encodeCommand,
  type PicobootCommand,
  picobootInterface,
} from './picoboot-packet.ts';

const fromHex = (hex: string): Uint8Array => octetsIn(hex.replaceAll(' ', '')) ?? new Uint8Array(0);

/** Token 0x01020304, by hand from the tables of RP2040 datasheet §2.8.5.4. */
const COMMANDS: readonly (readonly [PicobootCommand, string])[] = [
  [{ kind: 'exclusive-access' }, '0bd11f43 04030201 01010000 00000000 01000000 00000000'],
  [
    { kind: 'reboot', delay_ms: 500 },
    '0bd11f43 04030201 020c0000 00000000 00000000 00000000 f4010000',
  ],
  [
    { kind: 'flash-erase', address: 0x1000_2000, size: 4096 },
    '0bd11f43 04030201 03080000 00000000 00200010 00100000',
  ],
  [
    { kind: 'read', address: 0x10, size: 3 },
    '0bd11f43 04030201 84080000 03000000 10000000 03000000',
  ],
  [
    { kind: 'write', address: 0x1000_0100, octets: new Uint8Array(256) },
    '0bd11f43 04030201 05080000 00010000 00010010 00010000',
  ],
  [{ kind: 'exit-xip' }, '0bd11f43 04030201 06000000 00000000'],
];

it.each(COMMANDS)('%j is 32 octets', (command, hex) => {
  const expected = hex.replaceAll(' ', '').padEnd(64, '0');
  expect(toHex(encodeCommand(command, 0x0102_0304))).toBe(expected);
});

describe('a status', () => {
  it.each([
    ['04030201 00000000 05000000 00000000', 'ok'],
    ['04030201 04000000 03000000 00000000', 'invalid address'],
    ['04030201 08000000 03000000 00000000', 'unknown error'],
    ['04030201 09000000 03000000 00000000', 'status 9'],
  ])('%s is that of a command: %s', (hex, status) => {
    const octets = fromHex(hex);
    expect(decodeStatus(octets)).toEqual({ token: 0x0102_0304, status });
  });

  it('has 16 octets', () => {
    expect(decodeStatus(new Uint8Array(15))).toBeUndefined();
  });
});

/** The descriptors of the RP2040's ROM (pico-bootrom, usb_boot_device.c), interface by interface. */
const DISK = '09040000 02080650 00 07058102 400000 07050202 400000';
const PICOBOOT = '09040100 02ff0000 00 07050302 400000 07058402 400000';
const configuration = (...parts: string[]): Uint8Array => {
  const rest = parts.join('').replaceAll(' ', '');
  const total = (9 + rest.length / 2).toString(16).padStart(2, '0');
  return fromHex(`0902${total}00${parts.length.toString(16).padStart(2, '0')}010080fa${rest}`);
};

describe('the interface', () => {
  it('is found behind the disk', () => {
    const found = picobootInterface(configuration(DISK, PICOBOOT));
    expect(found).toEqual({ number: 1, out: 0x03, in: 0x84 });
  });

  it('is found alone, by any numbers', () => {
    const alone = '09040000 02ff0000 00 07058102 400000 07050202 400000';
    expect(picobootInterface(configuration(alone))).toEqual({ number: 0, out: 0x02, in: 0x81 });
  });

  it.each([
    ['a disk alone', configuration(DISK)],
    ['a vendor’s own with a subclass', configuration(PICOBOOT.replace('02ff00', '02ff01'))],
    ['one without an endpoint in', configuration(PICOBOOT.slice(0, PICOBOOT.lastIndexOf(' 0705')))],
    ['a descriptor of no length', fromHex('09020900010100800000ff')],
    ['nothing', new Uint8Array(0)],
  ])('is not in %s', (_, octets) => {
    expect(picobootInterface(octets)).toBeUndefined();
  });

  it('is none, or within its bounds, in whatever a device says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        const found = picobootInterface(noise);
        expect(found === undefined || (found.out < 0x80 && found.in >= 0x80)).toBe(true);
      }),
    );
  });
});
