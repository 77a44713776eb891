/** What sockets need of those who made them. */
import type { Instant } from '../../../base/time.ts';
import type { Deadlines } from './wait.ts';

export interface SocketOwner {
  readonly deadlines: Deadlines;
  now(): Instant;
  /** Something may be ready to be sent. */
  wake(): void;
}

/** What `Sockets.dispatch` finds in a socket's context when there is news of it. */
export interface Settling {
  settle(): void;
}

export const isSettling = (context: unknown): context is Settling =>
  typeof context === 'object' && context !== null && 'settle' in context;
