/** What is to be in a chip's flash: stretches of octets at addresses, whatever kind of file they came in. */

/** Octets that lie together. */
export interface Part {
  /** As the chip's loader counts: an RP2040's flash begins at 0x10000000, the others' at 0. */
  readonly address: number;
  readonly octets: Uint8Array;
}

/** In the order of their addresses; no two overlap or touch. */
export type ChipImage = readonly Part[];

/** Why a file is not flashed. Its code names the message in the catalogues, `details` fill the blanks. */
export interface ImageFlaw {
  readonly code: 'image-truncated' | 'image-wrong-chip' | 'image-malformed' | 'image-too-large';
  readonly details: Readonly<Record<string, string | number>>;
}

export const truncated = (need: number, have: number): ImageFlaw => ({
  code: 'image-truncated',
  details: { need, have },
});

/** @param found what the file says it is for, or shows that it is not for the chip */
export const wrongChip = (expected: string, found: string): ImageFlaw => ({
  code: 'image-wrong-chip',
  details: { expected, found },
});

/** @param where the first place that is wrong, and what is wrong there */
export const malformed = (where: string): ImageFlaw => ({
  code: 'image-malformed',
  details: { where },
});

export const tooLarge = (end: number, room: number): ImageFlaw => ({
  code: 'image-too-large',
  details: { end, room },
});

export const sizeOf = (image: ChipImage): number =>
  image.reduce((size, { octets }) => size + octets.length, 0);

/** Parts in any order joined where they touch; where they overlap the later one counts. */
export function joined(parts: readonly Part[]): ChipImage {
  const whole: { address: number; octets: Uint8Array }[] = [];
  const sorted = parts
    .filter(({ octets }) => octets.length > 0)
    .map((part, i) => ({ ...part, i }))
    .sort((a, b) => a.address - b.address || a.i - b.i);
  let stretch: typeof sorted = [];
  let end = 0;
  const close = (): void => {
    const address = stretch[0]?.address;
    if (address === undefined) return;
    const octets = new Uint8Array(end - address);
    for (const part of stretch.sort((a, b) => a.i - b.i)) {
      octets.set(part.octets, part.address - address);
    }
    whole.push({ address, octets });
  };
  for (const part of sorted) {
    if (stretch.length > 0 && part.address > end) {
      close();
      stretch = [];
    }
    end = stretch.length === 0 ? part.address : end;
    stretch.push(part);
    end = Math.max(end, part.address + part.octets.length);
  }
  close();
  return whole;
}

const ERASED = 0xff;

/** The whole of `size` octets of flash from `base` on, with ones where the image says nothing. */
export function filled(image: ChipImage, base: number, size: number): Part {
  const octets = new Uint8Array(size).fill(ERASED);
  for (const part of image) {
    const from = Math.max(0, base - part.address);
    const to = Math.min(part.octets.length, base + size - part.address);
    if (to > from) octets.set(part.octets.subarray(from, to), part.address + from - base);
  }
  return { address: base, octets };
}

/** The pages that the image touches, each whole, with ones where the image says nothing. */
export function pagesOf(image: ChipImage, pageSize: number): readonly Part[] {
  const pages = new Set<number>();
  for (const { address, octets } of image) {
    const last = address + octets.length - 1;
    for (let at = address - (address % pageSize); at <= last; at += pageSize) pages.add(at);
  }
  return [...pages].sort((a, b) => a - b).map((page) => filled(image, page, pageSize));
}
