/* An interrupt has something for the main loop. */
#ifndef NL_WAKE_H
#define NL_WAKE_H

#include <stdbool.h>

extern volatile bool woken;

#endif
