/* The registers of the ESP32 that the firmware uses: Technical Reference Manual version 5, and the headers of
 * ESP-IDF (components/soc/esp32/include/soc: reg_base.h, dport_reg.h, gpio_struct.h, io_mux_reg.h,
 * syscon_reg.h, interrupts.h). Every access is volatile, so that the compiler puts a MEMW before it (erratum
 * CPU-3.16). */
#ifndef NL_ESP32_H
#define NL_ESP32_H

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define DPORT    0x3ff00000u
#define UART0    0x3ff40000u
#define GPIO     0x3ff44000u
#define RTC_CNTL 0x3ff48000u
#define IO_MUX   0x3ff49000u
#define EFUSE    0x3ff5a000u
#define TIMG0    0x3ff5f000u
#define TIMG1    0x3ff60000u
#define SPI3     0x3ff65000u
#define SYSCON   0x3ff66000u
/* Octets for UART0's FIFO go by the AHB bus: those that follow each other fast by the other one may be lost
 * (erratum CPU-3.3). */
#define UART0_AHB 0x60000000u
#define RNG_DATA  0x3ff75144u

enum { XTAL_HZ = 40000000 };

/* Peripheral interrupt sources, as the interrupt matrix numbers them. */
enum source {
    SOURCE_TIMER_0 = 14,
    SOURCE_TIMER_1 = 15,
    SOURCE_GPIO = 22,
    SOURCE_SPI3 = 31,
    SOURCE_UART0 = 34,
    SOURCES = 69
};

enum {
    GPIO_OUT_SET = 0x08,
    GPIO_OUT_CLEAR = 0x0c,
    GPIO_ENABLE_SET = 0x24,
    GPIO_IN = 0x3c,
    GPIO_STATUS_CLEAR = 0x4c,
    GPIO_INTERRUPTS = 0x68, /* PCPU_INT: those that are let through. */
    GPIO_PIN = 0x88,
    GPIO_OUT_SELECT = 0x530,
    GPIO_PIN_FALLING = 2 << 7,
    GPIO_PIN_CPU = 1 << 15,
    GPIO_SELECT_PLAIN = 0x100, /* The pin follows GPIO_OUT. */

    DPORT_CLOCK_ENABLE = 0xc0,
    DPORT_RESET = 0xc4,
    DPORT_INTERRUPT_MAP = 0x104, /* Of the PRO CPU; a register for each source. */
    DPORT_UART0 = 1 << 2,
    DPORT_TIMERS = 1 << 13,
    DPORT_TIMERS_1 = 1 << 15,
    DPORT_SPI3 = 1 << 16,
    DPORT_UART_MEMORY = 1 << 24,

    SYSCLK_CONF = 0x00,
    SYSCLK_DIVIDER = 0x3ff,
};

/* How a pad is wired inside. Drive 20 mA; a pull-up keeps a wire that is not there at rest. Pads with an RTC
 * function have their pull-up elsewhere (erratum GPIO-3.6): none of them is used. */
enum pad { PAD_OUTPUT = 2 << 10, PAD_INPUT = 1 << 9, PAD_PULL_UP = 1 << 8 };
enum pad_function { PAD_UART0 = 0 << 12, PAD_VSPI = 1 << 12, PAD_GPIO = 2 << 12 };

/* IO_MUX has its registers in another order than the pins. */
static inline uint32_t pad_register(unsigned pin)
{
    switch (pin) {
        case 1: return 0x88;
        case 3: return 0x84;
        case 5: return 0x6c;
        case 18: return 0x70;
        case 19: return 0x74;
        case 21: return 0x7c;
        case 22: return 0x80;
        default: return 0x8c; /* 23 */
    }
}

static inline void pad_function(unsigned pin, enum pad_function function, uint32_t pad)
{
    REG(IO_MUX + pad_register(pin)) = (uint32_t)function | pad;
}

static inline void interrupts_off(void)
{
    uint32_t before;
    __asm volatile("rsil %0, 15" : "=r"(before)::"memory");
}

static inline void interrupts_on(void)
{
    uint32_t before;
    __asm volatile("rsil %0, 0" : "=r"(before)::"memory");
}

/* Sleeps until an interrupt was served, unless *flag is set already. */
void sleep_unless(const volatile bool *flag);

#endif
