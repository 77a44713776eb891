/**
 * One program on QEMU's riscv32 `virt` and on the core of the emulator: octets that it writes to the UART at
 * 0x10000000, until it writes to the power switch at 0x100000.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SharedCode } from '../../src/hardware/emulator/compiler/cache.ts';
import { Core } from '../../src/hardware/emulator/riscv/core.ts';

const BASE = 0x8000_0000;
const SIZE = 0x20000;
const UART = 0x1000_0000;
const UART_STATUS = UART + 5;
const UART_READY = 0x60;
const SWITCH = 0x10_0000;
const CYCLES_MAX = 20_000_000;

/** `hot`: how often an address is passed before it is compiled; without it every instruction is interpreted. */
export function onCore(program: Uint8Array, hot?: number): Uint8Array {
  const said: number[] = [];
  let off = false;
  const core: Core = new Core({
    layout: { size: SIZE, codeBase: BASE, dataBase: BASE, dataOffset: 0 },
    bus: {
      read: (address) => (address === UART_STATUS ? UART_READY : undefined),
      write: (address, _width, value) => {
        if (address === UART) said.push(value & 0xff);
        else if (address === SWITCH) off = true;
        else return false;
        core.yield();
        return true;
      },
    },
    csrs: { mtvecMask: 0xffff_fffc, vectors: 'either', constants: { 3860: 0 } },
    shared: hot === undefined ? undefined : new SharedCode(hot),
  });
  core.memory.load(0, program);
  core.pc = BASE | 0;
  for (let cycles = 0; !off && cycles < CYCLES_MAX; ) cycles += core.run(CYCLES_MAX - cycles);
  if (!off) throw new Error(`the core did not come to the end: pc ${(core.pc >>> 0).toString(16)}`);
  return Uint8Array.from(said);
}

export function onQemu(program: Uint8Array): Uint8Array {
  return inFolder((folder) => {
    const file = join(folder, 'program.bin');
    const out = join(folder, 'out');
    writeFileSync(file, program);
    const machine = ['-M', 'virt', '-cpu', 'rv32,h=false,s=false,u=false', '-m', '16M'];
    const wires = ['-display', 'none', '-monitor', 'none', '-serial', `file:${out}`];
    const load = ['-bios', 'none', '-device', `loader,file=${file},addr=${BASE},cpu-num=0`];
    execFileSync('qemu-system-riscv32', [...machine, ...wires, ...load], { timeout: 10_000 });
    return readFileSync(out);
  });
}

/** By GNU as and ld; the text is at `BASE`. */
export function assemble(text: string): Uint8Array {
  return inFolder((folder) => {
    const file = (end: string) => join(folder, `program.${end}`);
    const run = (tool: string, ...args: string[]) =>
      execFileSync(`riscv64-unknown-elf-${tool}`, args);
    writeFileSync(file('s'), text);
    run('as', '-march=rv32imc_zicsr_zifencei', '-mabi=ilp32', '-o', file('o'), file('s'));
    const base = `0x${BASE.toString(16)}`; // ld takes every number for a hexadecimal one.
    const place = ['-m', 'elf32lriscv', '--no-relax', '-Ttext', base, '-e', base];
    run('ld', ...place, '-o', file('elf'), file('o'));
    run('objcopy', '-O', 'binary', '-j', '.text', file('elf'), file('bin'));
    return readFileSync(file('bin'));
  });
}

export const canCompare = ['qemu-system-riscv32', 'riscv64-unknown-elf-as'].every(
  (command) => spawnSync(command, ['--version']).status === 0,
);

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-riscv-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
