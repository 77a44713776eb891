/**
 * Configuration BPDUs that others made. LINUX: two bridges of Linux 6.18 in a network namespace, captured with tshark
 * 4.0 on the cable between them and behind the second; what the kernel left short is padded here. SCAPY: Scapy 2.7
 * wrote it, tshark read it without complaint.
 */
import type { Text } from '../../../src/lab/lab.ts';
import { octetsOf } from './frames.ts';

export interface Golden {
  readonly what: Text;
  readonly source: Uint8Array;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly octets: Uint8Array;
}

const PADDING = '00 00 00 00 00 00 00 00';
const TIMES = { maxAge: 20, helloTime: 2, forwardDelay: 15 };

const golden = (
  what: Text,
  fields: Readonly<Record<string, unknown>>,
  octets: Uint8Array,
): Golden => ({ what, source: octets.slice(6, 12), fields: { ...fields, ...TIMES }, octets });

export const SCAPY = golden(
  { en: 'Scapy: a bridge that is root', ko: 'Scapy: 루트인 브리지' },
  {
    root: '800000005e005301',
    cost: 0,
    bridge: '800000005e005301',
    port: 0x8001,
    messageAge: 0,
    flags: 0,
  },
  octetsOf(`01 80 c2 00 00 00 00 00 5e 00 53 01 00 26 42 42 03 00 00 00 00 00 80 00 00 00 5e 00 53 01
    00 00 00 00 80 00 00 00 5e 00 53 01 80 01 00 00 14 00 02 00 0f 00 ${PADDING}`),
);

export const LINUX_ROOT = golden(
  { en: 'Linux: the root, priority 4096', ko: 'Linux: 루트, 우선순위 4096' },
  {
    root: '1000020000000100',
    cost: 0,
    bridge: '1000020000000100',
    port: 0x8001,
    messageAge: 0,
    flags: 0,
  },
  octetsOf(`01 80 c2 00 00 00 8e 7b 7f 23 aa cd 00 26 42 42 03 00 00 00 00 00 10 00 02 00 00 00 01 00
    00 00 00 00 10 00 02 00 00 00 01 00 80 01 00 00 14 00 02 00 0f 00 ${PADDING}`),
);

export const LINUX_CHANGE = golden(
  {
    en: 'Linux: the root acknowledges a change of topology',
    ko: 'Linux: 루트가 토폴로지 변경을 확인해 준다',
  },
  {
    root: '1000020000000100',
    cost: 0,
    bridge: '1000020000000100',
    port: 0x8001,
    messageAge: 0,
    flags: 0x81,
  },
  octetsOf(`01 80 c2 00 00 00 8e 7b 7f 23 aa cd 00 26 42 42 03 00 00 00 00 81 10 00 02 00 00 00 01 00
    00 00 00 00 10 00 02 00 00 00 01 00 80 01 00 00 14 00 02 00 0f 00 ${PADDING}`),
);

export const LINUX_RELAYED = golden(
  {
    en: 'Linux: one hop behind the root, 1/256 s old',
    ko: 'Linux: 루트에서 한 홉 뒤, 1/256초 된 것',
  },
  {
    root: '1000020000000100',
    cost: 2,
    bridge: '8000020000000200',
    port: 0x8002,
    messageAge: 1 / 256,
    flags: 0x01,
  },
  octetsOf(`01 80 c2 00 00 00 02 00 00 00 02 02 00 26 42 42 03 00 00 00 00 01 10 00 02 00 00 00 01 00
    00 00 00 02 80 00 02 00 00 00 02 00 80 02 00 01 14 00 02 00 0f 00 ${PADDING}`),
);

/** Linux tells the root of a change: four octets, and no configuration. */
export const LINUX_TCN = octetsOf('01 80 c2 00 00 00 66 81 ec 27 ca 71 00 07 42 42 03 00 00 00 80');
