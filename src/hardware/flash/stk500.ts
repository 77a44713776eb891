/**
 * STK500 version 1 (Atmel application note AVR061), the host's end, as far as optiboot speaks it: the
 * loader of an Arduino Uno, which runs for a second after each reset.
 *
 *     idle ─start─▶ released ─▶ pulsed ─▶ syncing ─▶ settling ─▶ signature ─▶ entering ──┐
 *                      ▲  DTR falls: the chip resets                                      ▼
 *                      └──── no answer, or a wrong one, at any exchange ◀──── addressing ⇄ writing
 *                            (at most RESETS.answered in all, else failed) ◀──── addressing ⇄ reading
 *                                                                                         ▼
 *                                                               done ◀───────────────── leaving
 *
 * Invariants:
 *   (1) One command is under way at a time, and each has a deadline.
 *   (2) Nothing is written before the chip's signature was right; a wrong one is asked for twice.
 *   (3) After a reset it goes on at the page it was at: writing a page erases it first, so that writing
 *       it again changes nothing.
 *   (4) The protocol has no checksum, so every page is read back, and written again if it differs: block-walk.ts.
 *   (5) `done` means that the chip has shown each octet of the image after the last page was written.
 */
import { assert } from '../../base/errors.ts';
import { equal, toHex } from '../../base/octets.ts';
import { after, type Instant, milliseconds } from '../../base/time.ts';
import { BlockWalk } from './block-walk.ts';
import type { Part } from './image.ts';
import type { LineAction, LoaderEvent, LoaderFault, LoaderMachine } from './loader.ts';

/** AVR061 §4: commands, and the octets about an answer. */
const STK = {
  ok: 0x10,
  inSync: 0x14,
  endOfCommand: 0x20,
  getSync: 0x30,
  enterProgramming: 0x50,
  leaveProgramming: 0x51,
  loadAddress: 0x55,
  programPage: 0x64,
  readPage: 0x74,
  readSignature: 0x75,
  flash: 0x46,
} as const;

/** The chip starts from the falling edge of DTR; the capacitor in its way wants to be charged before. */
const RELEASED = milliseconds(250);
/** From the edge to the first sign of life: the chip's start-up time is 65 ms by its fuses. */
const PULSED = milliseconds(80);
const SYNC = milliseconds(60);
/** In a second the loader has gone; three quarters of one may pass before it looks at the line (its LED). */
const SYNCS_MAX = 14;
/** Answers to earlier syncs may still come. */
const SETTLING = milliseconds(60);
/** A page takes 11 ms on the line at 115200 bit/s and 9 ms in the chip. */
const EXCHANGE = milliseconds(500);
/** A loader that never answered is none; one that did is on a bad line. */
const RESETS = { unanswered: 3, answered: 6 } as const;

type Step =
  | 'idle'
  | 'released'
  | 'pulsed'
  | 'syncing'
  | 'settling'
  | 'signature'
  | 'entering'
  | 'addressing'
  | 'writing'
  | 'reading'
  | 'leaving'
  | 'ended';

/** Octets between those about an answer. */
const ANSWER_LENGTH: Partial<Record<Step, number>> = { signature: 3 };

export interface Stk500Options {
  readonly signature: Uint8Array;
  /** What is to be in the flash: whole pages, each of the same size. */
  readonly pages: readonly Part[];
}

export class Stk500 implements LoaderMachine {
  readonly #signature: Uint8Array;
  readonly #pages: BlockWalk;
  readonly #outputs: LineAction[] = [];
  readonly #events: LoaderEvent[] = [];
  #step: Step = 'idle';
  #resets = 0;
  #syncs = 0;
  #answered = false;
  #doubted = false;
  #input = new Uint8Array(0);
  #deadline: Instant | undefined;

  constructor({ signature, pages }: Stk500Options) {
    this.#signature = signature;
    this.#pages = new BlockWalk(pages, (event) => this.#tell(event));
  }

  start(now: Instant): void {
    assert(this.#step === 'idle', 'started once');
    this.#tell({ kind: 'phase', phase: 'enter' });
    this.#reset(now);
  }

  handleOctets(octets: Uint8Array, now: Instant): void {
    switch (this.#step) {
      case 'idle':
      case 'released':
      case 'pulsed':
      case 'settling':
      case 'ended':
        return; // What the program said before, or an answer that is too late.
      case 'syncing':
        this.#handleSync(octets, now);
        return;
      default:
        this.#handleAnswer(octets, now);
    }
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
    this.#deadline = undefined;
    if (this.#step === 'released') {
      this.#enter('pulsed', after(now, PULSED));
      this.#outputs.push({ kind: 'signals', dtr: true, rts: true });
    } else if (this.#step === 'pulsed') {
      this.#syncs = 0;
      this.#sync(now);
    } else if (this.#step === 'syncing') {
      if (this.#syncs < SYNCS_MAX) this.#sync(now);
      else this.#reset(now);
    } else if (this.#step === 'settling') {
      this.#command('signature', [STK.readSignature], now);
    } else {
      this.#reset(now);
    }
  }

  #reset(now: Instant): void {
    if (this.#resets >= RESETS[this.#answered ? 'answered' : 'unanswered']) {
      this.#fail(this.#answered ? this.#lost() : { code: 'loader-silent' });
      return;
    }
    this.#resets++;
    this.#outputs.push({ kind: 'signals', dtr: false, rts: false });
    this.#enter('released', after(now, RELEASED));
  }

  #lost(): LoaderFault {
    const { phase, block } = this.#pages;
    return { code: 'loader-lost', op: phase, address: block.address };
  }

  #sync(now: Instant): void {
    this.#syncs++;
    const kept = this.#input;
    this.#command('syncing', [STK.getSync], now);
    this.#deadline = after(now, SYNC);
    this.#input = kept;
  }

  /** What the program said before the reset may stand before the answer. */
  #handleSync(octets: Uint8Array, now: Instant): void {
    for (const octet of octets) {
      const last = this.#input[0];
      this.#input = Uint8Array.of(octet);
      if (last !== STK.inSync || octet !== STK.ok) continue;
      this.#answered = true;
      this.#enter('settling', after(now, SETTLING));
      return;
    }
  }

  #handleAnswer(octets: Uint8Array, now: Instant): void {
    const length = 2 + this.#answerLength();
    const input = new Uint8Array(this.#input.length + octets.length);
    input.set(this.#input);
    input.set(octets, this.#input.length);
    this.#input = input;
    if (input[0] !== STK.inSync || input.length > length) {
      this.#reset(now);
    } else if (input.length === length) {
      if (input[length - 1] === STK.ok) this.#proceed(input.slice(1, -1), now);
      else this.#reset(now);
    }
  }

  #answerLength(): number {
    return this.#step === 'reading'
      ? this.#pages.block.octets.length
      : (ANSWER_LENGTH[this.#step] ?? 0);
  }

  #proceed(answer: Uint8Array, now: Instant): void {
    switch (this.#step) {
      case 'signature':
        this.#handleSignature(answer, now);
        return;
      case 'entering':
        this.#pages.begin();
        this.#next(now);
        return;
      case 'addressing':
        if (this.#pages.task === 'read') this.#read(now);
        else this.#write(now);
        return;
      case 'writing':
        this.#handleWritten(now);
        return;
      case 'reading':
        this.#handleRead(answer, now);
        return;
      default:
        this.#enter('ended', undefined);
        this.#tell({ kind: 'done' });
    }
  }

  #handleSignature(signature: Uint8Array, now: Instant): void {
    if (equal(signature, this.#signature)) {
      this.#command('entering', [STK.enterProgramming], now);
    } else if (this.#doubted) {
      const expected = toHex(this.#signature);
      this.#fail({ code: 'wrong-chip', expected, found: toHex(signature) });
    } else {
      this.#doubted = true;
      this.#command('signature', [STK.readSignature], now);
    }
  }

  #handleWritten(now: Instant): void {
    this.#pages.handleWritten();
    this.#next(now);
  }

  #handleRead(octets: Uint8Array, now: Instant): void {
    const fault = this.#pages.handleRead(octets);
    if (fault === undefined) this.#next(now);
    else this.#fail(fault);
  }

  /** The page at the cursor, or what follows the last one. */
  #next(now: Instant): void {
    if (this.#pages.task === 'leave') {
      this.#command('leaving', [STK.leaveProgramming], now);
      return;
    }
    // In words, the low octet first.
    const word = this.#pages.block.address >> 1;
    this.#command('addressing', [STK.loadAddress, word & 0xff, word >> 8], now);
  }

  #write(now: Instant): void {
    const { octets } = this.#pages.block;
    const head = [STK.programPage, octets.length >> 8, octets.length & 0xff, STK.flash];
    this.#command('writing', [...head, ...octets], now);
  }

  #read(now: Instant): void {
    const { length } = this.#pages.block.octets;
    this.#command('reading', [STK.readPage, length >> 8, length & 0xff, STK.flash], now);
  }

  #command(step: Step, octets: readonly number[], now: Instant): void {
    this.#enter(step, after(now, EXCHANGE));
    this.#outputs.push({ kind: 'write', octets: Uint8Array.of(...octets, STK.endOfCommand) });
  }

  #enter(step: Step, deadline: Instant | undefined): void {
    this.#step = step;
    this.#deadline = deadline;
    this.#input = new Uint8Array(0);
  }

  #fail(fault: LoaderFault): void {
    this.#enter('ended', undefined);
    this.#tell({ kind: 'failed', fault });
  }

  #tell(event: LoaderEvent): void {
    this.#events.push(event);
  }
}
