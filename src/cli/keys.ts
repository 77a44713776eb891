/**
 * Single keys, in a terminal alone: elsewhere nobody is there to press one. The terminal is as it was before when this is
 * closed, and when the process exits.
 */
import type { ReadStream } from 'node:tty';

const CTRL_C = '\u0003';

type Terminal = Pick<ReadStream, 'isTTY' | 'setRawMode' | 'setEncoding' | 'on' | 'off' | 'pause'>;

export class Keys {
  readonly #input: Terminal;
  readonly #take: (text: string) => void;
  #raw = false;

  /** @param onInterrupt Ctrl-C, which is a key like any other in raw mode */
  constructor(input: Terminal, onKey: (key: string) => void, onInterrupt: () => void) {
    this.#input = input;
    this.#take = (text) => {
      for (const key of text) key === CTRL_C ? onInterrupt() : onKey(key);
    };
    if (!input.isTTY) return;
    this.#raw = true;
    process.once('exit', this.close);
    input.setRawMode(true);
    input.setEncoding('utf8');
    input.on('data', this.#take);
  }

  /** Whether keys come. */
  get there(): boolean {
    return this.#raw;
  }

  close = (): void => {
    if (!this.#raw) return;
    this.#raw = false;
    process.off('exit', this.close);
    this.#input.off('data', this.#take);
    this.#input.setRawMode(false);
    this.#input.pause();
  };
}
