/* UART0 as the ESP32 has it (TRM, UART Controller; ESP-IDF, uart_struct.h and uart_ll.h). */
#ifndef NL_UART_REGISTERS_H
#define NL_UART_REGISTERS_H

#include "esp32.h"

enum {
    CLKDIV = 0x14,
    STATUS = 0x1c,
    CONF0 = 0x20,
    CONF1 = 0x24,
    IDLE_CONF = 0x40,
    MEM_CONF = 0x58,
    MEM_RX_STATUS = 0x60,

    COUNT = 0xff,                          /* Of STATUS; what is to be sent, 16 bits higher. */
    CONF0_8N1 = 1 << 4 | 3 << 2 | 1 << 27, /* From the bus' clock, which is the crystal's. */
    RX_FULL = 64,
    TX_EMPTY = 32,
    SILENCE = 3,       /* In eights of bits. */
    IDLE_NONE = 0x100, /* After the FIFO was empty the sender does not rest. The receiver's is UHCI's. */
    MEM_SETTING = 1 << 3 | 1 << 7, /* 128 octets each way. */
    RX_AT = 2,                     /* Of MEM_RX_STATUS, 11 bits: where is read; above it, where is written. */
    RX_MEMORY = 128,

    PIN_TX = 1,
    PIN_RX = 3,
};

#define UART_WRITES_FIFO   UART0_AHB
#define UART_CONF1_SETTING (RX_FULL | TX_EMPTY << 8 | SILENCE << 24 | 1u << 31)

static inline uint32_t uart_clock(uint32_t rate)
{
    (void)rate;
    return XTAL_HZ;
}

/* `divider` of uart_clock(), in 16ths. */
static inline void uart_divide(uint32_t rate, uint32_t divider)
{
    (void)rate;
    REG(UART0 + CLKDIV) = divider >> 4 | (divider & 15) << 20;
}

/* Octets that came. The FIFO's own count is wrong now and then (erratum UART-3.17): by its two places. */
static inline uint32_t uart_come(void)
{
    uint32_t some = REG(UART0 + STATUS) & COUNT, places = REG(UART0 + MEM_RX_STATUS) >> RX_AT;
    uint32_t come = ((places >> 11) - places) % RX_MEMORY;
    return come == 0 && some > 0 ? RX_MEMORY : come;
}

/* Octets that are still to be sent. */
static inline uint32_t uart_going(void)
{
    return REG(UART0 + STATUS) >> 16 & COUNT;
}

/* 8N1, FIFOs of 128 octets, the receiver's empty: read out, since its reset bit does not work (uart_ll.h).
 * With interrupts off, as whenever it is read (erratum CPU-3.21). */
static inline void uart_begin(void)
{
    REG(DPORT + DPORT_CLOCK_ENABLE) |= DPORT_UART0 | DPORT_UART_MEMORY;
    REG(DPORT + DPORT_RESET) &= ~(uint32_t)(DPORT_UART0 | DPORT_UART_MEMORY);
    REG(UART0 + CONF0) = CONF0_8N1;
    REG(UART0 + CONF1) = UART_CONF1_SETTING;
    REG(UART0 + IDLE_CONF) = IDLE_NONE;
    REG(UART0 + MEM_CONF) = MEM_SETTING;
    for (int i = 0; i < RX_MEMORY && uart_come() > 0; i++) (void)REG(UART0);
    pad_function(PIN_TX, PAD_UART0, PAD_OUTPUT);
    pad_function(PIN_RX, PAD_UART0, PAD_INPUT | PAD_PULL_UP);
}

#endif
