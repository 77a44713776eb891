/** The MAC: a part of the board contract. */
import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/base/time.ts';
import { FILTER, OP } from '../../src/hardware/control/messages.ts';
import {
  BROADCAST,
  expectOctets,
  type Fixture,
  frame,
  IPV4,
  IPV4_GROUP,
  IPV6,
  IPV6_GROUP,
  LOCAL,
  LONG,
  OTHER,
  OWN,
  SOON,
} from './fixture.ts';

export function macContract(fixture: () => Fixture): void {
  describe('MAC', () => {
    it.each([14, 15, 59, 60, 61, 254, 1024, 1513, 1514])(
      'sends and receives %i octets as they are',
      async (length) => {
        const board = await fixture().connectMac(0);
        const sent = frame(OTHER, LOCAL, length, 9);
        await board.send(sent);
        expectOctets(await fixture().subject.peer.receive(SOON), sent);
        if (length < 60) return; // What a peer pads is not the board's affair.
        const received = frame(OWN, LOCAL, length, 8);
        await fixture().subject.peer.send(received);
        expectOctets((await board.receive(SOON))?.octets, received);
      },
    );

    it.each([
      ['13 octets', 13],
      ['1515 octets', 1515],
    ])('refuses a frame of %s', async (_name, length) => {
      const raw = await fixture().connectRaw();
      await raw.ask(OP.MAC_OPEN, ...OWN, 0);
      const octets = frame(OTHER, LOCAL, length);
      expect(await raw.ask(OP.MAC_SEND, ...octets)).toMatchObject({ status: 'BAD_ARGUMENT' });
    });

    it('refuses frames and filters before it is open', async () => {
      const board = await fixture().connect();
      const refused = { code: 'request-refused', details: { status: 'BAD_STATE' } };
      await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject(refused);
      await expect(board.mac.setFilter(0)).rejects.toMatchObject(refused);
      await expect(board.mac.close()).rejects.toMatchObject(refused);
    });

    it('receives nothing before it is open nor after it is closed', async () => {
      const board = await fixture().connect();
      await fixture().subject.peer.send(frame(OWN, LOCAL, 60, 1));
      await board.attend(LONG);
      await board.mac.open(OWN, 0);
      await fixture().subject.peer.send(frame(OWN, LOCAL, 60, 2));
      expectOctets((await board.receive(SOON))?.octets, frame(OWN, LOCAL, 60, 2));
      await board.mac.close();
      await fixture().subject.peer.send(frame(OWN, LOCAL, 60, 3));
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
      const board = await fixture().connectMac(filter);
      await fixture().subject.peer.send(frame(destination, type, 80, 1));
      await fixture().subject.peer.send(frame(OWN, LOCAL, 80, 2)); // Always passes.
      const marks: number[] = [];
      for (let last = 0; last !== 2; marks.push(last)) {
        const received = await board.receive(SOON);
        last = received?.octets[15] ?? 2;
      }
      expect(marks).toEqual(passes ? [1, 2] : [2]);
    });

    it('changes its filter while it is open', async () => {
      const board = await fixture().connectMac(FILTER.MFEN);
      await board.mac.setFilter(0);
      await fixture().subject.peer.send(frame(OTHER, LOCAL, 60, 5));
      expectOctets((await board.receive(SOON))?.octets, frame(OTHER, LOCAL, 60, 5));
    });

    it('counts frames and octets, and clears its counters when told', async () => {
      const board = await fixture().connectMac(0);
      await board.mac.counters(true);
      for (let n = 0; n < 3; n++) {
        await board.send(frame(OTHER, LOCAL, 100));
        await fixture().subject.peer.send(frame(OWN, LOCAL, 200, n));
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
      const board = await fixture().connectMac(0);
      let last = (await board.clock()) - 1;
      for (let n = 0; n < 10; n++) {
        const sent = await board.mac.sendTimed(frame(OTHER, LOCAL));
        await fixture().subject.peer.send(frame(OWN, LOCAL, 60, n));
        const received = (await board.receive(SOON))?.at ?? -1;
        expect(sent).toBeGreaterThan(last - 1);
        expect(received).toBeGreaterThanOrEqual(sent);
        last = received;
      }
      expect(await board.clock()).toBeGreaterThanOrEqual(last);
    });

    it('carries a thousand frames each way, unharmed and in order', async () => {
      const board = await fixture().connectMac(0);
      const COUNT = 1000;
      const BATCH = 20;
      const numbered = (to: Uint8Array, n: number) =>
        frame(to, LOCAL, n % 50 === 7 ? 1514 : 60 + ((n * 37) % 150), n);
      for (let first = 0; first < COUNT; first += BATCH) {
        const batch = Array.from({ length: BATCH }, (_, i) => first + i);
        const sent = Promise.all(batch.map((n) => board.mac.send(numbered(OTHER, n))));
        for (const n of batch) await fixture().subject.peer.send(numbered(OWN, n));
        for (const n of batch) {
          expectOctets((await board.receive(seconds(5)))?.octets, numbered(OWN, n));
        }
        await sent;
        for (const n of batch) {
          expectOctets(await fixture().subject.peer.receive(seconds(5)), numbered(OTHER, n));
        }
      }
      expect((await board.statistics(false)).requests_refused).toBe(0);
    });

    it('keeps frames for a host that does not take them, answers it, and loses only the rest', async () => {
      const board = await fixture().connectMac(0);
      await board.mac.counters(true);
      const COUNT = 120; // 180 KB: more than host, line, firmware and chip hold together.
      for (let n = 0; n < COUNT; n++) {
        await fixture().subject.peer.send(frame(OWN, LOCAL, 1514, n));
        if (n % 4 === 0) await board.phy.read();
      }
      const { receive_buffer_full } = await board.mac.counters(false);
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
      expect(receive_buffer_full > 0, 'counted, if any was lost').toBe(count < COUNT);
      await fixture().subject.peer.send(frame(OWN, LOCAL, 60, 999));
      expectOctets((await board.receive(SOON))?.octets, frame(OWN, LOCAL, 60, 999));
    });
  });
}
