/** One transfer over a way that loses frames: a cell of the grid of buffers and losses. */
import { milliseconds, seconds } from '../../src/base/time.ts';
import { Simulation } from '../../src/simulation/simulation.ts';
import { line } from '../../src/simulation/topology.ts';
import { settle, Transfer } from './bulk.ts';

export interface Cell {
  /** Of the sender for what is not acknowledged, and of the receiver. */
  readonly buffer: number;
  /** The probability that a frame is lost, each direction apart. */
  readonly loss: number;
  readonly octets: number;
  readonly seed: number;
}

const ONE_WAY = milliseconds(50);
/** Half of all round trips fail at a loss of 30 %: who gives up after 15 of them would seldom come to the end. */
const RETRIES = 1000;

export interface Goodput {
  /** In octets a second. */
  readonly goodput: number;
  readonly events: number;
}

export function measure({ buffer, loss, octets, seed }: Cell): Goodput {
  const simulation = new Simulation({ seed, name: `${octets} octets, buffers of ${buffer}` });
  const { first, last } = line(
    simulation,
    [{ propagation: ONE_WAY, ...(loss > 0 && { impairments: { loss } }) }],
    {
      tcp: {
        sendBuffer: buffer,
        receiveBuffer: buffer,
        retries: RETRIES,
        synRetries: RETRIES,
      },
    },
  );
  const transfer = new Transfer(simulation, first, last, { octets });
  const failures = settle(simulation, [transfer], seconds(10_000_000));
  if (failures.length > 0) throw new Error(`${failures.join()}: ${simulation.describe()}`);
  return { goodput: transfer.goodput, events: simulation.events };
}
