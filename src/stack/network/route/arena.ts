/** Records of one length in one or two arrays that grow, named by their offset; what is freed is used again. */
const FIRST_RECORDS = 4;

export class Arena {
  /** A record's words, all zero when it is taken. */
  first: Int32Array;
  /** As many again, for what is seldom looked at; of no length when there is one array only. */
  second: Int32Array;
  readonly #length: number;
  #end = 0;
  /** The offset plus 1 of the record freed last, whose first word says the same of the one before. */
  #freed = 0;

  constructor(recordLength: number, arrays: 1 | 2) {
    this.#length = recordLength;
    this.first = new Int32Array(FIRST_RECORDS * recordLength);
    this.second = new Int32Array(arrays === 2 ? FIRST_RECORDS * recordLength : 0);
  }

  /** Octets of memory taken. */
  get capacity(): number {
    return this.first.byteLength + this.second.byteLength;
  }

  /** A record. The arrays may have moved: `first` and `second` are to be read again. */
  take(): number {
    if (this.#freed !== 0) {
      const offset = this.#freed - 1;
      this.#freed = this.first[offset] as number;
      this.first.fill(0, offset, offset + this.#length);
      this.second.fill(0, offset, offset + this.#length);
      return offset;
    }
    const offset = this.#end;
    this.#end += this.#length;
    if (this.#end > this.first.length) {
      this.first = doubled(this.first);
      this.second = doubled(this.second);
    }
    return offset;
  }

  give(offset: number): void {
    this.first[offset] = this.#freed;
    this.#freed = offset + 1;
  }
}

function doubled(array: Int32Array): Int32Array {
  const twice = new Int32Array(array.length * 2);
  twice.set(array);
  return twice;
}
