/** `<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>`, in the order of the wire; `<...>` for any. */
import { fromHex } from '../../base/octets.ts';
import { Misfit } from '../script-error.ts';
import type { TcpOption } from './ast.ts';
import type { Cursor } from './cursor.ts';

const U8 = 0xff;
const U16 = 0xffff;
const U32 = 0xffff_ffff;
const DIGEST_LENGTH = 16;

/** Behind the opening `<`; takes the closing one. */
export function parseTcpOptions(cursor: Cursor): readonly TcpOption[] | 'any' {
  if (cursor.accept('ellipsis') !== undefined) {
    cursor.expectSymbol('>', 'after any TCP options');
    return 'any';
  }
  const options: TcpOption[] = [];
  if (cursor.acceptSymbol('>')) return options;
  do options.push(parseOption(cursor));
  while (cursor.acceptSymbol(','));
  cursor.expectSymbol('>', 'after the TCP options');
  return options;
}

function parseOption(cursor: Cursor): TcpOption {
  const { text, line } = cursor.expect('word', 'a TCP option');
  switch (text) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return { kind: text };
    case 'mss':
      return { kind: text, value: cursor.expectNumber('a segment size', U16) };
    case 'wscale':
      return { kind: text, value: cursor.expectNumber('a shift count', U8) };
    case 'sack':
      return { kind: 'sack', blocks: parseBlocks(cursor) };
    case 'TS':
      return parseTimestamp(cursor);
    case 'md5':
      return { kind: 'md5', digest: parseDigest(cursor) };
    case 'FO':
      return { kind: 'fast-open', cookie: parseCookie(cursor), experimental: false };
    case 'FOEXP':
      return { kind: 'fast-open', cookie: parseCookie(cursor), experimental: true };
    default:
      throw new Misfit(line, `the TCP option ${text} is not supported`);
  }
}

function parseBlocks(cursor: Cursor): [number, number][] {
  const blocks: [number, number][] = [];
  do {
    const left = cursor.expectNumber('the left edge of a block', U32);
    cursor.expectSymbol(':', 'between the edges of a block');
    blocks.push([left, cursor.expectNumber('the right edge of a block', U32)]);
  } while (cursor.is('integer'));
  return blocks;
}

function parseTimestamp(cursor: Cursor): TcpOption {
  const number = (what: string): number | 'any' => {
    const any = cursor.accept('ellipsis') !== undefined || cursor.acceptSymbol('*');
    return any ? 'any' : cursor.expectNumber(what, U32);
  };
  cursor.expectWord('val', 'in a timestamp');
  const value = number('a timestamp value');
  cursor.expectWord('ecr', 'in a timestamp');
  return { kind: 'timestamp', value, echo: number('a timestamp echo reply') };
}

function parseCookie(cursor: Cursor): Uint8Array | 'own' {
  const token = cursor.accept('word') ?? cursor.accept('integer');
  if (token === undefined) return new Uint8Array();
  if (token.text === 'TFO_COOKIE') return 'own';
  const cookie = fromHex(token.text);
  if (cookie === undefined || cookie.length > 16) {
    throw new Misfit(token.line, `${token.text} is no fast open cookie of 0 … 16 octets`);
  }
  return cookie;
}

function parseDigest(cursor: Cursor): Uint8Array {
  const { text, line } = cursor.accept('integer') ?? cursor.expect('word', 'an MD5 digest');
  const digest = fromHex(text);
  if (digest?.length === DIGEST_LENGTH) return digest;
  throw new Misfit(line, `${text} is no MD5 digest of ${DIGEST_LENGTH} octets`);
}

/** Linux's and the stack's own have eight octets. */
const cookieLength = (cookie: Uint8Array | 'own'): number => (cookie === 'own' ? 8 : cookie.length);

export const OPTIONS_LENGTH_MAX = 40;

/** In octets, with kind and length. */
export function optionLength(option: TcpOption): number {
  switch (option.kind) {
    case 'eol':
    case 'nop':
      return 1;
    case 'sackOK':
      return 2;
    case 'mss':
      return 4;
    case 'wscale':
      return 3;
    case 'timestamp':
      return 10;
    case 'sack':
      return 2 + 8 * option.blocks.length;
    case 'md5':
      return 2 + DIGEST_LENGTH;
    case 'fast-open':
      return (option.experimental ? 4 : 2) + cookieLength(option.cookie);
  }
}
