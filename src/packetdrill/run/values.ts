/** The values that stand in system calls. */
import { type IpAddress, parse } from '../../stack/network/ip/address.ts';
import type { Profile } from '../../stack/transport/tcp/config.ts';
import { constant } from '../constants.ts';
import type { Expression } from '../language/ast.ts';
import { Misfit } from '../script-error.ts';

/** A number, however it is written; undefined for `...`. @throws Misfit */
export function optionalNumber(e: Expression, profile: Profile): number | undefined {
  return e.kind === 'any' ? undefined : numberOf(e, profile);
}

/** @throws Misfit */
export function numberOf(e: Expression, profile: Profile): number {
  switch (e.kind) {
    case 'number':
      return e.value;
    case 'word': {
      const value = constant(e.name, profile);
      if (value === undefined) throw new Misfit(e.line, `the constant ${e.name} is not known`);
      return value;
    }
    case 'or':
      // Bits of 32, EPOLLET the highest of them.
      return (numberOf(e.left, profile) | numberOf(e.right, profile)) >>> 0;
    case 'list': {
      const [only] = e.items;
      if (only !== undefined && e.items.length === 1) return numberOf(only, profile);
      break;
    }
    case 'apply': {
      const [only] = e.parameters;
      const isOrder = ['htons', 'htonl', 'ntohs', 'ntohl'].includes(e.name);
      if (isOrder && only !== undefined) return numberOf(only, profile);
      break;
    }
    default:
      break;
  }
  throw new Misfit(e.line, 'expected a number');
}

/** The names in `A|B|C`; numbers are none. */
export function wordsOf(e: Expression): string[] {
  if (e.kind === 'or') return [...wordsOf(e.left), ...wordsOf(e.right)];
  return e.kind === 'word' ? [e.name] : [];
}

export function wordOf(e: Expression, what: string): string {
  if (e.kind !== 'word') throw new Misfit(e.line, `expected ${what}`);
  return e.name;
}

/** The value of a field of a struct. */
export function fieldOf(e: Expression, name: string): Expression | undefined {
  if (e.kind !== 'struct') return undefined;
  for (const item of e.items) if (item.kind === 'field' && item.name === name) return item.value;
  return undefined;
}

/** The control messages of a message: `msg_control=[{cmsg_level=…, cmsg_type=…, cmsg_data=…}]`. */
export function controlOf(message: Expression): { type: Expression; data: Expression }[] {
  const control = fieldOf(message, 'msg_control');
  const items = control?.kind === 'list' ? control.items : [];
  return items.map((item) => {
    const type = fieldOf(item, 'cmsg_type');
    const data = fieldOf(item, 'cmsg_data');
    if (type !== undefined && data !== undefined) return { type, data };
    throw new Misfit(item.line, 'expected a control message: {cmsg_level=…, cmsg_type=…, …}');
  });
}

export interface SocketAddress {
  readonly port: number;
  /** Undefined: any. */
  readonly address: IpAddress | undefined;
}

/** `{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("192.0.2.1")}` */
export function socketAddressOf(e: Expression, profile: Profile): SocketAddress | 'any' | 'unspec' {
  if (e.kind === 'any') return 'any';
  const family = fieldOf(e, 'sa_family') ?? fieldOf(e, 'sin_family') ?? fieldOf(e, 'sin6_family');
  if (family === undefined) throw new Misfit(e.line, 'expected an address: {sa_family = …}');
  if (wordOf(family, 'a family of addresses') === 'AF_UNSPEC') return 'unspec';
  const port = fieldOf(e, 'sin_port') ?? fieldOf(e, 'sin6_port');
  const host = fieldOf(e, 'sin_addr') ?? fieldOf(e, 'sin6_addr');
  return {
    port: port === undefined ? 0 : numberOf(port, profile),
    address: host === undefined ? undefined : hostOf(host),
  };
}

function hostOf(e: Expression): IpAddress | undefined {
  if (e.kind === 'any') return undefined;
  const [first] = e.kind === 'apply' ? e.parameters : [e];
  if (first?.kind === 'text') {
    const address = parse(first.value);
    if (address !== undefined) return address;
  }
  if (first?.kind === 'word' && first.name === 'INADDR_ANY') return undefined;
  throw new Misfit(e.line, 'expected an address of a host: inet_addr("192.0.2.1")');
}

/** One buffer of a vector: how many octets, and those that the script gives. */
export interface Buffer {
  readonly length: number;
  readonly octets: Uint8Array | undefined;
  /** An address at which nothing can be read or written. */
  readonly isNull: boolean;
}

export function bufferOf(content: Expression, length: number): Buffer {
  if (content.kind === 'any') return { length, octets: undefined, isNull: false };
  if (content.kind === 'word' && content.name === 'NULL') {
    return { length, octets: undefined, isNull: true };
  }
  if (content.kind === 'text') {
    const octets = new Uint8Array(length);
    for (let i = 0; i < length; i++) octets[i] = content.value.charCodeAt(i) & 0xff;
    return { length, octets, isNull: false };
  }
  throw new Misfit(content.line, 'expected "...", NULL or a string as a buffer');
}

/** `[{..., 1000}, {"abc", 3}]`, or with the fields iov_base and iov_len. */
export function vectorOf(e: Expression, profile: Profile): Buffer[] {
  if (e.kind !== 'list') throw new Misfit(e.line, 'expected a list of buffers');
  return e.items.map((item) => {
    const [base, length] = item.kind === 'struct' ? item.items.map(plain) : [];
    if (base === undefined || length === undefined) {
      throw new Misfit(item.line, 'expected a buffer: {..., 1000}');
    }
    return bufferOf(base, numberOf(length, profile));
  });
}

const plain = (e: Expression): Expression => (e.kind === 'field' ? e.value : e);
