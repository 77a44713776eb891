/**
 * An ATmega328P with optiboot in it, as its serial line shows it: the loader runs for a second after each
 * reset (DTR's falling edge), then the program does, which says something now and then. What it does with
 * a command follows optiboot's source: a command that does not end in a space resets the chip by its
 * watchdog, without an answer. Faults are to be had at any command.
 */
import { after, earliest, type Instant, milliseconds } from '../../src/base/time.ts';

const FLASH_SIZE = 32 * 1024;

/**
 * `hang`: nothing more until a reset. `mute`: carried out, not answered. `refuse`: NOSYNC. `garble`: one
 * octet of the answer altered. `alter`: one octet of the command altered on its way. `unplug`: gone for good.
 */
export type OptibootFault = 'hang' | 'mute' | 'refuse' | 'garble' | 'alter' | 'unplug';

export interface OptibootOptions {
  readonly signature?: Uint8Array;
  /** A port without modem lines: the loader runs until a program is started, and after it again. */
  readonly resident?: boolean;
  /** Asked at the command with this number, resets not counted. */
  readonly fault?: (command: number, op: number) => OptibootFault | undefined;
  /** An address whose lowest bit can only be 0. */
  readonly wornAt?: number;
}

const OK = 0x10;
const IN_SYNC = 0x14;
const NO_SYNC = 0x15;
const SPACE = 0x20;
const OP = {
  parameter: 0x41,
  universal: 0x56,
  address: 0x55,
  write: 0x64,
  read: 0x74,
  signature: 0x75,
};
/** Octets of a command, its end included, where it is not two. */
const LENGTHS: Readonly<Record<number, number>> = {
  [OP.parameter]: 3,
  66: 22,
  69: 7,
  [OP.address]: 4,
  [OP.universal]: 6,
  [OP.read]: 5,
};
const LEAVE = 0x51;
const DEVICE = Uint8Array.of(0x1e, 0x95, 0x0f);

const PAGE = 128;

/** The LED's three flashes. */
const START = milliseconds(180);
const WINDOW = milliseconds(1000);
const CHATTER = milliseconds(40);

export class OptibootTwin {
  /** Fresh from an example: something is there already. */
  readonly flash = new Uint8Array(FLASH_SIZE).fill(0x5a);
  readonly commands: number[] = [];
  resets = 0;
  /** A program was started by the loader's leave command, rather than by its window's end. */
  left = false;
  readonly #options: OptibootOptions;
  #state: 'starting' | 'loader' | 'hanging' | 'program' | 'unplugged';
  #due: Instant | undefined;
  #address = 0;
  #dtr = true;
  #input: number[] = [];
  #output: number[] = [];

  constructor(options: OptibootOptions = {}) {
    this.#options = options;
    this.#state = options.resident === true ? 'loader' : 'program';
    if (this.#state === 'program') this.#due = 0 as Instant;
  }

  get running(): boolean {
    return this.#state === 'program';
  }

  get unplugged(): boolean {
    return this.#state === 'unplugged';
  }

  handleSignals(dtr: boolean, _rts: boolean, now: Instant): void {
    const pulled = dtr && !this.#dtr;
    this.#dtr = dtr;
    if (!pulled || this.#state === 'unplugged') return;
    this.resets++;
    this.left = false;
    this.#input = [];
    this.#state = 'starting';
    this.#due = after(now, START);
  }

  handleOctets(octets: Uint8Array, now: Instant): void {
    if (this.#state === 'starting') this.#input = [...octets].slice(0, 2); // The UART holds two.
    if (this.#state !== 'loader') return;
    for (const octet of octets) {
      this.#input.push(octet);
      const length = this.#lengthOf();
      if (length !== undefined && this.#input.length >= length) this.#execute(now);
    }
  }

  pollOutput(): Uint8Array | undefined {
    return this.#output.length === 0 ? undefined : Uint8Array.from(this.#output.splice(0));
  }

  pollTimeout(): Instant | undefined {
    return this.#due;
  }

  handleTimeout(now: Instant): void {
    if (this.#due === undefined || now < this.#due) return;
    this.#due = undefined;
    if (this.#state === 'starting') {
      this.#state = 'loader';
      this.#watch(now);
      const waiting = Uint8Array.from(this.#input.splice(0));
      this.handleOctets(waiting, now);
    } else if (this.#state === 'loader') {
      this.#run(now);
    } else if (this.#state === 'program') {
      this.#output.push(0x14, 0x2a, 0x0a);
      this.#due = after(now, CHATTER);
    }
  }

  #lengthOf(): number | undefined {
    const [op = 0, high, low] = this.#input;
    if (op !== OP.write) return LENGTHS[op] ?? 2;
    return high === undefined || low === undefined ? undefined : 5 + high * 256 + low;
  }

  #execute(now: Instant): void {
    const command = this.#input.splice(0);
    const [op = 0] = command;
    const fault = this.#options.fault?.(this.commands.length, op);
    this.commands.push(op);
    this.#watch(now);
    if (fault === 'unplug') this.#stop('unplugged');
    if (fault === 'hang') this.#stop('hanging');
    if (this.#state !== 'loader') return;
    if (fault === 'refuse') {
      this.#output.push(NO_SYNC);
      return;
    }
    if (fault === 'alter')
      command[command.length >> 1] = (command[command.length >> 1] ?? 0) ^ 0x10;
    if (command.at(-1) !== SPACE) {
      this.#run(now);
      return;
    }
    const answer = [IN_SYNC, ...this.#carryOut(command), OK];
    if (fault === 'garble') answer[answer.length >> 1] = (answer[answer.length >> 1] ?? 0) ^ 0x01;
    if (fault !== 'mute') this.#output.push(...answer);
    if (op === LEAVE) this.#leave(now);
  }

  #carryOut(command: readonly number[]): readonly number[] {
    const [op, first = 0, second = 0] = command;
    const length = first * 256 + second;
    switch (op) {
      case OP.parameter:
        return [first === 0x81 ? 4 : first === 0x82 ? 4 : 3];
      case OP.universal:
        return [0];
      case OP.address:
        this.#address = (first + second * 256) * 2;
        return [];
      case OP.write:
        this.#program(command.slice(4, 4 + length));
        return [];
      case OP.read:
        return [...this.flash.subarray(this.#address, this.#address + length)];
      case OP.signature:
        return [...(this.#options.signature ?? DEVICE)];
      default:
        return [];
    }
  }

  /** Erases the page, then writes what came of it. */
  #program(octets: readonly number[]): void {
    const page = this.#address - (this.#address % PAGE);
    this.flash.fill(0xff, page, page + PAGE);
    this.flash.set(octets, this.#address);
    const { wornAt } = this.#options;
    if (wornAt !== undefined) this.flash[wornAt] = (this.flash[wornAt] ?? 0) & 0xfe;
  }

  #leave(now: Instant): void {
    if (this.#options.resident === true) return;
    this.#run(now);
    this.left = true;
  }

  #watch(now: Instant): void {
    if (this.#options.resident !== true) this.#due = after(now, WINDOW);
  }

  #run(now: Instant): void {
    this.#input = [];
    if (this.#options.resident === true) return;
    this.#state = 'program';
    this.#due = after(now, CHATTER);
  }

  #stop(state: 'hanging' | 'unplugged'): void {
    this.#state = state;
    this.#due = undefined;
  }
}

/** When either end next does something by itself. */
export const nextOf = (
  ...ends: readonly { pollTimeout(): Instant | undefined }[]
): Instant | undefined => earliest(...ends.map((end) => end.pollTimeout()));
