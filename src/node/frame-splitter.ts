/**
 * Cuts a stream of octets at its 0x00 delimiters into encoded frames (docs/control-protocol.md §1).
 *
 * @serialport/parser-delimiter keeps all that came since the last delimiter, without limit, and copies it
 * at each chunk: a line that never sends one (a shell, a modem, noise) would fill the memory. So what
 * reaches it is bounded first: a frame is cut off one octet past the longest, which its decoder then
 * counts as oversized.
 */
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { DelimiterParser } from '@serialport/parser-delimiter';
import { ENCODED_MAX } from '../hardware/control/frame.ts';

const DELIMITER = 0x00;

class FrameLengthLimit extends Transform {
  private sinceDelimiter = 0;

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    let from = 0;
    while (from < chunk.length) {
      const delimiter = chunk.indexOf(DELIMITER, from);
      const end = delimiter < 0 ? chunk.length : delimiter;
      const room = Math.max(0, ENCODED_MAX + 1 - this.sinceDelimiter);
      if (room > 0) this.push(chunk.subarray(from, Math.min(end, from + room)));
      this.sinceDelimiter += end - from;
      if (delimiter >= 0) {
        this.push(chunk.subarray(delimiter, delimiter + 1));
        this.sinceDelimiter = 0;
      }
      from = end + 1;
    }
    done();
  }
}

/** Calls `onFrame` with each frame that `source` carries, its delimiter taken off; empty ones are left out. */
export function splitFrames(source: Readable, onFrame: (encoded: Uint8Array) => void): void {
  const limit = new FrameLengthLimit();
  // Object mode, so that the stream cannot join two frames into one chunk.
  const parser = new DelimiterParser({ delimiter: [DELIMITER], readableObjectMode: true });
  parser.on('data', (encoded: Buffer) => {
    if (encoded.length > 0) onFrame(encoded);
  });
  source.pipe(limit).pipe(parser);
}
