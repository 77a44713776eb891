import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Queue } from './queue.ts';

describe('a queue', () => {
  it('is first in, first out, as an array is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 200, size: 'max' }),
        fc.nat(40),
        (pushes, ahead) => {
          const queue = new Queue<number>();
          const model: number[] = [];
          let next = 0;
          const push = (): void => {
            queue.push(next);
            model.push(next++);
          };
          for (let i = 0; i < ahead; i++) push();
          for (const isPush of pushes) {
            if (isPush) push();
            else expect(queue.shift()).toBe(model.shift());
            expect(queue.size).toBe(model.length);
            expect(queue.first).toBe(model[0]);
          }
        },
      ),
    );
  });

  it('is empty at first, and stays so', () => {
    const queue = new Queue<string>();
    expect([queue.first, queue.shift(), queue.size]).toEqual([undefined, undefined, 0]);
  });
});
