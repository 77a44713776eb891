import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../src/base/random.ts';
import { after, type Instant, milliseconds, seconds } from '../../src/base/time.ts';
import type { Transport } from '../../src/hardware/board/transport.ts';
import { HostSession } from '../../src/hardware/control/host-session.ts';
import { encodeMessage, OP } from '../../src/hardware/control/messages.ts';
import type { EmulatedPort } from '../../src/hardware/emulator/port.ts';
import type { EmulatedStation } from '../../src/hardware/emulator/station.ts';
import { World } from '../../src/hardware/emulator/world.ts';
import type { Station } from '../../src/lab/lab.ts';
import { Cable } from '../../src/medium/cable.ts';

// The ends of a cable do not know each other; here they are held together.
const asTransport = (port: EmulatedPort): Transport => port;
const asStation = (station: EmulatedStation): Station => station;

const BOARDS = ['w5500-evb-pico', 'esp32c3'] as const;
type Kind = (typeof BOARDS)[number];
const imageOf = (board: Kind): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../firmware/images/${board}.bin`, import.meta.url)));

/** Opens a session with an emulated board, bounces frames off its peer, and tells all that was seen. */
async function transcript(kind: Kind, seed: number, interpreted = false): Promise<string[]> {
  const seen: string[] = [];
  const world = new World({ medium: new Cable(), seed });
  const board = world.addBoard({ name: 'dut', board: kind, image: imageOf(kind), interpreted });
  const station = asStation(world.addStation('peer', Uint8Array.of(2, 0, 0, 0, 0, 9)));
  const port = asTransport(board.transport());
  world.tap = (frame, at, end) => seen.push(`${at} ${end} ${frame.join('.')}`);
  const rng = seededRng(seed);
  const open = seconds(2);
  const session = new HostSession({ rng, capacity: 16384, lineRate: 0, open, silence: seconds(1) });
  const turn = async (until: Instant) => {
    for (let o = session.pollOutput(port.now()); o; o = session.pollOutput(port.now()))
      port.write(o);
    for (const encoded of await port.read(until)) session.handleEncoded(encoded, port.now());
    session.handleTimeout(port.now());
    for (let m = session.pollMessage(); m !== undefined; m = session.pollMessage()) {
      seen.push(`${port.now()} message ${m.join('.')}`);
      session.consume(m);
    }
  };
  const run = async (time: number) => {
    const end = after(port.now(), milliseconds(time));
    while (port.now() < end) await turn(Math.min(end, port.now() + 1000) as Instant);
  };
  session.open(port.now());
  await run(50);
  session.send(encodeMessage(OP.MAC_OPEN, 1, Uint8Array.of(2, 0, 0, 0, 0, 1, 0)), port.now());
  await run(320);
  for (let i = 0; i < 8; i++) {
    const frame = Uint8Array.from({ length: 60 + 200 * i }, (_, k) => (k < 1 ? 2 : k * i));
    session.send(encodeMessage(OP.MAC_SEND, 2, frame), port.now());
    await run(4);
    const received = await station.receive(milliseconds(1));
    expect(received?.octets).toEqual(frame);
    await station.send(frame);
    await run(4);
  }
  return seen;
}

describe.each(BOARDS)('%s', (kind) => {
  it('frames go through it both ways unchanged, twice the same for one seed', async () => {
    const first = await transcript(kind, 3);
    expect(first.filter((line) => line.includes(' message 47.')).length).toBe(8); // MAC_RECEIVED
    expect(await transcript(kind, 3)).toEqual(first);
  }, 30_000);

  it('compiled code carries them at the same microseconds as the interpreter', async () => {
    expect(await transcript(kind, 3)).toEqual(await transcript(kind, 3, true));
  }, 30_000);
});
