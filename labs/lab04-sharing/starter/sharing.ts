/**
 * Lab 04: sharing the medium. This file is yours.
 *
 * A wire (or the air) that all stations hear, and no one who says whose turn it is. You write the rules by which they
 * share it: ALOHA's, and those of the Ethernet that came of it.
 *
 * A station here is a plain object, and each function answers what it is after an event and what it does: nothing is
 * remembered in the module. Chance comes in as an argument, `fraction`, at least 0 and less than 1; so does time.
 *
 * Replace each `yourTurn(…)` by code of your own. Add functions of your own as you like; keep the names and the types that
 * stand here, since the checks call them. Import nothing.
 */

/** A station of an ALOHA channel. `attempts`: how often the frame in hand was sent. */
export interface Aloha {
  state: 'idle' | 'sending' | 'waiting' | 'backing-off';
  attempts: number;
}

export type AlohaEvent =
  /** There is a frame to send. */
  | { kind: 'frame' }
  /** The time that the last step asked for has passed. */
  | { kind: 'timer' }
  /** The other end says that the frame came through. */
  | { kind: 'acknowledged' };

/** All times in the same unit; `now` is when the event happens. */
export interface AlohaSettings {
  frameTime: number;
  /** From the end of a frame until its acknowledgment must have come. */
  timeout: number;
  /** The random wait is from 0 up to this. */
  backoffMax: number;
  attemptsMax: number;
  /** Length of a slot; 0 on a channel without slots. */
  slot: number;
  now: number;
}

export interface AlohaStep {
  station: Aloha;
  /** How long from now until 'timer'; it takes the place of one that runs. Undefined: one that runs goes on. */
  timer: number | undefined;
  /** Begin to send the frame in hand. */
  transmit: boolean;
  result: 'delivered' | 'failed' | undefined;
}

/** A station of a shared Ethernet. `collisions`: of the frame in hand. `carrier`: it hears another's signal. */
export interface Csma {
  state: 'idle' | 'deferring' | 'gap' | 'sending' | 'jamming' | 'backing-off';
  collisions: number;
  carrier: boolean;
}

export type CsmaEvent =
  | { kind: 'frame' }
  /** Another's signal came, or went. */
  | { kind: 'carrier'; present: boolean }
  | { kind: 'timer' };

export interface CsmaStep {
  station: Csma;
  /** How many bit times from now until 'timer'; it takes the place of one that runs. Undefined: one that runs goes on. */
  timer: number | undefined;
  /** What to put on the wire from now on. */
  transmit: 'frame' | 'jam' | undefined;
  result: 'sent' | 'failed' | undefined;
}

/** Of Ethernet up to 100 Mbit/s, in bit times (IEEE 802.3 table 4-2). */
export const SLOT = 512;
export const GAP = 96;
export const JAM = 32;
export const ATTEMPTS_MAX = 16;

/**
 * Which of the frames that begin at `starts`, in rising order, are spoiled: two frames of `length` that overlap, by
 * however little, spoil each other. One that begins just when another ends is none the worse.
 *
 *     overlaps([0, 5, 20], 10)   →  [true, true, false]
 */
export function overlaps(starts: number[], length: number): boolean[] {
  return yourTurn([], starts, length);
}

/** When frames that are ready at `times` go out on a channel whose slots begin at multiples of `slot`. */
export function slotStarts(times: number[], slot: number): number[] {
  return yourTurn([], times, slot);
}

/**
 * Truncated binary exponential backoff (IEEE 802.3 §4.2.3.2.5): after the n-th collision of a frame, r slots, each of 0 …
 * 2^k − 1 as likely as any, where k is n, but 10 at most. Undefined after the sixteenth: the frame is given up.
 */
export function backoffSlots(collisions: number, fraction: number): number | undefined {
  return yourTurn(-1, collisions, fraction);
}

/**
 * What an ALOHA station does when `event` happens.
 *
 *     idle ── frame ──▶ backing-off ── timer ──▶ sending ── timer ──▶ waiting ── acknowledged ──▶ idle, delivered
 *                            ▲                                           │ timer
 *                            └────── a random wait ◀─────────────────────┴─ attempts used up ──▶ idle, failed
 *
 * A new frame goes out at once, or at the next slot; a frame again after a wait of `fraction` · `backoffMax`, and then at
 * the next slot. When that is now, the station is sending already in this step. An event that does not fit the state
 * changes nothing: a second frame, an acknowledgment that nobody waits for, a timer that is out of date.
 */
export function aloha(
  station: Aloha,
  event: AlohaEvent,
  settings: AlohaSettings,
  fraction: number,
): AlohaStep {
  return yourTurn(
    { station, timer: undefined, transmit: false, result: undefined },
    event,
    settings,
    fraction,
  );
}

/**
 * What a CSMA/CD station does when `event` happens, with a frame of `frameBits` in hand or to come.
 *
 *     idle ── frame ──▶ gap ── timer, 96 bits ──▶ sending ── timer ──▶ idle, sent
 *                       │ ▲                          │ carrier: a collision
 *            carrier    ▼ │ carrier gone             ▼
 *                    deferring ◀─┐                jamming, 32 bits ── timer ──▶ backing-off, or idle, failed
 *                                └── timer, and a carrier ──────────────────────────┘ timer, and none: gap
 *
 * While it hears another, a station does not begin (carrier sense); 96 bits after it hears nobody any more, it does. When
 * another begins while it sends, it sends 32 bits more of anything, so that all notice (collision detection), backs off,
 * and begins again with listening. An event that does not fit the state changes nothing but `carrier`.
 */
export function csma(
  station: Csma,
  event: CsmaEvent,
  frameBits: number,
  fraction: number,
): CsmaStep {
  return yourTurn(
    { station, timer: undefined, transmit: undefined, result: undefined },
    event,
    frameBits,
    fraction,
  );
}

/** Whether the last `gap` samples of an open-drain wire, whose idle level is 1, are all idle. Fewer samples do not tell. */
export function isIdle(samples: Uint8Array, gap: number): boolean {
  return yourTurn(true, samples, gap);
}

/**
 * The first sample at which the wire was not as this station drove it; undefined: it was alone. On an open-drain wire
 * nobody drives a 1: a station lets go, and a 0 of anybody's wins.
 */
export function collisionAt(sent: Uint8Array, heard: Uint8Array): number | undefined {
  return yourTurn(-1, sent, heard);
}

/** Stands where your code will, and answers `placeholder`. Delete it when nothing calls it any more. */
function yourTurn<T>(placeholder: T, ..._arguments: unknown[]): T {
  return placeholder;
}
