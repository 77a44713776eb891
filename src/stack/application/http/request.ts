/** The head of a request as HTTP/1.0 has it (RFC 1945 §5); of its fields none is looked at. */
import type { DecodeError } from '../../../base/errors.ts';
import { toAscii } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

export interface Request {
  readonly method: string;
  /** As it was sent: encoded. */
  readonly target: string;
  /** False for the form of HTTP/0.9, whose answer is the body alone (§4.1). */
  readonly full: boolean;
}

/** Octets of a head: as much as servers take at most. */
export const HEAD_MAX = 8192;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const LF = 0x0a;
const CR = 0x0d;

/** Where the head ends: behind its empty line; −1 when it has not come whole. */
export function endOfHead(octets: Uint8Array): number {
  let lineStart = 0;
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, lineStart)) {
    // §2.2 and appendix B: a lone LF ends a line too.
    const end = at > 0 && octets[at - 1] === CR ? at - 1 : at;
    if (end === lineStart && lineStart > 0) return at + 1;
    const first = lineStart === 0;
    lineStart = at + 1;
    if (first && isSimple(octets.subarray(0, end))) return lineStart;
  }
  return -1;
}

const isSimple = (line: Uint8Array): boolean => !/ HTTP\/\d+\.\d+ *$/.test(toAscii(line));

export function decodeRequest(head: Uint8Array): Result<Request, DecodeError> {
  const [method = '', target = '', version, ...more] = firstLine(head).trim().split(/ +/);
  const bad = (field: string): Result<Request, DecodeError> =>
    fail({ code: 'bad-field', protocol: 'http', field, value: head.length });
  if (!TOKEN.test(method)) return bad('method');
  if (!/^[\x21-\x7e]+$/.test(target)) return bad('target');
  if (more.length > 0 || !/^HTTP\/\d+\.\d+$/.test(version ?? 'HTTP/0.9')) return bad('version');
  if (version === undefined && method !== 'GET') return bad('version');
  return ok({ method, target, full: version !== undefined });
}

function firstLine(head: Uint8Array): string {
  const lf = head.indexOf(LF);
  const end = lf < 0 ? head.length : lf;
  return toAscii(head.subarray(0, head[end - 1] === CR ? end - 1 : end));
}
