/** The UDP ports of a host: who has which, what comes for them, and what leaves from them. */
import { UsageError } from '../../base/errors.ts';
import { below } from '../../base/random.ts';
import type { Instant } from '../../base/time.ts';
import {
  fromWords,
  type IpAddress,
  isMulticast,
  same,
  sameWords,
  toWords,
  WORDS,
} from '../network/ip/address.ts';
import * as udp from '../transport/udp/header.ts';
import type { Arrival } from './arrival.ts';
import type { IcmpReport } from './icmp-report.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import type { Outcome } from './outcome.ts';
import { type Output, PAYLOAD_AT } from './output.ts';
import type { HostPath } from './path.ts';
import type { Paths } from './paths.ts';
import { type UdpOptions, type UdpOwner, type UdpSendOptions, UdpSocket } from './udp-socket.ts';

/** RFC 6056 §3.2: the ports that are given out. */
const EPHEMERAL_FIRST = 49152;
const EPHEMERAL_COUNT = 16384;
const PORT_MAX = 0xffff;
/** RFC 1112 §6.1 */
const GROUP_TIME_TO_LIVE = 1;

export class UdpPorts implements UdpOwner {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #output: Output;
  readonly #sockets = new Map<number, UdpSocket[]>();

  constructor(machine: Machine, paths: Paths, output: Output) {
    this.#machine = machine;
    this.#paths = paths;
    this.#output = output;
  }

  /** Port 0: one is chosen. @throws UsageError address-in-use, no-free-port */
  open(local: IpAddress | undefined, port: number, options: UdpOptions): UdpSocket {
    assertPort(port, 0);
    const words = local && toWords(local);
    const own = port === 0 ? this.#choosePort(words) : port;
    if (port !== 0 && !this.#isFree(words, port, options.reuse ?? false)) {
      throw new UsageError('address-in-use', `UDP port ${port} is in use`, { port });
    }
    const socket = new UdpSocket(this, local, words, own, options);
    const others = this.#sockets.get(own);
    if (others === undefined) this.#sockets.set(own, [socket]);
    else others.push(socket);
    return socket;
  }

  release(socket: UdpSocket): void {
    const left = (this.#sockets.get(socket.port) ?? []).filter((other) => other !== socket);
    if (left.length > 0) this.#sockets.set(socket.port, left);
    else this.#sockets.delete(socket.port);
    this.#machine.news.forget(socket);
  }

  send(
    socket: UdpSocket,
    octets: Uint8Array,
    address: IpAddress,
    port: number,
    options: UdpSendOptions,
    now: Instant,
  ): Outcome {
    if (socket.closed) throw new UsageError('closed', 'the socket is closed');
    assertPort(port, 1);
    this.#machine.now = now;
    const length = udp.HEADER_LENGTH + octets.length;
    if (length > udp.LENGTH_MAX) return 'too-big';
    const path = this.#pathFor(socket, address, options.interface ?? socket.options.interface);
    if (path === undefined) return 'no-route';
    const { scratch } = this.#output;
    scratch.octets.set(octets, PAYLOAD_AT + udp.HEADER_LENGTH);
    udp.write(scratch, PAYLOAD_AT, octets.length, socket.port, port, path.addressSum);
    const usual = isMulticast(address) ? GROUP_TIME_TO_LIVE : undefined;
    const outcome = this.#output.send(
      path,
      length,
      udp.PROTOCOL_UDP,
      {
        timeToLive: options.ttl ?? usual,
        trafficClass: options.trafficClass ?? 0,
        dontFragment: options.dontFragment ?? false,
      },
      this.#machine.data,
      now,
    );
    if (outcome === 'sent') this.#machine.counters.udp.outDatagrams += 1;
    return outcome;
  }

  /** False: nobody has the port. */
  handleDatagram(arrival: Arrival): boolean {
    const { packet, payload, end, addressSum } = arrival;
    const counters = this.#machine.counters.udp;
    const rule = arrival.version === 4 ? 'optional' : 'required';
    if (udp.validate(packet, payload, end, addressSum, rule) !== udp.FAULT.none) {
      counters.inErrors += 1;
      return true;
    }
    const sockets = this.#sockets.get(udp.destinationPort(packet, payload));
    let found = false;
    if (arrival.toGroup) {
      for (const socket of sockets ?? []) {
        if (scoreOf(socket, arrival.words, arrival.device) === 0) continue;
        this.#enqueue(socket, arrival);
        found = true;
      }
    } else {
      const socket = best(sockets, arrival.words, arrival.device);
      if (socket !== undefined) this.#enqueue(socket, arrival);
      found = socket !== undefined;
    }
    if (!found) counters.noPorts += 1;
    return found;
  }

  /** An ICMP error about a datagram from `words` and `port`. False: nobody could have sent it. */
  handleError(words: Int32Array, port: number, report: IcmpReport): boolean {
    const socket = best(this.#sockets.get(port), words, undefined);
    if (socket === undefined) return false;
    socket.enqueueError(report);
    this.#machine.news.touch(socket);
    return true;
  }

  #enqueue(socket: UdpSocket, arrival: Arrival): void {
    const { packet, payload } = arrival;
    const end = payload + udp.length(packet, payload);
    const taken = socket.enqueue({
      octets: packet.octets.slice(payload + udp.HEADER_LENGTH, end),
      source: fromWords(arrival.words, WORDS),
      sourcePort: udp.sourcePort(packet, payload),
      destination: fromWords(arrival.words, 0),
      interface: arrival.device?.index ?? -1,
      ttl: arrival.timeToLive,
      trafficClass: arrival.trafficClass,
    });
    const { udp: counters } = this.#machine.counters;
    if (!taken) {
      counters.inOverflows += 1;
      return;
    }
    counters.inDatagrams += 1;
    this.#machine.news.touch(socket);
  }

  #pathFor(
    socket: UdpSocket,
    remote: IpAddress,
    interfaceIndex: number | undefined,
  ): HostPath | undefined {
    const bound = interfaceIndex === undefined ? undefined : this.#interface(interfaceIndex);
    const { path } = socket;
    const fits = path !== undefined && path.bound === bound && same(path.remote, remote);
    if (fits && path.way !== 'none') return path;
    socket.path = this.#paths.to(remote, socket.local, bound);
    return socket.path;
  }

  #interface(index: number): Interface {
    const device = this.#machine.interfaces[index];
    if (device === undefined) {
      throw new UsageError('no-such-interface', `there is no interface ${index}`, { index });
    }
    return device;
  }

  /** RFC 6056 §3.3.1: from a random one on, the first that is free. */
  #choosePort(words: Int32Array | undefined): number {
    const first = below(this.#machine.rng, EPHEMERAL_COUNT);
    for (let i = 0; i < EPHEMERAL_COUNT; i++) {
      const port = EPHEMERAL_FIRST + ((first + i) % EPHEMERAL_COUNT);
      if (this.#isFree(words, port, false)) return port;
    }
    throw new UsageError('no-free-port', 'all UDP ports that are given out are in use');
  }

  #isFree(words: Int32Array | undefined, port: number, reuse: boolean): boolean {
    return (this.#sockets.get(port) ?? []).every(
      ({ localWords, options }) =>
        (reuse && options.reuse === true) ||
        (words !== undefined && localWords !== undefined && !sameWords(words, 0, localWords, 0)),
    );
  }
}

function best(
  sockets: readonly UdpSocket[] | undefined,
  words: Int32Array,
  device: Interface | undefined,
): UdpSocket | undefined {
  let chosen: UdpSocket | undefined;
  let highest = 0;
  for (const socket of sockets ?? []) {
    const score = scoreOf(socket, words, device);
    if (score > highest) {
      highest = score;
      chosen = socket;
    }
  }
  return chosen;
}

/** 0: not for it; else the more, the more it asked for. `device` undefined: any. */
function scoreOf(socket: UdpSocket, words: Int32Array, device: Interface | undefined): number {
  const { localWords, options } = socket;
  const bound = options.interface !== undefined;
  if (bound && device !== undefined && device.index !== options.interface) return 0;
  if (localWords === undefined) return bound ? 2 : 1;
  return sameWords(localWords, 0, words, 0) ? 3 : 0;
}

/** @throws UsageError bad-port */
export function assertPort(port: number, least: number): void {
  if (Number.isInteger(port) && port >= least && port <= PORT_MAX) return;
  throw new UsageError('bad-port', `${port} is no port`, { port });
}
