/**
 * Parity. One bit finds every odd number of wrong bits and no even one. Row and column together (a block of
 * seven-bit characters with its longitudinal check, ISO 1155) find every three, and mend one.
 */
export type Parity = 'even' | 'odd';

/** The bit that makes the number of ones in `octets` even, or odd. */
export function parityBit(octets: Uint8Array, parity: Parity = 'even'): 0 | 1 {
  let fold = 0;
  for (const octet of octets) fold ^= octet;
  fold ^= fold >> 4;
  fold ^= fold >> 2;
  fold ^= fold >> 1;
  return (parity === 'even' ? fold & 1 : 1 - (fold & 1)) as 0 | 1;
}

/** The exclusive or of all octets: an even parity for each of the eight columns. */
export const longitudinal = (octets: Uint8Array): number =>
  octets.reduce((fold, octet) => fold ^ octet, 0);

export interface Block {
  /** An even parity bit for each octet. */
  readonly rows: Uint8Array;
  readonly columns: number;
}

export const protect = (octets: Uint8Array): Block => ({
  rows: octets.map((octet) => parityBit(Uint8Array.of(octet))),
  columns: longitudinal(octets),
});

export type Mended =
  | { readonly kind: 'good'; readonly octets: Uint8Array }
  | {
      readonly kind: 'corrected';
      readonly octets: Uint8Array;
      readonly row: number;
      readonly bit: number;
    }
  /** One of the check bits was wrong, and the octets are right. */
  | { readonly kind: 'check'; readonly octets: Uint8Array }
  | { readonly kind: 'bad' };

/** One wrong bit is mended; two or three are always seen; four at a rectangle's corners never. */
export function mend(octets: Uint8Array, block: Block): Mended {
  const present = protect(octets);
  const rows = [...present.rows.keys()].filter((i) => present.rows[i] !== block.rows[i]);
  const columns = present.columns ^ block.columns;
  const [row] = rows;
  const oneColumn = columns !== 0 && (columns & (columns - 1)) === 0;
  if (row === undefined && columns === 0) return { kind: 'good', octets };
  if (rows.length > 1) return { kind: 'bad' };
  if (row === undefined) return oneColumn ? { kind: 'check', octets } : { kind: 'bad' };
  if (columns === 0) return { kind: 'check', octets };
  if (!oneColumn) return { kind: 'bad' };
  const corrected = octets.slice();
  corrected[row] = (corrected[row] as number) ^ columns;
  return { kind: 'corrected', octets: corrected, row, bit: 31 - Math.clz32(columns) };
}
