#include "timer.h"

#include "wake.h"

enum {
    TIMERAWH = 0x24,
    ALARM0 = 0x10,
    INTR = 0x34,
    INTE = 0x38,
    ALARM0_AND_1 = 3,
};

volatile bool timer_rose[ALARMS];

void timer_init(void)
{
    REG(TIMER + INTE) = ALARM0_AND_1;
    irq_enable(IRQ_TIMER_0);
    irq_enable(IRQ_TIMER_1);
}

void timer_interrupt(void)
{
    REG(TIMER + INTR) = ALARM0_AND_1;
    timer_rose[ALARM_MAIN] = true;
    woken = true;
}

void timer_alarm(enum timer_alarm alarm, uint32_t microseconds)
{
    interrupts_off();
    uint32_t at = timer_us() + microseconds;
    timer_rose[alarm] = false;
    REG(TIMER + ALARM0 + 4 * alarm) = at;
    /* One that passed while it was set would rise in 72 minutes. */
    if ((int32_t)(at - timer_us()) <= 0) {
        timer_rose[alarm] = true;
        woken = true;
    }
    interrupts_on();
}

uint64_t timer_us64(void)
{
    for (;;) {
        uint32_t high = REG(TIMER + TIMERAWH), low = timer_us();
        if (REG(TIMER + TIMERAWH) == high) return (uint64_t)high << 32 | low;
    }
}
