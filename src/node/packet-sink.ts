/** Where a live capture goes: a file, a FIFO or named pipe that Wireshark reads, or standard output. */
import { createWriteStream, type WriteStream } from 'node:fs';
import type { NetlabError } from '../base/errors.ts';
import { errnoOf, fileError } from './store/file-error.ts';

/** Standard output, as a program that reads from a pipe is told of it. */
export const STANDARD_OUTPUT = '-';

/** What waits for a reader who is slow; what comes beyond it is dropped and counted. */
const PENDING_MAX = 8 << 20;
const STDOUT_FD = 1;

export class PacketSink {
  /** Blocks that were dropped. */
  dropped = 0;
  readonly #target: string;
  /** Opened with the first block: a board that does not answer costs nobody the file of before. */
  #stream: WriteStream | undefined;
  #gone = false;
  #trouble: NetlabError | undefined;
  #onGone = (): void => {};

  /** @param target a path, or `-` */
  constructor(target: string) {
    this.#target = target;
  }

  /** Nobody takes any more: the reader has closed, or writing failed. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Why writing failed. */
  get trouble(): NetlabError | undefined {
    return this.#trouble;
  }

  /** At once, for a reader who waits at the other end of a FIFO. */
  open(): void {
    this.#stream ??= this.#opened();
  }

  /** The blocks must not change any more. */
  write(block: Uint8Array): void {
    if (this.#gone) return;
    this.#stream ??= this.#opened();
    if (this.#stream.writableLength > PENDING_MAX) this.dropped += 1;
    else this.#stream.write(block);
  }

  /** Resolves when all is written, or cannot be. */
  close(): Promise<void> {
    const stream = this.#stream;
    if (this.#gone || stream === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onGone = resolve;
      stream.end(() => resolve());
    });
  }

  #opened(): WriteStream {
    const stream =
      this.#target === STANDARD_OUTPUT
        ? createWriteStream('', { fd: STDOUT_FD, autoClose: false })
        : createWriteStream(this.#target);
    return stream.on('error', (error) => {
      this.#gone = true;
      // A reader who has seen enough is no error.
      if (errnoOf(error) !== 'EPIPE') this.#trouble = fileError(error, this.#target);
      this.#onGone();
    });
  }
}
