/**
 * What of the RTC domain the firmware uses: the cause of the last reset, registers that outlive a reset of the
 * core, the software's reset, and the wish for the loader. ESP32-C3 Technical Reference Manual, Low-power
 * Management; Reset and Clock. The RTC's watchdog and the super watchdog are registers without effect.
 */
import { type Peripheral, PlainRegisters } from './peripheral.ts';

/** RESET_STATE by what reset the chip. */
const RESET_STATE = { power: 0x01, software: 0x03, watchdog: 0x07, pin: 0x15 } as const;
export type ResetCause = keyof typeof RESET_STATE;

const OPTIONS0 = 0x00;
const RESET_CAUSE = 0x38;
const OPTION1 = 0x12c;
const SOFTWARE_RESET = 0x8000_0000;
const FORCE_DOWNLOAD = 1;

export class Rtc implements Peripheral {
  readonly #registers = new PlainRegisters();
  readonly #onReset: () => void;
  #cause: ResetCause = 'power';

  constructor(onReset: () => void) {
    this.#onReset = onReset;
  }

  /** Takes the wish for the loader: the mask ROM looks at it once. */
  takeDownload(): boolean {
    const wished = (this.#registers.read(OPTION1) & FORCE_DOWNLOAD) !== 0;
    this.#registers.write(OPTION1, 0);
    return wished;
  }

  /** The chip was reset. The watchdog and the software leave this domain as it is. */
  reset(cause: ResetCause): void {
    this.#cause = cause;
    if (cause === 'power' || cause === 'pin') this.#registers.reset();
    else this.#registers.write(OPTIONS0, 0);
  }

  read(offset: number): number {
    return offset === RESET_CAUSE ? RESET_STATE[this.#cause] : this.#registers.read(offset);
  }

  write(offset: number, value: number): void {
    this.#registers.write(offset, value);
    if (offset === OPTIONS0 && (value & SOFTWARE_RESET) !== 0) this.#onReset();
  }
}
