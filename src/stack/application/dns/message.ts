/**
 * The DNS message, RFC 1035 §4.1, with EDNS(0), RFC 6891.
 *
 *    0               16  17      21  22  23  24  25  26  27  28      32
 *   +---------------+---+-------+---+---+---+---+---+---+---+-------+
 *   |      ID       |QR |Opcode |AA |TC |RD |RA | 0 |AD |CD | RCODE |
 *   +---------------+---+-------+---+---+---+---+---+---+---+-------+
 *   |    QDCOUNT    |    ANCOUNT    |    NSCOUNT    |    ARCOUNT    |
 *   +---------------+---------------+---------------+---------------+
 *
 * The OPT pseudo-record is no record of the message here but its `edns`, and its high bits of the RCODE
 * are part of `rcode`.
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { type Name, ROOT } from './name.ts';
import { Reader } from './reader.ts';
import { type ResourceRecord, readRecord, TYPE, writeRecord } from './record.ts';
import { Writer } from './writer.ts';

export const PORT = 53;
export const HEADER_LENGTH = 12;
/** A message over UDP without EDNS, RFC 1035 §4.2.1. */
export const UDP_LENGTH_MAX = 512;
export const LENGTH_MAX = 0xffff;

export const OPCODE = { query: 0 } as const;

export const RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  /** RFC 6891 §9 */
  badVersion: 16,
} as const;

const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
} as const;
const DNSSEC_OK = 0x8000;

export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

export interface Edns {
  /** The longest message that the sender takes over UDP. */
  readonly udpLength: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

export interface Header {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** 12 bits when there is `edns`, or the lowest four. */
  readonly rcode: number;
}

export interface Message extends Header {
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns;
}

/** A header with no flag set. */
export const NO_FLAGS: Omit<Header, 'id'> = {
  response: false,
  opcode: OPCODE.query,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: RCODE.noError,
};

/**
 * Header and questions alone: all that may be believed of a message with TC set (RFC 2181 §9), whose
 * sender may have cut it in the middle of a record.
 */
export function decodeHead(
  octets: Uint8Array,
): Result<Header & Pick<Message, 'questions'>, DecodeError> {
  const reader = new Reader(octets);
  const { header, counts } = readHeader(reader);
  const questions = readQuestions(reader, counts.questions);
  return reader.error === undefined ? ok({ ...header, questions }) : fail(reader.error);
}

/** Copies all that it keeps of `octets`. What follows the last record is not looked at. */
export function decode(octets: Uint8Array): Result<Message, DecodeError> {
  const reader = new Reader(octets);
  const { header, counts } = readHeader(reader);
  const questions = readQuestions(reader, counts.questions);
  const found: { edns?: Edns; extendedRcode: number } = { extendedRcode: 0 };
  const answers = readRecords(reader, counts.answers);
  const authorities = readRecords(reader, counts.authorities);
  const additionals = readRecords(reader, counts.additionals, (name) => {
    if (found.edns !== undefined || name !== ROOT) reader.refuse('OPT', TYPE.OPT);
    Object.assign(found, readEdns(reader));
  });
  if (reader.error !== undefined) return fail(reader.error);
  const rcode = header.rcode | (found.extendedRcode << 4);
  const sections = { questions, answers, authorities, additionals };
  const edns = found.edns === undefined ? {} : { edns: found.edns };
  return ok({ ...header, ...sections, ...edns, rcode });
}

function readHeader(reader: Reader) {
  const id = reader.uint16();
  const flags = reader.uint16();
  const header: Header = {
    id,
    response: (flags & FLAG.response) !== 0,
    opcode: (flags >>> 11) & 0xf,
    authoritative: (flags & FLAG.authoritative) !== 0,
    truncated: (flags & FLAG.truncated) !== 0,
    recursionDesired: (flags & FLAG.recursionDesired) !== 0,
    recursionAvailable: (flags & FLAG.recursionAvailable) !== 0,
    authenticData: (flags & FLAG.authenticData) !== 0,
    checkingDisabled: (flags & FLAG.checkingDisabled) !== 0,
    rcode: flags & 0xf,
  };
  const counts = {
    questions: reader.uint16(),
    answers: reader.uint16(),
    authorities: reader.uint16(),
    additionals: reader.uint16(),
  };
  return { header, counts };
}

function readQuestions(reader: Reader, count: number): Question[] {
  const questions: Question[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) {
    questions.push({ name: reader.name(), type: reader.uint16(), class: reader.uint16() });
  }
  return questions;
}

/** A count promises nothing: the octets end first, eleven for each record at least. */
function readRecords(
  reader: Reader,
  count: number,
  readOpt?: (name: Name) => void,
): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const name = reader.name();
    const type = reader.uint16();
    if (type !== TYPE.OPT) records.push(readRecord(reader, name, type));
    else if (readOpt !== undefined) readOpt(name);
    else reader.refuse('OPT', type);
  }
  return records;
}

/** RFC 6891 §6.1.3: class and TTL of the pseudo-record have other meanings. */
function readEdns(reader: Reader): { edns: Edns; extendedRcode: number } {
  const udpLength = reader.uint16();
  const extendedRcode = reader.uint8();
  const version = reader.uint8();
  const flags = reader.uint16();
  const outer = reader.enter(reader.uint16());
  const options: EdnsOption[] = [];
  while (reader.left > 0 && reader.error === undefined) {
    options.push({ code: reader.uint16(), data: reader.take(reader.uint16()) });
  }
  reader.leave(outer, 'RDLENGTH');
  const edns = { udpLength, version, dnssecOk: (flags & DNSSEC_OK) !== 0, options };
  return { edns, extendedRcode };
}

export function encode(message: Message): Uint8Array {
  const { edns } = message;
  assert(message.rcode <= 0xf || edns !== undefined, 'an RCODE above 15 needs EDNS');
  const writer = new Writer();
  writer.uint16(message.id);
  writer.uint16(flagsOf(message));
  writer.uint16(message.questions.length);
  writer.uint16(message.answers.length);
  writer.uint16(message.authorities.length);
  writer.uint16(message.additionals.length + (edns === undefined ? 0 : 1));
  for (const question of message.questions) {
    writer.name(question.name);
    writer.uint16(question.type);
    writer.uint16(question.class);
  }
  for (const section of [message.answers, message.authorities, message.additionals]) {
    for (const record of section) writeRecord(writer, record);
  }
  if (edns !== undefined) writeEdns(writer, edns, message.rcode >>> 4);
  assert(writer.length <= LENGTH_MAX, `a message of ${writer.length} octets is too long`);
  return writer.finish();
}

function flagsOf(header: Header): number {
  let flags = (header.opcode << 11) | (header.rcode & 0xf);
  for (const [name, bit] of Object.entries(FLAG) as [keyof typeof FLAG, number][]) {
    if (header[name]) flags |= bit;
  }
  return flags;
}

function writeEdns(writer: Writer, edns: Edns, extendedRcode: number): void {
  writer.name(ROOT);
  writer.uint16(TYPE.OPT);
  writer.uint16(edns.udpLength);
  writer.uint8(extendedRcode);
  writer.uint8(edns.version);
  writer.uint16(edns.dnssecOk ? DNSSEC_OK : 0);
  writer.counted(() => {
    for (const { code, data } of edns.options) {
      writer.uint16(code);
      writer.uint16(data.length);
      writer.octets(data);
    }
  });
}
