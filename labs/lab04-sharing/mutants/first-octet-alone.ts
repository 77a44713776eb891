/**
 * A mutant of the solution: looks for a collision in the first eight samples alone.
 * Caught by: on-the-wire
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

/** Which of the frames that begin at `starts`, in order, are spoiled since another overlaps them. */
export function overlaps(starts: number[], length: number): boolean[] {
  return starts.map((start, i) => {
    const before = starts[i - 1];
    const after = starts[i + 1];
    if (before !== undefined && start - before < length) return true;
    return after !== undefined && after - start < length;
  });
}

/** When frames that are ready at `times` go out on a channel whose slots begin at multiples of `slot`. */
export function slotStarts(times: number[], slot: number): number[] {
  return times.map((time) => Math.ceil(time / slot) * slot);
}

/** Truncated binary exponential backoff: how many slots to wait after the `collisions`-th collision. */
export function backoffSlots(collisions: number, fraction: number): number | undefined {
  if (collisions >= ATTEMPTS_MAX) return undefined;
  return Math.floor(fraction * 2 ** Math.min(collisions, 10));
}

/** What an ALOHA station does when `event` happens. `fraction` is chance, 0 ≤ fraction < 1. */
export function aloha(
  station: Aloha,
  event: AlohaEvent,
  settings: AlohaSettings,
  fraction: number,
): AlohaStep {
  const { timeout, backoffMax, attemptsMax, now } = settings;
  if (event.kind === 'frame') {
    if (station.state !== 'idle') return unchanged(station);
    return sendFrom({ state: 'backing-off', attempts: 0 }, settings, now);
  }
  if (event.kind === 'acknowledged') {
    if (station.state !== 'waiting') return unchanged(station);
    return { ...unchanged({ state: 'idle', attempts: 0 }), result: 'delivered' };
  }
  switch (station.state) {
    case 'backing-off':
      return send(station, settings);
    case 'sending':
      return { ...unchanged({ ...station, state: 'waiting' }), timer: timeout };
    case 'waiting': {
      if (station.attempts >= attemptsMax) {
        return { ...unchanged({ state: 'idle', attempts: 0 }), result: 'failed' };
      }
      const backingOff: Aloha = { ...station, state: 'backing-off' };
      return sendFrom(backingOff, settings, now + fraction * backoffMax);
    }
    default:
      return unchanged(station);
  }
}

/** Sends at `time`, or where there are slots at the first from then on. */
function sendFrom(station: Aloha, settings: AlohaSettings, time: number): AlohaStep {
  const { slot, now } = settings;
  const [start = time] = slot === 0 ? [time] : slotStarts([time], slot);
  return start > now ? { ...unchanged(station), timer: start - now } : send(station, settings);
}

function send(station: Aloha, { frameTime }: AlohaSettings): AlohaStep {
  const sending: Aloha = { state: 'sending', attempts: station.attempts + 1 };
  return { ...unchanged(sending), timer: frameTime, transmit: true };
}

function unchanged(station: Aloha): AlohaStep {
  return { station, timer: undefined, transmit: false, result: undefined };
}

/** What a CSMA/CD station does when `event` happens, with a frame of `frameBits` in hand or to come. */
export function csma(
  station: Csma,
  event: CsmaEvent,
  frameBits: number,
  fraction: number,
): CsmaStep {
  if (event.kind === 'frame') {
    return station.state === 'idle' ? defer({ ...station, collisions: 0 }) : quiet(station);
  }
  if (event.kind === 'carrier') {
    const heard = { ...station, carrier: event.present };
    if (heard.state === 'sending' && event.present) return collide(heard);
    return heard.state === 'gap' || heard.state === 'deferring' ? defer(heard) : quiet(heard);
  }
  switch (station.state) {
    case 'gap':
      return { ...quiet({ ...station, state: 'sending' }), timer: frameBits, transmit: 'frame' };
    case 'sending':
      return { ...quiet({ ...station, state: 'idle' }), result: 'sent' };
    case 'jamming':
      return backOff(station, fraction);
    case 'backing-off':
      return defer(station);
    default:
      return quiet(station);
  }
}

/** Waits until nobody else is heard, and a gap longer. */
function defer(station: Csma): CsmaStep {
  if (station.carrier) return quiet({ ...station, state: 'deferring' });
  return { ...quiet({ ...station, state: 'gap' }), timer: GAP };
}

/** Goes on for a jam, so that all hear that this was a collision. */
function collide(station: Csma): CsmaStep {
  const jamming: Csma = { ...station, state: 'jamming', collisions: station.collisions + 1 };
  return { ...quiet(jamming), timer: JAM, transmit: 'jam' };
}

function backOff(station: Csma, fraction: number): CsmaStep {
  const slots = backoffSlots(station.collisions, fraction);
  if (slots === undefined) return { ...quiet({ ...station, state: 'idle' }), result: 'failed' };
  return { ...quiet({ ...station, state: 'backing-off' }), timer: slots * SLOT };
}

function quiet(station: Csma): CsmaStep {
  return { station, timer: undefined, transmit: undefined, result: undefined };
}

/** Whether the last `gap` samples of an open-drain wire, whose idle level is 1, are all idle. */
export function isIdle(samples: Uint8Array, gap: number): boolean {
  if (samples.length < gap) return false;
  return samples.slice(samples.length - gap).every((level) => level === 1);
}

/** The first sample at which the wire was not as this station drove it: somebody else pulled it low. */
export function collisionAt(sent: Uint8Array, heard: Uint8Array): number | undefined {
  for (let i = 0; i < 8; i++) {
    if (sent[i] === 1 && heard[i] === 0) return i;
  }
  return undefined;
}
