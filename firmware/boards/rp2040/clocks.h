#ifndef NL_CLOCKS_H
#define NL_CLOCKS_H

/* 12 MHz crystal -> 125 MHz system and peripherals, 48 MHz USB, 1 MHz timer; peripherals out of reset.
 * Restarts the chip when a clock does not come. */
void clocks_init(void);

#endif
