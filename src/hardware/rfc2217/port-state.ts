/**
 * What an access server tells of its port without being asked, RFC 2217 §3: the octets are a 16550's line status and
 * modem status registers, bit for bit.
 */
import type { LineErrors } from '../board/transport.ts';

const LINE_STATE = { OVERRUN: 0x02, PARITY: 0x04, FRAMING: 0x08, BREAK: 0x10 } as const;

/** What is asked for: the errors alone. Data and empty registers would be a notice for each octet. */
export const LINE_STATE_MASK =
  LINE_STATE.OVERRUN | LINE_STATE.PARITY | LINE_STATE.FRAMING | LINE_STATE.BREAK;

/** Each with its level, and with the bit that says that it has changed; of RI that is the end of a ring alone. */
const MODEM_LINES = {
  cts: { level: 0x10, changed: 0x01 },
  dsr: { level: 0x20, changed: 0x02 },
  ri: { level: 0x40, changed: 0x04 },
  dcd: { level: 0x80, changed: 0x08 },
} as const;

export const MODEM_STATE_MASK = 0xff;
const CHANGES = 0x0f;

type ModemLine = keyof typeof MODEM_LINES;

export interface ModemState {
  /** True: asserted. */
  readonly levels: Readonly<Record<ModemLine, boolean>>;
  /** Since the state was told before; all of them the first time. */
  readonly changed: readonly ModemLine[];
}

export type PortNotice =
  /** Since the last notice, each how often. */
  | { readonly kind: 'line-errors'; readonly errors: LineErrors }
  | { readonly kind: 'modem-state'; readonly value: number };

export const NO_ERRORS: LineErrors = { breaks: 0, framing: 0, parity: 0, overruns: 0 };

export const errorsIn = (lineState: number): LineErrors => ({
  breaks: Number((lineState & LINE_STATE.BREAK) !== 0),
  framing: Number((lineState & LINE_STATE.FRAMING) !== 0),
  parity: Number((lineState & LINE_STATE.PARITY) !== 0),
  overruns: Number((lineState & LINE_STATE.OVERRUN) !== 0),
});

export const addErrors = (a: LineErrors, b: LineErrors): LineErrors => ({
  breaks: a.breaks + b.breaks,
  framing: a.framing + b.framing,
  parity: a.parity + b.parity,
  overruns: a.overruns + b.overruns,
});

export const anyError = (errors: LineErrors): boolean =>
  Object.values(errors).some((count) => count > 0);

/** Two notices as one: levels are the later's, a change that either has is one still. */
export function joined(before: PortNotice, later: PortNotice): PortNotice {
  if (before.kind === 'line-errors' && later.kind === 'line-errors') {
    return { kind: 'line-errors', errors: addErrors(before.errors, later.errors) };
  }
  if (before.kind === 'modem-state' && later.kind === 'modem-state') {
    return { kind: 'modem-state', value: later.value | (before.value & CHANGES) };
  }
  return later;
}

/** @param before the state that was told last; undefined where this is the first */
export function modemStateOf(value: number, before: number | undefined): ModemState {
  const lines = Object.entries(MODEM_LINES) as [ModemLine, (typeof MODEM_LINES)[ModemLine]][];
  const levels = Object.fromEntries(
    lines.map(([line, { level }]) => [line, (value & level) !== 0]),
  ) as Record<ModemLine, boolean>;
  // Some servers set the bits of change, some only tell the levels anew.
  const differs = before === undefined ? 0xff : value ^ before;
  const changed = lines
    .filter(([, bits]) => (value & bits.changed) !== 0 || (differs & bits.level) !== 0)
    .map(([line]) => line);
  return { levels, changed };
}
