/**
 * The image that the mask ROM of an ESP32 or ESP32-C3 loads: a header, segments that it copies
 * to RAM, a checksum, a SHA-256 (ESP-IDF, esp_app_format.h; Espressif's esptool documentation, Firmware Image
 * Format).
 */
import { createHash } from 'node:crypto';

const MAGIC = 0xe9;
const HEADER = 24;
const SEGMENT_HEADER = 8;
const PT_LOAD = 1;
/** The checksum stands in the last octet of a line of so many. */
const LINE = 16;
const CHECKSUM_SEED = 0xef;
/** DIO at 80 MHz, 4 MiB: every module's flash can do that. */
const FLASH_MODE = 2;
const FLASH_SIZE_AND_SPEED = 0x2f;
const WP_PIN_DISABLED = 0xee;
const ANY_REVISION = 0xffff;

/** The parts of a 32-bit little-endian ELF that have content: `{ address, octets }`, padded to words. */
function segmentsOf(elf) {
  const headers = elf.readUInt32LE(28);
  const size = elf.readUInt16LE(42);
  return Array.from({ length: elf.readUInt16LE(44) }, (_, i) => headers + i * size)
    .filter((at) => elf.readUInt32LE(at) === PT_LOAD && elf.readUInt32LE(at + 16) > 0)
    .map((at) => {
      const offset = elf.readUInt32LE(at + 4);
      const length = elf.readUInt32LE(at + 16);
      const octets = Buffer.alloc(Math.ceil(length / 4) * 4);
      elf.copy(octets, 0, offset, offset + length);
      return { address: elf.readUInt32LE(at + 8), octets };
    });
}

function headerOf(entry, segments, chip) {
  const header = Buffer.alloc(HEADER);
  header.set([MAGIC, segments.length, FLASH_MODE, FLASH_SIZE_AND_SPEED]);
  header.writeUInt32LE(entry, 4);
  header[8] = WP_PIN_DISABLED;
  header.writeUInt16LE(chip, 12);
  header.writeUInt16LE(ANY_REVISION, 17);
  header[23] = 1; // A SHA-256 follows.
  return header;
}

/** `chip` as esp_app_format.h numbers it. */
export function toEspImage(elf, chip) {
  const segments = segmentsOf(elf);
  const parts = [headerOf(elf.readUInt32LE(24), segments, chip)];
  let checksum = CHECKSUM_SEED;
  for (const { address, octets } of segments) {
    const header = Buffer.alloc(SEGMENT_HEADER);
    header.writeUInt32LE(address, 0);
    header.writeUInt32LE(octets.length, 4);
    parts.push(header, octets);
    for (const octet of octets) checksum ^= octet;
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  parts.push(Buffer.alloc(LINE - 1 - (length % LINE)), Buffer.of(checksum));
  const content = Buffer.concat(parts);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}
