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
  readonly #stream: WriteStream;
  #gone = false;
  #trouble: NetlabError | undefined;
  #onGone: () => void = () => {};

  /** @param target a path, or `-` */
  constructor(target: string) {
    this.#stream =
      target === STANDARD_OUTPUT
        ? createWriteStream('', { fd: STDOUT_FD, autoClose: false })
        : createWriteStream(target);
    this.#stream.on('error', (error) => {
      this.#gone = true;
      // A reader who has seen enough is no error.
      if (errnoOf(error) !== 'EPIPE') this.#trouble = fileError(error, target);
      this.#onGone();
    });
  }

  /** Nobody takes any more: the reader has closed, or writing failed. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Why writing failed. */
  get trouble(): NetlabError | undefined {
    return this.#trouble;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
    if (this.#gone) listener();
  }

  /** The blocks must not change any more. */
  write(block: Uint8Array): void {
    if (this.#gone) return;
    if (this.#stream.writableLength > PENDING_MAX) this.dropped += 1;
    else this.#stream.write(block);
  }

  /** Resolves when all is written, or cannot be. */
  close(): Promise<void> {
    if (this.#gone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onGone = resolve;
      this.#stream.end(() => resolve());
    });
  }
}
