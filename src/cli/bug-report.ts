import { writeFileSync } from 'node:fs';
import { arch, release, tmpdir, type } from 'node:os';
import { join } from 'node:path';
import type { Failure } from './failure.ts';

/** Keeps what is needed to find a bug of ours. Undefined when not even the temporary folder takes it. */
export function keepBugReport(failure: Failure, argv: readonly string[]): string | undefined {
  const path = join(tmpdir(), `netlab-bug-${process.pid}.txt`);
  const lines = [
    `netlab ${argv.join(' ')}`,
    `node ${process.version}, ${type()} ${release()}, ${arch()}`,
    failure.trace ?? failure.what,
  ];
  try {
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  } catch {
    return undefined;
  }
}
