/* Levels out and in by an interrupt at twice the rate: at even ticks a level goes out, in between one is
 * taken.
 *
 *   tick       0      1      2      3      4
 *   out     send 0         send 1         send 2
 *   in             take 0         take 1             without a trigger
 *
 * With a trigger the first sample is the one in which it is seen, and every second tick from there. An
 * interrupt that comes a whole tick late has lost a sample: that is an underrun, or an overrun, and ends the
 * run. The interrupt counts octets modulo 256, of which the rings hold far fewer. */
#include "tick_line.h"

#include "wake.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

enum {
    SEND = PD6,
    SAMPLE = PD7,
    RING = 32,
};

/* Timer 1 counts half microseconds. */
#define COUNTS_HZ UINT32_C(2000000)

static uint8_t send_ring[RING], sample_ring[RING];

static struct {
    bool open_drain, idle;
    enum nl_gpio_trigger trigger;
    bool held; /* Sending waits for the trigger. */
    bool armed;
    uint16_t period; /* Of a tick, in counts. */
    uint32_t send_octets, sample_octets;
    uint32_t sent_in_all, sampled_in_all; /* As the main loop knows them. */

    /* The interrupt's while it is on. */
    bool sending, taking, waiting, dry, full;
    bool odd;                    /* The tick. */
    bool take_odd;               /* The ticks at which samples are taken. */
    bool seen;                   /* The level at the last tick. */
    bool send_last, sample_last; /* Nothing comes behind these ends. */
    uint8_t sent, send_end, sampled, sample_end;
    uint8_t out, out_left, in, in_left; /* An octet and its bits that are left. */
} line;

static inline void drive(bool level)
{
    if (line.open_drain) {
        if (level)
            DDRD &= (uint8_t)~_BV(SEND);
        else
            DDRD |= _BV(SEND);
    } else if (level) {
        PORTD |= _BV(SEND);
    } else {
        PORTD &= (uint8_t)~_BV(SEND);
    }
}

static void let_go(void)
{
    DDRD &= (uint8_t)~_BV(SEND);
    PORTD &= (uint8_t)~_BV(SEND);
    PORTD &= (uint8_t)~_BV(SAMPLE);
}

static void line_close(void *context)
{
    (void)context;
    let_go();
}

static void line_open(void *context, const struct nl_gpio_setup *setup)
{
    (void)context;
    line.open_drain = setup->open_drain;
    line.idle = setup->idle;
    if (setup->open_drain) let_go();
    drive(setup->idle);
    if (!setup->open_drain) DDRD |= _BV(SEND);
    if (setup->pull == NL_GPIO_PULL_UP)
        PORTD |= _BV(SAMPLE);
    else
        PORTD &= (uint8_t)~_BV(SAMPLE);
}

static uint16_t period_of(uint32_t rate)
{
    return (uint16_t)((COUNTS_HZ + rate) / (2 * rate));
}

static uint64_t line_rate(void *context, uint32_t rate)
{
    (void)context;
    return COUNTS_HZ * 500 / period_of(rate);
}

static void line_start(void *context, const struct nl_gpio_run *run)
{
    (void)context;
    line.trigger = run->trigger;
    line.held = run->send_at_trigger;
    line.period = period_of(run->send_octets > 0 ? run->send_rate : run->sample_rate);
    line.send_octets = run->send_octets;
    line.sample_octets = run->sample_octets;
    line.sent_in_all = line.sampled_in_all = 0;
    line.sending = run->send_octets > 0;
    line.taking = run->sample_octets > 0;
    line.waiting = run->trigger != NL_GPIO_AT_ONCE;
    line.dry = line.full = line.odd = false;
    line.take_odd = true;
    line.seen = PIND & _BV(SAMPLE);
    line.sent = line.sampled = line.out_left = 0;
    line.in_left = 8;
    line.armed = true;
}

static inline bool at_trigger(bool now)
{
    switch (line.trigger) {
        case NL_GPIO_RISING: return !line.seen && now;
        case NL_GPIO_FALLING: return line.seen && !now;
        case NL_GPIO_HIGH: return now;
        default: return !now;
    }
}

static inline void take(bool level)
{
    if (line.sampled == line.sample_end) {
        line.full = true;
        return;
    }
    line.in = (uint8_t)(line.in << 1 | level);
    if (--line.in_left > 0) return;
    line.in_left = 8;
    sample_ring[line.sampled % RING] = line.in;
    line.sampled++;
    if (line.sample_last && line.sampled == line.sample_end) line.taking = false;
}

static inline void put(void)
{
    if (line.out_left == 0) {
        if (line.sent == line.send_end) {
            line.dry = !line.send_last;
            line.sending = line.dry;
            if (line.send_last) drive(line.idle);
            return;
        }
        line.out = send_ring[line.sent % RING];
        line.out_left = 8;
    }
    drive(line.out & 0x80);
    line.out = (uint8_t)(line.out << 1);
    if (--line.out_left == 0) line.sent++;
}

static inline void tick(bool now)
{
    if (line.waiting && at_trigger(now)) {
        line.waiting = false;
        line.take_odd = line.odd;
    }
    line.seen = now;
    if (line.taking && !line.waiting && line.odd == line.take_odd) take(now);
    if (line.sending && !line.odd && !(line.waiting && line.held)) put();
    line.odd = !line.odd;
}

static inline void too_late(void)
{
    if (line.sending && !(line.waiting && line.held)) line.dry = true;
    if (line.taking && !line.waiting) line.full = true;
    OCR1B = TCNT1 + line.period;
}

ISR(TIMER1_COMPB_vect)
{
    bool now = PIND & _BV(SAMPLE);
    uint16_t next = OCR1B + line.period;
    OCR1B = next;
    tick(now);
    if ((int16_t)(TCNT1 - next) >= 0) too_late();
    if (line.dry || line.full || !(line.sending || line.taking)) {
        TIMSK1 &= (uint8_t)~_BV(OCIE1B);
        woken = true;
    }
}

static void line_advance(void *context, uint32_t send_end, uint32_t sample_end)
{
    (void)context;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        line.send_end = (uint8_t)send_end;
        line.sample_end = (uint8_t)sample_end;
        line.send_last = send_end == line.send_octets;
        line.sample_last = sample_end == line.sample_octets;
        if (line.armed) {
            line.armed = false;
            OCR1B = TCNT1 + line.period;
            TIFR1 = _BV(OCF1B);
            TIMSK1 |= _BV(OCIE1B);
        }
    }
}

/* What the interrupt has counted since. */
static void count_on(uint32_t *in_all, uint8_t count)
{
    *in_all += (uint8_t)(count - (uint8_t)*in_all);
}

static void line_progress(void *context, struct nl_gpio_progress *progress)
{
    (void)context;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        count_on(&line.sent_in_all, line.sent);
        count_on(&line.sampled_in_all, line.sampled);
        progress->sending = line.sending;
        progress->waiting = line.waiting;
        progress->dry = line.dry;
        progress->full = line.full;
    }
    progress->sent = line.sent_in_all;
    progress->sampled = line.sampled_in_all;
}

static void line_stop(void *context)
{
    (void)context;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        TIMSK1 &= (uint8_t)~_BV(OCIE1B);
    }
    drive(line.idle);
}

const NL_FLASH struct nl_gpio_hal tick_line = {
    .send_pin = 6,
    .sample_pin = 7,
    .features = NL_GPIO_OPEN_DRAIN | NL_GPIO_SENDS_LONGER | NL_GPIO_SAMPLES_LONGER | NL_GPIO_NO_PULL_DOWN,
    .lowest_rate = 100,
    .highest_rate = 10000,
    .send_ring = send_ring,
    .sample_ring = sample_ring,
    .send_size = RING,
    .sample_size = RING,
    .open = line_open,
    .close = line_close,
    .rate = line_rate,
    .start = line_start,
    .advance = line_advance,
    .progress = line_progress,
    .stop = line_stop,
};
