/**
 * The interrupt matrix: 62 sources on 31 lines of the CPU, by level. ESP32-C3 Technical Reference Manual,
 * Interrupt Matrix; ESP-RISC-V CPU, Interrupt Controller. Edges are not modelled.
 */
import type { Peripheral } from './peripheral.ts';

export const SOURCE = {
  gpio: 16,
  spi2: 19,
  uart0: 21,
  usb: 26,
  systimer0: 37,
  gdma0: 44,
} as const;

const SOURCES = 62;
const LINES = 32;
const MAP_END = 4 * SOURCES;
const STATUS = 0xf8;
const ENABLE = 0x104;
const TYPE = 0x108;
const PRIORITY_1 = 0x114;
const PRIORITY_END = PRIORITY_1 + 4 * (LINES - 1);
const THRESHOLD = 0x194;

export class InterruptMatrix implements Peripheral {
  readonly #raise: (line: number) => void;
  readonly #map = new Uint8Array(SOURCES);
  readonly #active = new Uint8Array(SOURCES);
  readonly #priority = new Uint8Array(LINES);
  #enable = 0;
  #type = 0;
  #threshold = 0;

  constructor(raise: (line: number) => void) {
    this.#raise = raise;
  }

  set(source: number, active: boolean): void {
    const level = active ? 1 : 0;
    if (this.#active[source] === level) return;
    this.#active[source] = level;
    this.#update();
  }

  read(offset: number): number {
    if (offset < MAP_END) return this.#map[offset >> 2] ?? 0;
    if (offset === STATUS || offset === STATUS + 4) return this.#status((offset - STATUS) * 8);
    if (offset === ENABLE) return this.#enable;
    if (offset === TYPE) return this.#type;
    if (offset === THRESHOLD) return this.#threshold;
    if (offset >= PRIORITY_1 && offset < PRIORITY_END) {
      return this.#priority[((offset - PRIORITY_1) >> 2) + 1] ?? 0;
    }
    return 0;
  }

  write(offset: number, value: number): void {
    if (offset < MAP_END) this.#map[offset >> 2] = value & 31;
    else if (offset === ENABLE) this.#enable = value;
    else if (offset === TYPE) this.#type = value;
    else if (offset === THRESHOLD) this.#threshold = value & 15;
    else if (offset >= PRIORITY_1 && offset < PRIORITY_END) {
      this.#priority[((offset - PRIORITY_1) >> 2) + 1] = value & 15;
    }
    this.#update();
  }

  #status(from: number): number {
    let bits = 0;
    for (let i = 0; i < 32; i++) bits |= (this.#active[from + i] ?? 0) << i;
    return bits >>> 0;
  }

  /** The line of the highest priority that is active, enabled and not below the threshold; 0 has none. */
  #update(): void {
    let best = 0;
    let highest = 0;
    for (let source = 0; source < SOURCES; source++) {
      if (this.#active[source] === 0) continue;
      const line = this.#map[source] ?? 0;
      const priority = this.#priority[line] ?? 0;
      const enabled = ((this.#enable >>> line) & 1) === 1 && priority >= this.#threshold;
      if (line === 0 || !enabled || priority <= highest) continue;
      best = line;
      highest = priority;
    }
    this.#raise(best);
  }
}
