import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listRuns, RUN_FILES } from '../node/store/runs.ts';

/** The part of a verdict that is read here; it comes from a file, so nothing of it is sure. */
interface OldVerdict {
  readonly checks?: readonly {
    readonly id?: unknown;
    readonly verdict?: unknown;
    readonly visibility?: unknown;
  }[];
}

/** The first visible check that failed in the latest run of `lab` under `root`. */
export function lastFailedCheck(root: string, lab: string): string | undefined {
  const id = listRuns(root).findLast((run) => run.includes(`-${lab}-`));
  if (id === undefined) return undefined;
  try {
    const path = join(root, '.netlab', 'runs', id, RUN_FILES.verdict);
    const { checks = [] } = JSON.parse(readFileSync(path, 'utf8')) as OldVerdict;
    const failed = checks.find(
      (check) => check.verdict === 'FAIL' && check.visibility === 'visible',
    );
    return typeof failed?.id === 'string' ? failed.id : undefined;
  } catch {
    return undefined;
  }
}
