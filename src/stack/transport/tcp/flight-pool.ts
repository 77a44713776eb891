/** Flights that no connection needs now. An idle connection has none: that is what makes it small. */
import { Flight } from './flight.ts';

const SPARE_MAX = 64;

export class FlightPool {
  readonly #spare: Flight[] = [];

  take(): Flight {
    return this.#spare.pop() ?? new Flight();
  }

  give(flight: Flight): void {
    if (this.#spare.length >= SPARE_MAX) return;
    flight.reset();
    this.#spare.push(flight);
  }
}
