/**
 * Many nodes and the links between them in one virtual time. Nothing happens between two events, so time
 * goes from event to event, and an hour of silence costs as much as a microsecond. The same seed and the
 * same calls give the same frames at the same instants.
 *
 *   agenda ──▶ a node's timer   ──▶ handleTimeout ─┐
 *          ──▶ a wire           ──▶ handleFrame  ──┼──▶ attend ──▶ pollFrame … ──▶ wires
 *          ──▶ an action (`at`) ──▶ action()     ──┘
 *
 * Invariants:
 *   (1) When an event begins, every node has been polled until it had no frame to send, and its entry in the
 *       agenda is its `pollTimeout`. Who commands a node from a promise says so with `wake`.
 *   (2) Time never goes back, and stands still for `eventsAtOnce` events at most.
 */
import { assert, EXIT, InvariantError, NetlabError } from '../base/errors.ts';
import { type Rng, seededRng } from '../base/random.ts';
import { after, type Duration, type Instant, NEVER, START } from '../base/time.ts';
import { DeliveryQueue } from '../medium/delivery-queue.ts';
import { Agenda } from './agenda.ts';
import { FramePool } from './frame.ts';
import { Link, type LinkOptions } from './link.ts';
import type { Node } from './node.ts';
import { type Actor, type End, Seat, WireActor } from './seat.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** What a failure's description calls it. */
  readonly name?: string;
  /** Of frames under way; 256 MiB unless told otherwise. */
  readonly octetsMax?: number;
  /** Events, or frames of a node, at one instant: more is a node that never comes to rest. 1,000,000 unless told otherwise. */
  readonly eventsAtOnce?: number;
}

const OCTETS_MAX = 2 ** 28;
const EVENTS_AT_ONCE = 1_000_000;
const ACTIONS_MAX = 65_536;
/** As many links as a chain of promises may have between being woken and waiting again. */
const TURNS = 24;

interface Action {
  readonly at: Instant;
  readonly act: () => void;
}

export class Simulation {
  readonly #name: string;
  readonly #seed: number;
  readonly #seeds: Rng;
  readonly #pool: FramePool;
  readonly #agenda = new Agenda();
  readonly #actors: Actor[] = [];
  readonly #seats: Seat[] = [];
  readonly #links: Link[] = [];
  readonly #ends = new Map<Link, readonly [End, End]>();
  readonly #actions = new DeliveryQueue<Action>(ACTIONS_MAX);
  readonly #woken = new Set<Seat>();
  readonly #eventsAtOnceMax: number;
  #now = START;
  #events = 0;
  #eventsAtOnce = 0;

  constructor(options: SimulationOptions) {
    const { seed, name = 'simulation', octetsMax = OCTETS_MAX } = options;
    this.#eventsAtOnceMax = options.eventsAtOnce ?? EVENTS_AT_ONCE;
    this.#name = name;
    this.#seed = seed;
    this.#seeds = seededRng(seed);
    this.#pool = new FramePool(octetsMax);
    this.#agenda.add();
    this.#actors.push({ wake: (now) => this.#act(now), attended: true });
  }

  get now(): Instant {
    return this.#now;
  }

  /** How many there have been. */
  get events(): number {
    return this.#events;
  }

  get framesUnderWay(): number {
    return this.#pool.taken;
  }

  /** A seed for whoever needs one, another each time. */
  newSeed(): number {
    return this.#seeds.next();
  }

  add(name: string, node: Node): Seat {
    const seat = new Seat(name, node, this.#agenda, this.#eventsAtOnceMax);
    this.#actors.push(seat);
    this.#seats.push(seat);
    return seat;
  }

  /** @throws UsageError `impairment-range` */
  connect(first: End, second: End, options: LinkOptions = {}): Link {
    const name = `${first.seat.name}–${second.seat.name}`;
    const link = new Link(name, options, this.#pool, () => this.newSeed());
    const there = new WireActor(link.wires[0], second, this.#agenda, this.#pool);
    const back = new WireActor(link.wires[1], first, this.#agenda, this.#pool);
    this.#actors.push(there, back);
    first.seat.plug(first.interface, { link, port: 0, actor: there });
    second.seat.plug(second.interface, { link, port: 1, actor: back });
    this.#links.push(link);
    this.#ends.set(link, [first, second]);
    return link;
  }

  /** Takes effect at once; what is on the link is lost when it goes down. */
  setLink(link: Link, up: boolean): void {
    link.setUp(up, this.#now);
    for (const { seat, interface: index } of this.#ends.get(link) ?? []) {
      seat.node.setLink?.(index, up, this.#now);
      this.wake(seat);
    }
  }

  /** Something that happens at an instant. Afterwards every node is polled. */
  at(when: Instant, act: () => void): void {
    assert(when >= this.#now, 'what is past cannot be changed');
    assert(this.#actions.push({ at: when, act }), 'too many actions are planned');
    this.#agenda.set(0, this.#actions.nextAt());
  }

  /** The node was commanded, or will be before the next event: it is to be polled. */
  wake(seat: Seat): void {
    this.#woken.add(seat);
  }

  /** Lets time pass until `until`. */
  run(until: Instant): void {
    this.#begin();
    while (this.#comes(until)) this.#step();
    if (until !== NEVER) this.#now = until;
  }

  /** Lets time pass until `ready` holds, looked at after each event. False when `deadline` came first. */
  runUntil(ready: () => boolean, deadline: Instant): boolean {
    this.#begin();
    while (!ready()) {
      if (!this.#comes(deadline)) {
        this.#now = deadline;
        return false;
      }
      this.#step();
    }
    return true;
  }

  /**
   * Lets time pass until `promise` is settled, and is settled as it is. Time stands still while anybody who
   * was woken still has something to do, so any number of promises may wait for each other.
   *
   * @throws NetlabError `simulation-deadline` when it is still pending after `limit`.
   */
  async settle<T>(promise: Promise<T>, limit: Duration): Promise<T> {
    let pending = true;
    const settled = (): void => {
      pending = false;
    };
    promise.then(settled, settled);
    const deadline = after(this.#now, limit);
    this.#begin();
    await this.#turns();
    while (pending) {
      if (!this.#comes(deadline)) throw this.#overdue(deadline);
      if (this.#step()) await this.#turns();
    }
    return await promise;
  }

  /** For an application that waits, in virtual time. */
  sleep(duration: Duration): Promise<void> {
    return new Promise((resolve) => {
      this.at(after(this.#now, duration), resolve);
    });
  }

  /** The scenario and what came of it: printed with a failure, enough to see the same again. */
  describe(): string {
    const time = (this.#now / 1_000_000).toFixed(6);
    return [
      `${this.#name}, seed ${this.#seed}, at ${time} s after ${this.#events} events`,
      ...this.#links.map((link) => link.describe()),
    ].join('\n');
  }

  #begin(): void {
    for (const seat of this.#seats) this.#woken.add(seat);
    this.#flush();
  }

  #flush(): void {
    if (this.#woken.size === 0) return;
    for (const seat of this.#woken) seat.settle(this.#now);
    this.#woken.clear();
  }

  #comes(deadline: Instant): boolean {
    const at = this.#agenda.firstAt();
    return at <= deadline && at !== NEVER;
  }

  /** The next event. True when an application may have to do with it. */
  #step(): boolean {
    const at = this.#agenda.firstAt();
    assert(at >= this.#now, 'time goes back');
    this.#eventsAtOnce = at === this.#now ? this.#eventsAtOnce + 1 : 0;
    if (this.#eventsAtOnce >= this.#eventsAtOnceMax) {
      throw new InvariantError(`time stands still: ${this.describe()}`);
    }
    this.#now = at;
    this.#events += 1;
    const actor = this.#actors[this.#agenda.first() ?? 0];
    assert(actor !== undefined, 'an entry is of an actor');
    actor.wake(at);
    this.#flush();
    return actor.attended;
  }

  #act(now: Instant): void {
    this.#actions.advance(now);
    for (let a = this.#actions.poll(); a !== undefined; a = this.#actions.poll()) a.act();
    this.#agenda.set(0, this.#actions.nextAt());
    for (const seat of this.#seats) this.#woken.add(seat);
  }

  async #turns(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await undefined;
    this.#flush();
  }

  #overdue(deadline: Instant): NetlabError {
    this.#now = deadline;
    const message = `a promise is still pending: ${this.describe()}`;
    return new NetlabError('simulation-deadline', EXIT.timeout, message, {
      deadline_us: deadline,
    });
  }
}
