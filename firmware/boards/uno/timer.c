/* Timer 1 counts half microseconds and goes round every 32.768 ms. */
#include "timer.h"

#include "wake.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

volatile bool asleep;
static volatile uint32_t rounds;

ISR(TIMER1_OVF_vect)
{
    rounds++;
}

/* It only ends a sleep. */
ISR(TIMER1_COMPA_vect) {}

void timer_init(void)
{
    TCCR1B = _BV(CS11);
    TIMSK1 = _BV(TOIE1);
    SMCR = 0; /* Idle. */
}

struct reading {
    uint32_t rounds;
    uint16_t ticks;
};

/* With interrupts off. A round that is over and not yet counted is known by its flag. */
static inline struct reading reading(void)
{
    struct reading now = { rounds, TCNT1 };
    if (TIFR1 & _BV(TOV1)) {
        now.ticks = TCNT1;
        now.rounds++;
    }
    return now;
}

/* (rounds * 65536 + ticks) / 2, modulo 2^32. */
static inline uint32_t microseconds(struct reading now)
{
    uint32_t low = ((uint32_t)(uint16_t)now.rounds << 16 | now.ticks) >> 1;
    return now.rounds & UINT32_C(0x10000) ? low | UINT32_C(0x80000000) : low;
}

uint32_t timer_us_in_interrupt(void)
{
    return microseconds(reading());
}

uint32_t timer_us(void)
{
    uint8_t status = SREG;
    cli();
    struct reading now = reading();
    SREG = status;
    return microseconds(now);
}

uint64_t timer_us64(void)
{
    uint8_t status = SREG;
    cli();
    struct reading now = reading();
    SREG = status;
    return (uint64_t)now.rounds << 15 | now.ticks >> 1;
}

/* Each round the compare match comes at the end of the sleep, modulo a round. */
void timer_sleep(uint32_t sleep_us)
{
    uint32_t started = timer_us();
    uint8_t status = SREG;
    /* Both halves go through one register that INT0's reading of TCNT1 uses, too (datasheet 16.3). */
    cli();
    OCR1A = (uint16_t)((started + sleep_us) * 2 + 2);
    TIFR1 = _BV(OCF1A);
    TIMSK1 |= _BV(OCIE1A); /* The raw line's interrupt changes it, too. */
    SREG = status;
    asleep = true;
    while (timer_us() - started < sleep_us) {
        cli();
        if (woken) {
            sei();
            break;
        }
        SMCR = _BV(SE);
        sei();
        sleep_cpu();
        SMCR = 0;
    }
    asleep = false;
    cli();
    TIMSK1 &= (uint8_t)~_BV(OCIE1A);
    SREG = status;
}
