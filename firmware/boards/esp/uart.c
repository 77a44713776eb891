/* UART0 of an ESP32 or ESP32-C3, both ways by interrupts and FIFOs of 128 octets. The receiver's is emptied
 * when it is half full or the line has been silent; 64 octets of room are 320 µs at the highest rate. */
#include "uart.h"

#include "inbox.h"
#include "outbox.h"
#include "start.h"
#include "uart_registers.h"
#include "wake.h"

enum {
    FIFO = 0x00,
    INT_ST = 0x08,
    INT_ENA = 0x0c,
    INT_CLR = 0x10,

    INT_RX_FULL = 1 << 0,
    INT_TX_EMPTY = 1 << 1,
    INT_OVERFLOW = 1 << 4,
    INT_RX_TIMEOUT = 1 << 8,
    INT_RECEIVE = INT_RX_FULL | INT_OVERFLOW | INT_RX_TIMEOUT,
    FIFO_SIZE = 128,

    OUTBOX = 8192, /* No more: T1 counts on 8192 octets at most before a frame. */
};

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
    uint32_t clock = uart_clock(rate);
    uint32_t divider = (2 * 16 * clock / rate + 1) / 2; /* In 16ths. 2 * 16 * 40 MHz fits. */
    uint32_t made = (16 * clock + divider / 2) / divider;
    uint32_t off = made > rate ? made - rate : rate - made;
    if (off > rate / 50) return false;
    if (!apply) return true;
    uart_divide(rate, divider);
    uart.rate = rate;
    return true;
}

void uart_init(void)
{
    outbox_init(&uart.out, outbox_octets, OUTBOX);
    REG(UART0 + INT_ENA) = 0;
    uart_begin();
    (void)uart_set_rate(UART_FIRST_RATE, true);
    REG(UART0 + INT_CLR) = UINT32_MAX;
    REG(UART0 + INT_ENA) = INT_RECEIVE;
    interrupt_enable(SOURCE_UART0);
}

/* Empties the FIFO; the main loop is woken by a frame's end (control-protocol.md §1), or by many octets. */
static void receive(void)
{
    bool ended = false;
    for (uint32_t count = uart_come(); count > 0; count--) {
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
    uint32_t room = FIFO_SIZE - uart_going();
    uint32_t count = length < room ? length : room;
    for (uint32_t i = 0; i < count; i++) REG(UART_WRITES_FIFO + FIFO) = octets[i];
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
