/**
 * An image written block by block and then read back block by block: where that is, for a client of a loader whose
 * protocol can't vouch for what it carried.
 *
 *     enter ─begin─▶ write ⟲ ─▶ verify ⟲ ─▶ restart
 *                                 │   ▲ then reading begins anew
 *                                 ▼   │
 *                      the block that read otherwise is written again
 *
 * Invariants:
 *   (1) `restart` is reached when each block has read as it is, after the last one was written: an altered address
 *       may have put a block over another.
 *   (2) Blocks are written again at most MENDS_MAX times in all: an octet altered on the way is mended, worn flash is
 *       told.
 */
import { assert } from '../../base/errors.ts';
import type { Part } from './image.ts';
import type { LoaderEvent, LoaderFault, LoaderPhase } from './loader.ts';

const MENDS_MAX = 4;
const NO_BLOCK: Part = { address: 0, octets: new Uint8Array(0) };

export class BlockWalk {
  readonly #blocks: readonly Part[];
  readonly #tell: (event: LoaderEvent) => void;
  #phase: LoaderPhase = 'enter';
  #cursor = 0;
  #mends = 0;
  /** The block at the cursor is written for the sake of a read that differed. */
  #isMending = false;

  /** @param blocks all of one size */
  constructor(blocks: readonly Part[], tell: (event: LoaderEvent) => void) {
    assert(
      blocks.every(({ octets }) => octets.length === blocks[0]?.octets.length),
      'whole blocks',
    );
    this.#blocks = blocks;
    this.#tell = tell;
  }

  get phase(): LoaderPhase {
    return this.#phase;
  }

  /** The block at the cursor, or the last one. */
  get block(): Part {
    return this.#blocks[Math.min(this.#cursor, this.#blocks.length - 1)] ?? NO_BLOCK;
  }

  /** What is to be done with `block`; `leave`: nothing more. */
  get task(): 'write' | 'read' | 'leave' {
    if (this.#phase === 'restart') return 'leave';
    return this.#phase === 'verify' && !this.#isMending ? 'read' : 'write';
  }

  /** The chip is the right one, and takes blocks. Again after a reset: it goes on where it was. */
  begin(): void {
    if (this.#phase !== 'enter') return;
    this.#enter('write');
    this.#goOn();
  }

  handleWritten(): void {
    if (this.#isMending) {
      this.#isMending = false;
      this.#enter('verify');
    } else {
      this.#advance();
    }
  }

  /** The block reads so. A fault: it will not be mended. */
  handleRead(octets: Uint8Array): LoaderFault | undefined {
    const { address, octets: wanted } = this.block;
    const at = octets.findIndex((octet, i) => octet !== wanted[i]);
    if (at < 0) {
      this.#advance();
    } else if (this.#mends < MENDS_MAX) {
      this.#mends += 1;
      this.#isMending = true;
    } else {
      const [expected = 0, actual = 0] = [wanted[at], octets[at]];
      return { code: 'verify-failed', address: address + at, expected, actual };
    }
    return undefined;
  }

  #advance(): void {
    this.#cursor += 1;
    const { length } = this.block.octets;
    const total = this.#blocks.length * length;
    this.#tell({ kind: 'progress', done: this.#cursor * length, total });
    this.#goOn();
  }

  /** Behind the last block the next phase begins. */
  #goOn(): void {
    if (this.#cursor < this.#blocks.length) return;
    if (this.#phase === 'write') this.#enter('verify');
    if (this.#cursor === this.#blocks.length) this.#enter('restart');
  }

  #enter(phase: LoaderPhase): void {
    this.#phase = phase;
    if (phase !== 'restart') this.#cursor = 0;
    this.#tell({ kind: 'phase', phase });
  }
}
