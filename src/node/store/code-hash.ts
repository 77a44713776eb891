/** Which code it was: a run's record and a grade name it by this. */
import { createHash } from 'node:crypto';
import type { LearnerCode } from '../../lab/learner.ts';

/** Hex of SHA-256 over every file, in the order of names: path, NUL, length in octets, NUL, octets. */
export function hashOf({ files }: Pick<LearnerCode, 'files'>): string {
  const hash = createHash('sha256');
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const octets = Buffer.from(text);
    hash.update(`${path}\0${octets.length}\0`).update(octets);
  }
  return hash.digest('hex');
}
