/**
 * The sending end of an ARQ link.
 *
 *   send() ─▶ queue ─▶ pollFrame(): data ─▶ unacknowledged ─ acknowledgment ─▶ released
 *                         ▲                      │
 *                         └──────── timer ───────┘   N2 transmissions unanswered ─▶ failed
 *
 * Invariants
 * 1. At most `sendWindow` frames are unacknowledged; all of them are held.
 * 2. A frame is due `timeout` after it went out. Go-back-N and stop-and-wait watch the oldest alone; selective
 *    repeat watches each.
 * 3. A frame goes out at most N2 times; then `failed` is true for good.
 */
import { assert } from '../../../base/errors.ts';
import { after, type Duration, earliest, type Instant } from '../../../base/time.ts';
import type { Form } from './form.ts';
import { encode, type Frame } from './header.ts';

export interface SenderOptions {
  readonly form: Form;
  /** How long an acknowledgment may take: more than a frame, its way, and the way back. */
  readonly timeout: Duration;
  readonly n2?: number;
  /** Pieces that may wait, unacknowledged ones with them. */
  readonly queueMax?: number;
}

interface Held {
  readonly information: Uint8Array;
  acknowledged: boolean;
  sent: boolean;
  transmissions: number;
  due: Instant | undefined;
}

export class ArqSender {
  readonly #options: Required<SenderOptions>;
  /** The first has the number `#base`. */
  readonly #held: Held[] = [];
  #base = 0;
  #failed = false;
  /** Data frames that went out, those sent again with them. */
  transmissions = 0;

  constructor(options: SenderOptions) {
    this.#options = { n2: 16, queueMax: 256, ...options };
    assert(this.#options.queueMax >= options.form.sendWindow, 'the queue holds at least a window');
  }

  get failed(): boolean {
    return this.#failed;
  }

  get held(): number {
    return this.#held.length;
  }

  /** False when the queue is full. */
  send(information: Uint8Array): boolean {
    if (this.#held.length >= this.#options.queueMax) return false;
    const fresh = { acknowledged: false, sent: false, transmissions: 0, due: undefined };
    this.#held.push({ information, ...fresh });
    return true;
  }

  /** Takes an acknowledgment; others are for the other end. */
  handleFrame({ kind, number }: Frame): void {
    const { modulus, sendWindow } = this.#options.form;
    const distance = (number - this.#base + modulus) % modulus;
    const known = Math.min(this.#held.length, sendWindow);
    if (kind === 'acknowledge-before' && distance >= 1 && distance <= known) {
      for (let i = 0; i < distance; i++) this.#acknowledge(i);
    } else if (kind === 'acknowledge-one' && distance < known) this.#acknowledge(distance);
    this.#slide();
  }

  #acknowledge(index: number): void {
    const held = this.#held[index] as Held;
    // One that was never sent cannot have come: a forgery, or the echo of an older numbering.
    if (held.transmissions > 0) held.acknowledged = true;
    held.due = undefined;
  }

  #slide(): void {
    let count = 0;
    while (this.#held[count]?.acknowledged) count += 1;
    if (count === 0) return;
    this.#held.splice(0, count);
    this.#base = (this.#base + count) % this.#options.form.modulus;
  }

  get #selective(): boolean {
    return this.#options.form.receiveWindow > 1;
  }

  get #watched(): readonly Held[] {
    return this.#selective ? this.#held : this.#held.slice(0, 1);
  }

  /** The next frame to send, or undefined while the window is full or nothing is left. */
  pollFrame(now: Instant): Uint8Array | undefined {
    const { form, timeout } = this.#options;
    if (this.#failed) return undefined;
    const index = this.#held.slice(0, form.sendWindow).findIndex(({ sent }) => !sent);
    const held = this.#held[index];
    if (held === undefined) return undefined;
    held.sent = true;
    held.transmissions += 1;
    this.transmissions += 1;
    held.due = after(now, timeout);
    const number = (this.#base + index) % form.modulus;
    return encode({ kind: 'data', number, information: held.information });
  }

  pollTimeout(): Instant | undefined {
    return this.#failed ? undefined : earliest(...this.#watched.map(({ due }) => due));
  }

  handleTimeout(now: Instant): void {
    const late = this.#watched.filter(({ due }) => due !== undefined && due <= now);
    if (late.length === 0) return;
    this.#failed = late.some(({ transmissions }) => transmissions >= this.#options.n2);
    // Go-back-N: all that was sent, again. A receiver with a window of one has dropped it.
    const again = this.#selective ? late : this.#held;
    for (const held of again) {
      held.sent = held.acknowledged;
      held.due = undefined;
    }
  }
}
