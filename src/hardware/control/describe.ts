/** A frame of the control protocol in words: names and numbers for whoever looks at a line. */
import { toHex } from '../../base/octets.ts';
import type { Result } from '../../base/result.ts';
import { formatColons } from '../../stack/datalink/ethernet/address.ts';
import { decodeHeader } from '../../stack/datalink/ethernet/header.ts';
import { type Frame, KIND } from './frame.ts';
import { decodeIdentity } from './identity.ts';
import {
  decodeCounters,
  decodeMessage,
  decodePhyState,
  decodeTimed,
  decodeUint32,
  decodeUint64,
  OP,
  PHY_MODE,
  RESET_KIND,
  RESPONSE,
  STATUS,
} from './messages.ts';
import { decodeOpen, decodeOpened } from './open.ts';
import { MAC_COUNTER, STATISTIC } from './statistics.ts';

/** Values in the order in which they are shown. */
export type Fields = Readonly<Record<string, string | number | boolean>>;

interface MessageDescription {
  /** `MAC_SEND`; of an op that is not known its number, `0x3a`. */
  readonly op: string;
  readonly tag: number;
  readonly role: 'request' | 'response' | 'event';
  /** Of a response: `OK`, `LINK_DOWN`, …. */
  readonly status?: string;
  readonly fields: Fields;
}

export interface FrameDescription {
  readonly kind: string;
  readonly session: number;
  readonly seq: number;
  readonly ack: number;
  readonly credit: number;
  /** Of OPEN, OPENED and BOOT. */
  readonly fields?: Fields;
  /** Of DATA; absent where its payload is none. */
  readonly message?: MessageDescription;
}

/** Of what has no fields of its own here: as much as fits a line. */
const OCTETS_SHOWN = 32;

const nameIn = (names: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(names).find((name) => names[name] === value) ??
  `0x${value.toString(16).padStart(2, '0')}`;

export function describeFrame(frame: Frame): FrameDescription {
  const { kind, session, seq, ack, credit, payload } = frame;
  const head = { kind: nameIn(KIND, kind), session, seq, ack, credit };
  switch (kind) {
    case KIND.OPEN:
      return { ...head, fields: fieldsOf(decodeOpen(payload), payload, (open) => ({ ...open })) };
    case KIND.OPENED:
      return {
        ...head,
        fields: fieldsOf(decodeOpened(payload), payload, ({ identity, ...opened }) => ({
          ...opened,
          ...describeIdentity(identity),
        })),
      };
    case KIND.BOOT:
      return { ...head, fields: describeIdentity(payload) };
    case KIND.DATA: {
      const message = describeMessage(payload);
      return message === undefined ? head : { ...head, message };
    }
    default:
      return head;
  }
}

function describeMessage(payload: Uint8Array): MessageDescription | undefined {
  const decoded = decodeMessage(payload);
  if (!decoded.ok) return undefined;
  const { tag, body } = decoded.value;
  const number = decoded.value.op & ~RESPONSE;
  const op = nameIn(OP, number);
  if ((decoded.value.op & RESPONSE) !== 0) {
    const [first = 0] = body;
    const result = body.subarray(1);
    const fields = first === STATUS.OK ? (RESULTS[number] ?? octetsOf)(result) : {};
    return { op, tag, role: 'response', status: nameIn(STATUS, first), fields };
  }
  const event = EVENTS[number];
  if (event !== undefined) return { op, tag, role: 'event', fields: event(body) };
  return { op, tag, role: 'request', fields: (REQUESTS[number] ?? octetsOf)(body) };
}

type Describe = (octets: Uint8Array) => Fields;
type ByOp = Readonly<Record<number, Describe>>;

function octetsOf(octets: Uint8Array): Fields {
  if (octets.length === 0) return {};
  const shown = toHex(octets.subarray(0, OCTETS_SHOWN), ' ');
  return { octets: octets.length, hex: octets.length > OCTETS_SHOWN ? `${shown} …` : shown };
}

/** Octets that do not decode are shown as they are. */
const fieldsOf = <T>(
  decoded: Result<T, unknown>,
  octets: Uint8Array,
  describe: (value: T) => Fields,
): Fields => (decoded.ok ? describe(decoded.value) : octetsOf(octets));

const describeIdentity: Describe = (octets) =>
  fieldsOf(decodeIdentity(octets), octets, ({ board, firmware, serial, boot, address }) => ({
    board,
    firmware,
    serial,
    ...(boot === undefined ? {} : { boot: boot.reason }),
    ...(address === undefined ? {} : { address: formatColons(address) }),
  }));

const firstOctet =
  (name: string, names?: Readonly<Record<string, number>>): Describe =>
  (octets) => {
    const [first] = octets;
    if (first === undefined) return {};
    return { [name]: names === undefined ? first : nameIn(names, first) };
  };

const ethernet: Describe = (octets) =>
  fieldsOf(decodeHeader(octets), octets, ({ destination, source, lengthOrType }) => ({
    destination: formatColons(destination),
    source: formatColons(source),
    type: `0x${lengthOrType.toString(16).padStart(4, '0')}`,
    octets: octets.length,
  }));

const phyState: Describe = (octets) =>
  fieldsOf(decodePhyState(octets), octets, ({ mode, ...state }) => ({
    ...state,
    mode: nameIn(PHY_MODE, mode),
  }));

const timed =
  (rest: Describe): Describe =>
  (octets) =>
    fieldsOf(decodeTimed(octets), octets, (body) => ({ time_us: body.time, ...rest(body.rest) }));

const REQUESTS: ByOp = {
  [OP.SYSTEM_RESET]: firstOctet('kind', RESET_KIND),
  [OP.SYSTEM_STATISTICS]: firstOctet('clear'),
  [OP.SYSTEM_LINE_RATE]: (octets) => fieldsOf(decodeUint32(octets), octets, (rate) => ({ rate })),
  [OP.PHY_MODE]: firstOctet('mode', PHY_MODE),
  [OP.PHY_EVENTS]: firstOctet('on'),
  [OP.MAC_OPEN]: (octets) => ({
    address: formatColons(octets.subarray(0, 6)),
    filter: octets[6] ?? 0,
  }),
  [OP.MAC_SEND]: ethernet,
  [OP.MAC_FILTER]: firstOctet('filter'),
  [OP.MAC_COUNTERS]: firstOctet('clear'),
};

const RESULTS: ByOp = {
  [OP.SYSTEM_IDENTIFY]: describeIdentity,
  [OP.SYSTEM_STATISTICS]: (octets) =>
    fieldsOf(decodeCounters(STATISTIC, octets), octets, (counters) => counters),
  [OP.SYSTEM_CLOCK]: (octets) => fieldsOf(decodeUint64(octets), octets, (time_us) => ({ time_us })),
  [OP.PHY_READ]: phyState,
  [OP.MAC_SEND]: (octets) => fieldsOf(decodeUint32(octets), octets, (time_us) => ({ time_us })),
  [OP.MAC_COUNTERS]: (octets) =>
    fieldsOf(decodeCounters(MAC_COUNTER, octets), octets, (counters) => counters),
};

const EVENTS: ByOp = {
  [OP.PHY_CHANGED]: timed(phyState),
  [OP.MAC_RECEIVED]: timed(ethernet),
  [OP.LINE_SAMPLES]: octetsOf,
  [OP.LINE_DONE]: octetsOf,
};
