/* UART0 as the ESP32-C3 has it (TRM, UART Controller). */
#ifndef NL_UART_REGISTERS_H
#define NL_UART_REGISTERS_H

#include "esp32c3.h"

enum {
    CLKDIV = 0x14,
    STATUS = 0x1c,
    CONF0 = 0x20,
    CONF1 = 0x24,
    MEM_CONF = 0x60,
    CLK_CONF = 0x78,
    ID = 0x80,

    COUNT = 0x3ff,                         /* Of STATUS; what is to be sent, 16 bits higher. */
    CONF0_8N1 = 1 << 4 | 3 << 2 | 1 << 28, /* Its memory's clock on. */
    CONF0_RX_RESET = 1 << 17,
    RX_FULL = 64,
    TX_EMPTY = 32,
    CONF1_SETTING = RX_FULL | TX_EMPTY << 9 | 1 << 21, /* And the silence counts. */
    SILENCE_BITS = 24,
    MEM_SETTING = 1 << 1 | 1 << 4 | SILENCE_BITS << 16, /* 128 octets each way. */
    CLK_XTAL = 3 << 20,
    CLK_ENABLE = 1 << 22 | 1 << 24 | 1 << 25, /* The core's, the sender's, the receiver's. */
    CLK_DIVIDER = 12,

    SLOW = 10, /* What the clock is divided by, where the divider's 12 bits do not suffice. */
    SLOW_BELOW = 19200,
    UPDATE_ROUNDS = 1000,
};

#define UART_ID_UPDATE   (1u << 31)
#define UART_WRITES_FIFO UART0

static inline uint32_t uart_clock(uint32_t rate)
{
    return (uint32_t)XTAL_HZ / (rate < SLOW_BELOW ? SLOW : 1u);
}

/* `divider` of uart_clock(), in 16ths. */
static inline void uart_divide(uint32_t rate, uint32_t divider)
{
    uint32_t slow = rate < SLOW_BELOW ? SLOW : 1;
    REG(UART0 + CLK_CONF) = CLK_XTAL | CLK_ENABLE | (slow - 1) << CLK_DIVIDER;
    REG(UART0 + CLKDIV) = divider >> 4 | (divider & 15) << 20;
    REG(UART0 + ID) = UART_ID_UPDATE;
    for (int i = 0; i < UPDATE_ROUNDS && REG(UART0 + ID) & UART_ID_UPDATE; i++) continue;
}

/* Octets that came, and that are still to be sent. */
static inline uint32_t uart_come(void)
{
    return REG(UART0 + STATUS) & COUNT;
}

static inline uint32_t uart_going(void)
{
    return REG(UART0 + STATUS) >> 16 & COUNT;
}

/* 8N1, FIFOs of 128 octets, the receiver's empty. */
static inline void uart_begin(void)
{
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE) |= SYSTEM_UART0 | SYSTEM_UART_MEMORY;
    REG(UART0 + CONF0) = CONF0_8N1 | CONF0_RX_RESET;
    REG(UART0 + CONF0) = CONF0_8N1;
    REG(UART0 + CONF1) = CONF1_SETTING;
    REG(UART0 + MEM_CONF) = MEM_SETTING;
}

#endif
