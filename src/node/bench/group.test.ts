import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../lab/inventory.ts';
import { groupOf } from './group.ts';

const text = (peerOfThird: object) =>
  JSON.stringify({
    boards: {
      one: {
        port: { path: '/dev/1' },
        fixtures: { 'cable:peer': 'far', 'boards:2': ['two'], 'segments:3': ['two', 'three'] },
      },
      two: { port: { path: '/dev/2' }, fixtures: { 'cable:peer': 'loopback' } },
      three: { port: { path: '/dev/3' }, fixtures: peerOfThird },
      far: { port: { path: '/dev/4' } },
    },
  });

function boardsOf(document: string) {
  const parsed = parseInventory(document);
  if (!parsed.ok) throw new Error(parsed.error.code);
  return parsed.value.boards;
}

describe('the group of a board', () => {
  const boards = boardsOf(text({ 'cable:peer': 'loopback' }));
  const [one, two] = boards as [(typeof boards)[0], (typeof boards)[0]];

  it('has each further segment with its own peer', () => {
    expect(groupOf(one, boards, ['segments:3'])).toEqual({
      second: undefined,
      segments: [
        { port: 'two', peer: 'loopback' },
        { port: 'three', peer: 'loopback' },
      ],
    });
  });

  it('has the board on the wire alone where that is what is wanted', () => {
    expect(groupOf(one, boards, ['boards:2'])).toEqual({ second: 'two', segments: [] });
  });

  it.each([['no group'], ['a group of another size']])('is empty for a board with %s', (what) => {
    const wanted = what === 'no group' ? 'segments:3' : 'segments:2';
    const board = what === 'no group' ? two : one;
    expect(groupOf(board, boards, [wanted])).toEqual({ second: undefined, segments: [] });
  });

  it('says which board has no cable', () => {
    const lacking = boardsOf(text({}));
    expect(() => groupOf(lacking[0] as typeof one, lacking, ['segments:3'])).toThrowError(
      expect.objectContaining({
        code: 'fixture-missing',
        details: { board: 'three', fixtures: 'cable:peer' },
      }),
    );
  });
});
