/** What `netlab monitor --send` means. */
import { UsageError } from '../../base/errors.ts';
import { fromHex } from '../../base/octets.ts';
import { encodeUtf8 } from '../../capture/utf8.ts';
import { OP, type OpName } from '../../hardware/control/messages.ts';

export type Sending =
  /** A request in a session of the control protocol. */
  | { readonly kind: 'request'; readonly op: number; readonly body: Uint8Array }
  /** Octets as they are. */
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  /** What comes on standard input, as it comes. */
  | { readonly kind: 'input' };

const EVENTS: readonly OpName[] = ['PHY_CHANGED', 'MAC_RECEIVED', 'LINE_SAMPLES', 'LINE_DONE'];
/** Nobody types more; a request fits a message. */
const OCTETS_MAX = 1500;

/**
 * `PHY_READ`, `SYSTEM_ECHO=68656c6c6f`, `text:hello`, `hex:00 ff`, `-`.
 * @throws UsageError `bad-sending`
 */
export function parseSending(text: string): Sending {
  if (text === '-') return { kind: 'input' };
  if (text.startsWith('text:')) return { kind: 'octets', octets: encodeUtf8(text.slice(5)) };
  if (text.startsWith('hex:')) return { kind: 'octets', octets: octetsOf(text, text.slice(4)) };
  const [name = '', body = ''] = text.split('=', 2);
  const op = (Object.keys(OP) as OpName[]).find((each) => each === name.toUpperCase());
  if (op === undefined || EVENTS.includes(op)) throw badSending(text);
  return { kind: 'request', op: OP[op], body: octetsOf(text, body) };
}

function octetsOf(text: string, hex: string): Uint8Array {
  const octets = fromHex(hex);
  if (octets === undefined || octets.length > OCTETS_MAX) throw badSending(text);
  return octets;
}

const badSending = (text: string): UsageError =>
  new UsageError('bad-sending', `${text} cannot be sent`, { text });
