/* The raw line on GPIO 0 and GPIO 1, by I2S0 and GDMA. */
#ifndef NL_I2S_LINE_H
#define NL_I2S_LINE_H

#include "gpio_line.h"

extern const struct nl_gpio_hal i2s_line;

/* In the trap. */
void i2s_line_interrupt(void);

#endif
