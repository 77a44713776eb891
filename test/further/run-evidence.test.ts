/** What a run leaves, judged by others: Wireshark's dissectors, and a disk that is full. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { netlab, ownFolder } from '../cli/netlab.ts';
import { dissect } from './tshark.ts';

/** A packet's comment is an expert note of this severity, by itself. */
const COMMENT_SEVERITY = '1048576';

describe('the capture of lab03', () => {
  it.each(['emulated', 'mock'])('%s: no malformed packet, each with its step', async (on) => {
    const cwd = ownFolder();
    expect((await netlab(['run', 'lab03', '--on', on, '--seed', '1'], { cwd })).code).toBe(0);
    const runs = join(cwd, '.netlab', 'runs');
    const [run = ''] = readdirSync(runs);
    const packets = dissect(readFileSync(join(runs, run, 'frames.pcapng')), [
      '_ws.malformed',
      '_ws.expert.severity',
      'frame.comment',
      'frame.len',
    ]);
    expect(packets.length).toBeGreaterThan(60);
    for (const packet of packets) {
      expect(packet['_ws.malformed']).toBe('');
      expect(packet['_ws.expert.severity']).toBe(COMMENT_SEVERITY);
      expect(packet['frame.comment']).toMatch(/\S/);
      expect(Number(packet['frame.len'])).toBeGreaterThanOrEqual(60);
    }
  });
});

/** A file system of 96 KiB. Needs root. */
function tinyDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-tiny-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

describe('a full disk', () => {
  it('costs evidence, not the verdict, and says so', async () => {
    const { code, stdout, stderr } = await netlab(['run', 'lab03', '--on', 'mock'], {
      cwd: tinyDisk(),
    });
    expect(stdout).toMatch(/PASS {2}100 of 100 points/);
    expect(stderr).toMatch(/evidence is not whole: The disk is full/);
    expect(code).toBe(0);
  });
});
