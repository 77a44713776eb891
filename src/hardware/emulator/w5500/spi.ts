/**
 * The W5500's SPI frame, datasheet §2.2: a 16-bit offset, a control octet (block select, read/write,
 * operation mode), then data whose offset counts up.
 *
 *      select          offset, offset      control          data …
 *   ──────────▶ address ───────────▶ control ──────▶ data ──────────▶
 *
 * In variable-length mode (§2.3) the frame ends when SCSn rises; in fixed-length mode (§2.4) after 1, 2
 * or 4 octets of data, for then SCSn may stay low for good.
 */
export interface RegisterFile {
  read(block: number, address: number): number;
  write(block: number, address: number, value: number): void;
}

const WRITE = 0x04;
const OPERATION_MODE = 0x03;
/** Octets of data in a frame of each operation mode; 0 for as many as SCSn lets through. */
const DATA_LENGTH = [0, 1, 2, 4] as const;
/** What silicon shifts out during the three octets of a frame's head. */
const HEAD_ECHO = [0x01, 0x02, 0x03] as const;

export class SpiFrames {
  readonly #registers: RegisterFile;
  #phase = 0;
  #address = 0;
  #block = 0;
  #write = false;
  #left = 0;

  constructor(registers: RegisterFile) {
    this.#registers = registers;
  }

  /** SCSn fell or rose: whatever was begun is over. */
  restart(): void {
    this.#phase = 0;
  }

  /** In the data of a frame that nothing but SCSn ends. */
  get streaming(): boolean {
    return this.#phase === 3 && this.#left === 0;
  }

  get writes(): boolean {
    return this.#write;
  }

  get block(): number {
    return this.#block;
  }

  /** Passes over `count` octets of data; returns the first one's address. */
  pass(count: number): number {
    const address = this.#address;
    this.#address = (address + count) & 0xffff;
    return address;
  }

  /** One octet each way. */
  exchange(octet: number): number {
    if (this.#phase < 3) return this.#head(octet);
    const address = this.#address;
    this.#address = (address + 1) & 0xffff;
    let answer = 0;
    if (this.#write) this.#registers.write(this.#block, address, octet);
    else answer = this.#registers.read(this.#block, address);
    if (this.#left > 0) {
      this.#left -= 1;
      if (this.#left === 0) this.#phase = 0;
    }
    return answer;
  }

  #head(octet: number): number {
    const phase = this.#phase;
    this.#phase = phase + 1;
    if (phase === 0) {
      this.#address = octet << 8;
    } else if (phase === 1) {
      this.#address |= octet;
    } else {
      this.#block = octet >> 3;
      this.#write = (octet & WRITE) !== 0;
      this.#left = DATA_LENGTH[octet & OPERATION_MODE] ?? 0;
    }
    return HEAD_ECHO[phase] ?? 0;
  }
}
