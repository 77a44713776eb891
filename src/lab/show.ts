/** Values as a person reads them in a report: one line, bounded, octets in hex. */
import { equal, toHex } from '../base/octets.ts';

const DEPTH_MAX = 4;
const ITEMS_MAX = 16;
const TEXT_MAX = 200;
const OCTETS_MAX = 32;

/** `0a 0b … (60 octets)`, `"text"`, `{type: 2048, payload: 01 02}`. */
export function show(value: unknown, depth = 0): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return showOctets(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth === DEPTH_MAX) return '…';
  if (Array.isArray(value)) {
    return `[${bounded(value.map((item) => show(item, depth + 1)))}]`;
  }
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${show(field, depth + 1)}`);
  return `{${bounded(fields)}}`;
}

function quote(text: string): string {
  return text.length <= TEXT_MAX
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, TEXT_MAX))}… (${text.length} characters)`;
}

function showOctets(octets: Uint8Array): string {
  if (octets.length === 0) return '(no octets)';
  const start = toHex(octets.subarray(0, OCTETS_MAX), ' ');
  return octets.length <= OCTETS_MAX ? start : `${start} … (${octets.length} octets)`;
}

function bounded(items: readonly string[]): string {
  const shown = items.slice(0, ITEMS_MAX).join(', ');
  return items.length <= ITEMS_MAX ? shown : `${shown}, … (${items.length} in all)`;
}

/** What kind of value it is, for "expected octets, got …". */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return 'octets';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** Equal in structure and content. Octets are equal to octets alone, NaN to NaN. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && equal(a, b);
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => same(Reflect.get(a, name), Reflect.get(b, name)));
}
