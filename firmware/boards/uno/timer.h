/* Time in microseconds by timer 1, and sleep. */
#ifndef NL_TIMER_H
#define NL_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* The CPU sleeps, or is about to. */
extern volatile bool asleep;

void timer_init(void);
uint32_t timer_us(void);
uint32_t timer_us_in_interrupt(void);
uint64_t timer_us64(void);

/* Sleeps until `woken`, or for so many microseconds. */
void timer_sleep(uint32_t microseconds);

#endif
