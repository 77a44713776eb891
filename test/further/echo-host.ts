/** The least that answers `ping` and `arping`: ARP for one address, and ICMP echo. Not the stack's own host. */
import { newPacket, type Packet } from '../../src/base/packet.ts';
import type { FrameSpan } from '../../src/node/frame-device.ts';
import { TYPE } from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import type { Driven } from '../../src/stack/host/driven.ts';
import * as arp from '../../src/stack/network/arp/header.ts';
import * as icmp from '../../src/stack/network/icmp/message.ts';
import type { Ipv4Address } from '../../src/stack/network/ipv4/address.ts';
import * as ipv4 from '../../src/stack/network/ipv4/header.ts';

const HEADER = 14;

export class EchoHost implements Driven {
  readonly #hardware: Uint8Array;
  readonly #address: Ipv4Address;
  readonly #queue: FrameSpan[] = [];
  readonly frame: {
    interface: number;
    packet: Packet;
    start: number;
    end: number;
  };
  /** Where the last datagram's header was in memory: a lane, when its device did as it should. */
  datagramAt: number | undefined;
  readonly lengths: number[] = [];

  constructor(hardware: Uint8Array, address: Ipv4Address) {
    this.#hardware = hardware;
    this.#address = address;
    this.frame = { interface: 0, packet: newPacket(0), start: 0, end: 0 };
  }

  handleFrame(_: number, received: Packet, start: number, end: number): void {
    this.lengths.push(end - start);
    const type = received.view.getUint16(start + 12);
    const at = start + HEADER;
    if (type === TYPE.ipv4) this.datagramAt = received.octets.byteOffset + at;
    // The answer is made of the question, in a copy of it.
    const packet = newPacket(end);
    packet.octets.set(received.octets.subarray(start, end), start);
    const answers =
      (type === TYPE.arp && this.#answerArp(packet, at, end)) ||
      (type === TYPE.ipv4 && this.#answerEcho(packet, at, end));
    if (!answers) return;
    packet.octets.copyWithin(start, start + 6, start + 12);
    packet.octets.set(this.#hardware, start + 6);
    this.#queue.push({ packet, start, end });
  }

  #answerArp(packet: Packet, at: number, end: number): boolean {
    if (arp.validate(packet, at, end) !== arp.FAULT.none) return false;
    if (arp.targetProtocol(packet, at) !== this.#address) return false;
    arp.write(packet, at, {
      operation: arp.OPERATION.reply,
      senderHardware: this.#hardware,
      senderProtocol: this.#address,
      targetHardware: arp.senderHardware(packet, at).slice(),
      targetProtocol: arp.senderProtocol(packet, at),
    });
    return true;
  }

  #answerEcho(packet: Packet, at: number, end: number): boolean {
    if (ipv4.validate(packet, at, end) !== ipv4.FAULT.none) return false;
    if (ipv4.destination(packet, at) !== this.#address) return false;
    const message = at + ipv4.headerLength(packet, at);
    if (icmp.validate(packet, message, at + ipv4.totalLength(packet, at)) !== icmp.FAULT.none) {
      return false;
    }
    if (icmp.type(packet, message) !== icmp.TYPE.echo) return false;
    // Exchanging the addresses changes no sum.
    const source = packet.view.getUint32(at + 12);
    packet.view.setUint32(at + 12, packet.view.getUint32(at + 16));
    packet.view.setUint32(at + 16, source);
    icmp.turnIntoReply(packet, message);
    return true;
  }

  pollFrame(): boolean {
    const next = this.#queue.shift();
    if (next === undefined) return false;
    this.frame.packet = next.packet;
    this.frame.start = next.start;
    this.frame.end = next.end;
    return true;
  }

  pollTimeout(): undefined {}

  handleTimeout(): void {}
}
