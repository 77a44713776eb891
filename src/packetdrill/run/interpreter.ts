/** Runs the events of a script in their order, in virtual time, against a subject. */
import { after, type Instant, START, seconds } from '../../base/time.ts';
import type { TcpConfig } from '../../stack/transport/tcp/config.ts';
import { codeConstant } from '../constants.ts';
import type { CodeAction, CommandAction, PacketAction, ScriptEvent } from '../language/ast.ts';
import { evaluateProgram } from '../python/evaluate.ts';
import type { Value } from '../python/program.ts';
import { Misfit } from '../script-error.ts';
import { readSettings } from '../settings/settings.ts';
import type { Subject } from '../subject.ts';
import { Calls } from './calls.ts';
import { withCookie } from './cookie.ts';
import { describeSpec } from './describe.ts';
import { type Flow, Flows } from './flow.ts';
import { inboundDatagram } from './inbound.ts';
import { Line } from './line.ts';
import { Failure, type Step } from './outcome.ts';
import { PacketWatch } from './packet-watch.ts';
import type { Setting } from './setting.ts';
import { checkTime, type Due, dueTime } from './timing.ts';

export class Interpreter {
  readonly steps: Step[] = [];
  readonly notes: string[] = [];
  readonly #setting: Setting;
  readonly #subject: Subject;
  readonly #line: Line;
  readonly #flows = new Flows();
  readonly #calls: Calls;
  readonly #watch: PacketWatch;
  readonly #scope = new Map<string, Value>();
  #tcp: TcpConfig;
  /** When the event before was due, and whether it was a packet from the peer. */
  #lastDue: Instant = START;
  #lastInbound = false;

  constructor(setting: Setting, subject: Subject) {
    this.#setting = setting;
    this.#subject = subject;
    this.#tcp = setting.tcp;
    this.#line = new Line(subject);
    this.#calls = new Calls(setting, subject, this.#line, this.#flows, this.notes);
    this.#watch = new PacketWatch(setting, this.#line, this.#flows, this.notes);
  }

  /** @throws Failure, Misfit */
  run(events: readonly ScriptEvent[]): void {
    let last: ScriptEvent | undefined;
    for (const event of events) {
      refuseBackward(last, event);
      this.#execute(event);
      last = event;
    }
    this.#calls.finish();
    if (this.#setting.strict && last !== undefined) this.#watch.expectNothing(last.line);
  }

  /** What was sent and nobody asked for, in words. */
  unmatched(): string[] {
    return this.#watch.unmatched();
  }

  #execute(event: ScriptEvent): void {
    const { action } = event;
    const inbound = action.kind === 'packet' && action.direction === 'inbound';
    const origin = inbound && this.#lastInbound ? this.#lastDue : this.#line.now;
    const due = dueTime(event.time, origin, this.#lastDue, this.#setting.config);
    const outbound = action.kind === 'packet' && !inbound;
    if (!outbound) this.#wait(event, due);
    const text = this.#act(event, due);
    this.#lastDue = due.any ? this.#line.now : due.from;
    this.#lastInbound = inbound;
    this.steps.push({ line: event.line, at: this.#line.now / 1e6, kind: action.kind, text });
  }

  #act(event: ScriptEvent, due: Due): string {
    const { action } = event;
    switch (action.kind) {
      case 'packet': {
        const packet = withCookie(action, () => this.#subject.fastOpenCookie?.(this.#line.now));
        if (packet.direction === 'outbound') return this.#watch.expect(event, packet, due);
        const flow = this.#inboundFlow(packet);
        this.#line.inject(inboundDatagram(packet, flow, this.#setting.config));
        return describeSpec(packet);
      }
      case 'call':
        return this.#calls.execute(event, action, due);
      case 'command':
        return this.#command(action);
      case 'code':
        return this.#code(action);
    }
  }

  #wait(event: ScriptEvent, due: Due): void {
    // A call that blocks waits for the one before to return, as the original has one thread for them.
    if (event.action.kind === 'call' && event.action.end !== undefined) this.#calls.finish();
    this.#line.advance(due.from);
    const names = {
      packet: 'an inbound packet',
      call: 'a call',
      command: 'a command',
      code: 'code',
    };
    checkTime(event, `${names[event.action.kind]} begins`, due, this.#line.now);
  }

  #inboundFlow(packet: PacketAction): Flow {
    const { transport, ports, line } = packet;
    const flow = this.#flowOf(packet);
    if (flow === undefined)
      throw new Misfit(line, 'there is no socket that this packet could be for');
    if (
      ports === undefined &&
      transport.protocol !== 'icmp' &&
      transport.protocol !== flow.protocol
    ) {
      throw new Misfit(line, `the socket under test is not one of ${transport.protocol}`);
    }
    if (transport.protocol === 'tcp') {
      if (transport.flags.syn && flow.remote.initial === undefined) {
        flow.remote.initial = { script: transport.sequence, live: transport.sequence };
      }
      if (transport.flags.urg) flow.urgent = true;
    }
    return flow;
  }

  #flowOf({ transport, ports }: PacketAction): Flow | undefined {
    const { bindPort } = this.#setting.config;
    const protocol = transport.protocol === 'udp' ? 'udp' : 'tcp';
    if (ports !== undefined) {
      return this.#flows.select(protocol, ports.destination, ports.source);
    }
    if (transport.protocol === 'tcp' && this.#flows.opens) {
      return this.#flows.openFromPeer('tcp', bindPort);
    }
    return this.#flows.current;
  }

  #command(command: CommandAction): string {
    const settings = readSettings(command, this.#tcp);
    if (settings.mtu !== undefined) {
      throw new Misfit(command.line, 'the route cannot be changed after the first event');
    }
    this.#tcp = { ...this.#tcp, ...settings.tcp };
    this.notes.push(...settings.notes);
    this.#subject.reconfigure(settings.tcp, this.#line.now);
    if (settings.pause > 0) this.#line.advance(after(this.#line.now, settings.pause));
    return command.text;
  }

  #code(action: CodeAction): string {
    const { profile } = this.#setting;
    const fd = this.#flows.current?.fd;
    const info = fd === undefined ? undefined : this.#subject.info(fd, this.#line.now);
    const lookup = (name: string): Value | undefined => {
      if (name.startsWith('tcpi_') && info === undefined) {
        throw new Misfit(action.line, `there is no connected socket to ask for ${name}`);
      }
      return codeConstant(name, profile) ?? info?.[name];
    };
    const refuted = evaluateProgram(action.program, lookup, this.#scope);
    if (refuted !== undefined) {
      throw new Failure(refuted.line, 'assertion', refuted.message, { expected: action.text });
    }
    return action.text;
  }
}

/** @throws Misfit */
function refuseBackward(last: ScriptEvent | undefined, event: ScriptEvent): void {
  const { time } = event;
  if (time.kind !== 'absolute') {
    if (last === undefined && time.kind !== 'relative') {
      throw new Misfit(event.line, 'the first event stands at the time 0');
    }
    return;
  }
  if (last === undefined && time.at !== seconds(0)) {
    throw new Misfit(event.line, 'the first event stands at the time 0');
  }
  if (last?.time.kind === 'absolute' && time.at < last.time.at) {
    throw new Misfit(event.line, 'time goes backward');
  }
}
