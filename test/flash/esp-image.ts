/** An image as esp_image_format.h lays it out, made here field by field: two segments, checksum, digest. */
import { createHash } from 'node:crypto';

export function espImage(chip: number): Uint8Array {
  const head = Buffer.alloc(24);
  head.set([0xe9, 2, 2, 0x20]);
  head.writeUInt32LE(0x4038_0000, 4);
  head.set([0xee, 0, 0, 0, chip], 8);
  head[23] = 1;
  const segments = [300, 1400].map((length, i) => {
    const segment = Buffer.alloc(8 + length, i + 7);
    segment.writeUInt32LE(0x4038_0000 + i * 0x1000, 0);
    segment.writeUInt32LE(length, 4);
    return segment;
  });
  const sum = segments.flatMap((each) => [...each.subarray(8)]).reduce((a, b) => a ^ b, 0xef);
  const body = Buffer.concat([head, ...segments]);
  const padded = Buffer.concat([body, Buffer.alloc(16 - (body.length % 16))]);
  padded[padded.length - 1] = sum;
  const digest = createHash('sha256').update(padded).digest();
  return Uint8Array.from(Buffer.concat([padded, digest]));
}
