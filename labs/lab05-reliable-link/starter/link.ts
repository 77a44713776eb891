/**
 * Lab 05: a reliable link. This file is yours.
 *
 * A line turns bits over and loses what was sent. You write what makes a link of it that loses nothing: frames in a
 * stream of bits, as HDLC has them (ISO/IEC 13239; ADCCP, ANSI X3.66, is its twin), and a sender and a receiver that
 * number frames, acknowledge them, and send again.
 *
 * Deframer, sender and receiver are plain objects, and each function answers what it is after an event and what it does.
 * Nothing is remembered in the module, nothing that comes in is changed, and nothing throws. Frames are numbered modulo 8.
 *
 * Replace each `yourTurn(…)` by code of your own. Add functions of your own as you like; keep the names and the types that
 * stand here, since the checks call them. Import nothing but lab 02.
 */
import { crc16 } from '#lab02';

/** A control field, frames numbered modulo 8. `pf`: the poll bit of a command, the final bit of a response. */
export type Control =
  | { kind: 'I'; ns: number; nr: number; pf: boolean }
  | { kind: 'RR' | 'RNR' | 'REJ' | 'SREJ'; nr: number; pf: boolean }
  | { kind: 'UI' | 'SABM' | 'DISC' | 'UA' | 'DM' | 'FRMR'; pf: boolean };

/** What a frame says; its address is put on when it goes out. Information is empty where there is none. */
export interface Content {
  control: Control;
  information: Uint8Array;
}

export interface Frame extends Content {
  address: number;
}

/** What is known of a line so far. `bits`: of the frame that is coming in, stuffed zeros left out. */
export interface Deframer {
  /** A flag has been seen, and no abort since. */
  inFrame: boolean;
  /** How many ones in a row came last. */
  ones: number;
  bits: number[];
}

export interface Settings {
  /** How many I frames may be out unacknowledged: 1 … 7, with `selective` 1 … 4. */
  window: number;
  /** The receiver keeps what comes before its turn, and asks for what is missing. Else it drops it, and asks for all. */
  selective: boolean;
  /** How long an answer may take, in any unit. */
  timeout: number;
}

export interface Sender {
  /** V(S): the number of the next new I frame. */
  vs: number;
  /** What is out and not acknowledged, oldest first. The newest has the number before V(S). */
  sent: Uint8Array[];
  /** What has never been sent, oldest first. */
  queue: Uint8Array[];
  /** The other end cannot take any more: it said RNR. */
  busy: boolean;
}

export type SenderEvent =
  /** There is something to send. */
  | { kind: 'send'; information: Uint8Array }
  /** The other end answers. */
  | { kind: 'frame'; control: Control }
  /** The time that an earlier step asked for has passed. */
  | { kind: 'timer' };

export interface SenderStep {
  sender: Sender;
  /** To go out now, in this order. */
  frames: Content[];
  /** How long from now until 'timer'; it takes the place of one that runs. Undefined: one that runs goes on. */
  timer: number | undefined;
}

export interface Receiver {
  /** V(R): the number of the I frame whose turn is next. */
  vr: number;
  /** Selective repeat alone: early[n] is what came of frame V(R) + n, or undefined. Ends in the furthest that came. */
  early: (Uint8Array | undefined)[];
  /** Go-back-N alone: REJ was sent, and the frame that it asks for has not come yet. */
  rejected: boolean;
  /** Nothing can be taken now. */
  busy: boolean;
}

export type ReceiverEvent =
  /** A good frame came. */
  | { kind: 'frame'; control: Control; information: Uint8Array }
  /** Whoever takes what comes in cannot (true) or can again (false). */
  | { kind: 'busy'; busy: boolean };

export interface ReceiverStep {
  receiver: Receiver;
  /** Information, in order, for whoever takes it. */
  delivered: Uint8Array[];
  /** To go out now, in this order. */
  frames: Content[];
}

/** Of a frame, without its FCS. */
export const FRAME_MAX = 64;

/**
 * The bits of `octets`, one an element, each octet's lowest first, with a 0 put in after every five ones.
 *
 *     stuff(Uint8Array.of(0x7e))   →  0 1 1 1 1 1 0 1 0: the sixth one is kept apart from the five before it
 */
export function stuff(octets: Uint8Array): Uint8Array {
  return yourTurn(octets.slice(0, 0), octets);
}

/** What goes over the line: a flag, 01111110, and behind each of `frames`, stuffed, another. */
export function lineBits(frames: Uint8Array[]): Uint8Array {
  return yourTurn(new Uint8Array(0), frames);
}

/**
 * The frames that `bits` complete, FCS and all, and what is known of the line from then on. The line comes in pieces that
 * end anywhere. It begins with { inFrame: false, ones: 0, bits: [] }.
 *
 * A frame is what stands between two flags, stuffing undone. No frame are: nothing, what is no whole number of octets, less
 * than four octets, more than FRAME_MAX and two, and whatever is cut off by seven ones in a row (an abort) or stands before
 * the first flag. They are dropped, and the next flag begins anew. Flags may share their zero: 011111101111110. Never keep
 * more bits than the longest frame has, and six more of a flag.
 */
export function deframe(
  before: Deframer,
  bits: Uint8Array,
): { deframer: Deframer; frames: Uint8Array[] } {
  return yourTurn({ deframer: before, frames: [] }, bits);
}

/**
 * The control field: one octet, bit 1 its lowest.
 *
 *            1  2  3  4   5    6  7  8
 *     I      0 |  N(S)  | P/F |  N(R)  |
 *     S      1  0 |type | P/F |  N(R)  |    RR 0, RNR 1, REJ 2, SREJ 3
 *     U      1  1 |type | P/F |  type  |    without P/F: UI 0x03, SABM 0x2F, DISC 0x43, UA 0x63, DM 0x0F, FRMR 0x87
 */
export function encodeControl(control: Control): number {
  return yourTurn(-1, control);
}

/** Undefined when the octet means nothing. Numbers and P/F are always given. */
export function decodeControl(octet: number): Control | undefined {
  return yourTurn({ kind: 'UI', pf: false }, octet);
}

/** Address, control, information, and the FCS of all three, `crc16`, its low octet first. */
export function encodeFrame(frame: Frame): Uint8Array {
  return yourTurn(new Uint8Array(0), frame, crc16);
}

/** Undefined when it is too short, its FCS is wrong, its control field means nothing, or an S frame has information. */
export function decodeFrame(octets: Uint8Array): Frame | undefined {
  return yourTurn({ address: -1, control: { kind: 'UI', pf: false }, information: octets });
}

/**
 * What the sending end does when `event` happens. It begins with { vs: 0, sent: [], queue: [], busy: false }.
 *
 *     'send'    The piece joins the queue.
 *     RR n      Acknowledges all before n. The other end is ready.
 *     REJ n     The same, and all that is still out goes again, from n on.
 *     RNR n     Acknowledges all before n, and the other end is busy: nothing goes. The timer is asked for.
 *     SREJ n    Acknowledges nothing. Number n alone goes again.
 *     'timer'   While the other end is busy: a poll, RR 0 with P, and the timer is asked for. Else all that is out goes
 *               again; with `selective` the oldest alone. When nothing is out, it is out of date and nothing happens.
 *
 * When RR comes from an end that was busy, all that is still out goes again: it was dropped. Behind what goes again, what
 * is queued goes as far as the window has room, unless the other end is busy. Whenever frames go out or some were
 * acknowledged, and any are still out, the timer is asked for: `settings.timeout`. I frames go out with N(R) 0 and no P.
 *
 * An n that is not one of those out, nor the next behind them, changes nothing; nor does any other frame.
 */
export function sender(before: Sender, event: SenderEvent, settings: Settings): SenderStep {
  return yourTurn({ sender: before, frames: [], timer: undefined }, event, settings);
}

/**
 * What the receiving end does when `event` happens. It begins with { vr: 0, early: [], rejected: false, busy: false }.
 *
 *     'busy'       RNR V(R) when it is busy from now on, RR V(R) when it is not any more.
 *     RR with P    A poll: RR V(R), or RNR V(R) while busy, with F.
 *     I frame      While busy it is dropped: RNR V(R). Else N(S) tells how far ahead of V(R) it is, 0 … 7:
 *       0             It is delivered, and V(R) counts on: RR V(R).
 *       < window      One before it is missing. Go-back-N drops it: REJ V(R), and RR V(R) once REJ has been said, until
 *                     the missing one comes. With `selective` it is kept: SREJ for each number between it and the furthest
 *                     that came before, in order; RR V(R) when there is none such.
 *       others        It came already: RR V(R).
 *
 * With `selective`, when the missing one comes, all that is in order now is delivered with it. Any other frame changes
 * nothing and has no answer. Answers carry no F but to a poll.
 */
export function receiver(before: Receiver, event: ReceiverEvent, settings: Settings): ReceiverStep {
  return yourTurn({ receiver: before, delivered: [], frames: [] }, event, settings);
}

/** Stands where your code will, and answers `placeholder`. Delete it when nothing calls it any more. */
function yourTurn<T>(placeholder: T, ..._arguments: unknown[]): T {
  return placeholder;
}
