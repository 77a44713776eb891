/**
 * What every board does, whatever it is made of: the twin, the firmware as a process, the emulated chip,
 * the real one. `open` gives a board that has just been powered or reset, once for each test.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import { lineContract } from './board-line.ts';
import { longLineContract } from './board-long-line.ts';
import { macContract } from './board-mac.ts';
import { phyContract } from './board-phy.ts';
import { preTriggerContract } from './board-pre-trigger.ts';
import { type RawLineTraits, rawLineContract } from './board-raw-line.ts';
import { systemContract } from './board-system.ts';
import { Fixture, PATIENCE_ms } from './fixture.ts';
import type { ContractSubject } from './subject.ts';

export function boardContract(
  name: string,
  open: () => Promise<ContractSubject>,
  rawLine?: RawLineTraits,
): void {
  describe(`${name} keeps the board contract`, { timeout: PATIENCE_ms }, () => {
    let fixture: Fixture;
    const current = (): Fixture => fixture;

    beforeEach(async () => {
      fixture = new Fixture(await open());
    });
    afterEach(() => fixture.subject.close());

    systemContract(current);
    lineContract(current);
    phyContract(current);
    macContract(current);
    rawLineContract(current, rawLine);
    if (rawLine?.line === false) return;
    preTriggerContract(current);
    longLineContract(current, rawLine?.overruns !== false);
  });
}
