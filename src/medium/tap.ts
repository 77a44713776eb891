/** A medium that shows a tap each frame that a linked port puts on it, before anything befalls it. */
import type { Instant } from '../base/time.ts';
import type { Delivery, Medium, PortNumber, Tap } from './medium.ts';

export class TappedMedium implements Medium {
  readonly #medium: Medium;
  readonly #tap: Tap;

  constructor(medium: Medium, tap: Tap) {
    this.#medium = medium;
    this.#tap = tap;
  }

  attach(): PortNumber {
    return this.#medium.attach();
  }

  linked(port: PortNumber): boolean {
    return this.#medium.linked(port);
  }

  send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    if (this.#medium.linked(port)) this.#tap(frame.slice(), now, port);
    this.#medium.send(port, frame, now);
  }

  pollDelivery(): Delivery | undefined {
    return this.#medium.pollDelivery();
  }

  pollTimeout(): Instant | undefined {
    return this.#medium.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#medium.handleTimeout(now);
  }
}
