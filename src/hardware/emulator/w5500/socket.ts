/**
 * One of the W5500's eight sockets: its registers, commands and buffer pointers, datasheet §4.2.
 *
 *                OPEN (Sn_MR)                  CONNECT
 *   SOCK_CLOSED ─────────────▶ SOCK_INIT ─────────────────▶ SOCK_SYNSENT ──▶ TIMEOUT, SOCK_CLOSED
 *      ▲                    ├▶ SOCK_UDP        LISTEN
 *      │ CLOSE              ├▶ SOCK_IPRAW    ─────────────▶ SOCK_LISTEN
 *      └────────────────────┴▶ SOCK_MACRAW (socket 0 alone)
 *
 * Departure: the hardwired TCP, UDP and IP are a chip that nobody answers: what needs an answer ends in
 * TIMEOUT after (RCR + 1) · RTR. MACRAW is whole.
 *
 * Invariants:
 *   (1) Sn_RX_RD and Sn_TX_WR count from RECV and SEND on: between the two octets of a write they hold
 *       neither the old value nor the new.
 *   (2) A received frame stands in the buffer whole, its 2-octet length first, or not at all.
 */
import type { Alarm, Clock } from '../clock.ts';
import type { BufferMemory } from './buffer.ts';
import {
  COMMAND,
  INTERRUPT,
  PROTOCOL,
  read16,
  resetSocket,
  Sn_CR,
  Sn_IMR,
  Sn_IR,
  Sn_MR,
  Sn_RX_RD,
  Sn_RX_RSR,
  Sn_RX_WR,
  Sn_SR,
  Sn_TX_FSR,
  Sn_TX_RD,
  Sn_TX_WR,
  SOCKET_SIZE,
  STATUS,
  socketWritable,
  write16,
} from './registers.ts';

/** What a socket needs of the chip around it. */
export interface SocketHost {
  readonly clock: Clock;
  readonly txMemory: BufferMemory;
  readonly rxMemory: BufferMemory;
  /** Never clears Sn_CR: the fault that a driver must bound its waits for. */
  readonly wedged: boolean;
  /** Nanoseconds until a request that nobody answers is given up. */
  retransmissionTimeout(): number;
  transmit(frame: Uint8Array, sent: () => void): void;
  buffersChanged(): void;
  interruptsChanged(): void;
}

/** How long the chip takes to clear Sn_CR. The datasheet gives no figure; silicon takes about as long. */
const ACCEPTANCE = 300;
const FRAME_MIN = 14;
const FRAME_MAX = 1514;

export class Socket {
  readonly registers = new Uint8Array(SOCKET_SIZE);
  readonly #number: number;
  readonly #host: SocketHost;
  readonly #timeout: Alarm;
  #commandUntil = Number.NaN; // As in clock.ts.
  #rxRead = 0;
  #txWritten = 0;

  constructor(number: number, host: SocketHost) {
    this.#number = number;
    this.#host = host;
    this.#timeout = host.clock.createAlarm(() => this.#timedOut());
    this.#commandUntil = 0;
  }

  reset(): void {
    resetSocket(this.registers);
    this.#timeout.cancel();
    this.#commandUntil = 0;
    this.#rewind();
  }

  get status(): number {
    return this.registers[Sn_SR] ?? 0;
  }

  get pending(): boolean {
    return ((this.registers[Sn_IR] ?? 0) & (this.registers[Sn_IMR] ?? 0)) !== 0;
  }

  read(address: number): number {
    if (address === Sn_CR && this.#host.clock.nanos >= this.#commandUntil) return 0;
    return this.registers[address] ?? 0;
  }

  write(address: number, value: number): void {
    if (address === Sn_CR) this.#command(value);
    else if (address === Sn_IR) this.#clear(value);
    else if (socketWritable(address)) {
      this.registers[address] = value;
      this.#written(address);
    }
  }

  /** A frame came in whole. False when there is no room: the chip drops it. */
  receive(frame: Uint8Array): boolean {
    const length = frame.length + 2;
    const memory = this.#host.rxMemory;
    if (memory.size(this.#number) - read16(this.registers, Sn_RX_RSR) < length) return false;
    const at = read16(this.registers, Sn_RX_WR);
    memory.write(this.#number, at, length >> 8);
    memory.write(this.#number, at + 1, length & 0xff);
    memory.copyIn(this.#number, at + 2, frame);
    write16(this.registers, Sn_RX_WR, (at + length) & 0xffff);
    this.#updateReceived();
    this.#raise(INTERRUPT.RECV);
    return true;
  }

  /** Recomputes what depends on the buffer's size. */
  resized(): void {
    const used = (this.#txWritten - read16(this.registers, Sn_TX_RD)) & 0xffff;
    const free = Math.max(0, this.#host.txMemory.size(this.#number) - used);
    write16(this.registers, Sn_TX_FSR, free);
  }

  #written(address: number): void {
    if (address === 0x1e || address === 0x1f) this.#host.buffersChanged();
    else if (address === Sn_IMR) this.#host.interruptsChanged();
  }

  #clear(bits: number): void {
    this.registers[Sn_IR] = (this.registers[Sn_IR] ?? 0) & ~bits;
    this.#host.interruptsChanged();
  }

  #raise(bit: number): void {
    this.registers[Sn_IR] = (this.registers[Sn_IR] ?? 0) | bit;
    this.#host.interruptsChanged();
  }

  #command(command: number): void {
    const { clock, wedged } = this.#host;
    if (clock.nanos < this.#commandUntil) return; // The chip takes one at a time.
    this.registers[Sn_CR] = command;
    if (wedged) {
      this.#commandUntil = Number.POSITIVE_INFINITY;
      return;
    }
    this.#commandUntil = clock.nanos + ACCEPTANCE;
    this.#perform(command);
  }

  #perform(command: number): void {
    if (command === COMMAND.OPEN) this.#open();
    else if (command === COMMAND.CLOSE || command === COMMAND.DISCON) this.#close();
    else if (command === COMMAND.SEND || command === COMMAND.SEND_MAC) this.#send();
    else if (command === COMMAND.RECV) this.#received();
    else if (command === COMMAND.LISTEN) this.#from(STATUS.SOCK_INIT, STATUS.SOCK_LISTEN);
    else if (command === COMMAND.CONNECT) this.#connect();
  }

  #open(): void {
    const protocol = (this.registers[Sn_MR] ?? 0) & 0x0f;
    this.registers[Sn_SR] = this.#opened(protocol);
    this.#timeout.cancel();
    this.#rewind();
  }

  #opened(protocol: number): number {
    if (protocol === PROTOCOL.tcp) return STATUS.SOCK_INIT;
    if (protocol === PROTOCOL.udp) return STATUS.SOCK_UDP;
    if (protocol === PROTOCOL.ipraw) return STATUS.SOCK_IPRAW;
    return protocol === PROTOCOL.macraw && this.#number === 0
      ? STATUS.SOCK_MACRAW
      : STATUS.SOCK_CLOSED;
  }

  #close(): void {
    this.registers[Sn_SR] = STATUS.SOCK_CLOSED;
    this.#timeout.cancel();
  }

  #from(status: number, next: number): void {
    if (this.status === status) this.registers[Sn_SR] = next;
  }

  #connect(): void {
    if (this.status !== STATUS.SOCK_INIT) return;
    this.registers[Sn_SR] = STATUS.SOCK_SYNSENT;
    this.#timeout.schedule(this.#host.retransmissionTimeout());
  }

  #timedOut(): void {
    this.#from(STATUS.SOCK_SYNSENT, STATUS.SOCK_CLOSED);
    this.#raise(INTERRUPT.TIMEOUT);
  }

  /** Pointers start at 0 and both buffers are empty. */
  #rewind(): void {
    for (const address of [Sn_TX_RD, Sn_TX_WR, Sn_RX_RD, Sn_RX_WR]) {
      write16(this.registers, address, 0);
    }
    this.#rxRead = 0;
    this.#txWritten = 0;
    this.#updateReceived();
    this.resized();
  }

  #updateReceived(): void {
    const size = (read16(this.registers, Sn_RX_WR) - this.#rxRead) & 0xffff;
    write16(this.registers, Sn_RX_RSR, size);
  }

  #received(): void {
    this.#rxRead = read16(this.registers, Sn_RX_RD);
    this.#updateReceived();
    if (read16(this.registers, Sn_RX_RSR) > 0) this.#raise(INTERRUPT.RECV);
  }

  #send(): void {
    const from = read16(this.registers, Sn_TX_RD);
    const to = read16(this.registers, Sn_TX_WR);
    const length = (to - from) & 0xffff;
    this.#txWritten = to;
    this.resized();
    const done = () => {
      write16(this.registers, Sn_TX_RD, to);
      this.resized();
    };
    if (this.status === STATUS.SOCK_UDP || this.status === STATUS.SOCK_IPRAW) {
      done(); // Nobody answers the ARP request.
      this.#timeout.schedule(this.#host.retransmissionTimeout());
    } else if (this.status === STATUS.SOCK_MACRAW && length >= FRAME_MIN && length <= FRAME_MAX) {
      const frame = this.#host.txMemory.copyOut(this.#number, from, length);
      this.#host.transmit(frame, () => {
        done();
        this.#raise(INTERRUPT.SENDOK);
      });
    } else {
      done(); // No frame has such a length: nothing leaves, and SENDOK never comes.
    }
  }
}
