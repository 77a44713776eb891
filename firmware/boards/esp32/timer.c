/* TRM, 64-bit Timers; ESP-IDF, timer_group_struct.h and timer_ll.h. Both timers count the crystal's
 * microseconds from the same start, to within a few. */
#include "timer.h"

#include "wake.h"

enum {
    TIMER = 0x24, /* From one to the next. */
    CONFIG = 0x00,
    LOW = 0x04,
    HIGH = 0x08,
    UPDATE = 0x0c,
    ALARM_LOW = 0x10,
    ALARM_HIGH = 0x14,
    LOAD_LOW = 0x18,
    LOAD_HIGH = 0x1c,
    LOAD = 0x20,
    INT_ENABLE = 0x98,
    INT_STATUS = 0xa0,
    INT_CLEAR = 0xa4,

    CONFIG_INCREASE = 1 << 30,
    CONFIG_DIVIDER = XTAL_HZ / 1000000 << 13,
    CONFIG_LEVEL_INTERRUPT = 1 << 11,
    CONFIG_ALARM = 1 << 10,
    BOTH = 3,
    WAIT_ROUNDS = 100, /* The value is there within a few cycles of the bus. */
};

static const uint32_t CONFIG_ENABLE = 1u << 31;
static const uint32_t UPDATING = 1u << 31;

volatile bool timer_rose[ALARMS];

static uint32_t timer(unsigned number)
{
    return TIMG0 + TIMER * number;
}

void timer_init(void)
{
    REG(DPORT + DPORT_CLOCK_ENABLE) |= DPORT_TIMERS;
    REG(DPORT + DPORT_RESET) &= ~(uint32_t)DPORT_TIMERS;
    for (unsigned number = 0; number < ALARMS; number++) {
        REG(timer(number) + CONFIG) = CONFIG_INCREASE | CONFIG_DIVIDER;
        REG(timer(number) + LOAD_LOW) = 0;
        REG(timer(number) + LOAD_HIGH) = 0;
        REG(timer(number) + LOAD) = 0;
        REG(timer(number) + CONFIG) =
            CONFIG_ENABLE | CONFIG_INCREASE | CONFIG_DIVIDER | CONFIG_LEVEL_INTERRUPT;
    }
    REG(TIMG0 + INT_CLEAR) = BOTH;
    REG(TIMG0 + INT_ENABLE) = BOTH;
    interrupt_enable(SOURCE_TIMER_0);
    interrupt_enable(SOURCE_TIMER_1);
}

static uint64_t count(unsigned number)
{
    REG(timer(number) + UPDATE) = UPDATING;
    for (int i = 0; i < WAIT_ROUNDS && REG(timer(number) + UPDATE) & UPDATING; i++) continue;
    /* An interrupt may have taken the value anew between the halves. */
    for (;;) {
        uint32_t low = REG(timer(number) + LOW), high = REG(timer(number) + HIGH);
        if (REG(timer(number) + LOW) == low) return (uint64_t)high << 32 | low;
    }
}

uint64_t timer_us64(void)
{
    return count(ALARM_MAIN);
}

uint32_t timer_us(void)
{
    return (uint32_t)count(ALARM_MAIN);
}

static void switch_off(enum timer_alarm alarm)
{
    REG(timer(alarm) + CONFIG) &= ~(uint32_t)CONFIG_ALARM;
    REG(TIMG0 + INT_CLEAR) = 1u << alarm;
    timer_rose[alarm] = false;
}

void timer_alarm(enum timer_alarm alarm, uint32_t microseconds)
{
    interrupts_off();
    uint64_t at = count(alarm) + microseconds;
    switch_off(alarm);
    REG(timer(alarm) + ALARM_LOW) = (uint32_t)at;
    REG(timer(alarm) + ALARM_HIGH) = (uint32_t)(at >> 32);
    REG(timer(alarm) + CONFIG) |= CONFIG_ALARM;
    /* The manual does not say what becomes of one that passed while it was set. */
    if (count(alarm) >= at) {
        timer_rose[alarm] = true;
        woken = true;
    }
    interrupts_on();
}

void timer_alarm_off(enum timer_alarm alarm)
{
    interrupts_off();
    switch_off(alarm);
    interrupts_on();
}

/* The alarm itself turns off when it rises. */
void timer_interrupt(void)
{
    uint32_t why = REG(TIMG0 + INT_STATUS) & BOTH;
    if (why == 0) return;
    REG(TIMG0 + INT_CLEAR) = why;
    for (unsigned alarm = 0; alarm < ALARMS; alarm++) {
        if (why & 1u << alarm) timer_rose[alarm] = true;
    }
    woken = true;
}
