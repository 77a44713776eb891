import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What tshark shows of each packet of a capture: one record a packet, the fields by name, each with all
 * its values. Its name tables are off so that addresses come out as they are.
 */
export function dissect(
  capture: Uint8Array,
  fields: readonly string[],
  preferences: readonly string[] = [],
): Readonly<Record<string, string>>[] {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-tshark-'));
  try {
    const file = join(folder, 'frames.pcapng');
    writeFileSync(file, capture);
    const args = ['-n', '-r', file, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a'];
    for (const preference of preferences) args.push('-o', preference);
    for (const field of fields) args.push('-e', field);
    // What tshark says of itself on stderr (running as root) is no part of the judgement.
    const output = execFileSync('tshark', args, {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      timeout: 50_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const values = line.split('\t');
        return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? '']));
      });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
