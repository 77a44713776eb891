/**
 * A TAP device: a wire with a network interface of the Linux kernel at its other end, so that the kernel is a
 * peer like any other. No thread, no timer and no external program has a part in it.
 *
 *             SIGIO (process)                    a frame when SIGIO is off
 *   resting ───────────────────▶ reading ◀──┐
 *      ▲                            │       │ pollFrame() found one
 *      └──────── EAGAIN ────────────┴───────┘
 *
 * Invariants:
 *   (1) While SIGIO is off, whoever polls goes on until `pollFrame` finds none; that turns it on again and
 *       looks once more, so that no frame comes unseen in between.
 *   (2) The receive queue is the kernel's, and bounded: what finds it full is dropped and counted there.
 *   (3) The interface goes when the descriptor does, however the process ends, unless it was there before.
 */
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { assert } from '../../base/errors.ts';
import { newLastingPacket, type Packet } from '../../base/packet.ts';
import type { Ipv4Prefix } from '../../stack/network/ipv4/address.ts';
import type { Ipv6Prefix } from '../../stack/network/ipv6/address.ts';
import { BATCH, FRAME_START, type FrameDevice, type FrameSpan } from '../frame-device.ts';
import { addArrivalListener, removeArrivalListener } from './arrivals.ts';
import {
  EACCES,
  EAGAIN,
  EBADFD,
  EBUSY,
  EINVAL,
  EIO,
  ENOBUFS,
  EPERM,
  failed,
  lost,
  nameTaken,
  noPermission,
  type Wanted,
} from './failures.ts';
import { checkName } from './interface-name.ts';
import { REQUEST, tapRequest } from './interface-request.ts';
import { configure, hardwareAddress, interfaceExists } from './kernel-side.ts';
import { type LibC, loadLibC, unsupported } from './libc.ts';

export interface TapOptions {
  /** Up to 15 characters; a `%d` at its end becomes the first number that is free. `netlab%d` by default. */
  readonly name?: string;
  /** Octets of payload a frame; 1500 by default. */
  readonly mtu?: number;
  /** Of the kernel's side. */
  readonly addresses?: readonly (Ipv4Prefix | Ipv6Prefix)[];
  /** Frames from the kernel that may wait for us; 1000 by default, as for any Ethernet card. */
  readonly queueLength?: number;
}

export interface TapCounters {
  received: number;
  sent: number;
  /** From the kernel, longer than its MTU was when we began. */
  overlong: number;
  /** To the kernel, which had no room. */
  full: number;
  /** To the kernel, whose interface was down. */
  down: number;
  /** To the kernel, which did not take it for a frame. */
  refused: number;
}

const CLONE_DEVICE = '/dev/net/tun';
const F_SETOWN = 8;
/** Addresses, EtherType, and two VLAN tags. */
const HEADERS_MAX = 14 + 2 * 4;
/** Which number of `/proc/net/dev` is `drop` of what the interface transmits: towards us. */
const TX_DROP = 11;

const ON = Int32Array.of(1);
const OFF = Int32Array.of(0);

/**
 * @throws UsageError `tap-name`; NetlabError `tap-unsupported`, `tap-permission`, `tap-busy`, `tap-failed`
 */
export async function openTap(options: TapOptions = {}): Promise<TapDevice> {
  const { name = 'netlab%d', mtu = 1500, addresses = [], queueLength = 1000 } = options;
  checkName(name);
  const libc = await loadLibC();
  const wanted = { name, mtu, addresses, queueLength };
  const fd = openCloneDevice(wanted);
  try {
    const given = attach(libc, fd, wanted);
    configure(libc, { ...wanted, name: given });
    return new TapDevice(libc, fd, given, mtu);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openCloneDevice(wanted: Wanted): number {
  try {
    return openSync(CLONE_DEVICE, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw noPermission(wanted, 'node');
    throw unsupported(`${CLONE_DEVICE}: ${code ?? 'unknown'}`, 'sudo modprobe tun', cause);
  }
}

/** The interface's name. */
function attach(libc: LibC, fd: number, wanted: Wanted): string {
  const { name } = wanted;
  const request = tapRequest(name);
  if (libc.ioctl(fd, REQUEST.TUNSETIFF, request.octets) === 0) return request.name;
  const errno = libc.errno();
  if (errno === EPERM || errno === EACCES) throw noPermission(wanted, 'interface');
  // EINVAL is also what the kernel says to the name of an interface that is no TAP device.
  if (errno === EBUSY || (errno === EINVAL && interfaceExists(libc, name))) throw nameTaken(name);
  throw failed(name, 'TUNSETIFF', errno);
}

/** Those to close when the process ends: a SIGIO during its last steps would end it as a failure. */
const open = new Set<TapDevice>();

const closeAll = (): void => {
  for (const device of open) device.close();
};

export class TapDevice implements FrameDevice {
  readonly name: string;
  readonly mtu: number;
  /** The MAC address of the kernel's side. */
  readonly kernelAddress: Uint8Array;
  readonly counters: Readonly<TapCounters>;
  readonly frame: FrameSpan;
  readonly #counters: TapCounters = {
    received: 0,
    sent: 0,
    overlong: 0,
    full: 0,
    down: 0,
    refused: 0,
  };
  readonly #libc: LibC;
  readonly #fd: number;
  /** From where a frame begins, with one octet more than the longest has: so is a cut one known. */
  readonly #room: Uint8Array;
  readonly #frame: { readonly packet: Packet; start: number; end: number };
  #streak = 0; // Frames since `pollFrame` last found none.
  #signalled = false;
  #closed = false;
  #readable = (): void => {};
  #lost = (_: Error): void => {};
  readonly #arrived = (): void => this.#readable();

  constructor(libc: LibC, fd: number, name: string, mtu: number) {
    // Node gives signals to the main thread alone.
    assert(isMainThread, 'a TAP device belongs to the main thread');
    this.name = name;
    this.mtu = mtu;
    this.kernelAddress = hardwareAddress(libc, name);
    this.counters = this.#counters;
    this.#libc = libc;
    this.#fd = fd;
    const packet = newLastingPacket(FRAME_START + HEADERS_MAX + mtu + 1);
    this.#room = packet.octets.subarray(FRAME_START);
    this.#frame = { packet, start: FRAME_START, end: FRAME_START };
    this.frame = this.#frame;
    if (open.size === 0) process.once('exit', closeAll);
    open.add(this);
    addArrivalListener(this.#arrived);
    libc.fcntl(fd, F_SETOWN, process.pid);
    this.#signal(true);
  }

  onReadable(listener: () => void): void {
    this.#readable = listener;
  }

  onLost(listener: (error: Error) => void): void {
    this.#lost = listener;
  }

  pollFrame(): boolean {
    while (!this.#closed) {
      const length = this.#libc.read(this.#fd, this.#room, this.#room.length);
      if (length < 0) {
        if (!this.#rest(this.#libc.errno())) return false;
      } else if (length === this.#room.length) {
        this.#counters.overlong += 1;
      } else {
        this.#take(length);
        return true;
      }
    }
    return false;
  }

  #take(length: number): void {
    this.#counters.received += 1;
    this.#frame.end = FRAME_START + length;
    // One who polls without a pause needs no signal, and each would cost as much as reading a frame.
    if (++this.#streak === BATCH) this.#signal(false);
  }

  /** Nothing could be read. True: look again. */
  #rest(errno: number): boolean {
    if (errno !== EAGAIN) {
      this.#lose(errno);
      return false;
    }
    this.#streak = 0;
    if (this.#signalled) return false;
    this.#signal(true);
    return true;
  }

  #signal(on: boolean): void {
    if (on === this.#signalled) return;
    this.#signalled = on;
    this.#libc.ioctl(this.#fd, REQUEST.FIOASYNC, on ? ON : OFF);
  }

  send(packet: Packet, start: number, end: number): boolean {
    if (this.#closed) return false;
    const octets = start === 0 ? packet.octets : packet.octets.subarray(start);
    if (this.#libc.write(this.#fd, octets, end - start) >= 0) {
      this.#counters.sent += 1;
      return true;
    }
    const errno = this.#libc.errno();
    if (errno === EAGAIN || errno === ENOBUFS) this.#counters.full += 1;
    else if (errno === EIO) this.#counters.down += 1;
    else if (errno === EBADFD) this.#lose(errno);
    else this.#counters.refused += 1;
    return false;
  }

  /**
   * How many frames the kernel dropped because the receive queue was full. Undefined when the interface is not
   * to be seen from here: it was moved to another namespace.
   */
  queueDrops(): number | undefined {
    const lines = readFileSync('/proc/thread-self/net/dev', 'latin1').split('\n');
    const line = lines.find((each) => each.trimStart().startsWith(`${this.name}:`));
    const numbers = line?.slice(line.indexOf(':') + 1).match(/\d+/g);
    const drops = numbers?.[TX_DROP];
    return drops === undefined ? undefined : Number(drops);
  }

  #lose(errno: number): void {
    this.close();
    this.#lost(lost(this.name, errno));
  }

  close(): void {
    if (this.#closed) return;
    this.#signal(false);
    this.#closed = true;
    removeArrivalListener(this.#arrived);
    closeSync(this.#fd);
    open.delete(this);
    if (open.size === 0) process.removeListener('exit', closeAll);
  }
}
