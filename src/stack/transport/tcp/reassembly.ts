/**
 * Where octets lie that came out of order and are kept (SHLD-31), and what a SACK option says of them (RFC 2018 §4): the block with
 * the segment that came last is first, then those reported before.
 *
 * Invariants:
 *   (1) The ranges are in order, apart from one another by an octet or more, and above RCV.NXT.
 *   (2) `#recent` has the same ranges, each once, the one that changed last first.
 */
import { after, before, distance, later, type Seq } from './seq.ts';

/** A peer that sends more holes than this loses what would make another. */
const RANGES_MAX = 256;

interface Range {
  left: Seq;
  right: Seq;
}

export class Reassembly {
  readonly #ranges: Range[] = [];
  readonly #recent: Range[] = [];

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** How many blocks there are to report, which may be more than an option has room for. */
  get blocks(): number {
    return this.#recent.length;
  }

  left(block: number): Seq {
    return (this.#recent[block] as Range).left;
  }

  right(block: number): Seq {
    return (this.#recent[block] as Range).right;
  }

  /** Of `left` … `right` − 1, what is here already and in one piece: the first such, or undefined. */
  held(left: Seq, right: Seq): { readonly left: Seq; readonly right: Seq } | undefined {
    for (const range of this.#ranges) {
      const from = later(left, range.left);
      const to = before(right, range.right) ? right : range.right;
      if (before(from, to)) return { left: from, right: to };
    }
    return undefined;
  }

  /** Octets out of order. */
  get octets(): number {
    return this.#ranges.reduce((sum, r) => sum + distance(r.right, r.left), 0);
  }

  /** `left` … `right` − 1 came. False when there are too many ranges: it is not kept. */
  insert(left: Seq, right: Seq): boolean {
    let at = 0;
    while (at < this.#ranges.length && before((this.#ranges[at] as Range).right, left)) at += 1;
    const merged: Range = { left, right };
    let end = at;
    for (; end < this.#ranges.length; end++) {
      const range = this.#ranges[end] as Range;
      if (after(range.left, right)) break;
      merged.left = before(range.left, merged.left) ? range.left : merged.left;
      merged.right = later(range.right, merged.right);
    }
    if (end === at && this.#ranges.length >= RANGES_MAX) return false;
    this.#ranges.splice(at, end - at, merged);
    this.#report(merged);
    return true;
  }

  /** RCV.NXT went to `nxt`, and goes on to what this answers: past a range that begins there. */
  fill(nxt: Seq): Seq {
    let reached = nxt;
    let done = 0;
    for (const range of this.#ranges) {
      if (after(range.left, reached)) break;
      reached = later(range.right, reached);
      done += 1;
    }
    if (done > 0) {
      this.#ranges.splice(0, done);
      const kept = this.#recent.filter((r) => after(r.left, reached));
      this.#recent.splice(0, this.#recent.length, ...kept);
    }
    return reached;
  }

  #report(merged: Range): void {
    const others = this.#recent.filter(
      (r) => before(r.right, merged.left) || after(r.left, merged.right),
    );
    this.#recent.splice(0, this.#recent.length, merged, ...others);
  }
}
