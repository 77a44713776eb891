import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import { type FlashBoard, flashBoard, readImage } from '../../src/hardware/flash/chips.ts';
import { EspRom } from '../../src/hardware/flash/esp-rom.ts';
import { encodeSlip, SlipDecoder } from '../../src/hardware/flash/slip.ts';
import { espImage } from './esp-image.ts';
import { type EspFault, type EspOptions, EspRomTwin } from './esp-rom-twin.ts';
import { flash } from './line-loader.ts';

// With every octet of SLIP's in it.
const IMAGE = randomOctets(seededRng(3), 3000);
const md5 = createHash('md5').update(IMAGE).digest('hex');
const client = (chip = 5, address = 0, erase = false): EspRom =>
  new EspRom({ chip, parts: [{ address, octets: IMAGE, md5 }], flashSize: 4 << 20, erase });
const holds = (twin: EspRomTwin, at = 0): boolean =>
  IMAGE.every((octet, i) => twin.flash[at + i] === octet);

describe('flashing through an ESP’s mask ROM', () => {
  it.each([
    [5, 0],
    [0, 0x1000],
  ])('of chip %i at %i: enters, writes, compares the digest, starts the program', (chip, at) => {
    const twin = new EspRomTwin({ chip });
    const { done, events } = flash(client(chip, at), twin);
    expect({ done, holds: holds(twin, at), running: twin.running }).toEqual({
      done: true,
      holds: true,
      running: true,
    });
    const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    expect(phases).toEqual(['enter', 'write', 'verify', 'restart']);
    expect(twin.flash.at(-1)).toBe(0x5a);
  });

  it('erases all of the flash where that is wanted', () => {
    const twin = new EspRomTwin();
    expect(flash(client(5, 0, true), twin).done).toBe(true);
    expect(twin.flash.subarray(IMAGE.length).every((octet) => octet === 0xff)).toBe(true);
  });

  it('begins with the sync of the protocol’s description', () => {
    const machine = client();
    machine.start(0 as never);
    const sent: string[] = [];
    for (let turn = 0; turn < 5; turn++) {
      for (let action = machine.pollOutput(); action; action = machine.pollOutput()) {
        if (action.kind === 'write') sent.push(Buffer.from(action.octets).toString('hex'));
      }
      machine.handleTimeout(machine.pollTimeout() ?? (0 as never));
    }
    expect(sent[0]).toBe(`c0000824000000000007071220${'55'.repeat(32)}c0`);
  });

  it.each<[string, EspOptions, object]>([
    ['says nothing', { fault: () => 'hang' }, { code: 'loader-silent' }],
    [
      'is another chip',
      { chip: 9 },
      { code: 'wrong-chip', expected: 'ESP32-C3', found: 'ESP32-S3' },
    ],
    ['is the first ESP32', { chip: 0 }, { code: 'wrong-chip', found: 'ESP32' }],
    [
      'has worn flash',
      { wornAt: IMAGE.findIndex((octet) => octet % 2 === 1) },
      { code: 'digest-differs', expected: md5 },
    ],
    [
      'refuses to write',
      { fault: (_, op) => (op === 3 ? 'refuse' : undefined) },
      { code: 'loader-lost', op: 'write' },
    ],
  ])('tells of a board that %s', (_, options, fault) => {
    const twin = new EspRomTwin(options);
    expect(flash(client(), twin).fault).toMatchObject(fault);
    if (options.chip !== undefined) expect(twin.ops).not.toContain(2);
  });
});

describe('a fault at one command', () => {
  const whole = new EspRomTwin();
  flash(client(), whole);
  const everywhere = whole.ops.map((_, n) => n);

  it.each<EspFault>(['hang', 'mute', 'refuse', 'garble'])(
    '%s, whichever it is, is got over',
    (fault) => {
      for (const at of everywhere) {
        const twin = new EspRomTwin({ fault: (n) => (n === at ? fault : undefined) });
        const { done } = flash(client(), twin);
        expect({ at, done, holds: holds(twin) }).toEqual({ at, done: true, holds: true });
      }
    },
  );

  it('an altered block is refused by its checksum and got over', () => {
    const twin = new EspRomTwin({ fault: (n, op) => (op === 3 && n < 16 ? 'alter' : undefined) });
    expect(flash(client(), twin).done).toBe(true);
    expect(holds(twin)).toBe(true);
  });

  it('an unplugged board, whenever it was, is flashed by the next try', () => {
    for (const at of everywhere) {
      const twin = new EspRomTwin({ fault: (n) => (n === at ? 'unplug' : undefined) });
      expect(['loader-silent', 'loader-lost']).toContain(flash(client(), twin).fault?.code);
      const again = new EspRomTwin();
      again.flash.set(twin.flash.subarray(0, 8192));
      expect({ at, done: flash(client(), again).done, holds: holds(again) }).toEqual({
        at,
        done: true,
        holds: true,
      });
    }
  });
});

describe('a ROM that is asked for another rate and compressed blocks', () => {
  const text = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 7);
  const hasty = (octets: Uint8Array = text): EspRom => {
    const digest = createHash('md5').update(octets).digest('hex');
    const deflated = new Uint8Array(deflateSync(octets));
    const parts = [{ address: 0x1000, octets, md5: digest, deflated }];
    return new EspRom({ chip: 0, parts, flashSize: 4 << 20, erase: false, fastRate: 921_600 });
  };
  const flashed = (options: EspOptions, octets: Uint8Array = text) => {
    const twin = new EspRomTwin({ chip: 0, ...options });
    const { done, events, fault } = flash(hasty(octets), twin);
    const progress = events.flatMap((event) => (event.kind === 'progress' ? [event.done] : []));
    const same = octets.every((octet, i) => twin.flash[0x1000 + i] === octet);
    return { done, same, fault, progress, ops: [...new Set(twin.ops)], twin };
  };

  it('writes them, and tells how far it is in octets of the image', () => {
    const { done, same, ops, progress } = flashed({});
    expect({ done, same }).toEqual({ done: true, same: true });
    expect(ops).toEqual(expect.arrayContaining([0x0f, 0x10, 0x11, 0x13]));
    expect(ops).not.toContain(0x03);
    expect(progress).toEqual([5000, 5000]);
  });

  it('gets what does not shrink as it is', () => {
    const { done, same, ops } = flashed({}, IMAGE);
    expect({ done, same }).toEqual({ done: true, same: true });
    expect(ops).not.toContain(0x10);
  });

  it.each<[string, EspOptions]>([
    ['refuses them', { plain: true }],
    ['is on a line that does not carry the rate', { slowLine: true }],
    [
      'stumbles over a compressed block',
      { fault: (_, op) => (op === 0x11 ? 'refuse' : undefined) },
    ],
    ['is lost at the new rate', { fault: (n, op) => (n > 3 && op === 0x0d ? 'hang' : undefined) }],
  ])('but one that %s is flashed the plain way', (_, options) => {
    let faults = 0;
    const once = (n: number, op: number) => {
      const fault = faults === 0 ? options.fault?.(n, op) : undefined;
      if (fault !== undefined) faults++;
      return fault;
    };
    const { done, same, ops } = flashed({ ...options, fault: once });
    expect({ done, same }).toEqual({ done: true, same: true });
    expect(ops).toContain(0x03);
  });

  it('tells of worn flash after both ways', () => {
    const wornAt = 0x1000 + text.findIndex((octet) => octet % 2 === 1);
    const { fault, ops } = flashed({ wornAt });
    expect(fault).toMatchObject({ code: 'digest-differs' });
    expect(ops).toEqual(expect.arrayContaining([0x11, 0x03]));
  });
});

describe('an ESP image', () => {
  const image = espImage(5);
  const board = (name: string): FlashBoard => {
    const found = flashBoard(name);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const altered = (at: number): Uint8Array =>
    image.map((octet, i) => (i === at ? octet ^ 0x40 : octet));

  it.each([
    ['esp32c3', 5, 0],
    ['esp32', 0, 0x1000],
  ])('for the %s lies where its ROM looks', (name, chip, address) => {
    const octets = espImage(chip);
    expect(readImage(octets, board(name))).toEqual({ ok: true, value: [{ address, octets }] });
  });

  it.each<[string, Uint8Array, string]>([
    ['is for the other chip', espImage(0), 'image-wrong-chip'],
    ['has another first octet', altered(0), 'image-wrong-chip'],
    ['is UF2', Uint8Array.of(0x55, 0x46, 0x32, 0x0a, 0, 0, 0, 0), 'image-wrong-chip'],
    ['has an altered segment', altered(1000), 'image-malformed'],
    ['ends in its head', image.subarray(0, 20), 'image-truncated'],
    ['ends in a segment', image.subarray(0, 900), 'image-truncated'],
    ['lacks an octet of its digest', image.subarray(0, -1), 'image-truncated'],
  ])('that %s is refused', (_, file, code) => {
    expect(readImage(file, board('esp32c3'))).toMatchObject({ ok: false, error: { code } });
  });
});

describe('SLIP', () => {
  it('escapes as RFC 1055 does', () => {
    expect([...encodeSlip(Uint8Array.of(1, 0xc0, 0xdb, 2))]).toEqual([
      0xc0, 1, 0xdb, 0xdc, 0xdb, 0xdd, 2, 0xc0,
    ]);
  });

  it('decode ∘ encode, in any chunks, with noise before', () => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(octets, { maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (packets, size) => {
          const line = Uint8Array.from(packets.flatMap((packet) => [...encodeSlip(packet)]));
          const decoder = new SlipDecoder();
          const got: Uint8Array[] = [];
          for (let at = 0; at < line.length; at += size) {
            decoder.handleOctets(line.subarray(at, at + size), (packet) => got.push(packet));
          }
          expect(got).toEqual(packets);
        },
      ),
    );
  });

  it('never throws, and drops what is spoilt or too long', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        new SlipDecoder().handleOctets(noise, () => {});
        client().handleOctets(noise, 0 as never);
      }),
    );
    const got: Uint8Array[] = [];
    const long = new Uint8Array(5000).fill(1);
    const decoder = new SlipDecoder();
    decoder.handleOctets(Uint8Array.from([0xc0, ...long, 0xc0, 7, 0xdb, 9, 0xc0]), (p) =>
      got.push(p),
    );
    expect(got).toEqual([]);
  });
});
