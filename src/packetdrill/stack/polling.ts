/** poll() and epoll over the subject's descriptors. */
import { after, type Duration, type Instant } from '../../base/time.ts';
import type { CallResult, PendingCall, Descriptor as Polled, SocketCall } from '../subject.ts';
import {
  type Descriptor,
  failure,
  immediate,
  pending,
  READY_ALWAYS,
  result,
} from './descriptor.ts';

const INVALID = 0x020;
const EDGE = 0x8000_0000;
const ONE_SHOT = 0x4000_0000;

type Find = (fd: number) => Descriptor | undefined;

/** Waits as long as `timeout` says: 0 not at all, undefined without end. */
function until(
  timeout: Duration | undefined,
  now: Instant,
  look: (now: Instant) => readonly Polled[],
  answer: (found: readonly Polled[]) => CallResult,
): PendingCall {
  const end = timeout === undefined ? undefined : after(now, timeout);
  return pending((at) => {
    const found = look(at);
    const over = end !== undefined && at >= end;
    return found.some(({ events }) => events !== 0) || over ? answer(found) : undefined;
  }, end);
}

export function beginPoll(
  call: Extract<SocketCall, { name: 'poll' }>,
  find: Find,
  now: Instant,
): PendingCall {
  const look = (at: Instant): Polled[] =>
    call.descriptors.map(({ fd, events }) => {
      const bits = find(fd)?.readiness(at);
      return { fd, events: bits === undefined ? INVALID : bits & (events | READY_ALWAYS) };
    });
  return until(call.timeout, now, look, (ready) => ({
    value: ready.filter(({ events }) => events !== 0).length,
    ready,
  }));
}

interface Interest {
  /** With its flags. */
  events: number;
  /** What was told last, edge-triggered: the bits, and how much had come by then. */
  told: number;
  arrivals: number;
}

export class Epoll implements Descriptor {
  readonly kind = 'epoll';
  readonly arrivals = 0;
  nonBlocking = false;
  readonly #find: Find;
  readonly #interests = new Map<number, Interest>();

  constructor(find: Find) {
    this.#find = find;
  }

  ports(): { local: number; remote: number } {
    return { local: 0, remote: 0 };
  }

  readiness(now: Instant): number {
    return this.#ready(now, 1).length > 0 ? 1 : 0;
  }

  begin(call: SocketCall, now: Instant): PendingCall {
    switch (call.name) {
      case 'epoll-control':
        return immediate(this.#control(call));
      case 'epoll-wait': {
        const look = (at: Instant): Polled[] => this.#ready(at, call.max);
        return until(call.timeout, now, look, (ready) => {
          for (const { fd, events } of ready) this.#tell(fd, events);
          return { value: ready.length, ready };
        });
      }
      case 'close':
        return immediate(result(0));
      default:
        return immediate(failure('EINVAL'));
    }
  }

  /** Bits that went away may be told again when they come back: to be called whenever something happened. */
  observe(now: Instant): void {
    for (const [fd, interest] of this.#interests) {
      const bits = this.#find(fd)?.readiness(now) ?? 0;
      interest.told &= bits;
    }
  }

  #control(call: Extract<SocketCall, { name: 'epoll-control' }>): CallResult {
    const { operation, fd, events } = call;
    if (this.#find(fd) === undefined) return failure('EBADF');
    const known = this.#interests.has(fd);
    if (operation === 'add' && known) return failure('EEXIST');
    if (operation !== 'add' && !known) return failure('ENOENT');
    if (operation === 'delete') this.#interests.delete(fd);
    else this.#interests.set(fd, { events, told: 0, arrivals: 0 });
    return result(0);
  }

  #ready(now: Instant, max: number): Polled[] {
    const ready: Polled[] = [];
    for (const [fd, interest] of this.#interests) {
      const descriptor = this.#find(fd);
      if (descriptor === undefined || interest.events === 0) continue;
      const asked = interest.events | READY_ALWAYS;
      const bits = descriptor.readiness(now) & asked & ~(EDGE | ONE_SHOT);
      const more = descriptor.arrivals > interest.arrivals;
      const isNews = more || (bits & ~interest.told) !== 0;
      const edge = (interest.events & EDGE) !== 0;
      if (bits !== 0 && (!edge || isNews) && ready.length < max) ready.push({ fd, events: bits });
    }
    return ready;
  }

  #tell(fd: number, events: number): void {
    const interest = this.#interests.get(fd);
    if (interest === undefined) return;
    interest.told = events;
    interest.arrivals = this.#find(fd)?.arrivals ?? 0;
    if ((interest.events & ONE_SHOT) !== 0) interest.events = 0;
  }
}
