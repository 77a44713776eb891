/** Who a board is: a list of items, each type 1, length 1, value (docs/control-protocol.md §6.1). */
import { assert, type DecodeError } from '../../base/errors.ts';
import { concat, fromAscii, toAscii, view } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { decodeLineLimits, encodeLineLimits, LINE_LIMITS_LENGTH, type LineLimits } from './line.ts';

const ITEM = {
  board: 1,
  firmware: 2,
  sourceHash: 3,
  boot: 4,
  capabilities: 5,
  serial: 6,
  chip: 7,
  lineRate: 8,
  address: 9,
  line: 10,
} as const;

export const CAPABILITY = { phy: 1, mac: 2, line: 4, sockets: 8, registers: 16 } as const;

export const BOOT_REASONS = ['unknown', 'power', 'pin', 'watchdog', 'asked'] as const;
export type BootReason = (typeof BOOT_REASONS)[number];

/** What a board did not say is empty: '' or undefined, 0 for the capabilities. */
export interface Identity {
  /** `w5500-evb-pico`, `host`, `mock`, … */
  readonly board: string;
  /** `1.0.0` */
  readonly firmware: string;
  /** The first 8 octets of the SHA-256 over the firmware's sources. */
  readonly sourceHash: Uint8Array | undefined;
  /** `number` differs between boots. */
  readonly boot: { readonly number: number; readonly reason: BootReason } | undefined;
  /** Bits of CAPABILITY. */
  readonly capabilities: number;
  readonly serial: string;
  /** VERSIONR as read: 0x04 on a W5500. */
  readonly chip: number | undefined;
  /** bit/s; 0 where the link has no rate. */
  readonly lineRate: { readonly present: number; readonly highest: number } | undefined;
  /** The board's own MAC address. */
  readonly address: Uint8Array | undefined;
  /** The raw line, where the board has one. */
  readonly line?: LineLimits | undefined;
}

const VALUE_MAX = 255;

/** Items of an unknown type, or whose length is not that of their type, are skipped. */
export function decodeIdentity(octets: Uint8Array): Result<Identity, DecodeError> {
  const items = new Map<number, Uint8Array>();
  for (let at = 0; at < octets.length; ) {
    const end = at + 2 + (octets[at + 1] ?? 0);
    if (at + 2 > octets.length || end > octets.length) {
      return fail({ code: 'truncated', protocol: 'control', need: end, have: octets.length });
    }
    const type = octets[at] as number;
    if (!items.has(type)) items.set(type, octets.slice(at + 2, end));
    at = end;
  }
  const text = (type: number): string => toAscii(items.get(type) ?? new Uint8Array(0));
  const exactly = (type: number, length: number): Uint8Array | undefined => {
    const value = items.get(type);
    return value?.length === length ? value : undefined;
  };
  const boot = exactly(ITEM.boot, 5);
  const capabilities = exactly(ITEM.capabilities, 4);
  const lineRate = exactly(ITEM.lineRate, 8);
  const line = exactly(ITEM.line, LINE_LIMITS_LENGTH);
  return ok({
    board: text(ITEM.board),
    firmware: text(ITEM.firmware),
    sourceHash: exactly(ITEM.sourceHash, 8),
    boot: boot && {
      number: view(boot).getUint32(0),
      reason: BOOT_REASONS[boot[4] as number] ?? 'unknown',
    },
    capabilities: capabilities === undefined ? 0 : view(capabilities).getUint32(0),
    serial: text(ITEM.serial),
    chip: exactly(ITEM.chip, 1)?.[0],
    lineRate: lineRate && {
      present: view(lineRate).getUint32(0),
      highest: view(lineRate).getUint32(4),
    },
    address: exactly(ITEM.address, 6),
    line: line && decodeLineLimits(line),
  });
}

/** What is empty is left out, save capabilities. */
export function encodeIdentity(identity: Identity): Uint8Array {
  const { boot, lineRate } = identity;
  const bootValue = new Uint8Array(5);
  const rateValue = new Uint8Array(8);
  const capabilities = new Uint8Array(4);
  view(capabilities).setUint32(0, identity.capabilities);
  if (boot !== undefined) {
    view(bootValue).setUint32(0, boot.number);
    bootValue[4] = BOOT_REASONS.indexOf(boot.reason);
  }
  if (lineRate !== undefined) {
    view(rateValue).setUint32(0, lineRate.present);
    view(rateValue).setUint32(4, lineRate.highest);
  }
  return concat([
    item(ITEM.board, fromAscii(identity.board)),
    item(ITEM.firmware, fromAscii(identity.firmware)),
    item(ITEM.sourceHash, identity.sourceHash),
    item(ITEM.boot, boot && bootValue),
    item(ITEM.capabilities, capabilities),
    item(ITEM.serial, fromAscii(identity.serial)),
    item(ITEM.chip, identity.chip === undefined ? undefined : Uint8Array.of(identity.chip)),
    item(ITEM.lineRate, lineRate && rateValue),
    item(ITEM.address, identity.address),
    item(ITEM.line, identity.line && encodeLineLimits(identity.line)),
  ]);
}

function item(type: number, value: Uint8Array | undefined): Uint8Array {
  if (value === undefined || value.length === 0) return new Uint8Array(0);
  assert(value.length <= VALUE_MAX, `an item of ${value.length} octets`);
  return concat([Uint8Array.of(type, value.length), value]);
}
