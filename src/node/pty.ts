/**
 * A pseudo-terminal without a compiler or a helper program: the C library's own calls, by way of koffi,
 * an optional dependency. What is written to the master comes out of `path`, and the other way about.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { EXIT, NetlabError } from '../base/errors.ts';

export interface Pty {
  /** What another program opens: `/dev/pts/3`. */
  readonly path: string;
  onData(listener: (octets: Uint8Array) => void): void;
  write(octets: Uint8Array): void;
  close(): void;
}

interface LibC {
  posix_openpt(flags: number): number;
  grantpt(fd: number): number;
  unlockpt(fd: number): number;
  ptsname(fd: number): string | null;
  fcntl(fd: number, command: number, type: 'int', argument: number): number;
  tcgetattr(fd: number, termios: Uint8Array): number;
  cfmakeraw(termios: Uint8Array): void;
  tcsetattr(fd: number, actions: number, termios: Uint8Array): number;
}

/** `struct termios` is 60 octets on Linux and 72 on macOS; nobody here looks inside. */
const TERMIOS_ROOM = 256;
const TCSANOW = 0;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
/** What waits for a reader who does not come, before it is dropped as a UART would drop it. */
const PENDING_LIMIT = 1 << 18;
const RETRY_MS = 2;

const unavailable = (reason: string, cause?: unknown): NetlabError =>
  new NetlabError('no-pty', EXIT.noBoard, `no pseudo-terminal: ${reason}`, { reason }, cause);

async function loadLibC(): Promise<LibC> {
  if (process.platform === 'win32') throw unavailable('Windows has none');
  let koffi: typeof import('koffi').default;
  try {
    koffi = (await import('koffi')).default;
  } catch (cause) {
    throw unavailable('the optional package koffi is not installed', cause);
  }
  const library = koffi.load(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6');
  return {
    posix_openpt: library.func('int posix_openpt(int flags)'),
    grantpt: library.func('int grantpt(int fd)'),
    unlockpt: library.func('int unlockpt(int fd)'),
    ptsname: library.func('const char *ptsname(int fd)'),
    fcntl: library.func('int fcntl(int fd, int command, ...)'),
    tcgetattr: library.func('int tcgetattr(int fd, _Out_ uint8_t *termios)'),
    cfmakeraw: library.func('void cfmakeraw(_Inout_ uint8_t *termios)'),
    tcsetattr: library.func('int tcsetattr(int fd, int actions, const uint8_t *termios)'),
  };
}

/** @throws NetlabError `no-pty` */
export async function openPty(): Promise<Pty> {
  const libc = await loadLibC();
  const master = libc.posix_openpt(constants.O_RDWR | constants.O_NOCTTY);
  if (master < 0) throw unavailable('posix_openpt failed');
  // A child that inherited the master would keep the port alive after we have closed it.
  libc.fcntl(master, F_SETFD, 'int', FD_CLOEXEC);
  if (libc.grantpt(master) !== 0 || libc.unlockpt(master) !== 0) {
    closeSync(master);
    throw unavailable('grantpt or unlockpt failed');
  }
  const path = libc.ptsname(master);
  if (path === null) {
    closeSync(master);
    throw unavailable('ptsname failed');
  }
  // We hold the slave open ourselves: without it each program that closes the port would hang the master up.
  const slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  makeRaw(libc, slave);
  return new MasterSide(path, master, slave);
}

function makeRaw(libc: LibC, fd: number): void {
  const termios = new Uint8Array(TERMIOS_ROOM);
  libc.tcgetattr(fd, termios);
  libc.cfmakeraw(termios);
  libc.tcsetattr(fd, TCSANOW, termios);
}

class MasterSide implements Pty {
  readonly path: string;
  private readonly master: number;
  private readonly slave: number;
  private readonly input: ReadStream;
  private pending: Uint8Array[] = [];
  private pendingLength = 0;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(path: string, master: number, slave: number) {
    this.path = path;
    this.master = master;
    this.slave = slave;
    // Reading only: writing through it would block the event loop on a full buffer.
    this.input = new ReadStream(master);
    this.input.on('error', () => this.close());
  }

  onData(listener: (octets: Uint8Array) => void): void {
    this.input.on('data', listener);
  }

  write(octets: Uint8Array): void {
    if (this.closed || this.pendingLength + octets.length > PENDING_LIMIT) return;
    this.pending.push(octets);
    this.pendingLength += octets.length;
    if (this.retry === undefined) this.flush();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.retry);
    closeSync(this.slave);
    this.input.destroy();
  }

  private flush(): void {
    this.retry = undefined;
    for (let head = this.pending[0]; head !== undefined; head = this.pending[0]) {
      const written = this.writeNow(head);
      this.pendingLength -= written;
      if (written < head.length) {
        this.pending[0] = head.subarray(written);
        this.retry = setTimeout(() => this.flush(), RETRY_MS);
        // Nobody reads: that must not keep the process alive.
        this.retry.unref();
        return;
      }
      this.pending.shift();
    }
  }

  private writeNow(octets: Uint8Array): number {
    try {
      return writeSync(this.master, octets);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      this.close();
      return 0;
    }
  }
}
