/* From reset to main(): vectors, memory, the stack painted so that its use can be read off. */
#include "rp2040.h"
#include "stack.h"
#include "watchdog.h"

extern uint32_t data_start, data_end, bss_start, bss_end;
extern const uint32_t data_image;

int main(void);
void usb_interrupt(void);
void uart_interrupt(void);
void uart_timer_interrupt(void);
void dma_interrupt(void);
void gpio_interrupt(void);
void timer_interrupt(void);

typedef void vector(void);

__attribute__((section(".reset"), noreturn)) static void reset(void)
{
    const uint32_t *from = &data_image;
    for (uint32_t *to = &data_start; to != &data_end;) *to++ = *from++;
    for (uint32_t *to = &bss_start; to != &bss_end;) *to++ = 0;
    stack_paint();
    REG(VTOR) = (uint32_t)&data_start;
    main();
    for (;;) wait_for_interrupt();
}

/* The faulting address is the seventh word of what the core stacked. */
__attribute__((noreturn, used)) static void fault_at(const uint32_t *stacked)
{
    enum { STACKED_PC = 6 };
    bool in_stack = stacked >= &stack_start && stacked + STACKED_PC < &stack_end;
    watchdog_restart(CAUSE_FAULT, in_stack ? stacked[STACKED_PC] : 0);
}

__attribute__((naked)) static void fault(void)
{
    __asm volatile("mrs r0, msp\n"
                   "ldr r1, =fault_at\n"
                   "bx r1\n");
}

/* What boot2 jumps by; nothing may fault before the memory is there. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    vector *reset;
} first_vectors = { &stack_end, reset };

__attribute__((section(".ram_vectors"), used, aligned(256))) static vector *const vectors[16 + 32] = {
    [2] = fault, /* NMI */
    [3] = fault, /* HardFault */
    [11] = fault,
    [14] = fault,
    [15] = fault,
    [16 + IRQ_TIMER_0] = timer_interrupt,
    [16 + IRQ_TIMER_1] = timer_interrupt,
    [16 + IRQ_TIMER_2] = uart_timer_interrupt,
    [16 + IRQ_USBCTRL] = usb_interrupt,
    [16 + IRQ_DMA_0] = dma_interrupt,
    [16 + IRQ_IO_BANK0] = gpio_interrupt,
    [16 + IRQ_UART0] = uart_interrupt,
};
