/**
 * Virtual time of one emulated board, in whole nanoseconds since it was powered, and the alarms on it.
 * Alarms that are due at the same time fire in the order in which they were set, so a run is the same
 * each time.
 *
 * Fields for a time begin as NaN: V8 would keep a small integer otherwise, and throw away all code that it
 * optimised for that when the time passes 2^31 nanoseconds.
 */
export interface Alarm {
  /** It was set, and has not fired. */
  readonly pending: boolean;
  /** Fires once, `delay` nanoseconds from now; an alarm that was set before is set anew. */
  schedule(delay: number): void;
  cancel(): void;
}

export interface Clock {
  readonly nanos: number;
  createAlarm(callback: () => void): Alarm;
}

class ClockAlarm implements Alarm {
  readonly #clock: VirtualClock;
  readonly callback: () => void;
  due = Number.NaN;
  next: ClockAlarm | undefined;
  pending = false;

  constructor(clock: VirtualClock, callback: () => void) {
    this.#clock = clock;
    this.callback = callback;
  }

  schedule(delay: number): void {
    if (this.pending) this.#clock.unlink(this);
    this.#clock.link(this, delay);
  }

  cancel(): void {
    if (this.pending) this.#clock.unlink(this);
  }
}

export class VirtualClock implements Clock {
  /** The time. The CPU moves it forward by itself while nothing is due (`nextDue`). */
  nanos = Number.NaN;
  /** When the next alarm is due; Infinity when none is set. */
  nextDue = Number.POSITIVE_INFINITY;
  #first: ClockAlarm | undefined;

  constructor(nanos = 0) {
    this.nanos = nanos;
  }

  createAlarm(callback: () => void): Alarm {
    return new ClockAlarm(this, callback);
  }

  /** Lets time pass until `time`, firing what is due at its own time. */
  advance(time: number): void {
    for (;;) {
      const alarm = this.#first;
      if (alarm === undefined || alarm.due > time) break;
      this.unlink(alarm);
      if (alarm.due > this.nanos) this.nanos = alarm.due;
      alarm.callback();
    }
    if (time > this.nanos) this.nanos = time;
  }

  link(alarm: ClockAlarm, delay: number): void {
    const due = this.nanos + Math.ceil(delay);
    alarm.due = due;
    alarm.pending = true;
    let before: ClockAlarm | undefined;
    let after = this.#first;
    while (after !== undefined && after.due <= due) {
      before = after;
      after = after.next;
    }
    alarm.next = after;
    if (before === undefined) {
      this.#first = alarm;
      this.nextDue = due;
    } else {
      before.next = alarm;
    }
  }

  unlink(alarm: ClockAlarm): void {
    let before: ClockAlarm | undefined;
    let at = this.#first;
    while (at !== undefined && at !== alarm) {
      before = at;
      at = at.next;
    }
    alarm.pending = false;
    if (at === undefined) return;
    if (before === undefined) {
      this.#first = at.next;
      this.nextDue = at.next?.due ?? Number.POSITIVE_INFINITY;
    } else {
      before.next = at.next;
    }
    at.next = undefined;
  }
}

/**
 * The alarms of one part that may be reset alone: `silence` cancels them all, and none that the part sets
 * afterwards ever fires.
 */
export class ClockDomain implements Clock {
  readonly #clock: Clock;
  readonly #alarms: Alarm[] = [];
  #silent = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get nanos(): number {
    return this.#clock.nanos;
  }

  createAlarm(callback: () => void): Alarm {
    const alarm = this.#clock.createAlarm(callback);
    this.#alarms.push(alarm);
    return {
      get pending() {
        return alarm.pending;
      },
      schedule: (delay) => {
        if (!this.#silent) alarm.schedule(delay);
      },
      cancel: () => alarm.cancel(),
    };
  }

  silence(): void {
    this.#silent = true;
    for (const alarm of this.#alarms) alarm.cancel();
  }
}
