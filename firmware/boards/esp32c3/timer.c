#include "timer.h"

#include "wake.h"

enum {
    CONF = 0x00,
    UNIT0_OP = 0x04,
    TARGET_HIGH = 0x1c,
    TARGET_LOW = 0x20,
    TARGET_SIZE = 8,
    TARGET_CONF = 0x34,
    UNIT0_HIGH = 0x40,
    UNIT0_LOW = 0x44,
    COMPARATOR_LOAD = 0x50,
    INT_ENABLE = 0x64,
    INT_CLEAR = 0x6c,
    INT_STATUS = 0x70,

    CONF_UNIT0 = 1 << 30,
    CONF_TARGET0 = 1 << 24, /* The second target's is the bit below. */
    OP_UPDATE = 1 << 30,
    OP_VALID = 1 << 29,
    COUNTS_BITS = 4,   /* Of 16 counts a microsecond. */
    WAIT_ROUNDS = 100, /* The value is there within a few counts. */
};

static const uint32_t CONF_CLOCK = 1u << 31;

volatile bool timer_rose[2];

void timer_init(void)
{
    REG(SYSTIMER + CONF) = CONF_CLOCK | CONF_UNIT0;
    REG(SYSTIMER + TARGET_CONF) = 0; /* Unit 0, once. */
    REG(SYSTIMER + TARGET_CONF + 4) = 0;
    REG(SYSTIMER + INT_ENABLE) = 3;
    interrupt_enable(SOURCE_SYSTIMER_0);
    interrupt_enable(SOURCE_SYSTIMER_1);
}

static uint64_t count(void)
{
    REG(SYSTIMER + UNIT0_OP) = OP_UPDATE;
    for (int i = 0; i < WAIT_ROUNDS && !(REG(SYSTIMER + UNIT0_OP) & OP_VALID); i++) continue;
    /* An interrupt may have taken the value anew between the halves. */
    for (;;) {
        uint32_t low = REG(SYSTIMER + UNIT0_LOW), high = REG(SYSTIMER + UNIT0_HIGH);
        if (REG(SYSTIMER + UNIT0_LOW) == low) return (uint64_t)high << 32 | low;
    }
}

uint64_t timer_us64(void)
{
    return count() >> COUNTS_BITS;
}

uint32_t timer_us(void)
{
    return (uint32_t)timer_us64();
}

static void switch_off(enum timer_alarm alarm)
{
    REG(SYSTIMER + CONF) &= ~((uint32_t)CONF_TARGET0 >> alarm);
    REG(SYSTIMER + INT_CLEAR) = 1u << alarm;
    timer_rose[alarm] = false;
}

void timer_alarm(enum timer_alarm alarm, uint32_t microseconds)
{
    uint32_t bit = (uint32_t)CONF_TARGET0 >> alarm;
    uint64_t at = count() + ((uint64_t)microseconds << COUNTS_BITS);
    interrupts_off();
    switch_off(alarm);
    /* One that passed while it was set rises at once (TRM, System Timer: target <= count). */
    REG(SYSTIMER + TARGET_HIGH + TARGET_SIZE * alarm) = (uint32_t)(at >> 32);
    REG(SYSTIMER + TARGET_LOW + TARGET_SIZE * alarm) = (uint32_t)at;
    REG(SYSTIMER + COMPARATOR_LOAD + 4 * alarm) = 1;
    REG(SYSTIMER + CONF) |= bit;
    interrupts_on();
}

void timer_alarm_off(enum timer_alarm alarm)
{
    interrupts_off();
    switch_off(alarm);
    interrupts_on();
}

void timer_interrupt(void)
{
    uint32_t why = REG(SYSTIMER + INT_STATUS);
    if (why == 0) return;
    REG(SYSTIMER + INT_CLEAR) = why;
    for (unsigned alarm = 0; alarm < 2; alarm++) {
        if (!(why & 1u << alarm)) continue;
        REG(SYSTIMER + CONF) &= ~((uint32_t)CONF_TARGET0 >> alarm);
        timer_rose[alarm] = true;
    }
    woken = true;
}
