/** A board's serial line as a lab's station, once the driver has let go of it. */
import { after, type Duration, type Instant } from '../base/time.ts';
import type { Transport } from '../hardware/board/transport.ts';
import { joinFrames } from '../hardware/control/splitter.ts';
import type { SerialStation } from '../lab/lab.ts';

export class BoardSerial implements SerialStation {
  readonly now: () => Instant;
  private readonly borrow: () => Promise<Transport>;

  /** @param borrow gives the line, and ends the driver's session where there is one */
  constructor(borrow: () => Promise<Transport>, now: () => Instant) {
    this.borrow = borrow;
    this.now = now;
  }

  async send(octets: Uint8Array): Promise<void> {
    (await this.borrow()).write(octets);
  }

  async receive(timeout: Duration): Promise<Uint8Array | undefined> {
    const line = await this.borrow();
    const frames = await line.read(after(line.now(), timeout));
    return frames.length === 0 ? undefined : joinFrames(frames);
  }
}
