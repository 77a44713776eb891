/**
 * A small authoritative server: static zones, RFC 1034 §4.3.2 without recursion, delegation and wildcards.
 * It keeps nothing from one query to the next, and so is a function.
 */
import {
  decode,
  decodeHead,
  type Edns,
  encode,
  HEADER_LENGTH,
  LENGTH_MAX,
  type Message,
  NO_FLAGS,
  OPCODE,
  type Question,
  RCODE,
  UDP_LENGTH_MAX,
} from './message.ts';
import type { Name } from './name.ts';
import { CLASS, type ResourceRecord, TYPE, typeOf } from './record.ts';
import { type Zone, zoneOf } from './zone.ts';

export type Transport = 'udp' | 'tcp';

/** What we take over UDP, and the most that we send: what passes nearly all paths in one piece. */
const UDP_LENGTH = 1232;
/** How many aliases are followed within the zones. */
const ALIASES_MAX = 16;
/** RFC 6895 §3.1: 249 … 254 ask for what is no record, a zone transfer among them. */
const META_TYPE_MIN = 249;
const META_TYPE_MAX = 254;

/** A response but for its header's ID, questions and EDNS. */
type Reply = Pick<Message, 'rcode' | 'authoritative' | 'answers' | 'authorities' | 'additionals'>;

const withRcode = (rcode: number): Reply => ({
  rcode,
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
});

/**
 * The response to a query; none to what is too short for a header, and to a response, lest two servers talk
 * for ever.
 */
export function respond(
  zones: readonly Zone[],
  query: Uint8Array,
  transport: Transport,
): Uint8Array | undefined {
  const head = decodeHead(query);
  if (!head.ok) return query.length < HEADER_LENGTH ? undefined : respondUnread(query);
  if (head.value.response) return undefined;
  const { id, opcode, recursionDesired, questions } = head.value;
  const message = decode(query);
  const asked = message.ok ? message.value.edns : undefined;
  const reply = replyTo(zones, opcode, message.ok ? message.value : undefined);
  const edns: Edns = { udpLength: UDP_LENGTH, version: 0, dnssecOk: false, options: [] };
  const response: Message = {
    ...NO_FLAGS,
    ...reply,
    id,
    opcode,
    recursionDesired,
    response: true,
    questions: questions.length === 1 ? questions : [],
    ...(asked === undefined ? {} : { edns }),
  };
  return encodeWithin(response, transport === 'tcp' ? LENGTH_MAX : udpLimit(asked));
}

/** The header could be read and what follows it could not. */
function respondUnread(query: Uint8Array): Uint8Array | undefined {
  const header = decodeHead(Uint8Array.of(...query.subarray(0, 4), 0, 0, 0, 0, 0, 0, 0, 0));
  if (!header.ok || header.value.response) return undefined;
  const { id, opcode, recursionDesired } = header.value;
  const reply = withRcode(RCODE.formatError);
  return encode({
    ...NO_FLAGS,
    ...reply,
    id,
    opcode,
    recursionDesired,
    response: true,
    questions: [],
  });
}

/** RFC 6891 §6.2.3: less than 512 means 512. */
const udpLimit = (asked: Edns | undefined): number =>
  asked === undefined
    ? UDP_LENGTH_MAX
    : Math.min(Math.max(asked.udpLength, UDP_LENGTH_MAX), UDP_LENGTH);

/**
 * What does not fit goes: first the additional section, which nobody misses; then all, with TC set: what is
 * in a truncated answer is not used (RFC 2181 §9).
 */
function encodeWithin(response: Message, limit: number): Uint8Array {
  const whole = encode(response);
  if (whole.length <= limit) return whole;
  const short = encode({ ...response, additionals: [] });
  if (short.length <= limit) return short;
  return encode({ ...response, truncated: true, answers: [], authorities: [], additionals: [] });
}

function replyTo(zones: readonly Zone[], opcode: number, query: Message | undefined): Reply {
  if (opcode !== OPCODE.query) return withRcode(RCODE.notImplemented);
  const [question, ...more] = query?.questions ?? [];
  if (question === undefined || more.length > 0) return withRcode(RCODE.formatError);
  if ((query?.edns?.version ?? 0) > 0) return withRcode(RCODE.badVersion);
  const { type, class: questionClass } = question;
  const meta = type >= META_TYPE_MIN && type <= META_TYPE_MAX;
  if (meta || (questionClass !== CLASS.IN && questionClass !== CLASS.ANY)) {
    return withRcode(RCODE.refused);
  }
  return answer(zones, question);
}

function answer(zones: readonly Zone[], { name: asked, type }: Question): Reply {
  const answers: ResourceRecord[] = [];
  let name: Name = asked;
  for (;;) {
    const zone = zoneOf(zones, name);
    if (zone === undefined) {
      // An alias may lead out of our zones: who asked goes on from there.
      const outside = answers.length > 0;
      const rcode = outside ? RCODE.noError : RCODE.refused;
      return { ...withRcode(rcode), authoritative: outside, answers };
    }
    const own = zone.find(name);
    const found = own?.filter((record) => type === TYPE.ANY || typeOf(record) === type) ?? [];
    const reply = { ...withRcode(RCODE.noError), authoritative: true };
    if (found.length > 0) {
      answers.push(...found);
      return { ...reply, answers, additionals: addresses(zones, found) };
    }
    const alias = own?.find((record) => record.data.kind === 'CNAME');
    if (alias?.data.kind !== 'CNAME' || answers.length >= ALIASES_MAX) {
      const rcode = own === undefined ? RCODE.nameError : RCODE.noError;
      return { ...reply, rcode, answers, authorities: [zone.soa] };
    }
    answers.push(alias);
    name = alias.data.target;
  }
}

/** RFC 1035 §3.3.9, §3.3.11: who asks for a mail exchange or a name server asks for its addresses next. */
function addresses(zones: readonly Zone[], records: readonly ResourceRecord[]): ResourceRecord[] {
  return records.flatMap(({ data }) => {
    if (data.kind !== 'MX' && data.kind !== 'NS') return [];
    const name = data.kind === 'MX' ? data.exchange : data.target;
    const own = zoneOf(zones, name)?.find(name) ?? [];
    return own.filter((record) => record.data.kind === 'A' || record.data.kind === 'AAAA');
  });
}
