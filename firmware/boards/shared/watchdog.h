/* The watchdog, fed by the main loop alone, and the ways to restart, with a reason that outlives them. */
#ifndef NL_WATCHDOG_H
#define NL_WATCHDOG_H

#include "identity.h"

#include <stdint.h>

enum cause { CAUSE_NONE = 0, CAUSE_ASKED = 1, CAUSE_FAULT = 2, CAUSE_CLOCK = 3 };

struct boot {
    uint32_t number;
    enum nl_boot_reason reason;
    uint32_t watchdog_resets; /* Since power came. */
};

/* Reads why the board started. Once, before anything else touches the registers that outlive a reset. */
struct boot watchdog_boot(void);

enum { WATCHDOG_LIMIT_MS = 5000 };

/* Stops what the mask ROM left running, and starts ours. */
void watchdog_start(void);
void watchdog_feed(void);

__attribute__((noreturn)) void watchdog_restart(enum cause cause, uint32_t detail);
/* Into the mask ROM's loader. Returns where there is none, with interrupts off. */
void rom_loader(void);

#endif
