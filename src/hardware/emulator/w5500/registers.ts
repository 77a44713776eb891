/** Addresses, bits and reset values of the W5500's registers: W5500 datasheet §3.1, §3.2, §4.1, §4.2. */

/** Common registers, datasheet §4.1. */
export const MR = 0x00;
export const INTLEVEL = 0x13;
export const IR = 0x15;
export const IMR = 0x16;
export const SIR = 0x17;
export const SIMR = 0x18;
export const SHAR = 0x09;
export const RTR = 0x19;
export const RCR = 0x1b;
const UIPR = 0x28;
export const PHYCFGR = 0x2e;
const VERSIONR = 0x39;
export const COMMON_SIZE = 0x40;

export const MR_RST = 0x80;

/** Socket registers, datasheet §4.2. */
export const Sn_MR = 0x00;
export const Sn_CR = 0x01;
export const Sn_IR = 0x02;
export const Sn_SR = 0x03;
export const Sn_RXBUF_SIZE = 0x1e;
export const Sn_TXBUF_SIZE = 0x1f;
export const Sn_TX_FSR = 0x20;
export const Sn_TX_RD = 0x22;
export const Sn_TX_WR = 0x24;
export const Sn_RX_RSR = 0x26;
export const Sn_RX_RD = 0x28;
export const Sn_RX_WR = 0x2a;
export const Sn_IMR = 0x2c;
export const SOCKET_SIZE = 0x30;

export const SOCKETS = 8;

/** Sn_MR's protocol field and its upper bits as MACRAW reads them, datasheet §4.2. */
export const PROTOCOL = { closed: 0, tcp: 1, udp: 2, ipraw: 3, macraw: 4 } as const;
export const MFEN = 0x80;
export const BCASTB = 0x40;
export const MMB = 0x20;
export const MIP6B = 0x10;

/** Sn_CR's commands, datasheet §4.2. */
export const COMMAND = {
  OPEN: 0x01,
  LISTEN: 0x02,
  CONNECT: 0x04,
  DISCON: 0x08,
  CLOSE: 0x10,
  SEND: 0x20,
  SEND_MAC: 0x21,
  SEND_KEEP: 0x22,
  RECV: 0x40,
} as const;

/** Sn_SR's values, datasheet §4.2. */
export const STATUS = {
  SOCK_CLOSED: 0x00,
  SOCK_INIT: 0x13,
  SOCK_LISTEN: 0x14,
  SOCK_SYNSENT: 0x15,
  SOCK_UDP: 0x22,
  SOCK_IPRAW: 0x32,
  SOCK_MACRAW: 0x42,
} as const;

/** Sn_IR's bits, datasheet §4.2. */
export const INTERRUPT = { RECV: 0x04, TIMEOUT: 0x08, SENDOK: 0x10 } as const;

/** Common registers that do not reset to 0, datasheet §4.1. */
const COMMON_RESET: readonly (readonly [address: number, value: number])[] = [
  [RTR, 0x07],
  [RTR + 1, 0xd0],
  [RCR, 0x08],
  [0x1c, 0x28], // PTIMER
  [0x26, 0xff], // PMRU
  [0x27, 0xff],
  [VERSIONR, 0x04],
];

/** Socket registers that do not reset to 0, datasheet §4.2. */
const SOCKET_RESET: readonly (readonly [address: number, value: number])[] = [
  [0x06, 0xff], // Sn_DHAR
  [0x07, 0xff],
  [0x08, 0xff],
  [0x09, 0xff],
  [0x0a, 0xff],
  [0x0b, 0xff],
  [0x16, 0x80], // Sn_TTL
  [Sn_RXBUF_SIZE, 0x02],
  [Sn_TXBUF_SIZE, 0x02],
  [Sn_TX_FSR, 0x08],
  [Sn_IMR, 0xff],
  [0x2d, 0x40], // Sn_FRAG
];

export function resetCommon(registers: Uint8Array): void {
  registers.fill(0);
  for (const [address, value] of COMMON_RESET) registers[address] = value;
}

export function resetSocket(registers: Uint8Array): void {
  registers.fill(0);
  for (const [address, value] of SOCKET_RESET) registers[address] = value;
}

export const read16 = (registers: Uint8Array, address: number): number =>
  ((registers[address] ?? 0) << 8) | (registers[address + 1] ?? 0);

export function write16(registers: Uint8Array, address: number, value: number): void {
  registers[address] = value >> 8;
  registers[address + 1] = value;
}

/** Common registers that a host cannot write: SIR, UIPR, UPORTR, VERSIONR and what is reserved. */
export const commonWritable = (address: number): boolean => address < UIPR && address !== SIR;

/** Socket registers that a host cannot write: Sn_SR, Sn_TX_FSR, Sn_TX_RD, Sn_RX_RSR, Sn_RX_WR. */
export const socketWritable = (address: number): boolean =>
  address !== Sn_SR &&
  (address < Sn_TX_FSR || address >= Sn_TX_WR) &&
  (address < Sn_RX_RSR || address >= Sn_RX_RD) &&
  (address < Sn_RX_WR || address >= Sn_IMR) &&
  address < SOCKET_SIZE;
