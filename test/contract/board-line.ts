/** The line and its sessions: a part of the board contract. */
import { describe, expect, it } from 'vitest';
import { below, randomOctets, seededRng } from '../../src/base/random.ts';
import { milliseconds } from '../../src/base/time.ts';
import { FrameEncoder, KIND } from '../../src/hardware/control/frame.ts';
import { OP } from '../../src/hardware/control/messages.ts';
import { decodeOpened, encodeOpen } from '../../src/hardware/control/open.ts';
import { STATISTIC, zeroed } from '../../src/hardware/control/statistics.ts';
import { expectOctets, type Fixture, frame, LOCAL, LONG, OTHER, OWN, SOON } from './fixture.ts';
import { noise } from './line.ts';

export function lineContract(fixture: () => Fixture): void {
  describe('line', () => {
    it('carries on after garbage before and between frames', async () => {
      fixture().subject.transport.write(randomOctets(fixture().rng, 3000));
      const board = await fixture().connect();
      for (let i = 0; i < 20; i++) {
        // Garbage with a delimiter in it, and without: then it spoils the next frame.
        fixture().subject.transport.write(
          randomOctets(fixture().rng, 1 + below(fixture().rng, 40)),
        );
        const octets = randomOctets(fixture().rng, 100);
        expectOctets(await board.echo(octets), octets);
      }
    });

    it('loses and changes nothing on a line that does', async () => {
      const board = await fixture().connect();
      const levels = { lost: 2e-4, flipped: 2e-4, inserted: 2e-4, duplicated: 2e-4, burst: 5e-5 };
      fixture().faults.toBoard = noise(seededRng(3), levels);
      fixture().faults.toHost = noise(seededRng(4), levels);
      for (let i = 0; i < 60; i++) {
        const octets = randomOctets(fixture().rng, below(fixture().rng, 300));
        expectOctets(await board.echo(octets), octets);
      }
      fixture().faults.toBoard = undefined;
      fixture().faults.toHost = undefined;
      expect(board.lineStatistics.data_resent).toBeGreaterThan(0);
    });

    it('forgets a session at the next OPEN: a host that restarts', async () => {
      await fixture().connectMac(0);
      await fixture().subject.peer.send(frame(OWN, LOCAL, 60, 1));
      const board = await fixture().connect();
      await expect(board.send(frame(OTHER, LOCAL))).rejects.toMatchObject({
        details: { status: 'BAD_STATE' },
      });
      expect(await board.receive(LONG), 'a frame of the last session').toBeUndefined();
      await board.mac.open(OWN, 0);
      await fixture().subject.peer.send(frame(OWN, LOCAL, 60, 2));
      expectOctets((await board.receive(SOON))?.octets, frame(OWN, LOCAL, 60, 2));
    });

    it('opens for a host that was cut off in the middle of a frame', async () => {
      const first = await fixture().connect();
      fixture().faults.toBoard = (octets) => octets.subarray(0, octets.length >> 1);
      first.echo(new Uint8Array(500)).catch(() => undefined); // Its session ends with it.
      fixture().cutOff();
      fixture().faults.toBoard = undefined;
      const second = await fixture().connect();
      expectOctets(await second.echo(OWN), OWN);
    });

    it('says BOOT before it answers anybody who asks as soon as it starts', async ({ skip }) => {
      const { subject } = fixture();
      if (subject.reset === undefined) return skip('nothing can reset it');
      const heard = fixture().listen();
      await subject.reset();
      await fixture().connectRaw();
      const kinds = heard.map(({ kind }) => kind);
      expect(kinds.indexOf(KIND.BOOT), `${kinds}`).toBe(0);
    });

    it('answers RESET to a session that it does not know', async () => {
      const board = await fixture().connect();
      const heard = fixture().listen();
      const encoder = new FrameEncoder(zeroed(STATISTIC));
      const now = fixture().subject.transport.now();
      for (let i = 0; i < 5; i++) {
        const poll = encoder.encode(KIND.POLL, 0xbeef, 0, 0, 0, now);
        fixture().subject.transport.write(poll);
      }
      await board.attend(milliseconds(50));
      const resets = heard.filter(({ kind }) => kind === KIND.RESET);
      expect(
        resets.map(({ session }) => session),
        'once in 100 ms',
      ).toEqual([0xbeef]);
      expectOctets(await board.echo(OWN), OWN); // RESET of another session changes nothing here.
    });

    it('closes its MAC at CLOSE', async () => {
      const raw = await fixture().connectRaw();
      await raw.ask(OP.MAC_OPEN, ...OWN, 0);
      raw.link.close(new Error('closed') as never);
      await fixture().subject.peer.send(frame(OWN, LOCAL));
      const board = await fixture().connect();
      await expect(board.mac.close()).rejects.toMatchObject({ details: { status: 'BAD_STATE' } });
      expect(await board.receive(LONG)).toBeUndefined();
    });

    it('opens nothing for a host of another version, and says which it has', async () => {
      const board = await fixture().connect();
      const heard = fixture().listen();
      const encoder = new FrameEncoder(zeroed(STATISTIC));
      const payload = encodeOpen({
        versionMin: 200,
        versionMax: 201,
        window: 8,
        messageMax: 1000,
        nonce: 7,
      });
      const now = fixture().subject.transport.now();
      fixture().subject.transport.write(encoder.encode(KIND.OPEN, 77, 0, 0, 9000, now, payload));
      await board.attend(milliseconds(50));
      const opened = heard.find(({ kind, session }) => kind === KIND.OPENED && session === 77);
      expect(opened && decodeOpened(opened.payload)).toMatchObject({
        value: { version: 1, nonce: 7 },
      });
      expectOctets(await board.echo(OWN), OWN); // The session that is open stays so.
    });

    it('changes its line rate and works at it, or stays as it is where there is none', async () => {
      const { transport, otherRate } = fixture().subject;
      const before = transport.lineRate();
      const board = await fixture().connect();
      const hasRate = (board.identity.lineRate?.present ?? 0) !== 0;
      expect(await board.setLineRate(otherRate ?? before)).toBe(true);
      const octets = randomOctets(fixture().rng, 1000);
      expectOctets(await board.echo(octets), octets);
      // A PTY and a USB port have a rate for the host, which means nothing to the board.
      const after = otherRate ?? before;
      expect(transport.lineRate()).toBe(after);
      expect((await board.identify()).lineRate?.present).toBe(hasRate ? after : 0);
    });

    it('ends the session when it is reset, even in the middle of a frame', async ({ skip }) => {
      const { subject } = fixture();
      if (subject.reset === undefined) return skip('nothing can reset it');
      const board = await fixture().connect();
      const { boot } = board.identity;
      const echoes = (async () => {
        for (let i = 0; i < 1000; i++) await board.echo(randomOctets(fixture().rng, 1000));
      })();
      await subject.reset();
      await expect(echoes).rejects.toMatchObject({ code: 'board-reset' });
      const again = await fixture().connect();
      expect(again.identity.boot?.number).not.toBe(boot?.number);
      expectOctets(await again.echo(OWN), OWN);
    });
  });
}
