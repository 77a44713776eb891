/**
 * The W5500's Ethernet PHY as PHYCFGR shows it, datasheet §4.1 (PHYCFGR): reset, operation mode from the
 * pins or the register, link, speed and duplex.
 *
 *                cable plugged           negotiation over
 *   link down ─────────────────▶ trying ─────────────────▶ link up
 *      ▲                            │                          │
 *      └── cable pulled · PHY reset · power down ──────────────┘
 */
import type { Alarm, Clock } from '../clock.ts';

const RST = 0x80;
const OPMD = 0x40;
const DPX = 0x04;
const SPD = 0x02;
const LNK = 0x01;
/** OPMDC's values, datasheet §4.1. */
const POWER_DOWN = 6;
const ALL_CAPABLE = 7;
/** What the board's PMODE pins, all pulled up, select: every mode, by auto-negotiation. */
const PIN_MODE = ALL_CAPABLE;
/** 0b10111, the upper five bits after a reset. */
const RESET_VALUE = 0xb8;

/** By OPMDC: 10BT-H, 10BT-F, 100BT-H, 100BT-F, 100BT-H negotiated; the peer can do everything. */
const MODES = [0, DPX, SPD, SPD | DPX, SPD, 0, 0, SPD | DPX] as const;

export class Phy {
  readonly #negotiated: Alarm;
  readonly #negotiation: number;
  readonly #onUp: () => void;
  #register = RESET_VALUE;
  #mode = PIN_MODE;
  #cable = false;
  #up = false;

  /** `negotiation`: nanoseconds from a plugged cable to a link; `onUp` is called when it is there. */
  constructor(clock: Clock, negotiation: number, onUp: () => void) {
    this.#negotiation = negotiation;
    this.#onUp = onUp;
    this.#negotiated = clock.createAlarm(() => {
      this.#up = true;
      this.#onUp();
    });
  }

  get up(): boolean {
    return this.#up;
  }

  /** In bit/s. */
  get speed(): number {
    return ((MODES[this.#mode] ?? 0) & SPD) !== 0 ? 100_000_000 : 10_000_000;
  }

  reset(): void {
    this.#register = RESET_VALUE;
    this.#mode = PIN_MODE;
    this.#restart();
  }

  cable(plugged: boolean): void {
    if (plugged === this.#cable) return;
    this.#cable = plugged;
    this.#restart();
  }

  read(): number {
    return this.#register | (this.#up ? LNK | (MODES[this.#mode] ?? 0) : 0);
  }

  /** A mode takes effect when RST goes from 0 to 1, or is written while the register rules (OPMD). */
  write(value: number): void {
    const before = this.#register;
    this.#register = value & (RST | OPMD | 0x38);
    if ((value & RST) === 0) {
      this.#down();
      return;
    }
    const mode = (value & OPMD) !== 0 ? (value >> 3) & 7 : PIN_MODE;
    if ((before & RST) !== 0 && mode === this.#mode) return;
    this.#mode = mode;
    this.#restart();
  }

  #down(): void {
    this.#up = false;
    this.#negotiated.cancel();
  }

  #restart(): void {
    this.#down();
    if (!this.#cable || this.#mode === POWER_DOWN || (this.#register & RST) === 0) return;
    this.#negotiated.schedule(this.#negotiation);
  }
}
