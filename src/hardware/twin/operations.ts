/** Every op of the protocol as the firmware carries it out (docs/control-protocol.md §5). */
import { assert } from '../../base/errors.ts';
import { view } from '../../base/octets.ts';
import type { Instant } from '../../base/time.ts';
import {
  decodeLineOpen,
  decodeLineStart,
  decodePackedSamples,
  encodeLineRates,
} from '../control/line.ts';
import {
  encodeCounters,
  encodePhyState,
  encodeUint32,
  encodeUint64,
  FILTER,
  MAC_FRAME_MAX,
  MAC_FRAME_MIN,
  OP,
  RESET_KIND,
  STATUS,
  type Status,
} from '../control/messages.ts';
import { MAC_COUNTER, STATISTIC, type Statistics, zeroed } from '../control/statistics.ts';
import type { Chip } from './chip.ts';
import type { TwinLine } from './line.ts';
import { isPhyMode } from './phy.ts';

/** What the operations work on. */
export interface Works {
  readonly chip: Chip;
  /** None on a board without a raw line. */
  readonly line: TwinLine | undefined;
  readonly statistics: Statistics;
  readonly now: Instant;
  /** µs since the board started. */
  readonly uptime: Instant;
  identity(): Uint8Array;
  setPhyEvents(on: boolean): void;
  /** After the answer. */
  restart(): void;
  /** After the answer; false when the board cannot make that rate. */
  changeRate(rate: number): boolean;
}

export interface Answer {
  readonly status: Status;
  readonly result?: Uint8Array;
}

/** How long a body may be, and what is done with it. */
interface Operation {
  readonly shortest: number;
  readonly longest: number;
  /** Without the chip it answers NO_CHIP. */
  readonly chip?: true;
  /** Without a raw line it answers UNSUPPORTED. */
  readonly line?: true;
  readonly carryOut: (body: Uint8Array, works: Works) => Answer;
}

const FILTERS = FILTER.MFEN | FILTER.BCASTB | FILTER.MMB | FILTER.MIP6B;
const ADDRESS_LENGTH = 6;
const OK: Answer = { status: STATUS.OK };
const BAD_ARGUMENT: Answer = { status: STATUS.BAD_ARGUMENT };
const BAD_STATE: Answer = { status: STATUS.BAD_STATE };

const result = (octets: Uint8Array): Answer => ({ status: STATUS.OK, result: octets });

/** An operation whose body is one octet, up to `most`. */
const choice = (most: number, act: (value: number, works: Works) => Answer) => ({
  shortest: 1,
  longest: 1,
  carryOut: (body: Uint8Array, works: Works): Answer => {
    const value = body[0] as number;
    return value > most ? BAD_ARGUMENT : act(value, works);
  },
});

/** An operation without a body. */
const bare = (act: (works: Works) => Answer) => ({
  shortest: 0,
  longest: 0,
  carryOut: (_body: Uint8Array, works: Works): Answer => act(works),
});

/** An operation of the raw line. */
const onLine = (
  shortest: number,
  longest: number,
  act: (line: TwinLine, body: Uint8Array, now: Instant) => Answer,
): Operation => ({
  shortest,
  longest,
  line: true,
  carryOut: (body, { line, now }) => {
    assert(line !== undefined, 'refused before');
    return act(line, body, now);
  },
});

const LINE_OPEN = onLine(4, 4, (line, body, now) => {
  const setup = decodeLineOpen(body);
  return setup.ok ? { status: line.open(setup.value, now) } : BAD_ARGUMENT;
});

const LINE_LOAD = onLine(5, Number.POSITIVE_INFINITY, (line, body, now) => {
  const samples = decodePackedSamples(body);
  if (!samples.ok) return BAD_ARGUMENT;
  const { status, taken } = line.load(samples.value.at, samples.value.octets, now);
  return status === STATUS.OK ? result(Uint8Array.of(taken >> 8, taken & 0xff)) : { status };
});

const LINE_START = onLine(22, 22, (line, body, now) => {
  const start = decodeLineStart(body);
  if (!start.ok) return BAD_ARGUMENT;
  const { status, rates } = line.start(start.value, now);
  return rates === undefined ? { status } : result(encodeLineRates(rates));
});

const OPERATIONS: Readonly<Record<number, Operation>> = {
  [OP.SYSTEM_IDENTIFY]: bare((works) => result(works.identity())),
  [OP.SYSTEM_ECHO]: {
    shortest: 0,
    longest: Number.POSITIVE_INFINITY, // The session bounds it.
    carryOut: (body) => result(body),
  },
  [OP.SYSTEM_RESET]: choice(RESET_KIND.loader, (kind, works) => {
    if (kind === RESET_KIND.loader) return { status: STATUS.UNSUPPORTED }; // There is none.
    works.restart();
    return OK;
  }),
  [OP.SYSTEM_STATISTICS]: choice(1, (clear, works) => {
    const { statistics } = works;
    statistics.uptime_ms = Math.floor(works.uptime / 1000);
    const pairs = encodeCounters(STATISTIC, statistics);
    if (clear === 1) Object.assign(statistics, zeroed(STATISTIC));
    return result(pairs);
  }),
  [OP.SYSTEM_LINE_RATE]: {
    shortest: 4,
    longest: 4,
    carryOut: (body, works) => (works.changeRate(view(body).getUint32(0)) ? OK : BAD_ARGUMENT),
  },
  [OP.SYSTEM_CLOCK]: bare((works) => result(encodeUint64(works.uptime))),
  [OP.PHY_READ]: { ...bare((works) => result(encodePhyState(works.chip.phy))), chip: true },
  [OP.PHY_MODE]: {
    ...choice(0xff, (mode, works) => {
      if (!isPhyMode(mode)) return BAD_ARGUMENT;
      works.chip.phyMode = mode;
      return OK;
    }),
    chip: true,
  },
  [OP.PHY_EVENTS]: {
    ...choice(1, (on, works) => {
      works.setPhyEvents(on === 1);
      return OK;
    }),
    chip: true,
  },
  [OP.MAC_OPEN]: {
    shortest: ADDRESS_LENGTH + 1,
    longest: ADDRESS_LENGTH + 1,
    chip: true,
    carryOut: (body, works) => {
      const filter = body[ADDRESS_LENGTH] as number;
      if ((filter & ~FILTERS) !== 0) return BAD_ARGUMENT;
      works.chip.openMac(body.subarray(0, ADDRESS_LENGTH), filter);
      return OK;
    },
  },
  [OP.MAC_CLOSE]: bare(({ chip }) => {
    if (!chip.isOpen) return BAD_STATE;
    chip.closeMac();
    return OK;
  }),
  [OP.MAC_SEND]: {
    shortest: MAC_FRAME_MIN,
    longest: MAC_FRAME_MAX,
    carryOut: (frame, works) => {
      const status = works.chip.send(frame);
      return status === STATUS.OK ? result(encodeUint32(works.uptime)) : { status };
    },
  },
  [OP.MAC_FILTER]: choice(0xff, (filter, { chip }) => {
    if ((filter & ~FILTERS) !== 0) return BAD_ARGUMENT;
    if (!chip.isOpen) return BAD_STATE;
    chip.setFilter(filter);
    return OK;
  }),
  [OP.MAC_COUNTERS]: choice(1, (clear, { chip }) => {
    const pairs = encodeCounters(MAC_COUNTER, chip.counters);
    if (clear === 1) chip.counters = zeroed(MAC_COUNTER);
    return result(pairs);
  }),
  [OP.LINE_OPEN]: LINE_OPEN,
  [OP.LINE_CLOSE]: onLine(0, 0, (line, _body, now) => ({ status: line.close(now) })),
  [OP.LINE_LOAD]: LINE_LOAD,
  [OP.LINE_START]: LINE_START,
  [OP.LINE_STOP]: onLine(0, 0, (line, _body, now) => ({ status: line.stop(now) })),
};

export function carryOut(op: number, body: Uint8Array, works: Works): Answer {
  const operation = OPERATIONS[op];
  if (operation === undefined) return { status: STATUS.UNKNOWN_OP };
  if (operation.line && works.line === undefined) return { status: STATUS.UNSUPPORTED };
  if (body.length < operation.shortest || body.length > operation.longest) return BAD_ARGUMENT;
  if (operation.chip && !works.chip.isPresent) return { status: STATUS.NO_CHIP };
  return operation.carryOut(body, works);
}
