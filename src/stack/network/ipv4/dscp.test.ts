import { describe, expect, it } from 'vitest';
import { DSCP, dscp, ECN, ecn, reassembledEcn, trafficClass } from './dscp.ts';

describe('DSCP and ECN', () => {
  it.each([
    // The octets that tc and iptables take: "0xb8 is EF", "0x28 is AF11".
    ['EF', 0xb8, DSCP.EF, ECN.notEct],
    ['AF11 with ECT(0)', 0x2a, DSCP.AF11, ECN.ect0],
    ['CS6 with CE', 0xc3, DSCP.CS6, ECN.ce],
    ['lower effort with ECT(1)', 0x05, DSCP.LE, ECN.ect1],
  ])('%s is octet %i', (_name, octet, codePoint, congestion) => {
    expect(trafficClass(codePoint, congestion)).toBe(octet);
    expect(dscp(octet)).toBe(codePoint);
    expect(ecn(octet)).toBe(congestion);
  });

  it('has an assured forwarding class i with drop precedence j at 8i + 2j (RFC 2597 §6)', () => {
    for (const i of [1, 2, 3, 4] as const) {
      for (const j of [1, 2, 3] as const) expect(DSCP[`AF${i}${j}`]).toBe(8 * i + 2 * j);
    }
  });

  it.each([
    ['all ECT(0) stay so', [ECN.ect0], ECN.ect0],
    ['all ECT(1) stay so', [ECN.ect1], ECN.ect1],
    ['all Not-ECT stay so', [ECN.notEct], ECN.notEct],
    ['one CE marks the whole', [ECN.ect0, ECN.ce], ECN.ce],
    ['CE beside Not-ECT is dropped', [ECN.notEct, ECN.ce], undefined],
    ['Not-ECT beside ECT is not capable', [ECN.notEct, ECN.ect0], ECN.notEct],
    ['ECT(1) beside ECT(0) is capable', [ECN.ect1, ECN.ect0], ECN.ect0],
  ])('of fragments: %s (RFC 3168 §5.3)', (_name, fields, expected) => {
    expect(reassembledEcn(fields.reduce<number>((seen, field) => seen | (1 << field), 0))).toBe(
      expected,
    );
  });
});
