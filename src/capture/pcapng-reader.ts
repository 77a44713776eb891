/**
 * Reads captures, draft-ietf-opsawg-pcapng-02, of either byte order and any number of sections. Blocks
 * that are neither a section header, an interface description nor an enhanced packet are skipped.
 */
import type { DecodeError } from '../base/errors.ts';
import { view } from '../base/octets.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Instant } from '../base/time.ts';
import {
  BLOCK,
  BYTE_ORDER_MAGIC,
  type CapturedPacket,
  type CaptureInterface,
  DIRECTION,
  OPTION,
} from './pcapng.ts';
import { decodeUtf8 } from './utf8.ts';

/** No block that a sane program writes is longer: what says so is damage. */
const BLOCK_MAX = 16 * 1024 * 1024;
const BLOCK_MIN = 12;
const MAGIC_REVERSED = 0x4d3c2b1a;

export interface Capture {
  /** Who wrote the first section. */
  readonly application: string | undefined;
  /** Of all sections, one after the other: `CapturedPacket.interface` counts through them. */
  readonly interfaces: readonly CaptureInterface[];
  /** All up to the damage. */
  readonly packets: readonly CapturedPacket[];
  /** Where the first block that cannot be read begins, and why. */
  readonly damage: CaptureDamage | undefined;
}

interface CaptureDamage {
  readonly offset: number;
  readonly error: DecodeError;
}

interface Interface extends CaptureInterface {
  /** How many units of a timestamp make a second. */
  readonly resolution: bigint;
  /** In seconds. */
  readonly offset: bigint;
}

const badField = (field: string, value: number) =>
  fail<DecodeError>({ code: 'bad-field', protocol: 'pcapng', field, value });
const truncated = (need: number, have: number) =>
  fail<DecodeError>({ code: 'truncated', protocol: 'pcapng', need, have });

/** Never throws: a capture that was cut off or altered gives what comes before that, and `damage`. */
export function decodeCapture(octets: Uint8Array): Capture {
  const reader = new Reader(octets);
  let offset = 0;
  let damage: CaptureDamage | undefined;
  while (offset < octets.length && damage === undefined) {
    const length = reader.block(offset);
    if (length.ok) offset += length.value;
    else damage = { offset, error: length.error };
  }
  if (octets.length === 0) {
    damage = { offset, error: { code: 'truncated', protocol: 'pcapng', need: 28, have: 0 } };
  }
  const interfaces = reader.interfaces.map(({ resolution: _, offset: __, ...rest }) => rest);
  return { application: reader.application, interfaces, packets: reader.packets, damage };
}

class Reader {
  application: string | undefined;
  readonly interfaces: Interface[] = [];
  readonly packets: CapturedPacket[] = [];
  readonly #octets: Uint8Array;
  #little = true;
  #sections = 0;
  #base = 0; // The number of the section's first interface.

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Takes the block at `offset`; its length. */
  block(offset: number): Result<number, DecodeError> {
    const rest = this.#octets.subarray(offset);
    if (rest.length < BLOCK_MIN) return truncated(BLOCK_MIN, rest.length);
    const opened = this.#open(rest);
    if (!opened.ok) return opened;
    const type = view(rest).getUint32(0, this.#little);
    const length = view(rest).getUint32(4, this.#little);
    if (length < BLOCK_MIN || length % 4 !== 0 || length > BLOCK_MAX) {
      return badField('block length', length);
    }
    if (length > rest.length) return truncated(length, rest.length);
    const trailer = view(rest).getUint32(length - 4, this.#little);
    if (trailer !== length) return badField('block length behind the block', trailer);
    const body = this.#body(type, rest.subarray(8, length - 4));
    return body.ok ? ok(length) : body;
  }

  /** A section header says how the numbers from here on are written; nothing may come before the first. */
  #open(rest: Uint8Array): Result<void, DecodeError> {
    const type = view(rest).getUint32(0);
    if (type === BLOCK.sectionHeader) {
      const magic = view(rest).getUint32(8);
      if (magic !== BYTE_ORDER_MAGIC && magic !== MAGIC_REVERSED) {
        return badField('byte-order magic', magic);
      }
      this.#little = magic === MAGIC_REVERSED;
    } else if (this.#sections === 0) {
      return badField('first block type', type);
    }
    return ok(undefined);
  }

  #body(type: number, body: Uint8Array): Result<void, DecodeError> {
    if (type === BLOCK.sectionHeader) return this.#section(body);
    if (type === BLOCK.interfaceDescription) return this.#interface(body);
    if (type === BLOCK.enhancedPacket) return this.#packet(body);
    return ok(undefined);
  }

  #section(body: Uint8Array): Result<void, DecodeError> {
    if (body.length < 16) return truncated(16, body.length);
    const major = view(body).getUint16(4, this.#little);
    if (major !== 1) return badField('major version', major);
    const options = this.#options(body.subarray(16));
    if (!options.ok) return options;
    this.application ??= text(options.value.get(OPTION.shb_userappl));
    this.#sections += 1;
    this.#base = this.interfaces.length;
    return ok(undefined);
  }

  #interface(body: Uint8Array): Result<void, DecodeError> {
    if (body.length < 8) return truncated(8, body.length);
    const options = this.#options(body.subarray(8));
    if (!options.ok) return options;
    const one = (code: number) => options.value.get(code)?.[0];
    const description = text(options.value.get(OPTION.if_description));
    const speed = this.#number64(one(OPTION.if_speed));
    const fcsLength = one(OPTION.if_fcslen)?.[0] ?? 0;
    const resolution = one(OPTION.if_tsresol)?.[0] ?? 6;
    const power = BigInt(resolution & 0x7f);
    this.interfaces.push({
      name: text(options.value.get(OPTION.if_name)) ?? '',
      linkType: view(body).getUint16(0, this.#little),
      ...(description === undefined ? {} : { description }),
      ...(speed === undefined ? {} : { speed: Number(speed) }),
      ...(fcsLength === 0 ? {} : { fcsLength }),
      resolution: (resolution & 0x80 ? 2n : 10n) ** power,
      offset: BigInt.asIntN(64, this.#number64(one(OPTION.if_tsoffset)) ?? 0n),
    });
    return ok(undefined);
  }

  #packet(body: Uint8Array): Result<void, DecodeError> {
    if (body.length < 20) return truncated(20, body.length);
    const header = view(body);
    const number = header.getUint32(0, this.#little);
    const from = this.interfaces[this.#base + number];
    if (from === undefined) return badField('interface', number);
    const high = BigInt(header.getUint32(4, this.#little));
    const ticks = (high << 32n) | BigInt(header.getUint32(8, this.#little));
    const at = Number((ticks * 1_000_000n) / from.resolution + from.offset * 1_000_000n);
    if (!Number.isSafeInteger(at)) return badField('timestamp', at);
    const length = header.getUint32(12, this.#little);
    const end = 20 + ((length + 3) & ~3);
    if (length > body.length - 20 || end > body.length) return truncated(20 + length, body.length);
    const options = this.#options(body.subarray(end));
    if (!options.ok) return options;
    const originalLength = header.getUint32(16, this.#little);
    const comment = text(options.value.get(OPTION.comment));
    const direction = this.#direction(options.value.get(OPTION.epb_flags)?.[0]);
    this.packets.push({
      interface: this.#base + number,
      at: at as Instant,
      octets: body.slice(20, 20 + length),
      ...(originalLength === length ? {} : { originalLength }),
      ...(direction === undefined ? {} : { direction }),
      ...(comment === undefined ? {} : { comment }),
    });
    return ok(undefined);
  }

  #options(octets: Uint8Array): Result<Map<number, Uint8Array[]>, DecodeError> {
    const options = new Map<number, Uint8Array[]>();
    for (let at = 0; at < octets.length; ) {
      if (octets.length - at < 4) return truncated(4, octets.length - at);
      const code = view(octets).getUint16(at, this.#little);
      const length = view(octets).getUint16(at + 2, this.#little);
      if (code === OPTION.endofopt) break;
      const end = at + 4 + length;
      if (end > octets.length) return truncated(end, octets.length);
      const values = options.get(code) ?? [];
      values.push(octets.subarray(at + 4, end));
      options.set(code, values);
      at = (end + 3) & ~3;
    }
    return ok(options);
  }

  #number64(value: Uint8Array | undefined): bigint | undefined {
    return value?.length === 8 ? view(value).getBigUint64(0, this.#little) : undefined;
  }

  #direction(flags: Uint8Array | undefined): 'inbound' | 'outbound' | undefined {
    if (flags?.length !== 4) return undefined;
    const bits = view(flags).getUint32(0, this.#little) & 3;
    if (bits === DIRECTION.inbound) return 'inbound';
    return bits === DIRECTION.outbound ? 'outbound' : undefined;
  }
}

/** An option may occur more than once; comments in particular do. */
const text = (values: readonly Uint8Array[] | undefined): string | undefined =>
  values?.map(decodeUtf8).join('\n');
