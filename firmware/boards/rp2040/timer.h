/* The 64-bit timer of microseconds, and the main loop's alarm. Alarm 1 is the SPI's, alarm 2 UART0's. */
#ifndef NL_TIMER_H
#define NL_TIMER_H

#include "rp2040.h"

enum timer_alarm { ALARM_MAIN = 0, ALARMS = 1 };

extern volatile bool timer_rose[ALARMS];

void timer_init(void);
void timer_alarm(enum timer_alarm alarm, uint32_t microseconds);
uint64_t timer_us64(void);

static inline uint32_t timer_us(void)
{
    return REG(TIMER + 0x28); /* TIMERAWL */
}

#endif
