/**
 * What a lab is: data and checks, with no word of where it runs. `labs/labNN-name/lab.ts` exports one of
 * these as `lab`; starter, solution, mutants and READMEs lie beside it.
 */
import type { Rng } from '../base/random.ts';
import type { Duration, Instant } from '../base/time.ts';
import type { WireFlaws } from '../medium/wire.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';

/** What a person reads, in each language that netlab speaks. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

/**
 * `serial`: the serial line of the board itself, which every board has.
 * `segments:N`: so many boards, each with a cable of its own and a station at its other end.
 */
export type Fixture =
  | 'serial'
  | 'cable:peer'
  | 'jumper:tx-rx'
  | 'boards:2'
  | 'segments:2'
  | 'segments:3'
  | 'segments:4';

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
  /** With the fixture `segments:N` there are N of them, of which the first is `board` and `peer`. */
  readonly segments: readonly Segment[];
  /** With `jumper:tx-rx` one, its pins joined; with `boards:2` two, all on one wire. Else none. */
  readonly lines: readonly LineStation[];
  /** With `serial`: the line between this host and the board. */
  readonly serial?: SerialStation | undefined;
}

/**
 * A board's serial line with no driver in between. A check's first use of it ends the driver's session with the board,
 * so that the line is quiet and the check alone speaks on it; the driver greets the board anew for the next check.
 */
export interface SerialStation {
  now(): Instant;
  /** Sends octets as they are, whatever they are. */
  send(octets: Uint8Array): Promise<void>;
  /**
   * What came from the board, or undefined when nothing did within `timeout`. A line is read up to a 0x00 at a time: the
   * last octet is one, and of several in a row one is given.
   */
  receive(timeout: Duration): Promise<Uint8Array | undefined>;
}

/** A board's two pins on a wire: one puts levels on it, the other takes samples. Levels are 0 and 1, one an octet. */
export interface LineStation {
  readonly limits: LineLimits;
  now(): Instant;
  /** How the pins are from now on; push-pull, idle low and no pull until told otherwise. */
  setUp(setup: LineSetup): Promise<void>;
  /** Sends, samples, or does both at once. A trigger that did not come gives `ended: 'timeout'`. */
  exchange(exchange: LineExchange): Promise<LineOutcome>;
}

export interface LineLimits {
  /** Hertz. */
  readonly lowestRate: number;
  readonly highestRate: number;
  /** In samples: what is sent at once, and what is taken at once, at any rate. */
  readonly sendDepth: number;
  readonly sampleDepth: number;
  readonly openDrain: boolean;
  /** Sending and sampling may have two rates. */
  readonly twoRates: boolean;
}

export interface LineSetup {
  /** Open drain pulls low or lets go: for a wire that others drive, too. It idles high. */
  readonly drive?: 'push-pull' | 'open-drain';
  readonly idle?: 0 | 1;
  /** Of the pin that samples. */
  readonly pull?: 'none' | 'up' | 'down';
}

export interface LineExchange {
  /** Hertz, of what is sent, and of what is sampled unless `sampleRate` says otherwise. */
  readonly rate: number;
  readonly sampleRate?: number;
  readonly send?: Uint8Array;
  /** How many samples to take. With `send`, one rate and no trigger, each is of the middle of one that is sent. */
  readonly sample?: number;
  /** What starts the sampling, seen by the pin that samples. */
  readonly trigger?: 'rising' | 'falling' | 'high' | 'low';
  /** Sending waits for the trigger, too. */
  readonly sendAtTrigger?: boolean;
  /** For the trigger; a second unless said. */
  readonly timeout?: Duration;
}

export interface LineOutcome {
  readonly samples: Uint8Array;
  /** As the board made them, in hertz; 0 for what was not asked for. */
  readonly rate: number;
  readonly sampleRate: number;
  /** `underrun`, `overrun`: the host was too slow for what is longer than the depth. */
  readonly ended: 'complete' | 'stopped' | 'timeout' | 'underrun' | 'overrun';
}

/** A cable with a board at one end and a station of the check's at the other. */
export interface Segment {
  readonly board: Station;
  readonly peer: Station;
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
  /**
   * Shows what was measured: `text` in the terminal, `svg` as `pictures/<check>-<name>.svg` in the run's folder. No
   * step, and never a reason to fail. `name` is kebab-case; see `picture.ts` for the bounds and for a plot.
   */
  picture(name: string, picture: Picture): void;
}

export interface Picture {
  readonly title: Text;
  /** A whole SVG document that draws and does nothing else. */
  readonly svg: string;
  /** The same in plain characters, a line each; one with words in it may have them in both languages. */
  readonly text: readonly Words[];
}

/** What reads alike in every language, or a text. */
export type Words = string | Text;

/**
 * Who sees a check: the learner at once; the learner after the deadline, or when grades are published, where a report's
 * reader knows of these; or the instructor alone. A learner's own runs tell of all but the first no more than the outcome.
 */
export type Visibility = 'visible' | 'after-due-date' | 'after-published' | 'hidden';

export interface Check {
  /** Kebab-case, stable: reports and mutants name it. */
  readonly id: string;
  readonly title: Text;
  readonly points: number;
  readonly visibility: Visibility;
  /** What this check needs of the lab's `fixtures`, where that is less: `[]` runs on every bench. All without it. */
  readonly fixtures?: readonly Fixture[];
  /** Three levels, from a nudge to all but the solution. */
  readonly hints: readonly [Text, Text, Text];
  run(bench: Bench, steps: Steps): Promise<void>;
}

/** An earlier lab whose module, the learner's own once it has passed, this lab stands on. */
export interface Use {
  /** `lab02`. */
  readonly lab: string;
  /**
   * `import`: this lab's code may `import { … } from '#lab02'`, which is that lab's entry.
   * `carrier`: what the board says passes through that module, by that lab's `carrier`.
   */
  readonly as: 'import' | 'carrier';
}

/** How the octets of a board's serial line pass through a lab's module on behalf of a later lab. */
export interface Carrier {
  /** The line begins anew: whatever the module remembers is to be forgotten. */
  begin(learner: Learner): Promise<void>;
  /**
   * Gives the module the next octets from the line, of any length, delimiters included. Resolves with the contents of
   * the frames that are complete now: COBS undone, the CRC checked and taken off; damaged ones left out.
   */
  receive(learner: Learner, octets: Uint8Array): Promise<unknown>;
}

export interface Lab {
  /** `lab03`. */
  readonly id: string;
  /** The folder is `labNN-name`. */
  readonly name: string;
  readonly title: Text;
  readonly layer: Text;
  readonly fixtures: readonly Fixture[];
  /** How bad the raw line's wire is where it is emulated or mocked: a real one is as it is. */
  readonly wire?: WireFlaws;
  /** Nothing without it. */
  readonly uses?: readonly Use[];
  /** For a lab that others use `as: 'carrier'`. */
  readonly carrier?: Carrier;
  /**
   * The file in `starter/` that the learner fills in. Others may lie beside it: all of `starter/` becomes the
   * workspace.
   */
  readonly entry: string;
  readonly checks: readonly Check[];
}
