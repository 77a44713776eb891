/**
 * What the texts of all cores' compiled code share. Their names: `pc` where to go on; `cy` the cycles before the
 * block; `limit` that they stay below; `b` the number of a block; `k`, `t` to an instruction's own use; `m` the
 * machine. `T` has the number of the block at each halfword from the address `O` on, −1 where none starts.
 */
export const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

export const leave = (to: string, cycles: number): string =>
  `pc=${to};cy=(cy+${cycles})|0;break run;`;

/** A branch to an address that is only known now: to a block of this region, if there is one. */
export const goTo = (to: string, cycles: number): string =>
  `pc=${to};cy=(cy+${cycles})|0;k=(pc-O)>>>1;if(k<T.length){b=T[k];if(b>=0)continue run;}break run;`;
