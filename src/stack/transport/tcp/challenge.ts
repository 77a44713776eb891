/** Answers to segments that a blind attacker may have sent, RFC 5961 (MAY-12). */
import type { Instant } from '../../../base/time.ts';
import type { Path } from './network.ts';
import type { Tcb } from './tcb.ts';

/** Between two answers to bad segments of one connection there is some time: two that disagree must not loop. */
export function mayAnswer<P extends Path>(t: Tcb<P>, now: Instant): boolean {
  const { challengeInterval } = t.shared.config;
  if (t.challengedAt >= 0 && now - t.challengedAt < challengeInterval) return false;
  t.challengedAt = now;
  return true;
}

/** An acknowledgment asks a peer that may not have sent this segment to prove that it did. */
export function challenge<P extends Path>(t: Tcb<P>, now: Instant): void {
  const { shared } = t;
  if (!mayAnswer(t, now) || !shared.mayChallenge(now)) return;
  shared.counters.challengeAcks += 1;
  t.ackNow = true;
  shared.wake(t);
}
