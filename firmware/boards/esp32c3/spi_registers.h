/* GP-SPI2 as the ESP32-C3 has it (TRM, SPI Controller), and the W5500 module's wires. */
#ifndef NL_SPI_REGISTERS_H
#define NL_SPI_REGISTERS_H

#include "esp32c3.h"

enum {
    CMD = 0x00,
    CTRL = 0x08,
    CLOCK = 0x0c,
    USER = 0x10,
    USER1 = 0x14,
    USER2 = 0x18,
    MS_DLEN = 0x1c,
    MISC = 0x20,
    DMA_CONF = 0x30,
    DMA_INT_ENA = 0x34,
    DMA_INT_CLR = 0x38,
    DMA_INT_ST = 0x40,
    SLAVE = 0xe0,
    CLK_GATE = 0xe8,

    CMD_UPDATE = 1 << 23,
    CMD_USR = 1 << 24,
    CLOCK_20_MHZ = 1 << 12 | 0 << 6 | 1,    /* The crystal by two. */
    USER_BOTH_WAYS = 1 << 28 | 1 << 27 | 1, /* MISO and MOSI at once. */
    MISC_NO_CS = 0x3f,
    CLK_GATE_XTAL = 3,
    INT_TRANS_DONE = 1 << 12,
    UPDATE_ROUNDS_SPI = 1000,

    PIN_MISO = 2,
    PIN_RST = 3,
    PIN_INT = 4,
    PIN_SCK = 6,
    PIN_MOSI = 7,
    PIN_CS = 10,
};

#define SOURCE_SPI       SOURCE_SPI2
#define SPI_BUFFER       (SPI2 + 0x98)
#define SPI_AFIFO_RESETS (7u << 29)

/* Mode 0 at 20 MHz, both ways at once, chip select by hand; and the pads. */
static inline void spi_begin(void)
{
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE) |= SYSTEM_SPI2;
    REG(SYSTEM + SYSTEM_RESET) |= SYSTEM_SPI2;
    REG(SYSTEM + SYSTEM_RESET) &= ~(uint32_t)SYSTEM_SPI2;
    REG(SPI2 + CLK_GATE) = CLK_GATE_XTAL;
    REG(SPI2 + SLAVE) = 0;
    REG(SPI2 + USER) = USER_BOTH_WAYS;
    REG(SPI2 + USER1) = 0;
    REG(SPI2 + USER2) = 0;
    REG(SPI2 + CTRL) = 0;
    REG(SPI2 + CLOCK) = CLOCK_20_MHZ;
    REG(SPI2 + MISC) = MISC_NO_CS;
    REG(SPI2 + DMA_CONF) = 0;
    pad_function(PIN_SCK, PAD_SPI2, PAD_OUTPUT);
    pad_function(PIN_MOSI, PAD_SPI2, PAD_OUTPUT);
    pad_function(PIN_MISO, PAD_SPI2, PAD_INPUT | PAD_PULL_UP);
}

/* Shifts `length` octets out of the buffer and into it. Not 0: it does not begin. */
static inline int spi_shift(uint32_t length, bool interrupt)
{
    REG(SPI2 + MS_DLEN) = 8 * length - 1;
    REG(SPI2 + DMA_CONF) = SPI_AFIFO_RESETS;
    REG(SPI2 + DMA_CONF) = 0;
    REG(SPI2 + CMD) = CMD_UPDATE;
    for (int rounds = UPDATE_ROUNDS_SPI; REG(SPI2 + CMD) & CMD_UPDATE;) {
        if (--rounds == 0) return -1;
    }
    REG(SPI2 + DMA_INT_ENA) = interrupt ? INT_TRANS_DONE : 0;
    REG(SPI2 + DMA_INT_CLR) = INT_TRANS_DONE;
    REG(SPI2 + CMD) = CMD_USR;
    return 0;
}

static inline bool spi_shifting(void)
{
    return (REG(SPI2 + CMD) & CMD_USR) != 0;
}

/* Whether its interrupt came; it is gone afterwards. */
static inline bool spi_take_interrupt(void)
{
    if (!(REG(SPI2 + DMA_INT_ST) & INT_TRANS_DONE)) return false;
    REG(SPI2 + DMA_INT_CLR) = INT_TRANS_DONE;
    return true;
}

#endif
