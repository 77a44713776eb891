import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import { after, seconds } from '../../src/base/time.ts';
import { Board } from '../../src/hardware/board/board.ts';
import type { Transport } from '../../src/hardware/board/transport.ts';
import { World } from '../../src/hardware/emulator/world.ts';
import { Cable } from '../../src/medium/cable.ts';

const image = new Uint8Array(
  readFileSync(new URL('../../firmware/images/w5500-evb-pico.bin', import.meta.url)),
);
const OCTETS = Uint8Array.from({ length: 1000 }, (_, i) => i);

function bench() {
  const world = new World({ medium: new Cable(), seed: 1 });
  const board = world.addBoard({ name: '', board: 'w5500-evb-pico', image });
  return { world, board, port: board.uart() };
}

it('a thousand octets and their echo take the time of the line, and little more', async () => {
  const { world, port } = bench();
  const board = await Board.open(port, { rng: seededRng(1) });
  for (const rate of [115_200, 921_600]) {
    expect(await board.setLineRate(rate)).toBe(true);
    const started = world.now();
    expect(await board.echo(OCTETS)).toEqual(OCTETS);
    const line = (2 * OCTETS.length * 10e6) / rate;
    expect((world.now() - started) / line).toBeGreaterThan(1);
    expect((world.now() - started) / line).toBeLessThan(1.2);
  }
});

it('loses no octet of many at the highest rate, though its DMA goes round again and again', async () => {
  const board = await Board.open(bench().port, { rng: seededRng(1) });
  expect(await board.setLineRate(3_000_000)).toBe(true);
  const before = await board.statistics(false);
  for (let n = 0; n < 100; n++) {
    const octets = OCTETS.map((octet) => octet + n);
    expect(await board.echo(octets)).toEqual(octets);
  }
  const now = await board.statistics(false);
  for (const what of ['octets_lost', 'bad_crc', 'gaps', 't1_expiries'] as const) {
    expect([what, now[what]]).toEqual([what, before[what]]);
  }
});

it('counts what its DMA wrote over while a wedged chip kept it waiting, and gets that again', async () => {
  const { board: emulated, port, world } = bench();
  world.addStation('peer', Uint8Array.of(2, 0, 0, 0, 0, 2));
  const board = await Board.open(port, { rng: seededRng(1) });
  expect(await board.setLineRate(3_000_000)).toBe(true);
  await board.mac.open(board.address, 0);
  world.advance(after(world.now(), seconds(1)));
  expect((await board.phy.read()).link).toBe(true);
  await board.statistics(true);
  emulated.setChipFault('wedged');
  // A command that is never taken, and one anew after each reset: more than the ring's 27 ms.
  await board.mac.send(new Uint8Array(60));
  const echoes = Array.from({ length: 20 }, () => board.echo(OCTETS));
  for (const echo of await Promise.all(echoes)) expect(echo).toEqual(OCTETS);
  const { octets_lost, gaps, naks_sent } = await board.statistics(false);
  expect(octets_lost).toBeGreaterThan(8192);
  expect(gaps).toBeGreaterThan(0);
  expect(naks_sent).toBeGreaterThan(0);
});

it('both ends are back at the old rate when the new one brings nothing but noise', async () => {
  const { port } = bench();
  // A host whose port makes another rate than it was asked for.
  const crooked: Transport = {
    name: port.name,
    now: () => port.now(),
    write: (octets) => port.write(octets),
    read: (until) => port.read(until),
    wake: () => port.wake(),
    drain: () => port.drain(),
    setLineRate: (rate) => port.setLineRate(rate === 921_600 ? 460_800 : rate),
    lineRate: () => port.lineRate(),
    resetBoard: () => port.resetBoard(),
    diagnostics: () => port.diagnostics(),
    close: () => port.close(),
  };
  const board = await Board.open(crooked, { rng: seededRng(1) });
  expect(await board.setLineRate(921_600)).toBe(false);
  expect(port.lineRate()).toBe(115_200);
  expect((await board.identify()).lineRate?.present).toBe(115_200);
  expect(await board.echo(OCTETS)).toEqual(OCTETS);
});
