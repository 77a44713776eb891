/**
 * What a host's loop received and sent, in a pcapng file. Frames of one turn are written together, right after
 * it: a process that is killed loses no more than those.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { NetlabError } from '../base/errors.ts';
import { concat } from '../base/octets.ts';
import { type Duration, type Instant, since } from '../base/time.ts';
import {
  type CaptureInterface,
  encodeInterface,
  encodePacket,
  encodeSectionHeader,
} from '../capture/pcapng.ts';
import { epochNow, monotonicNow } from './clock.ts';
import type { FrameTap } from './host-loop.ts';
import { fileError } from './store/file-error.ts';

export class FrameCapture {
  readonly #path: string;
  readonly #file: number;
  /** The loop's clock counts from no particular time. */
  readonly #epoch: Duration = since(epochNow(), monotonicNow());
  #pending: Uint8Array[] = [];
  #flush: NodeJS.Immediate | undefined;
  #closed = false;
  #trouble: NetlabError | undefined;

  /**
   * `interfaces` in the loop's order; `application` is who writes it: `netlab 0.1.0`.
   * @throws NetlabError `disk-full`, `read-only`, `file-missing`, `file-failed`
   */
  constructor(path: string, application: string, interfaces: readonly CaptureInterface[]) {
    this.#path = path;
    try {
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw fileError(error, path);
    }
    this.#write(encodeSectionHeader(application));
    for (const each of interfaces) this.#write(encodeInterface(each));
  }

  /** Why the capture ends before the run did. */
  get trouble(): NetlabError | undefined {
    return this.#trouble;
  }

  /** For the loop. */
  readonly tap: FrameTap = (direction, index, { packet, start, end }, now) => {
    const at = (now + this.#epoch) as Instant;
    const octets = packet.octets.subarray(start, end);
    this.#write(encodePacket({ interface: index, at, octets, direction }));
  };

  close(): void {
    if (this.#closed) return;
    this.#flushNow();
    this.#closed = true;
    closeSync(this.#file);
  }

  #write(block: Uint8Array): void {
    if (this.#closed || this.#trouble !== undefined) return;
    this.#pending.push(block);
    this.#flush ??= setImmediate(() => this.#flushNow());
  }

  #flushNow(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const octets = concat(this.#pending);
    this.#pending = [];
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(this.#file, octets, at);
    } catch (error) {
      this.#trouble = fileError(error, this.#path);
    }
  }
}
