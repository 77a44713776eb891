/**
 * How soon an unplugged board is missed, and how soon it is in use again once it is plugged in. The board is the
 * firmware's twin behind a pseudo-terminal, opened by a link as udev makes them; all above it is what a run on a real
 * port uses. What a real board needs to start and to enumerate comes on top.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRng } from '../src/base/random.ts';
import { after, seconds } from '../src/base/time.ts';
import { BoardPort } from '../src/node/bench/board-port.ts';
import { BoardStation } from '../src/node/board-station.ts';
import { monotonicNow } from '../src/node/clock.ts';
import { openLine } from '../src/node/open-line.ts';
import { openPty, type Pty } from '../src/node/pty.ts';
import { type Benchmark, figure } from './figure.ts';
import { attachTwin } from './pty-twin.ts';

const RUNS = 20;
/** Spread over the interval at which a lost board is looked for. */
const AWAY_MS = 250;
const AWAY_STEP_MS = 37;

export const benchmark: Benchmark = async (quick) => {
  const runs = quick ? 2 : RUNS;
  const folder = mkdtempSync(join(tmpdir(), 'netlab-reconnect-'));
  try {
    const missed: number[] = [];
    const back: number[] = [];
    for (let i = 0; i < runs; i++) {
      missed.push(await untilMissed());
      back.push(await untilBack(join(folder, `tty${i}`), AWAY_MS + ((i * AWAY_STEP_MS) % 200)));
    }
    return [
      figure('a board is unplugged until it is missed', 'ms', missed, { target: '≤ 1000' }),
      figure('a board is plugged in until it is in use again', 'ms', back, { target: '≤ 1000' }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** In milliseconds, while the host waits for what the board may say. */
async function untilMissed(): Promise<number> {
  const pty = await openPty();
  const transport = await openLine(pty.path);
  const reading = transport.read(after(transport.now(), seconds(10))).catch(() => undefined);
  const unplugged = monotonicNow();
  pty.close();
  if ((await reading) !== undefined) throw new Error('nobody missed the board');
  const missed = monotonicNow();
  await transport.close();
  return (missed - unplugged) / 1000;
}

interface PluggedBoard {
  readonly pty: Pty;
  unplug(): void;
}

async function plug(path: string): Promise<PluggedBoard> {
  const pty = await openPty();
  const detach = attachTwin(pty);
  symlinkSync(pty.path, path);
  return {
    pty,
    unplug: () => {
      rmSync(path);
      detach();
      pty.close();
    },
  };
}

async function untilBack(path: string, away_ms: number): Promise<number> {
  const first = await plug(path);
  const port = new BoardPort(path);
  const station = await BoardStation.open({
    rng: seededRng(1),
    connect: () => port.open(),
    release: () => port.release(),
  });
  first.unplug();
  const recovered = station.recover();
  await new Promise((resolve) => setTimeout(resolve, away_ms));
  const plugged = monotonicNow();
  const second = await plug(path);
  if (!(await recovered)) throw new Error('the board was not found again');
  const back = monotonicNow();
  await station.close();
  second.unplug();
  return (back - plugged) / 1000;
}
