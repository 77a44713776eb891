/** A raw line on each substrate that needs no board: emulated, mocked, and replayed from its recording. */
import { describe, expect, it } from 'vitest';
import { decodeCassette } from '../capture/cassette-reader.ts';
import type { Fixture, LineStation } from '../lab/lab.ts';
import type { Recorded } from '../lab/replay.ts';
import type { Substrate } from '../lab/substrate.ts';
import type { WireFlaws } from '../medium/wire.ts';
import { loadImage } from './images.ts';
import { Recording } from './recording.ts';
import { RUN_FILES } from './store/runs.ts';
import { openEmulated } from './substrate-emulated.ts';
import { openMock } from './substrate-mock.ts';
import { openReplay } from './substrate-replay.ts';

const PATIENCE_ms = 60_000;

/** The mock, or the board that is emulated. */
const BENCHES = ['mock', 'w5500-evb-pico', 'esp32c3'] as const;
type Bench = (typeof BENCHES)[number];

interface Opened {
  readonly substrate: Substrate;
  /** What the run has recorded so far. */
  recorded(): Recorded;
  /** Ends the recording. */
  waves(): string;
}

async function open(kind: Bench, fixtures: readonly Fixture[], wire?: WireFlaws): Promise<Opened> {
  let text = '';
  let waves = '';
  const evidence = {
    grow: (name: string) => ({
      write: (octets: Uint8Array) => {
        if (name.endsWith('.cassette')) text += new TextDecoder().decode(octets);
        if (name === RUN_FILES.waves) waves += new TextDecoder().decode(octets);
      },
      close: () => {},
    }),
  };
  const recording = new Recording(evidence as never, '0', { lab: 'lab99', seed: 7 });
  const request = { seed: 7, fixtures, wire };
  const substrate =
    kind === 'mock'
      ? await openMock(request, recording)
      : await openEmulated(loadImage(kind), request, recording);
  const recorded = (): Recorded => ({
    cassette: decodeCassette(text),
    lab: 'lab99',
    seed: 7,
    startedAt: '',
    code: { kind: 'learner', path: '' },
    substrate: substrate.description,
    uses: [],
    outcomes: new Map(),
    unfinished: true,
  });
  const ended = () => {
    recording.end();
    return waves;
  };
  return { substrate, recorded, waves: ended };
}

const bits = (text: string): Uint8Array => Uint8Array.from(text, Number);

async function loop(line: LineStation, text: string): Promise<string> {
  const send = bits(text);
  const { samples } = await line.exchange({ rate: 100_000, send, sample: send.length });
  return samples.join('');
}

describe.each(BENCHES)('a raw line on a bench: %s', (kind) => {
  it(
    'has a jumper, and what came over it can be replayed',
    async () => {
      const { substrate, recorded } = await open(kind, ['jumper:tx-rx']);
      expect(substrate.fixtures).toContain('jumper:tx-rx');
      const [line] = substrate.lines as [LineStation];
      await line.setUp({ idle: 1 });
      expect(await loop(line, '0010110')).toBe('0010110');
      const replay = await openReplay(recorded());
      const [again] = replay.lines as [LineStation];
      await again.setUp({ idle: 1 });
      expect(await loop(again, '0010110')).toBe('0010110');
      await Promise.all([substrate.close(), replay.close()]);
    },
    PATIENCE_ms,
  );

  it(
    'leaves its waves with the run',
    async () => {
      const { substrate, waves } = await open(kind, ['jumper:tx-rx']);
      await loop((substrate.lines as [LineStation])[0], '011');
      await substrate.close();
      const text = waves();
      expect(text).toContain('$var wire 1 ! sent $end\n$var wire 1 " sampled $end');
      expect(text.slice(text.indexOf('#'))).toBe('#0\n0!\n0"\n#1\n1!\n1"\n#3\nx!\nx"\n');
    },
    PATIENCE_ms,
  );

  it(
    'carries from one board to another, and is the wired AND of both',
    async () => {
      const { substrate } = await open(kind, ['boards:2']);
      const [one, two] = substrate.lines as [LineStation, LineStation];
      for (const line of [one, two]) await line.setUp({ drive: 'open-drain', pull: 'up' });
      const heard = two.exchange({ rate: 100_000, sample: 6, trigger: 'falling' });
      const told = one.exchange({ rate: 100_000, send: bits('11111011010111'), sample: 14 });
      expect((await told).samples.join('')).toBe('11111011010111');
      expect((await heard).samples.join('')).toBe('011010');
      await substrate.close();
    },
    PATIENCE_ms,
  );

  it(
    'lets a board whose clock is fast take more samples of the same time',
    async () => {
      const { substrate } = await open(kind, ['boards:2'], { clockErrors: [0, 0.02] });
      const [one, two] = substrate.lines as [LineStation, LineStation];
      await one.setUp({});
      await two.setUp({ drive: 'open-drain' });
      const heard = two.exchange({ rate: 100_000, sample: 260, trigger: 'rising' });
      await one.exchange({ rate: 100_000, send: new Uint8Array(200).fill(1) });
      const ones = (await heard).samples.reduce((sum, level) => sum + level, 0);
      expect(ones).toBe(204);
      await substrate.close();
    },
    PATIENCE_ms,
  );

  it(
    'is as noisy as it is told to be',
    async () => {
      const { substrate } = await open(kind, ['jumper:tx-rx'], { flip: 0.1 });
      const [line] = substrate.lines as [LineStation];
      const { samples } = await line.exchange({ rate: 100_000, sample: 2000 });
      const flipped = samples.reduce((sum, level) => sum + level, 0);
      expect(flipped).toBeGreaterThan(140);
      expect(flipped).toBeLessThan(260);
      await substrate.close();
    },
    PATIENCE_ms,
  );
});
