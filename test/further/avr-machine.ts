/** One program, or one image, on simavr's ATmega328P (an independent emulator) and on ours. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnoBoard } from '../../src/hardware/emulator/avr/board.ts';
import { Core } from '../../src/hardware/emulator/avr/core.ts';
import { VirtualClock } from '../../src/hardware/emulator/clock.ts';

const ROOT = fileURLToPath(new URL('../../firmware/', import.meta.url));
const RUNNER = fileURLToPath(new URL('avr/simavr-uno.c', import.meta.url));
const SRAM = 2048;
const CYCLE = 62.5;
/** Ours starts with the fuses' 65 ms, simavr at once. */
const START_UP = 65_000_000;

export const canCompare =
  ['avr-as', 'gcc'].every((command) => spawnSync(command, ['--version']).status === 0) &&
  spawnSync('gcc', [
    '-E',
    '-include',
    'simavr/sim_avr.h',
    '-I/usr/include/simavr',
    '-xc',
    '/dev/null',
  ]).status === 0;

const hexadecimal = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Octets that the host puts on the line from a cycle on. */
export interface Said {
  readonly cycle: number;
  readonly octets: Uint8Array;
}

/** simavr with the firmware's model of the W5500 in C, as a process. */
export class Simavr {
  readonly #folder = mkdtempSync(join(tmpdir(), 'netlab-avr-'));

  constructor() {
    const include = ['core', 'model'].flatMap((folder) => ['-I', join(ROOT, folder)]);
    const sources = [RUNNER, join(ROOT, 'model/w5500_model.c')];
    const libraries = ['-I', '/usr/include/simavr', '-lsimavr', '-lelf'];
    const out = ['-O1', '-o', join(this.#folder, 'runner')];
    execFileSync('gcc', [...include, ...sources, ...libraries, ...out]);
  }

  /** Registers, then SRAM; and the cycles. */
  memory(program: Uint8Array): { readonly memory: Uint8Array; readonly cycles: number } {
    const [memory = '', cycles = ''] = this.#run(program, ['memory']).split('\n');
    return { memory: hexadecimal(memory), cycles: Number(cycles) };
  }

  line(image: Uint8Array, cycles: number, script: readonly Said[]): Uint8Array {
    const said = script.flatMap(({ cycle, octets }) => [
      String(cycle),
      Buffer.from(octets).toString('hex'),
    ]);
    return hexadecimal(this.#run(image, ['line', String(cycles), ...said]).trim());
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #run(program: Uint8Array, args: readonly string[]): string {
    const file = join(this.#folder, 'program.bin');
    writeFileSync(file, program);
    const runner = join(this.#folder, 'runner');
    return execFileSync(runner, [file, ...args], { encoding: 'utf8', timeout: 60_000 });
  }
}

/** As `Simavr.memory`, on our core: until it sleeps with interrupts off. */
export function memoryOfCore(program: Uint8Array): { memory: Uint8Array; cycles: number } {
  const clock = new VirtualClock();
  const core = new Core(clock, 0, program, new Uint8Array(SRAM));
  while (!core.asleep && clock.nanos < 20e9) core.run(20e9);
  const { data, cycles } = core.cpu;
  const memory = Uint8Array.from([...data.subarray(0, 32), ...core.ram]);
  return { memory, cycles };
}

/** As `Simavr.line`, on our board. What SRAM holds at power on is 0 there, too. */
export function lineOfBoard(
  image: Uint8Array,
  cycles: number,
  script: readonly Said[],
): Uint8Array {
  const said: number[] = [];
  const board = new UnoBoard({
    image,
    interpreted: true,
    start: 0,
    rng: { next: () => 0 },
    negotiation: 0,
    onOutput: () => undefined,
    onUart: (octets) => said.push(...octets),
    onTransmit: () => undefined,
    onFault: () => undefined,
  });
  board.cable(true);
  const run = (cycle: number) => {
    const until = START_UP + cycle * CYCLE;
    while (board.nanos < until) board.run(until);
  };
  for (const { cycle, octets } of script) {
    run(cycle);
    board.writeUart(octets);
  }
  run(cycles);
  return Uint8Array.from(said);
}

/** By GNU as and ld, at 0. */
export function assembleAvr(text: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-avr-'));
  try {
    const file = (end: string) => join(folder, `program.${end}`);
    writeFileSync(file('s'), text);
    execFileSync('avr-as', ['-mmcu=atmega328p', '-o', file('o'), file('s')]);
    execFileSync('avr-ld', ['-m', 'avr5', '-Ttext', '0', '-e', '0', '-o', file('elf'), file('o')]);
    execFileSync('avr-objcopy', ['-O', 'binary', '-j', '.text', file('elf'), file('bin')]);
    return readFileSync(file('bin'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
