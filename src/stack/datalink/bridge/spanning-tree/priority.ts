/**
 * Bridge and port identifiers, and the priority vectors by which bridges choose (IEEE 802.1D-2004 §17.5, §17.6). The
 * lesser is the better.
 */
import { assert } from '../../../../base/errors.ts';

/** Priority in 16 bits and address in 48, as one number for comparison. */
export type BridgeId = bigint;

/** Priority in four bits and number in twelve (§9.2.7). */
export type PortId = number;

export function bridgeId(priority: number, address: Uint8Array): BridgeId {
  assert(priority >= 0 && priority <= 0xffff, `a bridge priority of ${priority}`);
  assert(address.length === 6, 'a MAC address has six octets');
  return address.reduce((id, octet) => (id << 8n) | BigInt(octet), BigInt(priority));
}

export function portId(priority: number, number: number): PortId {
  assert(
    priority >= 0 && priority <= 0xff && priority % 16 === 0,
    `a port priority of ${priority}`,
  );
  assert(number >= 1 && number <= 0xfff, `port ${number} is not in 1 … 4095`);
  return (priority << 8) | number;
}

/** `8000.020000000001`: as the Linux bridge prints it. */
export const formatBridgeId = (id: BridgeId): string => {
  const text = id.toString(16).padStart(16, '0');
  return `${text.slice(0, 4)}.${text.slice(4)}`;
};

export interface PriorityVector {
  readonly root: BridgeId;
  readonly cost: number;
  readonly bridge: BridgeId;
  readonly port: PortId;
}

/** Below 0: `a` is better. */
export function compare(a: PriorityVector, b: PriorityVector): number {
  if (a.root !== b.root) return a.root < b.root ? -1 : 1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.bridge !== b.bridge) return a.bridge < b.bridge ? -1 : 1;
  return a.port - b.port;
}

/** In seconds, as BPDUs carry them in 256ths. */
export interface Times {
  readonly messageAge: number;
  readonly maxAge: number;
  readonly helloTime: number;
  readonly forwardDelay: number;
}

export const sameTimes = (a: Times, b: Times): boolean =>
  a.messageAge === b.messageAge &&
  a.maxAge === b.maxAge &&
  a.helloTime === b.helloTime &&
  a.forwardDelay === b.forwardDelay;

/** §17.14, table 17-1. */
export const DEFAULT_TIMES: Times = { messageAge: 0, maxAge: 20, helloTime: 2, forwardDelay: 15 };

/** Table 17-3: 20,000,000,000,000 / bit/s, at most 200,000,000. */
export const pathCost = (bitsPerSecond: number): number =>
  Math.max(1, Math.min(200_000_000, Math.round(2e13 / bitsPerSecond)));
