/** A hint to a check, and the note that it was given. */
import type { Check, Lab, Text } from '../lab/lab.ts';
import { nextHintLevel, type Progress, recordHint } from '../lab/progress.ts';
import { timeOfDay } from '../node/clock.ts';
import { loadProgress, saveProgress } from '../node/store/progress-file.ts';
import { recordsRoot } from '../node/store/runs.ts';
import { stampOf } from './stamp.ts';

export const HINT_LEVELS = 3;

interface GivenHint {
  /** From 1 on. */
  readonly level: number;
  readonly hint: Text;
  /** A hint is worth more than the note that it was given. */
  readonly noted: boolean;
}

/** @param wanted the level; the next one without it */
export function giveHint(lab: Lab, check: Check, here: string, wanted?: number): GivenHint {
  const root = recordsRoot(here);
  const { progress } = loadProgress(root, stampOf(timeOfDay()));
  const level = wanted ?? nextHintLevel(progress, lab.id, check.id);
  const hint = check.hints[level - 1] ?? check.hints[0];
  return { level, hint, noted: note(root, recordHint(progress, lab.id, check.id, level)) };
}

function note(root: string, progress: Progress): boolean {
  try {
    saveProgress(root, progress);
    return true;
  } catch {
    return false;
  }
}
