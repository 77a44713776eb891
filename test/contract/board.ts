/**
 * What every board does, whatever it is made of: the twin, the firmware as a process, the emulated chip,
 * the real one. `open` gives a board that has just been powered or reset, once for each test.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equal } from '../../src/base/octets.ts';
import { below, randomOctets, seededRng } from '../../src/base/random.ts';
import { milliseconds, seconds, since } from '../../src/base/time.ts';
import { Board } from '../../src/hardware/board/board.ts';
import { FrameEncoder, KIND } from '../../src/hardware/control/frame.ts';
import { FILTER, OP } from '../../src/hardware/control/messages.ts';
import { encodeOpen } from '../../src/hardware/control/open.ts';
import { STATISTIC, zeroed } from '../../src/hardware/control/statistics.ts';
import { type Faults, faultyTransport } from './faulty-transport.ts';
import { noise } from './line.ts';
import { RawBoard } from './raw-board.ts';
import type { ContractSubject } from './subject.ts';

const OWN = Uint8Array.of(0x02, 0x4e, 0x4c, 0x11, 0x22, 0x33);
const OTHER = Uint8Array.of(0x02, 0x4e, 0x4c, 0x44, 0x55, 0x66);
const BROADCAST = new Uint8Array(6).fill(0xff);
const IPV4_GROUP = Uint8Array.of(0x01, 0x00, 0x5e, 0, 0, 1);
const IPV6_GROUP = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const LOCAL = 0x88b5; // IEEE 802 local experimental.

/** What a test may take in all: real boards on slow lines need it. */
const PATIENCE_ms = 120_000;
const SOON = seconds(2);
/** Long enough for a frame that should not come. */
const LONG = milliseconds(300);

function frame(destination: Uint8Array, type: number, length = 60, mark = 0): Uint8Array {
  const octets = randomOctets(seededRng(mark + length), Math.max(length, 16));
  octets.set(destination, 0);
  octets.set(OTHER, 6);
  octets.set([type >> 8, type & 0xff, mark >> 8, mark & 0xff], 12);
  return octets.subarray(0, length);
}

/** toEqual takes a millisecond for a frame's octets; this takes none and still shows them. */
function expectOctets(actual: Uint8Array | undefined, expected: Uint8Array): void {
  if (actual === undefined || !equal(actual, expected)) expect(actual).toEqual(expected);
}

export function boardContract(name: string, open: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the board contract`, { timeout: PATIENCE_ms }, () => {
    let subject: ContractSubject;
    let faults: Faults;

    const rng = seededRng(20);
    const connect = (): Promise<Board> =>
      Board.open(faultyTransport(subject.transport, faults), {
        rng,
        deadlines: { request: seconds(60) }, // Of many requests at once on a slow line, the last.
      });
    const connectRaw = (): Promise<RawBoard> =>
      RawBoard.open(faultyTransport(subject.transport, faults), rng);
    /** With the MAC open. */
    const connectMac = async (filter: number): Promise<Board> => {
      const board = await connect();
      await board.mac.open(OWN, filter);
      return board;
    };

    beforeEach(async () => {
      faults = {};
      subject = await open();
    });
    afterEach(() => subject.close());

    describe('system', () => {
      it('tells who it is, the same when asked again', async () => {
        const board = await connect();
        const { identity } = board;
        expect(identity.board).toMatch(/^[a-z0-9-]+$/);
        expect(identity.firmware).toMatch(/^\d+\.\d+\.\d+$/);
        expect(identity.chip).toBe(4);
        expect(identity.boot).toBeDefined();
        expect(identity.address?.length).toBe(6);
        expect((identity.address?.[0] ?? 1) & 1, 'no group address').toBe(0);
        expect(await board.identify()).toEqual(identity);
      });

      it('echoes nothing, one octet, and as much as a message takes', async () => {
        const board = await connect();
        for (const length of [0, 1, 2, 253, 254, 255, 256, board.echoMax]) {
          const octets = randomOctets(rng, length);
          expectOctets(await board.echo(octets), octets);
        }
        const zeros = new Uint8Array(board.echoMax);
        expectOctets(await board.echo(zeros), zeros);
      });

      it('echoes 64 KiB in odd pieces, many at a time', async () => {
        const board = await connect();
        const sent: Uint8Array[] = [];
        for (let total = 0; total < 65_536; total += sent.at(-1)?.length ?? 0) {
          sent.push(randomOctets(rng, 1 + below(rng, board.echoMax)));
        }
        const echoed = await Promise.all(sent.map((octets) => board.echo(octets)));
        echoed.forEach((octets, i) => {
          expectOctets(octets, sent[i] as Uint8Array);
        });
      });

      it('has a clock that goes on', async () => {
        const board = await connect();
        const first = await board.clock();
        await board.attend(milliseconds(50));
        const passed = since(await board.clock(), first);
        expect(passed).toBeGreaterThanOrEqual(milliseconds(40));
        expect(passed).toBeLessThan(seconds(5));
      });

      it('counts frames, and clears its counters when told', async () => {
        const board = await connect();
        await board.statistics(true);
        for (let i = 0; i < 5; i++) await board.echo(Uint8Array.of(i));
        const counted = await board.statistics(true);
        expect(counted.frames_received).toBeGreaterThanOrEqual(5);
        expect(counted.frames_sent).toBeGreaterThanOrEqual(5);
        expect(counted.bad_crc + counted.bad_cobs + counted.short).toBe(0);
        const cleared = await board.statistics(false);
        expect(cleared.frames_received).toBeLessThan(counted.frames_received);
        expect(cleared.uptime_ms).toBeGreaterThanOrEqual(counted.uptime_ms);
      });

      it('counts each kind of damage under its name', async () => {
        const board = await connect();
        await board.statistics(true);
        for (const octets of [
          [0, 5, 0x11, 0x22, 0], // The code runs past the end.
          [0, 2, 0x14, 0],
          [0, ...new Array(2000).fill(7), 0],
          // ACK of session 0x1234, one bit flipped; version 2; kind 15: vectors of control.txt.
          [0, 7, 0x14, 0x12, 0x34, 7, 0x29, 0x40, 5, 0x76, 0x3d, 0x96, 0x46, 0],
          [0, 4, 0x24, 0x12, 0x34, 1, 1, 1, 5, 0xbc, 0x21, 0x7f, 0x27, 0],
          [0, 4, 0x1f, 0x12, 0x34, 1, 1, 1, 5, 0x16, 0x45, 0x8e, 0x8f, 0],
        ]) {
          subject.transport.write(Uint8Array.from(octets));
        }
        await board.attend(milliseconds(50));
        expect(await board.statistics(false)).toMatchObject({
          bad_cobs: 1,
          short: 1,
          oversized: 1,
          bad_crc: 1,
          bad_version: 1,
          unknown_kind: 1,
        });
      });

      it('refuses an op that it does not know, and answers the next request', async () => {
        const raw = await connectRaw();
        for (const op of [0x00, 0x07, 0x1f, 0x2f, 0x3f, 0x7f]) {
          expect(await raw.ask(op), `op ${op}`).toMatchObject({ status: 'UNKNOWN_OP' });
        }
        expect(await raw.ask(OP.SYSTEM_ECHO, 1, 2)).toMatchObject({ status: 'OK' });
      });

      it.each([
        ['a reset of no kind', OP.SYSTEM_RESET, []],
        ['a reset of kind 2', OP.SYSTEM_RESET, [2]],
        ['statistics cleared by 2', OP.SYSTEM_STATISTICS, [2]],
        ['a clock with a body', OP.SYSTEM_CLOCK, [0]],
        ['an identity with a body', OP.SYSTEM_IDENTIFY, [0]],
        ['half a line rate', OP.SYSTEM_LINE_RATE, [0, 1]],
        ['a PHY read with a body', OP.PHY_READ, [0]],
        ['PHY mode 5', OP.PHY_MODE, [5]],
        ['PHY mode 8', OP.PHY_MODE, [8]],
        ['no PHY mode', OP.PHY_MODE, []],
        ['PHY events 2', OP.PHY_EVENTS, [2]],
        ['half an address', OP.MAC_OPEN, [2, 0, 0]],
        ['a filter of no such bit', OP.MAC_OPEN, [...OWN, 0x01]],
        ['MAC counters cleared by 2', OP.MAC_COUNTERS, [2]],
      ])('refuses %s', async (_name, op, body) => {
        const raw = await connectRaw();
        expect(await raw.ask(op, ...body)).toMatchObject({ status: 'BAD_ARGUMENT' });
        expect(await raw.ask(OP.SYSTEM_ECHO)).toMatchObject({ status: 'OK' });
      });

      it('answers no request with tag 0, and counts the failure', async () => {
        const raw = await connectRaw();
        await raw.ask(OP.SYSTEM_STATISTICS, 1);
        await raw.send(0x7f, 0);
        await raw.send(OP.SYSTEM_ECHO, 0, 1, 2, 3);
        const { result } = await raw.ask(OP.SYSTEM_STATISTICS, 0);
        expect(await raw.message(() => true, LONG)).toBeUndefined();
        const refused = STATISTIC.requests_refused;
        const at = result.findIndex((value, i) => i % 5 === 0 && value === refused);
        expect([...result.subarray(at, at + 5)]).toEqual([refused, 0, 0, 0, 1]);
      });

      it('restarts when told, with another boot, its MAC closed', async () => {
        const board = await connectMac(0);
        const { boot } = board.identity;
        await board.reset('restart');
        expect(board.identity.boot?.number).not.toBe(boot?.number);
        expect(board.identity.boot?.reason).toBe('asked');
        await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject({
          details: { status: 'BAD_STATE' },
        });
      });
    });

    describe('line', () => {
      it('carries on after garbage before and between frames', async () => {
        subject.transport.write(randomOctets(rng, 3000));
        const board = await connect();
        for (let i = 0; i < 20; i++) {
          // Garbage with a delimiter in it, and without: then it spoils the next frame.
          subject.transport.write(randomOctets(rng, 1 + below(rng, 40)));
          const octets = randomOctets(rng, 100);
          expectOctets(await board.echo(octets), octets);
        }
      });

      it('loses and changes nothing on a line that does', async () => {
        const board = await connect();
        const levels = { lost: 2e-4, flipped: 2e-4, inserted: 2e-4, duplicated: 2e-4, burst: 5e-5 };
        faults.toBoard = noise(seededRng(3), levels);
        faults.toHost = noise(seededRng(4), levels);
        for (let i = 0; i < 60; i++) {
          const octets = randomOctets(rng, below(rng, 300));
          expectOctets(await board.echo(octets), octets);
        }
        faults.toBoard = undefined;
        faults.toHost = undefined;
        expect(board.lineStatistics.data_resent).toBeGreaterThan(0);
      });

      it('forgets a session at the next OPEN: a host that restarts', async () => {
        await connectMac(0);
        await subject.peer.send(frame(OWN, LOCAL, 60, 1));
        const board = await connect();
        await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject({
          details: { status: 'BAD_STATE' },
        });
        expect(await board.receive(LONG), 'a frame of the last session').toBeUndefined();
        await board.mac.open(OWN, 0);
        await subject.peer.send(frame(OWN, LOCAL, 60, 2));
        expectOctets((await board.receive(SOON))?.octets, frame(OWN, LOCAL, 60, 2));
      });

      it('opens for a host that was cut off in the middle of a frame', async () => {
        const first = await connect();
        faults.toBoard = (octets) => octets.subarray(0, octets.length >> 1);
        first.echo(new Uint8Array(500)).catch(() => undefined); // Its session ends with it.
        faults.toBoard = undefined;
        const second = await connect();
        expectOctets(await second.echo(OWN), OWN);
      });

      it('answers RESET to a session that it does not know, and to a closed one', async () => {
        const board = await connect();
        const encoder = new FrameEncoder(zeroed(STATISTIC));
        const now = subject.transport.now();
        const close = encoder.encode(KIND.CLOSE, 0xbeef, 0, 0, 0, now);
        subject.transport.write(close);
        await board.attend(LONG);
        expectOctets(await board.echo(OWN), OWN); // RESET of another session changes nothing here.
      });

      it('closes its MAC at CLOSE', async () => {
        const raw = await connectRaw();
        await raw.ask(OP.MAC_OPEN, ...OWN, 0);
        raw.link.close(new Error('closed') as never);
        await subject.peer.send(frame(OWN, LOCAL));
        const board = await connect();
        await expect(board.mac.close()).rejects.toMatchObject({ details: { status: 'BAD_STATE' } });
        expect(await board.receive(LONG)).toBeUndefined();
      });

      it('opens nothing for a host of another version, and says which it has', async () => {
        const encoder = new FrameEncoder(zeroed(STATISTIC));
        const payload = encodeOpen({
          versionMin: 200,
          versionMax: 201,
          window: 8,
          messageMax: 1000,
          nonce: 7,
        });
        const now = subject.transport.now();
        subject.transport.write(encoder.encode(KIND.OPEN, 77, 0, 0, 9000, now, payload));
        const board = await connect();
        expectOctets(await board.echo(OWN), OWN);
      });

      it('changes its line rate, and works at it', async ({ skip }) => {
        const rate = subject.otherRate;
        if (rate === undefined) return skip('its line has one rate, or none');
        const board = await connect();
        expect(await board.setLineRate(rate)).toBe(true);
        const octets = randomOctets(rng, 1000);
        expectOctets(await board.echo(octets), octets);
        expect((await board.identify()).lineRate?.present).toBe(rate);
      });

      it('ends the session when it is reset, even in the middle of a frame', async ({ skip }) => {
        if (subject.reset === undefined) return skip('nothing can reset it');
        const board = await connect();
        const { boot } = board.identity;
        const echo = board.echo(randomOctets(rng, 1000));
        await subject.reset();
        await expect(echo).rejects.toMatchObject({ code: 'board-reset' });
        const again = await connect();
        expect(again.identity.boot?.number).not.toBe(boot?.number);
        expectOctets(await again.echo(OWN), OWN);
      });
    });

    describe('PHY', () => {
      it('tells link, speed, duplex and mode', async () => {
        const board = await connect();
        const phy = await board.phy.read();
        expect(phy.link).toBe(true);
        expect([10, 100]).toContain(phy.speed);
      });

      it.each([
        ['10BT-H', 10, 'half'],
        ['10BT-F', 10, 'full'],
        ['100BT-H', 100, 'half'],
        ['100BT-F', 100, 'full'],
      ] as const)('works in mode %s', async (mode, speed, duplex) => {
        const board = await connect();
        await board.phy.setMode(mode);
        await linkIs(board, true);
        expect(await board.phy.read()).toMatchObject({ speed, duplex });
      });

      it('has no link while it is powered down', async () => {
        const board = await connectMac(0);
        await board.phy.setMode('POWER-DOWN');
        await linkIs(board, false);
        await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject({
          details: { status: 'LINK_DOWN' },
        });
        await board.phy.setMode('ALL-AUTO');
        await linkIs(board, true);
        await board.send(frame(OTHER, LOCAL));
      });

      it('reports a change when asked to, and only then', async () => {
        const board = await connect();
        await board.phy.setMode('POWER-DOWN');
        await linkIs(board, false);
        expect(await board.phy.nextChange(LONG)).toBeUndefined();
        await board.phy.events(true);
        const before = board.now();
        await board.phy.setMode('ALL-AUTO');
        let change = await board.phy.nextChange(seconds(5));
        while (change && !change.link) change = await board.phy.nextChange(seconds(5));
        expect(change).toMatchObject({ link: true, mode: 7 });
        expect(change?.at).toBeGreaterThanOrEqual(before - milliseconds(10));
      });

      it('notices the cable', async ({ skip }) => {
        if (subject.setCable === undefined) return skip('nothing can pull its cable');
        const board = await connectMac(0);
        await board.phy.events(true);
        await subject.setCable(false);
        expect(await board.phy.nextChange(seconds(5))).toMatchObject({ link: false });
        await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject({
          details: { status: 'LINK_DOWN' },
        });
        await subject.setCable(true);
        expect(await board.phy.nextChange(seconds(5))).toMatchObject({ link: true });
        await board.send(frame(OTHER, LOCAL));
      });
    });

    describe('MAC', () => {
      it.each([14, 15, 59, 60, 61, 254, 1024, 1513, 1514])(
        'sends and receives %i octets as they are',
        async (length) => {
          const board = await connectMac(0);
          const sent = frame(OTHER, LOCAL, length, 9);
          await board.send(sent);
          expectOctets(await subject.peer.receive(SOON), sent);
          if (length < 60) return; // What a peer pads is not the board's affair.
          const received = frame(OWN, LOCAL, length, 8);
          await subject.peer.send(received);
          expectOctets((await board.receive(SOON))?.octets, received);
        },
      );

      it.each([
        ['13 octets', 13],
        ['1515 octets', 1515],
      ])('refuses a frame of %s', async (_name, length) => {
        const raw = await connectRaw();
        await raw.ask(OP.MAC_OPEN, ...OWN, 0);
        const octets = frame(OTHER, LOCAL, length);
        expect(await raw.ask(OP.MAC_SEND, ...octets)).toMatchObject({ status: 'BAD_ARGUMENT' });
      });

      it('refuses frames and filters before it is open', async () => {
        const board = await connect();
        const refused = { code: 'request-refused', details: { status: 'BAD_STATE' } };
        await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject(refused);
        await expect(board.mac.setFilter(0)).rejects.toMatchObject(refused);
        await expect(board.mac.close()).rejects.toMatchObject(refused);
      });

      it('receives nothing before it is open nor after it is closed', async () => {
        const board = await connect();
        await subject.peer.send(frame(OWN, LOCAL, 60, 1));
        await board.attend(LONG);
        await board.mac.open(OWN, 0);
        await subject.peer.send(frame(OWN, LOCAL, 60, 2));
        expectOctets((await board.receive(SOON))?.octets, frame(OWN, LOCAL, 60, 2));
        await board.mac.close();
        await subject.peer.send(frame(OWN, LOCAL, 60, 3));
        expect(await board.receive(LONG)).toBeUndefined();
      });

      it.each([
        // filter, destination, EtherType, whether it passes
        ['no filter', 0, 'another station', OTHER, LOCAL, true],
        ['no filter', 0, 'an IPv6 group', IPV6_GROUP, IPV6, true],
        ['MFEN', FILTER.MFEN, 'itself', OWN, LOCAL, true],
        ['MFEN', FILTER.MFEN, 'another station', OTHER, LOCAL, false],
        ['MFEN', FILTER.MFEN, 'everyone', BROADCAST, IPV4, true],
        ['MFEN', FILTER.MFEN, 'an IPv4 group', IPV4_GROUP, IPV4, true],
        ['BCASTB', FILTER.MFEN | FILTER.BCASTB, 'everyone', BROADCAST, IPV4, false],
        ['BCASTB', FILTER.MFEN | FILTER.BCASTB, 'itself', OWN, IPV4, true],
        ['MMB', FILTER.MFEN | FILTER.MMB, 'an IPv4 group', IPV4_GROUP, IPV4, false],
        ['MMB', FILTER.MFEN | FILTER.MMB, 'everyone', BROADCAST, IPV4, true],
        ['MIP6B', FILTER.MFEN | FILTER.MIP6B, 'an IPv6 group', IPV6_GROUP, IPV6, false],
        ['MIP6B', FILTER.MFEN | FILTER.MIP6B, 'itself over IPv4', OWN, IPV4, true],
      ])('with %s (%i), a frame for %s', async (_name, filter, _to, destination, type, passes) => {
        const board = await connectMac(filter);
        await subject.peer.send(frame(destination, type, 80, 1));
        await subject.peer.send(frame(OWN, LOCAL, 80, 2)); // Always passes.
        const marks: number[] = [];
        for (let last = 0; last !== 2; marks.push(last)) {
          const received = await board.receive(SOON);
          last = received?.octets[15] ?? 2;
        }
        expect(marks).toEqual(passes ? [1, 2] : [2]);
      });

      it('changes its filter while it is open', async () => {
        const board = await connectMac(FILTER.MFEN);
        await board.mac.setFilter(0);
        await subject.peer.send(frame(OTHER, LOCAL, 60, 5));
        expectOctets((await board.receive(SOON))?.octets, frame(OTHER, LOCAL, 60, 5));
      });

      it('counts frames and octets, and clears its counters when told', async () => {
        const board = await connectMac(0);
        await board.mac.counters(true);
        for (let n = 0; n < 3; n++) {
          await board.send(frame(OTHER, LOCAL, 100));
          await subject.peer.send(frame(OWN, LOCAL, 200, n));
          await board.receive(SOON);
        }
        const counted = {
          frames_sent: 3,
          octets_sent: 300,
          frames_received: 3,
          octets_received: 600,
        };
        expect(await board.mac.counters(true)).toMatchObject(counted);
        expect(await board.mac.counters(false)).toMatchObject({
          frames_sent: 0,
          octets_received: 0,
        });
      });

      it('gives times that increase, for frames both ways', async () => {
        const board = await connectMac(0);
        let last = (await board.clock()) - 1;
        for (let n = 0; n < 10; n++) {
          const sent = await board.mac.sendTimed(frame(OTHER, LOCAL));
          await subject.peer.send(frame(OWN, LOCAL, 60, n));
          const received = (await board.receive(SOON))?.at ?? -1;
          expect(sent).toBeGreaterThan(last - 1);
          expect(received).toBeGreaterThanOrEqual(sent);
          last = received;
        }
        expect(await board.clock()).toBeGreaterThanOrEqual(last);
      });

      it('carries a thousand frames each way, unharmed and in order', async () => {
        const board = await connectMac(0);
        const COUNT = 1000;
        const BATCH = 20;
        const numbered = (to: Uint8Array, n: number) =>
          frame(to, LOCAL, n % 50 === 7 ? 1514 : 60 + ((n * 37) % 150), n);
        for (let first = 0; first < COUNT; first += BATCH) {
          const batch = Array.from({ length: BATCH }, (_, i) => first + i);
          const sent = Promise.all(batch.map((n) => board.mac.send(numbered(OTHER, n))));
          for (const n of batch) await subject.peer.send(numbered(OWN, n));
          for (const n of batch) {
            expectOctets((await board.receive(seconds(5)))?.octets, numbered(OWN, n));
          }
          await sent;
          for (const n of batch) {
            expectOctets(await subject.peer.receive(seconds(5)), numbered(OTHER, n));
          }
        }
        expect((await board.statistics(false)).requests_refused).toBe(0);
      });

      it('keeps frames for a host that does not take them, answers it, and loses only the rest', async () => {
        const board = await connectMac(0);
        await board.mac.counters(true);
        const COUNT = 80; // 121 KB: more than the host's credit and the chip's buffer together.
        for (let n = 0; n < COUNT; n++) {
          await subject.peer.send(frame(OWN, LOCAL, 1514, n));
          if (n % 4 === 0) await board.phy.read();
        }
        const { receive_buffer_full } = await board.mac.counters(false);
        expect(receive_buffer_full).toBeGreaterThan(0);
        let last = -1;
        let count = 0;
        for (let r = await board.receive(SOON); r; r = await board.receive(SOON)) {
          const mark = ((r.octets[14] as number) << 8) | (r.octets[15] as number);
          expect(mark).toBeGreaterThan(last);
          expectOctets(r.octets, frame(OWN, LOCAL, 1514, mark));
          last = mark;
          count += 1;
        }
        expect(count).toBeGreaterThan(20);
        await subject.peer.send(frame(OWN, LOCAL, 60, 999));
        expectOctets((await board.receive(SOON))?.octets, frame(OWN, LOCAL, 60, 999));
      });
    });
  });
}

/** Waits, at most five seconds, for the link to come up or go down. */
async function linkIs(board: Board, up: boolean): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await board.phy.read()).link === up) return;
    await board.attend(milliseconds(50));
  }
  expect((await board.phy.read()).link).toBe(up);
}
