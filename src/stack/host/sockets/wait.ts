/**
 * Waiting: a promise that somebody settles, with a deadline and a way to call it off. Pure folders have no
 * timers and no signals of the platform; deadlines are the driver's to wake for, as all others are.
 */
import { EXIT, NetlabError } from '../../../base/errors.ts';
import { after, type Duration, type Instant } from '../../../base/time.ts';

/** How long to wait, and until when somebody says to stop. */
export interface Wait {
  readonly timeout?: Duration;
  readonly cancellation?: Cancellation;
}

/** Calls off all that waits with it, once and for ever. */
export class Cancellation {
  readonly #waiting = new Set<() => void>();
  #cancelled = false;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(): void {
    this.#cancelled = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const stop of waiting) stop();
  }

  /** For `Pending`. */
  add(stop: () => void): void {
    this.#waiting.add(stop);
  }

  delete(stop: () => void): void {
    this.#waiting.delete(stop);
  }
}

const cancelled = (): NetlabError => new NetlabError('cancelled', EXIT.interrupted, 'called off');

/** One who waits for a `T`. Settled once; what comes after is ignored. */
export class Pending<T> {
  readonly promise: Promise<T>;
  readonly #deadlines: Deadlines;
  readonly #wait: Wait;
  readonly #stop = (): void => this.reject(cancelled());
  #resolve: (value: T) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #settled = false;

  constructor(deadlines: Deadlines, wait: Wait, now: Instant) {
    this.#deadlines = deadlines;
    this.#wait = wait;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (wait.timeout !== undefined) deadlines.set(this, after(now, wait.timeout));
    if (wait.cancellation?.cancelled === true) this.reject(cancelled());
    else wait.cancellation?.add(this.#stop);
  }

  get settled(): boolean {
    return this.#settled;
  }

  resolve(value: T): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  /** For `Deadlines`. */
  expire(): void {
    this.reject(new NetlabError('timed-out', EXIT.timeout, 'nothing came in time'));
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#deadlines.clear(this);
    this.#wait.cancellation?.delete(this.#stop);
    return true;
  }
}

interface Expiring {
  expire(): void;
}

/** Who waits until when. There are as many as calls that wait, and each has one. */
export class Deadlines {
  readonly #wake: () => void;
  readonly #waiting = new Map<Expiring, Instant>();
  #first: Instant | undefined;
  #moved = false;

  /** `wake` is called when the next deadline may be sooner than the driver knows. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  set(who: Expiring, at: Instant): void {
    this.#waiting.set(who, at);
    this.#moved = true;
    this.#wake();
  }

  clear(who: Expiring): void {
    if (this.#waiting.delete(who)) this.#moved = true;
  }

  pollTimeout(): Instant | undefined {
    if (!this.#moved) return this.#first;
    this.#moved = false;
    this.#first = undefined;
    for (const at of this.#waiting.values()) {
      if (this.#first === undefined || at < this.#first) this.#first = at;
    }
    return this.#first;
  }

  handleTimeout(now: Instant): void {
    const first = this.pollTimeout();
    if (first === undefined || first > now) return;
    for (const [who, at] of this.#waiting) if (at <= now) who.expire();
  }
}
