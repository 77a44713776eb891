/* SPI2 to the W5500 module, and the chip's two other wires. */
#ifndef NL_SPI_H
#define NL_SPI_H

#include "hal.h"

void spi_init(void);
int spi_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length);
void chip_reset(bool asserted);
/* As the HAL has it. */
bool chip_interrupt(uint32_t *at);

/* Of SPI2, and of the pin INTn. */
void spi_interrupt(void);

#endif
