import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Direction, Flow, Flows } from './flow.ts';

describe('sequence numbers', () => {
  it('are those of the wire in a SYN and count from it in all else', () => {
    const direction = new Direction();
    direction.initial = { script: 0, live: 5000 };
    expect(direction.toLive(0, true)).toBe(5000);
    expect(direction.toLive(1, false)).toBe(5001);
    direction.initial = { script: 100, live: 5000 };
    expect(direction.toLive(100, true)).toBe(5000);
    expect(direction.toLive(1, false)).toBe(5001);
  });

  it('come back to themselves, round the wrap too', () => {
    const number = fc.nat(0xffff_ffff);
    fc.assert(
      fc.property(number, number, number, fc.boolean(), (script, live, sequence, syn) => {
        const direction = new Direction();
        direction.initial = { script, live };
        expect(direction.toScript(direction.toLive(sequence, syn), syn)).toBe(sequence);
      }),
    );
  });

  it('are the same while no initial one is known', () => {
    expect(new Direction().toLive(7, false)).toBe(7);
  });
});

describe('timestamps', () => {
  it('are known once they were sent, and in proportion when asked', () => {
    const flow = new Flow('tcp', 80, 5000);
    flow.firstTimestamp = { script: 100, live: 9000 };
    flow.timestamps.set(100, 9000);
    expect(flow.scriptTimestamp(9050)).toBe(150);
    expect(flow.liveTimestamp(100, false)).toBe(9000);
    expect(flow.liveTimestamp(150, false)).toBeUndefined();
    expect(flow.liveTimestamp(150, true)).toBe(9050);
  });
});

describe('conversations', () => {
  it('begin with the first segment to a listener, and stay the current one', () => {
    const flows = new Flows();
    expect(flows.opens).toBe(true);
    const first = flows.openFromPeer('tcp', 80);
    expect(flows.opens).toBe(false);
    expect(flows.current).toBe(first);
    flows.listen();
    expect(flows.opens).toBe(true);
    expect(flows.openFromPeer('tcp', 80)).not.toBe(first);
    expect(flows.select('tcp', 80, first.remotePort)).toBe(first);
  });
});
