/* The raw line on GPIO 0 and GPIO 1, by SYSTIMER's third target: two interrupts a sample. */
#ifndef NL_TICK_LINE_H
#define NL_TICK_LINE_H

#include "gpio_line.h"

extern const struct nl_gpio_hal tick_line;

/* In the trap. */
void tick_line_interrupt(void);

#endif
