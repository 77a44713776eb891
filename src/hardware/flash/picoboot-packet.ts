/**
 * PICOBOOT, the vendor interface of the RP2040's mask ROM (RP2040 datasheet §2.8.5): what goes over its two bulk
 * endpoints and by its control requests. A command is 32 octets, its words little-endian:
 *
 *     0 magic · 4 token · 8 command · 9 size of its arguments · 10 zero · 12 octets that will be transferred ·
 *     16 arguments, zeros after them
 *
 * Bit 7 of the command says that the octets come from the chip. An empty packet the other way ends it; where
 * nothing is transferred that packet comes from the chip.
 */
import { view } from '../../base/octets.ts';
import type { UsbInterface } from './usb-transfer.ts';

/** Of the device descriptor (§2.8.5.1). */
export const PICOBOOT_USB = { vendor: 0x2e8a, product: 0x0003 } as const;
/** The RP2040's flash as PICOBOOT erases and writes it. */
export const PICOBOOT_SECTOR = 4096;
/** Vendor requests to the interface (§2.8.5.5). */
export const REQUEST = { interfaceReset: 0x41, getCommandStatus: 0x42 } as const;
export const STATUS_LENGTH = 16;

export type PicobootCommand =
  /** UF2 writes by the disk are refused from here on, until an interface reset. */
  | { readonly kind: 'exclusive-access' }
  | { readonly kind: 'reboot'; readonly delay_ms: number }
  | { readonly kind: 'flash-erase'; readonly address: number; readonly size: number }
  | { readonly kind: 'read'; readonly address: number; readonly size: number }
  | { readonly kind: 'write'; readonly address: number; readonly octets: Uint8Array }
  | { readonly kind: 'exit-xip' };

const MAGIC = 0x431f_d10b;
const COMMAND_LENGTH = 32;
const ID = {
  'exclusive-access': 0x01,
  reboot: 0x02,
  'flash-erase': 0x03,
  read: 0x84,
  write: 0x05,
  'exit-xip': 0x06,
} as const;
const AT = { token: 4, id: 8, size: 9, transfer: 12, arguments: 16 } as const;
const EXCLUSIVE = 1;
/** An address and a size, or an address, a stack pointer and a delay: 32 bits each. */
const WORD = 4;

/** @param token what GET_COMMAND_STATUS will call it by; 32 bits */
export function encodeCommand(command: PicobootCommand, token: number): Uint8Array {
  const octets = new Uint8Array(COMMAND_LENGTH);
  const fields = view(octets);
  fields.setUint32(0, MAGIC, true);
  fields.setUint32(AT.token, token, true);
  fields.setUint8(AT.id, ID[command.kind]);
  fields.setUint32(AT.transfer, transferLength(command), true);
  if (command.kind === 'exclusive-access') {
    fields.setUint8(AT.size, 1);
    fields.setUint8(AT.arguments, EXCLUSIVE);
    return octets;
  }
  const words = wordsOf(command);
  fields.setUint8(AT.size, words.length * WORD);
  for (const [i, word] of words.entries()) fields.setUint32(AT.arguments + i * WORD, word, true);
  return octets;
}

function transferLength(command: PicobootCommand): number {
  if (command.kind === 'read') return command.size;
  return command.kind === 'write' ? command.octets.length : 0;
}

function wordsOf(command: Exclude<PicobootCommand, { kind: 'exclusive-access' }>): number[] {
  switch (command.kind) {
    case 'exit-xip':
      return [];
    case 'reboot':
      // An address of zero: by the flash's second stage, as at power-on.
      return [0, 0, command.delay_ms];
    case 'write':
      return [command.address, command.octets.length];
    default:
      return [command.address, command.size];
  }
}

/** By its number (§2.8.5.5.2, table 196). */
const STATUS = [
  'ok',
  'unknown command',
  'invalid command length',
  'invalid transfer length',
  'invalid address',
  'bad alignment',
  'interleaved write',
  'rebooting',
  'unknown error',
] as const;

export interface CommandStatus {
  readonly token: number;
  /** For people. */
  readonly status: string;
}

/** Undefined when it is none. */
export function decodeStatus(octets: Uint8Array): CommandStatus | undefined {
  if (octets.length !== STATUS_LENGTH) return undefined;
  const fields = view(octets);
  const code = fields.getUint32(4, true);
  return { token: fields.getUint32(0, true), status: STATUS[code] ?? `status ${code}` };
}

const DESCRIPTOR = { interface: 4, endpoint: 5 } as const;
const LENGTH = { interface: 9, endpoint: 7 } as const;
const VENDOR_SPECIFIC = 0xff;
const BULK = 2;
const IN = 0x80;

/**
 * The PICOBOOT interface in a configuration descriptor with all that belongs to it (USB 2.0 §9.6): its number and
 * its endpoints' are not fixed (§2.8.5.2). Undefined where there is none.
 */
export function picobootInterface(configuration: Uint8Array): UsbInterface | undefined {
  let number: number | undefined;
  let endpoints: number[] = [];
  for (const octets of descriptorsIn(configuration)) {
    if (octets[1] === DESCRIPTOR.interface && octets.length >= LENGTH.interface) {
      number = isPicoboot(octets) ? octets[2] : undefined;
      endpoints = [];
    } else if (isBulk(octets)) {
      endpoints.push(octets[2] ?? 0);
    }
    const found = interfaceOf(number, endpoints);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One after another, as far as each is whole. */
function* descriptorsIn(octets: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + 2 <= octets.length; ) {
    const { [at]: length = 0 } = octets;
    if (length < 2 || at + length > octets.length) return;
    yield octets.subarray(at, at + length);
    at += length;
  }
}

const isBulk = (descriptor: Uint8Array): boolean =>
  descriptor[1] === DESCRIPTOR.endpoint &&
  descriptor.length >= LENGTH.endpoint &&
  ((descriptor[3] ?? 0) & 3) === BULK;

/** Class, subclass and protocol. */
const isPicoboot = (descriptor: Uint8Array): boolean =>
  descriptor[5] === VENDOR_SPECIFIC && descriptor[6] === 0 && descriptor[7] === 0;

function interfaceOf(
  number: number | undefined,
  endpoints: readonly number[],
): UsbInterface | undefined {
  const out = endpoints.find((endpoint) => endpoint < IN);
  const into = endpoints.find((endpoint) => endpoint >= IN);
  if (number === undefined || out === undefined || into === undefined) return undefined;
  return { number, out, in: into };
}
