/** RP2040 datasheet §2.2 (address map), §2.6 (memory). */
export const FLASH_START = 0x10000000;
export const RAM_START = 0x20000000;
/** Six banks: 256 KiB and twice 4 KiB. */
export const RAM_SIZE = 264 * 1024;
/** clk_sys at 125 MHz, in nanoseconds. */
export const CYCLE = 8;
