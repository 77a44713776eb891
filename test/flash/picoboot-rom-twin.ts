/**
 * The RP2040's mask ROM at its PICOBOOT interface (RP2040 datasheet §2.8.5): commands, the empty packets that end
 * them, halted endpoints, and the flash behind it, whose octets only lose ones until their sector is erased. It
 * reads the commands by itself, so that it and the client can be held against each other.
 */
import type { UsbOutcome, UsbTransfer } from '../../src/hardware/flash/usb-transfer.ts';
import type { Uf2RomTwin } from './uf2-rom-twin.ts';

const BASE = 0x1000_0000;
const ROM_SIZE = 0x4000;
const ID = { exclusive: 1, reboot: 2, erase: 3, write: 5, exitXip: 6, read: 0x84 } as const;
const ARGUMENTS: Readonly<Record<number, number>> = {
  [ID.exclusive]: 1,
  [ID.reboot]: 12,
  [ID.erase]: 8,
  [ID.write]: 8,
  [ID.exitXip]: 0,
  [ID.read]: 8,
};

export const STATUS = {
  ok: 0,
  unknownCommand: 1,
  commandLength: 2,
  transferLength: 3,
  address: 4,
  alignment: 5,
  interleaved: 6,
  rebooting: 7,
  unknown: 8,
} as const;

/** What goes wrong at the transfer of this number, and, where `lasting`, at all after it. */
export type PicobootFault = { readonly at: number; readonly lasting?: boolean } & (
  | { readonly kind: 'silence' | 'gone' }
  /** Both endpoints halt, and this is why. */
  | { readonly kind: 'stall'; readonly status: number }
  /** One bit of what goes over the cable. */
  | { readonly kind: 'altered' }
  /** What was transferred is done, and the client hears nothing of it. */
  | { readonly kind: 'unheard' }
);

const OK: UsbOutcome = { kind: 'ok', octets: new Uint8Array(0) };
const STALL: UsbOutcome = { kind: 'stall' };

interface Command {
  readonly id: number;
  readonly address: number;
  readonly size: number;
}

export class PicobootRomTwin {
  readonly flash: Uint8Array;
  /** REBOOT was taken, and the program runs. */
  restarted = false;
  exclusive = false;
  /** Of all that was asked. */
  transfers = 0;
  /** In microseconds: what the client waited in vain. */
  waited = 0;
  erased = 0;
  /** The flash cannot have ones again here, or zeros: it is worn out. */
  worn: { readonly address: number; readonly octet: number } | undefined;
  fault: PicobootFault | undefined;
  readonly #magic: readonly number[];
  #direct = false;
  #halted = false;
  #command: Command | undefined;
  #stage: 'command' | 'data' | 'end' = 'command';
  #status = new Uint8Array(16);

  /** @param magic what the ROM says that it is, from 0x10 on */
  constructor(rom?: Pick<Uf2RomTwin, 'flash'>, magic: readonly number[] = [0x4d, 0x75, 1]) {
    this.flash = rom?.flash ?? new Uint8Array(2 << 20).fill(0xff);
    this.#magic = magic;
  }

  handle(transfer: UsbTransfer): UsbOutcome {
    const number = this.transfers++;
    const { fault } = this;
    const due =
      fault !== undefined && (number === fault.at || (fault.lasting && number > fault.at));
    if (this.restarted) return { kind: 'gone' };
    if (!due) return this.#settle(transfer, this.#obey(transfer));
    switch (fault.kind) {
      case 'gone':
        return { kind: 'gone' };
      case 'silence':
        return this.#settle(transfer, { kind: 'timeout' });
      case 'stall':
        if (transfer.kind !== 'in' && transfer.kind !== 'out') return STALL;
        if (transfer.kind === 'out' && this.#stage === 'command') this.#note(transfer.octets);
        return this.#halt(fault.status);
      case 'unheard':
        this.#obey(transfer);
        return this.#settle(transfer, { kind: 'timeout' });
      case 'altered':
        return this.#settle(transfer, altered(this.#obey(alteredOut(transfer))));
    }
  }

  #settle({ patience }: UsbTransfer, outcome: UsbOutcome): UsbOutcome {
    if (outcome.kind === 'timeout') this.waited += patience;
    return outcome;
  }

  #obey(transfer: UsbTransfer): UsbOutcome {
    switch (transfer.kind) {
      case 'clear-halt':
        return OK;
      case 'control-out':
        if (transfer.request !== 0x41) return STALL;
        this.#halted = this.exclusive = false;
        this.#stage = 'command';
        this.#status = new Uint8Array(16);
        return OK;
      case 'control-in':
        if (transfer.request !== 0x42 || transfer.length !== 16) return STALL;
        return { kind: 'ok', octets: this.#status.slice() };
      case 'out':
        return this.#halted ? STALL : this.#handleOut(transfer.octets);
      case 'in':
        return this.#halted ? STALL : this.#handleIn(transfer.length);
    }
  }

  #handleOut(octets: Uint8Array): UsbOutcome {
    if (this.#stage === 'command') return this.#handleCommand(octets);
    const { id, address, size } = this.#command ?? { id: 0, address: 0, size: 0 };
    if (this.#stage === 'data' && id === ID.write && octets.length === size) {
      for (const [i, octet] of octets.entries()) this.#program(address + i, octet);
      this.#stage = 'end';
      return OK;
    }
    if (this.#stage !== 'end' || id !== ID.read || octets.length > 0) return { kind: 'timeout' };
    this.#stage = 'command';
    return OK;
  }

  #handleIn(length: number): UsbOutcome {
    const { id, address, size } = this.#command ?? { id: 0, address: 0, size: 0 };
    if (this.#stage === 'data' && id === ID.read) {
      this.#stage = 'end';
      return { kind: 'ok', octets: this.#read(address, size).slice(0, length) };
    }
    if (this.#stage !== 'end' || id === ID.read) return { kind: 'timeout' };
    this.#stage = 'command';
    if (id === ID.reboot) this.restarted = true;
    return OK;
  }

  #handleCommand(octets: Uint8Array): UsbOutcome {
    const fields = new DataView(octets.buffer, octets.byteOffset, octets.length);
    if (octets.length !== 32 || fields.getUint32(0, true) !== 0x431f_d10b) {
      return this.#halt(STATUS.unknownCommand);
    }
    const word = (at: number): number => fields.getUint32(at, true);
    this.#note(octets);
    const command = { id: fields.getUint8(8), address: word(16), size: word(20) };
    const refusal = this.#refusalOf(command, fields.getUint8(9), word(12));
    // An OUT transfer to it has ended well; that it was refused shows in the next one.
    if (refusal !== STATUS.ok) {
      this.#halt(refusal);
      return OK;
    }
    this.#command = command;
    this.#stage = command.id === ID.read || command.id === ID.write ? 'data' : 'end';
    if (command.id === ID.exclusive) this.exclusive = fields.getUint8(16) !== 0;
    if (command.id === ID.exitXip) this.#direct = true;
    if (command.id === ID.erase) this.#erase(command);
    return OK;
  }

  #refusalOf({ id, address, size }: Command, length: number, transferred: number): number {
    if (ARGUMENTS[id] === undefined) return STATUS.unknownCommand;
    if (ARGUMENTS[id] !== length) return STATUS.commandLength;
    const moves = id === ID.read || id === ID.write;
    if (transferred !== (moves ? size : 0)) return STATUS.transferLength;
    return moves || id === ID.erase ? this.#flawOf({ id, address, size }) : STATUS.ok;
  }

  #flawOf({ id, address, size }: Command): number {
    if (id === ID.read && address + size <= ROM_SIZE) return STATUS.ok;
    if (address < BASE || address + size > BASE + this.flash.length) return STATUS.address;
    const unit = id === ID.erase ? 4096 : 256;
    const aligned = address % unit === 0 && (id !== ID.erase || size % unit === 0);
    return aligned ? STATUS.ok : STATUS.alignment;
  }

  /** Whose status it is from here on: the command's token. */
  #note(octets: Uint8Array): void {
    this.#status = new Uint8Array(16);
    this.#status.set(octets.subarray(4, 8));
  }

  #halt(status: number): UsbOutcome {
    this.#halted = true;
    new DataView(this.#status.buffer).setUint32(4, status, true);
    return STALL;
  }

  #erase({ address, size }: Command): void {
    // Before EXIT_XIP the flash does not understand it.
    if (!this.#direct) return;
    this.erased++;
    this.flash.fill(0xff, address - BASE, address - BASE + size);
    this.#wear();
  }

  #program(address: number, octet: number): void {
    if (!this.#direct) return;
    const at = address - BASE;
    this.flash[at] = (this.flash[at] ?? 0) & octet;
    this.#wear();
  }

  #wear(): void {
    if (this.worn !== undefined) this.flash[this.worn.address - BASE] = this.worn.octet;
  }

  #read(address: number, size: number): Uint8Array {
    if (address >= BASE) return this.flash.slice(address - BASE, address - BASE + size);
    return Uint8Array.from({ length: size }, (_, i) => this.#magic[address + i - 0x10] ?? 0);
  }
}

const flipped = (octets: Uint8Array): Uint8Array =>
  octets.map((octet, i) => (i === octets.length >> 1 ? octet ^ 0x10 : octet));

const altered = (outcome: UsbOutcome): UsbOutcome =>
  outcome.kind === 'ok' ? { kind: 'ok', octets: flipped(outcome.octets) } : outcome;

const alteredOut = (transfer: UsbTransfer): UsbTransfer =>
  transfer.kind === 'out' ? { ...transfer, octets: flipped(transfer.octets) } : transfer;
