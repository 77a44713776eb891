/** What the file system said, as an error that a person can act on. */
import { EXIT, NetlabError } from '../../base/errors.ts';

const CODES: Readonly<Record<string, readonly [code: string, what: string]>> = {
  ENOSPC: ['disk-full', 'the disk is full'],
  EDQUOT: ['disk-full', 'the disk quota is used up'],
  EROFS: ['read-only', 'the file system is read-only'],
  EACCES: ['read-only', 'there is no permission to write there'],
  EPERM: ['read-only', 'it may not be changed'],
  ENOENT: ['file-missing', 'it is not there'],
  ENOTDIR: ['file-missing', 'a part of its path is not a folder'],
};

/** `disk-full`, `read-only`, `file-missing` or `file-failed`, with the path in its details. */
export function fileError(error: unknown, path: string): NetlabError {
  const errno = errnoOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  const [code, what] = CODES[errno] ?? ['file-failed', reason];
  return new NetlabError(code, EXIT.usage, `${path}: ${what}`, { path, reason: what }, error);
}

export const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
