/** The echo sockets of a host: who has which identifier, what comes for them, and what leaves from them. */
import { UsageError } from '../../base/errors.ts';
import { below } from '../../base/random.ts';
import type { Instant } from '../../base/time.ts';
import * as icmp from '../network/icmp/message.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { fromWords, type IpAddress, version, WORDS } from '../network/ip/address.ts';
import { PAYLOAD_LENGTH_MAX } from '../network/ipv6/header.ts';
import type { Arrival } from './arrival.ts';
import {
  type EchoOptions,
  type EchoOwner,
  type EchoSendOptions,
  EchoSocket,
} from './echo-socket.ts';
import type { IcmpReport } from './icmp-report.ts';
import type { Machine } from './machine.ts';
import type { Outcome } from './outcome.ts';
import { type Output, PAYLOAD_AT } from './output.ts';
import type { Paths } from './paths.ts';

export class EchoSockets implements EchoOwner {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #output: Output;
  /** By version and identifier. */
  readonly #sockets = new Map<number, EchoSocket>();

  constructor(machine: Machine, paths: Paths, output: Output) {
    this.#machine = machine;
    this.#paths = paths;
    this.#output = output;
  }

  /** @throws UsageError no-free-port when all identifiers are in use. */
  open(remote: IpAddress, options: EchoOptions): EchoSocket {
    const first = below(this.#machine.rng, 0x1_0000);
    for (let i = 0; i < 0x1_0000; i++) {
      const identifier = (first + i) & 0xffff;
      const key = keyOf(version(remote), identifier);
      if (this.#sockets.has(key)) continue;
      const socket = new EchoSocket(this, remote, identifier, options);
      this.#sockets.set(key, socket);
      return socket;
    }
    throw new UsageError('no-free-port', 'all echo identifiers are in use');
  }

  release(socket: EchoSocket): void {
    this.#sockets.delete(keyOf(version(socket.remote), socket.identifier));
    this.#machine.news.forget(socket);
  }

  send(
    socket: EchoSocket,
    sequence: number,
    octets: Uint8Array,
    options: EchoSendOptions,
    now: Instant,
  ): Outcome {
    this.#machine.now = now;
    const length = icmp.HEADER_LENGTH + octets.length;
    if (length > PAYLOAD_LENGTH_MAX) return 'too-big';
    const { local, interface: index } = socket.options;
    const bound = index === undefined ? undefined : this.#machine.interfaces[index];
    const path = this.#paths.to(socket.remote, local, bound);
    if (path === undefined) return 'no-route';
    const { scratch } = this.#output;
    const rest = socket.identifier * 0x1_0000 + (sequence & 0xffff);
    scratch.octets.set(octets, PAYLOAD_AT + icmp.HEADER_LENGTH);
    if (path.version === 4) {
      icmp.write(scratch, PAYLOAD_AT, octets.length, icmp.TYPE.echo, 0, rest);
      this.#machine.counters.icmp.outMsgs += 1;
    } else {
      const { echoRequest } = icmpv6.TYPE;
      icmpv6.write(scratch, PAYLOAD_AT, octets.length, echoRequest, 0, rest, path.addressSum);
      this.#machine.counters.icmpv6.outMsgs += 1;
    }
    return this.#output.send(
      path,
      length,
      path.version === 4 ? icmp.PROTOCOL_ICMP : icmpv6.PROTOCOL_ICMPV6,
      {
        timeToLive: options.ttl,
        trafficClass: options.trafficClass ?? 0,
        dontFragment: options.dontFragment ?? false,
      },
      this.#machine.data,
      now,
    );
  }

  /** An echo reply whose checksum held. Identifier and sequence lie alike in both versions. */
  handleReply({ packet, payload, end, words, version: of, timeToLive }: Arrival): void {
    const socket = this.#sockets.get(keyOf(of, icmp.identifier(packet, payload)));
    if (socket === undefined || !socket.isFrom(words, WORDS)) return;
    socket.enqueue({
      sequence: icmp.sequenceNumber(packet, payload),
      octets: packet.octets.slice(payload + icmp.HEADER_LENGTH, end),
      source: fromWords(words, WORDS),
      ttl: timeToLive,
    });
    this.#machine.news.touch(socket);
  }

  /** An ICMP error about an echo to the remote address in `words`. False: nobody sent it. */
  handleError(of: 4 | 6, words: Int32Array, identifier: number, report: IcmpReport): boolean {
    const socket = this.#sockets.get(keyOf(of, identifier));
    if (socket === undefined || !socket.isFrom(words, WORDS)) return false;
    socket.enqueueError(report);
    this.#machine.news.touch(socket);
    return true;
  }
}

const keyOf = (of: 4 | 6, identifier: number): number => of * 0x1_0000 + identifier;
