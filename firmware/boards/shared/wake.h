/* The one flag between the interrupts and the main loop: something happened, look again. */
#ifndef NL_WAKE_H
#define NL_WAKE_H

#include <stdbool.h>

extern volatile bool woken;

#endif
