/* Both ways by interrupts and FIFOs of 128 octets (TRM, UART Controller). The FIFO is emptied when it is half
 * full or the line has been silent; 64 octets of room are 320 µs at the highest rate. */
#include "uart.h"

#include "inbox.h"
#include "outbox.h"
#include "start.h"
#include "wake.h"

enum {
    FIFO = 0x00,
    INT_RAW = 0x04,
    INT_ST = 0x08,
    INT_ENA = 0x0c,
    INT_CLR = 0x10,
    CLKDIV = 0x14,
    STATUS = 0x1c,
    CONF0 = 0x20,
    CONF1 = 0x24,
    MEM_CONF = 0x60,
    CLK_CONF = 0x78,
    ID = 0x80,

    INT_RX_FULL = 1 << 0,
    INT_TX_EMPTY = 1 << 1,
    INT_OVERFLOW = 1 << 4,
    INT_RX_TIMEOUT = 1 << 8,
    INT_RECEIVE = INT_RX_FULL | INT_OVERFLOW | INT_RX_TIMEOUT,
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
    FIFO_SIZE = 128,

    SLOW = 10, /* What the clock is divided by, where the divider's 12 bits do not suffice. */
    SLOW_BELOW = 19200,
    UPDATE_ROUNDS = 1000,

    OUTBOX = 8192, /* No more: T1 counts on 8192 octets at most before a frame. */
};

static const uint32_t ID_UPDATE = 1u << 31;

static struct {
    uint32_t rate;
    struct inbox in;
    struct outbox out;
    uint32_t lost;
} uart;

static uint8_t outbox_octets[OUTBOX];

bool uart_set_rate(uint32_t rate, bool apply)
{
    if (rate < UART_LOWEST_RATE || rate > UART_HIGHEST_RATE) return false;
    uint32_t slow = rate < SLOW_BELOW ? SLOW : 1;
    uint32_t clock = XTAL_HZ / slow;
    uint32_t divider = (2 * 16 * clock / rate + 1) / 2; /* In 16ths. 2 * 16 * 40 MHz fits. */
    uint32_t made = (16 * clock + divider / 2) / divider;
    uint32_t off = made > rate ? made - rate : rate - made;
    if (off > rate / 50) return false;
    if (!apply) return true;
    REG(UART0 + CLK_CONF) = CLK_XTAL | CLK_ENABLE | (slow - 1) << CLK_DIVIDER;
    REG(UART0 + CLKDIV) = divider >> 4 | (divider & 15) << 20;
    REG(UART0 + ID) = ID_UPDATE;
    for (int i = 0; i < UPDATE_ROUNDS && REG(UART0 + ID) & ID_UPDATE; i++) continue;
    uart.rate = rate;
    return true;
}

void uart_init(void)
{
    outbox_init(&uart.out, outbox_octets, OUTBOX);
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE) |= SYSTEM_UART0 | SYSTEM_UART_MEMORY;
    REG(UART0 + INT_ENA) = 0;
    REG(UART0 + CONF0) = CONF0_8N1 | CONF0_RX_RESET;
    REG(UART0 + CONF0) = CONF0_8N1;
    REG(UART0 + CONF1) = CONF1_SETTING;
    REG(UART0 + MEM_CONF) = MEM_SETTING;
    (void)uart_set_rate(UART_FIRST_RATE, true);
    REG(UART0 + INT_CLR) = UINT32_MAX;
    REG(UART0 + INT_ENA) = INT_RECEIVE;
    interrupt_enable(SOURCE_UART0);
}

/* Empties the FIFO; the main loop is woken by a frame's end (control-protocol.md §1), or by many octets. */
static void receive(void)
{
    bool ended = false;
    for (uint32_t count = REG(UART0 + STATUS) & COUNT; count > 0; count--) {
        uint8_t octet = (uint8_t)REG(UART0 + FIFO);
        if (octet == 0) ended = true;
        if (inbox_room(&uart.in) > 0)
            inbox_put(&uart.in, octet);
        else
            uart.lost++;
    }
    if (ended || inbox_room(&uart.in) < INBOX * 3 / 4) woken = true;
}

static void send(void)
{
    const uint8_t *octets;
    uint32_t length = outbox_front(&uart.out, &octets);
    uint32_t room = FIFO_SIZE - (REG(UART0 + STATUS) >> 16 & COUNT);
    uint32_t count = length < room ? length : room;
    for (uint32_t i = 0; i < count; i++) REG(UART0 + FIFO) = octets[i];
    outbox_take(&uart.out, count);
    bool more = outbox_front(&uart.out, &octets) > 0;
    REG(UART0 + INT_ENA) = INT_RECEIVE | (more ? INT_TX_EMPTY : 0u);
    REG(UART0 + INT_CLR) = INT_TX_EMPTY;
}

void uart_interrupt(void)
{
    uint32_t why = REG(UART0 + INT_ST);
    if (why == 0) return;
    if (why & INT_OVERFLOW) uart.lost++;
    if (why & INT_RECEIVE) {
        receive();
        REG(UART0 + INT_CLR) = why & INT_RECEIVE;
    }
    if (why & INT_TX_EMPTY) {
        send();
        woken = true;
    }
}

const uint8_t *uart_receive(size_t *length)
{
    return inbox_front(&uart.in, length);
}

void uart_consume(size_t length)
{
    inbox_take(&uart.in, length);
}

uint8_t *uart_reserve(size_t length)
{
    return outbox_reserve(&uart.out, (uint32_t)length);
}

void uart_commit(size_t length)
{
    interrupts_off();
    outbox_commit(&uart.out, (uint32_t)length);
    send();
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
