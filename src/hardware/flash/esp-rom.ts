/**
 * The serial protocol of the ESP32's and ESP32-C3's mask ROM (esptool's "serial protocol" document), the
 * host's end, without the stub that others load first: the ROM alone can erase, write and tell an MD5.
 *
 *     idle ─start─▶ resetting (DTR, RTS) ─▶ syncing ─▶ settling ─▶ the plan, one exchange after another
 *                       ▲                                              │
 *                       └──── no answer, or a refusal, anywhere ───────┤
 *                             (ATTEMPTS in all, else failed)           ▼
 *                                                   done ◀─ restarting (RTS)
 *
 * Invariants:
 *   (1) One command is under way at a time, and each has a deadline.
 *   (2) Nothing is erased before the chip has said that it is the one that the image is for.
 *   (3) A new attempt begins the plan again: the ROM takes blocks only in their order after FLASH_BEGIN.
 *   (4) `done` means that the chip's MD5 of each part is that of the image.
 *   (5) An attempt that failed after the chip was recognised is followed by none with another rate or compressed
 *       blocks: what the ROM has had longest is what works when all else does not.
 */
import { assert } from '../../base/errors.ts';
import { toAscii, view } from '../../base/octets.ts';
import { after, type Duration, type Instant, milliseconds } from '../../base/time.ts';
import { CHIP_ID_AT, CLASSIC, CLASSIC_MAGIC, espName } from './esp-chip.ts';
import { type Answer, decodeAnswer, encodeCommand, OP } from './esp-packet.ts';
import {
  type Checks,
  type EspPart,
  type EspRomOptions,
  type Exchange,
  planOf,
} from './esp-plan.ts';
import type { LineAction, LoaderEvent, LoaderFault, LoaderMachine, LoaderPhase } from './loader.ts';
import { encodeSlip, SlipDecoder } from './slip.ts';

const SYNC = milliseconds(100);
const SYNCS_MAX = 7;
/** The ROM answers a sync eight times; and it takes another rate up after its answer. */
const SETTLING = milliseconds(60);
/** In bit/s: what the ROM answers at after a reset, or finds out from the sync. */
const FIRST_RATE = 115_200;
const ATTEMPTS = 6;
/** Exchanges of a plan before which the chip is not known. */
const RECOGNISED = 2;
interface Signals {
  readonly dtr: boolean;
  readonly rts: boolean;
  readonly hold: Duration;
}

/** A serial adapter: RTS alone pulls EN low, DTR alone the boot pin. */
const BY_ADAPTER: readonly Signals[] = [
  { dtr: false, rts: true, hold: milliseconds(100) },
  { dtr: true, rts: false, hold: milliseconds(50) },
  { dtr: false, rts: false, hold: milliseconds(20) },
];
/** The chip's own USB-Serial-JTAG, which takes the same signs in another order. */
const BY_USB: readonly Signals[] = [
  { dtr: false, rts: false, hold: milliseconds(100) },
  { dtr: true, rts: false, hold: milliseconds(100) },
  // Not by way of neither, where a system changes one line after the other.
  { dtr: true, rts: true, hold: milliseconds(1) },
  { dtr: false, rts: true, hold: milliseconds(100) },
  { dtr: false, rts: false, hold: milliseconds(20) },
];
const RESTART: readonly Signals[] = [
  { dtr: false, rts: true, hold: milliseconds(100) },
  { dtr: false, rts: false, hold: milliseconds(20) },
];

export class EspRom implements LoaderMachine {
  readonly #options: EspRomOptions;
  #plan: readonly Exchange[] = [];
  readonly #total: number;
  readonly #slip = new SlipDecoder();
  readonly #outputs: LineAction[] = [];
  readonly #events: LoaderEvent[] = [];
  readonly #checks: Checks = {
    security: (answer) => this.#checkSecurity(answer),
    magic: (answer) => this.#checkMagic(answer),
    digest: (part, answer) => this.#checkDigest(part, answer),
  };
  #state: 'idle' | 'resetting' | 'syncing' | 'settling' | 'asking' | 'restarting' | 'ended' =
    'idle';
  #signals: readonly Signals[] = [];
  #attempts = 0;
  #rate = FIRST_RATE;
  #fast: boolean;
  #syncs = 0;
  #cursor = 0;
  #answered = false;
  #phase: LoaderPhase | undefined;
  #chip: number | undefined;
  #doubted = false;
  #deadline: Instant | undefined;

  constructor(options: EspRomOptions) {
    this.#options = options;
    this.#total = options.parts.reduce((size, { octets }) => size + octets.length, 0);
    const { parts, fastRate } = options;
    this.#fast = fastRate !== undefined || parts.some(({ deflated }) => deflated !== undefined);
  }

  start(now: Instant): void {
    assert(this.#state === 'idle', 'started once');
    this.#begin('enter');
    this.#attempt(now);
  }

  handleOctets(octets: Uint8Array, now: Instant): void {
    this.#slip.handleOctets(octets, (packet) => {
      const answer = decodeAnswer(packet, this.#expected());
      if (answer !== undefined) this.#handleAnswer(answer, now);
    });
  }

  pollOutput(): LineAction | undefined {
    return this.#outputs.shift();
  }

  pollEvent(): LoaderEvent | undefined {
    return this.#events.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#deadline;
  }

  handleTimeout(now: Instant): void {
    if (this.#deadline === undefined || now < this.#deadline) return;
    switch (this.#state) {
      case 'resetting':
      case 'restarting':
        this.#signal(now);
        return;
      case 'syncing':
        if (this.#syncs < SYNCS_MAX) this.#sync(now);
        else this.#attempt(now);
        return;
      case 'settling':
        this.#state = 'asking';
        this.#ask(now);
        return;
      default:
        this.#attempt(now);
    }
  }

  /** Both ways of resetting in turn: which one the board has cannot be seen. */
  #attempt(now: Instant): void {
    if (this.#attempts >= (this.#answered ? ATTEMPTS : ATTEMPTS / 2 + 1)) {
      const { phase = 'enter', address = 0 } = this.#plan[this.#cursor] ?? {};
      this.#fail(
        this.#answered ? { code: 'loader-lost', op: phase, address } : { code: 'loader-silent' },
      );
      return;
    }
    if (this.#cursor >= RECOGNISED) this.#fast = false;
    this.#plan = planOf(this.#options, this.#checks, this.#fast);
    this.#setRate(FIRST_RATE);
    this.#signals = this.#attempts++ % 2 === 0 ? BY_ADAPTER : BY_USB;
    this.#state = 'resetting';
    this.#cursor = 0;
    this.#chip = undefined;
    this.#signal(now);
  }

  #signal(now: Instant): void {
    const [next, ...rest] = this.#signals;
    if (next !== undefined) {
      this.#signals = rest;
      this.#outputs.push({ kind: 'signals', dtr: next.dtr, rts: next.rts });
      this.#deadline = after(now, next.hold);
    } else if (this.#state === 'resetting') {
      this.#syncs = 0;
      this.#state = 'syncing';
      this.#sync(now);
    } else {
      this.#end({ kind: 'done' });
    }
  }

  #sync(now: Instant): void {
    this.#syncs++;
    this.#slip.reset();
    const body = new Uint8Array(36).fill(0x55);
    body.set([0x07, 0x07, 0x12, 0x20]);
    this.#send(OP.sync, body);
    this.#deadline = after(now, SYNC);
  }

  #ask(now: Instant): void {
    const exchange = this.#plan[this.#cursor];
    if (exchange === undefined) {
      this.#begin('restart');
      this.#state = 'restarting';
      this.#signals = RESTART;
      this.#signal(now);
      return;
    }
    this.#begin(exchange.phase);
    this.#send(exchange.op, exchange.body());
    this.#deadline = after(now, exchange.deadline);
  }

  #expected(): number | undefined {
    if (this.#state === 'syncing') return OP.sync;
    return this.#state === 'asking' ? this.#plan[this.#cursor]?.op : undefined;
  }

  #handleAnswer(answer: Answer, now: Instant): void {
    if (this.#state === 'syncing') {
      if (answer.refused) return;
      this.#answered = true;
      this.#state = 'settling';
      this.#deadline = after(now, SETTLING);
      return;
    }
    const exchange = this.#plan[this.#cursor];
    const { check = refusal, done, rate } = exchange ?? {};
    const flaw = check(answer);
    if (flaw === 'again') this.#attempt(now);
    else if (flaw !== undefined) this.#fail(flaw);
    else {
      this.#cursor++;
      if (done !== undefined) this.#tell({ kind: 'progress', done, total: this.#total });
      if (rate === undefined) {
        this.#ask(now);
        return;
      }
      this.#setRate(rate);
      this.#state = 'settling';
      this.#deadline = after(now, SETTLING);
    }
  }

  #setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#outputs.push({ kind: 'rate', rate });
  }

  #checkSecurity({ refused, data }: Answer): LoaderFault | undefined {
    if (refused || data.length < CHIP_ID_AT + 4) return undefined;
    return this.#identify(view(data).getUint32(CHIP_ID_AT, true));
  }

  #checkMagic({ refused, value }: Answer): LoaderFault | 'again' | undefined {
    if (refused) return 'again';
    if (this.#chip !== undefined) return undefined;
    if (value === CLASSIC_MAGIC) return this.#identify(CLASSIC);
    // A chip that should have told its id before, or one of a kind that cannot.
    if (this.#doubted) return this.#identify(value);
    this.#doubted = true;
    return 'again';
  }

  #identify(chip: number): LoaderFault | undefined {
    this.#chip = chip;
    const { chip: expected } = this.#options;
    if (chip === expected) return undefined;
    return { code: 'wrong-chip', expected: espName(expected), found: espName(chip) };
  }

  #checkDigest(
    { address, md5 }: EspPart,
    { refused, data }: Answer,
  ): LoaderFault | 'again' | undefined {
    const actual = toAscii(data.subarray(0, 32)).toLowerCase();
    if (refused || actual.length !== 32) return 'again';
    if (actual === md5) return undefined;
    // The plain way may do better.
    if (this.#fast) return 'again';
    return { code: 'digest-differs', address, expected: md5, actual };
  }

  #send(op: number, body: Uint8Array): void {
    this.#outputs.push({ kind: 'write', octets: encodeSlip(encodeCommand(op, body)) });
  }

  #begin(phase: LoaderPhase): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    this.#tell({ kind: 'phase', phase });
  }

  #fail(fault: LoaderFault): void {
    this.#end({ kind: 'failed', fault });
  }

  #end(event: LoaderEvent): void {
    this.#state = 'ended';
    this.#deadline = undefined;
    this.#tell(event);
  }

  #tell(event: LoaderEvent): void {
    this.#events.push(event);
  }
}

const refusal = ({ refused }: Answer): 'again' | undefined => (refused ? 'again' : undefined);
