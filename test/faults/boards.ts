/** The boards that faults happen to, each with a loopback plug, in virtual time. */
import type { EmulatedKind } from '../../src/hardware/emulator/machine.ts';
import { World } from '../../src/hardware/emulator/world.ts';
import { Loopback } from '../../src/medium/loopback.ts';
import { loadImage } from '../../src/node/images.ts';
import { VirtualBench } from '../contract/virtual-bench.ts';
import { type BoardUnderFault, FaultyBoard } from './faulty-board.ts';

export type Kind = 'twin' | 'w5500-evb-pico' | 'esp32c3';

export const faultyBoard = (kind: Kind): FaultyBoard =>
  new FaultyBoard(kind === 'twin' ? twin() : emulated(kind));

function twin(): BoardUnderFault {
  const bench = new VirtualBench({ loopback: true });
  void bench.setCable(true);
  return {
    transport: () => bench.transport,
    powerCycle: () => {
      bench.toHost.cut(5);
      bench.twin.restart('power', bench.now);
    },
  };
}

function emulated(kind: EmulatedKind): BoardUnderFault {
  const world = new World({ medium: new Loopback(), seed: 1 });
  const board = world.addBoard({ name: kind, board: kind, image: loadImage(kind).octets });
  return {
    transport: () => {
      // Whoever opens a port raises its lines.
      board.setLineState(true, true);
      return board.transport();
    },
    powerCycle: () => board.reset('power'),
  };
}
