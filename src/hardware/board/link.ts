/**
 * The driver's one loop: a session of the control protocol on a transport. Any number of callers wait
 * here for something to happen, and one loop reads from the transport for all of them. Nothing else waits,
 * so that the wall clock, virtual time and a replay drive it alike.
 *
 * Invariants:
 *   (1) At most one `transport.read` is pending, and it ends no later than the earliest deadline of all
 *       who wait and of the session.
 *   (2) When the last of them has gone, nothing that came is unacknowledged: the board is left in peace.
 *   (3) Once `#failure` is set, whoever waits or comes later gets that error, until `open`.
 */
import type { NetlabError } from '../../base/errors.ts';
import type { Rng } from '../../base/random.ts';
import { after, type Duration, type Instant, NEVER, START } from '../../base/time.ts';
import { VERSION } from '../control/frame.ts';
import { type HostEvent, HostSession } from '../control/host-session.ts';
import type { Identity } from '../control/identity.ts';
import type { Statistics } from '../control/statistics.ts';
import {
  boardForeign,
  boardLost,
  boardReset,
  boardSilent,
  boardVersion,
  linkFailed,
  withLineErrors,
} from './errors.ts';
import type { Deadlines, Transport } from './transport.ts';

/** Octets of cost that may lie here unread: frames that nobody has received yet. */
const CAPACITY = 49_152;

/** Promise callbacks that may follow each other before the link reads on. */
const SETTLING = 16;

interface Waiter {
  readonly until: Instant;
  /** True when it has got what it waited for, or an error. */
  readonly attempt: () => boolean;
}

/** What stands on a link. */
export interface LinkUser {
  handleMessage(message: Uint8Array): void;
  /** Room for sending may have come. */
  handleRoom(): void;
}

export class Link {
  readonly transport: Transport;
  readonly deadlines: Deadlines;
  readonly #session: HostSession;
  readonly #user: LinkUser;
  readonly #waiting = new Set<Waiter>();
  #running = false;
  #readsUntil: Instant = START; // While a read is pending.
  #identity: Identity | undefined;
  #failure: NetlabError | undefined;

  constructor(transport: Transport, rng: Rng, deadlines: Deadlines, user: LinkUser) {
    this.transport = transport;
    this.deadlines = deadlines;
    this.#user = user;
    this.#session = new HostSession({
      rng,
      capacity: CAPACITY,
      lineRate: transport.lineRate(),
      open: deadlines.open,
      silence: deadlines.silence,
    });
  }

  get port(): string {
    return this.transport.name;
  }

  /** What this side of the line has counted. */
  get statistics(): Readonly<Statistics> {
    return this.#session.statistics;
  }

  /** The longest message that both sides take, in octets. */
  get messageMax(): number {
    return this.#session.messageMax;
  }

  now(): Instant {
    return this.transport.now();
  }

  /**
   * A new session, whatever was before.
   * @throws NetlabError `board-silent`, `board-foreign`, `board-version`, `board-reset`, `port-lost`
   */
  async open(): Promise<Identity> {
    this.#failure = undefined;
    this.#identity = undefined;
    this.#session.open(this.now());
    this.flush();
    const identity = await this.wait(() => this.#identity, NEVER);
    if (identity === undefined) throw boardSilent(this.port); // Time itself has ended.
    return identity;
  }

  /** Ends the session; from now on everyone gets `error`. */
  close(error: NetlabError): void {
    if (this.#failure === undefined) {
      this.#session.close(this.now());
      this.flush();
    }
    this.#failure = error;
    this.transport.wake();
  }

  /** False: there is no room for it now; `handleRoom` says when to ask again. */
  send(message: Uint8Array): boolean {
    return this.#session.send(message, this.now());
  }

  /** Gives back the credit that a message of `handleMessage` holds. */
  consume(message: Uint8Array): void {
    this.#session.consume(message);
  }

  /** Writes all that the session has to send. */
  flush(): void {
    const now = this.now();
    for (let o = this.#session.pollOutput(now); o; o = this.#session.pollOutput(now)) {
      this.transport.write(o);
    }
    const due = this.#session.pollTimeout();
    if (due !== undefined && due < this.#readsUntil) this.transport.wake();
  }

  /** Acknowledges all that came, and waits until that has left. */
  async settle(): Promise<void> {
    this.#session.acknowledge();
    this.flush();
    await this.transport.drain();
  }

  /** Asks for a sign of life; false when none came within `patience`. */
  async probe(patience: Duration): Promise<boolean> {
    const before = this.statistics.frames_received;
    this.#session.poll(this.now());
    this.flush();
    const heard = () => this.statistics.frames_received > before || undefined;
    return (await this.wait(heard, after(this.now(), patience))) ?? false;
  }

  /** Changes the rate of this end of the line. */
  async setLineRate(rate: number): Promise<void> {
    await this.transport.setLineRate(rate);
    this.#session.setLineRate(rate);
  }

  /**
   * Runs the link until `ready` gives something, which it returns; undefined when `until` comes first.
   * @throws NetlabError whatever ended the session
   */
  wait<T>(ready: () => T | undefined, until: Instant): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const attempt = (): boolean => {
        const value = ready();
        if (value !== undefined) resolve(value);
        else if (this.#failure !== undefined) reject(this.#failure);
        else if (this.now() >= until) resolve(undefined);
        else return false;
        return true;
      };
      if (attempt()) return;
      this.#waiting.add({ until, attempt });
      if (!this.#running) void this.#run();
      else if (until < this.#readsUntil) this.transport.wake();
    });
  }

  /** Reads for all who wait, until nobody does. */
  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      // Whoever was answered acts before time moves: the next request takes the acknowledgement along,
      // and what a run in virtual time does is not a matter of who was woken first.
      for (let i = 0; i < SETTLING; i++) await Promise.resolve();
      this.#attempt();
      if (this.#waiting.size === 0) break;
      await this.#read();
      this.#attempt();
    }
    this.#running = false;
    this.#session.acknowledge(); // Nobody may come back for long.
    this.flush();
  }

  #attempt(): void {
    for (const waiter of this.#waiting) if (waiter.attempt()) this.#waiting.delete(waiter);
  }

  async #read(): Promise<void> {
    let until = this.#session.pollTimeout() ?? NEVER;
    for (const waiter of this.#waiting) if (waiter.until < until) until = waiter.until;
    this.#readsUntil = until;
    try {
      const frames = await this.transport.read(until);
      const now = this.now();
      for (const encoded of frames) this.#session.handleEncoded(encoded, now);
      this.#settleSession(now);
    } catch (error) {
      this.#failure ??= error as NetlabError;
    } finally {
      this.#readsUntil = START;
    }
  }

  #settleSession(now: Instant): void {
    if ((this.#session.pollTimeout() ?? NEVER) <= now) this.#session.handleTimeout(now);
    for (let m = this.#session.pollMessage(); m; m = this.#session.pollMessage()) {
      this.#user.handleMessage(m);
    }
    for (let e = this.#session.pollEvent(); e; e = this.#session.pollEvent()) {
      if (e.kind === 'opened') this.#identity = e.identity;
      else this.#failure ??= this.#explain(e);
    }
    this.#user.handleRoom();
    this.flush();
  }

  #explain({ reason, version, identity }: HostEvent & { kind: 'closed' }): NetlabError {
    if (reason === 'version') {
      return boardVersion(this.port, version ?? 0, identity?.firmware ?? '', VERSION);
    }
    // One that is unanswered, and yet said who it is, boots again and again.
    if (reason === 'reset' || (reason === 'unanswered' && identity !== undefined)) {
      return boardReset(this.port);
    }
    const { received, sample, errors } = this.transport.diagnostics();
    if (reason === 'unanswered') {
      const silent = received === 0 ? boardSilent(this.port) : undefined;
      return withLineErrors(silent ?? boardForeign(this.port, received, sample), errors);
    }
    const lost =
      reason === 'silence' ? boardLost(this.port, this.deadlines.silence / 1000) : undefined;
    return withLineErrors(lost ?? linkFailed(this.port), errors);
  }
}
