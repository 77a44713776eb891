/** The boards that can be flashed: how their loader is reached, and which images are for their chip. */
import { fromAscii, view } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { espName } from './esp-chip.ts';
import {
  type ChipImage,
  type ImageFlaw,
  malformed,
  tooLarge,
  truncated,
  wrongChip,
} from './image.ts';
import { decodeIntelHex, isIntelHex } from './intel-hex.ts';
import { decodeUf2, FAMILY, isUf2 } from './uf2.ts';

interface Common {
  /** What `--board` calls it. */
  readonly board: string;
  readonly chip: string;
  /** The octets of flash that a program may take. */
  readonly flash: { readonly base: number; readonly size: number };
  /** The button that brings the loader, as it is printed on the board. */
  readonly button: string;
}

/** A loader that is a disk: UF2 files are copied to it. */
export interface VolumeBoard extends Common {
  readonly loader: 'uf2';
  readonly family: number;
  /** `Board-ID` of its INFO_UF2.TXT, and the volume's label. */
  readonly boardId: string;
}

/** optiboot. */
interface Stk500Board extends Common {
  readonly loader: 'stk500';
  readonly signature: Uint8Array;
  readonly pageSize: number;
  /** In bit/s. */
  readonly rate: number;
}

/** The mask ROM of an ESP chip. */
interface EspBoard extends Common {
  readonly loader: 'esp';
  /** As esp_image_format.h numbers it. */
  readonly chipId: number;
  /** Where the ROM looks for what it starts. */
  readonly imageAt: number;
  /** In bit/s: at first, and once the ROM was asked for more. */
  readonly rate: number;
  readonly fastRate: number;
}

/** A loader that answers on the serial line. */
export type LineBoard = Stk500Board | EspBoard;

export type FlashBoard = VolumeBoard | LineBoard;

const MEBIBYTE = 1 << 20;

export const FLASH_BOARDS: readonly FlashBoard[] = [
  {
    board: 'w5500-evb-pico',
    chip: 'RP2040',
    loader: 'uf2',
    family: FAMILY.RP2040,
    boardId: 'RPI-RP2',
    button: 'BOOTSEL',
    // Winbond W25Q16JV.
    flash: { base: 0x1000_0000, size: 2 * MEBIBYTE },
  },
  {
    board: 'uno',
    chip: 'ATmega328P',
    loader: 'stk500',
    // ATmega328P datasheet §28.3 and table 28-9.
    signature: Uint8Array.of(0x1e, 0x95, 0x0f),
    pageSize: 128,
    rate: 115_200,
    button: 'RESET',
    // optiboot has the last 512 octets.
    flash: { base: 0, size: 32 * 1024 - 512 },
  },
  {
    board: 'esp32c3',
    chip: 'ESP32-C3',
    loader: 'esp',
    chipId: 5,
    imageAt: 0,
    rate: 115_200,
    fastRate: 921_600,
    button: 'BOOT',
    flash: { base: 0, size: 4 * MEBIBYTE },
  },
  {
    board: 'esp32',
    chip: 'ESP32',
    loader: 'esp',
    chipId: 0,
    imageAt: 0x1000,
    rate: 115_200,
    fastRate: 921_600,
    button: 'BOOT',
    flash: { base: 0, size: 4 * MEBIBYTE },
  },
];

export const flashBoard = (name: string): FlashBoard | undefined =>
  FLASH_BOARDS.find(({ board }) => board === name);

const ELF = fromAscii('\x7fELF');
const ESP_MAGIC = 0xe9;
/** Of an ESP image, which has at least one (esp_image_format.h). */
const ESP_SEGMENTS_MAX = 16;

/** What a file holds for the chip of `board`, when it is for that chip and whole. */
export function readImage(file: Uint8Array, board: FlashBoard): Result<ChipImage, ImageFlaw> {
  if (file.length === 0) return fail(truncated(1, 0));
  const stranger = strangerIn(file, board);
  if (stranger !== undefined) return fail(wrongChip(board.chip, stranger));
  const image = readers(file, board);
  return image.ok ? within(image.value, board) : image;
}

function readers(file: Uint8Array, board: FlashBoard): Result<ChipImage, ImageFlaw> {
  switch (board.loader) {
    case 'uf2':
      return readRp2040(file, board);
    case 'stk500':
      return readAvr(file, board);
    case 'esp':
      return readEsp(file, board);
  }
}

/** What the file's first octets say it is, where that cannot be for the board. */
function strangerIn(file: Uint8Array, { loader }: FlashBoard): string | undefined {
  if (ELF.every((octet, i) => file[i] === octet)) return 'ELF';
  const segments = file[1] ?? 0;
  const esp = file[0] === ESP_MAGIC && segments >= 1 && segments <= ESP_SEGMENTS_MAX;
  if (loader !== 'esp' && esp) return 'ESP (0xE9)';
  if (loader === 'esp' && !esp) return 'no ESP image (0xE9)';
  if (loader !== 'uf2' && isUf2(file)) return 'UF2';
  if (loader !== 'stk500' && isIntelHex(file)) return 'Intel HEX';
  return undefined;
}

const BOOT2 = 256;

/**
 * A UF2 file, or the octets of the flash from its beginning on. These have no family id, but a second
 * stage with a checksum, which the mask ROM looks at before it runs anything (RP2040 datasheet §2.8.1.3.1).
 */
function readRp2040(file: Uint8Array, board: VolumeBoard): Result<ChipImage, ImageFlaw> {
  const { base } = board.flash;
  const image = isUf2(file)
    ? decodeUf2(file, board.family)
    : ok<ChipImage>([{ address: base, octets: file }]);
  if (!image.ok) return image;
  const first = image.value.find(({ address }) => address === base);
  if (first === undefined || first.octets.length < BOOT2) {
    return fail(malformed(`nothing for the first ${BOOT2} octets of the flash`));
  }
  const boot2 = first.octets.subarray(0, BOOT2);
  if (bootCrc32(boot2.subarray(0, BOOT2 - 4)) === view(boot2).getUint32(BOOT2 - 4, true)) {
    return image;
  }
  return fail(malformed('the checksum of the second boot stage (octets 252 to 255)'));
}

/** The RP2040's own: polynomial 0x04C11DB7, begun with ones, neither reflected nor inverted. */
function bootCrc32(octets: Uint8Array): number {
  let remainder = 0xffff_ffff;
  for (const octet of octets) {
    remainder ^= octet << 24;
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder << 1) ^ (remainder < 0 ? 0x04c1_1db7 : 0);
    }
  }
  return remainder >>> 0;
}

/** Intel HEX, or the octets of the flash from 0 on. */
function readAvr(file: Uint8Array, board: Stk500Board): Result<ChipImage, ImageFlaw> {
  const image = isIntelHex(file)
    ? decodeIntelHex(file)
    : ok<ChipImage>([{ address: 0, octets: file }]);
  if (!image.ok) return image;
  const vector = image.value.find(({ address }) => address === 0)?.octets;
  if (vector !== undefined && isJump(vector)) return image;
  return fail(wrongChip(board.chip, 'no jump at the reset vector'));
}

/** An AVR program begins with JMP or RJMP (AVR instruction set manual): nothing else in it says what it is. */
const isJump = (octets: Uint8Array): boolean => {
  const opcode = (octets[0] ?? 0) | ((octets[1] ?? 0) << 8);
  return opcode === 0x940c || (opcode & 0xf000) === 0xc000;
};

/** The extended head, of which the last octet says whether a SHA-256 follows the checksum. */
const ESP_HEAD = 24;
const ESP_CHIP_AT = 12;
const ESP_SEGMENT_HEAD = 8;
const ESP_CHECKSUM = 0xef;
const SHA256 = 32;

/**
 * Head, segments (address, length, octets), zeros, and at the end of sixteen octets the checksum: all octets
 * of the segments, exclusive or. What comes after it (a digest, other partitions) is taken as it is.
 */
function readEsp(file: Uint8Array, board: EspBoard): Result<ChipImage, ImageFlaw> {
  const head = view(file);
  let at = ESP_HEAD;
  let sum = ESP_CHECKSUM;
  for (let segment = 0; segment < (file[1] ?? 0); segment++) {
    const begin = at + ESP_SEGMENT_HEAD;
    if (begin > file.length) return fail(truncated(begin, file.length));
    at = begin + head.getUint32(at + 4, true);
    if (at > file.length) return fail(truncated(at, file.length));
    for (let i = begin; i < at; i++) sum ^= file[i] ?? 0;
  }
  const checksumAt = at | 15;
  const end = checksumAt + 1 + (file[ESP_HEAD - 1] === 1 ? SHA256 : 0);
  if (end > file.length) return fail(truncated(end, file.length));
  const chip = head.getUint16(ESP_CHIP_AT, true);
  if (chip !== board.chipId) return fail(wrongChip(board.chip, espName(chip)));
  if (file[checksumAt] !== sum) return fail(malformed(`the checksum (octet ${checksumAt})`));
  return ok([{ address: board.imageAt, octets: file }]);
}

function within(image: ChipImage, { flash }: FlashBoard): Result<ChipImage, ImageFlaw> {
  const stray = image.find(({ address }) => address < flash.base);
  if (stray !== undefined) return fail(malformed(`address 0x${stray.address.toString(16)}`));
  const end = Math.max(...image.map(({ address, octets }) => address + octets.length));
  const room = flash.base + flash.size;
  return end <= room ? ok(image) : fail(tooLarge(end - flash.base, flash.size));
}
