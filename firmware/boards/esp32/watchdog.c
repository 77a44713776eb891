/* TRM, Watchdog Timers; Reset and Clock. ESP-IDF: rtc_cntl_struct.h, timer_group_struct.h, reset_reasons.h.
 */
#include "watchdog.h"

#include "esp32.h"

enum {
    RTC_OPTIONS0 = 0x00,
    RTC_RESET_STATE = 0x34,
    /* Outlive a reset of the digital core, which leaves the RTC domain alone. The mask ROM uses 4 to 7. */
    RTC_STORE_CAUSE = 0x4c,
    RTC_STORE_BOOTS = 0x50,
    RTC_STORE_RESETS = 0x54,
    RTC_STORE_DETAIL = 0x58, /* Where it faulted; for a debugger. */
    RTC_WDT_CONFIG0 = 0x8c,
    RTC_WDT_PROTECT = 0xa4,

    RESET_CAUSE = 0x3f,
    RESET_BY_SOFTWARE = 0x03,
    RESET_BY_MWDT0 = 0x07,
    RESET_BY_MWDT1 = 0x08,
    RESET_BY_RTC_WDT = 0x09,
    RESET_CPU_BY_MWDT = 0x0b,
    RESET_CPU_BY_SOFTWARE = 0x0c,
    RESET_CPU_BY_RTC_WDT = 0x0d,
    RESET_ALL_BY_RTC_WDT = 0x10,

    WDT_CONFIG0 = 0x48,
    WDT_CONFIG1 = 0x4c,
    WDT_CONFIG2 = 0x50,
    WDT_FEED = 0x60,
    WDT_PROTECT = 0x64,
    WDT_RESET_LENGTHS = 7 << 15 | 7 << 18, /* 3.2 µs each. */
    WDT_RESET_SYSTEM = 3 << 29,            /* What stage 0 does. */
    WDT_PRESCALE = XTAL_HZ / 1000,         /* A millisecond. */
};

static const uint32_t WDT_ENABLE = 1u << 31;
static const uint32_t SOFTWARE_RESET = 1u << 31;
static const uint32_t WDT_KEY = 0x50d83aa1u;
static const uint32_t MARK = 0x4e4c0000u; /* In STORE_CAUSE, above the cause: the others are ours, too. */
static const uint32_t MARK_MASK = 0xffff0000u;

static enum nl_boot_reason reason(void)
{
    switch (REG(RTC_CNTL + RTC_RESET_STATE) & RESET_CAUSE) {
        case RESET_BY_SOFTWARE:
        case RESET_CPU_BY_SOFTWARE:
            return REG(RTC_CNTL + RTC_STORE_CAUSE) == (MARK | CAUSE_ASKED) ? NL_BOOT_ASKED : NL_BOOT_WATCHDOG;
        case RESET_BY_MWDT0:
        case RESET_BY_MWDT1:
        case RESET_BY_RTC_WDT:
        case RESET_CPU_BY_MWDT:
        case RESET_CPU_BY_RTC_WDT:
        case RESET_ALL_BY_RTC_WDT: return NL_BOOT_WATCHDOG;
        default: return NL_BOOT_POWER; /* The pin EN and a brown-out, too. */
    }
}

struct boot watchdog_boot(void)
{
    struct boot boot = { .reason = reason() };
    bool kept = boot.reason != NL_BOOT_POWER && (REG(RTC_CNTL + RTC_STORE_CAUSE) & MARK_MASK) == MARK;
    boot.number = (kept ? REG(RTC_CNTL + RTC_STORE_BOOTS) : REG(RNG_DATA)) + 1;
    boot.watchdog_resets = kept ? REG(RTC_CNTL + RTC_STORE_RESETS) : 0;
    if (boot.reason == NL_BOOT_WATCHDOG) boot.watchdog_resets++;
    REG(RTC_CNTL + RTC_STORE_BOOTS) = boot.number;
    REG(RTC_CNTL + RTC_STORE_RESETS) = boot.watchdog_resets;
    REG(RTC_CNTL + RTC_STORE_CAUSE) = MARK | CAUSE_NONE;
    return boot;
}

/* Stage 0 alone: the others do nothing. */
static void timer_watchdog(uint32_t group, uint32_t config)
{
    REG(group + WDT_PROTECT) = WDT_KEY;
    REG(group + WDT_CONFIG1) = (uint32_t)WDT_PRESCALE << 16;
    REG(group + WDT_CONFIG2) = WATCHDOG_LIMIT_MS;
    REG(group + WDT_CONFIG0) = config;
    REG(group + WDT_FEED) = 1;
    REG(group + WDT_PROTECT) = 0;
}

void watchdog_start(void)
{
    REG(RTC_CNTL + RTC_WDT_PROTECT) = WDT_KEY;
    REG(RTC_CNTL + RTC_WDT_CONFIG0) = 0;
    REG(RTC_CNTL + RTC_WDT_PROTECT) = 0;
    REG(DPORT + DPORT_CLOCK_ENABLE) |= DPORT_TIMERS | DPORT_TIMERS_1;
    timer_watchdog(TIMG1, 0);
    timer_watchdog(TIMG0, WDT_ENABLE | WDT_RESET_SYSTEM | WDT_RESET_LENGTHS);
}

void watchdog_feed(void)
{
    REG(TIMG0 + WDT_PROTECT) = WDT_KEY;
    REG(TIMG0 + WDT_FEED) = 1;
    REG(TIMG0 + WDT_PROTECT) = 0;
}

void watchdog_restart(enum cause cause, uint32_t detail)
{
    interrupts_off();
    REG(RTC_CNTL + RTC_STORE_CAUSE) = MARK | cause;
    REG(RTC_CNTL + RTC_STORE_DETAIL) = detail;
    REG(RTC_CNTL + RTC_OPTIONS0) |= SOFTWARE_RESET;
    for (;;) continue;
}

/* Only GPIO 0, low at a reset, leads into it. */
void rom_loader(void)
{
    interrupts_off();
}
