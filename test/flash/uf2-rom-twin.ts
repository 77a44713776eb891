/**
 * The RP2040's mask ROM as a disk, as far as UF2 goes (RP2040 datasheet §2.8.4.2): sectors come in any
 * order, those that are blocks of its family are written to flash, and when the last of them has come it
 * restarts and the disk is gone. Nothing is verified and nothing restarts before.
 */
import { decodeBlock, FAMILY, UF2_BLOCK } from '../../src/hardware/flash/uf2.ts';

export const RP2_INFO = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';

const BASE = 0x1000_0000;
const NOT_FOR_FLASH = 0x1001;

export class Uf2RomTwin {
  readonly flash: Uint8Array;
  /** Every block of the file has come. */
  restarted = false;
  #sectors = new Uint8Array(0);
  #seen = new Set<number>();

  /** @param flash what was in it before */
  constructor(flash: Uint8Array = new Uint8Array(2 << 20).fill(0xff)) {
    this.flash = flash;
  }

  /** Octets of a file, in their order; a whole sector is taken at once. */
  handleOctets(octets: Uint8Array): void {
    const all = Uint8Array.from([...this.#sectors, ...octets]);
    let at = 0;
    for (; at + UF2_BLOCK <= all.length; at += UF2_BLOCK) {
      this.handleSector(all.subarray(at, at + UF2_BLOCK));
    }
    this.#sectors = all.slice(at);
  }

  handleSector(sector: Uint8Array): void {
    const block = decodeBlock(sector);
    if (this.restarted || block === undefined || (block.flags & NOT_FOR_FLASH) !== 0) return;
    if (block.family !== FAMILY.RP2040 || block.octets.length !== 256) return;
    this.flash.set(block.octets, block.address - BASE);
    this.#seen.add(block.number);
    this.restarted = this.#seen.size === block.count;
  }
}
