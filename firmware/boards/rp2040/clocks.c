#include "clocks.h"

#include "rp2040.h"
#include "watchdog.h"

enum {
    CLK_REF_CTRL = 0x30,
    CLK_REF_SELECTED = 0x38,
    CLK_SYS_CTRL = 0x3c,
    CLK_SYS_DIV = 0x40,
    CLK_SYS_SELECTED = 0x44,
    CLK_PERI_CTRL = 0x48,
    CLK_USB_CTRL = 0x54,
    CLK_SYS_RESUS_CTRL = 0x78,
    CLK_ENABLE = 1 << 11,

    XOSC_CTRL = 0x00,
    XOSC_STATUS = 0x04,
    XOSC_STARTUP = 0x0c,
    XOSC_1_TO_15_MHZ = 0xaa0,
    XOSC_ENABLE = 0xfab << 12,
    XOSC_STARTUP_1MS = 47,

    PLL_CS = 0x00,
    PLL_PWR = 0x04,
    PLL_FBDIV = 0x08,
    PLL_PRIM = 0x0c,
    PLL_POWER_DOWN = 0x21, /* PD and VCOPD */
    PLL_POSTDIV_DOWN = 0x08,

    RESETS_RESET = 0x00,
    RESETS_DONE = 0x08,
    RESET_DMA = 1 << 2,
    RESET_IO_BANK0 = 1 << 5,
    RESET_PADS_BANK0 = 1 << 8,
    RESET_PIO0 = 1 << 10,
    RESET_PLL_SYS = 1 << 12,
    RESET_PLL_USB = 1 << 13,
    RESET_SPI0 = 1 << 16,
    RESET_TIMER = 1 << 21,
    RESET_UART0 = 1 << 22,
    RESET_USBCTRL = 1 << 24,

    WATCHDOG_TICK = 0x2c,
    WATCHDOG_TICK_ENABLE = 1 << 9,

    WAIT_ROUNDS = 1000000, /* Some 0.3 s even at full speed; a crystal takes 1 ms. */
};

static void wait_for(uint32_t address, uint32_t mask, uint32_t value)
{
    for (int i = 0; i < WAIT_ROUNDS; i++) {
        if ((REG(address) & mask) == value) return;
    }
    watchdog_restart(CAUSE_CLOCK, address);
}

static void out_of_reset(uint32_t blocks)
{
    REG_CLEAR(RESETS + RESETS_RESET) = blocks;
    wait_for(RESETS + RESETS_DONE, blocks, blocks);
}

static void pll_start(uint32_t pll, uint32_t feedback, uint32_t divider1, uint32_t divider2)
{
    const uint32_t locked = 1u << 31;
    REG(pll + PLL_CS) = 1;
    REG(pll + PLL_FBDIV) = feedback;
    REG_CLEAR(pll + PLL_PWR) = PLL_POWER_DOWN;
    wait_for(pll + PLL_CS, locked, locked);
    REG(pll + PLL_PRIM) = divider1 << 16 | divider2 << 12;
    REG_CLEAR(pll + PLL_PWR) = PLL_POSTDIV_DOWN;
}

void clocks_init(void)
{
    const uint32_t stable = 1u << 31;
    REG(CLOCKS + CLK_SYS_RESUS_CTRL) = 0;
    REG(XOSC + XOSC_CTRL) = XOSC_1_TO_15_MHZ;
    REG(XOSC + XOSC_STARTUP) = XOSC_STARTUP_1MS;
    REG_SET(XOSC + XOSC_CTRL) = XOSC_ENABLE;
    wait_for(XOSC + XOSC_STATUS, stable, stable);

    /* The system clock runs from the reference while the PLL is set up. */
    REG_CLEAR(CLOCKS + CLK_SYS_CTRL) = 1;
    wait_for(CLOCKS + CLK_SYS_SELECTED, 3, 1);
    REG(CLOCKS + CLK_REF_CTRL) = 2;
    wait_for(CLOCKS + CLK_REF_SELECTED, 7, 4);

    REG_SET(RESETS + RESETS_RESET) = RESET_PLL_SYS | RESET_PLL_USB;
    out_of_reset(RESET_PLL_SYS | RESET_PLL_USB);
    pll_start(PLL_SYS, 125, 6, 2); /* 12 MHz * 125 / 6 / 2 = 125 MHz */
    pll_start(PLL_USB, 100, 5, 5); /* 12 MHz * 100 / 5 / 5 = 48 MHz */

    REG(CLOCKS + CLK_SYS_DIV) = 1 << 8;
    REG(CLOCKS + CLK_SYS_CTRL) = 0;
    REG_SET(CLOCKS + CLK_SYS_CTRL) = 1;
    wait_for(CLOCKS + CLK_SYS_SELECTED, 3, 2);
    REG(CLOCKS + CLK_PERI_CTRL) = CLK_ENABLE;
    REG(CLOCKS + CLK_USB_CTRL) = CLK_ENABLE;
    REG(WATCHDOG + WATCHDOG_TICK) = WATCHDOG_TICK_ENABLE | CLK_REF_MHZ;

    out_of_reset(RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_PIO0 | RESET_DMA | RESET_SPI0 | RESET_TIMER |
                 RESET_UART0 | RESET_USBCTRL);
}
