/* A board's timer.h (soc.h): a clock that goes on a millisecond a look. */
#ifndef NL_TIMER_H
#define NL_TIMER_H

#include <stdbool.h>
#include <stdint.h>

enum timer_alarm { ALARM_MAIN = 0, ALARMS = 1 };

extern volatile bool timer_rose[ALARMS];
void timer_alarm(enum timer_alarm alarm, uint32_t microseconds);
uint64_t timer_us64(void);
uint32_t timer_us(void);

#endif
