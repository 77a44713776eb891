/**
 * The serial link's efficiency: the share of what a line can carry that is the payload of 1514-octet
 * frames, in virtual time, the driver at one end and the firmware's twin at the other.
 */
import { seededRng } from '../src/base/random.ts';
import { milliseconds, seconds } from '../src/base/time.ts';
import { Board } from '../src/hardware/board/board.ts';
import { VirtualBench } from '../test/contract/virtual-bench.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';

const RATES = [115_200, 921_600, 3_000_000];
const FRAME = 1514;
const FRAMES = 300;
/** Half of the W5500's receive buffer, so that the chip always has one to give and never drops one. */
const AHEAD = 5;
const PROMISCUOUS = 0;

export const benchmark: Benchmark = async () => {
  const figures: Figure[] = [];
  for (const rate of RATES) {
    figures.push(await efficiency(rate, 'to the board', toBoard));
    figures.push(await efficiency(rate, 'to the host', toHost));
  }
  return figures;
};

type Transfer = (bench: VirtualBench, board: Board) => Promise<void>;

async function efficiency(rate: number, direction: string, transfer: Transfer): Promise<Figure> {
  const bench = new VirtualBench({ rate });
  await bench.setCable(true);
  const board = await Board.open(bench.transport, { rng: seededRng(1) });
  await board.mac.open(board.address, PROMISCUOUS);
  const began = bench.now;
  await transfer(bench, board);
  const capacity = ((bench.now - began) * rate) / 10 / 1e6;
  await board.close();
  return figure(`${rate} bit/s, ${direction}`, '%', [(100 * FRAMES * FRAME) / capacity], {
    target: '≥ 95',
  });
}

const frameOf = (n: number): Uint8Array => new Uint8Array(FRAME).fill((n % 255) + 1);

async function toBoard(bench: VirtualBench, board: Board): Promise<void> {
  for (let n = 0; n < FRAMES; n++) await board.mac.send(frameOf(n));
  await board.phy.read();
  for (let n = 0; n < FRAMES; n++) {
    const frame = await bench.peer.receive(milliseconds(0));
    if (frame?.length !== FRAME) throw new Error(`frame ${n} was lost on the way out`);
  }
}

async function toHost(bench: VirtualBench, board: Board): Promise<void> {
  let sent = 0;
  for (let got = 0; got < FRAMES; got++) {
    while (sent < FRAMES && sent - got < AHEAD) await bench.peer.send(frameOf(sent++));
    const frame = await board.receive(seconds(5));
    if (frame?.octets.length !== FRAME) throw new Error(`frame ${got} was lost on the way in`);
  }
}
