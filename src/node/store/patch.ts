/**
 * A wrong solution told by what it changes: a unified diff against the lab's `solution/`, as `diff -u` and
 * `git diff` write it. What stands before the first file's `---` is prose.
 */
import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import { fail, ok, type Result } from '../../base/result.ts';

/** The code with the changes made, or why they can't be. Paths are those below `solution/`. */
export function patched(
  files: ReadonlyMap<string, string>,
  diff: string,
): Result<ReadonlyMap<string, string>, string> {
  const patches = parsed(diff);
  if (!patches.ok) return patches;
  const result = new Map(files);
  for (const patch of patches.value) {
    const path = pathOf(patch.oldFileName ?? '');
    const before = result.get(path);
    if (before === undefined) return fail(`there is no solution/${path}`);
    const after = applyPatch(before, patch);
    if (after === false) return fail(`the lines that it changes are not in solution/${path}`);
    result.set(path, after);
  }
  return ok(result);
}

/** How many lines it puts in or takes out, whichever are more. */
export function changedLines(diff: string): number {
  const patches = parsed(diff);
  const lines = patches.ok
    ? patches.value.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.lines))
    : [];
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return Math.max(count('+'), count('-'));
}

function parsed(diff: string): Result<readonly StructuredPatch[], string> {
  try {
    const patches = parsePatch(diff).filter(({ hunks }) => hunks.length > 0);
    return patches.length > 0 ? ok(patches) : fail('it is no unified diff');
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const pathOf = (name: string): string => name.replace(/^(?:.*\/)?solution\//, '');
