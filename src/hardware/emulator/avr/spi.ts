/**
 * The SPI as a master, octet by octet: what goes out and comes in does so at the write of SPDR, and SPIF rises when the
 * bus would be done. Datasheet §19. Slave mode and other modes than 0 are not modelled.
 */
import type { Alarm, Clock } from '../clock.ts';
import type { W5500 } from '../w5500/chip.ts';
import { type Core, CYCLE, type Interrupt } from './core.ts';

const SPCR = 0x4c;
const SPSR = 0x4d;
const SPDR = 0x4e;

const SPIE = 0x80;
const SPE = 0x40;
const SPIF = 0x80;
const WCOL = 0x40;
const SPI2X = 0x01;
const BITS = 8;
/** By SPR1:0; half of it with SPI2X. */
const DIVIDERS = [4, 16, 64, 128] as const;

export class Spi {
  readonly #core: Core;
  readonly #chip: W5500;
  readonly #done: Alarm;
  readonly #complete: Interrupt;
  #doneAt = 0;
  #flagged = true;
  #answer = 0;

  constructor(core: Core, clock: Clock, chip: W5500) {
    this.#core = core;
    this.#chip = chip;
    this.#done = clock.createAlarm(() => this.#settle());
    this.#complete = {
      ...{ address: 0x22, flagRegister: SPSR, flagMask: SPIF },
      ...{ enableRegister: SPCR, enableMask: SPIE },
    };
    const { cpu } = core;
    cpu.writeHooks[SPDR] = (octet) => this.#exchange(octet);
    cpu.readHooks[SPDR] = () => {
      this.#settle();
      cpu.clearInterrupt(this.#complete);
      return this.#answer;
    };
    cpu.readHooks[SPSR] = () => {
      this.#settle();
      return cpu.data[SPSR] ?? 0;
    };
    cpu.writeHooks[SPSR] = (value) => {
      cpu.data[SPSR] = ((cpu.data[SPSR] ?? 0) & ~SPI2X) | (value & SPI2X);
      return true;
    };
    cpu.writeHooks[SPCR] = (value) => {
      cpu.data[SPCR] = value;
      cpu.updateInterruptEnable(this.#complete, value);
      return true;
    };
  }

  #exchange(octet: number): true {
    const { cpu } = this.#core;
    const control = cpu.data[SPCR] ?? 0;
    if ((control & SPE) === 0) return true;
    this.#settle();
    if (!this.#flagged) {
      cpu.data[SPSR] = (cpu.data[SPSR] ?? 0) | WCOL;
      return true;
    }
    this.#core.touch();
    cpu.clearInterrupt(this.#complete);
    this.#answer = this.#chip.exchange(octet);
    const divider = DIVIDERS[(control & 3) as 0 | 1 | 2 | 3];
    const cycles = (BITS * divider) / (((cpu.data[SPSR] ?? 0) & SPI2X) === 0 ? 1 : 2);
    this.#doneAt = cpu.cycles + cycles;
    this.#flagged = false;
    if ((control & SPIE) !== 0) this.#done.schedule(cycles * CYCLE);
    return true;
  }

  #settle(): void {
    if (this.#flagged || this.#core.cpu.cycles < this.#doneAt) return;
    this.#flagged = true;
    this.#core.raise(this.#complete);
  }
}
