/* SPI as a master at 8 MHz, and the chip at its other end: D10 SCSn, D11 MOSI, D12 MISO, D13 SCLK. */
#ifndef NL_SPI_H
#define NL_SPI_H

#include "hal.h"

void spi_init(void);

int spi_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length);

/* A module's RSTn may be at D9; a shield resets its chip with the board. So the chip is told to reset itself,
 * too. */
void chip_reset(bool asserted);

/* INTn at D2 where it is wired, as soon as it was seen to fall; else the chip is asked. */
bool chip_interrupt(uint32_t *at);
/* Whether the chip shall be asked in sleep, every 3 ms, and the main loop be woken when it has
 * something. */
void chip_watch(bool on);

#endif
