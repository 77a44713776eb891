/** Frames, states and steps as a person reads them in a report. Whatever the learner answered, nothing here throws. */
import { show } from '../../../src/lab/show.ts';

/** `I2`, `RR3`, `RR0 P/F`, `SABM`. */
export function name(control: unknown): string {
  const { kind, ns, nr, pf } = Object(control) as Record<string, unknown>;
  const mark = pf === true ? ' P/F' : '';
  if (kind === 'I') return `I${ns}${mark}`;
  return nr === undefined ? `${kind}${mark}` : `${kind}${nr}${mark}`;
}

/** One octet that is a letter as that letter. */
function letter(piece: unknown): string {
  if (piece === undefined || piece === null) return '.';
  return piece instanceof Uint8Array ? String.fromCharCode(...piece.subarray(0, 16)) : '?';
}

/** Pieces that are a letter each as a word; `.` where one is missing. */
const letters = (pieces: unknown): string =>
  Array.isArray(pieces) ? Array.from(pieces, letter).join('') : show(pieces);

/** `I0 A, I1 B`. */
function frames(list: unknown): string {
  if (!Array.isArray(list)) return show(list);
  return list
    .map((frame) => {
      const { control, information } = Object(frame) as Record<string, unknown>;
      return `${name(control)} ${letter(information)}`.trim();
    })
    .join(', ');
}

const part = (step: unknown, field: string): Record<string, unknown> =>
  Object((Object(step) as Record<string, unknown>)[field]) as Record<string, unknown>;

/** The fields of a sender's step. */
export function senderStep(step: unknown): Record<string, unknown> {
  const { vs, sent, queue, busy } = part(step, 'sender');
  const { frames: out, timer } = Object(step) as Record<string, unknown>;
  return {
    'sender.vs': vs,
    'sender.sent': letters(sent),
    'sender.queue': letters(queue),
    'sender.busy': busy,
    frames: frames(out),
    timer,
  };
}

/** The fields of a receiver's step. */
export function receiverStep(step: unknown): Record<string, unknown> {
  const { vr, early, rejected, busy } = part(step, 'receiver');
  const { frames: out, delivered } = Object(step) as Record<string, unknown>;
  return {
    'receiver.vr': vr,
    'receiver.early': letters(early),
    'receiver.rejected': rejected,
    'receiver.busy': busy,
    delivered: letters(delivered),
    frames: frames(out),
  };
}

const said = (words: readonly (string | false)[]): string => words.filter(Boolean).join(', ');

/** What a row of steps.ts begins with and what happens: for a reader who repeats it by hand. */
export function situation(call: string, before: object, event: object, settings: object): string {
  const { vs, sent, queue, vr, early, rejected, busy } = before as Record<string, unknown>;
  const { window, selective, timeout } = settings as Record<string, unknown>;
  const sender = call === 'sender';
  const state = sender
    ? [`V(S) ${vs}`, `sent '${letters(sent)}'`, `queue '${letters(queue)}'`]
    : [`V(R) ${vr}`, letters(early) !== '' && `early '${letters(early)}'`];
  const marks = [
    ...[rejected === true && 'rejected', busy === true && 'busy', `window ${window}`],
    ...[selective === true && 'selective', sender && `timeout ${timeout}`],
  ];
  return `${said([...state, ...marks])}; ${happening(event)}`;
}

function happening(event: object): string {
  const { kind, control, information, busy } = event as Record<string, unknown>;
  if (kind === 'frame') return `${name(control)} ${information ? letter(information) : ''}`.trim();
  if (kind === 'send') return `send ${letter(information)}`;
  return kind === 'busy' ? `busy: ${String(busy)}` : String(kind);
}
