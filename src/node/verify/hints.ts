/** A hint is not the solution: none has a long run of its code, word for word. */
import type { LearnerCode } from '../../lab/learner.ts';
import type { LabSource } from '../store/labs.ts';
import type { Report } from './finding.ts';

/** So many tokens of code in a row are something to paste; a formula that is named in prose is shorter. */
const TOKENS_MAX = 11;

export function verifyHints(
  { lab }: LabSource,
  solution: LearnerCode,
  starter: LearnerCode,
  report: Report,
): void {
  const known = runsOf([...starter.files.values()].join('\n'));
  const secret = new Set(
    [...runsOf([...solution.files.values()].map(withoutComments).join('\n'))].filter(
      (run) => !known.has(run),
    ),
  );
  for (const { id, hints } of lab.checks) {
    for (const [i, hint] of hints.entries()) {
      const given = [...runsOf(hint.en), ...runsOf(hint.ko)].find((run) => secret.has(run));
      if (given !== undefined) report('hint-gives-away', `${id}: hint ${i + 1}`, { run: given });
    }
  }
}

/** Every run of so many tokens, each as one text. */
function runsOf(text: string): ReadonlySet<string> {
  const tokens = text.match(/[\p{L}_$][\p{L}\p{N}_$]*|\p{N}[\p{L}\p{N}.]*|[^\s]/gu) ?? [];
  const runs = new Set<string>();
  for (let i = 0; i + TOKENS_MAX <= tokens.length; i++) {
    runs.add(tokens.slice(i, i + TOKENS_MAX).join(' '));
  }
  return runs;
}

const withoutComments = (code: string): string =>
  code.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/^\s*\/\/.*$/gm, ' ');
