/** What the world needs of an emulated board, whatever chip is on it. */
import type { Rng } from '../../base/random.ts';
import type { WireEnd } from '../../medium/wire.ts';
import type { ChipFault } from './w5500/chip.ts';

/** The boards that can be emulated, as `--board` calls them. */
const EMULATED = ['w5500-evb-pico', 'esp32c3', 'uno'] as const;
export type EmulatedKind = (typeof EMULATED)[number];

export const canEmulate = (board: string): board is EmulatedKind =>
  EMULATED.some((kind) => kind === board);

/** What went wrong in the firmware, where. */
export interface Fault {
  /**
   * A HardFault or an exception was entered, the core locked up, or the mask ROM found a flaw in the image.
   */
  readonly kind: 'hard-fault' | 'exception' | 'lockup' | 'image';
  readonly pc: number;
  readonly what: string;
}

/** What a device says of itself: USB 2.0 §9.6.1, §9.6.7. */
export interface UsbIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer: string;
  readonly product: string;
  readonly serialNumber: string;
}

export interface MachineOptions {
  readonly image: Uint8Array;
  /** Interprets every instruction, where code is compiled otherwise. */
  readonly interpreted: boolean;
  /** When power comes, in nanoseconds of the world's time. */
  readonly start: number;
  readonly rng: Rng;
  /** Nanoseconds from a plugged cable to a link. */
  readonly negotiation: number;
  /** What the raw line's pins are on; a jumper without it. */
  readonly wire?: WireEnd;
  /** By how much the raw line's clock is fast: 0.02 is 2 %. */
  readonly clockError?: number;
  /** Octets that the host gets from USB, and from UART0. */
  readonly onOutput: (octets: Uint8Array) => void;
  readonly onUart: (octets: Uint8Array) => void;
  readonly onTransmit: (frame: Uint8Array) => void;
  readonly onFault: (fault: Fault) => void;
}

export interface Machine {
  /** What the plug leads to; a board whose plug is an adapter to its UART has no other line. */
  readonly plug?: 'usb' | 'uart';
  /** The board's own time, in nanoseconds of the world's. It may be an instruction ahead of the world. */
  readonly nanos: number;
  /** When the board next does something by itself; Infinity when it sleeps for good. */
  readonly nextDue: number;
  /** Resets of any kind since power came. */
  readonly resets: number;
  readonly identity: UsbIdentity | undefined;
  /** The USB port is open. */
  readonly open: boolean;
  /** Octets given to `write` that the board has not taken. */
  readonly queued: number;
  /** Octets given to `writeUart` that have not arrived. */
  readonly queuedUart: number;
  /** The host's rate on UART0, in bit/s. */
  readonly uartRate: number;
  /** Frames that the chip dropped since its receive buffer had no room. */
  readonly dropped: number;
  /** The raw line is at work: the board and others on its wire may not run ahead of each other. */
  readonly onWire?: boolean;
  /** Runs until `time`, or until `stop` is called from one of the callbacks. */
  run(time: number): void;
  stop(): void;
  write(octets: Uint8Array): void;
  writeUart(octets: Uint8Array): void;
  setUartRate(rate: number): void;
  setLineState(dtr: boolean, rts: boolean): void;
  setLineCoding(rate: number): void;
  reset(cause: 'pin' | 'power'): void;
  cable(plugged: boolean): void;
  /** A frame came out of the cable. */
  receive(frame: Uint8Array): void;
  setChipFault(fault: ChipFault | undefined): void;
}
