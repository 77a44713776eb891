/* From reset to main(): memory, the stack painted so that its use can be read off, and the trap. */
#include "start.h"

#include "i2s_line.h"
#include "stack.h"
#include "timer.h"
#include "uart.h"
#include "usb.h"
#include "watchdog.h"

extern uint32_t bss_start, bss_end;

static const uint32_t CAUSE_INTERRUPT = 0x80000000u;

enum { LINE = 1, PRIORITY = 1 };

int main(void);
void spi_interrupt(void);

__attribute__((noreturn, used)) void start(void)
{
    for (uint32_t *to = &bss_start; to != &bss_end;) *to++ = 0;
    stack_paint();
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
    i2s_line_interrupt(); /* First: it is the one that must not be late. */
    timer_interrupt();
    spi_interrupt();
    usb_interrupt();
    uart_interrupt();
}
