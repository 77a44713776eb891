/**
 * Domain names, RFC 1034 §3.1, in the text form of RFC 1035 §5.1.
 *
 * A label may hold any octet (RFC 2181 §11), a dot too. All that is not a printable ASCII character, and
 * the dot and the backslash, are written `\DDD`: so each dot in the text parts two labels, and case, which
 * counts for nothing (RFC 4343), is that of ASCII letters alone.
 */
declare const nameBrand: unique symbol;
/** Well formed and absolute: `www.example.com` with no dot at its end; the root is `.`. */
export type Name = string & { readonly [nameBrand]: true };

export const ROOT = '.' as Name;
/** RFC 1035 §2.3.4: of a label, and of a name on the wire with its length octets. */
export const LABEL_LENGTH_MAX = 63;
export const NAME_LENGTH_MAX = 255;

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** One character of a text: `\DDD`, `\` and any but a digit, or the character itself. */
const CHARACTER = /\\\d{3}|\\[!-/:-~]|[^\\]|\\/g;

/** Reads a name; a dot at its end changes nothing. Other scripts are to come in IDNA's form. */
export function parse(text: string): Name | undefined {
  if (text === '.') return ROOT;
  const labels = parseLabels(text);
  if (labels === undefined) return undefined;
  if (labels.length > 1 && labels.at(-1)?.length === 0) labels.pop();
  let length = 1;
  for (const label of labels) {
    if (label.length === 0 || label.length > LABEL_LENGTH_MAX) return undefined;
    length += label.length + 1;
  }
  return length > NAME_LENGTH_MAX ? undefined : fromLabels(labels.map(formatLabel));
}

function parseLabels(text: string): number[][] | undefined {
  let label: number[] = [];
  const labels = [label];
  for (const [character] of text.matchAll(CHARACTER)) {
    if (character === '.') {
      label = [];
      labels.push(label);
      continue;
    }
    const octet = parseCharacter(character);
    if (octet === undefined) return undefined;
    label.push(octet);
  }
  return labels;
}

function parseCharacter(character: string): number | undefined {
  if (character.length === 4) {
    const octet = Number(character.slice(1));
    return octet > 0xff ? undefined : octet;
  }
  if (character.length === 2) return character.charCodeAt(1);
  const octet = character.charCodeAt(0);
  return character === '\\' || octet <= 0x20 || octet >= 0x7f ? undefined : octet;
}

/** One label's text. */
export function formatLabel(octets: Iterable<number>): string {
  let text = '';
  for (const octet of octets) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== DOT && octet !== BACKSLASH;
    text += plain ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`;
  }
  return text;
}

/** Joins the texts of labels, whose lengths have been looked at. */
export const fromLabels = (labels: readonly string[]): Name =>
  (labels.length === 0 ? ROOT : labels.join('.')) as Name;

/** The texts of the labels, the root's empty one left out. */
export const labelsOf = (name: Name): readonly string[] => (name === ROOT ? [] : name.split('.'));

/** The octets of one label's text. */
export function labelOctets(label: string): number[] {
  return Array.from(label.matchAll(/\\(\d{3})|(.)/g), ([, escaped, plain = '']) =>
    escaped === undefined ? plain.charCodeAt(0) : Number(escaped),
  );
}

/** The octets that the name takes on the wire when nothing in it is compressed. */
export const wireLength = (name: Name): number =>
  labelsOf(name).reduce((sum, label) => sum + labelOctets(label).length + 1, 1);

/** The one form of all names that are equal. */
export const canonical = (name: Name): Name => name.toLowerCase() as Name;

export const sameName = (a: Name, b: Name): boolean =>
  a === b || (a.length === b.length && canonical(a) === canonical(b));

/** The name without its first label; the root's own parent is the root. */
export function parent(name: Name): Name {
  const dot = name.indexOf('.');
  return dot < 0 || name === ROOT ? ROOT : (name.slice(dot + 1) as Name);
}

/** Is `name` the name `ancestor` or below it in the tree? */
export function isWithin(name: Name, ancestor: Name): boolean {
  if (ancestor === ROOT || sameName(name, ancestor)) return true;
  return canonical(name).endsWith(`.${canonical(ancestor)}`);
}

/** `name` below `domain`; undefined when that is too long. */
export const join = (name: Name, domain: Name): Name | undefined =>
  domain === ROOT ? name : parse(`${name}.${domain}`);
