/* PL011 and DMA: RP2040 datasheet §4.2, §2.5.
 *
 * A DMA channel without end writes what is received into a ring. No interrupt tells of an octet that it
 * took, so the line is listened to by the FIFO's interrupts while it is silent, and followed by a timer
 * while the channel empties the FIFO:
 *
 *              16 octets, or fewer and 32 silent bits
 *    LISTENING ---------------------------------------> FOLLOWING (RXDMAE on)
 *        ^                                                  |
 *        +------------------ a tick without a new octet ----+
 *
 * The tick after that one looks once more: an octet may have been on its way into the ring. The main loop
 * is woken when a frame has ended (control-protocol.md §1) or a quarter of the ring waits for it.
 */
#include "uart.h"

#include "dma.h"
#include "octets.h"
#include "outbox.h"
#include "timer.h"
#include "wake.h"

enum {
    UARTDR = 0x00,
    UARTIBRD = 0x24,
    UARTFBRD = 0x28,
    UARTLCR_H = 0x2c,
    UARTCR = 0x30,
    UARTIFLS = 0x34,
    UARTIMSC = 0x38,
    UARTMIS = 0x40,
    UARTICR = 0x44,
    UARTDMACR = 0x48,

    LCR_8N1_FIFO = 3 << 5 | 1 << 4,
    CR_ENABLE = 1 << 9 | 1 << 8 | 1,
    IFLS_RX_HALF = 2 << 3,
    INT_RX = 1 << 4,
    INT_RX_TIMEOUT = 1 << 6,
    INT_OVERRUN = 1 << 10,
    DMACR_RX = 1 << 0,
    DMACR_TX = 1 << 1,

    TIMER_ALARM2 = 0x18,
    TIMER_INTR = 0x34,
    TIMER_INTE = 0x38,
    ALARM2 = 1 << 2,

    PIN_TX = 0,
    PIN_RX = 1,

    INBOX_BITS = 13, /* 8192 octets: 27 ms at 3,000,000 bit/s. */
    INBOX = 1 << INBOX_BITS,
    ROUND = 8 * INBOX, /* Of the DMA channel. What comes until it goes on waits in the FIFO: 107 µs. */
    OUTBOX = 8192,     /* No more: T1 counts on 8192 octets at most before a frame. */

    /* Between two looks at the ring: the end of a frame is noticed so late. */
    TICK_OCTETS = 48,
    TICK_MIN_US = 200,
    TICK_MAX_US = 1000,
    US_OCTETS = 10000000, /* An octet's time is this by the rate. */
};

static struct {
    uint32_t rate;
    uint32_t tick_us;
    volatile uint32_t in_end; /* Octets received, once the channel has done its count. Modulo 2^32. */
    uint32_t in_tail;
    uint32_t seen; /* Octets received, at the last tick. */
    bool following;
    volatile uint32_t overruns; /* Of the FIFO. */
    uint32_t overwritten;       /* In the ring. */
    struct outbox out;
    volatile uint32_t sending; /* Octets that the DMA channel has in hand. */
} uart;

static uint8_t inbox[INBOX] __attribute__((aligned(INBOX)));
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
    uart.tick_us = TICK_OCTETS * US_OCTETS / rate;
    if (uart.tick_us < TICK_MIN_US) uart.tick_us = TICK_MIN_US;
    if (uart.tick_us > TICK_MAX_US) uart.tick_us = TICK_MAX_US;
    return true;
}

static void listen(void)
{
    uart.following = false;
    REG(UART0 + UARTDMACR) = DMACR_TX;
    REG(UART0 + UARTIMSC) = INT_RX | INT_RX_TIMEOUT | INT_OVERRUN;
}

static void follow(void)
{
    uart.following = true;
    REG(UART0 + UARTIMSC) = INT_OVERRUN;
    REG(UART0 + UARTDMACR) = DMACR_TX | DMACR_RX;
}

static void look_again(void)
{
    REG(TIMER + TIMER_ALARM2) = timer_us() + uart.tick_us;
}

void uart_init(void)
{
    outbox_init(&uart.out, outbox_octets, OUTBOX);
    (void)uart_set_rate(UART_FIRST_RATE, true);
    gpio_function(PIN_TX, GPIO_UART, PAD_PULL_DOWN);
    gpio_function(PIN_RX, GPIO_UART, PAD_PULL_UP); /* A wire that is not there is silent. */
    uart.in_end = ROUND;
    dma_start(DMA_UART_RX, UART0 + UARTDR, (uint32_t)inbox, ROUND,
              DMA_HIGH_PRIORITY | DMA_INCREMENT_WRITE | DMA_RING_WRITE | INBOX_BITS << DMA_RING_BITS |
                  DMA_DREQ_UART0_RX);
    REG(UART0 + UARTIFLS) = IFLS_RX_HALF;
    listen();
    REG_SET(TIMER + TIMER_INTE) = ALARM2;
    irq_enable(IRQ_TIMER_2);
    irq_enable(IRQ_UART0);
}

void uart_dma_round(void)
{
    uart.in_end += ROUND;
    dma_continue(DMA_UART_RX, ROUND);
}

/* How many octets have come. What the channel counts it has written: the ring is read after this. */
static uint32_t received(void)
{
    uint32_t end, left;
    do {
        end = uart.in_end;
        left = dma_left(DMA_UART_RX);
    } while (uart.in_end != end);
    __asm volatile("" ::: "memory");
    return end - left;
}

void uart_interrupt(void)
{
    uint32_t why = REG(UART0 + UARTMIS);
    REG(UART0 + UARTICR) = why;
    if (why & INT_OVERRUN) uart.overruns++;
    if (!(why & (INT_RX | INT_RX_TIMEOUT))) return;
    follow();
    look_again();
    if (why & INT_RX_TIMEOUT) woken = true;
}

/* Whether there is a 0x00 among the octets from `at` to `end`; or where those were written over. */
static bool ended(uint32_t at, uint32_t end)
{
    if (end - at >= INBOX) return true;
    for (; at != end && !nl_aligned(inbox + at % INBOX); at++) {
        if (inbox[at % INBOX] == 0) return true;
    }
    for (; end - at >= 4; at += 4) {
        if (nl_word_has_zero(*(const nl_word *)(const void *)(inbox + at % INBOX))) return true;
    }
    for (; at != end; at++) {
        if (inbox[at % INBOX] == 0) return true;
    }
    return false;
}

void uart_timer_interrupt(void)
{
    REG(TIMER + TIMER_INTR) = ALARM2;
    uint32_t now = received();
    bool fresh = now != uart.seen;
    if (ended(uart.seen, now) || now - uart.in_tail >= INBOX / 4) woken = true;
    uart.seen = now;
    if (fresh || uart.following) look_again();
    if (!fresh && uart.following) listen();
}

const uint8_t *uart_receive(size_t *length)
{
    uint32_t waiting = received() - uart.in_tail;
    if (waiting > INBOX) {
        /* The channel went round over what was not taken. The CRC tells of a frame that this cuts. */
        uart.overwritten += waiting;
        uart.in_tail += waiting;
        waiting = 0;
    }
    uint32_t at = uart.in_tail % INBOX;
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
    return uart.overruns + uart.overwritten;
}

uint32_t uart_rate(void)
{
    return uart.rate;
}
