import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../base/octets.ts';
import { after, type Instant, milliseconds } from '../../base/time.ts';
import { Cable } from '../../medium/cable.ts';
import { decodeFrame, KIND } from '../control/frame.ts';
import { decodeIdentity, type Identity } from '../control/identity.ts';
import { type BoardSpecification, World } from './world.ts';

const IMAGE = new Uint8Array(
  readFileSync(new URL('../../../firmware/images/w5500-evb-pico.bin', import.meta.url)),
);
const STATION = Uint8Array.of(2, 0, 0, 0, 0, 2);
const at = (ms: number): Instant => after(0 as Instant, milliseconds(ms));

function bench(specification: Partial<BoardSpecification> = {}, seed = 1) {
  const world = new World({ medium: new Cable(), seed });
  const board = world.addBoard({
    name: 'a',
    board: 'w5500-evb-pico',
    image: IMAGE,
    ...specification,
  });
  const said: [number, string][] = [];
  board.onOutput = (octets) => said.push([world.now(), toHex(octets)]);
  const station = world.addStation('peer', STATION);
  return { world, board, station, said };
}

/** The identity in the first BOOT that comes. */
async function boot({ board, world }: ReturnType<typeof bench>): Promise<Identity | undefined> {
  for (const encoded of await board.transport().read(after(world.now(), milliseconds(500)))) {
    const frame = decodeFrame(encoded);
    if (!frame.ok || frame.value.kind !== KIND.BOOT) continue;
    const identity = decodeIdentity(frame.value.payload);
    return identity.ok ? identity.value : undefined;
  }
  return undefined;
}

/** Halfwords as a flash image; the board starts at the first. */
const imageOf = (...halfwords: readonly number[]): Uint8Array =>
  Uint8Array.from(halfwords.flatMap((halfword) => [halfword & 255, halfword >> 8]));

describe('an emulated W5500-EVB-Pico with the provided image', () => {
  it('enumerates and says BOOT: who it is, with a chip, after power on', async () => {
    const b = bench();
    const identity = await boot(b);
    expect(identity).toMatchObject({ board: 'w5500-evb-pico', chip: 4 });
    expect(identity?.boot?.reason).toBe('power');
    expect(b.board.identity?.product).toContain('netlab');
    expect(b.board.open).toBe(true);
    expect(b.board.fault).toBeUndefined();
  });

  it.each([0, 2, 5, 8, 10, 12])(
    'hears all that is written to it from %i ms after power on, while it is still enumerated',
    (from_ms) => {
      const { world, board, said } = bench();
      const write = (hex: string): void => board.write(fromHex(hex) ?? new Uint8Array());
      world.advance(at(from_ms));
      board.setLineState(true, true);
      // OPEN, and the first request and its acknowledgment, as a host sent them.
      write('000411b81a0102c00e0101400635a4d7c049520685e200');
      world.advance(at(60));
      const before = said.length;
      expect(before).toBeGreaterThan(0);
      write('0413b81a0102c0070601e2e91d9e00');
      world.advance(at(120));
      expect(said.length).toBeGreaterThan(before);
    },
  );

  it('boots again at its RUN pin, says so, and differs from the boot before', async () => {
    const b = bench();
    const first = await boot(b);
    expect(await b.board.transport().resetBoard()).toBe(true);
    const second = await boot(b);
    expect(second?.boot?.reason).toBe('pin');
    expect(second?.boot?.number).not.toBe(first?.boot?.number);
    expect(b.board.resets).toBe(1);
  });

  it('says that its chip is missing', async () => {
    const b = bench();
    b.board.setChipFault('absent');
    expect((await boot(b))?.chip).not.toBe(4);
  });

  it('is the same octet for octet for one seed, however its time is cut, and not for another', () => {
    const whole = bench();
    whole.world.advance(at(40));
    const cut = bench();
    for (let ms = 0; ms <= 40; ms += 0.7) cut.world.advance(at(ms));
    cut.world.advance(at(40));
    expect(cut.said).toEqual(whole.said);
    const other = bench({}, 2);
    other.world.advance(at(40));
    expect(other.said).not.toEqual(whole.said);
    expect(whole.said.length).toBeGreaterThan(0);
  });

  it('runs the image in lock-step with the interpreter', () => {
    const compiled = bench();
    const interpreted = bench({ interpreted: true });
    for (const { world } of [compiled, interpreted]) world.advance(at(20));
    expect(compiled.said.length).toBeGreaterThan(0);
    expect(compiled.said).toEqual(interpreted.said);
  });

  it('sleeps: a second without a word takes a handful of turns', () => {
    const b = bench();
    b.world.advance(at(1000));
    const due = b.world.nextDue();
    expect(due === undefined || due > after(b.world.now(), milliseconds(100))).toBe(true);
  });
});

describe('an emulated board with other images', () => {
  it('is a board with a fault, not an exception, when the firmware breaks', () => {
    const b = bench({ image: imageOf(0xbe2a) });
    b.world.run(at(100));
    expect(b.board.fault).toMatchObject({ what: 'breakpoint 42' });
    b.world.advance(at(400));
    expect(b.board.fault?.kind).toBe('lockup');
    expect(b.world.nextDue()).toBeUndefined();
  });

  it('starts anew when the watchdog bites, its scratch registers kept', () => {
    // Counts its boots in SCRATCH0 and triggers the watchdog until it has had three.
    const count = [0x4805, 0x68c1, 0x3101, 0x60c1, 0x2903, 0xd003, 0x2201, 0x07d2, 0x6002, 0xe7fe];
    const b = bench({ image: imageOf(...count, 0xe7fe, 0xbf00, 0x8000, 0x4005) });
    b.world.advance(at(5));
    expect(b.board.resets).toBe(2);
    expect(b.board.fault).toBeUndefined();
  });
});

describe('a wait in virtual time', () => {
  it('is over when its time has come, and not before', async () => {
    const { station, world } = bench({ image: imageOf(0xbf30, 0xe7fd) });
    expect(await station.receive(milliseconds(30))).toBeUndefined();
    expect(world.now()).toBe(at(30));
  });

  it('ends when it is woken', async () => {
    const { board, world } = bench({ image: imageOf(0xbf30, 0xe7fd) });
    const port = board.transport();
    const reading = port.read(at(1000));
    port.wake();
    expect(await reading).toEqual([]);
    expect(world.now()).toBeLessThan(at(1000));
  });
});
