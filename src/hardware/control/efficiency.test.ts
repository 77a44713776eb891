/** How much of what the line carries is frame payload: a sum of octets, not a measurement of time. */
import { describe, expect, it } from 'vitest';
import { Line } from '../../../test/contract/line.ts';
import { randomOctets, seededRng } from '../../base/random.ts';
import { after, earliest, type Instant, milliseconds, START, seconds } from '../../base/time.ts';
import { Arq, type ArqParameters } from './arq.ts';
import { decodeFrame, FrameEncoder } from './frame.ts';
import { encodeMessage, encodeTimed, OP } from './messages.ts';
import { Splitter } from './splitter.ts';
import { STATISTIC, zeroed } from './statistics.ts';

const LENGTH = 1514;
const BITS_AN_OCTET = 10;
const DURATION_s = 10;

class End {
  readonly arq: Arq;
  readonly line: Line;
  readonly #splitter = new Splitter();
  readonly #message: Uint8Array | undefined;
  received = 0;

  constructor(lineRate: number, message: Uint8Array | undefined) {
    const parameters: ArqParameters = {
      session: 1,
      window: 32,
      peerCredit: 16_384,
      sendMax: 1589,
      capacity: 16_384,
      receiveMax: 1589,
      lineRate,
    };
    const statistics = zeroed(STATISTIC);
    this.arq = new Arq(parameters, new FrameEncoder(statistics), statistics);
    this.line = new Line(lineRate);
    this.#message = message;
  }

  hear(octets: Uint8Array, now: Instant): void {
    this.#splitter.handleOctets(octets, (encoded) => {
      const frame = decodeFrame(encoded);
      if (!frame.ok) throw new Error(frame.error);
      this.arq.handleFrame(frame.value, now);
    });
  }

  /** Takes what came, sends as much as it may, and puts a frame on the line whenever that is free. */
  turn(now: Instant): void {
    if ((this.arq.pollTimeout() ?? Infinity) <= now) this.arq.handleTimeout(now);
    for (let m = this.arq.pollMessage(); m; m = this.arq.pollMessage()) {
      this.received += 1;
      this.arq.consume(m);
    }
    const message = this.#message;
    while (message !== undefined && this.arq.canSend(message.length)) this.arq.send(message, now);
    while (this.line.freeAt <= now) {
      const octets = this.arq.pollOutput(now);
      if (octets === undefined) break;
      this.line.put(octets, now);
    }
  }
}

/** Two ends that send till the end. */
function run(host: End, board: End): void {
  const end = after(START, seconds(DURATION_s));
  for (let now = START; now < end; ) {
    for (let o = host.line.take(now); o; o = host.line.take(now)) board.hear(o, now);
    for (let o = board.line.take(now); o; o = board.line.take(now)) host.hear(o, now);
    host.turn(now);
    board.turn(now);
    const next = earliest(
      host.line.pollTimeout(),
      board.line.pollTimeout(),
      host.arq.pollTimeout(),
      board.arq.pollTimeout(),
      after(now, milliseconds(1)),
    );
    now = next !== undefined && next > now ? next : after(now, milliseconds(0.001));
  }
}

describe('the share of frame payload on the line, at 1514 octets a frame', () => {
  const frame = randomOctets(seededRng(1), LENGTH);
  const sent = encodeMessage(OP.MAC_SEND, 0, frame);
  const received = encodeTimed(OP.MAC_RECEIVED, 0, frame);

  it.each([115_200, 921_600, 3_000_000])('is at least 97 in 100 both ways at %i bit/s', (rate) => {
    const host = new End(rate, sent);
    const board = new End(rate, received);
    run(host, board);
    // A frame is still on its way at the end. And the line is never idle: what it could carry counts.
    const capacity = (rate / BITS_AN_OCTET) * DURATION_s;
    expect((board.received * LENGTH) / host.line.carried).toBeGreaterThan(0.97);
    expect((host.received * LENGTH) / board.line.carried).toBeGreaterThan(0.97);
    expect((board.received * LENGTH) / capacity).toBeGreaterThan(0.95);
    expect((host.received * LENGTH) / capacity).toBeGreaterThan(0.95);
  });

  it.each([115_200, 921_600, 3_000_000])('is at least 95 in 100 one way at %i bit/s', (rate) => {
    const host = new End(rate, undefined);
    const board = new End(rate, received);
    run(host, board);
    expect((host.received * LENGTH) / ((rate / BITS_AN_OCTET) * DURATION_s)).toBeGreaterThan(0.95);
  });
});
