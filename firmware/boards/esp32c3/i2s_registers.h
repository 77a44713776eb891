/* I2S0 (TRM §29) and GDMA's channel 0 (TRM §2), as the raw line uses them: two channels of 32 bits make one
 * stream of words, the top bit first, from memory and into it. */
#ifndef NL_I2S_REGISTERS_H
#define NL_I2S_REGISTERS_H

#include "esp32c3.h"

enum {
    RX_CONF = 0x20,
    TX_CONF = 0x24,
    RX_CONF1 = 0x28,
    TX_CONF1 = 0x2c,
    RX_CLKM_CONF = 0x30,
    TX_CLKM_CONF = 0x34,
    RX_CLKM_DIV_CONF = 0x38,
    TX_CLKM_DIV_CONF = 0x3c,
    RX_TDM_CTRL = 0x50,
    TX_TDM_CTRL = 0x54,
    RXEOF_NUM = 0x64,

    /* The same in RX_CONF and TX_CONF. */
    CONF_RESETS = 3, /* The unit, and its FIFO. */
    CONF_START = 1 << 2,
    CONF_SLAVE = 1 << 3,
    CONF_UPDATE = 1 << 8,
    CONF_PLAIN = 1 << 19 | 1 << 15 | 1 << 12, /* TDM, left alignment, no companding. */
    TX_STOP_EN = 1 << 13,
    TX_SIG_LOOPBACK = 1 << 27, /* The receiver has the transmitter's BCK and WS. */

    CONF1_WORDS = 31 << 24 | 31 << 18 | 31 << 13 | 31, /* Channel, half a frame, valid bits, WS: 32 each. */
    CONF1_BCK_DIV = 7,                                 /* Where the divider goes, less 1. */
    TX_CONF1_BCK_NO_DELAY = 1 << 30,                   /* As after reset. */
    TDM_TWO_CHANNELS = 1 << 16 | 3,

    CLKM_ACTIVE = 1 << 26, /* From the crystal. */
    CLKM_GATE = 1 << 29,   /* In TX_CLKM_CONF, for both. */
    CLKM_DIV_Y = 9,        /* Where these go in CLKM_DIV_CONF. */
    CLKM_DIV_X = 18,
    CLKM_DIV_YN1 = 27,
    FRACTION = 256, /* The divider's denominator. */

    GDMA_INT_RAW = 0x00,
    GDMA_INT_ST = 0x04,
    GDMA_INT_ENA = 0x08,
    GDMA_INT_CLR = 0x0c,
    GDMA_MISC_CONF = 0x44,
    GDMA_IN_CONF0 = 0x70,
    GDMA_IN_CONF1 = 0x74,
    GDMA_IN_LINK = 0x80,
    GDMA_IN_PERI_SEL = 0xa0,
    GDMA_OUT_CONF0 = 0xd0,
    GDMA_OUTFIFO_STATUS = 0xd8,
    GDMA_OUT_LINK = 0xe0,
    GDMA_OUT_PERI_SEL = 0x100,

    GDMA_CLOCK_ON = 1 << 3,
    GDMA_RESET = 1 << 0,
    GDMA_CHECK_OWNER = 1 << 12,
    GDMA_IN_START = 1 << 22,
    GDMA_OUT_START = 1 << 21,
    GDMA_FROM_I2S = 3,
    GDMA_LINK_ADDRESS = 0xfffff,
    GDMA_IN_DONE = 1 << 0,
    GDMA_IN_DSCR_ERR = 1 << 5,

    WORDS_EOF = 4095, /* The largest; a descriptor's end tells as well. */
    UPDATE_ROUNDS = 1000,
};

/* TRM §2.4.1. */
struct descriptor {
    volatile uint32_t head; /* Size, length by 12 bits, EOF, owner. */
    volatile uint32_t *buffer;
    struct descriptor *next;
};

enum { DESCRIPTOR_LENGTH = 12 };
#define DESCRIPTOR_EOF     (1u << 30)
#define DESCRIPTOR_OF_GDMA (1u << 31)

static inline uint32_t descriptor_octets(const struct descriptor *descriptor)
{
    return descriptor->head >> DESCRIPTOR_LENGTH & 0xfff;
}

/* Both blocks as after reset, with clocks (TRM §2.6.1, §29.7). */
static inline void i2s_reset(void)
{
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE) |= SYSTEM_I2S;
    REG(SYSTEM + SYSTEM_RESET) |= SYSTEM_I2S;
    REG(SYSTEM + SYSTEM_RESET) &= ~(uint32_t)SYSTEM_I2S;
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE_1) |= SYSTEM_DMA;
    REG(SYSTEM + SYSTEM_RESET_1) |= SYSTEM_DMA;
    REG(SYSTEM + SYSTEM_RESET_1) &= ~(uint32_t)SYSTEM_DMA;
}

/* A unit's registers taken over by its clock, and the unit reset (TRM §29.11). `conf`: TX_CONF or RX_CONF. */
static inline void i2s_configure(uint32_t conf, uint32_t value, uint32_t conf1)
{
    REG(I2S0 + (conf == TX_CONF ? TX_CONF1 : RX_CONF1)) = conf1;
    REG(I2S0 + (conf == TX_CONF ? TX_TDM_CTRL : RX_TDM_CTRL)) = TDM_TWO_CHANNELS;
    REG(I2S0 + conf) = value | CONF_UPDATE;
    for (int i = 0; i < UPDATE_ROUNDS && REG(I2S0 + conf) & CONF_UPDATE; i++) continue;
    REG(I2S0 + conf) = value | CONF_RESETS;
    REG(I2S0 + conf) = value;
}

/* Channel 0 is I2S', both ways. A block that the CPU has not emptied halts the receiver (TRM §2.4.5). */
static inline void gdma_configure(void)
{
    REG(I2S0 + RXEOF_NUM) = WORDS_EOF;
    REG(GDMA + GDMA_MISC_CONF) = GDMA_CLOCK_ON;
    REG(GDMA + GDMA_IN_CONF1) = GDMA_CHECK_OWNER;
    REG(GDMA + GDMA_IN_PERI_SEL) = GDMA_FROM_I2S;
    REG(GDMA + GDMA_OUT_PERI_SEL) = GDMA_FROM_I2S;
    REG(GDMA + GDMA_INT_ENA) = GDMA_IN_DONE;
}

static inline void gdma_begin(uint32_t link, uint32_t start, const struct descriptor *first)
{
    REG(GDMA + link) = ((uint32_t)first & GDMA_LINK_ADDRESS) | start;
}

static inline void i2s_stop(void)
{
    REG(I2S0 + TX_CONF) = 0;
    REG(I2S0 + RX_CONF) = 0;
    REG(GDMA + GDMA_INT_ENA) = 0;
    REG(GDMA + GDMA_IN_CONF0) = GDMA_RESET;
    REG(GDMA + GDMA_OUT_CONF0) = GDMA_RESET;
}

#endif
