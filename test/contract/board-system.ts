/** What it says of itself: a part of the board contract. */
import { describe, expect, it } from 'vitest';
import { below, randomOctets } from '../../src/base/random.ts';
import { milliseconds, seconds, since } from '../../src/base/time.ts';
import { OP } from '../../src/hardware/control/messages.ts';
import { STATISTIC } from '../../src/hardware/control/statistics.ts';
import { expectOctets, type Fixture, frame, LOCAL, LONG, OTHER, OWN } from './fixture.ts';

export function systemContract(fixture: () => Fixture): void {
  describe('system', () => {
    it('tells who it is, the same when asked again', async () => {
      const board = await fixture().connect();
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
      const board = await fixture().connect();
      for (const length of [0, 1, 2, 253, 254, 255, 256, board.echoMax]) {
        const octets = randomOctets(fixture().rng, length);
        expectOctets(await board.echo(octets), octets);
      }
      const zeros = new Uint8Array(board.echoMax);
      expectOctets(await board.echo(zeros), zeros);
    });

    it('echoes 64 KiB in odd pieces, many at a time', async () => {
      const board = await fixture().connect();
      const sent: Uint8Array[] = [];
      for (let total = 0; total < 65_536; total += sent.at(-1)?.length ?? 0) {
        sent.push(randomOctets(fixture().rng, 1 + below(fixture().rng, board.echoMax)));
      }
      const echoed = await Promise.all(sent.map((octets) => board.echo(octets)));
      echoed.forEach((octets, i) => {
        expectOctets(octets, sent[i] as Uint8Array);
      });
    });

    it('has a clock that goes on', async () => {
      const board = await fixture().connect();
      const first = await board.clock();
      await board.attend(milliseconds(50));
      const passed = since(await board.clock(), first);
      expect(passed).toBeGreaterThanOrEqual(milliseconds(40));
      expect(passed).toBeLessThan(seconds(5));
    });

    it('counts frames, and clears its counters when told', async () => {
      const board = await fixture().connect();
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
      const board = await fixture().connect();
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
        fixture().subject.transport.write(Uint8Array.from(octets));
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
      const raw = await fixture().connectRaw();
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
      const raw = await fixture().connectRaw();
      expect(await raw.ask(op, ...body)).toMatchObject({ status: 'BAD_ARGUMENT' });
      expect(await raw.ask(OP.SYSTEM_ECHO)).toMatchObject({ status: 'OK' });
    });

    it('answers no request with tag 0, and counts the failure', async () => {
      const raw = await fixture().connectRaw();
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
      const board = await fixture().connectMac(0);
      const { boot } = board.identity;
      await board.reset('restart');
      expect(board.identity.boot?.number).not.toBe(boot?.number);
      expect(board.identity.boot?.reason).toBe('asked');
      await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject({
        details: { status: 'BAD_STATE' },
      });
    });
  });
}
