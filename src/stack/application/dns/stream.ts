/** Messages on a TCP connection, each with its length in two octets before it: RFC 1035 §4.2.2, RFC 7766. */
import { assert } from '../../../base/errors.ts';
import { concat } from '../../../base/octets.ts';
import { LENGTH_MAX } from './message.ts';

const LENGTH_FIELD = 2;

/** `message` with its length, in one piece, as RFC 7766 §8 wants it sent. */
export function frame(message: Uint8Array): Uint8Array {
  assert(message.length <= LENGTH_MAX, `a message of ${message.length} octets is too long`);
  const { length } = message;
  return concat([Uint8Array.of(length >>> 8, length & 0xff), message]);
}

/**
 * Puts a stream's pieces together. It holds one message that is not whole yet, of 65,537 octets at most
 * with its length, and what came behind the whole ones that nobody has polled.
 */
export class StreamReader {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** How many octets are wanted before it is worth looking at them: the length, then the message too. */
  #need = LENGTH_FIELD;

  handleOctets(octets: Uint8Array): void {
    this.#pieces.push(octets.slice());
    this.#length += octets.length;
  }

  /** The next whole message. */
  pollMessage(): Uint8Array | undefined {
    if (this.#length < this.#need) return undefined;
    const whole = concat(this.#pieces);
    const [high = 0, low = 0] = whole;
    const end = LENGTH_FIELD + ((high << 8) | low);
    const complete = whole.length >= end;
    const rest = complete ? whole.slice(end) : whole;
    this.#pieces = [rest];
    this.#length = rest.length;
    this.#need = complete ? LENGTH_FIELD : end;
    return complete ? whole.slice(LENGTH_FIELD, end) : undefined;
  }
}
