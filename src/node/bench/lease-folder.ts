/** The folder with all claims: written, listed, and swept of those whose processes are gone. */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../store/file-error.ts';
import { makeFolder } from '../store/files.ts';
import { CLAIM_SIZE_MAX, type Claim, decodeClaim, encodeClaim, STATE_AT } from './lease-claim.ts';
import { stateOf } from './running-process.ts';
import { stateFolder } from './state-folder.ts';

/** A holder gives a sign of life far more often; one that has given none for so long is not counted on. */
export const EXPIRY_MS = 60_000;
/** Boards of one user, and what processes that died have left: more than that is not looked through. */
const FILES_MAX = 4096;

export interface ListedClaim {
  readonly path: string;
  readonly claim: Claim;
  /** The file system's time of the last sign of life: one clock for all who share the folder. */
  readonly beat_ms: number;
}

export const leaseFolder = (): string => join(stateFolder(), 'leases');

/** The file appears whole or not at all. @throws the file system's error */
export function writeClaim(folder: string, claim: Claim): ListedClaim {
  makeFolder(folder);
  const token = randomBytes(8).toString('hex');
  const path = join(folder, `${stemOf(claim.resource)}~${token}.json`);
  const draft = join(folder, `${token}.new`);
  writeFileSync(draft, encodeClaim(claim), { flag: 'wx' });
  renameSync(draft, path);
  return { path, claim, beat_ms: statSync(path).mtimeMs };
}

/** A sign of life. False when the claim is not there any more. */
export function writeState(path: string, state: Claim['state']): boolean {
  try {
    // In place: at no moment is the claim away from the folder.
    const file = openSync(path, 'r+');
    try {
      writeSync(file, state, STATE_AT);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ENOENT';
  }
}

/** False when it is there still. */
export function removeClaim(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}

/** Of one board, or of all. */
export function listClaims(folder: string, resource?: string): readonly ListedClaim[] {
  const stem = resource === undefined ? '' : `${stemOf(resource)}~`;
  return namesIn(folder)
    .filter((name) => name.endsWith('.json') && name.startsWith(stem))
    .slice(0, FILES_MAX)
    .flatMap((name) => readClaim(join(folder, name)));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Nobody has claimed anything yet.
  }
}

function readClaim(path: string): readonly ListedClaim[] {
  try {
    const { size, mtimeMs } = statSync(path);
    const claim = size > CLAIM_SIZE_MAX ? undefined : decodeClaim(readFileSync(path, 'utf8'));
    return claim === undefined ? [] : [{ path, claim, beat_ms: mtimeMs }];
  } catch {
    return []; // Released since it was listed.
  }
}

/** Why a claim does not count any more; undefined for one that does. */
export type Demise = 'gone' | 'expired';

/** @param now_ms by the file system's clock */
export function demiseOf({ claim, beat_ms }: ListedClaim, now_ms: number): Demise | undefined {
  if (stateOf(claim) === 'gone') return 'gone';
  return now_ms - beat_ms > EXPIRY_MS ? 'expired' : undefined;
}

/** Readable, and different for boards that differ. */
function stemOf(resource: string): string {
  const digest = createHash('sha256').update(resource).digest('hex').slice(0, 16);
  return `${resource.replace(/[^A-Za-z0-9]+/g, '-').slice(-40)}-${digest}`;
}
