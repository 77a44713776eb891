/** `netlab flash` of an RP2040, from the touch to the greeting, against what the chip then has and does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeUf2, FAMILY } from '../../src/hardware/flash/uf2.ts';
import { type FlashRequest, flash } from '../../src/node/flash/flash.ts';
import type { FlashEvent } from '../../src/node/flash/flash-request.ts';
import { loadImage } from '../../src/node/images.ts';
import { type PicoOptions, PicoWorld, PORT, VOLUME } from './pico-world.ts';
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

interface Setting {
  readonly request?: Partial<FlashRequest>;
  readonly onEvent?: (event: FlashEvent) => void;
  readonly signal?: AbortSignal;
}

const run = (world: PicoWorld, { request, onEvent, signal }: Setting = {}) =>
  flash(
    { ...NOTHING, ...request },
    world,
    signal ?? new AbortController().signal,
    onEvent ?? (() => {}),
  );

const holds = ({ rom }: PicoWorld): boolean =>
  IMAGE.octets.every((octet, i) => rom.flash[i] === octet);

const waiting = (options: PicoOptions = {}, rom = new Uf2RomTwin()): PicoWorld => {
  const world = new PicoWorld(options, rom);
  world.pressBootsel();
  return world;
};

function fileOf(octets: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-flash-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'image');
  writeFileSync(path, octets);
  return path;
}

describe('a board that runs our firmware', () => {
  it('is touched, flashed, boots what was flashed, and says so', async () => {
    const world = new PicoWorld({ image: IMAGE.octets });
    const { emulated } = world;
    const events: FlashEvent[] = [];
    const done = await run(world, { onEvent: (event) => events.push(event) });
    expect(done).toMatchObject({
      board: 'w5500-evb-pico',
      port: PORT,
      loader: 'uf2',
      verified: 'digest',
      firmware: IMAGE.version,
    });
    expect(world.touches).toBe(1);
    expect(holds(world)).toBe(true);
    expect(world.emulated).not.toBe(emulated);
    const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    expect(phases).toEqual(['enter', 'write', 'restart']);
    const progress = events.flatMap((event) => (event.kind === 'progress' ? [event] : []));
    const total = Math.ceil(IMAGE.octets.length / 256) * 256;
    expect(progress.at(-1)).toMatchObject({ done: total, total });
  });

  it('is told by its port alone', async () => {
    const world = new PicoWorld({ image: IMAGE.octets });
    expect(await run(world, { request: { port: PORT } })).toMatchObject({ port: PORT });
  });
});

describe('a board without firmware', () => {
  it('is seen when its button was held, and flashed', async () => {
    const world = new PicoWorld();
    const asked: FlashEvent[] = [];
    const done = await run(world, {
      request: { attended: true },
      onEvent: (event) => {
        if (event.kind !== 'button') return;
        asked.push(event);
        world.pressBootsel();
      },
    });
    expect(asked).toEqual([
      { kind: 'button', board: 'w5500-evb-pico', button: 'BOOTSEL', label: 'RPI-RP2' },
    ]);
    expect(done).toMatchObject({ firmware: IMAGE.version, verified: 'digest' });
  });

  it('that waits in its loader is flashed at once', async () => {
    expect(await run(waiting())).toMatchObject({ firmware: IMAGE.version });
  });

  it('that waits in its loader is flashed by the name of the port that it had', async () => {
    expect(
      await run(waiting(), { request: { port: PORT, board: 'w5500-evb-pico' } }),
    ).toMatchObject({ firmware: IMAGE.version });
  });

  it('whose program does not know the touch is brought to its loader by hand', async () => {
    const world = new PicoWorld({ image: IMAGE.octets, stubborn: true });
    const onEvent = (event: FlashEvent): void => {
      if (event.kind === 'button') world.pressBootsel();
    };
    const done = await run(world, { request: { attended: true }, onEvent });
    expect(done).toMatchObject({ firmware: IMAGE.version });
    expect(world.touches).toBe(1);
  });
});

describe('it ends with', () => {
  it.each<[string, string, number, () => PicoWorld, Partial<FlashRequest>]>([
    ['nothing plugged in', 'flash-no-board', 4, () => new PicoWorld(), {}],
    [
      'no port of that name',
      'no-such-port',
      4,
      () => new PicoWorld(),
      { port: PORT, board: 'w5500-evb-pico' },
    ],
    [
      'a port of which nothing is known',
      'flash-unknown-kind',
      2,
      () => new PicoWorld(),
      { port: PORT },
    ],
    [
      'a board that cannot be flashed',
      'flash-unsupported',
      2,
      () => new PicoWorld(),
      { board: 'toaster' },
    ],
    [
      'nobody who presses the button',
      'loader-no-volume',
      4,
      () => new PicoWorld({ image: IMAGE.octets, stubborn: true }),
      { attended: true },
    ],
    [
      'the loader of another chip',
      'wrong-chip',
      5,
      () =>
        waiting({ info: 'UF2 Bootloader v1.0\nModel: Raspberry Pi RP2350\nBoard-ID: RP2350\n' }),
      { board: 'w5500-evb-pico' },
    ],
    [
      'a disk that nothing mounts',
      'volume-unmounted',
      4,
      () => waiting({ unmounted: true }),
      { attended: true },
    ],
    [
      'a disk that is read-only',
      'volume-read-only',
      5,
      () => waiting({ fault: { write: 0, code: 'EROFS' } }),
      {},
    ],
    [
      'a disk that is full',
      'volume-full',
      5,
      () => waiting({ fault: { write: 1, code: 'ENOSPC' } }),
      {},
    ],
    [
      'a disk that is gone',
      'volume-gone',
      5,
      () => waiting({ fault: { write: 1, code: 'EIO' } }),
      {},
    ],
    ['a board that does not come back', 'flash-not-back', 5, () => waiting({ mute: true }), {}],
    ['a loader that lacks a block', 'loader-kept', 5, () => waiting({ deafAt: 40 }), {}],
  ])('%s: %s, exit %i', async (_, code, exitCode, world, request) => {
    await expect(run(world(), { request })).rejects.toMatchObject({ code, exitCode });
  });

  it('a file that is not for the chip, and nothing was done to the board', async () => {
    const world = new PicoWorld({ image: IMAGE.octets });
    const other = encodeUf2([{ address: 0x1000_0000, octets: IMAGE.octets }], FAMILY.RP2350);
    const cut = encodeUf2([{ address: 0x1000_0000, octets: IMAGE.octets }], FAMILY.RP2040);
    for (const [octets, code] of [
      [other, 'image-wrong-chip'],
      [cut.subarray(0, -512), 'image-truncated'],
      [cut.subarray(0, -1), 'image-truncated'],
      [IMAGE.octets.map((octet, i) => (i === 9 ? octet ^ 1 : octet)), 'image-malformed'],
    ] as const) {
      const request = { image: fileOf(octets) };
      await expect(run(world, { request })).rejects.toMatchObject({ code, exitCode: 5 });
    }
    expect(world.touches).toBe(0);
  });
});

describe('an interruption', () => {
  const chunks = Math.ceil(Math.ceil(IMAGE.octets.length / 256) / 32);

  it.each(['ENOSPC', 'EROFS'])(
    'by %s at any chunk leaves a board that the next flash mends',
    async (code) => {
      for (let write = 0; write < chunks; write++) {
        const world = waiting({ fault: { write, code } });
        await expect(run(world)).rejects.toMatchObject({ exitCode: 5 });
        const again = waiting({}, new Uf2RomTwin(world.rom.flash));
        expect(await run(again)).toMatchObject({ firmware: IMAGE.version });
        expect(holds(again)).toBe(true);
      }
    },
  );

  it('by unplugging at any chunk, too', async () => {
    for (let write = 0; write < chunks; write++) {
      const world = waiting({ fault: { write, code: 'EIO' } });
      await expect(run(world)).rejects.toMatchObject({ code: 'volume-gone' });
      const again = waiting({}, new Uf2RomTwin(world.rom.flash));
      expect(await run(again)).toMatchObject({ firmware: IMAGE.version });
    }
  });

  it('by a loader that missed any block is mended by the next flash', async () => {
    const blocks = Math.ceil(IMAGE.octets.length / 256);
    for (const deafAt of [0, 1, 31, 32, blocks - 1]) {
      const world = waiting({ deafAt });
      await expect(run(world)).rejects.toMatchObject({ code: 'loader-kept' });
      const again = waiting({}, new Uf2RomTwin(world.rom.flash));
      expect(await run(again)).toMatchObject({ firmware: IMAGE.version });
    }
  });

  it('by Ctrl-C at any moment ends with its reason, and the next flash mends', async () => {
    for (let at = 0; at < 4; at++) {
      const controller = new AbortController();
      const world = new PicoWorld({ image: IMAGE.octets });
      let seen = 0;
      const onEvent = (event: FlashEvent): void => {
        if (event.kind !== 'image' && seen++ === at) controller.abort();
      };
      const { signal } = controller;
      await expect(run(world, { onEvent, signal })).rejects.toMatchObject({ name: 'AbortError' });
      expect(await run(world)).toMatchObject({ firmware: IMAGE.version });
      expect(holds(world)).toBe(true);
    }
  });
});

describe('a file of one’s own', () => {
  it('is flashed, and what it says of itself is told', async () => {
    const world = waiting();
    const done = await run(world, { request: { image: fileOf(IMAGE.octets) } });
    expect(done).toMatchObject({ verified: 'restart', firmware: IMAGE.version, port: PORT });
    expect(holds(world)).toBe(true);
  });

  it('that does not speak netlab is flashed all the same', async () => {
    // A second stage, and then nothing that runs.
    const mute = new Uint8Array(4096);
    mute.set(IMAGE.octets.subarray(0, 256));
    const done = await run(waiting(), { request: { image: fileOf(mute) } });
    expect(done).toMatchObject({ verified: 'restart', firmware: null, port: null });
  });

  it('with --erase leaves ones in all the rest of the flash', async () => {
    const world = waiting({}, new Uf2RomTwin(new Uint8Array(2 << 20).fill(0x11)));
    await run(world, { request: { erase: true } });
    expect(holds(world)).toBe(true);
    expect(world.rom.flash.subarray(IMAGE.octets.length).every((octet) => octet === 0xff)).toBe(
      true,
    );
  });

  it('without it leaves the rest as it was', async () => {
    const world = waiting({}, new Uf2RomTwin(new Uint8Array(2 << 20).fill(0x11)));
    await run(world);
    expect(world.rom.flash.at(-1)).toBe(0x11);
  });
});

it('a volume that was there for another board is not taken for ours', async () => {
  const world = waiting();
  const [volume] = await world.volumes();
  expect(volume?.path).toBe(VOLUME);
  world.ports = async () => [{ path: PORT, board: 'w5500-evb-pico' }];
  const refusal = { code: 'flash-which-board', details: { candidates: `${VOLUME}, ${PORT}` } };
  await expect(run(world)).rejects.toMatchObject(refusal);
});

it('a board of a kind that cannot be flashed is no choice beside one that can, and is told alone', async () => {
  const other = { path: '/dev/ttyACM7', board: 'toaster', certainty: 'board' } as const;
  const world = waiting();
  const { ports } = world;
  world.ports = async () => [other, ...(await ports.call(world))];
  expect(await run(world)).toMatchObject({ port: PORT });
  const alone = new PicoWorld();
  alone.ports = async () => [other];
  await expect(run(alone)).rejects.toMatchObject({ code: 'flash-unsupported' });
});
