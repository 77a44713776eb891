import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, type Duration, type Instant, START } from '../../src/base/time.ts';
import type { Station } from '../../src/lab/lab.ts';
import type { Substrate } from '../../src/lab/substrate.ts';
import * as ethernetII from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import * as ieee8023 from '../../src/stack/datalink/ethernet/ieee8023.ts';
import * as llcHeader from '../../src/stack/datalink/llc/header.ts';
import * as snapHeader from '../../src/stack/datalink/snap/header.ts';
import { describeLab, gradeInMemory } from '../../test/labs/lab-suite.ts';
import { BROADCAST, octetsOf, STRANGER } from './checks/frames.ts';
import { lab } from './lab.ts';
import * as solution from './solution/ethernet.ts';
import * as starter from './starter/ethernet.ts';

describeLab({
  lab,
  folder: new URL('./', import.meta.url),
  solution,
  firstWords: {
    en: /Open ethernet\.ts, find parseAddress/,
    ko: /ethernet\.ts를 열고 parseAddress/,
  },
});

interface Cable extends Substrate {
  /** Every frame that board or peer sent, in order. */
  readonly sent: readonly Uint8Array[];
}

interface Weather {
  /** What a stranger sends before each frame of ours. */
  readonly strangers?: readonly Uint8Array[];
  /** The frame with this number, from 0 on, does not arrive. */
  readonly lost?: number;
}

/** Two stations and a cable in memory, on a clock that only waiting moves. */
function cable({ strangers = [], lost }: Weather = {}): Cable {
  let now: Instant = START;
  const sent: Uint8Array[] = [];
  const station = (address: Uint8Array, inbox: Uint8Array[], outbox: Uint8Array[]): Station => ({
    address,
    now: () => now,
    async send(frame) {
      outbox.push(...strangers);
      if (sent.length !== lost) outbox.push(frame.slice());
      sent.push(frame.slice());
    },
    async receive(timeout: Duration) {
      const octets = inbox.shift();
      if (octets === undefined) now = after(now, timeout);
      return octets && { octets, at: now };
    },
  });
  const boards: Uint8Array[] = [];
  const peers: Uint8Array[] = [];
  return {
    kind: 'emulated',
    name: 'memory',
    description: {
      kind: 'emulated',
      name: 'memory',
      board: 'memory',
      firmwareVersion: '',
      sourceHash: '',
      peer: 'memory',
    },
    fixtures: ['cable:peer'],
    board: station(octetsOf('02 00 00 00 00 01'), boards, peers),
    peer: station(octetsOf('02 00 00 00 00 02'), peers, boards),
    sent,
    setStep() {},
    async recover() {
      return true;
    },
    async close() {},
  };
}

const grade = (substrate: Substrate = cable(), seed = 3) =>
  gradeInMemory(lab, solution, seed, substrate);

describe('the solution', () => {
  it('passes while strangers talk on the same cable', async () => {
    const arp = solution.encodeEthernetII({
      destination: BROADCAST,
      source: STRANGER,
      etherType: 0x0806,
      payload: new Uint8Array(28),
    });
    const strangers = [arp ?? new Uint8Array(60), new Uint8Array(60)];
    expect((await grade(cable({ strangers }))).verdict).toBe('PASS');
  });

  it('sends the same frames for the same seed, others for another, and no more than 200', async () => {
    const [first, again, other] = [cable(), cable(), cable()];
    await grade(first, 1);
    await grade(again, 1);
    await grade(other, 2);
    expect(first.sent).toEqual(again.sent);
    expect(first.sent).not.toEqual(other.sent);
    expect(first.sent.length).toBeGreaterThan(64);
    expect(first.sent.length).toBeLessThan(200);
  });

  it('sends only frames that a cable takes: 60 to 1514 octets', async () => {
    const substrate = cable();
    await grade(substrate);
    const lengths = substrate.sent.map((frame) => frame.length);
    expect(Math.min(...lengths)).toBe(60);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1514);
  });
});

describe('a frame that the bench loses', () => {
  it('is the fault of the board or its cable, never of the learner', async () => {
    const verdict = await grade(cable({ lost: 2 }));
    const faulty = verdict.checks.filter((check) => check.verdict !== 'PASS');
    expect(faulty.map(({ id, verdict, failure }) => [id, verdict, failure?.code])).toEqual([
      ['filter', 'BOARD', 'lab-frame-lost'],
    ]);
  });
});

describe('the starter', () => {
  it('fails at the very first expectation', async () => {
    const [first] = (await gradeInMemory(lab, starter)).checks;
    expect(first?.failure?.step).toBe(2);
  });
});

describe('the checks', () => {
  it('use random values where they are hidden', async () => {
    const titles = async (seed: number) => {
      const { checks } = await grade(cable(), seed);
      const hidden = checks.filter(({ visibility }) => visibility === 'hidden');
      return hidden.map(({ steps }) => steps.map(({ text }) => text.en).join());
    };
    const [some, others] = [await titles(1), await titles(2)];
    expect(some).toHaveLength(3);
    for (const [i, title] of some.entries()) expect(title).not.toBe(others[i]);
  });
});

/** A frame the long way round: through the project's own stack. */
describe('solution and stack agree', () => {
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const ends = { destination: octets(6), source: octets(6) };
  const payload = fc.uint8Array({ maxLength: 1492 });

  it('on Ethernet II', () => {
    fc.assert(
      fc.property(
        fc.record({ ...ends, etherType: fc.integer({ min: 0x600, max: 0xffff }), payload }),
        (frame) => {
          const theirs = ethernetII.encode({ ...frame, type: frame.etherType });
          expect(solution.encodeEthernetII(frame)).toEqual(theirs);
        },
      ),
    );
  });

  it('on LLC', () => {
    const sap = fc.integer({ min: 0, max: 127 }).map((n) => 2 * n);
    fc.assert(
      fc.property(fc.record({ ...ends, dsap: sap, ssap: sap, payload }), (fields) => {
        const { dsap, ssap, destination, source } = fields;
        const information = fields.payload;
        const pdu = { dsap, ssap, response: false, control: llcHeader.UI, information };
        const theirs = ieee8023.encode({ destination, source, payload: llcHeader.encode(pdu) });
        expect(solution.encodeLlc({ ...fields, control: Uint8Array.of(0x03) })).toEqual(theirs);
      }),
    );
  });

  it('on SNAP', () => {
    const protocolId = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.record({ ...ends, oui: octets(3), protocolId, payload }), (fields) => {
        const [a = 0, b = 0, c = 0] = fields.oui;
        const oui = (a << 16) | (b << 8) | c;
        const { protocolId: protocol, payload: content } = fields;
        const data = snapHeader.encode({ oui, protocol, payload: content });
        const { destination, source } = fields;
        const theirs = ieee8023.encode({ destination, source, payload: data });
        expect(solution.encodeSnap(fields)).toEqual(theirs);
        expect(solution.decode(theirs)).toEqual({ form: 'snap', ...fields });
      }),
    );
  });

  it('on nothing at all: decode and accepts never throw', () => {
    const station = { address: STRANGER, groups: [], promiscuous: false };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (scrap, counted) => {
        if (counted) scrap.fill(0, 12, 13);
        solution.decode(scrap);
        solution.accepts(station, scrap);
      }),
    );
  });
});
