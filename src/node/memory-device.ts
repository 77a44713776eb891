/** Two network cards in one process and the cable between them, without time: what one sends, the other has. */
import { newPacket, type Packet } from '../base/packet.ts';
import { FRAME_START, type FrameDevice, type FrameSpan } from './frame-device.ts';

const FRAME_MAX = 2048 - FRAME_START;

export class MemoryDevice implements FrameDevice {
  readonly frame: FrameSpan;
  /** Frames that the other end sent while `capacity` waited here, or that were longer than any card takes. */
  dropped = 0;
  readonly #frame: { packet: Packet; start: number; end: number };
  readonly #slots: readonly Packet[];
  readonly #ends: Uint32Array;
  readonly #capacity: number;
  #peer: MemoryDevice | undefined;
  #first = 0;
  #waiting = 0;
  #readable = (): void => {};

  constructor(capacity: number) {
    this.#capacity = capacity;
    const slots = capacity + 1; // The one that was polled last stays while others come.
    this.#slots = Array.from({ length: slots }, () => newPacket(FRAME_START + FRAME_MAX));
    this.#ends = new Uint32Array(slots);
    this.#frame = { packet: newPacket(0), start: FRAME_START, end: FRAME_START };
    this.frame = this.#frame;
  }

  connect(peer: MemoryDevice): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  onReadable(listener: () => void): void {
    this.#readable = listener;
  }

  /** Memory is not lost. */
  onLost(): void {}

  pollFrame(): boolean {
    if (this.#waiting === 0) return false;
    this.#frame.packet = this.#slots[this.#first] as Packet;
    this.#frame.end = this.#ends[this.#first] as number;
    this.#first = (this.#first + 1) % this.#slots.length;
    this.#waiting -= 1;
    return true;
  }

  send(packet: Packet, start: number, end: number): boolean {
    if (this.#peer === undefined) return false;
    return this.#peer.#arrive(packet, start, end);
  }

  #arrive(packet: Packet, start: number, end: number): boolean {
    if (this.#waiting === this.#capacity || end - start > FRAME_MAX) {
      this.dropped += 1;
      return false;
    }
    const at = (this.#first + this.#waiting) % this.#slots.length;
    (this.#slots[at] as Packet).octets.set(packet.octets.subarray(start, end), FRAME_START);
    this.#ends[at] = FRAME_START + end - start;
    this.#waiting += 1;
    if (this.#waiting === 1) this.#readable();
    return true;
  }

  /** Unplugs the cable. */
  close(): void {
    if (this.#peer !== undefined) this.#peer.#peer = undefined;
    this.#peer = undefined;
  }
}

export function connectedDevices(capacity = 1024): readonly [MemoryDevice, MemoryDevice] {
  const devices = [new MemoryDevice(capacity), new MemoryDevice(capacity)] as const;
  devices[0].connect(devices[1]);
  return devices;
}
