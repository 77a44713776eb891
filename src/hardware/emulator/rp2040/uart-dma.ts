/** A DMA channel that takes what UART0 receives: RP2040 datasheet §2.5, §4.2.4. */
import type { DmaChannel, Mcu } from './mcu.ts';

export const DREQ_RX = 21;
/** UARTDR of UART0. */
export const DATA = 0x40034000;
/** Of a channel's CTRL. */
const INCR_READ = 1 << 4;
const INCR_WRITE = 1 << 5;
const RING_WRITE = 1 << 10;

/** Octet by octet from the UART to addresses that count up. */
export const takes = (channel: DmaChannel): boolean =>
  Boolean(channel.active) &&
  channel.readAddr === DATA &&
  channel.dataSize === 1 &&
  (channel.ctrl & (INCR_READ | INCR_WRITE)) === INCR_WRITE;

/** What `channel` takes, in its ring if it has one: RP2040 datasheet §2.5.1.3. */
export function store(mcu: Mcu, channel: DmaChannel, heard: Uint8Array | Uint16Array): void {
  const octets = heard instanceof Uint8Array ? heard : Uint8Array.from(heard);
  const ring = (channel.ctrl & RING_WRITE) === 0 ? 0 : channel.ringMask;
  for (let done = 0; done < octets.length; ) {
    const at = channel.writeAddr;
    const room = ring === 0 ? octets.length : ring + 1 - (at & ring);
    const piece = octets.subarray(done, done + room);
    mcu.copyIn(at, piece);
    done += piece.length;
    const next = at + piece.length;
    channel.writeAddr = ring === 0 ? next : (at & ~ring) | (next & ring);
  }
  channel.transCount -= octets.length;
}
