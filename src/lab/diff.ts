/** Expected against actual: octet for octet, field for field. Plain data, for every report alike. */
import { toHex } from '../base/octets.ts';
import { kindOf, same, show } from './show.ts';

export type Difference =
  | {
      readonly kind: 'octets';
      /** Hex, two digits an octet. */
      readonly expected: string;
      readonly actual: string;
      /** Offset of the first octet that differs, or at which one of them ends. */
      readonly at: number;
    }
  | { readonly kind: 'fields'; readonly fields: readonly FieldDifference[] }
  | { readonly kind: 'value'; readonly expected: string; readonly actual: string };

/** One expected field; those that are equal are listed too, for their context. */
interface FieldDifference {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
  readonly equal: boolean;
}

/** The first offset at which they differ; undefined when they are equal. */
export function firstDifference(expected: Uint8Array, actual: Uint8Array): number | undefined {
  const shorter = Math.min(expected.length, actual.length);
  for (let at = 0; at < shorter; at++) if (expected[at] !== actual[at]) return at;
  return expected.length === actual.length ? undefined : shorter;
}

/** Undefined when `actual` is octets, and these. */
export function diffOctets(expected: Uint8Array, actual: unknown): Difference | undefined {
  if (!(actual instanceof Uint8Array)) {
    return { kind: 'value', expected: show(expected), actual: describe(actual) };
  }
  const at = firstDifference(expected, actual);
  if (at === undefined) return undefined;
  return { kind: 'octets', expected: toHex(expected), actual: toHex(actual), at };
}

/** Undefined when `actual` is an object that has every expected field; it may have more. */
export function diffFields(
  expected: Readonly<Record<string, unknown>>,
  actual: unknown,
): Difference | undefined {
  if (typeof actual !== 'object' || actual === null || actual instanceof Uint8Array) {
    return { kind: 'value', expected: show(expected), actual: describe(actual) };
  }
  const fields = Object.entries(expected).map(([name, value]) => {
    const found: unknown = Reflect.get(actual, name);
    const equal = same(value, found);
    const differentKind = !equal && kindOf(value) !== kindOf(found);
    return {
      name,
      expected: show(value),
      actual: differentKind ? describe(found) : show(found),
      equal,
    };
  });
  return fields.every((field) => field.equal) ? undefined : { kind: 'fields', fields };
}

/** Undefined when they are equal in structure and content. */
export function diffValues(expected: unknown, actual: unknown): Difference | undefined {
  if (expected instanceof Uint8Array) return diffOctets(expected, actual);
  if (same(expected, actual)) return undefined;
  const differentKind = kindOf(expected) !== kindOf(actual);
  return {
    kind: 'value',
    expected: show(expected),
    actual: differentKind ? describe(actual) : show(actual),
  };
}

/** The value with its kind, where the kind is the news. */
function describe(value: unknown): string {
  const shown = show(value);
  const kind = kindOf(value);
  return value === undefined || value === null ? shown : `${shown} (${kind})`;
}
