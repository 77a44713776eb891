/**
 * The primary station in normal response mode, ISO/IEC 13239:2002 §6.9: it connects its secondaries, polls them in turn,
 * and alone may begin. One line, many stations: a multidrop.
 *
 *   for each secondary    disconnected ─ connect / SNRM P ─▶ setting ─ UA F ─▶ connected ─ DISC P ─▶ disconnected
 *                                                               └ DM F, or N2 × T1 ─▶ disconnected
 *   on the line           idle ─ frames, the last with P ─▶ waiting for F ─ F, or T1 ─▶ idle, the next one's turn
 *
 * Invariants
 * 1. One secondary at a time has the line; T1 runs exactly then.
 * 2. A secondary that leaves N2 polls in a row unanswered is disconnected, and the others go on.
 * 3. Information goes and comes in order and once. What F does not acknowledge goes out again (checkpointing, §5.6.2.1).
 * 4. A round in which nobody had anything to say is followed by a pause, so that an idle line is quiet.
 */
import { assert } from '../../../base/errors.ts';
import { after, type Duration, type Instant } from '../../../base/time.ts';
import type { Control, Modulus } from './control.ts';
import { decode, encode } from './frame.ts';
import { Receiving } from './receiving.ts';
import { Sending } from './sending.ts';

export interface PrimaryOptions {
  readonly secondaries: readonly number[];
  readonly modulus?: Modulus;
  readonly window?: number;
  readonly t1: Duration;
  readonly n2?: number;
  /** Between rounds in which nobody had anything to say. */
  readonly pause: Duration;
  readonly queueMax?: number;
}

export type PrimaryEvent =
  | { readonly kind: 'connected'; readonly address: number }
  | {
      readonly kind: 'disconnected';
      readonly address: number;
      readonly reason: 'asked' | 'refused' | 'timeout';
    }
  | { readonly kind: 'information'; readonly address: number; readonly octets: Uint8Array };

type Mode = 'disconnected' | 'setting' | 'connected' | 'disconnecting';

interface Secondary {
  readonly address: number;
  readonly sending: Sending;
  readonly receiving: Receiving;
  mode: Mode;
  tries: number;
}

const NONE: Uint8Array = new Uint8Array(0);

export class PrimaryStation {
  readonly #options: Required<PrimaryOptions>;
  readonly #secondaries: readonly Secondary[];
  readonly #events: PrimaryEvent[] = [];
  #output: Uint8Array[] = [];
  #turn = 0;
  /** Who has the line. */
  #polled: Secondary | undefined;
  #t1: Instant | undefined;
  /** Until when nobody is polled. */
  #quiet: Instant | undefined;
  #saidSomething = false;

  constructor(options: PrimaryOptions) {
    this.#options = { modulus: 8, window: 7, n2: 4, queueMax: 64, ...options };
    const { modulus, window, queueMax } = this.#options;
    this.#secondaries = options.secondaries.map((address) => ({
      address,
      sending: new Sending(modulus, window, queueMax),
      receiving: new Receiving(modulus, window, 'REJ'),
      mode: 'disconnected',
      tries: 0,
    }));
  }

  #find(address: number): Secondary {
    const secondary = this.#secondaries.find((it) => it.address === address);
    assert(secondary !== undefined, `station ${address} is not on this line`);
    return secondary;
  }

  connect(address: number): void {
    const secondary = this.#find(address);
    if (secondary.mode === 'disconnected') secondary.mode = 'setting';
    this.#quiet = undefined;
  }

  disconnect(address: number): void {
    const secondary = this.#find(address);
    if (secondary.mode !== 'disconnected') secondary.mode = 'disconnecting';
    this.#quiet = undefined;
  }

  /** Queues information. False: not connected, or the queue is full. */
  send(address: number, information: Uint8Array): boolean {
    const { mode, sending } = this.#find(address);
    if (mode !== 'connected' || !sending.push(information)) return false;
    this.#quiet = undefined;
    return true;
  }

  handleFrame(octets: Uint8Array, now: Instant): void {
    const frame = decode(octets, { modulus: this.#options.modulus });
    const secondary = this.#polled;
    if (!frame.ok || secondary === undefined || frame.value.address !== secondary.address) return;
    const { control, information } = frame.value;
    if (secondary.mode === 'connected') this.#handleNumbered(secondary, control, information);
    else this.#handleMode(secondary, control);
    if (control.pf) this.#release(secondary);
    // It is speaking: wait for its F as long again.
    else this.#t1 = after(now, this.#options.t1);
  }

  #handleMode(secondary: Secondary, { kind, pf }: Control): void {
    if (!pf) return;
    if (kind === 'UA' && secondary.mode === 'setting') {
      secondary.sending.reset();
      secondary.receiving.reset();
      secondary.mode = 'connected';
      this.#events.push({ kind: 'connected', address: secondary.address });
    } else if (kind === 'DM' && secondary.mode === 'setting') this.#end(secondary, 'refused');
    else if (secondary.mode === 'disconnecting') this.#end(secondary, 'asked');
  }

  #handleNumbered(secondary: Secondary, control: Control, information: Uint8Array): void {
    const { sending, receiving, address } = secondary;
    if (control.kind === 'DM') {
      this.#end(secondary, 'refused');
      return;
    }
    if (!('nr' in control) || !sending.isValid(control.nr)) return;
    if (sending.acknowledge(control.nr) > 0) this.#saidSomething = true;
    if (control.pf) sending.goBack();
    if (control.kind !== 'I') return;
    this.#saidSomething = true;
    for (const octets of receiving.handleInformation(control.ns, information).delivered) {
      this.#events.push({ kind: 'information', address, octets });
    }
  }

  #release(secondary: Secondary): void {
    secondary.tries = 0;
    this.#polled = undefined;
    this.#t1 = undefined;
  }

  #end(secondary: Secondary, reason: 'asked' | 'refused' | 'timeout'): void {
    secondary.mode = 'disconnected';
    secondary.tries = 0;
    secondary.sending.clear();
    this.#events.push({ kind: 'disconnected', address: secondary.address, reason });
  }

  /** The next frame to send, or undefined while a secondary has the line or the line is quiet. */
  pollFrame(now: Instant): Uint8Array | undefined {
    if (this.#output.length === 0) this.#take(now);
    return this.#output.shift();
  }

  /** Gives the line to the next secondary that is not disconnected. */
  #take(now: Instant): void {
    if (this.#polled !== undefined || (this.#quiet !== undefined && now < this.#quiet)) return;
    this.#quiet = undefined;
    for (; this.#turn < this.#secondaries.length; this.#turn++) {
      const secondary = this.#secondaries[this.#turn] as Secondary;
      if (secondary.mode === 'disconnected') continue;
      this.#turn += 1;
      this.#poll(secondary, now);
      return;
    }
    this.#turn = 0;
    const active = this.#secondaries.some(({ mode }) => mode !== 'disconnected');
    if (active && this.#saidSomething) {
      this.#saidSomething = false;
      this.#take(now);
    } else if (active) this.#quiet = after(now, this.#options.pause);
  }

  #poll(secondary: Secondary, now: Instant): void {
    this.#polled = secondary;
    secondary.tries += 1;
    this.#t1 = after(now, this.#options.t1);
    if (secondary.mode === 'connected') this.#inform(secondary);
    else {
      this.#saidSomething = true;
      const setMode = this.#options.modulus === 8 ? 'SNRM' : 'SNRME';
      const kind = secondary.mode === 'setting' ? setMode : 'DISC';
      this.#push(secondary, { kind, pf: true });
    }
  }

  #inform(secondary: Secondary): void {
    const { sending, receiving } = secondary;
    const pieces = [];
    for (let next = sending.next(); next !== undefined; next = sending.next()) pieces.push(next);
    const nr = receiving.vr;
    pieces.forEach(({ ns, information }, i) => {
      this.#push(secondary, { kind: 'I', ns, nr, pf: i === pieces.length - 1 }, information);
    });
    if (pieces.length === 0) this.#push(secondary, { kind: 'RR', nr, pf: true });
    else this.#saidSomething = true;
  }

  #push({ address }: Secondary, control: Control, information = NONE): void {
    this.#output.push(
      encode({ address, control, information }, { modulus: this.#options.modulus }),
    );
  }

  pollEvent(): PrimaryEvent | undefined {
    return this.#events.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#t1 ?? this.#quiet;
  }

  handleTimeout(now: Instant): void {
    const secondary = this.#polled;
    if (this.#t1 === undefined || now < this.#t1 || secondary === undefined) return;
    this.#polled = undefined;
    this.#t1 = undefined;
    this.#output = [];
    secondary.sending.goBack();
    this.#saidSomething = true;
    if (secondary.tries >= this.#options.n2) this.#end(secondary, 'timeout');
  }
}
