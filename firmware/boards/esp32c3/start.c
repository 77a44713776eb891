/* From reset to main(): memory, the stack painted so that its use can be read off, and the trap. */
#include "start.h"

#include "spi.h"
#include "timer.h"
#include "uart.h"
#include "usb.h"
#include "watchdog.h"

#include <stddef.h>
#include <string.h>

extern uint32_t bss_start, bss_end, stack_start, stack_end;

static const uint32_t PAINT = 0x5a5a5a5au;
static const uint32_t CAUSE_INTERRUPT = 0x80000000u;

enum { LINE = 1, PRIORITY = 1 };

int main(void);

__attribute__((noreturn, used)) void start(void)
{
    for (uint32_t *to = &bss_start; to != &bss_end;) *to++ = 0;
    const uint32_t *here = __builtin_frame_address(0);
    for (uint32_t *to = &stack_start; to < here - 16; to++) *to = PAINT;
    REG(INTERRUPT + INTERRUPT_TYPE) = 0; /* All by level. */
    REG(INTERRUPT + INTERRUPT_PRIORITY + 4 * (LINE - 1)) = PRIORITY;
    REG(INTERRUPT + INTERRUPT_THRESHOLD) = PRIORITY;
    REG(INTERRUPT + INTERRUPT_ENABLE) = 1u << LINE;
    main();
    watchdog_restart(CAUSE_FAULT, 0);
}

void interrupt_enable(enum source source)
{
    REG(INTERRUPT + 4 * (uint32_t)source) = LINE;
}

__attribute__((used)) void trap(uint32_t cause, uint32_t pc)
{
    if ((cause & CAUSE_INTERRUPT) == 0) watchdog_restart(CAUSE_FAULT, pc);
    timer_interrupt();
    spi_interrupt();
    usb_interrupt();
    uart_interrupt();
}

uint32_t stack_used(void)
{
    const uint32_t *deepest = &stack_start;
    while (deepest != &stack_end && *deepest == PAINT) deepest++;
    return (uint32_t)((uintptr_t)&stack_end - (uintptr_t)deepest);
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    while (count-- > 0) *out++ = *in++;
    return to;
}

void *memset(void *to, int octet, size_t count)
{
    uint8_t *out = to;
    while (count-- > 0) *out++ = (uint8_t)octet;
    return to;
}
