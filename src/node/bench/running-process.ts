/** Processes by what stays theirs alone: a PID comes back, a PID with its start time does not. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { epochNow } from '../clock.ts';

export interface RunningProcess {
  readonly pid: number;
  /**
   * Within which PIDs mean anything: the host, and on Linux its boot and PID namespace. Of a process at another
   * place nothing can be asked.
   */
  readonly place: string;
  /** When it began, '' where the system does not tell. On Linux in ticks since the machine's own start. */
  readonly start: string;
}

let own: RunningProcess | undefined;

export function ownProcess(): RunningProcess {
  own ??= { pid: process.pid, place: placeName(), start: startOf(process.pid) ?? '' };
  return own;
}

/** `unknown`: it runs, or ran, where we cannot look. */
export function stateOf({ pid, place, start }: RunningProcess): 'running' | 'gone' | 'unknown' {
  if (place !== ownProcess().place) return 'unknown';
  if (!exists(pid)) return 'gone';
  const now = startOf(pid);
  // Where either is not told, the PID is all that there is.
  return now === undefined || start === '' || isSameStart(now, start) ? 'running' : 'gone';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function placeName(): string {
  if (process.platform !== 'linux') return hostname();
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, namespace].filter((part) => part !== undefined).join(' ');
}

/** Asking takes milliseconds on macOS and up to a second on Windows: it is done of others alone. */
const ASKING_MS = 5000;

/** The time of day of its start, in seconds, as far as the system tells how long it has run. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return quietly(() => startTicks(pid));
  const now_s = epochNow() / 1e6;
  const ran_s = pid === process.pid ? process.uptime() : elapsedOf(pid);
  return ran_s === undefined ? undefined : String(Math.round(now_s - ran_s));
}

function elapsedOf(pid: number): number | undefined {
  const told = process.platform === 'win32' ? ask(...powershell(pid)) : ask('ps', ps(pid));
  if (told === undefined) return undefined;
  // `[[days-]hours:]minutes:seconds`, or seconds alone.
  const [days = '0', clock = told] = told.includes('-') ? told.split('-') : [];
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  const elapsed = Number(days) * 86_400 + seconds;
  return Number.isFinite(elapsed) ? elapsed : undefined;
}

const ps = (pid: number): string[] => ['-o', 'etime=', '-p', String(pid)];

const powershell = (pid: number): [string, string[]] => [
  'powershell.exe',
  [
    ...['-NoProfile', '-Command'],
    `[int64]((Get-Date) - (Get-Process -Id ${pid}).StartTime).TotalSeconds`,
  ],
];

function ask(program: string, args: readonly string[]): string | undefined {
  const env = { ...process.env, LC_ALL: 'C' };
  const options = { encoding: 'utf8', timeout: ASKING_MS, windowsHide: true, env } as const;
  return spawnSync(program, args, options).stdout?.trim() || undefined;
}

/** How far two readings of one start lie apart where it is reckoned from the time of day, which may be set. */
const READING_S = 60;

function isSameStart(a: string, b: string): boolean {
  if (process.platform === 'linux') return a === b;
  return Math.abs(Number(a) - Number(b)) <= READING_S;
}

/** proc(5), /proc/pid/stat, field 22; the second field is a name that may hold spaces and parentheses. */
function startTicks(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A process that has ended, and that its parent has not looked at yet, holds nothing any more.
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19];
}

function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
