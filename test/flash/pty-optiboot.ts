/** The twin of an Uno's loader behind a pseudo-terminal, which has no modem lines: it stays in its loader. */
import { onTestFinished } from 'vitest';
import { monotonicNow } from '../../src/node/clock.ts';
import { openPty } from '../../src/node/pty.ts';
import { type OptibootOptions, OptibootTwin } from './optiboot-twin.ts';

export interface PtyOptiboot {
  readonly path: string;
  readonly twin: OptibootTwin;
}

export async function ptyOptiboot(
  options: Omit<OptibootOptions, 'resident'> = {},
): Promise<PtyOptiboot> {
  const pty = await openPty();
  onTestFinished(() => pty.close());
  const twin = new OptibootTwin({ ...options, resident: true });
  pty.onData((octets) => {
    twin.handleOctets(octets, monotonicNow());
    const answer = twin.pollOutput();
    if (answer !== undefined) pty.write(answer);
    if (twin.unplugged) pty.close();
  });
  return { path: pty.path, twin };
}
