/* The raw line on D6 and D7, by timer 1's second compare match: two interrupts a sample. */
#ifndef NL_TICK_LINE_H
#define NL_TICK_LINE_H

#include "gpio_line.h"

extern const NL_FLASH struct nl_gpio_hal tick_line;

#endif
