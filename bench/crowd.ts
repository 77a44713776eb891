/**
 * Many peers of one host in as little memory and time as can be: for each connection two sequence numbers. They
 * open, send, acknowledge at once, and know nothing of loss, windows or timers; their frames are handed to the
 * host as by a card. So what is measured is the host.
 */
import { newPacket, type Packet } from '../src/base/packet.ts';
import { after, type Instant, microseconds, START } from '../src/base/time.ts';
import { TYPE } from '../src/stack/datalink/ethernet/ethernet-ii.ts';
import type { Host } from '../src/stack/host/host.ts';
import * as arp from '../src/stack/network/arp/header.ts';
import { address, type Ipv4Address } from '../src/stack/network/ipv4/address.ts';
import * as ipv4 from '../src/stack/network/ipv4/header.ts';
import * as tcp from '../src/stack/transport/tcp/header.ts';
import { type Seq, seq } from '../src/stack/transport/tcp/seq.ts';

/** The host's, in a network that all peers are in too: 10.0.0.0/8. */
const HOST = address(0x0a000001);
const HOST_HARDWARE = Uint8Array.of(2, 0, 0, 0, 0, 1);
const HARDWARE = Uint8Array.of(2, 0, 0, 0, 0, 2);
/** Peers' addresses from 10.1.0.0 on: connections are dealt to them in turn. */
const FIRST = 0x0a010000;
const ADDRESSES = 16;
const FIRST_PORT = 1024;
export const PORT = 7;

/** Two octets of room, so that the datagram lies on 32-bit lanes. */
const FRAME = 2;
const DATAGRAM = FRAME + 14;
const SEGMENT = DATAGRAM + ipv4.HEADER_LENGTH;
const PAYLOAD = SEGMENT + tcp.HEADER_LENGTH;
const MSS = Uint8Array.of(2, 4, 1460 >> 8, 1460 & 0xff);
const WINDOW = 65_535;
const { syn, ack, psh } = tcp.FLAG;
/** Of virtual time, from one segment of theirs to the next. */
const STEP = microseconds(10);

/** Attaches the host to where the peers are; once it listens at PORT they may come. */
export function attach(host: Host): void {
  const index = host.addInterface({ name: 'crowd', hardware: HOST_HARDWARE });
  host.addAddress(index, { address: HOST, length: 8 }, START, { detect: false });
}

export class Crowd {
  readonly host: Host;
  readonly #packet: Packet = newPacket(1518);
  /** SND.NXT and RCV.NXT of each peer, side by side: what one needs lies in one line of a cache. */
  readonly #numbers: Int32Array;
  #end = FRAME;
  /** Answers the host after whatever reached it: the application there. */
  readonly #serve: (now: Instant) => void;
  now = START;
  established = 0;
  /** Octets that the host sent. */
  received = 0;
  /** Frames that went either way. */
  frames = 0;

  constructor(host: Host, connections: number, serve: (now: Instant) => void) {
    this.host = host;
    this.#serve = serve;
    this.#numbers = new Int32Array(2 * connections);
    this.#packet.octets.set(HOST_HARDWARE, FRAME);
    this.#packet.octets.set(HARDWARE, FRAME + 6);
  }

  open(connection: number): void {
    this.#numbers[2 * connection] = Math.imul(connection, 0x9e3779b1);
    this.#packet.octets.set(MSS, PAYLOAD);
    this.#segment(connection, syn, MSS.length, 0);
    this.#advance(connection, 1);
    this.#deliver();
  }

  send(connection: number, octets: number): void {
    this.#packet.octets.fill(connection & 0xff, PAYLOAD, PAYLOAD + octets);
    this.#segment(connection, ack | psh, 0, octets);
    this.#advance(connection, octets);
    this.#deliver();
  }

  /** Lets time pass, the host's timers with it. */
  wait(until: Instant): void {
    for (let due = this.host.pollTimeout(); due !== undefined && due <= until; ) {
      this.now = Math.max(this.now, due) as Instant;
      this.host.handleTimeout(this.now);
      this.#drain();
      due = this.host.pollTimeout();
    }
    this.now = until;
  }

  #advance(connection: number, octets: number): void {
    this.#numbers[2 * connection] = (this.#numbers[2 * connection] as number) + octets;
  }

  #segment(connection: number, flags: number, options: number, octets: number): void {
    const p = this.#packet;
    const header = tcp.HEADER_LENGTH + options;
    const source = address(FIRST + (connection % ADDRESSES));
    const port = FIRST_PORT + Math.floor(connection / ADDRESSES);
    this.#end = SEGMENT + header + octets;
    p.view.setUint16(FRAME + 12, TYPE.ipv4);
    ipv4.write(p, DATAGRAM, 0, header + octets, 0, 0, ipv4.DONT_FRAGMENT, 64, 6, source, HOST);
    tcp.write(
      p,
      SEGMENT,
      header,
      this.#end,
      port,
      PORT,
      this.#numbers[2 * connection] as Seq,
      seq(flags === syn ? 0 : (this.#numbers[2 * connection + 1] as number)),
      flags,
      WINDOW,
      0,
      addressSum(source),
    );
  }

  #deliver(): void {
    const due = this.host.pollTimeout();
    this.now = after(this.now, STEP);
    if (due !== undefined && due <= this.now) this.host.handleTimeout(this.now);
    this.#handOver();
    this.#drain();
  }

  #handOver(): void {
    this.frames += 1;
    this.host.handleFrame(0, this.#packet, FRAME, this.#end, this.now);
    this.#serve(this.now);
  }

  #drain(): void {
    const { host } = this;
    while (host.pollFrame(this.now)) {
      this.frames += 1;
      const { packet, start } = host.frame;
      const type = packet.view.getUint16(start + 12);
      if (type === TYPE.ipv4) this.#handleDatagram(packet, start + 14);
      else if (type === TYPE.arp) this.#handleArp(packet, start + 14);
    }
  }

  #handleDatagram(p: Packet, at: number): void {
    const segment = at + ipv4.headerLength(p, at);
    if (ipv4.protocol(p, at) !== tcp.PROTOCOL_TCP) return;
    const port = tcp.destinationPort(p, segment) - FIRST_PORT;
    const connection = port * ADDRESSES + (ipv4.destination(p, at) - FIRST);
    const flags = tcp.flags(p, segment);
    const octets = at + ipv4.totalLength(p, at) - segment - tcp.headerLength(p, segment);
    const opened = (flags & syn) !== 0;
    if ((flags & tcp.FLAG.rst) !== 0) throw new Error(`connection ${connection} was reset`);
    if (!opened && octets === 0) return;
    const next = tcp.sequence(p, segment) + octets + (opened ? 1 : 0);
    this.#numbers[2 * connection + 1] = next;
    if (opened) this.established += 1;
    this.received += octets;
    this.#segment(connection, ack, 0, 0);
    this.#handOver();
  }

  #handleArp(p: Packet, at: number): void {
    const sender = arp.senderProtocol(p, at);
    const target = arp.targetProtocol(p, at);
    if (arp.operation(p, at) !== arp.OPERATION.request || sender === target) return;
    this.#packet.view.setUint16(FRAME + 12, TYPE.arp);
    this.#end = FRAME + 60;
    arp.write(this.#packet, DATAGRAM, {
      operation: arp.OPERATION.reply,
      senderHardware: HARDWARE,
      senderProtocol: target,
      targetHardware: HOST_HARDWARE,
      targetProtocol: HOST,
    });
    this.#handOver();
  }
}

/** What both addresses add to the checksum. */
const addressSum = (peer: Ipv4Address): number =>
  (peer >>> 16) + (peer & 0xffff) + (HOST >>> 16) + (HOST & 0xffff);
