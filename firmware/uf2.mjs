/** The two wrappings that the RP2040's mask ROM asks of an image. */

const UF2 = { block: 512, payload: 256, magic0: 0x0a324655, magic1: 0x9e5d5157, end: 0x0ab16f30 };
const FAMILY_PRESENT = 0x2000;
const FAMILY_RP2040 = 0xe48bff56;
const FLASH = 0x10000000;

/** CRC-32 of boot2: polynomial 0x04c11db7, not reflected, begun with ones, not inverted. */
export function bootCrc32(octets) {
  let crc = 0xffffffff;
  for (const octet of octets) {
    crc ^= octet << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

/** UF2 blocks of 256 octets of flash each; the last is filled up with zeros. */
export function toUf2(image) {
  const count = Math.ceil(image.length / UF2.payload);
  const out = Buffer.alloc(count * UF2.block);
  for (let i = 0; i < count; i++) {
    const at = i * UF2.block;
    const from = i * UF2.payload;
    const head = [
      UF2.magic0,
      UF2.magic1,
      FAMILY_PRESENT,
      FLASH + from,
      UF2.payload,
      i,
      count,
      FAMILY_RP2040,
    ];
    head.forEach((word, k) => void out.writeUInt32LE(word, at + 4 * k));
    image.copy(out, at + 32, from, Math.min(from + UF2.payload, image.length));
    out.writeUInt32LE(UF2.end, at + UF2.block - 4);
  }
  return out;
}
