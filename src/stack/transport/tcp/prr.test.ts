import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begin, newPrr, type Prr, sendable, sent } from './prr.ts';

const SMSS = 1000;

/** Recovery with `flight` segments outstanding, of which the third duplicate tells. */
function recovery(flight: number): Prr {
  const p = newPrr();
  // RFC 3042 let two new segments out for the first two, whose segments were sacked before.
  begin(p, (flight + 2) * SMSS, 2 * SMSS, 0);
  return p;
}

describe('Proportional Rate Reduction (RFC 9937)', () => {
  it('sends for every other when the window is to be halved and one of twenty was lost', () => {
    // The setting of RFC 6937 §3.1: segment 0 of 20 lost, ssthresh 10, acknowledgements for 3 … 19.
    const p = recovery(20);
    let pipe = 19; // 22 outstanding, two sacked, one lost.
    const out: string[] = [];
    for (let ack = 3; ack <= 19; ack++) {
      pipe -= 1;
      const n = sendable(p, SMSS, pipe * SMSS, 10 * SMSS, false, SMSS);
      const segments = Math.floor(n / SMSS);
      sent(p, segments * SMSS);
      pipe += segments;
      out.push(`${segments}:${pipe}`);
    }
    // The first at once, then half of the d delivered when that makes a whole segment. With the sixteenth the
    // pipe is at ssthresh, and from there what it lacks of it rules.
    expect(out.join(' ')).toBe(
      '1:19 0:18 0:17 1:17 0:16 1:16 0:15 1:15 0:14 1:14 0:13 1:13 0:12 1:12 0:11 0:10 1:10',
    );
  });

  it('rounds the share up to a whole octet', () => {
    const p = newPrr();
    begin(p, 3 * SMSS, 0, 0);
    sent(p, 1);
    expect(sendable(p, SMSS, 2500, 2 * SMSS, false, SMSS)).toBe(667 - 1); // ⌈1000 · 2 / 3⌉, less one sent.
  });

  it('keeps what is in flight while more is being lost (PRR-CRB)', () => {
    // 15 of 20 lost: what is left in flight is below ssthresh from the start.
    const p = recovery(20);
    expect(sendable(p, SMSS, 4 * SMSS, 10 * SMSS, false, SMSS)).toBe(SMSS);
    sent(p, SMSS);
    expect(sendable(p, SMSS, 4 * SMSS, 10 * SMSS, false, SMSS)).toBe(SMSS);
  });

  it('sends a segment more for each acknowledgement when recovery goes well (PRR-SSRB)', () => {
    const p = recovery(20);
    expect(sendable(p, SMSS, 4 * SMSS, 10 * SMSS, true, SMSS)).toBe(2 * SMSS);
    sent(p, 2 * SMSS);
    expect(sendable(p, SMSS, 5 * SMSS, 10 * SMSS, true, SMSS)).toBe(2 * SMSS);
  });

  it('goes no further than ssthresh', () => {
    const p = recovery(20);
    sent(p, SMSS);
    expect(sendable(p, 9 * SMSS, 9500, 10 * SMSS, true, SMSS)).toBe(500);
  });

  it('catches up with what the application left unsent', () => {
    const p = recovery(20);
    sent(p, SMSS);
    for (let i = 0; i < 5; i++) sendable(p, SMSS, 4 * SMSS, 10 * SMSS, false, SMSS);
    // Six delivered with this, one sent.
    expect(sendable(p, SMSS, 4 * SMSS, 10 * SMSS, false, SMSS)).toBe(5 * SMSS);
  });

  it('lets the first retransmission out though nothing is due', () => {
    const p = recovery(20);
    expect(sendable(p, 0, 19 * SMSS, 10 * SMSS, false, SMSS)).toBe(SMSS);
    expect(sendable(p, SMSS, 10 * SMSS, 10 * SMSS, false, SMSS)).toBe(SMSS);
    expect(sendable(p, 1, 9900, 10 * SMSS, false, SMSS)).toBe(SMSS);
    sent(p, SMSS);
    expect(sendable(p, 0, 19 * SMSS, 10 * SMSS, false, SMSS)).toBe(0);
    expect(sendable(p, SMSS, 10 * SMSS, 10 * SMSS, false, SMSS)).toBe(0);
  });

  it('counts among what is in flight what the acknowledgement that began recovery took off', () => {
    const p = newPrr();
    begin(p, 15 * SMSS, 4 * SMSS, 5 * SMSS);
    expect(p.recoverFs).toBe(16 * SMSS);
    begin(p, 0, 0, 0);
    expect(p.recoverFs).toBe(1);
  });

  it('has ssthresh in flight in the end, and never sends more than is delivered and a segment each time', () => {
    const cases = fc.record({
      flight: fc.integer({ min: 4, max: 200 }),
      share: fc.constantFrom(0.5, 0.7),
      lost: fc.integer({ min: 1, max: 3 }),
      sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 200, maxLength: 200 }),
    });
    fc.assert(
      fc.property(cases, ({ flight, share, lost, sizes }) => {
        const ssthresh = Math.max(2, Math.floor(flight * share)) * SMSS;
        const p = newPrr();
        begin(p, flight * SMSS, 0, 0);
        let pipe = (flight - lost) * SMSS;
        let left = pipe;
        let delivered = 0;
        let out = 0;
        for (let i = 0; left > 0; i++) {
          const n = Math.min((sizes[i % sizes.length] ?? 1) * SMSS, left);
          left -= n;
          pipe -= n;
          delivered += n;
          const may = sendable(p, n, pipe, ssthresh, true, SMSS);
          const now = Math.floor(may / SMSS) * SMSS;
          sent(p, now);
          out += now;
          pipe += now;
          // It comes down to ssthresh in proportion to what was delivered.
          const line = (flight - lost + 1) * SMSS - delivered * (1 - ssthresh / (flight * SMSS));
          expect(pipe).toBeLessThanOrEqual(Math.max(ssthresh, line + 1));
          expect(out).toBeLessThanOrEqual(delivered + (i + 1) * SMSS);
        }
        // All of the first flight was delivered: what is in the network was sent since.
        expect(Math.abs(pipe - ssthresh)).toBeLessThanOrEqual((lost + 1) * SMSS);
      }),
    );
  });
});
