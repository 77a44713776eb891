/**
 * Bulk transfer over TCP: both ends in this thread, two hosts joined by a pipe of Ethernet frames, MTU 1500, MSS
 * 1460, every checksum made and verified. The peer is lwIP as Debian packages it, which does the same in a
 * process of its own (lwip/transfer.c); they run in turns, and CPU time is what counts (cpu-time.ts). Each octet is copied three times in both: into the send
 * buffer, into the frame, and out of it, here into the receive buffer, in which the application reads it.
 */
import { performance } from 'node:perf_hooks';
import { type Instant, START } from '../src/base/time.ts';
import { Host } from '../src/stack/host/host.ts';
import type { HostPath } from '../src/stack/host/path.ts';
import { address } from '../src/stack/network/ipv4/address.ts';
import type { TcpConfig } from '../src/stack/transport/tcp/config.ts';
import type { Connection } from '../src/stack/transport/tcp/connection.ts';
import { cpuTime } from './cpu-time.ts';
import { type Benchmark, figure } from './figure.ts';
import { runLwip } from './lwip.ts';

const RUNS = 5;
const OCTETS = 2 ** 30;
const QUICK_OCTETS = 2 ** 24;
/** Until V8 has compiled what is measured for good. */
const WARM_UP = 2 ** 28;
const PORT = 5001;
const LENGTH = 65_536;
const CHUNK = new Uint8Array(LENGTH).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 13);
/** As lwIP's package has it: 1460 octets of a segment are payload, and about as many may be under way. */
const AS_LWIP = { timestamps: false, sendBuffer: 65_536, receiveBuffer: 65_536 };
const GIGABIT = 1e9;

const now = (): Instant => Math.floor(performance.now() * 1000) as Instant;

function hostAt(member: number, tcp: Partial<TcpConfig>): Host {
  const host = new Host({ seed: member, tcp });
  const hardware = Uint8Array.of(2, 0, 0, 0, 0, member);
  const index = host.addInterface({ name: 'pipe', hardware });
  const prefix = { address: address(0x0a000000 + member), length: 24 };
  host.addAddress(index, prefix, START, { detect: false });
  return host;
}

/** All frames that `from` has to send, each handed over at once, as by a card that is never busy. */
function carry(from: Host, to: Host, time: Instant): boolean {
  const { frame } = from;
  let carried = false;
  while (from.pollFrame(time)) {
    to.handleFrame(0, frame.packet, frame.start, frame.end, time);
    carried = true;
  }
  return carried;
}

function exchange(one: Host, other: Host): void {
  const time = now();
  one.handleTimeout(time);
  other.handleTimeout(time);
  for (let moved = true; moved; ) {
    moved = carry(one, other, time);
    moved = carry(other, one, time) || moved;
  }
}

/** How many gigabits a second of CPU time go from one host to the other. */
function bulk(octets: number, tcp: Partial<TcpConfig>): number {
  const [client, server] = [hostAt(1, tcp), hostAt(2, tcp)];
  const listener = server.listen(undefined, PORT, {});
  const sender = client.connect(address(0x0a000002), PORT, {}, now());
  let receiver = listener.accept();
  while (receiver === undefined || sender.state !== 'ESTABLISHED') {
    exchange(client, server);
    receiver ??= listener.accept();
  }
  const began = cpuTime();
  let sent = 0;
  let received = 0;
  while (received < octets) {
    const time = now();
    for (let taken = 1; taken > 0 && sent < octets; sent += taken) {
      const at = sent % LENGTH;
      taken = sender.send(CHUNK.subarray(at, Math.min(LENGTH, at + octets - sent)), time);
    }
    exchange(client, server);
    received += read(receiver, received);
    if (sender.error !== undefined) throw new Error(`the connection failed: ${sender.error}`);
  }
  return (octets * 8 * 1000) / (cpuTime() - began) / GIGABIT;
}

/** Takes all that is there, its first and last octets looked at. How many they were. */
function read(receiver: Connection<HostPath>, before: number): number {
  let octets = 0;
  while (receiver.readable > 0) {
    const some = receiver.peek();
    const at = before + octets;
    octets += some.length;
    const right = some[0] === CHUNK[at % LENGTH];
    if (!right || some.at(-1) !== CHUNK[(before + octets - 1) % LENGTH]) {
      throw new Error(`octets from ${at} on were changed on their way`);
    }
    receiver.consume(some.length);
  }
  return octets;
}

export const benchmark: Benchmark = async (quick) => {
  const octets = quick ? QUICK_OCTETS : OCTETS;
  const ours: number[] = [];
  const theirs: number[] = [];
  const defaults: number[] = [];
  for (const tcp of [AS_LWIP, {}, AS_LWIP]) bulk(quick ? octets : WARM_UP, tcp);
  for (let run = 0; run < (quick ? 1 : RUNS); run++) {
    ours.push(bulk(octets, AS_LWIP));
    const lwip = await runLwip(octets);
    if (lwip !== undefined) theirs.push((lwip.octets * 8) / lwip.cpuSeconds / GIGABIT);
    defaults.push(bulk(octets / 4, {}));
  }
  const peer = theirs.length === ours.length ? { peer: 'lwIP', peerRuns: theirs } : {};
  return [
    figure('bulk transfer over TCP, by CPU time', 'Gbit/s', ours, { target: '≥ 1.5 ×', ...peer }),
    figure('the same with timestamps, and buffers of 256 KiB', 'Gbit/s', defaults),
  ];
};
