import { describe, expect, it } from 'vitest';
import { LINUX_NUMBER, type State, TRANSITIONS } from './state.ts';

const states = Object.keys(TRANSITIONS) as State[];
const arcs = states.flatMap((from) =>
  Object.entries(TRANSITIONS[from]).map(([cause, to]) => ({ from, cause, to })),
);
const next = (state: State): State[] => arcs.filter((a) => a.from === state).map(({ to }) => to);

/** All that can be reached from `start`. */
function reach(start: State): Set<State> {
  const found = new Set<State>([start]);
  for (const state of found) for (const to of next(state)) found.add(to);
  return found;
}

describe('the states of a connection (RFC 9293 figure 5)', () => {
  it('are eleven, and lead to one another alone', () => {
    expect(states.length).toBe(11);
    expect(arcs.filter(({ to }) => !states.includes(to))).toEqual([]);
  });

  it('can all be reached, and left for CLOSED', () => {
    expect(states.filter((state) => !reach('CLOSED').has(state))).toEqual([]);
    expect(states.filter((state) => !reach(state).has('CLOSED'))).toEqual([]);
  });

  it('are ended by a RST everywhere but where there is no connection', () => {
    const without = states.filter((state) => TRANSITIONS[state].RST !== 'CLOSED');
    expect(without).toEqual(['CLOSED', 'LISTEN']);
  });

  it.each<[string, readonly State[]]>([
    [
      'who opens and closes first',
      ['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSED'],
    ],
    [
      'who listens and closes last',
      ['LISTEN', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED'],
    ],
    [
      'both open and both close at once',
      ['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'CLOSING', 'TIME-WAIT', 'CLOSED'],
    ],
    [
      'a FIN that brings the acknowledgment of ours',
      ['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'TIME-WAIT', 'CLOSED'],
    ],
  ])('have the way of %s', (_name, way) => {
    const steps = way.map((to, i) => next(way[i - 1] ?? 'CLOSED').includes(to));
    expect(steps).toEqual(way.map(() => true));
  });

  it('never lead back: who has closed does not open', () => {
    const closing: State[] = ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'TIME-WAIT', 'LAST-ACK'];
    for (const state of closing) expect(reach(state).size).toBeGreaterThan(1);
    const open = (state: State): boolean => {
      const found = new Set<State>([state]);
      for (const s of found) if (s !== 'CLOSED') for (const to of next(s)) found.add(to);
      return found.has('ESTABLISHED');
    };
    expect(closing.filter(open)).toEqual([]);
  });

  it("have numbers of their own in Linux's tcp_info, 1 … 11", () => {
    const numbers = Object.values(LINUX_NUMBER).toSorted((a, b) => a - b);
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
