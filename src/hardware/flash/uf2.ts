/**
 * UF2 (github.com/microsoft/uf2): a file of 512-octet blocks, each of which says by itself where its
 * octets belong, so that a mass-storage device may receive them in any order.
 *
 *     0 magic · 4 magic · 8 flags · 12 address · 16 payload size · 20 block number · 24 blocks in all ·
 *     28 family · 32 payload · 508 magic                              (32-bit words, little-endian)
 *
 * What is read here is what the RP2040's mask ROM takes (RP2040 datasheet §2.8.4.2): pages of 256 octets
 * with a family id. Blocks of another family, and those that are not for the main flash, it passes over.
 */
import { assert } from '../../base/errors.ts';
import { view } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  type ChipImage,
  type ImageFlaw,
  joined,
  malformed,
  type Part,
  pagesOf,
  truncated,
  wrongChip,
} from './image.ts';

export const UF2_BLOCK = 512;
export const UF2_PAYLOAD = 256;
/** The ids of the public list, for saying what a file is for. */
export const FAMILY = {
  RP2040: 0xe48bff56,
  RP2350: 0xe48bff59,
  ESP32: 0x1c5f21b0,
  'ESP32-C3': 0xd42ba06c,
  SAMD21: 0x68ed2b88,
  SAMD51: 0x55114460,
  nRF52840: 0xada52840,
} as const;

const MAGIC = [0x0a324655, 0x9e5d5157] as const;
const MAGIC_END = 0x0ab16f30;
const FLAG = { notMainFlash: 0x0001, container: 0x1000, familyPresent: 0x2000 } as const;
const AT = {
  flags: 8,
  address: 12,
  size: 16,
  number: 20,
  count: 24,
  family: 28,
  payload: 32,
} as const;
const AT_END = UF2_BLOCK - 4;

export interface Uf2Block extends Part {
  readonly number: number;
  readonly count: number;
  /** Undefined where the block names none. */
  readonly family: number | undefined;
  readonly flags: number;
}

/** One block; undefined when it is none: a device sees file tables and other sectors too. */
export function decodeBlock(octets: Uint8Array): Uf2Block | undefined {
  if (octets.length !== UF2_BLOCK) return undefined;
  const fields = view(octets);
  const word = (at: number): number => fields.getUint32(at, true);
  if (word(0) !== MAGIC[0] || word(4) !== MAGIC[1] || word(AT_END) !== MAGIC_END) return undefined;
  const size = word(AT.size);
  if (size > AT_END - AT.payload) return undefined;
  const flags = word(AT.flags);
  return {
    flags,
    address: word(AT.address),
    number: word(AT.number),
    count: word(AT.count),
    family: (flags & FLAG.familyPresent) === 0 ? undefined : word(AT.family),
    octets: octets.slice(AT.payload, AT.payload + size),
  };
}

export const isUf2 = (octets: Uint8Array): boolean =>
  octets.length >= 8 && view(octets).getUint32(0, true) === MAGIC[0];

/** What a file holds for `family`, all of its blocks being there. */
export function decodeUf2(file: Uint8Array, family: number): Result<ChipImage, ImageFlaw> {
  if (file.length === 0 || file.length % UF2_BLOCK !== 0) {
    const need = Math.max(1, Math.ceil(file.length / UF2_BLOCK)) * UF2_BLOCK;
    return fail(truncated(need, file.length));
  }
  const ours: Uf2Block[] = [];
  let other: number | undefined;
  for (let at = 0; at < file.length; at += UF2_BLOCK) {
    const block = decodeBlock(file.subarray(at, at + UF2_BLOCK));
    if (block === undefined) return fail(malformed(`UF2 block ${at / UF2_BLOCK}: no UF2 block`));
    if ((block.flags & (FLAG.notMainFlash | FLAG.container)) !== 0) continue;
    if (block.family === family) ours.push(block);
    else other = block.family ?? 0;
  }
  if (ours.length === 0) return fail(wrongChip(familyName(family), familyName(other ?? 0)));
  const flaw = flawOf(ours);
  return flaw === undefined ? ok(joined(ours)) : fail(flaw);
}

function flawOf(blocks: readonly Uf2Block[]): ImageFlaw | undefined {
  const count = blocks[0]?.count ?? 0;
  const seen = new Set<number>();
  for (const { number, count: said, address, octets } of blocks) {
    const refuse = (what: string): ImageFlaw => malformed(`UF2 block ${number}: ${what}`);
    if (said !== count) return refuse(`${said} blocks in all instead of ${count}`);
    if (number >= count) return refuse(`only ${count} blocks in all`);
    if (octets.length !== UF2_PAYLOAD) return refuse(`payload of ${octets.length} octets`);
    if (address % UF2_PAYLOAD !== 0) return refuse(`address 0x${address.toString(16)}`);
    seen.add(number);
  }
  return seen.size === count ? undefined : truncated(count * UF2_BLOCK, seen.size * UF2_BLOCK);
}

const familyName = (family: number): string =>
  Object.entries(FAMILY).find(([, id]) => id === family)?.[0] ??
  `UF2 0x${family.toString(16).padStart(8, '0')}`;

/** The file of an image for `family`. Octets of a page that the image says nothing of are ones, as erased. */
export function encodeUf2(image: ChipImage, family: number): Uint8Array {
  const pages = pagesOf(image, UF2_PAYLOAD);
  assert(pages.length > 0, 'an image with nothing in it');
  const file = new Uint8Array(pages.length * UF2_BLOCK);
  const fields = view(file);
  for (const [i, { address, octets }] of pages.entries()) {
    const at = i * UF2_BLOCK;
    const words: readonly (readonly [number, number])[] = [
      [0, MAGIC[0]],
      [4, MAGIC[1]],
      [AT.flags, FLAG.familyPresent],
      [AT.address, address],
      [AT.size, UF2_PAYLOAD],
      [AT.number, i],
      [AT.count, pages.length],
      [AT.family, family],
      [AT_END, MAGIC_END],
    ];
    for (const [offset, word] of words) fields.setUint32(at + offset, word, true);
    file.set(octets, at + AT.payload);
  }
  return file;
}

/** What a loader's volume says of itself in `INFO_UF2.TXT`. */
export interface Uf2Info {
  readonly model: string;
  /** `RPI-RP2`: the machine-readable one. */
  readonly boardId: string;
}

const INFO_MAX = 1024;

/** Undefined when `text` is no such file. */
export function decodeInfo(text: string): Uf2Info | undefined {
  const lines = text.slice(0, INFO_MAX).split(/\r?\n/);
  if (!lines[0]?.startsWith('UF2 Bootloader')) return undefined;
  const field = (name: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const boardId = field('Board-ID');
  return boardId === undefined ? undefined : { boardId, model: field('Model') ?? boardId };
}
