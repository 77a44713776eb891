/* From reset to main(): memory, the stack painted so that its use can be read off, and the trap. */
#include "start.h"

#include "stack.h"
#include "timer.h"
#include "uart.h"
#include "watchdog.h"

extern uint32_t bss_start, bss_end;

enum {
    LINE = 0,         /* Of the CPU: level 1, by level (TRM, Interrupt Matrix). */
    NO_LINE = 16,     /* A timer of the CPU's own, which stays off. */
    LEVEL1_CAUSE = 4, /* EXCCAUSE of an interrupt. */
};

int main(void);
void spi_interrupt(void);

__attribute__((noreturn, used)) void fault(uint32_t pc)
{
    watchdog_restart(CAUSE_FAULT, pc);
}

__attribute__((noreturn, used)) void start(void)
{
    for (uint32_t *to = &bss_start; to != &bss_end;) *to++ = 0;
    stack_paint();
    for (uint32_t source = 0; source < SOURCES; source++) {
        REG(DPORT + DPORT_INTERRUPT_MAP + 4 * source) = NO_LINE;
    }
    __asm volatile("wsr.intenable %0\nrsync" ::"r"(1u << LINE));
    main();
    fault(0);
}

void interrupt_enable(enum source source)
{
    REG(DPORT + DPORT_INTERRUPT_MAP + 4 * (uint32_t)source) = LINE;
}

__attribute__((used)) void trap(uint32_t cause, uint32_t pc)
{
    if (cause != LEVEL1_CAUSE) fault(pc);
    timer_interrupt();
    spi_interrupt();
    uart_interrupt();
}

/* WAITI lets interrupts in and sleeps, in one (Xtensa ISA Reference Manual): none is lost between the look
 * and it. */
void sleep_unless(const volatile bool *flag)
{
    interrupts_off();
    if (!*flag) __asm volatile("waiti 0" ::: "memory");
    interrupts_on();
}
