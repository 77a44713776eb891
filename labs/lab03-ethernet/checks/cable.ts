/** What the checks share about the cable between board and peer. */
import { EXIT, NetlabError } from '../../../src/base/errors.ts';
import { equal } from '../../../src/base/octets.ts';
import { after, seconds, since } from '../../../src/base/time.ts';
import type { Station } from '../../../src/lab/lab.ts';

/** A frame is on the cable for 1.2 ms at 10 Mbit/s; the rest is for serial lines and busy machines. */
const ARRIVAL = seconds(1);
/** On a real network others talk too. More than this within a second is no bench to measure on. */
const MOST_STRANGERS = 1000;

/**
 * Waits until `frame` itself comes to `station`, passing over what others sent.
 * @throws NetlabError when it does not come: the octets that went out were right, so the fault is the
 * bench's and not the learner's.
 */
export async function arrival(
  station: Station,
  name: 'board' | 'peer',
  frame: Uint8Array,
): Promise<Uint8Array> {
  const deadline = after(station.now(), ARRIVAL);
  let others = 0;
  while (others < MOST_STRANGERS) {
    const left = since(deadline, station.now());
    const received = left > 0 ? await station.receive(left) : undefined;
    if (received === undefined) break;
    if (equal(received.octets, frame)) return received.octets;
    others++;
  }
  throw new NetlabError(
    'lab-frame-lost',
    EXIT.boardFault,
    `a frame of ${frame.length} octets did not reach the ${name} as it was sent (${others} other frames came)`,
    { length: frame.length, station: name, others },
  );
}
