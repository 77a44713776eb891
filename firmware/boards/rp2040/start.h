#ifndef NL_START_H
#define NL_START_H

#include <stdint.h>

/* The deepest that the stack has been, in octets. */
uint32_t stack_used(void);

#endif
