/**
 * What a lab is: data and checks, with no word of where it runs. `labs/labNN-name/lab.ts` exports one of
 * these as `lab`; starter, solution, mutants and READMEs lie beside it.
 */
import type { Rng } from '../base/random.ts';
import type { Duration, Instant } from '../base/time.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';

/** What a person reads, in each language that netlab speaks. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

export type Fixture = 'cable:peer' | 'jumper:tx-rx' | 'boards:2';

/** A network card that the lab drives: the board under test, or the station at the cable's other end. */
export interface Station {
  readonly address: Uint8Array;
  now(): Instant;
  send(frame: Uint8Array): Promise<void>;
  /** The next frame that came, or undefined when none did within `timeout`. */
  receive(timeout: Duration): Promise<ReceivedFrame | undefined>;
}

/** The learner's module, in a place of its own, where it can loop, throw or fill the memory. */
export interface Learner {
  /**
   * Calls an exported function. Arguments and results are plain data and Uint8Array.
   * @throws LearnerError when it throws, does not come back in time, fills the memory, or is not there.
   */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
}

export interface Bench {
  readonly board: Station;
  readonly peer: Station;
  readonly learner: Learner;
  readonly rng: Rng;
}

/**
 * The steps of one check as they happen. Each is an action or an expectation; when one is not met, the
 * check ends and the report shows every step that led to it.
 */
export interface Steps {
  /** Does something and says so. */
  step<T>(title: Text, action: () => Promise<T> | T): Promise<T>;
  /** Octet for octet; the report shows both as hex dumps with the first difference marked. */
  expectOctets(what: Text, actual: unknown, expected: Uint8Array): void;
  /** Field for field; values are numbers, strings, booleans, octets, undefined. */
  expectFields(what: Text, actual: unknown, expected: Readonly<Record<string, unknown>>): void;
  expectEqual(what: Text, actual: unknown, expected: unknown): void;
  /** For what none of the above says; `why` is what the learner reads when it does not hold. */
  expect(what: Text, holds: boolean, why: Text): void;
}

export interface Check {
  /** Kebab-case, stable: reports and mutants name it. */
  readonly id: string;
  readonly title: Text;
  readonly points: number;
  /** Shown to the learner, or kept for the instructor's report. */
  readonly visibility: 'visible' | 'hidden';
  /** Three levels, from a nudge to all but the solution. */
  readonly hints: readonly [Text, Text, Text];
  run(bench: Bench, steps: Steps): Promise<void>;
}

export interface Lab {
  /** `lab03`. */
  readonly id: string;
  /** The folder is `labNN-name`. */
  readonly name: string;
  readonly title: Text;
  readonly layer: Text;
  readonly fixtures: readonly Fixture[];
  /** The file in `starter/` that the learner fills in. */
  readonly entry: string;
  readonly checks: readonly Check[];
}
