import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { insert } from '../../datalink/vlan/tag.ts';
import { Switch, type SwitchOptions } from './switch.ts';

const station = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n);
const BROADCAST = new Uint8Array(6).fill(0xff);

function frame(destination: Uint8Array, source: Uint8Array): Uint8Array {
  const octets = new Uint8Array(60);
  octets.set(destination);
  octets.set(source, 6);
  octets.set([0x08, 0x00], 12);
  return octets;
}

function make(options: Partial<SwitchOptions> & Pick<SwitchOptions, 'ports'>): Switch {
  const it = new Switch({
    address: Uint8Array.of(2, 0, 0, 0, 1, 0),
    version: 'none',
    now: START,
    ...options,
  });
  for (let port = 1; port <= options.ports.length; port++) it.setEnabled(port, true);
  return it;
}

/** Where a frame that came at `port` goes. */
function outs(it: Switch, port: number, octets: Uint8Array, now: Instant = START): number[] {
  it.handleFrame(port, octets, now);
  const ports: number[] = [];
  for (let out = it.pollFrame(); out !== undefined; out = it.pollFrame()) ports.push(out.port);
  return ports;
}

describe('switch', () => {
  it('floods what it does not know, and learns', () => {
    const it = make({ ports: [{}, {}, {}] });
    expect(outs(it, 1, frame(station(2), station(1)))).toEqual([2, 3]);
    expect(outs(it, 2, frame(station(1), station(2)))).toEqual([1]);
    expect(outs(it, 1, frame(station(2), station(1)))).toEqual([2]);
    expect(outs(it, 3, frame(BROADCAST, station(3)))).toEqual([1, 2]);
  });

  it('keeps off the others what stays on one segment', () => {
    const it = make({ ports: [{}, {}] });
    outs(it, 1, frame(BROADCAST, station(1)));
    outs(it, 1, frame(BROADCAST, station(2)));
    expect(outs(it, 1, frame(station(1), station(2)))).toEqual([]);
  });

  it('forgets a station that is silent, and one whose port goes down', () => {
    const it = make({ ports: [{}, {}, {}] });
    outs(it, 1, frame(BROADCAST, station(1)));
    expect(outs(it, 2, frame(station(1), station(2)), after(START, seconds(301)))).toEqual([1, 3]);
    outs(it, 1, frame(BROADCAST, station(1)));
    it.setEnabled(1, false);
    expect(outs(it, 2, frame(station(1), station(2)))).toEqual([3]);
  });

  it('forwards nothing that is for bridges', () => {
    const it = make({ ports: [{}, {}] });
    for (let last = 0; last < 16; last++) {
      expect(outs(it, 1, frame(Uint8Array.of(1, 0x80, 0xc2, 0, 0, last), station(1)))).toEqual([]);
    }
    expect(outs(it, 1, frame(Uint8Array.of(1, 0x80, 0xc2, 0, 0, 16), station(1)))).toEqual([2]);
  });

  it('keeps VLANs apart, and tags on a trunk', () => {
    const it = make({
      ports: [{ pvid: 10 }, { pvid: 20 }, { pvid: 1, tagged: [10, 20] }, { pvid: 10 }],
    });
    const octets = frame(BROADCAST, station(1));
    it.handleFrame(1, octets, START);
    expect(it.pollFrame()).toEqual({
      port: 3,
      frame: insert(octets, { vid: 10, pcp: 0, dei: false }),
    });
    expect(it.pollFrame()).toEqual({ port: 4, frame: octets });
    expect(it.pollFrame()).toBeUndefined();
    // The same address in another VLAN is another station.
    expect(outs(it, 2, frame(station(1), station(2)))).toEqual([3]);
    expect(
      outs(it, 3, insert(frame(station(1), station(3)), { vid: 10, pcp: 0, dei: false })),
    ).toEqual([1]);
    expect(
      outs(it, 3, insert(frame(station(1), station(3)), { vid: 30, pcp: 0, dei: false })),
    ).toEqual([]);
  });

  it.each([
    ['a priority tag is in the port’s own VLAN', { vid: 0, pcp: 5, dei: false }, [2]],
    ['a tag of a VLAN that is not here', { vid: 7, pcp: 0, dei: false }, []],
  ])('%s', (_name, tag, ports) => {
    const it = make({ ports: [{}, {}] });
    expect(outs(it, 1, insert(frame(BROADCAST, station(1)), tag))).toEqual(ports);
  });

  it('with a spanning tree forwards when the port does, and breaks a ring of two links', () => {
    const a = make({
      version: 'rstp',
      address: Uint8Array.of(2, 0, 0, 0, 1, 0),
      ports: [{}, {}, { edge: true }],
    });
    const b = make({
      version: 'rstp',
      address: Uint8Array.of(2, 0, 0, 0, 2, 0),
      ports: [{}, {}, { edge: true }],
    });
    let delivered = 0;
    /** Ports 1 and 2 of both are joined; 3 has a station. */
    const pass = (from: Switch, to: Switch, now: Instant): boolean => {
      const out = from.pollFrame();
      if (out?.port === 3) delivered += 1;
      else if (out !== undefined) to.handleFrame(out.port, out.frame, now);
      return out !== undefined;
    };
    const exchange = (now: Instant): void => {
      let turns = 0;
      while (pass(a, b, now) || pass(b, a, now)) expect(turns++).toBeLessThan(1000);
    };
    let now: Instant = START;
    for (let second = 0; second < 10; second++) {
      now = after(now, seconds(1));
      for (const it of [a, b]) it.handleTimeout(now);
      exchange(now);
    }
    delivered = 0;
    a.handleFrame(3, frame(BROADCAST, station(1)), now);
    exchange(now);
    expect(delivered).toBe(1);
    expect(b.tree?.ports.map(({ role }) => role)).toEqual(['root', 'alternate', 'designated']);
  });

  it('never throws and keeps its bounds, whatever arrives', () => {
    const it = make({ version: 'rstp', ports: [{}, {}, { tagged: [5] }], capacity: 16 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.uint8Array({ maxLength: 80 }),
        (port, octets) => {
          it.handleFrame(port, octets, START);
          expect(it.database.size).toBeLessThanOrEqual(16);
        },
      ),
    );
    let waiting = 0;
    while (it.pollFrame() !== undefined) waiting += 1;
    expect(waiting).toBeLessThanOrEqual(1024);
  });
});
