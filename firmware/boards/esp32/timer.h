/* The timers of group 0: the first is the time, in microseconds, and each has an alarm. */
#ifndef NL_TIMER_H
#define NL_TIMER_H

#include "start.h"

/* The main loop's, and the bound of an SPI transfer. */
enum timer_alarm { ALARM_MAIN = 0, ALARM_SPI = 1, ALARMS = 2 };

void timer_init(void);
uint64_t timer_us64(void);
uint32_t timer_us(void);

/* Rises `microseconds` from now. */
void timer_alarm(enum timer_alarm alarm, uint32_t microseconds);
void timer_alarm_off(enum timer_alarm alarm);
/* Since it was set. */
extern volatile bool timer_rose[ALARMS];

void timer_interrupt(void);

#endif
