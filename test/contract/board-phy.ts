/** The PHY: a part of the board contract. */
import { describe, expect, it } from 'vitest';
import { milliseconds, seconds } from '../../src/base/time.ts';
import { type Fixture, frame, LOCAL, LONG, linkIs, OTHER } from './fixture.ts';

export function phyContract(fixture: () => Fixture): void {
  describe('PHY', () => {
    it('tells link, speed, duplex and mode', async () => {
      const board = await fixture().connect();
      await linkIs(board, true); // A PHY that was just reset negotiates for seconds.
      const phy = await board.phy.read();
      expect([10, 100]).toContain(phy.speed);
      expect(phy.mode).toBe(7);
    });

    it.each([
      ['10BT-H', 10, 'half'],
      ['10BT-F', 10, 'full'],
      ['100BT-H', 100, 'half'],
      ['100BT-F', 100, 'full'],
    ] as const)('works in mode %s', async (mode, speed, duplex) => {
      const board = await fixture().connect();
      await board.phy.setMode(mode);
      await linkIs(board, true);
      expect(await board.phy.read()).toMatchObject({ speed, duplex });
    });

    it('has no link while it is powered down', async () => {
      const board = await fixture().connectMac(0);
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
      const board = await fixture().connect();
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
      const { subject } = fixture();
      if (subject.setCable === undefined) return skip('nothing can pull its cable');
      const board = await fixture().connectMac(0);
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
}
