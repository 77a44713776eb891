/**
 * SIGIO, by which the kernel tells that a descriptor has become readable (fcntl(2), O_ASYNC). libuv will not
 * watch a TAP device itself. A poll in its thread pool would hold one of four threads for good, keep
 * `process.exit` waiting, and cost two changes of thread a frame: 36 µs a round trip, and 11 µs this way.
 *
 * The listener stays once it is there: the signal's default is to end the process, and one may still be on
 * its way. It does not keep the process alive.
 */
const listeners = new Set<() => void>();
let installed = false;

export function addArrivalListener(listener: () => void): void {
  listeners.add(listener);
  if (installed) return;
  installed = true;
  process.on('SIGIO', () => {
    for (const each of listeners) each();
  });
}

export const removeArrivalListener = (listener: () => void): boolean => listeners.delete(listener);
