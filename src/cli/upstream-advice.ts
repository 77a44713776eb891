/** How to find out whether a check fails for a module of an earlier lab. */
import type { Verdict } from '../lab/verdict.ts';

/** The command; undefined where nothing failed, or nothing of the learner's own stands below. */
export function upstreamAdvice({ lab, checks, exercised }: Verdict): string | undefined {
  const own = exercised.uses?.find(({ whose }) => whose === 'learner');
  const failed = checks.some(({ verdict }) => verdict === 'FAIL');
  return failed && own !== undefined ? `netlab run ${lab} --reference ${own.lab}` : undefined;
}
