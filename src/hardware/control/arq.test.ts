import { describe, expect, it } from 'vitest';
import { after, type Instant, milliseconds, START } from '../../base/time.ts';
import { Arq, type ArqParameters, costOf } from './arq.ts';
import { decodeFrame, type Frame, FrameEncoder, KIND, type Kind } from './frame.ts';
import { STATISTIC, zeroed } from './statistics.ts';

const SESSION = 0x1234;
const PARAMETERS: ArqParameters = {
  session: SESSION,
  window: 8,
  peerCredit: 10_000,
  sendMax: 1000,
  capacity: 10_000,
  receiveMax: 1000,
  lineRate: 0,
};

const NAMES = new Map<number, string>(Object.entries(KIND).map(([name, kind]) => [kind, name]));

/** One machine, its peer played by hand, in virtual time. Frames are written `KIND seq/ack`. */
class Hand {
  readonly statistics = zeroed(STATISTIC);
  readonly arq: Arq;
  now: Instant = START;

  constructor(parameters: Partial<ArqParameters> = {}) {
    const encoder = new FrameEncoder(this.statistics);
    this.arq = new Arq({ ...PARAMETERS, ...parameters }, encoder, this.statistics);
  }

  send(...lengths: number[]): boolean[] {
    return lengths.map((length) => this.arq.send(new Uint8Array(length), this.now));
  }

  hear(kind: Kind, seq: number, ack: number, credit = 10_000, payload = new Uint8Array(0)): void {
    this.arq.handleFrame({ kind, session: SESSION, seq, ack, credit, payload }, this.now);
  }

  data(seq: number, length = 10): void {
    this.hear(KIND.DATA, seq, 0, 10_000, new Uint8Array(length).fill(seq));
  }

  frames(): Frame[] {
    const frames: Frame[] = [];
    for (let o = this.arq.pollOutput(this.now); o; o = this.arq.pollOutput(this.now)) {
      const decoded = decodeFrame(o.subarray(o[0] === 0 ? 1 : 0, -1));
      if (!decoded.ok) throw new Error(decoded.error);
      frames.push(decoded.value);
    }
    return frames;
  }

  /** What has gone out since last asked. */
  out(): string[] {
    return this.frames().map(({ kind, seq, ack }) => `${NAMES.get(kind)} ${seq}/${ack}`);
  }

  /** Lets time pass, waking the machine when it asks; what it sent, with the milliseconds. */
  wait(ms: number): string[] {
    const end = after(this.now, milliseconds(ms));
    const sent: string[] = [];
    for (;;) {
      const due = this.arq.pollTimeout();
      if (due === undefined || due > end) break;
      expect(due).toBeGreaterThanOrEqual(this.now);
      this.now = due;
      this.arq.handleTimeout(due);
      sent.push(...this.out().map((frame) => `${due / 1000} ${frame}`));
    }
    this.now = end;
    return sent;
  }
}

describe('sending', () => {
  it('numbers DATA from 0 and stops at the window', () => {
    const hand = new Hand({ window: 2 });
    expect(hand.send(1, 1, 1)).toEqual([true, true, false]);
    expect(hand.out()).toEqual(['DATA 0/0', 'DATA 1/0']);
    hand.hear(KIND.ACK, 0, 1);
    expect(hand.send(1, 1)).toEqual([true, false]);
  });

  it('stops at the credit, each message costing its octets and 8', () => {
    const hand = new Hand({ peerCredit: 3 * costOf(10) });
    expect(hand.send(10, 10, 11, 10, 0)).toEqual([true, true, false, true, false]);
    hand.out();
    hand.hear(KIND.ACK, 0, 2, costOf(10) + costOf(5));
    expect(hand.send(6, 5), 'one is still unacknowledged').toEqual([false, true]);
  });

  it('never takes back credit, nor counts that of an ack from the past', () => {
    const hand = new Hand({ peerCredit: 100 });
    hand.send(10, 10);
    hand.out();
    hand.hear(KIND.ACK, 0, 1, 1000);
    hand.hear(KIND.ACK, 0, 1, 0);
    expect(hand.arq.canSend(1000 - 2 * 18)).toBe(true);
    hand.hear(KIND.ACK, 0, 0, 9000);
    expect(hand.arq.canSend(1000)).toBe(false);
  });

  it('ignores an ack for what it never sent', () => {
    const hand = new Hand();
    hand.send(1);
    hand.out();
    hand.hear(KIND.NAK, 0, 2);
    expect(hand.out()).toEqual([]);
    expect(hand.arq.idle).toBe(false);
  });

  it('resends from the ack of a NAK on, once, in order', () => {
    const hand = new Hand();
    hand.send(1, 2, 3);
    hand.out();
    hand.hear(KIND.NAK, 0, 1);
    expect(hand.out()).toEqual(['DATA 1/0', 'DATA 2/0']);
    expect(hand.out()).toEqual([]);
    expect(hand.statistics.data_resent).toBe(2);
  });

  it('resends when T1 ends, doubles T1 up to eight times, and fails at the tenth expiry', () => {
    const hand = new Hand();
    hand.send(1);
    hand.out();
    const times = hand.wait(20_000).map((line) => line.split(' ')[0]);
    expect(times.map(Number)).toEqual([200, 600, 1400, 3000, 4600, 6200, 7800, 9400, 11_000]);
    expect(hand.arq.failed).toBe(true);
    expect(hand.now / 1000).toBe(20_000);
    expect(hand.statistics.t1_expiries).toBe(10);
    expect(hand.send(1)).toEqual([false]);
  });

  it('starts T1 anew, undoubled, at each release', () => {
    const hand = new Hand();
    hand.send(1, 1);
    hand.out();
    expect(hand.wait(250)).toEqual(['200 DATA 0/0', '200 DATA 1/0']);
    hand.hear(KIND.ACK, 0, 1);
    expect(hand.wait(199)).toEqual([]);
    expect(hand.wait(1)).toEqual(['450 DATA 1/0']);
    hand.hear(KIND.ACK, 0, 2);
    expect(hand.wait(10_000)).toEqual([]);
    expect(hand.arq.pollTimeout()).toBeUndefined();
  });

  it('gives a slow line the time that its octets take', () => {
    const hand = new Hand({ lineRate: 9600 });
    hand.send(1000);
    hand.out();
    const t1 = 200 + (10 * (1008 + 8192) * 1000) / 9600;
    expect(hand.wait(t1 - 1)).toEqual([]);
    expect(hand.wait(1)).toHaveLength(1);
  });

  it('asks for credit every T1 when it has none and nothing is unacknowledged', () => {
    const hand = new Hand({ peerCredit: 0 });
    expect(hand.send(1)).toEqual([false]);
    expect(hand.wait(450)).toEqual(['200 POLL 0/0', '400 POLL 0/0']);
    hand.hear(KIND.ACK, 0, 0, 9);
    expect(hand.wait(450)).toEqual([]);
    expect(hand.send(1)).toEqual([true]);
  });

  it('goes on past the wrap of the numbers', () => {
    const hand = new Hand();
    for (let n = 0; n < 1000; n++) {
      expect(hand.send(1)).toEqual([true]);
      expect(hand.out()).toEqual([`DATA ${n & 0xff}/0`]);
      hand.hear(KIND.ACK, 0, (n + 1) & 0xff);
      expect(hand.arq.idle).toBe(true);
    }
  });
});

describe('receiving', () => {
  it('acknowledges after T2 when it has nothing to send', () => {
    const hand = new Hand();
    hand.data(0);
    expect(hand.wait(10)).toEqual(['2 ACK 0/1']);
  });

  it('acknowledges with the DATA that it sends anyway', () => {
    const hand = new Hand();
    hand.data(0);
    hand.send(1);
    expect(hand.out()).toEqual(['DATA 0/1']);
    expect(hand.wait(100)).toEqual([]);
  });

  it('acknowledges at once when a quarter of the window is used up', () => {
    const hand = new Hand({ window: 8 });
    hand.data(0);
    expect(hand.out()).toEqual([]);
    hand.data(1);
    expect(hand.out()).toEqual(['ACK 0/2']);
  });

  it('acknowledges at once when half of the credit is used up', () => {
    const hand = new Hand({ capacity: 2 * costOf(100) });
    hand.data(0, 99);
    expect(hand.out()).toEqual([]);
    hand.data(1, 1);
    expect(hand.out()).toEqual(['ACK 0/2']);
  });

  it('drops a duplicate, up to the 128th before the next, and acknowledges', () => {
    const hand = new Hand();
    hand.data(128); // 128 before RCV.NXT = 0.
    expect(hand.out()).toEqual(['ACK 0/0']);
    hand.data(127);
    expect(hand.out()).toEqual(['NAK 0/0']);
    expect(hand.arq.pollMessage()).toBeUndefined();
    expect(hand.statistics).toMatchObject({ duplicates: 1, gaps: 1, naks_sent: 1 });
  });

  it('sends one NAK a gap, until DATA was taken or T1 has passed', () => {
    const hand = new Hand();
    hand.data(1);
    hand.data(2);
    hand.arq.handleDamage(hand.now);
    expect(hand.out()).toEqual(['NAK 0/0']);
    hand.wait(199);
    hand.data(3);
    expect(hand.out()).toEqual([]);
    hand.wait(1);
    hand.data(4);
    expect(hand.out()).toEqual(['NAK 0/0']);
    hand.data(0);
    hand.data(2);
    expect(hand.out()).toEqual(['NAK 0/1']);
  });

  it('treats DATA beyond its credit as a gap and keeps what it has', () => {
    const hand = new Hand({ capacity: costOf(10) });
    hand.data(0, 10);
    hand.data(1, 10);
    expect(hand.out()).toEqual(['NAK 0/1']);
    expect(hand.arq.pollMessage()).toEqual(new Uint8Array(10));
    expect(hand.arq.pollMessage()).toBeUndefined();
  });

  it('says when it can take a whole message again', () => {
    const hand = new Hand({ capacity: 1008, receiveMax: 1000 });
    hand.data(0, 10);
    expect(hand.wait(5)).toEqual(['2 ACK 0/1']);
    const message = hand.arq.pollMessage();
    if (message === undefined) throw new Error('nothing came');
    hand.arq.consume(message);
    expect(hand.frames()).toMatchObject([{ kind: KIND.ACK, ack: 1, credit: 1008 }]);
  });

  it('answers POLL at once, even when DATA goes out', () => {
    const hand = new Hand();
    hand.send(1);
    hand.hear(KIND.POLL, 0, 0);
    expect(hand.out()).toEqual(['ACK 0/0', 'DATA 0/0']);
  });
});
