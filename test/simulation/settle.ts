import type { Instant } from '../../src/base/time.ts';
import type { Delivery, Medium } from '../../src/medium/medium.ts';

/** Drives a medium alone in virtual time up to `until`, waking it exactly when it asks to be woken. */
export function settle(medium: Medium, until: Instant): Delivery[] {
  const deliveries: Delivery[] = [];
  for (;;) {
    for (let d = medium.pollDelivery(); d !== undefined; d = medium.pollDelivery()) {
      deliveries.push(d);
    }
    const due = medium.pollTimeout();
    if (due === undefined || due > until) return deliveries;
    medium.handleTimeout(due);
  }
}
