import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Instant, NEVER } from '../base/time.ts';
import { Agenda } from './agenda.ts';

/** The same by looking through a list. */
class Model {
  readonly entries: { actor: number; at: number }[] = [];

  set(actor: number, at: number | undefined): void {
    const i = this.entries.findIndex((e) => e.actor === actor);
    if (this.entries[i]?.at === at) return;
    if (i >= 0) this.entries.splice(i, 1);
    if (at !== undefined) this.entries.push({ actor, at });
  }
  first(): { actor: number; at: number } | undefined {
    return this.entries.toSorted((a, b) => a.at - b.at)[0];
  }
}

describe('agenda', () => {
  it('does what a list that is searched for the earliest does, ties in the order of entry', () => {
    const step = fc.record({
      actor: fc.nat(39),
      at: fc.option(fc.nat(30), { nil: undefined, freq: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const agenda = new Agenda();
        const model = new Model();
        for (let i = 0; i < 40; i++) expect(agenda.add()).toBe(i);
        for (const { actor, at } of steps) {
          agenda.set(actor, at as Instant | undefined);
          model.set(actor, at);
          expect(agenda.first()).toBe(model.first()?.actor);
          expect(agenda.firstAt()).toBe(model.first()?.at ?? NEVER);
        }
        while (model.first() !== undefined) {
          const { actor, at } = model.first() ?? { actor: -1, at: -1 };
          expect([agenda.first(), agenda.firstAt()]).toEqual([actor, at]);
          agenda.set(actor, undefined);
          model.set(actor, undefined);
        }
        expect(agenda.first()).toBeUndefined();
      }),
    );
  });
});
