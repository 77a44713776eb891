/**
 * The client of PICOBOOT (RP2040 datasheet §2.8.5), one USB transfer at a time.
 *
 *     idle ─start─▶ resetting ─▶ exclusive ─▶ exiting XIP ─▶ identifying ──┐
 *                      ▲ interface reset                                    ▼
 *                      │                                    erasing ─▶ writing, sector by sector ⟲
 *          asking ◀────┤ a stall, a silence, a wrong length                 ▼
 *       (the status)   └──────────── anywhere ◀──────────────────────── reading ⟲ ─▶ rebooting ─▶ done
 *
 * Invariants:
 *   (1) One transfer is under way at a time, and each has a deadline; so all ends in a bounded time.
 *   (2) Nothing is erased before the ROM was read and is an RP2040's; a wrong one is read twice.
 *   (3) After an interface reset, which takes exclusive access away, it is entered anew and goes on at the sector
 *       that it was at: a sector is always erased before it is written.
 *   (4) A sector that reads otherwise than it was written is erased and written again: block-walk.ts.
 *   (5) `done` means that the chip has shown each octet of the image after the last sector was written.
 *   (6) A device that leaves the bus ends it; once all is read back that is what was asked for.
 */
import { assert } from '../../base/errors.ts';
import { toHex } from '../../base/octets.ts';
import { type Duration, seconds } from '../../base/time.ts';
import { BlockWalk } from './block-walk.ts';
import type { Part } from './image.ts';
import type { LoaderEvent, LoaderFault } from './loader.ts';
import {
  decodeStatus,
  encodeCommand,
  PICOBOOT_SECTOR,
  type PicobootCommand,
  REQUEST,
  STATUS_LENGTH,
} from './picoboot-packet.ts';
import type { UsbOutcome, UsbTransfer } from './usb-transfer.ts';

/** A sector is erased in at most 0.4 s and written in 0.05 s (W25Q16JV datasheet §9.6, tSE and tPP). */
const PATIENCE: Duration = seconds(3);
/** One that never answered is not there; one that did is on a bad cable. */
const ATTEMPTS = { unanswered: 3, answered: 6 } as const;
/** An answer to REBOOT is to come through before. */
const REBOOT_DELAY_MS = 500;
const PACKET = 64;
/** `M`, `u` and a number, which is 1 in an RP2040 (§2.8.3: the ROM's contents) and 2 in an RP2350. */
const ROM_MAGIC = { address: 0x10, size: 3, rp2040: '4d7501', rp2350: '4d7502' } as const;
const ERASED = 0xff;
const NO_OCTETS = new Uint8Array(0);

type Step =
  | 'idle'
  | 'resetting'
  | 'exclusive'
  | 'exiting-xip'
  | 'identifying'
  | 'erasing'
  | 'writing'
  | 'reading'
  | 'rebooting'
  | 'asking'
  | 'ended';

/** What brings the ROM's interface to its beginning, and lets the disk be written again. */
export const RESET: readonly UsbTransfer[] = [
  { kind: 'clear-halt', endpoint: 'in', patience: PATIENCE },
  { kind: 'clear-halt', endpoint: 'out', patience: PATIENCE },
  { kind: 'control-out', request: REQUEST.interfaceReset, patience: PATIENCE },
];

export class Picoboot {
  readonly #sectors: BlockWalk;
  readonly #events: LoaderEvent[] = [];
  #step: Step = 'idle';
  /** Of the step, still to be asked for. */
  #transfers: UsbTransfer[] = [];
  #underway: UsbTransfer | undefined;
  /** What the step's command read. */
  #read: Uint8Array = NO_OCTETS;
  #token = 0;
  #attempts = 0;
  #answered = false;
  #doubted = false;
  /** The status that the last attempt ended with, if it had one. */
  #refusal: string | undefined;

  /** @param sectors what is to be in the flash: whole sectors, at their addresses */
  constructor(sectors: readonly Part[]) {
    this.#sectors = new BlockWalk(sectors, (event) => this.#tell(event));
    assert(
      sectors.every(
        ({ address, octets }) =>
          address % PICOBOOT_SECTOR === 0 && octets.length === PICOBOOT_SECTOR,
      ),
      'whole sectors',
    );
  }

  start(): void {
    assert(this.#step === 'idle', 'started once');
    this.#tell({ kind: 'phase', phase: 'enter' });
    this.#attempt();
  }

  /** The next transfer; undefined while one is under way, and at the end. */
  pollTransfer(): UsbTransfer | undefined {
    if (this.#underway !== undefined) return undefined;
    this.#underway = this.#transfers.shift();
    return this.#underway;
  }

  pollEvent(): LoaderEvent | undefined {
    return this.#events.shift();
  }

  /** How the transfer of the last `pollTransfer` ended. */
  handleOutcome(outcome: UsbOutcome): void {
    const transfer = this.#underway;
    assert(transfer !== undefined, 'a transfer is under way');
    this.#underway = undefined;
    if (outcome.kind === 'gone') this.#handleGone();
    else if (this.#step === 'asking') this.#handleStatus(outcome);
    else if (outcome.kind === 'stall' && this.#step !== 'resetting') this.#ask();
    else if (isRight(transfer, outcome)) {
      if (transfer.kind === 'in' && transfer.length !== PACKET) this.#read = octetsOf(outcome);
      if (this.#transfers.length === 0) this.#proceed();
    } else this.#attempt();
  }

  #handleGone(): void {
    if (this.#sectors.phase === 'restart') this.#end({ kind: 'done' });
    else this.#fail({ code: 'loader-gone', ...this.#place() });
  }

  #ask(): void {
    this.#step = 'asking';
    const request = REQUEST.getCommandStatus;
    this.#transfers = [{ kind: 'control-in', request, length: STATUS_LENGTH, patience: PATIENCE }];
  }

  #handleStatus(outcome: UsbOutcome): void {
    const status = decodeStatus(octetsOf(outcome));
    if (status !== undefined) this.#answered = true;
    this.#attempt(status?.token === this.#token ? status.status : undefined);
  }

  #attempt(refusal?: string): void {
    this.#refusal = refusal;
    if (this.#attempts >= ATTEMPTS[this.#answered ? 'answered' : 'unanswered']) {
      this.#fail(this.#fault());
      return;
    }
    this.#attempts++;
    this.#step = 'resetting';
    this.#transfers = [...RESET];
  }

  #fault(): LoaderFault {
    if (!this.#answered) return { code: 'loader-silent' };
    const status = this.#refusal;
    return status === undefined
      ? { code: 'loader-lost', ...this.#place() }
      : { code: 'loader-refused', ...this.#place(), status };
  }

  #place(): { readonly op: string; readonly address: number } {
    return { op: this.#sectors.phase, address: this.#sectors.block.address };
  }

  #proceed(): void {
    if (this.#step !== 'resetting') this.#answered = true;
    switch (this.#step) {
      case 'resetting':
        this.#command('exclusive', { kind: 'exclusive-access' });
        return;
      case 'exclusive':
        this.#command('exiting-xip', { kind: 'exit-xip' });
        return;
      case 'exiting-xip':
        this.#identify();
        return;
      case 'identifying':
        this.#handleIdentity(toHex(this.#read));
        return;
      case 'erasing':
        this.#write();
        return;
      case 'writing':
        this.#handleWritten();
        return;
      case 'reading':
        this.#handleRead(this.#read);
        return;
      default:
        this.#end({ kind: 'done' });
    }
  }

  #identify(): void {
    const { address, size } = ROM_MAGIC;
    this.#command('identifying', { kind: 'read', address, size });
  }

  #handleIdentity(magic: string): void {
    if (magic === ROM_MAGIC.rp2040) {
      this.#sectors.begin();
      this.#next();
    } else if (this.#doubted) {
      const found = magic === ROM_MAGIC.rp2350 ? 'RP2350' : `ROM ${magic}`;
      this.#fail({ code: 'wrong-chip', expected: 'RP2040', found });
    } else {
      this.#doubted = true;
      this.#identify();
    }
  }

  /** The sector at the cursor, or what follows the last one. */
  #next(): void {
    const { task, block } = this.#sectors;
    const { address } = block;
    const size = PICOBOOT_SECTOR;
    if (task === 'leave') {
      this.#command('rebooting', { kind: 'reboot', delay_ms: REBOOT_DELAY_MS });
    } else if (task === 'read') {
      this.#command('reading', { kind: 'read', address, size });
    } else {
      this.#command('erasing', { kind: 'flash-erase', address, size });
    }
  }

  #write(): void {
    const { address, octets } = this.#sectors.block;
    if (octets.every((octet) => octet === ERASED)) this.#handleWritten();
    else this.#command('writing', { kind: 'write', address, octets });
  }

  #handleWritten(): void {
    this.#sectors.handleWritten();
    this.#next();
  }

  #handleRead(octets: Uint8Array): void {
    const fault = this.#sectors.handleRead(octets);
    if (fault === undefined) this.#next();
    else this.#fail(fault);
  }

  /** The command, what it transfers, and the empty packet the other way. */
  #command(step: Step, command: PicobootCommand): void {
    this.#step = step;
    this.#token++;
    const out = (octets: Uint8Array): UsbTransfer => ({ kind: 'out', octets, patience: PATIENCE });
    const into = (length: number): UsbTransfer => ({ kind: 'in', length, patience: PATIENCE });
    this.#transfers = [out(encodeCommand(command, this.#token))];
    if (command.kind === 'read') {
      this.#transfers.push(into(command.size), out(NO_OCTETS));
    } else {
      if (command.kind === 'write') this.#transfers.push(out(command.octets));
      // Room for a packet, so that one that is not empty is seen to be wrong.
      this.#transfers.push(into(PACKET));
    }
  }

  #fail(fault: LoaderFault): void {
    this.#end({ kind: 'failed', fault });
  }

  #end(event: LoaderEvent): void {
    this.#step = 'ended';
    this.#transfers = [];
    this.#tell(event);
  }

  #tell(event: LoaderEvent): void {
    this.#events.push(event);
  }
}

const octetsOf = (outcome: UsbOutcome): Uint8Array =>
  outcome.kind === 'ok' ? outcome.octets : NO_OCTETS;

/** Whether a step can go on. That an endpoint was not halted is no obstacle. */
function isRight(transfer: UsbTransfer, outcome: UsbOutcome): boolean {
  if (transfer.kind === 'clear-halt') return true;
  if (outcome.kind !== 'ok') return false;
  if (transfer.kind !== 'in') return true;
  return outcome.octets.length === (transfer.length === PACKET ? 0 : transfer.length);
}
