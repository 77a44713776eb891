/**
 * Frames that others made: Scapy 2.7 wrote them, tshark read each one back without complaint. The checks
 * give the learner the fields and want these octets, and the other way round.
 */
import { octetsOf, type Sample, sample } from './frames.ts';

const SOURCE = octetsOf('00 00 5e 00 53 01');
const NEIGHBOUR = octetsOf('00 00 5e 00 53 02');

/** Octets of the header before the payload, and of the padding behind it. */
interface Shape {
  readonly header: number;
  readonly padding: number;
}

function golden(
  form: Sample['form'],
  header: Readonly<Record<string, unknown>>,
  shape: Shape,
  hex: string,
): Sample {
  const octets = octetsOf(hex);
  const payload = octets.slice(shape.header, octets.length - shape.padding);
  const found = form === 'ethernet-ii' ? octets.slice(shape.header) : payload;
  return sample(form, { ...header, payload }, octets, found);
}

/** Who has 192.0.2.2? 28 octets of ARP, 18 of padding. */
export const ARP_REQUEST = golden(
  'ethernet-ii',
  { destination: octetsOf('ff ff ff ff ff ff'), source: SOURCE, etherType: 0x0806 },
  { header: 14, padding: 18 },
  `ff ff ff ff ff ff 00 00 5e 00 53 01 08 06 00 01 08 00 06 04 00 01 00 00 5e 00 53 01 c0 00 02 01
   00 00 00 00 00 00 c0 00 02 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`,
);

/** An ICMP echo request in IPv4: 45 octets, one of padding. */
export const PING = golden(
  'ethernet-ii',
  { destination: NEIGHBOUR, source: SOURCE, etherType: 0x0800 },
  { header: 14, padding: 1 },
  `00 00 5e 00 53 02 00 00 5e 00 53 01 08 00 45 00 00 2d 00 01 00 00 40 01 f6 cb c0 00 02 01 c0 00
   02 02 08 00 68 b7 12 34 00 01 6e 65 74 6c 61 62 20 73 61 79 73 20 68 65 6c 6c 6f 00`,
);

/** A bridge says that it is the root: IEEE 802.1D's configuration BPDU, as U-format LLC. */
export const BPDU = golden(
  'llc',
  {
    destination: octetsOf('01 80 c2 00 00 00'),
    source: SOURCE,
    dsap: 0x42,
    ssap: 0x42,
    control: Uint8Array.of(0x03),
  },
  { header: 17, padding: 8 },
  `01 80 c2 00 00 00 00 00 5e 00 53 01 00 26 42 42 03 00 00 00 00 00 80 00 00 00 5e 00 53 01 00 00
   00 00 80 00 00 00 5e 00 53 01 80 01 00 00 14 00 02 00 0f 00 00 00 00 00 00 00 00 00`,
);

/** "Receiver ready, I expect number 7": S format, so its control field has two octets. */
export const RECEIVER_READY = golden(
  'llc',
  {
    destination: NEIGHBOUR,
    source: SOURCE,
    dsap: 0xf0,
    ssap: 0xf1,
    control: Uint8Array.of(0x01, 0x0f),
  },
  { header: 18, padding: 42 },
  `00 00 5e 00 53 02 00 00 5e 00 53 01 00 04 f0 f1 01 0f 00 00 00 00 00 00 00 00 00 00 00 00 00 00
   00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`,
);

/**
 * A TEST command to the SNAP access point: AA AA, and yet no SNAP, since the control field is not UI. What
 * follows is to be echoed, and means nothing (tshark names an OUI in it all the same).
 */
export const TEST_TO_SNAP = golden(
  'llc',
  {
    destination: NEIGHBOUR,
    source: SOURCE,
    dsap: 0xaa,
    ssap: 0xaa,
    control: Uint8Array.of(0xf3),
  },
  { header: 17, padding: 27 },
  `00 00 5e 00 53 02 00 00 5e 00 53 01 00 13 aa aa f3 69 73 20 61 6e 79 6f 6e 65 20 74 68 65 72 65
   3f 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`,
);

/** The ping again, by RFC 1042: OUI 00-00-00, so the protocol number is an EtherType. */
export const PING_BY_SNAP = golden(
  'snap',
  { destination: NEIGHBOUR, source: SOURCE, oui: octetsOf('00 00 00'), protocolId: 0x0800 },
  { header: 22, padding: 6 },
  `00 00 5e 00 53 02 00 00 5e 00 53 01 00 28 aa aa 03 00 00 00 08 00 45 00 00 20 00 02 00 00 40 01
   f6 d7 c0 00 02 01 c0 00 02 02 08 00 06 f9 12 34 00 02 70 69 6e 67 00 00 00 00 00 00`,
);

/** Cisco's discovery protocol: the OUI is Cisco's, and so is the number. */
export const DISCOVERY = golden(
  'snap',
  {
    destination: octetsOf('01 00 0c cc cc cc'),
    source: SOURCE,
    oui: octetsOf('00 00 0c'),
    protocolId: 0x2000,
  },
  { header: 22, padding: 14 },
  `01 00 0c cc cc cc 00 00 5e 00 53 01 00 20 aa aa 03 00 00 0c 20 00 02 b4 b5 ea 00 01 00 0a 6e 65
   74 6c 61 62 00 03 00 0a 70 6f 72 74 20 31 00 00 00 00 00 00 00 00 00 00 00 00 00 00`,
);
