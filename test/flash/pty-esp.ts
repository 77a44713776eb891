/** The twin of an ESP's mask ROM behind a pseudo-terminal, which has no modem lines: it is in its loader already. */
import { onTestFinished } from 'vitest';
import { openPty } from '../../src/node/pty.ts';
import { EspRomTwin } from './esp-rom-twin.ts';

export async function ptyEsp(): Promise<{ readonly path: string; readonly twin: EspRomTwin }> {
  const pty = await openPty();
  onTestFinished(() => pty.close());
  const twin = new EspRomTwin({ resident: true });
  pty.onData((octets) => {
    twin.handleOctets(octets);
    const answer = twin.pollOutput();
    if (answer !== undefined) pty.write(answer);
  });
  return { path: pty.path, twin };
}
