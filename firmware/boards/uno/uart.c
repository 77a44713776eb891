/* USART0 at twice the speed (U2X0), so that 115200 bit/s is 2.1 % fast, not 3.5 % slow: ATmega328P datasheet
 * §20.11. Exact are 2 Mbit/s and its whole parts. */
#include "uart.h"

#include "wake.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#define CLOCK_EIGHTH UINT32_C(2000000)

enum {
    SENDING = 128, /* A power of two. */
    PIECE = 32,
    DIVIDER_MAX = 4096,
    /* The main loop looks at octets at the end of a frame, or at so many. */
    RECEIVED_WAKES = 32,
    /* Who waits for room is woken when there is so much. */
    ROOM_WAKES = SENDING / 2,
};

static uint8_t received[256]; /* As many as its counts' values. */
static volatile uint8_t received_head, received_tail;
static uint8_t sending[SENDING + PIECE]; /* A piece may reach beyond the end: it is folded back. */
static volatile uint8_t sending_head, sending_tail;
static volatile bool room_wanted;
static volatile uint16_t lost;
static uint32_t rate;

ISR(USART_RX_vect)
{
    uint8_t status = UCSR0A, octet = UDR0, next = (uint8_t)(received_head + 1);
    if (status & _BV(DOR0)) lost++;
    if (next == received_tail) {
        lost++;
        return;
    }
    received[received_head] = octet;
    received_head = next;
    if (octet == 0 || (uint8_t)(next - received_tail) >= RECEIVED_WAKES) woken = true;
}

ISR(USART_UDRE_vect)
{
    uint8_t tail = sending_tail, waiting = (uint8_t)(sending_head - tail);
    if (waiting == 0) {
        UCSR0B &= (uint8_t)~_BV(UDRIE0);
        return;
    }
    UDR0 = sending[tail % SENDING];
    sending_tail = (uint8_t)(tail + 1);
    if (room_wanted && waiting <= SENDING - ROOM_WAKES) {
        room_wanted = false;
        woken = true;
    }
}

void uart_init(void)
{
    (void)uart_set_rate(UART_RATE, true);
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = _BV(RXCIE0) | _BV(RXEN0) | _BV(TXEN0);
    PORTD |= _BV(PD0); /* A pull-up at RXD: a line without an adapter idles. */
}

const uint8_t *uart_receive(size_t *length)
{
    uint8_t tail = received_tail;
    size_t waiting = (uint8_t)(received_head - tail), to_end = sizeof received - tail;
    *length = waiting < to_end ? waiting : to_end;
    return received + tail;
}

void uart_consume(size_t length)
{
    received_tail = (uint8_t)(received_tail + length);
}

uint8_t *uart_reserve(size_t length)
{
    uint8_t head = sending_head, room = (uint8_t)(SENDING - (uint8_t)(head - sending_tail));
    if (room < length) {
        room_wanted = true;
        return NULL;
    }
    return sending + head % SENDING;
}

void uart_commit(size_t length)
{
    uint8_t at = sending_head % SENDING;
    for (uint8_t i = SENDING; i < at + length; i++) sending[i - SENDING] = sending[i];
    sending_head = (uint8_t)(sending_head + length);
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        UCSR0B |= _BV(UDRIE0);
    }
}

uint32_t uart_rate(void)
{
    return rate;
}

/* Within 2 %, or the first rate, which every loader and adapter of an Uno works at. */
bool uart_set_rate(uint32_t wanted, bool apply)
{
    if (wanted == 0 || wanted > UART_HIGHEST_RATE) return false;
    uint32_t divider = (CLOCK_EIGHTH + wanted / 2) / wanted;
    if (divider > DIVIDER_MAX) return false;
    uint32_t made = divider * wanted; /* Of CLOCK_EIGHTH, were it exact. */
    uint32_t error = made > CLOCK_EIGHTH ? made - CLOCK_EIGHTH : CLOCK_EIGHTH - made;
    if (error > CLOCK_EIGHTH / 50 && wanted != UART_RATE) return false;
    if (!apply) return true;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        UCSR0A = _BV(U2X0);
        UBRR0 = (uint16_t)(divider - 1);
    }
    rate = wanted;
    return true;
}

uint32_t uart_octets_lost(void)
{
    uint16_t count;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        count = lost;
    }
    return count;
}
