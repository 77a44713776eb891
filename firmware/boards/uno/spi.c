#include "spi.h"

#include "timer.h"
#include "wake.h"

#include <avr/interrupt.h>
#include <avr/io.h>

enum {
    SCSN = PB2,
    RSTN = PB1,
    CARD = PD4, /* The shield's SD card: never selected. */
    INTN = PD2,

    SIR = 0x17, /* W5500 datasheet §4.1: which sockets have an interrupt that is not masked. */
    MODE_RESET = 0x80,
    CONTROL_WRITE = 0x04,

    WATCH_TICKS = 188 - 1, /* Of 16 µs: 3 ms. */
};

static volatile bool pending; /* INTn fell. */
static volatile bool wired;   /* It was seen to, ever. */
static volatile uint32_t pending_at;

static inline uint8_t exchange(uint8_t octet)
{
    SPDR = octet;
    while (!(SPSR & _BV(SPIF))) {
    }
    return SPDR;
}

void spi_init(void)
{
    PORTB |= _BV(SCSN) | _BV(RSTN);
    DDRB |= _BV(SCSN) | _BV(RSTN) | _BV(PB3) | _BV(PB5);
    PORTD |= _BV(CARD) | _BV(INTN);
    DDRD |= _BV(CARD);
    SPCR = _BV(SPE) | _BV(MSTR);
    SPSR = _BV(SPI2X);
    EICRA = _BV(ISC01); /* INT0 at the falling edge. */
    EIMSK = _BV(INT0);
    TCCR2A = _BV(WGM21); /* Timer 2 counts to OCR2A, 16 µs a tick. */
    OCR2A = WATCH_TICKS;
    TCCR2B = _BV(CS22) | _BV(CS21);
}

/* An exchange lasts 16 cycles whatever is done meanwhile, so the next octet is fetched in that time. */
int spi_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length)
{
    PORTB &= (uint8_t)~_BV(SCSN);
    for (uint8_t i = 0; i < NL_SPI_HEADER; i++) (void)exchange(header[i]);
    if (rx == NULL) {
        for (; length > 0; length--) (void)exchange(tx != NULL ? *tx++ : 0);
    } else {
        for (; length > 0; length--) *rx++ = exchange(tx != NULL ? *tx++ : 0);
    }
    PORTB |= _BV(SCSN);
    return 0;
}

void chip_reset(bool asserted)
{
    static const uint8_t mode[NL_SPI_HEADER] = { 0, 0, CONTROL_WRITE };
    static const uint8_t reset = MODE_RESET;
    if (asserted) {
        PORTB &= (uint8_t)~_BV(RSTN);
        return;
    }
    PORTB |= _BV(RSTN);
    (void)spi_transfer(mode, &reset, NULL, 1);
}

/* One SPI frame of four octets. */
static inline bool chip_has_something(void)
{
    PORTB &= (uint8_t)~_BV(SCSN);
    (void)exchange(0);
    (void)exchange(SIR);
    (void)exchange(0);
    uint8_t sockets = exchange(0);
    PORTB |= _BV(SCSN);
    return sockets == 1;
}

ISR(INT0_vect)
{
    pending = wired = true;
    pending_at = timer_us_in_interrupt();
    woken = true;
}

/* Only in sleep: awake, the main loop asks by itself, and may be in the midst of a transfer. */
ISR(TIMER2_COMPA_vect)
{
    if (!asleep || wired || !chip_has_something()) return;
    woken = true;
}

bool chip_interrupt(uint32_t *at)
{
    if (!wired) {
        *at = timer_us();
        return chip_has_something();
    }
    bool low = !(PIND & _BV(INTN));
    if (!pending && !low) return false;
    *at = timer_us();
    cli();
    if (pending) *at = pending_at;
    pending = false;
    sei();
    return true;
}

void chip_watch(bool on)
{
    TIMSK2 = on ? _BV(OCIE2A) : 0;
}
