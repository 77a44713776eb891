/* The watchdog: fed by the main loop alone, and the way to restart with a reason that outlives it. */
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

/* Reads why the board started. Once, before anything else touches the scratch registers. */
struct boot watchdog_boot(void);

enum { WATCHDOG_LIMIT_US = 5000000 };

void watchdog_start(void);
void watchdog_feed(void);

__attribute__((noreturn)) void watchdog_restart(enum cause cause, uint32_t detail);

/* The mask ROM's USB loader (BOOTSEL). Returns where there is no such ROM. */
void rom_loader(void);

#endif
