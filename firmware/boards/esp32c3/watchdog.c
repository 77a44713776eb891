/* TRM, Watchdog Timers; Reset and Clock. */
#include "watchdog.h"

#include "esp32c3.h"

enum {
    RTC_OPTIONS0 = 0x00,
    RTC_RESET_STATE = 0x38,
    /* Outlive a reset of the core, which leaves the RTC domain alone. The mask ROM uses 4 to 7. */
    RTC_STORE_CAUSE = 0x50,
    RTC_STORE_BOOTS = 0x54,
    RTC_STORE_RESETS = 0x58,
    RTC_STORE_DETAIL = 0x5c, /* Where it faulted; for a debugger. */
    RTC_WDT_CONFIG0 = 0x90,
    RTC_WDT_PROTECT = 0xa8,
    RTC_SWD_CONF = 0xac,
    RTC_SWD_PROTECT = 0xb0,
    RTC_OPTION1 = 0x12c,
    OPTION1_DOWNLOAD = 1 << 0,

    RESET_CAUSE = 0x3f,
    RESET_BY_SOFTWARE = 0x03,
    RESET_BY_MWDT0 = 0x07,
    RESET_BY_USB = 0x15,

    WDT_CONFIG0 = 0x48,
    WDT_CONFIG1 = 0x4c,
    WDT_CONFIG2 = 0x50,
    WDT_FEED = 0x60,
    WDT_PROTECT = 0x64,
    WDT_UPDATE = 1 << 22,
    WDT_CRYSTAL = 1 << 21,
    WDT_RESET_LENGTHS = 7 << 15 | 7 << 18, /* 3.2 µs each. */
    WDT_RESET_SYSTEM = 3 << 29,            /* What stage 0 does. */
    WDT_PRESCALE = 40000,                  /* Of the crystal: a millisecond. */

    RANDOM = 0xb0,
};

static const uint32_t WDT_ENABLE = 1u << 31;
static const uint32_t SOFTWARE_RESET = 1u << 31;
static const uint32_t SWD_AUTO_FEED = 1u << 31;
static const uint32_t WDT_KEY = 0x50d83aa1u;
static const uint32_t SWD_KEY = 0x8f1d312au;
static const uint32_t CAUSE_MARK = 0x4e4c0000u;

static enum nl_boot_reason reason(void)
{
    uint32_t cause = REG(RTC_CNTL + RTC_STORE_CAUSE);
    switch (REG(RTC_CNTL + RTC_RESET_STATE) & RESET_CAUSE) {
        case RESET_BY_SOFTWARE: return cause == (CAUSE_MARK | CAUSE_ASKED) ? NL_BOOT_ASKED : NL_BOOT_WATCHDOG;
        case RESET_BY_MWDT0: return NL_BOOT_WATCHDOG;
        case RESET_BY_USB: return NL_BOOT_PIN;
        default: return NL_BOOT_POWER; /* The pin EN, too: the chip makes no difference. */
    }
}

struct boot watchdog_boot(void)
{
    struct boot boot = { .reason = reason() };
    bool warm = boot.reason == NL_BOOT_ASKED || boot.reason == NL_BOOT_WATCHDOG;
    boot.number = (warm ? REG(RTC_CNTL + RTC_STORE_BOOTS) : REG(APB_CTRL + RANDOM)) + 1;
    boot.watchdog_resets = warm ? REG(RTC_CNTL + RTC_STORE_RESETS) : 0;
    if (boot.reason == NL_BOOT_WATCHDOG) boot.watchdog_resets++;
    REG(RTC_CNTL + RTC_STORE_BOOTS) = boot.number;
    REG(RTC_CNTL + RTC_STORE_RESETS) = boot.watchdog_resets;
    REG(RTC_CNTL + RTC_STORE_CAUSE) = CAUSE_NONE;
    return boot;
}

/* Stage 0 alone: the others do nothing. */
static void timer_watchdog(uint32_t group, uint32_t config)
{
    REG(group + WDT_PROTECT) = WDT_KEY;
    REG(group + WDT_CONFIG1) = (uint32_t)WDT_PRESCALE << 16;
    REG(group + WDT_CONFIG2) = WATCHDOG_LIMIT_MS;
    REG(group + WDT_CONFIG0) = config;
    REG(group + WDT_CONFIG0) = config | WDT_UPDATE;
    REG(group + WDT_FEED) = 1;
    REG(group + WDT_PROTECT) = 0;
}

void watchdog_start(void)
{
    REG(RTC_CNTL + RTC_WDT_PROTECT) = WDT_KEY;
    REG(RTC_CNTL + RTC_WDT_CONFIG0) = 0;
    REG(RTC_CNTL + RTC_WDT_PROTECT) = 0;
    REG(RTC_CNTL + RTC_SWD_PROTECT) = SWD_KEY;
    REG(RTC_CNTL + RTC_SWD_CONF) |= SWD_AUTO_FEED;
    REG(RTC_CNTL + RTC_SWD_PROTECT) = 0;
    timer_watchdog(TIMG1, 0);
    timer_watchdog(TIMG0, WDT_ENABLE | WDT_RESET_SYSTEM | WDT_RESET_LENGTHS | WDT_CRYSTAL);
}

void watchdog_feed(void)
{
    REG(TIMG0 + WDT_PROTECT) = WDT_KEY;
    REG(TIMG0 + WDT_FEED) = 1;
    REG(TIMG0 + WDT_PROTECT) = 0;
}

__attribute__((noreturn)) static void software_reset(void)
{
    REG(RTC_CNTL + RTC_OPTIONS0) |= SOFTWARE_RESET;
    for (;;) continue;
}

void watchdog_restart(enum cause cause, uint32_t detail)
{
    interrupts_off();
    REG(RTC_CNTL + RTC_STORE_CAUSE) = CAUSE_MARK | cause;
    REG(RTC_CNTL + RTC_STORE_DETAIL) = detail;
    software_reset();
}

void rom_loader(void)
{
    interrupts_off();
    REG(RTC_CNTL + RTC_OPTION1) |= OPTION1_DOWNLOAD;
    software_reset();
}
