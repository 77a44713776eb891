/**
 * A mutant of the solution: does not wait for a busy receiver when nothing is out, though what it says next may be lost.
 * Caught by: flow-control
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
const FCS_LENGTH = 2;
const FLAG = [0, 1, 1, 1, 1, 1, 1, 0];
const NONE = new Uint8Array(0);

const SUPERVISORY = ['RR', 'RNR', 'REJ', 'SREJ'] as const;
const UNNUMBERED = { UI: 0x03, SABM: 0x2f, DISC: 0x43, UA: 0x63, DM: 0x0f, FRMR: 0x87 } as const;
const PF = 0x10;

/** The bits of `octets`, each octet's lowest first, with a 0 put in after every five ones. */
export function stuff(octets: Uint8Array): Uint8Array {
  const bits: number[] = [];
  let ones = 0;
  for (const octet of octets) {
    for (let i = 0; i < 8; i++) {
      const bit = (octet >> i) & 1;
      bits.push(bit);
      ones = bit === 1 ? ones + 1 : 0;
      if (ones === 5) {
        bits.push(0);
        ones = 0;
      }
    }
  }
  return Uint8Array.from(bits);
}

/** What goes over the line: a flag, and behind each frame another. */
export function lineBits(frames: Uint8Array[]): Uint8Array {
  const bits = [...FLAG];
  for (const frame of frames) bits.push(...stuff(frame), ...FLAG);
  return Uint8Array.from(bits);
}

/** The frames that `bits` complete, and what is known of the line from then on. */
export function deframe(
  before: Deframer,
  bits: Uint8Array,
): { deframer: Deframer; frames: Uint8Array[] } {
  const line: Deframer = { ...before, bits: [...before.bits] };
  const frames: Uint8Array[] = [];
  for (const bit of bits) {
    const frame = bit === 1 ? one(line) : zero(line);
    if (frame !== undefined) frames.push(frame);
  }
  return { deframer: line, frames };
}

/** Five may be data; the sixth is a flag's; seven are an abort. */
function one(line: Deframer): undefined {
  line.ones += 1;
  if (line.ones > 6) line.inFrame = false;
  if (line.ones <= 5) append(line, 1);
}

/** The frame that ends here, if this is the end of the flag behind one. */
function zero(line: Deframer): Uint8Array | undefined {
  const { ones } = line;
  line.ones = 0;
  if (ones < 5) append(line, 0);
  if (ones !== 6) return undefined;
  const frame = frameOf(line);
  line.inFrame = true;
  line.bits = [];
  return frame;
}

function append(line: Deframer, bit: number): void {
  // The first six bits of the flag behind the frame come in, too, before it is known for one.
  if (line.bits.length >= 8 * (FRAME_MAX + FCS_LENGTH) + 6) line.inFrame = false;
  if (line.inFrame) line.bits.push(bit);
  else line.bits = [];
}

/** What stands in front of the flag that has just come; undefined when that is no frame. */
function frameOf({ inFrame, bits }: Deframer): Uint8Array | undefined {
  const length = (bits.length - 6) / 8;
  if (!inFrame || length < 2 + FCS_LENGTH || !Number.isInteger(length)) return undefined;
  const octets = new Uint8Array(length);
  for (let i = 0; i < 8 * length; i++) {
    octets[i >> 3] = (octets[i >> 3] ?? 0) | ((bits[i] ?? 0) << (i & 7));
  }
  return octets;
}

/** The control field: one octet. */
export function encodeControl(control: Control): number {
  const pf = control.pf ? PF : 0;
  switch (control.kind) {
    case 'I':
      return (control.nr << 5) | pf | (control.ns << 1);
    case 'RR':
    case 'RNR':
    case 'REJ':
    case 'SREJ':
      return (control.nr << 5) | pf | (SUPERVISORY.indexOf(control.kind) << 2) | 1;
    default:
      return UNNUMBERED[control.kind] | pf;
  }
}

/** Undefined when the octet means nothing. */
export function decodeControl(octet: number): Control | undefined {
  const pf = (octet & PF) !== 0;
  const nr = octet >> 5;
  if ((octet & 1) === 0) return { kind: 'I', ns: (octet >> 1) & 7, nr, pf };
  if ((octet & 2) === 0) return { kind: SUPERVISORY[(octet >> 2) & 3] ?? 'RR', nr, pf };
  for (const [kind, value] of Object.entries(UNNUMBERED)) {
    if (value === (octet & ~PF)) return { kind: kind as keyof typeof UNNUMBERED, pf };
  }
  return undefined;
}

/** Address, control, information, and the FCS, its low octet first. */
export function encodeFrame(frame: Frame): Uint8Array {
  const octets = new Uint8Array(2 + frame.information.length + FCS_LENGTH);
  octets[0] = frame.address;
  octets[1] = encodeControl(frame.control);
  octets.set(frame.information, 2);
  const fcs = crc16(octets.slice(0, -FCS_LENGTH));
  octets[octets.length - 2] = fcs & 0xff;
  octets[octets.length - 1] = fcs >> 8;
  return octets;
}

/** Undefined when it is too short, its FCS is wrong, its control field means nothing, or an S frame has information. */
export function decodeFrame(octets: Uint8Array): Frame | undefined {
  const end = octets.length - FCS_LENGTH;
  if (end < 2) return undefined;
  const fcs = (octets[end] ?? 0) | ((octets[end + 1] ?? 0) << 8);
  if (crc16(octets.slice(0, end)) !== fcs) return undefined;
  const [address = 0, field = 0] = octets;
  const control = decodeControl(field);
  if (control === undefined) return undefined;
  const supervisory = 'nr' in control && control.kind !== 'I';
  if (supervisory && end > 2) return undefined;
  return { address, control, information: octets.slice(2, end) };
}

/** What the sending end does when `event` happens. */
export function sender(before: Sender, event: SenderEvent, settings: Settings): SenderStep {
  if (event.kind === 'send') {
    return advance({ ...before, queue: [...before.queue, event.information] }, [], false, settings);
  }
  if (event.kind === 'timer') return timedOut(before, settings);
  return answered(before, event.control, settings);
}

function timedOut(before: Sender, settings: Settings): SenderStep {
  const { timeout } = settings;
  if (before.busy) {
    const poll: Content = { control: { kind: 'RR', nr: 0, pf: true }, information: NONE };
    return { sender: before, frames: [poll], timer: timeout };
  }
  const again = settings.selective ? before.sent.slice(0, 1) : before.sent;
  return advance(before, numbered(before, again), false, settings);
}

function answered(before: Sender, control: Control, settings: Settings): SenderStep {
  const nothing: SenderStep = { sender: before, frames: [], timer: undefined };
  if (control.kind === 'I' || !('nr' in control)) return nothing;
  const { sent } = before;
  // How many of those that are out come before N(R).
  const count = modulo(control.nr - before.vs + sent.length);
  if (count > sent.length) return nothing;
  if (control.kind === 'SREJ') {
    const missing = numbered(before, sent).slice(count, count + 1);
    return advance(before, missing, false, settings);
  }
  const after: Sender = { ...before, sent: sent.slice(count), busy: control.kind === 'RNR' };
  const timer = after.sent.length > 0 ? settings.timeout : undefined;
  if (after.busy) return { sender: after, frames: [], timer };
  const again = control.kind === 'REJ' || before.busy ? after.sent : [];
  return advance(after, numbered(after, again), count > 0, settings);
}

/** The first of those that are out, as frames. */
function numbered({ vs, sent }: Sender, pieces: Uint8Array[]): Content[] {
  return pieces.map((information, i) => {
    const ns = modulo(vs - sent.length + i);
    return { control: { kind: 'I', ns, nr: 0, pf: false }, information };
  });
}

/** Sends what the window has room for behind `again`. The timer begins anew when anything moved and anything is out. */
function advance(
  before: Sender,
  again: Content[],
  acknowledged: boolean,
  settings: Settings,
): SenderStep {
  const { queue, sent, busy } = before;
  const room = busy ? 0 : Math.max(0, settings.window - sent.length);
  const fresh = queue.slice(0, room);
  const after: Sender = {
    vs: modulo(before.vs + fresh.length),
    sent: [...sent, ...fresh],
    queue: queue.slice(fresh.length),
    busy,
  };
  const frames = [...again, ...numbered(after, after.sent).slice(sent.length)];
  const moved = acknowledged || frames.length > 0;
  const timer = moved && after.sent.length > 0 ? settings.timeout : undefined;
  return { sender: after, frames, timer };
}

/** What the receiving end does when `event` happens. */
export function receiver(before: Receiver, event: ReceiverEvent, settings: Settings): ReceiverStep {
  if (event.kind === 'busy') {
    return answer({ ...before, busy: event.busy }, event.busy ? 'RNR' : 'RR');
  }
  const { control } = event;
  if (control.kind === 'RR' && control.pf) {
    return answer(before, before.busy ? 'RNR' : 'RR', true);
  }
  if (control.kind !== 'I') return { receiver: before, delivered: [], frames: [] };
  if (before.busy) return answer(before, 'RNR');
  const ahead = modulo(control.ns - before.vr);
  if (ahead >= settings.window) return answer(before, 'RR');
  if (settings.selective) return keep(before, ahead, event.information);
  if (ahead === 0) {
    const after = { ...before, vr: modulo(before.vr + 1), rejected: false };
    return { ...answer(after, 'RR'), delivered: [event.information] };
  }
  return answer({ ...before, rejected: true }, before.rejected ? 'RR' : 'REJ');
}

/** Selective repeat: frame V(R) + `ahead` came. */
function keep(before: Receiver, ahead: number, information: Uint8Array): ReceiverStep {
  const early = [...before.early];
  const frames: Content[] = [];
  while (early.length < ahead) {
    frames.push(...answer({ ...before, vr: modulo(before.vr + early.length) }, 'SREJ').frames);
    early.push(undefined);
  }
  early[ahead] = information;
  const gap = early.indexOf(undefined);
  const count = gap === -1 ? early.length : gap;
  const after = { ...before, vr: modulo(before.vr + count), early: early.slice(count) };
  const delivered = early.slice(0, count).filter((piece) => piece !== undefined);
  if (frames.length > 0) return { receiver: after, delivered, frames };
  return { ...answer(after, 'RR'), delivered };
}

function answer(receiver: Receiver, kind: (typeof SUPERVISORY)[number], pf = false): ReceiverStep {
  const control: Control = { kind, nr: receiver.vr, pf };
  return { receiver, delivered: [], frames: [{ control, information: NONE }] };
}

const modulo = (number: number): number => (number + 16) % 8;
