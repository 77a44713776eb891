/** A packet of the stack in the script's numbers, and what it says of the stream that it carries. */
import type { PacketAction, TcpOption } from '../language/ast.ts';
import type { Datagram } from '../wire/datagram.ts';
import type { Segment, WireOption } from '../wire/segment.ts';
import type { Flow } from './flow.ts';

/** `expected` gives the first numbers their names: that of a SYN, and of a timestamp. */
export function scriptDatagram(
  d: Datagram,
  flow: Flow,
  expected: PacketAction | undefined,
): Datagram {
  const { transport: t } = d;
  if (t.protocol !== 'tcp') return d;
  return { ...d, transport: scriptSegment(t, flow, expected) };
}

function scriptSegment(t: Segment, flow: Flow, expected: PacketAction | undefined): Segment {
  const spec = expected?.transport.protocol === 'tcp' ? expected.transport : undefined;
  if (t.flags.syn && flow.local.initial === undefined && spec?.flags.syn === true) {
    flow.local.initial = { script: spec.sequence, live: t.sequence };
  }
  if (spec !== undefined && spec.options !== 'any') learnTimestamp(t, flow, spec.options);
  const { syn, ack } = t.flags;
  return {
    ...t,
    sequence: flow.local.toScript(t.sequence, syn),
    acknowledgment: ack ? flow.remote.toScript(t.acknowledgment, syn) : t.acknowledgment,
    options: t.options.map((option) => scriptOption(option, t, flow)),
  };
}

function learnTimestamp(t: Segment, flow: Flow, options: readonly TcpOption[]): void {
  const expected = options.find((o) => o.kind === 'timestamp');
  const actual = t.options.find((o) => o.kind === 'timestamp');
  if (expected?.kind !== 'timestamp' || actual?.kind !== 'timestamp') return;
  if (expected.value === 'any' || actual.value === 'any') return;
  flow.timestamps.set(expected.value, actual.value);
  flow.firstTimestamp ??= { script: expected.value, live: actual.value };
}

function scriptOption(option: WireOption, t: Segment, flow: Flow): WireOption {
  if (option.kind === 'sack') {
    const script = (n: number): number => flow.remote.toScript(n, t.flags.syn);
    return { kind: 'sack', blocks: option.blocks.map(([l, r]) => [script(l), script(r)] as const) };
  }
  if (option.kind !== 'timestamp' || option.value === 'any') return option;
  return { ...option, value: flow.scriptTimestamp(option.value) };
}

/**
 * Where the payload first is not what the application wrote; undefined: nowhere. Octets before the first and
 * behind the last that were written are not judged: a keep-alive probe may carry one (RFC 9293 §3.8.4).
 */
export function strayOctet(t: Segment, flow: Flow): number | undefined {
  const initial = flow.local.initial;
  if (initial === undefined) return undefined;
  const place = (t.sequence - initial.live - (t.flags.syn ? 0 : 1)) | 0;
  for (let i = 0; i < t.payload.length; i++) {
    const written = flow.written[place + i];
    if (written !== undefined && written !== t.payload[i]) return i;
  }
  return undefined;
}

/** Two segments of the stack, of `length` octets at most, as the one that a stack with segmentation offload would have sent. */
export function joined(first: Segment, next: Segment, length: number): Segment | undefined {
  const follows = next.sequence === (first.sequence + first.payload.length) >>> 0;
  const fits = first.payload.length + next.payload.length <= length;
  const alike =
    next.acknowledgment === first.acknowledgment &&
    next.window === first.window &&
    next.options.length === first.options.length &&
    (['syn', 'rst', 'ack', 'urg', 'ece', 'ae'] as const).every(
      (name) => next.flags[name] === first.flags[name],
    );
  if (!follows || !alike || !fits || first.flags.fin) return undefined;
  const payload = new Uint8Array(first.payload.length + next.payload.length);
  payload.set(first.payload);
  payload.set(next.payload, first.payload.length);
  return { ...next, sequence: first.sequence, options: first.options, payload };
}
