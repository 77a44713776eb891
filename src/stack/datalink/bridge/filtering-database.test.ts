import { describe, expect, it } from 'vitest';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { AGEING_TIME, FilteringDatabase } from './filtering-database.ts';

const address = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, n >> 8, n & 0xff);
const later = (time: number): Instant => after(START, seconds(time));

describe('filtering database', () => {
  it('knows where an address was heard last, in each VLAN apart', () => {
    const database = new FilteringDatabase();
    database.learn(address(1), 10, 3, START);
    database.learn(address(1), 20, 4, START);
    database.learn(address(1), 10, 5, later(1));
    expect(database.lookUp(address(1), 10, later(2))).toBe(5);
    expect(database.lookUp(address(1), 20, later(2))).toBe(4);
    expect(database.lookUp(address(1), 30, later(2))).toBeUndefined();
  });

  it('forgets what it has not heard for 300 s', () => {
    const database = new FilteringDatabase();
    database.learn(address(1), 1, 3, START);
    expect(database.lookUp(address(1), 1, later(299))).toBe(3);
    expect(database.lookUp(address(1), 1, after(START, AGEING_TIME))).toBeUndefined();
  });

  it('never learns a group address', () => {
    const database = new FilteringDatabase();
    database.learn(Uint8Array.of(0x01, 0, 0x5e, 0, 0, 1), 1, 3, START);
    expect(database.size).toBe(0);
  });

  it('that is full learns nothing new, keeps what it has, and makes room when that is old', () => {
    const database = new FilteringDatabase(2);
    for (const n of [1, 2, 3]) database.learn(address(n), 1, n, START);
    expect(database.size).toBe(2);
    expect(database.full).toBe(1);
    expect(database.lookUp(address(1), 1, later(1))).toBe(1);
    expect(database.lookUp(address(3), 1, later(1))).toBeUndefined();
    database.learn(address(3), 1, 3, later(301));
    expect(database.lookUp(address(3), 1, later(302))).toBe(3);
  });

  it('forgets a port at once', () => {
    const database = new FilteringDatabase();
    database.learn(address(1), 1, 1, START);
    database.learn(address(2), 1, 2, START);
    database.flush(1);
    expect(database.lookUp(address(1), 1, START)).toBeUndefined();
    expect(database.lookUp(address(2), 1, START)).toBe(2);
  });
});
