/**
 * Keeps an emulated world in step with the wall clock. A world with nothing to do costs nothing: between
 * two alarms of its boards the process sleeps.
 */
import { after, type Duration, earliest, type Instant, milliseconds, since } from '../base/time.ts';
import type { World } from '../hardware/emulator/world.ts';
import { monotonicNow } from './clock.ts';

/** Timers are good to a millisecond or two: a world that runs this far ahead answers at once all the same. */
const LEAD = milliseconds(2);
/** One turn at most, so that octets from outside are seen in between. */
const SLICE = milliseconds(5);
/** A machine too slow for its boards makes their time slower, rather than run after it for ever. */
const DEBT_MAX = milliseconds(50);

export class RealTime {
  private readonly world: World;
  /** The world's time is the wall's less this. */
  private offset: Duration;
  private turn: NodeJS.Immediate | undefined;
  private alarm: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(world: World) {
    this.world = world;
    this.offset = since(monotonicNow(), world.now());
    this.kick();
  }

  /** Something was given to the world, or it is to look whether something was. */
  kick(): void {
    if (this.stopped || this.turn !== undefined) return;
    clearTimeout(this.alarm);
    this.turn = setImmediate(() => this.run());
  }

  stop(): void {
    this.stopped = true;
    clearImmediate(this.turn);
    clearTimeout(this.alarm);
  }

  private run(): void {
    this.turn = undefined;
    const target = this.target();
    const limit = after(this.world.now(), SLICE);
    this.world.advance(earliest(limit, target) ?? target);
    if (this.stopped) return;
    if (this.world.now() < target) this.kick();
    else this.sleep(target);
  }

  private target(): Instant {
    const wall = monotonicNow();
    const debt = wall - this.offset - this.world.now();
    if (debt > DEBT_MAX) this.offset = (this.offset + debt - DEBT_MAX) as Duration;
    return (wall - this.offset + LEAD) as Instant;
  }

  private sleep(target: Instant): void {
    const due = this.world.nextDue();
    if (due === undefined) return;
    const wait = Math.max(0, since(due, target)) / 1000;
    this.alarm = setTimeout(() => this.kick(), Math.max(1, Math.ceil(wait)));
  }
}
