#include "watchdog.h"

#include "rp2040.h"

enum {
    CTRL = 0x00,
    LOAD = 0x04,
    REASON = 0x08,
    /* Scratch registers outlive all but power and RUN. 4 to 7 are the mask ROM's. */
    SCRATCH_CAUSE = 0x0c,
    SCRATCH_BOOTS = 0x10,
    SCRATCH_RESETS = 0x14,
    SCRATCH_DETAIL = 0x18, /* Where it faulted; for a debugger. */
    ROM_MAGIC = 0x28,      /* SCRATCH7 */

    CTRL_ENABLE = 1 << 30,
    CTRL_PAUSE = 7 << 24, /* While a debugger halts a core. */
    REASON_TIMER = 1 << 0,
    REASON_FORCE = 1 << 1,

    PSM_WDSEL = 0x08,
    PSM_ALL_BUT_OSCILLATORS = 0x0001fffc,
    CHIP_RESET = 0x08,
    HAD_RUN = 1 << 16,

    /* RP2040-E1: it counts down two a microsecond. */
    COUNTS_A_MS = 2000,

    ROSC_STATUS = 0x18,
    ROSC_RANDOMBIT = 0x1c,
};

static const uint32_t CTRL_TRIGGER = 1u << 31;
static const uint32_t CAUSE_MARK = 0x4e4c0000u;

/* Differs between powers-on where the ring oscillator's noise can be read. */
static uint32_t random_bits(void)
{
    uint32_t bits = 0;
    if (REG(ROSC + ROSC_STATUS) == NOT_THERE) return 0;
    for (int i = 0; i < 32; i++) bits = bits << 1 | (REG(ROSC + ROSC_RANDOMBIT) & 1u);
    return bits;
}

static enum nl_boot_reason reason(void)
{
    uint32_t cause = REG(WATCHDOG + SCRATCH_CAUSE);
    uint32_t why = REG(WATCHDOG + REASON);
    if ((why & (REASON_FORCE | REASON_TIMER)) != 0) {
        return cause == (CAUSE_MARK | CAUSE_ASKED) ? NL_BOOT_ASKED : NL_BOOT_WATCHDOG;
    }
    uint32_t chip = REG(VREG_AND_CHIP_RESET + CHIP_RESET);
    return chip != NOT_THERE && (chip & HAD_RUN) != 0 ? NL_BOOT_PIN : NL_BOOT_POWER;
}

struct boot watchdog_boot(void)
{
    struct boot boot = { .reason = reason() };
    bool warm = boot.reason == NL_BOOT_ASKED || boot.reason == NL_BOOT_WATCHDOG;
    boot.number = (warm ? REG(WATCHDOG + SCRATCH_BOOTS) : random_bits()) + 1;
    boot.watchdog_resets = warm ? REG(WATCHDOG + SCRATCH_RESETS) : 0;
    if (boot.reason == NL_BOOT_WATCHDOG) boot.watchdog_resets++;
    REG(WATCHDOG + SCRATCH_BOOTS) = boot.number;
    REG(WATCHDOG + SCRATCH_RESETS) = boot.watchdog_resets;
    REG(WATCHDOG + SCRATCH_CAUSE) = CAUSE_NONE;
    return boot;
}

void watchdog_start(void)
{
    REG(PSM + PSM_WDSEL) = PSM_ALL_BUT_OSCILLATORS;
    watchdog_feed();
    REG(WATCHDOG + CTRL) = CTRL_ENABLE | CTRL_PAUSE;
}

void watchdog_feed(void)
{
    REG(WATCHDOG + LOAD) = COUNTS_A_MS * WATCHDOG_LIMIT_MS;
}

void watchdog_restart(enum cause cause, uint32_t detail)
{
    interrupts_off();
    REG(WATCHDOG + SCRATCH_CAUSE) = CAUSE_MARK | cause;
    REG(WATCHDOG + SCRATCH_DETAIL) = detail;
    REG(WATCHDOG + ROM_MAGIC) = 0;
    REG(PSM + PSM_WDSEL) = PSM_ALL_BUT_OSCILLATORS;
    REG(WATCHDOG + CTRL) = CTRL_TRIGGER;
    for (;;) wait_for_interrupt();
}

void rom_loader(void)
{
    enum { MAGIC = 0x10, MAGIC_MASK = 0xffffff, MAGIC_VALUE = 0x01754d, TABLE = 0x14, LOOKUP = 0x18 };
    typedef void *lookup(const uint16_t *table, uint32_t code);
    typedef void reset_to_usb_boot(uint32_t activity_pins, uint32_t disabled_interfaces);

    interrupts_off();
    if ((REG(MAGIC) & MAGIC_MASK) != MAGIC_VALUE) return;
    uint32_t table = *(volatile uint16_t *)TABLE, look_up = *(volatile uint16_t *)LOOKUP;
    if (table == 0 || look_up == 0) return;
    void *entry = ((lookup *)look_up)((const uint16_t *)table, (uint32_t)'B' << 8 | 'U');
    if (entry != 0) ((reset_to_usb_boot *)(uintptr_t)entry)(0, 0);
}
