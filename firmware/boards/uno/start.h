/* Why the board started, who it is, its watchdog and its stack. */
#ifndef NL_START_H
#define NL_START_H

#include "identity.h"

enum { SERIAL_NUMBER_DIGITS = 8 };

struct boot {
    uint32_t number;
    enum nl_boot_reason reason;
    uint32_t watchdog_resets; /* Since power came. */
    uint32_t own;             /* Drawn once in the chip's life. */
};

/* Starts the watchdog, too. */
struct boot start_boot(void);

void watchdog_feed(void);
__attribute__((noreturn)) void watchdog_restart(void);

uint16_t stack_used(void);

#endif
