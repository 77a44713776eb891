/**
 * The domain names of a DNS search list, RFC 8106 §5.2: labels as RFC 1035 §3.1 has them, uncompressed,
 * zeros behind the last name.
 *
 * A name with a label of other than letters, digits, hyphens and underscores is refused, for what it
 * would do to those who paste it into a query or a file.
 */
import { assert } from '../../../base/errors.ts';
import { fromAscii, toAscii } from '../../../base/octets.ts';

const LABEL_LENGTH_MAX = 63;
const NAME_LENGTH_MAX = 255;

const isLabel = (text: string): boolean => /^[0-9a-z_-]+$/i.test(text);

/** The names without their last dots; undefined when the octets are no list of names. */
export function decodeDomains(octets: Uint8Array): readonly string[] | undefined {
  const domains: string[] = [];
  let labels: string[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = octets[at] as number;
    const label = octets.subarray(at + 1, at + 1 + length);
    at += 1 + length;
    if (length === 0) {
      // Where a name would begin, zeros are padding.
      if (labels.length > 0) domains.push(labels.join('.'));
      labels = [];
      continue;
    }
    const text = toAscii(label);
    if (length > LABEL_LENGTH_MAX || label.length < length || !isLabel(text)) return undefined;
    labels.push(text);
  }
  const whole = labels.length === 0 && domains.length > 0;
  return whole && domains.every((d) => d.length + 2 <= NAME_LENGTH_MAX) ? domains : undefined;
}

export function encodeDomains(domains: readonly string[]): Uint8Array {
  const octets: number[] = [];
  for (const domain of domains) {
    assert(domain.length + 2 <= NAME_LENGTH_MAX, 'a domain name has 255 octets at most');
    for (const label of domain.split('.')) {
      assert(isLabel(label) && label.length <= LABEL_LENGTH_MAX, 'a label is short and plain');
      octets.push(label.length, ...fromAscii(label));
    }
    octets.push(0);
  }
  return Uint8Array.from(octets);
}
