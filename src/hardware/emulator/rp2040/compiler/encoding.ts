/** One encoding of a Thumb instruction, and what comes after it. */
import type { Flow } from '../../compiler/region.ts';
import type { Place } from './place.ts';

export interface Encoding {
  readonly mask: number;
  readonly value: number;
  readonly sets: number;
  readonly uses: number;
  /** It may leave the block when it is done, so that all flags must be right then. */
  readonly mayLeave: boolean;
  readonly cycles: (opcode: number) => number;
  /** Cycles beyond `cycles` that a taken branch takes more. */
  readonly extra: number;
  readonly emit: (place: Place) => string;
  readonly flow: (place: Place) => Flow;
}

const NEXT: Flow = { kind: 'next' };

export interface Row {
  readonly mask: number;
  readonly value: number;
  readonly emit: (place: Place) => string;
  readonly sets?: number;
  readonly uses?: number;
  readonly mayLeave?: boolean;
  readonly cycles?: (opcode: number) => number;
  readonly extra?: number;
  readonly flow?: (place: Place) => Flow;
}

export const leaving = (cycles: number): Pick<Row, 'cycles' | 'flow' | 'mayLeave'> => ({
  cycles: () => cycles,
  flow: () => ({ kind: 'leave' }),
  mayLeave: true,
});

export const complete = (row: Omit<Row, 'mask' | 'value'> & Partial<Row>): Encoding => ({
  mask: 0,
  value: 0,
  sets: 0,
  uses: 0,
  mayLeave: false,
  cycles: () => 1,
  extra: 0,
  flow: () => NEXT,
  ...row,
});
