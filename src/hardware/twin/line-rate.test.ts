import { describe, expect, it } from 'vitest';
import { after, type Instant, milliseconds, START } from '../../base/time.ts';
import { LineRate } from './line-rate.ts';

const at = (ms: number): Instant => after(START, milliseconds(ms));

/** At 921600, and heard there, at 100 ms. */
function changed(): LineRate {
  const line = new LineRate(115_200);
  line.request(921_600);
  line.handleAcknowledged(at(0));
  line.handleTimeout(at(20));
  line.handleFrame(at(100));
  return line;
}

describe('the line rate of a board (docs/control-protocol.md §7)', () => {
  it('changes 20 ms after the answer was acknowledged', () => {
    const line = new LineRate(115_200);
    line.request(921_600);
    line.handleTimeout(at(500));
    expect(line.rate).toBe(115_200);
    line.handleAcknowledged(at(500));
    line.handleTimeout(at(519));
    expect(line.rate).toBe(115_200);
    line.handleTimeout(at(520));
    expect(line.rate).toBe(921_600);
  });

  it('goes back when no frame comes at the new rate within 500 ms', () => {
    const line = new LineRate(115_200);
    line.request(921_600);
    line.handleAcknowledged(at(0));
    line.handleTimeout(at(20));
    line.handleTimeout(at(519));
    expect(line.rate).toBe(921_600);
    line.handleTimeout(at(520));
    expect(line.rate).toBe(115_200);
    expect(line.pollTimeout()).toBeUndefined();
  });

  it('stays while frames come, and goes back to the first rate 2 s after the last', () => {
    const line = changed();
    line.handleFrame(at(1500));
    line.handleTimeout(at(3499));
    expect(line.rate).toBe(921_600);
    line.handleTimeout(at(3500));
    expect(line.rate).toBe(115_200);
  });

  it('goes back to the first rate when the session ends', () => {
    const line = changed();
    line.handleClosed();
    expect(line.rate).toBe(115_200);
  });

  it('a second change that fails leads back to the rate before, and silence to the first', () => {
    const line = changed();
    line.request(3_000_000);
    line.handleAcknowledged(at(200));
    line.handleTimeout(at(220));
    expect(line.rate).toBe(3_000_000);
    line.handleTimeout(at(720));
    expect(line.rate).toBe(921_600);
    line.handleTimeout(at(2720));
    expect(line.rate).toBe(115_200);
  });
});
