/** A board's serial line taken from the driver, on each substrate that needs no port, and replayed. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../base/octets.ts';
import { seconds } from '../base/time.ts';
import { decodeCassette } from '../capture/cassette-reader.ts';
import type { SerialStation } from '../lab/lab.ts';
import type { Substrate } from '../lab/substrate.ts';
import { loadImage } from './images.ts';
import { Recording } from './recording.ts';
import { openEmulated } from './substrate-emulated.ts';
import { openMock } from './substrate-mock.ts';
import { openReplay } from './substrate-replay.ts';

const PATIENCE_ms = 60_000;

/** OPEN of session 0x1234 with the nonce 0x01020304, by docs/control-protocol.md §2. */
const OPEN = [0x11, 0x12, 0x34, 0, 0, 0x10, 0x00, 1, 1, 8, 0x06, 0x35, 1, 2, 3, 4];

function onTheLine(content: readonly number[]): Uint8Array {
  let crc = 0xffffffff;
  for (const octet of content) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const whole = [...content, ...[24, 16, 8, 0].map((shift) => (~crc >>> shift) & 0xff)];
  const groups: number[][] = [[]];
  for (const octet of whole) {
    if (octet === 0) groups.push([]);
    else groups.at(-1)?.push(octet);
  }
  return Uint8Array.from([0, ...groups.flatMap((group) => [group.length + 1, ...group]), 0]);
}

async function open(kind: string) {
  let text = '';
  const evidence = {
    grow: (name: string) => ({
      write: (octets: Uint8Array) => {
        if (name.endsWith('.cassette')) text += new TextDecoder().decode(octets);
      },
      close() {},
    }),
  };
  const recording = new Recording(evidence, '0', { lab: 'lab99', seed: 7 });
  const request = { seed: 7, fixtures: ['serial'] as const };
  const substrate = await (kind === 'mock'
    ? openMock(request, recording)
    : openEmulated(loadImage(kind), request, recording));
  const replay = () =>
    openReplay({
      cassette: decodeCassette(text),
      lab: 'lab99',
      seed: 7,
      startedAt: '',
      code: { kind: 'learner', path: '' },
      uses: [],
      substrate: substrate.description,
      outcomes: new Map(),
      unfinished: true,
    });
  return { substrate, replay };
}

/** Speaks on the line alone, and lets the driver have it back. */
async function converse({ serial, board, peer }: Substrate): Promise<string> {
  const line = serial as SerialStation;
  await line.send(Uint8Array.of(0, 1, 2, 3, 0xff, 0)); // Noise: no board answers that.
  await line.send(onTheLine(OPEN));
  const answer = await line.receive(seconds(1));
  const frame = new Uint8Array(60).fill(7);
  await board.send(frame);
  expect((await peer.receive(seconds(1)))?.octets).toEqual(frame);
  return toHex(answer ?? new Uint8Array());
}

describe.each(['w5500-evb-pico', 'esp32c3', 'uno', 'mock'])('the serial line of %s', (kind) => {
  it(
    'answers whoever speaks, goes back to the driver, and is the same in a replay',
    async () => {
      const { substrate, replay } = await open(kind);
      expect(substrate.fixtures).toContain('serial');
      const first = await converse(substrate);
      expect(first).toMatch(/^..12.*00$/);
      expect(Buffer.from(first, 'hex').toString('latin1')).toContain(substrate.description.board);
      await converse(substrate);
      const again = await replay();
      expect(await converse(again)).toBe(first);
      await Promise.all([substrate.close(), again.close()]);
    },
    PATIENCE_ms,
  );
});
