/** Many flows over one bottleneck with a short queue, their round trips different, in virtual time. */
import { below, seededRng } from '../src/base/random.ts';
import { after, type Instant, milliseconds, seconds } from '../src/base/time.ts';
import { dropTail } from '../src/simulation/discipline.ts';
import { Simulation } from '../src/simulation/simulation.ts';
import { dumbbell } from '../src/simulation/topology.ts';
import { Transfer } from '../test/simulation/bulk.ts';
import { jain } from '../test/simulation/jain.ts';
import { type Benchmark, type Figure, figure } from './figure.ts';

const FLOWS = 64;
const RATE = 200_000_000;
const QUEUE = 65_536;
const SHORTEST = 50;
const LONGEST = 150;
const ENDLESS = 2 ** 40;
const SEEDS = [1, 2, 3];

interface Outcome {
  readonly index: number;
  /** Of what the link can carry, frames counted whole. */
  readonly utilisation: number;
}

function run(rttFairness: boolean, seed: number, warmUp_s: number, measured_s: number): Outcome {
  const simulation = new Simulation({ seed, name: 'fairness' });
  const access = Array.from({ length: FLOWS }, (_, i) => {
    const roundTrip = SHORTEST + ((LONGEST - SHORTEST) * i) / (FLOWS - 1);
    return { propagation: milliseconds(roundTrip / 2) };
  });
  const shared = { rate: RATE, queue: dropTail(QUEUE) };
  const { pairs, bottleneck } = dumbbell(simulation, access, shared, { tcp: { rttFairness } });
  const transfers: Transfer[] = [];
  const rng = seededRng(simulation.newSeed());
  for (const { left, right } of pairs) {
    // Within the first second, so that their first windows do not fall on each other.
    simulation.at(below(rng, seconds(1)) as Instant, () => {
      transfers.push(new Transfer(simulation, left, right, { octets: ENDLESS }));
    });
  }
  simulation.run(seconds(warmUp_s) as number as Instant);
  const before = transfers.map((t) => t.received);
  const carried = bottleneck.wires[0].counters.octetsDelivered;
  simulation.run(after(simulation.now, seconds(measured_s)));
  const shares = transfers.map((t, i) => t.received - (before[i] ?? 0));
  const octets = bottleneck.wires[0].counters.octetsDelivered - carried;
  return { index: jain(shares), utilisation: (octets * 8) / RATE / measured_s };
}

const PEER = 'smoltcp';

function figures(rttFairness: boolean, quick: boolean): Figure[] {
  const seeds = quick ? SEEDS.slice(0, 1) : SEEDS;
  const outcomes = seeds.map((seed) =>
    quick ? run(rttFairness, seed, 5, 5) : run(rttFairness, seed, 20, 60),
  );
  const of = `${FLOWS} flows, ${rttFairness ? 'as hosts have it' : 'CUBIC as RFC 9438 has it'}`;
  return [
    figure(
      `Jain's index of ${of}`,
      '',
      outcomes.map((o) => o.index),
      {
        target: '≥ 0.99',
        peer: PEER,
        peerRuns: [0.987],
      },
    ),
    figure(
      `utilisation of the link, ${of}`,
      '%',
      outcomes.map((o) => o.utilisation * 100),
      {
        target: '≥ 70',
        peer: PEER,
        peerRuns: [34],
      },
    ),
  ];
}

/** Of connections as they are unless told otherwise, and beside it of what the RFC alone gives. */
export const benchmark: Benchmark = async (quick) => [
  ...figures(true, quick),
  ...figures(false, quick),
];
