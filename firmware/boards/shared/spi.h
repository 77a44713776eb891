/* The SPI bus to the W5500, and the chip's two other wires. */
#ifndef NL_SPI_H
#define NL_SPI_H

#include "hal.h"

void spi_init(void);
/* As the HAL has these. */
int spi_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length);
void chip_reset(bool asserted);
bool chip_interrupt(uint32_t *at);

#endif
