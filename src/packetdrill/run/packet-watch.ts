/** Watches what the stack sends, and holds it against the outbound packets of the script. */
import { after, type Instant, seconds } from '../../base/time.ts';
import { isIpv4 } from '../../stack/network/ip/address.ts';
import type { PacketAction, ScriptEvent } from '../language/ast.ts';
import { Misfit } from '../script-error.ts';
import { type Datagram, decodeDatagram } from '../wire/datagram.ts';
import { icmpNumbers } from '../wire/icmp-names.ts';
import type { Segment } from '../wire/segment.ts';
import { type Comparison, differences } from './compare.ts';
import { describeDatagram, describeSpec } from './describe.ts';
import type { Flow, Flows } from './flow.ts';
import type { Line } from './line.ts';
import { joined, scriptDatagram, strayOctet } from './outbound.ts';
import { Failure } from './outcome.ts';
import type { Setting } from './setting.ts';
import { checkTime, type Due } from './timing.ts';

/** How long a packet is waited for that may come at any time: longer than a keep-alive takes to give up. */
const PATIENCE = seconds(24 * 3600);
/** A packet that comes too late is still waited for so long, to say when it came. */
const CURIOSITY = seconds(60);

interface Seen {
  readonly at: Instant;
  readonly datagram: Datagram;
  readonly flow: Flow | undefined;
}

export class PacketWatch {
  readonly #setting: Setting;
  readonly #line: Line;
  readonly #flows: Flows;
  readonly #notes: string[];
  readonly #strangers: string[] = [];

  constructor(setting: Setting, line: Line, flows: Flows, notes: string[]) {
    this.#setting = setting;
    this.#line = line;
    this.#flows = flows;
    this.#notes = notes;
  }

  /** Answers with what came. @throws Failure, Misfit */
  expect(event: ScriptEvent, packet: PacketAction, due: Due): string {
    const flow = this.#expectedFlow(packet);
    const first = this.#await(event, packet, flow, due);
    const whole = this.#whole(event, packet, flow, due, first);
    const actual = scriptDatagram(whole, flow, packet);
    const text = describeDatagram(actual, '>');
    try {
      this.#compare(event, packet, actual, whole, flow, whole !== first.datagram);
      checkTime(event, 'the packet was sent', due, first.at);
    } catch (error) {
      if (!(error instanceof Failure) || !this.#setting.config.nonFatal.packet) throw error;
      this.#notes.push(`line ${error.line}: ${error.message}, which is not fatal`);
    }
    return text;
  }

  /** @throws Failure when something was sent that the script does not say */
  expectNothing(line: number): void {
    for (const sent of this.#line.unread) {
      const seen = this.#see(sent.octets, sent.at, line);
      if (seen.flow === undefined) continue;
      const actual = describeDatagram(scriptDatagram(seen.datagram, seen.flow, undefined), '>');
      throw new Failure(line, 'unexpected-packet', 'the stack sent a packet more', { actual });
    }
  }

  unmatched(): string[] {
    const rest = this.#line.unread.map(({ octets }) => {
      const decoded = decodeDatagram(octets);
      if (!decoded.ok) return `malformed: ${JSON.stringify(decoded.error)}`;
      const flow = this.#flowOf(decoded.value);
      const shown =
        flow === undefined ? decoded.value : scriptDatagram(decoded.value, flow, undefined);
      return describeDatagram(shown, '>');
    });
    return [...this.#strangers, ...rest];
  }

  #expectedFlow({ transport, ports, line }: PacketAction): Flow {
    const protocol = transport.protocol === 'udp' ? 'udp' : 'tcp';
    const flow =
      ports === undefined
        ? this.#flows.current
        : this.#flows.select(protocol, ports.source, ports.destination);
    if (flow === undefined)
      throw new Misfit(line, 'there is no socket that could send this packet');
    return flow;
  }

  /** The next packet of the stack, for which time passes as far as it must. */
  #await(event: ScriptEvent, packet: PacketAction, flow: Flow, due: Due): Seen {
    const last = due.any ? after(this.#line.now, PATIENCE) : after(due.to, due.tolerance);
    const seen =
      this.#next(event.line, last, flow) ?? this.#next(event.line, after(last, CURIOSITY), flow);
    if (seen === undefined) {
      throw new Failure(event.line, 'no-packet', 'the stack sent no packet', {
        expected: describeSpec(packet),
        actual: 'none',
      });
    }
    if (seen.flow !== flow && packet.transport.protocol !== 'icmp') {
      const shown =
        seen.flow === undefined
          ? seen.datagram
          : scriptDatagram(seen.datagram, seen.flow, undefined);
      throw new Failure(event.line, 'packet', 'the stack sent a packet of another connection', {
        expected: describeSpec(packet),
        actual: describeDatagram(shown, '>'),
      });
    }
    return seen;
  }

  #next(line: number, until: Instant, wanted: Flow): Seen | undefined {
    for (;;) {
      const { first } = this.#line;
      if (first === undefined) {
        if (!this.#line.step(until)) return undefined;
        continue;
      }
      this.#line.shift();
      const seen = this.#see(first.octets, first.at, line);
      if (seen.datagram.transport.protocol === 'icmp' || this.#isOfScript(seen, wanted))
        return seen;
      this.#strangers.push(describeDatagram(seen.datagram, '>'));
    }
  }

  /** Of a connection that the application has closed a script seldom says how it ends. */
  #isOfScript({ flow }: Seen, wanted: Flow): boolean {
    if (flow === undefined || flow === wanted) return flow !== undefined;
    return this.#setting.strict || !flow.closed;
  }

  #see(octets: Uint8Array, at: Instant, line: number): Seen {
    const decoded = decodeDatagram(octets);
    if (!decoded.ok) {
      const actual = JSON.stringify(decoded.error);
      throw new Failure(line, 'packet', 'the stack sent a malformed datagram', { actual });
    }
    return { at, datagram: decoded.value, flow: this.#flowOf(decoded.value) };
  }

  #flowOf({ transport: t }: Datagram): Flow | undefined {
    if (t.protocol === 'icmp') return undefined;
    return this.#flows.find(t.protocol, t.sourcePort, t.destinationPort);
  }

  /**
   * A script of a stack with segmentation offload has one long segment where there are several on this line:
   * they are put together until they are as long, unless the script wants each for itself.
   */
  #whole(event: ScriptEvent, packet: PacketAction, flow: Flow, due: Due, first: Seen): Datagram {
    const { transport: spec } = packet;
    let whole = first.datagram;
    if (spec.protocol !== 'tcp' || this.#setting.config.strictSegments) return whole;
    const last = due.any ? this.#line.now : after(due.to, due.tolerance);
    while (whole.transport.protocol === 'tcp' && isShort(whole.transport, spec.length)) {
      const next = this.#joined(whole.transport, spec.length, flow, last, event.line);
      if (next === undefined) break;
      whole = { ...whole, transport: next };
    }
    return whole;
  }

  /** The segment with the one behind it, which is taken; undefined when there is none that fits. */
  #joined(
    t: Segment,
    length: number,
    flow: Flow,
    last: Instant,
    line: number,
  ): Segment | undefined {
    while (this.#line.first === undefined && this.#line.step(last));
    const more = this.#line.first;
    if (more === undefined) return undefined;
    const seen = this.#see(more.octets, more.at, line);
    const { transport: next } = seen.datagram;
    const both =
      next.protocol === 'tcp' && seen.flow === flow ? joined(t, next, length) : undefined;
    if (both !== undefined) this.#line.shift();
    return both;
  }

  #compare(
    event: ScriptEvent,
    packet: PacketAction,
    actual: Datagram,
    live: Datagram,
    flow: Flow,
    joined: boolean,
  ): void {
    const { config, strict } = this.#setting;
    const how: Comparison = {
      timestampTick: config.timestampTick,
      tolerance: config.tolerance,
      strict,
      joined,
    };
    const found = differences(packet, actual, how, this.#icmpOf(packet));
    const shown = {
      expected: describeSpec(packet),
      actual: describeDatagram(actual, '>'),
      differences: found,
    };
    if (found.length > 0) {
      const fields = found.map((d) => d.field).join(', ');
      throw new Failure(event.line, 'packet', `the packet differs in ${fields}`, shown);
    }
    const { transport: t } = live;
    const stray = t.protocol === 'tcp' ? strayOctet(t, flow) : undefined;
    if (stray !== undefined) {
      const message = `octet ${stray} of the payload is not what was written`;
      throw new Failure(event.line, 'packet', message, shown);
    }
  }

  #icmpOf({ transport: t, line }: PacketAction): { type: number; code: number } | undefined {
    if (t.protocol !== 'icmp') return undefined;
    return icmpNumbers(t.type, t.code, isIpv4(this.#setting.config.local), line);
  }
}

const isShort = ({ payload }: Segment, length: number): boolean =>
  payload.length > 0 && payload.length < length;
