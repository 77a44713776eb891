/** The system calls that Node has no name for, by way of koffi, an optional dependency. Linux only. */
import { EXIT, NetlabError } from '../../base/errors.ts';

export interface LibC {
  /** A system call's result; after −1 `errno` tells why. */
  read(fd: number, octets: Uint8Array, length: number): number;
  write(fd: number, octets: Uint8Array, length: number): number;
  ioctl(fd: number, request: number, argument: Uint8Array | Int32Array): number;
  fcntl(fd: number, command: number, argument: number): number;
  socket(domain: number, type: number, protocol: number): number;
  errno(): number;
}

/** `remedy` is the one command that mends it. */
export const unsupported = (reason: string, remedy: string, cause?: unknown): NetlabError =>
  new NetlabError(
    'tap-unsupported',
    EXIT.noBoard,
    `no TAP device: ${reason}`,
    { reason, remedy },
    cause,
  );

/** @throws NetlabError `tap-unsupported` */
export async function loadLibC(): Promise<LibC> {
  if (process.platform !== 'linux') {
    throw unsupported('only Linux has them; a board does without', 'netlab boards');
  }
  let koffi: typeof import('koffi').default;
  try {
    koffi = (await import('koffi')).default;
  } catch (cause) {
    throw unsupported(
      'the optional package koffi is not installed',
      'npm install --no-save koffi',
      cause,
    );
  }
  // What Node itself is linked with, by whatever name: glibc's, or musl's.
  const library = koffi.load(null);
  const ioctl = library.func('int ioctl(int fd, unsigned long request, ...)');
  const fcntl = library.func('int fcntl(int fd, int command, ...)');
  return {
    read: library.func('long read(int fd, void *octets, size_t length)'),
    write: library.func('long write(int fd, const void *octets, size_t length)'),
    ioctl: (fd, request, argument) => ioctl(fd, request, 'void *', argument),
    fcntl: (fd, command, argument) => fcntl(fd, command, 'int', argument),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    errno: () => koffi.errno(),
  };
}
