/** What the contract cannot see from outside: the rest of the twin is held to test/contract/board.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, type Instant, milliseconds, START } from '../../base/time.ts';
import { decodeFrame, KIND } from '../control/frame.ts';
import { decodeIdentity } from '../control/identity.ts';
import { Twin } from './twin.ts';

const said = (twin: Twin, now: Instant) => {
  const octets = twin.pollOutput(now);
  const decoded = octets && decodeFrame(octets.subarray(octets[0] === 0 ? 1 : 0, -1));
  return decoded?.ok ? decoded.value : undefined;
};

describe('the twin', () => {
  it('says BOOT when it starts, once, and then nothing', () => {
    const twin = new Twin({ identity: { serial: 'x' } });
    twin.start(START);
    const boot = said(twin, START);
    expect(boot).toMatchObject({ kind: KIND.BOOT, session: 0, seq: 0, ack: 0, credit: 0 });
    expect(boot && decodeIdentity(boot.payload)).toMatchObject({
      value: { board: 'mock', serial: 'x', boot: { number: 1, reason: 'power' } },
    });
    expect(said(twin, START)).toBeUndefined();
    expect(twin.pollTimeout()).toBeUndefined();
  });

  it('counts its boots and says why it started', () => {
    const twin = new Twin();
    twin.start(START);
    said(twin, START);
    twin.restart('watchdog', after(START, milliseconds(1)));
    const boot = said(twin, after(START, milliseconds(1)));
    expect(boot && decodeIdentity(boot.payload)).toMatchObject({
      value: { boot: { number: 2, reason: 'watchdog' } },
    });
  });

  it('never throws and stays quiet about noise, whatever comes in and whenever', () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.uint8Array({ maxLength: 50 }).map((o) => Uint8Array.of(0, ...o, 0)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(chunk, fc.nat(300)), { maxLength: 20 }), (chunks) => {
        const twin = new Twin();
        twin.start(START);
        let now = START;
        for (const [octets, ms] of chunks) {
          twin.handleOctets(octets, now);
          twin.receiveFrame(octets, now);
          now = after(now, milliseconds(ms));
          if ((twin.pollTimeout() ?? Infinity) <= now) twin.handleTimeout(now);
        }
        expect(said(twin, now)).toMatchObject({ kind: KIND.BOOT });
        expect(said(twin, now)).toBeUndefined();
      }),
    );
  });
});
