/* The stack, painted at the start so that its use can be read off. */
#ifndef NL_STACK_H
#define NL_STACK_H

#include <stdint.h>

/* The linker script's. */
extern uint32_t stack_start, stack_end;

enum { STACK_PAINT = 0x5a5a5a5a, STACK_MARGIN = 16 };

/* Of the start-up code, before main(): all but what is in use. */
static inline void stack_paint(void)
{
    const uint32_t *here = __builtin_frame_address(0);
    for (uint32_t *to = &stack_start; to < here - STACK_MARGIN; to++) *to = STACK_PAINT;
}

/* The deepest that the stack has been, in octets. */
static inline uint32_t stack_used(void)
{
    const uint32_t *deepest = &stack_start;
    while (deepest != &stack_end && *deepest == STACK_PAINT) deepest++;
    return (uint32_t)((uintptr_t)&stack_end - (uintptr_t)deepest);
}

#endif
