/** The firmware's twin behind a pseudo-terminal. */
import { Twin } from '../src/hardware/twin/twin.ts';
import { monotonicNow } from '../src/node/clock.ts';
import type { Pty } from '../src/node/pty.ts';

/** The firmware's behaviour at the master's side, its network cable plugged. The function returned ends it. */
export function attachTwin(pty: Pty): () => void {
  const twin = new Twin();
  let timer: NodeJS.Timeout | undefined;
  const work = (): void => {
    clearTimeout(timer);
    const now = monotonicNow();
    const due = twin.pollTimeout();
    if (due !== undefined && due <= now) twin.handleTimeout(now);
    for (let out = twin.pollOutput(now); out; out = twin.pollOutput(now)) pty.write(out);
    const next = twin.pollTimeout();
    if (next !== undefined) timer = setTimeout(work, Math.max(1, (next - now) / 1000));
  };
  pty.onData((octets) => {
    twin.handleOctets(octets, monotonicNow());
    work();
  });
  twin.setCable(true, monotonicNow());
  return () => clearTimeout(timer);
}
