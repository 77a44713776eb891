/** `netlab flash` of an RP2040 over USB, from its loader to the greeting: the chip boots what its ROM wrote. */
import { describe, expect, it } from 'vitest';
import { type FlashRequest, flash } from '../../src/node/flash/flash.ts';
import type { FlashEvent } from '../../src/node/flash/flash-request.ts';
import { loadImage } from '../../src/node/images.ts';
import { LineWorld } from './line-world.ts';
import { OptibootTwin } from './optiboot-twin.ts';
import { DEVICE, type PicoOptions, PicoWorld, PORT } from './pico-world.ts';
import { Uf2RomTwin } from './uf2-rom-twin.ts';

const IMAGE = loadImage('w5500-evb-pico');
const NOTHING: FlashRequest = {
  board: undefined,
  port: undefined,
  image: undefined,
  erase: false,
  attended: false,
  via: undefined,
};

const run = (
  world: PicoWorld | LineWorld,
  request: Partial<FlashRequest> = {},
  onEvent: (event: FlashEvent) => void = () => {},
  signal = new AbortController().signal,
) => flash({ ...NOTHING, ...request }, world, signal, onEvent);

const waiting = (options: PicoOptions = { usb: 'open' }, rom = new Uf2RomTwin()): PicoWorld => {
  const world = new PicoWorld(options, rom);
  world.pressBootsel();
  return world;
};

const holds = ({ rom }: PicoWorld): boolean =>
  IMAGE.octets.every((octet, i) => rom.flash[i] === octet);

const BY_USB = { loader: 'picoboot', verified: 'read-back', firmware: IMAGE.version, port: PORT };
const BY_VOLUME = { loader: 'uf2', verified: 'digest', firmware: IMAGE.version };

describe('by USB', () => {
  it('a board in its loader is written, read back, and boots', async () => {
    const world = waiting();
    const events: FlashEvent[] = [];
    const done = await run(world, {}, (event) => events.push(event));
    expect(done).toMatchObject(BY_USB);
    expect(holds(world)).toBe(true);
    expect(world.closedLinks).toBe(1);
    const phases = events.flatMap((event) => (event.kind === 'phase' ? [event] : []));
    expect(phases.map(({ phase }) => phase)).toEqual(['enter', 'write', 'verify', 'restart']);
    expect(phases.every(({ at }) => at === DEVICE)).toBe(true);
  });

  it('a board that runs our firmware is touched, and found in its loader', async () => {
    const world = new PicoWorld({ image: IMAGE.octets, usb: 'open' });
    expect(await run(world)).toMatchObject(BY_USB);
    expect(world.touches).toBe(1);
  });

  it('a board that was interrupted is found by the name of the port that it had', async () => {
    const request = { port: PORT, board: 'w5500-evb-pico' };
    expect(await run(waiting(), request)).toMatchObject(BY_USB);
  });

  it('a disk that nothing mounts is no obstacle', async () => {
    const world = waiting({ usb: 'open', unmounted: true });
    expect(await run(world, { via: 'picoboot' })).toMatchObject(BY_USB);
    const again = waiting({ usb: 'open', unmounted: true });
    expect(await run(again)).toMatchObject(BY_USB);
  });

  it('--erase leaves ones in all the rest of the flash', async () => {
    const world = waiting({ usb: 'open' }, new Uf2RomTwin(new Uint8Array(2 << 20).fill(0x11)));
    await run(world, { erase: true });
    expect(holds(world)).toBe(true);
    expect(world.rom.flash.subarray(IMAGE.octets.length).every((octet) => octet === 0xff)).toBe(
      true,
    );
  });
});

describe('by the volume', () => {
  it.each<[string, PicoOptions, Partial<FlashRequest>]>([
    ['there is no library', {}, {}],
    ['the device may not be opened', { usb: 'refused' }, {}],
    ['it was asked for', { usb: 'open' }, { via: 'volume' }],
  ])('where %s', async (_, options, request) => {
    const world = waiting(options);
    expect(await run(world, request)).toMatchObject(BY_VOLUME);
    expect(world.closedLinks).toBe(0);
  });
});

describe('it ends with', () => {
  const stubborn = { image: IMAGE.octets, stubborn: true, usb: 'open' } as const;
  it.each<[string, string, number, () => PicoWorld | LineWorld, Partial<FlashRequest>]>([
    ['no library', 'usb-unavailable', 4, () => waiting({}), { via: 'picoboot' }],
    [
      'no permission',
      'usb-no-permission',
      4,
      () => waiting({ usb: 'refused' }),
      { via: 'picoboot' },
    ],
    [
      'no permission and no volume',
      'volume-unmounted',
      4,
      () => waiting({ usb: 'refused', unmounted: true }),
      {},
    ],
    ['no device', 'loader-no-device', 4, () => new PicoWorld(stubborn), { via: 'picoboot' }],
    ['nobody', 'flash-no-board', 4, () => new PicoWorld({ usb: 'open' }), { via: 'picoboot' }],
    [
      'a board with one loader',
      'flash-one-way',
      2,
      () => new LineWorld('uno', new OptibootTwin()),
      { via: 'picoboot' },
    ],
    [
      'a ROM that says nothing',
      'loader-silent',
      4,
      () => waiting({ usb: 'open', usbFault: { kind: 'silence', at: 0, lasting: true } }),
      {},
    ],
  ])('%s: %s, exit %i', async (_, code, exitCode, world, request) => {
    await expect(run(world(), request)).rejects.toMatchObject({ code, exitCode });
  });

  it('two devices, by their names', async () => {
    const world = waiting();
    const { usbLoaders } = world;
    world.usbLoaders = async () => {
      const found = await usbLoaders.call(world);
      return [...found, ...found.map((each) => ({ ...each, path: 'usb:1-5' }))];
    };
    const refusal = { code: 'flash-which-board', details: { candidates: `${DEVICE}, usb:1-5` } };
    await expect(run(world)).rejects.toMatchObject(refusal);
  });
});

describe('an interruption', () => {
  it('by unplugging leaves a board that the next flash mends, by either loader', async () => {
    for (const at of [0, 6, 10, 13, 17, 30, 41]) {
      const world = waiting({ usb: 'open', usbFault: { kind: 'gone', at } });
      await expect(run(world)).rejects.toMatchObject({ code: 'loader-gone', exitCode: 5 });
      expect(world.closedLinks).toBe(1);
      const options: PicoOptions = at % 2 === 0 ? { usb: 'open' } : {};
      const again = waiting(options, new Uf2RomTwin(world.rom.flash));
      expect(await run(again)).toMatchObject({ firmware: IMAGE.version });
      expect(holds(again)).toBe(true);
    }
  });

  it('by Ctrl-C at any moment ends with its reason, and the next flash mends', async () => {
    for (let at = 0; at < 9; at++) {
      const controller = new AbortController();
      const world = waiting();
      let seen = 0;
      const onEvent = (event: FlashEvent): void => {
        if (event.kind !== 'image' && seen++ === at) controller.abort();
      };
      const { signal } = controller;
      await expect(run(world, {}, onEvent, signal)).rejects.toMatchObject({ name: 'AbortError' });
      const again = waiting({ usb: 'open' }, new Uf2RomTwin(world.rom.flash));
      expect(await run(again)).toMatchObject(BY_USB);
    }
  });
});
