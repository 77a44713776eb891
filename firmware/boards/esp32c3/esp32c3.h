/* The registers of the ESP32-C3 that the firmware uses, by the Technical Reference Manual's addresses. */
#ifndef NL_ESP32C3_H
#define NL_ESP32C3_H

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define UART0      0x60000000u
#define GPIO       0x60004000u
#define RTC_CNTL   0x60008000u
#define EFUSE      0x60008800u
#define IO_MUX     0x60009000u
#define TIMG0      0x6001f000u
#define TIMG1      0x60020000u
#define SYSTIMER   0x60023000u
#define SPI2       0x60024000u
#define APB_CTRL   0x60026000u
#define I2S0       0x6002d000u
#define GDMA       0x6003f000u
#define USB_DEVICE 0x60043000u
#define SYSTEM     0x600c0000u
#define INTERRUPT  0x600c2000u

enum { XTAL_HZ = 40000000 };

/* Peripheral interrupt sources, as the interrupt matrix numbers them. */
enum source {
    SOURCE_GPIO = 16,
    SOURCE_SPI2 = 19,
    SOURCE_UART0 = 21,
    SOURCE_USB = 26,
    SOURCE_SYSTIMER_0 = 37,
    SOURCE_SYSTIMER_1 = 38,
    SOURCE_GDMA_0 = 44
};

enum {
    GPIO_OUT_SET = 0x08,
    GPIO_OUT_CLEAR = 0x0c,
    GPIO_ENABLE_SET = 0x24,
    GPIO_ENABLE_CLEAR = 0x28,
    GPIO_IN = 0x3c,
    GPIO_STATUS_CLEAR = 0x4c,
    GPIO_INTERRUPTS = 0x5c, /* PCPU_INT: those that are let through. */
    GPIO_PIN = 0x74,
    GPIO_IN_SELECT = 0x154,  /* By signal. */
    GPIO_OUT_SELECT = 0x554, /* By pin. */
    GPIO_PIN_OPEN_DRAIN = 1 << 2,
    GPIO_PIN_FALLING = 2 << 7,
    GPIO_PIN_CPU = 1 << 13,
    GPIO_SELECT_PLAIN = 0x80, /* The pin follows GPIO_OUT. */
    GPIO_SELECT_INVERT = 1 << 8,
    GPIO_SELECT_ENABLE = 1 << 9, /* It drives by GPIO_ENABLE, whoever has it. */
    GPIO_SELECT_MATRIX = 1 << 6, /* The signal comes from the pin that is named, not from the IO MUX. */
    SIGNAL_I2S_DATA = 15,        /* I2SO_SD_out, and I2SI_SD_in. */

    SYSTEM_CLOCK_ENABLE = 0x10,
    SYSTEM_CLOCK_ENABLE_1 = 0x14,
    SYSTEM_RESET = 0x18,
    SYSTEM_RESET_1 = 0x1c,
    SYSTEM_SYSCLK = 0x58,
    SYSTEM_TIMERS = 1 << 13,
    SYSTEM_SPI2 = 1 << 6,
    SYSTEM_UART0 = 1 << 2,
    SYSTEM_UART_MEMORY = 1 << 24,
    SYSTEM_SYSTIMER = 1 << 29,
    SYSTEM_I2S = 1 << 21,
    SYSTEM_DMA = 1 << 6, /* In the second registers. */

    INTERRUPT_ENABLE = 0x104,
    INTERRUPT_TYPE = 0x108,
    INTERRUPT_PRIORITY = 0x114,
    INTERRUPT_THRESHOLD = 0x194,
};

/* How a pad is wired inside. Drive 20 mA; a pull-up keeps a wire that is not there at rest. */
enum pad { PAD_OUTPUT = 2 << 10, PAD_INPUT = 1 << 9, PAD_PULL_UP = 1 << 8, PAD_PULL_DOWN = 1 << 7 };
enum pad_function { PAD_SPI2 = 2 << 12, PAD_GPIO = 1 << 12 };

static inline void pad_function(unsigned pin, enum pad_function function, uint32_t pad)
{
    REG(IO_MUX + 4 + 4 * pin) = (uint32_t)function | pad;
}

static inline void interrupts_off(void)
{
    __asm volatile("csrci mstatus, 8" ::: "memory");
}

static inline void interrupts_on(void)
{
    __asm volatile("csrsi mstatus, 8" ::: "memory");
}

/* Sleeps until an interrupt was served, unless *flag is set already. An interrupt between the look and the
 * WFI is not lost: its trap returns behind the WFI (start.S). */
void sleep_unless(const volatile bool *flag);

#endif
