/** The payloads of OPEN and OPENED (docs/control-protocol.md §2), alike in every version. */
import type { DecodeError } from '../../base/errors.ts';
import { view } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';

const OPEN_LENGTH = 9;
const OPENED_LENGTH = 8;

export interface Open {
  readonly versionMin: number;
  readonly versionMax: number;
  readonly window: number;
  readonly messageMax: number;
  readonly nonce: number;
}

export interface Opened {
  readonly version: number;
  readonly window: number;
  readonly messageMax: number;
  readonly nonce: number;
  /** §6.1, not yet decoded. */
  readonly identity: Uint8Array;
}

export function encodeOpen(open: Open): Uint8Array {
  const octets = new Uint8Array(OPEN_LENGTH);
  const out = view(octets);
  out.setUint8(0, open.versionMin);
  out.setUint8(1, open.versionMax);
  out.setUint8(2, open.window);
  out.setUint16(3, open.messageMax);
  out.setUint32(5, open.nonce);
  return octets;
}

export function decodeOpen(octets: Uint8Array): Result<Open, DecodeError> {
  if (octets.length < OPEN_LENGTH) return truncated(OPEN_LENGTH, octets.length);
  const fields = view(octets);
  return ok({
    versionMin: fields.getUint8(0),
    versionMax: fields.getUint8(1),
    window: fields.getUint8(2),
    messageMax: fields.getUint16(3),
    nonce: fields.getUint32(5),
  });
}

export function encodeOpened(opened: Opened): Uint8Array {
  const octets = new Uint8Array(OPENED_LENGTH + opened.identity.length);
  const out = view(octets);
  out.setUint8(0, opened.version);
  out.setUint8(1, opened.window);
  out.setUint16(2, opened.messageMax);
  out.setUint32(4, opened.nonce);
  octets.set(opened.identity, OPENED_LENGTH);
  return octets;
}

export function decodeOpened(octets: Uint8Array): Result<Opened, DecodeError> {
  if (octets.length < OPENED_LENGTH) return truncated(OPENED_LENGTH, octets.length);
  const fields = view(octets);
  return ok({
    version: fields.getUint8(0),
    window: fields.getUint8(1),
    messageMax: fields.getUint16(2),
    nonce: fields.getUint32(4),
    identity: octets.subarray(OPENED_LENGTH),
  });
}

const truncated = (need: number, have: number): Result<never, DecodeError> =>
  fail({ code: 'truncated', protocol: 'control', need, have });
