import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { epochNow } from '../clock.ts';
import { type Claim, decodeClaim, encodeClaim } from './lease-claim.ts';
import { leaseFolder, writeClaim } from './lease-folder.ts';
import { type LeaseNotice, onLeaseNotice } from './lease-notices.ts';
import { listHoldings, takeLease } from './leases.ts';
import { resourceOf } from './resource.ts';
import { ownProcess } from './running-process.ts';

const PORT = '/dev/netlab-unit';

let folder = '';
let notices: LeaseNotice[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netlab-lease-'));
  vi.stubEnv('NETLAB_STATE', folder);
  notices = [];
  onLeaseNotice((notice) => notices.push(notice));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    onLeaseNotice(() => {});
    rmSync(folder, { recursive: true, force: true });
  });
});

const claimOf = (more: Partial<Claim>): Claim => ({
  ...ownProcess(),
  state: 'taken',
  resource: resourceOf(PORT),
  port: PORT,
  user: 'alice',
  host: 'lab',
  command: 'netlab run lab03',
  since: epochNow(),
  ...more,
});

const AWAY = { place: 'another machine', pid: 4242 };

describe('a lease', () => {
  it('is one for all users in a process, and ends with the last of them', async () => {
    const [first, second] = [await takeLease(PORT), await takeLease(PORT)];
    expect(readdirSync(leaseFolder())).toHaveLength(1);
    expect(listHoldings().get(resourceOf(PORT))?.claim).toMatchObject({
      pid: process.pid,
      state: 'taken',
    });
    first.release();
    first.release();
    expect(readdirSync(leaseFolder())).toHaveLength(1);
    second.release();
    expect(readdirSync(leaseFolder())).toEqual([]);
    (await takeLease(PORT)).release();
  });

  it.skipIf(process.platform === 'win32')('is one for all names of a port', () => {
    const link = join(folder, 'by-id');
    symlinkSync('/dev/null', link);
    expect(resourceOf(link)).toBe(resourceOf('/dev/null'));
    expect(resourceOf('TCP://Lab.Example:4000/')).toBe(resourceOf('tcp://lab.example:4000'));
    expect(resourceOf('tcp://127.0.0.1:4000')).not.toBe('tcp://127.0.0.1:4000');
  });

  it('is refused while another process has the board, with who it is', async () => {
    writeClaim(leaseFolder(), claimOf(AWAY));
    await expect(takeLease(PORT)).rejects.toMatchObject({
      code: 'board-leased',
      exitCode: 4,
      details: { port: PORT, user: 'alice', host: 'lab', command: 'netlab run lab03', pid: 4242 },
    });
    expect(readdirSync(leaseFolder())).toHaveLength(1);
  });

  it.each<[string, Partial<Claim>]>([
    ['is gone', { pid: 2 ** 22 + 1 }],
    ['has its PID only from who had it before', { pid: process.ppid, start: '1' }],
  ])('is taken over from a process that %s, and that is told', async (_, more) => {
    writeClaim(leaseFolder(), claimOf(more));
    const lease = await takeLease(PORT);
    expect(notices).toMatchObject([{ kind: 'taken-over', why: 'gone', port: PORT }]);
    lease.release();
    expect(readdirSync(leaseFolder())).toEqual([]);
  });

  it('is taken over from a process elsewhere that has given no sign of life for long', async () => {
    const { path } = writeClaim(leaseFolder(), claimOf(AWAY));
    const then = epochNow() / 1e6 - 61;
    utimesSync(path, then, then);
    expect(listHoldings().size).toBe(0);
    (await takeLease(PORT)).release();
    expect(notices).toMatchObject([{ kind: 'taken-over', why: 'expired' }]);
  });

  it('tells its holder when it was taken over', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const lease = await takeLease(PORT);
    const lost = vi.fn();
    lease.onLost(lost);
    vi.advanceTimersByTime(60_000);
    expect(lost).not.toHaveBeenCalled();
    rmSync(leaseFolder(), { recursive: true });
    vi.advanceTimersByTime(5000);
    expect(lost).toHaveBeenCalledOnce();
    lease.release();
  });

  it('is not kept where the folder cannot be made: that is told, and the board is used', async () => {
    writeFileSync(join(folder, 'state'), '');
    vi.stubEnv('NETLAB_STATE', join(folder, 'state'));
    const lease = await takeLease(PORT);
    expect(notices).toMatchObject([{ kind: 'unkept', error: { code: 'file-missing' } }]);
    lease.release();
  });

  it('does not mind what else lies in the folder', async () => {
    mkdirSync(join(leaseFolder(), 'x~1.json'), { recursive: true });
    writeFileSync(join(leaseFolder(), 'y~1.json'), '{"state":"taken"');
    writeFileSync(join(leaseFolder(), 'z~1.json'), '{'.repeat(100_000));
    (await takeLease(PORT)).release();
    expect(listHoldings().size).toBe(0);
  });
});

describe('a claim', () => {
  it('is the same after it was written and read, however long its texts', () => {
    const text = fc.string({ maxLength: 400 });
    const claims = fc.record({
      state: fc.constantFrom('asked' as const, 'taken' as const),
      pid: fc.integer({ min: 1, max: 2 ** 31 }),
      since: fc.maxSafeNat(),
      ...{
        place: text,
        start: text,
        resource: text,
        port: text,
        user: text,
        host: text,
        command: text,
      },
    });
    fc.assert(
      fc.property(claims, (claim) => {
        expect(decodeClaim(encodeClaim(claim))).toEqual(claim);
      }),
    );
  });

  it('with a command line of any length stays readable', () => {
    const command = '\u0001'.repeat(100_000);
    expect(decodeClaim(encodeClaim(claimOf({ command })))?.command).toHaveLength(400);
  });

  it.each([
    ['no JSON', '{"state":"taken"'],
    ['another file', '{"pid":1}'],
    ['a process group for a PID', encodeClaim(claimOf({ pid: 0 }))],
    ['a PID below all', encodeClaim(claimOf({ pid: -1 }))],
  ])('that is %s is none', (_, text) => {
    expect(decodeClaim(text)).toBeUndefined();
  });

  it('decoding never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeClaim(`{"state":"taken"${text}`)));
  });
});
