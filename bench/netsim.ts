/**
 * Goodput under loss: 10 MiB over a way of 100 ms there and back, frames lost by chance in both directions, in
 * virtual time; beside what smoltcp (2026) had in its own simulation with the same settings.
 */
import { measure } from '../test/simulation/goodput.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';

const LOSSES = [0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3];
/** Octets a second, in the order of LOSSES. */
const PEER: readonly (readonly [buffer: number, goodput: readonly number[]])[] = [
  [1024, [10239, 10023, 8341, 7084, 4003, 1870, 291, 61]],
  [4096, [35062, 33860, 26937, 21887, 14074, 7871, 1604, 402]],
  [8192, [77374, 72992, 58491, 46528, 29421, 15515, 3737, 711]],
  [16384, [161842, 159311, 127091, 104233, 55319, 27269, 7655, 1277]],
  [32768, [322945, 314780, 219671, 166588, 76626, 37775, 6079, 1156]],
];
const MEBIBYTE = 2 ** 20;
const SEEDS = [1, 2, 3];

function cell(buffer: number, loss: number, peer: number, quick: boolean): Figure {
  // Without loss there is no chance in it.
  const seeds = quick || loss === 0 ? SEEDS.slice(0, 1) : SEEDS;
  const octets = quick ? MEBIBYTE / 4 : 10 * MEBIBYTE;
  const runs = seeds.map((seed) => measure({ buffer, loss, seed, octets }).goodput);
  const what = `buffers of ${buffer} octets, ${loss * 100} % lost`;
  return figure(what, 'octets/s', runs, { target: '> 1 ×', peer: 'smoltcp', peerRuns: [peer] });
}

export const benchmark: Benchmark = async (quick) =>
  PEER.flatMap(([buffer, goodputs]) =>
    LOSSES.map((loss, i) => cell(buffer, loss, goodputs[i] ?? 0, quick)),
  );
