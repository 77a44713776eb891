/**
 * No board: stations and cables in memory, on a clock that only waiting moves. For labs that need none, and for whoever
 * grades much code at once. One seed gives one run, octet for octet.
 */
import { type Rng, seededRng } from '../base/random.ts';
import { after, type Duration, type Instant, START } from '../base/time.ts';
import type { Segment, Station } from '../lab/lab.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { Cable } from '../medium/cable.ts';
import type { PortNumber } from '../medium/medium.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import type { Direction, Recording } from './recording.ts';
import { segmentFixtures, segmentsWanted } from './segments.ts';
import { stationAddress } from './station-address.ts';

/** Frames that wait at a station; more are dropped, as by a card whose memory is full. */
const WAITING_MAX = 64;

export async function openMemory(
  { seed, fixtures }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const clock: VirtualClock = { now: START };
  const wanted = segmentsWanted(fixtures);
  const segments = Array.from({ length: wanted }, (_, i) => makeSegment(clock, rng, recording, i));
  const [first] = segments as [Segment];
  return {
    kind: 'memory',
    name: 'memory',
    description: {
      kind: 'memory',
      name: 'memory',
      board: '',
      firmwareVersion: '',
      sourceHash: '',
      peer: 'memory',
    },
    fixtures: ['cable:peer', ...segmentFixtures(wanted)],
    ...first,
    segments,
    setStep: (label) => recording.setStep(label),
    recover: async () => true,
    close: async () => {},
  };
}

interface VirtualClock {
  now: Instant;
}

function makeSegment(clock: VirtualClock, rng: Rng, recording: Recording, i: number): Segment {
  const cable = new Cable();
  const tap = (direction: Direction) => (frame: Uint8Array) =>
    recording.addFrame(frame, clock.now, direction, i);
  const board = new MemoryStation(cable, clock, stationAddress(rng), tap('outbound'));
  const peer = new MemoryStation(cable, clock, stationAddress(rng), tap('inbound'));
  board.neighbour = peer;
  peer.neighbour = board;
  return { board, peer };
}

class MemoryStation implements Station {
  readonly address: Uint8Array;
  neighbour: MemoryStation | undefined;
  readonly #cable: Cable;
  readonly #port: PortNumber;
  readonly #clock: VirtualClock;
  readonly #tap: (frame: Uint8Array) => void;
  readonly #inbox: ReceivedFrame[] = [];

  constructor(
    cable: Cable,
    clock: VirtualClock,
    address: Uint8Array,
    tap: (frame: Uint8Array) => void,
  ) {
    this.address = address;
    this.#cable = cable;
    this.#port = cable.attach();
    this.#clock = clock;
    this.#tap = tap;
  }

  now(): Instant {
    return this.#clock.now;
  }

  async send(frame: Uint8Array): Promise<void> {
    this.#tap(frame);
    this.#cable.send(this.#port, frame, this.#clock.now);
  }

  async receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    const until = after(this.#clock.now, timeout);
    this.#deliver();
    while (this.#inbox.length === 0 && this.#clock.now < until) {
      const due = this.#cable.pollTimeout() ?? until;
      this.#clock.now = Math.min(until, Math.max(due, this.#clock.now)) as Instant;
      this.#deliver();
      if (due >= until) break;
    }
    return this.#inbox.shift();
  }

  #deliver(): void {
    this.#cable.handleTimeout(this.#clock.now);
    for (let d = this.#cable.pollDelivery(); d !== undefined; d = this.#cable.pollDelivery()) {
      const station = d.port === this.#port ? this : (this.neighbour ?? this);
      station.#take({ octets: d.frame, at: d.at });
    }
  }

  #take(frame: ReceivedFrame): void {
    if (this.#inbox.length < WAITING_MAX) this.#inbox.push(frame);
  }
}
