/** `.netlab/progress.json`. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProgress, encodeProgress, NO_PROGRESS, type Progress } from '../../lab/progress.ts';
import { fileError } from './file-error.ts';
import { readIfThere, writeWhole } from './files.ts';

export interface LoadedProgress {
  readonly progress: Progress;
  /** Where a file that could not be understood was put. */
  readonly keptAside?: string;
}

const pathOf = (root: string): string => join(root, '.netlab', 'progress.json');

/** A damaged file is renamed with `stamp`, never lost. @throws NetlabError of `fileError`. */
export function loadProgress(root: string, stamp: string): LoadedProgress {
  const path = pathOf(root);
  const text = readIfThere(path);
  if (text === undefined) return { progress: NO_PROGRESS };
  const progress = decodeProgress(text);
  if (progress !== undefined) return { progress };
  const keptAside = `${path}.damaged-${stamp}`;
  try {
    renameSync(path, keptAside);
  } catch (error) {
    throw fileError(error, keptAside);
  }
  return { progress: NO_PROGRESS, keptAside };
}

/** @throws NetlabError of `fileError`. */
export function saveProgress(root: string, progress: Progress): void {
  writeWhole(pathOf(root), encodeProgress(progress));
}
