/** Waits that end: with the work, at a deadline, or when a person interrupts. */
import type { Duration } from '../base/time.ts';
import type { Clock, Interrupt } from './clock.ts';

export type Ending<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'interrupted' };

/** Never rejects. Work that is given up goes on unheard: whoever started it must fence it off. */
export function endOf<T>(
  work: () => Promise<T>,
  clock: Clock,
  limit: Duration,
  interrupt: Interrupt | undefined,
): Promise<Ending<T>> {
  if (interrupt?.aborted) return Promise.resolve({ kind: 'interrupted' });
  return new Promise((resolve) => {
    const onAbort = () => end({ kind: 'interrupted' });
    const cancel = clock.schedule(limit, () => end({ kind: 'deadline' }));
    const end = (ending: Ending<T>) => {
      cancel();
      interrupt?.removeEventListener('abort', onAbort);
      resolve(ending);
    };
    interrupt?.addEventListener('abort', onAbort);
    work().then(
      (value) => end({ kind: 'done', value }),
      (error: unknown) => end({ kind: 'threw', error }),
    );
  });
}
