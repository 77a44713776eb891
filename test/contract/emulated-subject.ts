/** The emulated board in virtual time, its image and all, and a station at the other end of its cable. */
import type { EmulatedKind } from '../../src/hardware/emulator/machine.ts';
import { World } from '../../src/hardware/emulator/world.ts';
import { Cable } from '../../src/medium/cable.ts';
import { loadImage } from '../../src/node/images.ts';
import { OTHER } from './fixture.ts';
import type { ContractSubject } from './subject.ts';

/** By its USB plug, which has no line rate, or by its UART0 at 115200 bit/s. */
export function emulatedSubject(kind: EmulatedKind, by: 'usb' | 'uart'): ContractSubject {
  const cable = new Cable();
  const world = new World({ medium: cable, seed: 1 });
  const image = loadImage(kind).octets;
  const board = world.addBoard({ name: 'emulated', board: kind, image });
  const station = world.addStation('peer', OTHER);
  return {
    transport: by === 'usb' ? board.transport() : board.uart(),
    ...(by === 'uart' && { otherRate: kind === 'uno' ? 500_000 : 921_600 }),
    peer: {
      send: (frame) => station.send(frame),
      receive: async (timeout) => (await station.receive(timeout))?.octets,
    },
    reset: async () => board.reset('pin'),
    setCable: async (plugged) => (plugged ? cable.plug(0) : cable.unplug(0, world.now())),
    close: async () => {},
  };
}
