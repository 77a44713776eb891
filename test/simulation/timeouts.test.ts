/**
 * How often a sender waits for its retransmission timeout where a tenth of all frames is lost each way, on a path so
 * short that the wait is all that costs time. Its window is two or three segments then, so that a retransmission that is
 * lost too has often nothing behind it that would tell (RFC 8985 §3.1): one timeout in some hundred segments is the
 * nature of it. Linux' CUBIC had one in 67 and one in 76 in two runs over such a path, its Reno one in 94 to 110.
 */
import { expect } from 'vitest';
import { microseconds } from '../../src/base/time.ts';
import type { Simulation } from '../../src/simulation/simulation.ts';
import { line } from '../../src/simulation/topology.ts';
import { settle, Transfer } from './bulk.ts';
import { scenario } from './scenario.ts';

const SEGMENT = 1448;
const OCTETS = 4_000_000;

/** How many segments a transfer has for each timeout of its sender. */
function segmentsPerTimeout(simulation: Simulation, loss: number): number {
  const propagation = microseconds(250);
  const { first, last } = line(simulation, [{ rate: 100e6, propagation, impairments: { loss } }], {
    tcp: { retries: 1000, synRetries: 1000 },
  });
  const transfer = new Transfer(simulation, first, last, { octets: OCTETS });
  expect(settle(simulation, [transfer])).toEqual([]);
  return OCTETS / SEGMENT / Math.max(first.host.tcpCounters.timeouts, 1);
}

scenario(
  'a sender that loses a tenth waits for one timeout in 65 segments at most',
  (simulation) => {
    expect(segmentsPerTimeout(simulation, 0.1)).toBeGreaterThan(65);
  },
);

scenario('a sender that loses a twentieth waits for one in 500 at most', (simulation) => {
  expect(segmentsPerTimeout(simulation, 0.05)).toBeGreaterThan(500);
});
