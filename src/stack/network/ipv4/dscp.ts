/**
 * The octet that was Type of Service, and IPv6's Traffic Class: six bits of differentiated services code
 * point (RFC 2474 §3) and two of explicit congestion notification (RFC 3168 §5).
 */
export const ECN = { notEct: 0b00, ect1: 0b01, ect0: 0b10, ce: 0b11 } as const;

/** The code points with names: RFC 2474 §4.2.2, 2597 §6, 3246 §2.4, 5865 §6, 8622 §3. */
export const DSCP = {
  CS0: 0,
  LE: 1,
  CS1: 8,
  AF11: 10,
  AF12: 12,
  AF13: 14,
  CS2: 16,
  AF21: 18,
  AF22: 20,
  AF23: 22,
  CS3: 24,
  AF31: 26,
  AF32: 28,
  AF33: 30,
  CS4: 32,
  AF41: 34,
  AF42: 36,
  AF43: 38,
  CS5: 40,
  'VOICE-ADMIT': 44,
  EF: 46,
  CS6: 48,
  CS7: 56,
} as const;

export const dscp = (trafficClass: number): number => trafficClass >>> 2;
export const ecn = (trafficClass: number): number => trafficClass & 0b11;
export const trafficClass = (codePoint: number, congestion: number): number =>
  (codePoint << 2) | congestion;

/**
 * What the fragments' ECN fields make of the whole, RFC 3168 §5.3: congestion that one of them saw is not
 * forgotten. `seen` has bit `1 << ecn` for each field seen. Undefined when the datagram is to be dropped:
 * fragments with CE beside fragments with Not-ECT, which no router and no sender makes.
 */
export function reassembledEcn(seen: number): number | undefined {
  if ((seen & (1 << ECN.ce)) !== 0) {
    return (seen & (1 << ECN.notEct)) !== 0 ? undefined : ECN.ce;
  }
  if ((seen & (1 << ECN.notEct)) !== 0) return ECN.notEct;
  return (seen & (1 << ECN.ect0)) !== 0 ? ECN.ect0 : ECN.ect1;
}
