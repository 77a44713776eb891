/**
 * The line between the script's peer and the subject, in virtual time: the subject's clock, what it sent
 * and has not been looked at, and the one call that may be blocking.
 *
 * Invariants
 *  1. The clock never goes back, and stands still while anything can be done at once.
 *  2. Datagrams are handed out in the order in which they were sent, with the time.
 */
import { earliest, type Instant, NEVER, START } from '../../base/time.ts';
import { Misfit } from '../script-error.ts';
import type { CallResult, PendingCall, Subject } from '../subject.ts';

export interface Sent {
  readonly at: Instant;
  readonly octets: Uint8Array;
}

/** More than any stack does at one instant, and in all a script's time. */
const STEPS_MAX = 1_000_000;

export class Line {
  readonly #subject: Subject;
  #now = START;
  #sent: Sent[] = [];
  #blocked: { readonly call: PendingCall; readonly done: (result: CallResult) => void } | undefined;
  #steps = 0;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  get now(): Instant {
    return this.#now;
  }

  get isBlocked(): boolean {
    return this.#blocked !== undefined;
  }

  /** The first datagram that was sent and not looked at yet. */
  get first(): Sent | undefined {
    return this.#sent[0];
  }

  shift(): void {
    this.#sent.shift();
  }

  /** All that was not looked at. */
  get unread(): readonly Sent[] {
    return this.#sent;
  }

  inject(octets: Uint8Array): void {
    this.#subject.inject(octets, this.#now);
    this.settle();
  }

  /** `done` is called when the call has its result: at once, or while time passes. */
  begin(call: PendingCall, done: (result: CallResult) => void): void {
    this.#blocked = { call, done };
    this.settle();
  }

  /** Runs a call beside the blocked one, and lets time pass until its end; undefined: not before `until`. */
  complete(call: PendingCall, until: Instant): CallResult | undefined {
    for (;;) {
      const result = call.poll(this.#now);
      if (result !== undefined) {
        this.settle();
        return result;
      }
      this.settle();
      const end = call.pollTimeout();
      // Time passes only when nothing more can be done at this instant.
      if (!this.step(earliest(end, until) ?? until)) {
        if (end === undefined || end > until) return call.poll(this.#now);
        this.advance(end);
      }
    }
  }

  /** Does all that can be done at this instant. */
  settle(): void {
    do this.#collect();
    while (
      // A call that goes on waiting may have had something sent all the same.
      this.#finishCall() ||
      this.#collect() ||
      this.#handleTimeout()
    );
  }

  /** Lets time pass up to `until`. */
  advance(until: Instant): void {
    while (this.step(until));
    if (until > this.#now && until < NEVER) this.#now = until;
    this.settle();
  }

  /** Goes to the next instant at which something happens; false, and nothing done: none before `until`. */
  step(until: Instant): boolean {
    const next = earliest(this.#subject.pollTimeout(), this.#blocked?.call.pollTimeout());
    if (next === undefined || next > until) return false;
    if (next > this.#now) this.#now = next;
    this.#count();
    this.settle();
    return true;
  }

  /** Takes what was sent; was there something? */
  #collect(): boolean {
    const before = this.#sent.length;
    for (;;) {
      const octets = this.#subject.pollDatagram(this.#now);
      if (octets === undefined) return this.#sent.length > before;
      this.#count();
      this.#sent.push({ at: this.#now, octets });
    }
  }

  #finishCall(): boolean {
    const blocked = this.#blocked;
    const result = blocked?.call.poll(this.#now);
    if (blocked === undefined || result === undefined) return false;
    this.#blocked = undefined;
    blocked.done(result);
    return true;
  }

  #handleTimeout(): boolean {
    const due = this.#subject.pollTimeout();
    if (due === undefined || due > this.#now) return false;
    this.#count();
    this.#subject.handleTimeout(this.#now);
    return true;
  }

  #count(): void {
    if (++this.#steps > STEPS_MAX)
      throw new Misfit(1, 'the stack under test does not come to rest');
  }
}
