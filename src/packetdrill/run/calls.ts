/** The system calls of a script, and what they do to its sockets. */

import { concat } from '../../base/octets.ts';
import { after, type Instant, seconds } from '../../base/time.ts';
import { codeConstant } from '../constants.ts';
import type { CallAction, Expression, ScriptEvent } from '../language/ast.ts';
import { Misfit } from '../script-error.ts';
import type { CallResult, SocketCall, Subject } from '../subject.ts';
import { firstDifference, patternFrom } from '../wire/stream.ts';
import { checkResult, describeExpression, makesDescriptor } from './call-check.ts';
import { parameter, readCall } from './call-reader.ts';
import type { Flow, Flows } from './flow.ts';
import type { Line } from './line.ts';
import { Failure } from './outcome.ts';
import type { Setting } from './setting.ts';
import { checkTime, type Due, dueTime } from './timing.ts';
import { fieldOf, numberOf, wordsOf } from './values.ts';

/** A call without an end of its own is given up after so long. */
const PATIENCE = seconds(24 * 3600);

export class Calls {
  readonly #setting: Setting;
  readonly #subject: Subject;
  readonly #line: Line;
  readonly #flows: Flows;
  readonly #notes: string[];
  /** Live descriptors by the script's numbers. */
  readonly #descriptors = new Map<number, number>();
  readonly #types = new Map<number, 'stream' | 'datagram'>();

  constructor(setting: Setting, subject: Subject, line: Line, flows: Flows, notes: string[]) {
    this.#setting = setting;
    this.#subject = subject;
    this.#line = line;
    this.#flows = flows;
    this.#notes = notes;
  }

  /** @throws Failure, Misfit */
  execute(event: ScriptEvent, action: CallAction, due: Due): string {
    const text = `${action.name}(${action.parameters.map(describeExpression).join(', ')})`;
    if (this.#isInfo(action)) {
      this.#compareInfo(action);
      return text;
    }
    const call = readCall(action, {
      profile: this.#setting.profile,
      config: this.#setting.config,
      fdOf: (script) => this.#fdOf(script, action.line),
      fill: (fd, length) => patternFrom(this.#flowOf(fd)?.written.length ?? 0, length),
    });
    const written = this.#flowOfSend(call)?.written.length ?? 0;
    const closing = call.name === 'close' ? this.#flowOf(call.fd) : undefined;
    const pending = this.#subject.begin(call, this.#line.now);
    if (closing !== undefined) closing.closed = true;
    this.#begun(call);
    const done = (result: CallResult): void => this.#done(action, call, result, written);
    if (action.end === undefined) {
      const result = this.#line.complete(pending, after(this.#line.now, PATIENCE));
      if (result === undefined)
        throw new Failure(action.line, 'call', `${action.name} does not return`);
      done(result);
      return `${text} = ${showResult(result)}`;
    }
    const end = endOf(event, action.end, due, this.#setting);
    this.#line.begin(pending, (result) => {
      done(result);
      checkTime(event, `${action.name} returned`, end, this.#line.now);
    });
    return `${text} begins`;
  }

  /** Waits for the call that blocks. @throws Failure when it does not return */
  finish(): void {
    const last = after(this.#line.now, PATIENCE);
    while (this.#line.isBlocked && this.#line.step(last));
    if (this.#line.isBlocked) throw new Failure(1, 'call', 'a call that blocks never returned');
  }

  #fdOf(script: number, line: number): number {
    const live = this.#descriptors.get(script);
    // A descriptor that was never open is one to the stack too: it says EBADF.
    if (live === undefined && script >= 0 && script < 3) {
      throw new Misfit(line, `${script} is no descriptor of the script`);
    }
    return live ?? -1;
  }

  #flowOf(fd: number): Flow | undefined {
    const ports = this.#subject.portsOf(fd);
    const protocol = this.#types.get(fd) === 'datagram' ? 'udp' : 'tcp';
    return this.#flows.find(protocol, ports.local, ports.remote);
  }

  #flowOfSend(call: SocketCall): Flow | undefined {
    return call.name === 'send' && this.#types.get(call.fd) !== 'datagram'
      ? this.#flowOf(call.fd)
      : undefined;
  }

  /** What is known as soon as a call has begun: the ports, and what may be sent from now on. */
  #begun(call: SocketCall): void {
    if (call.name === 'connect' || (call.name === 'send' && call.to !== undefined)) {
      this.#connecting(call.fd);
    }
    // The SYN of a connect() that was put off leaves with the first octets.
    if (call.name === 'send' && this.#flowOf(call.fd) === undefined) this.#connecting(call.fd);
    if (call.name === 'bind' && this.#types.get(call.fd) === 'datagram') this.#connecting(call.fd);
    const flow = this.#flowOfSend(call);
    if (flow !== undefined && call.name === 'send') {
      flow.written = concat([flow.written, call.octets]) as Uint8Array<ArrayBuffer>;
    }
  }

  #connecting(fd: number): void {
    const { local, remote } = this.#subject.portsOf(fd);
    if (local === 0) return;
    const protocol = this.#types.get(fd) === 'datagram' ? 'udp' : 'tcp';
    const { connectPort } = this.#setting.config;
    this.#flows.select(protocol, local, remote === 0 ? connectPort : remote).fd = fd;
  }

  #done(action: CallAction, call: SocketCall, result: CallResult, written: number): void {
    const { profile } = this.#setting;
    const flow = this.#flowOfSend(call);
    if (flow !== undefined)
      flow.written = flow.written.slice(0, written + Math.max(0, result.value));
    try {
      checkResult(action, call, result, profile);
    } catch (error) {
      if (!(error instanceof Failure) || !this.#setting.config.nonFatal.call) throw error;
      this.#notes.push(`line ${error.line}: ${error.message}, which is not fatal`);
    }
    if (result.value < 0) return;
    if (makesDescriptor(call)) this.#opened(action, call, result.value);
    if (call.name === 'listen') this.#flows.listen();
    if (call.name === 'receive') this.#received(action, call, result);
  }

  #opened(action: CallAction, call: SocketCall, live: number): void {
    const script = numberOf(action.result, this.#setting.profile);
    this.#descriptors.set(script, live);
    this.#types.set(live, call.name === 'socket' ? call.type : 'stream');
    if (call.name !== 'accept') return;
    const { local, remote } = this.#subject.portsOf(live);
    this.#flows.select('tcp', local, remote).fd = live;
  }

  /** The octets are to be those that the peer of the script sent there. */
  #received(
    action: CallAction,
    call: Extract<SocketCall, { name: 'receive' }>,
    result: CallResult,
  ): void {
    const { octets } = result;
    if (octets === undefined || call.flags.outOfBand) return;
    const datagram = this.#types.get(call.fd) === 'datagram';
    const flow = this.#flowOf(call.fd);
    const place = datagram ? 0 : (flow?.read ?? 0);
    const stray = flow?.urgent === true ? undefined : firstDifference(octets, place);
    if (stray !== undefined) {
      const message = `octet ${stray} of what was read is not what the peer sent there`;
      throw new Failure(action.line, 'call', message);
    }
    if (flow !== undefined && !call.flags.peek) flow.read += result.value;
  }

  #isInfo(action: CallAction): boolean {
    if (action.name !== 'getsockopt') return false;
    return wordsOf(parameter(action, 2)).includes('TCP_INFO');
  }

  /** `getsockopt(4, IPPROTO_TCP, TCP_INFO, {tcpi_state=TCP_ESTABLISHED}, […]) = 0` */
  #compareInfo(action: CallAction): void {
    const { profile } = this.#setting;
    const fd = this.#fdOf(numberOf(parameter(action, 0), profile), action.line);
    const info = this.#subject.info(fd, this.#line.now);
    const given = parameter(action, 3);
    const fields = given.kind === 'struct' ? given.items : [];
    for (const item of fields) {
      if (item.kind !== 'field') throw new Misfit(item.line, 'expected a field of tcp_info');
      const value = fieldOf(given, item.name);
      const actual = info?.[item.name];
      if (actual === undefined) throw new Misfit(item.line, `tcp_info has no field ${item.name}`);
      const expected = value === undefined ? undefined : this.#infoNumber(value);
      if (expected === undefined || expected === actual) continue;
      throw new Failure(action.line, 'call', 'getsockopt gave another tcp_info', {
        differences: [{ field: item.name, expected: String(expected), actual: String(actual) }],
      });
    }
  }

  #infoNumber(e: Expression): number | undefined {
    if (e.kind === 'any') return undefined;
    const { profile } = this.#setting;
    const named = e.kind === 'word' ? codeConstant(e.name, profile) : undefined;
    return named ?? numberOf(e, profile);
  }
}

/** When a call that blocks returns; relative as its start is, to the same event. */
function endOf(event: ScriptEvent, end: number, due: Due, { config }: Setting): Due {
  const { time } = event;
  const start = time.kind === 'relative' ? due.from - time.at : 0;
  const at = (start + end) as Instant;
  return dueTime({ kind: 'absolute', at: at as number as never }, at, due.from, config);
}

const showResult = ({ value, errno }: CallResult): string =>
  errno === undefined ? String(value) : `${value} ${errno}`;
