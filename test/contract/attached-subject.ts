/** A board at a port, and one more, cabled to it, as the station at the other end. */
import { seededRng } from '../../src/base/random.ts';
import type { Duration } from '../../src/base/time.ts';
import { Board } from '../../src/hardware/board/board.ts';
import { openLine } from '../../src/node/open-line.ts';
import { OTHER } from './fixture.ts';
import type { ContractSubject } from './subject.ts';

export async function attachedSubject(port: string, peerPort: string): Promise<ContractSubject> {
  const transport = await openLine(port);
  const peer = await Board.open(await openLine(peerPort), { rng: seededRng(2) });
  await peer.mac.open(OTHER, 0);
  return {
    transport,
    peer: {
      send: (frame) => peer.send(frame),
      receive: async (timeout: Duration) => (await peer.receive(timeout))?.octets,
    },
    close: async () => {
      await peer.close();
      await transport.close();
    },
  };
}
