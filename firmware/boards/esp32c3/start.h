#ifndef NL_START_H
#define NL_START_H

#include "esp32c3.h"

/* Lets a source interrupt the CPU. All share one line: each trap looks at every source. */
void interrupt_enable(enum source source);

#endif
