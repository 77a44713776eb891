/**
 * A combined station in asynchronous balanced mode: HDLC's ABM (ISO/IEC 13239:2002 §6.11) in the form that X.25
 * made of it, LAPB (ITU-T X.25 §2.4). Either end may begin, both send when they will.
 *
 *                  connect / SABM            UA
 *   disconnected ────────────────▶ connecting ───▶ connected ─ FRMR sent ─▶ frame-reject
 *     ▲   │  ▲                        │  ▲           │ ▲  │                   │   │
 *     │   │  └─── DM, N2 × T1 ────────┘  └─ FRMR, N2 ┘ │  │                   │   │
 *     │   └────── SABM received / UA ──────────────────┘──│──◀─ SABM / UA ────┘   │
 *     └────────── UA ─── disconnecting ◀── DISC ──────────┘ (DISC received / UA) ◀┘
 *
 * Invariants
 * 1. Information reaches the peer's events in order and once, as long as the link is not reset; a reset says how
 *    many pieces were lost.
 * 2. T1 runs exactly while an answer is owed: to SABM, DISC, an enquiry, information, or FRMR.
 * 3. At most N2 transmissions of one frame go unanswered before the link is reset or given up.
 * 4. What waits to leave is bounded: information by `queueMax`, answers in answers.ts.
 *
 * Departure: after N2 unanswered enquiries X.25 leaves open what to do (§2.4.5.9); this station resets the link.
 */
import { after, type Duration, type Instant } from '../../../base/time.ts';
import { Answers } from './answers.ts';
import { type Control, isSupervisory, type Modulus, type Supervisory } from './control.ts';
import { decode, type Frame } from './frame.ts';
import { decodeRejection, encodeRejection, type Rejection } from './frmr.ts';
import { Receiving, type RejectMode } from './receiving.ts';
import { rawControl, refusalOf } from './refusal.ts';
import { Sending } from './sending.ts';
import type { State } from './state.ts';

export interface BalancedOptions {
  /** Own address and the peer's: 3 and 1 on a LAPB line (address.ts). */
  readonly address: number;
  readonly peer: number;
  /** 8. SABM sets the one, SABME the other. */
  readonly modulus?: Modulus;
  /** k: I frames that may be unacknowledged, 1 … modulus − 1; 7. With SREJ at most modulus / 2. */
  readonly window?: number;
  readonly reject?: RejectMode;
  /** N1: the longest information field, in octets; 1500. */
  readonly informationMax?: number;
  /** T1: how long an answer may take. */
  readonly t1: Duration;
  /** N2: how often a frame is sent before the link is given up; 10. */
  readonly n2?: number;
  /** Pieces of information that may wait; 64. */
  readonly queueMax?: number;
}

export type DisconnectReason = 'asked' | 'peer' | 'refused' | 'timeout';

export type BalancedEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected'; readonly reason: DisconnectReason }
  | { readonly kind: 'information'; readonly octets: Uint8Array }
  /** The numbering began anew; `lost` pieces of ours were sent and may or may not have arrived. */
  | { readonly kind: 'reset'; readonly lost: number; readonly rejection?: Rejection };

const DEFAULTS = {
  modulus: 8,
  window: 7,
  reject: 'REJ',
  informationMax: 1500,
  n2: 10,
  queueMax: 64,
} as const;

export class BalancedStation {
  readonly #options: Required<BalancedOptions>;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  readonly #answers: Answers;
  readonly #events: BalancedEvent[] = [];
  #dropped = 0;

  #state: State = 'disconnected';
  #t1: Instant | undefined;
  #tries = 0;
  #acknowledge = false;
  #busy = false;
  #peerBusy = false;
  /** T1 has ended with frames unacknowledged: an enquiry with P is out, and its F is waited for (§5.6.3). */
  #enquiring = false;
  #rejection: Uint8Array = new Uint8Array(0);

  constructor(options: BalancedOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { modulus, reject, queueMax } = this.#options;
    const window = Math.min(this.#options.window, reject === 'SREJ' ? modulus / 2 : modulus - 1);
    this.#sending = new Sending(modulus, window, queueMax);
    this.#receiving = new Receiving(modulus, window, reject);
    this.#answers = new Answers(this.#options);
  }

  get state(): State {
    return this.#state;
  }

  /** Frames that were damaged, or not for this station. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Pieces of information that wait to be sent or acknowledged. */
  get held(): number {
    return this.#sending.held;
  }

  connect(now: Instant): void {
    if (this.#state === 'disconnected') this.#begin(now);
  }

  disconnect(now: Instant): void {
    if (this.#state === 'disconnected' || this.#state === 'disconnecting') return;
    this.#state = 'disconnecting';
    this.#sending.clear();
    this.#tries = 0;
    this.#ask({ kind: 'DISC', pf: true }, now);
  }

  /** Queues information. False: not connected, the queue is full, or it is longer than N1. */
  send(information: Uint8Array): boolean {
    if (this.#state !== 'connected' || information.length > this.#options.informationMax)
      return false;
    return this.#sending.push(information);
  }

  /** While busy, the station takes no information and says RNR. */
  setBusy(busy: boolean): void {
    if (this.#busy === busy) return;
    this.#busy = busy;
    if (this.#state === 'connected') this.#acknowledge = true;
    if (!busy) this.#receiving.forgetComplaints();
  }

  /** `octets`: what stood between two flags. */
  handleFrame(octets: Uint8Array, now: Instant): void {
    const frame = decode(octets, this.#options);
    const { address, peer } = this.#options;
    if (frame.ok && frame.value.address === address) this.#handleCommand(frame.value, now);
    else if (frame.ok && frame.value.address === peer) this.#handleResponse(frame.value, now);
    else if (frame.ok || frame.error.code !== 'bad-field' || this.#state !== 'connected') {
      this.#dropped += 1;
    } else {
      const control = frame.error.value;
      this.#refuse({ undefinedControl: true }, control, octets[0] === address, false, now);
    }
  }

  #handleCommand(frame: Frame, now: Instant): void {
    const { control } = frame;
    if (control.kind === 'SABM' || control.kind === 'SABME') this.#handleSetMode(control, now);
    else if (control.kind === 'DISC') this.#handleDisconnect(control.pf);
    else if (this.#state === 'connected') this.#handleNumbered(frame, true, now);
    else if (this.#state === 'frame-reject') this.#repeatRejection(control.pf);
    else if (this.#state === 'disconnected' && control.pf) this.#answer({ kind: 'DM', pf: true });
  }

  #handleSetMode({ kind, pf }: Control, now: Instant): void {
    if (kind !== this.#setMode || this.#state === 'disconnecting') {
      this.#answer({ kind: 'DM', pf });
      return;
    }
    this.#answer({ kind: 'UA', pf });
    // Both ends called at once: each answers, and goes on when its own answer comes (X.25 §2.4.4.5.1).
    if (this.#state !== 'connecting') this.#establish(this.#state !== 'disconnected', now);
  }

  get #setMode(): 'SABM' | 'SABME' {
    return this.#options.modulus === 8 ? 'SABM' : 'SABME';
  }

  #handleDisconnect(pf: boolean): void {
    this.#answer({ kind: this.#state === 'disconnected' ? 'DM' : 'UA', pf });
    if (this.#state === 'connecting') this.#end('refused');
    else if (this.#state === 'connected' || this.#state === 'frame-reject') this.#end('peer');
  }

  #handleResponse(frame: Frame, now: Instant): void {
    const { kind, pf } = frame.control;
    switch (this.#state) {
      case 'connecting':
        if (kind === 'UA' && pf) this.#establish(false, now);
        else if (kind === 'DM' && pf) this.#end('refused');
        break;
      case 'disconnecting':
        if (kind === 'UA' || kind === 'DM') this.#end('asked');
        break;
      case 'connected':
      case 'frame-reject':
        this.#handleResponseWhileUp(frame, now);
    }
  }

  #handleResponseWhileUp(frame: Frame, now: Instant): void {
    const { kind } = frame.control;
    if (kind === 'DM') this.#end('peer');
    else if (kind === 'FRMR') {
      const rejection = decodeRejection(frame.information, this.#options.modulus);
      this.#reset(now, rejection.ok ? rejection.value : undefined);
    } else if (this.#state === 'connected') this.#handleNumbered(frame, false, now);
  }

  /** I, S, TEST: what a connected station takes. */
  #handleNumbered(frame: Frame, command: boolean, now: Instant): void {
    const { control, information } = frame;
    const { modulus, informationMax } = this.#options;
    const isValid = (nr: number): boolean => this.#sending.isValid(nr);
    const refusal = refusalOf(frame, command, { modulus, informationMax, isValid });
    if (refusal !== undefined) {
      this.#refuse(refusal, rawControl(control, modulus), command, command && control.pf, now);
    } else if (control.kind === 'I') this.#handleInformation(control, information, now);
    else if ('nr' in control && isSupervisory(control.kind)) {
      this.#handleSupervisory(control.kind, control.nr, control.pf, command, now);
    } else if (control.kind === 'TEST' && command) {
      this.#answer({ kind: 'TEST', pf: control.pf }, information);
    }
  }

  #handleInformation(
    { ns, nr, pf }: Control & { kind: 'I' },
    octets: Uint8Array,
    now: Instant,
  ): void {
    this.#advance(nr, now);
    if (pf) this.#receiving.forgetComplaints();
    if (!this.#busy) {
      const { delivered, complaints } = this.#receiving.handleInformation(ns, octets);
      for (const piece of delivered) this.#events.push({ kind: 'information', octets: piece });
      for (const complaint of complaints) this.#answer({ ...complaint, pf: false });
      this.#acknowledge = true;
    }
    if (pf || this.#busy) this.#answer({ kind: this.#ready, pf });
  }

  #handleSupervisory(
    kind: Supervisory,
    nr: number,
    pf: boolean,
    command: boolean,
    now: Instant,
  ): void {
    this.#peerBusy = kind === 'RNR';
    // A selective reject acknowledges what lies before it only with P/F set (§5.5.2.4).
    if (kind !== 'SREJ' || pf) this.#advance(nr, now);
    if (kind === 'SREJ') this.#sending.repeat(nr);
    if (kind === 'REJ' && !this.#enquiring) this.#sending.goBack();
    if (command && pf) {
      this.#receiving.forgetComplaints();
      this.#answer({ kind: this.#ready, pf: true });
    } else if (pf && this.#enquiring) {
      this.#enquiring = false;
      this.#tries = 0;
      this.#t1 = undefined;
      this.#sending.goBack();
    }
    this.#watch(now);
  }

  get #ready(): 'RR' | 'RNR' {
    return this.#busy ? 'RNR' : 'RR';
  }

  /** Takes an N(R), which is valid. */
  #advance(nr: number, now: Instant): void {
    if (this.#sending.acknowledge(nr) === 0 || this.#enquiring) return;
    this.#tries = 0;
    this.#t1 = undefined;
    this.#watch(now);
  }

  /** T1 runs while information is unacknowledged, and while a busy peer must be asked. */
  #watch(now: Instant): void {
    if (this.#enquiring) return;
    const owed = this.#sending.outstanding || (this.#peerBusy && this.#sending.held > 0);
    this.#t1 = owed ? (this.#t1 ?? after(now, this.#options.t1)) : undefined;
  }

  #refuse(
    why: Partial<Rejection>,
    control: number,
    command: boolean,
    final: boolean,
    now: Instant,
  ): void {
    const nothing = { undefinedControl: false, informed: false, tooLong: false, invalidNr: false };
    const numbers = { control, vs: this.#sending.vs, vr: this.#receiving.vr, response: !command };
    this.#rejection = encodeRejection({ ...nothing, ...numbers, ...why }, this.#options.modulus);
    this.#state = 'frame-reject';
    this.#enquiring = false;
    this.#tries = 1;
    this.#t1 = after(now, this.#options.t1);
    this.#repeatRejection(final);
  }

  #repeatRejection(final: boolean): void {
    this.#answer({ kind: 'FRMR', pf: final }, this.#rejection);
  }

  /** The mode is set: V(S) = V(R) = 0. `again`: the link was there before, and was reset by the peer. */
  #establish(again: boolean, now: Instant): void {
    const lost = this.#renumber();
    this.#state = 'connected';
    this.#tries = 0;
    this.#t1 = undefined;
    this.#events.push(again ? { kind: 'reset', lost } : { kind: 'connected' });
    this.#watch(now);
  }

  #begin(now: Instant): void {
    this.#state = 'connecting';
    this.#tries = 0;
    this.#ask({ kind: this.#setMode, pf: true }, now);
  }

  #reset(now: Instant, rejection?: Rejection): void {
    const lost = this.#renumber();
    this.#events.push({ kind: 'reset', lost, ...(rejection !== undefined && { rejection }) });
    this.#begin(now);
  }

  #end(reason: DisconnectReason): void {
    this.#renumber();
    this.#sending.clear();
    this.#state = 'disconnected';
    this.#t1 = undefined;
    this.#events.push({ kind: 'disconnected', reason });
  }

  /** Gives how many frames were sent and not acknowledged. */
  #renumber(): number {
    this.#receiving.reset();
    this.#acknowledge = false;
    this.#peerBusy = false;
    this.#enquiring = false;
    return this.#sending.reset().length;
  }

  /** Sends a command that wants an answer within T1. */
  #ask(control: Parameters<Answers['push']>[1], now: Instant): void {
    this.#answers.push(true, control);
    this.#tries += 1;
    this.#t1 = after(now, this.#options.t1);
  }

  #answer(control: Parameters<Answers['push']>[1], information?: Uint8Array): void {
    this.#answers.push(false, control, information);
  }

  /** The next frame to send, with its FCS and without flags. */
  pollFrame(now: Instant): Uint8Array | undefined {
    const { vr } = this.#receiving;
    const answer = this.#answers.take(vr);
    if (answer !== undefined) {
      if (answer.acknowledges) this.#acknowledge = false;
      return answer.frame;
    }
    if (this.#state !== 'connected') return undefined;
    const next = this.#peerBusy || this.#enquiring ? undefined : this.#sending.next();
    if (next === undefined && !this.#acknowledge) return undefined;
    this.#acknowledge = false;
    if (next === undefined)
      return this.#answers.encode(false, { kind: this.#ready, pf: false }, vr);
    this.#watch(now);
    const control = { kind: 'I', ns: next.ns, nr: vr, pf: false } as const;
    return this.#answers.encode(true, control, vr, next.information);
  }

  pollEvent(): BalancedEvent | undefined {
    return this.#events.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#t1;
  }

  handleTimeout(now: Instant): void {
    if (this.#t1 === undefined || now < this.#t1) return;
    this.#t1 = undefined;
    if (this.#tries >= this.#options.n2) this.#giveUp(now);
    else if (this.#state === 'connecting') this.#ask({ kind: this.#setMode, pf: true }, now);
    else if (this.#state === 'disconnecting') this.#ask({ kind: 'DISC', pf: true }, now);
    else if (this.#state === 'frame-reject') {
      this.#tries += 1;
      this.#t1 = after(now, this.#options.t1);
      this.#repeatRejection(false);
    } else if (this.#state === 'connected') {
      this.#enquiring = true;
      this.#ask({ kind: this.#ready, pf: true }, now);
    }
  }

  #giveUp(now: Instant): void {
    if (this.#state === 'connecting') this.#end('timeout');
    else if (this.#state === 'disconnecting') this.#end('asked');
    else this.#reset(now);
  }
}
