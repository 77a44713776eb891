/** A transport that spoils what goes through it, in front of any board. */
import type { Transport } from '../../src/hardware/board/transport.ts';
import type { Impairment } from './line.ts';

export interface Faults {
  /** What becomes of octets on their way to the board. */
  toBoard?: Impairment | undefined;
  /** What becomes of an encoded frame on its way to the host; nothing: it is lost. */
  toHost?: Impairment | undefined;
}

/** Obeys `faults` as they are at the time. A host that is not `alive` any more hears and says nothing. */
export function faultyTransport(
  inner: Transport,
  faults: Faults,
  alive: () => boolean = () => true,
): Transport {
  return {
    name: inner.name,
    now: () => inner.now(),
    write: (octets) => {
      if (alive()) inner.write(faults.toBoard?.(octets) ?? octets);
    },
    read: async (until) => {
      const frames = await inner.read(until);
      if (!alive()) return new Promise(() => undefined);
      const { toHost } = faults;
      if (toHost === undefined) return frames;
      return frames.map(toHost).filter((frame) => frame.length > 0);
    },
    wake: () => inner.wake(),
    drain: () => inner.drain(),
    setLineRate: (rate) => inner.setLineRate(rate),
    lineRate: () => inner.lineRate(),
    resetBoard: () => inner.resetBoard(),
    diagnostics: () => inner.diagnostics(),
    close: () => inner.close(),
  };
}
