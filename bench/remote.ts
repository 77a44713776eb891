/**
 * A board behind RFC 2217 against the same board behind its own port: two pseudo-terminals of the firmware's twin,
 * one opened as it is and one shared on the loopback interface, in turns in one run.
 */
import { seededRng } from '../src/base/random.ts';
import { Board } from '../src/hardware/board/board.ts';
import { monotonicNow } from '../src/node/clock.ts';
import { openLine, openOctets } from '../src/node/open-line.ts';
import { openPty } from '../src/node/pty.ts';
import { sharePort } from '../src/node/remote/share.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';
import { attachTwin } from './pty-twin.ts';

interface Bench {
  readonly board: Board;
  close(): Promise<void>;
}

async function bench(remote: boolean): Promise<Bench> {
  const pty = await openPty();
  const detach = attachTwin(pty);
  const share = remote
    ? await sharePort({
        open: () => openOctets(pty.path),
        host: '127.0.0.1',
        port: 0,
        signature: 'bench',
      })
    : undefined;
  const transport = await openLine(share?.name ?? pty.path);
  const board = await Board.open(transport, { rng: seededRng(1) });
  return {
    board,
    close: async () => {
      await board.close();
      await share?.close();
      detach();
      pty.close();
    },
  };
}

/** Microseconds of one echo of one octet, on average. */
async function roundTrip(board: Board, count: number): Promise<number> {
  const octet = Uint8Array.of(1);
  const begun = monotonicNow();
  for (let i = 0; i < count; i++) await board.echo(octet);
  return (monotonicNow() - begun) / count;
}

/** Octets a second, each way at once, of long echoes, as many under way as the window lets be. */
async function throughput(board: Board, count: number): Promise<number> {
  const octets = new Uint8Array(board.echoMax).fill(0x55);
  const begun = monotonicNow();
  const UNDER_WAY = 8;
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await board.echo(octets);
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, worker));
  return (count * octets.length * 1e6) / (monotonicNow() - begun);
}

type Measure = (board: Board, count: number) => Promise<number>;

async function inTurns(
  measure: Measure,
  count: number,
  runs: number,
  [local, remote]: readonly [Bench, Bench],
): Promise<{ local: number[]; remote: number[] }> {
  const all = { local: [] as number[], remote: [] as number[] };
  await measure(local.board, count);
  await measure(remote.board, count);
  for (let run = 0; run < runs; run++) {
    all.local.push(await measure(local.board, count));
    all.remote.push(await measure(remote.board, count));
  }
  return all;
}

export const benchmark: Benchmark = async (quick) => {
  const runs = quick ? 2 : 9;
  const pair = [await bench(false), await bench(true)] as const;
  const figures: Figure[] = [];
  try {
    const times = await inTurns(roundTrip, quick ? 50 : 500, runs, pair);
    figures.push(
      figure('round trip of one octet by RFC 2217', 'µs', times.remote, {
        peer: 'the same port opened here',
        peerRuns: times.local,
      }),
    );
    const rates = await inTurns(throughput, quick ? 50 : 1000, runs, pair);
    figures.push(
      figure('echoed by RFC 2217, each way', 'octets/s', rates.remote, {
        peer: 'the same port opened here',
        peerRuns: rates.local,
      }),
    );
  } finally {
    for (const each of pair) await each.close();
  }
  return figures;
};
