/**
 * ZIP archives whose entries are stored as they are: APPNOTE.TXT 6.3.9 by PKWARE, §4.3.7 (local file header), §4.3.12
 * (central directory header) and §4.3.16 (end of central directory record). Times are those of no clock: 1980-01-01.
 */

import { crc32 } from '../base/crc32.ts';
import { assert } from '../base/errors.ts';
import { concat, fromAscii, view } from '../base/octets.ts';

export interface ZipEntry {
  /** Printable ASCII. */
  readonly name: string;
  readonly octets: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const LOCAL_LENGTH = 30;
const CENTRAL_LENGTH = 46;
const END_LENGTH = 22;
/** 2.0 is the least that a reader may be asked for here; the time 1980-01-01, 00:00. */
const VERSION = 20;
const FIRST_DATE = 0x0021;
const ENTRIES_MAX = 0xffff;
const LENGTH_MAX = 0xffff_ffff;

/** An archive of `entries`, in their order; less than 4 GiB. */
export function encodeZip(entries: readonly ZipEntry[]): Uint8Array {
  assert(entries.length <= ENTRIES_MAX, `${entries.length} entries are too many`);
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, octets } of entries) {
    const text = fromAscii(name);
    const common = commonFields(text.length, octets);
    const local = [start(LOCAL_HEADER, LOCAL_LENGTH, 4, common), text, octets];
    const central = start(CENTRAL_HEADER, CENTRAL_LENGTH, 6, common);
    view(central).setUint16(4, VERSION, true);
    view(central).setUint32(42, offset, true);
    files.push(...local);
    directory.push(central, text);
    offset += LOCAL_LENGTH + text.length + octets.length;
    assert(offset <= LENGTH_MAX, 'the archive is too long');
  }
  const listed = concat(directory);
  const end = new Uint8Array(END_LENGTH);
  const fields = view(end);
  fields.setUint32(0, END_OF_DIRECTORY, true);
  fields.setUint16(8, entries.length, true);
  fields.setUint16(10, entries.length, true);
  fields.setUint32(12, listed.length, true);
  fields.setUint32(16, offset, true);
  return concat([...files, listed, end]);
}

/** What the two headers of an entry share: from "version needed to extract" to "file name length". */
function commonFields(nameLength: number, octets: Uint8Array): Uint8Array {
  const common = new Uint8Array(24);
  const fields = view(common);
  fields.setUint16(0, VERSION, true);
  fields.setUint16(8, FIRST_DATE, true);
  fields.setUint32(10, crc32(octets), true);
  fields.setUint32(14, octets.length, true);
  fields.setUint32(18, octets.length, true);
  fields.setUint16(22, nameLength, true);
  return common;
}

function start(signature: number, length: number, at: number, common: Uint8Array): Uint8Array {
  const header = new Uint8Array(length);
  view(header).setUint32(0, signature, true);
  header.set(common, at);
  return header;
}
