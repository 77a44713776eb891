import { randomInt } from 'node:crypto';

/** A seed that nobody chose, for runs that were given none. */
export const freshSeed = (): number => randomInt(2 ** 32);
