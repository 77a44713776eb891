/* SPI3, also called VSPI, as the ESP32 has it (TRM, SPI Controller; ESP-IDF, spi_struct.h), and the W5500
 * module's wires. */
#ifndef NL_SPI_REGISTERS_H
#define NL_SPI_REGISTERS_H

#include "esp32.h"

enum {
    CMD = 0x00,
    CTRL = 0x08,
    CTRL2 = 0x14,
    CLOCK = 0x18,
    USER = 0x1c,
    USER1 = 0x20,
    USER2 = 0x24,
    MOSI_DLEN = 0x28,
    MISO_DLEN = 0x2c,
    PIN = 0x34,
    SLAVE = 0x38,

    CMD_USR = 1 << 18,
    CLOCK_20_MHZ = 1 << 12 | 0 << 6 | 1,    /* The crystal by two. */
    USER_BOTH_WAYS = 1 << 28 | 1 << 27 | 1, /* MISO and MOSI at once. */
    PIN_NO_CS = 7,
    SLAVE_DONE = 1 << 4,
    SLAVE_DONE_INTERRUPT = 1 << 9,

    PIN_CS = 5,
    PIN_SCK = 18,
    PIN_MISO = 19,
    PIN_INT = 21,
    PIN_RST = 22,
    PIN_MOSI = 23,
};

#define SOURCE_SPI SOURCE_SPI3
#define SPI_BUFFER (SPI3 + 0x80)

/* Mode 0 at 20 MHz, both ways at once, chip select by hand; and the pads. */
static inline void spi_begin(void)
{
    REG(DPORT + DPORT_CLOCK_ENABLE) |= DPORT_SPI3;
    REG(DPORT + DPORT_RESET) |= DPORT_SPI3;
    REG(DPORT + DPORT_RESET) &= ~(uint32_t)DPORT_SPI3;
    REG(SPI3 + SLAVE) = 0;
    REG(SPI3 + USER) = USER_BOTH_WAYS;
    REG(SPI3 + USER1) = 0;
    REG(SPI3 + USER2) = 0;
    REG(SPI3 + CTRL) = 0;
    REG(SPI3 + CTRL2) = 0;
    REG(SPI3 + CLOCK) = CLOCK_20_MHZ;
    REG(SPI3 + PIN) = PIN_NO_CS;
    pad_function(PIN_SCK, PAD_VSPI, PAD_OUTPUT);
    pad_function(PIN_MOSI, PAD_VSPI, PAD_OUTPUT);
    pad_function(PIN_MISO, PAD_VSPI, PAD_INPUT | PAD_PULL_UP);
}

/* Shifts `length` octets out of the buffer and into it. Always 0: it begins at once. */
static inline int spi_shift(uint32_t length, bool interrupt)
{
    REG(SPI3 + MOSI_DLEN) = 8 * length - 1;
    REG(SPI3 + MISO_DLEN) = 8 * length - 1;
    REG(SPI3 + SLAVE) = interrupt ? SLAVE_DONE_INTERRUPT : 0;
    REG(SPI3 + CMD) = CMD_USR;
    return 0;
}

static inline bool spi_shifting(void)
{
    return (REG(SPI3 + CMD) & CMD_USR) != 0;
}

/* Whether its interrupt came; it is gone afterwards. */
static inline bool spi_take_interrupt(void)
{
    if (!(REG(SPI3 + SLAVE) & SLAVE_DONE)) return false;
    REG(SPI3 + SLAVE) = 0;
    return true;
}

#endif
