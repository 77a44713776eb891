import { describe, expect, it } from 'vitest';
import { Arena } from './arena.ts';

describe('arena', () => {
  it('gives out each record once, and again what was freed, empty', () => {
    const arena = new Arena(2, 2);
    const taken = Array.from({ length: 20 }, () => arena.take());
    expect(new Set(taken).size).toBe(20);
    for (const offset of taken) arena.first[offset] = arena.second[offset + 1] = offset + 1;
    const grown = arena.capacity;
    for (const offset of taken) arena.give(offset);
    const again = Array.from({ length: 20 }, () => arena.take());
    expect([...again].sort((a, b) => a - b)).toEqual(taken);
    expect(arena.capacity).toBe(grown);
    for (const offset of again) {
      expect([arena.first[offset], arena.second[offset + 1]]).toEqual([0, 0]);
    }
  });

  it('keeps what is in the records when it grows', () => {
    const arena = new Arena(1, 1);
    for (let i = 0; i < 100; i++) {
      const record = arena.take();
      arena.first[record] = i;
    }
    expect([...arena.first.subarray(0, 100)]).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
