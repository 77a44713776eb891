/** The CPU of an emulated board never asleep: seconds of the board's time a second of CPU time. */
import { RP2040 } from 'rp2040js';
import { seededRng } from '../src/base/random.ts';
import { UnoBoard } from '../src/hardware/emulator/avr/board.ts';
import { Esp32C3Board } from '../src/hardware/emulator/esp32c3/board.ts';
import type { EmulatedKind, Machine, MachineOptions } from '../src/hardware/emulator/machine.ts';
import { Board as Rp2040Board } from '../src/hardware/emulator/rp2040/board.ts';
import { type Figure, figure } from './figure.ts';

/** CRC-32 by bits over RAM for ever: r0 the CRC, r1 the polynomial, r3 the data, r4 what is left of it. */
const THUMB = Uint16Array.of(
  ...[0x4907, 0x2401, 0x02a4, 0x4b07, 0x781a, 0x4050, 0x2508, 0x0840, 0xd300, 0x4048],
  ...[0x3d01, 0xd1fa, 0x3301, 0x3c01, 0xd1f4, 0xe7f0, 0x8320, 0xedb8, 0x0000, 0x2000],
);

/** ATmega328P: 32 bits of a CRC for ever. */
const AVR = Uint16Array.of(
  ...[0x9586, 0x9577, 0x9567, 0x9557, 0xf420, 0x2785, 0x2776, 0x2767, 0x2758, 0xcff6],
);

/** The same CRC as the RP2040's: a0 the CRC, a1 the polynomial, a3 the data, a4 what is left of it. */
const RV32 = Uint32Array.of(
  ...[0xedb885b7, 0x32058593, 0xfff00513, 0x3fca06b7, 0x40000713, 0x0006c603, 0x00c54533],
  ...[0x00800793, 0x00157613, 0x00155513, 0x00060463, 0x00b54533, 0xfff78793, 0xfe0796e3],
  ...[0x00168693, 0xfff70713, 0xfc071ae3, 0xfc9ff06f],
);

/** Of the ESP32-C3's mask ROM: a header, one segment, the checksum at the end of a line of 16. */
function esp32c3Image(code: Uint32Array): Uint8Array {
  const [header, entry] = [32, 0x40380000];
  const image = new Uint8Array(((header + code.byteLength) | 15) + 1);
  const view = new DataView(image.buffer);
  image.set([0xe9, 1]);
  view.setUint32(4, entry, true);
  view.setUint16(12, 5, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, code.byteLength, true);
  const octets = new Uint8Array(code.buffer);
  image.set(octets, header);
  image[image.length - 1] = octets.reduce((sum, octet) => sum ^ octet, 0xef);
  return image;
}

interface Subject {
  readonly make: (options: MachineOptions) => Machine;
  readonly image: Uint8Array;
  /** Until it runs, and V8 has seen it run. */
  readonly before_ms: number;
}

const octetsOf = ({ buffer }: Uint16Array): Uint8Array => new Uint8Array(buffer.slice(0));

const SUBJECTS: Readonly<Record<EmulatedKind, Subject>> = {
  'w5500-evb-pico': {
    ...{ make: (options) => new Rp2040Board(options), image: octetsOf(THUMB), before_ms: 20 },
  },
  esp32c3: {
    ...{ make: (options) => new Esp32C3Board(options), image: esp32c3Image(RV32), before_ms: 60 },
  },
  uno: { make: (options) => new UnoBoard(options), image: octetsOf(AVR), before_ms: 100 },
};

/** In milliseconds. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function ourRun(board: EmulatedKind, busy_ms: number): number {
  const { make, image, before_ms } = SUBJECTS[board];
  const nothing = () => undefined;
  const machine = make({
    ...{ image, interpreted: false, start: 0, rng: seededRng(1), negotiation: 1 },
    ...{ onOutput: nothing, onUart: nothing, onTransmit: nothing },
    onFault: (fault) => {
      throw new Error(fault.what);
    },
  });
  machine.run(before_ms * 1e6);
  const before = process.cpuUsage();
  machine.run((before_ms + busy_ms) * 1e6);
  return busy_ms / cpuSince(before);
}

/** rp2040js as it comes, for a tenth of the time. */
function stockRun(busy_ms: number): number {
  const mcu = new RP2040();
  mcu.flash.set(octetsOf(THUMB));
  mcu.core.PC = 0x10000000;
  const before = process.cpuUsage();
  let cycles = 0;
  while (cycles < busy_ms * 12_500) cycles += mcu.core.executeInstruction();
  return busy_ms / 10 / cpuSince(before);
}

export function busy(board: EmulatedKind, runs: number, busy_ms: number): Figure {
  const times = Array.from({ length: runs });
  const what = 'busy CPU, by CPU time';
  const ours = times.map(() => ourRun(board, busy_ms));
  if (board !== 'w5500-evb-pico') return figure(what, '× real time', ours, { target: '≥ 1.0' });
  const peerRuns = times.map(() => stockRun(busy_ms));
  const peer = "rp2040js' own interpreter";
  return figure(what, '× real time', ours, { target: '≥ 1.0', peer, peerRuns });
}
