/* PL011 and DMA: RP2040 datasheet §4.2, §2.5. */
#include "uart.h"

#include "dma.h"
#include "outbox.h"
#include "rp2040.h"
#include "wake.h"

enum {
    UARTDR = 0x00,
    UARTFR = 0x18,
    UARTIBRD = 0x24,
    UARTFBRD = 0x28,
    UARTLCR_H = 0x2c,
    UARTCR = 0x30,
    UARTIFLS = 0x34,
    UARTIMSC = 0x38,
    UARTICR = 0x44,
    UARTDMACR = 0x48,

    DR_OVERRUN = 1 << 11,
    FR_RX_EMPTY = 1 << 4,
    LCR_8N1_FIFO = 3 << 5 | 1 << 4,
    CR_ENABLE = 1 << 9 | 1 << 8 | 1,
    IFLS_RX_HALF = 2 << 3,
    INT_RX = 1 << 4,
    INT_RX_TIMEOUT = 1 << 6,
    DMACR_TX = 1 << 1,

    PIN_TX = 0,
    PIN_RX = 1,

    INBOX = 8192,  /* 27 ms at 3,000,000 bit/s. A power of two. */
    OUTBOX = 8192, /* No more: T1 counts on 8192 octets at most before a frame. */
};

static struct {
    uint32_t rate;
    volatile uint32_t in_head;
    uint32_t in_tail;
    volatile uint32_t lost;
    struct outbox out;
    volatile uint32_t sending; /* Octets that the DMA channel has in hand. */
} uart;

static uint8_t inbox[INBOX] __attribute__((aligned(4)));
static uint8_t outbox_octets[OUTBOX];

static uint32_t divider(uint32_t rate)
{
    return (8u * CLK_SYS_HZ / rate + 1) / 2; /* In 64ths of 16 clocks */
}

bool uart_set_rate(uint32_t rate, bool apply)
{
    if (rate < UART_LOWEST_RATE || rate > UART_HIGHEST_RATE) return false;
    uint32_t divided = divider(rate);
    uint32_t made = (4u * CLK_SYS_HZ + divided / 2) / divided;
    uint32_t off = made > rate ? made - rate : rate - made;
    if (off > rate / 50) return false;
    if (!apply) return true;
    REG(UART0 + UARTCR) = 0;
    REG(UART0 + UARTIBRD) = divided >> 6;
    REG(UART0 + UARTFBRD) = divided & 63;
    REG(UART0 + UARTLCR_H) = LCR_8N1_FIFO; /* Also latches the divider. */
    REG(UART0 + UARTCR) = CR_ENABLE;
    uart.rate = rate;
    return true;
}

void uart_init(void)
{
    outbox_init(&uart.out, outbox_octets, OUTBOX);
    (void)uart_set_rate(UART_FIRST_RATE, true);
    gpio_function(PIN_TX, GPIO_UART, PAD_PULL_DOWN);
    gpio_function(PIN_RX, GPIO_UART, PAD_PULL_UP); /* A wire that is not there is silent. */
    REG(UART0 + UARTIFLS) = IFLS_RX_HALF;
    REG(UART0 + UARTIMSC) = INT_RX | INT_RX_TIMEOUT;
    REG(UART0 + UARTDMACR) = DMACR_TX;
    irq_enable(IRQ_UART0);
}

void uart_interrupt(void)
{
    uint32_t head = uart.in_head;
    woken = true;
    while (!(REG(UART0 + UARTFR) & FR_RX_EMPTY)) {
        uint32_t octet = REG(UART0 + UARTDR);
        if (octet & DR_OVERRUN) uart.lost++;
        if (head - uart.in_tail < INBOX)
            inbox[head++ % INBOX] = (uint8_t)octet;
        else
            uart.lost++;
    }
    uart.in_head = head;
    REG(UART0 + UARTICR) = INT_RX | INT_RX_TIMEOUT;
}

const uint8_t *uart_receive(size_t *length)
{
    uint32_t at = uart.in_tail % INBOX, waiting = uart.in_head - uart.in_tail;
    *length = waiting < INBOX - at ? waiting : INBOX - at;
    return inbox + at;
}

void uart_consume(size_t length)
{
    uart.in_tail += (uint32_t)length;
}

static void kick(void)
{
    const uint8_t *octets;
    uint32_t length = outbox_front(&uart.out, &octets);
    if (uart.sending > 0 || length == 0) return;
    uart.sending = length;
    dma_start(DMA_UART_TX, (uint32_t)octets, UART0 + UARTDR, length, DMA_INCREMENT_READ | DMA_DREQ_UART0_TX);
}

void uart_dma_done(void)
{
    outbox_take(&uart.out, uart.sending);
    uart.sending = 0;
    kick();
}

uint8_t *uart_reserve(size_t length)
{
    return outbox_reserve(&uart.out, (uint32_t)length);
}

void uart_commit(size_t length)
{
    interrupts_off();
    outbox_commit(&uart.out, (uint32_t)length);
    kick();
    interrupts_on();
}

uint32_t uart_octets_lost(void)
{
    return uart.lost;
}

uint32_t uart_rate(void)
{
    return uart.rate;
}
