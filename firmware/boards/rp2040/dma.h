/* DMA channels (RP2040 datasheet §2.5): one octet a transfer, an interrupt at the end. */
#ifndef NL_DMA_H
#define NL_DMA_H

#include "rp2040.h"

enum dma_channel {
    DMA_SPI_TX = 0,
    DMA_SPI_RX = 1,
    DMA_UART_TX = 2,
    DMA_UART_RX = 3,
    DMA_LINE_TX = 4,
    DMA_LINE_RX = 5,
    DMA_LINE_PAD = 6
};

enum {
    DMA_ENABLE = 1 << 0,
    DMA_HIGH_PRIORITY = 1 << 1,
    DMA_INCREMENT_READ = 1 << 4,
    DMA_INCREMENT_WRITE = 1 << 5,
    DMA_RING_BITS = 6, /* Where the size of the ring goes, as a power of two. */
    DMA_RING_WRITE = 1 << 10,
    DMA_CHAIN_TO = 11, /* Its own number: to none. */
    DMA_DREQ_SPI0_TX = 16 << 15,
    DMA_DREQ_SPI0_RX = 17 << 15,
    DMA_DREQ_UART0_TX = 20 << 15,
    DMA_DREQ_UART0_RX = 21 << 15,
    DMA_QUIET = 1 << 21,
    DMA_BUSY = 1 << 24,

    DMA_CHANNEL_SIZE = 0x40,
    DMA_READ_ADDR = 0x00,
    DMA_WRITE_ADDR = 0x04,
    DMA_TRANS_COUNT = 0x08,
    DMA_CTRL_TRIG = 0x0c,
    DMA_TRANS_COUNT_TRIG = 0x1c,
    DMA_INTE0 = 0x404,
    DMA_INTS0 = 0x40c,
    DMA_CHAN_ABORT = 0x444,
};

static inline void dma_start(enum dma_channel channel, uint32_t from, uint32_t to, uint32_t count,
                             uint32_t control)
{
    uint32_t base = DMA + DMA_CHANNEL_SIZE * channel;
    REG(base + DMA_READ_ADDR) = from;
    REG(base + DMA_WRITE_ADDR) = to;
    REG(base + DMA_TRANS_COUNT) = count;
    REG(base + DMA_CTRL_TRIG) = DMA_ENABLE | channel << DMA_CHAIN_TO | control;
}

/* Goes on where it stopped. */
static inline void dma_continue(enum dma_channel channel, uint32_t count)
{
    REG(DMA + DMA_CHANNEL_SIZE * channel + DMA_TRANS_COUNT_TRIG) = count;
}

/* Transfers to go until the channel stops. */
static inline uint32_t dma_left(enum dma_channel channel)
{
    return REG(DMA + DMA_CHANNEL_SIZE * channel + DMA_TRANS_COUNT);
}

static inline bool dma_busy(enum dma_channel channel)
{
    return (REG(DMA + DMA_CHANNEL_SIZE * channel + DMA_CTRL_TRIG) & DMA_BUSY) != 0;
}

static inline void dma_abort(uint32_t channels)
{
    REG(DMA + DMA_CHAN_ABORT) = channels;
}

#endif
