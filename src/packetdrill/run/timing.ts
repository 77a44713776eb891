/**
 * When an event is due, and whether something happened when it should. As the original has it, what happens
 * may be off by a fixed time or by a part of the time since the event before, whichever is more.
 */
import { after, type Duration, type Instant, NEVER, since } from '../../base/time.ts';
import type { EventTime, ScriptEvent } from '../language/ast.ts';
import { Failure } from './outcome.ts';

export interface Due {
  readonly from: Instant;
  readonly to: Instant;
  readonly any: boolean;
  readonly tolerance: Duration;
}

export interface Tolerance {
  readonly tolerance: Duration;
  readonly tolerancePercent: number;
}

/** `origin` is what relative times count from; `last` when the event before was due. */
export function dueTime(time: EventTime, origin: Instant, last: Instant, how: Tolerance): Due {
  const [from, to] = bounds(time, origin);
  const passed = Math.max(0, since(from, last));
  const part = Math.trunc((passed * how.tolerancePercent) / 100);
  const tolerance = Math.max(how.tolerance, part) as Duration;
  return { from, to, any: time.kind === 'any', tolerance };
}

function bounds(time: EventTime, origin: Instant): [Instant, Instant] {
  switch (time.kind) {
    case 'any':
      return [origin, NEVER];
    case 'absolute':
      return [time.at as number as Instant, time.at as number as Instant];
    case 'relative':
      return [after(origin, time.at), after(origin, time.at)];
    case 'absolute-range':
      return [time.from as number as Instant, time.to as number as Instant];
    case 'relative-range':
      return [after(origin, time.from), after(origin, time.to)];
  }
}

const inSeconds = (t: number): string => (t / 1e6).toFixed(6);

/** @throws Failure */
export function checkTime(event: ScriptEvent, what: string, due: Due, happened: Instant): void {
  const { from, to, any, tolerance } = due;
  if (any) return;
  if (happened >= from - tolerance && happened <= to + tolerance) return;
  const expected = from === to ? inSeconds(from) : `${inSeconds(from)} … ${inSeconds(to)}`;
  const actual = inSeconds(happened);
  throw new Failure(
    event.line,
    'timing',
    `${what} at ${actual} s and not at ${expected} s (±${inSeconds(tolerance)} s)`,
    {
      expected: `at ${expected} s`,
      actual: `at ${actual} s`,
      differences: [{ field: 'time', expected, actual }],
    },
  );
}
