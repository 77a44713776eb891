/* The registers of the RP2040 that the firmware uses, by the datasheet's names and addresses. */
#ifndef NL_RP2040_H
#define NL_RP2040_H

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

/* Every peripheral has aliases that set or clear the bits written (datasheet §2.1.2). */
#define REG_SET(address)   REG((address) + 0x2000)
#define REG_CLEAR(address) REG((address) + 0x3000)

#define XIP_SSI             0x18000000u
#define CLOCKS              0x40008000u
#define RESETS              0x4000c000u
#define PSM                 0x40010000u
#define IO_BANK0            0x40014000u
#define IO_QSPI             0x40018000u
#define PADS_BANK0          0x4001c000u
#define XOSC                0x40024000u
#define PLL_SYS             0x40028000u
#define PLL_USB             0x4002c000u
#define UART0               0x40034000u
#define SPI0                0x4003c000u
#define TIMER               0x40054000u
#define WATCHDOG            0x40058000u
#define ROSC                0x40060000u
#define VREG_AND_CHIP_RESET 0x40064000u
#define DMA                 0x50000000u
#define PIO0                0x50200000u
#define USB_DPRAM           0x50100000u
#define USB_REGS            0x50110000u
#define SIO                 0xd0000000u
#define NVIC_ISER           0xe000e100u
#define VTOR                0xe000ed08u

/* What an emulator without the peripheral reads; no register guarded by it has all its bits set. */
#define NOT_THERE 0xffffffffu

enum { CLK_SYS_HZ = 125000000, CLK_REF_MHZ = 12 };

enum irq {
    IRQ_TIMER_0 = 0,
    IRQ_TIMER_1 = 1,
    IRQ_TIMER_2 = 2,
    IRQ_USBCTRL = 5,
    IRQ_DMA_0 = 11,
    IRQ_IO_BANK0 = 13,
    IRQ_UART0 = 20
};

enum gpio_function { GPIO_SPI = 1, GPIO_UART = 2, GPIO_SIO = 5 };

/* Drive 4 mA, Schmitt trigger, input enabled: set outright, since IE is not set out of reset everywhere. */
enum pad { PAD_PULL_DOWN = 0x56, PAD_PULL_UP = 0x5a };

static inline void gpio_function(unsigned pin, enum gpio_function function, enum pad pad)
{
    REG(PADS_BANK0 + 4 + 4 * pin) = pad;
    REG(IO_BANK0 + 4 + 8 * pin) = function;
}

static inline void irq_enable(enum irq irq)
{
    REG(NVIC_ISER) = 1u << irq;
}

static inline void interrupts_off(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static inline void interrupts_on(void)
{
    __asm volatile("cpsie i" ::: "memory");
}

static inline void wait_for_interrupt(void)
{
    __asm volatile("wfi" ::: "memory");
}

#endif
