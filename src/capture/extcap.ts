/** What an extcap program says to Wireshark (extcap(4)): sentences of a keyword and values in braces. */

export interface ExtcapInterface {
  /** What Wireshark calls it by, from now on and in scripts. */
  readonly value: string;
  /** For people. */
  readonly display: string;
}

export interface ExtcapOption {
  /** `--block-broadcast`: a flag without a value. */
  readonly call: string;
  readonly display: string;
}

/** DLT_EN10MB of the registry of link types. */
const ETHERNET = 1;

export const encodeInterfaces = (
  version: string,
  interfaces: readonly ExtcapInterface[],
): string[] => [
  sentence('extcap', { version, display: 'netlab' }),
  ...interfaces.map(({ value, display }) => sentence('interface', { value, display })),
];

export const encodeDlts = (): string[] => [
  sentence('dlt', { number: String(ETHERNET), name: 'EN10MB', display: 'Ethernet' }),
];

export const encodeOptions = (options: readonly ExtcapOption[]): string[] =>
  options.map(({ call, display }, number) =>
    sentence('arg', { number: String(number), call, display, type: 'boolflag', default: 'false' }),
  );

/** Braces would end a value too early, and a line break the sentence. */
const sentence = (keyword: string, values: Readonly<Record<string, string>>): string =>
  `${keyword} ${Object.entries(values)
    .map(([name, value]) => `{${name}=${value.replace(/[{}\r\n]/g, '_')}}`)
    .join('')}`;

/** A port's name as the name of an interface, which is letters, digits and a few signs: others become `_`. */
export const interfaceValue = (port: string): string =>
  `netlab-${port.replace(/^\/dev\//, '').replace(/[^\w.-]+/g, '_')}`;
