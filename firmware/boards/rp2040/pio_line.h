/* The raw line on GP2 and GP3, by PIO0 and DMA. */
#ifndef NL_PIO_LINE_H
#define NL_PIO_LINE_H

#include "gpio_line.h"

extern const struct nl_gpio_hal pio_line;

/* In the DMA interrupt: what these channels had to do is done. */
void pio_line_dma(uint32_t done);

#endif
