/** `segments:N` on each substrate that has it: nothing crosses from one to another, and a recording has all of them. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../base/octets.ts';
import { milliseconds, seconds } from '../base/time.ts';
import { decodeCassette } from '../capture/cassette-reader.ts';
import { decodeCapture } from '../capture/pcapng-reader.ts';
import { World } from '../hardware/emulator/world.ts';
import type { Segment, Station } from '../lab/lab.ts';
import type { Substrate } from '../lab/substrate.ts';
import { Loopback } from '../medium/loopback.ts';
import type { PortWorld } from './bench/board-port.ts';
import { loadImage } from './images.ts';
import { Recording } from './recording.ts';
import { RUN_FILES } from './store/runs.ts';
import { openEmulated } from './substrate-emulated.ts';
import { openMemory } from './substrate-memory.ts';
import { openMock } from './substrate-mock.ts';
import { openPort } from './substrate-port.ts';
import { openReplay } from './substrate-replay.ts';

const PATIENCE_ms = 120_000;
const REQUEST = { seed: 7, fixtures: ['segments:3'] } as const;
const KIND = 'esp32c3';

interface Kept {
  readonly recording: Recording;
  readonly octets: Map<string, Uint8Array>;
}

function keeping(): Kept {
  const octets = new Map<string, Uint8Array>();
  const grow = (name: string) => ({
    write: (more: Uint8Array) => {
      octets.set(name, Uint8Array.from([...(octets.get(name) ?? []), ...more]));
    },
    close: () => {},
  });
  return { recording: new Recording({ grow }, '0', { lab: 'lab99', seed: REQUEST.seed }), octets };
}

/** Boards with a loopback plug each, as ports of a machine of their own. */
function loopedBoards(): PortWorld {
  const boards = new Map<string, ReturnType<World['addBoard']>>();
  const never = async () => {
    throw new Error('no port goes away here');
  };
  return {
    now: () => 0 as never,
    sleep: never,
    ports: async () => [],
    async openLine(port) {
      const world = new World({ medium: new Loopback(), seed: Number(port.at(-1)) });
      const image = loadImage(KIND).octets;
      const board = boards.get(port) ?? world.addBoard({ name: port, board: KIND, image });
      boards.set(port, board);
      board.setLineState(true, true);
      return board.transport();
    },
  };
}

const opened = {
  memory: ({ recording }: Kept) => openMemory(REQUEST, recording),
  mock: ({ recording }: Kept) => openMock(REQUEST, recording),
  emulated: ({ recording }: Kept) => openEmulated(loadImage(KIND), REQUEST, recording),
  port: ({ recording }: Kept) => {
    const [first, ...segments] = [1, 2, 3].map((i) => ({ port: `/dev/b${i}`, peer: 'loopback' }));
    return openPort(
      { ...first, port: '/dev/b1', segments, world: loopedBoards() },
      REQUEST,
      recording,
    );
  },
};

const frame = (fill: number): Uint8Array => {
  const octets = new Uint8Array(60).fill(fill);
  octets.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, fill, 0x88, 0xb5]);
  return octets;
};

/** What each of the others hears when one sends, station by station. */
async function crossings(segments: readonly Segment[]): Promise<string[]> {
  const stations: readonly Station[] = segments.flatMap(({ board, peer }) => [board, peer]);
  const heard: string[] = [];
  for (const [from, sender] of stations.entries()) {
    await sender.send(frame(from + 1));
    // Its own neighbour first, who may take his time where that is real: then nobody else has any excuse.
    const others = [...stations.keys()].filter((to) => to !== from && to !== (from ^ 1));
    for (const to of [from ^ 1, ...others]) {
      const patience = to === (from ^ 1) ? seconds(20) : milliseconds(2);
      const got = await stations[to]?.receive(patience);
      if (got !== undefined) heard.push(`${from} to ${to}: ${got.octets[11]}`);
    }
  }
  return heard;
}

const EACH_TO_ITS_OWN = [0, 1, 2, 3, 4, 5].map((from) => `${from} to ${from ^ 1}: ${from + 1}`);

function replayed({ octets }: Kept, substrate: Substrate): Promise<Substrate> {
  return openReplay({
    cassette: decodeCassette(new TextDecoder().decode(octets.get(RUN_FILES.cassette))),
    ...{ lab: 'lab99', seed: REQUEST.seed, startedAt: '', unfinished: true, uses: [] },
    code: { kind: 'learner', path: '' },
    substrate: substrate.description,
    outcomes: new Map(),
  });
}

describe.each(['memory', 'mock', 'emulated', 'port'] as const)('three segments on %s', (kind) => {
  it(
    'are three cables; the capture has an interface for each, and the recording replays',
    async () => {
      const kept = keeping();
      const substrate = await opened[kind](kept);
      expect(substrate.fixtures).toContain('segments:3');
      const { segments = [] } = substrate;
      expect(segments[0]?.board).toBe(substrate.board);
      expect(segments[0]?.peer).toBe(substrate.peer);
      const addresses = segments.flatMap(({ board, peer }) => [board.address, peer.address]);
      expect(new Set(addresses.map((address) => toHex(address))).size).toBe(6);
      expect(await crossings(segments)).toEqual(EACH_TO_ITS_OWN);
      await substrate.close();
      const capture = decodeCapture(kept.octets.get(RUN_FILES.frames) as Uint8Array);
      expect(capture.damage).toBeUndefined();
      expect(capture.interfaces.map(({ name }) => name)).toEqual(['cable', 'cable 2', 'cable 3']);
      for (const { octets, interface: at } of capture.packets) {
        expect(at).toBe(((octets[11] ?? 0) - 1) >> 1);
      }
      expect(capture.packets.length).toBeGreaterThanOrEqual(6);
      if (kind === 'memory') return;
      const replay = await replayed(kept, substrate);
      expect(replay.fixtures).toContain('segments:3');
      expect(await crossings(replay.segments ?? [])).toEqual(EACH_TO_ITS_OWN);
      await replay.close();
    },
    PATIENCE_ms,
  );
});
