import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Keys } from './keys.ts';

function terminal(isTTY: boolean) {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY,
    setRawMode: (mode: boolean) => modes.push(mode),
  });
  const heard: string[] = [];
  const before = process.listenerCount('exit');
  const keys = new Keys(
    input as never,
    (key) => heard.push(key),
    () => heard.push('interrupted'),
  );
  return { input, modes, heard, keys, exits: () => process.listenerCount('exit') - before };
}

describe('keys', () => {
  it('come one by one, and Ctrl-C as what it means', async () => {
    const { input, heard, keys } = terminal(true);
    input.write('hx\u0003');
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(['h', 'x', 'interrupted']);
    keys.close();
  });

  it('leave the terminal as it was, once', () => {
    const { modes, keys, exits } = terminal(true);
    expect([keys.there, exits()]).toEqual([true, 1]);
    keys.close();
    keys.close();
    expect(modes).toEqual([true, false]);
    expect([keys.there, exits()]).toEqual([false, 0]);
  });

  it('are not asked for where there is no terminal', () => {
    const { modes, keys, exits } = terminal(false);
    keys.close();
    expect([modes, keys.there, exits()]).toEqual([[], false, 0]);
  });
});
