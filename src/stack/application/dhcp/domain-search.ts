/**
 * The domain search option, RFC 3397: names in DNS's form, which may point back into the option itself.
 * Names are given as text with dots, for the resolver to read; labels with other than letters, digits,
 * hyphens and underscores have no business in a search list, and their names are refused.
 */
import type { DecodeError } from '../../../base/errors.ts';
import { fromAscii, toAscii } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

const POINTER = 0xc0;
const LABEL_LENGTH_MAX = 63;
/** Of a name of 255 octets. */
const LABELS_MAX = 127;
/** Some systems take six; nobody needs more than this. */
const NAMES_MAX = 32;

export function decodeDomainSearch(octets: Uint8Array): Result<readonly string[], DecodeError> {
  const names: string[] = [];
  for (let at = 0; at < octets.length && names.length < NAMES_MAX; ) {
    const read = readName(octets, at);
    if (read === undefined) {
      return fail({ code: 'bad-field', protocol: 'dhcp', field: 'domain search', value: at });
    }
    if (read.name !== '') names.push(read.name);
    at = read.end;
  }
  return ok(names);
}

function readName(octets: Uint8Array, start: number): { name: string; end: number } | undefined {
  const labels: string[] = [];
  let run = readLabels(octets, start, octets.length, labels);
  const end = run?.end;
  // Only backwards, and to what ends before where it is pointed to from: so none goes round in a circle.
  for (let from = start; run?.pointer !== undefined; ) {
    const { pointer } = run;
    if (pointer >= from) return undefined;
    run = readLabels(octets, pointer, from, labels);
    from = pointer;
  }
  return run === undefined || end === undefined ? undefined : { name: labels.join('.'), end };
}

/** The labels up to the root's or to a pointer, and where it leads. */
function readLabels(
  octets: Uint8Array,
  start: number,
  limit: number,
  labels: string[],
): { end: number; pointer?: number } | undefined {
  for (let at = start; at < limit && labels.length <= LABELS_MAX; ) {
    const head = octets[at] as number;
    if (head === 0) return { end: at + 1 };
    if (head >= POINTER) {
      return { end: at + 2, pointer: ((head & ~POINTER) << 8) | (octets[at + 1] ?? 0xff) };
    }
    const label = readLabel(octets.subarray(at + 1, limit), head);
    if (label === undefined) return undefined;
    labels.push(label);
    at += head + 1;
  }
  return undefined;
}

function readLabel(octets: Uint8Array, length: number): string | undefined {
  const label = toAscii(octets.subarray(0, length));
  const whole = length <= LABEL_LENGTH_MAX && label.length === length;
  return whole && /^[\w-]+$/.test(label) ? label : undefined;
}

/** Not compressed. `names` are good names. */
export const encodeDomainSearch = (names: readonly string[]): Uint8Array =>
  Uint8Array.from(
    names.flatMap((name) => [
      ...name.split('.').flatMap((label) => [label.length, ...fromAscii(label)]),
      0,
    ]),
  );
