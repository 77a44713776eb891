/**
 * Resource records, RFC 1035 §3.2 and §3.3; AAAA, RFC 3596; what is not known is carried as it is, RFC 3597.
 *
 *   | NAME … | TYPE 2 | CLASS 2 | TTL 4 | RDLENGTH 2 | RDATA … |
 */
import { assert } from '../../../base/errors.ts';
import { address, type Ipv4Address } from '../../network/ipv4/address.ts';
import { ADDRESS_LENGTH, type Ipv6Address } from '../../network/ipv6/address.ts';
import type { Name } from './name.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  ANY: 255,
} as const;

export const CLASS = { IN: 1, ANY: 255 } as const;

export interface StartOfAuthority {
  readonly kind: 'SOA';
  readonly mname: Name;
  readonly rname: Name;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** How long a negative answer is good, RFC 2308 §4. */
  readonly minimum: number;
}

export type RecordData =
  | { readonly kind: 'A'; readonly address: Ipv4Address }
  | { readonly kind: 'AAAA'; readonly address: Ipv6Address }
  | { readonly kind: 'NS' | 'CNAME' | 'PTR'; readonly target: Name }
  | StartOfAuthority
  | { readonly kind: 'MX'; readonly preference: number; readonly exchange: Name }
  /** One string or more, of 255 octets at most each. */
  | { readonly kind: 'TXT'; readonly strings: readonly Uint8Array[] }
  | { readonly kind: 'unknown'; readonly type: number; readonly octets: Uint8Array };

export interface ResourceRecord {
  readonly name: Name;
  readonly class: number;
  /** In seconds, 0 … 2^31 − 1. */
  readonly ttl: number;
  readonly data: RecordData;
}

export const typeOf = ({ data }: ResourceRecord): number =>
  data.kind === 'unknown' ? data.type : TYPE[data.kind];

export const KIND_OF: ReadonlyMap<number, RecordData['kind']> = new Map([
  [TYPE.A, 'A'],
  [TYPE.NS, 'NS'],
  [TYPE.CNAME, 'CNAME'],
  [TYPE.SOA, 'SOA'],
  [TYPE.PTR, 'PTR'],
  [TYPE.MX, 'MX'],
  [TYPE.TXT, 'TXT'],
  [TYPE.AAAA, 'AAAA'],
]);

/** RFC 2181 §8: a TTL with its highest bit set is taken as zero. */
export const sanitizeTtl = (ttl: number): number => (ttl > 0x7fff_ffff ? 0 : ttl);

/** Reads all of a record behind its name and type. */
export function readRecord(reader: Reader, name: Name, type: number): ResourceRecord {
  const recordClass = reader.uint16();
  const ttl = sanitizeTtl(reader.uint32());
  const outer = reader.enter(reader.uint16());
  const data = readData(reader, type, recordClass);
  reader.leave(outer, 'RDLENGTH');
  return { name, class: recordClass, ttl, data };
}

function readData(reader: Reader, type: number, recordClass: number): RecordData {
  const kind = KIND_OF.get(type);
  switch (kind) {
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return { kind, target: reader.name() };
    case 'SOA':
      return readSoa(reader);
    case 'MX':
      return { kind, preference: reader.uint16(), exchange: reader.name() };
    case 'TXT':
      return { kind, strings: readStrings(reader) };
    case 'A':
    case 'AAAA':
      // The address formats are those of the Internet class.
      if (recordClass === CLASS.IN) return readAddress(reader, kind);
  }
  return { kind: 'unknown', type, octets: reader.take(reader.left) };
}

function readAddress(reader: Reader, kind: 'A' | 'AAAA'): RecordData {
  if (kind === 'A') return { kind, address: address(reader.uint32()) };
  return { kind, address: reader.take(ADDRESS_LENGTH) };
}

const readSoa = (reader: Reader): StartOfAuthority => ({
  kind: 'SOA',
  mname: reader.name(),
  rname: reader.name(),
  serial: reader.uint32(),
  refresh: reader.uint32(),
  retry: reader.uint32(),
  expire: reader.uint32(),
  minimum: reader.uint32(),
});

function readStrings(reader: Reader): Uint8Array[] {
  const strings: Uint8Array[] = [];
  do strings.push(reader.take(reader.uint8()));
  while (reader.left > 0 && reader.error === undefined);
  return strings;
}

export function writeRecord(writer: Writer, record: ResourceRecord): void {
  writer.name(record.name);
  writer.uint16(typeOf(record));
  writer.uint16(record.class);
  writer.uint32(record.ttl);
  writer.counted(() => writeData(writer, record.data));
}

/** RFC 3597 §4: names are compressed in types of RFC 1035 alone; none else here has any. */
function writeData(writer: Writer, data: RecordData): void {
  switch (data.kind) {
    case 'A':
      writer.uint32(data.address);
      break;
    case 'AAAA':
      assert(data.address.length === ADDRESS_LENGTH, 'an IPv6 address has sixteen octets');
      writer.octets(data.address);
      break;
    case 'NS':
    case 'CNAME':
    case 'PTR':
      writer.name(data.target);
      break;
    case 'SOA':
      writeSoa(writer, data);
      break;
    case 'MX':
      writer.uint16(data.preference);
      writer.name(data.exchange);
      break;
    case 'TXT':
      writeStrings(writer, data.strings);
      break;
    case 'unknown':
      writer.octets(data.octets);
      break;
  }
}

function writeSoa(writer: Writer, soa: StartOfAuthority): void {
  writer.name(soa.mname);
  writer.name(soa.rname);
  for (const n of [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum]) writer.uint32(n);
}

function writeStrings(writer: Writer, strings: readonly Uint8Array[]): void {
  assert(strings.length > 0, 'a TXT record has one string at least');
  for (const string of strings) {
    assert(string.length <= 0xff, 'a character string has 255 octets at most');
    writer.uint8(string.length);
    writer.octets(string);
  }
}
