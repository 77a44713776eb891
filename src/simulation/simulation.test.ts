import { describe, expect, it } from 'vitest';
import { InvariantError, NetlabError } from '../base/errors.ts';
import { newPacket, type Packet } from '../base/packet.ts';
import { after, type Instant, milliseconds, NEVER, seconds } from '../base/time.ts';
import type { LinkOptions } from './link.ts';
import type { Node } from './node.ts';
import { Simulation } from './simulation.ts';

const at = (n: number): Instant => n as Instant;

/** Sends numbered frames when told, or at an interval; keeps what came; sends it back when it is an echo. */
class Toy implements Node {
  readonly frame = { interface: 0, packet: newPacket(64), start: 0, end: 60 };
  readonly received: [number, number][] = [];
  readonly links: unknown[] = [];
  readonly #queue: number[] = [];
  readonly #echo: boolean;
  every: number | undefined;
  #due: Instant | undefined;
  #sent = 0;

  constructor(echo = false, every?: number) {
    this.#echo = echo;
    this.every = every;
    if (every !== undefined) this.#due = at(every);
  }

  send(mark: number): void {
    this.#queue.push(mark);
  }
  handleFrame(_index: number, packet: Packet, start: number, end: number, now: Instant): void {
    const mark = end - start === 60 ? (packet.octets[start] ?? -1) : -1;
    this.received.push([mark, now]);
    if (this.#echo) this.#queue.push(mark);
  }
  pollFrame(): boolean {
    const mark = this.#queue.shift();
    if (mark === undefined) return false;
    this.frame.packet.octets.fill(mark);
    return true;
  }
  pollTimeout(): Instant | undefined {
    return this.#due;
  }
  handleTimeout(now: Instant): void {
    if (this.#due === undefined || this.#due > now) return;
    this.#queue.push(this.#sent++);
    this.#due = after(now, milliseconds((this.every ?? 0) / 1000));
  }
  setLink(index: number, up: boolean, now: Instant): void {
    this.links.push([index, up, now]);
  }
}

function pair(options: LinkOptions, one = new Toy(), other = new Toy(), seed = 1) {
  const simulation = new Simulation({ seed, name: 'a pair', eventsAtOnce: 1000 });
  const first = simulation.add('one', one);
  const second = simulation.add('other', other);
  const ends = [
    { seat: first, interface: 0 },
    { seat: second, interface: 0 },
  ] as const;
  const link = simulation.connect(...ends, options);
  return { simulation, link, one, other, first, second };
}

describe('simulation', () => {
  it('carries a frame there and its echo back, each after the wire and the way', () => {
    const options = { rate: 480_000, propagation: milliseconds(10) }; // 60 octets: 1 ms.
    const { simulation, one, other } = pair(options, new Toy(), new Toy(true));
    one.send(7);
    one.send(8);
    simulation.run(at(100_000));
    expect(other.received).toEqual([
      [7, 11_000],
      [8, 12_000],
    ]);
    expect(one.received).toEqual([
      [7, 22_000],
      [8, 23_000],
    ]);
    expect([simulation.now, simulation.framesUnderWay]).toEqual([100_000, 0]);
  });

  it('wakes a node when it asks, and is the same however time is cut into runs', () => {
    const run = (steps: number): [number, number][] => {
      const impairments = { loss: 0.3, jitter: milliseconds(9), duplication: 0.2 };
      const made = pair({ rate: 1e6, impairments }, new Toy(false, 1000), new Toy(true), 5);
      for (let i = 1; i <= steps; i++) made.simulation.run(at((i * 300_000) / steps));
      return made.one.received;
    };
    expect(run(1).length).toBeGreaterThan(100);
    expect(run(7)).toEqual(run(1));
  });

  it('differs with the seed, and each direction has chance of its own', () => {
    const run = (seed: number) => {
      const made = pair(
        { impairments: { loss: 0.5 } },
        new Toy(false, 100),
        new Toy(false, 100),
        seed,
      );
      made.simulation.run(at(20_000));
      return [made.one.received, made.other.received] as const;
    };
    const [ones, others] = run(1);
    expect(ones).not.toEqual(others);
    expect(run(2)[0]).not.toEqual(ones);
  });

  it('has another option for the way back', () => {
    const options = { propagation: milliseconds(3), reverse: { propagation: milliseconds(1) } };
    const { simulation, one, other } = pair(options, new Toy(), new Toy(true));
    one.send(1);
    simulation.run(NEVER);
    expect([other.received, one.received]).toEqual([[[1, 3000]], [[1, 4000]]]);
    expect(simulation.now).toBe(4000);
  });

  it('lets a link fail and come back at an instant, and tells both nodes', () => {
    const made = pair({ propagation: milliseconds(5) }, new Toy(false, 10_000));
    const { simulation, link, one, other } = made;
    simulation.at(at(22_000), () => simulation.setLink(link, false));
    simulation.at(at(45_000), () => simulation.setLink(link, true));
    simulation.run(at(70_000));
    expect(other.received.map(([mark]) => mark)).toEqual([0, 4, 5]);
    const told = [
      [0, false, 22_000],
      [0, true, 45_000],
    ];
    expect([one.links, other.links]).toEqual([told, told]);
    expect(link.wires[0].counters).toMatchObject({ sent: 7, delivered: 3, cut: 3 });
  });

  it('shows a tap what is handed to a link that is up, though it does not arrive', () => {
    const { simulation, link, one, other } = pair({ impairments: { loss: 1 } });
    const seen: unknown[] = [];
    link.tap = (octets, time, port) => seen.push([octets[0], octets.length, time, port]);
    one.send(1);
    simulation.at(at(5), () => other.send(2));
    simulation.at(at(6), () => simulation.setLink(link, false));
    simulation.at(at(7), () => one.send(3));
    simulation.run(at(10));
    expect(seen).toEqual([
      [1, 60, 0, 0],
      [2, 60, 5, 1],
    ]);
    expect(other.received).toEqual([]);
  });

  it('runs until something is so, or says that it was not by the deadline', () => {
    const { simulation, other } = pair({ propagation: milliseconds(1) }, new Toy(false, 10_000));
    expect(simulation.runUntil(() => other.received.length === 3, at(1e6))).toBe(true);
    expect(simulation.now).toBe(31_000);
    expect(simulation.runUntil(() => other.received.length === 9, at(50_000))).toBe(false);
    expect(simulation.now).toBe(50_000);
    const silent = pair({});
    expect(silent.simulation.runUntil(() => false, NEVER)).toBe(false);
  });

  it('calls an attendant after whatever happened to its node, and takes the frames that it makes', () => {
    const simulation = new Simulation({ seed: 1 });
    const [one, other] = [new Toy(), new Toy()];
    const calls: number[] = [];
    const first = simulation.add('one', one);
    const second = simulation.add('other', other);
    second.attend = (now) => {
      calls.push(now);
      if (other.received.length === calls.length - 1 && now > 0) other.send(9);
    };
    simulation.connect(
      { seat: first, interface: 0 },
      { seat: second, interface: 0 },
      { propagation: milliseconds(1) },
    );
    one.send(1);
    simulation.run(at(5000));
    expect(calls).toEqual([0, 1000]);
    expect(one.received).toEqual([[9, 2000]]);
  });

  it('finds out a node that makes time stand still, and one that never stops sending', () => {
    const still = pair({}, new Toy(false, 0)); // Due again at once.
    expect(() => still.simulation.run(at(10))).toThrow(InvariantError);
    const endless = new Toy();
    endless.pollFrame = () => true;
    expect(() => pair({ impairments: { loss: 1 } }, endless).simulation.run(at(10))).toThrow(
      'never stops sending',
    );
  });

  it('describes itself with its seed, its links and what befell them', () => {
    const options = { rate: 1e6, propagation: milliseconds(3), impairments: { loss: 1 } };
    const { simulation, one, link } = pair({ ...options, reverse: { rate: 2e6 } });
    one.send(1);
    simulation.run(at(1000));
    simulation.setLink(link, false);
    expect(
      simulation
        .describe()
        .replaceAll(/seed \d{2,}/g, 'seed N')
        .split('\n'),
    ).toEqual([
      'a pair, seed 1, at 0.001000 s after 0 events',
      'link one–other, down',
      '  → 1000000 bit/s, queue of 262144 octets, 3000 µs, seed N, loss 100 %: sent 1, lost 1',
      '  ← 2000000 bit/s, queue of 262144 octets, 3000 µs, seed N, loss 100 %: ',
    ]);
  });
});

describe('simulation with promises', () => {
  /** Waits for the n-th frame at a node, looked at by its attendant. */
  function listening() {
    const simulation = new Simulation({ seed: 1, name: 'promises' });
    const toys = [new Toy(), new Toy()] as const;
    const waiting: { toy: Toy; count: number; resolve: (now: Instant) => void }[] = [];
    const attend = (now: Instant): void => {
      for (const w of waiting) if (w.toy.received.length >= w.count) w.resolve(now);
    };
    const [first, second] = toys.map((toy, i) => simulation.add(`toy ${i}`, toy));
    if (first === undefined || second === undefined) throw new Error('two were added');
    first.attend = attend;
    second.attend = attend;
    const ends = [
      { seat: first, interface: 0 },
      { seat: second, interface: 0 },
    ] as const;
    simulation.connect(...ends, { propagation: milliseconds(1) });
    const heard = (toy: Toy, count: number): Promise<Instant> =>
      new Promise((resolve) => waiting.push({ toy, count, resolve }));
    const say = (i: 0 | 1, mark: number): void => {
      toys[i].send(mark);
      simulation.wake(i === 0 ? first : second);
    };
    return { simulation, toys, heard, say };
  }

  it('lets two that wait for each other talk, time standing still while they do', async () => {
    const { simulation, toys, heard, say } = listening();
    const talk = async (own: 0 | 1, begins: boolean): Promise<number[]> => {
      const times: number[] = [];
      if (begins) say(own, 0);
      for (let n = 1; n <= 3; n++) {
        times.push(await heard(toys[own], n));
        for (let link = 0; link < 5; link++) await undefined; // A chain of promises.
        say(own, n);
      }
      return times;
    };
    const both = Promise.all([talk(0, true), talk(1, false)]);
    expect(await simulation.settle(both, seconds(1))).toEqual([
      [2000, 4000, 6000],
      [1000, 3000, 5000],
    ]);
  });

  it('sleeps in virtual time', async () => {
    const { simulation } = listening();
    const naps = async (): Promise<number[]> => {
      const times: number[] = [];
      for (const nap of [1, 10, 3600]) {
        await simulation.sleep(seconds(nap));
        times.push(simulation.now / 1e6);
      }
      return times;
    };
    expect(await simulation.settle(naps(), seconds(4000))).toEqual([1, 11, 3611]);
  });

  it('gives up a promise at its deadline with the scenario, and hands on a rejection', async () => {
    const { simulation, heard, toys } = listening();
    const never = simulation.settle(heard(toys[0], 1), seconds(2));
    await expect(never).rejects.toThrow(NetlabError);
    await expect(never).rejects.toThrow('promises, seed 1, at 2.000000 s');
    expect(simulation.now).toBe(2_000_000);
    const rejected = simulation.settle(Promise.reject(new Error('no')), seconds(1));
    await expect(rejected).rejects.toThrow('no');
  });
});
